"""Recipes: Python files that say what to train. Opened by `train`."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trinity.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

    from trinity.train.trainer import TrainConfig

_MISTAKES = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    TypeError,
    ValueError,
)
"""What a recipe with a mistake in it raises."""


def load_recipe(path: Path) -> TrainConfig:
    """What `recipe()` in the file at `path` returns. Raises `UsageError` where that fails."""
    from trinity.train.trainer import TrainConfig

    if not path.is_file():
        raise UsageError(f"There is no recipe {path}; give the path of a Python file.")
    try:
        function = getattr(_import(path), "recipe", None)
        config = function() if callable(function) else None
    except SyntaxError as error:
        raise UsageError(f"The recipe {path} is not valid Python: line {error.lineno}.") from None
    except _MISTAKES as error:
        detail = " ".join(str(error).split())
        raise UsageError(f"The recipe {path} fails with {type(error).__name__}: {detail}") from None
    if not isinstance(config, TrainConfig):
        raise UsageError(f"{path} needs a function `recipe()` that returns a TrainConfig.")
    return config


def adjusted(
    config: TrainConfig, tokens: int | None, learning_rate: float | None, start: Path | None
) -> TrainConfig:
    """`config` with what the command line sets."""
    if tokens is not None:
        config = replace(config, total_tokens=tokens)
    if learning_rate is not None:
        config = replace(config, learning_rate=learning_rate)
    return config if start is None else replace(config, start=str(start))


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("trinity_recipe", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file; a recipe's name ends in .py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
