"""The files API: what batches read, and what they leave.

The routes take forms off the wire and keep them in a `FileStore`; `offline.py` puts them together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException

from trinity.errors import InvalidRequest, Overloaded, TooLarge
from trinity.server.file_store import FileStore, StoredFile, Upload
from trinity.server.keys import Principal
from trinity.server.multipart import FieldBegin, FormReader

UPLOADS = 4
"""Files that may come in at the same time."""
UPLOAD_TIMEOUT_S = 600.0
FORM_BYTES = 64 * 1024
"""What a form may have beside its file."""
VALUE_BYTES = 1024
MAX_LISTED = 10_000
PURPOSE = "batch"

_log = logging.getLogger(__name__)


class FileRoutes:
    """The routes of `/v1/files`."""

    def __init__(self, store: FileStore, used_by: Callable[[str], str | None]) -> None:
        """Serve `store`; `used_by` names the open batch that reads a file, if one does."""
        self._store = store
        self._used_by = used_by
        self._num_uploads = 0

    async def create(self, request: Request) -> Response:
        """`POST /v1/files`."""
        reader = FormReader(request.headers.get("content-type", ""))
        announced = request.headers.get("content-length", "")
        most = self._store.limits.file_bytes + FORM_BYTES
        if announced.isdecimal() and int(announced[:20]) > most:
            raise TooLarge(f"The form is larger than the {most:,} bytes this server accepts.")
        if self._num_uploads >= UPLOADS:
            raise Overloaded(f"{UPLOADS} files are coming in, the most at a time; try again soon.")
        self._num_uploads += 1
        try:
            with self._store.receive() as upload:
                async with asyncio.timeout(UPLOAD_TIMEOUT_S):
                    form = await _receive(request, reader, upload)
                owner = principal(request).name
                stored = await run_sync(upload.keep, owner, form.filename, PURPOSE)
        except TimeoutError:
            message = (
                f"The file did not arrive within {UPLOAD_TIMEOUT_S:g} seconds; send it faster."
            )
            raise HTTPException(408, message, {"connection": "close"}) from None
        finally:
            self._num_uploads -= 1
        return JSONResponse(stored.as_wire())

    async def index(self, request: Request) -> Response:
        """`GET /v1/files`."""
        query = read_query(request, ("purpose", "limit", "after", "order"))
        files = [
            file
            for file in self._store.visible(principal(request))
            if query.get("purpose") in (None, file.purpose)
        ]
        return JSONResponse(page(files, query, MAX_LISTED, MAX_LISTED))

    async def show(self, request: Request, file_id: str) -> Response:
        """`GET /v1/files/{id}`."""
        return JSONResponse(self._get(request, file_id).as_wire())

    async def content(self, request: Request, file_id: str) -> Response:
        """`GET /v1/files/{id}/content`: as it is, and never as a page."""
        file = self._get(request, file_id)
        return FileResponse(
            self._store.path(file.id),
            media_type="application/octet-stream",
            filename=f"{file.id}.jsonl",
            headers={"x-content-type-options": "nosniff", "cache-control": "private, no-store"},
        )

    async def delete(self, request: Request, file_id: str) -> Response:
        """`DELETE /v1/files/{id}`."""
        file = self._get(request, file_id)
        if batch := self._used_by(file.id):
            raise InvalidRequest(
                f"The file is being read by {batch}; cancel that first, or wait for its end."
            )
        await run_sync(self._store.delete, file)
        return JSONResponse({"id": file.id, "object": "file", "deleted": True})

    def _get(self, request: Request, file_id: str) -> StoredFile:
        return self._store.get(file_id, principal(request))


class _Form:
    """The fields of an upload as they come."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._field: FieldBegin | None = None
        self._values: dict[str, bytes] = {}
        self.filename = ""

    async def take(self, piece: FieldBegin | bytes) -> None:
        if isinstance(piece, FieldBegin):
            self._begin(piece)
        elif self._field is None or self._field.name == "file":
            await run_sync(self._upload.write, piece)
        else:
            value = self._values[self._field.name] + piece
            if len(value) > VALUE_BYTES:
                raise InvalidRequest(f"{self._field.name} is longer than {VALUE_BYTES} bytes.")
            self._values[self._field.name] = value

    def _begin(self, field: FieldBegin) -> None:
        if field.name in self._values:
            raise InvalidRequest(f"The form gives {field.name!r} twice; give it once.")
        if field.name not in ("file", "purpose"):
            raise InvalidRequest(
                f"{field.name[:80]!r} is not supported; send `file` and `purpose` alone.",
                param=field.name[:80],
            )
        if field.name == "file" and field.filename is None:
            raise InvalidRequest("`file` must be a file, with a filename.", param="file")
        self._field = field
        self._values[field.name] = b""
        self.filename = field.filename or self.filename

    def check(self) -> None:
        for name in ("file", "purpose"):
            if name not in self._values:
                raise InvalidRequest(f"The form has no {name!r}; send one.", param=name)
        purpose = self._values["purpose"].decode("utf-8", "replace")
        if purpose != PURPOSE:
            raise InvalidRequest(
                f"purpose is {purpose[:80]!r}; this server takes files for {PURPOSE!r} alone.",
                param="purpose",
            )


async def _receive(request: Request, reader: FormReader, upload: Upload) -> _Form:
    form = _Form(upload)
    async for chunk in request.stream():
        for piece in reader.feed(chunk):
            await form.take(piece)
    reader.close()
    form.check()
    return form


def principal(request: Request) -> Principal:
    """Who sends a request, as the guard has found."""
    who: Principal = request.state.principal
    return who


def read_query(request: Request, names: Sequence[str]) -> dict[str, str]:
    """The query, of which only `names` are known. Raises `InvalidRequest`."""
    for name in request.query_params:
        if name not in names:
            raise InvalidRequest(
                f"{name[:80]!r} is no parameter here; there are {', '.join(names)}.",
                param=name[:80],
            )
    return dict(request.query_params)


def page(items: Sequence[Any], query: dict[str, str], default: int, most: int) -> dict[str, Any]:
    """A page of `items`, which are oldest first; newest first unless `order` is asc.

    Raises `InvalidRequest` for a query that does not fit.
    """
    order, limit = query.get("order", "desc"), query.get("limit", str(default))
    if order not in ("asc", "desc"):
        raise InvalidRequest(f"order is {order[:80]!r}; it must be asc or desc.", param="order")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= most):
        raise InvalidRequest(f"limit is {limit[:80]!r}; it must be 1 to {most:,}.", param="limit")
    ordered = list(items) if order == "asc" else list(reversed(items))
    if after := query.get("after"):
        ids = [item.id for item in ordered]
        if after not in ids:
            raise InvalidRequest(f"There is no {after[:80]!r} to go on after.", param="after")
        ordered = ordered[ids.index(after) + 1 :]
    shown = ordered[: int(limit)]
    return {
        "object": "list",
        "data": [item.as_wire() for item in shown],
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
        "has_more": len(ordered) > len(shown),
    }
