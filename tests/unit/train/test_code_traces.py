import contextlib
import random

import pytest

from trinity.train.code import FAMILIES
from trinity.train.code.program import call, compose
from trinity.train.code.traces import call_trace, script_trace
from trinity.train.items import Split
from trinity.train.sandbox import execute

BY_NAME = {family.name: family for family in FAMILIES}


@pytest.mark.parametrize("name", ["predict_output", "predict_call"])
def test_every_equation_of_a_trace_holds(name: str) -> None:
    checked = 0
    rng = random.Random(16)
    items = [BY_NAME[name].make(rng, Split.TRAIN, i % 5 + 1) for i in range(200)]
    for item in items:
        for part in item.thoughts_high.split("; ")[1:-1]:
            *left, right = part.split(" = ")
            for text in left[1:] if left and left[0].isidentifier() else left:
                if " no" in text or "f(" in text or " -> " in text:
                    continue
                with contextlib.suppress(NameError, SyntaxError):
                    assert eval(text) == eval(right)
                    checked += 1
    assert checked > 40


def traced(code: str) -> str:
    printed, moments = execute(code)
    return script_trace(code, moments, printed.strip("\n"))


@pytest.mark.parametrize(
    ("code", "trace"),
    [
        ("a = 15\nb = a * 8 + 7\nprint(b)", "a = 15; b = 15 * 8 + 7 = 120 + 7 = 127"),
        ("a, b = 3, 4\na, b = b, a + b\nprint(a)", "a, b = 3, 4; a, b = 4, 3 + 4 = 4, 7"),
        (
            "n = 9\nif n % 2 == 0:\n    n = 1\nprint(n - 10)",
            "n = 9; 9 % 2 == 0: 1 == 0 no; 9 - 10 = -1",
        ),
        (
            "t = 0\nfor x in [4, 4]:\n    t += x\nprint(t)",
            "t = 0; x = 4; t = 0 + 4 = 4; x = 4; t = 4 + 4 = 8",
        ),
        (
            "ys = []\nys.append(3 ** 2)\nys[0] = ys[0] + 1\nprint(ys)",
            "ys = []; 3 ** 2 = 9; ys = [9]; [9][0] + 1 = 9 + 1 = 10; ys = [10]",
        ),
        (
            "xs = [3, 4, 6]\nt = sum(x * x for x in xs if x > 3) % 5\nprint(t)",
            "xs = [3, 4, 6]; 3 no, 4 -> 16, 6 -> 36; 16 + 36 = 52; t = 52 % 5 = 2",
        ),
        (
            'n = sum(1 for c in "aba" if c == "a")\nprint(n)',
            '"a" yes 1, "b" no, "a" yes 2; n = 2',
        ),
        (
            's = sorted(set("cab"))\nprint(s)',
            's = sorted(set("cab")) = sorted({"a", "b", "c"}) = ["a", "b", "c"]',
        ),
        (
            "for n in [1, 2]:\n    t = sum(x for x in [n, 5]) % 4\nprint(t)",
            "n = 1; 1 yes, 5 yes; 1 + 5 = 6; t = 6 % 4 = 2; "
            "n = 2; 2 yes, 5 yes; 2 + 5 = 7; t = 7 % 4 = 3",
        ),
        ("x = 0\nx = x and 10 // x\nprint(x)", "x = 0; x = 0"),
    ],
)
def test_traces_put_values_in_before_they_compute(code: str, trace: str) -> None:
    assert traced(code).rpartition("; ")[0] == trace


def test_long_traces_say_only_what_changed() -> None:
    code = "t = 0\nfor i in range(30):\n    t += i * 2\nprint(t)"
    assert traced(code).startswith("t = 0; i = 0; i = 1; t = 2; i = 2; t = 6;")


@pytest.mark.parametrize(
    ("body", "args", "trace"),
    [
        (
            "if n == 0:\n    return 3\nreturn @(n - 1) * 2",
            (2,),
            "f(0) = 3; f(1) = f(0) * 2 = 3 * 2 = 6; f(2) = f(1) * 2 = 6 * 2 = 12; result 12",
        ),
        (
            "if n > 9:\n    return 1\nelse:\n    return n + 5",
            (7,),
            "n = 7; 7 > 9 no; 7 + 5 = 12; result 12",
        ),
        ("t = n * 2\nreturn t - 1", (4,), "n = 4; t = 4 * 2 = 8; 8 - 1 = 7; result 7"),
    ],
)
def test_traces_of_calls(body: str, args: tuple[int, ...], trace: str) -> None:
    program = compose((("n", "int"),), body, "", "", "f")
    assert call_trace(program, args, str(call(program, args))) == trace


def test_calls_with_many_elements_have_no_trace() -> None:
    program = compose((("n", "int"),), "return [x for x in range(n)]", "", "", "f")
    assert call_trace(program, (50,), "") is None


def test_drilled_expressions_have_their_values() -> None:
    rng = random.Random(17)
    for number in range(50):
        item = BY_NAME["work_out"].make(rng, Split.TRAIN, number % 5 + 1)
        expressions, values = item.key.split("; "), item.answer.split("; ")
        assert [eval(text) for text in expressions] == [eval(text) for text in values]
        assert item.thoughts_high.startswith(f"{expressions[0]} = ")
