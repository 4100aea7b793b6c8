"""One answer as far as it is written, in any dialect: tokens in, pieces of text and calls out.

Fed by the answers of each dialect, for whole answers and for streams alike.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from trinity.types import FinishedEvent, Phase, TokenEvent

if TYPE_CHECKING:
    from trinity.inputs.tokenizer import Tokenizer

_CALL_ID_LETTERS = string.ascii_letters + string.digits
_CALL_ID_LENGTH = 9
"""What the model's own template asks of the ids of tool calls."""


@dataclass(slots=True)
class ToolCallText:
    """A tool call as far as it is written."""

    id: str
    index: int
    """Which of the answer's calls."""
    name: str = ""
    arguments: str = ""
    is_open: bool = False
    """Whether the name is complete, so that arguments follow."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a token added to an answer."""

    kind: Literal["thinking", "text", "call", "arguments"]
    """`call` tells the whole name of a call that begins, `arguments` some of what follows."""
    text: str
    call: ToolCallText | None = None
    """The call that a piece of the last two kinds belongs to."""


@dataclass(slots=True)
class Transcript:
    """One answer."""

    tokenizer: Tokenizer
    reasoning: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    tool_calls: list[ToolCallText] = field(default_factory=list)
    finished: FinishedEvent | None = None

    def push(self, event: TokenEvent) -> Piece | None:
        """Take a token; what it adds, if anything."""
        # The text of a marker is what was held back of the part before it, whose phase it has.
        piece = self._text(event.text, event.phase) if event.text else None
        if event.token_id == self.tokenizer.tool_calls_id:
            letters = (secrets.choice(_CALL_ID_LETTERS) for _ in range(_CALL_ID_LENGTH))
            self.tool_calls.append(ToolCallText("".join(letters), len(self.tool_calls)))
        elif event.token_id == self.tokenizer.args_id:
            return self._open_call()
        return piece

    def finish(self, event: FinishedEvent) -> Piece | None:
        """Take the end; a last piece where a tool call was cut off inside its name."""
        self.finished = event
        if self.tool_calls and not self.tool_calls[-1].is_open:
            return self._open_call()
        return None

    def _text(self, text: str, phase: Phase) -> Piece | None:
        match phase:
            case Phase.THINKING:
                self.reasoning.append(text)
                return Piece("thinking", text)
            case Phase.ANSWER:
                self.content.append(text)
                return Piece("text", text)
            case Phase.TOOL_CALL:
                call = self.tool_calls[-1]
                if not call.is_open:
                    call.name += text
                    return None
                call.arguments += text
                return Piece("arguments", text, call)

    def _open_call(self) -> Piece:
        call = self.tool_calls[-1]
        call.is_open = True
        return Piece("call", call.name, call)
