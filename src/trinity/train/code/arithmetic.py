"""Functions of numbers: formulas, digits and values by cases."""

from __future__ import annotations

import random

from trinity.train.code.cases import by_three_cases, by_two_cases
from trinity.train.code.formulas import (
    combined_pair,
    combined_three,
    compared_pair,
    mixed_three,
    quadratic_three,
    scaled_pair,
    simple_pair,
)
from trinity.train.code.pieces import Condition, number_condition
from trinity.train.code.program import Program, compose

_N = (("n", "int"),)


def formula(rng: random.Random, level: int) -> Program:
    """A function that computes a number from one to three numbers."""
    makers = (
        (_scaled, _scaled, _power),
        (_linear, _linear, simple_pair, combined_pair, _remainder),
        (_clamp, scaled_pair, _digits, compared_pair, _quadratic),
        (by_two_cases, combined_three, _digit_formula),
        (by_three_cases, quadratic_three, mixed_three),
    )
    return rng.choice(makers[level - 1])(rng)


def _scaled(rng: random.Random) -> Program:
    k = rng.randint(3, 60)
    code, returns, does, names = rng.choice(
        [
            (f"n * {k}", f"{k} times [n]", f"multiplies [n] by {k}", "times multiply scale"),
            (f"n * {k}", f"[n] multiplied by {k}", f"multiplies [n] by {k}", "times multiply"),
            (f"n + {k}", f"[n] plus {k}", f"adds {k} to [n]", "add plus increase"),
            (f"n + {k}", f"the sum of [n] and {k}", f"adds {k} to [n]", "add plus increase"),
            (f"n - {k}", f"[n] minus {k}", f"subtracts {k} from [n]", "subtract minus decrease"),
            (f"{k} - n", f"{k} minus [n]", f"subtracts [n] from {k}", "rest complement"),
            (
                f"n // {k}",
                f"[n] divided by {k}, rounded down",
                f"divides [n] by {k} and rounds down",
                "divide share",
            ),
            (
                f"n % {k}",
                f"the remainder of [n] divided by {k}",
                f"gives the remainder of [n] divided by {k}",
                "remainder mod rest",
            ),
        ]
    )
    return compose(
        _N, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names=names
    )


def _power(rng: random.Random) -> Program:
    k = rng.randint(1, 30)
    code, returns, does = rng.choice(
        [
            ("n ** 2", "the square of [n]", "squares [n]"),
            ("n ** 3", "the cube of [n]", "cubes [n]"),
            ("abs(n)", "the absolute value of [n]", "gives the absolute value of [n]"),
            (f"max(n, {k})", f"the larger of [n] and {k}", f"gives the larger of [n] and {k}"),
            (f"min(n, {k})", f"the smaller of [n] and {k}", f"gives the smaller of [n] and {k}"),
            (
                f"abs(n - {k})",
                f"the distance between [n] and {k}",
                f"gives the distance between [n] and {k}",
            ),
        ]
    )
    return compose(
        _N,
        f"return {code}",
        returns,
        does=does,
        plan=f"one line: return {code}.",
        names="compute value",
    )


def _linear(rng: random.Random) -> Program:
    a, b = rng.randint(2, 12), rng.randint(1, 20)
    code, returns, does = rng.choice(
        [
            (f"{a} * n + {b}", f"{a} times [n], plus {b}", f"multiplies [n] by {a} and adds {b}"),
            (
                f"{a} * n - {b}",
                f"{a} times [n] minus {b}",
                f"multiplies [n] by {a} and subtracts {b}",
            ),
            (
                f"(n + {b}) * {a}",
                f"the sum of [n] and {b}, multiplied by {a}",
                f"adds {b} to [n] and multiplies the result by {a}",
            ),
            (
                f"(n - {b}) * {a}",
                f"[n] minus {b}, all multiplied by {a}",
                f"subtracts {b} from [n] and multiplies the result by {a}",
            ),
            (f"n ** 2 + {b}", f"{b} more than the square of [n]", f"squares [n] and adds {b}"),
            (f"n ** 2 - {b}", f"[n] squared minus {b}", f"squares [n] and subtracts {b}"),
            (f"{b} - {a} * n", f"{b} minus {a} times [n]", f"subtracts {a} times [n] from {b}"),
        ]
    )
    plan = f"{does.replace('[n]', 'n')}: {code}."
    return compose(
        _N, f"return {code}", returns, does=does, plan=plan, names="compute value formula"
    )


def _remainder(rng: random.Random) -> Program:
    k, b = rng.randint(2, 12), rng.randint(1, 9)
    code, returns, does = rng.choice(
        [
            (
                f"(n + {b}) % {k}",
                f"the remainder of [n] plus {b} divided by {k}",
                f"adds {b} to [n] and takes the remainder modulo {k}",
            ),
            (
                f"n % {k} + {b}",
                f"{b} more than the remainder of [n] divided by {k}",
                f"takes the remainder of [n] modulo {k} and adds {b}",
            ),
            (
                f"n - n % {k}",
                f"the largest multiple of {k} that is at most [n]",
                f"rounds [n] down to a multiple of {k}",
            ),
        ]
    )
    if code.startswith("("):
        returns = f"the remainder when [n] plus {b} is divided by {k}"
    return compose(
        _N,
        f"return {code}",
        returns,
        does=does,
        plan=f"one line: return {code}.",
        names="remainder mod",
    )


def _clamp(rng: random.Random) -> Program:
    low = rng.randint(-5, 10)
    high = low + rng.randint(3, 30)
    code = f"max({low}, min(n, {high}))"
    returns = rng.choice(
        [
            f"[n] limited to the range {low} to {high}",
            f"[n], but at least {low} and at most {high}",
            f"{low} if [n] is below {low}, {high} if it is above {high}, else [n]",
        ]
    )
    does = rng.choice(
        [f"clamps [n] to the range {low} to {high}", f"limits [n] to between {low} and {high}"]
    )
    plan = f"min(n, {high}) cuts the top; max({low}, ...) cuts the bottom."
    return compose(_N, f"return {code}", returns, does=does, plan=plan, names="clamp limit bound")


def _quadratic(rng: random.Random) -> Program:
    a, b = rng.randint(2, 12), rng.randint(1, 20)
    sign, word = rng.choice([("+", "plus"), ("-", "minus")])
    code, returns = rng.choice(
        [
            (f"n ** 2 + {a} * n {sign} {b}", f"[n] squared plus {a} times [n] {word} {b}"),
            (f"{a} * n ** 2 {sign} {b}", f"{a} times [n] squared {word} {b}"),
            (f"n ** 3 {sign} {a} * n", f"[n] cubed {word} {a} times [n]"),
            (f"n * (n + {a})", f"the product of [n] and [n] plus {a}"),
        ]
    )
    if code.startswith("n * ("):
        returns = f"[n] times the sum of [n] and {a}"
    return compose(
        _N,
        f"return {code}",
        returns,
        does=f"computes {returns}",
        plan=f"write the formula: {code}.",
        names="poly compute value",
    )


def _digits(rng: random.Random) -> Program:
    k = rng.randint(0, 9)
    code, returns, does, names = rng.choice(
        [
            (
                "sum(int(c) for c in str(n))",
                "the sum of the digits of [n]",
                "adds up the digits of [n]",
                "digit_sum",
            ),
            (
                "len(str(n))",
                "the number of digits of [n]",
                "counts the digits of [n]",
                "count_digits",
            ),
            (
                "int(str(n)[::-1])",
                "the number with the digits of [n] reversed",
                "reverses the digits of [n]",
                "reverse_digits",
            ),
            (
                "max(int(c) for c in str(n))",
                "the largest digit of [n]",
                "finds the largest digit of [n]",
                "max_digit",
            ),
            (
                "min(int(c) for c in str(n))",
                "the smallest digit of [n]",
                "finds the smallest digit of [n]",
                "min_digit",
            ),
            (
                f'str(n).count("{k}")',
                f"how many times the digit {k} occurs in [n]",
                f"counts how often the digit {k} occurs in [n]",
                "count_digit",
            ),
        ]
    )
    plan = f"str(n) gives the digits; then {code}."
    return compose(
        (("n", "big"),), f"return {code}", returns, does=does, plan=plan, names=names + " digits"
    )


def _digit_formula(rng: random.Random) -> Program:
    k = rng.randint(2, 9)
    cond = number_condition(rng, parameter=False)
    if cond.before not in ("even", "odd"):
        cond = Condition("x % 2 == 0", "is even", "", "even")
    test = cond.code.replace("x", "int(c)")
    code, returns = rng.choice(
        [
            (
                f"sum(int(c) for c in str(n) if {test})",
                f"the sum of the {cond.before} digits of [n]",
            ),
            (f"sum(1 for c in str(n) if {test})", f"how many digits of [n] are {cond.before}"),
            (
                f"sum(int(c) ** 2 for c in str(n)) % {k}",
                f"the sum of the squared digits of [n], modulo {k}",
            ),
            (f"sum(int(c) for c in str(n)) * {k}", f"{k} times the sum of the digits of [n]"),
            (
                f"sum(int(c) for c in str(n) if int(c) > {k})",
                f"the sum of the digits of [n] that are greater than {k}",
            ),
        ]
    )
    plan = f"turn each digit c of str(n) into int(c); then {code}."
    return compose(
        (("n", "big"),),
        f"return {code}",
        returns,
        does=f"computes {returns}",
        plan=plan,
        names="digits digit_sum",
    )
