"""How fast a model could be here: the smaller of what bandwidth and what arithmetic allow.

Weights count as the native kernels hold them: integers in groups of 32 with a BF16 scale, routers
and embedding in BF16, norms and cache in FP32. Experts are taken to be chosen at random.
"""

from __future__ import annotations

from dataclasses import dataclass

from trinity.bench.rates import Rates
from trinity.bench.workload import Workload
from trinity.config import AnyConfig, DenseConfig
from trinity.model.cost import (
    active_parameters,
    cache_bytes_per_token,
    count_parameters,
    flops_per_token,
)

_INT8_BYTES, _INT4_BYTES = 1 + 2 / 32, 0.5 + 2 / 32
_HELD_BYTES = {
    "fp32": (4.0, 4.0),
    "bf16": (2.0, 2.0),
    "int8": (_INT8_BYTES, _INT8_BYTES),
    "mixed": (_INT8_BYTES, _INT4_BYTES),
    "int4": (_INT4_BYTES, _INT4_BYTES),
}
"""Of a weight that every token passes through, and of one in a routed expert or an MLP."""
FP32_BYTES = 4
BF16_BYTES = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """Least work of a phase, and the time that it takes at least."""

    flops: float
    bytes: float
    seconds: float

    def __add__(self, other: Limit) -> Limit:
        """One phase after the other."""
        return Limit(
            self.flops + other.flops, self.bytes + other.bytes, self.seconds + other.seconds
        )


def decode_step(
    config: AnyConfig, weights: str, rates: Rates, *, streams: int, context: float
) -> Limit:
    """One step of `streams` tokens, each at `context`: weights are read once, caches each."""
    flops = streams * flops_per_token(config, context=round(context))
    cache = streams * context * cache_bytes_per_token(config, FP32_BYTES)
    return _limit(flops, _weight_bytes(config, weights, streams) + cache, weights, rates)


def prefill(config: AnyConfig, weights: str, rates: Rates, *, streams: int, prompt: int) -> Limit:
    """Reading `streams` prompts together: weights once, keys and values expanded, one row of
    scores a prompt."""
    parts = count_parameters(config)
    per_token = active_parameters(config).layers - parts.norms
    widths = (
        2 * config.head_dim
        if isinstance(config, DenseConfig)
        else config.qk_head_dim + config.v_head_dim
    )
    per_pair = config.num_attention_heads * widths
    pairs = prompt * (prompt + 1) / 2
    per_prompt = per_token * prompt + config.num_hidden_layers * per_pair * pairs + parts.head
    return _limit(
        2.0 * streams * per_prompt, _weight_bytes(config, weights, streams * prompt), weights, rates
    )


def whole(config: AnyConfig, weights: str, rates: Rates, work: Workload) -> Limit:
    """A workload: all prompts first, then steps of all streams at their mean context."""
    begin = prefill(config, weights, rates, streams=work.streams, prompt=work.prompt)
    middle = work.prompt + work.output / 2
    step = decode_step(config, weights, rates, streams=work.streams, context=middle)
    steps = work.output - 1
    return begin + Limit(steps * step.flops, steps * step.bytes, steps * step.seconds)


def _limit(flops: float, num_bytes: float, weights: str, rates: Rates) -> Limit:
    seconds = max(flops / rates.flops(weights), num_bytes / rates.read_bytes)
    return Limit(flops, num_bytes, seconds)


def _weight_bytes(config: AnyConfig, weights: str, tokens: int) -> float:
    """What a step of so many tokens reads of the weights."""
    parts = count_parameters(config)
    dense, routed = _HELD_BYTES[weights]
    share = 1.0
    if config.n_routed_experts:
        share -= (1 - config.num_experts_per_tok / config.n_routed_experts) ** tokens
    return (
        dense * (parts.attention + parts.shared_experts + parts.head)
        + routed * (share * parts.routed_experts + parts.mlp)
        + FP32_BYTES * parts.norms
        + BF16_BYTES * (parts.routers + tokens * config.hidden_size)
    )
