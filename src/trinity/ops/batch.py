"""What ops need to know of a step beside activations and weights: the tensors of one batch.

`PackedBatch` is whole sequences without a cache: training and scoring. `PagedBatch` is any mix of
prompt chunks and decoded tokens over the paged cache: serving. Both list tokens flat, one
after another, with no padding; ops that need a grid make it themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(slots=True)
class Counters:
    """Work that was really done in a step, counted where it is done."""

    expert_rows: int = 0
    """Routed (token, expert) pairs computed, all layers."""


@dataclass(slots=True, kw_only=True)
class PackedBatch:
    """Whole sequences, each attending to itself from its first token."""

    positions_T: Tensor
    """Position of each token in its sequence, int64."""
    sequence_T: Tensor
    """Index of each token's sequence, int64, ascending."""
    num_sequences: int
    max_length: int
    """Tokens of the longest sequence."""
    routing_discount_T: None = None
    row_tile: None = None
    counters: Counters = field(default_factory=Counters)

    @classmethod
    def from_lengths(cls, lengths: list[int], device: torch.device | None = None) -> PackedBatch:
        """Describe sequences of these lengths laid one after another."""
        lengths_S = torch.tensor(lengths, device=device)
        return cls(
            positions_T=torch.cat([torch.arange(n, device=device) for n in lengths]),
            sequence_T=torch.repeat_interleave(
                torch.arange(len(lengths), device=device), lengths_S
            ),
            num_sequences=len(lengths),
            max_length=max(lengths),
        )


@dataclass(slots=True, kw_only=True)
class PagedBatch:
    """Tokens of many sequences, each attending to its own cache blocks up to its position."""

    positions_T: Tensor
    """Position of each token in its sequence, int64."""
    slots_T: Tensor
    """Flat cache slot (block * block size + offset) of what is cached of each token, int64."""
    block_table_SB: Tensor
    """Cache blocks of each sequence in order, int64; 0, the null block, beyond its end."""
    group_tokens_GQ: Tensor
    """Neighbouring tokens of one sequence that attend together; a short group repeats its last."""
    group_sequence_G: Tensor
    """Row of `block_table_SB` that each group reads."""
    context_G: list[int]
    """Number of keys that each group's furthest token sees."""
    routing_discount_T: Tensor | None = None
    """FP32 factor of each token on the probabilities of experts that no other needs: see
    `reference.route`; `None` is 1 for all."""
    row_tile: int | None = None
    """Rows per library product where arithmetic must not depend on the number of rows."""
    counters: Counters = field(default_factory=Counters)


Batch = PackedBatch | PagedBatch
