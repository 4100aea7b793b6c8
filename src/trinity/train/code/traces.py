"""Step-by-step traces of generated code: the thoughts behind a predicted result."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from trinity.train.code.program import Args, Program, function_of
from trinity.train.code.working import (
    joined,
    line_worked,
    shown,
    steps_of,
    test_worked,
    told,
    worked,
)
from trinity.train.code.writing import MAX_THOUGHTS_CHARS
from trinity.train.sandbox import Moment, evaluate, execute

MAX_MOMENTS = 40


def script_trace(code: str, moments: Sequence[Moment], answer: str) -> str:
    """What each line does, then what is printed: "x = 3; total = 2 + 3 = 5; result 5".

    Where that would be long it says only what each line changed.
    """
    lines = {node.lineno: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)}
    parts = [
        line_worked(lines[before.line], before, after)
        for before, after in pairwise(moments)
        if before.line in lines
    ]
    trace = "; ".join([*filter(None, parts), f"result {answer}"])
    return trace if len(trace) <= MAX_THOUGHTS_CHARS else _changes(moments, answer)


def _changes(moments: Sequence[Moment], answer: str) -> str:
    """ "x = 3; total = 5; result 5"."""
    parts: list[str] = []
    before: dict[str, Any] = {}
    for moment in moments:
        changed = [
            f"{name} = {shown(value)}"
            for name, value in moment.names.items()
            if name not in before or before[name] != value
        ]
        if changed:
            parts.append(", ".join(changed))
        before = moment.names
    return "; ".join([*parts, f"result {answer}"])


def call_trace(program: Program, args: Args, answer: str) -> str | None:
    """How the function gets from `args` to the answer, or None where no short trace exists."""
    lines = program.body.split("\n")
    names = _bound(program, args)
    if "@" in program.body:
        return _recursive_trace(program, args, answer)
    if any(line.strip().startswith("return") for line in lines[:-1]) or len(lines) == 1:
        parts = _branching_parts(program, names)
        if parts is None:
            return None
        start = ", ".join(f"{name} = {shown(value)}" for name, value in names.items())
        return "; ".join([start, *parts, f"result {answer}"])
    assigned = "\n".join(f"{name} = {value!r}" for name, value in names.items())
    last = re.sub(r"^return (.+)", r"print(\1)", lines[-1])
    code = "\n".join([assigned, *lines[:-1], last])
    _, moments = execute(code)
    return script_trace(code, moments, answer) if len(moments) < MAX_MOMENTS else None


def _bound(program: Program, args: Args) -> dict[str, Any]:
    return {name: value for (name, _), value in zip(program.params, args, strict=True)}


def _branching_parts(program: Program, names: Mapping[str, Any]) -> list[str] | None:
    """Tests at the top level of the body with their outcomes, then what is returned."""
    path = _path(program, names)
    if path is None:
        return None
    *tests, returned = path
    parts = worked(returned, names)
    return None if parts is None else [*(test_worked(test, names) for test in tests), *told(parts)]


def _path(program: Program, names: Mapping[str, Any]) -> list[ast.expr] | None:
    """The tests that a call makes, then the expression that it returns."""
    function = ast.parse(program.code("f")).body[0]
    assert isinstance(function, ast.FunctionDef)
    path, body = [], function.body
    while body:
        node, *body = body
        match node:
            case ast.If(test=test):
                path.append(test)
                body = [*(node.body if evaluate(test, names) else node.orelse), *body]
            case ast.Return(value=ast.expr() as value):
                return [*path, value]
            case _:
                return None
    return None


def _recursive_trace(program: Program, args: Args, answer: str) -> str:
    """The calls with their results, innermost first: "f(0) = 3; f(1) = f(0) + 1 = 3 + 1 = 4".

    Where that would be long each call has its result alone.
    """
    results: dict[str, Any] = {}
    made: list[str] = []
    function = function_of(program.code("f"), "f")

    def record(*given: Any) -> Any:
        call = f"f({', '.join(map(shown, given))})"
        if call not in results:
            names = _bound(program, given)
            path = _path(program, names)
            assert path is not None  # a recursive body is made of tests and returns
            steps = steps_of(path[-1], {**names, "f": record})
            made.append(joined([call, *(steps[1:] if len(steps) > 2 else steps)]))
            results[call] = function(*given)
        return results[call]

    record(*args)
    if sum(map(len, made)) > MAX_THOUGHTS_CHARS:
        made = [f"{call} = {shown(result)}" for call, result in results.items()]
    return "; ".join([*made, f"result {answer}"])
