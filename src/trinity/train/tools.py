"""The tools that exercises offer, as real functions: what a call gives back.

Called by the makers of exercises for the calls of an ideal assistant, and by `train.agent` for the
calls of a model. Facts (a price, a distance) are those of the exercise; tests are run, and sums and
units are computed. A call that cannot be served gives one short line that says why: never an
exception.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from trinity.tool_calls import parsed_arguments
from trinity.train.items import Item
from trinity.train.sandbox import Sandbox
from trinity.types import Tool

MAX_RESULT_CHARS = 160
_MAX_EXPRESSION_CHARS = 200
_MAX_EXPONENT = 64
_LARGEST = 10**30


def make_tool(name: str, description: str, parameters: dict[str, str], *, required: bool) -> Tool:
    """A tool whose parameters are given by name and JSON type; `required` lists them as such."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in parameters.items()},
    }
    if required:
        schema["required"] = list(parameters)
    return Tool(name=name, description=description, parameters=schema)


RUN_TESTS = make_tool("run_tests", "Run the tests on code.", {"code": "string"}, required=True)
"""Says how many tests of the item some code passes, or the first that fails."""

CALCULATE = make_tool("calculate", "Compute a sum.", {"expression": "string"}, required=True)
"""Computes an expression of numbers, `+ - * / // % **` and parentheses."""

CONVERT = make_tool(
    "convert", "", {"amount": "number", "unit": "string", "to": "string"}, required=False
)
"""Changes an amount of one unit into another one of the same kind."""

UNITS: dict[str, tuple[str, float]] = {
    "mm": ("length", 0.001),
    "cm": ("length", 0.01),
    "m": ("length", 1.0),
    "km": ("length", 1000.0),
    "inches": ("length", 0.0254),
    "feet": ("length", 0.3048),
    "yards": ("length", 0.9144),
    "miles": ("length", 1609.344),
    "g": ("mass", 1.0),
    "kg": ("mass", 1000.0),
    "ounces": ("mass", 28.349523125),
    "pounds": ("mass", 453.59237),
    "ml": ("volume", 0.001),
    "litres": ("volume", 1.0),
    "pints": ("volume", 0.473176473),
    "gallons": ("volume", 3.785411784),
    "seconds": ("time", 1.0),
    "minutes": ("time", 60.0),
    "hours": ("time", 3600.0),
    "days": ("time", 86400.0),
}
"""What each unit that `convert` knows measures, and how many of a base unit it is."""


def result_of(item: Item, name: str, arguments: str, sandbox: Sandbox | None = None) -> str:
    """What the tool `name` of `item` gives back for `arguments`, a JSON object as text.

    Code is run in `sandbox`, or in one of its own. Facts are those that the item's own steps look
    up; asked for anything else, a tool finds nothing.
    """
    tool = next((tool for tool in item.tools if tool.name == name), None)
    if tool is None:
        return _cut(f"error: there is no tool {name}")
    given = parsed_arguments(arguments)
    if given is None:
        return "error: the arguments are not a JSON object"
    expected = tool.parameters.get("properties", {})
    if given.keys() != expected.keys():
        return _cut(f"error: {name} takes {', '.join(expected)}")
    match name:
        case RUN_TESTS.name:
            return _tested(item, given["code"], sandbox)
        case CALCULATE.name:
            return calculate(given["expression"])
        case CONVERT.name:
            return convert(given["amount"], given["unit"], given["to"])
    for step in item.steps:
        for call in step.calls:
            if call.name == name and parsed_arguments(call.arguments) == given:
                return call.result
    return nothing_found(given)


def nothing_found(arguments: dict[str, Any]) -> str:
    """What a look-up gives back for what it does not know."""
    return _cut(f"error: nothing found for {', '.join(map(str, arguments.values()))}")


def calculate(expression: object) -> str:
    """The value of an expression of numbers, as a number without needless digits, or an error."""
    if not isinstance(expression, str) or len(expression) > _MAX_EXPRESSION_CHARS:
        return "error: this is no short expression"
    try:
        return number_text(_value(ast.parse(expression.strip(), mode="eval").body))
    except ZeroDivisionError:
        return "error: division by zero"
    except OverflowError:
        return "error: the number is too large"
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return "error: this is no expression of numbers"


def convert(amount: object, unit: object, to: object) -> str:
    """`amount` of `unit` as a number of `to`, rounded to two places, or an error."""
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return "error: the amount is no number"
    if not abs(amount) <= _LARGEST:  # JSON as Python reads it may hold "not a number"
        return "error: the amount is too large"
    for name in (unit, to):
        if not isinstance(name, str) or name not in UNITS:
            return _cut(f"error: unknown unit {name}")
    (kind, size), (other_kind, other_size) = UNITS[str(unit)], UNITS[str(to)]
    if kind != other_kind:
        return f"error: {unit} measures {kind}, {to} {other_kind}"
    return number_text(round(amount * size / other_size, 2))


def number_text(value: float) -> str:
    """A number as people write it: `12`, `3.5`, without the noise of binary fractions."""
    whole = isinstance(value, int) or value == value // 1 or abs(value) >= 1e9
    return str(int(value)) if whole else f"{value:.10g}"


def _tested(item: Item, code: object, sandbox: Sandbox | None) -> str:
    if item.check.kind != "program":
        return "error: there are no tests"
    if not isinstance(code, str):
        return "error: the code is no text"
    if sandbox is not None:
        return sandbox.report(code, item.check.payload)
    with Sandbox() as own:
        return own.report(code, item.check.payload)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def _value(node: ast.AST) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            result = value
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            result = _OPERATORS[type(op)](_value(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            one, two = _value(left), _value(right)
            if isinstance(op, ast.Pow) and abs(two) > _MAX_EXPONENT:
                raise OverflowError
            result = _OPERATORS[type(op)](one, two)
        case _:
            raise ValueError
    if isinstance(result, complex):
        raise TypeError
    # Bounded at every step, so that no step takes long. Written to hold for "not a number" too.
    if not abs(result) <= _LARGEST:
        raise OverflowError
    return result


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_RESULT_CHARS else f"{line[: MAX_RESULT_CHARS - 3]}..."
