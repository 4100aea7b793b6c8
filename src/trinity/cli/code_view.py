"""What `trinity code` shows: steps on standard error; answer, diff, verdict on standard output."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trinity.agent.loop import End, Step, Work
from trinity.cli.terminal import printable, say, stderr, stdout, warn
from trinity.tool_calls import parsed_arguments

if TYPE_CHECKING:
    from rich.console import Console

    from trinity.agent.testing import Verdict

MAX_NAMES = 5
FAILURE_LINES = 25
"""Lines of the output of failing tests that are shown."""

_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class StepView:
    """Shows each step of the loop as a line a call, and in between that work goes on."""

    def __init__(self) -> None:
        """Start with step 1."""
        self._number = 0
        self._console = stderr()
        self._status = self._console.status("Working … (Ctrl-C ends it; what is done stays)")

    def __enter__(self) -> StepView:
        """Say that work goes on, on a terminal."""
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Say so no more."""
        self._status.stop()

    def __call__(self, step: Step) -> None:
        """Show the calls of a step, each with the first line of its result."""
        self._number += 1
        for call, result in zip(step.calls, step.results, strict=True):
            arguments = parsed_arguments(call.arguments) or {}
            subject = arguments.get("path") or arguments.get("folder") or ""
            first = result.split("\n", 1)[0]
            line = f"{self._number}. {call.name} {subject}".rstrip() + f": {first}"
            say(self._console, visible(line if len(line) <= 200 else f"{line[:197]}..."), "dim")


def say_skipped(skipped: Mapping[str, Sequence[str]]) -> None:
    """Say what the copy does not have."""
    parts = []
    for reason, names in skipped.items():
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        parts.append(f"{', '.join(names[:MAX_NAMES])}{more} ({reason})")
    if parts:
        say(stderr(), visible(f"Left out of the copy: {'; '.join(parts)}."), "dim")


def say_end(work: Work, max_steps: int) -> None:
    """Say why the loop ended, where the model did not end it itself."""
    match work.end:
        case End.STEP_LIMIT:
            warn(f"The limit of {max_steps} steps was reached; --max-steps allows more.")
        case End.CUT_OFF:
            warn("The last answer was cut off at the limit of tokens.")
        case End.FAILED:
            warn(f"The model could not go on: {work.failure}")
        case End.STOPPED:
            warn("Stopped; this is what was done until then.")
        case End.ANSWERED:
            pass
    for warning in work.warnings:
        warn(warning)


def show_answer(text: str) -> None:
    """Print the model's last words."""
    if text.strip():
        say(stdout(), visible(text.strip()))


def show_diff(diff: str) -> None:
    """Print a diff: in colours, with all that is invisible made visible, or as it is in a pipe."""
    console = stdout()
    if not console.is_terminal:
        console.file.write(diff)
        console.file.flush()
        return
    for line in diff.removesuffix("\n").split("\n") if diff else ():
        style = next((style for mark, style in _STYLES.items() if line.startswith(mark)), "")
        console.print(visible(line), style=style, soft_wrap=True)


def show_verdict(verdict: Verdict | None) -> None:
    """Say whether the tests pass, and show the end of their output where they do not."""
    console = stdout()
    if verdict is None:
        say(console, "There are no tests.", "yellow")
        return
    if verdict.has_passed:
        say(console, f"The tests pass: {verdict.summary} ({verdict.command}).", "green")
        return
    _show_output(verdict.output, stderr())
    say(console, f"The tests do not pass: {verdict.summary} ({verdict.command}).", "red")


def _show_output(output: str, console: Console) -> None:
    for line in output.rstrip().splitlines()[-FAILURE_LINES:]:
        console.print(visible(line), style="dim", soft_wrap=True)


def confirm(question: str) -> bool:
    """Ask on the terminal; all but `y` and `yes` is no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print(file=sys.stderr)
        return False


def visible(text: str) -> str:
    """`text` for a terminal: without control characters, and what has no width is spelled out."""
    return _INVISIBLE.sub(lambda found: f"<U+{ord(found[0]):04X}>", printable(text))
