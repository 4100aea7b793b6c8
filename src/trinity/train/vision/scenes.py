"""Exercises about scenes of coloured shapes: how many, where, how large, which differs."""

from __future__ import annotations

import random
from dataclasses import dataclass

from trinity.train.items import Item, Split
from trinity.train.vision import scene_cores as cores
from trinity.train.vision.canvas import Canvas
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.shapes import (
    KINDS,
    MORE_KINDS,
    Shape,
    colours_on,
    draw_shape,
    shade,
)
from trinity.train.wordings import phrase

_CLEAR = ("red", "green", "blue", "yellow", "orange", "purple", "pink", "brown", "black")
_ORDINALS = ("top", "middle", "bottom")


@dataclass(frozen=True, slots=True)
class Scene:
    """Shapes in the cells of a grid, and the picture of them."""

    cells: dict[tuple[int, int], Shape]
    """Shapes by (row, column)."""
    canvas: Canvas

    def __str__(self) -> str:
        """Canonical form: each shape with its cell, by rows."""
        return "; ".join(f"{shape} {row},{col}" for (row, col), shape in sorted(self.cells.items()))

    def rows(self) -> str:
        """The shapes row by row: `red circle, blue star / green ring`."""
        numbers = sorted({row for row, _ in self.cells})
        return " / ".join(
            listing([self.cells[cell] for cell in sorted(self.cells) if cell[0] == number])
            for number in numbers
        )


def _sheet(
    rng: random.Random, split: Split, level: int, rows: int, columns: int, cell: int
) -> tuple[Canvas, list[str]]:
    """An empty sheet for a grid, and the colours that show on it."""
    canvas = Canvas(rng, split, level, columns * cell, rows * cell)
    return canvas, colours_on(canvas.paper, _CLEAR)


def _draw_cells(
    canvas: Canvas,
    cells: dict[tuple[int, int], Shape],
    cell: int,
    rng: random.Random,
    sizes: tuple[float, float] = (0.3, 0.4),
) -> Scene:
    """Draw each shape in its cell, a little off its middle."""
    for (row, column), shape in cells.items():
        radius = cell * rng.uniform(*sizes)
        slack = cell / 2 - radius - 1
        at = (
            (column + 0.5) * cell + rng.uniform(-slack, slack),
            (row + 0.5) * cell + rng.uniform(-slack, slack),
        )
        draw_shape(canvas, shape, at, radius, shade(rng, shape.colour))
    return Scene(cells, canvas)


def _scatter(rng: random.Random, rows: int, columns: int, count: int) -> list[tuple[int, int]]:
    return sorted(rng.sample([(r, c) for r in range(rows) for c in range(columns)], count))


def _crowd(rng: random.Random, split: Split, level: int, most: int) -> Scene:
    """A scene of one to `most` shapes of few colours and kinds, so that some are alike."""
    count = rng.randint(1, most)
    rows, columns = (2, 3) if count < 4 else (3, 3) if count < 7 else (3, 4)
    cell = rng.choice((32, 32, 40)) if columns == 3 else 32
    canvas, names = _sheet(rng, split, level, rows, columns, cell)
    colours = rng.sample(names, min(len(names), rng.randint(1, 1 + level)))
    kinds = rng.sample(KINDS, rng.randint(1, 1 + level // 2))
    cells = {
        at: Shape(rng.choice(colours), rng.choice(kinds))
        for at in _scatter(rng, rows, columns, count)
    }
    return _draw_cells(canvas, cells, cell, rng)


def count_shapes(rng: random.Random, split: Split, level: int) -> Item:
    """How many shapes there are."""
    scene = _crowd(rng, split, level, 2 * level)
    sizes = [sum(row == cell[0] for cell in scene.cells) for row in range(3)]
    sizes = [size for size in sizes if size]
    count = len(scene.cells)
    return vision_item(
        "count_shapes",
        level,
        key=str(scene),
        question=phrase(rng, split, cores.COUNT),
        picture=scene.canvas,
        answer=count,
        low=f"{'+'.join(map(str, sizes))}={count}",
        high=f"{scene.rows()}: {'+'.join(map(str, sizes))}={count}",
        kind="number",
    )


def count_some(rng: random.Random, split: Split, level: int) -> Item:
    """How many shapes there are of a colour or a kind."""
    scene = _crowd(rng, split, level, 2 + 2 * level if level < 5 else 11)
    shapes = [scene.cells[cell] for cell in sorted(scene.cells)]
    wanted = rng.choice(shapes)
    by_colour = rng.random() < 0.5
    if rng.random() < 0.15:
        wanted = Shape(rng.choice(_CLEAR), rng.choice(KINDS))
    what = f"{wanted.colour} shapes" if by_colour else f"{wanted.kind.replace('cross', 'crosse')}s"
    found = [
        shape
        for shape in shapes
        if (shape.colour == wanted.colour if by_colour else shape.kind == wanted.kind)
    ]
    rows = sorted({row for row, _ in scene.cells})
    low = "+".join(
        str(sum(cell[0] == row and shape in found for cell, shape in scene.cells.items()))
        for row in rows
    )
    low += f"={len(found)}"
    return vision_item(
        "count_some",
        level,
        key=f"{scene} | {what}",
        question=phrase(rng, split, cores.COUNT_SOME, what=what),
        picture=scene.canvas,
        answer=len(found),
        low=low,
        high=f"{scene.rows()}; {what}: {low}",
        kind="number",
    )


def _single(rng: random.Random, split: Split, level: int) -> tuple[Shape, str, Canvas]:
    """One shape anywhere on a sheet: the shape, its canonical form, the drawing."""
    width, height = rng.choice(((64, 64), (96, 64), (96, 96), (128, 96)))
    canvas = Canvas(rng, split, level, width, height)
    name = rng.choice(colours_on(canvas.paper))
    shape = Shape(name, rng.choice(MORE_KINDS))
    radius = rng.uniform(26 - 2.5 * level, 29 - 2 * level)
    x, y = (rng.uniform(radius + 2, edge - radius - 2) for edge in (width, height))
    fill = shade(rng, name, 16)
    draw_shape(canvas, shape, (x, y), radius, fill)
    return shape, f"{shape} {fill}", canvas


def name_colour(rng: random.Random, split: Split, level: int) -> Item:
    """The colour of the only shape."""
    shape, key, canvas = _single(rng, split, level)
    return vision_item(
        "name_colour",
        level,
        key=key,
        question=phrase(rng, split, cores.NAME_COLOUR),
        picture=canvas,
        answer=shape.colour,
        high=str(shape),
    )


def name_shape(rng: random.Random, split: Split, level: int) -> Item:
    """The kind of the only shape."""
    shape, key, canvas = _single(rng, split, level)
    return vision_item(
        "name_shape",
        level,
        key=key,
        question=phrase(rng, split, cores.NAME_SHAPE),
        picture=canvas,
        answer=shape.kind,
        high=str(shape),
    )


def _distinct(rng: random.Random, names: list[str], count: int) -> list[Shape]:
    """Shapes of which no two share colour or kind."""
    pairs = zip(rng.sample(names, count), rng.sample(KINDS, count), strict=True)
    return [Shape(colour, kind) for colour, kind in pairs]


def spread(rng: random.Random, split: Split, level: int, count: int) -> Scene:
    """A scene of `count` distinct shapes."""
    cell = rng.choice((32, 32, 40))
    canvas, names = _sheet(rng, split, level, 3, 3, cell)
    at = _scatter(rng, 3, 3, count)
    cells = dict(zip(at, _distinct(rng, names, count), strict=True))
    return _draw_cells(canvas, cells, cell, rng)


def place(cell: tuple[int, int]) -> str:
    """Where in three rows and columns a cell is: `top left`."""
    return f"{_ORDINALS[cell[0]]} {('left', 'middle', 'right')[cell[1]]}"


def is_relation(rng: random.Random, split: Split, level: int) -> Item:
    """Whether one shape is left of, right of, above or below another: yes or no, alike often."""
    scene = spread(rng, split, level, min(5, 1 + level) if level > 1 else 2)
    (one, first), (two, second) = rng.sample(sorted(scene.cells.items()), 2)
    axis = rng.choice([axis for axis in (0, 1) if one[axis] != two[axis]])
    less, more = (("above", "below"), ("left of", "right of"))[axis]
    true, false = (less, more) if one[axis] < two[axis] else (more, less)
    yes = rng.random() < 0.5
    asked = true if yes else false
    answer = "yes" if yes else "no"
    low = f"{first} {place(one)}, {second} {place(two)}"
    return vision_item(
        "is_relation",
        level,
        key=f"{scene} | {first} {asked} {second}",
        question=phrase(rng, split, cores.IS_RELATION, one=first, relation=asked, two=second),
        picture=scene.canvas,
        answer=answer,
        low=low,
        high=f"{low}; {true}: {answer}",
    )


def where_is(rng: random.Random, split: Split, level: int) -> Item:
    """On which side of another shape a shape is, the two being in one row or column."""
    while True:
        cells = _scatter(rng, 3, 3, 2 + level // 2)
        one, two = rng.sample(cells, 2)
        if (one[0] == two[0]) != (one[1] == two[1]):
            break
    cell = rng.choice((32, 32, 40))
    canvas, names = _sheet(rng, split, level, 3, 3, cell)
    shapes = dict(zip(cells, _distinct(rng, names, len(cells)), strict=True))
    scene = _draw_cells(canvas, shapes, cell, rng)
    if one[0] == two[0]:
        answer = "left" if one[1] < two[1] else "right"
    else:
        answer = "above" if one[0] < two[0] else "below"
    low = f"{shapes[one]} {place(one)}, {shapes[two]} {place(two)}"
    return vision_item(
        "where_is",
        level,
        key=f"{scene} | {shapes[one]} {shapes[two]}",
        question=phrase(rng, split, cores.WHERE_IS, one=shapes[one], two=shapes[two]),
        picture=canvas,
        answer=answer,
        low=low,
        high=f"{scene.rows()}; {low}: {answer}",
    )


FAMILIES = (
    vision_family("count_shapes", count_shapes, 1.5),
    vision_family("count_some", count_some, 1.5),
    vision_family("name_colour", name_colour),
    vision_family("name_shape", name_shape),
    vision_family("is_relation", is_relation, 1.5),
    vision_family("where_is", where_is),
)
