"""Small tables: look up a cell, add up a row, find the largest of a column."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from trinity.train.items import Item, Split
from trinity.train.vision import chart_cores as cores
from trinity.train.vision.canvas import Canvas
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.sums import added
from trinity.train.vision.words import words_between
from trinity.train.wordings import phrase

_HEADS = (
    *("Age", "Cost", "Price", "Size", "Mass", "Sold", "Won", "Lost", "Mon", "Tue", "Wed", "Jan"),
    *("Feb", "Mar", "Stock", "Goals", "Score", "Days", "A", "B", "C", "X", "Y", "Z"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers by row label and column head."""

    heads: Sequence[str]
    rows: Sequence[str]
    numbers: Sequence[Sequence[int]]

    def __str__(self) -> str:
        """Canonical form: heads, then the rows."""
        lines = [
            f"{name} {listing(line)}" for name, line in zip(self.rows, self.numbers, strict=True)
        ]
        return f"{listing(self.heads)}: {'; '.join(lines)}"


def make_table(rng: random.Random, level: int) -> Table:
    """A table whose numbers differ within each column."""
    columns = 2 if level < 5 else 3
    rows = rng.randint(2, min(4, 1 + level))
    most = (9, 9, 20, 99, 99)[level - 1]
    capital = rng.random() < 0.6
    heads = rng.sample(_HEADS[:18] if rng.random() < 0.7 else _HEADS[18:], columns)
    names = rng.sample(words_between(3, 4 if columns == 3 else 5), rows)
    names = [name.capitalize() for name in names] if capital else names
    lines = list(zip(*(rng.sample(range(1, most + 1), rows) for _ in range(columns)), strict=True))
    return Table(heads, names, lines)


def draw_table(rng: random.Random, split: Split, level: int, table: Table) -> Canvas:
    """Draw the table: a sheet made for it, with rules, a shaded head or neither."""
    step = rng.choice((16, 18, 20))
    columns = len(table.heads)
    height = step * (len(table.rows) + 1) + 6
    canvas = Canvas(rng, split, level, 96, height)
    between = 10 if columns == 2 else 6
    first = max(canvas.text_width(name) for name in table.rows) + between + 4
    room = max(30, max(canvas.text_width(head) for head in table.heads) + between - 1)
    canvas.start(first + columns * room + 3, height)
    width, room = canvas.width, (canvas.width - 3 - first) / columns
    style = rng.choice(("rules", "lines", "head", "open"))
    bottom = 3 + step * (len(table.rows) + 1)
    if style in ("rules", "lines"):
        for i in range(len(table.rows) + 2):
            canvas.line([(3, 3 + i * step), (width - 3, 3 + i * step)], 0.6)
    if style == "rules":
        for x in (3, *(first + i * room for i in range(columns + 1))):
            canvas.line([(x, 3), (x, bottom)], 0.6)
    if style == "head":
        canvas.line([(3, 3 + step), (width - 3, 3 + step)], 1.2)
    for i, head in enumerate(table.heads):
        canvas.text((first + (i + 0.5) * room, 3 + step / 2), head)
    for j, (name, line) in enumerate(zip(table.rows, table.numbers, strict=True)):
        y = 3 + step * (j + 1.5)
        canvas.text((3 + between / 2, y), name, anchor="lm")
        for i, number in enumerate(line):
            canvas.text((first + (i + 0.5) * room, y), str(number))
    return canvas


def table_cell(rng: random.Random, split: Split, level: int) -> Item:
    """The number in a cell named by its row and column."""
    table = make_table(rng, level)
    row, column = rng.randrange(len(table.rows)), rng.randrange(len(table.heads))
    name, head, number = table.rows[row], table.heads[column], table.numbers[row][column]
    return vision_item(
        "table_cell",
        level,
        key=f"{table} | {name} {head}",
        question=phrase(rng, split, cores.CELL, row=name, column=head),
        picture=draw_table(rng, split, level, table),
        answer=number,
        low=f"{name} {head} {number}",
        high=f"columns {listing(table.heads)}; {name}: {listing(table.numbers[row])}; "
        f"{head} {number}",
        kind="number",
    )


def table_row_sum(rng: random.Random, split: Split, level: int) -> Item:
    """The sum of the numbers in a row."""
    table = make_table(rng, level)
    row = rng.randrange(len(table.rows))
    name, numbers = table.rows[row], table.numbers[row]
    total, steps = numbers[0], []
    for number in numbers[1:]:
        steps.append(added(total, number))
        total += number
    return vision_item(
        "table_row_sum",
        level,
        key=f"{table} | {name}",
        question=phrase(rng, split, cores.ROW_SUM, row=name),
        picture=draw_table(rng, split, level, table),
        answer=total,
        low=f"{'+'.join(map(str, numbers))}={total}",
        high=f"{name}: {listing(numbers)}; {'; '.join(steps)}",
        kind="number",
    )


def table_column_most(rng: random.Random, split: Split, level: int) -> Item:
    """The row with the largest number in a column."""
    table = make_table(rng, level)
    column = rng.randrange(len(table.heads))
    numbers = [line[column] for line in table.numbers]
    most = max(numbers)
    name, head = table.rows[numbers.index(most)], table.heads[column]
    pairs = listing([f"{row} {number}" for row, number in zip(table.rows, numbers, strict=True)])
    return vision_item(
        "table_column_most",
        level,
        key=f"{table} | {head}",
        question=phrase(rng, split, cores.COLUMN_MOST, column=head),
        picture=draw_table(rng, split, level, table),
        answer=name,
        low=f"{head} {most}",
        high=f"{head}: {pairs}; largest {most} is {name}",
    )


FAMILIES = (
    vision_family("table_cell", table_cell, 1.5),
    vision_family("table_row_sum", table_row_sum),
    vision_family("table_column_most", table_column_most),
)
