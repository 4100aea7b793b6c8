import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.e2e.conftest import Running, Start
from trinity.engine.llm import LLM

MESSAGES = [{"role": "user", "content": "What is 2 + 2?"}]


@pytest.fixture(scope="module")
def server(start_shared: Start) -> Running:
    return start_shared(LLM.load())


def post(server: Running, path: str, **body: Any) -> Any:
    return server.http.post(path, json=body)


def test_a_text_is_split_and_joined_again(server: Running) -> None:
    text = "Grüße, 2 + 2 = 4 [INST]"
    found = post(server, "/tokenize", prompt=text, return_token_strs=True).json()
    assert found["count"] == len(found["tokens"]) == len(found["token_strs"])
    assert found["max_model_len"] == server.llm.max_context
    assert found["token_strs"][0] == "<s>"
    assert post(server, "/detokenize", tokens=found["tokens"]).json() == {"prompt": f"<s>{text}"}
    bare = post(server, "/tokenize", prompt=text, add_special_tokens=False).json()
    assert bare["tokens"] == found["tokens"][1:]
    assert bare["token_strs"] is None


def test_a_chat_is_counted_as_its_answer_counts_it(server: Running) -> None:
    options = {"model": "mini", "messages": MESSAGES, "reasoning_effort": "low"}
    found = post(server, "/tokenize", **options).json()
    answer = post(server, "/v1/chat/completions", max_tokens=1, **options).json()
    assert found["count"] == answer["usage"]["prompt_tokens"]


def test_a_rendered_prompt_is_what_the_model_reads(server: Running) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(buffer, "PNG")
    url = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    content = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": "Which colour?"},
    ]
    body = {
        "model": "mini",
        "messages": [{"role": "user", "content": content}],
        "reasoning_effort": "high",
        "safe_prompt": True,
    }
    shown = post(server, "/v1/chat/completions/render", **body).json()
    assert shown["prompt"].startswith("<s>")
    assert shown["prompt"].endswith("Which colour?[/INST]")
    [image] = shown["images"]
    assert shown["prompt"].count("[IMG]") == image["rows"] * image["columns"]
    assert image["tokens"] == image["rows"] * (image["columns"] + 1)
    assert shown["effective"]["level"] == "high"
    assert shown["warnings"] == ["safe_prompt is not supported and had no effect."]
    found = post(server, "/tokenize", **body).json()
    assert found["tokens"] == shown["token_ids"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/tokenize", {}, "prompt is missing."),
        ("/tokenize", {"prompt": "x", "modle": "mini"}, "no parameter 'modle'"),
        ("/tokenize", {"prompt": "x", "model": "other"}, "There is no model 'other'"),
        ("/tokenize", {"messages": []}, "messages"),
        ("/detokenize", {"tokens": [999_999]}, "There is no token 999999"),
        ("/detokenize", {"tokens": [-1]}, "tokens[0]"),
        ("/v1/chat/completions/render", {"model": "mini"}, "messages is missing."),
    ],
)
def test_bad_bodies_are_refused(
    server: Running, path: str, body: dict[str, Any], sentence: str
) -> None:
    answer = post(server, path, **body)
    assert answer.status_code in (400, 404)
    assert sentence in answer.json()["error"]["message"]
