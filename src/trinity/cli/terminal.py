"""How answers look on a terminal and through a pipe: consoles, and the view of an answer."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal

from trinity.cli.keyboard import HELP
from trinity.types import Phase

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

Thinking = Literal["shown", "folded", "hidden"]

TAIL_LINES = 6
"""Lines of running thoughts that a folded view keeps on the screen."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def stdout() -> Console:
    """A console on standard output that takes text as it is, without markup."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


def stderr() -> Console:
    """The same on standard error."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def say(console: Console, text: str, style: str = "") -> None:
    """Print a line, wrapped between words on a terminal and left whole in a pipe."""
    console.print(printable(text), style=style, soft_wrap=not console.is_terminal)


def warn(message: str) -> None:
    """Print one warning on standard error."""
    say(stderr(), f"warning: {message}", "yellow")


def printable(text: str) -> str:
    """`text` without control characters, which could move the cursor or change the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class AnswerView:
    """Prints an answer piece by piece as it is generated.

    Thoughts are `shown` dim, `folded` (a few moving lines that shrink to one when the thinking
    ends) or `hidden`. Call it with each piece, and `close` it at the end, also after an error.
    """

    def __init__(self, console: Console, thinking: Thinking) -> None:
        """Print to `console`; moving lines need a terminal, elsewhere folding hides."""
        self.console = console
        self.thinking: Thinking = thinking
        if thinking == "folded" and not console.is_terminal:
            self.thinking = "hidden"
        self._thoughts = ""
        self._began = 0.0
        self._live: Live | None = None
        self._phase: Phase | None = None
        self._at_line_start = True

    def __call__(self, phase: Phase, text: str) -> None:
        """Show `text`, the next piece of the given phase."""
        if not text:
            return
        if phase is not self._phase:
            self._leave()
            self._phase = phase
            self._began = time.perf_counter()
        if phase is Phase.THINKING:
            self._think(text)
        else:
            self._write(text, "")

    def close(self) -> None:
        """End the last line."""
        self._leave()
        self._phase = None

    def _think(self, text: str) -> None:
        if self.thinking == "shown":
            self._write(text, "dim")
        elif self.thinking == "folded":
            self._thoughts += text
            self._show_tail()

    def _show_tail(self) -> None:
        from rich.live import Live
        from rich.text import Text

        lines = Text(printable(self._thoughts)).wrap(self.console, self.console.width)
        tail = Text("\n", style="dim").join([*lines[-TAIL_LINES:], Text(f"[{HELP}]")])
        if self._live is None:
            self._live = Live(console=self.console, transient=True, refresh_per_second=8)
            self._live.start()
        self._live.update(tail)

    def _leave(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._thoughts = ""
            spent = time.perf_counter() - self._began
            self.console.print(f"▸ thought for {spent:.1f} s (/think shows it)", style="dim")
        elif not self._at_line_start:
            self._write("\n", "")

    def _write(self, text: str, style: str) -> None:
        shown = printable(text) if self.console.is_terminal else text
        self._at_line_start = shown.endswith("\n")
        if self.console.is_terminal:
            self.console.print(shown, style=style, end="", soft_wrap=True)
        else:
            # As it is: programs read this, and rich would fold and trim it.
            self.console.file.write(shown)
        self.console.file.flush()


def duration(seconds: float) -> str:
    """`seconds` in words, such as `1 h 05 min` or `12 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
