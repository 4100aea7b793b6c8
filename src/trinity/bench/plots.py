"""What a benchmark found, as pictures: roofline, tokens a second by streams, cost by context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trinity.bench.rates import Rates
from trinity.bench.records import TRINITY, Result
from trinity.errors import TrinityError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 110


def draw_plots(results: Sequence[Result], rates: Rates | None, directory: Path) -> list[Path]:
    """Write the plots that there are figures for; returns their paths.

    Raises `TrinityError` where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise TrinityError(
            "Plots need matplotlib; install it with `pip install 'trinity-moe[train]'`."
        ) from None
    paths = []
    for name, draw in (("roofline", _roofline), ("streams", _streams), ("context", _context)):
        figure = Figure(figsize=(8, 5), layout="constrained")
        if draw(figure, results, rates):
            path = directory / f"{name}.png"
            figure.savefig(path, dpi=DPI)
            paths.append(path)
    return paths


def _roofline(figure: Figure, results: Sequence[Result], rates: Rates | None) -> bool:
    """Operations a second against operations per byte read, under what the machine allows."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for result in results:
        # The output of streams is both phases in one, which have different intensities.
        is_phase = result.unit == "tokens/s" and result.figure != "output"
        if is_phase and result.flops_per_token and result.bytes_per_token:
            intensity = result.flops_per_token / result.bytes_per_token
            rate = result.median * result.flops_per_token
            points[f"{result.model} {result.weights}, {result.engine}"].append((intensity, rate))
    if not points or rates is None:
        return False
    axis = figure.subplots()
    every = [intensity for of_engine in points.values() for intensity, _ in of_engine]
    ends = [min(every) / 2, max(every) * 2]
    for name, top in (("FP32", rates.fp32_flops), ("INT8 weights", rates.int8_flops)):
        if top:
            ridge = top / rates.read_bytes
            xs = sorted({ends[0], min(max(ridge, ends[0]), ends[1]), ends[1]})
            ys = [min(top, x * rates.read_bytes) / 1e9 for x in xs]
            axis.plot(xs, ys, color="black", linestyle="-" if name == "FP32" else ":", label=name)
    for name, of_engine in points.items():
        marker = "o" if name.endswith(TRINITY) else "x"
        axis.plot(*_axes(of_engine, 1e-9), marker, label=name)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="operations per byte that must be read",
        ylabel="GFLOP/s",
        title="Roofline",
    )
    _finish(axis)
    return True


def _streams(figure: Figure, results: Sequence[Result], rates: Rates | None) -> bool:
    """Output tokens a second against streams; one stream is the row `decode`."""
    del rates
    lines: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for result in results:
        if (result.row, result.figure) in (("decode", "decode"), ("streams", "output")):
            name = f"{result.model} {result.weights}, {result.engine}"
            lines[name].append((result.size, result.median))
    if not any(result.row == "streams" for result in results):
        return False
    axis = figure.subplots()
    for name, points in lines.items():
        style = "o-" if name.endswith(TRINITY) else "x--"
        axis.plot(*_axes(sorted(points)), style, label=name)
    counts = sorted({count for points in lines.values() for count, _ in points})
    axis.set_xscale("log", base=2)
    axis.set_xticks(counts, [f"{count:g}" for count in counts])
    axis.set(
        yscale="log",
        xlabel="streams",
        ylabel="output tokens a second",
        title="Tokens a second by streams",
    )
    _finish(axis)
    return True


def _context(figure: Figure, results: Sequence[Result], rates: Rates | None) -> bool:
    """Milliseconds of a decode step against context, with the least that it could take."""
    del rates
    of_row = [result for result in results if result.row == "context"]
    if not of_row:
        return False
    axis = figure.subplots()
    for name in dict.fromkeys(f"{result.model} {result.weights}" for result in of_row):
        mine = [result for result in of_row if f"{result.model} {result.weights}" == name]
        sizes = [result.size for result in mine]
        [line] = axis.plot(sizes, [1000 * result.median for result in mine], "o-", label=name)
        least = [1000 * (result.limit or 0) for result in mine]
        axis.plot(sizes, least, ":", color=line.get_color(), label=f"{name}, limit")
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="context, tokens",
        ylabel="one decode step, ms",
        title="Cost by context",
    )
    _finish(axis)
    return True


def _axes(points: list[tuple[float, float]], scale: float = 1.0) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y * scale for _, y in points]


def _finish(axis: Any) -> None:
    axis.grid(alpha=0.3)
    axis.legend(fontsize="x-small")
