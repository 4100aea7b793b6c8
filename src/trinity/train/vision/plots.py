"""What a chart shows, and how bars and lines are drawn. Called by the chart exercises."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from trinity.train.items import Split
from trinity.train.vision.canvas import Canvas
from trinity.train.vision.look import Colour
from trinity.train.vision.making import listing
from trinity.train.vision.shapes import colours_on, shade
from trinity.train.vision.words import words_between

_BAR_COLOURS = ("red", "green", "blue", "yellow", "orange", "purple", "pink", "brown", "grey")


@dataclass(frozen=True, slots=True)
class Data:
    """What a chart shows."""

    labels: Sequence[str]
    values: Sequence[int]
    step: int | None
    """Distance of the marks on the value axis, or `None` where values are printed instead."""

    def __str__(self) -> str:
        """Labels with their values: `A 3, B 7`."""
        return listing(
            [f"{name} {value}" for name, value in zip(self.labels, self.values, strict=True)]
        )

    def value(self, label: str) -> int:
        """The value of `label`."""
        return self.values[self.labels.index(label)]


def make_data(rng: random.Random, level: int) -> Data:
    """Values that differ: printed at levels 1 and 2, on the marks at 3, between them above."""
    count = rng.randint(2 + (level > 1), min(6, 3 + level))
    if count < 4 and rng.random() < 0.5:
        labels = rng.sample(words_between(3, 4), count)
    elif rng.random() < 0.7:
        start = rng.choice((0, 0, 0, 10))
        labels = list("ABCDEFGHJKLMNPQRSTUVWXYZ"[start : start + count])
    else:
        labels = rng.sample("ABCDEFGHKLMNPRSTUVXYZ", count)
    if level < 3:
        return Data(labels, rng.sample(range(1, 10 if level == 1 else 30), count), None)
    step = rng.choice((1, 2, 5, 10) if level == 3 else (2, 10) if level == 4 else (2, 4, 10, 20))
    parts = 1 if level == 3 else 2
    marks = rng.sample(range(1, (6 if count < 6 else 7) * parts), count)
    return Data(labels, [mark * step // parts for mark in marks], step)


def _top(data: Data) -> int:
    """The end of the value axis."""
    step = data.step or max(2, -(-max(data.values) // 6))
    return -(-max(data.values) // step) * step


def _fills(rng: random.Random, canvas: Canvas, count: int) -> list[Colour]:
    """Bar colours: all alike or each its own."""
    names = colours_on(canvas.paper, _BAR_COLOURS)
    if rng.random() < 0.5:
        return [shade(rng, rng.choice(names))] * count
    return [shade(rng, name) for name in rng.sample(names, min(count, len(names)))]


def _upright_frame(
    rng: random.Random, split: Split, level: int, data: Data
) -> tuple[Canvas, float, float, float]:
    """A sheet with axes: the sheet, the left end, the ground line and pixels per unit."""
    canvas = Canvas(rng, split, level, 96, 112)
    top = _top(data)
    left = 8.0 if data.step is None else canvas.text_width(str(top)) + 9
    room = max(20, max(canvas.text_width(label) for label in data.labels) + 7)
    canvas.start(max(80, left + room * len(data.labels) + 5 + rng.choice((0, 0, 16))), 112)
    ground = canvas.height - 19.0
    unit = (ground - (20 if data.step is None else 11)) / top
    if data.step is not None:
        pale = rng.random() < 0.6
        for mark in range(0, top + 1, data.step):
            y = ground - mark * unit
            canvas.text((left - 4, y), str(mark), anchor="rm")
            canvas.line([(left - 3, y), (canvas.width - 5 if pale else left, y)], 0.5)
        canvas.line([(left, 8), (left, ground)])
    canvas.line([(left, ground), (canvas.width - 5, ground)])
    return canvas, left, ground, unit


def draw_bars(rng: random.Random, split: Split, level: int, data: Data) -> Canvas:
    """Draw upright bars, with values on them or an axis."""
    canvas, left, ground, unit = _upright_frame(rng, split, level, data)
    room = (canvas.width - 5 - left) / len(data.labels)
    half = room * rng.uniform(0.25, 0.38)
    fills = _fills(rng, canvas, len(data.labels))
    for i, (label, value) in enumerate(zip(data.labels, data.values, strict=True)):
        x = left + (i + 0.5) * room
        bar = (x - half, ground - value * unit, x + half, ground)
        canvas.box(bar, fills[i], canvas.ink)
        canvas.mark(bar, kind="bar")
        canvas.mark((x - half, bar[1] - 4, x + half, canvas.height), value=value)
        canvas.text((x, ground + 10), label)
        if data.step is None:
            canvas.text((x, ground - value * unit - 8), str(value))
    return canvas


def draw_lying_bars(rng: random.Random, split: Split, level: int, data: Data) -> Canvas:
    """Draw lying bars, with values beside them or an axis."""
    height = 20 * len(data.labels) + (8 if data.step is None else 24)
    canvas = Canvas(rng, split, level, 128, height)
    left = max(canvas.text_width(label) for label in data.labels) + 10
    top, ground = _top(data), 20 * len(data.labels) + 4
    number = canvas.text_width(str(top))
    beside = number + 8 if data.step is None else number / 2 + 5
    canvas.start(left + rng.choice((70, 80, 90)) + beside, height)
    unit = (canvas.width - beside - left) / top
    fills = _fills(rng, canvas, len(data.labels))
    if data.step is not None:
        every = data.step * math.ceil((number + 4) / (data.step * unit))
        for mark in range(0, top + 1, data.step):
            x = left + mark * unit
            canvas.line([(x, 4), (x, ground + 3)], 0.5)
            if mark % every == 0:
                canvas.text((x, ground + 10), str(mark))
    canvas.line([(left, 4), (left, ground)])
    for i, (label, value) in enumerate(zip(data.labels, data.values, strict=True)):
        y = 4 + 20 * (i + 0.5)
        bar = (left, y - 6, left + value * unit, y + 6)
        canvas.box(bar, fills[i], canvas.ink)
        canvas.mark(bar, kind="bar")
        canvas.mark((0, y - 6, bar[2] + 4, y + 6), value=value)
        canvas.text((left - 4, y), label, anchor="rm")
        if data.step is None:
            canvas.text((left + value * unit + 4, y), str(value), anchor="lm")
    return canvas


def draw_line(rng: random.Random, split: Split, level: int, data: Data) -> Canvas:
    """Draw points joined by a line, with values over them or an axis."""
    canvas, left, ground, unit = _upright_frame(rng, split, level, data)
    room = (canvas.width - 5 - left) / len(data.labels)
    points = [(left + (i + 0.5) * room, ground - v * unit) for i, v in enumerate(data.values)]
    fill = _fills(rng, canvas, 1)[0]
    canvas.line(points, 2, fill)
    for (x, y), label, value in zip(points, data.labels, data.values, strict=True):
        canvas.ellipse((x - 3, y - 3, x + 3, y + 3), fill)
        canvas.mark((x - 6, y - 5, x + 6, y + 5), kind="point")
        canvas.mark((x - 6, y - 5, x + 6, canvas.height), value=value)
        canvas.text((x, ground + 10), label)
        if data.step is None:
            canvas.text((x, y - 11), str(value))
    return canvas
