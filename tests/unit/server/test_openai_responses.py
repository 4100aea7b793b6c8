import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trinity.errors import InvalidRequest, NotFound
from trinity.server.openai_responses import ResponseCall, read_call
from trinity.server.response_items import as_kept, read_kept
from trinity.server.response_store import ResponseStore
from trinity.types import ChatRequest, Message


def a_store() -> ResponseStore:
    return ResponseStore(max_responses=4, max_bytes=1_000_000)


def read(kept: ResponseStore | None = None, **fields: Any) -> ResponseCall:
    return read_call({"model": "m", "input": "hi", **fields}, "m", kept or a_store())


def test_the_least_request_sets_nothing() -> None:
    call = read()
    assert call.requests[0] == ChatRequest(messages=(Message.user("hi"),))
    assert (call.stream, call.requested, call.warnings, call.keep) == (False, {}, (), True)


def test_null_is_the_same_as_nothing() -> None:
    names = (
        "instructions previous_response_id tools tool_choice parallel_tool_calls reasoning text "
        "max_output_tokens temperature top_p presence_penalty frequency_penalty top_logprobs "
        "include service_tier store stream stream_options user metadata safety_identifier "
        "prompt_cache_key background conversation prompt truncation reasoning_effort intensity "
        "active_experts thinking_token_budget mode seed strict foo"
    )
    nothing = read(**dict.fromkeys(names.split()))
    assert nothing.requests[0] == read().requests[0]
    assert nothing.echo == read().echo
    assert (nothing.requested, nothing.warnings) == ({}, ())


def test_kept_items_read_as_what_they_were() -> None:
    items: list[dict[str, Any]] = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "ho"},
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "x"},
    ]
    call = read(input=items)
    kinds = [item.body()["type"] for item in call.items]
    assert kinds == ["message", "message", *(item["type"] for item in items[2:])]
    for item in call.items:
        shown = item.body()
        assert (shown["id"], shown["status"]) == (item.id, "completed")
        again = as_kept(read_kept(item)).body()
        assert again.pop("id") != shown.pop("id")
        assert again == shown
    contents = [item.body()["content"][0]["type"] for item in call.items[:3]]
    assert contents == ["input_text", "output_text", "reasoning_text"]


def test_ids_of_the_callers_own_do_not_take_the_place_of_others() -> None:
    store = a_store()
    mine = {"type": "message", "id": "msg_mine", "role": "user", "content": "x"}
    first, second = (read(store, input=[mine]).items[0].id for _ in range(2))
    assert len({first, second, "msg_mine"}) == 3


def test_a_conversation_is_kept_once() -> None:
    store = a_store()
    first = read(store, input="x" * 10_000)
    store.open("1", first.items)
    store.fill("1", {"id": "1", "output": []})
    before = store.num_bytes
    second = read(store, input="more", previous_response_id="1")
    assert second.items[0] is first.items[0]
    store.open("2", second.items)
    assert store.num_bytes - before < 5_000
    assert [m.text for m in second.requests[0].messages] == ["x" * 10_000, "more"]


@pytest.mark.parametrize("keep", [True, False])
def test_only_what_is_to_be_kept_is_kept(*, keep: bool) -> None:
    call = read(store=keep)
    assert (call.keep, len(call.items), call.echo["store"]) == (keep, int(keep), keep)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NEAR_ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["message", "reasoning", "function_call", "item_reference", 5]),
        "role": st.sampled_from(["user", "assistant", "boss"]),
        "content": VALUES | st.lists(st.fixed_dictionaries({"type": st.just("input_text")})),
        "id": VALUES,
        "call_id": VALUES,
        "name": VALUES,
        "arguments": VALUES,
        "output": VALUES,
        "summary": VALUES,
    },
)


@given(
    st.dictionaries(
        st.sampled_from(
            "instructions previous_response_id tools tool_choice reasoning text include store "
            "metadata stream_options background conversation prompt truncation".split()
        ),
        VALUES,
    ),
    VALUES | st.lists(NEAR_ITEMS, max_size=4),
)
def test_any_value_is_served_or_refused_in_a_sentence(fields: dict[str, Any], given: Any) -> None:
    sentence = "Served."
    try:
        call = read(**{**fields, "input": given})
        json.dumps(call.echo)
    except (InvalidRequest, NotFound) as error:
        sentence = error.message
    assert sentence.endswith(".")
    assert len(sentence) < 400
