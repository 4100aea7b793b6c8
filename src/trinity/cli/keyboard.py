"""Keys that are pressed while an answer is made: they steer its thinking.

Used by `ask` and `chat` on a terminal. Nothing is echoed, and the terminal is as before afterwards.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trinity.types import Steering

MORE_TOKENS = 256
"""How many more tokens may be thought for each press of the key."""

KEYS: dict[str, Steering] = {"s": "skip", "+": "extend"}
HELP = f"s: answer now · +: think up to {MORE_TOKENS} tokens more"

PressedKey = Callable[[], str]
"""Gives the key that was pressed since the last call; empty for none."""


def no_key() -> str:
    """Of somebody who has no keyboard."""
    return ""


@contextmanager
def pressed_keys() -> Iterator[PressedKey]:
    """Inside, keys are read one by one; `no_key` where standard input is no terminal."""
    try:
        import termios
        import tty
    except ModuleNotFoundError:  # not a Unix
        yield no_key
        return
    if not sys.stdin.isatty():
        yield no_key
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def pressed() -> str:
        is_ready = select.select([terminal], [], [], 0)[0]
        return os.read(terminal, 1).decode("latin-1") if is_ready else ""

    tty.setcbreak(terminal)
    try:
        yield pressed
    finally:
        # What was typed meanwhile is no part of the next question.
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
