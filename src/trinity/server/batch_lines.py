"""One line of a batch's input: what it asks for, and what its result looks like.

Used by the runner of batches. Knows nothing of files on disk or of the engine.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from trinity.errors import InvalidRequest, TrinityError
from trinity.server.bodies import parse_object
from trinity.server.http import error_response

FIELDS = {"custom_id", "method", "url", "body"}
MAX_ID_CHARACTERS = 256

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that can be served, or says why not."""

    number: int
    """In the input, from 1."""
    custom_id: str | None = None
    body: dict[str, Any] | None = None
    mistake: InvalidRequest | None = None


class LineReader:
    """The lines of an input that have no result yet; one is held at a time. Close it."""

    def __init__(self, path: Path, endpoint: str, max_bytes: int, done: Container[int]) -> None:
        """Read lines for `endpoint` that are not `done` when their turn comes."""
        self._file = path.open("rb")
        self._raw = raw_lines(self._file, max_bytes)
        self._endpoint = endpoint
        self._max_bytes = max_bytes
        self._done = done
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def next(self) -> Line | None:
        """The next line; None after the last, and once closed. Blocks."""
        with self._lock:
            if self._file.closed:
                return None
            for number, raw in self._raw:
                # Those that are done are read too: what comes must not have their ids.
                line = _line(number, raw, self._endpoint, self._max_bytes, self._seen)
                if number not in self._done:
                    return line
            return None

    def close(self) -> None:
        """Close the file, after what is being read."""
        with self._lock:
            self._file.close()


def raw_lines(file: BinaryIO, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not empty; of one that is too long, a beginning that is too long."""
    number = 0
    while raw := file.readline(max_bytes + 1):
        number += 1
        rest = raw
        while not rest.endswith(b"\n") and (rest := file.readline(max_bytes)):
            pass
        if raw.strip():
            yield number, raw.removesuffix(b"\n")


def answered(custom_id: str | None, request_id: str, body: dict[str, Any]) -> Row:
    """The result of a line that was served."""
    response = {"status_code": 200, "request_id": request_id, "body": body}
    return {"custom_id": custom_id, "response": response, "error": None}


def refused(custom_id: str | None, request_id: str, error: TrinityError, endpoint: str) -> Row:
    """The result of a request that was refused, or failed: what it would have got by itself."""
    answer = error_response(error, endpoint)
    body = parse_object(bytes(answer.body))
    response = {"status_code": answer.status_code, "request_id": request_id, "body": body}
    return {"custom_id": custom_id, "response": response, "error": None}


def unserved(line: Line, code: str, message: str) -> Row:
    """The result of a line that was never a request."""
    error = {"code": code, "message": message, "param": None, "line": line.number}
    return {"custom_id": line.custom_id, "response": None, "error": error}


def _line(number: int, raw: bytes, endpoint: str, max_bytes: int, seen: dict[str, int]) -> Line:
    custom_id = None
    try:
        if len(raw) > max_bytes:
            raise InvalidRequest(f"The line is longer than the {max_bytes:,} bytes of a request.")
        row = parse_object(raw)
        custom_id = _custom_id(row, seen)
        seen[custom_id] = number
        return Line(number=number, custom_id=custom_id, body=_body(row, endpoint))
    except InvalidRequest as mistake:
        return Line(number=number, custom_id=custom_id, mistake=mistake)


def _custom_id(row: dict[str, Any], seen: dict[str, int]) -> str:
    custom_id = row.get("custom_id")
    if not isinstance(custom_id, str) or not 1 <= len(custom_id) <= MAX_ID_CHARACTERS:
        raise InvalidRequest(
            f"custom_id must be text of 1 to {MAX_ID_CHARACTERS} characters.", param="custom_id"
        )
    if custom_id in seen:
        raise InvalidRequest(
            f"custom_id {custom_id!r} is that of line {seen[custom_id]} already; use one once.",
            param="custom_id",
        )
    return custom_id


def _body(row: dict[str, Any], endpoint: str) -> dict[str, Any]:
    if unknown := sorted(set(row) - FIELDS):
        raise InvalidRequest(f"{unknown[0][:80]!r} is no field of a line; remove it.")
    if row.get("method") != "POST":
        raise InvalidRequest("method must be POST.", param="method")
    if row.get("url") != endpoint:
        raise InvalidRequest(f"url must be {endpoint}, as the batch's endpoint is.", param="url")
    body = row.get("body")
    if not isinstance(body, dict):
        raise InvalidRequest("body must be a JSON object.", param="body")
    if body.get("stream"):
        raise InvalidRequest("A batch does not stream; leave `stream` out.", param="stream")
    return body
