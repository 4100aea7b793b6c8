"""Requests in, events out: one schedule and one model call a step.

Owned by one thread: the server's bridge, or `LLM`. Every request ends in exactly one of finished
(once for each of its choices), failed and aborted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from trinity.config import EngineConfig
from trinity.engine.batch import BatchBuilder, Step
from trinity.engine.blocks import BlockPool
from trinity.engine.limits import Limits
from trinity.engine.phases import Phases
from trinity.engine.runner import Computed
from trinity.engine.sampler import Draws, Sampled, Sampler
from trinity.engine.scheduler import Scheduler
from trinity.engine.sequence import Sequence
from trinity.engine.text import TextStream
from trinity.errors import InvalidRequest, Overloaded
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import (
    AbortedEvent,
    Event,
    FailedEvent,
    FinishedEvent,
    FinishReason,
    GenerationRequest,
    Phase,
    TokenEvent,
    Usage,
)


class StepRunner(Protocol):
    """What computes steps: `Runner`, or a stand-in."""

    expert_rows: int

    def run(self, step: Step) -> Computed:
        """See `Runner.run`."""
        ...

    def zero_blocks(self, blocks: list[int]) -> None:
        """See `Runner.zero_blocks`."""
        ...

    def forget_images(self, request_id: str) -> None:
        """See `Runner.forget_images`."""
        ...

    def forget_all_images(self) -> None:
        """See `Runner.forget_all_images`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """Where an engine stands, and its totals since the start."""

    steps: int
    waiting: int
    """Choices that wait for admission."""
    running: int
    free_blocks: int
    """Blocks that could be given out, those kept for their contents included."""
    num_blocks: int
    cached_blocks: int
    """Blocks that a later prompt could reuse, those in use included."""
    prompt_tokens: int
    cached_tokens: int
    """Prompt tokens that were not computed, because the cache had them."""
    generated_tokens: int
    reasoning_tokens: int
    preemptions: int
    expert_rows: int
    """Routed expert evaluations, prompts included, as counted where they were made."""


@dataclass(slots=True, eq=False)
class _Choice:
    """One answer in the making."""

    sequence: Sequence
    draws: Draws
    phases: Phases
    text: TextStream
    phase: Phase = Phase.ANSWER


@dataclass(slots=True)
class _Totals:
    """What `EngineStats` counts and nobody else does."""

    steps: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(slots=True)
class _Open:
    """A request that has not ended."""

    choices: dict[Sequence, _Choice]
    """The choices that are not finished."""
    held: list[Sequence] = field(default_factory=list)
    """Choices that wait until the first has computed their common prompt."""


class Engine:
    """Serves many requests at once. Not thread-safe: one thread owns it."""

    def __init__(
        self, runner: StepRunner, tokenizer: Tokenizer, limits: Limits, config: EngineConfig
    ) -> None:
        """Serve with what `runner` computes, whose cache has `limits.num_blocks` blocks."""
        model = limits.model
        self.limits = limits
        self._config = config
        self._runner = runner
        self._tokenizer = tokenizer
        self._pool = BlockPool(limits.num_blocks)
        self._scheduler = Scheduler(self._pool, config)
        max_blocks = -(-limits.max_context // config.block_size)
        self._builder = BatchBuilder(config, max_blocks)
        self._sampler = Sampler(tokenizer.num_control, limits.num_tokens, model.vocab_size)
        self._prompt_experts = (model.num_experts_per_tok,) * model.num_hidden_layers
        self._open: dict[str, _Open] = {}
        self._outbox: list[Event] = []
        self._arrivals = count()
        self._totals = _Totals()

    @property
    def has_work(self) -> bool:
        """Whether a step would compute or report anything."""
        return bool(self._open or self._outbox)

    @property
    def stats(self) -> EngineStats:
        """A snapshot."""
        totals = self._totals
        return EngineStats(
            steps=totals.steps,
            waiting=self._num_waiting(),
            running=len(self._scheduler.running),
            free_blocks=self._pool.num_available,
            num_blocks=self._pool.num_blocks,
            cached_blocks=self._pool.num_cached,
            prompt_tokens=totals.prompt_tokens,
            cached_tokens=totals.cached_tokens,
            generated_tokens=totals.generated_tokens,
            reasoning_tokens=totals.reasoning_tokens,
            preemptions=self._scheduler.num_preemptions,
            expert_rows=self._runner.expert_rows,
        )

    def has_room(self, num_choices: int) -> bool:
        """Whether a request of so many choices would be queued now."""
        return self._num_waiting() + num_choices <= self._config.max_waiting

    def submit(self, request: GenerationRequest) -> None:
        """Queue a request; never blocks.

        Raises `InvalidRequest` if it could never be served, `Overloaded` if the queue is full.
        """
        if request.request_id in self._open:
            raise InvalidRequest(f"The request id {request.request_id!r} is in use; give another.")
        self.limits.check(request)
        if not self.has_room(request.n):
            raise Overloaded(
                f"{self._num_waiting()} answers are waiting and {request.n} were asked for; at "
                f"most {self._config.max_waiting} may wait. Try again in a moment."
            )
        arrival = next(self._arrivals)
        choices = [self._choice(request, index, arrival) for index in range(request.n)]
        first, *held = (choice.sequence for choice in choices)
        self._open[request.request_id] = _Open({c.sequence: c for c in choices}, held)
        self._scheduler.add(first)

    def abort(self, request_id: str) -> None:
        """End a request; it takes part in no further step. An unknown id is no error."""
        if request_id in self._open:
            self._close(request_id)
            self._outbox.append(AbortedEvent(request_id=request_id))

    def step(self) -> list[Event]:
        """Advance by one schedule and one model call; returns what happened, [] when idle."""
        schedule = self._scheduler.schedule()
        if schedule:
            step = self._builder.build(schedule)
            self._conclude(step, self._runner.run(step))
        events, self._outbox = self._outbox, []
        return events

    def weights_changed(self) -> None:
        """Forget all that was computed with earlier weights; what runs computes its tokens anew."""
        self._scheduler.preempt_all()
        self._pool.clear_cache()
        self._runner.forget_all_images()

    def check_integrity(self) -> None:
        """Raise `AssertionError` unless every block is accounted for."""
        running = self._scheduler.running
        self._pool.check_integrity([sequence.blocks for sequence in running])

    def _conclude(self, step: Step, computed: Computed) -> None:
        """Note what a step computed, and choose the tokens that follow."""
        self._totals.steps += 1
        for sequence in computed.spoilt:
            self._fail(sequence)
        for sequence, num_tokens in step.schedule.items():
            if self._find(sequence):
                sequence.advance(num_tokens)
                self._scheduler.cache_full_blocks(sequence)
        rows = [(row, c) for row, s in enumerate(step.ready) if (c := self._find(s))]
        if not rows:
            return
        choices = [choice for _, choice in rows]
        sampled = self._sampler.sample(
            computed.logits_SZ[[row for row, _ in rows]],
            [choice.draws for choice in choices],
            [choice.phases.choices() for choice in choices],
        )
        for choice, token in zip(choices, sampled, strict=True):
            if token is None:
                self._fail(choice.sequence)
            elif self._find(choice.sequence):
                self._accept(choice, token)

    def _accept(self, choice: _Choice, sampled: Sampled) -> None:
        """Add a token to an answer and say so."""
        sequence, request = choice.sequence, choice.sequence.request
        if sequence.num_generated == 0:
            self._prompt_done(sequence)
        sequence.append(sampled.token_id)
        choice.draws.accept(sampled.token_id)
        phase = choice.phases.accept(sampled.token_id)
        text = choice.text.push(sampled.token_id, phase)
        reason = choice.phases.finish_reason
        if reason:
            text += choice.text.finish()
        if choice.text.is_stopped:
            reason = "stop"
        # What a marker brings out was held back of the text before it.
        is_rest = bool(text) and self._tokenizer.is_control(sampled.token_id)
        event = TokenEvent(
            request_id=request.request_id,
            index=sequence.index,
            token_id=sampled.token_id,
            phase=choice.phase if is_rest else phase,
            text=text,
            logprob=sampled.logprob,
            top_logprobs=sampled.top_logprobs,
        )
        choice.phase = phase
        self._outbox.append(event)
        self._totals.generated_tokens += 1
        if reason:
            self._finish(choice, reason)

    def _prompt_done(self, sequence: Sequence) -> None:
        """The prompt is in the cache: count it, and let the other choices start from there."""
        self._totals.prompt_tokens += sequence.prompt_length
        self._totals.cached_tokens += sequence.num_cached or 0
        request = self._open[sequence.request.request_id]
        for held in request.held:
            self._scheduler.add(held)
        request.held = []

    def _finish(self, choice: _Choice, reason: FinishReason) -> None:
        sequence, request = choice.sequence, choice.sequence.request
        self._totals.reasoning_tokens += choice.phases.reasoning_tokens
        usage = Usage(
            prompt_tokens=sequence.prompt_length,
            cached_tokens=sequence.num_cached or 0,
            image_tokens=sum(image.num_tokens for image in request.images),
            completion_tokens=sequence.num_generated,
            reasoning_tokens=choice.phases.reasoning_tokens,
        )
        self._outbox.append(
            FinishedEvent(
                request_id=request.request_id,
                index=sequence.index,
                reason=reason,
                usage=usage,
                expert_rows=sequence.expert_rows,
            )
        )
        self._scheduler.end(sequence)
        choices = self._open[request.request_id].choices
        del choices[sequence]
        if not choices:
            self._close(request.request_id)

    def _fail(self, sequence: Sequence) -> None:
        """End the request of a sequence whose numbers are not finite."""
        request_id = sequence.request.request_id
        if request_id not in self._open:
            return
        for other in self._open[request_id].choices:
            if spoilt := self._pool.forget_spoilt(other.blocks):
                self._runner.zero_blocks(spoilt)
        self._close(request_id)
        message = "The model's numbers overflowed; its weights or a picture may be damaged."
        self._outbox.append(FailedEvent(request_id=request_id, message=message))

    def _close(self, request_id: str) -> None:
        """Give back all that a request holds."""
        for sequence in self._open.pop(request_id).choices:
            self._scheduler.end(sequence)
        self._runner.forget_images(request_id)

    def _find(self, sequence: Sequence) -> _Choice | None:
        request = self._open.get(sequence.request.request_id)
        return request.choices.get(sequence) if request else None

    def _choice(self, request: GenerationRequest, index: int, arrival: int) -> _Choice:
        params = request.sampling
        assert params.max_tokens is not None
        return _Choice(
            sequence=Sequence(request, index, arrival, self._prompt_experts),
            draws=Draws(params, index, request.prompt_ids, self.limits.model.vocab_size),
            phases=Phases(self._tokenizer, request.thinking_token_budget, params.max_tokens),
            text=TextStream(self._tokenizer, params.stop),
        )

    def _num_waiting(self) -> int:
        return len(self._scheduler.waiting) + sum(len(open_.held) for open_ in self._open.values())
