"""Questions about bar charts, upright and lying, line charts and pies."""

from __future__ import annotations

import math
import random

from trinity.train.items import Item, Split
from trinity.train.vision import chart_cores as cores
from trinity.train.vision.canvas import Box, Canvas
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.plots import Data, draw_bars, draw_line, draw_lying_bars, make_data
from trinity.train.vision.shapes import colours_on, shade
from trinity.train.vision.words import words_between
from trinity.train.wordings import phrase

_PIE_COLOURS = ("red", "green", "blue", "yellow", "purple", "pink", "grey")


def bar_value(rng: random.Random, split: Split, level: int) -> Item:
    """The value of a labelled bar."""
    data = make_data(rng, level)
    label = rng.choice(data.labels)
    return _value("bar_value", level, data, label, draw_bars(rng, split, level, data), rng, split)


def lying_bar_value(rng: random.Random, split: Split, level: int) -> Item:
    """The value of a labelled bar that lies."""
    data = make_data(rng, level)
    canvas = draw_lying_bars(rng, split, level, data)
    return _value("lying_bar_value", level, data, rng.choice(data.labels), canvas, rng, split)


def _value(
    name: str, level: int, data: Data, label: str, canvas: Canvas, rng: random.Random, split: Split
) -> Item:
    return vision_item(
        name,
        level,
        key=f"{data} | {label}",
        question=phrase(rng, split, cores.VALUE, label=label),
        picture=canvas,
        answer=data.value(label),
        low=f"{label} {data.value(label)}",
        high=f"{data}; {label} is {data.value(label)}",
        kind="number",
    )


def bar_extreme(rng: random.Random, split: Split, level: int) -> Item:
    """The label of the largest or smallest bar."""
    data = make_data(rng, level)
    draw = draw_bars if rng.random() < 0.6 else draw_lying_bars
    word, value = rng.choice((("largest", max(data.values)), ("smallest", min(data.values))))
    label = data.labels[data.values.index(value)]
    return vision_item(
        "bar_extreme",
        level,
        key=f"{data} | {word}",
        question=phrase(rng, split, cores.EXTREME, word=word),
        picture=draw(rng, split, level, data),
        answer=label,
        low=f"{word} {value}",
        high=f"{data}; {word} {value} is {label}",
    )


def bar_difference(rng: random.Random, split: Split, level: int) -> Item:
    """By how much one bar is higher than another."""
    data = make_data(rng, level)
    one, two = rng.sample(list(data.labels), 2)
    if data.value(one) < data.value(two):
        one, two = two, one
    high, low = data.value(one), data.value(two)
    return vision_item(
        "bar_difference",
        level,
        key=f"{data} | {one} {two}",
        question=phrase(rng, split, cores.DIFFERENCE, one=one, two=two),
        picture=draw_bars(rng, split, level, data),
        answer=high - low,
        low=f"{high}-{low}={high - low}",
        high=f"{data}; {one} {high}, {two} {low}; {high}-{low}={high - low}",
        kind="number",
    )


def bar_count(rng: random.Random, split: Split, level: int) -> Item:
    """How many bars there are, or how many are over a value."""
    data = make_data(rng, level)
    draw = draw_bars if rng.random() < 0.6 else draw_lying_bars
    canvas = draw(rng, split, level, data)
    if level < 3:
        return vision_item(
            "bar_count",
            level,
            key=f"{data}",
            question=phrase(rng, split, cores.COUNT),
            picture=canvas,
            answer=len(data.labels),
            low=listing(data.labels),
            high=f"{listing(data.labels)}: {len(data.labels)}",
            kind="number",
        )
    limit = rng.choice([value for value in data.values if value < max(data.values)])
    over = [f"{name} {v}" for name, v in zip(data.labels, data.values, strict=True) if v > limit]
    return vision_item(
        "bar_count",
        level,
        key=f"{data} | {limit}",
        question=phrase(rng, split, cores.COUNT_OVER, limit=limit),
        picture=canvas,
        answer=len(over),
        low=f"{listing(over)}: {len(over)}",
        high=f"{data}; over {limit}: {listing(over)}: {len(over)}",
        kind="number",
    )


def line_extreme(rng: random.Random, split: Split, level: int) -> Item:
    """The label at which a line is highest or lowest."""
    data = make_data(rng, level)
    word, value = rng.choice((("highest", max(data.values)), ("lowest", min(data.values))))
    label = data.labels[data.values.index(value)]
    return vision_item(
        "line_extreme",
        level,
        key=f"{data} | {word}",
        question=phrase(rng, split, cores.LINE, word=word),
        picture=draw_line(rng, split, level, data),
        answer=label,
        low=f"{word} {value}",
        high=f"{data}; {word} {value} is {label}",
    )


def pie_extreme(rng: random.Random, split: Split, level: int) -> Item:
    """The legend's label of the largest or smallest slice."""
    count = 2 + (level + 1) // 2
    shares = [3 + 2 * i for i in range(count)] if level < 4 else [5 + 2 * i for i in range(count)]
    rng.shuffle(shares)
    labels = rng.sample(words_between(3, 4) if rng.random() < 0.5 else "ABCDEFGHKLMNPRSTU", count)
    canvas = Canvas(rng, split, level, 144, 96)
    canvas.start(116 + max(canvas.text_width(label) for label in labels), 96)
    names = rng.sample(colours_on(canvas.paper, _PIE_COLOURS), count)
    start = rng.uniform(0, 360)
    for i, (share, name) in enumerate(zip(shares, names, strict=True)):
        fill, end = shade(rng, name, 8), start + 360 * share / sum(shares)
        canvas.slice((6, 6, 90, 90), start, end, fill)
        canvas.mark(*_slice_boxes(start, end), colour=name, kind="slice", value=share)
        start = end
        y = 48 + (i - (count - 1) / 2) * 17
        canvas.box((98, y - 5, 108, y + 5), fill)
        canvas.mark((96, y - 8, 110, y + 8), colour=name)
        canvas.mark((96, y - 8, canvas.width, y + 8), value=share)
        canvas.text((112, y), labels[i], anchor="lm")
    word, share = rng.choice((("largest", max(shares)), ("smallest", min(shares))))
    found = shares.index(share)
    legend = listing([f"{name} {label}" for name, label in zip(names, labels, strict=True)])
    by_size = listing([name for _, name in sorted(zip(shares, names, strict=True), reverse=True)])
    slices = listing(
        [f"{n} {label} {s}" for n, label, s in zip(names, labels, shares, strict=True)]
    )
    return vision_item(
        "pie_extreme",
        level,
        key=f"{slices} | {word}",
        question=phrase(rng, split, cores.PIE, word=word),
        picture=canvas,
        answer=labels[found],
        low=f"{word} {names[found]}",
        high=f"{legend}; by size {by_size}; {word} {names[found]} is {labels[found]}",
    )


def _slice_boxes(start: float, end: float) -> list[Box]:
    """Boxes of a patch's size on the slice from `start` to `end` degrees."""
    boxes = []
    for radius in (14, 25, 36):
        steps = max(1, int((end - start) * math.pi / 180 * radius / 7))
        for step in range(steps):
            angle = math.radians(start + (step + 0.5) * (end - start) / steps)
            x, y = 48 + radius * math.cos(angle), 48 + radius * math.sin(angle)
            boxes.append((x - 4, y - 4, x + 4, y + 4))
    return boxes


FAMILIES = (
    vision_family("bar_value", bar_value, 1.5),
    vision_family("lying_bar_value", lying_bar_value),
    vision_family("bar_extreme", bar_extreme),
    vision_family("bar_difference", bar_difference),
    vision_family("bar_count", bar_count),
    vision_family("line_extreme", line_extreme),
    vision_family("pie_extreme", pie_extreme),
)
