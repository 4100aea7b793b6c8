"""Fractions: lowest terms, comparing, adding over one denominator."""

from __future__ import annotations

import random
from math import gcd

from trinity.train.reasoning import traces
from trinity.train.reasoning.divisors import two_with_divisor
from trinity.train.reasoning.exercise import Solved, between, family

_SIMPLIFY = (
    "Simplify {a}/{b}.",
    "Simplify the fraction {a}/{b}.",
    "Reduce {a}/{b} to lowest terms.",
    "{a}/{b} in lowest terms?",
    "What is {a}/{b} in its simplest form?",
    "reduce the fraction {a}/{b}",
    "Write {a}/{b} as simply as possible.",
    "Cancel {a}/{b} down.",
    "What does the fraction {a}/{b} simplify to?",
    "Put {a}/{b} in lowest terms.",
    "Can you reduce {a}/{b}?",
    "Express the fraction {a}/{b} in simplest form.",
    "simplest form of {a}/{b}",
    "Make the fraction {a}/{b} as simple as you can.",
    "How do you write {a}/{b} in lowest terms?",
)
_COMPARE = (
    "Which fraction is {word}, {a} or {b}?",
    "{a} or {b}: which fraction is {word}?",
    "which is {word}: {a} or {b}?",
    "Compare the fractions {a} and {b}. Which is {word}?",
    "Of {a} and {b}, which fraction is {word}?",
    "Name the {word} of the fractions {a} and {b}.",
    "Is {a} or {b} {word}?",
    "Pick the {word} fraction: {a}, {b}",
    "Between {a} and {b}, which one is {word}?",
    "Say which is {word}, {a} or {b}.",
    "Give the {word} fraction of {a} and {b}.",
    "what's {word}, {a} or {b}?",
    "Two fractions are {a} and {b}. Which is {word}?",
    "Would {a} or {b} of a cake be {word}?",
    "Choose the {word} one: {a} or {b}?",
)
_ADD = (
    "What is {a}/{d} + {b}/{d}?",
    "{a}/{d} + {b}/{d}",
    "{a}/{d}+{b}/{d}=?",
    "Add {a}/{d} and {b}/{d}.",
    "what's {a}/{d} plus {b}/{d}",
    "How much is {a}/{d} plus {b}/{d}?",
    "Calculate {a}/{d} + {b}/{d}.",
    "Find the sum of {a}/{d} and {b}/{d}.",
    "Add the fractions {a}/{d} and {b}/{d}.",
    "{a}/{d} and {b}/{d} make how much together?",
    "Work out {a}/{d} + {b}/{d}",
    "I eat {a}/{d} of a pie, then {b}/{d}. What fraction did I eat?",
    "Sum of {a}/{d} and {b}/{d}?",
    "Compute {a}/{d} + {b}/{d}.",
    "{a}/{d} plus {b}/{d} is what?",
)


def _simplify(rng: random.Random, level: int) -> Solved:
    a, b = two_with_divisor(rng, level)
    while gcd(a, b) == 1 or a == b or max(a, b) == gcd(a, b):
        a, b = two_with_divisor(rng, level)
    a, b = min(a, b), max(a, b)
    g = gcd(a, b)
    answer = f"{a // g}/{b // g}"
    return Solved(
        key=f"{a}/{b}",
        answer=answer,
        low=f"gcd {g}",
        high=traces.join([traces.euclid(a, b), traces.over(a, g), traces.over(b, g), answer]),
        slots={"a": a, "b": b},
    )


def _compare_fractions(rng: random.Random, level: int) -> Solved:
    top = (5, 7, 9, 12, 15)[level - 1]
    a, b, c, d = (rng.randint(1, top) for _ in range(4))
    while a >= b or c >= d or a * d == b * c:
        a, b, c, d = (rng.randint(1, top) for _ in range(4))
    larger = rng.random() < 0.5
    first = (a * d > b * c) == larger
    answer = f"{a}/{b}" if first else f"{c}/{d}"
    sign = ">" if a * d > b * c else "<"
    products = f"{a}*{d}={a * d}; {c}*{b}={c * b}; {a * d}{sign}{c * b}"
    return Solved(
        key=f"{a}/{b},{c}/{d} {'max' if larger else 'min'}",
        answer=answer,
        low=f"{a * d}{sign}{c * b}",
        high=f"{products}; {a}/{b}{sign}{c}/{d}; {answer}",
        slots={"a": f"{a}/{b}", "b": f"{c}/{d}", "word": "larger" if larger else "smaller"},
    )


def _add_fractions(rng: random.Random, level: int) -> Solved:
    """Only sums that are already in lowest terms, so that one answer is right."""
    a = b = d = 2
    while gcd(a + b, d) > 1 or (level < 4 and a + b > d):
        d = between(rng, ((3, 7), (5, 12), (7, 20), (9, 30), (15, 60)), level)
        a, b = rng.randint(1, d - 1), rng.randint(1, d - 1)
    answer = f"{a + b}/{d}"
    return Solved(
        key=f"{min(a, b)}/{d}+{max(a, b)}/{d}",
        answer=answer,
        low=f"{a}+{b}={a + b}",
        high=f"{traces.plus(a, b)}; over {d}: {answer}",
        slots={"a": a, "b": b, "d": d},
    )


FAMILIES = (
    family("fraction_simplify", _simplify, _SIMPLIFY, "exact"),
    family("fraction_compare", _compare_fractions, _COMPARE, "exact"),
    family("fraction_add", _add_fractions, _ADD, "exact"),
)
