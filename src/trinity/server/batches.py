"""The batch API: many requests in a file, answered when nobody else needs the model.

The routes check what is asked for and hand it to `batch_runner.py`; `offline.py` puts both
together.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError

from trinity.errors import InvalidRequest, Overloaded
from trinity.inputs.openai_messages import Wire, first_mistake
from trinity.server.batch_lines import raw_lines
from trinity.server.batch_store import Batch, BatchStore
from trinity.server.bodies import ByteBudget, parse_object, read_body
from trinity.server.files import PURPOSE, page, principal, read_query

if TYPE_CHECKING:
    from pathlib import Path

    from trinity.server.batch_runner import BatchLimits, BatchRunner
    from trinity.server.file_store import FileStore, StoredFile

BODY_BYTES = 64 * 1024
BODY_TIMEOUT_S = 60.0
MAX_WINDOW_H = 168
MAX_LISTED, LISTED = 100, 20
_HOUR_S = 3600


class BatchRequest(Wire):
    """The body of `POST /v1/batches`."""

    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: (
        Annotated[
            dict[
                Annotated[str, Field(max_length=64)],
                Annotated[str, Field(max_length=512)],
            ],
            Field(max_length=16),
        ]
        | None
    ) = None


class BatchRoutes:
    """The routes of `/v1/batches`."""

    def __init__(
        self,
        runner: BatchRunner,
        store: BatchStore,
        files: FileStore,
        endpoints: Sequence[str],
        limits: BatchLimits,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take batches for `endpoints`."""
        self._runner = runner
        self._store = store
        self._files = files
        self._endpoints = endpoints
        self._limits = limits
        self._now = now

    async def create(self, request: Request) -> Response:
        """`POST /v1/batches`."""
        with ByteBudget(BODY_BYTES).account() as account:
            body = await read_body(request, account, max_bytes=BODY_BYTES, timeout_s=BODY_TIMEOUT_S)
        asked = read_batch(parse_object(body), self._endpoints)
        who = principal(request)
        file = self._files.get(asked.input_file_id, who)
        window_s = read_window(asked.completion_window)
        if len(self._store.open_batches()) >= self._limits.open_batches:
            raise Overloaded(
                f"{self._limits.open_batches} batches are open, the most this server takes; try "
                "again when one has ended."
            )
        total = await self._count(file)
        now_s = self._now()
        batch = Batch(
            id=f"batch_{uuid.uuid4().hex}",
            owner=who.name,
            endpoint=asked.endpoint,
            input_file_id=file.id,
            completion_window=asked.completion_window,
            created_at=now_s,
            expires_at=now_s + window_s,
            metadata=asked.metadata,
            total=total,
        )
        await self._runner.add(batch)
        return JSONResponse(batch.as_wire())

    async def index(self, request: Request) -> Response:
        """`GET /v1/batches`."""
        query = read_query(request, ("limit", "after"))
        batches = self._store.visible(principal(request))
        return JSONResponse(page(batches, query, LISTED, MAX_LISTED))

    async def show(self, request: Request, batch_id: str) -> Response:
        """`GET /v1/batches/{id}`."""
        return JSONResponse(self._store.get(batch_id, principal(request)).as_wire())

    async def cancel(self, request: Request, batch_id: str) -> Response:
        """`POST /v1/batches/{id}/cancel`."""
        batch = self._store.get(batch_id, principal(request))
        await self._runner.cancel(batch)
        return JSONResponse(batch.as_wire())

    async def _count(self, file: StoredFile) -> int:
        if file.purpose != PURPOSE:
            raise InvalidRequest(
                f"The file is for {file.purpose!r}; a batch reads one for {PURPOSE!r}.",
                param="input_file_id",
            )
        path = self._files.path(file.id)
        total = await run_sync(count_lines, path, self._limits.line_bytes)
        if not 1 <= total <= self._limits.lines:
            raise InvalidRequest(
                f"The file has {total:,} lines that are not empty; a batch has 1 to "
                f"{self._limits.lines:,}.",
                param="input_file_id",
            )
        return total


def read_batch(payload: dict[str, Any], endpoints: Sequence[str]) -> BatchRequest:
    """What a body asks for. Raises `InvalidRequest`, also for a field that nothing reads."""
    try:
        asked = BatchRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error) from None
    if asked.model_extra:
        name = min(asked.model_extra)[:80]
        raise InvalidRequest(f"{name} is not supported; leave it out.", param=name)
    if asked.endpoint not in endpoints:
        raise InvalidRequest(
            f"endpoint is {asked.endpoint[:80]!r}; batches are for {', '.join(endpoints)}.",
            param="endpoint",
        )
    return asked


def read_window(text: str) -> float:
    """Seconds of a completion window such as 24h. Raises `InvalidRequest`."""
    number = text.removesuffix("h")
    is_hours = text.endswith("h") and number.isascii() and number.isdecimal()
    if not is_hours or not 1 <= int(number[:4]) <= MAX_WINDOW_H:
        raise InvalidRequest(
            f"completion_window is {text[:80]!r}; it must be 1h to {MAX_WINDOW_H}h, such as 24h.",
            param="completion_window",
        )
    return int(number) * _HOUR_S


def count_lines(path: Path, max_bytes: int) -> int:
    """How many lines are not empty. Blocks."""
    with path.open("rb") as file:
        return sum(1 for _ in raw_lines(file, max_bytes))
