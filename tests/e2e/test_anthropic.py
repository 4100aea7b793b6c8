import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from PIL import Image

from tests.e2e.conftest import Running, Start
from tests.e2e.fake_llm import CALLS, FakeLLM, Say, Script
from trinity.server.app import Limits
from trinity.types import (
    DocumentPart,
    ImagePart,
    IntensityRequest,
    Message,
    Mode,
    Structure,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCall,
    ToolChoice,
)

TOOL = {
    "name": "weather",
    "description": "Now.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SAID_AND_CALLED = (*CALLS[:2], Say("One moment."), *CALLS[2:])
HELLO = [{"role": "user", "content": "2 + 2?"}]


@pytest.fixture
def server(start: Start) -> Running:
    return start()


@pytest.fixture
def client(server: Running) -> Iterator[anthropic.Anthropic]:
    with a_client(server) as client:
        yield client


def a_client(server: Running, **options: Any) -> anthropic.Anthropic:
    settings = {"api_key": "unused", "max_retries": 0, "timeout": 20} | options
    return anthropic.Anthropic(base_url=server.url, **settings)


def ask(client: anthropic.Anthropic, **options: Any) -> Any:
    settings = {"model": "fake", "max_tokens": 99, "messages": HELLO} | options
    return client.messages.create(**settings)


def calling(start: Start) -> Running:
    return start(FakeLLM(Script(says=SAID_AND_CALLED, reason="tool_calls")))


def test_a_message_has_every_field_that_clients_read(
    server: Running, client: anthropic.Anthropic
) -> None:
    answer = ask(client, thinking={"type": "enabled", "budget_tokens": 1024})
    assert answer.id.startswith("msg_")
    assert (answer.type, answer.role, answer.model) == ("message", "assistant", "fake")
    thinking, text = answer.content
    assert (thinking.type, thinking.thinking) == ("thinking", "Add them.")
    assert thinking.signature
    assert (text.type, text.text) == ("text", "Four.")
    assert (answer.stop_reason, answer.stop_sequence) == ("end_turn", None)
    usage = answer.usage
    assert usage.input_tokens + usage.cache_read_input_tokens == 6
    assert usage.output_tokens > usage.output_tokens_details.thinking_tokens > 0
    extension = answer.model_extra["trinity"]
    assert extension["warnings"] == ["From prepare."]
    assert extension["requested"] == {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    assert extension["effective"]["seed"] == 5
    assert server.http.get("/livez").headers["request-id"]


def test_a_stream_says_the_same(client: anthropic.Anthropic) -> None:
    whole = ask(client)
    with client.messages.stream(model="fake", max_tokens=99, messages=HELLO) as stream:
        kinds = [event.type for event in stream]
        streamed = stream.get_final_message()
    (thinking, text), (whole_thinking, whole_text) = streamed.content, whole.content
    assert thinking == whole_thinking
    assert text.text == whole_text.text
    assert streamed.stop_reason == whole.stop_reason
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2


def test_calls_of_tools(start: Start) -> None:
    server = calling(start)
    with a_client(server) as client:
        whole = ask(client, tools=[TOOL])
        settings = {"model": "fake", "max_tokens": 99, "messages": HELLO, "tools": [TOOL]}
        with client.messages.stream(**settings) as stream:
            streamed = stream.get_final_message()
    for answer in (whole, streamed):
        assert answer.stop_reason == "tool_use"
        kinds = [block.type for block in answer.content]
        assert kinds == ["thinking", "text", "tool_use", "tool_use"]
        weather, time = answer.content[2:]
        assert (weather.name, weather.input) == ("weather", {"city": "Oslo"})
        assert (time.name, time.input) == ("time", {})
        assert weather.id != time.id
    assert server.llm.requests[0].tools == (
        Tool(name="weather", description="Now.", parameters=TOOL["input_schema"]),
    )


def test_a_conversation_arrives_whole(server: Running, client: anthropic.Anthropic) -> None:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    call = {"type": "tool_use", "id": "abcdefghi", "name": "weather", "input": {"city": "Oslo"}}
    result = {
        "type": "tool_result",
        "tool_use_id": "abcdefghi",
        "content": "rain",
        "is_error": True,
    }
    ask(
        client,
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        tools=[TOOL],
        messages=[
            {"role": "user", "content": [image, {"type": "text", "text": "What?"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "See.", "signature": "x"},
                    {"type": "text", "text": "Red."},
                    call,
                ],
            },
            {"role": "user", "content": [result, {"type": "text", "text": "And?"}]},
        ],
    )
    [request] = server.llm.requests
    assert request.messages == (
        Message(role="system", parts=(TextPart("Be brief."),)),
        Message(role="user", parts=(ImagePart(file.getvalue()), TextPart("What?"))),
        Message(
            role="assistant",
            parts=(ThinkingPart("See."), TextPart("Red.")),
            tool_calls=(ToolCall(id="abcdefghi", name="weather", arguments='{"city": "Oslo"}'),),
        ),
        Message(
            role="tool", parts=(TextPart("Error: "), TextPart("rain")), tool_call_id="abcdefghi"
        ),
        Message(role="user", parts=(TextPart("And?"),)),
    )


@pytest.mark.parametrize(
    ("options", "effort", "budget"),
    [
        ({}, "none", None),
        ({"system": "reasoning_effort: low"}, None, None),
        ({"thinking": {"type": "disabled"}}, "none", 0),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "high", 2000),
        ({"thinking": {"type": "adaptive"}}, None, None),
        ({"output_config": {"effort": "max"}}, "max", None),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}, "low", None),
        ({"extra_body": {"reasoning_effort": "minimal"}}, "minimal", None),
        ({"extra_body": {"thinking_token_budget": 7, "reasoning_effort": "high"}}, "high", 7),
    ],
)
def test_how_hard_to_think(
    server: Running,
    client: anthropic.Anthropic,
    options: dict[str, Any],
    effort: str | None,
    budget: int | None,
) -> None:
    ask(client, **options)
    assert server.llm.requests[0].intensity == IntensityRequest(
        reasoning_effort=effort, thinking_token_budget=budget
    )


def test_sampling_and_extensions_arrive(server: Running, client: anthropic.Anthropic) -> None:
    body = {"seed": 3, "mode": "latency", "intensity": 40, "active_experts": 2}
    body |= {"temperature": 0.5, "top_p": 0.9, "top_k": 7}  # of earlier versions of the client
    ask(
        client,
        stop_sequences=["X"],
        metadata={"user_id": "me"},
        extra_body=body,
    )
    [request] = server.llm.requests
    sampling = request.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k) == (0.5, 0.9, 7)
    assert (sampling.stop, sampling.seed, sampling.max_tokens) == (("X",), 3, 99)
    assert request.mode is Mode.LATENCY
    assert request.intensity == IntensityRequest(intensity=40, active_experts=2)


def test_what_must_be_said(server: Running, client: anthropic.Anthropic) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    ask(client, output_config={"format": {"type": "json_schema", "schema": schema}})
    ask(client, tools=[TOOL], tool_choice={"type": "any", "disable_parallel_tool_use": True})
    ask(client, tools=[TOOL], tool_choice={"type": "tool", "name": "weather"})
    ask(client, tools=[TOOL])
    ask(client, tools=[TOOL], tool_choice={"type": "none"})
    form, one, named, free, none = server.llm.requests
    assert form.structure == Structure(kind="json_schema", source=json.dumps(schema))
    names = ("weather",)
    assert one.tool_choice == ToolChoice(required=True, names=names, parallel=False)
    assert named.tool_choice == ToolChoice(required=True, names=names)
    assert free.tool_choice == ToolChoice(names=names)
    assert none.tools == ()


def test_a_begun_answer_is_gone_on_with(server: Running, client: anthropic.Anthropic) -> None:
    ask(client, messages=[*HELLO, {"role": "assistant", "content": "It is"}])
    ask(client)
    assert [request.continues for request in server.llm.requests] == [True, False]


def test_stop_reasons(start: Start) -> None:
    for reason, stop, shown in (
        ("length", None, ("max_tokens", None)),
        ("stop", "X", ("stop_sequence", "X")),
    ):
        server = start(FakeLLM(Script(reason=reason, stop_string=stop)))
        with a_client(server) as client:
            answer = ask(client)
        assert (answer.stop_reason, answer.stop_sequence) == shown


def test_a_long_silence_is_kept_alive_by_pings(start: Start) -> None:
    server = start(FakeLLM(Script(first_step_s=0.5)), limits=Limits(keep_alive_s=0.05))
    body = {"model": "fake", "max_tokens": 99, "messages": HELLO, "stream": True}
    lines = server.http.post("/v1/messages", json=body).text.splitlines()
    assert lines[lines.index("event: ping") + 1] == 'data: {"type":"ping"}'
    kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert kinds[-1] == "message_stop"


def test_a_failure_is_told_in_the_dialect(start: Start) -> None:
    server = start(FakeLLM(Script(fail_after=3)))
    settings = {"model": "fake", "max_tokens": 99, "messages": HELLO}
    with a_client(server) as client:
        with pytest.raises(anthropic.APIError), client.messages.stream(**settings) as stream:
            stream.get_final_message()
        with pytest.raises(anthropic.InternalServerError) as caught:
            ask(client)
    assert caught.value.body["error"]["type"] == "api_error"


def test_empty_turns_reach_the_model_which_refuses_them(
    server: Running, client: anthropic.Anthropic
) -> None:
    ask(client, messages=[{"role": "user", "content": []}])
    assert server.llm.requests[0].messages == (Message(role="user"),)


def test_tokens_are_counted_without_an_answer(server: Running, client: anthropic.Anthropic) -> None:
    count = client.messages.count_tokens(model="fake", messages=HELLO)
    assert count.input_tokens == 6
    assert not server.llm.engine.stats.steps


def test_models_in_the_dialect(client: anthropic.Anthropic) -> None:
    [model] = client.models.list().data
    assert (model.id, model.type, model.max_input_tokens) == ("fake", "model", 1000)
    assert client.models.retrieve("fake").created_at == model.created_at
    with pytest.raises(anthropic.NotFoundError, match="There is no model 'other' here"):
        ask(client, model="other")


def test_nothing_is_ignored_in_silence(client: anthropic.Anthropic) -> None:
    answer = ask(client, extra_body={"container": "x", "foo": 1})
    assert [warning.split()[0] for warning in answer.model_extra["trinity"]["warnings"]] == [
        "container",
        "foo",
        "From",
    ]
    with pytest.raises(anthropic.BadRequestError, match="foo is not supported"):
        ask(client, extra_body={"foo": 1, "strict": True})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"extra_body": {"temperature": 1.5}}, r"temperature is 1\.5"),
        ({"messages": [{"role": "user", "content": [{"type": "audio"}]}]}, "messages"),
        ({"tool_choice": {"type": "any"}}, "`tool_choice` needs `tools`"),
        ({"tools": [TOOL], "tool_choice": {"type": "tool"}}, "the type tool and no name"),
        (
            {"output_config": {"effort": "low"}, "extra_body": {"reasoning_effort": "max"}},
            "give one",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}],
                    }
                ]
            },
            "only the assistant's may",
        ),
    ],
)
def test_mistakes_are_told_in_the_dialect(
    client: anthropic.Anthropic, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=message) as caught:
        ask(client, **options)
    assert caught.value.body["type"] == "error"
    assert caught.value.body["error"]["type"] == "invalid_request_error"


def test_keys_are_taken_as_these_clients_send_them(start: Start) -> None:
    server = start(keys=("secret",))
    with a_client(server, api_key="secret") as client:
        assert ask(client).content
    with (
        a_client(server, api_key="wrong") as client,
        pytest.raises(anthropic.AuthenticationError, match="missing or wrong") as caught,
    ):
        ask(client)
    assert caught.value.body["error"]["type"] == "authentication_error"


def test_documents_reach_the_model_by_their_titles(
    server: Running, client: anthropic.Anthropic
) -> None:
    data = base64.b64encode(b"%PDF-1.4").decode()
    pdf = {"type": "base64", "media_type": "application/pdf", "data": data}
    text = {"type": "text", "media_type": "text/plain", "data": "Rain."}
    content = [
        {"type": "document", "source": pdf, "title": "a.pdf", "context": "A bill."},
        {"type": "document", "source": text},
        {"type": "text", "text": "How much?"},
    ]
    ask(client, messages=[{"role": "user", "content": content}])
    [message] = server.llm.requests[0].messages
    assert message.parts == (
        TextPart("A bill.\n"),
        DocumentPart("a.pdf", b"%PDF-1.4"),
        DocumentPart("document", b"Rain."),
        TextPart("How much?"),
    )


def test_a_mistake_in_a_block_is_placed_without_its_type(client: anthropic.Anthropic) -> None:
    blocks = [{"type": "tool_use", "name": "weather", "input": {}}]
    with pytest.raises(anthropic.BadRequestError) as caught:
        ask(client, messages=[*HELLO, {"role": "assistant", "content": blocks}])
    assert "messages[1].content[0].id is missing." in str(caught.value)
