"""The C++ layers of `csrc/serving.hpp`: decoding and prefilling over the paged cache on a CPU.

Weights are packed once; activations and the cache are FP32. A token's result depends on its own
sequence alone, bit for bit, so nothing more is needed for a deterministic engine.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from trinity.config import AnyConfig, ModelConfig
from trinity.ops import _native as kernels
from trinity.ops.batch import PagedBatch
from trinity.ops.reference import AttentionWeights, ExpertsWeights, split_kv_b
from trinity.ops.rope import softmax_scale

PANEL = 16
"""Outputs whose weights stand together in a packed matrix."""

WeightFormat = kernels.WeightFormat
Plan = kernels.Plan
Matrix = kernels.Matrix
Pack = Callable[[Tensor, Plan], Matrix]
"""Makes a packed matrix of a matrix [out, in]."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What matrices are packed as; norms are always FP32."""

    dense: Plan
    """Attention, shared experts and head."""
    routed: Plan
    """Routed experts; the MLP of a dense model, which has most of its bytes."""
    router: Plan


_FP32 = Plan(WeightFormat.F32, takes_bytes=False)
_BF16 = Plan(WeightFormat.B16, takes_bytes=False)
_INT8 = Plan(WeightFormat.I8, takes_bytes=True)
_INT4 = Plan(WeightFormat.I4, takes_bytes=True)
WEIGHTS = {
    "fp32": Weights(_FP32, _FP32, _FP32),
    "bf16": Weights(_BF16, _BF16, _FP32),
    "int8": Weights(_INT8, _INT8, _FP32),
    # What every token passes through stays finer: errors add up there.
    "mixed": Weights(_INT8, _INT4, _FP32),
    "int4": Weights(_INT4, _INT4, _FP32),
}
"""By name. Integers come in groups of 32 inputs with one scale, and multiply rows of bytes."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One decoder layer, packed."""

    attention: kernels.AttentionLayer
    experts: kernels.ExpertsLayer


def pack_layer(
    input_norm: Tensor,
    attention: AttentionWeights,
    post_norm: Tensor,
    experts: ExpertsWeights,
    config: ModelConfig,
    weights: Weights,
    pack: Pack,
) -> Layer:
    """The layer in the kernels' layout; `pack` is called for each matrix, in a fixed order."""
    return Layer(
        _pack_attention(input_norm, attention, config, weights.dense, pack),
        _pack_experts(post_norm, experts, config, weights, pack),
    )


def _pack_attention(
    norm: Tensor, w: AttentionWeights, c: ModelConfig, plan: Plan, pack: Pack
) -> kernels.AttentionLayer:
    sizes = [
        c.hidden_size, c.num_attention_heads, c.qk_nope_head_dim, c.qk_rope_head_dim, c.v_head_dim,
        c.kv_lora_rank, c.q_lora_rank,
    ]  # fmt: skip
    norms = as_floats(norm, w.q_a_norm, w.kv_a_norm)
    key_HNC, value_HVC = split_kv_b(w.kv_b, c)
    return kernels.AttentionLayer.make(
        sizes,
        c.rms_norm_eps,
        softmax_scale(c.qk_head_dim, c.rope),
        _addresses(norms),
        pack(torch.cat((w.q_a, w.kv_a)), plan),
        pack(w.q_b, plan),
        [pack(key_NC.T, plan) for key_NC in key_HNC],
        [pack(value_VC, plan) for value_VC in value_HVC],
        pack(w.o, plan),
    )


def _pack_experts(
    norm: Tensor, w: ExpertsWeights, c: ModelConfig, weights: Weights, pack: Pack
) -> kernels.ExpertsLayer:
    num_experts, width, inner = w.down_EDF.shape
    sizes = [width, inner, len(w.shared_gate), num_experts]
    (norm,) = as_floats(norm)
    gates, ups = w.gate_up_EFD.split(inner, dim=1)
    routed, shared = weights.routed, weights.dense
    gate_up = [pack(alternate(*both), routed) for both in zip(gates, ups, strict=True)]
    gate_up.append(pack(alternate(w.shared_gate, w.shared_up), shared))
    down = [pack(expert, routed) for expert in w.down_EDF]
    down.append(pack(w.shared_down, shared))
    router = pack(w.router_ED, weights.router)
    return kernels.ExpertsLayer.make(sizes, c.rms_norm_eps, norm.data_ptr(), router, gate_up, down)


def alternate(gate: Tensor, up: Tensor) -> Tensor:
    """Both matrices [inner, in] as one [2 inner, in], panels of outputs in turn."""
    pairs = torch.stack([m.unflatten(0, (-1, PANEL)) for m in (gate, up)], dim=1)
    return pairs.flatten(0, 2)


def pack_matrix(weight: Tensor, plan: Plan) -> Matrix:
    """Copy a matrix [out, in], FP32 or BF16, into the kernels' layout."""
    weight = weight.detach().contiguous()
    is_half = weight.dtype == torch.bfloat16
    weight = weight if is_half else weight.float()
    outputs, inputs = weight.shape
    return Matrix.pack(weight.data_ptr(), is_half, outputs, inputs, plan)


def packed_bytes(matrix: Matrix) -> Tensor:
    """A copy of what a matrix holds, uint8."""
    out = torch.empty(matrix.num_bytes, dtype=torch.uint8)
    ctypes.memmove(out.data_ptr(), matrix.address, matrix.num_bytes)
    return out


class PackedReader:
    """A `Pack` that takes its matrices from the bytes of others, one after another."""

    def __init__(self, data: Tensor) -> None:
        """Read from `data`, contiguous uint8."""
        self._data = data
        self.num_read = 0

    def __call__(self, weight: Tensor, plan: Plan) -> Matrix:
        """The next matrix, which has the shape of `weight`; `ValueError` if that much is not there.

        Nothing but the shape of `weight` is used.
        """
        outputs, inputs = weight.shape
        matrix = Matrix.of_shape(outputs, inputs, plan)
        if self.num_read + matrix.num_bytes > len(self._data):
            raise ValueError("The packed weights end too early.")
        ctypes.memmove(matrix.address, self._data.data_ptr() + self.num_read, matrix.num_bytes)
        self.num_read += matrix.num_bytes
        return matrix


@dataclass(frozen=True, slots=True)
class Step:
    """A batch as the kernels see it. Keeps alive the arrays that `step` points to."""

    step: kernels.Step
    arrays: tuple[Tensor, ...]
    discount_T: Tensor | None
    """See `PagedBatch.routing_discount_T`."""

    @property
    def discount_address(self) -> int:
        """Where the kernels find the routing discounts; 0 where all are 1."""
        return 0 if self.discount_T is None else self.discount_T.data_ptr()

    @classmethod
    def of(cls, batch: PagedBatch, frequencies: Tensor, block_size: int, config: AnyConfig) -> Step:
        """Describe `batch`; its rotary tables are made here, once for all layers."""
        table = batch.block_table_SB
        context = torch.tensor(batch.context_G)
        arrays = (
            batch.positions_T, batch.slots_T, table, batch.group_tokens_GQ,
            batch.group_sequence_G, context, frequencies,
        )  # fmt: skip
        sizes = [
            len(batch.positions_T), *batch.group_tokens_GQ.shape, block_size, table.stride(0),
            2 * len(frequencies),
        ]  # fmt: skip
        # A dense model's queries have no temperature.
        beta, original = 0.0, 1
        if isinstance(config, ModelConfig):
            beta = config.rope.temperature_beta
            original = config.rope.original_max_position_embeddings
        step = kernels.Step.make(sizes, _addresses(arrays), beta, original)
        return cls(step, arrays, batch.routing_discount_T)


def run_layer(layer: Layer, step: Step, experts_T: Tensor, cache_BLC: Tensor, x_TD: Tensor) -> int:
    """Advance the residual stream `x_TD` in place, write the tokens' latents into `cache_BLC`.

    Returns the number of routed (token, expert) rows.
    """
    kernels.attention_layer(layer.attention, step.step, cache_BLC.data_ptr(), x_TD.data_ptr())
    return kernels.experts_layer(
        layer.experts, len(x_TD), experts_T.data_ptr(), step.discount_address, x_TD.data_ptr()
    )


def linear(
    x_TD: Tensor,
    matrix: kernels.Matrix,
    outputs: int,
    norm: Tensor | None,
    eps: float,
    out: Tensor | None = None,
) -> Tensor:
    """norm(x) @ matrix.T, FP32 [T, outputs], in `out` if given; no norm where it is `None`."""
    if out is None:
        out = torch.empty(len(x_TD), outputs)
    address = 0 if norm is None else norm.data_ptr()
    kernels.linear_layer(matrix, address, eps, len(x_TD), x_TD.data_ptr(), out.data_ptr())
    return out


def as_floats(*weights: Tensor) -> list[Tensor]:
    """As the kernels read norms: FP32, contiguous."""
    return [weight.detach().float().contiguous() for weight in weights]


def _addresses(arrays: list[Tensor] | tuple[Tensor, ...]) -> list[int]:
    return [array.data_ptr() for array in arrays]
