"""The shape of a model and the settings of engine and server: frozen, checked on construction.

Field names are those of the official `config.json`. Presets live in `trinity.presets`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from trinity.errors import ConfigError
from trinity.types import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class RopeConfig:
    """Rotary position embedding with YaRN blending and the query temperature."""

    theta: float = 10_000.0
    factor: float = 128.0
    """YaRN context extension; frequencies that turn slowly are divided by it."""
    original_max_position_embeddings: int = 8192
    beta_fast: float = 32.0
    beta_slow: float = 1.0
    temperature_beta: float = 0.1
    """`llama_4_scaling_beta`: queries grow by 1 + beta * ln(1 + floor(position / original))."""
    apply_scale: bool = False
    """Multiply the softmax scale by YaRN's mscale squared; the official weights say false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionConfig:
    """The Pixtral image encoder and its projector."""

    hidden_size: int = 1024
    intermediate_size: int = 4096
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    patch_size: int = 14
    """Pixels per patch side."""
    image_size: int = 1540
    """Cap on the longest edge, pixels."""
    spatial_merge_size: int = 2
    """Patches per image token along each side."""
    rope_theta: float = 10_000.0
    rms_norm_eps: float = 1e-5

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_attention_heads

    @property
    def token_pixels(self) -> int:
        """Pixels covered by one image token along each side."""
        return self.patch_size * self.spatial_merge_size


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """A model of the Small 4 family: latent attention, routed experts, optional image encoder."""

    hidden_size: int = 4096
    num_hidden_layers: int = 36
    num_attention_heads: int = 32
    q_lora_rank: int = 1024
    kv_lora_rank: int = 256
    qk_nope_head_dim: int = 64
    qk_rope_head_dim: int = 64
    v_head_dim: int = 128
    n_routed_experts: int = 128
    num_experts_per_tok: int = 4
    n_shared_experts: int = 1
    moe_intermediate_size: int = 2048
    vocab_size: int = 131_072
    max_position_embeddings: int = 1_048_576
    rms_norm_eps: float = 1e-6
    rope: RopeConfig = field(default_factory=RopeConfig)
    vision: VisionConfig | None = field(default_factory=VisionConfig)
    bos_token_id: int = 1
    eos_token_id: int = 2
    pad_token_id: int = 11
    image_token_id: int = 10

    def __post_init__(self) -> None:
        """Refuse shapes that no tensor could have."""
        if not 1 <= self.num_experts_per_tok <= self.n_routed_experts:
            raise ConfigError(
                f"num_experts_per_tok is {self.num_experts_per_tok}; with {self.n_routed_experts} "
                f"routed experts it must be 1 to {self.n_routed_experts}."
            )
        if self.qk_rope_head_dim % 2:
            raise ConfigError(
                f"qk_rope_head_dim is {self.qk_rope_head_dim}; rotary pairs need an even width."
            )
        _check_vision(self.vision)

    @property
    def qk_head_dim(self) -> int:
        """Width of one query or key head."""
        return self.qk_nope_head_dim + self.qk_rope_head_dim

    @property
    def latent_dim(self) -> int:
        """Width of what latent attention keeps of a token: the latent and the shared rotary key."""
        return self.kv_lora_rank + self.qk_rope_head_dim

    @property
    def cache_width(self) -> int:
        """Values cached per token and layer."""
        return self.latent_dim


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseConfig:
    """A model of the generation before, dense: grouped-query attention and one wide MLP a layer."""

    hidden_size: int = 5120
    num_hidden_layers: int = 40
    num_attention_heads: int = 32
    num_key_value_heads: int = 8
    """Heads of keys and values; each serves as many query heads as the next."""
    head_dim: int = 128
    intermediate_size: int = 32_768
    vocab_size: int = 131_072
    max_position_embeddings: int = 32_768
    rms_norm_eps: float = 1e-5
    rope_theta: float = 100_000_000.0
    vision: VisionConfig | None = None
    bos_token_id: int = 1
    eos_token_id: int = 2
    pad_token_id: int = 11
    image_token_id: int = 10

    def __post_init__(self) -> None:
        """Refuse shapes that no tensor could have."""
        if self.num_key_value_heads < 1 or self.num_attention_heads % self.num_key_value_heads:
            raise ConfigError(
                f"num_key_value_heads is {self.num_key_value_heads}; it must divide the "
                f"{self.num_attention_heads} attention heads."
            )
        if self.head_dim % 2:
            raise ConfigError(f"head_dim is {self.head_dim}; rotary pairs need an even width.")
        _check_vision(self.vision)

    @property
    def cache_width(self) -> int:
        """Values cached per token and layer: the keys of all heads, then their values."""
        return 2 * self.num_key_value_heads * self.head_dim

    @property
    def n_routed_experts(self) -> int:
        """There are none to choose from."""
        return 0

    @property
    def num_experts_per_tok(self) -> int:
        """Routed experts of a token: none."""
        return 0


AnyConfig = ModelConfig | DenseConfig
"""The shape of a model of either architecture: all that engine, training and files need."""


def _check_vision(vision: VisionConfig | None) -> None:
    if vision and vision.head_dim % 4:
        raise ConfigError(
            f"The vision head width is {vision.head_dim}; two-axis rotary pairs need a multiple "
            "of 4."
        )


LogFormat = Literal["text", "json"]
WEIGHTS = ("auto", "fp32", "bf16", "int8", "mixed", "int4")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """Sizes and policies of the engine."""

    block_size: int = 16
    """Cache slots per block."""
    num_blocks: int | None = None
    """Cache blocks; `None` sizes the cache for `max_sequences` at a quarter of the context."""
    max_sequences: int = 32
    """Sequences in one step."""
    max_step_tokens: int = 512
    """Token budget of one step: decoded tokens first, the rest for prompt chunks."""
    max_context: int | None = None
    """Longest prompt plus answer, tokens; `None` is the model's own limit."""
    max_waiting: int = 256
    """Requests that may queue before new ones are refused."""
    deterministic: bool = False
    """Make each row's arithmetic independent of what else is in the batch, bit for bit; slower."""
    mode: Mode = Mode.BALANCED
    """What requests that name no mode are served as, until it is switched."""
    speculation: bool = True
    """Guess tokens from what was said before, where that pays; answers do not change."""
    lossy: bool = False
    """Serve requests that do not say with the lossy profile of their mode, where there is one."""
    prefix_cache: bool = True
    """Reuse cache blocks of equal prompt prefixes."""
    weights: str = "auto"
    """What the native kernels hold weights as, one of `WEIGHTS`; `auto` is what the checkpoint says
    that it serves best as, else loses nothing. `mixed` is int4 for routed experts and int8 for what
    every token passes through."""

    def __post_init__(self) -> None:
        """Raise `ConfigError` for a format that does not exist, and for what excludes itself."""
        if self.weights not in WEIGHTS:
            raise ConfigError(
                f"weights is {self.weights!r}; it must be one of {', '.join(WEIGHTS)}."
            )
        if self.lossy and self.deterministic:
            raise ConfigError(
                "lossy and deterministic are both set, but lossy routing depends on what else is "
                "computed; set one of them."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Where and for whom the server answers."""

    host: str = "127.0.0.1"
    port: int = 8000
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    """Keys that may use all of the API. A host that is not loopback needs these or a file."""
    key_file: str | None = None
    """File of the keys that `trinity keys` creates and revokes; `None`: there are no such keys."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose web pages may use the server from a browser; `*`, which needs keys, is all."""
    max_body_bytes: int = 32 * 1024 * 1024
    """Larger request bodies are refused before they are read."""
    log_format: LogFormat = "text"
    """How requests are logged on standard error: lines for people, or JSON for programs."""
    tracing: bool = False
    """Send a span of every request to OpenTelemetry; needs the extra `tracing`."""
    data_dir: str | None = None
    """Directory of uploaded files and batches, made if need be; `None`: neither is kept."""
    max_file_bytes: int = 100 * 1024 * 1024
    """Larger files are refused before they are kept."""
    max_files: int = 1000
    """Files that are kept; more are refused."""
    max_stored_bytes: int = 2 * 1024 * 1024 * 1024
    """Bytes of all files; more uploads are refused. Results of batches count, and always fit."""
