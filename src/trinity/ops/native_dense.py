"""The C++ layers of dense models: decoding and prefilling over the paged cache on a CPU.

As `native_serving`, with grouped-query attention and one MLP a layer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from trinity.config import DenseConfig
from trinity.ops import _native as kernels
from trinity.ops.native_serving import Step, Weights, pack_matrix
from trinity.ops.reference_dense import GroupedAttentionWeights, MLPWeights

PANEL = 16
"""Outputs whose weights stand together in a packed matrix."""


@dataclass(frozen=True, slots=True)
class DenseLayer:
    """One decoder layer, packed."""

    attention: kernels.GroupedAttentionLayer
    mlp: kernels.MlpLayer


def pack_layer(
    input_norm: Tensor,
    attention: GroupedAttentionWeights,
    post_norm: Tensor,
    mlp: MLPWeights,
    config: DenseConfig,
    weights: Weights,
) -> DenseLayer:
    """Copy a layer's weights into the kernels' layout."""
    a, c, width = attention, config, config.head_dim
    project = torch.cat((as_pairs(a.q, width), as_pairs(a.k, width), a.v))
    norms = [norm.detach().float().contiguous() for norm in (input_norm, post_norm)]
    packed = kernels.GroupedAttentionLayer.make(
        [c.hidden_size, c.num_attention_heads, c.num_key_value_heads, width], c.rms_norm_eps,
        width**-0.5, norms[0].data_ptr(), pack_matrix(project, weights), pack_matrix(a.o, weights),
    )  # fmt: skip
    # What every token passes through is `dense` in attention, and here as coarse as experts are:
    # nearly all bytes are here.
    gate_up = torch.stack([m.unflatten(0, (-1, PANEL)) for m in (mlp.gate, mlp.up)], dim=1)
    coarse = replace(weights, dense=weights.routed)
    return DenseLayer(
        packed,
        kernels.MlpLayer.make(
            [c.hidden_size, c.intermediate_size], c.rms_norm_eps, norms[1].data_ptr(),
            pack_matrix(gate_up.flatten(0, 2), coarse), pack_matrix(mlp.down, coarse),
        ),
    )  # fmt: skip


def as_pairs(weight: Tensor, head_width: int) -> Tensor:
    """Each head's rows reordered, from rotary halves (i, i + half) to neighbours (2i, 2i + 1)."""
    return weight.unflatten(0, (-1, 2, head_width // 2)).transpose(1, 2).flatten(0, 2)


def run_layer(layer: DenseLayer, step: Step, cache_BLX: Tensor, x_TD: Tensor) -> None:
    """Advance the residual stream `x_TD` in place; write keys and values into `cache_BLX`.

    The cache holds each head's keys with rotary pairs as neighbours; none but this reads it.
    """
    kernels.grouped_attention_layer(
        layer.attention, step.step, cache_BLX.data_ptr(), x_TD.data_ptr()
    )
    kernels.mlp_layer(layer.mlp, len(x_TD), x_TD.data_ptr())
