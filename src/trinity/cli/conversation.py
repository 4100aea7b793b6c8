"""The state of a chat: turns, settings, attachments, totals. Knows no terminal.

Used by `chat`, which shows it.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from trinity.cli.reply import Reply
from trinity.errors import InvalidRequest
from trinity.types import (
    ChatRequest,
    DocumentPart,
    ImagePart,
    IntensityRequest,
    Message,
    Mode,
    Part,
    SamplingParams,
    TextPart,
)

if TYPE_CHECKING:
    from trinity.engine.llm import LLM, Prepared

ROOM_FOR_ANSWER = 320
"""Context tokens kept free for an answer by leaving out old turns; less in a small context."""


@dataclass(slots=True)
class Conversation:
    """What was said, and how the next question will be asked."""

    system: str | None = None
    intensity: IntensityRequest = field(default_factory=IntensityRequest)
    sampling: SamplingParams = field(default_factory=SamplingParams)
    mode: Mode | None = None
    turns: list[tuple[Message, Message]] = field(default_factory=list)
    """Questions with their answers."""
    images: list[bytes] = field(default_factory=list)
    """Pictures that go with the next question."""
    texts: list[str] = field(default_factory=list)
    """Text files that go with the next question."""
    replies: list[Reply] = field(default_factory=list)

    def question(self, text: str) -> Message:
        """The next user turn, with what was attached; nothing is changed."""
        return Message.user("\n\n".join([text, *self.texts]), *self.images)

    def prepare(self, question: Message, llm: LLM) -> tuple[Prepared, int]:
        """Make the request for `question`, leaving out the oldest turns until it fits.

        Returns it with the number of turns that were left out, for good. Raises `InvalidRequest`
        where the question would not even do alone.
        """
        wanted = min(ROOM_FOR_ANSWER, llm.max_context // 4)
        for first in range(len(self.turns)):
            try:
                prepared = llm.prepare(self._request(self.turns[first:], question))
            except InvalidRequest:
                continue  # too long, most likely; if the question is to blame, it fails alone too
            if llm.max_context - len(prepared.generation.prompt_ids) >= wanted:
                del self.turns[:first]
                return prepared, first
        prepared = llm.prepare(self._request([], question))
        dropped = len(self.turns)
        self.turns.clear()
        return prepared, dropped

    def add(self, question: Message, reply: Reply) -> None:
        """Remember a turn and use up its attachments; a turn without an answer is forgotten."""
        self.replies.append(reply)
        self.images.clear()
        self.texts.clear()
        if reply.text.strip():
            answer = Message(role="assistant", parts=(TextPart(reply.text),))
            self.turns.append((question, answer))

    def reset(self) -> None:
        """Forget what was said and attached; the settings stay."""
        self.turns.clear()
        self.images.clear()
        self.texts.clear()
        self.replies.clear()

    def record(self) -> dict[str, Any]:
        """The chat as plain values for JSON, pictures in base64."""
        return {
            "system": self.system,
            "intensity": asdict(self.intensity),
            "mode": self.mode,
            "messages": [
                {"role": message.role, "parts": [_part(part) for part in message.parts]}
                for turn in self.turns
                for message in turn
            ],
            "replies": [reply.record() for reply in self.replies],
        }

    def _request(self, turns: list[tuple[Message, Message]], question: Message) -> ChatRequest:
        messages = [message for turn in turns for message in turn]
        if self.system:
            messages.insert(0, Message(role="system", parts=(TextPart(self.system),)))
        return ChatRequest(
            messages=(*messages, question),
            intensity=self.intensity,
            sampling=self.sampling,
            mode=self.mode,
        )


def _part(part: Part) -> dict[str, str]:
    if isinstance(part, DocumentPart):
        data = base64.b64encode(part.data).decode("ascii")
        return {"name": part.name, "document": data}
    if isinstance(part, ImagePart):
        return {"image": base64.b64encode(part.data).decode("ascii")}
    return {"text": part.text}
