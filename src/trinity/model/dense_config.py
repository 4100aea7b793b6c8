"""The dense architecture in both config files: to a `DenseConfig`, and back to the official.

Called by `hf_config` and `native_config`, which know the files and the image encoder.
"""

from __future__ import annotations

from trinity.config import DenseConfig, VisionConfig
from trinity.errors import CheckpointError
from trinity.model.json_fields import MAX_LAYERS, MAX_POSITIONS, Fields, build_config

_DEFAULTS = DenseConfig()

_WIDTHS = (
    "hidden_size num_attention_heads num_key_value_heads intermediate_size vocab_size"
).split()
_FIXED: dict[str, tuple[object, ...]] = {
    "hidden_act": ("silu",),
    "attention_bias": (False,),
    "mlp_bias": (False,),
    "tie_word_embeddings": (False,),
    "sliding_window": (),
    "rope_scaling": (),
}
"""Values that this code implements, where the key is there at all."""
_NATIVE_WIDTHS = {
    "dim": "hidden_size",
    "n_heads": "num_attention_heads",
    "n_kv_heads": "num_key_value_heads",
    "head_dim": "head_dim",
    "hidden_dim": "intermediate_size",
    "vocab_size": "vocab_size",
}
_NATIVE_FIXED: dict[str, tuple[object, ...]] = {
    "tied_embeddings": (False,),
    "use_biases": (False,),
    "sliding_window": (),
    "_sliding_window": (),
    "yarn": (),
    "llama_4_scaling": (),
}


def dense_from_hf(text: Fields, vision: VisionConfig | None, image_token_id: int) -> DenseConfig:
    """The model whose text part is `text`, of `model_type` mistral. Raises `CheckpointError`."""
    for key, allowed in _FIXED.items():
        text.must_be(key, *allowed)
    if "sliding_window" not in text.data:
        raise CheckpointError(
            f"{text.where}: the key sliding_window is missing, which other readers take for 4096; "
            "write null, as the published files do, for attention to all that came before."
        )
    sizes = {key: text.integer(key) for key in _WIDTHS}
    layers = text.integer("num_hidden_layers", most=MAX_LAYERS)
    text.must_be("layer_types", ["full_attention"] * layers)
    return build_config(
        DenseConfig,
        text.where,
        **sizes,
        head_dim=text.integer("head_dim", sizes["hidden_size"] // sizes["num_attention_heads"]),
        num_hidden_layers=layers,
        max_position_embeddings=text.integer("max_position_embeddings", most=MAX_POSITIONS),
        rms_norm_eps=text.number("rms_norm_eps"),
        rope_theta=_rope_theta(text),
        vision=vision,
        bos_token_id=text.integer("bos_token_id", _DEFAULTS.bos_token_id, least=0),
        eos_token_id=text.integer("eos_token_id", _DEFAULTS.eos_token_id, least=0),
        pad_token_id=text.integer("pad_token_id", _DEFAULTS.pad_token_id, least=0),
        image_token_id=image_token_id,
    )


def dense_from_params(
    data: Fields, vision: VisionConfig | None, image_token_id: int
) -> DenseConfig:
    """The model that a `params.json` without experts describes. Raises `CheckpointError`."""
    for key, allowed in _NATIVE_FIXED.items():
        data.must_be(key, *allowed)
    limit = "max_position_embeddings" if data.has("max_position_embeddings") else "max_seq_len"
    return build_config(
        DenseConfig,
        data.where,
        **{ours: data.integer(key) for key, ours in _NATIVE_WIDTHS.items()},
        num_hidden_layers=data.integer("n_layers", most=MAX_LAYERS),
        max_position_embeddings=data.integer(
            limit, _DEFAULTS.max_position_embeddings, most=MAX_POSITIONS
        ),
        rms_norm_eps=data.number("norm_eps"),
        rope_theta=data.number("rope_theta", least=2.0),
        vision=vision,
        image_token_id=image_token_id,
    )


def dense_text_to_hf(config: DenseConfig) -> dict[str, object]:
    """The text part of `config.json`."""
    return {
        **{key: getattr(config, key) for key in _WIDTHS},
        "attention_bias": False,
        "bos_token_id": config.bos_token_id,
        "eos_token_id": config.eos_token_id,
        "head_dim": config.head_dim,
        "hidden_act": "silu",
        "max_position_embeddings": config.max_position_embeddings,
        "model_type": "mistral",
        "num_hidden_layers": config.num_hidden_layers,
        "pad_token_id": config.pad_token_id,
        "rms_norm_eps": config.rms_norm_eps,
        "rope_parameters": {"rope_theta": config.rope_theta, "rope_type": "default"},
        "sliding_window": None,
        "tie_word_embeddings": False,
    }


def _rope_theta(text: Fields) -> float:
    """Older files have the key beside the others, newer ones in a section of its own."""
    if not text.has("rope_parameters"):
        return text.number("rope_theta", least=2.0)
    rope = text.section("rope_parameters")
    rope.must_be("rope_type", "default")
    rope.must_be("partial_rotary_factor", 1.0)
    return rope.number("rope_theta", least=2.0)
