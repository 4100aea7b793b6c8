from __future__ import annotations

import json

import pytest

from trinity.train.items import Call, Check, Item, Step
from trinity.train.sandbox import Sandbox
from trinity.train.tools import (
    CALCULATE,
    CONVERT,
    MAX_RESULT_CHARS,
    RUN_TESTS,
    calculate,
    convert,
    make_tool,
    number_text,
    result_of,
)

WEATHER = make_tool("get_weather", "", {"city": "string"}, required=False)
PAYLOAD = {"function": "add", "cases": [[[0, 0], 0], [[2, 3], 5], [[4, 1], 5]]}


CHECK = Check("program", PAYLOAD)


def item_with(check: Check = CHECK) -> Item:
    call = Call(name="get_weather", arguments='{"city": "Paris"}', result="rain, 12 C")
    return Item(
        domain="code",
        family="any",
        key="any",
        question="?",
        answer="!",
        thoughts_low="",
        thoughts_high="",
        check=check,
        level=1,
        tools=(WEATHER, RUN_TESTS, CALCULATE, CONVERT),
        steps=(Step(thoughts_low="", thoughts_high="", calls=(call,)),),
    )


def report_on(code: str) -> str:
    return result_of(item_with(), "run_tests", json.dumps({"code": code}))


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ('{"city": "Paris"}', "rain, 12 C"),
        ('{ "city":"Paris" }', "rain, 12 C"),
        ('{"city": "Rome"}', "error: nothing found for Rome"),
        ('{"city": ["Rome", 1]}', "error: nothing found for ['Rome', 1]"),
        ('{"town": "Paris"}', "error: get_weather takes city"),
        ('{"city": "Paris", "day": 1}', "error: get_weather takes city"),
        ("{}", "error: get_weather takes city"),
        ("city: Paris", "error: the arguments are not a JSON object"),
        ('["Paris"]', "error: the arguments are not a JSON object"),
        ("", "error: the arguments are not a JSON object"),
        ("[" * 5000, "error: the arguments are not a JSON object"),
    ],
)
def test_a_fact_is_found_by_its_arguments(arguments: str, result: str) -> None:
    assert result_of(item_with(), "get_weather", arguments) == result


def test_an_unknown_tool_says_so_in_one_short_line() -> None:
    assert result_of(item_with(), "fly", "{}") == "error: there is no tool fly"
    result = result_of(item_with(), "x\n" * 500, "{}")
    assert len(result) == MAX_RESULT_CHARS
    assert "\n" not in result


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("def add(a, b):\n    return a + b", "passed 3 of 3"),
        ("def add(a, b):\n    return a * b", "add(2, 3) gave 6, expected 5"),
        ("def add(a, b):\n    return c", "add(0, 0) raised NameError: name 'c' is not defined"),
        ("def add(a, b):\n    return 1 / a", "add(0, 0) raised ZeroDivisionError: division by "
         "zero"),
        ("def add(a, b):\n    return add(a, b)", "add(0, 0) raised RecursionError: too deep"),
        ("def add(a, b):\n    return [a] * 10**10", "add(0, 0) raised MemoryError"),
        ("def add(a, b:\n    return a", "SyntaxError: '(' was never closed in line 1"),
        ("import os", "import of os"),
        ("x = 1", "there is no function add"),
        ("x = y", "NameError: name 'y' is not defined"),
        ("def add(a, b):\n    while True:\n        pass", "stopped: it ran too long"),
        ("def add(a, b):\n    return 10 ** 9000", "add(0, 0) gave a huge number, expected 0"),
        ("def add(a, b):\n    return (i for i in [])", "add(0, 0) gave <generator object "
         "add.<locals>.<genexpr>>, expected 0"),
        ("def add(a, b):\n    return {'b', 'a'}", "add(0, 0) gave {'a', 'b'}, expected 0"),
        ("def add(a, b):\n    raise ValueError('a\\nb')", "add(0, 0) raised ValueError: a b"),
        ("x" * 30_000, "the code is too long"),
    ],
)  # fmt: skip
def test_tests_are_run_on_any_code(code: str, result: str) -> None:
    assert report_on(code) == result


def test_code_that_uses_up_its_time_is_stopped() -> None:
    assert report_on("def add(a, b):\n    return 9 ** 9 ** 9").startswith("stopped: ")


def test_long_values_are_cut_and_one_sandbox_serves_many_calls() -> None:
    with Sandbox() as sandbox:
        for code in ("return 'x' * 1000", "return [a] * 10**6", "raise ValueError('y' * 10**6)"):
            arguments = json.dumps({"code": f"def add(a, b):\n    {code}"})
            result = result_of(item_with(), "run_tests", arguments, sandbox)
            assert result.startswith("add(0, 0) ")
            assert len(result) <= 160
        assert result_of(
            item_with(), "run_tests", '{"code": "def add(a, b): return b + a"}', sandbox
        ) == ("passed 3 of 3")


def test_there_must_be_tests_and_code() -> None:
    without = item_with(Check("exact", "x"))
    assert result_of(without, "run_tests", '{"code": "x"}') == "error: there are no tests"
    assert result_of(item_with(), "run_tests", '{"code": 5}') == "error: the code is no text"


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("3.4 * 7", "23.8"),
        ("0.1 + 0.2", "0.3"),
        ("(12 - 5) // 2", "3"),
        ("-7 % 3", "2"),
        ("2 ** 10", "1024"),
        ("10 / 4", "2.5"),
        ("8 / 4", "2"),
        ("1 / 0", "error: division by zero"),
        ("9 ** 9 ** 9", "error: the number is too large"),
        ("2 ** 1e9", "error: the number is too large"),
        ("10 ** 31", "error: the number is too large"),
        ("1e999", "error: the number is too large"),
        ("(-8) ** 0.5", "error: this is no expression of numbers"),
        ("'a' * 9", "error: this is no expression of numbers"),
        ("True + 1", "error: this is no expression of numbers"),
        ("__import__('os')", "error: this is no expression of numbers"),
        ("2 +", "error: this is no expression of numbers"),
        ("\0", "error: this is no expression of numbers"),
        ("1" * 300, "error: this is no short expression"),
        (5, "error: this is no short expression"),
    ],
)
def test_expressions_are_computed(expression: object, result: str) -> None:
    assert calculate(expression) == result
    arguments = json.dumps({"expression": expression})
    assert result_of(item_with(), "calculate", arguments) == result


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ((26, "miles", "km"), "41.84"),
        ((1.5, "hours", "minutes"), "90"),
        ((3, "kg", "kg"), "3"),
        ((1, "m", "kg"), "error: m measures length, kg mass"),
        ((1, "parsecs", "km"), "error: unknown unit parsecs"),
        ((1, "km", None), "error: unknown unit None"),
        ((True, "km", "m"), "error: the amount is no number"),
        (("1", "km", "m"), "error: the amount is no number"),
        ((float("nan"), "km", "m"), "error: the amount is too large"),
        ((1e300, "km", "m"), "error: the amount is too large"),
    ],
)
def test_units_are_converted(arguments: tuple[object, object, object], result: str) -> None:
    assert convert(*arguments) == result
    named = dict(zip(("amount", "unit", "to"), arguments, strict=True))
    assert result_of(item_with(), "convert", json.dumps(named)) == result


def test_numbers_are_written_without_needless_digits() -> None:
    assert [number_text(value) for value in (3, 3.0, 3.50, 1e12, -0.25, 2 / 3)] == [
        "3", "3", "3.5", "1000000000000", "-0.25", "0.6666666667",
    ]  # fmt: skip
