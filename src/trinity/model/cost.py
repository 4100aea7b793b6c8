"""What a model costs, from its shape alone: parameters, bytes and operations.

Called by `trinity info`, the engine's memory planning and the benchmarks' rooflines. Formulas; a
test compares them with the module itself and with the published counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from trinity.config import AnyConfig, DenseConfig, ModelConfig
from trinity.model.weight_format import WeightFormat

_GROUPS = {WeightFormat.INT4_G64: 64, WeightFormat.INT4_G32: 32, WeightFormat.NVFP4: 16}
"""Inputs that share one scale."""
_SCALE_BYTES = 2
"""Of the BF16 scales of integer formats."""

Matrix = tuple[int, int]
"""Rows (outputs) and inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A quantity, parameters or bytes, of each part of the whole model."""

    embedding: int
    head: int
    attention: int
    """Its matrices, all layers."""
    norms: int
    """Of the text model."""
    routers: int
    routed_experts: int
    shared_experts: int
    mlp: int
    """Of dense layers."""
    vision: int
    """Image encoder and projector."""

    @property
    def total(self) -> int:
        """The sum."""
        return sum(getattr(self, part.name) for part in fields(self))

    def as_dict(self) -> dict[str, int]:
        """By name, with the total."""
        return {**asdict(self), "total": self.total}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveParameters:
    """Parameters that work for one token, under the readings in use."""

    layers: int
    """Layers and final norm, without embedding and head."""
    with_head: int
    """And the head: what a step of text multiplies by."""
    with_head_and_vision: int
    """And the image side: the reading behind the published 6.5 B."""
    with_embedding_and_head: int
    """Text with both vocabulary matrices."""


def count_parameters(config: AnyConfig) -> Parts:
    """Parameters of each part."""
    layers = config.num_hidden_layers
    norms, expert, shared, mlp = 2 * config.hidden_size, 0, 0, 0
    if isinstance(config, DenseConfig):
        mlp = _num_values(mlp_matrices(config))
    else:
        norms += config.q_lora_rank + config.kv_lora_rank
        expert = _num_values(expert_matrices(config))
        shared = config.n_shared_experts
    return Parts(
        embedding=config.vocab_size * config.hidden_size,
        head=config.vocab_size * config.hidden_size,
        attention=layers * _num_values(attention_matrices(config)),
        norms=layers * norms + config.hidden_size,
        routers=layers * config.n_routed_experts * config.hidden_size,
        routed_experts=layers * config.n_routed_experts * expert,
        shared_experts=layers * shared * expert,
        mlp=layers * mlp,
        vision=_vision_parameters(config),
    )


def active_parameters(config: AnyConfig, experts: int | None = None) -> ActiveParameters:
    """Parameters per token with `experts` active ones; the model's own number when `None`.

    A dense model has no experts: all its layers work, whatever `experts` is.
    """
    parts = count_parameters(config)
    layers = (
        parts.attention
        + parts.norms
        + parts.routers
        + parts.shared_experts
        + parts.mlp
        + _of_routed(parts.routed_experts, config, experts)
    )
    with_head = layers + parts.head
    return ActiveParameters(
        layers=layers,
        with_head=with_head,
        with_head_and_vision=with_head + parts.vision,
        with_embedding_and_head=with_head + parts.embedding,
    )


def weight_bytes(config: AnyConfig, weight_format: WeightFormat) -> Parts:
    """Bytes of each part on disk or in memory, scales included, file headers not."""
    counts = count_parameters(config)
    item = 4 if weight_format is WeightFormat.FP32 else 2
    plain = {name: number * item for name, number in asdict(counts).items()}
    if weight_format in (WeightFormat.FP32, WeightFormat.BF16):
        return Parts(**plain)
    if isinstance(config, DenseConfig):
        plain["mlp"] = _matrices_bytes(config, mlp_matrices(config), weight_format)
    else:
        plain |= _experts_bytes(config, weight_format)
    if weight_format is not WeightFormat.NVFP4:
        plain["attention"] = _matrices_bytes(config, attention_matrices(config), weight_format)
    return Parts(**plain)


def _matrices_bytes(config: AnyConfig, matrices: list[Matrix], weight_format: WeightFormat) -> int:
    """Bytes of matrices that every layer has."""
    scalars = _scalar_bytes(weight_format, matrices=len(matrices))
    return config.num_hidden_layers * (_stored_bytes(matrices, weight_format) + scalars)


def _experts_bytes(config: ModelConfig, weight_format: WeightFormat) -> dict[str, int]:
    """Bytes of the routed and shared experts of all layers."""
    layers = config.num_hidden_layers
    expert = _stored_bytes(expert_matrices(config), weight_format)
    routed = expert + _scalar_bytes(weight_format, matrices=3, is_routed=True)
    shared = config.n_shared_experts * expert + _scalar_bytes(weight_format, matrices=3)
    return {
        "routed_experts": layers * config.n_routed_experts * routed,
        "shared_experts": layers * shared,
    }


def cache_bytes_per_token(config: AnyConfig, item_bytes: int = 2) -> int:
    """Bytes of cache that one token takes in all layers; 2 bytes a value is BF16."""
    return config.num_hidden_layers * config.cache_width * item_bytes


def memory_bytes(
    config: AnyConfig,
    weight_format: WeightFormat,
    *,
    context: int,
    sequences: int = 1,
    cache_item_bytes: int = 2,
) -> int:
    """Bytes to hold all weights and the caches of `sequences`, each of `context` tokens."""
    cache = context * sequences * cache_bytes_per_token(config, cache_item_bytes)
    return weight_bytes(config, weight_format).total + cache


def flops_per_token(config: AnyConfig, *, context: int, experts: int | None = None) -> int:
    """Floating-point operations of one decoded token that attends to `context` tokens.

    Two per multiplication with a weight; latent attention is counted in its absorbed form, in which
    each head reads the latent once as a key and once as a value.
    """
    parts = count_parameters(config)
    weights = active_parameters(config, experts).with_head - parts.norms
    if isinstance(config, DenseConfig):
        per_head = 2 * config.head_dim
    else:
        per_head = config.latent_dim + config.kv_lora_rank
    per_key = config.num_attention_heads * per_head
    return 2 * (weights + config.num_hidden_layers * per_key * context)


def decode_bytes(
    config: AnyConfig,
    weight_format: WeightFormat,
    *,
    context: int,
    sequences: int = 1,
    experts: int | None = None,
    cache_item_bytes: int = 2,
) -> int:
    """Bytes that one decode step reads for `sequences` tokens, one each, of equal context.

    Experts that several tokens share are read once: the expected number of distinct ones if each
    token chose at random. Divide by `sequences` for the bytes per token.
    """
    parts = weight_bytes(config, weight_format)
    always = parts.total - parts.routed_experts - parts.embedding - parts.vision
    chosen = 0.0
    if config.n_routed_experts:
        each = (experts or config.num_experts_per_tok) / config.n_routed_experts
        chosen = 1 - (1 - each) ** sequences
    embedding_rows = sequences * parts.embedding // config.vocab_size
    cache = sequences * context * cache_bytes_per_token(config, cache_item_bytes)
    return always + round(parts.routed_experts * chosen) + embedding_rows + cache


def attention_matrices(config: AnyConfig) -> list[Matrix]:
    """The projections of one layer's attention: q_a, q_b, kv_a, kv_b, o; q, k, v, o where dense."""
    heads = config.num_attention_heads
    if isinstance(config, DenseConfig):
        query = (heads * config.head_dim, config.hidden_size)
        key = (config.num_key_value_heads * config.head_dim, config.hidden_size)
        return [query, key, key, (config.hidden_size, heads * config.head_dim)]
    return [
        (config.q_lora_rank, config.hidden_size),
        (heads * config.qk_head_dim, config.q_lora_rank),
        (config.latent_dim, config.hidden_size),
        (heads * (config.qk_nope_head_dim + config.v_head_dim), config.kv_lora_rank),
        (config.hidden_size, heads * config.v_head_dim),
    ]


def mlp_matrices(config: DenseConfig) -> list[Matrix]:
    """The matrices of one dense layer's MLP: gate, up, down."""
    wide = (config.intermediate_size, config.hidden_size)
    return [wide, wide, (config.hidden_size, config.intermediate_size)]


def expert_matrices(config: ModelConfig) -> list[Matrix]:
    """The matrices of one expert: gate, up, down."""
    wide = (config.moe_intermediate_size, config.hidden_size)
    return [wide, wide, (config.hidden_size, config.moe_intermediate_size)]


def _num_values(matrices: list[Matrix]) -> int:
    return sum(rows * inputs for rows, inputs in matrices)


def _of_routed(quantity: int, config: AnyConfig, experts: int | None) -> int:
    if not quantity:
        return 0
    count = config.num_experts_per_tok if experts is None else experts
    return quantity // config.n_routed_experts * count


def _stored_bytes(matrices: list[Matrix], weight_format: WeightFormat) -> int:
    """Values and per-row or per-group scales; `_scalar_bytes` has those of whole matrices."""
    total = 0
    for rows, inputs in matrices:
        if weight_format is WeightFormat.FP8:
            total += rows * inputs
        elif weight_format is WeightFormat.INT8:
            total += rows * (inputs + _SCALE_BYTES)
        else:
            scale = 1 if weight_format is WeightFormat.NVFP4 else _SCALE_BYTES
            groups = -(-inputs // _GROUPS[weight_format])
            total += rows * (-(-inputs // 2) + groups * scale)
    return total


def _scalar_bytes(weight_format: WeightFormat, *, matrices: int, is_routed: bool = False) -> int:
    """Bytes of the scales that whole matrices have, for its weights and for its input.

    FP8: both FP32, and a routed expert's gate and up are one matrix. NVFP4: both FP32, but BF16
    for the input of the shared expert.
    """
    match weight_format:
        case WeightFormat.FP8:
            return (matrices - is_routed) * (4 + 4)
        case WeightFormat.NVFP4:
            return matrices * (4 + 4 if is_routed else 4 + 2)
        case _:
            return 0


def _vision_parameters(config: AnyConfig) -> int:
    vision = config.vision
    if vision is None:
        return 0
    width, text = vision.hidden_size, config.hidden_size
    layer = 4 * width**2 + 3 * width * vision.intermediate_size + 2 * width
    patches = 3 * vision.patch_size**2 * width + width
    merger = width + width**2 * vision.spatial_merge_size**2
    return patches + vision.num_hidden_layers * layer + merger + width * text + text**2
