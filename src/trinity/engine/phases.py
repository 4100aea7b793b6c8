"""The state machine over token ids: thinking, answer, tool calls, and the thinking budget.

Called by the engine for every token. Markers are recognised by id, never by text. It says which
control tokens may come next; text tokens always may, except where one token is forced.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from trinity.types import FinishReason, Phase, Steering

if TYPE_CHECKING:
    from torch import Tensor

    from trinity.inputs.tokenizer import Tokenizer

ANSWER_RESERVE = 16
"""Tokens kept free for the answer when thinking would use up `max_tokens`: this many, or a quarter
of `max_tokens` where that is less."""


NOTHING = -1
"""Forced where no token may come next: the answer has failed."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What may come next: any text token and the control tokens `allowed`, or only `forced`."""

    allowed: tuple[int, ...]
    forced: int | None = None
    mask_Z: Tensor | None = None
    """Added to the logits: 0, or minus infinity where a grammar forbids a token. `None`: text and
    `allowed` as they are."""


class _Place(Enum):
    """Where in an answer the next token stands."""

    START = auto()
    THINKING = auto()
    ANSWER = auto()
    TOOL_NAME = auto()
    TOOL_ARGUMENTS = auto()


class Phases:
    """Follows one answer from its first token.

    An answer is `[THINK] thoughts [/THINK] text [TOOL_CALLS] name [ARGS] json ...`, where every
    part but the last may be missing. Thinking is closed by force when `budget` tokens were thought,
    or when just enough of `max_tokens` is left for an answer; some text must follow then.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        budget: int | None,
        max_tokens: int,
        *,
        may_call_tools: bool,
        may_be_empty: bool = False,
    ) -> None:
        """Allow `budget` thinking tokens (`None`: no limit of its own) of `max_tokens` in all.

        `may_be_empty` asks for no text behind thinking that was closed by force: a grammar says
        what must follow.
        """
        self._tokenizer = tokenizer
        self._calls = (tokenizer.tool_calls_id,) if may_call_tools else ()
        self._room = max(0, max_tokens - 2 - min(ANSWER_RESERVE, max_tokens // 4))
        self._budget = self._room if budget is None else min(budget, self._room)
        self._max_tokens = max_tokens
        self._may_be_empty = may_be_empty
        self._place = _Place.START
        self._num_tokens = 0
        self._owes_text = False
        self._in_empty_part = False
        self._is_stopped = False
        self.reasoning_tokens = 0
        """Tokens between [THINK] and [/THINK]."""
        self.finish_reason: FinishReason | None = None
        """Why the answer is complete; `None` while it is not."""

    @property
    def is_thinking(self) -> bool:
        """Whether the next token may go on thinking."""
        return self._place is _Place.THINKING and self.reasoning_tokens < self._budget

    @property
    def is_in_thoughts(self) -> bool:
        """Whether the next token belongs to the thinking, be it the marker that closes it."""
        return self._place is _Place.THINKING

    def steer(self, steering: Steering, tokens: int) -> None:
        """Change what is still to come: `extend` adds `tokens` to the thinking budget, as far as
        `max_tokens` leaves room; `stop` takes effect at the next token."""
        match steering:
            case "skip":
                self._budget = min(self._budget, self.reasoning_tokens)
            case "extend":
                self._budget = min(self._budget + tokens, self._room)
            case "stop":
                self._is_stopped = True

    @property
    def budget(self) -> int:
        """Thinking tokens that are allowed in all."""
        return self._budget

    def choices(self) -> Choices:
        """What the next token may be."""
        ids = self._tokenizer
        match self._place:
            case _Place.THINKING:
                is_spent = self.reasoning_tokens >= self._budget
                return Choices((ids.end_think_id,), ids.end_think_id if is_spent else None)
            case _Place.START if self._budget:
                return Choices((ids.think_id, *self._calls, ids.eos_id))
            case _Place.START | _Place.ANSWER if not self._owes_text:
                return Choices((*self._calls, ids.eos_id))
            case _Place.START | _Place.ANSWER:
                return Choices(self._calls)
            case _Place.TOOL_NAME:
                return Choices(() if self._in_empty_part else (ids.args_id,))
            case _Place.TOOL_ARGUMENTS:
                return Choices(() if self._in_empty_part else (ids.tool_calls_id, ids.eos_id))

    def accept(self, token_id: int) -> Phase:
        """Take the next token; returns the phase that it belongs to, a marker to what it opens or
        closes."""
        ids = self._tokenizer
        place = self._place
        self._num_tokens += 1
        self._in_empty_part = False
        if token_id == ids.think_id and place is _Place.START:
            self._place = _Place.THINKING
        elif place is _Place.THINKING:
            self._think(token_id)
        elif token_id == ids.tool_calls_id:
            self._place = _Place.TOOL_NAME
            self._in_empty_part = True
        elif token_id == ids.args_id and place is _Place.TOOL_NAME:
            self._place = _Place.TOOL_ARGUMENTS
            self._in_empty_part = True
        elif place is _Place.START:
            self._place = _Place.ANSWER
        self._owes_text &= ids.is_control(token_id)
        if token_id == ids.eos_id:
            in_call = place is _Place.TOOL_ARGUMENTS
            self.finish_reason = "tool_calls" if in_call else "stop"
        elif self._is_stopped:
            self.finish_reason = "stop"
        elif self._num_tokens >= self._max_tokens:
            self.finish_reason = "length"
        return _PHASES[_Place.THINKING if place is _Place.THINKING else self._place]

    def _think(self, token_id: int) -> None:
        if token_id == self._tokenizer.end_think_id:
            self._place = _Place.ANSWER
            is_forced = self.reasoning_tokens >= self._budget
            self._owes_text = is_forced and not self._may_be_empty
        else:
            self.reasoning_tokens += 1


_PHASES = {
    _Place.START: Phase.ANSWER,
    _Place.THINKING: Phase.THINKING,
    _Place.ANSWER: Phase.ANSWER,
    _Place.TOOL_NAME: Phase.TOOL_CALL,
    _Place.TOOL_ARGUMENTS: Phase.TOOL_CALL,
}
