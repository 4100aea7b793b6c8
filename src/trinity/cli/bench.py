"""`trinity bench`: how fast models run here, beside what the machine allows and beside peers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from trinity.cli.terminal import say, stderr, stdout, warn
from trinity.errors import TrinityError, UsageError

REPORT_WIDTH = 120
"""Columns of a report that goes to a file or a pipe."""


def bench(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="`mini`, a bench preset that was built, or directories. Default: mini.",
            show_default=False,
        ),
    ] = None,
    rows: Annotated[
        str, typer.Option("--rows", metavar="R,R", help="What to measure.")
    ] = "decode,prefill,streams,context,memory,load",
    weights: Annotated[
        str, typer.Option("--weights", metavar="W,W", help="What weights are held as, in turn.")
    ] = "fp32,bf16,int8,int4",
    streams: Annotated[
        str, typer.Option("--streams", metavar="N,N", help="Streams of the row `streams`.")
    ] = "8,32,128",
    rates: Annotated[
        str,
        typer.Option(
            "--rates",
            metavar="X,X",
            help="Requests a second of the row `load`. Default: half of what Trinity can answer.",
        ),
    ] = "",
    repeats: Annotated[
        int, typer.Option("--repeats", help="Runs of each figure; medians are reported.")
    ] = 5,
    peer: Annotated[
        list[str] | None,
        typer.Option(
            "--peer",
            metavar="NAME=PATH",
            help="`llama.cpp=DIRECTORY`, `transformers`, `vllm=PYTHON`; several times.",
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where lines, plots and logs go.")
    ] = Path("runs/bench/report"),
) -> None:
    """Measure speed and memory beside the machine's limits, and beside peers in turns.

    Prints tables, and writes results.jsonl and plots.
    """
    from trinity.bench.peers import parse_peers
    from trinity.bench.plan import Plan
    from trinity.bench.plots import draw_plots
    from trinity.bench.records import stamp, write_lines
    from trinity.bench.report import show_report
    from trinity.bench.run import Bench

    plan = Plan(
        rows=_names(rows),
        weights=_names(weights),
        streams=tuple(int(number) for number in _numbers("--streams", streams)),
        load_rates=tuple(_numbers("--rates", rates)),
        repeats=repeats,
    )
    run = Bench(plan, parse_peers(peer or []), _directory(out) / "logs", _progress)
    run.run(models or ["mini"])
    rates_found = run.rates
    console = stdout()
    if not console.is_terminal:
        console.width = REPORT_WIDTH
    show_report(run.results, rates_found, console)
    for note in run.notes:
        warn(f"left out: {note}")
    stamped = stamp("bench", repeats=repeats, rates=rates_found and asdict(rates_found))
    write_lines(out / "results.jsonl", stamped, run.results)
    try:
        draw_plots(run.results, rates_found, out)
    except TrinityError as error:
        warn(error.message)
    say(stderr(), f"{out / 'results.jsonl'} has it all.", "dim")


def _progress(text: str) -> None:
    say(stderr(), text, "dim")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(number) for number in _names(text)]
    except ValueError:
        raise UsageError(
            f"{option} is {text!r}; it takes numbers with commas between them."
        ) from None


def _directory(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {path} cannot be made: {error.strerror}.") from None
    return path
