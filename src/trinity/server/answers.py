"""The OpenAI chat dialect, outward: the engine's events become chunks or one completion.

Called by the app with an accepted request's events. Streams and whole answers are made from the
same deltas, so they cannot differ.
"""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from trinity.errors import TrinityError
from trinity.server.responses import KEEP_ALIVE, as_event, error_body, with_pauses
from trinity.types import (
    AbortedEvent,
    Event,
    FailedEvent,
    FinishedEvent,
    FinishReason,
    Mode,
    Phase,
    TokenEvent,
    Usage,
)

if TYPE_CHECKING:
    from trinity.engine.llm import Prepared
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.server.bridge import EventStream
    from trinity.server.openai import ChatCall

_CALL_ID_LETTERS = string.ascii_letters + string.digits
_CALL_ID_LENGTH = 9
"""What the model's own template asks of the ids of tool calls."""
_TIERS = {Mode.LATENCY: "priority", Mode.BALANCED: "default", Mode.THROUGHPUT: "flex"}


class Failed(TrinityError):
    """The engine gave a request up."""


@dataclass(slots=True)
class ToolCallText:
    """A tool call as far as it is written."""

    id: str
    name: str = ""
    arguments: str = ""
    is_open: bool = False
    """Whether the name is complete, so that arguments follow."""

    def wire(self) -> dict[str, Any]:
        """The call as a message shows it."""
        function = {"name": self.name, "arguments": self.arguments}
        return {"id": self.id, "type": "function", "function": function}


@dataclass(slots=True)
class Choice:
    """One answer as far as it is written."""

    tokenizer: Tokenizer
    with_logprobs: bool
    reasoning: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    tool_calls: list[ToolCallText] = field(default_factory=list)
    logprobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    finished: FinishedEvent | None = None

    def push(self, event: TokenEvent) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Take a token; the delta that it makes, if any, and its log-probability."""
        # The text of a marker is what was held back of the part before it, whose phase it has.
        delta = self._text_delta(event.text, event.phase) if event.text else {}
        if event.token_id == self.tokenizer.tool_calls_id:
            letters = (secrets.choice(_CALL_ID_LETTERS) for _ in range(_CALL_ID_LENGTH))
            self.tool_calls.append(ToolCallText("".join(letters)))
        elif event.token_id == self.tokenizer.args_id:
            delta = self._open_call()
        logprobs = self._note_logprob(event)
        if logprobs and not delta and event.phase is Phase.ANSWER:
            delta = {"content": ""}
        return delta, logprobs

    def finish(self, event: FinishedEvent) -> dict[str, Any]:
        """Take the end; the last delta, empty unless a tool call was cut off inside its name."""
        self.finished = event
        if self.tool_calls and not self.tool_calls[-1].is_open:
            return self._open_call()
        return {}

    def message(self) -> dict[str, Any]:
        """The whole answer."""
        reasoning = "".join(self.reasoning) or None
        content = "".join(self.content)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": content if content or not self.tool_calls else None,
            "refusal": None,
            "annotations": [],
            "reasoning": reasoning,
            "reasoning_content": reasoning,
        }
        if self.tool_calls:
            message["tool_calls"] = [call.wire() for call in self.tool_calls]
        return message

    def all_logprobs(self) -> dict[str, Any] | None:
        """The log-probabilities of content and reasoning, if they were asked for."""
        return _logprobs(**self.logprobs) if self.with_logprobs else None

    def _text_delta(self, text: str, phase: Phase) -> dict[str, Any]:
        match phase:
            case Phase.THINKING:
                self.reasoning.append(text)
                # Clients read one name or the other.
                return {"reasoning": text, "reasoning_content": text}
            case Phase.ANSWER:
                self.content.append(text)
                return {"content": text}
            case Phase.TOOL_CALL:
                return self._tool_delta(text)

    def _tool_delta(self, text: str) -> dict[str, Any]:
        call = self.tool_calls[-1]
        if not call.is_open:
            call.name += text
            return {}
        call.arguments += text
        index = len(self.tool_calls) - 1
        return {"tool_calls": [{"index": index, "function": {"arguments": text}}]}

    def _open_call(self) -> dict[str, Any]:
        call = self.tool_calls[-1]
        call.is_open = True
        return {"tool_calls": [{"index": len(self.tool_calls) - 1, **call.wire()}]}

    def _note_logprob(self, event: TokenEvent) -> dict[str, Any] | None:
        """Record a token's log-probability; markers such as the end of thinking have no text."""
        is_text = event.phase is not Phase.TOOL_CALL
        if not self.with_logprobs or event.logprob is None or not is_text:
            return None
        if self.tokenizer.is_control(event.token_id):
            return None
        entry = self._logprob(event.token_id, event.logprob)
        entry["top_logprobs"] = [self._logprob(*pair) for pair in event.top_logprobs]
        part = "reasoning" if event.phase is Phase.THINKING else "content"
        self.logprobs.setdefault(part, []).append(entry)
        return _logprobs(**{part: [entry]})

    def _logprob(self, token_id: int, logprob: float) -> dict[str, Any]:
        if self.tokenizer.is_control(token_id):
            token, data = self.tokenizer.control_name(token_id), None
        else:
            data = list(self.tokenizer.token_bytes(token_id))
            token = bytes(data).decode("utf-8", errors="replace")
        # JSON has no infinity; the wire's own floor stands for "impossible".
        return {"token": token, "logprob": max(logprob, -9999.0), "bytes": data}


class ChatAnswer:
    """All choices of one request, on their way to the client."""

    def __init__(
        self, call: ChatCall, prepared: Prepared, tokenizer: Tokenizer, model_name: str
    ) -> None:
        """Answer `call`, which was prepared as `prepared`; neither is kept, with its pictures."""
        self.is_stream = call.stream
        self._include_usage = call.include_usage
        self._requested = call.requested
        self._effective = _effective(prepared)
        self._warnings = [*call.warnings, *prepared.warnings]
        with_logprobs = call.chat.sampling.logprobs is not None
        self._choices = [Choice(tokenizer, with_logprobs) for _ in range(call.chat.n)]
        self._head = {
            "id": prepared.generation.request_id,
            "created": int(time.time()),
            "model": model_name,
            "system_fingerprint": f"trinity-{model_name}",
            "service_tier": _TIERS[prepared.mode],
        }

    async def complete(self, events: EventStream) -> dict[str, Any]:
        """The body of a whole answer. Raises `Failed` or `EngineDead`."""
        async for event in events:
            match event:
                case TokenEvent():
                    self._choices[event.index].push(event)
                case FinishedEvent():
                    self._choices[event.index].finish(event)
                case _:
                    raise _failure(event)
        return {
            "object": "chat.completion",
            **self._head,
            "choices": [
                {
                    "index": index,
                    "message": choice.message(),
                    "logprobs": choice.all_logprobs(),
                    "finish_reason": self._ended(choice).reason,
                }
                for index, choice in enumerate(self._choices)
            ],
            "usage": self._usage(),
            "trinity": self._extension(events),
        }

    async def chunks(self, events: EventStream, keep_alive_s: float) -> AsyncIterator[bytes]:
        """Server-sent events up to `[DONE]`, or up to one that carries an error.

        A comment is sent whenever nothing else was for `keep_alive_s`.
        """
        for index in range(len(self._choices)):
            yield self._chunk(index, {"role": "assistant", "content": ""})
        try:
            async for event in with_pauses(events, keep_alive_s):
                if data := KEEP_ALIVE if event is None else self._event_chunk(event, events):
                    yield data
        except TrinityError as error:
            yield as_event(error_body(error))
            return
        if self._include_usage:
            yield self._as_chunk([], usage=self._usage())
        yield b"data: [DONE]\n\n"

    def _event_chunk(self, event: Event, events: EventStream) -> bytes:
        match event:
            case TokenEvent():
                delta, logprobs = self._choices[event.index].push(event)
                return self._chunk(event.index, delta, logprobs) if delta or logprobs else b""
            case FinishedEvent():
                rest = self._choices[event.index].finish(event)
                before = self._chunk(event.index, rest) if rest else b""
                done = all(choice.finished for choice in self._choices)
                extension = {"trinity": self._extension(events)} if done else {}
                return before + self._chunk(event.index, {}, None, event.reason, **extension)
            case _:
                raise _failure(event)

    def _chunk(
        self,
        index: int,
        delta: dict[str, Any],
        logprobs: dict[str, Any] | None = None,
        finish_reason: FinishReason | None = None,
        **extension: Any,
    ) -> bytes:
        choice = {
            "index": index,
            "delta": delta,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
        }
        return self._as_chunk([choice], **extension)

    def _as_chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        usage = {"usage": None} if self._include_usage else {}
        chunk = {"object": "chat.completion.chunk", **self._head, "choices": choices}
        return as_event({**chunk, **usage, **more})

    def _ended(self, choice: Choice) -> FinishedEvent:
        if choice.finished is None:
            raise Failed("The engine ended the request without finishing every choice.")
        return choice.finished

    def _usages(self) -> list[Usage]:
        return [self._ended(choice).usage for choice in self._choices]

    def _usage(self) -> dict[str, Any]:
        """Counts of all choices; the prompt, which they share, counts once."""
        usages = self._usages()
        prompt = usages[0].prompt_tokens
        completion = sum(usage.completion_tokens for usage in usages)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {
                # Later choices reuse what the first one computed; that saved the caller nothing.
                "cached_tokens": min(usage.cached_tokens for usage in usages),
                "image_tokens": usages[0].image_tokens,
            },
            "completion_tokens_details": {
                "reasoning_tokens": sum(usage.reasoning_tokens for usage in usages),
                "accepted_prediction_tokens": sum(usage.accepted_tokens for usage in usages),
                "rejected_prediction_tokens": sum(usage.rejected_tokens for usage in usages),
            },
        }

    def _extension(self, events: EventStream) -> dict[str, Any]:
        """What OpenAI's dialect has no place for: how the request was served."""
        return {
            "requested": self._requested,
            "effective": self._effective,
            "warnings": self._warnings,
            "timings": self._timings(events),
            "expert_rows": sum(self._ended(choice).expert_rows for choice in self._choices),
            "early_exits": sum(usage.early_exit for usage in self._usages()),
        }

    def _timings(self, events: EventStream) -> dict[str, float | None]:
        """Seconds from submission, and tokens of all choices a second after the first."""
        total_s = time.monotonic() - events.submitted_s
        tokens = sum(usage.completion_tokens for usage in self._usages())
        first_s = (
            None if events.first_token_s is None else events.first_token_s - events.submitted_s
        )
        decoding_s = total_s - (first_s or 0.0)
        rate = (tokens - 1) / decoding_s if tokens > 1 and decoding_s > 0 else None
        return {
            "first_token_s": None if first_s is None else round(first_s, 6),
            "total_s": round(total_s, 6),
            "tokens_per_second": None if rate is None else round(rate, 3),
        }


def _effective(prepared: Prepared) -> dict[str, Any]:
    generation = prepared.generation
    experts = generation.active_experts
    return {
        **asdict(prepared.effective),
        "active_experts": experts[0] if len(set(experts)) == 1 else list(experts),
        "mode": str(prepared.mode),
        "seed": generation.sampling.seed,
        "max_tokens": generation.sampling.max_tokens,
    }


def _failure(event: FailedEvent | AbortedEvent) -> Failed:
    if isinstance(event, FailedEvent):
        return Failed(event.message)
    return Failed("The request was cancelled before its answer was complete.")


def _logprobs(
    content: list[dict[str, Any]] | None = None, reasoning: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The dialect's object, and beside it the thinking, which the dialect does not know."""
    return {"content": content, "refusal": None, "reasoning": reasoning}
