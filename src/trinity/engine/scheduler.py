"""Decides which sequences advance in a step, by how many tokens, and who has to give up blocks.

Called by the engine once a step. Decoded tokens come first, prompts fill the rest of the token
budget. Latency requests go before balanced ones and those before throughput, then earlier before
later. While there is latency traffic, others are held to an allowance, so that steps stay short.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass

from trinity.config import EngineConfig
from trinity.engine.blocks import BlockPool
from trinity.engine.sequence import Sequence, State

Schedule = dict[Sequence, int]
"""How many tokens each sequence advances by."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What sequences that are not urgent may compute in a step, all together."""

    decoded: int
    prompt: int


@dataclass(frozen=True, slots=True)
class Admission:
    """How a waiting sequence would fit: blocks with its prefix, and how many more it needs."""

    cached: list[int]
    num_new: int


class Scheduler:
    """The waiting and the running sequences, both in order of rank."""

    def __init__(self, pool: BlockPool, config: EngineConfig) -> None:
        """Share out `pool` among the sequences that will be added."""
        self.waiting: list[Sequence] = []
        self.running: list[Sequence] = []
        self.num_preemptions = 0
        self._pool = pool
        self._config = config
        self._decoded_left = self._prompt_left = 0

    def add(self, sequence: Sequence) -> None:
        """Queue a sequence. Its prompt and answer must fit into the pool when it runs alone."""
        insort(self.waiting, sequence, key=_rank)

    def end(self, sequence: Sequence) -> None:
        """Take a sequence out, whatever it is doing, and give its blocks back."""
        if sequence.state is State.RUNNING:
            self.running.remove(sequence)
        elif sequence in self.waiting:
            self.waiting.remove(sequence)
        self._pool.release(sequence.end())

    def schedule(self, allowance: Allowance | None = None) -> Schedule:
        """Choose who advances now. Admits and preempts; every choice has its blocks.

        Sequences that are not urgent keep to `allowance`, if there is one.
        """
        size = self._config.max_step_tokens
        left = allowance or Allowance(size, size)
        self._decoded_left, self._prompt_left = left.decoded, left.prompt
        schedule: Schedule = {}
        for sequence in list(self.running):
            if sequence.state is State.RUNNING and sequence.num_pending == 1:
                self._decode(sequence, schedule)
        for sequence in self.running:
            if sequence.num_pending > 1:
                self._prefill(sequence, schedule)
        for sequence in list(self.waiting):
            if not self._left(schedule):
                break
            if self._is_prefix_coming(sequence):
                continue
            if not self._admit(sequence, schedule):
                break
        return schedule

    def extend(self, sequence: Sequence, drafts: list[int], schedule: Schedule) -> None:
        """Let a sequence that decodes compute guesses along, as far as there is room.

        Nobody gives up blocks for a guess, and each that runs is left one.
        """
        size = self._config.block_size
        spare = max(0, self._pool.num_available - len(self.running))
        room = (len(sequence.blocks) + spare) * size - sequence.num_tokens
        sequence.drafts = drafts[: max(0, min(room, self._left(schedule)))]
        schedule[sequence] += len(sequence.drafts)
        num_blocks = -(-(sequence.num_tokens + len(sequence.drafts)) // size)
        sequence.blocks += self._pool.allocate(max(0, num_blocks - len(sequence.blocks)))

    def reorder(self) -> None:
        """Put all in order again, after the modes of some have changed."""
        self.waiting.sort(key=_rank)
        self.running.sort(key=_rank)

    def preempt_all(self) -> None:
        """Make every running sequence compute its tokens anew."""
        while self.running:
            self._preempt(self.running[-1], {})

    def cache_full_blocks(self, sequence: Sequence) -> None:
        """Offer the blocks that the last step filled to the prefix cache."""
        if self._config.prefix_cache:
            for block, key in sequence.new_full_blocks(self._config.block_size):
                self._pool.cache(block, key)

    def _left(self, schedule: Schedule) -> int:
        return self._config.max_step_tokens - sum(schedule.values())

    def _decode(self, sequence: Sequence, schedule: Schedule) -> None:
        """Advance by one token, at the expense of the lowest in rank if a block is needed."""
        if sequence.urgency:
            if not self._decoded_left:
                return
            self._decoded_left -= 1
        # A guess that was wrong may have left a block more than needed.
        missing = max(0, self._num_blocks(sequence) - len(sequence.blocks))
        while self._pool.num_available < missing:
            last = self.running[-1]
            self._preempt(last, schedule)
            if last is sequence:
                return
        sequence.blocks += self._pool.allocate(missing)
        schedule[sequence] = 1

    def _prefill(self, sequence: Sequence, schedule: Schedule) -> None:
        """Advance by what is left of the budget; the blocks were given at admission."""
        num_tokens = min(sequence.num_pending, self._left(schedule))
        if sequence.urgency:
            num_tokens = min(num_tokens, self._prompt_left)
            self._prompt_left -= num_tokens
        if num_tokens:
            schedule[sequence] = num_tokens

    def _admit(self, sequence: Sequence, schedule: Schedule) -> bool:
        """Start `sequence` if it fits, after preempting lower classes where that helps."""
        while (admission := self._plan(sequence)) is None:
            last = self.running[-1] if self.running else None
            if last is None or last.urgency <= sequence.urgency:
                return False
            self._preempt(last, schedule)
        # Held first: what is allocated next may evict blocks that nobody holds.
        self._pool.share(admission.cached)
        blocks = admission.cached + self._pool.allocate(admission.num_new)
        self.waiting.remove(sequence)
        insort(self.running, sequence, key=_rank)
        sequence.admit(blocks, len(admission.cached), self._config.block_size)
        self._prefill(sequence, schedule)
        return True

    def _plan(self, sequence: Sequence) -> Admission | None:
        """How `sequence` would fit now, or None if it must wait. Changes nothing."""
        if len(self.running) >= self._config.max_sequences:
            return None
        cached = self.cached_blocks(sequence)
        num_new = self._num_blocks(sequence) - len(cached)
        # Those that run are left a block each, or they would soon preempt the newcomer.
        needed = num_new + self._pool.num_unused(cached) + len(self.running)
        return Admission(cached, num_new) if needed <= self._pool.num_available else None

    def cached_blocks(self, sequence: Sequence) -> list[int]:
        """The blocks in the cache that hold the first tokens of `sequence`. Changes nothing."""
        if not self._config.prefix_cache:
            return []
        # The last token is always computed, since what follows is chosen from its state.
        size = self._config.block_size
        reusable = range((sequence.num_tokens - 1) // size)
        return self._pool.match(sequence.key(index, size) for index in reusable)

    def _is_prefix_coming(self, sequence: Sequence) -> bool:
        """Whether another is about to compute what `sequence` would begin with, so that it is
        better to wait a step and reuse it. Who is more urgent waits for nobody."""
        if not self._config.prefix_cache:
            return False
        size = self._config.block_size
        others = [o for o in self.running if o.num_pending > 1 and o.urgency <= sequence.urgency]
        if not others:
            return False
        index = len(self.cached_blocks(sequence))
        if index >= (sequence.num_tokens - 1) // size:
            return False
        key = sequence.key(index, size)
        return any(
            other.num_computed < (index + 1) * size <= other.prompt_length
            and other.key(index, size) == key
            for other in others
        )

    def _num_blocks(self, sequence: Sequence) -> int:
        return -(-sequence.num_tokens // self._config.block_size)

    def _preempt(self, sequence: Sequence, schedule: Schedule) -> None:
        schedule.pop(sequence, None)
        self.running.remove(sequence)
        self._pool.release(sequence.preempt())
        insort(self.waiting, sequence, key=_rank)
        self.num_preemptions += 1


def _rank(sequence: Sequence) -> tuple[int, int, int]:
    return sequence.rank
