"""`trinity bench`: how fast models run here, beside what the machine allows and beside peers."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trinity.cli.terminal import say, stderr, stdout, warn
from trinity.errors import TrinityError, UsageError

if TYPE_CHECKING:
    from trinity.bench.run import Bench

REPORT_WIDTH = 120
"""Columns of a report that goes to a file or a pipe."""

_Models = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MODEL",
        help="`mini`, a bench preset that was built, or directories. Default: mini.",
        show_default=False,
    ),
]
_Rows = Annotated[str, typer.Option("--rows", metavar="R,R", help="What to measure.")]
_Formats = Annotated[
    str, typer.Option("--weights", metavar="W,W", help="What weights are held as, in turn.")
]
_Streams = Annotated[
    str, typer.Option("--streams", metavar="N,N", help="Streams of the row `streams`.")
]
_Rates = Annotated[
    str,
    typer.Option(
        "--rates",
        metavar="X,X",
        help="Requests a second of the row `load`. Default: half of what Trinity can answer.",
    ),
]
_Repeats = Annotated[
    int, typer.Option("--repeats", help="Runs of each figure; medians are reported.")
]
_Peers = Annotated[
    list[str] | None,
    typer.Option(
        "--peer",
        metavar="NAME=PATH",
        help="`llama.cpp=DIRECTORY`, `transformers`, `vllm=PYTHON`; several times.",
    ),
]
_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where lines, plots and logs go.")]


def bench(
    models: _Models = None,
    rows: _Rows = "decode,prefill,streams,context,memory,load",
    weights: _Formats = "fp32,bf16,int8,int4",
    streams: _Streams = "8,32,128",
    rates: _Rates = "",
    repeats: _Repeats = 5,
    peer: _Peers = None,
    out: _Out = Path("runs/bench/report"),
) -> None:
    """Measure speed and memory beside the machine's limits, and beside peers in turns.

    Prints tables, and writes results.jsonl and plots.
    """
    from trinity.bench.peers import parse_peers
    from trinity.bench.plan import Plan
    from trinity.bench.run import Bench

    plan = Plan(
        rows=_names(rows),
        weights=_names(weights),
        streams=_counts("--streams", streams),
        load_rates=_numbers("--rates", rates),
        repeats=repeats,
    )
    run = Bench(plan, parse_peers(peer or []), _directory(out) / "logs", _progress)
    try:
        for _ in run.run(models or ["mini"]):
            _write(run, repeats, out)  # a long run that is stopped leaves what it had
    finally:
        if run.results:
            _conclude(run, out)


def _write(run: Bench, repeats: int, out: Path) -> None:
    from trinity.bench.records import stamp, write_lines

    rates = run.rates
    stamped = stamp("bench", repeats=repeats, rates=rates and asdict(rates))
    write_lines(out / "results.jsonl", stamped, run.results)


def _conclude(run: Bench, out: Path) -> None:
    """Print what was found, and draw it."""
    from trinity.bench.plots import draw_plots
    from trinity.bench.report import show_report

    rates, console = run.rates, stdout()
    if not console.is_terminal:
        console.width = REPORT_WIDTH
    show_report(run.results, rates, console)
    for note in run.notes:
        warn(f"left out: {note}")
    try:
        draw_plots(run.results, rates, out)
    except TrinityError as error:
        warn(error.message)
    say(stderr(), f"{out / 'results.jsonl'} has it all.", "dim")


def _progress(text: str) -> None:
    say(stderr(), text, "dim")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(float(number) for number in _names(text))
    except ValueError:
        numbers = (math.nan,)
    if not all(map(math.isfinite, numbers)):
        raise UsageError(f"{option} is {text!r}; it takes numbers with commas between them.")
    return numbers


def _counts(option: str, text: str) -> tuple[int, ...]:
    numbers = _numbers(option, text)
    if not all(number.is_integer() for number in numbers):
        raise UsageError(f"{option} is {text!r}; it takes whole numbers.")
    return tuple(map(int, numbers))


def _directory(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {path} cannot be made: {error.strerror}.") from None
    return path
