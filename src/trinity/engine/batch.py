"""A schedule becomes the tensors of one step.

Called by the engine once a step. What grows with the context, the block tables, is kept from step
to step and only added to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from trinity.config import EngineConfig
from trinity.engine.scheduler import Schedule
from trinity.engine.sequence import ExpertRun, Sequence, State
from trinity.ops import PagedBatch

GROUP_WIDTH = 16
"""Neighbouring tokens of a prompt that read the cache together."""
ROW_TILE = 16
"""Rows per library product in deterministic mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """All that one model call needs."""

    schedule: Schedule
    ids_T: Tensor
    experts_LT: Tensor
    batch: PagedBatch
    last_S: Tensor | None
    """Rows that a token can be chosen from: for each sequence in `ready` the row of its last token,
    then those of its guesses. `None` where these are all rows."""
    ready: dict[Sequence, int]
    """Sequences whose tokens are all computed after this step, so that the next can be chosen, and
    where their rows begin in `last_S`."""


@dataclass(frozen=True, slots=True)
class _Groups:
    """How the tokens of a step are grouped: see `PagedBatch`."""

    tokens_GQ: Tensor
    sequence_G: Tensor
    last: list[int]
    """Of each group the last token."""


@dataclass(slots=True)
class _Row:
    """A row of the block table, and how much of `blocks` was copied to it."""

    index: int
    blocks: list[int]
    num_copied: int = 0


class BatchBuilder:
    """Builds steps, and keeps the block tables of running sequences between them."""

    def __init__(self, config: EngineConfig, max_blocks: int) -> None:
        """Make room for the tables of `config.max_sequences` sequences of `max_blocks` blocks."""
        self._block_size = config.block_size
        self._is_deterministic = config.deterministic
        self._table_SB = torch.zeros(config.max_sequences, max_blocks, dtype=torch.int64)
        self._rows: dict[Sequence, _Row] = {}
        self._free_rows = list(range(config.max_sequences - 1, -1, -1))

    def build(self, schedule: Schedule) -> Step:
        """The step that advances each sequence of a schedule that is not empty."""
        self._free_ended_rows()
        ids: list[int] = []
        positions: list[int] = []
        slots: list[int] = []
        runs: list[ExpertRun] = []
        last: list[int] = []
        ready: dict[Sequence, int] = {}
        for sequence, num_tokens in schedule.items():
            start, stop = sequence.num_computed, sequence.num_computed + num_tokens
            ids += sequence.tokens(start, stop)
            positions += range(start, stop)
            slots += self._slots(sequence, start, stop)
            runs += sequence.expert_runs(start, stop)
            if stop >= sequence.num_tokens:
                ready[sequence] = len(last)
                last += range(len(ids) - 1 - len(sequence.drafts), len(ids))
        ids_T, batch = self._batch(schedule, ids, positions, slots)
        return Step(
            schedule=schedule,
            ids_T=ids_T,
            experts_LT=_experts(tuple(runs)),
            batch=batch,
            last_S=None if len(last) == len(ids) else torch.tensor(last, dtype=torch.int64),
            ready=ready,
        )

    def build_draft(self, sequence: Sequence, experts: tuple[int, ...]) -> Step:
        """The step that computes the last token of a sequence, its guesses included, with
        `experts` in each layer; the tokens before it are computed."""
        at = sequence.num_tokens + len(sequence.drafts) - 1
        schedule = {sequence: 1}
        ids, slots = sequence.tokens(at, at + 1), list(self._slots(sequence, at, at + 1))
        ids_T, batch = self._batch(schedule, ids, [at], slots)
        return Step(
            schedule=schedule,
            ids_T=ids_T,
            experts_LT=_experts(((experts, 1),)),
            batch=batch,
            last_S=None,
            ready={sequence: 0},
        )

    def _batch(
        self, schedule: Schedule, ids: list[int], positions: list[int], slots: list[int]
    ) -> tuple[Tensor, PagedBatch]:
        num_decoded = sum(1 + len(s.drafts) for s, n in schedule.items() if n == 1 + len(s.drafts))
        is_narrow = self._is_deterministic or len(positions) in (1, num_decoded)
        width = 1 if is_narrow else GROUP_WIDTH
        layout = tuple((self._update_row(s), num_tokens) for s, num_tokens in schedule.items())
        groups = _grouped(layout, width)
        ids_T, positions_T, slots_T = torch.tensor([ids, positions, slots])
        batch = PagedBatch(
            positions_T=positions_T,
            slots_T=slots_T,
            block_table_SB=self._table_SB,
            group_tokens_GQ=groups.tokens_GQ,
            group_sequence_G=groups.sequence_G,
            context_G=[positions[token] + 1 for token in groups.last],
            routing_discount_T=_routing_discounts(schedule),
            row_tile=ROW_TILE if self._is_deterministic else None,
        )
        return ids_T, batch

    def _slots(self, sequence: Sequence, start: int, stop: int) -> Iterator[int]:
        size, blocks = self._block_size, sequence.blocks
        return (blocks[at // size] * size + at % size for at in range(start, stop))

    def _update_row(self, sequence: Sequence) -> int:
        row = self._rows.get(sequence)
        if row is None:
            row = self._rows[sequence] = _Row(self._free_rows.pop(), sequence.blocks)
        if row.num_copied < len(row.blocks):
            new = torch.tensor(row.blocks[row.num_copied :])
            self._table_SB[row.index, row.num_copied : len(row.blocks)] = new
            row.num_copied = len(row.blocks)
        return row.index

    def _free_ended_rows(self) -> None:
        """Free the rows of sequences that ended or lost their blocks, even if they run again."""
        for sequence, row in list(self._rows.items()):
            if sequence.state is not State.RUNNING or sequence.blocks is not row.blocks:
                self._table_SB[row.index, : row.num_copied] = 0
                self._free_rows.append(row.index)
                del self._rows[sequence]


def _routing_discounts(schedule: Schedule) -> Tensor | None:
    """The discount of each token; `None` where all are 1."""
    if all(sequence.request.routing_discount == 1 for sequence in schedule):
        return None
    discounts = []
    for sequence, num_tokens in schedule.items():
        start = sequence.num_computed
        discounts += sequence.routing_discounts(start, start + num_tokens)
    return torch.tensor(discounts)


# Most steps decode the same sequences as the step before, or as one a little earlier.
@lru_cache(maxsize=16)
def _experts(runs: tuple[ExpertRun, ...]) -> Tensor:
    """`Step.experts_LT` for runs of tokens."""
    counts, lengths = zip(*runs, strict=True)
    experts_LR = torch.tensor(counts).T
    return experts_LR.repeat_interleave(torch.tensor(lengths), dim=1).contiguous()


@lru_cache(maxsize=16)
def _grouped(layout: tuple[tuple[int, int], ...], width: int) -> _Groups:
    """The tokens of sequences, whose rows in the block table and numbers of tokens `layout` has, in
    groups of `width`."""
    tokens: list[range | list[int]] = []
    rows: list[int] = []
    first = 0
    for row, num_tokens in layout:
        for group in _groups(first, first + num_tokens, width):
            tokens.append(group)
            rows.append(row)
        first += num_tokens
    return _Groups(torch.tensor(tokens), torch.tensor(rows), [group[-1] for group in tokens])


def _groups(first: int, stop: int, width: int) -> Iterator[range | list[int]]:
    """Cut tokens into groups of `width`; the last one repeats its last token to fill up."""
    for start in range(first, stop, width):
        if start + width <= stop:
            yield range(start, start + width)
        else:
            yield [*range(start, stop), *[stop - 1] * (width - stop + start)]
