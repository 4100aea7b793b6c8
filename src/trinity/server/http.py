"""Ways to answer: an error body, a stream of server-sent events, and giving up when nobody listens.

Used by the app and its guard, for every dialect.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Coroutine
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import JSONResponse, Response

from trinity.errors import (
    ContextExceeded,
    EngineDead,
    Forbidden,
    NotFound,
    Overloaded,
    TooLarge,
    TrinityError,
    Unauthorised,
)

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

T = TypeVar("T")

ANTHROPIC_PATH = "/v1/messages"
MISTRAL_PREFIX = "/mistral"
KEEP_ALIVE = b": keep-alive\n\n"
"""A comment, which every reader of server-sent events skips."""


class ClientGone(Exception):
    """The client closed the connection before its answer was complete."""


class HTTPRefusal(TrinityError):
    """A request refused for its method, path or headers."""

    def __init__(self, message: str, status: int) -> None:
        """Refuse with the HTTP `status`."""
        super().__init__(message)
        self.http_status = status


class ServerSentEvents(Response):
    """Sends events as they come; closes `resources` at the end, also when the client leaves."""

    media_type = "text/event-stream"

    def __init__(
        self, events: AsyncIterator[bytes], resources: AsyncExitStack, *, write_timeout_s: float
    ) -> None:
        """Take over `resources`; a client that reads nothing for `write_timeout_s` is left."""
        super().__init__(headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        # An empty body would announce its length.
        self.raw_headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        self._events = events
        self._resources = resources
        self._write_timeout_s = write_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI asks."""
        del scope
        async with self._resources:
            try:
                await until_disconnect(receive, self._send_all(send))
            except (ClientGone, TimeoutError):
                return

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for data in self._events:
            async with asyncio.timeout(self._write_timeout_s):
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def until_disconnect(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled if the client leaves: `ClientGone`.

    The request's body must have been read.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return await working
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def with_pauses(events: AsyncIterable[T], seconds: float) -> AsyncIterator[T | None]:
    """The `events`, and None each time that none came for `seconds`.

    Cancelling a wait for the next event must not lose it.
    """
    iterator = aiter(events)
    while True:
        try:
            async with asyncio.timeout(seconds):
                event: T | None = await anext(iterator)
        except TimeoutError:
            event = None
        except StopAsyncIteration:
            return
        yield event


def as_event(payload: dict[str, Any]) -> bytes:
    """One server-sent event that carries JSON."""
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"data: {text}\n\n".encode()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def error_body(error: TrinityError) -> dict[str, Any]:
    """`error` as the OpenAI clients read it."""
    kind, code = _kind_and_code(error)
    return {"error": {"message": error.message, "type": kind, "param": error.param, "code": code}}


def error_response(error: TrinityError, path: str = "") -> JSONResponse:
    """The answer to a request for `path` that `error` ended, in the dialect of the path."""
    headers = {}
    match error:
        case Unauthorised():
            headers["www-authenticate"] = "Bearer"
        case Overloaded() | EngineDead():
            headers["retry-after"] = "1" if isinstance(error, Overloaded) else "10"
        case TooLarge():
            # The rest of the body has not been read, so the connection cannot go on.
            headers["connection"] = "close"
    status, body = error.http_status, error_body
    if path.startswith(ANTHROPIC_PATH):
        body = anthropic_error_body
    elif path.startswith(MISTRAL_PREFIX):
        status, body = mistral_status(error), mistral_error_body
    return JSONResponse(body(error), status_code=status, headers=headers)


def anthropic_error_body(error: TrinityError) -> dict[str, Any]:
    """`error` as the Anthropic clients read it."""
    return {"type": "error", "error": {"type": _anthropic_kind(error), "message": error.message}}


def mistral_error_body(error: TrinityError) -> dict[str, Any]:
    """`error` as Mistral's client reads it: of one field as a list, of anything else flat."""
    if mistral_status(error) == 422:
        location = ["body", *(error.param or "").split(".")]
        return {"detail": [{"type": "value_error", "loc": location, "msg": error.message}]}
    kind, code = _kind_and_code(error)
    return {
        "object": "error",
        "message": error.message,
        "type": kind,
        "param": error.param,
        "code": code,
    }


def mistral_status(error: TrinityError) -> int:
    """The HTTP status: 422 where one field of a body is wrong."""
    is_field = error.http_status == 400 and error.param is not None
    return 422 if is_field else error.http_status


def _anthropic_kind(error: TrinityError) -> str:
    match error:
        case Unauthorised():
            return "authentication_error"
        case Forbidden():
            return "permission_error"
        case NotFound():
            return "not_found_error"
        case TooLarge():
            return "request_too_large"
        case Overloaded():
            return "rate_limit_error"
        case EngineDead():
            return "overloaded_error"
        case _:
            return "invalid_request_error" if error.http_status < 500 else "api_error"


def _kind_and_code(error: TrinityError) -> tuple[str, str | None]:
    match error:
        case Unauthorised():
            return "authentication_error", "invalid_api_key"
        case Forbidden():
            return "permission_error", "forbidden"
        case NotFound(param="model"):
            return "invalid_request_error", "model_not_found"
        case NotFound():
            return "invalid_request_error", "not_found"
        case ContextExceeded():
            return "invalid_request_error", "context_length_exceeded"
        case TooLarge():
            return "invalid_request_error", "too_large"
        case Overloaded():
            return "rate_limit_error", "overloaded"
        case EngineDead():
            return "server_error", "engine_unavailable"
        case _ if error.http_status < 500:
            return "invalid_request_error", None
        case _:
            return "server_error", "internal_error"
