from __future__ import annotations

import pytest

from trinity.train.items import Check
from trinity.train.verify import extract_code, judge


@pytest.mark.parametrize(
    ("check", "answer", "right"),
    [
        (Check("exact", "Tuesday"), " tuesday. ", True),
        (Check("exact", "Tuesday"), "Tuesday or Friday", False),
        (Check("strict", "Ab7"), "Ab7\n", True),
        (Check("strict", "Ab7"), "ab7", False),
        (Check("number", "1041"), "1,041 apples", True),
        (Check("number", "1041"), "-1041", False),
        (Check("number", "7"), "It is 5, or 7", False),
        (Check("number", "7"), "no idea", False),
        (Check("set", ["a", "b"]), "B, a", True),
        (Check("set", ["a", "b"]), "a, a", False),
        (Check("json", {"a": 3, "b": ["x", None]}), '{"b": ["x", null],\n"a": 3.0}', True),
        (Check("json", {"a": 3}), '```json\n{"a": 3}\n```', True),
        (Check("json", {"a": 3}), '```\n{"a": 3}\n```', True),
        (Check("json", {"a": 3}), 'It is {"a": 3}', False),
        (Check("json", {"a": 3}), '{"a": "3"}', False),
        (Check("json", {"a": 3}), '{"a": 3, "b": 1}', False),
        (Check("json", {"a": 1}), '{"a": true}', False),
        (Check("json", {"a": [True]}), '{"a": [true]}', True),
        (Check("json", {"a": [True]}), '{"a": [1]}', False),
        (Check("json", [1, 2]), "[2, 1]", False),
        (Check("json", [1, 2]), "[1, 2, 2]", False),
        (Check("json", [[]]), "[{}]", False),
        (Check("json", None), "null", True),
        (Check("json", None), "no JSON", False),
        (Check("json", []), "[" * 100_000, False),
        (
            Check("program", {"function": "f", "cases": [[[2], 4], [[0], 0]]}),
            "```python\ndef f(x):\n    return 2 * x\n```",
            True,
        ),
        (
            Check("program", {"function": "f", "cases": [[[2], 4], [[3], 6]]}),
            "```python\ndef f(x):\n    return x * x\n```",
            False,
        ),
    ],
)
def test_each_kind_of_check_judges_exactly(check: Check, answer: str, right: bool) -> None:
    assert judge(check, answer) is right


def test_code_is_taken_from_the_first_fence_or_whole() -> None:
    assert extract_code("Here:\n```python\na = 1\n```\nbye\n```\nb\n```") == "a = 1\n"
    assert extract_code("a = 1") == "a = 1"
    assert extract_code("```python\na = 1") == "a = 1"


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="no verifier of kind 'guess'"):
        judge(Check("guess", None), "x")
