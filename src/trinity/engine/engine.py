"""Requests in, events out: one schedule and one model call a step.

Owned by one thread: the server's bridge, or `LLM`. Every request ends in exactly one of finished
(once for each of its choices), failed and aborted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count

import torch
from torch import Tensor

from trinity.config import EngineConfig
from trinity.engine.batch import BatchBuilder, Step
from trinity.engine.blocks import BlockPool
from trinity.engine.choice import Choice
from trinity.engine.limits import Limits
from trinity.engine.pace import Pace
from trinity.engine.phases import Choices
from trinity.engine.runner import Computed, Runner
from trinity.engine.sampler import Sampled, Sampler
from trinity.engine.scheduler import Allowance, Schedule, Scheduler
from trinity.engine.sequence import Sequence
from trinity.engine.speculation import MAX_DRAFT, SELF_DRAFT, Gate, Record, SelfDrafts
from trinity.engine.stats import EngineStats, Totals
from trinity.engine.trial import Trial, Verdict
from trinity.engine.vote import Vote
from trinity.errors import InvalidRequest, NotFound, Overloaded
from trinity.inputs.grammar import Grammars
from trinity.inputs.tokenizer import Tokenizer
from trinity.ops.dispatch import torch_threads
from trinity.types import AbortedEvent, Event, FailedEvent, GenerationRequest, Mode, Steering

SLOWDOWN = 0.2
"""By how much tokens that others decode, and again their prompts, may lengthen the steps of latency
requests, as a share."""
PROMPT_BESIDE = 16
"""Prompt tokens of others in a step that has any, while there is latency traffic."""
OVERFLOW = "The model's numbers overflowed; its weights or a picture may be damaged."
LATENCY_HOLD_S = 2.0
"""How long after a latency request others are still held back."""


@dataclass(slots=True)
class _Open:
    """A request that has not ended."""

    choices: dict[Sequence, Choice]
    """The choices that are not finished."""
    held: list[Sequence]
    """Choices that wait until the first has computed their common prompt."""


class Engine:
    """Serves many requests at once. Not thread-safe: one thread owns it."""

    def __init__(
        self, runner: Runner, tokenizer: Tokenizer, limits: Limits, config: EngineConfig
    ) -> None:
        """Serve with what `runner` computes, whose cache has `limits.num_blocks` blocks."""
        model = limits.model
        self.limits = limits
        self.mode = config.mode
        """What requests without a mode of their own are served as; see `switch`."""
        self._config = config
        self._runner = runner
        self._tokenizer = tokenizer
        self.grammars = Grammars(tokenizer)
        """What makes and follows the grammars of answers."""
        self._pool = BlockPool(limits.num_blocks)
        self._scheduler = Scheduler(self._pool, config)
        max_blocks = -(-limits.max_context // config.block_size)
        self._builder = BatchBuilder(config, max_blocks)
        self._sampler = Sampler(tokenizer.num_control, limits.num_tokens, model.vocab_size)
        self._pace = Pace()
        self._gate = Gate(self._pace)
        self._record = Record()
        self._self_drafts = SelfDrafts()
        self._draft_experts = (1,) * model.num_hidden_layers
        # Whether a step was one of those in which the model may guess itself, of full length.
        self._is_comparable = False
        self._latency_until = 0.0
        self._prompt_credit = 0.0  # prompt tokens that others may compute
        self._prompt_experts = (model.num_experts_per_tok,) * model.num_hidden_layers
        self._open: dict[str, _Open] = {}
        self._outbox: list[Event] = []
        self._votes: dict[str, Vote] = {}
        self._arrivals = count()
        self._totals = Totals()

    @property
    def has_work(self) -> bool:
        """Whether a step would compute or report anything."""
        return bool(self._open or self._outbox)

    @property
    def runner(self) -> Runner:
        """What computes the steps; for measurements of the model alone."""
        return self._runner

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
            drafted_tokens=totals.drafted_tokens,
            accepted_tokens=totals.accepted_tokens,
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
        if not self.has_room(request.num_sequences):
            raise Overloaded(
                f"{self._num_waiting()} answers are waiting and {request.num_sequences} were asked "
                "for; at "
                f"most {self._config.max_waiting} may wait. Try again in a moment."
            )
        arrival = next(self._arrivals)
        sequences = [
            Sequence(request, index, arrival, self._prompt_experts, request.mode or self.mode)
            for index in range(request.num_sequences)
        ]
        choices = {sequence: self._begin(sequence) for sequence in sequences}
        self._open[request.request_id] = _Open(choices, held=sequences[1:])
        if request.thoughts > 1:
            self._votes[request.request_id] = Vote(request.thoughts)
        self._scheduler.add(sequences[0])

    def cached_tokens(self, request: GenerationRequest) -> int:
        """How many tokens of a prompt are in the cache now. Changes nothing."""
        sequence = Sequence(request, 0, 0, self._prompt_experts)
        return len(self._scheduler.cached_blocks(sequence)) * self._config.block_size

    def _begin(self, sequence: Sequence) -> Choice:
        request = sequence.request
        grammar = request.grammar
        return Choice(
            sequence,
            self._tokenizer,
            self.limits.model.vocab_size,
            self._record,
            None if grammar is None else self.grammars.follow(grammar, request.begun_ids),
        )

    def switch(self, mode: Mode) -> None:
        """Serve what has no mode of its own as `mode`, from the next step on. Answers do not
        change, and nothing is set back."""
        self.mode = mode
        for open_ in self._open.values():
            for sequence in open_.choices:
                sequence.mode = sequence.request.mode or mode
        self._scheduler.reorder()

    def steer(self, request_id: str, steering: Steering, tokens: int = 0) -> int:
        """Change the rest of an answer from the next step on, in all its choices and thoughts.

        `tokens` are how many more may be thought with `extend`. Returns the largest thinking budget
        that results. Raises `NotFound` for a request that is not open.
        """
        if request_id not in self._open:
            raise NotFound(
                f"There is no open request {request_id[:80]!r}; it ended, or never was.",
                param="request_id",
            )
        choices = self._open[request_id].choices.values()
        return max(choice.steer(steering, tokens) for choice in choices)

    def abort(self, request_id: str) -> None:
        """End a request; it takes part in no further step. An unknown id is no error."""
        if request_id in self._open:
            self._close(request_id)
            self._outbox.append(AbortedEvent(request_id=request_id))

    def step(self) -> list[Event]:
        """Advance by one schedule and one model call; returns what happened, [] when idle."""
        started, num_generated = time.perf_counter(), self._totals.generated_tokens
        schedule = self._scheduler.schedule(self._allowance())
        self._is_comparable = False
        if schedule:
            with torch_threads(self._runner.torch_threads):
                self._conclude(*self._compute(schedule))
        num_generated = self._totals.generated_tokens - num_generated
        if self._is_comparable and num_generated:
            self._self_drafts.measure(time.perf_counter() - started, num_generated)
        events, self._outbox = self._outbox, []
        return self._counted(events) if self._votes else events

    def _counted(self, events: list[Event]) -> list[Event]:
        """What the outside hears where several thoughts come to one answer."""
        heard: list[Event] = []
        for event in events:
            vote = self._votes.get(event.request_id)
            heard += vote.take(event) if vote else [event]
        for request_id in self._votes.keys() - self._open.keys():
            del self._votes[request_id]
        return heard

    def weights_changed(self) -> None:
        """Forget all that was computed with earlier weights; what runs computes its tokens anew."""
        self._scheduler.preempt_all()
        self._pool.clear_cache()
        self._runner.weights_changed()

    def check_integrity(self) -> None:
        """Raise `AssertionError` unless every block is accounted for."""
        running = self._scheduler.running
        self._pool.check_integrity([sequence.blocks for sequence in running])

    def _allowance(self) -> Allowance | None:
        """What others may compute beside latency requests; `None` while there are none.

        It outlasts the last of them a little, so that the next does not arrive amid a long step.
        """
        scheduler, now = self._scheduler, time.monotonic()
        # Those that wait are in order of rank, so that the first tells whether there is one.
        num_urgent = sum(
            s.mode is Mode.LATENCY for s in [*scheduler.running, *scheduler.waiting[:1]]
        )
        if num_urgent:
            self._latency_until = now + LATENCY_HOLD_S
        elif now >= self._latency_until:
            return None
        if not num_urgent or not self._pace.is_known:
            return Allowance(self._config.max_sequences, PROMPT_BESIDE)
        rows = SLOWDOWN * self._pace.time(num_urgent) / self._pace.per_row()
        # Prompts as a chunk now and then: a step that has one cannot guess.
        self._prompt_credit += rows
        prompt = PROMPT_BESIDE if self._prompt_credit >= PROMPT_BESIDE else 0
        self._prompt_credit -= min(self._prompt_credit, prompt)
        return Allowance(max(1, int(rows)), prompt)

    def _compute(self, schedule: Schedule) -> tuple[Step, Computed]:
        """Make the model call of a step; where all sequences decode, with guesses, and timed."""
        only_decodes = all(s.num_pending == 1 for s in schedule)
        self._try(schedule)
        if only_decodes and self._config.speculation:
            self._guess(schedule)
        started = time.perf_counter()
        step = self._builder.build(schedule)
        computed = self._runner.run(step)
        if only_decodes:
            self._pace.measure(len(step.ids_T), time.perf_counter() - started)
        return step, computed

    def _guess(self, schedule: Schedule) -> None:
        """Add guesses to a schedule of sequences that all decode, where they pay."""
        num_sequences = len(schedule)
        for sequence in schedule:
            choice = self._find(sequence)
            if choice is None or choice.trial or sequence.mode is Mode.THROUGHPUT:
                continue
            drafts, trust = choice.draft(MAX_DRAFT)
            if drafts:
                length = self._gate.length(
                    trust,
                    len(drafts),
                    sum(schedule.values()),
                    # Who asks for latency may slow others a little; who does not, must not.
                    1 if sequence.mode is Mode.LATENCY else num_sequences,
                    is_trying=choice.drafter.is_trying,
                )
                choice.drafter.is_trying = length > 0
                if length:
                    self._scheduler.extend(sequence, drafts[:length], schedule)
            elif num_sequences == 1 and sequence.mode is Mode.LATENCY:
                self._let_guess(sequence, choice, schedule)
            self._totals.drafted_tokens += len(sequence.drafts)

    def _let_guess(self, sequence: Sequence, choice: Choice, schedule: Schedule) -> None:
        """Add guesses that the model makes itself with one expert, where they pay."""
        if sequence.request.active_experts == self._draft_experts:
            return
        self._is_comparable = choice.num_left > SELF_DRAFT
        most = min(self._self_drafts.length(), choice.num_left - 1)
        if most <= 0:
            return
        self._scheduler.extend(sequence, [0] * most, schedule)
        num_slots = len(sequence.drafts)
        sequence.drafts = []
        for _ in range(num_slots):
            computed = self._runner.run(self._builder.build_draft(sequence, self._draft_experts))
            token_id = int(computed.logits_SZ[-1].argmax())
            sequence.draft_expert_rows += sum(self._draft_experts)
            if self._tokenizer.is_control(token_id):
                break
            sequence.drafts.append(token_id)
        schedule[sequence] = 1 + len(sequence.drafts)

    def _try(self, schedule: Schedule) -> None:
        """Begin a trial answer where a request wants one and a step of its thinking has ended.

        Its marker is computed along where there is room, else by itself in the next step.
        """
        for sequence, num_tokens in schedule.items():
            if sequence.request.early_exit is None or sequence.num_tried:
                continue
            choice = self._find(sequence)
            if choice and num_tokens == sequence.num_pending and choice.begin_trial():
                self._scheduler.extend(sequence, [self._tokenizer.end_think_id], schedule)

    def _conclude(self, step: Step, computed: Computed) -> None:
        """Note what a step computed, and choose the tokens that follow."""
        self._totals.steps += 1
        for sequence in computed.spoilt:
            self._fail(sequence)
        for sequence, num_tokens in step.schedule.items():
            if self._find(sequence):
                sequence.advance(num_tokens - len(sequence.drafts))
                self._scheduler.cache_full_blocks(sequence)
        rows = {c: row for sequence, row in step.ready.items() if (c := self._find(sequence))}
        logits_SZ = self._judge(rows, computed.logits_SZ)
        while rows:
            rows = self._choose(rows, logits_SZ)

    def _judge(self, rows: dict[Choice, int], logits_SZ: Tensor) -> Tensor:
        """Go on with the trial answers, or end them.

        Returns the scores with those that were held back for a trial that failed; `rows` are then
        those of all answers for which a token is to be chosen now.
        """
        trials: dict[Choice, Trial] = {}
        for choice in list(rows):
            if choice.trial and (choice.trial.held_Z is not None or choice.sequence.drafts):
                trials[choice] = choice.trial
            elif choice.trial:
                choice.hold_for_trial(logits_SZ[rows.pop(choice)])
        if not trials:
            return logits_SZ
        # A trial's first token is chosen from the marker's row, which follows the answer's own.
        at = [rows[choice] + (trial.held_Z is None) for choice, trial in trials.items()]
        sampled = self._sampler.sample(
            logits_SZ[at],
            [trial.draws for trial in trials.values()],
            [trial.phases.choices() for trial in trials.values()],
        )
        held = [logits_SZ]
        for (choice, trial), token in zip(trials.items(), sampled, strict=True):
            if token is None or not self._find(choice.sequence):
                self._fail(choice.sequence)
                continue
            verdict = trial.judge(token)
            if verdict is Verdict.OPEN:
                row = rows.pop(choice)
                if trial.held_Z is None:
                    choice.hold_for_trial(logits_SZ[row])
                choice.sequence.try_on(token.token_id)
                continue
            choice.end_trial()
            self._totals.drafted_tokens += len(choice.sequence.drafts)
            if trial.held_Z is None:
                continue
            if verdict is Verdict.PASSED:
                del rows[choice]
                self._answer_early(choice, trial, trial.held_Z)
            else:
                choice.sequence.drop_drafts()
                rows[choice] = logits_SZ.shape[0] + len(held) - 1
                held.append(trial.held_Z[None])
        return torch.cat(held)

    def _answer_early(self, choice: Choice, trial: Trial, held_Z: Tensor) -> None:
        """Close the thinking of an answer and let its trial follow."""
        choice.early_exit = True
        end = self._tokenizer.end_think_id
        marker = self._sampler.sample(held_Z[None], [choice.draws], [Choices((end,), forced=end)])
        wants_logprobs = choice.draws.params.logprobs is not None
        for token in (*marker, *trial.tokens):
            assert token is not None
            if not self._accept(choice, token if wants_logprobs else Sampled(token.token_id)):
                break

    def _choose(self, rows: dict[Choice, int], logits_SZ: Tensor) -> dict[Choice, int]:
        """Choose a token for each answer from its row.

        Returns the next rows of the answers whose guess at that token was right.
        """
        at = list(rows.values())
        sampled = self._sampler.sample(
            logits_SZ if at == list(range(len(logits_SZ))) else logits_SZ[at],
            [choice.draws for choice in rows],
            [choice.choices() for choice in rows],
        )
        following = {}
        for (choice, row), token in zip(rows.items(), sampled, strict=True):
            if token is None:
                self._fail(choice.sequence, choice.mistake)
            elif self._find(choice.sequence) and self._accept(choice, token):
                following[choice] = row + 1
        return following

    def _accept(self, choice: Choice, sampled: Sampled) -> bool:
        """Add a token to an answer, which may complete it; whether it was guessed right."""
        sequence = choice.sequence
        if sequence.num_generated == 0:
            self._prompt_done(sequence)
        self._outbox.append(choice.accept(sampled))
        self._totals.generated_tokens += 1
        was_guessed = sequence.confirm(sampled.token_id)
        self._totals.accepted_tokens += was_guessed
        if choice.finish_reason:
            sequence.drop_drafts()
            self._totals.reasoning_tokens += choice.reasoning_tokens
            self._outbox.append(choice.finished())
            self._scheduler.end(sequence)
            choices = self._open[sequence.request.request_id].choices
            del choices[sequence]
            if not choices:
                self._close(sequence.request.request_id)
            return False
        return was_guessed

    def _prompt_done(self, sequence: Sequence) -> None:
        """The prompt is in the cache: count it, and let the other choices start from there."""
        self._totals.prompt_tokens += sequence.prompt_length
        self._totals.cached_tokens += sequence.num_cached or 0
        request = self._open[sequence.request.request_id]
        for held in request.held:
            self._scheduler.add(held)
        request.held = []

    def _fail(self, sequence: Sequence, mistake: str = "") -> None:
        """End the request of a sequence whose numbers are not finite, or whose grammar could not
        be followed because of `mistake`."""
        request_id = sequence.request.request_id
        if request_id not in self._open:
            return
        for other in self._open[request_id].choices:
            if spoilt := self._pool.forget_spoilt(other.blocks):
                self._runner.zero_blocks(spoilt)
        self._close(request_id)
        message = f"The answer's structure failed: {mistake}." if mistake else OVERFLOW
        self._outbox.append(FailedEvent(request_id=request_id, message=message))

    def _close(self, request_id: str) -> None:
        """Give back all that a request holds."""
        for sequence in self._open.pop(request_id).choices:
            self._scheduler.end(sequence)
        self._runner.forget_images(request_id)

    def _find(self, sequence: Sequence) -> Choice | None:
        request = self._open.get(sequence.request.request_id)
        return request.choices.get(sequence) if request else None

    def _num_waiting(self) -> int:
        return len(self._scheduler.waiting) + sum(len(open_.held) for open_ in self._open.values())
