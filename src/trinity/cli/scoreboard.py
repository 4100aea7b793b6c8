"""The scoreboard of an evaluation, as tables for people. Called by `eval`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from trinity.train.evaluate import Cell


def show_scoreboard(cells: Sequence[Cell], console: Console) -> None:
    """Print totals first, then the trained families, then those never trained on."""
    from trinity.train.families import FAMILIES

    unseen = {family.name for family in FAMILIES if family.held_out}
    totals = [cell for cell in cells if cell.family is None]
    families = [cell for cell in cells if cell.family is not None]
    for title, rows in (
        ("By domain, effort and experts per token", totals),
        ("By family, at full effort", [cell for cell in families if cell.family not in unseen]),
        ("Families never trained on", [cell for cell in families if cell.family in unseen]),
    ):
        if rows:
            console.print(f"\n{title}", style="bold")
            console.print(_table(rows))


def show_retention(rows: Sequence[dict[str, Any]], console: Console) -> None:
    """Print how much of each specialist's accuracy the model has: see `cli.evaluate`."""
    from rich.table import Table

    if not rows:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("domain")
    for heading in ("specialist", "model", "retention, 95 % interval"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row["domain"],
            f"{100 * row['specialist_accuracy']:.1f} %",
            f"{100 * row['accuracy']:.1f} %",
            f"{row['retention']:.3f} [{row['low']:.3f}, {row['high']:.3f}]",
        )
    console.print("\nAgainst the specialists, on the same exercises", style="bold")
    console.print(table)


def summary_line(cell: Cell) -> str:
    """One cell in a line, for progress."""
    experts = "its own" if cell.experts is None else str(cell.experts)
    return (
        f"{cell.domain} · effort {cell.effort} · experts {experts} · "
        f"{cell.correct} of {cell.items} right ({_percent(cell)})"
    )


def _table(cells: Sequence[Cell]) -> Table:
    from rich.table import Table

    is_total = cells[0].family is None
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("domain")
    for heading in ("effort", "experts") if is_total else ("family",):
        table.add_column(heading)
    headings = ["right", "of", "accuracy, 95 % interval"]
    for heading in [*headings, *(["tokens", "expert rows"] if is_total else [])]:
        table.add_column(heading, justify="right")
    for cell in cells:
        table.add_row(*_row(cell))
    return table


def _row(cell: Cell) -> list[str]:
    counts = [str(cell.correct), str(cell.items), _percent(cell)]
    if cell.family is not None:
        return [cell.domain, cell.family, *counts]
    experts = "own" if cell.experts is None else str(cell.experts)
    spent = [f"{cell.mean_tokens:.0f}", f"{cell.mean_expert_rows:.0f}"]
    return [cell.domain, cell.effort, experts, *counts, *spent]


def _percent(cell: Cell) -> str:
    low, high = cell.interval()
    # Rounding may leave the lower end a hair below zero.
    return f"{100 * cell.accuracy:.1f} % [{100 * max(low, 0):.1f}, {100 * high:.1f}]"
