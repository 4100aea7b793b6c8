"""The row `memory`: what it takes to load a model and generate one token, in fresh processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trinity.bench.records import TRINITY, Result, Subject, pair_ratio
from trinity.bench.workers import last_line, worker_environment
from trinity.errors import TrinityError


@dataclass(frozen=True, slots=True)
class Took:
    """One start."""

    first_token_s: float
    """From the start of the process; where the program does not tell, until its end."""
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class StartUp:
    """The row for one subject."""

    subject: Subject
    repeats: int
    logs: Path
    note: Callable[[str], None]
    """Is told what is left out."""

    def measure(self, commands: Mapping[str, list[str]]) -> list[Result]:
        """Start each engine in turn. Raises `TrinityError` where Trinity does not start."""
        runs: dict[str, list[Took]] = {name: [] for name in commands}
        for _ in range(self.repeats):
            for name in list(runs):
                log = self.logs / f"{self.subject.model}-{self.subject.weights}-start-up.log"
                try:
                    runs[name].append(start_once(name, commands[name], log))
                except TrinityError as error:
                    if name == TRINITY:
                        raise
                    self.note(f"{self.subject.model} {self.subject.weights}: {error.message}")
                    del runs[name]
        return [
            *self._results("peak memory", "bytes", runs, lambda took: took.peak_bytes),
            *self._results("first token", "s", runs, lambda took: took.first_token_s),
        ]

    def _results(
        self, figure: str, unit: str, runs: dict[str, list[Took]], value: Callable[[Took], float]
    ) -> list[Result]:
        ours = [value(took) for took in runs[TRINITY]]
        results = []
        for name, of_engine in runs.items():
            values = [value(took) for took in of_engine]
            ratio = None if name == TRINITY else pair_ratio(ours, values)
            result = self.subject.result(
                "memory", "one token", 1, name, figure, unit, values, ratio=ratio
            )
            results.append(result)
        return results


def start_once(name: str, command: list[str], log: Path) -> Took:
    """Run a command that loads a model, generates one token and ends.

    Raises `TrinityError` where it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as messages:
        done = subprocess.run(
            [sys.executable, "-m", "trinity.bench.peak", *command],
            stdout=subprocess.PIPE,
            stderr=messages,
            env=worker_environment(),
            text=True,
            check=False,
        )
    record: dict[str, Any] = {} if done.returncode else json.loads(done.stdout)
    if record.get("returncode") != 0:
        raise TrinityError(f"{name} did not start: {last_line(log)} ({log} says more).")
    try:
        first = float(json.loads(record["said"])["first_token_at"])
    except (ValueError, KeyError, TypeError):
        first = record["ended"]
    return Took(first - record["began"], record["peak_bytes"])
