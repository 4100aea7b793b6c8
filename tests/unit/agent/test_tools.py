from __future__ import annotations

import json

import pytest

from tests.unit.agent.samples import MENDED
from trinity.agent import tools
from trinity.agent.sandbox import Sandbox
from trinity.agent.testing import Suite
from trinity.agent.tools import NO_TESTS, FolderTools
from trinity.agent.workspace import Workspace


@pytest.fixture
def toolset(workspace: Workspace, unsandboxed: Sandbox) -> FolderTools:
    return FolderTools(workspace, Suite(workspace, unsandboxed, None, 20.0))


def use(toolset: FolderTools, name: str, **arguments: object) -> str:
    return toolset.call(name, json.dumps(arguments))


def test_the_task_follows_a_system_prompt(toolset: FolderTools) -> None:
    system, user = toolset.opening("Fix it.")
    assert (system.role, user.role, user.text) == ("system", "user", "Fix it.")


def test_files_are_listed_whole_or_by_folder(toolset: FolderTools, workspace: Workspace) -> None:
    assert use(toolset, "list_files") == "sums.py\ntest_sums.py"
    workspace.write("part/one.py", "")
    for folder in ("part", "part/", "./part"):
        assert use(toolset, "list_files", folder=folder) == "part/one.py"
    assert use(toolset, "list_files", folder=".").count("\n") == 2
    assert use(toolset, "list_files", folder="none") == "error: there are no files"


def test_a_file_is_read_from_a_line_on(toolset: FolderTools) -> None:
    assert use(toolset, "read_file", path="sums.py") == "def add(a, b):\n    return a - b\n"
    assert use(toolset, "read_file", path="sums.py", first_line=2) == "    return a - b\n"
    assert use(toolset, "read_file", path="sums.py", first_line=3) == (
        "error: sums.py has the lines 1 to 2"
    )


def test_long_results_say_how_to_go_on(
    toolset: FolderTools, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "MAX_SHOWN_CHARS", 12)
    workspace.write("long.txt", "12345\n12345\n12345\n12345\n")
    assert use(toolset, "read_file", path="long.txt") == (
        "12345\n12345\n... (4 lines; read on with first_line 3)"
    )
    assert use(toolset, "list_files") == "long.txt\n... (more; give a folder)"
    assert use(toolset, "run_tests").startswith("failed 1 of 2\n$ ")


def test_edits_replace_what_stands_there_once(toolset: FolderTools, workspace: Workspace) -> None:
    assert use(toolset, "edit_file", path="sums.py", old="a - b", new="a + b") == "edited sums.py"
    assert workspace.read("sums.py") == MENDED
    assert use(toolset, "edit_file", path="sums.py", old="a", new="x") == (
        "error: old stands in sums.py 3 times; it must stand there once"
    )
    assert use(toolset, "edit_file", path="sums.py", old="zzz", new="x") == (
        "error: old stands in sums.py 0 times; it must stand there once"
    )
    assert use(toolset, "edit_file", path="sums.py", old="", new="x").startswith("error: old is")
    assert workspace.read("sums.py") == MENDED


def test_files_are_written_whole(toolset: FolderTools, workspace: Workspace) -> None:
    assert use(toolset, "write_file", path="a/new.py", text="x = 1\n") == "wrote a/new.py"
    assert workspace.read("a/new.py") == "x = 1\n"
    assert use(toolset, "read_file", path="a/new.py") == "x = 1\n"


def test_tests_are_run_with_their_output(toolset: FolderTools) -> None:
    shown = use(toolset, "run_tests")
    assert shown.startswith("failed 1 of 2\n$ python")
    assert "-1 != 5" in shown


def test_without_tests_it_is_said(workspace: Workspace, unsandboxed: Sandbox) -> None:
    (workspace.root / "test_sums.py").unlink()
    toolset = FolderTools(workspace, Suite(workspace, unsandboxed, None, 20.0))
    assert use(toolset, "run_tests") == NO_TESTS


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("delete", "{}", "error: there is no tool delete"),
        ("read_file", "[1]", "error: the arguments are not a JSON object"),
        ("read_file", '{"path": ', "error: the arguments are not a JSON object"),
        ("read_file", "{}", "error: read_file takes path, first_line"),
        ("read_file", '{"path": "a", "x": 1}', "error: read_file takes path, first_line"),
        ("read_file", '{"path": 3}', "error: path is not of the type string"),
        ("read_file", '{"path": "../x"}', "error: ../x is not a plain path inside the folder"),
        ("read_file", '{"path": "/etc/passwd"}', "error: /etc/passwd is not a plain path"),
        ("write_file", '{"path": ".git/config", "text": ""}', "error: .git is left alone"),
        ("write_file", '{"path": "a", "text": "\\ud800"}', "error: the text holds what is no char"),
        ("run_tests", '{"code": ""}', "error: run_tests takes no arguments"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    name: str, arguments: str, result: str, toolset: FolderTools
) -> None:
    given = toolset.call(name, arguments)
    assert given.startswith(result)
    assert "\n" not in given
