"""Which of two numbers is larger: whole, negative or with one decimal place."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, family

_LARGEST, _SMALLEST = ("larger", "bigger", "greater"), ("smaller", "lower", "less")
_COMPARE = (
    "Which is {word}, {a} or {b}?",
    "{a} or {b}: which is {word}?",
    "{a} or {b}, {word}?",
    "which number is {word}: {a} or {b}",
    "Is {a} or {b} {word}?",
    "Compare {a} and {b}. Which one is {word}?",
    "Of {a} and {b}, which is {word}?",
    "Which of the numbers {a} and {b} is {word}?",
    "Here are {a} and {b}. Give the {word} one.",
    "Name the {word} of {a} and {b}.",
    "Between {a} and {b}, which one is {word}?",
    "Pick the {word} number: {a}, {b}",
    "what's {word}: {a} or {b}?",
    "Say which is {word}, {a} or {b}.",
    "Two numbers are {a} and {b}. Which of them is {word}?",
)
_IS_MORE = (
    "Is {a} {word} than {b}?",
    "is {a} {word} than {b}",
    "{a} {word} than {b}?",
    "True that {a} is {word} than {b}? Answer yes or no.",
    "Is the number {a} {word} than {b}?",
    "Yes or no: {a} is {word} than {b}.",
    "Is it right that {a} is {word} than {b}?",
    "Does {a} count as {word} than {b}?",
    "Check whether {a} is {word} than {b}.",
    "Is {a} {sign} {b}?",
    "{a} {sign} {b}, yes or no?",
    "Would you say {a} is {word} than {b}?",
    "Can you confirm that {a} is {word} than {b}?",
    "is {a} {sign} {b}",
    "Tell me if {a} is {word} than {b}.",
)


def _pair(rng: random.Random, level: int) -> tuple[int, int, int]:
    """Two different numbers and their shared divisor: 10 where both have one decimal place."""
    low, high = ((1, 20), (10, 99), (-50, 50), (100, 999), (1000, 9999))[level - 1]
    scale = 10 if level > 1 and rng.random() < 0.35 else 1
    a = rng.randint(low, high)
    near = rng.randint(max(low, a - 30), min(high, a + 30))
    b = near if rng.random() < 0.5 else rng.randint(low, high)
    return (a, b, scale) if a != b else _pair(rng, level)


def _shown(number: int, scale: int) -> str:
    if scale == 1:
        return str(number)
    return f"{'-' if number < 0 else ''}{abs(number) // 10}.{abs(number) % 10}"


def _compare_steps(a: int, b: int, scale: int) -> str:
    if scale == 1:
        return traces.compare(a, b)
    verdict = f"{_shown(a, scale)}{'<' if a < b else '>'}{_shown(b, scale)}"
    if a < 0 and b < 0:
        return f"both negative; {_compare_steps(-a, -b, scale)}; {verdict}"
    if a < 0 or b < 0:
        return f"{_shown(min(a, b), scale)} is negative; {verdict}"
    whole_a, whole_b = a // 10, b // 10
    if whole_a != whole_b:
        return f"{traces.compare(whole_a, whole_b)}; {verdict}"
    return f"{whole_a}={whole_b}; {a % 10}{'<' if a < b else '>'}{b % 10}; {verdict}"


def _compare(rng: random.Random, level: int) -> Solved:
    a, b, scale = _pair(rng, level)
    larger = rng.random() < 0.5
    answer = _shown(max(a, b) if larger else min(a, b), scale)
    steps = _compare_steps(a, b, scale)
    return Solved(
        key=f"{a},{b}/{scale} {'max' if larger else 'min'}",
        answer=answer,
        low=steps.rsplit("; ", 1)[-1],
        high=f"{steps}; {'larger' if larger else 'smaller'}: {answer}",
        slots={
            "a": _shown(a, scale),
            "b": _shown(b, scale),
            "word": rng.choice(_LARGEST if larger else ("smaller", "lower")),
        },
    )


def _is_more(rng: random.Random, level: int) -> Solved:
    a, b, scale = _pair(rng, level)
    larger = rng.random() < 0.5
    answer = "yes" if (a > b) == larger else "no"
    steps = _compare_steps(a, b, scale)
    return Solved(
        key=f"{a}{'>' if larger else '<'}{b}/{scale}",
        answer=answer,
        low=steps.rsplit("; ", 1)[-1],
        high=f"{steps}; {answer}",
        slots={
            "a": _shown(a, scale),
            "b": _shown(b, scale),
            "word": rng.choice(_LARGEST if larger else _SMALLEST),
            "sign": ">" if larger else "<",
        },
    )


FAMILIES = (
    family("compare", _compare, _COMPARE),
    family("compare_yes_no", _is_more, _IS_MORE, "exact"),
)
