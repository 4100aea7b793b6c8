from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.engine.fakes import (
    END_THINK,
    EOS,
    THINK,
    a_request,
    finish_of,
    ids,
    make_engine,
    run,
    scripted_engine,
    text_of,
    tokens_of,
)
from trinity.config import EngineConfig
from trinity.engine.answer import AnswerBuilder
from trinity.engine.intensity import IntensityTable, resolve
from trinity.engine.llm import LLM
from trinity.errors import InvalidRequest
from trinity.presets import preset
from trinity.types import (
    ChatRequest,
    FinishedEvent,
    IntensityRequest,
    Message,
    SamplingParams,
    TokenEvent,
    Tool,
)


def thinker(*sayings: tuple[str, str]) -> object:
    """A script in which thought number i thinks and answers as `sayings[i]` says."""

    def script(_request: object, index: int, generated: list[int]) -> int:
        thought, answer = sayings[index]
        said = [THINK, *ids(thought), END_THINK, *ids(answer), *[EOS] * 50]
        return said[len(generated)]

    return script


def voted(*sayings: tuple[str, str], **settings: object) -> list[object]:
    engine, _ = scripted_engine(thinker(*sayings))  # type: ignore[arg-type]
    request = replace(a_request(**{"max_tokens": 40, **settings}), thoughts=len(sayings))
    events = run(engine, request)["r"]
    assert not engine.has_work
    engine.check_integrity()
    return events


def test_the_first_thought_streams_and_most_votes_answer() -> None:
    events = voted(("aa", "no"), ("bbb", "yes"), ("c", "yes"))
    assert text_of(events, "thinking") == "aa"
    assert text_of(events) == "yes"
    assert tokens_of(events) == [THINK, *ids("aa"), END_THINK, *ids("yes"), EOS]
    ends = [event for event in events if isinstance(event, FinishedEvent)]
    assert len(ends) == 1
    assert {event.index for event in events} == {0}


def test_usage_and_expert_rows_are_those_of_all_thoughts() -> None:
    finish = finish_of(voted(("aa", "no"), ("bbb", "yes"), ("c", "yes"), k=3))
    assert finish.usage.prompt_tokens == 5
    assert finish.usage.reasoning_tokens == 2 + 3 + 1
    assert finish.usage.completion_tokens == (2 + 3 + 1) + (2 + 3 + 3) + 3 * 3
    assert finish.expert_rows % (2 * 3) == 0


def test_a_tie_goes_to_the_first_and_layout_does_not_count() -> None:
    assert text_of(voted(("a", "x"), ("b", "y"))) == "x"
    assert text_of(voted(("a", "x"), ("b", "Two  words"), ("c", "two words"))) == "Two  words"


def test_an_answer_that_was_cut_off_loses_to_one_that_ended() -> None:
    long = "abcdefghijklmnopqrstuvwxyz"
    events = voted(("a", long), ("b", long), ("c", "yes"), max_tokens=16)
    assert text_of(events) == "yes"
    assert finish_of(events).reason == "stop"
    assert finish_of(voted(("a", long), ("b", long), max_tokens=16)).reason == "length"


def test_an_aborted_vote_leaves_nothing_behind() -> None:
    engine = make_engine()
    engine.submit(replace(a_request(max_tokens=30), thoughts=3))
    engine.step()
    engine.abort("r")
    engine.step()
    assert not engine.has_work
    assert engine._votes == {}
    engine.check_integrity()


def test_several_thoughts_are_for_one_answer() -> None:
    engine = make_engine()
    for n, thoughts in ((2, 2), (1, 1000), (1, 0)):
        with pytest.raises(InvalidRequest):
            engine.submit(replace(a_request(n=n), thoughts=thoughts))


def table_of(thoughts: int) -> IntensityTable:
    table = IntensityTable.standard(preset("nano"))
    return replace(table, levels=(*table.levels[:-1], replace(table.levels[-1], thoughts=thoughts)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n": 2}, "several choices"),
        ({"tools": (Tool(name="add"),)}, "tools"),
        ({"sampling": SamplingParams(logprobs=1)}, "log-probabilities"),
    ],
)
def test_where_a_vote_is_not_possible_it_is_said(changes: dict[str, object], reason: str) -> None:
    chat = ChatRequest(
        messages=(Message.user("hi"),), intensity=IntensityRequest(reasoning_effort="max")
    )
    config = preset("nano")
    effective, warnings = resolve(chat, table_of(5), config, None)
    assert (effective.thoughts, warnings) == (5, ())
    effective, warnings = resolve(replace(chat, **changes), table_of(5), config, None)  # type: ignore[arg-type]
    assert effective.thoughts == 1
    assert "thinks 5 times" in warnings[0]
    assert reason in warnings[0]


def test_the_embedded_model_votes_as_its_thoughts_would() -> None:
    llm = LLM.load("mini", EngineConfig(speculation=False), seed=0)
    high = llm.table.named("high")
    level = replace(llm.table.levels[-1], temperature=0.8, thoughts=4)
    llm.table = replace(llm.table, levels=(*llm.table.levels[:-1], level))
    assert high.thoughts == 1
    request = ChatRequest(
        messages=(Message.user("What is 17 + 25?"),),
        sampling=SamplingParams(seed=3, max_tokens=120),
        intensity=IntensityRequest(reasoning_effort="max"),
    )
    [answer], prepared = llm.ask(request)
    assert prepared.effective.thoughts == 4
    # The same four thoughts as four choices.
    apart = replace(prepared.generation, request_id="apart", thoughts=1, n=4)
    builders = [AnswerBuilder(llm.tokenizer) for _ in range(4)]
    texts, tokens = [], 0
    for event in llm.stream(replace(prepared, generation=apart)):
        if isinstance(event, TokenEvent):
            builders[event.index].add(event)
        elif isinstance(event, FinishedEvent):
            texts.append(builders[event.index].finish(event).text)
            tokens += event.usage.completion_tokens
    assert texts.count(answer.text) == max(map(texts.count, texts))
    assert answer.usage.completion_tokens == tokens
