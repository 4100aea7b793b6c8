import itertools
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from trinity.errors import InvalidRequest
from trinity.server.multipart import MAX_FIELDS, FieldBegin, FormReader

KIND = "multipart/form-data; boundary=XX"


def fields_of(kind: str, chunks: list[bytes]) -> list[tuple[str, str | None, bytes]]:
    reader = FormReader(kind)
    fields: list[Any] = []
    for chunk in chunks:
        for piece in reader.feed(chunk):
            if isinstance(piece, FieldBegin):
                fields.append([piece.name, piece.filename, b""])
            else:
                fields[-1][2] += piece
    reader.close()
    return [tuple(field) for field in fields]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


# Bytes that look like what separates fields are the interesting ones.
CONTENT = st.lists(
    st.sampled_from([b"\r\n", b"--", b"XX", b"\r\n--XX", b"\r\n--", b"\r", b"\n", b"a", b"\0"])
).map(b"".join)


@given(content=st.binary(max_size=200), places=st.lists(st.integers(0, 10_000), max_size=8))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_a_client_sends_comes_back_however_it_is_cut(
    content: bytes, places: list[int]
) -> None:
    request = httpx2.Request(
        "POST",
        "http://x",
        data={"purpose": "batch"},
        files={"file": ('na"me \u00e9.jsonl', content)},
    )
    body = request.read()
    fields = fields_of(request.headers["content-type"], cut(body, places))
    assert fields[0] == ("purpose", None, b"batch")
    assert (fields[1][0], fields[1][2]) == ("file", content)
    assert "\u00e9.jsonl" in str(fields[1][1])


@given(content=CONTENT, places=st.lists(st.integers(0, 10_000), max_size=8))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_contents_that_look_like_boundaries(content: bytes, places: list[int]) -> None:
    body = b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + content + b"\r\n--XX--"
    whole, ends = b"\r\n" + content, b"\r\n--XX"
    if ends in whole + b"\r\n":
        return  # then it is one
    assert fields_of(KIND, cut(body, places)) == [("a", None, content)]


def test_what_stands_after_is_for_nobody() -> None:
    field = b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n'
    assert fields_of(KIND, [field + b"--XX--\r\nbye\r\n--XX\r\n"]) == [("a", None, b"value")]


def head(text: str) -> bytes:
    return f"--XX\r\n{text}\r\n\r\nx\r\n--XX--".encode("latin-1")


NAMED = 'Content-Disposition: form-data; name="a"'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "before its last boundary"),
        (b"--XX", "before its last boundary"),
        (head(NAMED)[:-2], "before its last boundary"),
        (b"--XXY\r\n", "no valid form"),
        (head("Content-Type: text/plain"), "has no name"),
        (head("Content-Disposition: form-data"), "has no name"),
        (head('Content-Disposition: attachment; name="a"'), "has no name"),
        (head("nonsense"), "no valid form"),
        (head(f"{NAMED}\r\nContent-Transfer-Encoding: base64"), "encoded as 'base64'"),
        (head('Content-Disposition: form-data; name="\xff"'), "not UTF-8"),
        (head(f"{NAMED}\r\nX: {'y' * 9000}"), "no valid form"),
        (b"--XX\r\n" + b"X: y\r\n" * 5000, "no valid form"),
        (head(NAMED).removesuffix(b"--XX--") * (MAX_FIELDS + 1), "more than 16 fields"),
    ],
)
def test_what_is_no_form_is_one_sentence(body: bytes, said: str) -> None:
    for chunks in ([body], [body[i : i + 7] for i in range(0, len(body), 7)]):
        with pytest.raises(InvalidRequest, match=said):
            fields_of(KIND, chunks)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain; boundary=XX",
        "multipart/form-data",
        "multipart/mixed; boundary=XX",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\u00e9",
        f"multipart/form-data; boundary={'x' * 71}",
    ],
)
def test_other_types_are_refused(kind: str) -> None:
    with pytest.raises(HTTPException) as caught:
        FormReader(kind)
    assert caught.value.status_code == 415
