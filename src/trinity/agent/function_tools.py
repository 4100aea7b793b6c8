"""The set of one tool that generated exercises offer: run the tests on the code of a function.

A model trained on those exercises (`repair_with_tests`) knows this tool, in these words, and a
question with the code below it. In a real folder, the code that it gives takes the place of the
definitions of the same names, and the tests of the folder are run.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from trinity.agent.report import short_report
from trinity.agent.splice import definitions, renamed, spliced
from trinity.agent.testing import Suite, is_test_file
from trinity.agent.tools import NO_TESTS, checked, make_tool
from trinity.agent.workspace import Workspace
from trinity.errors import InvalidRequest
from trinity.types import Message, Tool

EXERCISE = "repair_with_tests"
"""The family of exercises whose tool this is, as checkpoints list it."""

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python raises for a text that is no program."""


@dataclass(frozen=True, slots=True)
class _Function:
    path: str
    name: str
    text: str
    """Empty where it is yet to be written."""


class FunctionTools:
    """`run_tests` on code, for work on one function."""

    tools: tuple[Tool, ...] = (
        make_tool("run_tests", "Run the tests on code.", {"code": "string"}),
    )

    def __init__(self, workspace: Workspace, suite: Suite) -> None:
        """Work on `workspace`, whose tests `suite` runs."""
        self._workspace = workspace
        self._suite = suite
        self._function: _Function | None = None

    def opening(self, task: str) -> tuple[Message, ...]:
        """The task, and below it the function that it is about, if there is one already.

        That is the first that the task names, the only one that there is, or the one that the first
        failing test calls; where a test imports one that nobody wrote, it is that.
        """
        self._function = self._missing(task) or self._function_of(task)
        if self._function is None or not self._function.text:
            return (Message.user(task),)
        return (Message.user(f"{task}\n```python\n{self._function.text}\n```"),)

    def call(self, name: str, arguments: str) -> str:
        """Put code into the folder and run the tests: one line says how they went.

        Where the code does not define the function that the work is about, the last that it does
        define is taken for it, as in the exercises.
        """
        try:
            code = checked(self.tools, name, arguments)["code"]
            names = [name for name, text in definitions(code).items() if _is_function(text)]
            if not names:
                return "error: the code defines no function"
            self._put(code, names)
        except InvalidRequest as error:
            return f"error: {error.message}"
        except SyntaxError as error:
            return f"SyntaxError: {error.msg} in line {error.lineno}"
        except (ValueError, RecursionError, MemoryError):
            return "error: the code cannot be read"
        verdict = self._suite.run()
        return NO_TESTS if verdict is None else short_report(verdict)

    def _put(self, code: str, names: list[str]) -> None:
        function = self._function or next((f for f in self._functions() if f.name in names), None)
        if function is None:
            raise InvalidRequest(f"no file defines {names[0]}, and no test imports it from one")
        if function.name not in names:
            code = renamed(code, names[-1], function.name)
        path = function.path
        try:
            text = spliced(self._read(path) if path in self._workspace.files() else "", code)
        except SyntaxError:  # of the file, which was shown whole
            text = f"{code.rstrip()}\n"
        self._workspace.write(path, text)

    def _missing(self, task: str) -> _Function | None:
        """The first function that a test imports and that no file has yet.

        A file that is no Python has none: it is shown whole. Where the module is not there either,
        it may be one that is installed: then the task has to name the function.
        """
        texts = {path: self._read(path) for path in self._python_files(tests=False)}
        sources = "\n".join(filter(_is_python, texts.values()))
        for path in self._python_files(tests=True):
            for module, name in _imports(self._read(path)):
                place, is_word = self._path_of_module(module), _word(name).search
                if (place in texts or is_word(task)) and not is_word(sources):
                    text = texts.get(place, "")
                    return _Function(place, name, "" if _is_python(text) else text.rstrip())
        return None

    def _path_of_module(self, module: str) -> str:
        path = f"{module.replace('.', '/')}.py"
        files = self._workspace.files()
        return next((found for found in (path, f"src/{path}") if found in files), path)

    def _function_of(self, task: str) -> _Function | None:
        functions = self._functions()
        named = [(found.start(), f) for f in functions if (found := _word(f.name).search(task))]
        if named:
            return min(named, key=lambda pair: pair[0])[1]
        if len(functions) < 2:
            return functions[0] if functions else None
        verdict = self._suite.run()
        report = "" if verdict is None else short_report(verdict)
        return next((f for f in functions if report.startswith(f"{f.name}(")), None)

    def _functions(self) -> list[_Function]:
        """All functions of the folder, tests left out."""
        return [
            _Function(path, *pair)
            for path in self._python_files(tests=False)
            for pair in _definitions(self._read(path)).items()
            if _is_function(pair[1])
        ]

    def _python_files(self, *, tests: bool) -> list[str]:
        return [
            path
            for path in self._workspace.files()
            if path.endswith(".py") and _belongs_to_tests(path) is tests
        ]

    def _read(self, path: str) -> str:
        try:
            return self._workspace.read(path)
        except InvalidRequest:  # no text: nothing to find there
            return ""


def _belongs_to_tests(path: str) -> bool:
    return is_test_file(path) or PurePosixPath(path).name == "conftest.py"


def _definitions(source: str) -> dict[str, str]:
    try:
        return definitions(source)
    except _UNREADABLE:
        return {}


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except _UNREADABLE:
        return False
    return True


def _is_function(text: str) -> bool:
    return re.match(r"(?:@.*\n)*\s*(?:async )?def ", text) is not None


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _imports(source: str) -> list[tuple[str, str]]:
    """Module and name of each `from module import name`."""
    try:
        tree = ast.parse(source)
    except _UNREADABLE:
        return []
    return [
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for alias in node.names
    ]
