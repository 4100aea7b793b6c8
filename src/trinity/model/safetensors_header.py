"""The header of a safetensors file, checked against the file before anything is allocated.

The layout is 8 bytes of header length (little-endian), a JSON object, then the tensors' bytes.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path

from trinity.errors import CheckpointError

MAX_HEADER_BYTES = 100_000_000
"""The limit of the safetensors library itself."""
MAX_DIMENSIONS = 8

ITEM_BYTES = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I16": 2,
    "U16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "U32": 4,
    "F32": 4,
    "I64": 8,
    "U64": 8,
    "F64": 8,
}
"""Bytes per element of each dtype that a file may hold."""


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One tensor of a file; `begin` and `end` are byte offsets behind the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class _Fault(Exception):
    """What is wrong with a header, as the end of a sentence that starts with the file's name."""


def read_header(path: Path) -> dict[str, TensorEntry]:
    """The tensors of the file at `path` by name.

    Raises `CheckpointError` naming file and fault unless the entries describe exactly the bytes
    that are there: known dtypes, sane shapes, and offsets without gap or overlap.
    """
    try:
        return _read(path)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise CheckpointError(f"{path} cannot be read: {reason}.") from None
    except _Fault as fault:
        raise CheckpointError(
            f"{path} is not an intact safetensors file: {fault}; copy or download it again."
        ) from None


def _read(path: Path) -> dict[str, TensorEntry]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < 8:
            raise _Fault(f"it has {size} bytes, fewer than the 8 of the header length")
        length = int.from_bytes(file.read(8), "little")
        if length > min(size - 8, MAX_HEADER_BYTES):
            raise _Fault(f"its header claims {length:,} bytes and the file has {size:,}")
        raw = _parse(file.read(length))
    entries = {name: _entry(name, value) for name, value in raw.items()}
    _check_layout(entries, size - 8 - length)
    return entries


def _parse(text: bytes) -> dict[str, object]:
    """The header's JSON object without the metadata."""
    try:
        raw = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError):
        raise _Fault("its header is not JSON") from None
    if not isinstance(raw, dict):
        raise _Fault("its header is not a JSON object")
    raw.pop("__metadata__", None)
    return raw


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Fault("its header names something twice")
    return result


def _entry(name: str, value: object) -> TensorEntry:
    match value:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [begin, end], **rest} if (
            not rest
        ):
            pass
        case _:
            raise _Fault(f"the entry of {name[:80]!r} is not dtype, shape and two offsets")
    if dtype not in ITEM_BYTES:
        raise _Fault(f"the dtype {dtype[:20]!r} of {name[:80]!r} is unknown")
    if len(shape) > MAX_DIMENSIONS or not all(_is_size(number) for number in (*shape, begin, end)):
        raise _Fault(f"the shape or offsets of {name[:80]!r} are not sizes")
    if end - begin != math.prod(shape) * ITEM_BYTES[dtype]:
        raise _Fault(f"the bytes of {name[:80]!r} do not match its shape {shape} of {dtype}")
    return TensorEntry(dtype, tuple(shape), begin, end)


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _check_layout(entries: dict[str, TensorEntry], num_bytes: int) -> None:
    """The tensors, in order of their offsets, must tile the bytes behind the header."""
    position = 0
    ordered = sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end))
    for name, entry in ordered:
        if entry.begin != position:
            word = "overlaps another" if entry.begin < position else "leaves a gap before it"
            raise _Fault(f"the tensor {name[:80]!r} {word}")
        position = entry.end
    if position != num_bytes:
        raise _Fault(f"its tensors need {position:,} bytes and {num_bytes:,} are there")
