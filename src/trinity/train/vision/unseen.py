"""Families that are never trained on: they measure what carries over to a new kind of picture."""

from __future__ import annotations

import random

from trinity.train.items import Item, Split
from trinity.train.vision import sign_cores as cores
from trinity.train.vision.canvas import Canvas, Point
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.wordings import phrase

_Segment = tuple[Point, Point]


def tally(rng: random.Random, split: Split, level: int) -> Item:
    """Tally marks, every fifth across the four before."""
    count = rng.randint(1, 4 * level)
    canvas = Canvas(rng, split, level, 128 if count > 10 else 96, 80 if count > 15 else 48)
    per_row = 3 if canvas.width == 128 else 2
    for mark in range(count):
        group, place = divmod(mark, 5)
        x, y = 12 + 38 * (group % per_row), 10 + 34 * (group // per_row)
        lean = rng.uniform(-1, 1)
        if place == 4:
            canvas.line([(x - 4, y + 20), (x + 26, y + 4)], 2)
        else:
            canvas.line([(x + 7 * place + lean, y), (x + 7 * place - lean, y + 25)], 2)
    groups = [5] * (count // 5) + ([count % 5] if count % 5 else [])
    return vision_item(
        "tally",
        level,
        key=str(count),
        question=phrase(rng, split, cores.TALLY),
        picture=canvas,
        answer=count,
        low=listing(groups),
        high=f"groups {listing(groups)}: {'+'.join(map(str, groups))}={count}",
        kind="number",
    )


def crossings(rng: random.Random, split: Split, level: int) -> Item:
    """How often straight lines cross; every crossing stands clear of others and of line ends."""
    canvas = Canvas(rng, split, level, 96, 96)
    lines: list[_Segment] = []
    points: list[Point] = []
    wanted = rng.randint(2, 2 + (level + 1) // 2)
    while len(lines) < wanted:
        line = _segment(rng)
        met = [crossing(line, other) for other in lines]
        new = [point for point in met if point is not None]
        if _is_clear(line, lines, [*points, *new]):
            lines.append(line)
            points += new
    for line in lines:
        canvas.line(line, 2)
    ends = "; ".join(f"{x1},{y1} {x2},{y2}" for (x1, y1), (x2, y2) in sorted(lines))
    return vision_item(
        "crossings",
        level,
        key=ends,
        question=phrase(rng, split, cores.CROSSINGS),
        picture=canvas,
        answer=len(points),
        low=f"{len(lines)} lines",
        high=f"{len(lines)} lines, crossings: {len(points)}",
        kind="number",
    )


def crossing(one: _Segment, two: _Segment) -> Point | None:
    """The point where two segments cross, or `None`."""
    (x1, y1), (x2, y2) = one
    (x3, y3), (x4, y4) = two
    across = (x2 - x1) * (y4 - y3) - (y2 - y1) * (x4 - x3)
    if across == 0:
        return None
    t = ((x3 - x1) * (y4 - y3) - (y3 - y1) * (x4 - x3)) / across
    u = ((x3 - x1) * (y2 - y1) - (y3 - y1) * (x2 - x1)) / across
    if 0 <= t <= 1 and 0 <= u <= 1:
        return x1 + t * (x2 - x1), y1 + t * (y2 - y1)
    return None


def _segment(rng: random.Random) -> _Segment:
    while True:
        one, two = ((rng.randint(8, 88), rng.randint(8, 88)) for _ in range(2))
        if _square_distance(one, two) > 40**2:
            return one, two


def _is_clear(line: _Segment, lines: list[_Segment], points: list[Point]) -> bool:
    """Whether crossings keep 12 pixels from each other, and line ends 8 from other lines."""
    apart = all(
        _square_distance(one, two) > 144 for i, one in enumerate(points) for two in points[:i]
    )
    return apart and all(
        _gap(end, other) > 8 and _gap(other_end, line) > 8
        for other in lines
        for end in line
        for other_end in other
    )


def _gap(point: Point, line: _Segment) -> float:
    """Distance of `point` from the segment `line`."""
    (x1, y1), (x2, y2) = line
    along = (point[0] - x1) * (x2 - x1) + (point[1] - y1) * (y2 - y1)
    t = max(0.0, min(1.0, along / _square_distance(*line)))
    return float(_square_distance(point, (x1 + t * (x2 - x1), y1 + t * (y2 - y1))) ** 0.5)


def _square_distance(one: Point, two: Point) -> float:
    return (one[0] - two[0]) ** 2 + (one[1] - two[1]) ** 2


FAMILIES = (
    vision_family("tally", tally, held_out=True),
    vision_family("crossings", crossings, held_out=True),
)
