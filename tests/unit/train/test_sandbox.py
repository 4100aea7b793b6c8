import ast
from typing import Any

import pytest

from trinity.train import sandbox
from trinity.train.sandbox import (
    Sandbox,
    define,
    evaluate,
    execute,
    passes_tests,
    passes_tests_many,
    problem_with,
)

DOUBLE = {"function": "f", "cases": [[[2], 4], [[0], 0], [[-3], -6]]}
GOOD = "def f(x):\n    return 2 * x"

ENDLESS = "def f(x):\n    while True:\n        pass"
STUBBORN = (
    "def f(x):\n    while True:\n        try:\n            while True:\n"
    "                pass\n        except:\n            pass"
)
HUGE_POWER = "def f(x):\n    return 9 ** 9 ** 9"
HOG = "def f(x):\n    return [0] * 10 ** 10"
GROWING = "def f(x):\n    ys = [1]\n    while True:\n        ys = ys + ys"
EXIT = "def f(x):\n    raise SystemExit"
DEEP = "def f(x):\n    return f(x + 1) + 1"
NESTED = "x = " + "(" * 500 + "1" + ")" * 500 + "\n" + GOOD
CHAIN = "x = " + "-" * 15_000 + "1\n" + GOOD
LEFT_BEHIND = (
    "def wait():\n    try:\n        yield 1\n    finally:\n        while True:\n            pass\n"
    "kept = wait()\nnext(kept)\n" + GOOD
)
TOP_LEVEL_LOOP = "while True:\n    pass\n" + GOOD
HOSTILE = [
    ENDLESS,
    STUBBORN,
    HUGE_POWER,
    HOG,
    GROWING,
    EXIT,
    DEEP,
    NESTED,
    CHAIN,
    TOP_LEVEL_LOOP,
    "x" * 30_000,
]

FORBIDDEN = [
    "import os",
    "import sys, math",
    "from os import system",
    "from math import *",
    "from . import x",
    "from collections import abc",
    "().__class__.__bases__",
    "(x for x in []).gi_frame",
    "def f(x):\n    return f.__globals__",
    "__import__('os')",
    "__builtins__",
    "import math as __builtins__",
    "class A:\n    pass",
    "def f(x):\n    global y\n    y = x",
    "with x as y:\n    pass",
    "async def f(x):\n    pass",
    "f'{x.__class__}'",
    "math.sys",
]


def judged(code: str, cases: list[Any], function: str = "f") -> bool:
    return passes_tests(code, {"function": function, "cases": cases})


def test_a_right_program_passes_and_a_wrong_one_fails() -> None:
    assert passes_tests(GOOD, DOUBLE)
    assert not passes_tests("def f(x):\n    return x + x * x", DOUBLE)


@pytest.mark.parametrize("code", ["", "def f(x:", "x = 1", "f = 3", "def f():\n    return 1"])
def test_what_is_no_such_function_fails(code: str) -> None:
    assert not passes_tests(code, DOUBLE)


def test_the_last_function_stands_in_for_a_missing_name() -> None:
    code = (
        "def helper(x):\n    return x\n\ndef double(x):\n    return helper(x) * 2\nprint(double(1))"
    )
    assert passes_tests(code, DOUBLE)


def test_the_named_function_is_preferred_and_may_be_a_lambda() -> None:
    assert passes_tests("f = lambda x: 2 * x\ndef other(x):\n    return 0", DOUBLE)


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (True, "def f():\n    return 1"),
        (1, "def f():\n    return True"),
        ([1, 2], "def f():\n    return (1, 2)"),
        ([1, 2], "def f():\n    return range(1, 3)"),
        ([1, 2], "def f():\n    return [1, 2, 3]"),
        ([True], "def f():\n    return [1]"),
        ({"a": 1}, "def f():\n    return {'a': 2}"),
        ("1", "def f():\n    return 1"),
    ],
)
def test_results_of_another_kind_or_value_fail(expected: Any, code: str) -> None:
    assert not judged(code, [[[], expected]])


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (0.3, "def f():\n    return 0.1 + 0.2"),
        (2, "def f():\n    return 4 / 2"),
        ({1: [2], 3: []}, "def f():\n    return {3: [], 1: [2]}"),
        (None, "def f():\n    pass"),
        ("a'b\"\n", "def f():\n    return 'a' + \"'b\" + '\"' + chr(10)"),
    ],
)
def test_equal_results_pass(expected: Any, code: str) -> None:
    assert judged(code, [[[], expected]])


def test_arguments_are_fresh_for_each_case() -> None:
    xs = [3, 1]
    assert judged("def f(xs):\n    xs.sort()\n    return xs", [[[xs], [1, 3]], [[xs], [1, 3]]])
    assert xs == [3, 1]


def test_allowed_imports_work() -> None:
    code = (
        "import math\nfrom collections import Counter, defaultdict\nfrom functools import reduce\n"
        "from itertools import groupby\n"
        "def f(x):\n    return reduce(max, [math.gcd(4, 6), Counter('aa')['a']]) * x"
    )
    assert passes_tests(code, DOUBLE)


@pytest.mark.parametrize("code", FORBIDDEN)
def test_forbidden_syntax_is_found(code: str) -> None:
    assert problem_with(code)
    assert not passes_tests(f"{GOOD}\n{code}\n", DOUBLE) or "def f" in code


@pytest.mark.parametrize("name", ["open", "eval", "exec", "compile", "getattr", "globals", "input"])
def test_dangerous_builtins_are_absent(name: str) -> None:
    assert not judged(f"def f():\n    return {name} is not None", [[[], True]])


def test_hostile_programs_fail_and_leave_the_others_alone() -> None:
    programs = [code for bad in [*HOSTILE, LEFT_BEHIND] for code in (bad, GOOD)]
    verdicts = passes_tests_many(programs, [DOUBLE] * len(programs))
    assert verdicts[1::2] == [True] * (len(HOSTILE) + 1)
    assert verdicts[: 2 * len(HOSTILE) : 2] == [False] * len(HOSTILE)


def test_a_silent_child_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.05)
    assert not passes_tests(ENDLESS, DOUBLE)


def test_one_child_judges_many(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = Sandbox._start
    monkeypatch.setattr(Sandbox, "_start", lambda self: started.append(1) or start(self))
    assert passes_tests_many([GOOD] * 50, [DOUBLE] * 50) == [True] * 50
    assert len(started) == 1


def test_a_child_that_died_between_two_programs_is_replaced() -> None:
    with Sandbox() as box:
        assert box.passes(GOOD, DOUBLE)
        assert box._child is not None
        box._child.kill()
        box._child.wait()
        assert box.passes(GOOD, DOUBLE)


def test_programs_and_payloads_must_match_in_number() -> None:
    with pytest.raises(ValueError, match="zip"):
        passes_tests_many([GOOD], [])


def test_define_gives_the_function() -> None:
    assert define(GOOD, "f")(4) == 8


def test_execute_gives_the_output_and_where_it_stood() -> None:
    printed, moments = execute("x = 1\nfor i in range(2):\n    x = x + i\nprint(x, 'a', sep='-')")
    assert printed == "2-a\n"
    assert [moment.line for moment in moments] == [1, 2, 3, 2, 3, 2, 4, 4]
    assert moments[0].names == {}
    assert moments[2].names == {"x": 1, "i": 0}
    assert moments[-1].names == {"x": 2, "i": 1}


def test_evaluate_knows_the_given_names() -> None:
    expression = ast.parse("len(xs) + n", mode="eval").body
    assert evaluate(expression, {"xs": [1, 2], "n": 3}) == 5
