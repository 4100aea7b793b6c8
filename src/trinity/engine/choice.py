"""One answer in the making: its sequence, how its tokens are drawn, and what they mean.

Held by the engine, one for each of a request's choices.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import takewhile

import torch
from torch import Tensor

from trinity.engine.phases import NOTHING, Choices, Phases
from trinity.engine.sampler import Draws, Sampled
from trinity.engine.sequence import Sequence
from trinity.engine.speculation import Drafter, Record
from trinity.engine.text import TextStream
from trinity.engine.trial import MOST_TOKENS, Trial, ends_step
from trinity.inputs.grammar import Constraint
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import FinishedEvent, FinishReason, Phase, Steering, TokenEvent, Usage


class Choice:
    """A sequence and everything that follows its tokens."""

    def __init__(
        self,
        sequence: Sequence,
        tokenizer: Tokenizer,
        vocab_size: int,
        record: Record,
        constraint: Constraint | None = None,
    ) -> None:
        """Begin the answer of a sequence whose request was checked.

        `record` is that of guesses; `constraint` follows the request's grammar, if it has one.
        """
        request = sequence.request
        params = request.sampling
        assert params.max_tokens is not None
        self.sequence = sequence
        self.draws = Draws(params, sequence.index, request.prompt_ids, vocab_size)
        self.drafter = Drafter(request.prompt_ids, request.prediction_ids, record)
        self.finish_reason: FinishReason | None = None
        """Why the answer is complete; `None` while it is not."""
        self.trial: Trial | None = None
        """The trial answer that is being computed."""
        self.early_exit = False
        """Whether a trial answer ended the thinking."""
        self._thinks_until = 0
        self._tokenizer = tokenizer
        self._phases = Phases(
            tokenizer,
            request.thinking_token_budget,
            params.max_tokens,
            may_call_tools=request.may_call_tools,
            may_be_empty=constraint is not None,
        )
        self._constraint = constraint
        self._vocab_size = vocab_size
        self._text = TextStream(tokenizer, params.stop)
        self._phase = Phase.ANSWER

    @property
    def reasoning_tokens(self) -> int:
        """Tokens thought so far."""
        return self._phases.reasoning_tokens

    @property
    def num_left(self) -> int:
        """Tokens that the answer may still have."""
        assert self.sequence.request.sampling.max_tokens is not None
        return self.sequence.request.sampling.max_tokens - self.sequence.num_generated

    def steer(self, steering: Steering, tokens: int) -> int:
        """Change what is still to come, as `Phases.steer`; the thinking budget that results."""
        self._phases.steer(steering, tokens)
        return self._phases.budget

    def draft(self, most: int) -> tuple[list[int], float]:
        """Guesses at the next tokens, as `Drafter.draft`, up to the first marker: a prompt's,
        such as those of a picture, must not be computed as an answer's."""
        most = min(most, self.num_left - 1)
        drafts, trust = self.drafter.draft(most)
        if not drafts:
            return [], 0.0
        return list(takewhile(lambda token: not self._tokenizer.is_control(token), drafts)), trust

    def begin_trial(self) -> bool:
        """Try the answer out from here on, if this is the place for it."""
        self.trial = None  # an earlier one was lost with the blocks
        confidence = self.sequence.request.early_exit
        if (
            confidence is None
            or not self._phases.is_thinking
            or self._phases.reasoning_tokens < self._thinks_until
            or self.num_left <= MOST_TOKENS + 1
            or not ends_step(self._tokenizer.token_bytes(self.sequence.token_ids[-1]))
        ):
            return False
        self.trial = Trial(confidence, self.draws.for_trial(), copy(self._phases), self._tokenizer)
        return True

    def hold_for_trial(self, row_Z: Tensor) -> None:
        """Go on with the trial before the next token is chosen from `row_Z`. Its marker may be
        computed already, as a guess."""
        assert self.trial is not None
        self.trial.held_Z = row_Z.clone()
        num_computed = len(self.sequence.drafts)
        self.sequence.drafts.clear()
        self.sequence.try_on(self._tokenizer.end_think_id)
        self.sequence.advance(num_computed)

    def end_trial(self) -> None:
        """Take the trial back. What was computed of it are guesses now."""
        assert self.trial is not None
        self._thinks_until = self._phases.reasoning_tokens + self.trial.rest
        self.trial = None
        if self.sequence.num_tried:
            self.sequence.take_back()

    @property
    def mistake(self) -> str:
        """Why no token may follow, where a grammar cannot be followed; else empty."""
        if self._constraint is None:
            return ""
        return self._constraint.mistake or "nothing may follow what was said"

    def choices(self) -> Choices:
        """What the next token may be."""
        choices = self._phases.choices()
        if self._constraint is None or self._phases.is_in_thoughts:
            return choices
        allowed_Z = torch.zeros(self._vocab_size, dtype=torch.bool)
        allowed = torch.from_numpy(self._constraint.allowed_Z())
        allowed_Z[: len(allowed)] = allowed
        # Of markers only those of this place in an answer; thinking, before the grammar, is one.
        is_place_Z = torch.zeros(self._tokenizer.num_control, dtype=torch.bool)
        is_place_Z[list(choices.allowed)] = True
        allowed_Z[: len(is_place_Z)] &= is_place_Z
        allowed_Z[self._tokenizer.think_id] = is_place_Z[self._tokenizer.think_id]
        if not allowed_Z.any():
            return replace(choices, forced=NOTHING)
        return replace(choices, mask_Z=torch.where(allowed_Z, 0.0, float("-inf")))

    def accept(self, sampled: Sampled) -> TokenEvent:
        """Add a token to the answer and tell of it; may set `finish_reason`."""
        token_id = sampled.token_id
        self.sequence.append(token_id)
        self.draws.accept(token_id)
        self.drafter.accept(token_id)
        was_in_thoughts = self._phases.is_in_thoughts
        phase = self._phases.accept(token_id)
        if self._constraint and not was_in_thoughts and not self._phases.is_in_thoughts:
            self._constraint.accept(token_id)
        text = self._text.push(token_id, phase)
        self.finish_reason = self._phases.finish_reason
        if self.finish_reason:
            text += self._text.finish()
        if self._text.found_stop is not None:
            self.finish_reason = "stop"
        # What comes out at a marker was held back of the text before it.
        is_rest = bool(text) and self._tokenizer.is_control(token_id)
        before, self._phase = self._phase, phase
        return TokenEvent(
            request_id=self.sequence.request.request_id,
            index=self.sequence.index,
            token_id=token_id,
            phase=before if is_rest else phase,
            text=text,
            logprob=sampled.logprob,
            top_logprobs=sampled.top_logprobs,
        )

    def finished(self) -> FinishedEvent:
        """Tell that the answer is complete."""
        assert self.finish_reason is not None
        sequence, request = self.sequence, self.sequence.request
        usage = Usage(
            prompt_tokens=sequence.prompt_length,
            cached_tokens=sequence.num_cached or 0,
            image_tokens=sum(image.num_tokens for image in request.images),
            completion_tokens=sequence.num_generated,
            reasoning_tokens=self.reasoning_tokens,
            accepted_tokens=sequence.num_accepted,
            rejected_tokens=sequence.num_rejected,
            early_exit=self.early_exit,
        )
        return FinishedEvent(
            request_id=request.request_id,
            index=sequence.index,
            reason=self.finish_reason,
            usage=usage,
            expert_rows=sequence.expert_rows,
            stop_string=self._text.found_stop,
        )
