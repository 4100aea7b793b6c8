"""Charts, lists and tables in pictures, to be written as code or as JSON."""

from __future__ import annotations

import json
import random

from trinity.train.agentic.making import Solved, worded
from trinity.train.code.wording import fenced
from trinity.train.composition import cores
from trinity.train.items import Check, Split
from trinity.train.vision.canvas import Canvas
from trinity.train.vision.making import listing
from trinity.train.vision.plots import Data, draw_bars, draw_lying_bars, make_data
from trinity.train.vision.tables import Table, draw_table, make_table

_NAMES = ("f", "values", "data", "chart", "result", "numbers")


def chart_to_code(rng: random.Random, split: Split, level: int) -> Solved:
    """The values of a chart or a list as a Python literal, or in a function of one line."""
    data = make_data(rng, level)
    draw = rng.choice((draw_bars, draw_lying_bars, draw_list))
    variant = rng.choice(("dict", "dict", "list", "function", "total", "largest"))
    name = rng.choice(_NAMES)
    canvas = draw(rng, split, level, data)
    line, answer, check = _written(variant, name, data)
    return Solved(
        key=f"{variant} {data}",
        slots={"name": name},
        variant=variant,
        answer=answer,
        low=str(data),
        high=f"the picture shows {data}; as code: {line}",
        check=check,
        images=(canvas.png(),),
        marks=canvas.marks,
    )


def _written(variant: str, name: str, data: Data) -> tuple[str, str, Check]:
    """The expression that is asked for, the answer and its check."""
    values = list(data.values)
    if variant == "dict":
        pairs = dict(zip(data.labels, values, strict=True))
        return json.dumps(pairs), json.dumps(pairs), Check("json", pairs)
    if variant == "list":
        return str(values), str(values), Check("json", values)
    expression = {"function": "{}", "total": "sum({})", "largest": "max({})"}[variant].format(
        values
    )
    result = {"function": values, "total": sum(values), "largest": max(values)}[variant]
    code = f"def {name}():\n    return {expression}"
    return expression, fenced(code), Check("program", {"function": name, "cases": [[[], result]]})


def draw_list(rng: random.Random, split: Split, level: int, data: Data) -> Canvas:
    """Draw labels and values one under another, as people note them."""
    step, mark = rng.choice((17, 19, 21)), rng.choice((" ", ": ", " = ", " - "))
    height = step * len(data.labels) + 8
    canvas = Canvas(rng, split, level, 96, height)
    lines = [f"{label}{mark}{value}" for label, value in zip(data.labels, data.values, strict=True)]
    canvas.start(max(64, max(canvas.text_width(line) for line in lines) + 20), height)
    for row, line in enumerate(lines):
        canvas.text((8, 4 + step * (row + 0.5)), line, anchor="lm")
    return canvas


def table_to_json(rng: random.Random, split: Split, level: int) -> Solved | None:
    """A table, or a row or a column of it, as a JSON object."""
    table = make_table(rng, level)
    if len(table.rows) > 3 or (len(table.heads) > 2 and len(table.rows) > 2):
        return None
    variant = rng.choice(("table", "table", "column", "row"))
    asked, value = _part(rng, table, variant)
    canvas = draw_table(rng, split, level, table)
    return Solved(
        key=f"{table} | {asked}",
        slots={"part": asked},
        variant=variant,
        answer=json.dumps(value),
        low=str(table) if variant == "table" else listing([f"{k} {v}" for k, v in value.items()]),
        high=f"columns {table}" if variant == "table" else f"columns {table}; wanted: {asked}",
        check=Check("json", value),
        images=(canvas.png(),),
        marks=canvas.marks,
    )


def _part(rng: random.Random, table: Table, variant: str) -> tuple[str, dict[str, object]]:
    """What of the table is asked for, and its value."""
    rows = {
        name: dict(zip(table.heads, line, strict=True))
        for name, line in zip(table.rows, table.numbers, strict=True)
    }
    if variant == "row":
        name = rng.choice(table.rows)
        return name, dict(rows[name])
    if variant == "column":
        head = rng.choice(table.heads)
        return head, {name: row[head] for name, row in rows.items()}
    return "", dict(rows)


FAMILIES = (
    worded("chart_to_code", "composition", chart_to_code, cores.CHART, weight=2.0),
    worded("table_to_json", "composition", table_to_json, cores.TABLE, weight=2.0),
)
