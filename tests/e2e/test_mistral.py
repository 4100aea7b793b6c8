import json
from collections.abc import Iterator
from typing import Any

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, SDKError
from mistralai.client.models import TextChunk, ThinkChunk

from tests.e2e.conftest import Running, Start
from tests.e2e.fake_llm import CALLS, FakeLLM, Say, Script
from trinity.types import (
    DocumentPart,
    IntensityRequest,
    Message,
    Phase,
    Structure,
    TextPart,
    TextRequest,
    ThinkingPart,
    ToolCall,
)

TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
HELLO = [{"role": "user", "content": "2 + 2?"}]
THOUGHT = [{"type": "thinking", "thinking": [{"type": "text", "text": "Add them."}]}]


@pytest.fixture
def server(start: Start) -> Running:
    return start()


@pytest.fixture(params=["", "/mistral"])
def client(server: Running, request: pytest.FixtureRequest) -> Iterator[Mistral]:
    """The official client, at the root and at the prefix."""
    with a_client(server, request.param) as client:
        yield client


def a_client(server: Running, prefix: str = "/mistral") -> Mistral:
    return Mistral(api_key="unused", server_url=server.url + prefix, timeout_ms=20_000)


def ask(client: Mistral, **options: Any) -> Any:
    return client.chat.complete(**{"model": "fake", "messages": HELLO, **options})


def deltas(client: Mistral, **options: Any) -> list[Any]:
    stream = client.chat.stream(**{"model": "fake", "messages": HELLO, **options})
    return [event.data for event in stream]


def calling(start: Start) -> Running:
    return start(FakeLLM(Script(says=CALLS, reason="tool_calls")))


def test_thinking_arrives_as_chunks(client: Mistral) -> None:
    answer = ask(client, reasoning_effort="high", random_seed=7)
    [choice] = answer.choices
    thought, text = choice.message.content
    assert isinstance(thought, ThinkChunk)
    assert isinstance(text, TextChunk)
    assert [part.text for part in thought.thinking] == ["Add them."]
    assert (thought.closed, text.text, choice.finish_reason) == (True, "Four.", "stop")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_what_does_not_think_answers_in_plain_text(start: Start) -> None:
    server = start(FakeLLM(Script(says=(Say("Four."),))))
    with a_client(server) as client:
        assert ask(client).choices[0].message.content == "Four."
        said = [chunk.choices[0].delta.content for chunk in deltas(client)]
    assert "".join(part or "" for part in said) == "Four."


def test_a_stream_says_the_same(client: Mistral) -> None:
    whole = ask(client)
    chunks = deltas(client)
    parts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
    thoughts = [part for part in parts if isinstance(part, list)]
    assert all(isinstance(chunk, ThinkChunk) for part in thoughts[:-1] for chunk in part)
    closing, first_text = thoughts[-1]
    assert (closing.closed, closing.thinking) == (True, [])
    thinking = "".join(t.text for part in thoughts[:-1] for c in part for t in c.thinking)
    text = first_text.text + "".join(part for part in parts if isinstance(part, str))
    thought, said = whole.choices[0].message.content
    assert (thinking, text) == (thought.thinking[0].text, said.text)
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_calls_come_whole_and_with_ids_of_their_own(start: Start) -> None:
    server = calling(start)
    with a_client(server) as client:
        message = ask(client, tools=[TOOL]).choices[0].message
        chunks = deltas(client, tools=[TOOL])
    streamed = [call for c in chunks for call in c.choices[0].delta.tool_calls or []]
    for calls in (message.tool_calls, streamed):
        assert [(call.index, call.function.name) for call in calls] == [(0, "weather"), (1, "time")]
        assert [json.loads(call.function.arguments) for call in calls] == [{"city": "Oslo"}, {}]
        assert all(len(call.id) == 9 and call.id.isalnum() for call in calls)
    assert message.content[0].thinking[0].text == "Look it up."
    closings = [
        chunk.closed
        for c in chunks
        if isinstance(c.choices[0].delta.content, list)
        for chunk in c.choices[0].delta.content
    ]
    assert closings[-1] is True
    assert not any(closings[:-1])


def test_a_thought_that_was_cut_off_is_closed(start: Start) -> None:
    server = start(FakeLLM(Script(says=(Say("Add", Phase.THINKING),), reason="length")))
    with a_client(server) as client:
        [thought] = ask(client).choices[0].message.content
        last = deltas(client)[-2].choices[0].delta.content
    assert (thought.closed, last[0].closed) == (True, True)


def test_parameters_reach_the_model(server: Running, client: Mistral) -> None:
    ask(
        client,
        reasoning_effort="high",
        random_seed=7,
        max_tokens=9,
        stop=["x"],
        temperature=0.3,
        n=2,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True},
        },
    )
    [request] = server.llm.requests
    assert request.sampling.seed == 7
    assert request.sampling.max_tokens == 9
    assert request.sampling.stop == ("x",)
    assert request.n == 2
    assert request.intensity == IntensityRequest(reasoning_effort="high")
    assert request.structure == Structure(
        kind="json_schema", source='{"type": "object"}', strict=True
    )


def test_a_conversation_is_read_as_the_client_writes_it(server: Running, client: Mistral) -> None:
    call = {"id": "abcdefghi", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    messages = [
        *HELLO,
        {"role": "assistant", "content": THOUGHT, "tool_calls": [call]},
        {"role": "tool", "name": "weather", "tool_call_id": "abcdefghi", "content": "Rain."},
        {"role": "assistant", "content": "It", "prefix": True},
    ]
    ask(client, messages=messages, tools=[TOOL])
    [request] = server.llm.requests
    assert request.messages[1:] == (
        Message(
            role="assistant",
            parts=(ThinkingPart("Add them."),),
            tool_calls=(ToolCall(id="abcdefghi", name="weather", arguments='{"city": "Oslo"}'),),
        ),
        Message(role="tool", parts=(TextPart("Rain."),), tool_call_id="abcdefghi"),
        Message(role="assistant", parts=(TextPart("It"),)),
    )
    assert request.continues


@pytest.mark.parametrize(
    ("options", "effort"),
    [
        ({}, "none"),
        ({"reasoning_effort": "low"}, "low"),
        ({"prompt_mode": "reasoning"}, "high"),
        ({"thinking_token_budget": 100}, "high"),
        ({"intensity": 40}, None),
        ({"messages": [{"role": "system", "content": "reasoning_effort: low"}, *HELLO]}, None),
    ],
)
def test_who_asks_for_no_thinking_gets_none(
    server: Running, options: dict[str, Any], effort: str | None
) -> None:
    body = {"model": "fake", "messages": HELLO, **options}
    assert server.http.post("/mistral/v1/chat/completions", json=body).status_code == 200
    assert server.llm.requests[0].intensity.reasoning_effort == effort


def test_a_body_in_its_words_is_known_on_the_other_route(server: Running) -> None:
    body = {"model": "fake", "messages": HELLO, "random_seed": 3}
    answer = server.post(body).json()
    assert answer["choices"][0]["message"]["content"][0]["type"] == "thinking"
    assert server.llm.requests[0].sampling.seed == 3
    plain = server.post({"model": "fake", "messages": HELLO, "seed": 3}).json()
    assert plain["choices"][0]["message"]["content"] == "Four."


def test_what_has_no_effect_is_named(server: Running) -> None:
    body = {"model": "fake", "messages": HELLO, "safe_prompt": True, "prompt_mode": "reasoning"}
    answer = server.http.post("/mistral/v1/chat/completions", json=body).json()
    warnings = answer["trinity"]["warnings"]
    assert "safe_prompt is not supported and had no effect." in warnings
    assert any(warning.startswith("prompt_mode belongs to earlier models") for warning in warnings)
    quiet = {**body, "safe_prompt": False, "prompt_mode": None, "strict": True}
    assert server.http.post("/mistral/v1/chat/completions", json=quiet).status_code == 200
    refused = server.http.post("/mistral/v1/chat/completions", json={**body, "strict": True})
    assert refused.status_code == 400


def test_errors_have_the_form_that_the_client_knows(client: Mistral) -> None:
    with pytest.raises(HTTPValidationError) as wrong:
        ask(client, temperature=9)
    [detail] = wrong.value.data.detail
    assert (detail.loc, "9" in detail.msg) == (["body", "temperature"], True)
    with pytest.raises(SDKError) as missing:
        ask(client, model="other")
    body = json.loads(missing.value.body)
    assert (missing.value.status_code, body["object"], body["code"]) == (
        404,
        "error",
        "model_not_found",
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"random_seed": 1, "seed": 2}, "two names of one parameter"),
        ({"prompt_mode": "fast"}, "it may be reasoning"),
        ({"messages": ["x"]}, "messages"),
        ({"messages": [{"role": "user", "content": "x", "prefix": True}, *HELLO]}, "the last"),
    ],
)
def test_bad_bodies_are_refused(server: Running, fields: dict[str, Any], sentence: str) -> None:
    body = {"model": "fake", "messages": HELLO, **fields}
    answer = server.http.post("/mistral/v1/chat/completions", json=body)
    assert answer.status_code in (400, 422)
    assert sentence in answer.text


def test_a_failure_in_the_middle_ends_the_stream_with_an_error(start: Start) -> None:
    server = start(FakeLLM(Script(fail_after=2)))
    body = {"model": "fake", "messages": HELLO, "stream": True}
    events = server.http.post("/mistral/v1/chat/completions", json=body).text
    last = json.loads(events.strip().splitlines()[-1].removeprefix("data: "))
    assert (last["object"], "not finite" in last["message"]) == ("error", True)


def test_a_gap_is_filled(start: Start) -> None:
    server = start(FakeLLM(Script(says=(Say("return 1"),))))
    with a_client(server) as client:
        options = {"model": "fake", "prompt": "def f():\n", "suffix": "\nf()", "random_seed": 2}
        whole = client.fim.complete(**options)
        parts = [
            event.data.choices[0].delta.content or "" for event in client.fim.stream(**options)
        ]
    assert whole.choices[0].message.content == "".join(parts) == "return 1"
    request = server.llm.requests[0]
    assert isinstance(request, TextRequest)
    assert (request.text, request.suffix, request.sampling.seed) == ("def f():\n", "\nf()", 2)


def test_models_are_listed_with_what_they_can_do(client: Mistral) -> None:
    [card] = client.models.list().data
    assert card.id == "fake"
    assert card.max_context_length == 1000
    assert card.capabilities.completion_chat
    assert card.capabilities.reasoning
    assert client.models.retrieve(model_id="fake").id == "fake"


def test_documents_reach_the_model(server: Running, client: Mistral) -> None:
    url = "data:application/pdf;base64,JVBERi0xLjQ="
    content = [
        {"type": "document_url", "document_url": url, "document_name": "a.pdf"},
        {"type": "text", "text": "How much?"},
    ]
    ask(client, messages=[{"role": "user", "content": content}])
    [message] = server.llm.requests[0].messages
    assert message.parts == (DocumentPart("a.pdf", b"%PDF-1.4"), TextPart("How much?"))
