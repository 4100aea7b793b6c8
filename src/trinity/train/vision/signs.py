"""Small things to read off: clock, gauge, dice, an arrow, a ring with a gap, a patch of colour."""

from __future__ import annotations

import math
import random

from trinity.train.items import Item, Split
from trinity.train.vision import sign_cores as cores
from trinity.train.vision.canvas import Box, Canvas, Point
from trinity.train.vision.look import BLACK, WHITE, brightness
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.shapes import colours_on, outline, shade
from trinity.train.wordings import phrase

_SIDES = ("right", "down", "left", "up")
_DIRECTIONS = ("right", "down right", "down", "down left", "left", "up left", "up", "up right")
_PIPS = {
    1: ((0, 0),),
    2: ((-1, -1), (1, 1)),
    3: ((-1, -1), (0, 0), (1, 1)),
    4: ((-1, -1), (1, -1), (-1, 1), (1, 1)),
    5: ((-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)),
    6: ((-1, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (1, 1)),
}
_STEPS = {1: (1, 2, 5, 10), 2: (2, 4, 10, 20), 4: (4, 20, 40), 5: (5, 10, 50)}
"""What the numbers of a dial may go up by where so many parts lie between two."""
_MEASURES = ("bar", "psi", "km/h", "mph", "V", "A", "kg", "rpm", "C")


def swatch(rng: random.Random, split: Split, level: int) -> Item:
    """The name of a colour shown as a patch; the RGB value is the instance."""
    width, height = rng.choice(((64, 32), (64, 64), (96, 48), (96, 96)))
    canvas = Canvas(rng, split, level, width, height)
    name = rng.choice(colours_on(canvas.paper))
    fill = shade(rng, name, 6 + 3 * level)
    inset = rng.choice((0, 4, 8, 12))
    patch = (inset, inset, width - inset, height - inset)
    canvas.box(patch, fill, canvas.ink if inset else None)
    canvas.mark(patch, colour=name)
    return vision_item(
        "swatch",
        level,
        key=f"{name} {fill}",
        question=phrase(rng, split, cores.SWATCH),
        picture=canvas,
        answer=name,
        high=f"one patch, {name}",
    )


def clock(rng: random.Random, split: Split, level: int) -> Item:
    """The time on a clock with hands, in steps of five minutes (of ten at level 1)."""
    hour, minute = rng.randint(1, 12), rng.randrange(0, 60, 10 if level == 1 else 5)
    size = rng.choice((96, 96, 112, 128))
    canvas = Canvas(rng, split, level, size, size)
    middle, radius = size / 2, size / 2 - 5
    canvas.ellipse((5, 5, size - 5, size - 5), None, canvas.ink, rng.choice((1, 2, 3)))
    numbered = rng.choice((1, 1, 3, 0) if level > 2 else (1, 1, 3))
    for number in range(1, 13):
        inner, outer = (_on_circle(middle, radius * part, number / 12) for part in (0.9, 0.98))
        canvas.line([inner, outer], 2 if number % 3 == 0 else 1)
        if numbered and number % numbered == 0:
            canvas.text(_on_circle(middle, radius * 0.75, number / 12), str(number), 9.2)
    long_hand = _on_circle(middle, radius * 0.72, minute / 60)
    short_hand = _on_circle(middle, radius * 0.42, (hour + minute / 60) / 12)
    canvas.line([(middle, middle), long_hand], rng.choice((1.5, 2)))
    canvas.line([(middle, middle), short_hand], rng.choice((3, 4)))
    canvas.mark(*_along(middle, long_hand), kind="long hand", value=minute // 5 or 12)
    canvas.mark(*_along(middle, short_hand), kind="short hand", value=hour)
    canvas.ellipse((middle - 3, middle - 3, middle + 3, middle + 3), canvas.ink)
    time = f"{hour}:{minute:02d}"
    where = f"at {hour}" if minute == 0 else f"after {hour}"
    return vision_item(
        "clock",
        level,
        key=time,
        question=phrase(rng, split, cores.CLOCK),
        picture=canvas,
        answer=time,
        low=f"short {where}, long {minute // 5 or 12}",
        high=f"short hand {where}, long hand at {minute // 5 or 12}: {minute} minutes; {time}",
    )


def gauge(rng: random.Random, split: Split, level: int) -> Item:
    """The reading of a dial whose needle stands at a number, from level 3 also between two."""
    parts = rng.choice(((1,), (1, 2), (2,), (2, 5), (4, 5))[level - 1])
    step = rng.choice(_STEPS[parts])
    count = rng.randint(4, 5 if step > 10 else 8)
    marks = range(0, count * parts + 1, parts) if level < 3 else range(1, count * parts)
    place = rng.choice(marks)
    canvas = _dial(rng, split, level, step, count, parts, place)
    number, after = place // parts * step, place % parts
    tick = step // parts
    reading = number + after * tick
    seen = f"0 to {count * step} by {step}"
    if after:
        low = f"{number}+{after}*{tick}={reading}"
        seen += f", a mark is {tick}"
        high = f"{seen}; needle {after} after {number}; {number}+{after * tick}={reading}"
    else:
        low, high = f"at {reading}", f"{seen}; needle at {reading}"
    return vision_item(
        "gauge",
        level,
        key=f"0 to {count * step} by {step}, {parts} parts: {reading}",
        question=phrase(rng, split, cores.GAUGE),
        picture=canvas,
        answer=reading,
        low=low,
        high=high,
        kind="number",
    )


def _dial(
    rng: random.Random, split: Split, level: int, step: int, count: int, parts: int, place: int
) -> Canvas:
    """A round or half-round dial, its needle at mark number `place`."""
    is_half = count < 6 and rng.random() < 0.4
    size = rng.choice((128, 144) if is_half else (112, 128))
    canvas = Canvas(rng, split, level, size, size // 2 + 16 if is_half else size)
    middle, radius, sweep = size / 2, size / 2 - 5, 0.5 if is_half else 0.75
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    half = 180 * sweep
    canvas.arc(box, 270 - half, 270 + half, rng.choice((1, 2)), canvas.ink)
    turns = [sweep * (mark / (count * parts) - 0.5) for mark in range(count * parts + 1)]
    for mark, turn in enumerate(turns):
        is_numbered = mark % parts == 0
        inner = _on_circle(middle, radius * (0.86 if is_numbered else 0.92), turn)
        canvas.line([inner, _on_circle(middle, radius, turn)], 2 if is_numbered else 1)
        if is_numbered:
            number = str(mark // parts * step)
            # As near the ring as its width lets it be.
            outer = _on_circle(0, 1, turn)
            reach = (abs(outer[0]) * canvas.text_width(number, 9.2) + abs(outer[1]) * 10) / 2
            canvas.text(_on_circle(middle, radius * 0.84 - 2 - reach, turn), number, 9.2)
    tip = _on_circle(middle, radius * rng.uniform(0.46, 0.52), turns[place])
    canvas.line([(middle, middle), tip], 2)
    if place % parts:
        # A fine tip shows which of the small marks it is.
        canvas.line([tip, _on_circle(middle, radius * 0.9, turns[place])], 0.8)
    canvas.mark(*_along(middle, tip), kind="needle", value=place * step // parts)
    canvas.ellipse((middle - 4, middle - 4, middle + 4, middle + 4), canvas.ink)
    if not is_half and rng.random() < 0.6:
        canvas.text((middle, middle + radius * 0.8), rng.choice(_MEASURES), 9.2)
    return canvas


def _on_circle(middle: float, radius: float, turn: float) -> Point:
    """The point `turn` of a full turn clockwise from the top."""
    angle = 2 * math.pi * turn
    return middle + radius * math.sin(angle), middle - radius * math.cos(angle)


def _along(middle: float, tip: Point) -> list[Box]:
    """Boxes of a patch's size on a hand, from a little off the middle to its tip."""
    points = [
        (middle + part * (tip[0] - middle), middle + part * (tip[1] - middle))
        for part in (0.25, 0.4, 0.55, 0.7, 0.85, 1)
    ]
    return [(x - 4, y - 4, x + 4, y + 4) for x, y in points]


def dice_total(rng: random.Random, split: Split, level: int) -> Item:
    """The pips of all dice together."""
    count = rng.randint(2, 2 + (level + 1) // 2)
    columns = min(count, 3)
    canvas = Canvas(rng, split, level, 40 * columns, 40 * (1 + (count > 3)))
    values, dice = [rng.randint(1, 6) for _ in range(count)], []
    for i, value in enumerate(values):
        name = rng.choice(("white", "white", "red", "blue", "green", "black"))
        fill = shade(rng, name)
        pip = BLACK if brightness(fill) > 140 else WHITE
        x, y = 20 + 40 * (i % columns), 20 + 40 * (i // columns)
        die = (x - 16, y - 16, x + 16, y + 16)
        canvas.box(die, fill, canvas.ink)
        canvas.mark(die, colour=name, kind="die", value=value)
        for dx, dy in _PIPS[value]:
            at = (x + 9 * dx, y + 9 * dy)
            canvas.ellipse((at[0] - 3, at[1] - 3, at[0] + 3, at[1] + 3), pip)
        dice.append(f"{name} {value}")
    total = sum(values)
    partial = [f"{sum(values[:i])}+{values[i]}={sum(values[: i + 1])}" for i in range(1, count)]
    return vision_item(
        "dice_total",
        level,
        key=listing(dice),
        question=phrase(rng, split, cores.DICE),
        picture=canvas,
        answer=total,
        low=f"{'+'.join(map(str, values))}={total}",
        high=f"{listing(dice)}; {'; '.join(partial)}",
        kind="number",
    )


def arrow(rng: random.Random, split: Split, level: int) -> Item:
    """Where an arrow points: four directions, from level 3 eight."""
    step = 1 if level > 2 else 2
    index = rng.randrange(0, 8, step)
    size = rng.choice((48, 64, 80, 96))
    canvas = Canvas(rng, split, level, max(size, 64), size)
    name = rng.choice(colours_on(canvas.paper))
    fill = shade(rng, name)
    reach = size * rng.uniform(0.38 - 0.03 * level, 0.44)
    angle = index * math.pi / 4
    across, along = math.cos(angle), math.sin(angle)
    corners = [
        (
            canvas.width / 2 + reach * (x * across - y * along),
            canvas.height / 2 + reach * (x * along + y * across),
        )
        for x, y in outline("arrow")
    ]
    canvas.polygon(corners, fill, canvas.ink if rng.random() < 0.5 else None)
    direction = _DIRECTIONS[index]
    (left, right), (top, bottom) = ((min(edge), max(edge)) for edge in zip(*corners, strict=True))
    canvas.mark((left, top, right, bottom), colour=name, kind=f"to {direction}")
    return vision_item(
        "arrow",
        level,
        key=f"{direction} {fill}",
        question=phrase(rng, split, cores.ARROW),
        picture=canvas,
        answer=direction,
        high=f"tip {direction}",
    )


def gap(rng: random.Random, split: Split, level: int) -> Item:
    """The side on which a ring is open."""
    index = rng.randrange(4)
    size = rng.choice((48, 64, 80))
    canvas = Canvas(rng, split, level, max(size, 64), size)
    name = rng.choice(colours_on(canvas.paper))
    fill = shade(rng, name)
    radius = size * rng.uniform(0.38 - 0.03 * level, 0.42)
    half = rng.uniform(30 - 3 * level, 34)
    x, y = canvas.width / 2, canvas.height / 2
    box = (x - radius, y - radius, x + radius, y + radius)
    canvas.arc(box, 90 * index + half, 90 * index + 360 - half, radius * 0.4, fill)
    side = _SIDES[index]
    canvas.mark(box, colour=name, kind=f"open {side}")
    return vision_item(
        "gap",
        level,
        key=f"{side} {fill}",
        question=phrase(rng, split, cores.GAP),
        picture=canvas,
        answer=side,
        high=f"ring open {side}",
    )


FAMILIES = (
    vision_family("swatch", swatch, 0.7),
    vision_family("clock", clock, 1.5),
    vision_family("gauge", gauge),
    vision_family("dice_total", dice_total),
    vision_family("arrow", arrow, 0.7),
    vision_family("gap", gap, 0.7),
)
