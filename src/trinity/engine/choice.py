"""One answer in the making: its sequence, how its tokens are drawn, and what they mean.

Held by the engine, one for each of a request's choices.
"""

from __future__ import annotations

from itertools import takewhile

from trinity.engine.phases import Choices, Phases
from trinity.engine.sampler import Draws, Sampled
from trinity.engine.sequence import Sequence
from trinity.engine.speculation import Drafter
from trinity.engine.text import TextStream
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import FinishedEvent, FinishReason, Phase, TokenEvent, Usage


class Choice:
    """A sequence and everything that follows its tokens."""

    def __init__(self, sequence: Sequence, tokenizer: Tokenizer, vocab_size: int) -> None:
        """Begin the answer of a sequence whose request was checked."""
        request = sequence.request
        params = request.sampling
        assert params.max_tokens is not None
        self.sequence = sequence
        self.draws = Draws(params, sequence.index, request.prompt_ids, vocab_size)
        self.drafter = Drafter(request.prompt_ids, request.prediction_ids)
        self.finish_reason: FinishReason | None = None
        """Why the answer is complete; `None` while it is not."""
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
        return list(takewhile(lambda token: not self._tokenizer.is_control(token), drafts)), trust

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
        )
        return FinishedEvent(
            request_id=request.request_id,
            index=sequence.index,
            reason=self.finish_reason,
            usage=usage,
            expert_rows=sequence.expert_rows,
        )
