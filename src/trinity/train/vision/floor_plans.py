"""Exercises about floor plans: sizes of rooms, which are neighbours, how many rooms and doors."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from trinity.train.items import Item, Split
from trinity.train.vision import plan_cores as cores
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.plans import Door, Plan, Room, draw_plan, make_doors, make_plan
from trinity.train.vision.sums import multiply_steps
from trinity.train.wordings import phrase


def _with_sizes(rng: random.Random, level: int) -> tuple[Plan, Literal["inside", "around"]]:
    """A plan of two to four rooms, and where their sizes are drawn."""
    count = rng.randint(2 + level // 4, (2, 3, 3, 4, 4)[level - 1])
    plan = make_plan(rng, count, (8, 9, 10, 12, 20)[level - 1], most_bands=2)
    around = rng.random() < 0.15 * (level - 1)
    return plan, "around" if around else "inside"


def room_area(rng: random.Random, split: Split, level: int) -> Item:
    """The area of a named room."""
    plan, sizes = _with_sizes(rng, level)
    room = rng.choice(plan.rooms)
    less, more = sorted((room.width, room.height))
    return vision_item(
        "room_area",
        level,
        key=f"{plan} | {room.name}".lower(),
        question=phrase(rng, split, cores.ROOM_AREA, room=room.name),
        picture=draw_plan(rng, split, level, plan, sizes=sizes),
        answer=room.area,
        low=f"{room.width}*{room.height}={room.area}",
        high=f"{room.name} {room.width} by {room.height}; {multiply_steps(more, less)}",
        kind="number",
    )


def largest_room(rng: random.Random, split: Split, level: int) -> Item:
    """The room with the largest or the smallest area: by a fifth at least."""
    largest = rng.random() < 0.6
    while True:
        plan, sizes = _with_sizes(rng, level)
        ranked = sorted(plan.rooms, key=lambda room: room.area, reverse=largest)
        first, second = ranked[0].area, ranked[1].area
        if max(first, second) >= 1.2 * min(first, second):
            break
    word = "largest" if largest else "smallest"
    areas = listing([f"{r.name} {r.width}*{r.height}={r.area}" for r in plan.rooms])
    return vision_item(
        "largest_room",
        level,
        key=f"{plan} | {word}".lower(),
        question=phrase(rng, split, cores.ROOM_EXTREME, word=word),
        picture=draw_plan(rng, split, level, plan, sizes=sizes),
        answer=ranked[0].name,
        low=f"{word} {first}",
        high=f"{areas}; {word} {first} is {ranked[0].name}",
    )


def _with_doors(rng: random.Random, level: int) -> tuple[Plan, list[Door]]:
    """A plan of a few rooms with some doors."""
    plan = make_plan(rng, rng.randint(2 + level // 3, 3 + level // 2), 9 + level)
    return plan, make_doors(rng, plan, rng.randint(1, 2 + level))


def _beyond(room: Room, doors: Sequence[Door]) -> list[Room]:
    """The rooms that `room` has a door to."""
    pairs = [(door.room, door.beyond) for door in doors]
    return [b if a == room else a for a, b in pairs if b and room in (a, b)]


def adjacent_rooms(rng: random.Random, split: Split, level: int) -> Item:
    """Which rooms have a door to one, or whether two share a door or a wall."""
    return rng.choice((_doors_to, _is_next, _door_between))(rng, split, level)


def _doors_to(rng: random.Random, split: Split, level: int) -> Item:
    while True:
        plan, doors = _with_doors(rng, level)
        open_rooms = [room for room in plan.rooms if _beyond(room, doors)]
        if open_rooms:
            break
    room = rng.choice(open_rooms)
    there = _beyond(room, doors)
    answer = listing([other.name for other in plan.rooms if other in there])
    return vision_item(
        "adjacent_rooms",
        level,
        key=f"{plan} | {listing(doors)} | to {room.name}".lower(),
        question=phrase(rng, split, cores.DOORS_TO, room=room.name),
        picture=draw_plan(rng, split, level, plan, doors=doors),
        answer=answer,
        low=f"{room.name}: {len(there)}",
        high=f"doors {listing(doors)}; {room.name}: {answer}",
        kind="set",
    )


def _yes_or_no(
    rng: random.Random,
    split: Split,
    level: int,
    plan: Plan,
    doors: Sequence[Door],
    pair: tuple[Room, Room],
    *,
    by_door: bool,
) -> Item:
    """Whether the two rooms of `pair` share a door, or else a wall."""
    one, two = pair
    there = _beyond(one, doors) if by_door else plan.neighbours(one)
    answer = "yes" if two in there else "no"
    what = "doors" if by_door else "walls"
    low = f"{one.name} {what}: {listing([other.name for other in there]) or 'none'}"
    return vision_item(
        "adjacent_rooms",
        level,
        key=f"{plan} | {listing(doors)} | {what} {one.name} {two.name}".lower(),
        question=phrase(
            rng,
            split,
            cores.DOOR_BETWEEN if by_door else cores.IS_NEXT,
            one=one.name,
            two=two.name,
        ),
        picture=draw_plan(rng, split, level, plan, doors=doors),
        answer=answer,
        low=low,
        high=f"{plan.names()}; {low}; {two.name} {answer}",
    )


def _is_next(rng: random.Random, split: Split, level: int) -> Item:
    yes = rng.random() < 0.5
    while True:
        plan = make_plan(rng, rng.randint(3, 3 + level // 2), 9 + level)
        pairs = [
            (one, two)
            for one in plan.rooms
            for two in plan.rooms
            # Rooms that meet at a corner alone are neither neighbours nor clearly none.
            if one != two and (two in plan.neighbours(one) if yes else min(one.overlap(two)) < 0)
        ]
        if pairs:
            break
    doors = make_doors(rng, plan, rng.randint(0, level))
    return _yes_or_no(rng, split, level, plan, doors, rng.choice(pairs), by_door=False)


def _door_between(rng: random.Random, split: Split, level: int) -> Item:
    yes = rng.random() < 0.5
    while True:
        plan, doors = _with_doors(rng, level)
        pairs = [
            (one, two)
            for one in plan.rooms
            for two in plan.rooms
            if one != two and (two in _beyond(one, doors)) == yes
        ]
        if pairs:
            break
    return _yes_or_no(rng, split, level, plan, doors, rng.choice(pairs), by_door=True)


def count_rooms(rng: random.Random, split: Split, level: int) -> Item:
    """How many rooms a plan has: named ones or empty ones."""
    plan = make_plan(rng, rng.randint(2 + level // 3, 2 + level), 9 + level)
    doors = make_doors(rng, plan, rng.randint(0, level))
    count = len(plan.rooms)
    low = f"{'+'.join(str(len(band)) for band in plan.bands)}={count}"
    seen = plan.names()
    if rng.random() < 0.5:
        seen = f"{plan.kind} {listing([len(band) for band in plan.bands])}"
        bands = tuple(tuple(replace(room, name="") for room in band) for band in plan.bands)
        plan, doors = replace(plan, bands=bands), []
    return vision_item(
        "count_rooms",
        level,
        key=f"{plan}".lower(),
        question=phrase(rng, split, cores.COUNT_ROOMS),
        picture=draw_plan(rng, split, level, plan, doors=doors),
        answer=count,
        low=low,
        high=f"{seen}: {low}",
        kind="number",
    )


def count_doors(rng: random.Random, split: Split, level: int) -> Item:
    """How many doors a plan has, those to the outside among them."""
    plan, doors = _with_doors(rng, level)
    outside = sum(door.beyond is None for door in doors)
    low = f"{len(doors) - outside} inside, {outside} outside"
    return vision_item(
        "count_doors",
        level,
        key=f"{plan} | {listing(doors)}".lower(),
        question=phrase(rng, split, cores.COUNT_DOORS),
        picture=draw_plan(rng, split, level, plan, doors=doors),
        answer=len(doors),
        low=low,
        high=f"doors {listing(doors)}; {low}: {len(doors)}",
        kind="number",
    )


FAMILIES = (
    vision_family("room_area", room_area),
    vision_family("largest_room", largest_room),
    vision_family("adjacent_rooms", adjacent_rooms, 1.5),
    vision_family("count_rooms", count_rooms),
    vision_family("count_doors", count_doors),
)
