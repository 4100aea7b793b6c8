"""Labelled pictures of all kinds, for the image encoder alone. Called by its own stage and by the
corpus."""

from __future__ import annotations

import random

from trinity.config import VisionConfig
from trinity.inputs.images import prepare_image
from trinity.train.items import Split, draw
from trinity.train.vision import charts, comparing, drills, scenes, signs, tables
from trinity.train.vision.glyphs import glyph_page
from trinity.train.vision.labels import Page, label_patches

GLYPH_SHARE = 0.5
"""Pages of characters among the pages; the others are the pictures of exercises."""

_DRAWN = (
    *(scenes.FAMILIES + comparing.FAMILIES + charts.FAMILIES + tables.FAMILIES),
    *(signs.FAMILIES + drills.FAMILIES),
)


def labelled_page(rng: random.Random, split: Split, vision: VisionConfig) -> Page:
    """Draw a page of characters, or a picture of shapes, charts, tables or signs."""
    if rng.random() < GLYPH_SHARE:
        return glyph_page(rng, split, vision)
    family = rng.choices(_DRAWN, [family.weight for family in _DRAWN])[0]
    item = draw(family, split, rng)
    pixels = prepare_image(item.images[0], vision).pixels
    rows, columns = (edge // vision.patch_size for edge in pixels.shape[1:])
    return Page(pixels, label_patches(item.marks, rows, columns))
