from __future__ import annotations

import pytest

from trinity.agent.splice import definitions, renamed, spliced

SOURCE = '''"""Sums."""

import math


@cache
def add(a, b):
    return a - b  # wrong


def area(r):
    return math.pi * r**2
'''


def test_definitions_come_with_their_decorators() -> None:
    assert definitions(SOURCE) == {
        "add": "@cache\ndef add(a, b):\n    return a - b  # wrong",
        "area": "def area(r):\n    return math.pi * r**2",
    }


def test_only_what_is_defined_anew_is_replaced() -> None:
    assert spliced(SOURCE, "def add(a, b):\n    return a + b") == SOURCE.replace(
        "@cache\ndef add(a, b):\n    return a - b  # wrong", "def add(a, b):\n    return a + b"
    )


def test_what_is_new_comes_before_the_first_that_is_replaced() -> None:
    code = "import math\nimport os\nprint(add(1, 2))\ndef helper(): pass\ndef area(r): return 1\n"
    assert spliced(SOURCE, code) == SOURCE.replace(
        "def area(r):\n    return math.pi * r**2",
        "import os\ndef helper(): pass\n\n\ndef area(r): return 1",
    )


def test_where_nothing_is_replaced_it_goes_to_the_end() -> None:
    assert spliced("", "def f(): pass") == "def f(): pass\n"
    assert spliced("x = 1\n", "def f(): pass") == "x = 1\n\n\ndef f(): pass\n"


def test_lines_are_counted_as_python_counts_them() -> None:
    source = "s = 'a\u2028b\x0c'\r\ndef f():\r\n    return 1\r\n"
    assert spliced(source, "def f():\n    return 2\n") == (
        "s = 'a\u2028b\x0c'\r\ndef f():\n    return 2\n"
    )


@pytest.mark.parametrize("code", ["def f(:", "x = '"])
def test_what_is_no_python_raises(code: str) -> None:
    with pytest.raises(SyntaxError):
        spliced(SOURCE, code)


def test_a_function_gets_another_name_wherever_it_is_used() -> None:
    code = "def f(n):\n    'f of é'; return f(n - 1) + g.f\n\nx = f\n"
    assert renamed(code, "f", "total") == (
        "def total(n):\n    'f of é'; return total(n - 1) + g.f\n\nx = total\n"
    )
