"""Exercises about small Python functions: write, complete, repair and read them."""

from trinity.train.code import drills, examples, reading, repair, unseen, writing
from trinity.train.items import Family

FAMILIES: tuple[Family, ...] = (
    *writing.FAMILIES,
    *examples.FAMILIES,
    *repair.FAMILIES,
    *reading.FAMILIES,
    *unseen.FAMILIES,
    *drills.FAMILIES,
)
"""All families of the code domain."""
