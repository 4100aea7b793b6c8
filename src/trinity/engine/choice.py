"""One answer in the making: its sequence, how its tokens are drawn, and what they mean.

Held by the engine, one for each of a request's choices.
"""

from __future__ import annotations

from copy import copy
from itertools import takewhile

from torch import Tensor

from trinity.engine.phases import Choices, Phases
from trinity.engine.sampler import Draws, Sampled
from trinity.engine.sequence import Sequence
from trinity.engine.speculation import Drafter, Record
from trinity.engine.text import TextStream
from trinity.engine.trial import MOST_TOKENS, Trial, ends_step
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import FinishedEvent, FinishReason, Phase, TokenEvent, Usage


class Choice:
    """A sequence and everything that follows its tokens."""

    def __init__(
        self, sequence: Sequence, tokenizer: Tokenizer, vocab_size: int, record: Record
    ) -> None:
        """Begin the answer of a sequence whose request was checked; `record` is that of guesses."""
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
        )
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

    def choices(self) -> Choices:
        """What the next token may be."""
        return self._phases.choices()

    def accept(self, sampled: Sampled) -> TokenEvent:
        """Add a token to the answer and tell of it; may set `finish_reason`."""
        token_id = sampled.token_id
        self.sequence.append(token_id)
        self.draws.accept(token_id)
        self.drafter.accept(token_id)
        phase = self._phases.accept(token_id)
        text = self._text.push(token_id, phase)
        self.finish_reason = self._phases.finish_reason
        if self.finish_reason:
            text += self._text.finish()
        if self._text.is_stopped:
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
        )
