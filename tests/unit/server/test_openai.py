from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trinity.errors import InvalidRequest, NotFound
from trinity.server.extension import Call
from trinity.server.openai import read_call
from trinity.types import ChatRequest, Message, Mode, SamplingParams

MESSAGES = [{"role": "user", "content": "hi"}]


def read(**fields: Any) -> Call:
    return read_call({"model": "m", "messages": MESSAGES, **fields}, "m")


def test_the_least_request_sets_nothing() -> None:
    call = read()
    assert call.requests == (ChatRequest(messages=(Message.user("hi"),)),)
    assert (call.stream, call.include_usage, call.requested, call.warnings) == (
        False,
        False,
        {},
        (),
    )


def test_null_is_the_same_as_nothing() -> None:
    names = (
        "tools tool_choice stream stream_options n max_tokens max_completion_tokens temperature "
        "top_p top_k min_p presence_penalty frequency_penalty repetition_penalty stop seed "
        "logprobs top_logprobs logit_bias reasoning_effort intensity active_experts mode "
        "thinking_token_budget service_tier strict user metadata response_format functions foo"
    )
    assert read(**dict.fromkeys(names.split())) == read()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("store", False),
        ("parallel_tool_calls", True),
        ("modalities", ["text"]),
        ("response_format", {"type": "text"}),
        ("functions", []),
        ("metadata", {"a": "b"}),
        ("user", "u"),
        ("prompt_cache_key", "k"),
    ],
)
def test_what_asks_for_nothing_is_no_warning(field: str, value: Any) -> None:
    assert read(**{field: value, "strict": True}).warnings == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("store", True),
        ("chat_template_kwargs", {"enable_thinking": False}),
        ("prompt_logprobs", 0),
        ("echo", True),
    ],
)
def test_what_has_no_effect_is_a_warning_or_a_refusal(field: str, value: Any) -> None:
    assert read(**{field: value}).warnings == (f"{field} is not supported and had no effect.",)
    with pytest.raises(InvalidRequest, match=f"{field} is not supported"):
        read(**{field: value, "strict": True})


def test_unknown_fields_are_found_at_any_depth() -> None:
    image = {"url": "data:image/png;base64,AAAA", "detail": "low"}
    content = [{"type": "image_url", "image_url": image, "x": 1}]
    warnings = read(messages=[{"role": "user", "content": content, "name": "n"}]).warnings
    assert [warning.split()[0] for warning in warnings] == [
        "messages[0].content[0].image_url.detail",
        "messages[0].content[0].x",
        "messages[0].name",
    ]


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({}, None),
        ({"service_tier": "auto"}, None),
        ({"service_tier": "default"}, None),
        ({"service_tier": "flex"}, Mode.THROUGHPUT),
        ({"service_tier": "priority"}, Mode.LATENCY),
        ({"service_tier": "fast"}, Mode.LATENCY),
        ({"mode": "balanced"}, Mode.BALANCED),
        ({"mode": "latency", "service_tier": "priority"}, Mode.LATENCY),
        ({"mode": "balanced", "service_tier": "auto"}, Mode.BALANCED),
    ],
)
def test_tiers_are_modes(fields: dict[str, str], mode: Mode | None) -> None:
    assert read(**fields).requests[0].mode is mode


@pytest.mark.parametrize(
    "content", ["old text", [{"type": "text", "text": "old "}, {"type": "text", "text": "text"}]]
)
def test_a_prediction_is_text_or_parts(content: Any) -> None:
    call = read(prediction={"type": "content", "content": content})
    assert call.requests[0].prediction == "old text"
    assert not call.warnings


def test_a_stop_may_be_one_text_and_top_k_may_be_off() -> None:
    assert read(stop="x", top_k=-1).requests[0].sampling == SamplingParams(stop=("x",))
    assert read(stop=["x", "y"], top_k=0).requests[0].sampling == SamplingParams(stop=("x", "y"))


def test_numbers_that_compare_with_nothing_are_refused() -> None:
    for name in ("temperature", "top_p", "min_p", "presence_penalty", "repetition_penalty"):
        for value in (float("nan"), float("inf"), float("-inf")):
            with pytest.raises(InvalidRequest) as caught:
                read(**{name: value})
            assert caught.value.param == name
    with pytest.raises(InvalidRequest):
        read(logit_bias={"1": float("nan")})


def test_another_model_is_not_found() -> None:
    with pytest.raises(NotFound, match="no model 'm' here; this server has 'other'"):
        read_call({"model": "m", "messages": MESSAGES}, "other")


@given(
    st.dictionaries(
        st.sampled_from(["n", "stop", "tools", "seed", "logit_bias", "messages", "stream", "mode"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_value_is_served_or_refused_in_a_sentence(fields: dict[str, Any]) -> None:
    sentence = "Served."
    try:
        read(**fields)
    except InvalidRequest as error:
        sentence = error.message
    assert sentence.endswith(".")
    assert len(sentence) < 400
