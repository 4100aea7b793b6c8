"""The OpenAI Responses dialect, outward: the engine's events become one response, or its stream.

Called by the app with an accepted request's events. A whole answer is what its stream would have
ended with: the same events make both.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trinity.errors import TrinityError
from trinity.server.extension import TIER_OF_MODE
from trinity.server.http import KEEP_ALIVE, as_event, error_body, with_pauses
from trinity.server.logprobs import token_logprob
from trinity.server.report import Events, Report, WireAnswer, ended, failure
from trinity.server.response_output import Output, ToldEvent
from trinity.server.transcript import Transcript
from trinity.types import Event, FinishedEvent, Phase, TokenEvent, Usage

if TYPE_CHECKING:
    from trinity.engine.llm import Prepared
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.server.openai_responses import ResponseCall
    from trinity.server.response_store import ResponseStore


class ResponseAnswer(WireAnswer):
    """One response, on its way to the client and into the store."""

    def __init__(
        self,
        call: ResponseCall,
        prepared: Prepared,
        tokenizer: Tokenizer,
        model_name: str,
        store: ResponseStore,
    ) -> None:
        """Answer `call`, which was prepared as `prepared`; neither is kept, with its pictures.

        `store` takes the conversation once the answer is `held`, and then the response.
        """
        self.is_stream = call.stream
        self._report = Report.of(call.requested, call.warnings, prepared)
        self._transcript = Transcript(tokenizer)
        self._output = Output()
        self._with_logprobs = prepared.generation.sampling.logprobs is not None
        self._store = store
        self._num_told = 0
        self._body = _resource(call, prepared, model_name)
        self._items = call.items if call.keep else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """A place in the store, which is given up unless the response becomes complete."""
        items, self._items = self._items, None
        if items is not None:
            self._store.open(self._body["id"], items)
        try:
            yield
        finally:
            self._store.close(self._body["id"])

    async def complete(self, events: Events) -> dict[str, Any]:
        """The body of a whole answer. Raises `Failed` or `EngineDead`."""
        async for event in events:
            for _ in self._of(event, events):
                pass
        ended(self._transcript)
        return self._body

    async def chunks(self, events: Events, keep_alive_s: float) -> AsyncIterator[bytes]:
        """Server-sent events up to `[DONE]`, with one that carries an error before it on failure.

        A comment is sent whenever nothing else was for `keep_alive_s`.
        """
        yield self._frame(self._state("response.created"))
        yield self._frame(self._state("response.in_progress"))
        try:
            async for event in with_pauses(events, keep_alive_s):
                if event is None:
                    yield KEEP_ALIVE
                    continue
                for told in self._of(event, events):
                    yield self._frame(told)
        except TrinityError as error:
            for told in self._failed(error):
                yield self._frame(told)
        yield b"data: [DONE]\n\n"

    def _of(self, event: Event, events: Events) -> Iterator[ToldEvent]:
        match event:
            case TokenEvent():
                yield from self._output.push(self._transcript.push(event), self._logprobs(event))
            case FinishedEvent():
                yield from self._output.push(self._transcript.finish(event))
                yield from self._output.end(is_cut=event.reason == "length")
                yield self._finished(event, events)
            case _:
                raise failure(event)

    def _logprobs(self, event: TokenEvent) -> list[dict[str, Any]]:
        """Of the answer's tokens; the dialect has no place for those of thinking and calls."""
        if not self._with_logprobs or event.phase is not Phase.ANSWER:
            return []
        entry = token_logprob(event, self._transcript.tokenizer)
        if entry is None:
            return []
        # In this dialect even the bytes of a marker are a list.
        others = [other | {"bytes": other["bytes"] or []} for other in entry["top_logprobs"]]
        return [entry | {"top_logprobs": others}]

    def _finished(self, end: FinishedEvent, events: Events) -> ToldEvent:
        is_cut = end.reason == "length"
        status = "incomplete" if is_cut else "completed"
        self._body |= {
            "status": status,
            "completed_at": None if is_cut else int(time.time()),
            "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
            "output": self._output.items,
            "usage": _usage(end.usage),
            "trinity": self._report.extension(events, [end]),
        }
        self._body["store"] = self._store.fill(self._body["id"], self._body)
        return self._state(f"response.{status}")

    def _failed(self, error: TrinityError) -> Iterator[ToldEvent]:
        """The end of a stream that failed.

        Typed clients read the response, others the error, flat as OpenAI sends it or nested.
        """
        yield from self._output.close("incomplete")
        told = error_body(error)
        self._body |= {
            "status": "failed",
            "error": {"code": "server_error", "message": error.message},
            "output": self._output.items,
        }
        yield self._state("response.failed")
        flat = {name: told["error"][name] for name in ("code", "message", "param")}
        yield {"type": "error", **flat, **told}

    def _state(self, kind: str) -> ToldEvent:
        return {"type": kind, "response": self._body}

    def _frame(self, told: ToldEvent) -> bytes:
        kind = told["type"]
        numbered = {"type": kind, "sequence_number": self._num_told, **told}
        self._num_told += 1
        return f"event: {kind}\n".encode() + as_event(numbered)


def _resource(call: ResponseCall, prepared: Prepared, model_name: str) -> dict[str, Any]:
    """The response before its first word, with every field that it will have."""
    sampling = prepared.generation.sampling
    return {
        "id": prepared.generation.request_id,
        "object": "response",
        "created_at": int(time.time()),
        "completed_at": None,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": model_name,
        "output": [],
        "usage": None,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "service_tier": TIER_OF_MODE[prepared.mode],
        "background": False,
        "truncation": "disabled",
        "max_tool_calls": None,
        **call.echo,
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
