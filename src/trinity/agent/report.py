"""A run of tests in one line, the way exercises report it: the first call that fails, and how.

`total([1, 2]) gave 3, expected 4`, `total([]) raised IndexError: …`, or `passed 8 of 8`: read from
what pytest and unittest print. Called by `agent.function_tools`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trinity.agent.testing import Verdict

MAX_CHARS = 160
_MAX_VALUE_CHARS = 60
_MAX_LINE_CHARS = 2_000
"""What is looked at of a line: a program may print anything, made to be slow to read too."""

_WHERE = re.compile(r"^E?\s*\+\s+where (.+) = (\w+\(.*\))$")
_ERROR = re.compile(
    r"^(?:E\s+)?((?:\w+\.)*(\w*(?:Error|Exception|Iteration|Exit|Interrupt)))(?:: (.*))?$"
)
_ASSERT = re.compile(r"^E\s+(?:AssertionError: )?assert (.+)$")
_UNEQUAL = re.compile(r"^AssertionError: (?:\w+ differ: )?(.+?) != (.+?)(?: : .*)?$")


def short_report(verdict: Verdict) -> str:
    """The verdict in at most `MAX_CHARS` characters."""
    if verdict.has_passed or verdict.summary.startswith("stopped"):
        return verdict.summary
    lines = [line[:_MAX_LINE_CHARS].rstrip() for line in verdict.output.splitlines()]
    failure = _failure(lines)
    text = failure or next(_errors(lines), None) or _last(lines) or verdict.summary
    return text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS - 3]}..."


@dataclass(frozen=True, slots=True)
class _Assertion:
    """An assertion of a test's source: a call, and what it is compared with."""

    call: str
    expected: str


def _failure(lines: Sequence[str]) -> str | None:
    """The first failed assertion about a call that the output shows."""
    assertion: _Assertion | None = None
    for number, line in enumerate(lines):
        assertion = _assertion(line.strip()) or assertion
        if assertion is None:
            continue
        if values := _values(line):
            call, given, expected = assertion.call, values[0], values[1]
            if where := _where(lines[number + 1 :]):
                call = where
            return f"{_cut(call, 100)} gave {_cut(given)}, expected {_cut(expected)}"
        if (error := _ERROR.match(line)) and error[2] != "AssertionError":
            return f"{assertion.call} raised {_error_text(error)}"
    return None


def _assertion(line: str) -> _Assertion | None:
    """What a line of source asserts about a call, in the style of pytest or of unittest."""
    try:
        statement = ast.parse(line).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    pair: tuple[ast.expr, ast.expr] | None = None
    match statement:
        case [ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]))]:
            pair = left, right
        case [ast.Assert(test=ast.Compare(left=left, ops=[ast.Is()], comparators=[right]))]:
            pair = left, right
        case [ast.Expr(ast.Call(ast.Attribute(attr="assertEqual"), [left, right, *_]))]:
            pair = left, right
    if pair is None or not isinstance(pair[0], ast.Call):
        return None
    return _Assertion(*(ast.get_source_segment(line, part) or "" for part in pair))


def _values(line: str) -> tuple[str, str] | None:
    """What a failed comparison was of, as pytest or unittest print it."""
    if found := _ASSERT.match(line):
        try:
            test = ast.parse(found[1], mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            left, _, right = found[1].partition(" == ")
            return (left, right) if right else None
        if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq | ast.Is):
            left = ast.get_source_segment(found[1], test.left)
            right = ast.get_source_segment(found[1], test.comparators[0])
            return (left, right) if left and right else None
    elif found := _UNEQUAL.match(line):
        return found[1], found[2]
    return None


def _where(lines: Sequence[str]) -> str | None:
    """The call with its values, where pytest shows them below a comparison."""
    for line in lines[:12]:
        if found := _WHERE.match(line):
            return found[2]
        if not line.startswith("E"):
            return None
    return None


def _errors(lines: Sequence[str]) -> Iterator[str]:
    """Errors that stand for themselves, such as those of an import."""
    for line in lines:
        if found := _ERROR.match(line):
            yield _error_text(found)


def _error_text(error: re.Match[str]) -> str:
    if error[2] == "RecursionError":  # its message tells where the depth was reached
        return "RecursionError: too deep"
    return f"{error[2]}: {error[3]}" if error[3] else error[2]


def _last(lines: Sequence[str]) -> str:
    return next((" ".join(line.split()) for line in reversed(lines) if line.strip()), "")


def _cut(text: str, most: int = _MAX_VALUE_CHARS) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
