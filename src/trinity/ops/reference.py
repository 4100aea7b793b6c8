"""Every op in plain PyTorch: the definition of correct, and the fallback on any machine.

Two coarse ops carry a layer: `attention_block` and `experts_block`; those of the dense architecture
are in `reference_dense`. With `batch.row_tile` set, the
arithmetic of a row depends on inner sizes only, so a row has the same bits in any company.
Shape letters: T tokens, S sequences, D model width, H heads, Q query-key width, R rotary width,
C latent width, V value width, E experts, F expert width, B blocks, L slots per block, G groups,
N heads of keys and values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from trinity.config import ModelConfig
from trinity.ops.batch import Batch, PackedBatch, PagedBatch
from trinity.ops.rope import query_temperature, rotate_pairs, softmax_scale

KEY_TILE = 256
"""Cache slots that paged attention reads at a time."""
GROUP_TILE = 64
"""Query groups that paged attention works on at a time: with KEY_TILE it bounds the workspace."""
EXPERT_TILES = (8, 64)
"""Fewest and most rows per product when many tokens are routed."""
GATHER_BYTES = 8 << 20
"""Few rows gather their experts' weights; the copies stay below this."""

ReadCache = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Makes of cached tokens [.., X] their keys [.., N, C] and values [.., N, V], N heads of each."""


@dataclass(frozen=True, slots=True)
class AttentionWeights:
    """Weights of one latent attention block; matrices are [out, in]."""

    q_a: Tensor
    q_a_norm: Tensor
    q_b: Tensor
    kv_a: Tensor
    kv_a_norm: Tensor
    kv_b: Tensor
    """[H * (nope + V), latent]; per head the nope rows come first, then the value rows."""
    o: Tensor
    inverse_frequencies: Tensor


@dataclass(frozen=True, slots=True)
class ExpertsWeights:
    """Weights of one mixture block."""

    router_ED: Tensor
    gate_up_EFD: Tensor
    """[E, 2F, D]; gate rows first."""
    down_EDF: Tensor
    shared_gate: Tensor
    shared_up: Tensor
    shared_down: Tensor


@dataclass(frozen=True, slots=True)
class Routing:
    """The chosen (token, expert) pairs of a batch, sorted by expert."""

    token_N: Tensor
    expert_N: Tensor
    weight_N: Tensor
    """Float32; the weights of a token sum to 1."""
    probability_TE: Tensor
    """Router softmax before the choice, float32: for balancing losses."""


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Root-mean-square norm over the last axis: statistics in FP32, cast back, then the weight."""
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps)).to(x.dtype) * weight


def linear(x_TD: Tensor, weight: Tensor, row_tile: int | None) -> Tensor:
    """x @ weight.T, in products of exactly `row_tile` rows where that is set."""
    if row_tile is None:
        return F.linear(x_TD, weight)
    num_rows = x_TD.shape[0]
    padded = F.pad(x_TD, (0, 0, 0, -num_rows % row_tile))
    return torch.cat([F.linear(tile, weight) for tile in padded.split(row_tile)])[:num_rows]


def batched_product(x_NIJ: Tensor, y_NJK: Tensor, row_tile: int | None) -> Tensor:
    """x @ y of each pair; where `row_tile` is set one by one, as libraries treat a lone pair of a
    batch unlike one of many."""
    if row_tile is None:
        return torch.bmm(x_NIJ, y_NJK)
    return torch.stack([x @ y for x, y in zip(x_NIJ, y_NJK, strict=True)])


def silu(x: Tensor, row_tile: int | None) -> Tensor:
    """x * sigmoid(x); where `row_tile` is set from ops that round alike in every element.

    PyTorch's own rounds the last few elements of each thread's share differently.
    """
    return F.silu(x) if row_tile is None else x / (1 + torch.exp(-x))


def swiglu(x_TD: Tensor, gate: Tensor, up: Tensor, down: Tensor, row_tile: int | None) -> Tensor:
    """down (silu(gate x) * up x), matrices [out, in] (arXiv 2002.05202)."""
    inner = silu(linear(x_TD, gate, row_tile), row_tile) * linear(x_TD, up, row_tile)
    return linear(inner, down, row_tile)


# --- latent attention -----------------------------------------------------------------------------


def attention_block(
    x_TD: Tensor, w: AttentionWeights, config: ModelConfig, batch: Batch, cache_BLC: Tensor | None
) -> Tensor:
    """Attend over each token's own sequence; returns [T, D] before the residual.

    With a `PagedBatch`, writes this step's latents into the slots that the batch names, then reads
    the cache in absorbed form. With a `PackedBatch`, `cache_BLC` is None and keys are expanded.
    """
    query_THQ = queries(x_TD, w, config, batch)
    latent_TC = latents(x_TD, w, config, batch)
    scale = softmax_scale(config.qk_head_dim, config.rope)
    if isinstance(batch, PackedBatch):
        out_THV = packed_attention(query_THQ, latent_TC, w.kv_b, config, batch, scale)
    elif cache_BLC is not None:
        cache_BLC.view(-1, config.latent_dim)[batch.slots_T] = latent_TC.to(cache_BLC.dtype)
        out_THV = absorbed_attention(query_THQ, cache_BLC, w.kv_b, config, batch, scale)
    else:
        raise ValueError("A paged batch needs a cache.")
    return linear(out_THV.flatten(1), w.o, batch.row_tile)


def queries(x_TD: Tensor, w: AttentionWeights, config: ModelConfig, batch: Batch) -> Tensor:
    """Queries [T, H, nope + rope], rotated and multiplied by the temperature of their position."""
    low_rank = linear(x_TD, w.q_a, batch.row_tile)
    low_rank = rms_norm(low_rank, w.q_a_norm, config.rms_norm_eps)
    query = linear(low_rank, w.q_b, batch.row_tile)
    query = query.unflatten(-1, (config.num_attention_heads, config.qk_head_dim))
    nope, rotary = query.split([config.qk_nope_head_dim, config.qk_rope_head_dim], dim=-1)
    angles = batch.positions_T[:, None, None] * w.inverse_frequencies
    temperature = query_temperature(batch.positions_T, config.rope)[:, None, None]
    return torch.cat((nope, rotate_pairs(rotary, angles)), dim=-1) * temperature.to(query.dtype)


def latents(x_TD: Tensor, w: AttentionWeights, config: ModelConfig, batch: Batch) -> Tensor:
    """What the cache keeps of each token: [T, C], the normed latent and the rotated shared key."""
    compressed = linear(x_TD, w.kv_a, batch.row_tile)
    latent, rotary = compressed.split([config.kv_lora_rank, config.qk_rope_head_dim], dim=-1)
    latent = rms_norm(latent, w.kv_a_norm, config.rms_norm_eps)
    angles = batch.positions_T[:, None] * w.inverse_frequencies
    return torch.cat((latent, rotate_pairs(rotary, angles)), dim=-1)


def split_kv_b(kv_b: Tensor, config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Views of `kv_b` per head: keys [H, nope, latent] and values [H, V, latent]."""
    per_head = kv_b.unflatten(0, (config.num_attention_heads, -1))
    return per_head.split([config.qk_nope_head_dim, config.v_head_dim], dim=1)


def packed_attention(
    query_THQ: Tensor,
    latent_TC: Tensor,
    kv_b: Tensor,
    config: ModelConfig,
    batch: PackedBatch,
    scale: float,
) -> Tensor:
    """Causal attention within each sequence, keys and values expanded from the latents."""
    latent, rotary = latent_TC.split([config.kv_lora_rank, config.qk_rope_head_dim], dim=-1)
    expanded = F.linear(latent, kv_b).unflatten(-1, (config.num_attention_heads, -1))
    key_nope, value = expanded.split([config.qk_nope_head_dim, config.v_head_dim], dim=-1)
    rotary_THR = rotary[:, None].expand(-1, config.num_attention_heads, -1)
    key = torch.cat((key_nope, rotary_THR), dim=-1)
    return causal_attention(query_THQ, key, value, batch, scale)


def causal_attention(
    query_THQ: Tensor, key_THQ: Tensor, value_THV: Tensor, batch: PackedBatch, scale: float
) -> Tensor:
    """Softmax attention of each token to its own sequence up to itself, [T, H, V]."""
    grid = batch.sequence_T * batch.max_length + batch.positions_T

    def to_grid(x_THX: Tensor) -> Tensor:
        flat = x_THX.new_zeros(batch.num_sequences * batch.max_length, *x_THX.shape[1:])
        padded = flat.index_copy(0, grid, x_THX)
        return padded.unflatten(0, (batch.num_sequences, batch.max_length)).transpose(1, 2)

    # Padding stands after each sequence's last token, so causality alone keeps it out.
    out_SHLV = F.scaled_dot_product_attention(
        to_grid(query_THQ), to_grid(key_THQ), to_grid(value_THV), is_causal=True, scale=scale
    )
    return out_SHLV.transpose(1, 2).flatten(0, 1)[grid]


def absorbed_attention(
    query_THQ: Tensor,
    cache_BLC: Tensor,
    kv_b: Tensor,
    config: ModelConfig,
    batch: PagedBatch,
    scale: float,
) -> Tensor:
    """Attention on the latents themselves: `kv_b`'s key half moves to the query, its value half
    to the output, so that the cache is read once for all heads and never expanded."""
    key_HNC, value_HVC = split_kv_b(kv_b, config)
    nope, rotary = query_THQ.split([config.qk_nope_head_dim, config.qk_rope_head_dim], dim=-1)
    absorbed = per_head_product(nope, key_HNC, batch.row_tile)
    query_THC = torch.cat((absorbed, rotary), dim=-1) * scale

    def read(latent_GKC: Tensor) -> tuple[Tensor, Tensor]:
        """One key for all heads, whose first part is the value."""
        key_GKNC = latent_GKC[..., None, :]
        return key_GKNC, key_GKNC[..., : config.kv_lora_rank]

    context_TNHC = paged_attention(query_THC[:, None], cache_BLC, config.kv_lora_rank, read, batch)
    context_THC = context_TNHC.squeeze(1)
    return per_head_product(context_THC, value_HVC.transpose(1, 2), batch.row_tile)


def per_head_product(x_THI: Tensor, weight_HIO: Tensor, row_tile: int | None) -> Tensor:
    """x @ weight of each head: [T, H, I] and [H, I, O] give [T, H, O]."""
    x_HTI = x_THI.transpose(0, 1)
    if row_tile is None:
        return torch.bmm(x_HTI, weight_HIO).transpose(0, 1)
    num_rows = x_HTI.shape[1]
    padded = F.pad(x_HTI, (0, 0, 0, -num_rows % row_tile))
    tiles = [torch.bmm(tile, weight_HIO) for tile in padded.split(row_tile, dim=1)]
    return torch.cat(tiles, dim=1)[:, :num_rows].transpose(0, 1)


def paged_attention(
    query_TNHC: Tensor, cache_BLX: Tensor, value_width: int, read: ReadCache, batch: PagedBatch
) -> Tensor:
    """Softmax over each group's cached keys, one tile of blocks at a time: [T, N, H, value_width].

    There are N heads of keys and values, each for H query heads. The running maximum and sum are
    those of online softmax (arXiv 1805.02867). Workspace is GROUP_TILE x KEY_TILE cached tokens
    whatever the context. A tile beyond a group's end changes no bit.
    """
    out_TNHV = query_TNHC.new_empty(*query_TNHC.shape[:3], value_width)
    for start in range(0, len(batch.context_G), GROUP_TILE):
        stop = start + GROUP_TILE
        tokens_GQ = batch.group_tokens_GQ[start:stop]
        table_GB = batch.block_table_SB[batch.group_sequence_G[start:stop]]
        num_keys = max(batch.context_G[start:stop])
        positions_GQ = batch.positions_T[tokens_GQ]
        # [G, N, Q, H, C]: a head of keys and values sees all the queries that read it.
        query = query_TNHC[tokens_GQ].transpose(1, 2)
        mixed = _online_softmax(
            query, positions_GQ, cache_BLX, table_GB, num_keys, value_width, read, batch.row_tile
        )
        out_TNHV[tokens_GQ] = mixed.transpose(1, 2)
    return out_TNHV


def _online_softmax(
    query_GNQHC: Tensor,
    positions_GQ: Tensor,
    cache_BLX: Tensor,
    table_GB: Tensor,
    num_keys: int,
    value_width: int,
    read: ReadCache,
    row_tile: int | None,
) -> Tensor:
    groups, heads, width, sharing, _ = query_GNQHC.shape
    block_size = cache_BLX.shape[1]
    blocks_per_tile = max(1, KEY_TILE // block_size)
    query = query_GNQHC.flatten(2, 3).flatten(0, 1).float()
    limit = positions_GQ.repeat_interleave(sharing, dim=1).repeat_interleave(heads, dim=0)[
        ..., None
    ]
    top = query.new_full((groups * heads, width * sharing, 1), float("-inf"))
    total = torch.zeros_like(top)
    mixed = query.new_zeros(groups * heads, width * sharing, value_width)
    for first in range(0, -(-num_keys // block_size), blocks_per_tile):
        blocks = table_GB[:, first : first + blocks_per_tile]
        # The last tile is filled up with the null block: every product has the same inner size.
        blocks = F.pad(blocks, (0, blocks_per_tile - blocks.shape[1]))
        tile = read(cache_BLX[blocks].flatten(1, 2).float())
        keys, values = (x_GKNC.transpose(1, 2).flatten(0, 1) for x_GKNC in tile)
        key_position = torch.arange(keys.shape[1], device=keys.device) + first * block_size
        score = batched_product(query, keys.transpose(1, 2), row_tile)
        score = score.masked_fill(key_position > limit, float("-inf"))
        new_top = torch.maximum(top, score.amax(-1, keepdim=True))
        weight = torch.exp(score - new_top)
        fade = torch.exp(top - new_top)
        total = total * fade + weight.sum(-1, keepdim=True)
        mixed = mixed * fade + batched_product(weight, values, row_tile)
        top = new_top
    mixed = (mixed / total).unflatten(1, (width, sharing)).unflatten(0, (groups, heads))
    return mixed.to(query_GNQHC.dtype)


# --- mixture of experts ---------------------------------------------------------------------------


def experts_block(
    x_TD: Tensor, w: ExpertsWeights, experts_T: Tensor, batch: Batch
) -> tuple[Tensor, Routing]:
    """Shared expert plus the routed ones; `experts_T` (int64) says how many for each token.

    Returns [T, D] before the residual, and the routing for statistics and losses. Adds the number
    of computed (token, expert) rows to `batch.counters`.
    """
    logits_TE = router_logits(x_TD, w.router_ED, batch.row_tile)
    routing = route(logits_TE, experts_T, batch.routing_discount_T)
    batch.counters.expert_rows += routing.token_N.shape[0]
    routed = routed_experts(x_TD, w, routing, batch.row_tile)
    return routed + shared_expert(x_TD, w, batch.row_tile), routing


def router_logits(x_TD: Tensor, router_ED: Tensor, row_tile: int | None) -> Tensor:
    """Router scores [T, E], always FP32 (FP64 where the weights are)."""
    real = torch.promote_types(router_ED.dtype, torch.float32)
    with torch.autocast(x_TD.device.type, enabled=False):
        return linear(x_TD.to(real), router_ED.to(real), row_tile)


def route(logits_TE: Tensor, experts_T: Tensor, discount_T: Tensor | None = None) -> Routing:
    """Choose each token's `experts_T` likeliest experts and renormalise their probabilities.

    With `discount_T` (0 to 1) tokens prefer experts that are computed anyway: those of tokens whose
    discount is 1 and the likeliest of every token. The probabilities of others are multiplied by it
    for the choice, not in the weights. At 0 only the union is chosen from, while it is large
    enough (opportunistic activation, arXiv 2511.02237).
    """
    probability_TE = logits_TE.softmax(-1)
    most = int(experts_T.max())
    score_TE = probability_TE
    if discount_T is not None:
        score_TE = discounted(probability_TE, experts_T, discount_T)
    expert_TK = score_TE.topk(most, dim=-1).indices
    top_TK = probability_TE.gather(-1, expert_TK)
    kept_TK = torch.arange(most, device=experts_T.device) < experts_T[:, None]
    weight_TK = renormalise(top_TK * kept_TK)
    token_TK = torch.arange(len(experts_T), device=experts_T.device)[:, None].expand_as(expert_TK)
    expert_N, order = expert_TK[kept_TK].sort(stable=True)
    return Routing(token_TK[kept_TK][order], expert_N, weight_TK[kept_TK][order], probability_TE)


def discounted(probability_TE: Tensor, experts_T: Tensor, discount_T: Tensor) -> Tensor:
    """Router probabilities [T, E], those of experts outside the union times `discount_T`."""
    needed_T = torch.where(discount_T == 1, experts_T, 1)
    expert_TK = probability_TE.topk(int(needed_T.max()), dim=-1).indices
    needed_TK = torch.arange(expert_TK.shape[1], device=experts_T.device) < needed_T[:, None]
    in_union_E = torch.zeros_like(probability_TE[0], dtype=torch.bool)
    in_union_E[expert_TK[needed_TK]] = True
    return torch.where(in_union_E, probability_TE, probability_TE * discount_T[:, None])


def renormalise(weight_TK: Tensor) -> Tensor:
    """Make the kept probabilities of each token sum to 1.

    Added up in order, so that zeros beyond a token's own experts change no bit.
    """
    return weight_TK / (weight_TK.cumsum(-1)[:, -1:] + 1e-20)


def shared_expert(x_TD: Tensor, w: ExpertsWeights, row_tile: int | None) -> Tensor:
    """The always-on expert: SwiGLU, weight 1, no gate."""
    return swiglu(x_TD, w.shared_gate, w.shared_up, w.shared_down, row_tile)


def routed_experts(
    x_TD: Tensor, w: ExpertsWeights, routing: Routing, row_tile: int | None
) -> Tensor:
    """Weighted sum of the chosen experts of each token, [T, D]."""
    num_rows = routing.token_N.shape[0]
    expert_bytes = (w.gate_up_EFD[0].numel() + w.down_EDF[0].numel()) * w.down_EDF.element_size()
    gathered_rows = max(1, GATHER_BYTES // expert_bytes)
    if num_rows <= gathered_rows or row_tile is not None:
        rows_ND = _rows_by_gather(x_TD, w, routing, gathered_rows, row_tile)
    else:
        rows_ND = _rows_by_tiles(x_TD, w, routing)
    rows_ND = rows_ND * routing.weight_N[:, None].to(rows_ND.dtype)
    if row_tile is not None:
        return _sum_in_expert_order(rows_ND, routing.token_N, x_TD.shape[0])
    out_TD = torch.zeros(x_TD.shape, dtype=rows_ND.dtype, device=x_TD.device)
    return out_TD.index_add(0, routing.token_N, rows_ND)


def _sum_in_expert_order(rows_ND: Tensor, token_N: Tensor, num_tokens: int) -> Tensor:
    # Rows are sorted by expert, so each token's rows are added in the order of its own experts.
    out_TD = rows_ND.new_zeros(num_tokens, rows_ND.shape[1])
    order = token_N.sort(stable=True).indices
    counts = token_N.bincount(minlength=num_tokens)
    first = counts.cumsum(0) - counts
    for rank in range(int(counts.max())):
        has_rank = counts > rank
        out_TD[has_rank] += rows_ND[order[first[has_rank] + rank]]
    return out_TD


def _rows_by_gather(
    x_TD: Tensor, w: ExpertsWeights, routing: Routing, chunk: int, row_tile: int | None
) -> Tensor:
    # One matrix-vector product a row: nothing of a row's arithmetic depends on other rows.
    rows = []
    chunks = zip(routing.token_N.split(chunk), routing.expert_N.split(chunk), strict=True)
    for token, expert in chunks:
        gate_up = batched_product(w.gate_up_EFD[expert], x_TD[token][..., None], row_tile)
        gate, up = gate_up.chunk(2, dim=1)
        inner = silu(gate, row_tile) * up
        rows.append(batched_product(w.down_EDF[expert], inner, row_tile).squeeze(-1))
    return torch.cat(rows)


def _rows_by_tiles(x_TD: Tensor, w: ExpertsWeights, routing: Routing) -> Tensor:
    # Each expert's rows fill whole tiles, so that all experts run in one batched product and an
    # overloaded expert costs its own rows only.
    num_experts = w.down_EDF.shape[0]
    few, many = EXPERT_TILES
    tile = many if len(routing.expert_N) >= many * num_experts // 4 else few
    count_E = routing.expert_N.bincount(minlength=num_experts)
    tiles_E = (count_E + tile - 1) // tile
    first_row_E = count_E.cumsum(0) - count_E
    first_slot_E = (tiles_E.cumsum(0) - tiles_E) * tile
    rank_N = torch.arange(len(routing.expert_N), device=x_TD.device) - first_row_E[routing.expert_N]
    slot_N = first_slot_E[routing.expert_N] + rank_N
    tile_expert = torch.repeat_interleave(torch.arange(num_experts, device=x_TD.device), tiles_E)
    padded = x_TD.new_zeros(len(tile_expert) * tile, x_TD.shape[1])
    padded = padded.index_copy(0, slot_N, x_TD.index_select(0, routing.token_N))
    tiles = padded.unflatten(0, (-1, tile))
    gate_up = torch.bmm(tiles, w.gate_up_EFD.index_select(0, tile_expert).transpose(1, 2))
    gate, up = gate_up.chunk(2, dim=-1)
    down = torch.bmm(F.silu(gate) * up, w.down_EDF.index_select(0, tile_expert).transpose(1, 2))
    return down.flatten(0, 1).index_select(0, slot_N)
