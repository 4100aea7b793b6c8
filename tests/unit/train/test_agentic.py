"""Tests of all families with tools, with JSON answers, and with two skills at once."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import trinity
from trinity.config import VisionConfig
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.train import agentic, composition
from trinity.train.agentic import declining, looking_up
from trinity.train.agentic.records import RECORDS
from trinity.train.agentic.topics import ASK, ASK_CLAUSE, NUMERIC, TOPICS, tool_for
from trinity.train.conversation import turns_before
from trinity.train.example import turn_ids
from trinity.train.items import Family, Item, Split, draw, split_of
from trinity.train.sandbox import Sandbox
from trinity.train.tools import CALCULATE, CONVERT, RUN_TESTS, result_of
from trinity.train.verify import judge_all
from trinity.train.wordings import is_test_core

TOKENIZER = Tokenizer(Path(trinity.__file__).parent / "models/mini/tekken.json")
VISION = VisionConfig(
    hidden_size=16,
    intermediate_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    patch_size=8,
    image_size=192,
)
FAMILIES = (*agentic.FAMILIES, *composition.FAMILIES)
BY_NAME = {family.name: family for family in FAMILIES}
MAX_TOKENS = 512

families = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as one:
        yield one


@cache
def some(family: Family, count: int, seed: int = 0) -> list[Item]:
    rng = random.Random(seed)
    return [family.make(rng, split, level) for level in range(1, 6) for split in Split] + [
        family.make(rng, rng.choice(list(Split)), rng.randint(1, 5)) for _ in range(count)
    ]


def num_tokens(item: Item) -> int:
    """The longest that a training example of `item` can be."""
    return max(
        len(render(turns_before(item, turn), item.tools, "high", TOKENIZER, VISION).token_ids)
        + len(turn_ids(item, turn, "high", TOKENIZER)[0])
        for turn in range(len(item.steps) + 1)
    )


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(FAMILIES)


@families
def test_every_split_has_instances(family: Family) -> None:
    rng = random.Random(1)
    for split in Split:
        item = draw(family, split, rng)
        assert split_of(family.name, item.key) is split


@families
def test_items_are_complete_and_fit_the_context(family: Family) -> None:
    for item in some(family, 30):
        assert (item.family, item.domain) == (family.name, family.domain)
        assert 1 <= item.level <= 5
        assert item.answer
        assert item.thoughts_low
        assert len(item.thoughts_low) <= len(item.thoughts_high)
        assert not re.search(r"<\w[^<>]*[|>]|\{\w+\}", item.question), item.question
        assert num_tokens(item) <= MAX_TOKENS
        for step in item.steps:
            assert step.thoughts_low
            assert step.calls


@families
def test_the_same_seed_gives_the_same_items(family: Family) -> None:
    again = pickle.loads(pickle.dumps(family))
    assert some(again, 3) == some(family, 3)


@families
def test_ideal_calls_give_what_they_are_noted_to_give(family: Family, sandbox: Sandbox) -> None:
    for item in some(family, 30):
        offered = {tool.name: tool for tool in item.tools}
        assert len(offered) == len(item.tools) <= 3
        for step in item.steps:
            for call in step.calls:
                expected = offered[call.name].parameters["properties"]
                assert json.loads(call.arguments).keys() == expected.keys()
                # Without its steps an item knows no facts: what is computed must come out alike.
                computed = call.name in (RUN_TESTS.name, CALCULATE.name, CONVERT.name)
                asked = replace(item, steps=()) if computed else item
                assert result_of(asked, call.name, call.arguments, sandbox) == call.result


@families
def test_the_check_accepts_the_answer_and_no_other(family: Family) -> None:
    items = some(family, 30)
    assert all(judge_all(items, [item.answer for item in items]))
    changed = [f"def f(*_):\n    return {item.answer!r}, 7" for item in items]
    assert not any(judge_all(items, changed))


@pytest.mark.parametrize("name", ["call_a_tool", "call_tools_at_once"])
def test_answers_come_from_the_results(name: str) -> None:
    for item in some(BY_NAME[name], 150):
        [step] = item.steps
        results = " ".join(call.result for call in step.calls)
        numbers = [int(number) for number in re.findall(r"\d+", results)]
        *_, asked = ["", *re.findall(r"^\w+ (total|difference|more|less) ", item.key)]
        match asked:
            case "total":
                assert int(item.answer) == sum(numbers)
            case "difference":
                assert int(item.answer) == max(numbers) - min(numbers)
            case "more" | "less":
                [first], [second] = (json.loads(c.arguments).values() for c in step.calls)
                larger = first if numbers[0] > numbers[1] else second
                assert (item.answer == larger) == (asked == "more")
            case _ if item.answer == looking_up.NOT_FOUND:
                assert results.startswith("error: nothing found")
            case _:
                assert all(part in results for part in item.answer.split(" and "))


def test_without_a_fitting_tool_nothing_is_called() -> None:
    for name in ("no_tool_needed", "tool_cannot_help"):
        for item in some(BY_NAME[name], 60):
            assert item.tools
            assert item.steps == ()
    items = some(BY_NAME["tool_cannot_help"], 100)
    assert {item.answer for item in items} == {declining.CANNOT}
    about = {topic.nouns[0]: topic.about for topic in TOPICS}
    for item in items:
        wanted = about.get(item.key.split(" ")[0])
        assert wanted not in {tool.description for tool in item.tools}


def test_an_easy_exercise_keeps_its_split_where_tools_are_offered() -> None:
    item = BY_NAME["no_tool_needed"].make(random.Random(3), Split.TRAIN, 2)
    inner, _, key = item.key.partition(" ")
    assert split_of(item.family, item.key) is split_of(inner, re.sub(r" \d+$", "", key))


def test_the_test_split_has_tool_names_of_its_own() -> None:
    rng = random.Random(0)
    names = {
        split: {tool_for(rng, split, topic).name for topic in TOPICS for _ in range(300)}
        for split in Split
    }
    assert names[Split.TEST].isdisjoint(names[Split.TRAIN])
    assert names[Split.VALIDATION] & names[Split.TRAIN]
    assert len(names[Split.TRAIN]) > 300
    assert len(names[Split.TEST]) > 50


def test_topics_can_be_asked_for_in_every_split() -> None:
    assert len(ASK) % 5 == len(ASK_CLAUSE) % 5 == 0
    assert len(NUMERIC) >= 5
    for topic in TOPICS:
        assert len(topic.cores) == 5
        assert len(topic.nouns) >= 4
        assert bool(topic.units) != bool(topic.texts)
        assert len({len(names.split()) for names in topic.parameters}) == 1


def test_records_say_all_their_facts_in_every_split() -> None:
    rng = random.Random(0)
    for record in RECORDS:
        assert any(map(is_test_core, range(len(record.texts))))
        for text in record.texts:
            assert set(re.findall(r"\{(\w+)\}", text)) == {f.slot for f in record.fields}
        for field in record.fields:
            value, _ = field.draw(rng)
            kinds = {str: "string", bool: "boolean", int: "integer", list: "array"}
            assert field.kind in (kinds.get(type(value)), "number")


def test_a_json_answer_is_what_the_text_says() -> None:
    for item in some(BY_NAME["json_answer"], 100):
        for key, value in json.loads(item.answer).items():
            assert item.system is not None or key in item.question
            for part in value if isinstance(value, list) else [value]:
                assert isinstance(part, bool) or str(part) in item.question
        if item.system is not None:
            schema = json.loads(item.system[item.system.index("{") :])
            assert list(schema["properties"]) == list(json.loads(item.answer))


def test_a_repair_follows_the_report_and_ends_with_code_that_passes(sandbox: Sandbox) -> None:
    kinds = set()
    for item in some(BY_NAME["repair_with_tests"], 120):
        results = [call.result for step in item.steps for call in step.calls]
        assert results[-1].startswith("passed ")
        assert "".join(results[:-1]).count("passed") == 0
        last = json.loads(item.steps[-1].calls[0].arguments)["code"]
        assert item.answer == f"```python\n{last}\n```"
        kinds.add((len(results), "def " in item.question))
        if len(results) == 2:
            first = json.loads(item.steps[0].calls[0].arguments)["code"]
            assert f"```python\n{first}\n```" in item.question
            assert sandbox.report(first, item.check.payload) == results[0]
    assert {(1, True), (2, True), (1, False)} <= kinds


def test_families_have_hundreds_of_wordings_each() -> None:
    for family in FAMILIES:
        cores = getattr(family.make, "cores", {})
        assert cores or family.name == "no_tool_needed"
        for variant, texts in cores.items():
            assert len(texts) >= 20, (family.name, variant)
            assert len(set(texts)) == len(texts)
