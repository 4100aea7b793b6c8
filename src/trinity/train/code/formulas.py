"""Formulas of two and three numbers."""

from __future__ import annotations

import random

from trinity.train.code.program import Program, compose

_AB = (("a", "int"), ("b", "int"))


_ABC = (("a", "int"), ("b", "int"), ("c", "int"))


def simple_pair(rng: random.Random) -> Program:
    """A formula of two numbers without a constant."""
    code, returns, does, names = rng.choice(
        [
            ("a + b", "the sum of [a] and [b]", "adds [a] and [b]", "add plus total"),
            ("a - b", "[a] minus [b]", "subtracts [b] from [a]", "subtract difference"),
            ("a * b", "the product of [a] and [b]", "multiplies [a] and [b]", "multiply product"),
            (
                "max(a, b)",
                "the larger of [a] and [b]",
                "finds the larger of [a] and [b]",
                "larger maximum",
            ),
            (
                "min(a, b)",
                "the smaller of [a] and [b]",
                "finds the smaller of [a] and [b]",
                "smaller minimum",
            ),
            (
                "abs(a - b)",
                "the absolute difference of [a] and [b]",
                "gives the absolute difference of [a] and [b]",
                "distance gap",
            ),
        ]
    )
    return compose(
        _AB, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names=names
    )


def combined_pair(rng: random.Random) -> Program:
    """A formula of two numbers with a constant."""
    k = rng.randint(2, 12)
    code, returns, does = rng.choice(
        [
            (f"a + b + {k}", f"the sum of [a], [b] and {k}", f"adds [a], [b] and {k}"),
            (
                f"a * b + {k}",
                f"the product of [a] and [b], plus {k}",
                f"multiplies [a] and [b] and adds {k}",
            ),
            (
                f"a * b - {k}",
                f"the product of [a] and [b], minus {k}",
                f"multiplies [a] and [b] and subtracts {k}",
            ),
            (
                f"(a + b) * {k}",
                f"the sum of [a] and [b], multiplied by {k}",
                f"adds [a] and [b] and multiplies the result by {k}",
            ),
            (
                f"(a - b) * {k}",
                f"the difference [a] minus [b], multiplied by {k}",
                f"subtracts [b] from [a] and multiplies the result by {k}",
            ),
            (f"a + {k} * b", f"[a] plus {k} times [b]", f"adds {k} times [b] to [a]"),
            (f"a - {k} * b", f"[a] minus {k} times [b]", f"subtracts {k} times [b] from [a]"),
        ]
    )
    return compose(
        _AB,
        f"return {code}",
        returns,
        does=does,
        plan=f"one line: return {code}.",
        names="combine compute",
    )


def scaled_pair(rng: random.Random) -> Program:
    """A formula of two numbers with two constants."""
    p, q = rng.randint(2, 9), rng.randint(2, 9)
    sign, word = rng.choice([("+", "plus"), ("-", "minus")])
    code, returns = rng.choice(
        [
            (f"{p} * a {sign} {q} * b", f"{p} times [a] {word} {q} times [b]"),
            (f"{p} * a {sign} b ** 2", f"{p} times [a] {word} [b] squared"),
            (f"a ** 2 {sign} {q} * b", f"[a] squared {word} {q} times [b]"),
            (f"max(a, b) * {p} {sign} {q}", f"{p} times the larger of [a] and [b], {word} {q}"),
            (f"min(a, b) * {p} {sign} {q}", f"{p} times the smaller of [a] and [b], {word} {q}"),
        ]
    )
    return compose(
        _AB,
        f"return {code}",
        returns,
        does=f"computes {returns}",
        plan=f"write the formula: {code}.",
        names="combine compute",
    )


def combined_three(rng: random.Random) -> Program:
    """A formula of three numbers."""
    k = rng.randint(2, 9)
    code, returns = rng.choice(
        [
            (f"a + {k} * b - c", f"[a] plus {k} times [b] minus [c]"),
            (f"a * b + {k} * c", f"the product of [a] and [b], plus {k} times [c]"),
            (f"max(a, b, c) - {k}", f"the largest of [a], [b] and [c], minus {k}"),
            (f"min(a, b, c) * {k}", f"{k} times the smallest of [a], [b] and [c]"),
            (f"(a + b + c) * {k}", f"the sum of [a], [b] and [c], multiplied by {k}"),
            (
                f"(a + b + c) % {k}",
                f"the remainder when the sum of [a], [b] and [c] is divided by {k}",
            ),
            ("max(a, b, c) - min(a, b, c)", "the largest minus the smallest of [a], [b] and [c]"),
            ("sorted([a, b, c])[1]", "the middle one of [a], [b] and [c] by size"),
        ]
    )
    return compose(
        _ABC,
        f"return {code}",
        returns,
        does=f"computes {returns}",
        plan=f"write the formula: {code}.",
        names="combine compute",
    )


def quadratic_three(rng: random.Random) -> Program:
    """A formula of three numbers with a square."""
    p, q, r = (rng.randint(2, 9) for _ in range(3))
    sign, word = rng.choice([("+", "plus"), ("-", "minus")])
    code = f"{p} * a ** 2 + {q} * b {sign} {r} * c"
    returns = f"{p} times [a] squared plus {q} times [b] {word} {r} times [c]"
    return compose(
        _ABC,
        f"return {code}",
        returns,
        does=f"computes {returns}",
        plan=f"write the formula term by term: {code}.",
        names="poly combine compute",
    )


def compared_pair(rng: random.Random) -> Program:
    """A value that depends on which of two numbers is larger."""
    yes, no, same = rng.sample(range(-1, 12), 3)
    body = f"if a > b:\n    return {yes}\nif a < b:\n    return {no}\nreturn {same}"
    returns = f"{yes} if [a] is greater than [b], {no} if [a] is less than [b], else {same}"
    plan = f"test a > b: {yes}; test a < b: {no}; else {same}."
    return compose(_AB, body, returns, does=f"returns {returns}", plan=plan, names="compare order")


def mixed_three(rng: random.Random) -> Program:
    """A formula of three numbers with a comparison or a distance."""
    k = rng.randint(2, 12)
    code, returns = rng.choice(
        [
            (
                f"max(abs(a - b), abs(b - c)) + {k}",
                f"the larger of the distance from [a] to [b] and from [b] to [c], plus {k}",
            ),
            (
                f"(a + b) * {k} - abs(c)",
                f"the sum of [a] and [b], multiplied by {k}, minus the absolute value of [c]",
            ),
            (
                f"max(a, b) * {k} + min(b, c)",
                f"{k} times the larger of [a] and [b], plus the smaller of [b] and [c]",
            ),
            (
                f"a * {k} if a > b else b - c",
                f"{k} times [a] if [a] is greater than [b], otherwise [b] minus [c]",
            ),
            (
                f"max(a, b, c) * {k} - min(a, b, c)",
                f"{k} times the largest minus the smallest of [a], [b] and [c]",
            ),
        ]
    )
    return compose(
        _ABC,
        f"return {code}",
        returns,
        does=f"computes {returns}",
        plan=f"piece by piece: {code}.",
        names="combine compute",
    )
