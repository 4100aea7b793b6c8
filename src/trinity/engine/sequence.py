"""One choice of one request, as the scheduler sees it: tokens, progress, blocks.

Its tokens are those of the prompt and the answer so far; the step that computes the last of them
yields the next. There is no prefill and no decode phase, only tokens that must catch up.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from trinity.engine.blocks import ROOT_KEY, block_key
from trinity.types import GenerationRequest, Mode

ExpertRun = tuple[tuple[int, ...], int]
"""Experts per token in each layer, and for how many tokens on end."""


_URGENCY = {Mode.LATENCY: 0, Mode.BALANCED: 1, Mode.THROUGHPUT: 2}


class State(Enum):
    """Where a sequence stands; it moves from waiting to running, back if preempted, and ends."""

    WAITING = auto()
    RUNNING = auto()
    ENDED = auto()


class Sequence:
    """Tokens that the engine advances. `blocks` only ever grows while the sequence runs."""

    def __init__(
        self,
        request: GenerationRequest,
        index: int,
        arrival: int,
        prompt_experts: tuple[int, ...],
        mode: Mode = Mode.BALANCED,
    ) -> None:
        """Choice `index` of `request`, which came as the `arrival`-th, served as `mode`.

        `prompt_experts` are the model's own experts per token in each layer, for requests that do
        not say how many their prompts take.
        """
        self.request = request
        self.index = index
        self.mode = mode
        """How it is served; changed by the engine alone, between steps."""
        self._arrival = arrival
        self.state = State.WAITING
        self.token_ids = list(request.prompt_ids)
        self.num_computed = 0
        """Leading tokens whose keys and values (or latents) are in the cache."""
        self.num_cached: int | None = None
        """Prompt tokens that were in the cache at the first admission."""
        self.blocks: list[int] = []
        self.drafts: list[int] = []
        """Guesses at the tokens after the last, which the next step computes along."""
        self.num_accepted = 0
        """Guesses that were right."""
        self.num_rejected = 0
        """Guesses that were computed and not kept."""
        self.draft_expert_rows = 0
        """Expert evaluations, all layers, that made guesses."""
        self.num_tried = 0
        """Tokens at the end that belong to a trial answer, which may be taken back."""
        self._prompt_experts = request.prompt_experts or prompt_experts
        self._keys: list[bytes] = []
        self._num_offered = 0

    @property
    def urgency(self) -> int:
        """The scheduling class: the lower goes first."""
        return _URGENCY[self.mode]

    @property
    def rank(self) -> tuple[int, int, int]:
        """Who goes first, and last in preemption."""
        return (self.urgency, self._arrival, self.index)

    @property
    def num_tokens(self) -> int:
        """Tokens of prompt and answer."""
        return len(self.token_ids)

    @property
    def prompt_length(self) -> int:
        """Tokens of the prompt."""
        return len(self.request.prompt_ids)

    @property
    def num_generated(self) -> int:
        """Tokens of the answer."""
        return len(self.token_ids) - len(self.request.prompt_ids)

    @property
    def num_pending(self) -> int:
        """Tokens that are still to be computed before the next can be chosen; 0 after the end."""
        return len(self.token_ids) - self.num_computed

    @property
    def expert_rows(self) -> int:
        """Expert evaluations of the answer so far, all layers: of its tokens in the cache, of
        guesses that were not kept, and those that made guesses."""
        num_kept = max(0, self.num_computed - self.prompt_length)
        rows = (num_kept + self.num_rejected) * sum(self.request.active_experts)
        return rows + self.draft_expert_rows

    def admit(self, blocks: list[int], num_cached: int, block_size: int) -> None:
        """Start running on `blocks`, the first `num_cached` of which hold its first tokens."""
        assert self.state is State.WAITING
        self.state = State.RUNNING
        self.blocks = blocks
        self.num_computed = num_computed = num_cached * block_size
        self._num_offered = num_cached
        if self.num_cached is None:
            self.num_cached = min(num_computed, self.prompt_length)

    def advance(self, num_tokens: int) -> None:
        """Note that a step computed the next `num_tokens` tokens."""
        assert self.state is State.RUNNING
        assert num_tokens <= self.num_pending
        self.num_computed += num_tokens

    def append(self, token_id: int) -> None:
        """Add the token chosen after all others were computed."""
        assert self.state is State.RUNNING
        assert self.num_pending == 0
        self.token_ids.append(token_id)

    def confirm(self, token_id: int) -> bool:
        """Whether the first guess is `token_id`, just appended, so that it is computed already.

        If it is not, all guesses are dropped.
        """
        if self.drafts and self.drafts[0] == token_id:
            del self.drafts[0]
            self.num_accepted += 1
            self.advance(1)
            return True
        self.drop_drafts()
        return False

    def try_on(self, token_id: int) -> None:
        """Add a token of a trial answer."""
        self.append(token_id)
        self.num_tried += 1

    def take_back(self) -> None:
        """Make the tokens of the trial answer guesses: those of them that were computed."""
        start = self.num_tokens - self.num_tried
        self.drafts = self.token_ids[start : max(start, self.num_computed)]
        del self.token_ids[start:]
        self.num_computed = min(self.num_computed, start)
        self.num_tried = 0

    def drop_drafts(self) -> None:
        """Give up the guesses that are left."""
        self.num_rejected += len(self.drafts)
        self.drafts.clear()

    def tokens(self, start: int, stop: int) -> list[int]:
        """The tokens from `start` to `stop`, guesses after the others."""
        first, end = (max(0, at - self.num_tokens) for at in (start, stop))
        return self.token_ids[start:stop] + self.drafts[first:end]

    def preempt(self) -> list[int]:
        """Wait again, tokens kept; returns the blocks it held."""
        assert self.state is State.RUNNING
        self.state = State.WAITING
        return self._leave_blocks()

    def end(self) -> list[int]:
        """Stop for good; returns the blocks it held."""
        assert self.state is not State.ENDED
        self.state = State.ENDED
        return self._leave_blocks()

    def expert_runs(self, start: int, stop: int) -> list[ExpertRun]:
        """Under which expert counts the tokens `start` to `stop` are computed, in order."""
        prompt = max(0, min(stop, self.prompt_length) - start)
        runs = [
            (self._prompt_experts, prompt),
            (self.request.active_experts, stop - start - prompt),
        ]
        return [run for run in runs if run[1]]

    def routing_discounts(self, start: int, stop: int) -> list[float]:
        """The routing discounts of the tokens `start` to `stop`: 1 in the prompt."""
        num_prompt = max(0, min(stop, self.prompt_length) - start)
        num_decoded = stop - start - num_prompt
        return [1.0] * num_prompt + [self.request.routing_discount] * num_decoded

    def key(self, index: int, block_size: int) -> bytes:
        """Prefix cache key of the block `index`, which must be full of tokens."""
        for missing in range(len(self._keys), index + 1):
            self._keys.append(self._key(missing * block_size, (missing + 1) * block_size))
        return self._keys[index]

    def new_full_blocks(self, block_size: int) -> Iterator[tuple[int, bytes]]:
        """Blocks, with their keys, that were filled since the last call or the admission."""
        # What a trial computes may be overwritten, and what was routed by the company it was in is
        # not what others would compute: nobody else may use it.
        is_shared = self.request.routing_discount == 1
        num_kept = self.num_tokens - self.num_tried if is_shared else self.prompt_length
        num_full = min(self.num_computed, num_kept) // block_size
        for index in range(self._num_offered, num_full):
            yield self.blocks[index], self.key(index, block_size)
        self._num_offered = num_full

    def _key(self, start: int, stop: int) -> bytes:
        images = self.request.images
        return block_key(
            self._keys[-1] if self._keys else ROOT_KEY,
            self.token_ids[start:stop],
            self.expert_runs(start, stop),
            [
                (image.start - start, image.digest)
                for image in images
                if image.start < stop and start < image.start + image.num_tokens
            ],
        )

    def _leave_blocks(self) -> list[int]:
        self.take_back()
        blocks, self.blocks = self.blocks, []
        self.num_computed = 0
        self.drafts = []
        return blocks
