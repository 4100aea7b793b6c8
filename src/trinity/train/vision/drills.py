"""Practice that is trained on and not scored: say all that a picture shows, where one question
would tell of a part only."""

from __future__ import annotations

import random

from trinity.train.items import Item, Split
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.plots import draw_bars, draw_line, draw_lying_bars, make_data
from trinity.train.vision.scenes import place, spread
from trinity.train.vision.tables import draw_table, make_table
from trinity.train.wordings import phrase

PLACES = (
    "<Say|Tell|List|Write> what is where.",
    "Where is everything?",
    "<Name|List> <each|every> shape <with|and> its place.",
    "<Describe|Explain> where the shapes <are|lie|stand>.",
    "What <is|stands|lies> in which place?",
    "List <the|all> <shapes|figures> with their places.",
)
CHART = (
    "<Read|List> <all|every one of> the values <in|of|from> the chart.",
    "<Copy|Write out> the whole chart.",
    "<What|Which> values does <the|this> chart show?",
    "<List|Give> <each|every> label with its value.",
    "All <labels and values|values>?",
    "<Tell|Show> me the whole chart.",
)
TABLE = (
    "<Read|Copy|Write out> the <whole|entire|full> table.",
    "What is in the <whole|entire> table?",
    "<List|Give> all rows<| of the table>.",
    "<Transcribe|Type> the table.",
    "Every row<|, please>.",
    "<Tell|Show> me <all|everything> in the table.",
)


def read_scene(rng: random.Random, split: Split, level: int) -> Item:
    """Every shape with its place."""
    scene = spread(rng, split, level, min(6, 2 + level))
    named = [f"{scene.cells[cell]} {place(cell)}" for cell in sorted(scene.cells)]
    return vision_item(
        "read_scene",
        level,
        key=str(scene),
        question=phrase(rng, split, PLACES),
        picture=scene.canvas,
        answer=listing(named),
        high=scene.rows(),
    )


def read_chart(rng: random.Random, split: Split, level: int) -> Item:
    """Every label with its value."""
    data = make_data(rng, level)
    draw_chart = rng.choice((draw_bars, draw_bars, draw_lying_bars, draw_line))
    return vision_item(
        "read_chart",
        level,
        key=str(data),
        question=phrase(rng, split, CHART),
        picture=draw_chart(rng, split, level, data),
        answer=str(data),
        high=listing(data.labels),
    )


def read_table(rng: random.Random, split: Split, level: int) -> Item:
    """Every cell."""
    table = make_table(rng, level)
    return vision_item(
        "read_table",
        level,
        key=str(table),
        question=phrase(rng, split, TABLE),
        picture=draw_table(rng, split, level, table),
        answer=str(table),
        high=f"{listing(table.heads)}; {listing(table.rows)}",
    )


FAMILIES = (
    vision_family("read_scene", read_scene, 3, drill=True),
    vision_family("read_chart", read_chart, 3, drill=True),
    vision_family("read_table", read_table, 2, drill=True),
)
