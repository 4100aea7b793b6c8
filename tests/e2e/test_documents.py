import base64
from typing import Any

import openai
import pytest

from tests.e2e.conftest import Running, Start
from tests.unit.inputs.pdf import pdf
from trinity.engine.llm import LLM

DATA = base64.b64encode(pdf("Total 42")).decode()
QUESTION = {"type": "text", "text": "How much?"}


@pytest.fixture(scope="module")
def server(start_shared: Start) -> Running:
    return start_shared(LLM.load())


def file(**fields: Any) -> dict[str, Any]:
    return {"type": "file", "file": fields}


def rendered(server: Running, *content: dict[str, Any]) -> Any:
    body = {"model": "mini", "messages": [{"role": "user", "content": list(content)}]}
    return server.http.post("/v1/chat/completions/render", json=body)


def test_a_page_is_read_and_seen(server: Running) -> None:
    url = f"data:application/pdf;base64,{DATA}"
    shown = rendered(server, file(filename="bill.pdf", file_data=url), QUESTION).json()
    assert "File bill.pdf, page 1 of 1:\nTotal 42\n" in shown["prompt"]
    assert len(shown["images"]) == 1
    content = [file(filename="bill.pdf", file_data=url), QUESTION]
    answer = server.post(
        {"model": "mini", "messages": [{"role": "user", "content": content}], "max_tokens": 1}
    ).json()
    told = answer["usage"]["prompt_tokens_details"]["image_tokens"]
    assert told == shown["images"][0]["tokens"]


def test_the_responses_dialect_reads_the_same(server: Running) -> None:
    content = [
        {"type": "input_file", "filename": "bill.pdf", "file_data": DATA},
        {"type": "input_text", "text": "How much?"},
    ]
    count = server.client.responses.input_tokens.count(
        model="mini", input=[{"role": "user", "content": content}]
    )
    shown = rendered(server, file(filename="bill.pdf", file_data=DATA), QUESTION).json()
    assert count.input_tokens == len(shown["token_ids"])


@pytest.mark.parametrize(
    ("fields", "sentence", "param"),
    [
        ({"file_id": "file-1"}, "not looked up by id", "file_id"),
        ({"filename": "a.pdf"}, "send the document as `file_data`", "file_data"),
        ({"file_data": "https://example.com/a.pdf"}, "not fetched", "file_data"),
    ],
)
def test_what_is_no_document_is_refused(
    server: Running, fields: dict[str, Any], sentence: str, param: str
) -> None:
    error = rendered(server, file(**fields), QUESTION).json()["error"]
    assert sentence in error["message"]
    assert error["param"] == f"messages[0].content[0].file.{param}"


def test_a_damaged_file_is_a_sentence(server: Running) -> None:
    data = base64.b64encode(b"%PDF-1.4 nonsense").decode()
    with pytest.raises(openai.BadRequestError, match=r"'odd\.pdf' is no PDF file"):
        server.client.chat.completions.create(
            model="mini",
            messages=[{"role": "user", "content": [file(filename="odd.pdf", file_data=data)]}],
        )
