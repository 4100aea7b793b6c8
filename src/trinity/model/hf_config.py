"""The official `config.json` (Hugging Face layout) to a config of either architecture and back.

A value that would change the network's arithmetic is honoured or refused; others are ignored.
"""

from __future__ import annotations

from collections.abc import Callable

from trinity.config import AnyConfig, DenseConfig, ModelConfig, RopeConfig, VisionConfig
from trinity.errors import CheckpointError
from trinity.model.dense_config import dense_from_hf, dense_text_to_hf
from trinity.model.json_fields import MAX_LAYERS, MAX_POSITIONS, Fields, build_config
from trinity.model.weight_format import WeightFormat

_DEFAULTS = ModelConfig()
_VISION_DEFAULTS = VisionConfig()

_TEXT_WIDTHS = (
    "hidden_size num_attention_heads q_lora_rank kv_lora_rank qk_nope_head_dim qk_rope_head_dim "
    "v_head_dim n_routed_experts num_experts_per_tok n_shared_experts moe_intermediate_size "
    "vocab_size"
).split()
_VISION_WIDTHS = "hidden_size intermediate_size num_attention_heads patch_size image_size".split()

_TEXT_FIXED: dict[str, tuple[object, ...]] = {
    "hidden_act": ("silu",),
    "attention_bias": (False,),
    "mlp_bias": (False,),
    "tie_word_embeddings": (False,),
    "first_k_dense_replace": (0,),
    "n_group": (1,),
    "topk_group": (1,),
    "norm_topk_prob": (True,),
    "routed_scaling_factor": (1.0,),
    "scoring_func": ("softmax",),
    "rope_interleave": (True,),
    "sliding_window": (),
    "rope_scaling": (),
}
"""Values of `text_config` that this code implements, where the key is there at all."""
_DTYPES = {"bfloat16": WeightFormat.BF16, "float32": WeightFormat.FP32}


def config_from_hf(data: Fields) -> AnyConfig:
    """The model that `config.json` describes: with vision (mistral3) or text alone.

    The text is Small 4's (mistral4) or dense (mistral). Raises `CheckpointError` for other
    architectures and for settings that are not implemented.
    """
    kind = data.text("model_type", "unknown")
    text = data.section("text_config") if kind == "mistral3" else data
    read: Callable[[Fields, VisionConfig | None, int], AnyConfig]
    match text.text("model_type", "unknown"):
        case "mistral4":
            read = _model
        case "mistral":
            read = dense_from_hf
        case _:
            raise CheckpointError(
                f"{data.where}: the architecture is {kind}; only mistral4 and mistral text models, "
                "alone or inside mistral3, are supported."
            )
    if text is data:
        return read(data, None, _DEFAULTS.image_token_id)
    data.must_be("tie_word_embeddings", False)
    data.must_be("multimodal_projector_bias", False)
    data.must_be("projector_hidden_act", "gelu")
    data.must_be("vision_feature_layer", -1)
    image_key = "image_token_index" if data.has("image_token_index") else "image_token_id"
    image_token_id = data.integer(image_key, _DEFAULTS.image_token_id, least=0)
    return read(text, _vision(data), image_token_id)


def weight_format_of(data: Fields) -> WeightFormat:
    """How the weights beside this `config.json` are stored; BF16 where it does not say."""
    text = data.section("text_config") if data.has("text_config") else data
    for part in (data, text):
        if part.has("quantization_config"):
            return quantised_format(part.section("quantization_config"))
    key = "dtype" if data.has("dtype") else "torch_dtype"
    if data.text(key, "bfloat16") not in _DTYPES:
        raise data.fault(key, " or ".join(_DTYPES))
    return _DTYPES[data.text(key, "bfloat16")]


def quantised_format(quantisation: Fields) -> WeightFormat:
    """The format that a `quantization_config` declares; raises `CheckpointError` for others."""
    if quantisation.data.get("quant_method") == "fp8":
        return WeightFormat.FP8
    if quantisation.data.get("format") == "nvfp4-pack-quantized":
        return WeightFormat.NVFP4
    raise quantisation.fault("quant_method", "fp8 or compressed-tensors in NVFP4")


def config_to_hf(config: AnyConfig, weight_format: WeightFormat) -> dict[str, object]:
    """`config.json` for a model in this format, as transformers 5.23 writes and reads it."""
    dtype = next(name for name, known in _DTYPES.items() if known is weight_format)
    if isinstance(config, DenseConfig):
        text, alone = dense_text_to_hf(config), "MistralForCausalLM"
    else:
        text, alone = _text_to_hf(config), "Mistral4ForCausalLM"
    if config.vision is None:
        return {"architectures": [alone], "dtype": dtype, **text}
    return {
        "architectures": ["Mistral3ForConditionalGeneration"],
        "dtype": dtype,
        "image_token_index": config.image_token_id,
        "model_type": "mistral3",
        "multimodal_projector_bias": False,
        "projector_hidden_act": "gelu",
        "spatial_merge_size": config.vision.spatial_merge_size,
        "text_config": text,
        "tie_word_embeddings": False,
        "vision_config": _vision_to_hf(config.vision),
        "vision_feature_layer": -1,
    }


def _model(text: Fields, vision: VisionConfig | None, image_token_id: int) -> ModelConfig:
    for key, allowed in _TEXT_FIXED.items():
        text.must_be(key, *allowed)
    sizes = {key: text.integer(key) for key in _TEXT_WIDTHS}
    text.must_be("num_key_value_heads", sizes["num_attention_heads"])
    config = build_config(
        ModelConfig,
        text.where,
        **sizes,
        num_hidden_layers=text.integer("num_hidden_layers", most=MAX_LAYERS),
        max_position_embeddings=text.integer("max_position_embeddings", most=MAX_POSITIONS),
        rms_norm_eps=text.number("rms_norm_eps"),
        rope=_rope(text.section("rope_parameters")),
        vision=vision,
        bos_token_id=text.integer("bos_token_id", _DEFAULTS.bos_token_id, least=0),
        eos_token_id=text.integer("eos_token_id", _DEFAULTS.eos_token_id, least=0),
        pad_token_id=text.integer("pad_token_id", _DEFAULTS.pad_token_id, least=0),
        image_token_id=image_token_id,
    )
    share = config.qk_rope_head_dim / config.qk_head_dim
    text.section("rope_parameters").must_be("partial_rotary_factor", share)
    return config


def _rope(rope: Fields) -> RopeConfig:
    """YaRN's parameters.

    `mscale_all_dim` does not reach the softmax scale: converters write it as a constant and drop
    the flag `apply_scale` of the original format, which is false for the published weights. Only
    that flag, which `config_to_hf` keeps, asks for the larger scale.
    """
    rope.must_be("rope_type", "yarn")
    rope.must_be("type", "yarn")
    rope.must_be("attention_factor", 1.0)
    rope.must_be("truncate", True)
    rope.must_be("mscale_all_dim", 0.0, 1.0)
    if not rope.has("attention_factor"):
        # Their ratio is then the amplitude of the rotation, which must be 1.
        rope.must_be("mscale", rope.number("mscale_all_dim"))
    return RopeConfig(
        theta=rope.number("rope_theta", least=2.0),
        factor=rope.number("factor", least=1.0),
        original_max_position_embeddings=rope.integer(
            "original_max_position_embeddings", most=MAX_POSITIONS
        ),
        beta_fast=rope.number("beta_fast", least=1e-6),
        beta_slow=rope.number("beta_slow", least=1e-6),
        temperature_beta=rope.number("llama_4_scaling_beta"),
        apply_scale=rope.flag("apply_scale", False),
    )


def _vision(data: Fields) -> VisionConfig:
    vision = data.section("vision_config")
    vision.must_be("model_type", "pixtral")
    vision.must_be("hidden_act", "silu")
    vision.must_be("num_channels", 3)
    rope = vision.section("rope_parameters") if vision.has("rope_parameters") else vision
    rope.must_be("rope_type", "axial", "default")
    sizes = {key: vision.integer(key) for key in _VISION_WIDTHS}
    if sizes["hidden_size"] % sizes["num_attention_heads"]:
        raise vision.fault("num_attention_heads", "a divisor of hidden_size")
    result = VisionConfig(
        **sizes,
        num_hidden_layers=vision.integer("num_hidden_layers", most=MAX_LAYERS),
        spatial_merge_size=data.integer("spatial_merge_size", most=64),
        rope_theta=rope.number("rope_theta", _VISION_DEFAULTS.rope_theta, least=2.0),
        rms_norm_eps=vision.number("rms_norm_eps", _VISION_DEFAULTS.rms_norm_eps),
    )
    vision.must_be("head_dim", result.head_dim)
    return result


def _text_to_hf(config: ModelConfig) -> dict[str, object]:
    return {
        **{key: getattr(config, key) for key in _TEXT_WIDTHS},
        "attention_bias": False,
        "bos_token_id": config.bos_token_id,
        "eos_token_id": config.eos_token_id,
        "first_k_dense_replace": 0,
        "head_dim": config.qk_head_dim,
        "hidden_act": "silu",
        # No layer is dense, so nothing has this width; readers want the key.
        "intermediate_size": 3 * config.hidden_size,
        "max_position_embeddings": config.max_position_embeddings,
        "model_type": "mistral4",
        "n_group": 1,
        "norm_topk_prob": True,
        "num_hidden_layers": config.num_hidden_layers,
        "num_key_value_heads": config.num_attention_heads,
        "pad_token_id": config.pad_token_id,
        "rms_norm_eps": config.rms_norm_eps,
        "rope_interleave": True,
        "rope_parameters": _rope_to_hf(config),
        "routed_scaling_factor": 1.0,
        "tie_word_embeddings": False,
        "topk_group": 1,
    }


def _rope_to_hf(config: ModelConfig) -> dict[str, object]:
    rope = config.rope
    parameters: dict[str, object] = {
        "beta_fast": rope.beta_fast,
        "beta_slow": rope.beta_slow,
        "factor": rope.factor,
        "llama_4_scaling_beta": rope.temperature_beta,
        "mscale": 1.0,
        "original_max_position_embeddings": rope.original_max_position_embeddings,
        "partial_rotary_factor": config.qk_rope_head_dim / config.qk_head_dim,
        "rope_theta": rope.theta,
        "rope_type": "yarn",
    }
    if rope.apply_scale:
        return {**parameters, "mscale_all_dim": 1.0, "apply_scale": True}
    # From 5.15 on, transformers multiplies the softmax scale by YaRN's mscale squared unless
    # mscale_all_dim is 0; attention_factor then keeps the rotation's amplitude at 1.
    return {**parameters, "mscale_all_dim": 0.0, "attention_factor": 1.0}


def _vision_to_hf(vision: VisionConfig) -> dict[str, object]:
    return {
        **{key: getattr(vision, key) for key in _VISION_WIDTHS},
        "head_dim": vision.head_dim,
        "hidden_act": "silu",
        "model_type": "pixtral",
        "num_channels": 3,
        "num_hidden_layers": vision.num_hidden_layers,
        "rms_norm_eps": vision.rms_norm_eps,
        "rope_parameters": {"rope_theta": vision.rope_theta, "rope_type": "axial"},
    }
