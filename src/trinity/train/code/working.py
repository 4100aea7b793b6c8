"""Works expressions and lines of generated code out by hand, one operation at a time."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any

from trinity.train.sandbox import Moment, evaluate

MAX_ELEMENTS = 12
_OPERATIONS = (ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.IfExp, ast.Subscript, ast.UnaryOp)
_LOOPS = (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
_HIDDEN = (*_LOOPS, ast.Lambda)


def shown(value: Any) -> str:
    """Like `repr`, with the double quotes that generated code uses."""
    return _text(value).replace("'", '"')


def steps_of(expression: ast.expr, names: Mapping[str, Any]) -> list[str]:
    """From the expression with values put in for its variables to its own value.

    `a * 8 + 7` where `a` is 15 gives `15 * 8 + 7`, `120 + 7`, `127`. What has a loop inside, or
    raises on the way, gives its value alone.
    """
    result = evaluate(expression, names)
    if any(isinstance(node, _HIDDEN) for node in ast.walk(expression)):
        return [shown(result)]
    functions = {name: value for name, value in names.items() if callable(value)}
    step = _Values(names).visit(_copied(expression))
    texts = [_written(step)]
    while not _is_value(step):
        step = _Innermost(functions).visit(_copied(step))
        texts.append(_written(step))
        if texts[-1] == texts[-2]:
            return [shown(result)]
    return texts


def worked(expression: ast.expr, names: Mapping[str, Any]) -> list[str] | None:
    """What an expression's loop makes of each element, then the steps of the rest.

    None where the loop has more than `MAX_ELEMENTS` elements.
    """
    expression = _copied(expression)  # what the loop makes is put into it
    loop = next((node for node in ast.walk(expression) if isinstance(node, _LOOPS)), None)
    if not isinstance(loop, ast.expr):
        return [joined(steps_of(expression, names))]
    rows = _elements(loop, names)
    if len(rows) > MAX_ELEMENTS:
        return None
    rest = _Without(loop, names)
    remaining = rest.visit(expression)
    assert isinstance(remaining, ast.expr)
    steps = steps_of(remaining, names)
    return [*filter(None, [_rows_text(loop, rows), rest.total]), joined(steps)]


def test_worked(test: ast.expr, names: Mapping[str, Any]) -> str:
    """ "15 % 2 == 0: 1 == 0 no"."""
    steps = steps_of(test, names)
    outcome = "yes" if evaluate(test, names) else "no"
    return " ".join([": ".join(steps[:-1]) or steps[0], outcome])


def line_worked(line: ast.stmt, before: Moment, after: Moment) -> str:
    """What one line does: "b = 15 * 8 = 120", "120 > 90 yes", "x = 4"; empty where it is silent."""
    names = before.names
    match line:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
            return _changed([value], name, before, after)
        case ast.Assign(targets=[target], value=value):
            *parts, last = worked(value, names) or [shown(evaluate(value, names))]
            return "; ".join([*parts, f"{_written(target)} = {last}"])
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
            whole = ast.BinOp(ast.Name(name, ast.Load()), op, value)
            return joined([name, *steps_of(whole, names)])
        case ast.If(test=test) | ast.While(test=test):
            return test_worked(test, names)
        case ast.For(target=target, body=[first, *_]) if after.line == first.lineno:
            return f"{_written(target)} = {shown(evaluate(_copied(target), after.names))}"
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[value])):
            return "; ".join(told(worked(value, names) or []))
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=values)):
            return _changed(values, name, before, after)
    return ""


def told(parts: list[str]) -> list[str]:
    """The parts without a bare value at the end, which the result repeats."""
    return parts if parts and " = " in parts[-1] else parts[:-1]


def joined(steps: list[str]) -> str:
    """ "15 * 8 + 7 = 120 + 7 = 127"."""
    return " = ".join(steps)


def _changed(values: list[ast.expr], name: str, before: Moment, after: Moment) -> str:
    """The arguments of a call that changes a variable, then the variable."""
    steps = [steps_of(value, before.names) for value in values]
    parts = [joined(step) for step in steps if len(step) > 1]
    return "; ".join([*parts, f"{name} = {shown(after.names[name])}"])


def _elements(loop: ast.expr, names: Mapping[str, Any]) -> list[tuple[Any, bool, Any]]:
    """Each element of the outer loop, whether it is taken, and what is made of it."""
    if isinstance(loop, ast.DictComp):
        made = f"[{ast.unparse(loop.key)}, {ast.unparse(loop.value)}]"
    else:
        assert isinstance(loop, ast.GeneratorExp | ast.ListComp | ast.SetComp)
        made = ast.unparse(loop.elt)
    first = loop.generators[0]
    target, over = ast.unparse(first.target), ast.unparse(first.iter)
    test = " and ".join(f"({ast.unparse(part)})" for part in first.ifs) or "True"
    rows = f"[(({target}), bool({test}), ({made}) if {test} else 0) for {target} in {over}]"
    return evaluate(_parsed(rows), names)


def _rows_text(loop: ast.expr, rows: list[tuple[Any, bool, Any]]) -> str:
    """ "3 no, 4 -> 16"; what is counted gets its number: "3 no, 4 yes 1, 6 yes 2"."""
    texts, count = [], 0
    counts = isinstance(loop, ast.GeneratorExp) and ast.unparse(loop.elt) == "1"
    for element, holds, value in rows:
        count += holds
        if not holds:
            texts.append(f"{shown(element)} no")
        elif counts:
            texts.append(f"{shown(element)} yes {count}")
        elif value == element and type(value) is type(element):
            texts.append(f"{shown(element)} yes")
        else:
            texts.append(f"{shown(element)} -> {shown(value)}")
    return ", ".join(texts)


class _Without(ast.NodeTransformer):
    """Puts in what a loop makes, or what `sum` or `next` makes of that."""

    def __init__(self, loop: ast.expr, names: Mapping[str, Any]) -> None:
        self.loop = loop
        self.names = names
        self.total = ""
        """The running total of what was summed."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if self.loop not in node.args or not isinstance(self.loop, ast.GeneratorExp):
            return self.generic_visit(node)
        match node.func:
            case ast.Name(id="sum"):
                made = evaluate(ast.ListComp(self.loop.elt, self.loop.generators), self.names)
                if set(made) != {1}:
                    sums = zip(pairwise(accumulate(made)), made[1:], strict=True)
                    self.total = "; ".join(f"{a} + {value} = {b}" for (a, b), value in sums)
                return _literal(sum(made))
            case ast.Name(id="next"):  # of a list it would have no value
                return _literal(evaluate(node, self.names))
        return self.generic_visit(node)

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self.loop:
            return super().visit(node)
        made = evaluate(self.loop, self.names)
        return _literal(list(made) if isinstance(node, ast.GeneratorExp) else made)


class _Values(ast.NodeTransformer):
    """Puts values in for variables; functions keep their names."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self.names or callable(self.names[node.id]):
            return node
        return _literal(self.names[node.id])


class _Innermost(ast.NodeTransformer):
    """Replaces operations whose operands are values by their results."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self.functions = functions

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, _OPERATIONS) or _is_value(node):
            return super().generic_visit(node)
        if not all(map(_is_operand, ast.iter_child_nodes(node))):
            return super().generic_visit(node)
        try:
            return _literal(evaluate(node, self.functions))
        except (ArithmeticError, LookupError, NameError, TypeError, ValueError):
            return node  # `x and 10 // x`: Python stops before it gets there


def _is_operand(node: ast.AST) -> bool:
    """Whether nothing is left to work out in a child of an operation."""
    if isinstance(node, ast.Attribute):
        return _is_value(node.value)
    if isinstance(node, ast.keyword):
        return _is_value(node.value) or isinstance(node.value, ast.Name)
    if isinstance(node, ast.Slice):
        return all(map(_is_operand, ast.iter_child_nodes(node)))
    return not isinstance(node, ast.expr) or isinstance(node, ast.Name) or _is_value(node)


def _is_value(node: ast.AST) -> bool:
    try:
        ast.literal_eval(node)
    except (TypeError, ValueError):
        return False
    return True


def _literal(value: Any) -> ast.expr:
    return _parsed(_text(value))


def _text(value: Any) -> str:
    """Like `repr`, with sets in order: theirs differs from process to process."""
    if isinstance(value, set) and value:
        return "{" + ", ".join(sorted(map(repr, value))) + "}"
    return repr(value)


def _copied(expression: ast.expr) -> ast.expr:
    return _parsed(ast.unparse(expression))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _written(expression: ast.expr) -> str:
    """The text of an expression, a tuple without brackets as code has it."""
    text = ast.unparse(expression).replace("'", '"')
    return text[1:-1] if isinstance(expression, ast.Tuple) else text
