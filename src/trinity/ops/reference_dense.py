"""The ops of the dense architecture in plain PyTorch: grouped-query attention and the MLP.

As `reference`, of which this is the second part: the definition of correct. Shape letters: H query
heads, N heads of keys and values, Q head width, X the cache width, 2 * N * Q.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trinity.config import DenseConfig
from trinity.ops.batch import Batch, PackedBatch
from trinity.ops.reference import causal_attention, linear, paged_attention, swiglu
from trinity.ops.rope import rotate_halves


@dataclass(frozen=True, slots=True)
class GroupedAttentionWeights:
    """Weights of one grouped-query attention block; matrices are [out, in].

    The rotary pairs of a head are its rows (i, i + half), as in the Hugging Face layout.
    """

    q: Tensor
    k: Tensor
    v: Tensor
    o: Tensor
    inverse_frequencies: Tensor


@dataclass(frozen=True, slots=True)
class MLPWeights:
    """Weights of one MLP; matrices are [out, in]."""

    gate: Tensor
    up: Tensor
    down: Tensor


def grouped_attention_block(
    x_TD: Tensor,
    w: GroupedAttentionWeights,
    config: DenseConfig,
    batch: Batch,
    cache_BLX: Tensor | None,
) -> Tensor:
    """Attend over each token's own sequence; returns [T, D] before the residual.

    Query heads share the heads of keys and values in order: the first H / N read the first (arXiv
    2305.13245). With a `PagedBatch`, writes this step's rotated keys of all heads, then their
    values, into the slots that the batch names. With a `PackedBatch`, `cache_BLX` is None.
    """
    heads, width = config.num_key_value_heads, config.head_dim
    angles = batch.positions_T[:, None, None] * w.inverse_frequencies
    query, key, value = (
        linear(x_TD, weight, batch.row_tile).unflatten(-1, (-1, width))
        for weight in (w.q, w.k, w.v)
    )
    query, key = rotate_halves(query, angles), rotate_halves(key, angles)
    sharing = config.num_attention_heads // heads
    scale = width**-0.5
    if isinstance(batch, PackedBatch):
        key, value = (x_TNQ.repeat_interleave(sharing, dim=1) for x_TNQ in (key, value))
        out_THQ = causal_attention(query, key, value, batch, scale)
    elif cache_BLX is not None:
        cached_TX = cache_BLX.view(-1, config.cache_width)
        new_TX = torch.cat((key, value), dim=1).flatten(1)
        cached_TX[batch.slots_T] = new_TX.to(cache_BLX.dtype)

        def read(tile_GKX: Tensor) -> tuple[Tensor, Tensor]:
            keys, values = tile_GKX.unflatten(-1, (2 * heads, width)).chunk(2, dim=-2)
            return keys, values

        query_TNHQ = query.unflatten(1, (heads, sharing)) * scale
        out_THQ = paged_attention(query_TNHQ, cache_BLX, width, read, batch).flatten(1, 2)
    else:
        raise ValueError("A paged batch needs a cache.")
    return linear(out_THQ.flatten(1), w.o, batch.row_tile)


def mlp_block(x_TD: Tensor, w: MLPWeights, batch: Batch) -> Tensor:
    """The MLP of a dense layer, SwiGLU: [T, D] before the residual."""
    return swiglu(x_TD, w.gate, w.up, w.down, batch.row_tile)
