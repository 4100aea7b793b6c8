"""`trinity mode`: see or switch the mode of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trinity.errors import TrinityError, UsageError
from trinity.types import Mode

if TYPE_CHECKING:
    from urllib.error import HTTPError

TIMEOUT_S = 10.0

_Wanted = Annotated[
    Mode | None,
    typer.Argument(metavar="[MODE]", help=f"{', '.join(Mode)}; without it, the mode is shown."),
]
_Url = Annotated[str, typer.Option("--url", metavar="URL", help="Where the server is.")]
_ApiKey = Annotated[
    str | None, typer.Option("--api-key", envvar="TRINITY_API_KEY", help="A key of the server's.")
]


def mode(
    wanted: _Wanted = None, url: _Url = "http://127.0.0.1:8000", api_key: _ApiKey = None
) -> None:
    """Show what a server's requests are served as, or switch it while it runs.

    Requests that name a mode of their own keep it. Nothing is set back, and no answer changes.
    """
    typer.echo(_ask(url, wanted, api_key))


def _ask(url: str, wanted: Mode | None, api_key: str | None) -> str:
    """The server's mode after asking for `wanted`, if anything."""
    import http.client
    import json
    import urllib.error
    import urllib.request

    if not url.startswith(("http://", "https://")):
        raise UsageError(f"The URL {url!r} must begin with http:// or https://.", param="url")
    request = urllib.request.Request(f"{url.rstrip('/')}/trinity/mode")
    if wanted is not None:
        request.method = "PUT"
        request.data = json.dumps({"mode": wanted}).encode()
        request.add_header("content-type", "application/json")
    if api_key is not None:
        request.add_header("authorization", f"Bearer {api_key}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            return str(json.load(response)["mode"])
    except urllib.error.HTTPError as error:
        raise TrinityError(f"The server at {url} refused: {_reason(error)}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise TrinityError(
            f"No server answers at {url} ({reason}); start one with `trinity serve`, or give --url."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise TrinityError(f"What answers at {url} is not a Trinity server.") from None


def _reason(error: HTTPError) -> str:
    import json

    try:
        return str(json.load(error)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"
