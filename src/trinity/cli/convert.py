"""`trinity convert`: a checkpoint with its weights packed for the CPU kernels."""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path
from typing import Annotated

import typer

from trinity.cli.terminal import say, stdout
from trinity.config import WEIGHTS
from trinity.errors import ConfigError
from trinity.pipeline.export import sha256

_FORMATS = tuple(name for name in WEIGHTS if name != "auto")


def convert(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="`mini`, or a checkpoint's directory.")
    ],
    target: Annotated[Path, typer.Argument(metavar="DST", help="A directory that is not there.")],
    weights: Annotated[
        str,
        typer.Option("--format", metavar="W", help=f"One of {', '.join(_FORMATS)}."),
    ] = "int8",
) -> None:
    """Write a checkpoint whose weights are packed for the CPU kernels.

    It starts without packing, and SRC is not needed any more. The layout is that of the kernels: no
    other program reads it.
    """
    from trinity.model.checkpoint import resolve_directory
    from trinity.ops import dispatch

    if weights not in _FORMATS:
        raise ConfigError(f"--format is {weights!r}; it must be one of {', '.join(_FORMATS)}.")
    if target.exists():
        raise ConfigError(f"{target} is there already; name a directory that is not.")
    directory = resolve_directory(source)
    if not dispatch.HAS_NATIVE:
        raise ConfigError(
            "Packing needs the native kernels, which are not installed; `trinity doctor` says why."
        )
    staging = target.absolute().with_name(f".{target.name}.new-{secrets.token_hex(4)}")
    try:
        staging.mkdir(parents=True)
        _write(directory, staging, weights)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    size = sum(path.stat().st_size for path in target.iterdir())
    say(stdout(), f"Wrote {target}: {size / 1e6:,.0f} MB, weights as {weights}.")


def _write(source: Path, target: Path, weights: str) -> None:
    from trinity.model.checkpoint import MANIFEST_FILE, read_config
    from trinity.model.packed import PackedDecoder
    from trinity.model.packed_files import is_packed, write_packed

    if is_packed(source):
        raise ConfigError(f"{source} is packed already; convert the checkpoint it was made of.")
    if not PackedDecoder.can_run(read_config(source)):
        raise ConfigError(f"The native kernels do not run the shape of {source}; use it as it is.")
    write_packed(source, target, weights)
    for path in source.iterdir():
        if path.is_file() and ".safetensors" not in path.name and path.name != MANIFEST_FILE:
            shutil.copyfile(path, target / path.name)
    manifest_path = source / MANIFEST_FILE
    manifest: dict[str, object] = {"name": source.resolve().name}
    if manifest_path.is_file():
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    manifest["packed"] = weights
    manifest["sha256"] = {path.name: sha256(path) for path in sorted(target.iterdir())}
    (target / MANIFEST_FILE).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
