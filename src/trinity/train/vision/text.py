"""Pictures of one or two lines of text. Called by the reading exercises."""

from __future__ import annotations

import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

from trinity.train.items import Split
from trinity.train.vision import fonts
from trinity.train.vision.look import LONGEST, Look, choose_look, to_png

SMALLEST_CAP = 9.2
"""Height of a capital, pixels, below which text is not drawn."""

_CAPS = {1: (16, 28), 2: (13, 24), 3: (11, 20), 4: (10, 18), 5: (9.5, 16)}


def text_picture(rng: random.Random, split: Split, level: int, lines: Sequence[str]) -> bytes:
    """Draw `lines` one under another, as large and as worn as `level` says.

    Raises `ValueError` where a line is too long to be legible: about 20 characters always fit.
    """
    look = choose_look(rng, level)
    margin = rng.uniform(3, 9)
    face, cap = _fitting(rng, split, lines, rng.uniform(*_CAPS[level]), LONGEST - 2 * margin)
    mask = _tile(face, fonts.size_for(face, cap * look.scale), lines, rng)
    if look.angle:
        mask = mask.rotate(look.angle, Image.Resampling.BICUBIC, expand=True)
    return to_png(_on_paper(mask, look, margin, rng), look, rng)


def _fitting(
    rng: random.Random, split: Split, lines: Sequence[str], cap: float, room: float
) -> tuple[fonts.Face, float]:
    """A face, and the height of its capitals, at most `cap`, with which `lines` fit in `room`."""
    for _ in range(100):
        face = fonts.pick(rng, split)
        widest = max(fonts.load(face, 64).getlength(line) for line in lines)
        fitting = min(cap, room * 64 * fonts.cap_ratio(face) / widest * 0.96)
        if fitting >= SMALLEST_CAP:
            return face, fitting
        room = min(room + 2, LONGEST - 4)
    raise ValueError(f"No font is narrow enough for the lines {list(lines)}: shorten them.")


def _tile(face: fonts.Face, size: int, lines: Sequence[str], rng: random.Random) -> Image.Image:
    """The lines as a mask, cropped to their ink."""
    font = fonts.load(face, size)
    step = round(size * rng.uniform(1.15, 1.5))
    width = int(max(font.getlength(line) for line in lines)) + size
    mask = Image.new("L", (width, step * len(lines) + size))
    draw = ImageDraw.Draw(mask)
    centred = rng.random() < 0.4
    for row, line in enumerate(lines):
        slack = width - size - font.getlength(line)
        left = size / 2 + (slack / 2 if centred else 0)
        draw.text((left, size + row * step), line, font=font, fill=255, anchor="ls")
    return mask.crop(mask.getbbox())


def _on_paper(mask: Image.Image, look: Look, margin: float, rng: random.Random) -> Image.Image:
    """Put the mask somewhere on a sheet at least `margin` wider all round."""
    roomy = rng.random() < 0.12
    sheet = tuple(
        _sheet_edge(rng, ink / look.scale + 2 * margin, least, slack)
        for ink, least, slack in zip(
            mask.size, (64, 16), (90, 70) if roomy else (28, 12), strict=True
        )
    )
    width, height = (round(edge * look.scale) for edge in sheet)
    image = Image.new("RGB", (width, height), look.paper)
    room = (width - mask.width, height - mask.height)
    if rng.random() < 0.4:
        left, top = room[0] // 2, room[1] // 2
    else:
        edge = round(min(margin * look.scale, *(side / 2 for side in room)))
        left, top = (rng.randint(edge, max(edge, side - edge)) for side in room)
    image.paste(look.ink, (left, top), mask)
    if look.ink != (0, 0, 0) and rng.random() < 0.12:
        ImageDraw.Draw(image).rectangle((0, 0, width - 1, height - 1), outline=look.ink)
    return image


def _sheet_edge(rng: random.Random, needed: float, least: int, slack: int) -> int:
    """An edge of at least `needed` pixels: mostly whole image tokens, sometimes any number."""
    wanted = max(needed + (rng.uniform(0, slack) if rng.random() < 0.6 else 0), least)
    edge = int(-(-wanted // 16)) * 16 if rng.random() < 0.6 else int(-(-wanted // 1))
    return min(edge, LONGEST) if needed <= LONGEST else int(needed)
