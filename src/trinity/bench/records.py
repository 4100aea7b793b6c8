"""What a benchmark found, and the JSON lines that keep it.

Used by `trinity bench` and by the scripts of `benchmarks/`.
"""

from __future__ import annotations

import json
import platform
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from trinity.bench.rates import cpu_threads, instructions

TRINITY = "trinity"
"""The engine that others are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One figure of one engine, run by run."""

    model: str
    weights: str
    """What Trinity holds weights as; a peer's nearest format stands in `engine`."""
    row: str
    case: str
    """What distinguishes it within the row, such as `8 streams`."""
    size: int = 0
    """The number behind `case`, for plots."""
    engine: str
    figure: str
    unit: str
    """`tokens/s`, `s` or `bytes`."""
    runs: tuple[float, ...]
    limit: float | None = None
    """What the machine allows at most (of a rate) or at least (of a time)."""
    flops_per_token: float | None = None
    bytes_per_token: float | None = None
    ratio: float | None = None
    """Trinity's figure over this peer's: the median of pairs run one after the other."""

    @property
    def median(self) -> float:
        """Of the runs."""
        return statistics.median(self.runs)

    @property
    def is_rate(self) -> bool:
        """Whether more is better."""
        return self.unit.endswith("/s")

    @property
    def share(self) -> float | None:
        """How near the limit it is; 1 is at the limit."""
        if not self.limit:
            return None
        return self.median / self.limit if self.is_rate else self.limit / self.median

    def record(self) -> dict[str, object]:
        """As a JSON object, with median and share."""
        return {**asdict(self), "median": self.median, "share": self.share}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a model, with weights held in one format."""

    model: str
    directory: Path
    weights: str

    def result(
        self,
        row: str,
        case: str,
        size: int,
        engine: str,
        figure: str,
        unit: str,
        runs: Sequence[float],
        **more: float | None,
    ) -> Result:
        """A result of this subject; see `Result` for the fields."""
        return Result(
            model=self.model,
            weights=self.weights,
            row=row,
            case=case,
            size=size,
            engine=engine,
            figure=figure,
            unit=unit,
            runs=tuple(runs),
            **more,
        )


def pair_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of ours over theirs, run by run; whatever slows both halves of a pair cancels."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def stamp(benchmark: str, **settings: object) -> dict[str, object]:
    """What makes a figure reproducible: commit, machine, threads and command, beside `settings`."""
    return {
        "benchmark": benchmark,
        "commit": commit(),
        "machine": machine(),
        "threads": cpu_threads(),
        "instructions": instructions(),
        "torch": torch.__version__,
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        **settings,
    }


def line(record: dict[str, object]) -> str:
    """A record as one line of JSON."""
    return json.dumps(record, allow_nan=False)


def write_lines(path: Path, stamped: dict[str, object], results: Iterable[Result]) -> None:
    """Write one line a result, each with the stamp, so that a line says all by itself."""
    lines = [line({**stamped, **result.record()}) for result in results]
    path.write_text("".join(text + "\n" for text in lines), encoding="utf-8")


def commit() -> str:
    """The commit of this package's repository, `+` where files differ from it; or `unknown`."""
    here = Path(__file__).parent
    shown = subprocess.run(
        ["git", "describe", "--always", "--exclude=*", "--dirty=+"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip() or "unknown"


def machine() -> str:
    """The processor's name, as the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [text.partition(":")[2].strip() for text in text.splitlines() if "model name" in text]
    return names[0] if names else platform.machine()
