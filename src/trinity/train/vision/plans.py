"""Floor plans: rooms in rows or columns, doors in their walls, and how they are drawn.

Called by the floor plan exercises.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trinity.train.items import Split
from trinity.train.vision.blueprint_lines import CAP, DOOR, LYING, UPRIGHT, Draft, Side, draw_door
from trinity.train.vision.canvas import Box, Canvas
from trinity.train.vision.making import listing

_SHORT = ("Hall", "Bath", "Den", "Gym", "Bar", "Lab", "Shop", "Loft", "Spa", "Study", "Store")
_LONG = ("Kitchen", "Office", "Attic", "Dining", "Garage", "Pantry", "Lounge", "Cellar", "Toilet")
_CLOSEST = 22
"""Pixels between walls that do not line up: a door fits between them."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room: where it lies and how large it is, in units."""

    name: str
    left: int
    top: int
    width: int
    height: int

    def __str__(self) -> str:
        """Canonical form: `Hall 4x3`."""
        return f"{self.name} {self.width}x{self.height}".strip()

    @property
    def area(self) -> int:
        """Square units."""
        return self.width * self.height

    def overlap(self, other: Room) -> tuple[int, int]:
        """By how much the two overlap across and down: 0 where they touch, less where they are
        apart."""
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return across, down


@dataclass(frozen=True, slots=True)
class Plan:
    """Rooms that fill a rectangle, in rows or in columns."""

    bands: tuple[tuple[Room, ...], ...]
    is_columns: bool

    def __str__(self) -> str:
        """Canonical form: `rows Hall 4x3, Bath 2x3 / Den 6x5`."""
        return f"{self.kind} {' / '.join(listing(band) for band in self.bands)}"

    @property
    def kind(self) -> str:
        """What the bands are."""
        return "columns" if self.is_columns else "rows"

    @property
    def rooms(self) -> list[Room]:
        """All rooms, band by band."""
        return [room for band in self.bands for room in band]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole."""
        last = self.bands[-1][-1]
        return last.left + last.width, last.top + last.height

    def names(self) -> str:
        """The names of the rooms, band by band: `rows Hall, Bath / Den`."""
        names = (listing([room.name for room in band]) for band in self.bands)
        return f"{self.kind} {' / '.join(names)}"

    def neighbours(self, room: Room) -> list[Room]:
        """The rooms that share a wall with `room`."""
        overlaps = [(other, room.overlap(other)) for other in self.rooms]
        return [other for other, both in overlaps if min(both) == 0 < max(both)]


@dataclass(frozen=True, slots=True)
class Door:
    """A door between two rooms, or to the outside on one side of a room."""

    room: Room
    beyond: Room | None
    side: Side
    """The side of `room` on which it is."""

    def __str__(self) -> str:
        """For example `Hall-Bath`, `Hall-out`."""
        return f"{self.room.name}-{self.beyond.name if self.beyond else 'out'}"


def make_plan(rng: random.Random, count: int, longest: int, *, most_bands: int = 3) -> Plan:
    """A plan of `count` named rooms in at most `most_bands` rows or columns of at most three.

    The whole is at most `longest` units long; bands are at most nine units thick.
    """
    sizes = rng.choice(_compositions(count, most_bands))
    is_columns = rng.random() < 0.4
    longest = max(longest, 2 * max(sizes) + 1)
    length = rng.randint(max(3, 2 * max(sizes)), longest)
    across = len(sizes) if is_columns else max(sizes)
    names = iter(_names(rng, count, across))
    bands, start = [], 0
    for size in sizes:
        thick = rng.randint(2, min(9, longest))
        cuts = [0, *_cuts(rng, size, length), length]
        band = []
        for place, stop in itertools.pairwise(cuts):
            corner, edges = (place, start), (stop - place, thick)
            if is_columns:
                corner, edges = corner[::-1], edges[::-1]
            band.append(Room(next(names), *corner, *edges))
        bands.append(tuple(band))
        start += thick
    return Plan(tuple(bands), is_columns)


def _compositions(count: int, most: int) -> list[tuple[int, ...]]:
    """The ways to put `count` rooms into one to `most` bands of one to three."""
    if most == 0:
        return []
    ways: list[tuple[int, ...]] = [(count,)] if count <= 3 else []
    for first in range(1, min(3, count - 1) + 1):
        ways += [(first, *rest) for rest in _compositions(count - first, most - 1)]
    return ways


def _cuts(rng: random.Random, parts: int, length: int) -> list[int]:
    """Where a band is cut so that each part is at least two units long."""
    slack = sorted(rng.randint(0, length - 2 * parts) for _ in range(parts - 1))
    return [2 * (i + 1) + extra for i, extra in enumerate(slack)]


def _names(rng: random.Random, count: int, across: int) -> list[str]:
    """Names that find room where `across` rooms lie side by side."""
    pool = _SHORT if across > 2 else (*_SHORT, *_LONG)
    style = rng.choice((str.capitalize, str.capitalize, str.capitalize, str.lower, str.upper))
    return [style(name) for name in rng.sample(_SHORT if style is str.upper else pool, count)]


def make_doors(rng: random.Random, plan: Plan, count: int) -> list[Door]:
    """At most `count` doors, inner and outer ones, none twice between the same rooms."""
    doors = []
    width, height = plan.size
    rooms = plan.rooms
    for i, room in enumerate(rooms):
        for other in plan.neighbours(room):
            if rooms.index(other) > i:
                side: Side = "bottom" if room.overlap(other)[0] > 0 else "right"
                doors.append(Door(room, other, side))
        hull: dict[Side, bool] = {
            "left": room.left == 0,
            "top": room.top == 0,
            "right": room.left + room.width == width,
            "bottom": room.top + room.height == height,
        }
        outer = [side for side, is_outer in hull.items() if is_outer]
        doors += [Door(room, None, side) for side in rng.sample(outer, min(1, len(outer)))]
    chosen = rng.sample(doors, min(count, len(doors)))
    return sorted(chosen, key=doors.index)


def draw_plan(
    rng: random.Random,
    split: Split,
    level: int,
    plan: Plan,
    *,
    doors: Sequence[Door] = (),
    sizes: Literal["inside", "around"] | None = None,
) -> Canvas:
    """Draw a plan; the rooms' sizes stand in them, or on the dimension lines around at most two
    bands."""
    draft = Draft(rng, split, level)
    canvas = draft.canvas
    form = rng.choice(("{}x{}", "{} x {}", "{} x {} m"))
    inside = {
        room: form.format(room.width, room.height) if sizes == "inside" else ""
        for room in plan.rooms
    }
    chains = _chains(plan) if sizes == "around" else {}
    labels = {side: [str(length) for length in lengths] for side, lengths in chains.items()}
    xs, ys = _grid(draft, rng, plan, inside, draft.space(labels), bool(doors))
    left, top, right, bottom = draft.frame(max(xs.values()), max(ys.values()), labels)
    xs, ys = {x: left + at for x, at in xs.items()}, {y: top + at for y, at in ys.items()}
    boxes = {room: _box(room, xs, ys) for room in plan.rooms}
    for room, box in boxes.items():
        canvas.box(box, draft.tint, canvas.ink, 1.4)
        _write(canvas, box, [text for text in (room.name, inside[room]) if text])
    canvas.box((left, top, right, bottom), None, canvas.ink, 2.4)
    swings = rng.random() < 0.5
    for door in doors:
        _draw_door(canvas, rng, door, boxes, swings)
    for side, lengths in chains.items():
        places = xs if side in LYING else ys
        stops = [places[sum(lengths[:i])] for i in range(len(lengths) + 1)]
        edge = {"left": left, "top": top, "right": right, "bottom": bottom}[side]
        draft.chain(side, stops, edge, labels[side])
    return canvas


def _chains(plan: Plan) -> dict[Side, list[int]]:
    """The lengths on each side of a plan of at most two bands, from which all sizes follow."""
    sides: tuple[Side, Side, Side] = ("left", "top", "bottom")
    if plan.is_columns:
        sides = ("top", "left", "right")
    thick, first, last = sides
    axis = 1 if plan.is_columns else 0
    edges = [[(room.width, room.height)[axis] for room in band] for band in plan.bands]
    chains: dict[Side, list[int]] = {first: edges[0]}
    if len(plan.bands) > 1:
        chains[last] = edges[-1]
    chains[thick] = [(band[0].width, band[0].height)[1 - axis] for band in plan.bands]
    return chains


def _grid(
    draft: Draft,
    rng: random.Random,
    plan: Plan,
    inside: Mapping[Room, str],
    space: float,
    has_doors: bool,
) -> tuple[dict[int, float], dict[int, float]]:
    """Pixels of each coordinate across and down at which a room begins or ends."""
    across, down = [], []
    for room in plan.rooms:
        texts = room.name, inside[room]
        wide = max(draft.canvas.text_width(text, CAP) for text in texts) + 10
        high = 38 if has_doors else 36 if all(texts) else 22
        across.append((room.left, room.left + room.width, wide))
        down.append((room.top, room.top + room.height, high))
    width, height = plan.size
    return (
        _positions(across, min(space, rng.uniform(84, 116)) / width),
        _positions(down, rng.uniform(56, 84) / height),
    )


def _positions(stretches: Sequence[tuple[int, int, float]], unit: float) -> dict[int, float]:
    """Pixels of the ends of stretches: in proportion, but each stretch as long as it needs."""
    places: dict[int, float] = {}
    for at in sorted({end for start, stop, _ in stretches for end in (start, stop)}):
        least = [places[start] + needed for start, stop, needed in stretches if stop == at]
        places[at] = max(at * unit, max(places.values(), default=-_CLOSEST) + _CLOSEST, *least, 0)
    return places


def _box(room: Room, xs: Mapping[int, float], ys: Mapping[int, float]) -> Box:
    return xs[room.left], ys[room.top], xs[room.left + room.width], ys[room.top + room.height]


def _write(canvas: Canvas, box: Box, lines: Sequence[str]) -> None:
    """Write one or two lines in the middle of `box`."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for i, line in enumerate(lines):
        canvas.text((x, y + 15 * (i - (len(lines) - 1) / 2)), line, CAP)


def _draw_door(
    canvas: Canvas, rng: random.Random, door: Door, boxes: Mapping[Room, Box], swings: bool
) -> None:
    """Draw a door somewhere on its wall; where doors swing, its leaf keeps clear of names."""
    box = boxes[door.room]
    other = boxes[door.beyond] if door.beyond else box
    upright = door.side in UPRIGHT
    low = 1 if upright else 0
    start, stop = max(box[low], other[low]), min(box[low + 2], other[low + 2])
    along = rng.choice((start + 5, stop - DOOR - 5))
    if not upright:
        along = rng.uniform(start + 5, stop - DOOR - 5)
    across = box[{"left": 0, "top": 1, "right": 2, "bottom": 3}[door.side]]
    inward = 1 if door.side in ("left", "top") else -1
    into_other = door.beyond is not None and rng.random() < 0.5
    opens = -inward if into_other else inward
    _, top, _, bottom = other if into_other else box
    is_beside_name = upright and abs(along + DOOR / 2 - (top + bottom) / 2) < DOOR / 2 + 7
    at = (across, along) if upright else (along, across)
    draw_door(canvas, at, upright, opens if swings and not is_beside_name else 0)
