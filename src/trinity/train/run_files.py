"""The files of a training run: checkpoints that are whole or absent, the log, the curves.

Weights and optimiser state are safetensors, counters are JSON. A checkpoint is written beside its
place, synced, and renamed; its manifest, with the SHA-256 of every file, is written last. One that
is damaged later is passed over for the one before it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from trinity.errors import CheckpointError
from trinity.train.distributed import like, whole
from trinity.train.example import ORIGINS
from trinity.train.scalars import Scalars

KEPT_CHECKPOINTS = 2


@dataclass(slots=True)
class TrainState:
    """Where a run stands."""

    tokens: int = 0
    steps: int = 0
    skipped: int = 0
    window: int = 0
    """Corpus window being read."""
    step_in_window: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    """What a stage keeps count of, such as success by family."""


class RunFiles:
    """Reads and writes the directory of one run."""

    def __init__(self, directory: Path, writes: bool = True) -> None:
        """Use `directory`, making it if need be; nothing is written where `writes` is false."""
        self.directory = directory
        self.writes = writes
        directory.mkdir(parents=True, exist_ok=True)
        self.damaged: list[Path] = []
        """Checkpoints that `restore` passed over for an older one."""
        self._log = directory / "log.jsonl"
        self._scalars = Scalars(directory / "tensorboard")

    def log(self, record: dict[str, Any]) -> None:
        """Append one JSON line, and draw it for TensorBoard."""
        if not self.writes:
            return
        with self._log.open("a") as file:
            file.write(json.dumps(record) + "\n")
        self._scalars.add(record)

    def records(self) -> list[dict[str, Any]]:
        """All logged lines; a line that a kill tore is left out."""
        records = []
        for line in self._log.read_text().splitlines() if self._log.exists() else ():
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return records

    def write_config(self, text: str) -> None:
        """Keep the resolved configuration beside the checkpoints: the old one or the new."""
        if not self.writes:
            return
        staged = self.directory / ".config.json.partial"
        staged.write_text(text)
        _sync(staged)
        staged.replace(self.directory / "config.json")
        _sync(self.directory)

    def save(
        self, model: nn.Module, optimisers: list[torch.optim.Optimizer], state: TrainState
    ) -> Path:
        """Write a checkpoint, then remove all but the newest few. Returns its directory.

        Where several processes share the tensors, all must call: the whole is put together.
        """
        final = self.directory / f"step-{state.steps:08d}"
        weights = {name: _stored(tensor) for name, tensor in model.state_dict().items()}
        moments = optimiser_tensors(model, optimisers)
        if not self.writes:
            return final
        staged = self.directory / f".{final.name}.partial"
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        save_file(weights, staged / "weights.safetensors")
        save_file(moments, staged / "optimiser.safetensors")
        (staged / "state.json").write_text(json.dumps(asdict(state)))
        for path in staged.iterdir():
            _sync(path)
        digests = {path.name: _sha256(path) for path in sorted(staged.iterdir())}
        (staged / "manifest.json").write_text(json.dumps(digests))
        _sync(staged / "manifest.json")
        _sync(staged)
        shutil.rmtree(final, ignore_errors=True)
        staged.rename(final)
        _sync(self.directory)
        for old in self.checkpoints()[:-KEPT_CHECKPOINTS]:
            shutil.rmtree(old)
        return final

    def checkpoints(self) -> list[Path]:
        """Whole checkpoints, oldest first; torn or altered ones are passed over."""
        return [path for path in sorted(self.directory.glob("step-*")) if _is_whole(path)]

    def restore(
        self, model: nn.Module, optimisers: list[torch.optim.Optimizer]
    ) -> TrainState | None:
        """Load the newest whole checkpoint into `model` and `optimisers`; None if there is none.

        What was logged after it counts as undone. Raises `CheckpointError` where there are
        checkpoints and all are damaged: to begin anew would hide the loss of a run.
        """
        found, every = self.checkpoints(), sorted(self.directory.glob("step-*"))
        self.damaged = every[every.index(found[-1]) + 1 :] if found else every
        if self.damaged and not found:
            raise CheckpointError(
                f"No checkpoint in {self.directory} is whole; restore one from a copy, or name "
                "another directory to begin anew."
            )
        self._mend_log()
        if not found:
            return None
        model.load_state_dict(load_file(found[-1] / "weights.safetensors"))
        restore_optimisers(model, optimisers, load_file(found[-1] / "optimiser.safetensors"))
        state = TrainState(**json.loads((found[-1] / "state.json").read_text()))
        self._scalars.next_step = {"steps": state.steps + 1, "window": state.window}
        return state

    def _kept(self) -> list[dict[str, Any]]:
        """The records of steps that no later start undid."""
        kept: list[dict[str, Any]] = []
        for record in self.records():
            if record["kind"] == "start":
                kept = [old for old in kept if old["tokens"] <= record["tokens"]]
            elif "tokens" in record:
                kept.append(record)
        return kept

    def _mend_log(self) -> None:
        """End the line that a kill tore, or the next one would be lost with it."""
        if self.writes and self._log.exists() and not self._log.read_bytes().endswith(b"\n"):
            with self._log.open("a") as file:
                file.write("\n")

    def plot(self) -> None:
        """Draw the loss curves to `curves.png`; does nothing where matplotlib is not installed."""
        if not self.writes:
            return
        try:
            from matplotlib.figure import Figure
        except ModuleNotFoundError:
            return
        figure = Figure(figsize=(9, 4.5), layout="constrained")
        axes = figure.subplots(1, 2)
        for axis, kind in zip(axes, ("train", "validation"), strict=True):
            rows = [record for record in self._kept() if record["kind"] == kind]
            tokens = [row["tokens"] / 1e6 for row in rows]
            curves = {
                name: [row.get(name, float("nan")) for row in rows]
                for name in ("loss", *ORIGINS)
                if any(name in row for row in rows)
            }
            for name, values in curves.items():
                axis.plot(tokens, values, label=name, linewidth=1)
            # Rewards fall below 0; shares of solved exercises, which on-policy stages validate
            # by, may be 0.
            is_positive = all(
                value > 0 for row in curves.values() for value in row if value == value
            )
            axis.set(
                title=kind,
                xlabel="million tokens",
                ylabel="loss" if "loss" in curves else "share solved",
                yscale="log" if curves and is_positive else "linear",
            )
            axis.grid(alpha=0.3)
            if curves:
                axis.legend()
        figure.savefig(self.directory / "curves.png", dpi=110)


def optimiser_tensors(
    model: nn.Module, optimisers: Iterable[torch.optim.Optimizer]
) -> dict[str, Tensor]:
    """The state of `optimisers` by the names of parameters, each tensor whole and on the CPU."""
    names: dict[Tensor, str] = {parameter: name for name, parameter in model.named_parameters()}
    return {
        f"{names[parameter]}/{key}": _stored(value)
        for optimiser in optimisers
        for parameter, state in optimiser.state.items()
        for key, value in state.items()
    }


def restore_optimisers(
    model: nn.Module, optimisers: Iterable[torch.optim.Optimizer], tensors: dict[str, Tensor]
) -> None:
    """Give `optimisers` the state that `optimiser_tensors` told of."""
    names = {parameter: name for name, parameter in model.named_parameters()}
    by_name: dict[str, dict[str, Tensor]] = {}
    for path, value in tensors.items():
        name, _, key = path.rpartition("/")
        by_name.setdefault(name, {})[key] = value
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                state = by_name.get(names[parameter], {})
                optimiser.state[parameter] = {
                    # AdamW keeps its step count on the CPU whatever the device.
                    key: value if key == "step" else like(value, parameter)
                    for key, value in state.items()
                }


def _stored(tensor: Tensor) -> Tensor:
    return whole(tensor.detach()).cpu().contiguous()


def _is_whole(path: Path) -> bool:
    try:
        digests = json.loads((path / "manifest.json").read_text())
    except (OSError, json.JSONDecodeError):
        return False
    return all(
        (path / name).is_file() and _sha256(path / name) == digest
        for name, digest in digests.items()
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
