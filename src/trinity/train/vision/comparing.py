"""Exercises that compare shapes: the largest, the missing one, the odd one, more or fewer."""

from __future__ import annotations

import random

from trinity.train.items import Item, Split
from trinity.train.vision import scene_cores as cores
from trinity.train.vision.canvas import Canvas
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.shapes import KINDS, Shape, colours_on, draw_shape, shade
from trinity.train.wordings import phrase

_NAMES = ("red", "green", "blue", "yellow", "orange", "purple", "pink", "black")
_FULL = ("circle", "square", "triangle", "heart", "hexagon")
"""Kinds that fill their place alike, so that size can be compared."""


def extreme_size(rng: random.Random, split: Split, level: int) -> Item:
    """The largest or the smallest of a row or square of shapes."""
    count = min(5, 2 + (level + 1) // 2)
    gap = 1.7 - 0.07 * level
    canvas = Canvas(rng, split, level, 48 * min(count, 3), 48 * (1 + (count > 3)))
    names = colours_on(canvas.paper, _NAMES)
    shapes = [
        Shape(colour, kind)
        for colour, kind in zip(
            rng.sample(names, count),
            rng.sample(_FULL, count),
            strict=True,
        )
    ]
    largest = rng.random() < 0.5
    extreme = rng.randrange(count)
    others = sorted(
        rng.uniform(11, 22 / gap) if largest else rng.uniform(8 * gap, 22) for _ in range(count)
    )
    edge = others[-1] * gap if largest else others[0] / gap
    radii = [edge if i == extreme else rng.choice(others) for i in range(count)]
    for i, (shape, radius) in enumerate(zip(shapes, radii, strict=True)):
        at = (24 + 48 * (i % 3), 24 + 48 * (i // 3))
        draw_shape(canvas, shape, at, radius, shade(rng, shape.colour))
    word = "largest" if largest else "smallest"
    answer = str(shapes[extreme])
    return vision_item(
        "extreme_size",
        level,
        key=f"{listing(shapes)} | {word} {answer}",
        question=phrase(rng, split, cores.EXTREME, word=word),
        picture=canvas,
        answer=answer,
        high=f"{listing(shapes)}; {word}: {answer}",
    )


def missing_shape(rng: random.Random, split: Split, level: int) -> Item:
    """The shape missing from a grid whose rows share the kind and whose columns the colour."""
    side = 2 if level < 4 else 3
    cell = 40 if side == 2 else 36
    canvas = Canvas(rng, split, level, side * cell + 8, side * cell + 8)
    colours = rng.sample(colours_on(canvas.paper, _NAMES), side)
    kinds = rng.sample(KINDS, side)
    by_row = level < 3 or rng.random() < 0.5
    gone = (rng.randrange(side), rng.randrange(side))
    radius = cell * rng.uniform(0.3, 0.4)
    rows = []
    for row in range(side):
        shown = []
        for column in range(side):
            line, other = (row, column) if by_row else (column, row)
            shape = Shape(colours[other], kinds[line])
            at = (4 + (column + 0.5) * cell, 4 + (row + 0.5) * cell)
            if (row, column) != gone:
                draw_shape(canvas, shape, at, radius, shade(rng, shape.colour))
            else:
                answer = str(shape)
                canvas.text(at, "?", 16)
                box = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
                canvas.mark(box, colour=shape.colour, kind=shape.kind)
            shown.append("?" if (row, column) == gone else str(shape))
        rows.append(listing(shown))
    if rng.random() < 0.6:
        _grid(canvas, side, cell)
    return vision_item(
        "missing_shape",
        level,
        key=f"{' / '.join(rows)}",
        question=phrase(rng, split, cores.MISSING),
        picture=canvas,
        answer=answer,
        high=f"{' / '.join(rows)}; ? is {answer}",
    )


def _grid(canvas: Canvas, side: int, cell: int) -> None:
    for i in range(side + 1):
        canvas.line([(4, 4 + i * cell), (4 + side * cell, 4 + i * cell)])
        canvas.line([(4 + i * cell, 4), (4 + i * cell, 4 + side * cell)])


def odd_one(rng: random.Random, split: Split, level: int) -> Item:
    """The one shape among many alike that differs in colour, in kind or in both."""
    columns, rows = 2 + (level + 1) // 2 - (level > 4), 1 + (level > 1) + (level > 4)
    canvas = Canvas(rng, split, level, columns * 32, rows * 32)
    colour, other_colour = rng.sample(colours_on(canvas.paper, _NAMES), 2)
    kind, other_kind = rng.sample(KINDS, 2)
    common = Shape(colour, kind)
    odd = rng.choice(
        (Shape(other_colour, kind), Shape(colour, other_kind), Shape(other_colour, other_kind))
    )
    place = rng.randrange(rows * columns)
    radius = rng.uniform(10, 13)
    for i in range(rows * columns):
        shape = odd if i == place else common
        at = (16 + 32 * (i % columns), 16 + 32 * (i // columns))
        draw_shape(canvas, shape, at, radius, shade(rng, shape.colour, 6))
    return vision_item(
        "odd_one",
        level,
        key=f"{rows}x{columns} {common} | {odd} {place}",
        question=phrase(rng, split, cores.ODD_ONE),
        picture=canvas,
        answer=str(odd),
        high=f"all {common}, one {odd}",
    )


def more_of(rng: random.Random, split: Split, level: int) -> Item:
    """Whether there are more shapes of one colour than of another: yes or no, alike often."""
    columns, rows = 3 + (level > 3), 2 + (level > 2)
    canvas = Canvas(rng, split, level, columns * 32, rows * 32)
    one, two = rng.sample(colours_on(canvas.paper, _NAMES), 2)
    most = min(5, 2 + level, rows * columns // 2)
    many, few = sorted(rng.sample(range(1, most + 1), 2), reverse=True)
    yes = rng.random() < 0.5
    counts = (many, few) if yes else (few, many)
    colours = [one] * counts[0] + [two] * counts[1]
    rng.shuffle(colours)
    cells = sorted(rng.sample(range(rows * columns), len(colours)))
    kinds = rng.sample(KINDS, 1 + level // 2)
    described = []
    for cell, colour in zip(cells, colours, strict=True):
        shape = Shape(colour, rng.choice(kinds))
        at = (16 + 32 * (cell % columns), 16 + 32 * (cell // columns))
        draw_shape(canvas, shape, at, rng.uniform(9, 13), shade(rng, colour))
        described.append(f"{shape} {cell}")
    answer = "yes" if yes else "no"
    low = f"{one} {counts[0]}, {two} {counts[1]}"
    return vision_item(
        "more_of",
        level,
        key=f"{columns}: {listing(described)} | {one} {two}",
        question=phrase(rng, split, cores.MORE_OF, one=one, two=two),
        picture=canvas,
        answer=answer,
        low=low,
        high=f"{listing(colours)}: {low}; {answer}",
    )


FAMILIES = (
    vision_family("extreme_size", extreme_size),
    vision_family("missing_shape", missing_shape),
    vision_family("odd_one", odd_one),
    vision_family("more_of", more_of),
)
