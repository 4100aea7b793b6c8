"""The safetensors files of a checkpoint: which file holds which tensor, and reading them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from safetensors import SafetensorError, safe_open
from torch import Tensor

from trinity.errors import CheckpointError
from trinity.model.json_fields import read_json
from trinity.model.safetensors_header import TensorEntry, read_header


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor on disk."""

    path: Path
    entry: TensorEntry


def find_tensors(directory: Path, stem: str) -> dict[str, StoredTensor]:
    """Every tensor in the files `stem*.safetensors` by name, headers checked, nothing read yet.

    With an index beside them, its files are the only ones, and must hold exactly what it says.
    """
    index_path = directory / f"{stem}.safetensors.index.json"
    if index_path.exists():
        return _indexed(index_path)
    paths = sorted(directory.glob(f"{stem}*.safetensors"))
    if not paths:
        raise CheckpointError(
            f"{directory} has no weights: there is no file {stem}*.safetensors in it."
        )
    return _merge(paths)


def _merge(paths: Iterable[Path]) -> dict[str, StoredTensor]:
    tensors: dict[str, StoredTensor] = {}
    for path in paths:
        for name, entry in read_header(path).items():
            if name in tensors:
                raise CheckpointError(
                    f"The tensor {name} is in both {tensors[name].path} and {path.name}; remove "
                    "the file that is not part of the checkpoint."
                )
            tensors[name] = StoredTensor(path, entry)
    return tensors


def _indexed(index_path: Path) -> dict[str, StoredTensor]:
    weight_map = read_json(index_path).section("weight_map").data
    for file in weight_map.values():
        # Nothing outside the directory is opened, whatever the index says.
        if not isinstance(file, str) or Path(file).name != file or "\\" in file:
            raise CheckpointError(f"{index_path} names {file!r}, which is not a file beside it.")
    files = sorted({str(file) for file in weight_map.values()})
    tensors = _merge(index_path.parent / file for file in files)
    for name in weight_map.keys() | tensors.keys():
        promised = weight_map.get(name)
        actual = tensors[name].path.name if name in tensors else None
        if promised != actual:
            raise CheckpointError(
                f"{index_path} places the tensor {name} in {promised or 'no file'}, but it is in "
                f"{actual or 'no file'}; copy or download the checkpoint again."
            )
    return tensors


class ShardReader(AbstractContextManager["ShardReader"]):
    """Reads tensors, keeping each file mapped until the end of the `with` block."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._open: dict[Path, safe_open] = {}

    def read(self, name: str, stored: StoredTensor) -> Tensor:
        """The tensor, as a view of the mapped file: copy it before the block ends."""
        try:
            if stored.path not in self._open:
                self._open[stored.path] = safe_open(stored.path, framework="pt")
            return self._open[stored.path].get_tensor(name)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"{stored.path}: {name} cannot be read: {error}.") from None

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Unmap all files."""
        self._open.clear()
