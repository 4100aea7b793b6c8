"""What every request passes before a route sees it: an id, the checks of host, origin and key.

Wrapped around the whole app, so a route that somebody adds is guarded without a line of its own.
"""

from __future__ import annotations

import ipaddress
import re
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from trinity.errors import ConfigError, Forbidden, InvalidRequest, TrinityError, Unauthorised
from trinity.server.http import error_response
from trinity.server.keys import KeyRing, Principal, scope_of
from trinity.server.logs import log_request
from trinity.server.origins import Origins, check_origins
from trinity.server.records import Observer, RequestRecord, current

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from trinity.config import ServerConfig
    from trinity.server.metrics import Metrics

OPEN_PATHS = frozenset({"/livez", "/readyz"})
"""What needs no key: they say nothing but whether the server works."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Misdirected(InvalidRequest):
    """The Host header names another server: a page on the web may have aimed a name at this one."""

    http_status = 421


class Guard:
    """ASGI middleware: identifies, checks, counts and logs every request."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        config: ServerConfig,
        metrics: Metrics,
        observers: Sequence[Observer] = (log_request,),
    ) -> None:
        """Guard `app` as `config` says, and tell `observers` of every request when it is over.

        `check_exposure` must have passed.
        """
        self._app = app
        self._metrics = metrics
        self._observers = observers
        self._hosts = allowed_hosts(config.host)
        self._origins = Origins(config.cors_origins)
        self._keys = KeyRing(config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI asks."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # No route speaks WebSocket; one that did would have to be guarded here.
            await send({"type": "websocket.close", "code": 1008})
            return
        started_s = time.monotonic()
        request_headers = Headers(scope=scope)
        record = _begin(scope, request_headers)
        current.set(record)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = headers["request-id"] = record.request_id
                self._origins.note(request_headers, headers)
            await send(message)

        try:
            await self._pass_on(scope, receive, send_with_id)
        finally:
            record.seconds = time.monotonic() - started_s
            self._end(scope, record)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            # A browser asks ahead without the key that it will send.
            if answer := self._origins.preflight(scope["method"], headers):
                await answer(scope, receive, send)
                return
            self._origins.check(scope["method"], headers)
            if scope["path"] not in OPEN_PATHS:
                who = self._identify(headers)
                scope["state"]["principal"] = who
                _check_scope(who, scope["path"])
        except TrinityError as error:
            await error_response(error, scope["path"])(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        if self._hosts is not None and host_name(headers.get("host", "")) not in self._hosts:
            raise Misdirected(
                "The Host header does not name this server; use one of "
                f"{', '.join(sorted(self._hosts))}."
            )

    def _identify(self, headers: Headers) -> Principal:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if own := headers.get("x-api-key"):  # as the Anthropic clients send it
            scheme, key = "bearer", own
        who = self._keys.identify(key.strip() if scheme.lower() == "bearer" else None)
        if who is None:
            raise Unauthorised(
                "The API key is missing or wrong; send a valid one as `Authorization: Bearer KEY`, "
                "or as `x-api-key: KEY`."
            )
        return who

    def _end(self, scope: Scope, record: RequestRecord) -> None:
        record.route = getattr(scope.get("route"), "path", record.route)
        if who := scope["state"].get("principal"):
            record.key = who.name
        self._metrics.answered(record.route, record.status)
        for observer in self._observers:
            observer(record)


def check_exposure(config: ServerConfig) -> None:
    """Raise `ConfigError` where others than the owner could use the server without a key."""
    if not is_loopback(config.host) and not config.api_keys and config.key_file is None:
        raise ConfigError(
            f"The host {config.host!r} can be reached from other machines, and no API key is set; "
            "set one or a key file, or use 127.0.0.1."
        )
    if any(not key.strip() or not key.isascii() for key in config.api_keys):
        raise ConfigError("An API key is empty or not ASCII; use letters, digits and signs.")
    check_origins(config)
    KeyRing(config)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`; other names than localhost count as public."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def allowed_hosts(host: str) -> frozenset[str] | None:
    """Names that a Host header may have for a server bound to `host`; None where any may stand."""
    if not is_loopback(host):
        return None
    bare = host.strip("[]").lower()
    return frozenset({*_LOOPBACK_HOSTS, f"[{bare}]" if ":" in bare else bare})


def host_name(header: str) -> str:
    """The name in a Host header, without the port."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:\[\]@/?#\\\s]+)(:\d{1,5})?", header.lower())
    return found[1] if found else ""


def _check_scope(who: Principal, path: str) -> None:
    needed = scope_of(path)
    if needed not in who.scopes:
        raise Forbidden(
            f"The key {who.name!r} is for {', '.join(who.scopes)}, and this route needs a key for "
            f"{needed}; ask whoever runs the server for one."
        )


def _begin(scope: Scope, headers: Headers) -> RequestRecord:
    request_id = _request_id(headers)
    scope.setdefault("state", {})["request_id"] = request_id
    return RequestRecord(
        request_id=request_id,
        method=scope["method"] if scope["method"].isalpha() else "?",
        trace_headers={n: headers[n] for n in ("traceparent", "tracestate") if n in headers},
    )


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
