"""Functions that answer True or False about numbers, texts and lists."""

from __future__ import annotations

import random

from trinity.train.code.pieces import (
    LETTERS,
    number_condition,
    two_conditions,
    word_condition,
)
from trinity.train.code.program import Program

_N = (("n", "int"),)


def predicate(rng: random.Random, level: int) -> Program:
    """A function that tests its argument."""
    makers = (
        (_number, _number, _number, _multiple),
        (_text, _text, _number_and, _pair),
        (_number_or, _prime, _digits, _list, _text_and),
        (_list, _list_rule, _square, _pair_rule),
        (_list_two, _divisors, _number_three),
    )
    return rng.choice(makers[level - 1])(rng)


def _test(
    rng: random.Random,
    params: tuple[tuple[str, str], ...],
    code: str,
    holds: str,
    names: str,
    plan: str = "",
) -> Program:
    """A program that returns `code`; `holds` is a clause such as "[n] is even"."""
    lines = code.split("\n")
    body = code if len(lines) > 1 else f"return {code}"
    returns = rng.choice(
        [
            f"True if {holds}",
            f"True if {holds}, else False",
            f"whether {holds}",
            f"True when {holds} and False otherwise",
        ]
    )
    does = rng.choice(
        [
            f"checks if {holds}",
            f"tells whether {holds}",
            f"checks whether {holds}",
            f"tests if {holds}",
            f"returns True if {holds}",
        ]
    )
    return Program(
        params=params,
        body=body,
        returns=returns,
        does=does,
        names=tuple(names.split()),
        plan=plan or f"the test is {code}; return it.",
        short=lines[-1].removeprefix("return ")[:60],
    )


def _number(rng: random.Random) -> Program:
    cond = number_condition(rng)
    name = f"is_{cond.before}" if cond.before else "check"
    return _test(rng, _N, cond.code.replace("x", "n"), f"[n] {cond.holds}", f"{name} check test")


def _multiple(rng: random.Random) -> Program:
    k = rng.randint(2, 60)
    words = rng.choice(
        ["[n] is divisible by {k}", "[n] is a multiple of {k}", "{k} divides [n]"]
    ).format(k=k)
    return _test(rng, _N, f"n % {k} == 0", words, "divisible is_multiple check")


def _number_and(rng: random.Random) -> Program:
    cond = two_conditions(rng)
    code = cond.code.replace("x", "n")
    return _test(rng, _N, code, f"[n] {cond.holds}", "check test is_ok")


def _number_or(rng: random.Random) -> Program:
    first, second = number_condition(rng), number_condition(rng)
    while first.code == second.code:
        second = number_condition(rng)
    code = f"{first.code} or {second.code}".replace("x", "n")
    return _test(rng, _N, code, f"[n] {first.holds} or {second.holds}", "check test either")


def _number_three(rng: random.Random) -> Program:
    first, second, third = (number_condition(rng) for _ in range(3))
    code = f"({first.code} or {second.code}) and {third.code}".replace("x", "n")
    holds = f"[n] {third.holds}, and also {first.holds} or {second.holds}"
    return _test(rng, _N, code, holds, "check test rule")


def _pair(rng: random.Random) -> Program:
    k = rng.randint(2, 40)
    code, holds = rng.choice(
        [
            (f"a + b > {k}", f"the sum of [a] and [b] is greater than {k}"),
            (f"a + b == {k}", f"the sum of [a] and [b] is {k}"),
            (f"a * b > {k}", f"the product of [a] and [b] is greater than {k}"),
            (f"abs(a - b) < {k}", f"[a] and [b] differ by less than {k}"),
            (f"abs(a - b) <= {k}", f"[a] and [b] differ by at most {k}"),
            (f"a - b > {k}", f"[a] exceeds [b] by more than {k}"),
            (f"(a + b) % {k} == 0", f"the sum of [a] and [b] is divisible by {k}"),
            ("a % 2 == 0 and b % 2 == 0", "both [a] and [b] are even"),
            ("(a + b) % 2 == 0", "the sum of [a] and [b] is even"),
            (f"a > {k} and b > {k}", f"[a] and [b] are both greater than {k}"),
            (f"a > {k} or b > {k}", f"at least one of [a] and [b] is greater than {k}"),
        ]
    )
    return _test(rng, (("a", "int"), ("b", "int")), code, holds, "check compare test")


def _pair_rule(rng: random.Random) -> Program:
    first, second = number_condition(rng), number_condition(rng)
    link = rng.choice(["and", "or"])
    code = f"{first.code.replace('x', 'a')} {link} {second.code.replace('x', 'b')}"
    holds = f"[a] {first.holds} {link} [b] {second.holds}"
    return _test(rng, (("a", "int"), ("b", "int")), code, holds, "check rule test")


def _text(rng: random.Random) -> Program:
    k, c = rng.randint(2, 20), rng.choice(LETTERS)
    code, holds, names = rng.choice(
        [
            ("s == s[::-1]", "[s] is a palindrome", "is_palindrome"),
            ("s == s[::-1]", "[s] reads the same backwards", "is_palindrome"),
            (f"len(s) > {k}", f"[s] is longer than {k} characters", "is_long"),
            (f"len(s) < {k}", f"[s] is shorter than {k} characters", "is_short"),
            (f'"{c}" in s', f'[s] contains the letter "{c}"', "contains has_letter"),
            (f's.startswith("{c}")', f'[s] starts with "{c}"', "starts"),
            (f's.endswith("{c}")', f'[s] ends with "{c}"', "ends"),
            (f's.count("{c}") > 1', f'[s] contains the letter "{c}" more than once', "repeated"),
            ("any(c.isdigit() for c in s)", "[s] contains a digit", "has_digit"),
            ("len(set(s)) == len(s)", "all characters of [s] are different", "all_unique"),
            (f"len(s.split()) > {k % 6 + 1}", f"[s] has more than {k % 6 + 1} words", "wordy"),
        ]
    )
    return _test(rng, (("s", "text"),), code, holds, names + " check")


def _text_and(rng: random.Random) -> Program:
    first, second = word_condition(rng), word_condition(rng)
    while first.code == second.code:
        second = word_condition(rng)
    link = rng.choice(["and", "or"])
    code = f"{first.code} {link} {second.code}".replace("w.", "s.").replace("(w)", "(s)")
    code = code.replace("in w", "in s").replace("w == w[", "s == s[")
    return _test(
        rng, (("s", "text"),), code, f"[s] {first.holds} {link} {second.holds}", "check valid test"
    )


def _prime(rng: random.Random) -> Program:
    code = (
        "if n < 2:\n    return False\nfor d in range(2, n):\n"
        "    if n % d == 0:\n        return False\nreturn True"
    )
    k = rng.randint(0, 20)
    holds, names = "[n] is a prime number", "is_prime prime"
    if k:
        code = code.replace("if n < 2:", f"n = n + {k}\nif n < 2:")
        holds, names = f"[n] plus {k} is prime", "prime_after check"
    plan = "below 2: False. try each d from 2 to n-1; if d divides n: False. else True."
    return _test(rng, _N, code, holds, names, plan)


def _digits(rng: random.Random) -> Program:
    k = rng.randint(2, 20)
    d = rng.randint(0, 9)
    code, holds = rng.choice(
        [
            ("str(n) == str(n)[::-1]", "the number [n] reads the same backwards"),
            (f"sum(int(c) for c in str(n)) > {k}", f"the sum of the digits of [n] is above {k}"),
            (
                f"sum(int(c) for c in str(n)) % {k} == 0",
                f"the sum of the digits of [n] is divisible by {k}",
            ),
            (f'"{d}" in str(n)', f"[n] contains the digit {d}"),
            (f"n % 10 == {d}", f"the last digit of [n] is {d}"),
            (f'str(n).startswith("{d}")', f"the first digit of [n] is {d}"),
        ]
    )
    return _test(rng, (("n", "big"),), code, holds, "check digit_check test")


def _square(rng: random.Random) -> Program:
    k = rng.randint(0, 20)
    plus = f" + {k}" if k else ""
    words = f"[n] plus {k} is a perfect square" if k else "[n] is a perfect square"
    power = rng.choice([2, 2, 3])
    words = words.replace("square", "cube") if power == 3 else words
    code = f"any(i ** {power} == n{plus} for i in range(n{plus} + 1))"
    return _test(
        rng,
        (("n", "nat"),),
        code,
        words,
        "is_square check",
        f"try each i from 0 to n{plus}: is i ** {power} equal to it?",
    )


def _divisors(rng: random.Random) -> Program:
    k = rng.randint(2, 9)
    more = rng.choice(["more than", "at most", "exactly"])
    sign = {"more than": ">", "at most": "<=", "exactly": "=="}[more]
    which, words = rng.choice(
        [
            ("n % d == 0", "divisors"),
            ("n % d == 0 and d % 2 == 0", "even divisors"),
            ("n % d == 0 and d % 2 == 1", "odd divisors"),
        ]
    )
    code = f"sum(1 for d in range(1, n + 1) if {which}) {sign} {k}"
    return _test(
        rng,
        (("n", "pos"),),
        code,
        f"[n] has {more} {k} {words}",
        "check divisors",
        f"count d from 1 to n with {which}; compare the count {sign} {k}.",
    )


def _list(rng: random.Random) -> Program:
    k = rng.randint(1, 30)
    code, holds, names = rng.choice(
        [
            (f"{k} in xs", f"{k} is in [xs]", "contains"),
            (f"sum(xs) > {k}", f"the sum of [xs] is greater than {k}", "big_sum"),
            (f"sum(xs) < {k}", f"the sum of [xs] is less than {k}", "small_sum"),
            (f"len(xs) > {k % 9 + 1}", f"[xs] has more than {k % 9 + 1} elements", "is_long"),
            ("xs == sorted(xs)", "[xs] is sorted in increasing order", "is_sorted"),
            ("xs == xs[::-1]", "[xs] is the same when reversed", "is_symmetric"),
            ("len(set(xs)) == len(xs)", "[xs] has no duplicates", "all_unique"),
            (f"xs.count({k}) > 1", f"{k} occurs more than once in [xs]", "repeated"),
        ]
    )
    return _test(rng, (("xs", "ints"),), code, holds, names + " check")


def _list_rule(rng: random.Random) -> Program:
    cond = number_condition(rng)
    k = rng.randint(2, 5)
    code, holds = rng.choice(
        [
            (f"not any({cond.code} for x in xs)", f"no number in [xs] {cond.holds}"),
            (
                f"sum(1 for x in xs if {cond.code}) > {k}",
                f"more than {k} of the numbers in [xs] are {cond.before or cond.after}",
            ),
            (
                f"sum(1 for x in xs if {cond.code}) == {k}",
                f"exactly {k} of the numbers in [xs] are {cond.before or cond.after}",
            ),
        ]
    )
    holds = holds.replace("are that are", "are")
    return _test(rng, (("xs", "ints"),), code, holds, "check test enough")


def _list_two(rng: random.Random) -> Program:
    first, second = number_condition(rng), number_condition(rng)
    how, words = rng.choice([("any", "at least one"), ("all", "every")])
    code = f"{how}({first.code} for x in xs) and not any({second.code} for x in xs)"
    while first.code == second.code or len(code) > 90:
        first, second = number_condition(rng), number_condition(rng)
        code = f"{how}({first.code} for x in xs) and not any({second.code} for x in xs)"
    holds = f"{words} number in [xs] {first.holds} and none {second.holds}"
    return _test(rng, (("xs", "ints"),), code, holds, "check test rule")
