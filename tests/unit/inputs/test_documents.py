import base64
import builtins
import io
from typing import Any

import pytest
from PIL import Image

from tests.unit.inputs.pdf import pdf
from trinity.config import VisionConfig
from trinity.errors import InvalidRequest, TooLarge
from trinity.inputs import documents
from trinity.inputs.chat import render
from trinity.inputs.documents import document_from_data_url, with_documents
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import DocumentPart, ImagePart, Message, Part, TextPart

VISION = VisionConfig()


def expanded(
    *parts: Part, vision: VisionConfig | None = VISION, max_images: int = 16
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    messages, warnings = with_documents([Message(role="user", parts=parts)], vision, max_images)
    return messages[0].parts, warnings


def test_a_text_file_is_its_text_under_its_name() -> None:
    parts, warnings = expanded(
        DocumentPart("notes.txt", "Grüße\n".encode()), TextPart("What does it say?")
    )
    assert parts == (TextPart("File notes.txt:\nGrüße\n\n"), TextPart("What does it say?"))
    assert warnings == ()


def test_a_page_is_its_text_and_its_picture() -> None:
    parts, warnings = expanded(DocumentPart("two.pdf", pdf("First page", "Second")))
    one, picture, two, other = parts
    assert one == TextPart("File two.pdf, page 1 of 2:\nFirst page\n")
    assert two == TextPart("File two.pdf, page 2 of 2:\nSecond\n")
    assert warnings == ()
    assert isinstance(picture, ImagePart)
    assert isinstance(other, ImagePart)
    with Image.open(io.BytesIO(picture.data)) as image:
        assert max(image.size) == VISION.image_size
        assert image.size[0] == pytest.approx(2 * image.size[1], abs=1)
        # Black letters on white paper.
        low, high = image.convert("L").getextrema()
        assert low < 64
        assert high == 255


def test_without_eyes_a_page_is_its_text() -> None:
    parts, warnings = expanded(DocumentPart("a.pdf", pdf("Only text")), vision=None)
    assert parts == (TextPart("File a.pdf, page 1 of 1:\nOnly text\n"),)
    assert warnings == ()


def test_pages_get_pictures_while_there_is_room() -> None:
    picture = ImagePart(b"")
    file = DocumentPart("a.pdf", pdf("one", "two", "three"))
    parts, warnings = expanded(picture, file, max_images=2)
    assert [isinstance(part, ImagePart) for part in parts] == [True, False, True, False, False]
    [warning] = warnings
    assert warning.startswith("2 pages are read as text alone")


def test_other_messages_stay_as_they_are() -> None:
    plain = Message.user("hi")
    messages, _ = with_documents([plain], VISION, 16)
    assert messages[0] is plain


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.4\nnonsense", "no PDF file that can be read"),
        (pdf("x")[:60], "no PDF file that can be read"),
        (b"\xff\xfe\x00", "neither a PDF file nor text"),
        (b"PK\x03\x04\0\0", "neither a PDF file nor text"),
    ],
)
def test_other_files_are_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        expanded(DocumentPart("odd.bin", data))
    assert "'odd.bin'" in caught.value.message


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PAGES", 2)
    with pytest.raises(TooLarge, match="3 pages; at most 2"):
        expanded(DocumentPart("long.pdf", pdf("1", "2", "3")))


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pypdfium2":
            raise ModuleNotFoundError(name)
        return find(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvalidRequest, match=r"trinity-moe\[pdf\]"):
        expanded(DocumentPart("a.pdf", pdf("x")))


def test_documents_come_as_data_urls_or_base64() -> None:
    data = base64.b64encode(b"hello").decode()
    for url in (data, f"data:text/plain;charset=utf-8;base64,{data}", f"data:;base64,{data}"):
        assert document_from_data_url(url, "a.txt") == DocumentPart("a.txt", b"hello")
    assert document_from_data_url(data, None).name == "document"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.com/a.pdf", "not fetched"),
        ("data:text/plain,hello", "not valid base64"),
        ("a", "not valid base64"),
        ("data:text/plain;base64,", "is empty"),
    ],
)
def test_other_urls_are_refused(url: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        document_from_data_url(url, None)


def test_a_prompt_holds_a_document_like_text_and_pictures_of_its_own(official: Tokenizer) -> None:
    file = DocumentPart("a.pdf", pdf("Total 42"))
    question = TextPart("How much?")
    documented = Message(role="user", parts=(file, question))
    [by_hand], _ = with_documents([documented], VISION, 16)

    def prompt(message: Message) -> Any:
        return render([message], (), "none", official, VISION)

    assert prompt(documented).token_ids == prompt(by_hand).token_ids
    assert len(prompt(documented).images) == 1
