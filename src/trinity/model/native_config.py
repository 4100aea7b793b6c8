"""The original `params.json` to a config of either architecture."""

from __future__ import annotations

from trinity.config import AnyConfig, ModelConfig, RopeConfig, VisionConfig
from trinity.errors import CheckpointError
from trinity.model.dense_config import dense_from_params
from trinity.model.hf_config import quantised_format
from trinity.model.json_fields import MAX_LAYERS, MAX_POSITIONS, Fields, build_config
from trinity.model.weight_format import WeightFormat

_DEFAULTS = ModelConfig()
_VISION_DEFAULTS = VisionConfig()

_WIDTHS = {
    "dim": "hidden_size",
    "n_heads": "num_attention_heads",
    "q_lora_rank": "q_lora_rank",
    "kv_lora_rank": "kv_lora_rank",
    "qk_nope_head_dim": "qk_nope_head_dim",
    "qk_rope_head_dim": "qk_rope_head_dim",
    "v_head_dim": "v_head_dim",
    "vocab_size": "vocab_size",
}
_EXPERT_WIDTHS = {
    "num_experts": "n_routed_experts",
    "num_experts_per_tok": "num_experts_per_tok",
    "expert_hidden_dim": "moe_intermediate_size",
    "num_shared_experts": "n_shared_experts",
}
_VISION_WIDTHS = "hidden_size intermediate_size num_attention_heads patch_size".split()


def config_from_params(data: Fields) -> AnyConfig:
    """The model that `params.json` describes: Small 4's with experts, dense without.

    Raises `CheckpointError` for other architectures and for settings that are not implemented.
    """
    if data.has("moe") != data.has("q_lora_rank"):
        raise CheckpointError(
            f"{data.where}: it has latent attention or experts and not both; only Small 4, which "
            "has both, and dense models, which have neither, are supported."
        )
    vision, image_token_id = None, _DEFAULTS.image_token_id
    if data.has("vision_encoder"):
        encoder = data.section("vision_encoder")
        vision = _vision(encoder)
        image_token_id = encoder.integer("image_token_id", image_token_id, least=0)
    if data.has("moe"):
        return _small4(data, vision, image_token_id)
    return dense_from_params(data, vision, image_token_id)


def _small4(data: Fields, vision: VisionConfig | None, image_token_id: int) -> ModelConfig:
    moe = data.section("moe")
    _refuse_other_maths(data, moe)
    return build_config(
        ModelConfig,
        data.where,
        **{ours: data.integer(key) for key, ours in _WIDTHS.items()},
        **{ours: moe.integer(key) for key, ours in _EXPERT_WIDTHS.items()},
        num_hidden_layers=data.integer("n_layers", most=MAX_LAYERS),
        max_position_embeddings=_positions(data),
        rms_norm_eps=data.number("norm_eps"),
        rope=_rope(data),
        vision=vision,
        image_token_id=image_token_id,
    )


def native_format_of(data: Fields) -> WeightFormat:
    """How the weights beside this `params.json` are stored."""
    if data.has("quantization_config"):
        return quantised_format(data.section("quantization_config"))
    if data.has("quantization"):
        data.section("quantization").must_be("qformat_weight", "fp8_e4m3")
        return WeightFormat.FP8
    return WeightFormat.BF16


def _refuse_other_maths(data: Fields, moe: Fields) -> None:
    data.must_be("n_kv_heads", data.integer("n_heads"))
    data.must_be("tied_embeddings", False)
    data.must_be("sliding_window")
    moe.must_be("first_k_dense_replace", 0)
    moe.must_be("route_every_n", 1)
    moe.must_be("routed_scale", 1.0)
    moe.must_be("num_expert_groups", 1)
    moe.must_be("num_expert_groups_per_tok", 1)
    moe.must_be("use_load_balancing_bias", False)
    moe.must_be("renorm_strategy", "WEIGHTS")


def _positions(data: Fields) -> int:
    key = "max_position_embeddings" if data.has("max_position_embeddings") else "max_seq_len"
    return data.integer(key, _DEFAULTS.max_position_embeddings, most=MAX_POSITIONS)


def _rope(data: Fields) -> RopeConfig:
    yarn = data.section("yarn")
    temperature = data.section("llama_4_scaling")
    original = yarn.integer("original_max_position_embeddings", most=MAX_POSITIONS)
    temperature.must_be("original_max_position_embeddings", original)
    return RopeConfig(
        theta=data.number("rope_theta", _DEFAULTS.rope.theta, least=2.0),
        factor=yarn.number("factor", least=1.0),
        original_max_position_embeddings=original,
        beta_fast=yarn.number("beta", least=1e-6),
        beta_slow=yarn.number("alpha", least=1e-6),
        temperature_beta=temperature.number("beta"),
        apply_scale=yarn.flag("apply_scale", False),
    )


def _vision(vision: Fields) -> VisionConfig:
    vision.must_be("adapter_bias", False)
    vision.must_be("mm_projector_id", "patch_merge")
    vision.must_be("add_pre_mm_projector_layer_norm", True)
    vision.must_be("num_channels", 3)
    sizes = {key: vision.integer(key) for key in _VISION_WIDTHS}
    if sizes["hidden_size"] % sizes["num_attention_heads"]:
        raise vision.fault("num_attention_heads", "a divisor of hidden_size")
    image_key = "max_image_size" if vision.has("max_image_size") else "image_size"
    return VisionConfig(
        **sizes,
        num_hidden_layers=vision.integer("num_hidden_layers", most=MAX_LAYERS),
        image_size=vision.integer(image_key),
        spatial_merge_size=vision.integer("spatial_merge_size", most=64),
        rope_theta=vision.number("rope_theta", _VISION_DEFAULTS.rope_theta, least=2.0),
    )
