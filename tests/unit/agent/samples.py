"""A small folder to work on, and models that say what a test wrote down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from trinity.agent.loop import Reply
from trinity.types import Message, Tool, ToolCall, Usage

BROKEN = "def add(a, b):\n    return a - b\n"
MENDED = "def add(a, b):\n    return a + b\n"
TESTS = """import unittest

from sums import add


class AddTest(unittest.TestCase):
    def test_zero(self):
        self.assertEqual(add(0, 0), 0)

    def test_two(self):
        self.assertEqual(add(2, 3), 5)
"""


def write_project(folder: Path) -> Path:
    """A broken function and its tests."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sums.py").write_text(BROKEN)
    (folder / "test_sums.py").write_text(TESTS)
    return folder


def call(name: str, **arguments: object) -> ToolCall:
    return ToolCall(id="x", name=name, arguments=json.dumps(arguments))


def reply(*calls: ToolCall, text: str = "", reason: str | None = None) -> Reply:
    usage = Usage(
        prompt_tokens=10, cached_tokens=0, image_tokens=0, completion_tokens=5, reasoning_tokens=2
    )
    finish = reason or ("tool_calls" if calls else "stop")
    return Reply(text=text, tool_calls=calls, finish_reason=finish, usage=usage)  # type: ignore[arg-type]


class ScriptedModel:
    """Gives replies in order and keeps what it was asked; a reply may be an error to raise."""

    name = "scripted"

    def __init__(self, *replies: Reply | BaseException) -> None:
        self._replies = list(replies)
        self.asked: list[Sequence[Message]] = []

    def answer(self, messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> Reply:
        assert tools
        self.asked.append(messages)
        said = self._replies.pop(0)
        if isinstance(said, BaseException):
            raise said
        return said
