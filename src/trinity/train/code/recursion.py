"""Functions that call themselves, once or twice."""

from __future__ import annotations

import random

from trinity.train.code.pieces import number_condition, number_mapping, things_in, times_words
from trinity.train.code.program import Program, compose

_NAT = (("n", "nat"),)


_SMALL = (("n", "small"),)


def recursion(rng: random.Random, level: int) -> Program:
    """A function that calls itself."""
    makers = (
        (_rec_sum, _rec_sum, _rec_factorial),
        (_rec_power, _rec_sum_list, _rec_steps),
        (_rec_rule, _rec_digits, _rec_text),
        (_rec_fibonacci, _rec_list_if),
        (_rec_two_terms, _rec_branch),
    )
    return rng.choice(makers[level - 1])(rng)


def _rec_sum(rng: random.Random) -> Program:
    k, base = rng.randint(1, 9), rng.randint(0, 9)
    step, rule = rng.choice(
        [
            (f"@(n - 1) + {k}", f"{k} more than its value for [n] minus 1"),
            ("@(n - 1) + n", "[n] plus its value for [n] minus 1"),
            (f"@(n - 1) + {k + 1} * n", f"{k + 1} times [n] plus its value for [n] minus 1"),
        ]
    )
    body = f"if n == 0:\n    return {base}\nreturn {step}"
    returns = f"{base} for 0, and for larger [n] {rule}, using recursion"
    return compose(
        _SMALL,
        body,
        returns,
        f"base case n == 0: {base}; else {step}.",
        "rec recurse",
        short=step,
        does=f"returns {returns}",
    )


def _rec_factorial(rng: random.Random) -> Program:
    k = rng.randint(1, 12)
    if k == 1:
        returns, body = (
            "the factorial of [n], using recursion",
            ("if n == 0:\n    return 1\nreturn n * @(n - 1)"),
        )
    else:
        returns = f"{k} times the factorial of [n], using recursion"
        body = f"if n == 0:\n    return {k}\nreturn n * @(n - 1)"
    return compose(
        _SMALL,
        body,
        returns,
        f"base case 0: {k}; else n * @(n - 1).",
        "factorial fact",
        short="n * @(n - 1)",
    )


def _rec_power(rng: random.Random) -> Program:
    k, base = rng.randint(2, 5), rng.randint(1, 9)
    start = "" if base == 1 else f"{base} times "
    returns = f"{start}{k} to the power of [n], using recursion"
    body = f"if n == 0:\n    return {base}\nreturn {k} * @(n - 1)"
    return compose(
        _SMALL,
        body,
        returns,
        f"base case 0: {base}; else {k} * @(n - 1).",
        "power pow_rec",
        short=f"{k} * @(n - 1)",
    )


def _rec_sum_list(rng: random.Random) -> Program:
    mapping, base = number_mapping(rng), 0
    code = mapping.code.replace("x", "xs[0]")
    body = f"if not xs:\n    return {base}\nreturn {code} + @(xs[1:])"
    returns = f"the sum of {mapping.of.format('the numbers in [xs]')}, using recursion"
    return compose(
        (("xs", "ints"),),
        body,
        returns,
        f"empty list: 0; else {code} plus f of the rest xs[1:].",
        "total rec_sum",
        short=f"{code} + @(xs[1:])",
    )


def _rec_list_if(rng: random.Random) -> Program:
    condition, mapping = number_condition(rng), number_mapping(rng)
    test, code = condition.code.replace("x", "xs[0]"), mapping.code.replace("x", "xs[0]")
    things = mapping.of.format(f"the {things_in(condition, 'numbers', '[xs]')}")
    body = f"if not xs:\n    return 0\nif {test}:\n    return {code} + @(xs[1:])\nreturn @(xs[1:])"
    return compose(
        (("xs", "ints"),),
        body,
        f"the sum of {things}, using recursion",
        f"empty: 0; if {test} add {code} to @(xs[1:]); else @(xs[1:]).",
        "total rec_sum",
        short=f"{code} + @(xs[1:])",
    )


def _rec_steps(rng: random.Random) -> Program:
    k = rng.randint(2, 12)
    how, words = rng.choice(
        [(f"n // {k}", f"divided by {k}, rounding down"), (f"n - {k}", f"lowered by {k}")]
    )
    body = f"if n <= 0:\n    return 0\nreturn 1 + @({how})"
    returns = f"how many times [n] can be {words}, until it is 0 or less, using recursion"
    return compose(
        _NAT,
        body,
        returns,
        f"n <= 0: 0 steps; else 1 + @({how}).",
        "steps count_steps",
        short=f"1 + @({how})",
    )


def _rec_rule(rng: random.Random) -> Program:
    k, m, base = rng.randint(2, 4), rng.randint(1, 9), rng.randint(0, 9)
    sign, word = rng.choice([("+", "plus"), ("-", "minus")])
    body = f"if n == 0:\n    return {base}\nreturn {k} * @(n - 1) {sign} {m}"
    returns = (
        f"{base} for 0, and for larger [n] {k} times its value for [n] minus 1, {word} {m}, "
        "using recursion"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"base case 0: {base}; else {k} * @(n - 1) {sign} {m}.",
        "rec recurse",
        short=f"{k} * @(n - 1) {sign} {m}",
        does=f"returns {returns}",
    )


def _rec_digits(rng: random.Random) -> Program:
    k = rng.randint(1, 20)
    last, words = rng.choice(
        [
            (f"n % 10 * {k}", f"{k} times the sum of the digits"),
            (str(k), f"{k} times the number of digits"),
        ]
    )
    last, words = (last, words) if k > 1 else ("n % 10", "the sum of the digits")
    body = f"if n == 0:\n    return 0\nreturn {last} + @(n // 10)"
    returns = f"{words} of [n], with 0 for 0, using recursion"
    return compose(
        (("n", "big"),),
        body,
        returns,
        f"0: 0; last digit part {last}, rest @(n // 10).",
        "digits rec_digits",
        short=f"{last} + @(n // 10)",
    )


def _rec_text(rng: random.Random) -> Program:
    mark = rng.choice("-*.+/_,:")
    body, returns, short = rng.choice(
        [
            (
                'if s == "":\n    return ""\nreturn @(s[1:]) + s[0]',
                "[s] reversed, using recursion",
                "@(s[1:]) + s[0]",
            ),
            (
                f'if s == "":\n    return ""\nreturn s[0] + "{mark}" + @(s[1:])',
                f'[s] with "{mark}" after each character, using recursion',
                "s[0] + mark + @(s[1:])",
            ),
            (
                f'if s == "":\n    return "{mark}"\nreturn @(s[1:]) + s[0]',
                f'"{mark}" followed by [s] reversed, using recursion',
                "@(s[1:]) + s[0]",
            ),
        ]
    )
    return compose(
        (("s", "text"),),
        body,
        returns,
        f"empty string is the base case; else {short}.",
        "rec_text walk",
        short=short,
        does=f"returns {returns}",
    )


def _rec_fibonacci(rng: random.Random) -> Program:
    a, b = rng.randint(0, 9), rng.randint(1, 9)
    if (a, b) == (0, 1):
        returns = "the Fibonacci number with index [n], where index 0 gives 0 and index 1 gives 1"
    else:
        returns = f"{a} for 0, {b} for 1, and else the sum of its values for [n] - 1 and [n] - 2"
    body = f"if n == 0:\n    return {a}\nif n == 1:\n    return {b}\nreturn @(n - 1) + @(n - 2)"
    return compose(
        _SMALL,
        body,
        f"{returns}, using recursion",
        f"two base cases: {a} and {b}; else @(n - 1) + @(n - 2).",
        "fib fibonacci",
        short="@(n - 1) + @(n - 2)",
        does=f"returns {returns}, using recursion",
    )


def _rec_two_terms(rng: random.Random) -> Program:
    a, b, p, q = rng.randint(0, 5), rng.randint(1, 5), rng.randint(2, 4), rng.randint(1, 3)
    times = "" if q == 1 else f"{q} * "
    step = f"{p} * @(n - 1) + {times}@(n - 2)"
    body = f"if n == 0:\n    return {a}\nif n == 1:\n    return {b}\nreturn {step}"
    returns = (
        f"{a} for 0, {b} for 1, and else {p} times its value for [n] - 1 plus "
        f"{times_words(q)}its value for [n] - 2, using recursion"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"base cases {a}, {b}; else {step}.",
        "rec recurse",
        short=step,
        does=f"returns {returns}",
    )


def _rec_branch(rng: random.Random) -> Program:
    k, m = rng.randint(1, 9), rng.randint(1, 9)
    body = (
        f"if n == 0:\n    return {k}\nif n % 2 == 0:\n    return @(n // 2) + {m}\n"
        f"return @(n - 1) * 2"
    )
    returns = (
        f"{k} for 0, for other even [n] its value for half of [n] plus {m}, and for odd [n] "
        "twice its value for [n] - 1, using recursion"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"0: {k}; even: @(n // 2) + {m}; odd: @(n - 1) * 2.",
        "rec branch",
        short=f"@(n // 2) + {m}",
        does=f"returns {returns}",
    )
