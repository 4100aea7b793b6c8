"""Checkpoints of random weights: what a token costs does not depend on what was learnt."""

from __future__ import annotations

from pathlib import Path

import torch

from trinity.config import AnyConfig
from trinity.errors import NotFound
from trinity.model.architecture import make_model
from trinity.model.checkpoint import resolve_directory, save_model
from trinity.model.packed_files import is_packed
from trinity.model.transformer import Transformer
from trinity.presets import PRESETS

DIRECTORY = Path("runs/bench")
"""Where the checkpoints are, each under its preset's name."""
PREFIX = "bench-"
"""Begins the names of presets that are for speed alone."""
SEED = 0
DEVIATION = 0.02


def bench_presets() -> list[str]:
    """The presets that are for speed alone."""
    return [name for name in PRESETS if name.startswith(PREFIX)]


def find_checkpoint(name: str, built: Path = DIRECTORY) -> Path:
    """The directory that a model's name means: a preset's in `built`, or as everywhere else.

    Raises `NotFound`.
    """
    if name in bench_presets():
        directory = built / name
        if not (directory / "config.json").is_file():
            raise NotFound(
                f"There are no weights of {name} in {built}; "
                f"`python scripts/bench_checkpoints.py {name}` writes them."
            )
        return directory
    return resolve_directory(name)


def packed_path(directory: Path, weights: str) -> Path:
    """Where a checkpoint's copy is that was converted to `weights`."""
    return directory / "packed" / weights


def served_from(directory: Path, weights: str) -> Path:
    """The converted copy of a checkpoint where there is one, else the checkpoint."""
    copy = packed_path(directory, weights)
    return copy if is_packed(copy) else directory


def random_model(config: AnyConfig, seed: int = SEED) -> Transformer:
    """A model without gradients, each weight exact in BF16: norms of 1, matrices normal with
    deviation 0.02, as transformers sets its models up."""
    model = make_model(config).requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        if parameter.ndim == 1:
            parameter.fill_(1.0)
        else:
            parameter.normal_(0.0, DEVIATION, generator=generator)
            parameter.copy_(parameter.bfloat16())
    return model


def write_checkpoint(config: AnyConfig, directory: Path, tokenizer: Path) -> None:
    """Write a random model in the official layout, in BF16, with the vocabulary at `tokenizer`."""
    save_model(random_model(config), directory)
    (directory / "tekken.json").write_bytes(tokenizer.read_bytes())
