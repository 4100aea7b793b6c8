from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.agent.samples import MENDED
from trinity.agent.sandbox import Sandbox
from trinity.agent.testing import Suite, counts, is_test_file
from trinity.agent.workspace import Workspace
from trinity.errors import UsageError

UNITTEST = f"{sys.executable} -m unittest"


def suite_of(workspace: Workspace, sandbox: Sandbox, command: str | None = UNITTEST) -> Suite:
    return Suite(workspace, sandbox, command, 20.0)


def test_the_verdict_follows_the_workspace(workspace: Workspace, unsandboxed: Sandbox) -> None:
    suite = suite_of(workspace, unsandboxed)
    before = suite.run()
    assert before is not None
    assert (before.has_passed, before.summary) == (False, "failed 1 of 2")
    assert "AssertionError: -1 != 5" in before.output
    assert suite.run() is before
    workspace.write("sums.py", MENDED)
    after = suite.run()
    assert after is not None
    assert (after.has_passed, after.summary) == (True, "passed 2 of 2")
    assert after.command.endswith("-m unittest")


def test_the_command_is_found_in_the_sandbox(workspace: Workspace, sandbox: Sandbox) -> None:
    verdict = suite_of(workspace, sandbox, None).run()
    assert verdict is not None
    assert verdict.summary == "failed 1 of 2"
    assert verdict.command.partition(" ")[2] in ("-m pytest -q", "-m unittest")


def test_unittest_runs_where_there_is_no_pytest(
    workspace: Workspace, unsandboxed: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = project.parent / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(unsandboxed, "pythons", lambda: [bare])
    verdict = suite_of(workspace, unsandboxed, None).run()
    assert verdict is not None
    assert (verdict.command, verdict.summary) == ("bare -m unittest", "failed 1 of 2")


def test_a_python_that_does_not_start_is_wrong_use(
    workspace: Workspace, unsandboxed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsandboxed, "pythons", lambda: [Path("/no/python")])
    with pytest.raises(UsageError, match="/no/python starts in no sandbox"):
        suite_of(workspace, unsandboxed, None).run()


def test_a_folder_without_test_files_has_no_verdict(project: Path, unsandboxed: Sandbox) -> None:
    (project / "test_sums.py").unlink()
    workspace = Workspace(project, project.parent / "copy")
    assert suite_of(workspace, unsandboxed, None).run() is None
    assert suite_of(workspace, unsandboxed, "true").run() is not None


def test_tests_that_do_not_end_are_stopped(workspace: Workspace, unsandboxed: Sandbox) -> None:
    workspace.write("sums.py", "while True:\n    pass\n")
    verdict = Suite(workspace, unsandboxed, UNITTEST, 1.0).run()
    assert verdict is not None
    assert (verdict.has_passed, verdict.summary) == (False, "stopped after 1 s")


def test_finding_no_test_is_no_success(workspace: Workspace, unsandboxed: Sandbox) -> None:
    workspace.write("test_sums.py", "")
    verdict = suite_of(workspace, unsandboxed).run()
    assert verdict is not None
    assert (verdict.has_passed, verdict.summary) == (False, "no test was found")


@pytest.mark.parametrize("command", ["", "  ", "'open"])
def test_what_is_no_command_is_wrong_use(
    command: str, workspace: Workspace, unsandboxed: Sandbox
) -> None:
    with pytest.raises(UsageError, match="--test-command"):
        suite_of(workspace, unsandboxed, command)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("...\n3 passed in 0.01s\n", (3, 3)),
        ("1 failed, 2 passed, 1 skipped, 1 warning in 0.1s", (2, 3)),
        ("2 passed, 1 xfailed, 1 error in 1.20s (0:00:01)", (3, 4)),
        ("Ran 4 tests in 0.001s\n\nFAILED (failures=1, errors=2)\n", (1, 4)),
        ("Ran 4 tests in 0.001s\n\nOK\n", (4, 4)),
        ("all good", (0, 0)),
    ],
)
def test_tests_are_counted_as_they_are_printed(output: str, expected: tuple[int, int]) -> None:
    assert counts(output) == expected


def test_test_files_are_those_that_runners_look_for() -> None:
    assert [
        p for p in ("test_a.py", "a/b_test.py", "test.txt", "latest.py") if is_test_file(p)
    ] == [
        "test_a.py",
        "a/b_test.py",
    ]
