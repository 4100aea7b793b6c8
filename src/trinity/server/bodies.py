"""Request bodies: bytes off the wire within a limit, then JSON without its ambiguities.

Called by the routes that take a body. What Python's parser lets pass and the standard does not
(NaN, lone surrogates), or what two readers would read differently (a name given twice), is refused.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.exceptions import HTTPException

from trinity.errors import InvalidRequest, TooLarge

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_DEPTH = 64
"""Nesting of lists and objects in a body."""


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The body of a JSON request.

    Raises `TooLarge` as soon as the announced or received length is over `max_bytes`,
    `HTTPException` for another content type, and starlette's `ClientDisconnect`.
    """
    _check_type(request)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises `InvalidRequest` for anything else."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not valid UTF-8; encode it as UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:
        raise InvalidRequest("The body has a number with too many digits; shorten it.") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The body is not a JSON object; send one, such as {}.")
    _check_values(value)
    return value


def _check_type(request: Request) -> None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise HTTPException(415, "The body must have the content type application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Compressed bodies are not accepted; send the JSON as it is.")


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The body is larger than the {max_bytes:,} bytes this server accepts.")


def _too_deep() -> InvalidRequest:
    return InvalidRequest(f"The body nests deeper than {MAX_DEPTH} levels; flatten it.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        name = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise InvalidRequest(f"The body gives {name[:80]!r} twice in one object; give it once.")
    return result


def _refuse_constant(text: str) -> NoReturn:
    raise InvalidRequest(f"The body contains {text}, which is not JSON; send a finite number.")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InvalidRequest("The body has a number that is too large for a float; lower it.")
    return value


def _check_values(root: dict[str, Any]) -> None:
    """Refuse deep nesting, and text that no encoding can carry."""
    waiting: list[tuple[Any, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                raise _too_deep()
            waiting += [(item, depth + 1) for item in value]
            if isinstance(value, dict):
                waiting += [(item, depth + 1) for item in value.values()]


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidRequest(
            "The body has half of a surrogate pair in a string; send whole characters."
        ) from None
