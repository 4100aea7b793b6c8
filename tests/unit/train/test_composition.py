"""Tests of what is drawn and asked in the exercises that need two skills at once.

What they share with exercises that use tools is tested in `test_agentic`.
"""

from __future__ import annotations

import ast
import io
import json
import random
import re

import pytest
from PIL import Image

from trinity.train.composition import FAMILIES, data, screenshots
from trinity.train.items import Family, Item, Split, split_of
from trinity.train.sandbox import define
from trinity.train.verify import extract_code
from trinity.train.vision.look import LONGEST, shrink

BY_NAME = {family.name: family for family in FAMILIES}


def some(name: str, count: int = 60, seed: int = 0) -> list[Item]:
    rng = random.Random(seed)
    make = BY_NAME[name].make
    return [make(rng, rng.choice(list(Split)), rng.randint(1, 5)) for _ in range(count)]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_each_item_has_one_picture_that_the_model_sees_whole(family: Family) -> None:
    assert family.domain == "composition"
    for item in some(family.name):
        [file] = item.images
        picture = Image.open(io.BytesIO(file)).convert("RGB")
        assert max(shrink(picture).size) <= LONGEST
        assert max(picture.size) <= 4 * LONGEST
        assert len(set(picture.tobytes())) > 1


def test_a_puzzle_is_read_before_it_is_solved_and_is_not_told_in_the_question() -> None:
    for item in some("picture_puzzle", 150):
        assert not re.search(r"\d[ +*/x=-]+\d", item.question)
        assert item.thoughts_high.startswith("it says ")
        assert item.thoughts_high.endswith(item.answer)


def test_a_puzzle_has_the_split_of_the_reasoning_exercise_that_it_shows() -> None:
    for item in some("picture_puzzle"):
        name, _, key = item.key.partition(" ")
        keys = (key, re.sub(r" \d+$", "", key))
        assert split_of(item.family, item.key) in {split_of(name, one) for one in keys}


def test_code_of_a_chart_holds_its_values() -> None:
    for item in some("chart_to_code", 150):
        variant, _, series = item.key.partition(" ")
        shown = {name: int(value) for name, value in map(str.split, series.split(", "))}
        values = list(shown.values())
        match variant:
            case "dict":
                assert ast.literal_eval(item.answer) == shown
            case "list":
                assert ast.literal_eval(item.answer) == values
            case _:
                code = extract_code(item.answer)
                wanted = {"function": list, "total": sum, "largest": max}[variant](values)
                assert define(code, item.check.payload["function"])() == wanted


def test_json_of_a_table_holds_its_cells() -> None:
    for item in some("table_to_json", 100):
        table, _, asked = item.key.partition(" | ")
        heads, _, lines = table.partition(": ")
        names = heads.split(", ")
        rows = {}
        for line in lines.split("; "):
            name, _, numbers = line.partition(" ")
            rows[name] = dict(zip(names, map(int, numbers.split(", ")), strict=True))
        assert 2 <= len(rows) <= 3
        column = {name: row.get(asked) for name, row in rows.items()}
        wanted = rows if not asked else column if asked in names else rows[asked]
        assert json.loads(item.answer) == wanted
        assert asked in item.question


def test_lists_show_every_value() -> None:
    values = data.make_data(random.Random(0), 3)
    canvas = data.draw_list(random.Random(0), Split.TRAIN, 3, values)
    shown = "".join(mark.label for mark in canvas.marks if mark.group == "glyph")
    assert all(str(value) in shown for value in values.values)


def test_code_is_drawn_with_its_indentation_or_not_at_all() -> None:
    rng = random.Random(0)
    canvas = screenshots.draw_code(rng, Split.TRAIN, 1, "def f(x):\n    return x")
    assert canvas is not None
    marks = [mark for mark in canvas.marks if mark.group == "glyph"]
    assert "".join(mark.label for mark in marks) == "deff(x):returnx"
    assert marks[8].boxes[0][0] > marks[0].boxes[0][0]
    assert (
        screenshots.draw_code(rng, Split.TRAIN, 1, f"def f(x):\n    return {'x + ' * 20}x") is None
    )
    assert screenshots.draw_code(rng, Split.TRAIN, 1, "\n".join("abcde")) is None


def test_code_in_a_picture_is_not_told_in_the_question_and_is_tested_at_higher_levels() -> None:
    items = some("code_screenshot", 60)
    assert not any("def " in item.question for item in items)
    assert all(item.level > 2 for item in items if item.tools)
    assert 10 < sum(bool(item.tools) for item in items) < 40
