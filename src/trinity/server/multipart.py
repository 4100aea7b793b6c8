"""Forms with files (multipart/form-data), read as they come off the wire and never held whole.

Called by the route that takes files. python-multipart cuts the body; here its pieces become fields
in order, within small limits for all but the contents. Knows nothing of what the fields mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from trinity.errors import InvalidRequest

MAX_FIELDS = 16
MAX_HEADERS = 8
"""Of one field."""
MAX_HEADER_BYTES = 4096
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
        self._pieces: list[Piece] = []
        self._headers: dict[str, bytes] = {}
        self._name = self._value = b""
        self._num_fields = 0
        self._is_over = False
        self._parser = MultipartParser(
            _boundary(content_type),
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._on_content,
                "on_end": self._end,
            },
            max_header_count=MAX_HEADERS,
            max_header_size=MAX_HEADER_BYTES,
        )

    def feed(self, data: bytes) -> Iterator[Piece]:
        """What `data` completes, in order. Raises `InvalidRequest` for what is no form."""
        if data and not self._is_over:
            try:
                self._parser.write(data)
            except FormParserError as error:
                raise InvalidRequest(f"The body is no valid form: {_reason(error)}.") from None
        pieces, self._pieces = self._pieces, []
        yield from pieces

    def close(self) -> None:
        """Say that the body has ended. Raises `InvalidRequest` where it was cut off."""
        if not self._is_over:
            raise InvalidRequest("The form ends before its last boundary; send all of it.")

    def _begin(self) -> None:
        self._headers = {}
        self._num_fields += 1
        if self._num_fields > MAX_FIELDS:
            raise InvalidRequest(f"The form has more than {MAX_FIELDS} fields; send fewer.")

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name = self._value = b""

    def _end_headers(self) -> None:
        encoding = self._headers.get("content-transfer-encoding", b"binary").strip().lower()
        if encoding not in (b"binary", b"8bit", b"7bit"):
            raise InvalidRequest(
                f"A field of the form is encoded as {encoding[:40].decode('latin-1')!r}; send it "
                "as it is."
            )
        kind, options = parse_options_header(self._headers.get("content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise InvalidRequest("A field of the form has no name; give each one.")
        filename = options.get(b"filename")
        self._pieces.append(
            FieldBegin(_text(options[b"name"]), None if filename is None else _text(filename))
        )

    def _on_content(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._is_over = True


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest("A field of the form has a name that is not UTF-8.") from None


def _reason(error: FormParserError) -> str:
    text = str(error).rstrip(".")
    return text[:1].lower() + text[1:160]


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(415, "The body must be a form: multipart/form-data with a boundary.")
    boundary = options[b"boundary"]
    if not boundary.isascii() or not 1 <= len(boundary) <= MAX_BOUNDARY_BYTES:
        raise HTTPException(415, f"The boundary must have 1 to {MAX_BOUNDARY_BYTES} characters.")
    return boundary
