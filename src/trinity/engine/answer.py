"""The events of a choice, put together again: what streams and what does not are the same.

Used by `LLM`, and by whoever wants complete answers from events.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from trinity.inputs.tokenizer import Tokenizer
from trinity.types import FinishedEvent, FinishReason, Phase, TokenEvent, ToolCall, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One choice, complete."""

    text: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...] = ()
    """Calls as the model wrote them: `arguments` need not be valid JSON."""
    finish_reason: FinishReason
    usage: Usage
    expert_rows: int
    token_ids: tuple[int, ...]
    """All generated tokens, markers and the end of the answer included."""
    logprobs: tuple[float, ...] | None = None
    """One for each token, where they were asked for."""
    top_logprobs: tuple[tuple[tuple[int, float], ...], ...] = ()


class AnswerBuilder:
    """Collects the events of one choice."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Start before the first token."""
        self._tokenizer = tokenizer
        self._tokens: list[TokenEvent] = []
        self._text: dict[Phase, list[str]] = {phase: [] for phase in Phase}
        self._calls: list[tuple[list[str], list[str]]] = []
        """Pieces of name and arguments of each call."""
        self._call_part: list[str] = []

    def add(self, event: TokenEvent) -> None:
        """Take the next token."""
        self._tokens.append(event)
        if event.phase is Phase.TOOL_CALL:
            self._call_part.append(event.text)
        else:
            self._text[event.phase].append(event.text)
        if event.token_id == self._tokenizer.tool_calls_id:
            self._calls.append(([], []))
            self._call_part = self._calls[-1][0]
        elif event.token_id == self._tokenizer.args_id and self._calls:
            self._call_part = self._calls[-1][1]

    def finish(self, event: FinishedEvent) -> Answer:
        """The complete answer."""
        logprobs = [token.logprob for token in self._tokens if token.logprob is not None]
        return Answer(
            text="".join(self._text[Phase.ANSWER]),
            reasoning="".join(self._text[Phase.THINKING]),
            tool_calls=tuple(
                ToolCall(id=_call_id(), name="".join(name), arguments="".join(arguments))
                for name, arguments in self._calls
            ),
            finish_reason=event.reason,
            usage=event.usage,
            expert_rows=event.expert_rows,
            token_ids=tuple(token.token_id for token in self._tokens),
            logprobs=tuple(logprobs) if logprobs else None,
            top_logprobs=tuple(t.top_logprobs for t in self._tokens) if logprobs else (),
        )


def _call_id() -> str:
    # Nine letters or digits: what the template's own validator accepts.
    return uuid4().hex[:9]
