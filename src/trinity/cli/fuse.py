"""`trinity fuse`: several specialists of one lineage become one model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trinity.cli.terminal import say, stdout
from trinity.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from trinity.model.small4 import Small4
    from trinity.model.transformer import Transformer

CONCATENATE = "concatenate"
METHODS = (CONCATENATE, "average", "task-arithmetic", "ties", "dare")
EXAMPLES = 96
"""Exercises that the blocks' loudness is measured on: some 10,000 tokens."""
_LEGAL = ("LICENSE*", "LICENCE*", "NOTICE*", "COPYING*")


def fuse(
    models: Annotated[
        list[str],
        typer.Argument(metavar="A B [C ...]", help="Checkpoints with one common ancestor."),
    ],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where to write the result.")],
    method: Annotated[
        str,
        typer.Option("--method", metavar="M", help=f"One of {', '.join(METHODS)}."),
    ] = CONCATENATE,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="CHECKPOINT", help="The common ancestor."),
    ] = None,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate/--no-calibrate",
            help="Make the blocks of experts equally likely to be used.",
        ),
    ] = True,
    seed: Annotated[int, typer.Option("--seed", help="For calibration and DARE.")] = 0,
) -> None:
    """Join specialists of one lineage into one model.

    By default their experts stand side by side, and what they share is averaged; the result is to
    be trained on (`trinity train` with a distillation recipe). The other methods mix the weights of
    models of one shape: the baselines that this is better than.
    """
    if method not in METHODS:
        raise UsageError(f"--method is {method!r}; it must be one of {', '.join(METHODS)}.")
    if len(models) < 2:
        raise UsageError("Give at least two checkpoints to fuse.")
    if into.exists():
        raise UsageError(f"{into} is there already; name a directory that is not.")
    if base is None and method in METHODS[2:]:
        raise UsageError(f"--method {method} works on differences to the ancestor; give --base.")
    directories = _directories(models)
    ancestor = None if base is None else _directories([base])[0]
    tokenizer = _same_tokenizer([*directories, *([ancestor] if ancestor else [])])
    loaded = _loaded(directories)
    root = None if ancestor is None else _loaded([ancestor])[0]
    names = [str(directory) for directory in directories]
    fused, shared = _fused(loaded, names, method, root, seed)
    if method == CONCATENATE and calibrate:
        _calibrate(fused, loaded, shared, directories[0] / "tekken.json", seed)
    _write(fused, into, tokenizer, directories, method)
    num_experts = fused.config.n_routed_experts
    say(
        stdout(),
        f"Wrote {into}: {num_experts} experts a layer, {shared} of them the same in all, from "
        f"{len(models)} models.",
    )


def _directories(models: Sequence[str]) -> list[Path]:
    from trinity.model.checkpoint import resolve_directory

    return [resolve_directory(model) for model in models]


def _same_tokenizer(directories: Sequence[Path]) -> bytes:
    """The vocabulary that all checkpoints have."""
    vocabularies = []
    for directory in directories:
        path = directory / "tekken.json"
        if not path.is_file():
            raise ConfigError(f"{directory} has no tekken.json; only complete checkpoints fuse.")
        vocabularies.append(path.read_bytes())
        if vocabularies[-1] != vocabularies[0]:
            raise ConfigError(
                f"{directories[0]} and {directory} have different vocabularies (tekken.json); only "
                "models with the same one can be fused."
            )
    return vocabularies[0]


def _loaded(directories: Sequence[Path]) -> list[Transformer]:
    from trinity.model.checkpoint import load_model

    return [load_model(directory) for directory in directories]


def _fused(
    models: Sequence[Transformer],
    names: Sequence[str],
    method: str,
    root: Transformer | None,
    seed: int,
) -> tuple[Small4, int]:
    """The fused model, and how many experts of a layer all `models` have unchanged."""
    from trinity.train.fuse import concatenate, count_anchors, merge_weights

    if method == CONCATENATE:
        fused = concatenate(models, names, root)
    else:
        fused = merge_weights(method, models, names, root, seed)
    return fused, count_anchors([model.state_dict() for model in models])


def _calibrate(
    fused: Small4, models: Sequence[Transformer], shared: int, tokenizer: Path, seed: int
) -> None:
    from trinity.train.calibrate import calibrate_blocks, mixed_micros

    blocks = [model.config.n_routed_experts - shared for model in models]
    micros = mixed_micros(fused.config, str(tokenizer), EXAMPLES, seed)
    calibrate_blocks(fused, shared, blocks, micros)


def _write(
    model: Small4, into: Path, tokenizer: bytes, sources: Sequence[Path], method: str
) -> None:
    from trinity.pipeline.export import write_checkpoint

    manifests = [_manifest(source) for source in sources]
    ranges = [m["trained_experts"] for m in manifests if m.get("trained_experts")]
    own = model.config.num_experts_per_tok
    into.mkdir(parents=True)
    if (sources[0] / "intensity.json").is_file():
        shutil.copyfile(sources[0] / "intensity.json", into / "intensity.json")
    licences = sorted({str(m.get("licence", "unknown")) for m in manifests})
    facts = {
        "trained_experts": [max(r[0] for r in ranges), min(r[1] for r in ranges)]
        if ranges
        else [own, own],
        "recipe": f"fuse --method {method}",
        "licence": " AND ".join(licences),
        "exercises": sorted({name for m in manifests for name in m.get("exercises", ())}),
        "sources": [
            {
                "name": source.resolve().name,
                "licence": manifest.get("licence", "unknown"),
                "sha256": manifest.get("sha256", {}),
            }
            for source, manifest in zip(sources, manifests, strict=True)
        ],
    }
    write_checkpoint(model, into, tokenizer, facts)
    _carry_notices(sources, into)


def _manifest(directory: Path) -> dict[str, Any]:
    path = directory / "trinity.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _carry_notices(sources: Sequence[Path], into: Path) -> None:
    """Copy licence and notice files, each source's into its own folder."""
    for number, source in enumerate(sources, start=1):
        files = [path for pattern in _LEGAL for path in source.glob(pattern) if path.is_file()]
        folder = into / "licences" / f"{number}-{source.resolve().name}"
        for path in files:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / path.name)
