from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.unit.agent.samples import BROKEN, MENDED
from trinity.agent.function_tools import EXERCISE, FunctionTools
from trinity.agent.sandbox import Sandbox
from trinity.agent.testing import Suite
from trinity.agent.tools import NO_TESTS
from trinity.agent.workspace import Workspace
from trinity.train.families import FAMILIES
from trinity.train.tools import RUN_TESTS

SECOND = "\n\ndef double(x):\n    return 2 * x\n"


def tools_for(project: Path, number: int = 0) -> tuple[FunctionTools, Workspace]:
    workspace = Workspace(project, project.parent / f"copy{number}")
    sandbox = Sandbox(project, is_isolated=False)
    suite = Suite(workspace, sandbox, f"{sys.executable} -m unittest", 20.0)
    return FunctionTools(workspace, suite), workspace


def give(toolset: FunctionTools, code: str) -> str:
    return toolset.call("run_tests", json.dumps({"code": code}))


def test_the_tool_is_that_of_the_exercises() -> None:
    assert FunctionTools.tools == (RUN_TESTS,)
    assert EXERCISE in {family.name for family in FAMILIES}


def test_the_only_function_is_shown_as_exercises_show_it(project: Path) -> None:
    [message] = tools_for(project)[0].opening("Fix this.")
    assert message.text == f"Fix this.\n```python\n{BROKEN.rstrip()}\n```"


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        ("Fix double.", "def double"),
        ("double or add?", "def double"),
        ("redoubled adders fail", "def add"),  # no name: the one that the first failing test calls
    ],
)
def test_of_several_functions_the_right_one_is_shown(task: str, shown: str, project: Path) -> None:
    (project / "sums.py").write_text(BROKEN + SECOND)
    [message] = tools_for(project)[0].opening(task)
    assert message.text.split("\n")[2].startswith(shown)


def test_where_nothing_tells_which_only_the_task_is_given(project: Path) -> None:
    (project / "sums.py").write_text(MENDED + SECOND)
    [message] = tools_for(project)[0].opening("Fix this.")
    assert message.text == "Fix this."


def test_code_takes_the_place_of_the_function(project: Path) -> None:
    (project / "sums.py").write_text(f'"""Sums."""\n\n\n{BROKEN}{SECOND}')
    toolset, workspace = tools_for(project)
    toolset.opening("Fix add.")
    assert give(toolset, BROKEN) == "add(2, 3) gave -1, expected 5"
    assert give(toolset, MENDED.rstrip()) == "passed 2 of 2"
    assert workspace.read("sums.py") == f'"""Sums."""\n\n\n{MENDED}{SECOND}'
    assert (project / "sums.py").read_text().count("a - b") == 1


def test_a_function_of_another_name_is_taken_for_it(project: Path) -> None:
    toolset, workspace = tools_for(project)
    toolset.opening("Fix it.")
    assert give(toolset, MENDED.replace("add", "total")) == "passed 2 of 2"
    assert workspace.read("sums.py") == MENDED


def test_a_function_that_tests_import_is_written_where_they_look_for_it(project: Path) -> None:
    (project / "sums.py").unlink()
    toolset, workspace = tools_for(project)
    [message] = toolset.opening("Write add(a, b).")
    assert message.text == "Write add(a, b)."
    assert give(toolset, "import math\n" + MENDED) == "passed 2 of 2"
    assert workspace.files() == ["sums.py", "test_sums.py"]


def test_what_an_installed_module_holds_is_not_missing(project: Path) -> None:
    tests = (project / "test_sums.py").read_text()
    (project / "test_sums.py").write_text(f"from django.test import TestCase\n{tests}")
    [message] = tools_for(project)[0].opening("Fix it.")
    assert "def add" in message.text


def test_a_file_that_is_no_python_is_replaced(project: Path) -> None:
    (project / "sums.py").write_text("def add(a, b:\n    return a + b\n")
    toolset, workspace = tools_for(project)
    [message] = toolset.opening("Fix add.")
    assert message.text == "Fix add.\n```python\ndef add(a, b:\n    return a + b\n```"
    assert give(toolset, MENDED) == "passed 2 of 2"
    assert workspace.read("sums.py") == MENDED


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ('{"code": "def add(:"}', "SyntaxError: invalid syntax in line 1"),
        ('{"code": "x = 1"}', "error: the code defines no function"),
        ('{"code": "a\\u0000b"}', "error: the code cannot be read"),
        ('{"code": 1}', "error: code is not of the type string"),
        ("{}", "error: run_tests takes code"),
    ],
)
def test_what_cannot_be_run_changes_nothing(arguments: str, result: str, project: Path) -> None:
    toolset, workspace = tools_for(project)
    toolset.opening("Fix it.")
    given = toolset.call("run_tests", arguments)
    assert given == result or "source code string cannot contain null bytes" in given
    assert workspace.changes() == []


def test_a_function_that_belongs_nowhere_is_refused(project: Path) -> None:
    (project / "test_sums.py").unlink()
    (project / "sums.py").unlink()
    toolset, _ = tools_for(project)
    toolset.opening("Write add.")
    assert give(toolset, MENDED) == "error: no file defines add, and no test imports it from one"


def test_without_tests_it_is_said(project: Path) -> None:
    (project / "test_sums.py").unlink()
    workspace = Workspace(project, project.parent / "copy")
    suite = Suite(workspace, Sandbox(project, is_isolated=False), None, 20.0)
    toolset = FunctionTools(workspace, suite)
    toolset.opening("Fix it.")
    assert give(toolset, MENDED) == NO_TESTS
