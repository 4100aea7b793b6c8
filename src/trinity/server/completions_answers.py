"""The OpenAI completions dialect, outward: the engine's events become texts, whole or in pieces.

Called by the app with the events of all prompts of a body, whose choices follow one another.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trinity.errors import TrinityError
from trinity.server.answers import openai_usage
from trinity.server.http import KEEP_ALIVE, as_event, error_body, with_pauses
from trinity.server.logprobs import token_logprob
from trinity.server.report import Events, Failed, Report, WireAnswer, failure
from trinity.types import Event, FinishedEvent, FinishReason, TokenEvent

if TYPE_CHECKING:
    from trinity.engine.llm import Prepared
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.server.completions import TextCall
    from trinity.types import TextRequest


@dataclass(slots=True)
class Logprobs:
    """Log-probabilities as this dialect writes them: lists of equal length."""

    tokens: list[str] = field(default_factory=list)
    token_logprobs: list[float] = field(default_factory=list)
    top_logprobs: list[dict[str, float]] = field(default_factory=list)
    text_offset: list[int] = field(default_factory=list)

    def wire(self, start: int = 0) -> dict[str, Any]:
        """All tokens from number `start` on."""
        return {name: getattr(self, name)[start:] for name in type(self).__slots__}


@dataclass(slots=True)
class Choice:
    """One text as far as it is written."""

    tokenizer: Tokenizer
    logprobs: Logprobs | None
    text: str = ""
    finished: FinishedEvent | None = None

    def push(self, event: TokenEvent) -> tuple[str, dict[str, Any] | None]:
        """Take a token; the text that it completed, and its log-probability."""
        noted = self._note(event)
        self.text += event.text
        return event.text, noted

    def _note(self, event: TokenEvent) -> dict[str, Any] | None:
        kept, told = self.logprobs, token_logprob(event, self.tokenizer)
        if kept is None or told is None:
            return None
        kept.tokens.append(told["token"])
        kept.token_logprobs.append(told["logprob"])
        kept.top_logprobs.append(
            {other["token"]: other["logprob"] for other in told["top_logprobs"]}
        )
        kept.text_offset.append(len(self.text))
        return kept.wire(len(kept.tokens) - 1)


class CompletionAnswer(WireAnswer):
    """The texts of all prompts, on their way to the client."""

    def __init__(
        self, call: TextCall, prepared: Prepared, tokenizer: Tokenizer, model_name: str
    ) -> None:
        """Answer `call`, whose first request was prepared as `prepared`."""
        self.is_stream = call.stream
        self._include_usage = call.include_usage
        self._report = Report.of(call.requested, call.warnings, prepared)
        self._echoes = [
            _prompt(request, tokenizer) if call.echo else ""
            for request in call.requests
            for _ in range(request.n)
        ]
        with_logprobs = prepared.generation.sampling.logprobs is not None
        self._choices = [
            Choice(tokenizer, Logprobs() if with_logprobs else None) for _ in self._echoes
        ]
        self._choices_of_prompt = prepared.generation.n
        self._head = {
            "id": prepared.generation.request_id,
            "object": "text_completion",
            "created": int(time.time()),
            "model": model_name,
            "system_fingerprint": f"trinity-{model_name}",
        }

    async def complete(self, events: Events) -> dict[str, Any]:
        """The body of a whole answer. Raises `Failed` or `EngineDead`."""
        async for event in events:
            match event:
                case TokenEvent():
                    self._choices[event.index].push(event)
                case FinishedEvent():
                    self._choices[event.index].finished = event
                case _:
                    raise failure(event)
        ends = self._ends()
        return {
            **self._head,
            "choices": [
                {
                    "index": index,
                    "text": self._echoes[index] + choice.text,
                    "logprobs": choice.logprobs and choice.logprobs.wire(),
                    "finish_reason": ends[index].reason,
                }
                for index, choice in enumerate(self._choices)
            ],
            "usage": self._usage(),
            "trinity": self._report.extension(events, ends),
        }

    async def chunks(self, events: Events, keep_alive_s: float) -> AsyncIterator[bytes]:
        """Server-sent events up to `[DONE]`, or up to one that carries an error.

        A comment is sent whenever nothing else was for `keep_alive_s`.
        """
        for index, text in enumerate(self._echoes):
            if text:
                yield self._chunk(index, text)
        try:
            async for event in with_pauses(events, keep_alive_s):
                if data := KEEP_ALIVE if event is None else self._event_chunk(event, events):
                    yield data
        except TrinityError as error:
            yield as_event(error_body(error))
            return
        if self._include_usage:
            yield as_event({**self._head, "choices": [], "usage": self._usage()})
        yield b"data: [DONE]\n\n"

    def _event_chunk(self, event: Event, events: Events) -> bytes:
        match event:
            case TokenEvent():
                text, logprobs = self._choices[event.index].push(event)
                return self._chunk(event.index, text, logprobs) if text or logprobs else b""
            case FinishedEvent():
                self._choices[event.index].finished = event
                extension = {}
                if all(choice.finished for choice in self._choices):
                    extension["trinity"] = self._report.extension(events, self._ends())
                return self._chunk(event.index, "", None, event.reason, **extension)
            case _:
                raise failure(event)

    def _chunk(
        self,
        index: int,
        text: str,
        logprobs: dict[str, Any] | None = None,
        finish_reason: FinishReason | None = None,
        **extension: Any,
    ) -> bytes:
        choice = {
            "index": index,
            "text": text,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
        }
        usage = {"usage": None} if self._include_usage else {}
        return as_event({**self._head, "choices": [choice], **usage, **extension})

    def _ends(self) -> list[FinishedEvent]:
        ends = [choice.finished for choice in self._choices if choice.finished]
        if len(ends) < len(self._choices):
            raise Failed("The engine ended the request without finishing every choice.")
        return ends

    def _usage(self) -> dict[str, Any]:
        """Counts of all texts; a prompt, which its choices share, counts once."""
        ends, step = self._ends(), self._choices_of_prompt
        return openai_usage([ends[start : start + step] for start in range(0, len(ends), step)])


def _prompt(request: TextRequest, tokenizer: Tokenizer) -> str:
    return request.text if request.token_ids is None else tokenizer.decode(request.token_ids)
