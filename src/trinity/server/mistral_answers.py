"""Mistral's own dialect, outward: OpenAI's answers, with thinking as chunks of the content.

Called by the app. A stream tells the thinking in lists of chunks, closes it together with the first
text, and goes on in plain text; each tool call comes whole, as the official client reads it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from trinity.errors import TrinityError
from trinity.server.answers import ChatAnswer, Choice, wire_call
from trinity.server.http import mistral_error_body
from trinity.server.report import Events
from trinity.server.transcript import Piece, ToolCallText
from trinity.types import FinishedEvent


class MistralChoice(Choice):
    """One answer as far as it is written."""

    _is_thinking = False

    def delta(self, piece: Piece | None) -> dict[str, Any]:
        """What a piece adds; a call once it is complete, so when the next one begins."""
        match piece:
            case Piece("thinking", text):
                self._is_thinking = True
                return {"content": [_thought(text, closed=False)]}
            case Piece("text", text) if self._is_thinking:
                return {"content": [*self._closing(), {"type": "text", "text": text}]}
            case Piece("text", text):
                return {"content": text}
            case Piece("call", _, ToolCallText(index=index)) if index:
                return {"tool_calls": [self._call(index - 1)]}
            case Piece("call") if self._is_thinking:
                return {"content": self._closing()}
            case _:
                return {}

    def finish(self, event: FinishedEvent) -> dict[str, Any]:
        """Take the end; the last delta: a call, or the end of thinking that was cut off."""
        before = super().finish(event).get("tool_calls", [])
        calls = self.transcript.tool_calls
        if calls:
            return {"tool_calls": [*before, self._call(len(calls) - 1)]}
        return {"content": self._closing()} if self._is_thinking else {}

    def message(self) -> dict[str, Any]:
        """The whole answer."""
        said = self.transcript
        content: Any = "".join(said.content)
        if thinking := "".join(said.reasoning):
            text = [{"type": "text", "text": content}] if content else []
            content = [_thought(thinking, closed=True), *text]
        calls = [self._call(index) for index in range(len(said.tool_calls))]
        return {"role": "assistant", "content": content, "tool_calls": calls or None}

    def _call(self, index: int) -> dict[str, Any]:
        return {**wire_call(self.transcript.tool_calls[index]), "index": index}

    def _closing(self) -> list[dict[str, Any]]:
        self._is_thinking = False
        return [_thought("", closed=True)]


class MistralAnswer(ChatAnswer):
    """All choices of one request, on their way to the client."""

    choice: ClassVar[type[Choice]] = MistralChoice

    def error(self, error: TrinityError) -> dict[str, Any]:
        """The last event of a stream that failed."""
        return mistral_error_body(error)

    def ending(self, events: Events) -> dict[str, Any]:
        """The last chunk carries the token counts, whether asked for or not."""
        return {"usage": self.usage(), **super().ending(events)}


def _thought(text: str, *, closed: bool) -> dict[str, Any]:
    parts = [{"type": "text", "text": text}] if text else []
    return {"type": "thinking", "thinking": parts, "closed": closed}
