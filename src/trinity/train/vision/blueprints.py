"""Exercises about drawn parts: area and perimeter, lengths to read off or to work out."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trinity.train.items import Item, Split
from trinity.train.vision import blueprint_cores as cores
from trinity.train.vision.blueprint_lines import LYING, OPPOSITE, UPRIGHT, Draft, Side
from trinity.train.vision.canvas import Box, Canvas
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.sums import added, multiply_steps, taken
from trinity.train.wordings import phrase

_UNITS = ("", "", "m", "m", "cm", "mm")


@dataclass(frozen=True, slots=True)
class Angle:
    """A rectangle with a corner cut out, an L."""

    width: int
    height: int
    cut_width: int
    cut_height: int
    cut_is_told: bool
    """Whether the drawing tells how large the cut is, or what stays beside it."""

    def __str__(self) -> str:
        """Canonical form: `8x6 cut 3x2`, or `8x6 beside 5x4`."""
        word = "cut" if self.cut_is_told else "beside"
        return f"{self.width}x{self.height} {word} {'x'.join(map(str, self.told()))}"

    def told(self) -> tuple[int, int]:
        """The lengths on the sides where the cut is."""
        if self.cut_is_told:
            return self.cut_width, self.cut_height
        return self.width - self.cut_width, self.height - self.cut_height


def area(rng: random.Random, split: Split, level: int) -> Item:
    """The area of a rectangle, from level 3 also of one with a corner cut out."""
    unit, shown = _unit(rng)
    key: object
    if level < 3 or (level == 3 and rng.random() < 0.5):
        width, height = _sides(rng, (6, 9, 12)[level - 1], min(9, 3 + 3 * level))
        canvas, key = _rectangle(rng, split, level, width, height, shown), f"{width}x{height}"
        answer = width * height
        low = f"{width}*{height}={answer}"
        high = f"{width} by {height}; {_times(width, height)}"
    else:
        part = key = _angle(rng, (8, 10, 20)[level - 3], 9, level == 3 or rng.random() < 0.5)
        canvas = _draw_angle(rng, split, level, part, shown)
        whole, cut = part.width * part.height, part.cut_width * part.cut_height
        answer = whole - cut
        low = f"{part.width}*{part.height}-{part.cut_width}*{part.cut_height}={answer}"
        high = f"{part}; {_cut_steps(part)}{_times(part.width, part.height)}; "
        high += f"{_times(part.cut_width, part.cut_height)}; {whole}-{cut}={answer}"
    return vision_item(
        "area",
        level,
        key=f"{key} {unit}".strip(),
        question=_ask(rng, split, cores.AREA, unit, shown),
        picture=canvas,
        answer=answer,
        low=low,
        high=high,
        kind="number",
    )


def perimeter(rng: random.Random, split: Split, level: int) -> Item:
    """The length of the outline of a rectangle, from level 3 also of one with a corner cut out:
    that is as long as if nothing were cut."""
    unit, shown = _unit(rng)
    most = (9, 15, 40, 20, 60)[level - 1]
    key: object
    if level < 3 or (level == 3 and rng.random() < 0.5):
        width, height = _sides(rng, most, most)
        canvas, key = _rectangle(rng, split, level, width, height, shown), f"{width}x{height}"
        seen = f"{width} by {height}"
    else:
        part = key = _angle(rng, most, most, rng.random() < 0.5)
        canvas = _draw_angle(rng, split, level, part, shown)
        width, height = part.width, part.height
        seen = f"{part}, around it as around {width} by {height}"
    half = width + height
    return vision_item(
        "perimeter",
        level,
        key=f"{key} {unit}".strip(),
        question=_ask(rng, split, cores.PERIMETER, unit, shown),
        picture=canvas,
        answer=2 * half,
        low=f"2*({width}+{height})={2 * half}",
        high=f"{seen}; {added(width, height)}; {added(half, half)}",
        kind="number",
    )


def _unit(rng: random.Random) -> tuple[str, str]:
    """The unit of a drawing, and what of it the drawing's labels show: nothing or all."""
    unit = rng.choice(_UNITS)
    return unit, unit if rng.random() < 0.5 else ""


def _ask(
    rng: random.Random, split: Split, texts: Sequence[str], unit: str, shown: str, **slots: object
) -> str:
    """Word a question that tells the unit where the picture does not."""
    told = unit if not shown else ""
    return phrase(rng, split, cores.with_unit(texts, told) if told else texts, **slots)


def _label(length: int, unit: str) -> str:
    return f"{length} {unit}".strip()


def _times(a: int, b: int) -> str:
    return multiply_steps(max(a, b), min(a, b))


def _sides(rng: random.Random, longest: int, shortest: int) -> tuple[int, int]:
    """Width and height, at most `longest` and `shortest`, or the other way round."""
    sides = rng.randint(2, longest), rng.randint(2, shortest)
    return sides if rng.random() < 0.5 else (sides[1], sides[0])


def _angle(rng: random.Random, longest: int, shortest: int, cut_is_told: bool) -> Angle:
    """A part whose cut takes about a third to two thirds of each side."""
    while True:
        width, height = _sides(rng, longest, shortest)
        cuts = [
            [cut for cut in range(1, side) if 0.3 <= cut / side <= 0.65] for side in (width, height)
        ]
        if all(cuts):
            return Angle(width, height, rng.choice(cuts[0]), rng.choice(cuts[1]), cut_is_told)


def _cut_steps(part: Angle) -> str:
    """How the lengths of the cut follow from those beside it."""
    if part.cut_is_told:
        return ""
    beside = part.told()
    return (
        f"cut {part.width}-{beside[0]}={part.cut_width} by "
        f"{part.height}-{beside[1]}={part.cut_height}; "
    )


def _framed(
    draft: Draft, rng: random.Random, width: int, height: int, labels: Mapping[Side, str]
) -> Box:
    """Where a body of so many units lies between labels."""
    around = {side: [label] for side, label in labels.items()}
    return draft.frame(*_edges(rng, width, height, draft.space(around)), around)


def _edges(rng: random.Random, width: int, height: int, space: float) -> tuple[float, float]:
    """Pixels of a body of so many units: in proportion, unless it would be thin."""
    if width >= height:
        size = min(rng.uniform(76, 100), space)
        return size, max(44.0, min(72.0, size * height / width))
    return max(50.0, 72 * width / height), 72.0


def _rectangle(
    rng: random.Random, split: Split, level: int, width: int, height: int, unit: str
) -> Canvas:
    """A drawing of a rectangle, two or all of its sides labelled."""
    draft = Draft(rng, split, level)
    across, down = rng.choice(LYING), rng.choice(UPRIGHT)
    labels: dict[Side, str] = {across: _label(width, unit), down: _label(height, unit)}
    if rng.random() < 0.25:
        labels |= {OPPOSITE[side]: label for side, label in labels.items()}
    box = _framed(draft, rng, width, height, labels)
    left, top, right, bottom = box
    draft.body([(left, top), (right, top), (right, bottom), (left, bottom)])
    for side, label in labels.items():
        draft.dimension(side, _stretch(side, box), _edge(side, box), label)
    return draft.canvas


def _draw_angle(rng: random.Random, split: Split, level: int, part: Angle, unit: str) -> Canvas:
    """A drawing of an L: whole lengths on two sides, those of or beside the cut on the others."""
    draft = Draft(rng, split, level)
    across, down = rng.choice(LYING), rng.choice(UPRIGHT)
    told = part.told()
    labels: dict[Side, str] = {
        across: _label(told[0], unit),
        down: _label(told[1], unit),
        OPPOSITE[across]: _label(part.width, unit),
        OPPOSITE[down]: _label(part.height, unit),
    }
    box = _framed(draft, rng, part.width, part.height, labels)
    # The corner where the two sides meet is cut out, and (x, y) is the corner that this makes.
    corner = _edge(down, box), _edge(across, box)
    far = _edge(OPPOSITE[down], box), _edge(OPPOSITE[across], box)
    x = corner[0] + (far[0] - corner[0]) * part.cut_width / part.width
    y = corner[1] + (far[1] - corner[1]) * part.cut_height / part.height
    beside = (far[0], corner[1]), (x, corner[1]), (x, y), (corner[0], y), (corner[0], far[1])
    draft.body([far, *beside])
    ends = corner if part.cut_is_told else far
    witness = (y, x) if part.cut_is_told else (None, None)
    draft.dimension(across, (x, ends[0]), corner[1], labels[across], witness[0])
    draft.dimension(down, (y, ends[1]), corner[0], labels[down], witness[1])
    for side in (OPPOSITE[across], OPPOSITE[down]):
        draft.dimension(side, _stretch(side, box), _edge(side, box), labels[side])
    return draft.canvas


def _stretch(side: Side, box: Box) -> tuple[float, float]:
    """Where a side of `box` starts and stops."""
    left, top, right, bottom = box
    return (left, right) if side in LYING else (top, bottom)


def _edge(side: Side, box: Box) -> float:
    """Where a side of `box` lies."""
    left, top, right, bottom = box
    return {"left": left, "top": top, "right": right, "bottom": bottom}[side]


def _spread(lengths: Sequence[int], least: Sequence[float], size: float) -> list[float]:
    """Pixels of stretches: each its `least`, and of what `size` leaves a share by its length."""
    slack = max(0.0, size - sum(least)) / sum(lengths)
    return [pixels + slack * length for pixels, length in zip(least, lengths, strict=True)]


def _stops(start: float, pixels: Sequence[float]) -> list[float]:
    """Where stretches that follow each other begin, and where the last one ends."""
    return [start + sum(pixels[:i]) for i in range(len(pixels) + 1)]


def missing_dimension(rng: random.Random, split: Split, level: int) -> Item:
    """The one length of a chain that is a question mark, the total being given."""
    unit, shown = _unit(rng)
    count = rng.randint(2, (2, 3, 3, 4, 4)[level - 1])
    lengths = [rng.randint(1, (9, 9, 20, 30, 80)[level - 1]) for _ in range(count)]
    gone = rng.randrange(count)
    labels = ["?" if i == gone else str(length) for i, length in enumerate(lengths)]
    total, answer = sum(lengths), lengths[gone]
    canvas = _draw_chain(rng, split, level, lengths, labels, _label(total, shown))
    known = [length for i, length in enumerate(lengths) if i != gone]
    steps = [added(sum(known[:i]), known[i]) for i in range(1, len(known))]
    return vision_item(
        "missing_dimension",
        level,
        key=f"{listing(labels)} of {total} {unit}".strip(),
        question=_ask(rng, split, cores.MISSING_LENGTH, unit, shown),
        picture=canvas,
        answer=answer,
        low=f"{total}-{'-'.join(map(str, known))}={answer}",
        high="; ".join((f"{listing(labels)} of {total}", *steps, taken(total, sum(known)))),
        kind="number",
    )


def _draw_chain(
    rng: random.Random,
    split: Split,
    level: int,
    lengths: Sequence[int],
    labels: Sequence[str],
    total: str,
) -> Canvas:
    """A drawing of a board in pieces: a chain of dimensions on one side, the total on the other."""
    draft = Draft(rng, split, level)
    side: Side = rng.choice((*LYING, *UPRIGHT))
    upright = side in UPRIGHT
    least = [18 if upright else max(18, draft.canvas.text_width(text) + 9) for text in labels]
    pixels = _spread(lengths, least, 76 if upright else 100)
    along, across = sum(pixels), rng.uniform(30, 44)
    width, height = (across, along) if upright else (along, across)
    box = draft.frame(width, height, {side: labels, OPPOSITE[side]: [total]})
    left, top, right, bottom = box
    draft.body([(left, top), (right, top), (right, bottom), (left, bottom)])
    stops = _stops(_stretch(side, box)[0], pixels)
    for stop in stops[1:-1]:
        ends = [(left, stop), (right, stop)] if upright else [(stop, top), (stop, bottom)]
        draft.canvas.line(ends)
    draft.chain(side, stops, _edge(side, box), labels)
    draft.dimension(OPPOSITE[side], _stretch(side, box), _edge(OPPOSITE[side], box), total)
    return draft.canvas


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate with one or two holes side by side."""

    width: int
    height: int
    gaps: tuple[int, ...]
    """From the edge `start` to the first hole, and on to the second."""
    start: Side
    drop: int
    """From the edge `base` to the holes."""
    base: Side

    def __str__(self) -> str:
        """Canonical form."""
        return f"{self.width}x{self.height}, {self.start} {listing(self.gaps)}, " + (
            f"{self.base} {self.drop}"
        )


def part_dimension(rng: random.Random, split: Split, level: int) -> Item:
    """How far a hole is from an edge: read off at the low levels, else worked out from others."""
    plate = _plate(rng, level)
    unit, shown = _unit(rng)
    if len(plate.gaps) > 1:
        shown = ""
    hole = rng.randrange(len(plate.gaps))
    name = f"hole {'AB'[hole]}" if len(plate.gaps) > 1 else "the hole"
    steps = [added(*plate.gaps)] if hole else []
    across = level == 1 or rng.random() < 0.6
    near, size = (plate.start, plate.width) if across else (plate.base, plate.height)
    distance = sum(plate.gaps[: hole + 1]) if across else plate.drop
    seen = f"{near} to {name} {'+'.join(map(str, plate.gaps[: hole + 1])) if across else distance}"
    steps = steps if across else []
    edge, low = near, f"{near} {distance}"
    if level > 2 and rng.random() < 0.5:
        edge = OPPOSITE[near]
        seen += f", {near} to {edge} {size}"
        steps.append(taken(size, distance))
        low = f"{size}-{distance}={size - distance}"
        distance = size - distance
    return vision_item(
        "part_dimension",
        level,
        key=f"{plate} | {name} {edge} {unit}".strip(),
        question=_ask(rng, split, cores.OFFSET, unit, shown, hole=name, edge=edge),
        picture=_draw_plate(rng, split, level, plate, shown),
        answer=distance,
        low=low,
        high="; ".join((seen, *steps)),
        kind="number",
    )


def _plate(rng: random.Random, level: int) -> Plate:
    longest = (9, 12, 20, 40, 90)[level - 1]
    while True:
        width, height = rng.randint(4, longest), rng.randint(3, longest)
        gaps = tuple(rng.randint(1, longest) for _ in range(1 + (level > 3)))
        if sum(gaps) < width and height <= width:
            break
    start, base = rng.choice(UPRIGHT), rng.choice(LYING)
    return Plate(width, height, gaps, start, rng.randint(1, height - 1), base)


def _draw_plate(rng: random.Random, split: Split, level: int, plate: Plate, unit: str) -> Canvas:
    """A drawing of a plate: offsets of holes on two sides, whole lengths on the others."""
    draft = Draft(rng, split, level)
    canvas = draft.canvas
    side, beside = rng.choice(LYING), rng.choice(UPRIGHT)
    gaps = [_label(gap, unit) for gap in plate.gaps]
    drop, width, height = (_label(n, unit) for n in (plate.drop, plate.width, plate.height))
    least = [max(18, canvas.text_width(gap) + 9) for gap in gaps] + [16]
    down = _spread([plate.drop, plate.height - plate.drop], [16, 16], 50)
    labels: dict[Side, Sequence[str]] = {side: gaps, OPPOSITE[side]: [width]}
    if level > 1:
        labels |= {beside: [drop], OPPOSITE[beside]: [height]}
    across = _spread(
        [*plate.gaps, plate.width - sum(plate.gaps)], least, min(90, draft.space(labels))
    )
    box = draft.frame(sum(across), sum(down), labels)
    left, top, right, bottom = box
    draft.body([(left, top), (right, top), (right, bottom), (left, bottom)])
    stops = [left + x if plate.start == "left" else right - x for x in _stops(0, across)[:-1]]
    y = top + down[0] if plate.base == "top" else bottom - down[0]
    _draw_holes(draft, stops[1:], y, side, beside)
    draft.chain(side, stops, _edge(side, box), gaps, y)
    draft.dimension(OPPOSITE[side], (left, right), _edge(OPPOSITE[side], box), width)
    if level > 1:
        nearest = min(stops[1:], key=lambda x: abs(x - _edge(beside, box)))
        draft.dimension(beside, (y, _edge(plate.base, box)), _edge(beside, box), drop, nearest)
        draft.dimension(OPPOSITE[beside], (top, bottom), _edge(OPPOSITE[beside], box), height)
    return canvas


def _draw_holes(draft: Draft, across: Sequence[float], y: float, side: Side, beside: Side) -> None:
    """Draw holes, named where they are two, the names away from the lines that lead to labels."""
    canvas, radius = draft.canvas, 5
    for number, x in enumerate(across):
        box = (x - radius, y - radius, x + radius, y + radius)
        canvas.ellipse(box, canvas.paper, canvas.ink)
        canvas.mark(box, kind="hole")
        canvas.line([(x - 8, y), (x + 8, y)], 0.5)
        canvas.line([(x, y - 8), (x, y + 8)], 0.5)
        if len(across) > 1:
            right, down = (-9 if beside == "right" else 9), (-9 if side == "bottom" else 9)
            canvas.text((x + right, y + down), "AB"[number], 9.2)


FAMILIES = (
    vision_family("area", area),
    vision_family("perimeter", perimeter),
    vision_family("missing_dimension", missing_dimension),
    vision_family("part_dimension", part_dimension),
)
