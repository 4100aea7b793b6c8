"""Other engines on the same checkpoint: which there are, and how each is started.

A peer is named on the command line as `NAME=PATH`; what it has no format for, it sits out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from trinity.bench.llamacpp import FORMAT_OF, PROGRAMS, LlamaCpp, find_gguf
from trinity.bench.workers import ONCE, Worker
from trinity.bench.workload import WARM_UP, Timing, Workload
from trinity.errors import NotFound, UsageError

PEERS = ("llama.cpp", "transformers", "vllm")
_DTYPES = {"fp32": "float32", "bf16": "bfloat16"}


class Engine(Protocol):
    """Something that runs workloads."""

    @property
    def name(self) -> str:
        """With the format of its weights."""
        ...

    def run(self, work: Workload) -> Timing:
        """One timing. Raises `TrinityError`."""
        ...

    def close(self) -> None:
        """Stop it."""
        ...


class WorkerEngine:
    """An engine behind a worker."""

    def __init__(self, name: str, command: list[str], log: Path) -> None:
        """Start it. Raises `TrinityError` where it does not open."""
        self.name = name
        self.worker = Worker(name, command, log)
        self.run(WARM_UP)

    def run(self, work: Workload) -> Timing:
        """One timing. Raises `TrinityError`."""
        found = self.worker.ask(
            "workload", streams=work.streams, prompt=work.prompt, output=work.output
        )
        return Timing.read(found)

    def close(self) -> None:
        """Stop it."""
        self.worker.close()


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer as it was named: `path` is the directory of its programs, or its Python."""

    name: str
    path: Path

    def label(self, weights: str) -> str | None:
        """Its name with the format nearest to `weights`; `None` where it has none."""
        formats = FORMAT_OF if self.name == "llama.cpp" else _DTYPES
        return f"{self.name} {formats[weights]}" if weights in formats else None

    def start(self, directory: Path, weights: str, threads: int, logs: Path) -> Engine | None:
        """Open a checkpoint; `None` where it has no such format. Raises `TrinityError`."""
        label = self.label(weights)
        if label is None:
            return None
        if self.name == "llama.cpp":
            return self.llamacpp(directory, weights, threads)
        log = logs / f"{label.replace(' ', '-')}.log"
        return WorkerEngine(label, self._worker(directory, weights, threads), log)

    def llamacpp(self, directory: Path, weights: str, threads: int) -> LlamaCpp | None:
        """The GGUF file of a checkpoint. Raises `NotFound`."""
        label, path = self.label(weights), find_gguf(directory, weights)
        return LlamaCpp(label, self.path, path, threads) if label and path else None

    def once_command(self, directory: Path, weights: str, threads: int) -> list[str] | None:
        """What loads a checkpoint, generates one token and ends."""
        if self.label(weights) is None:
            return None
        if self.name == "llama.cpp":
            engine = self.llamacpp(directory, weights, threads)
            return engine.once_command() if engine else None
        return [*self._worker(directory, weights, threads), ONCE]

    def _worker(self, directory: Path, weights: str, threads: int) -> list[str]:
        module = f"trinity.bench.{self.name}_worker"
        settings = [str(directory), _DTYPES[weights], str(threads)]
        return [str(self.path), "-m", module, *settings]


def parse_peers(texts: Sequence[str]) -> list[Peer]:
    """Peers from `NAME=PATH`. Raises `UsageError` or `NotFound`."""
    return [_parse_peer(text) for text in texts]


def _parse_peer(text: str) -> Peer:
    name, _, value = text.partition("=")
    if name not in PEERS:
        raise UsageError(f"--peer is {text!r}; the peers are {', '.join(PEERS)}, as NAME=PATH.")
    if name == "transformers" and not value:
        return Peer(name, Path(sys.executable))
    if not value:
        what = "the directory of its programs" if name == "llama.cpp" else "its Python"
        raise UsageError(f"--peer {name} needs {what}: --peer {name}=PATH.")
    path = Path(value).expanduser()
    needed = [path / program for program in PROGRAMS] if name == "llama.cpp" else [path]
    for program in needed:
        if not (program.is_file() and os.access(program, os.X_OK)):
            raise NotFound(f"--peer {text}: there is no program {program}; build or install it.")
    return Peer(name, path.absolute())
