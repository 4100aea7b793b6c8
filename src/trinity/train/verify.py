"""Judges answers: exact rules only, no model and no similarity score."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from trinity.train.items import Check, Item
from trinity.train.sandbox import passes_tests, passes_tests_many


def is_correct(item: Item, answer: str) -> bool:
    """Whether `answer`, the text after any thinking, solves `item`."""
    return judge(item.check, answer)


def judge_all(items: Sequence[Item], answers: Sequence[str]) -> list[bool]:
    """Whether each answer solves its item; all programs run in one sandbox process."""
    pairs = list(zip(items, answers, strict=True))
    programs = [(item, answer) for item, answer in pairs if item.check.kind == "program"]
    passed = iter(
        passes_tests_many(
            [extract_code(answer) for _, answer in programs],
            [item.check.payload for item, _ in programs],
        )
    )
    return [
        next(passed) if item.check.kind == "program" else is_correct(item, answer)
        for item, answer in pairs
    ]


def judge(check: Check, answer: str) -> bool:
    """Apply `check` to `answer`. Raises `ValueError` for a check of unknown kind."""
    match check.kind:
        case "exact":
            return _folded(answer) == _folded(str(check.payload))
        case "strict":
            return answer.strip() == str(check.payload).strip()
        case "number":
            return _only_number(answer) == float(check.payload)
        case "set":
            given = sorted(_folded(part) for part in answer.split(","))
            return given == sorted(_folded(str(part)) for part in check.payload)
        case "json":
            return _same(_json_value(answer), check.payload)
        case "program":
            return passes_tests(extract_code(answer), check.payload)
        case kind:
            raise ValueError(f"There is no verifier of kind {kind!r}.")


def extract_code(answer: str) -> str:
    """The first fenced block of `answer`, or all of it where there is no fence."""
    fenced = re.search(r"```(?:python|json)?\n(.*?)(?:```|\Z)", answer, re.DOTALL)
    return fenced.group(1) if fenced else answer


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".")


def _only_number(answer: str) -> float | None:
    # An answer that names several numbers has not decided: none of them counts.
    found = re.findall(r"-?\d+(?:\.\d+)?", answer.replace(",", ""))
    return float(found[0]) if len(found) == 1 else None


def _json_value(answer: str) -> Any:
    try:
        return json.loads(extract_code(answer))
    except (ValueError, RecursionError):
        return ...  # equal to nothing that JSON can say


def _same(one: object, two: object) -> bool:
    """Whether two JSON values are equal: 3 is 3.0, but no truth value is a number."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    return isinstance(one, bool) == isinstance(two, bool) and one == two
