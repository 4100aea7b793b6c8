"""The C++ layers of `csrc/serving.hpp`: decoding and prefilling over the paged cache on a CPU.

Weights are packed once; activations and the cache are FP32. A token's result depends on its own
sequence alone, bit for bit, so nothing more is needed for a deterministic engine.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trinity.config import ModelConfig
from trinity.ops import _native as kernels
from trinity.ops.batch import PagedBatch
from trinity.ops.reference import AttentionWeights, ExpertsWeights
from trinity.ops.rope import softmax_scale

WeightFormat = kernels.WeightFormat


@dataclass(frozen=True, slots=True)
class Weights:
    """What matrices are packed as; norms and routers are always FP32."""

    dense: kernels.WeightFormat
    """Attention, shared experts and head."""
    routed: kernels.WeightFormat


WEIGHTS = {
    "fp32": Weights(WeightFormat.F32, WeightFormat.F32),
    "bf16": Weights(WeightFormat.B16, WeightFormat.B16),
    "int8": Weights(WeightFormat.I8, WeightFormat.I8),
    # What every token passes through stays finer: it is few bytes, and errors add up there.
    "int4": Weights(WeightFormat.I8, WeightFormat.I4),
}
"""By name. Integers come in groups of 32 inputs with one scale."""


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
) -> Layer:
    """Copy a layer's weights into the kernels' layout."""
    a, e, c = attention, experts, config
    sizes = [
        c.hidden_size, c.num_attention_heads, c.qk_nope_head_dim, c.qk_rope_head_dim, c.v_head_dim,
        c.kv_lora_rank, c.q_lora_rank,
    ]  # fmt: skip
    arrays = _floats(
        input_norm, a.q_a_norm, a.kv_a_norm, torch.cat((a.q_a, a.kv_a)), a.q_b, a.kv_b, a.o
    )
    scale = softmax_scale(c.qk_head_dim, c.rope)
    packed = kernels.AttentionLayer.pack(
        sizes, c.rms_norm_eps, scale, _addresses(arrays), weights.dense
    )
    num_experts, width, inner = e.down_EDF.shape
    arrays = _floats(
        post_norm, e.router_ED, e.gate_up_EFD, e.down_EDF, e.shared_gate, e.shared_up,
        e.shared_down,
    )  # fmt: skip
    sizes = [width, inner, len(e.shared_gate), num_experts]
    return Layer(
        packed,
        kernels.ExpertsLayer.pack(
            sizes, c.rms_norm_eps, _addresses(arrays), weights.routed, weights.dense
        ),
    )


def pack_matrix(weight: Tensor, weights: Weights) -> kernels.Matrix:
    """Copy a matrix [out, in] into the kernels' layout."""
    (values,) = _floats(weight)
    outputs, inputs = weight.shape
    return kernels.Matrix.pack(values.data_ptr(), outputs, inputs, weights.dense)


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
    def of(
        cls, batch: PagedBatch, frequencies: Tensor, block_size: int, config: ModelConfig
    ) -> Step:
        """Describe `batch`; its rotary tables are made here, once for all layers."""
        table = batch.block_table_SB
        context = torch.tensor(batch.context_G)
        arrays = (
            batch.positions_T, batch.slots_T, table, batch.group_tokens_GQ,
            batch.group_sequence_G, context, frequencies,
        )  # fmt: skip
        sizes = [
            len(batch.positions_T), *batch.group_tokens_GQ.shape, block_size, table.stride(0),
            config.qk_rope_head_dim,
        ]  # fmt: skip
        rope = config.rope
        step = kernels.Step.make(
            sizes, _addresses(arrays), rope.temperature_beta, rope.original_max_position_embeddings
        )
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
    x_TD: Tensor, matrix: kernels.Matrix, outputs: int, norm: Tensor | None, eps: float
) -> Tensor:
    """norm(x) @ matrix.T, FP32 [T, outputs]; no norm where it is `None`."""
    out = torch.empty(len(x_TD), outputs)
    address = 0 if norm is None else norm.data_ptr()
    kernels.linear_layer(matrix, address, eps, len(x_TD), x_TD.data_ptr(), out.data_ptr())
    return out


def _floats(*weights: Tensor) -> list[Tensor]:
    return [weight.detach().float().contiguous() for weight in weights]


def _addresses(arrays: list[Tensor] | tuple[Tensor, ...]) -> list[int]:
    return [array.data_ptr() for array in arrays]
