"""The C++ layers of dense models: decoding and prefilling over the paged cache on a CPU.

As `native_serving`, with grouped-query attention and one MLP a layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trinity.config import DenseConfig
from trinity.ops import _native as kernels
from trinity.ops.native_serving import Step, Weights, as_floats, pack_gate_up, pack_matrix
from trinity.ops.reference_dense import GroupedAttentionWeights, MLPWeights


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
    norms = as_floats(input_norm, post_norm)
    packed = kernels.GroupedAttentionLayer.make(
        [c.hidden_size, c.num_attention_heads, c.num_key_value_heads, width],
        c.rms_norm_eps,
        width**-0.5,
        norms[0].data_ptr(),
        pack_matrix(project, weights.dense),
        pack_matrix(a.o, weights.dense),
    )
    return DenseLayer(
        packed,
        # As coarse as experts are: nearly all bytes are here.
        kernels.MlpLayer.make(
            [c.hidden_size, c.intermediate_size],
            c.rms_norm_eps,
            norms[1].data_ptr(),
            pack_gate_up(mlp.gate, mlp.up, weights.routed),
            pack_matrix(mlp.down, weights.routed),
        ),
    )


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
