from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import trinity
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.tool_calls import MAX_CALLS
from trinity.train.agent import Outcome, answer_items
from trinity.train.conversation import opening
from trinity.train.items import Call, Check, Item, Step
from trinity.train.tools import CALCULATE, make_tool
from trinity.types import (
    ChatRequest,
    Generation,
    IntensityRequest,
    Message,
    SamplingParams,
    ThinkingPart,
    ToolCall,
)

TOKENIZER = Tokenizer(Path(trinity.__file__).parent / "models/mini/tekken.json")
PRICE = make_tool("get_price", "", {"item": "string"}, required=False)
Calls = tuple[tuple[str, str], ...]


def item_of(question: str, *, tools: bool = True, system: str | None = None) -> Item:
    call = Call(name="get_price", arguments='{"item": "lamp"}', result="12")
    return Item(
        domain="code",
        family="any",
        key=question,
        question=question,
        answer="12",
        thoughts_low="",
        thoughts_high="",
        check=Check("number", 12),
        level=1,
        system=system,
        tools=(PRICE, CALCULATE) if tools else (),
        steps=(Step(thoughts_low="", thoughts_high="", calls=(call,)),) if tools else (),
    )


class Script:
    """Says for each question, round by round, a text or calls; checks that prompts render."""

    def __init__(self, lines: dict[str, Sequence[str | Calls]]) -> None:
        self.lines = {question: list(said) for question, said in lines.items()}
        self.asked: list[list[ChatRequest]] = []

    def generate(self, requests: Sequence[ChatRequest]) -> list[Generation]:
        self.asked.append(list(requests))
        return [self._answer(request) for request in requests]

    def weights_changed(self) -> None:
        raise AssertionError("The loop changes no weights.")

    def _answer(self, request: ChatRequest) -> Generation:
        assert render(request.messages, request.tools, "high", TOKENIZER, None).token_ids
        question = next(m.text for m in request.messages if m.role == "user")
        said = self.lines[question].pop(0)
        calls = () if isinstance(said, str) else said
        return Generation(
            token_ids=(1, 2, 3),
            text=said if isinstance(said, str) else "",
            reasoning="hm",
            tool_calls=tuple(ToolCall(id="same", name=n, arguments=a) for n, a in calls),
            finish_reason="tool_calls" if calls else "stop",
            logprobs=(0.0, 0.0, 0.0),
            expert_rows=5,
        )


def request_of(index: int, item: Item, messages: tuple[Message, ...]) -> ChatRequest:
    assert messages[: len(opening(item))] == opening(item)
    return ChatRequest(
        messages=messages,
        sampling=SamplingParams(seed=index),
        intensity=IntensityRequest(reasoning_effort="high"),
    )


def answered(script: Script, *items: Item, max_rounds: int = 4) -> list[Outcome]:
    return answer_items(script, items, request_of, max_rounds=max_rounds)


LAMP: Calls = (("get_price", '{"item": "lamp"}'),)


def test_items_take_the_rounds_that_they_need_and_keep_their_order() -> None:
    script = Script({"plain": ["7"], "price": [LAMP, "12"], "direct": ["yes"]})
    items = [item_of("plain", tools=False), item_of("price"), item_of("direct")]
    outcomes = answered(script, *items)
    assert [outcome.generation.text for outcome in outcomes] == ["7", "12", "yes"]
    assert [outcome.rounds for outcome in outcomes] == [1, 2, 1]
    assert [outcome.num_tokens for outcome in outcomes] == [3, 6, 3]
    assert [outcome.expert_rows for outcome in outcomes] == [5, 10, 5]
    assert [len(asked) for asked in script.asked] == [3, 1]
    assert outcomes[1].turns[0].results == ("12",)
    assert outcomes[1].turns[1].request is script.asked[1][0]


def test_requests_are_the_callers_with_the_tools_and_the_conversation() -> None:
    script = Script({"price": [LAMP, "12"]})
    [outcome] = answered(script, item_of("price", system="Be brief."))
    first, second = (turn.request for turn in outcome.turns)
    assert first.tools == second.tools == (PRICE, CALCULATE)
    assert first.sampling.seed == second.sampling.seed == 0
    assert [message.role for message in first.messages] == ["system", "user"]
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "tool"]
    assert second.messages[2].tool_calls[0].arguments == '{"item": "lamp"}'
    assert second.messages[3].text == "12"
    parts = [part for message in second.messages for part in message.parts]
    assert not any(isinstance(part, ThinkingPart) for part in parts)


def test_an_item_may_be_given_several_times() -> None:
    item = item_of("price")
    script = Script({"price": [LAMP, "1", "2"]})
    outcomes = answered(script, item, item)
    assert [outcome.turns[0].request.sampling.seed for outcome in outcomes] == [0, 1]
    assert [outcome.generation.text for outcome in outcomes] == ["2", "1"]


def test_calls_made_at_once_are_answered_in_order() -> None:
    calls: Calls = (*LAMP, ("calculate", '{"expression": "2 * 3"}'), *LAMP)
    [outcome] = answered(Script({"price": [calls, "18"]}), item_of("price"))
    assert outcome.turns[0].results == ("12", "6", "12")
    assert [message.text for message in outcome.turns[1].request.messages[2:]] == ["12", "6", "12"]
    ids = [call.id for call in outcome.turns[1].request.messages[1].tool_calls]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (("get_price", "{'item': lamp"), "error: the arguments are not a JSON object"),
        (("get_price", ""), "error: the arguments are not a JSON object"),
        (("get_price", '{"x": ' + "[" * 400), "error: the arguments are not a JSON object"),
        (("get_price", '{"item": "\\ud800"}'), "error: nothing found for \ud800"),
        (("get_weather", "{}"), "error: there is no tool get_weather"),
        (("no such name!", "{}"), "error: there is no tool no such name!"),
        (("", "{}"), "error: there is no tool"),
        (("x" * 100, "{}"), f"error: there is no tool {'x' * 100}"),
    ],
)
def test_a_bad_call_gets_a_result_that_says_so(call: tuple[str, str], result: str) -> None:
    [outcome] = answered(Script({"price": [(call,), "sorry"]}), item_of("price"))
    assert [text.strip() for text in outcome.turns[0].results] == [result]
    assert outcome.generation.text == "sorry"
    assert outcome.generation.finish_reason == "stop"


def test_endless_calls_end_with_the_rounds() -> None:
    script = Script({"price": [LAMP] * 9, "plain": ["7"]})
    outcomes = answered(script, item_of("price"), item_of("plain"), max_rounds=3)
    assert [outcome.rounds for outcome in outcomes] == [3, 1]
    assert outcomes[0].generation.finish_reason == "tool_calls"
    assert outcomes[0].generation.text == ""
    assert outcomes[0].turns[-1].results == ()


def test_too_many_calls_at_once_are_not_run() -> None:
    [outcome] = answered(Script({"price": [LAMP * (MAX_CALLS + 2), "12"]}), item_of("price"))
    assert outcome.turns[0].results == (
        *("12",) * MAX_CALLS,
        *("error: too many calls at once",) * 2,
    )


def test_calls_of_an_item_without_tools_or_of_an_unfinished_answer_are_not_run() -> None:
    assert answered(Script({"plain": [LAMP]}), item_of("plain", tools=False))[0].rounds == 1

    class CutShort(Script):
        def _answer(self, request: ChatRequest) -> Generation:
            generation = super()._answer(request)
            return Generation(
                token_ids=generation.token_ids,
                text="",
                reasoning="",
                tool_calls=generation.tool_calls,
                finish_reason="length",
                logprobs=generation.logprobs,
                expert_rows=0,
            )

    assert answered(CutShort({"price": [LAMP]}), item_of("price"))[0].rounds == 1


def test_no_items_ask_nothing_of_the_generator() -> None:
    script = Script({})
    assert answered(script) == []
    assert script.asked == []


def test_the_opening_holds_the_system_prompt_and_the_question() -> None:
    assert [message.role for message in opening(item_of("a"))] == ["user"]
    assert [message.text for message in opening(item_of("a", system="b"))] == ["b", "a"]
