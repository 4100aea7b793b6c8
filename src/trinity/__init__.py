"""The public API: `load` or `LLM` to run a model, `SamplingParams` to steer it.

Everything is imported on first use, so `import trinity` costs nothing and loads no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trinity.engine.llm import LLM
    from trinity.types import SamplingParams

    load = LLM.load
    __version__: str

__all__ = ["LLM", "SamplingParams", "__version__", "load"]


def __getattr__(name: str) -> object:
    match name:
        case "LLM":
            from trinity.engine.llm import LLM

            return LLM
        case "load":
            from trinity.engine.llm import LLM

            return LLM.load
        case "SamplingParams":
            from trinity.types import SamplingParams

            return SamplingParams
        case "__version__":
            from importlib.metadata import version

            return version("trinity-moe")
        case _:
            raise AttributeError(f"module 'trinity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
