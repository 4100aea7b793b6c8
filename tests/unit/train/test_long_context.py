import random
import re
from pathlib import Path

import pytest

import trinity
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.items import Item, Split, draw
from trinity.train.reasoning.long_context import FAMILIES

TOKENIZER = Tokenizer(Path(trinity.__file__).parent / "models/mini/tekken.json")
BY_NAME = {family.name: family for family in FAMILIES}
NAMES = list(BY_NAME)


def samples(name: str, count: int = 200) -> list[Item]:
    rng = random.Random(name)
    make = BY_NAME[name].make
    return [make(rng, rng.choice(list(Split)), 1 + i % 5) for i in range(count)]


def told(item: Item) -> tuple[list[tuple[str, str, str]], str]:
    """The facts of an item's key, as kind, subject and value; and what is asked."""
    facts, asked = item.key.split(" ? ")
    found = []
    for fact in facts.split("; "):
        kind, rest = fact.split(" ", 1)
        found.append((kind, *rest.split("=")))
    return found, asked


def test_a_needle_is_the_one_fact_that_fits() -> None:
    for item in samples("needle"):
        facts, asked = told(item)
        kind, wanted = asked.split(" ", 1)
        if wanted.startswith("="):
            fitting = [x for k, x, v in facts if (k, v) == (kind, wanted[1:])]
        else:
            fitting = [v for k, x, v in facts if (k, x) == (kind, wanted)]
        assert fitting == [item.answer]
        assert all(v in item.question for _, _, v in facts)


def test_two_needles_are_put_together() -> None:
    for item in samples("two_needles"):
        facts, asked = told(item)
        how, kind, subjects = asked.split(" ", 2)
        x, y = subjects.split(", ")
        [a] = [int(v) for k, s, v in facts if (k, s) == (kind, x)]
        [b] = [int(v) for k, s, v in facts if (k, s) == (kind, y)]
        if how == "most":
            assert item.answer == (x if a > b else y)
        else:
            assert int(item.answer) == (a + b if how == "total" else a - b) > 0


def test_documents_are_read_by_label_event_and_content() -> None:
    for item in samples("documents"):
        facts, asked = told(item)
        events = list(dict.fromkeys(event for _, event, _ in facts))
        labels = dict(zip("ABCDE", events, strict=False))
        kind, wanted = asked.split(" ", 1)
        if kind == "event":
            assert item.answer == labels[wanted].removeprefix("the ")
        elif kind == "note" and wanted.startswith("="):
            assert {event for _, event, v in facts if v == wanted[1:]} == {labels[item.answer]}
        elif kind == "note":
            assert labels[item.answer] == wanted
        else:
            event = labels.get(wanted, wanted)
            assert [v for k, e, v in facts if (k, e) == (kind, event)] == [item.answer]


def test_the_last_value_counts() -> None:
    for item in samples("last_update_wins"):
        facts, asked = told(item)
        values = [v for _, x, v in facts if x == asked]
        assert item.answer == values[-1]
        assert len(values) > 1
        assert values[-1] != values[-2]
        assert item.thoughts_high.split("; ")[1:-1] == values


@pytest.mark.parametrize("name", NAMES)
def test_prompts_grow_with_the_level_and_fit_the_context(name: str) -> None:
    rng = random.Random(name)
    means = []
    for level in range(1, 6):
        items = [draw(BY_NAME[name], rng.choice(list(Split)), rng, level) for _ in range(100)]
        prompts = [len(TOKENIZER.encode(item.question)) for item in items]
        means.append(sum(prompts) / len(prompts))
        for item, prompt in zip(items, prompts, strict=True):
            assert item.level == level
            # The chat's own tokens are about ten.
            thoughts, answer = (TOKENIZER.encode(t) for t in (item.thoughts_high, item.answer))
            assert prompt + len(thoughts) + len(answer) <= 500
            assert item.thoughts_high.endswith(item.answer)
            assert not re.search(r"[{}<>]", item.question)
    assert means == sorted(means)
    assert means[-1] > 2 * means[0]
    assert means[-1] > 300
