import base64
import io
import json
import threading
from typing import Any

import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from PIL import Image
from pydantic import BaseModel, TypeAdapter

from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import CALLS, END, FakeLLM, Say, Script
from trinity.server.app import Limits
from trinity.types import (
    ImagePart,
    IntensityRequest,
    Message,
    Mode,
    Phase,
    Structure,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCall,
    ToolChoice,
)

TOOL: dict[str, Any] = {
    "type": "function",
    "name": "weather",
    "description": "Now.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
SAID_AND_CALLED = (*CALLS[:2], Say("One moment."), *CALLS[2:])
RESOURCE_KEYS = set(
    "id object created_at completed_at status incomplete_details model previous_response_id "
    "instructions output error tools tool_choice truncation parallel_tool_calls text top_p "
    "presence_penalty frequency_penalty top_logprobs temperature reasoning usage "
    "max_output_tokens max_tool_calls store background service_tier metadata safety_identifier "
    "prompt_cache_key".split()
)
EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


@pytest.fixture
def server(start: Start) -> Running:
    return start()


def ask(server: Running, content: Any = "2 + 2?", **options: Any) -> Any:
    return server.client.responses.create(model="fake", input=content, **options)


def post(server: Running, path: str = "", **body: Any) -> Any:
    return server.http.post(f"/v1/responses{path}", json={"model": "fake", **body})


def frames(server: Running, **body: Any) -> list[dict[str, Any]]:
    """The events of a stream, whose form on the wire is checked."""
    text = post(server, **{"input": "2 + 2?", "stream": True, **body}).text
    *events, done = [block for block in text.split("\n\n") if block and block[0] != ":"]
    assert done == "data: [DONE]"
    found = []
    for number, event in enumerate(events):
        kind, data = event.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert found[-1]["sequence_number"] == number
        assert kind == f"event: {found[-1]['type']}"
    return found


def calling(start: Start, **script: Any) -> Running:
    return start(FakeLLM(Script(says=SAID_AND_CALLED, reason="tool_calls", **script)))


def without_ids_and_times(response: dict[str, Any]) -> dict[str, Any]:
    """What two equal answers have in common."""
    left_out = {"id", "call_id", "created_at", "completed_at", "timings"}

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(item) for name, item in value.items() if name not in left_out}
        return [strip(item) for item in value] if isinstance(value, list) else value

    stripped: dict[str, Any] = strip(response)
    return stripped


def test_a_response_has_every_field_that_clients_read(server: Running) -> None:
    answer = ask(
        server,
        instructions="Be brief.",
        reasoning={"effort": "xhigh"},
        metadata={"a": "b"},
        max_output_tokens=50,
        user="me",
    )
    raw = answer.to_dict()
    assert set(raw) >= RESOURCE_KEYS
    assert len(RESOURCE_KEYS) == 31
    Response.model_validate(raw)
    assert answer.id.startswith("resp_")
    assert (answer.object, answer.status, answer.model) == ("response", "completed", "fake")
    assert answer.completed_at >= answer.created_at > 0
    thinking, message = answer.output
    assert (thinking.type, thinking.summary, thinking.status) == ("reasoning", [], "completed")
    assert [(part.type, part.text) for part in thinking.content] == [
        ("reasoning_text", "Add them.")
    ]
    assert (message.type, message.role, message.status) == ("message", "assistant", "completed")
    assert answer.output_text == "Four."
    assert thinking.id.startswith("rs_")
    assert message.id.startswith("msg_")
    assert (answer.instructions, answer.metadata, answer.user) == ("Be brief.", {"a": "b"}, "me")
    assert (answer.max_output_tokens, answer.reasoning.effort) == (50, "xhigh")
    assert (answer.temperature, answer.top_p, answer.service_tier) == (0.7, 1.0, "default")
    assert (answer.error, answer.incomplete_details, answer.background) == (None, None, False)
    usage = answer.usage
    assert usage.input_tokens == len("Be brief.") + len("2 + 2?")
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.output_tokens > usage.output_tokens_details.reasoning_tokens > 0
    assert usage.input_tokens_details.cached_tokens == 2
    extension = answer.model_extra["trinity"]
    assert extension["requested"] == {"reasoning": {"effort": "xhigh"}}
    assert extension["effective"]["level"] == "xhigh"
    assert extension["warnings"] == ["From prepare."]


def test_the_events_of_a_stream_tell_every_step(start: Start) -> None:
    events = frames(calling(start), tools=[TOOL])
    for event in events:
        EVENT.validate_python(event)
    kinds = [event["type"].removeprefix("response.") for event in events]
    letters = [kind for kind in kinds if not kind.endswith(".delta")]
    part = ["content_part.added", "{}.done", "content_part.done"]
    items = [
        ["output_item.added", *(step.format(text) for step in part), "output_item.done"]
        for text in ("reasoning_text", "output_text")
    ]
    call = ["output_item.added", "function_call_arguments.done", "output_item.done"]
    assert letters == ["created", "in_progress", *items[0], *items[1], *call, *call, "completed"]
    assert {kind for kind in kinds if kind.endswith(".delta")} == {
        "reasoning_text.delta",
        "output_text.delta",
        "function_call_arguments.delta",
    }
    assert events[0]["response"]["status"] == "in_progress"
    assert events[0]["response"]["output"] == []
    assert set(events[0]["response"]) >= RESOURCE_KEYS


def test_events_add_up_to_the_response(start: Start) -> None:
    """Reads a stream as its own small client, which trusts nothing but the deltas."""
    events = frames(calling(start), tools=[TOOL])
    begun: list[dict[str, Any]] = []
    texts: dict[str, str] = {}
    ended: list[dict[str, Any]] = []
    for event in events:
        match event["type"].removeprefix("response."):
            case "output_item.added":
                assert event["output_index"] == len(begun) == len(ended)
                assert event["item"]["status"] == "in_progress"
                begun.append(event["item"])
                texts[event["item"]["id"]] = ""
            case "output_item.done":
                assert event["output_index"] == len(ended)
                ended.append(event["item"])
            case kind if kind.endswith(".delta"):
                assert event["item_id"] == begun[-1]["id"]
                assert event["output_index"] == len(begun) - 1
                texts[event["item_id"]] += event["delta"]
            case kind if kind.endswith(("text.done", "arguments.done")):
                said = event["arguments"] if "arguments" in event else event["text"]
                assert said == texts[event["item_id"]]
    output = events[-1]["response"]["output"]
    assert ended == output
    assert [item["id"] for item in begun] == [item["id"] for item in output]
    assert [texts[item["id"]] for item in output] == [
        "Look it up.",
        "One moment.",
        '{"city": "Oslo"}',
        "{}",
    ]
    assert [item.get("arguments") for item in output] == [None, None, '{"city": "Oslo"}', "{}"]
    assert len({item["id"] for item in output}) == 4


def test_a_stream_ends_with_what_a_whole_answer_is(start: Start) -> None:
    server = calling(start)
    whole = post(server, input="2 + 2?", tools=[TOOL], reasoning={"effort": "low"}).json()
    last = frames(server, tools=[TOOL], reasoning={"effort": "low"})[-1]["response"]
    assert without_ids_and_times(last) == without_ids_and_times(whole)
    assert set(last) == set(whole)


def test_the_stream_helper_of_the_client(server: Running) -> None:
    with server.client.responses.stream(model="fake", input="2 + 2?") as stream:
        snapshots = [
            event.snapshot for event in stream if event.type == "response.output_text.delta"
        ]
        streamed = stream.get_final_response()
    assert snapshots == ["F", "Fo", "Fou", "Four", "Four."]
    assert streamed.output_text == "Four."
    assert streamed.to_dict() | {"output": None} == server.client.responses.retrieve(
        streamed.id
    ).to_dict() | {"output": None}


class Sum(BaseModel):
    result: int


def test_the_parse_helper_of_the_client(start: Start) -> None:
    server = start(FakeLLM(Script(says=(Say('{"result": 4}'), Say("", token_id=END)))))
    parsed = server.client.responses.parse(model="fake", input="2 + 2?", text_format=Sum)
    assert parsed.output_parsed == Sum(result=4)
    [request] = server.llm.requests
    assert request.structure.strict
    assert json.loads(request.structure.source)["properties"]["result"]["type"] == "integer"
    form = parsed.to_dict()["text"]["format"]
    assert (form["type"], form["name"], form["strict"]) == ("json_schema", "Sum", True)


def test_a_loop_of_tools(start: Start) -> None:
    server = calling(start)
    first = ask(server, tools=[TOOL])
    *_, weather, time = first.output
    assert (weather.name, json.loads(weather.arguments)) == ("weather", {"city": "Oslo"})
    assert (time.name, time.arguments) == ("time", "{}")
    assert weather.call_id != time.call_id
    results = [
        {"type": "function_call_output", "call_id": weather.call_id, "output": "rain"},
        {
            "type": "function_call_output",
            "call_id": time.call_id,
            "output": [{"type": "input_text", "text": "noon"}],
        },
    ]
    ask(server, results, previous_response_id=first.id, tools=[TOOL], store=False)
    replayed = [{"role": "user", "content": "2 + 2?"}, *first.output, *results]
    second = ask(server, replayed, tools=[TOOL], extra_body={"strict": True})
    assert second.model_extra["trinity"]["warnings"] == ["From prepare."]
    _, chained, whole = server.llm.requests
    assert chained.messages == whole.messages
    assert whole.messages == (
        Message.user("2 + 2?"),
        Message(
            role="assistant",
            parts=(ThinkingPart("Look it up."), TextPart("One moment.")),
            tool_calls=(
                ToolCall(id=weather.call_id, name="weather", arguments='{"city": "Oslo"}'),
                ToolCall(id=time.call_id, name="time", arguments="{}"),
            ),
        ),
        Message(role="tool", parts=(TextPart("rain"),), tool_call_id=weather.call_id),
        Message(role="tool", parts=(TextPart("noon"),), tool_call_id=time.call_id),
    )
    assert whole.tools == (Tool(name="weather", description="Now.", parameters=TOOL["parameters"]),)


def red_square() -> tuple[bytes, str]:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(file, "PNG")
    return file.getvalue(), "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def test_a_conversation_arrives_whole(server: Running) -> None:
    data, url = red_square()
    picture = {"type": "input_image", "image_url": url, "detail": "auto"}
    question = {"type": "input_text", "text": "What?"}
    ask(
        server,
        [
            {"role": "developer", "content": "Be exact."},
            {"type": "message", "role": "user", "content": [picture, question]},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [],
                "content": [
                    {"type": "reasoning_text", "text": "See"},
                    {"type": "reasoning_text", "text": "."},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Red.", "annotations": []}],
            },
            {"type": "function_call", "call_id": "abcdefghi", "name": "look", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "abcdefghi", "output": [picture]},
            {"role": "assistant", "content": "Still red."},
            {"role": "user", "content": "And?"},
        ],
        instructions="Be brief.",
    )
    [request] = server.llm.requests
    assert request.messages == (
        Message(role="system", parts=(TextPart("Be brief."),)),
        Message(role="system", parts=(TextPart("Be exact."),)),
        Message(role="user", parts=(ImagePart(data), TextPart("What?"))),
        Message(
            role="assistant",
            parts=(ThinkingPart("See."), TextPart("Red.")),
            tool_calls=(ToolCall(id="abcdefghi", name="look", arguments="{}"),),
        ),
        Message(role="tool", parts=(ImagePart(data),), tool_call_id="abcdefghi"),
        Message(role="assistant", parts=(TextPart("Still red."),)),
        Message.user("And?"),
    )


def test_a_chain_of_responses_carries_all_but_the_instructions(server: Running) -> None:
    data, url = red_square()
    content = [{"type": "input_image", "image_url": url}, {"type": "input_text", "text": "What?"}]
    first = ask(server, [{"role": "user", "content": content}], instructions="Be brief.")
    second = ask(server, "Sure?", previous_response_id=first.id, instructions="Be kind.")
    third = ask(server, "Really?", previous_response_id=second.id)
    assert (first.previous_response_id, third.previous_response_id) == (None, second.id)
    answer = Message(role="assistant", parts=(ThinkingPart("Add them."), TextPart("Four.")))
    assert server.llm.requests[-1].messages == (
        Message(role="user", parts=(ImagePart(data), TextPart("What?"))),
        answer,
        Message.user("Sure?"),
        answer,
        Message.user("Really?"),
    )
    assert server.llm.requests[1].messages[0].text == "Be kind."


def test_two_go_on_from_one(server: Running) -> None:
    first = ask(server)
    for more in ("A", "B"):
        ask(server, more, previous_response_id=first.id)
    _, one, other = server.llm.requests
    assert one.messages[:2] == other.messages[:2]
    assert (one.messages[2:], other.messages[2:]) == ((Message.user("A"),), (Message.user("B"),))


def test_items_may_be_referred_to(server: Running) -> None:
    first = ask(server, "Two?")
    references = [{"type": "item_reference", "id": item.id} for item in first.output]
    ask(
        server,
        [{"role": "user", "content": "Three?"}, *references, {"role": "user", "content": "?"}],
    )
    assert server.llm.requests[-1].messages == (
        Message.user("Three?"),
        Message(role="assistant", parts=(ThinkingPart("Add them."), TextPart("Four."))),
        Message.user("?"),
    )
    with pytest.raises(openai.NotFoundError, match="no item 'msg_nothing' here") as caught:
        ask(server, [{"type": "item_reference", "id": "msg_nothing"}])
    assert caught.value.param == "input[0].id"


def test_a_response_is_found_listed_and_deleted(server: Running) -> None:
    responses = server.client.responses
    first = ask(server, "2 + 2?")
    second = ask(server, "Sure?", previous_response_id=first.id)
    assert responses.retrieve(first.id).to_dict() == first.to_dict()
    assert responses.retrieve(second.id).to_dict() == second.to_dict()
    kinds = ["message", "reasoning", "message", "message"]
    listed = list(responses.input_items.list(second.id, order="asc", limit=1))
    assert [item.type for item in listed] == kinds
    assert [item.id for item in listed[1:3]] == [item.id for item in first.output]
    assert listed[0].content[0].text == "2 + 2?"
    assert listed[3].role == "user"
    backwards = responses.input_items.list(second.id)
    assert [item.id for item in backwards.data] == [item.id for item in listed[::-1]]
    after = responses.input_items.list(second.id, order="asc", after=listed[1].id, limit=2)
    assert [item.id for item in after.data] == [item.id for item in listed[2:]]
    responses.delete(first.id)
    for gone in (responses.retrieve, responses.delete, responses.input_items.list):
        with pytest.raises(openai.NotFoundError, match=f"no response '{first.id}' here"):
            gone(first.id)
    ask(server, "Really?", previous_response_id=second.id)
    assert len(server.llm.requests[-1].messages) == 5
    assert server.http.delete(f"/v1/responses/{second.id}").json() == {
        "id": second.id,
        "object": "response",
        "deleted": True,
    }


def test_what_is_not_to_be_stored_is_not(server: Running) -> None:
    answer = ask(server, store=False)
    assert answer.store is False
    with pytest.raises(openai.NotFoundError):
        server.client.responses.retrieve(answer.id)
    with pytest.raises(openai.NotFoundError, match="send the whole conversation") as caught:
        ask(server, "And?", previous_response_id=answer.id)
    assert (caught.value.param, caught.value.code) == ("previous_response_id", "not_found")
    assert server.app.state.service.store.num_bytes == 0


def test_the_oldest_responses_are_forgotten(start: Start) -> None:
    server = start(limits=Limits(stored_responses=2))
    first, second, third = (ask(server, text) for text in "abc")
    assert server.client.responses.retrieve(second.id).output_text == "Four."
    assert server.client.responses.retrieve(third.id).output_text == "Four."
    with pytest.raises(openai.NotFoundError):
        ask(server, previous_response_id=first.id)


def test_a_conversation_too_large_to_be_kept_is_answered_with_a_warning(start: Start) -> None:
    server = start(limits=Limits(stored_bytes=20_000))
    answer = ask(server, "x" * 900)
    assert answer.store is True
    large = ask(server, [{"role": "user", "content": "x"}] * 20)
    assert large.store is False
    assert "larger than the 20,000 bytes" in large.model_extra["trinity"]["warnings"][0]
    assert server.client.responses.retrieve(answer.id)
    with pytest.raises(openai.BadRequestError, match="larger than the 20,000 bytes"):
        ask(server, [{"role": "user", "content": "x"}] * 20, extra_body={"strict": True})


def test_an_answer_that_outgrows_the_store_says_that_it_is_not_kept(start: Start) -> None:
    says = (Say("x" * 3000), Say("", token_id=END))
    server = start(FakeLLM(Script(says=says)), limits=Limits(stored_bytes=5000))
    answer = ask(server)
    assert answer.store is False
    assert frames(server)[-1]["response"]["store"] is False
    with pytest.raises(openai.NotFoundError):
        server.client.responses.retrieve(answer.id)


def test_nothing_is_held_for_answers_that_did_not_come(start: Start) -> None:
    server = start(FakeLLM(Script(fail_after=3)))
    store = server.app.state.service.store
    with pytest.raises(openai.InternalServerError):
        ask(server)
    assert frames(server)[-1]["type"] == "error"
    server.llm.engine.max_waiting = 0
    with pytest.raises(openai.RateLimitError):
        ask(server)
    assert store.num_bytes == 0


def test_tokens_are_counted_without_an_answer(server: Running) -> None:
    first = ask(server)
    steps = server.llm.engine.stats.steps
    count = server.client.responses.input_tokens.count
    alone = count(model="fake", input="Sure?", instructions="Be brief.")
    assert alone.to_dict() == {"object": "response.input_tokens", "input_tokens": 14}
    chained = count(model="fake", input="Sure?", previous_response_id=first.id)
    assert chained.input_tokens == len("2 + 2?Add them.Four.Sure?")
    assert server.llm.engine.stats.steps == steps
    with pytest.raises(openai.BadRequestError, match="input is missing"):
        count(model="fake")


def test_log_probabilities(server: Running) -> None:
    include = ["message.output_text.logprobs"]
    options: dict[str, Any] = {"include": include, "top_logprobs": 2}
    whole = ask(server, **options)
    assert server.llm.requests[0].sampling.logprobs == 2
    events = frames(server, **options)
    for event in events:
        EVENT.validate_python(event)
    told = [one for event in events for one in event.get("logprobs", ()) if "delta" in event]
    entries = [entry.to_dict() for entry in whole.output[1].content[0].logprobs]
    assert told == entries
    assert "".join(entry["token"] for entry in entries) == "Four."
    assert [entry["token"] for entry in entries[0]["top_logprobs"]] == ["F", "</s>"]
    assert entries[0]["top_logprobs"][1]["logprob"] == -9999.0
    [done] = [event for event in events if event["type"] == "response.output_text.done"]
    assert done["logprobs"] == entries


def test_log_probabilities_that_come_before_their_text(start: Start) -> None:
    held = (Say("", token_id=40), Say("ab", token_id=41), Say("", token_id=END))
    server = start(FakeLLM(Script(says=held)))
    answer = ask(server, include=["message.output_text.logprobs"])
    [message] = answer.output
    assert message.content[0].text == "ab"
    assert len(message.content[0].logprobs) == 2


@pytest.mark.parametrize(
    ("says", "kinds"),
    [
        ((Say("Hm", Phase.THINKING),), ["reasoning"]),
        ((Say("Hm", Phase.THINKING), Say("Fo")), ["reasoning", "message"]),
        (SAID_AND_CALLED[:-1], ["reasoning", "message", "function_call", "function_call"]),
        (SAID_AND_CALLED[:-2], ["reasoning", "message", "function_call", "function_call"]),
        ((), []),
    ],
)
def test_an_answer_that_is_cut_off(start: Start, says: tuple[Say, ...], kinds: list[str]) -> None:
    server = start(FakeLLM(Script(says=says, reason="length")))
    events = frames(server)
    for event in events:
        EVENT.validate_python(event)
    assert events[-1]["type"] == "response.incomplete"
    answer = ask(server)
    for response in (events[-1]["response"], answer.to_dict()):
        assert response["status"] == "incomplete"
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}
        assert response["completed_at"] is None
        assert [item["type"] for item in response["output"]] == kinds
        statuses = [item["status"] for item in response["output"]]
        assert statuses == [*["completed"] * (len(kinds) - 1), "incomplete"][: len(kinds)]
    more = ask(server, "Go on.", previous_response_id=answer.id)
    assert more.previous_response_id == answer.id


def test_an_answer_of_no_words_is_a_message_that_can_be_gone_on_from(start: Start) -> None:
    server = start(FakeLLM(Script(says=(Say("", token_id=END),))))
    answer = ask(server)
    [message] = answer.output
    assert (message.type, message.content[0].text, answer.output_text) == ("message", "", "")
    ask(server, "Sure?", previous_response_id=answer.id)
    assert server.llm.requests[-1].messages == (Message.user("2 + 2?"), Message.user("Sure?"))


def test_a_failure_is_told_in_both_forms(start: Start) -> None:
    server = start(FakeLLM(Script(fail_after=3)))
    *_, failed, error = events = frames(server)
    for event in events:
        EVENT.validate_python(event)
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    sentence = "The logits are not finite."
    assert failed["response"]["error"] == {"code": "server_error", "message": sentence}
    assert [item["status"] for item in failed["response"]["output"]] == ["incomplete"]
    assert (error["type"], error["message"], error["param"]) == ("error", sentence, None)
    assert error["error"]["message"] == sentence
    assert error["code"] == error["error"]["code"]
    with (
        pytest.raises(openai.APIError, match="not finite"),
        server.client.responses.stream(model="fake", input="2 + 2?") as stream,
    ):
        stream.get_final_response()
    with pytest.raises(openai.InternalServerError, match="not finite"):
        ask(server)


def test_a_long_silence_is_kept_alive_by_comments(start: Start) -> None:
    server = start(FakeLLM(Script(first_step_s=0.5)), limits=Limits(keep_alive_s=0.05))
    assert ": keep-alive\n\n" in post(server, input="2 + 2?", stream=True).text
    assert frames(server)[-1]["type"] == "response.completed"


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
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
        "input[0].content[0]",
        "'input_file'",
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


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("?stream=true", "stream"),
        ("?starting_after=3", "starting_after"),
        ("/input_items?limit=0", "limit"),
        ("/input_items?limit=101", "limit"),
        ("/input_items?limit=x", "limit"),
        ("/input_items?order=up", "order"),
        ("/input_items?after=nothing", "after"),
        ("/input_items?include=x", "include"),
    ],
)
def test_mistakes_in_queries(start_shared: Start, query: str, param: str) -> None:
    server = start_shared()
    answer = ask(server)
    found = server.http.get(f"/v1/responses/{answer.id}{query}")
    assert (found.status_code, found.json()["error"]["param"]) == (400, param)
    assert server.http.get(f"/v1/responses/{answer.id}?stream=false").is_success


def test_leaving_during_preparation_takes_no_place(start: Start) -> None:
    llm = FakeLLM()
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(10)

    llm.prepare_gate = hold
    server = start(llm)
    with pytest.raises(openai.APITimeoutError):
        ask(server, timeout=0.2)
    assert entered.is_set()
    # Once these are answered, the server has seen that the client left.
    for _ in range(3):
        assert server.http.get("/livez").is_success
    leave.set()
    until(lambda: server.app.state.service.bridge.used_slots == 0)
    assert llm.engine.submitted == []
    assert server.app.state.service.store.num_bytes == 0


def test_a_client_that_leaves_frees_the_place_it_took(start: Start) -> None:
    server = start(FakeLLM(Script(endless=True, step_s=0.01)))
    store = server.app.state.service.store
    with server.client.responses.create(model="fake", input="2 + 2?", stream=True) as stream:
        assert next(iter(stream)).type == "response.created"
        assert store.num_bytes > 0
    until(lambda: store.num_bytes == 0)
    until(lambda: server.llm.engine.aborted)
