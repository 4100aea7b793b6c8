"""Labelled pictures of all kinds, for the image encoder alone. Called by its own stage and by the
corpus."""

from __future__ import annotations

import random

from trinity.config import VisionConfig
from trinity.inputs.images import prepare_image
from trinity.train.items import Split, draw
from trinity.train.vision import (
    blueprints,
    charts,
    comparing,
    floor_plans,
    scenes,
    signs,
    tables,
)
from trinity.train.vision.glyphs import glyph_page
from trinity.train.vision.labels import Page, label_patches

_SHARES = {
    (): 0.34,
    scenes.FAMILIES: 0.1,
    comparing.FAMILIES: 0.1,
    charts.FAMILIES: 0.18,
    tables.FAMILIES: 0.04,
    signs.FAMILIES: 0.12,
    blueprints.FAMILIES: 0.06,
    floor_plans.FAMILIES: 0.06,
}
"""How many of the pages are pictures of which exercises; the first are pages of characters."""


def labelled_page(rng: random.Random, split: Split, vision: VisionConfig) -> Page:
    """Draw a page of characters, or a picture of shapes, charts, tables, signs or drawings."""
    (families,) = rng.choices(list(_SHARES), list(_SHARES.values()))
    if not families:
        return glyph_page(rng, split, vision)
    family = rng.choices(families, [family.weight for family in families])[0]
    item = draw(family, split, rng)
    pixels = prepare_image(item.images[0], vision).pixels
    rows, columns = (edge // vision.patch_size for edge in pixels.shape[1:])
    return Page(pixels, label_patches(item.marks, rows, columns))
