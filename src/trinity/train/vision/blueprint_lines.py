"""Draws what technical drawings are made of: dimension lines, walls, doors. Called by the blueprint
and floor plan exercises."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Literal

from trinity.train.items import Split
from trinity.train.vision.canvas import Box, Canvas, Point
from trinity.train.vision.look import LONGEST, Colour

Side = Literal["top", "right", "bottom", "left"]
OPPOSITE: dict[Side, Side] = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
LYING: tuple[Side, Side] = ("top", "bottom")
UPRIGHT: tuple[Side, Side] = ("left", "right")

CAP = 9.5
"""Height of the capitals of a label, pixels."""
DOOR = 11.0
"""Width of a door, pixels."""

_AWAY = 9
"""Pixels from a body to its dimension lines."""


class Draft:
    """A sheet with one way of drawing dimension lines, which are told of by the side they are on.

    Labels stand over lying lines and beside upright ones, or in a gap of the line.
    """

    def __init__(self, rng: random.Random, split: Split, level: int) -> None:
        """Choose how lines end and where labels stand."""
        self.canvas = Canvas(rng, split, level, 64, 64)
        self._rng = rng
        self._ends = rng.choice(("arrow", "arrow", "slash", "dot"))
        self._broken = rng.random() < 0.4
        self.tint = _between(self.canvas.paper, self.canvas.ink, rng.choice((0, 0, 0.08, 0.15)))

    def frame(self, width: float, height: float, labels: Mapping[Side, Sequence[str]]) -> Box:
        """Take a sheet on which a body of `width` by `height` has room for `labels` around it, and
        say where the body lies."""
        room = self._rooms(labels)
        across, down = room["left"] + room["right"], room["top"] + room["bottom"]
        self.canvas.start(width + across, height + down)
        left = room["left"] + self._rng.uniform(0, self.canvas.width - width - across)
        top = room["top"] + self._rng.uniform(0, self.canvas.height - height - down)
        return left, top, left + width, top + height

    def space(self, labels: Mapping[Side, Sequence[str]]) -> float:
        """Width that a body may have between labels."""
        room = self._rooms(labels)
        return LONGEST - room["left"] - room["right"]

    def body(self, corners: Sequence[Point]) -> None:
        """Draw the outline of a part."""
        self.canvas.polygon(corners, self.tint)
        self.canvas.line([*corners, *corners[:2]], 1.6)

    def dimension(
        self,
        side: Side,
        ends: Sequence[float],
        edge: float,
        label: str,
        witness: float | None = None,
    ) -> None:
        """Draw the dimension of the stretch between two `ends` on a `side` of a body whose outline
        there is at `edge`; thin lines lead to it from `witness`, or from the outline."""
        start, stop = sorted(ends)
        upright = side in UPRIGHT
        outward = 1 if side in ("right", "bottom") else -1
        at = edge + outward * _AWAY
        for end in (start, stop):
            base = edge + 2 * outward if witness is None else witness
            self.canvas.line(_turned([(end, base), (end, at + 3 * outward)], upright), 0.5)
        width = self.canvas.text_width(label, CAP)
        middle = (start + stop) / 2
        needed = CAP if upright else width
        # A wide label in the gap of an upright line would lie on the body.
        fits = stop - start > needed + 20 and not (upright and width / 2 > _AWAY - 3)
        gap = self._broken and fits
        pieces = (
            ((start, middle - needed / 2 - 3), (middle + needed / 2 + 3, stop))
            if gap
            else ((start, stop),)
        )
        for piece in pieces:
            self.canvas.line(_turned([(end, at) for end in piece], upright), 0.8)
        for end, inward in ((start, 1), (stop, -1)):
            self._end(end, at, inward, upright)
        off = 0 if gap else outward * (4 + width / 2 if upright else 9)
        (place,) = _turned([(middle, at + off)], upright)
        self.canvas.text(place, label, CAP)
        if label.split(" ")[0].isdigit():
            x, y = place
            box = (x - width / 2, y - 6, x + width / 2, y + 7)
            self.canvas.mark(box, value=label.split(" ")[0])

    def chain(
        self,
        side: Side,
        stops: Sequence[float],
        edge: float,
        labels: Sequence[str],
        witness: float | None = None,
    ) -> None:
        """Draw dimensions one after another between `stops`."""
        for start, stop, label in zip(stops, stops[1:], labels, strict=False):
            self.dimension(side, (start, stop), edge, label, witness)

    def _rooms(self, labels: Mapping[Side, Sequence[str]]) -> dict[Side, float]:
        return {side: self._room(side, labels.get(side, ())) for side in OPPOSITE}

    def _room(self, side: Side, labels: Sequence[str]) -> float:
        """Pixels between the body's `side` and the edge of the sheet."""
        if not labels:
            return 5
        if side in LYING:
            return _AWAY + 17
        return _AWAY + 8 + max(self.canvas.text_width(label, CAP) for label in labels)

    def _end(self, end: float, at: float, inward: int, upright: bool) -> None:
        """Draw one end of a dimension line."""
        if self._ends == "arrow":
            back = end + 5 * inward
            self.canvas.polygon(
                _turned([(end, at), (back, at - 2), (back, at + 2)], upright), self.canvas.ink
            )
        elif self._ends == "slash":
            self.canvas.line(_turned([(end - 2.5, at + 2.5), (end + 2.5, at - 2.5)], upright), 1.4)
        else:
            ((x, y),) = _turned([(end, at)], upright)
            self.canvas.ellipse((x - 1.8, y - 1.8, x + 1.8, y + 1.8), self.canvas.ink)


def draw_door(canvas: Canvas, at: Point, upright: bool, opens: int) -> None:
    """Draw a door that begins at `at` and runs along a wall, down where `upright`, else right.

    It is a gap in the wall; where `opens` is 1 or -1, a leaf stands open to that side of the wall:
    right of an upright wall and below a lying one where it is 1.
    """
    x, y = at
    ends = [(x, y), (x, y + DOOR)] if upright else [(x, y), (x + DOOR, y)]
    canvas.line(ends, 7, canvas.paper)
    for corner in ends:
        post = (2.5, 0) if upright else (0, 2.5)
        lines = [(corner[0] - post[0], corner[1] - post[1])]
        lines.append((corner[0] + post[0], corner[1] + post[1]))
        canvas.line(lines, 1)
    if opens:
        turn = _SWINGS[upright, opens]
        leaf = (x + DOOR * opens, y) if upright else (x, y + DOOR * opens)
        canvas.line([at, leaf], 1)
        box = (x - DOOR, y - DOOR, x + DOOR, y + DOOR)
        canvas.arc(box, turn, turn + 90, 0.7, canvas.ink)
    (left, top), (right, bottom) = ends
    canvas.mark((left - 5, top - 5, right + 5, bottom + 5), kind="door")


_SWINGS = {(True, 1): 0, (True, -1): 90, (False, 1): 0, (False, -1): 270}
"""Where the arc of an open door starts, degrees clockwise from three o'clock."""


def _turned(points: Sequence[Point], upright: bool) -> list[Point]:
    """Points told of along and across a line, as x and y."""
    return [(across, along) if upright else (along, across) for along, across in points]


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
