"""The tests of a folder: which command runs them, and what came of it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from trinity.agent.sandbox import PROBE_SECONDS, Ran, Sandbox
from trinity.agent.workspace import Workspace
from trinity.errors import UsageError

_COUNT = re.compile(r"(\d+) (passed|failed|errors?|xpassed|xfailed)\b")
_RAN = re.compile(r"^Ran (\d+) tests? in ", re.M)
_FAILED = re.compile(r"^FAILED \((.*)\)$", re.M)
_GOOD = ("passed", "xfailed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one run of the tests came to."""

    has_passed: bool
    summary: str
    """One line, such as `passed 8 of 8`."""
    output: str
    command: str


class Suite:
    """The tests of a workspace, run in a sandbox."""

    def __init__(
        self, workspace: Workspace, sandbox: Sandbox, command: str | None, seconds: float
    ) -> None:
        """Run `command`, or where it is `None` what fits the test files that there are.

        Raises `UsageError` for a command that is no command line.
        """
        self._workspace = workspace
        self._sandbox = sandbox
        self._seconds = seconds
        self._given = _split(command)
        self._last: tuple[int, Verdict] | None = None

    def run(self) -> Verdict | None:
        """The verdict on the workspace as it is; `None` where there are no tests."""
        revision = self._workspace.revision
        if self._last is not None and self._last[0] == revision:
            return self._last[1]
        command = self._given
        if command is None:
            if not any(map(is_test_file, self._workspace.files())):
                return None
            command = self._found_command
        ran = self._sandbox.run(self._workspace.root, command, self._seconds)
        verdict = Verdict(
            has_passed=ran.exit_code == 0 and not ran.is_out_of_time and not _ran_none(ran.output),
            summary=self._summary(ran),
            output=ran.output,
            command=shlex.join([Path(command[0]).name, *command[1:]]),
        )
        self._last = revision, verdict
        return verdict

    @cached_property
    def _found_command(self) -> list[str]:
        """pytest with the first Python that has it, else unittest with the first that starts."""
        pythons = [str(path) for path in self._sandbox.pythons()]
        for module, arguments in (("pytest", ["pytest", "-q"]), ("unittest", ["unittest"])):
            for python in pythons:
                probe = [python, "-c", f"import {module}"]
                if self._sandbox.run(self._workspace.root, probe, PROBE_SECONDS).exit_code == 0:
                    return [python, "-m", *arguments]
        raise UsageError(
            f"{pythons[0]} starts in no sandbox, so the tests cannot run; name another command "
            "with --test-command."
        )

    def _summary(self, ran: Ran) -> str:
        if ran.is_out_of_time:
            return f"stopped after {self._seconds:g} s"
        if _ran_none(ran.output):
            return "no test was found"
        passed, total = counts(ran.output)
        if ran.exit_code == 0:
            return f"passed {passed} of {total}" if total else "passed"
        return f"failed {total - passed} of {total}" if total > passed else "failed"


def _ran_none(output: str) -> bool:
    """Whether unittest found nothing, which it counts as a success before Python 3.12."""
    return _RAN.findall(output)[-1:] == ["0"] or "no tests ran in " in output


def is_test_file(path: str) -> bool:
    """Whether pytest and unittest would look for tests in the file."""
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test") or name.endswith("_test.py"))


def counts(output: str) -> tuple[int, int]:
    """How many tests passed, of how many, as pytest or unittest print it; zeros where neither."""
    if ran := _RAN.findall(output):
        total = int(ran[-1])
        failed = _FAILED.findall(output)
        bad = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", failed[-1]))) if failed else 0
        return max(total - bad, 0), total
    lines = [line for line in output.splitlines() if " in " in line and _COUNT.search(line)]
    found = _COUNT.findall(lines[-1]) if lines else []
    numbers = [(int(number), kind in _GOOD) for number, kind in found]
    return sum(n for n, is_good in numbers if is_good), sum(n for n, _ in numbers)


def _split(command: str | None) -> list[str] | None:
    if command is None:
        return None
    try:
        parts = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--test-command {command!r} is no command line: {error}.") from None
    if not parts:
        raise UsageError("--test-command is empty; give one such as `python -m pytest -q`.")
    return parts
