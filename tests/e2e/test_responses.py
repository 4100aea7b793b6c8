import json
from typing import Any

import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter

from tests.e2e.conftest import Running, Start
from tests.e2e.fake_llm import END, FakeLLM, Say, Script
from tests.e2e.response_calls import SAID_AND_CALLED, TOOL, ask, calling, frames, post
from trinity.server.app import Limits
from trinity.types import Message, Phase

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
