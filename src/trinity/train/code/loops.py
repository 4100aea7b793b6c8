"""Functions with loops and conditionals: FizzBuzz, gcd, Collatz, sequences and so on."""

from __future__ import annotations

import random

from trinity.train.code.pieces import times_words
from trinity.train.code.program import Program, compose
from trinity.train.code.ranges import (
    countdown,
    divisors,
    number_row,
    repeated,
    sum_to,
    sum_where,
    sum_where_mapped,
)

_NAT = (("n", "nat"),)


_SMALL = (("n", "small"),)


_POS = (("n", "pos"),)


def loop(rng: random.Random, level: int) -> Program:
    """A function whose work is a loop."""
    makers = (
        (number_row, number_row, countdown),
        (sum_to, sum_to, divisors, repeated),
        (sum_where, sum_where, _fizz_one, _gcd),
        (_fizz, _collatz, _doubling, sum_where_mapped),
        (_fizz_list, _sequence, _both_loops),
    )
    return rng.choice(makers[level - 1])(rng)


_FIZZ = ("fizz", "buzz", "foo", "bar", "ping", "pong", "tick", "tock", "red", "blue", "hop", "clap")


def _fizz_one(rng: random.Random) -> Program:
    word, k = rng.choice(_FIZZ), rng.randint(2, 9)
    body = f'if n % {k} == 0:\n    return "{word}"\nreturn n'
    returns = f'"{word}" if [n] is divisible by {k}, otherwise [n]'
    if rng.random() < 0.5:
        body = body.replace("return n", "return str(n)")
        returns += " as a string"
    return compose(
        _NAT,
        body,
        returns,
        f'n % {k} == 0: "{word}"; else n.',
        f"{word} label say",
        short=f'"{word}" if n % {k} == 0',
        does=f"returns {returns}",
    )


def _fizz_rules(rng: random.Random) -> tuple[str, str, int, int]:
    first, second = rng.sample(_FIZZ, 2)
    a, b = rng.sample(range(2, 10), 2)
    while a % b == 0 or b % a == 0:
        a, b = rng.sample(range(2, 10), 2)
    return first, second, a, b


def _fizz(rng: random.Random) -> Program:
    first, second, a, b = _fizz_rules(rng)
    if rng.random() < 0.5:
        body = (
            f'if n % {a} == 0 and n % {b} == 0:\n    return "{first}{second}"\n'
            f'if n % {a} == 0:\n    return "{first}"\n'
            f'if n % {b} == 0:\n    return "{second}"\nreturn str(n)'
        )
        returns = (
            f'"{first}{second}" if [n] is divisible by {a} and {b}, "{first}" if only by '
            f'{a}, "{second}" if only by {b}, else [n] as a string'
        )
        plan = f"first test both {a} and {b}, then {a}, then {b}; last str(n)."
    else:
        body = (
            f'if n % {a} == 0:\n    return "{first}"\nif n % {b} == 0:\n'
            f'    return "{second}"\nreturn str(n)'
        )
        returns = (
            f'"{first}" if [n] is divisible by {a}; otherwise "{second}" if [n] is '
            f"divisible by {b}; otherwise [n] as a string"
        )
        plan = f"first test {a}, then {b}; last str(n)."
    return compose(
        _NAT, body, returns, plan, f"fizzbuzz say {first}", short=plan, does=f"returns {returns}"
    )


def _fizz_list(rng: random.Random) -> Program:
    first, second, a, b = _fizz_rules(rng)
    body = (
        f"result = []\nfor i in range(1, n + 1):\n    if i % {a} == 0:\n"
        f'        result.append("{first}")\n    elif i % {b} == 0:\n'
        f'        result.append("{second}")\n    else:\n        result.append(i)\n'
        "return result"
    )
    returns = (
        f'a list of the numbers from 1 to [n], with "{first}" for those divisible by {a}, '
        f'else "{second}" for those divisible by {b}'
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"loop i from 1 to n; test {a}, then {b}, else i; append.",
        f"fizzbuzz {first}",
        short=f"if i % {a}, elif i % {b}, else i",
        does=f"returns {returns}",
    )


def _gcd(rng: random.Random) -> Program:
    k = rng.randint(2, 12)
    last, words = rng.choice(
        [("a", "{}"), (f"a * {k}", f"{k} times {{}}"), (f"a + {k}", f"{{}}, plus {k}")]
    )
    body = f"while b:\n    a, b = b, a % b\nreturn {last}"
    returns = words.format("the greatest common divisor of [a] and [b]")
    return compose(
        (("a", "pos"), ("b", "pos")),
        body,
        returns,
        f"while b is not 0: a, b = b, a % b. then {last}.",
        "gcd divisor",
        short="a, b = b, a % b",
    )


def _collatz(rng: random.Random) -> Program:
    k = rng.choice((3, 3, 3, 3, 1))
    c = rng.randint(0, 20)
    body = (
        f"steps = {c}\nwhile n > 1:\n    n = n // 2 if n % 2 == 0 else {k} * n + 1\n"
        "    steps += 1\nreturn steps"
    )
    rule = f"{k} times [n] plus 1" if k > 1 else "[n] plus 1"
    returns = (
        f"how many steps it takes [n] to reach 1, where a step halves an even [n] and turns "
        f"an odd [n] into {rule}"
    )
    if c:
        returns = f"{c} plus the number of steps" + returns.removeprefix("how many steps")
    return compose(
        _POS,
        body,
        returns,
        "while n > 1: halve if even, else the odd rule; count steps.",
        "collatz steps",
        short="while n > 1",
    )


def _doubling(rng: random.Random) -> Program:
    start, k, limit = rng.randint(1, 9), rng.randint(2, 4), rng.randint(0, 9)
    body = (
        f"x = {start}\nsteps = {limit}\nwhile x < n:\n    x = x * {k}\n    steps += 1\nreturn steps"
    )
    if limit == 0:
        returns = f"how many times {start} must be multiplied by {k} to reach at least [n]"
    else:
        returns = (
            f"{limit} plus the number of times {start} must be multiplied by {k} to reach "
            "at least [n]"
        )
    return compose(
        _NAT,
        body,
        returns,
        f"x = {start}; while x < n: x *= {k}, count a step.",
        "steps growth",
        short=f"while x < n: x * {k}",
    )


def _sequence(rng: random.Random) -> Program:
    a, b = rng.randint(0, 5), rng.randint(1, 6)
    p, q = rng.randint(1, 3), rng.randint(1, 3)
    step = f"{f'{p} * ' if p > 1 else ''}b + {f'{q} * ' if q > 1 else ''}a"
    body = f"a, b = {a}, {b}\nfor i in range(n):\n    a, b = b, {step}\nreturn a"
    rule = {(1, 1): "the sum of the two before it"}.get(
        (p, q), f"{times_words(p)}the one before plus {times_words(q)}the one before that"
    )
    returns = (
        f"the term with index [n] (from 0) of the sequence that starts {a}, {b} and where "
        f"each next term is {rule}"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"a, b = {a}, {b}; n times: a, b = b, {step}; return a.",
        "sequence term",
        short=f"a, b = b, {step}",
    )


def _both_loops(rng: random.Random) -> Program:
    k = rng.randint(2, 20)
    code, words = rng.choice([("i * j", "the product"), ("i + j", "the sum")])
    sign, how = rng.choice(
        [
            (f"> {k}", f"is greater than {k}"),
            (f"% {k} == 0", f"is divisible by {k}"),
            (f"== {k}", f"equals {k}"),
        ]
    )
    body = (
        f"count = 0\nfor i in range(1, n + 1):\n    for j in range(1, n + 1):\n"
        f"        if ({code}) {sign}:\n            count += 1\nreturn count"
    )
    returns = f"the number of pairs i, j from 1 to [n] for which {words} of i and j {how}"
    return compose(
        _SMALL,
        body,
        returns,
        f"two loops over 1 to n; count if ({code}) {sign}.",
        "count_pairs pairs",
        short=f"({code}) {sign}",
        does=returns.replace("the number of", "counts the"),
    )
