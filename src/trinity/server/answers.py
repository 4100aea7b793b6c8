"""The OpenAI chat dialect, outward: the engine's events become chunks or one completion.

Called by the app with an accepted request's events. Streams and whole answers are made from the
same deltas, so they cannot differ.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from trinity.errors import TrinityError
from trinity.server.extension import TIER_OF_MODE
from trinity.server.http import KEEP_ALIVE, as_event, error_body, with_pauses
from trinity.server.logprobs import token_logprob
from trinity.server.report import Events, Report, WireAnswer, ended, failure
from trinity.server.transcript import Piece, ToolCallText, Transcript
from trinity.types import (
    Event,
    FinishedEvent,
    FinishReason,
    Phase,
    TokenEvent,
)

if TYPE_CHECKING:
    from trinity.engine.llm import Prepared
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.server.extension import Call


@dataclass(slots=True)
class Choice:
    """One answer as far as it is written, in the words of the dialect."""

    transcript: Transcript
    with_logprobs: bool
    logprobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def push(self, event: TokenEvent) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Take a token; the delta that it makes, if any, and its log-probability."""
        delta = self.delta(self.transcript.push(event))
        logprobs = self._note_logprob(event)
        if logprobs and not delta and event.phase is Phase.ANSWER:
            delta = {"content": ""}
        return delta, logprobs

    def finish(self, event: FinishedEvent) -> dict[str, Any]:
        """Take the end; the last delta, empty unless a tool call was cut off inside its name."""
        return self.delta(self.transcript.finish(event))

    def delta(self, piece: Piece | None) -> dict[str, Any]:
        """What a piece adds, in the words of the dialect; empty for nothing."""
        match piece:
            case Piece("thinking", text):
                # Clients read one name or the other.
                return {"reasoning": text, "reasoning_content": text}
            case Piece("text", text):
                return {"content": text}
            case Piece("call", _, ToolCallText() as call):
                return {"tool_calls": [{"index": call.index, **wire_call(call)}]}
            case Piece("arguments", text, ToolCallText() as call):
                return {"tool_calls": [{"index": call.index, "function": {"arguments": text}}]}
            case _:
                return {}

    def message(self) -> dict[str, Any]:
        """The whole answer."""
        said = self.transcript
        reasoning = "".join(said.reasoning) or None
        content = "".join(said.content)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": content if content or not said.tool_calls else None,
            "refusal": None,
            "annotations": [],
            "reasoning": reasoning,
            "reasoning_content": reasoning,
        }
        if said.tool_calls:
            message["tool_calls"] = [wire_call(call) for call in said.tool_calls]
        return message

    def all_logprobs(self) -> dict[str, Any] | None:
        """The log-probabilities of content and reasoning, if they were asked for."""
        return _logprobs(**self.logprobs) if self.with_logprobs else None

    def _note_logprob(self, event: TokenEvent) -> dict[str, Any] | None:
        """Record a token's log-probability; markers such as the end of thinking have no text."""
        is_text = event.phase is not Phase.TOOL_CALL
        if not self.with_logprobs or not is_text:
            return None
        entry = token_logprob(event, self.transcript.tokenizer)
        if entry is None:
            return None
        part = "reasoning" if event.phase is Phase.THINKING else "content"
        self.logprobs.setdefault(part, []).append(entry)
        return _logprobs(**{part: [entry]})


class ChatAnswer(WireAnswer):
    """All choices of one request, on their way to the client.

    Mistral's dialect has choices, errors and an ending of its own.
    """

    choice: ClassVar[type[Choice]] = Choice

    def __init__(
        self, call: Call, prepared: Prepared, tokenizer: Tokenizer, model_name: str
    ) -> None:
        """Answer `call`, which was prepared as `prepared`; neither is kept, with its pictures."""
        self.is_stream = call.stream
        self._include_usage = call.include_usage
        self._report = Report.of(call.requested, call.warnings, prepared)
        generation = prepared.generation
        with_logprobs = generation.sampling.logprobs is not None
        self._choices = [
            self.choice(Transcript(tokenizer), with_logprobs) for _ in range(generation.n)
        ]
        self._head = {
            "id": generation.request_id,
            "created": int(time.time()),
            "model": model_name,
            "system_fingerprint": f"trinity-{model_name}",
            "service_tier": TIER_OF_MODE[prepared.mode],
        }

    async def complete(self, events: Events) -> dict[str, Any]:
        """The body of a whole answer. Raises `Failed` or `EngineDead`."""
        async for event in events:
            match event:
                case TokenEvent():
                    self._choices[event.index].push(event)
                case FinishedEvent():
                    self._choices[event.index].finish(event)
                case _:
                    raise failure(event)
        return {
            "object": "chat.completion",
            **self._head,
            "choices": [
                {
                    "index": index,
                    "message": choice.message(),
                    "logprobs": choice.all_logprobs(),
                    "finish_reason": ended(choice.transcript).reason,
                }
                for index, choice in enumerate(self._choices)
            ],
            "usage": self.usage(),
            "trinity": self._report.extension(events, self._ended()),
        }

    async def chunks(self, events: Events, keep_alive_s: float) -> AsyncIterator[bytes]:
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
            yield as_event(self.error(error))
            return
        if self._include_usage:
            yield self._as_chunk([], usage=self.usage())
        yield b"data: [DONE]\n\n"

    def _event_chunk(self, event: Event, events: Events) -> bytes:
        match event:
            case TokenEvent():
                delta, logprobs = self._choices[event.index].push(event)
                return self._chunk(event.index, delta, logprobs) if delta or logprobs else b""
            case FinishedEvent():
                rest = self._choices[event.index].finish(event)
                before = self._chunk(event.index, rest) if rest else b""
                is_last = all(choice.transcript.finished for choice in self._choices)
                more = self.ending(events) if is_last else {}
                return before + self._chunk(event.index, {}, None, event.reason, **more)
            case _:
                raise failure(event)

    def error(self, error: TrinityError) -> dict[str, Any]:
        """The last event of a stream that failed."""
        return error_body(error)

    def ending(self, events: Events) -> dict[str, Any]:
        """What the last chunk of all choices carries beside its choice."""
        return {"trinity": self._report.extension(events, self._ended())}

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

    def _ended(self) -> list[FinishedEvent]:
        return [ended(choice.transcript) for choice in self._choices]

    def usage(self) -> dict[str, Any]:
        """Counts of all choices."""
        return openai_usage([self._ended()])


def openai_usage(prompts: Sequence[Sequence[FinishedEvent]]) -> dict[str, Any]:
    """Counts of the choices of all prompts; a prompt, which its choices share, counts once."""
    firsts = [choices[0].usage for choices in prompts]
    usages = [choice.usage for choices in prompts for choice in choices]
    prompt = sum(usage.prompt_tokens for usage in firsts)
    completion = sum(usage.completion_tokens for usage in usages)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {
            # Later choices reuse what the first one computed; that saved the caller nothing.
            "cached_tokens": sum(
                min(choice.usage.cached_tokens for choice in choices) for choices in prompts
            ),
            "image_tokens": sum(usage.image_tokens for usage in firsts),
        },
        "completion_tokens_details": {
            "reasoning_tokens": sum(usage.reasoning_tokens for usage in usages),
            "accepted_prediction_tokens": sum(usage.accepted_tokens for usage in usages),
            "rejected_prediction_tokens": sum(usage.rejected_tokens for usage in usages),
        },
    }


def wire_call(call: ToolCallText) -> dict[str, Any]:
    """The call as a message shows it."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _logprobs(
    content: list[dict[str, Any]] | None = None, reasoning: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The dialect's object, and beside it the thinking, which the dialect does not know."""
    return {"content": content, "refusal": None, "reasoning": reasoning}
