"""Step-by-step traces of generated code: the thoughts behind a predicted result."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from trinity.train.code.program import Args, Program, function_of
from trinity.train.sandbox import execute

MAX_ELEMENTS = 12


def script_trace(states: Sequence[dict[str, Any]], answer: str) -> str:
    """What each line changed, then what is printed: "x = 3; total = 5; prints 5"."""
    parts: list[str] = []
    before: dict[str, Any] = {}
    for state in states:
        changed = [
            f"{name} = {_shown(value)}"
            for name, value in state.items()
            if name != "print"
            and (name not in before or before[name] != value)
            and not callable(value)
        ]
        if changed:
            parts.append(", ".join(changed))
        before = state
    return "; ".join([*parts, f"result {answer}"])


def call_trace(program: Program, args: Args, answer: str) -> str | None:
    """How the function gets from `args` to the answer, or None where no short trace exists."""
    lines = program.body.split("\n")
    start = ", ".join(
        f"{name} = {_shown(value)}" for (name, _), value in zip(program.params, args, strict=True)
    )
    if "@" in program.body:
        return _recursive_trace(program, args, answer)
    if len(lines) == 1:
        parts = _expression_parts(program, args)
        return None if parts is None else "; ".join([start, *parts, f"result {answer}"])
    assigned = "\n".join(
        f"{name} = {value!r}" for (name, _), value in zip(program.params, args, strict=True)
    )
    if any(line.strip().startswith("return") for line in lines[:-1]):
        return _branching_trace(program, args, start, answer)
    _, states = execute(f"{assigned}\n" + "\n".join([*lines[:-1], "pass"]))
    steps = script_trace(states[len(args) - 1 :], answer)
    return steps if len(states) < 40 else None


def _shown(value: Any) -> str:
    return repr(value).replace("'", '"')


def _recursive_trace(program: Program, args: Args, answer: str) -> str:
    """The calls with their results, innermost first."""
    made: list[str] = []
    code = program.code("f").replace("def f(", "def g(", 1)
    inner = function_of(
        "def make(log):\n    def f(*a):\n        r = g(*a)\n        log(a, r)\n"
        "        return r\n" + _indented(code) + "\n    return f",
        "make",
    )

    def record(given: Args, result: Any) -> None:
        text = f"f({', '.join(map(_shown, given))}) = {_shown(result)}"
        if text not in made:
            made.append(text)

    inner(record)(*args)
    return "; ".join([*made, f"result {answer}"])


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.split("\n"))


def _branching_trace(program: Program, args: Args, start: str, answer: str) -> str | None:
    """Tests at the top level of the body with their outcomes, up to the one that returns."""
    tree = ast.parse(program.code("f")).body[0]
    assert isinstance(tree, ast.FunctionDef)
    parts = [start]
    for node in tree.body:
        if isinstance(node, ast.If) and not node.orelse:
            test = ast.unparse(node.test)
            holds = bool(_value(program, test, args))
            parts.append(f"{test} {'yes' if holds else 'no'}")
            if holds:
                break
        elif not isinstance(node, ast.Return):
            return None
    return "; ".join([*parts, f"result {answer}"])


def _expression_parts(program: Program, args: Args) -> list[str] | None:
    """Values inside one expression: the elements of its loop, or its first inner parts."""
    tree = ast.parse(program.code("f")).body[0]
    assert isinstance(tree, ast.FunctionDef)
    loops = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp)
    ]
    if loops:
        return _loop_parts(program, args, loops[0])
    returned = tree.body[0]
    assert isinstance(returned, ast.Return)
    assert returned.value is not None
    parts = []
    for node in ast.iter_child_nodes(returned.value):
        if isinstance(node, ast.BinOp | ast.Call | ast.Compare | ast.BoolOp):
            parts.append(
                f"{ast.unparse(node)} = {_shown(_value(program, ast.unparse(node), args))}"
            )
    return [part.replace("'", '"') for part in parts]


def _loop_parts(program: Program, args: Args, loop: ast.expr) -> list[str] | None:
    """ "3 no, 4 -> 16": what the loop of an expression makes of each element."""
    if isinstance(loop, ast.DictComp):
        made = f"[{ast.unparse(loop.key)}, {ast.unparse(loop.value)}]"
    else:
        assert isinstance(loop, ast.GeneratorExp | ast.ListComp | ast.SetComp)
        made = ast.unparse(loop.elt)
    first = loop.generators[0]
    target, over = ast.unparse(first.target), ast.unparse(first.iter)
    test = " and ".join(ast.unparse(part) for part in first.ifs) or "True"
    rows = _value(
        program,
        f"[(({target}), bool({test}), ({made}) if {test} else 0) for {target} in {over}]",
        args,
    )
    if len(rows) > MAX_ELEMENTS:
        return None
    plain = made == target
    texts = []
    for element, holds, value in rows:
        shown = _shown(element)
        if not holds:
            texts.append(f"{shown} no")
        elif plain or made == "1":
            texts.append(f"{shown} yes")
        else:
            texts.append(f"{shown} -> {_shown(value)}")
    return [", ".join(texts)] if texts else []


def _value(program: Program, expression: str, args: Args) -> Any:
    """The value of an expression in the function's parameters."""
    return function_of(f"def {program.signature('value')}:\n    return {expression}", "value")(
        *args
    )
