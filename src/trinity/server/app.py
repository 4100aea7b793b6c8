"""The application: its routes, and how errors become answers.

`serve.py` runs it; tests run it the same way. A chat request goes from here to `bodies.py`, the
file of its dialect, the model's `prepare`, `bridge.py` and the answers of its dialect.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from trinity.errors import NotFound, TrinityError
from trinity.server import anthropic, openai, openai_responses
from trinity.server.answers import ChatAnswer
from trinity.server.anthropic_answers import MessageAnswer
from trinity.server.bodies import Account, ByteBudget, parse_object, read_body
from trinity.server.bridge import Bridge
from trinity.server.extension import ChatCall
from trinity.server.guards import Guard, check_exposure
from trinity.server.metrics import CONTENT_TYPE, Metrics
from trinity.server.openai_responses_answers import ResponseAnswer
from trinity.server.report import WireAnswer
from trinity.server.response_routes import RESPONSES_PATH, StoredResponses
from trinity.server.response_store import ResponseStore
from trinity.server.responses import (
    ANTHROPIC_PATH,
    ClientGone,
    HTTPRefusal,
    ServerSentEvents,
    error_response,
    until_disconnect,
)

if TYPE_CHECKING:
    from trinity.config import ServerConfig
    from trinity.engine.llm import LLM, Prepared
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.types import ChatRequest

E = TypeVar("E", bound=Exception)
C = TypeVar("C", bound=ChatCall)


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
    stored_responses: int = 1000
    """Responses that clients may come back to; the oldest go out."""
    stored_bytes: int = 128 * 1024 * 1024
    """Bytes of those, and of the conversations they were made from, pictures included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect(Generic[C]):
    """How a request is read and answered."""

    read: Callable[[dict[str, Any], str], C]
    """A body, and the name of the model, to a call."""
    answer: Callable[[C, Prepared, Tokenizer, str], WireAnswer]
    """Of a call as it was prepared, the tokenizer, and the name of the model."""
    id_prefix: str


OPENAI_CHAT = Dialect(read=openai.read_call, answer=ChatAnswer, id_prefix="chatcmpl-")
ANTHROPIC = Dialect(read=anthropic.read_call, answer=MessageAnswer, id_prefix="msg_")


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
        self.store = ResponseStore(
            max_responses=limits.stored_responses, max_bytes=limits.stored_bytes
        )
        self._responses = Dialect(
            read=partial(openai_responses.read_call, store=self.store),
            answer=partial(ResponseAnswer, store=self.store),
            id_prefix="resp_",
        )
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
        return await self._respond(request, OPENAI_CHAT)

    async def messages(self, request: Request) -> Response:
        """`POST /v1/messages`."""
        return await self._respond(request, ANTHROPIC)

    async def count_tokens(self, request: Request) -> Response:
        """`POST /v1/messages/count_tokens`."""
        return JSONResponse({"input_tokens": await self._count(request, anthropic.read_count)})

    async def responses(self, request: Request) -> Response:
        """`POST /v1/responses`."""
        return await self._respond(request, self._responses)

    async def count_input_tokens(self, request: Request) -> Response:
        """`POST /v1/responses/input_tokens`."""
        read = partial(openai_responses.read_count, store=self.store)
        count = await self._count(request, read)
        return JSONResponse({"object": "response.input_tokens", "input_tokens": count})

    async def _respond(self, request: Request, dialect: Dialect[Any]) -> Response:
        async with AsyncExitStack() as resources:
            account = resources.enter_context(self._bodies.account())
            body = await self._read(request, account)
            resources.enter_context(self.bridge.slot())
            answering = self._answer(body, account, resources, dialect)
            working = until_disconnect(request.receive, answering)
            # Nothing but the work holds the body, so that it is gone once prepared.
            del body
            return await working

    async def _read(self, request: Request, account: Account) -> bytes:
        return await read_body(
            request,
            account,
            max_bytes=self._config.max_body_bytes,
            timeout_s=self._limits.body_timeout_s,
        )

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`."""
        model = self._model(request)
        ends = {"has_more": False, "first_id": model["id"], "last_id": model["id"]}
        return JSONResponse({"object": "list", "data": [model], **ends})

    async def model(self, request: Request, model_id: str) -> Response:
        """`GET /v1/models/{id}`."""
        if model_id != self._llm.model_name:
            raise NotFound(
                f"There is no model {model_id[:80]!r} here; this server has "
                f"{self._llm.model_name!r}.",
                param="model",
            )
        return JSONResponse(self._model(request))

    async def mode(self) -> Response:
        """`GET /trinity/mode`."""
        return JSONResponse({"mode": str(self.bridge.mode)})

    async def switch(self, request: Request) -> Response:
        """`PUT /trinity/mode`: from the next step on, for all that name no mode of their own."""
        with self._bodies.account() as account:
            timeout_s = self._limits.body_timeout_s
            body = await read_body(request, account, max_bytes=1024, timeout_s=timeout_s)
        self.bridge.switch(openai.read_mode(parse_object(body)))
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

    async def _answer(
        self, body: bytes, account: Account, resources: AsyncExitStack, dialect: Dialect[Any]
    ) -> Response:
        answer, prepared = await anyio.to_thread.run_sync(
            self._prepare, body, dialect, limiter=self._preparing
        )
        del body
        account.clear()
        resources.enter_context(answer.held())
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

    def _prepare(self, body: bytes, dialect: Dialect[Any]) -> tuple[WireAnswer, Prepared]:
        """Everything that takes time and needs no model call; runs in a worker thread."""
        llm = self._llm
        call = dialect.read(parse_object(body), llm.model_name)
        prepared = llm.prepare(call.chat, f"{dialect.id_prefix}{uuid.uuid4().hex}")
        return dialect.answer(call, prepared, llm.tokenizer, llm.model_name), prepared

    async def _count(
        self, request: Request, read: Callable[[dict[str, Any], str], ChatRequest]
    ) -> int:
        """Tokens of a prompt, pictures included."""

        def count(body: bytes) -> int:
            chat = read(parse_object(body), self._llm.model_name)
            return len(self._llm.prepare(chat).generation.prompt_ids)

        with self._bodies.account() as account:
            body = await self._read(request, account)
            return await anyio.to_thread.run_sync(count, body, limiter=self._preparing)

    def _model(self, request: Request) -> dict[str, Any]:
        if "anthropic-version" in request.headers:
            created = datetime.fromtimestamp(self._created, UTC).isoformat()
            return {
                "type": "model",
                "id": self._llm.model_name,
                "display_name": self._llm.model_name,
                "created_at": created,
                "lifecycle": "active",
                "max_input_tokens": self._llm.max_context,
                "max_tokens": self._llm.max_context,
            }
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
    app.add_api_route(ANTHROPIC_PATH, service.messages, methods=["POST"])
    app.add_api_route(f"{ANTHROPIC_PATH}/count_tokens", service.count_tokens, methods=["POST"])
    app.add_api_route(RESPONSES_PATH, service.responses, methods=["POST"])
    path = f"{RESPONSES_PATH}/input_tokens"
    app.add_api_route(path, service.count_input_tokens, methods=["POST"])
    StoredResponses(service.store).add_to(app)
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
    return error_response(_expect(TrinityError, error), request.url.path)


async def _on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework or a body's headers made impossible."""
    refusal = _expect(HTTPException, error)
    message = refusal.detail
    if refusal.status_code == 404:
        message = "There is no such route; the API begins with /v1/."
    elif refusal.status_code == 405:
        message = f"This route does not take {request.method[:20]!r}; see the Allow header."
    response = error_response(HTTPRefusal(message, refusal.status_code), request.url.path)
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
        TrinityError("The server met an unexpected error; its log says more."), request.url.path
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
