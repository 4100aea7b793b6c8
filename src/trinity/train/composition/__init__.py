"""Exercises that need two skills at once: no specialist is trained on them."""

from trinity.train.composition import data, puzzles, screenshots
from trinity.train.items import Family

FAMILIES: tuple[Family, ...] = (*puzzles.FAMILIES, *data.FAMILIES, *screenshots.FAMILIES)
"""All families of the domain."""
