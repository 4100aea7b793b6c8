"""The named model shapes, of two architectures; within one only the numbers differ."""

from __future__ import annotations

from dataclasses import replace

from trinity.config import AnyConfig, DenseConfig, ModelConfig, VisionConfig
from trinity.errors import NotFound

_SMALL_VISION = VisionConfig(
    # 8-pixel patches merged two by two: one token per 16 pixels, about a glyph of 12-point text.
    patch_size=8,
    # Longest edge; a line of a dozen letters stays legible, and a picture takes at most 156 tokens.
    image_size=192,
    hidden_size=128,
    intermediate_size=320,
    num_hidden_layers=4,
    num_attention_heads=4,
)

# The embedded model. 128 experts of width 32 (the INT4 group) leave 1.9 M of 17 M parameters
# active; heads of 32 + 32 keep positions sharp for copying digits; the vocabulary is the 1,000
# control ids of Tekken and 1,048 byte-pair tokens, so the head stays a sixth of the work.
_MINI = ModelConfig(
    hidden_size=192,
    num_hidden_layers=6,
    num_attention_heads=6,
    q_lora_rank=96,
    kv_lora_rank=64,
    qk_nope_head_dim=32,
    qk_rope_head_dim=32,
    v_head_dim=32,
    moe_intermediate_size=32,
    vocab_size=2048,
    max_position_embeddings=4096,
    vision=_SMALL_VISION,
)

PRESETS: dict[str, AnyConfig] = {
    "small-4": ModelConfig(),
    "mini": _MINI,
    # What a GPU trains in mini's place: 29.4 M parameters, 3.5 M of them at work for a token. 56 MB
    # of BF16 are small enough to ship.
    "mini-large": replace(
        _MINI, hidden_size=256, num_hidden_layers=8, num_attention_heads=8, q_lora_rank=128
    ),
    # For tests and ablations: the same vocabulary and layout, less of everything.
    "nano": replace(
        _MINI,
        hidden_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        q_lora_rank=64,
        kv_lora_rank=32,
        vision=replace(
            _SMALL_VISION,
            hidden_size=64,
            intermediate_size=160,
            num_hidden_layers=2,
            num_attention_heads=2,
        ),
    ),
    # Random weights, no pictures, the real model's heads: speed beside peers. The first fits a
    # cache, where overheads rule.
    "bench-30m": ModelConfig(
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        q_lora_rank=128,
        moe_intermediate_size=64,
        vocab_size=4096,
        vision=None,
    ),
    # The real model with every width a quarter, and seven layers: memory bandwidth rules.
    "bench-1500m": ModelConfig(
        hidden_size=1024,
        num_hidden_layers=7,
        num_attention_heads=8,
        q_lora_rank=256,
        moe_intermediate_size=512,
        vocab_size=32_768,
        vision=None,
    ),
    # The generation before: Mistral Small 3, which Small 4 is measured against.
    "small-3": DenseConfig(),
    # What "small-3" is to "small-4", to "bench-1500m": Small 3 with every width and the number of
    # layers a quarter. 389.3 M parameters work for a token (head included, embedding not), beside
    # 105.6 M: 3.69 times as many, as 24 to 6.5.
    "bench-dense": DenseConfig(
        hidden_size=1280,
        num_hidden_layers=10,
        num_attention_heads=8,
        num_key_value_heads=2,
        intermediate_size=8192,
        vocab_size=32_768,
    ),
    # What "small-3" is to "small-4", to "mini": its vocabulary, vision, context and depth. 7.00 M
    # parameters work for a token (head included, embedding and vision not), beside 1.91 M: 3.67
    # times as many. The MLP is 6.3 times as wide as the model (Small 3: 6.4), and 8 heads of mini's
    # rotary width share 2 of keys and values. 4,096 positions need no slower turns than mini's.
    "mini-dense": DenseConfig(
        hidden_size=224,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=32,
        intermediate_size=1408,
        vocab_size=2048,
        max_position_embeddings=4096,
        rope_theta=10_000.0,
        vision=_SMALL_VISION,
    ),
}


def preset(name: str) -> AnyConfig:
    """The shape of the preset `name`; raises `NotFound` listing the names that exist."""
    try:
        return PRESETS[name]
    except KeyError:
        names = ", ".join(PRESETS)
        raise NotFound(f"There is no preset {name!r}; the presets are {names}.") from None
