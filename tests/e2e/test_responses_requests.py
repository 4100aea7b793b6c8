import json
from typing import Any

import openai
import pytest

from tests.e2e.conftest import Running, Start
from tests.e2e.response_calls import TOOL, ask, frames, post, red_square
from trinity.types import IntensityRequest, Message, Mode, Structure, ToolChoice


@pytest.fixture
def server(start: Start) -> Running:
    return start()


def test_sampling_and_extensions_arrive(server: Running) -> None:
    answer = ask(
        server,
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=99,
        service_tier="flex",
        reasoning={"effort": "high"},
        extra_body={
            "seed": 3,
            "active_experts": 2,
            "thinking_token_budget": 7,
            "presence_penalty": 0.5,
            "frequency_penalty": -0.5,
        },
    )
    [request] = server.llm.requests
    sampling = request.sampling
    assert (sampling.temperature, sampling.top_p, sampling.seed) == (0.5, 0.9, 3)
    assert (sampling.presence_penalty, sampling.frequency_penalty) == (0.5, -0.5)
    assert (sampling.max_tokens, sampling.logprobs) == (99, None)
    assert request.mode is Mode.THROUGHPUT
    assert answer.service_tier == "flex"
    assert request.intensity == IntensityRequest(
        reasoning_effort="high", active_experts=2, thinking_token_budget=7
    )


@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh", "max"])
def test_efforts_are_repeated_under_either_name(start_shared: Start, effort: str) -> None:
    server = start_shared()
    for options in (
        {"reasoning": {"effort": effort}},
        {"extra_body": {"reasoning_effort": effort}},
    ):
        assert ask(server, **options).reasoning.effort == effort
        assert server.llm.requests[-1].intensity == IntensityRequest(reasoning_effort=effort)


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("form", "structure"),
    [
        ({"type": "text"}, None),
        (
            {"type": "json_object"},
            Structure(kind="json_schema", source='{"type": "object"}', strict=True),
        ),
        (
            {"type": "json_schema", "name": "a", "schema": SCHEMA},
            Structure(kind="json_schema", source=json.dumps(SCHEMA)),
        ),
        (
            {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": True},
            Structure(kind="json_schema", source=json.dumps(SCHEMA), strict=True),
        ),
    ],
)
def test_forms_of_answers(
    start_shared: Start, form: dict[str, Any], structure: Structure | None
) -> None:
    server = start_shared()
    answer = ask(server, text={"format": form, "verbosity": "medium"})
    assert server.llm.requests[-1].structure == structure
    assert answer.to_dict()["text"]["format"] == form
    assert answer.model_extra["trinity"]["warnings"] == ["From prepare."]


@pytest.mark.parametrize(
    ("choice", "read"),
    [
        ("auto", ToolChoice(parallel=False)),
        ("none", ToolChoice(parallel=False)),
        ("required", ToolChoice(required=True, parallel=False)),
        (
            {"type": "function", "name": "weather"},
            ToolChoice(required=True, names=("weather",), parallel=False),
        ),
        (
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": "weather"}],
            },
            ToolChoice(names=("weather",), parallel=False),
        ),
    ],
)
def test_which_tools_must_be_called(start_shared: Start, choice: Any, read: ToolChoice) -> None:
    server = start_shared()
    answer = ask(server, tools=[TOOL], tool_choice=choice, parallel_tool_calls=False)
    request = server.llm.requests[-1]
    assert request.tool_choice == read
    assert len(request.tools) == (0 if choice == "none" else 1)
    shown = answer.to_dict()
    assert (shown["tool_choice"], shown["tools"]) == (choice, [TOOL])
    assert shown["parallel_tool_calls"] is False


def test_nothing_is_ignored_in_silence(server: Running) -> None:
    unread = [{"type": "summary_text", "text": "It adds."}]
    conversation = [
        {"role": "user", "content": [{"type": "input_text", "text": "2 + 2?", "x": 1}]},
        {"type": "reasoning", "summary": unread, "encrypted_content": "abc"},
        {"role": "user", "content": "And?"},
    ]
    body: dict[str, Any] = {
        "tools": [{"type": "web_search", "search_context_size": "low"}, TOOL],
        "include": ["reasoning.encrypted_content"],
        "truncation": "auto",
        "max_tool_calls": 3,
        "reasoning": {"summary": "auto", "context": "auto"},
        "text": {"verbosity": "low"},
        "foo": 1,
    }
    answer = ask(server, conversation, extra_body=body)
    assert answer.model_extra["trinity"]["warnings"] == [
        "tools[0] is a web_search, which is not run here, and was left out.",
        "reasoning.encrypted_content cannot be included and was left out.",
        "input[1] has a summary and no reasoning_text, and was left out.",
        *(
            f"{name} is not supported and had no effect."
            for name in (
                "foo",
                "input[0].content[0].x",
                "input[1].encrypted_content",
                "max_tool_calls",
                "reasoning.summary",
                "text.verbosity",
                "truncation",
            )
        ),
        "From prepare.",
    ]
    shown = answer.to_dict()
    assert (shown["truncation"], shown["text"]["verbosity"]) == ("disabled", "medium")
    assert [tool.name for tool in server.llm.requests[0].tools] == ["weather"]
    assert server.llm.requests[0].messages == (Message.user("2 + 2?"), Message.user("And?"))
    for name, value in body.items():
        with pytest.raises(openai.BadRequestError, match="Refused because of `strict`"):
            ask(server, extra_body={name: value, "strict": True})


def test_what_asks_for_what_happens_anyway_is_no_warning(server: Running) -> None:
    _, url = red_square()
    picture = {"type": "input_image", "image_url": url, "detail": "high"}
    body = {
        "background": False,
        "truncation": "disabled",
        "conversation": None,
        "include": [],
        "stream_options": {"include_obfuscation": False},
        "prompt_cache_key": "k",
        "safety_identifier": "s",
        "stream": True,
        "strict": True,
        "store": True,
    }
    last = frames(server, input=[{"role": "user", "content": [picture]}], **body)[-1]["response"]
    assert last["trinity"]["warnings"] == ["From prepare."]
    assert (last["prompt_cache_key"], last["safety_identifier"]) == ("k", "s")


USER = {"role": "user", "content": "x"}


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"input": None}, "input", "input is missing."),
    ({"input": 5}, "input", "list"),
    ({"input": [USER] * 2049}, "input", "2048"),
    ({"input": [{"role": "boss", "content": "x"}]}, "input[0].role", "'boss'"),
    ({"input": [{"role": "user"}]}, "input[0].content", "missing"),
    ({"input": [{"type": "web_search_call"}]}, "input[0]", "'web_search_call'"),
    (
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": 5}]}]},
        "input[0].content[0].text",
        "is 5",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "input_audio", "file_id": "f"}]}]},
        "input[0].content[0]",
        "'input_audio'",
    ),
    (
        {
            "input": [
                USER,
                {"role": "user", "content": [{"type": "input_image", "image_url": "http://x/y"}]},
            ]
        },
        "input[1].content[0].image_url",
        "not fetched",
    ),
    (
        {
            "input": [
                {
                    "type": "function_call_output",
                    "call_id": "a",
                    "output": [{"type": "input_image", "image_url": "data:image/png;base64,!"}],
                }
            ]
        },
        "input[0].output[0].image_url",
        "not valid",
    ),
    ({"model": None}, "model", "valid string"),
    ({"model": "gpt"}, "model", "no model 'gpt' here"),
    ({"previous_response_id": "resp_x"}, "previous_response_id", "no response 'resp_x' here"),
    ({"max_output_tokens": 0}, "max_output_tokens", "is 0"),
    ({"temperature": 3}, "temperature", "is 3"),
    ({"top_logprobs": 3}, "top_logprobs", "needs `include`"),
    ({"stream_options": {"include_obfuscation": False}}, "stream_options", "needs `stream`"),
    ({"background": True}, "background", "while the client waits"),
    ({"conversation": "conv_1"}, "conversation", "go on from a response"),
    ({"prompt": {"id": "p"}}, "prompt", "write the prompt into"),
    ({"metadata": {"a": 5}}, "metadata.a", "is 5"),
    ({"metadata": {str(i): "x" for i in range(17)}}, "metadata", "16"),
    ({"reasoning": {"effort": "extreme"}}, "reasoning.effort", "'extreme'"),
    (
        {"reasoning": {"effort": "low"}, "reasoning_effort": "max"},
        "reasoning_effort",
        "give one",
    ),
    ({"mode": "latency", "service_tier": "flex"}, "mode", "which means throughput"),
    ({"service_tier": "gold"}, "service_tier", "'gold'"),
    ({"text": {"format": {"type": "yaml"}}}, "text.format.type", "'yaml'"),
    ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema", "no schema"),
    ({"tools": [{"type": "function"}]}, "tools[0].name", "missing"),
    ({"tools": [{}]}, "tools[0].type", "missing"),
    ({"tools": [{"type": "web_search"}], "tool_choice": "required"}, "tool_choice", "functions"),
    ({"tools": [TOOL], "tool_choice": {"type": "web_search"}}, "tool_choice", "not one of"),
    (
        {
            "tools": [TOOL],
            "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp"}]},
        },
        "tool_choice",
        "not one of",
    ),
]


@pytest.mark.parametrize(("body", "param", "words"), MISTAKES)
def test_mistakes_are_one_sentence(
    start_shared: Start, body: dict[str, Any], param: str, words: str
) -> None:
    server = start_shared()
    answer = post(server, **{"input": "hi", **body})
    missing = param in ("model", "previous_response_id") and body.get("model", "") is not None
    assert answer.status_code == (404 if missing else 400)
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["param"], error["type"]) == (param, "invalid_request_error")
    assert words in error["message"]
    assert error["message"].endswith(".")
    assert len(error["message"]) < 400
