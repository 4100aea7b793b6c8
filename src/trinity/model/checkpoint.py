"""Checkpoint directories: find, read and write them, strictly in both directions.

Read are the official layout (`config.json`, `model*.safetensors`) and the original one
(`params.json`, `consolidated*.safetensors`); written is the official one. No file runs code.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import torch
from torch import nn

from trinity.config import WEIGHTS, AnyConfig
from trinity.errors import CheckpointError, NotFound
from trinity.model.architecture import make_model
from trinity.model.checkpoint_writer import save_model
from trinity.model.hf_config import config_from_hf, weight_format_of
from trinity.model.json_fields import Fields, read_json
from trinity.model.layout import Part, Shape, native_parts, official_parts
from trinity.model.native_config import config_from_params, native_format_of
from trinity.model.shards import ShardReader, StoredTensor, find_tensors
from trinity.model.transformer import Transformer
from trinity.model.weight_format import STORED_DTYPES, WeightFormat
from trinity.presets import PRESETS

__all__ = [
    "Manifest",
    "load_model",
    "read_config",
    "read_manifest",
    "read_weight_format",
    "resolve_directory",
    "save_model",
]

EMBEDDED = "mini"
"""The preset whose weights ship inside the package."""
CONFIG_FILE = "config.json"
PARAMS_FILE = "params.json"
MANIFEST_FILE = "trinity.json"
_LAYER = re.compile(r"language_model\.model\.layers\.\d+")
_SHOWN = 3
"""Names of faulty tensors that an error lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `trinity.json` says of a checkpoint beyond its shape."""

    name: str
    trained_experts: tuple[int, int]
    """Lowest and highest number of active experts that the weights were trained for; zeros for a
    dense model."""
    weights: str = "auto"
    """What the native kernels hold the weights as where nobody says: the format that was measured
    to serve best without a loss that shows, or `auto`, which loses nothing."""
    exercises: tuple[str, ...] = ()
    """Families of generated exercises that it was trained on, where that is noted."""


def resolve_directory(name_or_path: str) -> Path:
    """The checkpoint directory that a `--model` value means.

    `mini` is the one inside the package; anything else is a path. Raises `NotFound`.
    """
    if name_or_path == EMBEDDED:
        directory = Path(str(importlib.resources.files("trinity") / "models" / EMBEDDED))
        if not (directory / CONFIG_FILE).is_file():
            raise NotFound(f"The weights of {EMBEDDED!r} are not in this installation; reinstall.")
        return directory
    if name_or_path in PRESETS:
        raise NotFound(
            f"The preset {name_or_path!r} is a shape: its weights are not shipped. Give the path "
            f"of a checkpoint directory, or {EMBEDDED!r}."
        )
    path = Path(name_or_path).expanduser()
    try:
        if path.is_dir():
            return path
        is_file = path.exists()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        raise NotFound(f"{name_or_path} is a file; give the checkpoint's directory.")
    if name_or_path.count("/") == 1 and not name_or_path.startswith((".", "~", "/")):
        raise NotFound(
            f"There is no directory {name_or_path}. If it is a model on the hub, download it "
            "first and give the directory."
        )
    raise NotFound(f"There is no checkpoint directory {name_or_path!r}; check the path.")


def read_config(directory: Path) -> AnyConfig:
    """The shape of the model in `directory`; weights are not needed."""
    data, is_native = _read_settings(directory)
    return config_from_params(data) if is_native else config_from_hf(data)


def read_weight_format(directory: Path) -> WeightFormat:
    """How the weights in `directory` are stored, as its config says."""
    data, is_native = _read_settings(directory)
    return native_format_of(data) if is_native else weight_format_of(data)


def read_manifest(directory: Path) -> Manifest:
    """The manifest; where there is none, the directory's name and the config's expert count."""
    config = read_config(directory)
    path = directory / MANIFEST_FILE
    count = config.num_experts_per_tok
    if not path.exists():
        return Manifest(name=directory.resolve().name, trained_experts=(count, count))
    data = read_json(path)
    trained = _as_range(data.data.get("trained_experts", [count, count]), config.n_routed_experts)
    weights = data.data.get("weights", "auto")
    if weights not in WEIGHTS:
        raise data.fault("weights", f"one of {', '.join(WEIGHTS)}")
    exercises = data.data.get("exercises", [])
    if not isinstance(exercises, list):
        raise data.fault("exercises", "a list of names")
    if trained:
        return Manifest(
            name=data.text("name"),
            trained_experts=trained,
            weights=weights,
            exercises=tuple(str(name) for name in exercises),
        )
    least = min(1, config.n_routed_experts)
    allowed = f"two counts from {least} to {config.n_routed_experts}, in order"
    raise data.fault("trained_experts", allowed)


def _as_range(value: object, most: int) -> tuple[int, int] | None:
    least = min(1, most)  # a dense model has no experts
    match value:
        # JSON's true would pass for 1.
        case [bool(), _] | [_, bool()]:
            return None
        case [int(low), int(high)] if least <= low <= high <= most:
            return low, high
    return None


def load_model(
    directory: Path,
    dtype: torch.dtype = torch.float32,
    take: Callable[[nn.Module], None] | None = None,
) -> Transformer:
    """The model in `directory`, its weights converted to `dtype` one tensor at a time.

    Raises `CheckpointError` unless every tensor is there, no other is, and each has its shape and
    the dtype that the config declares. Memory peaks at the finished model and one tensor.

    With `take`, the decoder layers in order and the head are lent to it, each as soon as its
    weights are there and in the dtype that they are stored in; they are gone when it returns, and
    the model comes without them. The embedding keeps its stored dtype too.
    """
    config, weight_format = read_config(directory), read_weight_format(directory)
    if not weight_format.is_readable:
        raise CheckpointError(
            f"The weights in {directory} are stored in {weight_format.value.upper()}, which "
            "cannot be read yet; use a BF16 copy."
        )
    _, is_native = _read_settings(directory)
    with torch.device("meta"):
        model = make_model(config)
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    parts = list((native_parts if is_native else official_parts)(shapes, config))
    stored = find_tensors(directory, "consolidated" if is_native else "model")
    stored_name, stored_dtype = STORED_DTYPES[weight_format]
    _check_tensors(directory, parts, stored, stored_name)
    language = model.language_model
    lent: dict[str, nn.Module] = {}
    dtypes = {}
    if take:
        lent = {f"language_model.model.layers.{i}": x for i, x in enumerate(language.model.layers)}
        lent["language_model.lm_head"] = language.lm_head
        dtypes = dict.fromkeys([*lent, "language_model.model.embed_tokens"], stored_dtype)
    for owner, group in groupby(parts, lambda part: _owner(part.parameter)):
        with ShardReader() as reader:
            _fill(model, group, stored, reader, dtypes.get(owner, dtype), is_lent=owner in lent)
            if take and owner in lent:
                take(lent[owner])
                lent[owner].to_empty(device="meta")
    # Not stored, and on the meta device so far.
    model.frequencies = model.rotary_frequencies()
    return model


def _owner(parameter: str) -> str:
    """The decoder layer that a parameter belongs to, or the module that it is a weight of."""
    layer = _LAYER.match(parameter)
    return layer[0] if layer else parameter.rpartition(".")[0]


def _read_settings(directory: Path) -> tuple[Fields, bool]:
    """The config file's content, and whether it is the native one. Official wins over native."""
    for file, is_native in ((CONFIG_FILE, False), (PARAMS_FILE, True)):
        if (directory / file).is_file():
            return read_json(directory / file), is_native
    if not directory.is_dir():
        raise NotFound(f"There is no checkpoint directory {directory}; check the path.")
    raise CheckpointError(
        f"{directory} is not a checkpoint: it holds neither {CONFIG_FILE} nor {PARAMS_FILE}."
    )


def _check_tensors(
    directory: Path, parts: list[Part], stored: dict[str, StoredTensor], dtype: str
) -> None:
    expected = {part.name: part.shape for part in parts}
    common = [name for name in expected if name in stored]
    faults = {
        "missing": [name for name in expected if name not in stored],
        "not part of this model": [name for name in stored if name not in expected],
        "misshaped": [
            _misshaped(name, stored[name].entry.shape, expected[name])
            for name in common
            if stored[name].entry.shape != expected[name]
        ],
        f"not {dtype}": [
            f"{name} ({stored[name].entry.dtype})"
            for name in common
            if stored[name].entry.dtype != dtype
        ],
    }
    told = [_told(kind, names) for kind, names in faults.items() if names]
    if told:
        raise CheckpointError(
            f"The weights in {directory} do not fit its config: {'; '.join(told)}."
        )


def _misshaped(name: str, actual: Shape, wanted: Shape) -> str:
    return f"{name} is {list(actual)} instead of {list(wanted)}"


def _told(kind: str, names: list[str]) -> str:
    more = ", ..." if len(names) > _SHOWN else ""
    count = "1 tensor is" if len(names) == 1 else f"{len(names):,} tensors are"
    return f"{count} {kind} ({', '.join(names[:_SHOWN])}{more})"


def _fill(
    model: Transformer,
    parts: Iterable[Part],
    stored: dict[str, StoredTensor],
    reader: ShardReader,
    dtype: torch.dtype,
    *,
    is_lent: bool,
) -> None:
    """Replace the meta parameters that `parts` fill, each by an allocated one when its first part
    comes up; a lent one by the mapped file itself where that is stored as it is wanted."""
    with torch.no_grad():
        for part in parts:
            values = reader.read(part.name, stored[part.name])
            parameter = model.get_parameter(part.parameter)
            if parameter.is_meta:
                is_mapped = is_lent and part.is_whole and values.dtype == dtype
                empty = torch.empty(0 if is_mapped else parameter.shape, dtype=dtype, device="cpu")
                parameter = nn.Parameter(values if is_mapped else empty, requires_grad=not is_lent)
                owner, _, name = part.parameter.rpartition(".")
                setattr(model.get_submodule(owner), name, parameter)
                if is_mapped:
                    continue
            part.place(values, parameter)
