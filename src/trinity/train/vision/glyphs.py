"""Pages of random characters, each patch labelled with the one it shows. Called by `pages`."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from trinity.config import VisionConfig
from trinity.inputs.images import to_pixels
from trinity.train.items import Split
from trinity.train.vision import fonts
from trinity.train.vision.labels import CHARACTERS, Page, label_patches
from trinity.train.vision.look import Look, choose_look, wear


def glyph_page(rng: random.Random, split: Split, vision: VisionConfig) -> Page:
    """Draw lines of random characters."""
    token = vision.token_pixels
    width, height = rng.randint(3, 10) * token, rng.randint(2, 6) * token
    level = rng.randint(1, 5)
    look = choose_look(rng, level)
    look = Look(ink=look.ink, paper=look.paper, blur=look.blur, noise=look.noise)
    face = fonts.pick(rng, split)
    cap = rng.uniform(9.5, 24)
    size = fonts.size_for(face, cap)
    image = Image.new("RGB", (width, height), look.paper)
    rows, columns = height // vision.patch_size, width // vision.patch_size
    labels = label_patches(None, rows, columns)
    glyphs = labels[0]
    glyphs[:] = 0
    baseline = rng.uniform(2, 10) + cap
    while baseline < height - 2:
        _write_line(rng, image, glyphs, look, face, size, cap, baseline, vision.patch_size)
        baseline += size * rng.uniform(1.1, 1.5)
    return Page(to_pixels(wear(image, look, rng), vision), labels)


def _write_line(
    rng: random.Random,
    image: Image.Image,
    glyphs: np.ndarray,
    look: Look,
    face: fonts.Face,
    size: int,
    cap: float,
    baseline: float,
    patch: int,
) -> None:
    start = left = rng.uniform(1, 14)
    signs = CHARACTERS[62:]
    kind = rng.choice((CHARACTERS[:10], CHARACTERS[10:36], CHARACTERS[36:62], signs, CHARACTERS))
    rows = (np.arange(glyphs.shape[0]) + 0.5) * patch
    columns = (np.arange(glyphs.shape[1]) + 0.5) * patch
    is_row = (rows >= baseline - 1.1 * cap) & (rows < baseline + 0.3 * cap)
    text = ""
    while True:
        character = " " if text and rng.random() < 0.15 else rng.choice(kind)
        stop = start + _advance(face, size, character)
        if stop > image.width - 2:
            break
        if character != " ":
            is_column = (columns >= start) & (columns < stop)
            glyphs[np.ix_(is_row, is_column)] = 1 + CHARACTERS.index(character)
        start, text = stop, text + character
    font = fonts.load(face, size)
    ImageDraw.Draw(image).text((left, baseline), text, font=font, fill=look.ink, anchor="ls")


@lru_cache(maxsize=1 << 17)
def _advance(face: fonts.Face, size: int, character: str) -> float:
    return fonts.load(face, size).getlength(character)
