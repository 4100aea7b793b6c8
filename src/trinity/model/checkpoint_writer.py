"""Writes a model in the official layout; a crash leaves the old directory or the new one.

Called through `trinity.model.checkpoint`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from trinity.errors import CheckpointError
from trinity.model.hf_config import config_to_hf
from trinity.model.layout import official_name
from trinity.model.transformer import Transformer
from trinity.model.weight_format import STORED_DTYPES

INDEX_FILE = "model.safetensors.index.json"


def save_model(
    model: Transformer,
    directory: Path,
    *,
    dtype: torch.dtype = torch.bfloat16,
    max_shard_bytes: int = 4 * 2**30,
) -> None:
    """Write `config.json` and the weights of `model` to `directory`, in BF16 or FP32.

    Everything is written beside the directory first and then takes its place; what else was in it
    is kept. At every moment the old or the new checkpoint is on disk and complete: should the
    machine stop between the two renames, the old one is in `.<name>.old-*`.
    """
    directory = Path(directory).absolute()
    staging = directory.with_name(f".{directory.name}.new-{secrets.token_hex(4)}")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir()
        _write_all(model, staging, dtype, max_shard_bytes)
        if directory.exists():
            _keep_other_files(directory, staging)
        _swap(staging, directory)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"The checkpoint {directory} cannot be written: {error}.") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write_all(model: Transformer, staging: Path, dtype: torch.dtype, max_shard_bytes: int) -> None:
    weight_format = next(
        (known for known, (_, stored) in STORED_DTYPES.items() if stored == dtype), None
    )
    if weight_format is None:
        raise CheckpointError(f"Weights are written as bfloat16 or float32, not as {dtype}.")
    tensors = {
        official_name(name, model.config): tensor for name, tensor in model.state_dict().items()
    }
    shards = list(_plan(tensors, dtype.itemsize, max_shard_bytes))
    weight_map: dict[str, str] = {}
    for number, names in enumerate(shards, start=1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        path = staging / (file if len(shards) > 1 else "model.safetensors")
        shard = {name: _ready(tensors[name], dtype) for name in names}
        save_file(shard, path, metadata={"format": "pt"})
        _sync(path)
        weight_map |= dict.fromkeys(names, path.name)
    if len(shards) > 1:
        total = sum(tensor.numel() for tensor in tensors.values()) * dtype.itemsize
        index = {"metadata": {"total_size": total}, "weight_map": weight_map}
        _write_json(staging / INDEX_FILE, index)
    _write_json(staging / "config.json", config_to_hf(model.config, weight_format))
    _sync(staging)


def _plan(tensors: dict[str, Tensor], item_bytes: int, max_bytes: int) -> Iterator[list[str]]:
    """Names for each shard, in order; a tensor over the limit has a shard of its own."""
    names: list[str] = []
    num_bytes = 0
    for name, tensor in tensors.items():
        size = tensor.numel() * item_bytes
        if names and num_bytes + size > max_bytes:
            yield names
            names, num_bytes = [], 0
        names.append(name)
        num_bytes += size
    yield names


def _ready(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.detach().to("cpu", dtype).contiguous()


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _sync(path)


def _keep_other_files(old: Path, new: Path) -> None:
    """Take over what is not ours to write, such as the tokenizer, by hard link where possible."""
    for path in old.iterdir():
        is_ours = path.name in ("config.json", INDEX_FILE) or path.match("model*.safetensors")
        if is_ours:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, new / path.name, symlinks=True, copy_function=_link_or_copy)
        else:
            _link_or_copy(path, new / path.name)


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _swap(staging: Path, directory: Path) -> None:
    if not directory.exists():
        staging.rename(directory)
    else:
        old = directory.with_name(f".{directory.name}.old-{secrets.token_hex(4)}")
        directory.rename(old)
        try:
            staging.rename(directory)
        except OSError:
            old.rename(directory)
            raise
        shutil.rmtree(old, ignore_errors=True)
    _sync(directory.parent)


def _sync(path: Path) -> None:
    """Wait until the file or directory is on the disk itself."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
