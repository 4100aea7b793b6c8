"""Colours, size and wear of one picture, and the last steps that turn a drawing into a PNG file.

Called by `text` and `canvas`.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
LONGEST = 192
"""Pixels of the longest edge that the model sees."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is drawn, whatever it shows."""

    ink: Colour = BLACK
    paper: Colour = WHITE
    scale: float = 1.0
    """Pixels drawn per pixel planned: above 1, the picture is one that gets shrunk."""
    angle: float = 0.0
    """Degrees, anticlockwise."""
    blur: float = 0.0
    """Radius in planned pixels."""
    noise: int = 0
    """Largest change of a pixel's value."""
    quality: int | None = None
    """JPEG quality the picture passes through, or `None` for none."""


def choose_look(rng: random.Random, level: int) -> Look:
    """Draw a look: two in five are plain black on white, and wear grows with `level`."""
    scale = rng.uniform(1.8, 4.0) if rng.random() < 0.25 else 1.0
    if rng.random() < 0.4:
        return Look(scale=scale)
    ink, paper = (BLACK, WHITE) if rng.random() < 0.15 else choose_colours(rng, 150 - 10 * level)
    wear = 0.1 * (level - 1)
    return Look(
        ink=ink,
        paper=paper,
        scale=scale,
        angle=rng.uniform(-level, level) * 0.8 if rng.random() < 0.1 + wear else 0.0,
        blur=rng.uniform(0.3, 0.3 + 0.08 * level) if rng.random() < wear else 0.0,
        noise=rng.randint(4, 6 * level) if rng.random() < wear else 0,
        quality=rng.randint(80 - 10 * level, 85) if rng.random() < wear else None,
    )


def choose_colours(rng: random.Random, contrast: float) -> tuple[Colour, Colour]:
    """Ink and paper that differ in brightness by at least `contrast` (of 255)."""
    while True:
        if rng.random() < 0.4:
            ink, paper = (_grey(rng.randint(0, 255)) for _ in range(2))
        else:
            ink, paper = (_any_colour(rng) for _ in range(2))
        if abs(brightness(ink) - brightness(paper)) >= contrast:
            return ink, paper


def brightness(colour: Colour) -> float:
    """Perceived brightness, 0 to 255 (Rec. 601 weights)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def wear(image: Image.Image, look: Look, rng: random.Random) -> Image.Image:
    """Blur and noise as `look` says."""
    if look.blur:
        image = image.filter(ImageFilter.GaussianBlur(look.blur * look.scale))
    return _with_noise(image, look.noise, rng) if look.noise else image


def to_png(image: Image.Image, look: Look, rng: random.Random) -> bytes:
    """Wear the drawing as `look` says and write it as PNG."""
    image = wear(image, look, rng)
    if look.quality is not None:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=look.quality)
        image = Image.open(file)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def shrink(image: Image.Image) -> Image.Image:
    """The picture with its longest edge reduced to what the model sees."""
    factor = LONGEST / max(image.size)
    if factor >= 1:
        return image
    width, height = (max(1, round(edge * factor)) for edge in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def _with_noise(image: Image.Image, most: int, rng: random.Random) -> Image.Image:
    noise = np.frombuffer(rng.randbytes(image.width * image.height), np.uint8)
    step = (noise.astype(np.int16) * (2 * most + 1) >> 8) - most
    pixels = np.asarray(image).astype(np.int16) + step.reshape(image.height, image.width, 1)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _grey(value: int) -> Colour:
    return (value, value, value)


def _any_colour(rng: random.Random) -> Colour:
    return (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255))
