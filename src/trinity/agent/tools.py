"""What a set of tools is, and the set for folders: list, read, edit, write, run the tests.

A tool that cannot do what was asked answers with one line that begins with `error:`; it never
raises for what a model wrote.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Protocol

from trinity.agent.testing import Suite
from trinity.agent.workspace import Workspace
from trinity.errors import InvalidRequest
from trinity.tool_calls import parsed_arguments
from trinity.types import Message, TextPart, Tool

MAX_SHOWN_CHARS = 16_000
"""Of a file, a listing or the output of tests: how much one result holds."""

NO_TESTS = (
    "error: there are no tests: no file's name begins with test or ends with _test.py, and no "
    "command was given"
)


class Toolset(Protocol):
    """Tools on a workspace, and the messages that put a task to a model that has them."""

    tools: tuple[Tool, ...]

    def opening(self, task: str) -> tuple[Message, ...]:
        """The messages that the model answers first."""
        ...

    def call(self, name: str, arguments: str) -> str:
        """What the tool `name` gives back for `arguments`, a JSON object as text."""
        ...


def make_tool(
    name: str, description: str, required: dict[str, str], optional: dict[str, str] | None = None
) -> Tool:
    """A tool whose parameters are given by name and JSON type."""
    parameters = {key: {"type": kind} for key, kind in {**required, **(optional or {})}.items()}
    schema = {"type": "object", "properties": parameters, "required": list(required)}
    return Tool(name=name, description=description, parameters=schema)


def checked(tools: tuple[Tool, ...], name: str, arguments: str) -> dict[str, Any]:
    """The arguments of a call. Raises `InvalidRequest` for what the tools do not take."""
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        raise InvalidRequest(f"there is no tool {name[:80]}")
    given = parsed_arguments(arguments)
    if given is None:
        raise InvalidRequest("the arguments are not a JSON object")
    expected, required = tool.parameters["properties"], tool.parameters["required"]
    if not set(required) <= given.keys() <= expected.keys():
        raise InvalidRequest(f"{name} takes {', '.join(expected) or 'no arguments'}")
    kinds: dict[str, type] = {"string": str, "integer": int}
    for key, value in given.items():
        kind = expected[key]["type"]
        if not isinstance(value, kinds[kind]):
            raise InvalidRequest(f"{key} is not of the type {kind}")
    return given


_SYSTEM = (
    "You work on a folder of files with the tools that you have. Look at files before you change "
    "them, change no more than the task asks for, and run the tests after it. When the task is "
    "done, or cannot be done, answer without a call, in a few sentences."
)


class FolderTools:
    """Tools for a model that finds its own way in a folder."""

    tools: tuple[Tool, ...] = (
        make_tool("list_files", "List the files of the folder, or of a folder in it.",
                  {}, {"folder": "string"}),
        make_tool("read_file", "Read a text file, from a line on if it is long.",
                  {"path": "string"}, {"first_line": "integer"}),
        make_tool("edit_file", "Replace a piece of text that stands in a file exactly once.",
                  {"path": "string", "old": "string", "new": "string"}),
        make_tool("write_file", "Write a text file whole; makes it, or replaces what it held.",
                  {"path": "string", "text": "string"}),
        make_tool("run_tests", "Run the tests of the folder.", {}),
    )  # fmt: skip

    def __init__(self, workspace: Workspace, suite: Suite) -> None:
        """Work on `workspace`, whose tests `suite` runs."""
        self._workspace = workspace
        self._suite = suite

    def opening(self, task: str) -> tuple[Message, ...]:
        """A system prompt, and the task."""
        return Message(role="system", parts=(TextPart(_SYSTEM),)), Message.user(task)

    def call(self, name: str, arguments: str) -> str:
        """Serve one call."""
        try:
            given = checked(self.tools, name, arguments)
            match name:
                case "list_files":
                    return self._list(given.get("folder", ""))
                case "read_file":
                    return self._read(given["path"], given.get("first_line", 1))
                case "edit_file":
                    return self._edit(given["path"], given["old"], given["new"])
                case "write_file":
                    self._workspace.write(given["path"], given["text"])
                    return f"wrote {given['path']}"
                case _:
                    return self._run_tests()
        except InvalidRequest as error:
            return f"error: {error.message}"

    def _list(self, folder: str) -> str:
        prefix = "".join(f"{part}/" for part in PurePosixPath(folder).parts)
        names = [name for name in self._workspace.files() if name.startswith(prefix)]
        return _cut_end("\n".join(names)) or "error: there are no files"

    def _read(self, path: str, first_line: int) -> str:
        lines = self._workspace.read(path).splitlines(keepends=True)
        if not lines:
            return "(the file is empty)"
        if not 1 <= first_line <= len(lines):
            raise InvalidRequest(f"{path} has the lines 1 to {len(lines)}")
        shown: list[str] = []
        size = 0
        for line in lines[first_line - 1 :]:
            size += len(line)
            if size > MAX_SHOWN_CHARS and shown:
                after = first_line + len(shown)
                shown.append(f"... ({len(lines)} lines; read on with first_line {after})")
                break
            shown.append(line[:MAX_SHOWN_CHARS])
        return "".join(shown)

    def _edit(self, path: str, old: str, new: str) -> str:
        text = self._workspace.read(path)
        if not old:
            raise InvalidRequest("old is empty; write_file writes a file whole")
        if (found := text.count(old)) != 1:
            raise InvalidRequest(f"old stands in {path} {found} times; it must stand there once")
        self._workspace.write(path, text.replace(old, new))
        return f"edited {path}"

    def _run_tests(self) -> str:
        verdict = self._suite.run()
        if verdict is None:
            return NO_TESTS
        output = verdict.output
        if len(output) > MAX_SHOWN_CHARS:  # the end has the summary
            output = f"...{output[-MAX_SHOWN_CHARS:]}"
        return f"{verdict.summary}\n$ {verdict.command}\n{output}".rstrip()


def _cut_end(text: str) -> str:
    if len(text) <= MAX_SHOWN_CHARS:
        return text
    return f"{text[:MAX_SHOWN_CHARS].rpartition(chr(10))[0]}\n... (more; give a folder)"
