"""Functions of one, two or three numbers: formulas, digits, comparisons and predicates."""

from __future__ import annotations

import random

from trinity.train.code.pieces import Condition, number_condition
from trinity.train.code.program import Program

_N = (("n", "int"),)
_AB = (("a", "int"), ("b", "int"))
_ABC = (("a", "int"), ("b", "int"), ("c", "int"))


def formula(rng: random.Random, level: int) -> Program:
    """A function that computes a number from one to three numbers."""
    makers = (
        (_scaled, _scaled, _power),
        (_linear, _linear, _two, _combined, _remainder),
        (_clamp, _two_scaled, _digits, _compare, _quadratic),
        (_piecewise, _three, _digit_formula),
        (_piecewise_three, _quadratic_three, _distance),
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
    return compose(_N, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names=names)


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
    return compose(_N, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names="compute value")


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
    return compose(_N, f"return {code}", returns, does=does, plan=plan, names="compute value formula")


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
    return compose(_N, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names="remainder mod")


def _two(rng: random.Random) -> Program:
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
    return compose(_AB, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names=names)


def _combined(rng: random.Random) -> Program:
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
    return compose(_AB, f"return {code}", returns, does=does, plan=f"one line: return {code}.", names="combine compute")


def _two_scaled(rng: random.Random) -> Program:
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


def _three(rng: random.Random) -> Program:
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


def _quadratic_three(rng: random.Random) -> Program:
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
    return compose((("n", "big"),), f"return {code}", returns, does=does, plan=plan, names=names + " digits")


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
        (("n", "big"),), f"return {code}", returns, does=f"computes {returns}", plan=plan, names="digits digit_sum"
    )


def _compare(rng: random.Random) -> Program:
    yes, no, same = rng.sample(range(-1, 12), 3)
    body = f"if a > b:\n    return {yes}\nif a < b:\n    return {no}\nreturn {same}"
    returns = f"{yes} if [a] is greater than [b], {no} if [a] is less than [b], else {same}"
    plan = f"test a > b: {yes}; test a < b: {no}; else {same}."
    return compose(_AB, body, returns, does=f"returns {returns}", plan=plan, names="compare order")


_VALUES = ("n + {k}", "n * {k}", "n - {k}", "n ** 2", "{k}", "-n")
_VALUE_WORDS = ("[n] plus {k}", "[n] times {k}", "[n] minus {k}", "[n] squared", "{k}", "minus [n]")


def _value(rng: random.Random) -> tuple[str, str]:
    index, k = rng.randrange(len(_VALUES)), rng.randint(2, 12)
    return _VALUES[index].format(k=k), _VALUE_WORDS[index].format(k=k)


def _piecewise(rng: random.Random) -> Program:
    cond = number_condition(rng)
    (yes, yes_words), (no, no_words) = _value(rng), _value(rng)
    while no == yes:
        no, no_words = _value(rng)
    body = f"if {cond.code.replace('x', 'n')}:\n    return {yes}\nreturn {no}"
    returns = f"{yes_words} if [n] {cond.holds}, otherwise {no_words}"
    return compose(
        _N,
        body,
        returns,
        does=f"returns {returns}",
        plan=f"if {cond.code.replace('x', 'n')}: {yes}; else {no}.",
        names="choose branch rule",
    )


def _piecewise_three(rng: random.Random) -> Program:
    first, second = number_condition(rng, parameter=False), number_condition(rng)
    while second.code == first.code:
        second = number_condition(rng)
    values = [_value(rng) for _ in range(3)]
    while len(set(values)) < 3:
        values = [_value(rng) for _ in range(3)]
    tests = [cond.code.replace("x", "n") for cond in (first, second)]
    body = (
        f"if {tests[0]}:\n    return {values[0][0]}\n"
        f"if {tests[1]}:\n    return {values[1][0]}\nreturn {values[2][0]}"
    )
    returns = (
        f"{values[0][1]} if [n] {first.holds}; otherwise {values[1][1]} if [n] {second.holds}; "
        f"otherwise {values[2][1]}"
    )
    plan = f"first if {tests[0]}; then if {tests[1]}; last return {values[2][0]}."
    return compose(_N, body, returns, does=f"returns {returns}", plan=plan, names="choose branch rule")


def _distance(rng: random.Random) -> Program:
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
