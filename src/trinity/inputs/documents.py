"""Documents: the bytes of a file in, text and pictures of pages out.

Called when a prompt is made. A text file is its text; a page of a PDF file is its text and, where
the model sees, its picture, as long as the prompt has room for pictures.
"""

from __future__ import annotations

import base64
import io
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trinity.errors import InvalidRequest, TooLarge
from trinity.types import DocumentPart, ImagePart, Message, Part, TextPart

if TYPE_CHECKING:
    from trinity.config import VisionConfig

MAX_PAGES = 500
"""Of one PDF file."""
MAX_NAME = 200
"""Letters of a file's name that the prompt tells."""
_PDF = b"%PDF-"
_DATA_URL = re.compile(r"data:[\w.+/-]*(;[\w.+=-]+)*;base64,", re.IGNORECASE)
_PDFIUM = threading.Lock()
"""PDFium is not made for several threads."""


def with_documents(
    messages: Sequence[Message], vision: VisionConfig | None, max_images: int
) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """The messages with every document as text and pictures; and warnings.

    `vision` is `None` for a model that cannot see, which reads the text alone. The pictures of
    pages take what `max_images` leaves beside the messages' own. Raises `InvalidRequest` for a file
    that is neither text nor a PDF file that can be read, and `TooLarge` for too many pages.
    """
    own = sum(isinstance(part, ImagePart) for message in messages for part in message.parts)
    room = Room(max(0, max_images - own) if vision else 0)
    side = vision.image_size if vision else 0
    read = tuple(
        replace(message, parts=tuple(_expanded(message.parts, room, side)))
        if any(isinstance(part, DocumentPart) for part in message.parts)
        else message
        for message in messages
    )
    return read, room.warnings()


def document_from_data_url(url: str, name: str | None) -> DocumentPart:
    """The document in `data:...;base64,...`, or in base64 alone.

    Raises `InvalidRequest` for anything else.
    """
    if url[:8].lower().startswith(("http://", "https://")):
        raise InvalidRequest(
            "Documents are not fetched from the web; send the file as data:application/pdf;"
            "base64,..."
        )
    header = _DATA_URL.match(url)
    try:
        data = base64.b64decode(url[header.end() if header else 0 :], validate=True)
    except ValueError:
        raise InvalidRequest("The document is not valid base64; encode it again.") from None
    if not data:
        raise InvalidRequest("The document is empty; send one with contents.")
    return DocumentPart(name=(name or "document")[:MAX_NAME], data=data)


class Room:
    """How many pictures of pages there is room for, and how many there was none for."""

    def __init__(self, left: int) -> None:
        """Allow `left` pictures."""
        self._left = left
        self._refused = 0

    def take(self) -> bool:
        """Whether there is room for one more, which is taken then."""
        if not self._left:
            self._refused += 1
            return False
        self._left -= 1
        return True

    def warnings(self) -> tuple[str, ...]:
        """A sentence where pages of a model that sees are read as text alone."""
        if not self._refused:
            return ()
        pages = "1 page is" if self._refused == 1 else f"{self._refused} pages are"
        return (f"{pages} read as text alone: the prompt has no room for more pictures.",)


def _expanded(parts: Sequence[Part], room: Room, side: int) -> Iterator[Part]:
    for part in parts:
        if not isinstance(part, DocumentPart):
            yield part
        elif part.data.startswith(_PDF):
            yield from _pages(part, room, side)
        else:
            yield TextPart(f"File {part.name}:\n{_text(part)}\n")


def _text(part: DocumentPart) -> str:
    try:
        text = part.data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InvalidRequest(
            f"{part.name[:80]!r} is neither a PDF file nor text in UTF-8; convert it to one of "
            "them."
        )
    return text


def _pages(part: DocumentPart, room: Room, side: int) -> Iterator[Part]:
    """Text and picture of each page, one after the other."""
    pdfium = _pdfium()
    with _PDFIUM:
        try:
            document = pdfium.PdfDocument(part.data)
        except pdfium.PdfiumError:
            raise InvalidRequest(
                f"{part.name[:80]!r} is no PDF file that can be read; it may be damaged, or need a "
                "password."
            ) from None
        try:
            if len(document) > MAX_PAGES:
                raise TooLarge(
                    f"{part.name[:80]!r} has {len(document)} pages; at most {MAX_PAGES} are "
                    "allowed."
                )
            pages = [_page(document, i, part.name, room, side) for i in range(len(document))]
        finally:
            document.close()
    for page in pages:
        yield from page


def _page(document: Any, index: int, name: str, room: Room, side: int) -> list[Part]:
    page = document[index]
    text = page.get_textpage().get_text_bounded().replace("\r\n", "\n").strip()
    parts: list[Part] = [TextPart(f"File {name}, page {index + 1} of {len(document)}:\n{text}\n")]
    if side and room.take():
        parts.append(ImagePart(_picture(page, side)))
    return parts


def _picture(page: Any, side: int) -> bytes:
    """The page as a PNG file whose longest edge has `side` pixels."""
    image = page.render(scale=side / max(page.get_size())).to_pil()
    image.thumbnail((side, side))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _pdfium() -> Any:
    try:
        import pypdfium2
    except ModuleNotFoundError:
        raise InvalidRequest(
            "PDF files are not read by this installation; send text, or ask whoever runs it for "
            "`pip install 'trinity-moe[pdf]'`."
        ) from None
    return pypdfium2
