"""What a benchmark found, as tables for people: Trinity, its share of the limit, and the peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trinity.bench.plan import ROWS
from trinity.bench.rates import Rates
from trinity.bench.records import TRINITY, Result
from trinity.model.fit import human_bytes

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TITLES = {
    "decode": "Decode: one stream, prompt + output tokens",
    "prefill": "Prefill: one prompt until its first token",
    "streams": "Streams: begun together, output tokens over the whole time, and by phase",
    "context": "Context: one decode step of one stream",
    "memory": "Memory and start-up: a fresh process until its first token",
    "load": "Load: Poisson traffic over HTTP",
}


def show_report(results: Sequence[Result], rates: Rates | None, console: Console) -> None:
    """Print a table a row. A ratio is Trinity's figure over the peer's, the median of pairs."""
    if rates:
        parts = [
            f"{rates.read_bytes / 1e9:.1f} GB/s read",
            f"{rates.fp32_flops / 1e9:,.0f} GFLOP/s in FP32",
        ]
        if rates.int8_flops:
            parts.append(f"{rates.int8_flops / 1e9:,.0f} with INT8 weights")
        console.print(f"This machine, measured in between: {', '.join(parts)}.")
    for model in dict.fromkeys(result.model for result in results):
        for row in ROWS:
            of_row = [one for one in results if (one.model, one.row) == (model, row)]
            if of_row:
                console.print(f"\n{model}. {TITLES[row]}", style="bold")
                console.print(_table(of_row))


def _table(results: Sequence[Result]) -> Table:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("weights", "case", "figure"):
        table.add_column(heading, no_wrap=True)
    has_limit = any(result.limit for result in results)
    peers = list(dict.fromkeys(_peer(result) for result in results if result.engine != TRINITY))
    for heading in [TRINITY, *(["of limit"] if has_limit else [])]:
        table.add_column(heading, justify="right")
    for peer in peers:
        table.add_column(peer, justify="right")
        table.add_column("ratio", justify="right")
    for ours in (result for result in results if result.engine == TRINITY):
        cells = [ours.weights, ours.case, _figure(ours), value(ours)]
        if has_limit:
            cells.append("" if ours.share is None else f"{ours.share:.0%}")
        for peer in peers:
            cells += _beside(ours, peer, results)
        table.add_row(*cells)
    return table


def _beside(ours: Result, peer: str, results: Sequence[Result]) -> list[str]:
    for other in results:
        if _peer(other) == peer and _key(other) == _key(ours) and other.ratio is not None:
            return [value(other), f"{other.ratio:.2f}"]
    return ["", ""]


def _figure(result: Result) -> str:
    return f"{result.figure}, {result.unit}" if result.is_rate else result.figure


def _key(result: Result) -> tuple[str, ...]:
    return (result.model, result.weights, result.row, result.case, result.figure)


def _peer(result: Result) -> str:
    """A peer's name without the format, which follows from Trinity's."""
    return result.engine.partition(" ")[0]


def value(result: Result) -> str:
    """The median; a rate's unit stands beside its name."""
    match result.unit:
        case "bytes":
            return human_bytes(round(result.median))
        case "s" if result.median < 1:
            return f"{1000 * result.median:,.3g} ms"
        case "s":
            return f"{result.median:,.2f} s"
        case _:
            return f"{result.median:,.0f}"
