"""Vision exercises: pictures drawn with Pillow, questions about them and checked answers."""

from trinity.train.items import Family
from trinity.train.vision import (
    blueprints,
    charts,
    comparing,
    drills,
    floor_plans,
    ocr,
    scenes,
    signs,
    sums,
    tables,
    unseen,
)

FAMILIES: tuple[Family, ...] = (
    *ocr.FAMILIES,
    *sums.FAMILIES,
    *scenes.FAMILIES,
    *comparing.FAMILIES,
    *charts.FAMILIES,
    *tables.FAMILIES,
    *signs.FAMILIES,
    *blueprints.FAMILIES,
    *floor_plans.FAMILIES,
    *drills.FAMILIES,
    *unseen.FAMILIES,
)
"""Every family of the domain; `weight` is the share of each, `held_out` marks the unseen ones."""
