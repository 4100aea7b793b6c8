"""Which web pages may use the server from a browser: the other half of the Host check.

Used by the guard. A browser says in `Origin` which site a page came from. Pages of this server, and
of the origins that are allowed, may do everything; any other page, which may be hostile and run in
the browser of somebody who can reach this server, may change nothing and read nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import Response

from trinity.errors import ConfigError, Forbidden

if TYPE_CHECKING:
    from starlette.datastructures import Headers, MutableHeaders

    from trinity.config import ServerConfig

ANY = "*"
METHODS = "GET, POST, PUT, DELETE"
READING = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing here."""

REQUEST_HEADERS = (
    "authorization",
    "x-api-key",
    "content-type",
    "x-request-id",
    "traceparent",
    "tracestate",
    "anthropic-version",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "openai-organization",
    "openai-project",
)
EXPOSED_HEADERS = "x-request-id, request-id, retry-after"
PREFLIGHT_AGE_S = 600
"""How long a browser may remember the answer to a preflight."""

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?")
_CLIENT_HEADER = re.compile(r"x-stainless-[a-z-]{1,40}")
"""What the official clients say of themselves."""


class Origins:
    """The pages that may use the server."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        """Allow these origins; `check_origins` must have passed."""
        self._any = ANY in allowed
        self._allowed = {origin.lower() for origin in allowed}

    def check(self, method: str, headers: Headers) -> None:
        """Raise `Forbidden` where a foreign page wants to change something."""
        if method not in READING and not self.may_use(headers):
            raise Forbidden(_refusal(headers["origin"]))

    def may_use(self, headers: Headers) -> bool:
        """Whether a request comes from no page, from one of this server, or an allowed one."""
        return "origin" not in headers or _is_own(headers) or self._is_allowed(headers)

    def preflight(self, method: str, headers: Headers) -> Response | None:
        """The answer to a browser that asks whether a page may send what it wants to; else None.

        Raises `Forbidden` for a foreign page.
        """
        asks = method == "OPTIONS" and "origin" in headers
        if not asks or "access-control-request-method" not in headers:
            return None
        if not self.may_use(headers):
            raise Forbidden(_refusal(headers["origin"]))
        wanted = headers.get("access-control-request-headers", "").lower().split(",")
        more = [name for name in map(str.strip, wanted) if _CLIENT_HEADER.fullmatch(name)]
        return Response(
            status_code=204,
            headers={
                "access-control-allow-methods": METHODS,
                "access-control-allow-headers": ", ".join((*REQUEST_HEADERS, *more)),
                "access-control-max-age": str(PREFLIGHT_AGE_S),
            },
        )

    def note(self, request: Headers, answer: MutableHeaders) -> None:
        """Tell the browser that the page may read `answer`, where it may."""
        if not self._allowed:
            return
        answer.add_vary_header("Origin")
        if self._is_allowed(request):
            answer["access-control-allow-origin"] = ANY if self._any else request["origin"]
            answer["access-control-expose-headers"] = EXPOSED_HEADERS

    def _is_allowed(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        return origin is not None and (self._any or origin.lower() in self._allowed)


def check_origins(config: ServerConfig) -> None:
    """Raise `ConfigError` for what is no origin, and for all origins on a server without keys."""
    for origin in config.cors_origins:
        if origin != ANY and not _ORIGIN.fullmatch(origin):
            raise ConfigError(
                f"The origin {origin[:100]!r} is not one; give scheme, host and port as a browser "
                "does, such as https://chat.example or http://localhost:3000."
            )
    if ANY in config.cors_origins and not config.api_keys and config.key_file is None:
        raise ConfigError(
            "The origin * lets every page on the web use the server, and no API key is set; set "
            "one, or name the origins."
        )


def _is_own(headers: Headers) -> bool:
    """Whether the page came from this server, whose name the Host check has looked at."""
    _, _, host = headers.get("origin", "").partition("://")
    return bool(host) and host.lower() == headers.get("host", "").lower()


def _refusal(origin: str) -> str:
    return (
        f"A page of {origin[:100]!r} may not use this server; whoever runs it can allow that with "
        "--cors-origin."
    )
