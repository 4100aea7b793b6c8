"""What commands load: a model to talk to, pictures and text files.

`load_llm` is the one place where the command line meets the engine; tests put a fake there.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from trinity.cli.terminal import stderr
from trinity.config import EngineConfig
from trinity.errors import InvalidRequest, NotFound, TooLarge

if TYPE_CHECKING:
    from trinity.engine.llm import LLM

MAX_TEXT_BYTES = 1024 * 1024
"""Largest text file that is put into a prompt."""


def load_llm(model: str, engine: EngineConfig) -> LLM:
    """Open the model that `--model` names. Raises `NotFound` or `CheckpointError`."""
    from trinity.engine.llm import LLM

    return LLM.load(model, engine)


def open_llm(model: str, engine: EngineConfig | None = None) -> tuple[LLM, float]:
    """Load a model, with a notice on a terminal meanwhile; also says how many seconds it took."""
    started = time.perf_counter()
    with stderr().status(f"Loading {model} …"):
        llm = load_llm(model, engine or EngineConfig())
    return llm, time.perf_counter() - started


def read_picture(value: str) -> bytes:
    """The bytes of the picture at a path or in a data URL, checked to be one that can be read."""
    from trinity.inputs.images import decode_image, load_image_argument

    data = load_image_argument(value)
    try:
        decode_image(data)
    except InvalidRequest as error:
        shown = value if len(value) <= 80 else value[:77] + "..."
        raise type(error)(f"{shown}: {error.message}", param="image") from None
    return data


def read_text(path: Path) -> str:
    """The text of a UTF-8 file. Raises `NotFound`, `TooLarge` or `InvalidRequest`."""
    try:
        if not path.is_file():
            raise NotFound(f"There is no file {path}; check the path.", param="file")
        size = path.stat().st_size
        if size > MAX_TEXT_BYTES:
            raise TooLarge(
                f"{path} has {size:,} bytes; a text file for a prompt may have "
                f"{MAX_TEXT_BYTES:,}: cut it.",
                param="file",
            )
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest(
            f"{path} is not UTF-8 text; convert it, or give a picture with --image.", param="file"
        ) from None
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InvalidRequest(f"{path} cannot be read: {reason}.", param="file") from None
    if "\0" in text:
        raise InvalidRequest(f"{path} holds null bytes, so it is not a text file.", param="file")
    return text
