"""The peer with GGUF files: how its benchmark programs and server are called and what they print.

Each sample is a process, which loads the model and warms it up before it times anything.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trinity.bench.workload import Timing, Workload
from trinity.errors import NotFound, TrinityError

PROGRAMS = ("llama-bench", "llama-batched-bench", "llama-server")
GGUF_FORMATS = ("BF16", "Q8_0", "Q4_K_M")
FORMAT_OF = {"bf16": "BF16", "int8": "Q8_0", "int4": "Q4_K_M"}
"""The format nearest to each of Trinity's, by bits a weight."""
BATCH = 2048
"""Tokens that it takes at a time, cut into steps of `STEP`: its defaults."""
STEP = 512


def gguf_path(directory: Path, gguf_format: str) -> Path:
    """Where a checkpoint's file in a format is."""
    return directory / "gguf" / f"{directory.resolve().name}-{gguf_format}.gguf"


def find_gguf(directory: Path, weights: str) -> Path | None:
    """The file that answers to Trinity's `weights`; `None` where there is no such format.

    Raises `NotFound` where it was not made.
    """
    if weights not in FORMAT_OF:
        return None
    path = gguf_path(directory, FORMAT_OF[weights])
    if not path.is_file():
        raise NotFound(
            f"There is no {path} for llama.cpp; `python scripts/bench_checkpoints.py "
            "--llama-cpp SOURCE --binaries DIR` makes those of the bench presets."
        )
    return path


@dataclass(frozen=True, slots=True)
class LlamaCpp:
    """One GGUF file and the programs that run it."""

    name: str
    binaries: Path
    model: Path
    threads: int

    def run(self, work: Workload) -> Timing:
        """One timing. Raises `TrinityError` where a program fails."""
        if work.streams == 1:
            return self._run_single(work)
        return read_batched(self._output(self.batched_command(work)), work)

    def close(self) -> None:
        """Nothing is left running."""

    def once_command(self) -> list[str]:
        """Loads the model, generates one token without warming up, and ends."""
        return [*self._bench(), "--no-warmup", "-p", "0", "-n", "1"]

    def server_command(self, port: int, streams: int, context: int) -> list[str]:
        """The server for so many streams, each of `context` tokens at most."""
        return [
            *self._program("llama-server"),
            *("-tb", str(self.threads), "-fa", "on", "--no-ui", "-cram", "0"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("-np", str(streams), "-c", str(streams * context)),
        ]

    def batched_command(self, work: Workload) -> list[str]:
        """Times several streams, first their prompts and then the steps of their answers, of which
        the first token came with the prompt."""
        room = work.streams * work.tokens + 256
        return [
            *self._program("llama-batched-bench"),
            *("-tb", str(self.threads), "-fa", "on", "-b", str(BATCH), "-ub", str(STEP)),
            *("-c", str(room), "-npp", str(work.prompt), "-ntg", str(work.output - 1)),
            *("-npl", str(work.streams), "--output-format", "jsonl"),
        ]

    def _run_single(self, work: Workload) -> Timing:
        lines = self._output([*self._bench(), "-p", str(work.prompt), "-n", "0"])
        prefill_s = read_bench(lines)
        if work.output == 1:
            return Timing(prefill_s, 0.0, 0)
        sizes = ["-p", "0", "-n", str(work.output - 1), "-d", str(work.prompt)]
        return Timing(
            prefill_s, read_bench(self._output([*self._bench(), *sizes])), work.output - 1
        )

    def _bench(self) -> list[str]:
        return [*self._program("llama-bench"), "-r", "1", "-fa", "on", "-o", "jsonl"]

    def _program(self, name: str) -> list[str]:
        return [str(self.binaries / name), "-m", str(self.model), "-t", str(self.threads)]

    def _output(self, command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1][:200]
            raise TrinityError(f"{Path(command[0]).name} failed: {reason}")
        return done.stdout


def read_bench(output: str) -> float:
    """Seconds of the one sample that `llama-bench -o jsonl` printed."""
    for record in _records(output):
        samples = record.get("samples_ns")
        if isinstance(samples, list) and len(samples) == 1:
            return float(samples[0]) / 1e9
    raise TrinityError("llama-bench printed no sample; is its version one with `-o jsonl`?")


def read_batched(output: str, work: Workload) -> Timing:
    """The timing that `llama-batched-bench --output-format jsonl` printed of a workload."""
    for record in _records(output):
        if record.get("pl") == work.streams and record.get("tg") == work.output - 1:
            return Timing(record["t_pp"], record["t_tg"], work.streams * (work.output - 1))
    raise TrinityError(
        f"llama-batched-bench printed nothing about {work.streams} streams of {work.prompt} + "
        f"{work.output} tokens; its memory may not suffice."
    )


def _records(output: str) -> Iterator[dict[str, Any]]:
    for text in output.splitlines():
        if text.startswith("{"):
            yield json.loads(text)
