"""The coloured shapes that scenes are made of. Called by the scene and sign exercises."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from trinity.train.vision.canvas import Canvas, Point
from trinity.train.vision.look import Colour

COLOURS: dict[str, Colour] = {
    "red": (214, 34, 34),
    "green": (34, 150, 54),
    "blue": (36, 76, 214),
    "yellow": (244, 212, 30),
    "orange": (246, 134, 20),
    "purple": (128, 44, 168),
    "pink": (246, 130, 184),
    "brown": (124, 74, 34),
    "black": (18, 18, 18),
    "white": (250, 250, 250),
    "grey": (132, 132, 132),
}
KINDS = ("circle", "square", "triangle", "star", "diamond", "cross", "heart", "ring")
MORE_KINDS = (*KINDS, "rectangle", "oval", "hexagon", "arrow")
"""Kinds that can be told apart where they are drawn large."""


@dataclass(frozen=True, order=True, slots=True)
class Shape:
    """What is drawn, without where."""

    colour: str
    kind: str

    def __str__(self) -> str:
        """For example `red circle`."""
        return f"{self.colour} {self.kind}"


def shade(rng: random.Random, colour: str, spread: int = 12) -> Colour:
    """An RGB value of the named colour: lighter or darker by up to `spread`, hardly tinted."""
    shift, tint = rng.randint(-spread, spread), spread // 4
    red, green, blue = (
        max(0, min(255, part + shift + rng.randint(-tint, tint))) for part in COLOURS[colour]
    )
    return red, green, blue


def colours_on(paper: Colour, names: Sequence[str] = tuple(COLOURS)) -> list[str]:
    """The colours that stand out from `paper`."""
    return [name for name in names if _distance(COLOURS[name], paper) > 110]


def draw_shape(canvas: Canvas, shape: Shape, at: Point, radius: float, fill: Colour) -> None:
    """Draw `shape` around `at`; it stays within `radius` of it."""
    x, y = at
    reach = 0.9 * radius
    canvas.mark((x - reach, y - reach, x + reach, y + reach), colour=shape.colour, kind=shape.kind)
    edge = canvas.ink if shape.colour in ("white", "yellow", "black") else None
    match shape.kind:
        case "circle":
            canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill, edge)
        case "oval":
            canvas.ellipse(
                (x - radius, y - radius * 0.55, x + radius, y + radius * 0.55), fill, edge
            )
        case "ring":
            box = (x - radius, y - radius, x + radius, y + radius)
            canvas.ellipse(box, None, fill, radius * 0.4)
        case kind:
            corners = [(x + radius * dx, y + radius * dy) for dx, dy in outline(kind)]
            canvas.polygon(corners, fill, edge)


def outline(kind: str) -> Sequence[Point]:
    """Corners of a shape with straight edges, within the unit circle around the origin."""
    return _OUTLINES[kind]


def _distance(one: Colour, other: Colour) -> float:
    return math.dist(one, other)


def _around(corners: int, turn: float, radii: Sequence[float] = (1.0,)) -> list[Point]:
    """Corners of a regular polygon; several `radii` in turn make a star."""
    return [
        (
            radii[i % len(radii)] * math.sin(2 * math.pi * i / corners + turn),
            -radii[i % len(radii)] * math.cos(2 * math.pi * i / corners + turn),
        )
        for i in range(corners)
    ]


def _heart() -> list[Point]:
    """The well-known curve x = 16 sin^3 t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t."""
    turns = [2 * math.pi * i / 32 for i in range(32)]
    return [
        (
            math.sin(t) ** 3,
            -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 17,
        )
        for t in turns
    ]


_CROSS = [(-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1)]
_OUTLINES: dict[str, Sequence[Point]] = {
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "rectangle": [(-1, -0.5), (1, -0.5), (1, 0.5), (-1, 0.5)],
    "triangle": [(0, -0.95), (0.98, 0.8), (-0.98, 0.8)],
    "diamond": [(0, -1), (0.75, 0), (0, 1), (-0.75, 0)],
    "star": _around(10, 0, (1.0, 0.42)),
    "hexagon": _around(6, math.pi / 6),
    "heart": _heart(),
    "cross": [(x / 3, y / 3) for x, y in [*_CROSS, (-3, -1), (-1, -1)]],
    "arrow": [(-1, -0.25), (0.1, -0.25), (0.1, -0.7), (1, 0), (0.1, 0.7), (0.1, 0.25), (-1, 0.25)],
}
