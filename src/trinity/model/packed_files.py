"""Checkpoints whose matrices stand as the native kernels hold them, so that a start packs nothing.

Such a directory is like any other, with `packed-*.safetensors` in place of `model*.safetensors`: a
file for each decoder layer, one for the head, one for all else. Matrices are one `packed` tensor a
file, in the order in which they are packed; all other weights have the official names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from trinity.errors import CheckpointError, ConfigError
from trinity.model.architecture import make_model
from trinity.model.checkpoint import load_model, read_config, read_weight_format
from trinity.model.packed import PackedDecoder, pack_layer, weights_plan
from trinity.model.weight_format import WeightFormat
from trinity.ops import dispatch

if dispatch.HAS_NATIVE:
    from trinity.ops import native_serving

LAYOUT = "1"
"""Raised when the kernels' layout changes: files of another one are refused."""
_MATRICES = "packed"


def is_packed(directory: Path) -> bool:
    """Whether a checkpoint directory holds packed weights."""
    return _rest_file(directory).is_file()


def write_packed(source: Path, directory: Path, weights: str) -> None:
    """Pack the checkpoint in `source` as `weights` says into files in `directory`, which exists.

    Memory holds one layer at a time. Raises `CheckpointError` as `load_model` does, and where the
    files cannot be written.
    """
    is_exact = read_weight_format(source) is WeightFormat.BF16
    plan = weights_plan(weights, is_exact=is_exact)
    about = {"layout": LAYOUT, "weights": weights, "is_exact": str(is_exact)}
    num_layers = 0

    def take(module: nn.Module) -> None:
        nonlocal num_layers
        matrices: list[Tensor] = []

        def pack(weight: Tensor, matrix_plan: native_serving.Plan) -> native_serving.Matrix:
            matrix = native_serving.pack_matrix(weight, matrix_plan)
            matrices.append(native_serving.packed_bytes(matrix))
            return matrix

        if isinstance(module, nn.Linear):
            pack(module.weight, plan.dense)
            _save({_MATRICES: torch.cat(matrices)}, _head_file(directory), about)
            return
        pack_layer(module, plan, pack)
        tensors = {name: x.clone() for name, x in module.named_parameters() if x.ndim == 1}
        _save(tensors | {_MATRICES: torch.cat(matrices)}, _layer_file(directory, num_layers), about)
        num_layers += 1

    model = load_model(source, take=take)
    rest = {name: x.detach() for name, x in model.named_parameters() if not x.is_meta}
    _save(rest, _rest_file(directory), about)


def open_packed(directory: Path, weights: str = "auto") -> PackedDecoder:
    """The decoder in `directory`, which `is_packed`.

    Raises `ConfigError` where `weights` is neither `auto` nor what it was packed as, and
    `CheckpointError` for files that do not fit its config, or of another layout.
    """
    config = read_config(directory)
    about, rest = _open(_rest_file(directory))
    if about.get("layout") != LAYOUT:
        raise CheckpointError(
            f"{directory} was packed by another version of Trinity; convert its source again."
        )
    packed_as = about.get("weights", "")
    if weights not in ("auto", packed_as):
        raise ConfigError(
            f"The weights in {directory} are packed as {packed_as}, and {weights} was asked for; "
            f"use auto or {packed_as}, or convert the source to {weights}."
        )
    if not PackedDecoder.can_run(config):
        raise CheckpointError(
            f"The packed weights in {directory} need the native kernels, which are not installed "
            "or do not run this shape; `trinity doctor` says which. Use the source checkpoint."
        )
    plan = weights_plan(packed_as, is_exact=about.get("is_exact") == "True")
    with torch.device("meta"):
        model = make_model(config)
    layers = []
    for index, layer in enumerate(model.language_model.model.layers):
        with _reader(_layer_file(directory, index)) as (reader, tensors):
            _set(layer, [name for name, x in layer.named_parameters() if x.ndim == 1], tensors)
            layers.append(pack_layer(layer, plan, reader))
            layer.to_empty(device="meta")
    language = model.language_model
    with _reader(_head_file(directory)) as (reader, _):
        head = reader(language.lm_head.weight, plan.dense)
    lent = (*language.model.layers.parameters(), language.lm_head.weight)
    lent_ids = {id(parameter) for parameter in lent}
    with _faults_of(_rest_file(directory)):
        names = [name for name, x in model.named_parameters() if id(x) not in lent_ids]
        _set(model, names, rest)
    model.frequencies = model.rotary_frequencies()
    return PackedDecoder(model, layers, head)


def _layer_file(directory: Path, index: int) -> Path:
    return directory / f"packed-layer-{index:03}.safetensors"


def _head_file(directory: Path) -> Path:
    return directory / "packed-head.safetensors"


def _rest_file(directory: Path) -> Path:
    return directory / "packed-rest.safetensors"


def _save(tensors: dict[str, Tensor], path: Path, about: dict[str, str]) -> None:
    try:
        save_file(tensors, path, metadata=about)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be written: {error}.") from None


def _open(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What a file says of itself, and its tensors, mapped."""
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            return file.metadata() or {}, {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}.") from None


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise CheckpointError(
            f"{path} does not fit its config: {error} Convert its source again."
        ) from None


@contextmanager
def _reader(path: Path) -> Iterator[tuple[native_serving.PackedReader, dict[str, Tensor]]]:
    """The matrices of a file and its other tensors; all of them are to be read."""
    _, tensors = _open(path)
    with _faults_of(path):
        data = tensors.pop(_MATRICES, None)
        if data is None or data.dtype != torch.uint8 or data.ndim != 1:
            raise ValueError(f"It has no bytes under the name {_MATRICES!r}.")
        reader = native_serving.PackedReader(data)
        yield reader, tensors
        if reader.num_read != len(data):
            raise ValueError(f"{len(data) - reader.num_read:,} bytes too many are in it.")


def _set(module: nn.Module, names: list[str], tensors: dict[str, Tensor]) -> None:
    """Replace the meta parameters `names`, all that `tensors` may hold; FP32 but the embedding."""
    if set(names) != set(tensors):
        raise ValueError(f"It holds {len(tensors)} other tensors where {len(names)} belong.")
    for name in names:
        owner, _, own_name = name.rpartition(".")
        values, shape = tensors[name], module.get_parameter(name).shape
        if values.shape != shape:
            raise ValueError(f"{name} is {list(values.shape)} instead of {list(shape)}.")
        dtype = values.dtype if owner.endswith("embed_tokens") else torch.float32
        parameter = nn.Parameter(values.to(dtype, copy=True), requires_grad=False)
        setattr(module.get_submodule(owner), own_name, parameter)
