"""The application: its routes, and how errors become answers.

`serve.py` runs it; tests run it the same way. A chat request goes from here to `bodies.py`,
`openai.py`, the model's `prepare`, `bridge.py` and `answers.py`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from trinity.errors import NotFound, TrinityError
from trinity.server.answers import ChatAnswer
from trinity.server.bodies import Account, ByteBudget, parse_object, read_body
from trinity.server.bridge import Bridge
from trinity.server.guards import Guard, check_exposure
from trinity.server.metrics import CONTENT_TYPE, Metrics
from trinity.server.openai import read_call, read_mode
from trinity.server.responses import (
    ClientGone,
    HTTPRefusal,
    ServerSentEvents,
    error_response,
    until_disconnect,
)

if TYPE_CHECKING:
    from trinity.config import ServerConfig
    from trinity.engine.llm import LLM, Prepared

E = TypeVar("E", bound=Exception)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what the server holds and how long it waits."""

    open_requests: int = 256
    """Requests in preparation, in the queue and running; more are refused with 429."""
    preparing: int = 2
    """Requests being tokenised and having their pictures decoded at the same time."""
    stalled_s: float = 30.0
    """Without a step for this long while it has work, the engine counts as hung."""
    body_bytes: int = 256 * 1024 * 1024
    """Bytes of all bodies held at the same time; above, requests are refused with 429."""
    body_timeout_s: float = 60.0
    """How long a body may take to arrive."""
    keep_alive_s: float = 10.0
    """A silent stream carries a comment this often."""
    write_timeout_s: float = 30.0
    """A client that takes nothing off its stream for this long is given up."""


class Service:
    """The routes, and the state they share."""

    def __init__(self, llm: LLM, config: ServerConfig, limits: Limits) -> None:
        """Serve `llm`; nothing runs before the app's lifespan begins."""
        self._llm = llm
        self._config = config
        self._limits = limits
        self._created = int(time.time())
        self._bodies = ByteBudget(limits.body_bytes)
        self._preparing = anyio.CapacityLimiter(limits.preparing)
        self.metrics = Metrics()
        self.bridge = Bridge(llm.engine, self.metrics, slots=limits.open_requests)
        self.metrics.watch(lambda: self.bridge.stats)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Run the engine's thread for as long as the app runs."""
        del app
        self.bridge.start()
        try:
            yield
        finally:
            await self.bridge.stop()

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        async with AsyncExitStack() as resources:
            account = resources.enter_context(self._bodies.account())
            body = await read_body(
                request,
                account,
                max_bytes=self._config.max_body_bytes,
                timeout_s=self._limits.body_timeout_s,
            )
            resources.enter_context(self.bridge.slot())
            working = until_disconnect(request.receive, self._answer(body, account, resources))
            # Nothing but the work holds the body, so that it is gone once prepared.
            del body
            return await working

    async def models(self) -> Response:
        """`GET /v1/models`."""
        return JSONResponse({"object": "list", "data": [self._model()]})

    async def model(self, model_id: str) -> Response:
        """`GET /v1/models/{id}`."""
        if model_id != self._llm.model_name:
            raise NotFound(
                f"There is no model {model_id[:80]!r} here; this server has "
                f"{self._llm.model_name!r}.",
                param="model",
            )
        return JSONResponse(self._model())

    async def mode(self) -> Response:
        """`GET /trinity/mode`."""
        return JSONResponse({"mode": str(self.bridge.mode)})

    async def switch(self, request: Request) -> Response:
        """`PUT /trinity/mode`: from the next step on, for all that name no mode of their own."""
        with self._bodies.account() as account:
            timeout_s = self._limits.body_timeout_s
            body = await read_body(request, account, max_bytes=1024, timeout_s=timeout_s)
        self.bridge.switch(read_mode(parse_object(body)))
        return await self.mode()

    async def livez(self) -> Response:
        """Whether the process answers."""
        return JSONResponse({"status": "alive"})

    async def readyz(self) -> Response:
        """Whether requests are being served: the engine runs, and makes steps when it has work."""
        if not self.bridge.is_alive:
            return JSONResponse({"status": "engine not running"}, status_code=503)
        if self.bridge.stalled_for() > self._limits.stalled_s:
            return JSONResponse({"status": "engine makes no progress"}, status_code=503)
        return JSONResponse({"status": "ready"})

    async def prometheus(self) -> Response:
        """`GET /metrics`."""
        return Response(self.metrics.render(), media_type=CONTENT_TYPE)

    async def _answer(self, body: bytes, account: Account, resources: AsyncExitStack) -> Response:
        answer, prepared = await anyio.to_thread.run_sync(
            self._prepare, body, limiter=self._preparing
        )
        del body
        account.clear()
        events = await self.bridge.submit(prepared)
        resources.callback(events.close)
        self.metrics.effort(prepared.effective.level)
        if not answer.is_stream:
            return JSONResponse(await answer.complete(events))
        return ServerSentEvents(
            answer.chunks(events, self._limits.keep_alive_s),
            resources.pop_all(),
            write_timeout_s=self._limits.write_timeout_s,
        )

    def _prepare(self, body: bytes) -> tuple[ChatAnswer, Prepared]:
        """Everything that takes time and needs no model call; runs in a worker thread."""
        llm = self._llm
        call = read_call(parse_object(body), llm.model_name)
        prepared = llm.prepare(call.chat, f"chatcmpl-{uuid.uuid4().hex}")
        return ChatAnswer(call, prepared, llm.tokenizer, llm.model_name), prepared

    def _model(self) -> dict[str, Any]:
        return {
            "id": self._llm.model_name,
            "object": "model",
            "created": self._created,
            "owned_by": "trinity",
            "max_model_len": self._llm.max_context,
        }


def create_app(llm: LLM, config: ServerConfig, *, limits: Limits | None = None) -> FastAPI:
    """The application that serves `llm`.

    Raises `ConfigError` where it would be open to other machines without a key.
    """
    check_exposure(config)
    service = Service(llm, config, limits or Limits())
    app = FastAPI(
        openapi_url=None, lifespan=service.lifespan, redirect_slashes=False, title="Trinity"
    )
    app.state.service = service
    app.add_middleware(Guard, config=config, metrics=service.metrics)
    app.add_api_route("/v1/chat/completions", service.chat, methods=["POST"])
    app.add_api_route("/v1/models", service.models, methods=["GET"])
    app.add_api_route("/v1/models/{model_id:path}", service.model, methods=["GET"])
    app.add_api_route("/trinity/mode", service.mode, methods=["GET"])
    app.add_api_route("/trinity/mode", service.switch, methods=["PUT"])
    app.add_api_route("/livez", service.livez, methods=["GET"])
    app.add_api_route("/readyz", service.readyz, methods=["GET"])
    app.add_api_route("/metrics", service.prometheus, methods=["GET"])
    app.add_exception_handler(TrinityError, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(ClientGone, _on_gone)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(Exception, _on_surprise)
    return app


async def _on_error(request: Request, error: Exception) -> Response:
    del request
    return error_response(_expect(TrinityError, error))


async def _on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework or a body's headers made impossible."""
    refusal = _expect(HTTPException, error)
    message = refusal.detail
    if refusal.status_code == 404:
        message = "There is no such route; the API begins with /v1/."
    elif refusal.status_code == 405:
        message = f"This route does not take {request.method[:20]!r}; see the Allow header."
    response = error_response(HTTPRefusal(message, refusal.status_code))
    response.headers.update(refusal.headers or {})
    return response


async def _on_gone(request: Request, error: Exception) -> Response:
    """Nobody reads this; the status is for the log and the metrics."""
    del request, error
    return Response(status_code=499)


async def _on_surprise(request: Request, error: Exception) -> Response:
    """Say nothing of the inside; the framework raises `error` again, for the log."""
    del error
    response = error_response(
        TrinityError("The server met an unexpected error; its log says more.")
    )
    response.headers["x-request-id"] = request.state.request_id
    # The server closes it when it sees the error; without notice, a client would use it again.
    response.headers["connection"] = "close"
    return response


def _expect(kind: type[E], error: Exception) -> E:
    """`error`, which the framework promises to be of this kind."""
    if not isinstance(error, kind):
        raise error
    return error
