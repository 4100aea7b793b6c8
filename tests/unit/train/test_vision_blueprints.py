"""Drawings and plans: the answers are worked out anew from the key alone, square by square."""

from __future__ import annotations

import io
import itertools
import random
import re
from pathlib import Path

import pytest
from PIL import Image

import trinity
from trinity.config import VisionConfig
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.conversation import opening
from trinity.train.example import turn_ids
from trinity.train.items import Family, Item, Mark, Split
from trinity.train.vision import blueprints, floor_plans, look, sums
from trinity.train.vision.labels import GROUPS
from trinity.train.vision.plans import make_doors, make_plan
from trinity.train.vision.signs import FAMILIES as SIGNS

GAUGE = next(family for family in SIGNS if family.name == "gauge")
FAMILIES = (*blueprints.FAMILIES, *floor_plans.FAMILIES, GAUGE)
BY_NAME = {family.name: family for family in FAMILIES}
LEVELS = range(1, 6)
Square = tuple[int, int]

VISION = VisionConfig(
    hidden_size=16,
    intermediate_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    patch_size=8,
    image_size=192,
)


def some(name: str, each: int = 8) -> list[Item]:
    """As many items of every level."""
    rng = random.Random(name)
    make = BY_NAME[name].make
    return [make(rng, rng.choice(list(Split)), level) for level in LEVELS for _ in range(each)]


def numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def squares(key: str) -> set[Square]:
    """The unit squares of a rectangle, or of one with a corner cut out."""
    width, height, *rest = numbers(key)
    cut_width, cut_height = rest or (0, 0)
    if "beside" in key:
        cut_width, cut_height = width - cut_width, height - cut_height
    whole = itertools.product(range(width), range(height))
    return {(x, y) for x, y in whole if x >= cut_width or y >= cut_height}


def around(x: int, y: int) -> list[Square]:
    return [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]


def test_areas_are_the_number_of_squares() -> None:
    for item in some("area", 20):
        assert int(item.answer) == len(squares(item.key))


def test_perimeters_are_the_number_of_outer_sides_of_squares() -> None:
    for item in some("perimeter"):
        inside = squares(item.key)
        sides = sum(near not in inside for square in inside for near in around(*square))
        assert int(item.answer) == sides


def test_a_missing_dimension_completes_the_chain() -> None:
    for item in some("missing_dimension", 20):
        chain, total = item.key.split(" of ")
        filled = chain.replace("?", item.answer)
        assert sum(numbers(filled)) == numbers(total)[0]
        assert chain.count("?") == 1 <= int(item.answer)


def test_offsets_agree_with_where_the_holes_are() -> None:
    for item in some("part_dimension", 20):
        plate, asked = item.key.split(" | ")
        size, across, down = re.split(r", (?=[a-z])", plate)
        width, height = numbers(size)
        steps = list(itertools.accumulate(numbers(across)))
        hole = "AB".index(asked.split()[1]) if asked.startswith("hole") else 0
        edge = asked.split()[2]
        distance = {across.split()[0]: steps[hole], down.split()[0]: numbers(down)[0]}
        opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
        for side, size_there in ((across.split()[0], width), (down.split()[0], height)):
            distance[opposite[side]] = size_there - distance[side]
        assert int(item.answer) == distance[edge] > 0


def test_a_gauge_shows_a_value_on_one_of_its_marks() -> None:
    for item in some("gauge", 20):
        top, step, parts, reading = numbers(item.key)[1:]
        assert int(item.answer) == reading <= top
        assert step % parts == reading % (step // parts) == top % step == 0
        assert item.level > 2 or reading % step == 0


def rooms_of(key: str) -> dict[str, set[Square]]:
    """The unit squares of each room of a plan."""
    kind, _, plan = key.split(" | ")[0].partition(" ")
    rooms: dict[str, set[Square]] = {}
    start = 0
    for band in plan.split(" / "):
        place = 0
        for number, room in enumerate(band.split(", ")):
            name = room.split()[0] if " " in room else f"{start} {number}"
            width, height = numbers(room)
            along, thick = (height, width) if kind == "columns" else (width, height)
            cells = itertools.product(range(place, place + along), range(start, start + thick))
            rooms[name] = set(cells)
            place += along
        start += thick
    return rooms


def beside(rooms: dict[str, set[Square]], name: str) -> set[str]:
    """The rooms that share the side of a square with a room."""
    near = {square for cell in rooms[name] for square in around(*cell)}
    return {other for other, cells in rooms.items() if other != name and cells & near}


def doors_of(key: str) -> list[set[str]]:
    return [set(door.split("-")) for door in key.split(" | ")[1].split(", ") if door]


@pytest.mark.parametrize("family", floor_plans.FAMILIES, ids=lambda family: family.name)
def test_rooms_fill_a_rectangle_and_do_not_overlap(family: Family) -> None:
    for item in some(family.name, 4):
        cells = [cell for room in rooms_of(item.key).values() for cell in room]
        width, height = (max(edge) + 1 for edge in zip(*cells, strict=True))
        assert len(cells) == len(set(cells)) == width * height


def test_areas_of_rooms_are_the_number_of_their_squares() -> None:
    for item in some("room_area"):
        assert int(item.answer) == len(rooms_of(item.key)[item.key.split(" | ")[1]])


def test_the_largest_room_is_the_only_one_of_its_size() -> None:
    for item in some("largest_room"):
        areas = {name: len(cells) for name, cells in rooms_of(item.key).items()}
        best = (max if item.key.endswith("largest") else min)(areas.values())
        assert [name for name, area in areas.items() if area == best] == [item.answer.lower()]


def test_neighbours_and_doors_agree_with_the_plan() -> None:
    answers = []
    for item in some("adjacent_rooms", 25):
        rooms, doors = rooms_of(item.key), doors_of(item.key)
        what, *names = item.key.split(" | ")[2].split()
        there = {name for door in doors if names[0] in door for name in door}
        there -= {names[0], "out"}
        if what == "to":
            assert set(item.answer.lower().split(", ")) == there
            assert sorted(item.check.payload) == sorted(item.answer.split(", "))
            continue
        answers.append(item.answer)
        near = there if what == "doors" else beside(rooms, names[0])
        assert item.answer == ("yes" if names[1] in near else "no")
    assert 0.35 < answers.count("yes") / len(answers) < 0.65


def test_rooms_that_meet_at_a_corner_alone_are_not_asked_about() -> None:
    for item in some("adjacent_rooms", 25):
        what, *names = item.key.split(" | ")[2].split()
        rooms = rooms_of(item.key)
        if what == "walls" and names[1] not in beside(rooms, names[0]):
            reach = {(x + i, y + j) for x, y in rooms[names[0]] for i in (-1, 1) for j in (-1, 1)}
            assert not reach & rooms[names[1]]


def test_doors_are_in_walls_that_two_rooms_share() -> None:
    for item in some("count_doors"):
        rooms, doors = rooms_of(item.key), doors_of(item.key)
        assert int(item.answer) == len(doors) == len({tuple(sorted(door)) for door in doors})
        for one, two in (sorted(door - {"out"}) for door in doors if "out" not in door):
            assert two in beside(rooms, one)


def test_a_room_in_the_middle_has_no_door_to_the_outside() -> None:
    rng = random.Random(0)
    plans = (make_plan(rng, 7, 12) for _ in range(200))
    plan = next(plan for plan in plans if [len(band) for band in plan.bands] == [2, 3, 2])
    inner = plan.bands[1][1]
    doors = make_doors(rng, plan, 99)
    assert {door.room for door in doors if door.beyond is None} == set(plan.rooms) - {inner}


def test_counts_of_rooms_and_what_is_drawn_agree() -> None:
    for item in some("count_rooms"):
        assert int(item.answer) == len(rooms_of(item.key))
    for item in some("count_doors"):
        assert int(item.answer) == sum(mark.label == "door" for mark in item.marks or ())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_marks_lie_in_the_picture_and_texts_stand_apart(family: Family) -> None:
    for item in some(family.name, 5):
        assert item.marks is not None
        for mark in item.marks:
            assert mark.label in GROUPS[mark.group] or mark.group in ("glyph", "value")
            for left, top, right, bottom in mark.boxes:
                assert -0.03 <= left < right <= 1.03
                assert -0.03 <= top < bottom <= 1.03
        glyphs = [mark for mark in item.marks if mark.group == "glyph"]
        assert not any(overlap(*pair) for pair in itertools.combinations(glyphs, 2)), item.key


def overlap(one: Mark, two: Mark) -> bool:
    """Whether the ink of two characters may meet: their boxes, less a margin, overlap."""
    ((left, top, right, bottom),) = one.boxes
    ((other_left, other_top, other_right, other_bottom),) = two.boxes
    across = min(right, other_right) - max(left, other_left)
    down = min(bottom, other_bottom) - max(top, other_top)
    return across > 0.2 * (right - left) and down > 0.2 * (bottom - top)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_pictures_are_seen_at_the_size_they_are_drawn_for(family: Family) -> None:
    for item in some(family.name, 5):
        picture = Image.open(io.BytesIO(item.images[0]))
        glyphs = [mark for mark in item.marks or () if mark.group == "glyph"]
        height = look.shrink(picture).height
        for mark in glyphs:
            # Boxes of characters are 1.4 capitals high, and capitals at least 8.4 pixels.
            assert (mark.boxes[0][3] - mark.boxes[0][1]) * height >= 1.4 * 8.4


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_examples_fit_in_512_tokens(family: Family) -> None:
    tokenizer = Tokenizer(Path(trinity.__file__).parent / "models/mini/tekken.json")
    for item in some(family.name, 4):
        prompt = render(opening(item), (), "high", tokenizer, VISION)
        said, _ = turn_ids(item, 0, "high", tokenizer)
        assert len(prompt.token_ids) + len(said) <= 512


def test_every_step_of_the_thoughts_is_right() -> None:
    for family in FAMILIES:
        for item in some(family.name):
            steps = re.findall(r"(?<![\d*+-])(\d+)([*+-])(\d+)=(\d+)", item.thoughts_high)
            for one, sign, two, result in steps:
                a, b = int(one), int(two)
                assert int(result) == {"*": a * b, "+": a + b, "-": a - b}[sign]


def test_columns_are_shown_where_a_sum_needs_them() -> None:
    assert sums.added(4, 5) == "4+5=9"
    assert sums.added(17, 5) == "17+5=22 (7+5=12 carry 1; 1+0+1=2)"
    assert sums.taken(12, 5) == "12-5=7"
    assert sums.taken(42, 15) == "42-15=27 (12-5=7 borrow 1; 4-1-1=2)"
