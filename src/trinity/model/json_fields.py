"""Typed reading of the JSON files of a checkpoint: every fault names the file and the key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from trinity.config import DenseConfig, ModelConfig
from trinity.errors import CheckpointError, ConfigError

MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_SIZE = 2**18
"""Largest width or count accepted; products of three stay far from overflow."""
MAX_NUMBER = 1e12
"""Largest other number accepted."""
MAX_LAYERS = 1024
MAX_POSITIONS = 2**40

Config = TypeVar("Config", ModelConfig, DenseConfig)


def read_json(path: Path) -> Fields:
    """The JSON object in the file at `path`; raises `CheckpointError` for anything else."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise CheckpointError(f"{path} cannot be read: {reason}.") from None
    if len(text) > MAX_JSON_BYTES:
        raise CheckpointError(f"{path} is over {MAX_JSON_BYTES // 2**20} MiB, too large to read.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise CheckpointError(f"{path} is not valid JSON; copy or download it again.") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"{path} must hold one JSON object.")
    return Fields(data, str(path))


class Fields:
    """One JSON object; `where` is the file, and the path of keys that led here, for messages.

    A key whose value is null counts as absent.
    """

    def __init__(self, data: Mapping[str, object], where: str) -> None:
        """Wrap `data` without copying or checking it."""
        self.data = data
        self.where = where

    def has(self, key: str) -> bool:
        """Whether `key` is there with a value."""
        return self.data.get(key) is not None

    def integer(
        self, key: str, default: int | None = None, *, least: int = 1, most: int = MAX_SIZE
    ) -> int:
        """A whole number from `least` to `most`; without a default the key is required."""
        value = self._value(key, default)
        if type(value) is not int or not least <= value <= most:
            raise self.fault(key, f"a whole number from {least} to {most}")
        return value

    def number(self, key: str, default: float | None = None, *, least: float = 0.0) -> float:
        """A number of at least `least`; without a default the key is required."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault(key, "a number")
        if not least <= value <= MAX_NUMBER:
            raise self.fault(key, f"a number from {least} to {MAX_NUMBER:g}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, "true or false")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without a default the key is required."""
        value = self._value(key, default)
        if not isinstance(value, str):
            raise self.fault(key, "a string")
        return value

    def section(self, key: str) -> Fields:
        """The JSON object under `key`, required."""
        value = self._value(key, None)
        if not isinstance(value, dict):
            raise self.fault(key, "a JSON object")
        return Fields(value, f"{self.where}, {key}")

    def rows(self, key: str) -> list[Fields]:
        """The JSON objects in the list under `key`, required."""
        value = self.data.get(key)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.fault(key, "a list of objects")
        return [Fields(row, f"{self.where}, {key}") for row in value]

    def must_be(self, key: str, *allowed: object) -> None:
        """Refuse a value under `key` other than those in `allowed`; an absent key passes."""
        if self.has(key) and self.data[key] not in allowed:
            raise self.fault(key, " or ".join(json.dumps(value) for value in allowed))

    def fault(self, key: str, allowed: str) -> CheckpointError:
        """The error for the value under `key`, of which only `allowed` is understood."""
        shown = repr(self.data.get(key))
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return CheckpointError(f"{self.where}: {key} is {shown}; only {allowed} is supported.")

    def _value(self, key: str, default: object) -> object:
        if self.has(key):
            return self.data[key]
        if default is None:
            raise CheckpointError(f"{self.where}: the key {key} is missing.")
        return default


def build_config(kind: type[Config], where: str, **values: object) -> Config:
    """A config of `values`, its complaints turned into `CheckpointError`."""
    try:
        return kind(**values)  # type: ignore[arg-type]
    except ConfigError as error:
        raise CheckpointError(f"{where}: {error.message}") from None
