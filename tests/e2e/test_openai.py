import asyncio
import base64
import io
import json
from typing import Any

import openai
import pytest
from PIL import Image

from tests.e2e.conftest import Running, Start
from tests.e2e.fake_llm import ARGS, CALLS, TOOL_CALLS, FakeLLM, Say, Script
from trinity.types import (
    ImagePart,
    Message,
    Mode,
    Phase,
    Structure,
    TextPart,
    ThinkingPart,
    ToolCall,
    ToolChoice,
)

THOUGHT, ANSWER = "Add them.", "Four."
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Now.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
def server(start: Start) -> Running:
    return start()


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(file, "PNG")
    return file.getvalue()


def extension(answer: Any) -> dict[str, Any]:
    return answer.model_extra["trinity"]


def test_an_answer_has_every_field_that_clients_read(server: Running) -> None:
    answer = server.ask(reasoning_effort="high", temperature=0.3)
    assert answer.object == "chat.completion"
    assert answer.id.startswith("chatcmpl-")
    assert answer.model == "fake"
    assert answer.system_fingerprint == "trinity-fake"
    assert answer.service_tier == "default"
    (choice,) = answer.choices
    message = choice.message
    assert choice.finish_reason == "stop"
    assert choice.logprobs is None
    assert (message.role, message.content) == ("assistant", ANSWER)
    assert (message.refusal, message.annotations, message.tool_calls) == (None, [], None)
    assert message.model_extra == {"reasoning": THOUGHT, "reasoning_content": THOUGHT}
    usage = answer.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (6, 16, 22)
    assert usage.prompt_tokens_details.cached_tokens == 2
    assert usage.prompt_tokens_details.image_tokens == 0
    assert usage.completion_tokens_details.reasoning_tokens == 10
    assert answer._request_id


def test_an_answer_says_what_was_asked_and_what_was_done(server: Running) -> None:
    extra = {"mode": "throughput", "thinking_token_budget": 9}
    told = extension(server.ask(reasoning_effort="high", temperature=0.3, extra_body=extra))
    assert told["requested"] == {
        "reasoning_effort": "high",
        "temperature": 0.3,
        "mode": "throughput",
        "thinking_token_budget": 9,
    }
    assert told["effective"] == {
        "level": "high",
        "effort_token": "high",
        "active_experts": 3,
        "thinking_token_budget": None,
        "temperature": 0.7,
        "top_p": 1.0,
        "early_exit": None,
        "lossy": False,
        "routing_discount": 1.0,
        "prompt_experts": None,
        "thoughts": 1,
        "mode": "throughput",
        "seed": 5,
        "max_tokens": 99,
    }
    assert told["warnings"] == ["From prepare."]
    assert told["expert_rows"] == 100
    assert told["timings"]["total_s"] >= told["timings"]["first_token_s"] > 0


def test_a_stream_says_the_same_in_order(server: Running) -> None:
    chunks = list(server.ask(stream=True, stream_options={"include_usage": True}))
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    deltas = [chunk.choices[0].delta.model_dump(exclude_unset=True) for chunk in chunks[:-1]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert deltas[-1] == {}
    names = ["reasoning"] * len(THOUGHT) + ["content"] * len(ANSWER)
    assert [next(iter(set(delta) - {"reasoning_content"})) for delta in deltas[1:-1]] == names
    assert "".join(delta.get("reasoning", "") for delta in deltas) == THOUGHT
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == THOUGHT
    assert "".join(delta.get("content", "") for delta in deltas) == ANSWER
    reasons = [chunk.choices[0].finish_reason for chunk in chunks[:-1]]
    assert reasons == [None] * (len(reasons) - 1) + ["stop"]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens == 22
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert extension(chunks[-2])["expert_rows"] == 100


def test_a_stream_on_the_wire(server: Running) -> None:
    body = {"model": "fake", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    answer = server.post(body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-length" not in answer.headers
    events = answer.text.removesuffix("\n\n").split("\n\n")
    assert all(event.startswith("data: ") for event in events)
    assert events[-1] == "data: [DONE]"
    assert not any("usage" in json.loads(event[6:]) for event in events[:-1])


def test_several_choices(server: Running) -> None:
    answer = server.ask(n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert {choice.message.content for choice in answer.choices} == {ANSWER}
    assert answer.usage.completion_tokens == 3 * 16
    assert answer.usage.prompt_tokens_details.cached_tokens == 2
    assert extension(answer)["expert_rows"] == 300
    texts = ["", "", ""]
    ends = []
    extensions = []
    for chunk in server.ask(n=3, stream=True):
        (choice,) = chunk.choices
        texts[choice.index] += choice.delta.content or ""
        ends += [choice.index] if choice.finish_reason else []
        extensions += [chunk] if "trinity" in chunk.model_extra else []
    assert texts == [ANSWER] * 3
    assert ends == [0, 1, 2]
    assert len(extensions) == 1


def test_log_probabilities_of_content_and_thinking(server: Running) -> None:
    logprobs = server.ask(logprobs=True, top_logprobs=2).choices[0].logprobs
    assert [entry.token for entry in logprobs.content] == list(ANSWER)
    first = logprobs.content[0]
    assert (first.logprob, first.bytes) == (-0.5, [ord("F")])
    assert [(top.token, top.logprob, top.bytes) for top in first.top_logprobs] == [
        ("F", -0.5, [ord("F")]),
        ("</s>", -9999.0, None),
    ]
    assert "".join(entry["token"] for entry in logprobs.model_extra["reasoning"]) == THOUGHT
    streamed: dict[str, str] = {"content": "", "reasoning": ""}
    for chunk in server.ask(logprobs=True, stream=True):
        shown = chunk.choices[0].logprobs
        if shown:
            streamed["content"] += "".join(entry.token for entry in shown.content or ())
            streamed["reasoning"] += "".join(
                e["token"] for e in shown.model_extra["reasoning"] or ()
            )
    assert streamed == {"content": ANSWER, "reasoning": THOUGHT}
    assert server.ask(logprobs=True).choices[0].logprobs.content[0].top_logprobs == []


def test_tool_calls(start: Start) -> None:
    server = start(FakeLLM(Script(CALLS, reason="tool_calls")))
    choice = server.ask(tools=[TOOL]).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert [
        (call.function.name, call.function.arguments) for call in choice.message.tool_calls
    ] == [
        ("weather", '{"city": "Oslo"}'),
        ("time", "{}"),
    ]
    ids = {call.id for call in choice.message.tool_calls}
    assert len(ids) == 2
    assert all(len(call_id) == 9 and call_id.isalnum() for call_id in ids)
    (tool,) = server.llm.requests[0].tools
    assert (tool.name, tool.description) == ("weather", "Now.")

    built: dict[int, dict[str, str]] = {}
    for chunk in server.ask(tools=[TOOL], stream=True):
        for piece in chunk.choices[0].delta.tool_calls or ():
            if piece.id:
                built[piece.index] = {"name": piece.function.name, "arguments": ""}
            built[piece.index]["arguments"] += piece.function.arguments
    assert built == {
        0: {"name": "weather", "arguments": '{"city": "Oslo"}'},
        1: {"name": "time", "arguments": "{}"},
    }


def test_a_tool_call_cut_off_in_its_name_is_still_shown(start: Start) -> None:
    server = start(FakeLLM(Script(CALLS[:4], reason="length")))
    choice = server.ask(tools=[TOOL]).choices[0]
    assert choice.finish_reason == "length"
    assert choice.message.tool_calls[0].function.name == "weather"
    chunks = list(server.ask(tools=[TOOL], stream=True))
    assert chunks[-2].choices[0].delta.tool_calls[0].function.name == "weather"
    assert chunks[-1].choices[0].finish_reason == "length"


def test_text_that_comes_with_a_marker_belongs_to_what_was_before(start: Start) -> None:
    says = (
        Say("Wait", Phase.ANSWER),
        Say("!", Phase.ANSWER, TOOL_CALLS),
        Say("tim", Phase.TOOL_CALL),
        Say("e", Phase.TOOL_CALL, ARGS),
        Say("{", Phase.TOOL_CALL),
        Say("}", Phase.TOOL_CALL, TOOL_CALLS),
        Say("weather", Phase.TOOL_CALL),
        Say("", Phase.TOOL_CALL, ARGS),
        Say("{}", Phase.TOOL_CALL),
    )
    server = start(FakeLLM(Script(says, reason="tool_calls")))
    message = server.ask(tools=[TOOL]).choices[0].message
    assert message.content == "Wait!"
    assert [(call.function.name, call.function.arguments) for call in message.tool_calls] == [
        ("time", "{}"),
        ("weather", "{}"),
    ]


def test_the_clients_stream_helper_builds_the_same_answer(start: Start) -> None:
    server = start(FakeLLM(Script(CALLS, reason="tool_calls")))
    messages = [{"role": "user", "content": "hi"}]
    with server.client.chat.completions.stream(
        model="fake", messages=messages, tools=[TOOL]
    ) as stream:
        final = stream.get_final_completion().choices[0]
    assert final.finish_reason == "tool_calls"
    assert [call.function.name for call in final.message.tool_calls] == ["weather", "time"]


def test_every_parameter_reaches_the_model(server: Running) -> None:
    server.ask(
        max_completion_tokens=7,
        temperature=0.5,
        top_p=0.9,
        presence_penalty=1,
        frequency_penalty=-1,
        stop=["a", "b"],
        seed=-3,
        n=2,
        logprobs=True,
        top_logprobs=4,
        logit_bias={"5": 3, "6": -1.5},
        service_tier="priority",
        user="somebody",
        metadata={"a": "b"},
        store=False,
        extra_body={
            "top_k": 5,
            "min_p": 0.1,
            "repetition_penalty": 1.1,
            "active_experts": 3,
            "intensity": 40,
        },
    )
    (request,) = server.llm.requests
    sampling = request.sampling
    assert (sampling.max_tokens, sampling.temperature, sampling.top_p) == (7, 0.5, 0.9)
    assert (sampling.presence_penalty, sampling.frequency_penalty) == (1, -1)
    assert (sampling.stop, sampling.seed, request.n) == (("a", "b"), -3, 2)
    assert (sampling.logprobs, sampling.logit_bias) == (4, ((5, 3.0), (6, -1.5)))
    assert (sampling.top_k, sampling.min_p, sampling.repetition_penalty) == (5, 0.1, 1.1)
    assert request.mode is Mode.LATENCY
    assert (request.intensity.active_experts, request.intensity.intensity) == (3, 40)


def test_every_kind_of_message_reaches_the_model(server: Running) -> None:
    url = "data:image/png;base64," + base64.b64encode(png()).decode()
    call = {"id": "abcdefghi", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": url, "detail": "auto"}},
                {"type": "text", "text": "What?"},
            ],
        },
        {"role": "assistant", "content": "Red.", "reasoning": "See.", "reasoning_content": "See."},
        {"role": "user", "content": "Sure?"},
        {
            "role": "assistant",
            "refusal": None,
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "text", "text": "Yes."},
            ],
            "tool_calls": [call],
        },
        {"role": "tool", "tool_call_id": "abcdefghi", "content": "ok"},
    ]
    answer = server.client.chat.completions.create(model="fake", messages=messages)
    assert extension(answer)["warnings"] == ["From prepare."]
    assert server.llm.requests[0].messages == (
        Message(role="system", parts=(TextPart("Be brief."),)),
        Message(role="system", parts=(TextPart("Be kind."),)),
        Message(role="user", parts=(ImagePart(png()), TextPart("What?"))),
        Message(role="assistant", parts=(ThinkingPart("See."), TextPart("Red."))),
        Message(role="user", parts=(TextPart("Sure?"),)),
        Message(
            role="assistant",
            parts=(ThinkingPart("Hm."), TextPart("Yes.")),
            tool_calls=(ToolCall(id="abcdefghi", name="f", arguments="{}"),),
        ),
        Message(role="tool", parts=(TextPart("ok"),), tool_call_id="abcdefghi"),
    )


def test_nothing_is_ignored_in_silence(server: Running) -> None:
    extra = {"foo": 1, "verbosity": "high", "functions": [{"name": "f"}], "audio": {"voice": "x"}}
    told = extension(
        server.ask(
            tools=[{**TOOL, "cache_control": {"type": "ephemeral"}}],
            extra_body=extra,
        )
    )
    assert [warning.split()[0] for warning in told["warnings"]] == [
        "audio",
        "foo",
        "functions",
        "tools[0].cache_control",
        "verbosity",
        "From",
    ]
    with pytest.raises(openai.BadRequestError, match=r"foo is not supported and had no effect"):
        server.ask(extra_body={"foo": 1, "strict": True})
    assert server.ask(extra_body={"strict": True, "store": False}).choices


def test_a_crowd_of_unknown_parameters_is_counted(server: Running) -> None:
    told = extension(server.ask(extra_body={f"x{i}": i for i in range(1000)}))
    assert len(told["warnings"]) == 22
    assert told["warnings"][20] == "980 more parameters had no effect."


def test_without_a_choice_no_tool_is_offered(server: Running) -> None:
    server.ask(tools=[TOOL], tool_choice="none")
    server.ask(tools=[TOOL], tool_choice="auto")
    assert [len(request.tools) for request in server.llm.requests] == [0, 1]


def test_what_an_answer_must_look_like(server: Running) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    formats: list[tuple[dict[str, Any], Structure]] = [
        ({"type": "json_object"}, json_structure({"type": "object"}, strict=True)),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}},
            json_structure(schema, strict=True),
        ),
        (
            {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
            json_structure(schema, strict=False),
        ),
        ({"type": "regex", "regex": "a+"}, Structure(kind="regex", source="a+")),
        ({"type": "grammar", "grammar": "start: X"}, Structure(kind="lark", source="start: X")),
    ]
    outputs: list[tuple[dict[str, Any], Structure]] = [
        ({"json": schema}, json_structure(schema, strict=False)),
        ({"json": json.dumps(schema)}, json_structure(schema, strict=False)),
        ({"json_object": True}, json_structure({"type": "object"}, strict=True)),
        ({"regex": "a+"}, Structure(kind="regex", source="a+")),
        ({"choice": ["a", 'b"']}, Structure(kind="lark", source='start: "a" | "b\\""')),
        ({"grammar": "start: X"}, Structure(kind="lark", source="start: X")),
    ]
    for format_, _ in formats:
        told = extension(server.ask(extra_body={"response_format": format_}))
        assert told["warnings"] == ["From prepare."]
    for output, _ in outputs:
        server.ask(extra_body={"structured_outputs": output})
    wanted = [structure for _, structure in (*formats, *outputs)]
    assert [request.structure for request in server.llm.requests] == wanted
    server.ask(response_format={"type": "text"})
    assert server.llm.requests[-1].structure is None


def json_structure(schema: dict[str, Any], *, strict: bool) -> Structure:
    return Structure(kind="json_schema", source=json.dumps(schema), strict=strict)


def test_which_tools_may_or_must_be_called(server: Running) -> None:
    named = {"type": "function", "function": {"name": "weather"}}
    allowed = {"mode": "auto", "tools": [named]}
    choices = {
        "auto": ToolChoice(),
        "required": ToolChoice(required=True),
        "any": ToolChoice(required=True),
        json.dumps(named): ToolChoice(required=True, names=("weather",)),
        json.dumps({"type": "allowed_tools", "allowed_tools": allowed}): ToolChoice(
            names=("weather",)
        ),
    }
    for choice in choices:
        value = json.loads(choice) if choice[0] == "{" else choice
        server.ask(tools=[TOOL], extra_body={"tool_choice": value})
    assert [request.tool_choice for request in server.llm.requests] == list(choices.values())
    strict = {**TOOL, "function": {**TOOL["function"], "strict": True}}
    server.ask(tools=[strict], parallel_tool_calls=False)
    last = server.llm.requests[-1]
    assert last.tool_choice == ToolChoice(parallel=False)
    assert last.tools[0].strict


def test_a_begun_answer_is_gone_on_with(server: Running) -> None:
    for body in ({"continue_final_message": True, "add_generation_prompt": False}, {}):
        server.ask(extra_body=body)
    assert [request.continues for request in server.llm.requests] == [True, False]
    with pytest.raises(openai.BadRequestError, match="one must be true and the other false"):
        server.ask(extra_body={"continue_final_message": True, "add_generation_prompt": True})


def test_models(server: Running) -> None:
    (model,) = server.client.models.list().data
    assert (model.id, model.object, model.owned_by) == ("fake", "model", "trinity")
    assert model.model_extra == {"max_model_len": 1000}
    assert server.client.models.retrieve("fake") == model
    with pytest.raises(openai.NotFoundError) as caught:
        server.client.models.retrieve("a/b")
    assert caught.value.code == "model_not_found"


def test_a_hundred_streams_each_end_once(server: Running) -> None:
    async def one(client: openai.AsyncOpenAI) -> tuple[str, int, int]:
        text, ends, extensions = "", 0, 0
        stream = await client.chat.completions.create(
            model="fake", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        async for chunk in stream:
            text += chunk.choices[0].delta.content or ""
            ends += chunk.choices[0].finish_reason is not None
            extensions += "trinity" in chunk.model_extra
        return text, ends, extensions

    async def all_of_them() -> list[tuple[str, int, int]]:
        async with server.async_client() as client:
            return await asyncio.gather(*(one(client) for _ in range(100)))

    assert asyncio.run(all_of_them()) == [(ANSWER, 1, 1)] * 100
    assert len(set(server.llm.engine.submitted)) == 100
    assert server.llm.engine.aborted == []
