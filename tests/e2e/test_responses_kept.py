import json
import threading

import openai
import pytest

from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import END, FakeLLM, Say, Script
from tests.e2e.response_calls import TOOL, ask, calling, frames, red_square
from trinity.server.app import Limits
from trinity.types import ImagePart, Message, TextPart, ThinkingPart, Tool, ToolCall


@pytest.fixture
def server(start: Start) -> Running:
    return start()


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
