"""Turns the newest checkpoint of a training run into a checkpoint directory that can be used.

Called by `train --export` and `fuse`.
"""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trinity.errors import CheckpointError, ConfigError, NotFound

if TYPE_CHECKING:
    from trinity.config import AnyConfig
    from trinity.model.transformer import Transformer

LICENCE = "Apache-2.0"
_SMALL_FILES = ("config.json", "tekken.json", "intensity.json")


def export_run(run: Path, directory: Path, recipe: str | None = None) -> int:
    """Write the newest checkpoint of `run` to `directory` in BF16; returns the tokens it has seen.

    `recipe` names what it was trained by; `None` takes the name in the run's log. What else is in
    `directory` is kept, an `intensity.json` too. Raises `NotFound` or `CheckpointError` where the
    run holds nothing whole.
    """
    from safetensors.torch import load_file

    from trinity.model.architecture import make_model

    settings, newest, state = _read_run(run)
    if directory.exists() and not directory.is_dir():
        raise ConfigError(f"{directory} is a file; --export needs a directory.")
    config = model_config(settings["model"])
    model = make_model(config)
    model.load_state_dict(load_file(newest / "weights.safetensors"))
    expert_range = (settings.get("corpus") or settings["rollout"])["expert_range"]
    facts = {
        **_kept(directory / "trinity.json"),
        "trained_experts": expert_range if config.n_routed_experts else [0, 0],
        "tokens": state["tokens"],
        "exercises": _exercises(settings),
        "recipe": recipe or _recipe_of(run),
        "licence": LICENCE,
    }
    write_checkpoint(model, directory, Path(settings["tokenizer"]).read_bytes(), facts)
    return int(state["tokens"])


def write_checkpoint(
    model: Transformer, directory: Path, tokenizer: bytes, facts: dict[str, Any]
) -> None:
    """Write `model` in BF16 with its vocabulary, an intensity table where none is there yet, and a
    manifest that holds `facts` and the SHA-256 of every file. `model` becomes BF16."""
    import torch

    from trinity.model.checkpoint import save_model

    save_model(model.to(torch.bfloat16), directory)
    (directory / "tekken.json").write_bytes(tokenizer)
    table = directory / "intensity.json"
    if not table.exists():
        table.write_text(_default_intensity(model.config), encoding="utf-8")
    parts = [*sorted(directory.glob("*.safetensors*")), *map(directory.joinpath, _SMALL_FILES)]
    manifest = {
        "name": directory.resolve().name,
        **facts,
        "sha256": {path.name: sha256(path) for path in parts},
    }
    (directory / "trinity.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _exercises(settings: dict[str, Any]) -> list[str]:
    """The families that a run drew its exercises from, by its `config.json`."""
    from trinity.train.families import trained_families

    sources = [
        *(settings.get("corpus") or {}).get("sources", []),
        *settings.get("sources", []),
        *(ask["source"] for ask in settings.get("asks", [])),
    ]
    names = {
        name
        for source in sources
        for name in source["families"] or [f.name for f in trained_families(source["domain"])]
    }
    return sorted(names)


def _kept(manifest: Path) -> dict[str, str]:
    """What an earlier manifest says of serving, which training does not change."""
    if not manifest.is_file():
        return {}
    weights = json.loads(manifest.read_text(encoding="utf-8")).get("weights")
    return {"weights": weights} if weights else {}


def model_config(values: dict[str, Any]) -> AnyConfig:
    """The shape that a run's `config.json` describes: one with experts has their number in it."""
    from trinity.config import DenseConfig, ModelConfig, RopeConfig, VisionConfig

    vision = values["vision"]
    values = {**values, "vision": None if vision is None else VisionConfig(**vision)}
    if "n_routed_experts" not in values:
        return DenseConfig(**values)
    return ModelConfig(**{**values, "rope": RopeConfig(**values["rope"])})


def _default_intensity(config: AnyConfig) -> str:
    """The embedded model's table; without expert counts for a model that has no experts."""
    text = (files("trinity") / "models" / "mini" / "intensity.json").read_text(encoding="utf-8")
    if config.n_routed_experts:
        return text
    table = json.loads(text)
    table.pop("lossy", None)  # its profiles choose among experts
    for level in table["levels"]:
        del level["active_experts"]
    return json.dumps(table, indent=2) + "\n"


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_run(run: Path) -> tuple[dict[str, Any], Path, dict[str, Any]]:
    """The run's settings, its newest whole checkpoint and that one's counters."""
    from trinity.train.run_files import RunFiles

    if not run.is_dir():
        raise NotFound(f"There is no training run {run}; give the directory of one with --run.")
    checkpoints = RunFiles(run).checkpoints()
    if not checkpoints or not (run / "config.json").is_file():
        raise CheckpointError(f"The run {run} holds no whole checkpoint yet; train it first.")
    try:
        settings = json.loads((run / "config.json").read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        raise CheckpointError(
            f"{run / 'config.json'} is damaged; train on to rewrite it."
        ) from None
    state = json.loads((checkpoints[-1] / "state.json").read_text(encoding="utf-8"))
    return settings, checkpoints[-1], state


def _recipe_of(run: Path) -> str | None:
    from trinity.train.run_files import RunFiles

    names = [record["recipe"] for record in RunFiles(run).records() if record["kind"] == "start"]
    return names[-1] if names else None
