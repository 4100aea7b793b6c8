"""Request bodies: bytes off the wire within a limit, then JSON without its ambiguities.

Called by the routes that take a body. What Python's parser lets pass and the standard does not
(NaN, lone surrogates), or what two readers would read differently (a name given twice), is refused.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.exceptions import HTTPException

from trinity.errors import InvalidRequest, Overloaded, TooLarge

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_DEPTH = 64
"""Nesting of lists and objects in a body."""


class ByteBudget:
    """Bounds the bytes of all bodies that are held at the same time."""

    def __init__(self, max_bytes: int) -> None:
        """Allow `max_bytes` in all."""
        self.free_bytes = max_bytes

    @contextmanager
    def account(self) -> Iterator[Account]:
        """What one body takes; given back at the end, or before by `Account.clear`."""
        account = Account(self)
        try:
            yield account
        finally:
            account.clear()


class Account:
    """The part of a budget that one body has taken."""

    def __init__(self, budget: ByteBudget) -> None:
        """Take nothing yet."""
        self._budget = budget
        self._taken_bytes = 0

    def take(self, num_bytes: int) -> None:
        """Take some more. Raises `Overloaded` when the budget is used up."""
        if num_bytes > self._budget.free_bytes:
            raise Overloaded(
                "The server holds as many large requests as its memory allows; try again in a "
                "moment."
            )
        self._budget.free_bytes -= num_bytes
        self._taken_bytes += num_bytes

    def clear(self) -> None:
        """Give everything back."""
        self._budget.free_bytes += self._taken_bytes
        self._taken_bytes = 0


async def read_body(
    request: Request, account: Account, *, max_bytes: int, timeout_s: float
) -> bytes:
    """The body of a JSON request, whose bytes are put on `account`.

    Raises `TooLarge` as soon as the announced or received length is over `max_bytes`,
    `Overloaded`, `HTTPException` for another content type or a body that takes longer than
    `timeout_s`, and starlette's `ClientDisconnect`.
    """
    _check_type(request)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                if len(body) + len(chunk) > max_bytes:
                    raise _too_large(max_bytes)
                account.take(len(chunk))
                body += chunk
    except TimeoutError:
        headers = {"connection": "close"}
        message = f"The body did not arrive within {timeout_s:g} seconds; send it faster."
        raise HTTPException(408, message, headers) from None
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
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
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
