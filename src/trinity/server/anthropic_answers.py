"""The Anthropic messages dialect, outward: the engine's events become one message, or its stream.

Called by the app with an accepted request's events.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from trinity.errors import TrinityError
from trinity.server.http import anthropic_error_body, as_event, with_pauses
from trinity.server.report import Events, Report, WireAnswer, ended, failure
from trinity.server.transcript import Piece, ToolCallText, Transcript
from trinity.types import Event, FinishedEvent, TokenEvent, Usage

if TYPE_CHECKING:
    from trinity.engine.llm import Prepared
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.server.extension import Call

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


class MessageAnswer(WireAnswer):
    """One message, on its way to the client."""

    def __init__(
        self, call: Call, prepared: Prepared, tokenizer: Tokenizer, model_name: str
    ) -> None:
        """Answer `call`, which was prepared as `prepared`; neither is kept, with its pictures."""
        self.is_stream = call.stream
        self._report = Report.of(call.requested, call.warnings, prepared)
        self._transcript = Transcript(tokenizer)
        self._prompt_tokens = len(prepared.generation.prompt_ids)
        self._open: str | None = None
        self._index = -1
        self._head = {
            "id": prepared.generation.request_id,
            "type": "message",
            "role": "assistant",
            "model": model_name,
        }

    async def complete(self, events: Events) -> dict[str, Any]:
        """The body of a whole answer. Raises `Failed` or `EngineDead`."""
        async for event in events:
            match event:
                case TokenEvent():
                    self._transcript.push(event)
                case FinishedEvent():
                    self._transcript.finish(event)
                case _:
                    raise failure(event)
        end = ended(self._transcript)
        return {
            **self._head,
            "content": self._content(),
            **_stop(end),
            "usage": _usage(end.usage),
            "trinity": self._report.extension(events, [end]),
        }

    async def chunks(self, events: Events, keep_alive_s: float) -> AsyncIterator[bytes]:
        """Server-sent events up to `message_stop`, or up to one that carries an error.

        A `ping` is sent whenever nothing else was for `keep_alive_s`.
        """
        usage = {"input_tokens": self._prompt_tokens, "output_tokens": 0}
        empty: dict[str, Any] = {
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        yield _event("message_start", message={**self._head, **empty})
        try:
            async for event in with_pauses(events, keep_alive_s):
                for data in [_event("ping")] if event is None else self._of(event, events):
                    yield data
        except TrinityError as error:
            yield _event("error", **anthropic_error_body(error))

    def _of(self, event: Event, events: Events) -> list[bytes]:
        match event:
            case TokenEvent():
                return self._of_piece(self._transcript.push(event))
            case FinishedEvent():
                rest = [*self._of_piece(self._transcript.finish(event)), *self._close()]
                end = _event(
                    "message_delta",
                    delta=_stop(event),
                    usage=_usage(event.usage),
                    trinity=self._report.extension(events, [event]),
                )
                return [*rest, end, _event("message_stop")]
            case _:
                raise failure(event)

    def _of_piece(self, piece: Piece | None) -> list[bytes]:
        match piece:
            case Piece("thinking", text):
                empty = {"type": "thinking", "thinking": "", "signature": ""}
                before = self._switch("thinking", empty)
                return [*before, self._delta("thinking_delta", thinking=text)]
            case Piece("text", text):
                before = self._switch("text", {"type": "text", "text": ""})
                return [*before, self._delta("text_delta", text=text)]
            case Piece("call", name, ToolCallText(id=call_id)):
                block = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
                return self._switch(call_id, block)
            case Piece("arguments", text):
                return [self._delta("input_json_delta", partial_json=text)]
            case _:
                return []

    def _switch(self, name: str, block: dict[str, Any]) -> list[bytes]:
        """Go on in the block `name`, which begins as `block` unless it is open."""
        if self._open == name:
            return []
        before = self._close()
        self._open, self._index = name, self._index + 1
        return [*before, _event("content_block_start", index=self._index, content_block=block)]

    def _close(self) -> list[bytes]:
        if self._open is None:
            return []
        signed = []
        if self._open == "thinking":
            signature = _signature("".join(self._transcript.reasoning))
            signed = [self._delta("signature_delta", signature=signature)]
        self._open = None
        return [*signed, _event("content_block_stop", index=self._index)]

    def _delta(self, kind: str, **fields: Any) -> bytes:
        return _event("content_block_delta", index=self._index, delta={"type": kind, **fields})

    def _content(self) -> list[dict[str, Any]]:
        said = self._transcript
        blocks: list[dict[str, Any]] = []
        if thinking := "".join(said.reasoning):
            signature = _signature(thinking)
            blocks.append({"type": "thinking", "thinking": thinking, "signature": signature})
        if text := "".join(said.content):
            blocks.append({"type": "text", "text": text})
        for call in said.tool_calls:
            found = {"id": call.id, "name": call.name, "input": _object(call.arguments)}
            blocks.append({"type": "tool_use", **found})
        return blocks


def _stop(end: FinishedEvent) -> dict[str, Any]:
    reason = "stop_sequence" if end.stop_string is not None else _STOP_REASONS[end.reason]
    return {"stop_reason": reason, "stop_sequence": end.stop_string}


def _usage(usage: Usage) -> dict[str, Any]:
    """Token counts; in this dialect the input is what was not read from the cache."""
    return {
        "input_tokens": usage.prompt_tokens - usage.cached_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }


def _object(arguments: str) -> dict[str, Any]:
    """A call's arguments; empty where the token limit cut them off."""
    try:
        found = json.loads(arguments)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _signature(thinking: str) -> str:
    """What stands where clients expect a signature, which they send back: a checksum."""
    return hashlib.sha256(thinking.encode()).hexdigest()[:32]


def _event(kind: str, **fields: Any) -> bytes:
    return b"event: " + kind.encode() + b"\n" + as_event({"type": kind, **fields})
