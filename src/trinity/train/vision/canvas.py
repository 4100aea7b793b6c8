"""A sheet to draw shapes, charts and tables on, in planned pixels. Called by the exercises."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageDraw

from trinity.train.items import Mark, Split
from trinity.train.vision import fonts
from trinity.train.vision.look import BLACK, WHITE, Colour, choose_look, to_png

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_SMOOTH = 2
_DARK: tuple[Colour, ...] = ((25, 25, 30), (15, 25, 50), (40, 40, 40), (0, 0, 0))
_LIGHT: tuple[Colour, ...] = ((240, 240, 240), (250, 245, 230), (230, 240, 250), (225, 225, 225))


class Canvas:
    """A picture in the making: coordinates are planned pixels, whatever scale is drawn at.

    Drawing is done on a sheet twice as large where the picture is not enlarged anyway, so edges
    come out smooth.
    """

    def __init__(
        self, rng: random.Random, split: Split, level: int, width: int, height: int
    ) -> None:
        """Choose colours, font and wear, and start a sheet of `width` by `height`."""
        look = choose_look(rng, level)
        if look.paper != WHITE:
            ink, paper = _sheet_colours(rng)
            look = replace(look, ink=ink, paper=paper)
        self._look = replace(look, angle=max(-1.5, min(look.angle, 1.5)))
        self._rng = rng
        self._smooth = _SMOOTH if look.scale == 1 else 1
        self._scale = look.scale * self._smooth
        self._face = fonts.pick(rng, split)
        self.ink, self.paper = self._look.ink, self._look.paper
        self.start(width, height)

    def start(self, width: float, height: float) -> None:
        """Take a blank sheet of at least this size: edges become whole image tokens."""
        self.width, self.height = (int(-(-edge // 16)) * 16 for edge in (width, height))
        self._marks: list[Mark] = []
        size = (round(self.width * self._scale), round(self.height * self._scale))
        self._image = Image.new("RGB", size, self.paper)
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: Sequence[Point], width: float = 1, fill: Colour | None = None) -> None:
        """Draw a line through `points`."""
        pen = max(1, round(width * self._scale))
        self._draw.line(self._all(points), fill or self.ink, pen, joint="curve")

    def polygon(
        self, points: Sequence[Point], fill: Colour | None, outline: Colour | None = None
    ) -> None:
        """Draw a closed shape with an edge one pixel wide where `outline` is given."""
        pen = max(1, round(self._scale)) if outline else 0
        self._draw.polygon(self._all(points), fill, outline, pen)

    def box(
        self,
        corners: Box,
        fill: Colour | None,
        outline: Colour | None = None,
        width: float = 1,
    ) -> None:
        """Draw a rectangle from left, top to right, bottom."""
        pen = max(1, round(width * self._scale)) if outline else 0
        self._draw.rectangle(self._box(corners), fill, outline, pen)

    def ellipse(
        self,
        corners: Box,
        fill: Colour | None,
        outline: Colour | None = None,
        width: float = 1,
    ) -> None:
        """Draw an ellipse that fills the box left, top, right, bottom."""
        pen = max(1, round(width * self._scale)) if outline else 0
        self._draw.ellipse(self._box(corners), fill, outline, pen)

    def slice(self, corners: Box, start: float, end: float, fill: Colour) -> None:
        """Draw a slice of a pie from `start` to `end`, degrees clockwise from three o'clock."""
        self._draw.pieslice(self._box(corners), start, end, fill, self.paper, round(self._scale))

    def arc(
        self,
        corners: Box,
        start: float,
        end: float,
        width: float,
        fill: Colour,
    ) -> None:
        """Draw a part of a ring, degrees clockwise from three o'clock."""
        self._draw.arc(self._box(corners), start, end, fill, max(1, round(width * self._scale)))

    def text(
        self, at: Point, text: str, cap: float = 9.5, anchor: str = "mm", fill: Colour | None = None
    ) -> None:
        """Write `text` with capitals `cap` pixels high; `anchor` is Pillow's, with `m` at half
        the height of a capital.
        """
        font = fonts.load(self._face, fonts.size_for(self._face, cap * self._scale))
        x, y = at[0] * self._scale, at[1] * self._scale
        if anchor[1] == "m":
            y += cap * self._scale / 2
            anchor = anchor[0] + "s"
        self._draw.text((x, y), text, fill or self.ink, font, anchor)
        self._mark_text(at, text, cap, anchor[0])

    def text_width(self, text: str, cap: float = 9.5) -> float:
        """Width that `text` takes."""
        size = fonts.size_for(self._face, cap * 4)
        return fonts.load(self._face, size).getlength(text) / 4

    def mark(self, *boxes: Box, **labels: object) -> None:
        """Note that `boxes` show what `labels` say, by group: `colour="red", kind="bar"`."""
        shares = tuple(
            (left / self.width, top / self.height, right / self.width, bottom / self.height)
            for left, top, right, bottom in boxes
        )
        self._marks += [Mark(group, str(label), shares) for group, label in labels.items()]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All that was noted on this sheet; later marks lie over earlier ones."""
        return tuple(self._marks)

    def _mark_text(self, at: Point, text: str, cap: float, side: str) -> None:
        left = at[0] - self.text_width(text, cap) * {"l": 0, "m": 0.5, "r": 1}[side]
        for i, character in enumerate(text):
            start, stop = (left + self.text_width(text[:end], cap) for end in (i, i + 1))
            if character != " ":
                box = (start, at[1] - 0.6 * cap, stop, at[1] + 0.8 * cap)
                self.mark(box, glyph=character)

    def png(self) -> bytes:
        """Finish the picture."""
        image = self._image
        if self._look.angle:
            image = image.rotate(self._look.angle, Image.Resampling.BICUBIC, fillcolor=self.paper)
        if self._smooth > 1:
            image = image.reduce(self._smooth)
        return to_png(image, self._look, self._rng)

    def _all(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def _box(self, corners: Box) -> Box:
        left, top, right, bottom = (edge * self._scale for edge in corners)
        return left, top, right, bottom


def _sheet_colours(rng: random.Random) -> tuple[Colour, Colour]:
    """Ink and paper of a drawing: mostly dark on a light tint, sometimes light on dark."""
    if rng.random() < 0.3:
        return WHITE, rng.choice(_DARK)
    return BLACK, rng.choice(_LIGHT)
