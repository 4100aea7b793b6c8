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
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from trinity.errors import TrinityError
from trinity.server import (
    anthropic,
    completions,
    mistral,
    openai,
    openai_responses,
    preview,
    prompts,
)
from trinity.server.answers import ChatAnswer
from trinity.server.anthropic_answers import MessageAnswer
from trinity.server.bodies import Account, ByteBudget, parse_object, read_body
from trinity.server.bridge import Bridge
from trinity.server.cards import card_of
from trinity.server.chain import Chain
from trinity.server.completions_answers import CompletionAnswer
from trinity.server.extension import Call, check_name
from trinity.server.guards import Guard, check_exposure
from trinity.server.http import (
    ANTHROPIC_PATH,
    MISTRAL_PREFIX,
    ClientGone,
    HTTPRefusal,
    ServerSentEvents,
    error_response,
    until_disconnect,
)
from trinity.server.logs import log_request
from trinity.server.metrics import CONTENT_TYPE, Metrics
from trinity.server.mistral_answers import MistralAnswer
from trinity.server.offline import open_offline
from trinity.server.openai_responses_answers import ResponseAnswer
from trinity.server.records import Observer
from trinity.server.report import WireAnswer
from trinity.server.response_routes import RESPONSES_PATH, StoredResponses
from trinity.server.response_store import ResponseStore
from trinity.server.steering import read_steering
from trinity.server.tracing import open_spans

if TYPE_CHECKING:
    from trinity.config import ServerConfig
    from trinity.engine.llm import LLM, Prepared
    from trinity.inputs.tokenizer import Tokenizer

C = TypeVar("C", bound=Call)
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
OPENAI_TEXT = Dialect(read=completions.read_call, answer=CompletionAnswer, id_prefix="cmpl-")
MISTRAL_CHAT = Dialect(read=mistral.read_call, answer=MistralAnswer, id_prefix="")
MISTRAL_FILL = Dialect(read=mistral.read_fill, answer=MistralAnswer, id_prefix="")
ANTHROPIC = Dialect(read=anthropic.read_call, answer=MessageAnswer, id_prefix="msg_")
BATCH_DIALECTS = {"/v1/chat/completions": OPENAI_CHAT, ANTHROPIC_PATH: ANTHROPIC}
"""Routes whose requests a batch may hold."""


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
        self.offline = open_offline(llm, self.bridge, config, BATCH_DIALECTS)
        self.spans = [open_spans(llm.model_name)] if config.tracing else []

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Run the engine's thread for as long as the app runs."""
        del app
        self.bridge.start()
        try:
            async with self.offline.running():
                yield
        finally:
            await self.bridge.stop()
            for spans in self.spans:
                spans.close()

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        return await self._respond(request, OPENAI_CHAT)

    async def completions(self, request: Request) -> Response:
        """`POST /v1/completions`."""
        return await self._respond(request, OPENAI_TEXT)

    async def mistral_chat(self, request: Request) -> Response:
        """`POST /mistral/v1/chat/completions`."""
        return await self._respond(request, MISTRAL_CHAT)

    async def mistral_fill(self, request: Request) -> Response:
        """`POST /mistral/v1/fim/completions`."""
        return await self._respond(request, MISTRAL_FILL)

    async def messages(self, request: Request) -> Response:
        """`POST /v1/messages`."""
        return await self._respond(request, ANTHROPIC)

    async def count_tokens(self, request: Request) -> Response:
        """`POST /v1/messages/count_tokens`."""
        return await self._ask_of_prompt(request, anthropic.count_tokens)

    async def tokenize(self, request: Request) -> Response:
        """`POST /tokenize`."""
        return await self._ask_of_prompt(request, prompts.tokenize)

    async def detokenize(self, request: Request) -> Response:
        """`POST /detokenize`."""
        return await self._ask_of_prompt(request, prompts.detokenize)

    async def render(self, request: Request) -> Response:
        """`POST /v1/chat/completions/render`."""
        return await self._ask_of_prompt(request, prompts.render)

    async def responses(self, request: Request) -> Response:
        """`POST /v1/responses`."""
        return await self._respond(request, self._responses)

    async def count_input_tokens(self, request: Request) -> Response:
        """`POST /v1/responses/input_tokens`."""
        count = partial(openai_responses.count_tokens, store=self.store)
        return await self._ask_of_prompt(request, count)

    async def _ask_of_prompt(
        self, request: Request, question: Callable[[dict[str, Any], LLM], dict[str, Any]]
    ) -> Response:
        """Answer what needs no model call, in a worker thread."""
        with self._bodies.account() as account:
            body = await self._read(request, account)
            answer = await anyio.to_thread.run_sync(
                lambda: question(parse_object(body), self._llm), limiter=self._preparing
            )
        return JSONResponse(answer)

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
        check_name(model_id, self._llm.model_name)
        return JSONResponse(self._model(request))

    async def preview(self, request: Request) -> Response:
        """`POST /v1/preview`."""
        with self._bodies.account() as account:
            body = await self._read(request, account)
            previewed = await anyio.to_thread.run_sync(
                lambda: preview.prepare(parse_object(body), self._llm), limiter=self._preparing
            )
        generations = [prepared.generation for prepared in previewed.prepared]
        cached = await self.bridge.cached_tokens(generations)
        history, name = self.bridge.history, self._llm.model_name
        return JSONResponse(preview.report(previewed, cached, history, name))

    async def steer(self, request: Request, request_id: str) -> Response:
        """`POST /v1/requests/{id}/steer`."""
        with self._bodies.account() as account:
            timeout_s = self._limits.body_timeout_s
            body = await read_body(request, account, max_bytes=1024, timeout_s=timeout_s)
        action, tokens = read_steering(parse_object(body))
        budget = await self.bridge.steer(request_id, action, tokens)
        return JSONResponse({"id": request_id, "action": action, "thinking_token_budget": budget})

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
        streams = []
        for one in prepared:
            streams.append(await self.bridge.submit(one))
            resources.callback(streams[-1].close)
        first = prepared[0]
        self.metrics.effort(first.effective.level)
        events = streams[0] if len(streams) == 1 else Chain(streams, first.generation.n)
        if not answer.is_stream:
            return JSONResponse(await answer.complete(events))
        return ServerSentEvents(
            answer.chunks(events, self._limits.keep_alive_s),
            resources.pop_all(),
            write_timeout_s=self._limits.write_timeout_s,
        )

    def _prepare(self, body: bytes, dialect: Dialect[Any]) -> tuple[WireAnswer, list[Prepared]]:
        """Everything that takes time and needs no model call; runs in a worker thread."""
        llm = self._llm
        payload = parse_object(body)
        if dialect is OPENAI_CHAT and mistral.is_own(payload):
            dialect = MISTRAL_CHAT
        call = dialect.read(payload, llm.model_name)
        prepared = [
            llm.prepare(request, f"{dialect.id_prefix}{uuid.uuid4().hex}")
            for request in call.requests
        ]
        return dialect.answer(call, prepared[0], llm.tokenizer, llm.model_name), prepared

    def _model(self, request: Request) -> dict[str, Any]:
        return card_of(self._llm, self._created, request.url.path, request.headers)


def create_app(llm: LLM, config: ServerConfig, *, limits: Limits | None = None) -> FastAPI:
    """The application that serves `llm`.

    Raises `ConfigError` where it would be open to others without a key, and for what is missing.
    """
    check_exposure(config)
    service = Service(llm, config, limits or Limits())
    app = FastAPI(
        openapi_url=None, lifespan=service.lifespan, redirect_slashes=False, title="Trinity"
    )
    app.state.service = service
    observers: list[Observer] = [log_request, *service.spans]
    app.add_middleware(Guard, config=config, metrics=service.metrics, observers=observers)
    app.add_middleware(mistral.MistralClients)
    app.add_api_route("/v1/chat/completions", service.chat, methods=["POST"])
    app.add_api_route("/v1/chat/completions/render", service.render, methods=["POST"])
    app.add_api_route("/tokenize", service.tokenize, methods=["POST"])
    app.add_api_route("/detokenize", service.detokenize, methods=["POST"])
    app.add_api_route("/v1/completions", service.completions, methods=["POST"])
    app.add_api_route(
        f"{MISTRAL_PREFIX}/v1/chat/completions", service.mistral_chat, methods=["POST"]
    )
    for prefix in ("", MISTRAL_PREFIX):
        app.add_api_route(f"{prefix}/v1/fim/completions", service.mistral_fill, methods=["POST"])
        app.add_api_route(f"{prefix}/v1/models", service.models, methods=["GET"])
        app.add_api_route(f"{prefix}/v1/models/{{model_id:path}}", service.model, methods=["GET"])
    app.add_api_route(ANTHROPIC_PATH, service.messages, methods=["POST"])
    app.add_api_route(f"{ANTHROPIC_PATH}/count_tokens", service.count_tokens, methods=["POST"])
    app.add_api_route(RESPONSES_PATH, service.responses, methods=["POST"])
    path = f"{RESPONSES_PATH}/input_tokens"
    app.add_api_route(path, service.count_input_tokens, methods=["POST"])
    StoredResponses(service.store).add_to(app)
    app.add_api_route("/v1/preview", service.preview, methods=["POST"])
    app.add_api_route("/v1/requests/{request_id}/steer", service.steer, methods=["POST"])
    app.add_api_route("/trinity/mode", service.mode, methods=["GET"])
    app.add_api_route("/trinity/mode", service.switch, methods=["PUT"])
    app.add_api_route("/livez", service.livez, methods=["GET"])
    app.add_api_route("/readyz", service.readyz, methods=["GET"])
    app.add_api_route("/metrics", service.prometheus, methods=["GET"])
    service.offline.add_routes(app)
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
