"""Forms with files (multipart/form-data), read as they come off the wire and never held whole.

Called by the route that takes files. Knows nothing of what the fields mean. Small limits hold for
all but the contents: how many fields there are, and how long their headers.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from starlette.exceptions import HTTPException

from trinity.errors import InvalidRequest

MAX_FIELDS = 16
MAX_HEAD_BYTES = 8 * 1024
MAX_BOUNDARY_BYTES = 70
"""As the standard has it."""


@dataclass(frozen=True, slots=True)
class FieldBegin:
    """A field begins; what comes before the next one belongs to it."""

    name: str
    filename: str | None
    """Of a file, as the sender calls it; None for a plain value."""


Piece = FieldBegin | bytes


class FormReader:
    """Cuts a body into fields. Feed it all of the body in order, then close it."""

    def __init__(self, content_type: str) -> None:
        """Read a body of this type. Raises `HTTPException` 415 where that is no such form."""
        # A line break before the body makes its first boundary like all others.
        self._buffer = bytearray(b"\r\n")
        self._boundary = b"\r\n--" + _boundary(content_type)
        self._num_fields = 0
        self._state = "before"

    def feed(self, data: bytes) -> Iterator[Piece]:
        """What `data` completes, in order. Raises `InvalidRequest` for what is no form."""
        self._buffer += data
        piece: Piece | None
        while self._state != "over":
            if self._state == "head":
                piece = self._read_head()
            elif self._state == "boundary":
                piece = self._read_boundary()
            else:
                piece = self._read_content()
            if piece is None:
                return
            if piece != b"":
                yield piece
        self._buffer.clear()

    def close(self) -> None:
        """Say that the body has ended. Raises `InvalidRequest` where it was cut off."""
        if self._state != "over":
            raise InvalidRequest("The form ends before its last boundary; send all of it.")

    def _read_content(self) -> bytes | None:
        """Content up to the next boundary, or as much as cannot be the start of one."""
        end = self._buffer.find(self._boundary)
        if end >= 0:
            content = self._take(end)
            del self._buffer[: len(self._boundary)]
            # What stands before the first boundary is for nobody.
            content = content if self._state == "content" else b""
            self._state = "boundary"
            return content
        size = len(self._buffer) - len(self._boundary) + 1
        if size <= 0:
            return None
        content = self._take(size)
        return content if self._state == "content" else b""

    def _read_boundary(self) -> bytes | None:
        if len(self._buffer) < 2:
            return None
        after = self._take(2)
        if after not in (b"--", b"\r\n"):
            raise InvalidRequest("The form has a boundary that goes on; end it with a line break.")
        self._state = "over" if after == b"--" else "head"
        return b""

    def _read_head(self) -> FieldBegin | None:
        end = self._buffer.find(b"\r\n\r\n")
        if max(end, len(self._buffer) if end < 0 else 0) > MAX_HEAD_BYTES:
            raise InvalidRequest(
                f"A field of the form has more than {MAX_HEAD_BYTES:,} bytes of headers; shorten "
                "them."
            )
        if end < 0:
            return None
        head = self._take(end)
        del self._buffer[:4]
        self._num_fields += 1
        if self._num_fields > MAX_FIELDS:
            raise InvalidRequest(f"The form has more than {MAX_FIELDS} fields; send fewer.")
        self._state = "content"
        return _field(head)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    is_form = message.get_content_type() == "multipart/form-data"
    is_plain = isinstance(boundary, str) and boundary.isascii()
    if not is_form or not isinstance(boundary, str) or not is_plain:
        raise HTTPException(415, "The body must be a form: multipart/form-data with a boundary.")
    if not 1 <= len(boundary) <= MAX_BOUNDARY_BYTES:
        raise HTTPException(415, f"The boundary must have 1 to {MAX_BOUNDARY_BYTES} characters.")
    return boundary.encode()


def _field(head: bytes) -> FieldBegin:
    try:
        message = email.message_from_string(head.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidRequest("A field of the form has headers that are not UTF-8.") from None
    encoding = message.get("content-transfer-encoding", "binary").strip().lower()
    if encoding not in ("binary", "8bit", "7bit"):
        raise InvalidRequest(
            f"A field of the form is encoded as {encoding[:40]!r}; send it as it is."
        )
    name = message.get_param("name", header="content-disposition")
    if message.get_content_disposition() != "form-data" or not isinstance(name, str):
        raise InvalidRequest("A field of the form has no name; give each one.")
    return FieldBegin(name, message.get_filename())
