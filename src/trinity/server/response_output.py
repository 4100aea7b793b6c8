"""The items of a response as they are written, and the events that tell of them.

Fed by the answers of the Responses dialect, for whole answers and for streams alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from trinity.server.response_items import new_id
from trinity.server.transcript import Piece, ToolCallText

ToldEvent = dict[str, Any]
"""An event of the dialect without its number."""


@dataclass(slots=True)
class Output:
    """What a response has said, item by item; the last may be open."""

    items: list[dict[str, Any]] = field(default_factory=list)
    _is_open: bool = False
    _texts: list[str] = field(default_factory=list)
    """Of the open item."""
    _logprobs: list[dict[str, Any]] = field(default_factory=list)
    """Of the open item."""

    def push(
        self, piece: Piece | None, logprobs: Sequence[dict[str, Any]] = ()
    ) -> Iterator[ToldEvent]:
        """Take what a token added; the events that tell of it, to be used up one by one.

        `logprobs` are those of answer tokens, which may come before their text.
        """
        match piece:
            case Piece("thinking", text):
                yield from self._go_on("reasoning", summary=[], content=[])
                yield self._delta("response.reasoning_text.delta", text)
            case Piece("call", name, ToolCallText(id=call_id)):
                yield from self.close()
                yield self._begin("function_call", call_id=call_id, name=name, arguments="")
            case Piece("arguments", text):
                yield self._delta("response.function_call_arguments.delta", text)
            case _ if piece or logprobs:
                yield from self._go_on("message", role="assistant", content=[])
                self._logprobs += logprobs
                text = piece.text if piece else ""
                yield self._delta("response.output_text.delta", text, logprobs=list(logprobs))
            case _:
                pass

    def end(self, *, is_cut: bool) -> Iterator[ToldEvent]:
        """Take the end; where the answer is cut off, so is its last item."""
        says_something = any(item["type"] != "reasoning" for item in self.items)
        if not is_cut and not says_something:
            # Clients look for a message where nothing is to be called.
            yield from self._go_on("message", role="assistant", content=[])
        yield from self.close("incomplete" if is_cut else "completed")

    def close(self, status: str = "completed") -> Iterator[ToldEvent]:
        """End the open item, if one is open, as `status`."""
        if not self._is_open:
            return
        item, text = self.items[-1], "".join(self._texts)
        match item["type"]:
            case "function_call":
                item["arguments"] = text
                kind = "response.function_call_arguments.done"
                yield self._told(kind, name=item["name"], arguments=text)
            case "reasoning":
                yield self._in_part("response.reasoning_text.done", text=text)
                yield from self._end_part()
            case _:
                logprobs = list(self._logprobs)
                yield self._in_part("response.output_text.done", text=text, logprobs=logprobs)
                yield from self._end_part()
        item["status"] = status
        self._is_open = False
        yield self._of_item("response.output_item.done")

    def _go_on(self, kind: str, **fields: Any) -> Iterator[ToldEvent]:
        """Go on in the open item, or begin one if that is of another type."""
        if self._is_open and self.items[-1]["type"] == kind:
            return
        yield from self.close()
        yield self._begin(kind, **fields)
        yield self._in_part("response.content_part.added", part=self._part())

    def _begin(self, kind: str, **fields: Any) -> ToldEvent:
        self._is_open = True
        self._texts, self._logprobs = [], []
        self.items.append({"id": new_id(kind), "type": kind, "status": "in_progress", **fields})
        return self._of_item("response.output_item.added")

    def _delta(self, kind: str, text: str, **fields: Any) -> ToldEvent:
        self._texts.append(text)
        is_call = self.items[-1]["type"] == "function_call"
        tell = self._told if is_call else self._in_part
        return tell(kind, delta=text, **fields)

    def _end_part(self) -> Iterator[ToldEvent]:
        self.items[-1]["content"] = [self._part()]
        yield self._in_part("response.content_part.done", part=self._part())

    def _part(self) -> dict[str, Any]:
        text = "".join(self._texts)
        if self.items[-1]["type"] == "reasoning":
            return {"type": "reasoning_text", "text": text}
        logprobs = list(self._logprobs)
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs}

    def _of_item(self, kind: str) -> ToldEvent:
        # A copy, since the item is still to change.
        item = dict(self.items[-1])
        return {"type": kind, "output_index": len(self.items) - 1, "item": item}

    def _in_part(self, kind: str, **fields: Any) -> ToldEvent:
        """An event of the only part that an item has."""
        return self._told(kind, content_index=0, **fields)

    def _told(self, kind: str, **fields: Any) -> ToldEvent:
        item_id, index = self.items[-1]["id"], len(self.items) - 1
        return {"type": kind, "item_id": item_id, "output_index": index, **fields}
