"""Functions that loop over the numbers from 1 to n."""

from __future__ import annotations

import random

from trinity.train.code.pieces import Condition, number_mapping
from trinity.train.code.program import Program, compose

_NAT = (("n", "nat"),)


_SMALL = (("n", "small"),)


_POS = (("n", "pos"),)


def number_row(rng: random.Random) -> Program:
    """A list of numbers in a row."""
    k, a = rng.randint(2, 12), rng.randint(1, 9)
    code, returns, does = rng.choice(
        [
            (
                f"[i * {k} for i in range(1, n + 1)]",
                f"the first [n] positive multiples of {k}",
                f"lists the first [n] positive multiples of {k}",
            ),
            (
                f"list(range({a}, n + 1, {k}))",
                f"the list of numbers from {a} up to [n] in steps of {k}",
                f"lists the numbers from {a} up to [n] in steps of {k}",
            ),
            (
                f"[i + {k} for i in range(n)]",
                f"a list of [n] numbers in a row starting at {k}",
                f"lists [n] numbers in a row starting at {k}",
            ),
            (
                f"[i ** 2 + {a} for i in range(n)]",
                f"a list of i squared plus {a} for each i from 0 to [n] minus 1",
                f"lists i squared plus {a} for each i from 0 to [n] minus 1",
            ),
            (
                f"[{k}] * n",
                f"a list of [n] times the number {k}",
                f"makes a list that holds {k} [n] times",
            ),
        ]
    )
    return compose(
        _SMALL,
        f"return {code}",
        returns,
        f"one expression over range: {code}.",
        "numbers make_list series",
        short=code,
        does=does,
    )


def countdown(rng: random.Random) -> Program:
    """A list of numbers down or up to a limit."""
    k = rng.randint(1, 6)
    code, returns = rng.choice(
        [
            (f"list(range(n, {k} - 1, -1))", f"the numbers from [n] down to {k}"),
            (f"list(range(n + {k}, 0, -1))", f"the numbers from [n] plus {k} down to 1"),
            (f"list(range({k}, n + 1))", f"the numbers from {k} to [n], both included"),
        ]
    )
    code = code.replace(f"{k} - 1", str(k - 1))
    return compose(
        _SMALL,
        f"return {code}",
        f"a list of {returns}",
        f"use range: {code}.",
        "countdown numbers",
        short=code,
        does=f"lists {returns}",
    )


def sum_to(rng: random.Random) -> Program:
    """A sum over the numbers from 1 to n."""
    mapping = number_mapping(rng)
    while "abs" in mapping.code:
        mapping = number_mapping(rng)
    code = mapping.code.replace("x", "i")
    body = f"total = 0\nfor i in range(1, n + 1):\n    total += {code}\nreturn total"
    returns = f"the sum of {mapping.of.format('the numbers from 1 to [n]')}"
    return compose(
        _NAT,
        body,
        returns,
        f"total 0; for i from 1 to n add {code}.",
        "sum_to total series",
        short=f"total += {code}",
        does=returns.replace("the sum of", "sums"),
    )


def _range_condition(rng: random.Random) -> Condition:
    k = rng.randint(3, 12)
    if rng.random() < 0.3:
        return rng.choice(
            (
                Condition("x % 2 == 0", "is even", "", "even"),
                Condition("x % 2 == 1", "is odd", "", "odd"),
            )
        )
    return rng.choice(
        (
            Condition(f"x % {k} == 0", f"is divisible by {k}", f"divisible by {k}"),
            Condition(f"x % {k} != 0", f"is not divisible by {k}", f"not divisible by {k}"),
            Condition(
                f"x % {k} == 1",
                f"leaves 1 modulo {k}",
                f"that leave remainder 1 when divided by {k}",
            ),
        )
    )


def sum_where(rng: random.Random) -> Program:
    """Numbers from 1 to n that meet a condition: summed, counted or listed."""
    condition = _range_condition(rng)
    code = condition.code.replace("x", "i")
    things = condition.things("numbers from 1 to [n]")
    body, returns, does = rng.choice(
        [
            (
                f"total = 0\nfor i in range(1, n + 1):\n    if {code}:\n        total += i\n"
                "return total",
                f"the sum of the {things}",
                f"adds up the {things}",
            ),
            (
                f"count = 0\nfor i in range(1, n + 1):\n    if {code}:\n        count += 1\n"
                "return count",
                f"the number of {things}",
                f"counts the {things}",
            ),
            (
                f"result = []\nfor i in range(1, n + 1):\n    if {code}:\n"
                "        result.append(i)\nreturn result",
                f"a list of the {things}",
                f"lists the {things}",
            ),
        ]
    )
    return compose(
        _NAT,
        body,
        returns,
        f"loop i from 1 to n; if {code}: use it.",
        "sum_to count_to find",
        short=f"if {code}",
        does=does,
    )


def sum_where_mapped(rng: random.Random) -> Program:
    """A sum of changed numbers that meet a condition."""
    condition, mapping = _range_condition(rng), number_mapping(rng)
    while "abs" in mapping.code:
        mapping = number_mapping(rng)
    test, code = condition.code.replace("x", "i"), mapping.code.replace("x", "i")
    things = mapping.of.format(f"the {condition.things('numbers from 1 to [n]')}")
    body = (
        f"total = 0\nfor i in range(1, n + 1):\n    if {test}:\n        total += {code}\n"
        "return total"
    )
    return compose(
        _NAT,
        body,
        f"the sum of {things}",
        f"loop i from 1 to n; if {test}: total += {code}.",
        "sum_to total",
        short=f"total += {code}",
        does=f"sums {things}",
    )


def divisors(rng: random.Random) -> Program:
    """The divisors of n: listed, counted or summed."""
    k = rng.randint(1, 12)
    body, returns, does = rng.choice(
        [
            (
                "return [d for d in range(1, n + 1) if n % d == 0]",
                "a list of the divisors of [n]",
                "lists the divisors of [n]",
            ),
            (
                "return sum(1 for d in range(1, n + 1) if n % d == 0)",
                "the number of divisors of [n]",
                "counts the divisors of [n]",
            ),
            (
                "return sum(d for d in range(1, n + 1) if n % d == 0)",
                "the sum of the divisors of [n]",
                "adds up the divisors of [n]",
            ),
            (
                f"return [d for d in range(1, n + 1) if n % d == 0 and d > {k}]",
                f"a list of the divisors of [n] greater than {k}",
                f"lists the divisors of [n] greater than {k}",
            ),
            (
                f"return sum(d for d in range(1, n + 1) if n % d == 0 and d > {k})",
                f"the sum of the divisors of [n] greater than {k}",
                f"adds up the divisors of [n] greater than {k}",
            ),
        ]
    )
    return compose(
        _POS,
        body,
        returns,
        "d from 1 to n divides n if n % d == 0; collect.",
        "divisors factors",
        short="n % d == 0",
        does=does,
    )


def repeated(rng: random.Random) -> Program:
    """A step that is repeated n times."""
    start, k = rng.randint(1, 9), rng.randint(2, 5)
    body = f"x = {start}\nfor i in range(n):\n    x = x * {k}\nreturn x"
    if rng.random() < 0.5:
        add = rng.randint(1, 9)
        body = body.replace(f"x * {k}", f"x + {add}")
        returns = f"the result of starting with {start} and adding {add} [n] times"
        code = f"x + {add}"
        does = f"starts with {start} and adds {add} [n] times"
    else:
        returns = f"the result of starting with {start} and multiplying by {k} [n] times"
        code = f"x * {k}"
        does = f"starts with {start} and multiplies by {k} [n] times"
    return compose(
        _SMALL,
        body,
        returns,
        f"x = {start}; repeat n times: x = {code}.",
        "repeat grow",
        short=f"x = {code}",
        does=does,
    )
