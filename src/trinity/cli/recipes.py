"""Recipes: Python files that say what to train. Opened by `train`."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trinity.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

    from trinity.train.trainer import StageConfig

DEFAULT = "recipe"
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


def load_recipe(recipe: str) -> tuple[StageConfig, str]:
    """The stage that `recipe` names, and what to call a run of it.

    `recipe` is the path of a Python file, and perhaps a colon and the name of a function in it;
    `recipe` is the function where none is named. Raises `UsageError` where that fails.
    """
    from trinity.train.trainer import StageConfig

    file, _, name = recipe.partition(":")
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"There is no recipe {path}; give the path of a Python file.")
    try:
        function = getattr(_import(path), name or DEFAULT, None)
        config = function() if callable(function) else None
    except SyntaxError as error:
        raise UsageError(f"The recipe {path} is not valid Python: line {error.lineno}.") from None
    except _MISTAKES as error:
        detail = " ".join(str(error).split())
        raise UsageError(f"The recipe {path} fails with {type(error).__name__}: {detail}") from None
    if not isinstance(config, StageConfig):
        raise UsageError(
            f"{path} needs a function `{name or DEFAULT}()` that returns the configuration of a "
            "stage, such as a SupervisedConfig."
        )
    return config, f"{path.stem}-{name}" if name else path.stem


def adjusted(
    config: StageConfig, tokens: int | None, learning_rate: float | None, start: Path | None
) -> StageConfig:
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
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
