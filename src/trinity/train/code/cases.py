"""Functions of one number that choose among formulas."""

from __future__ import annotations

import random

from trinity.train.code.pieces import number_condition
from trinity.train.code.program import Program, compose

_N = (("n", "int"),)

_VALUES = ("n + {k}", "n * {k}", "n - {k}", "n ** 2", "{k}", "-n")


_VALUE_WORDS = ("[n] plus {k}", "[n] times {k}", "[n] minus {k}", "[n] squared", "{k}", "minus [n]")


def _value(rng: random.Random) -> tuple[str, str]:
    index, k = rng.randrange(len(_VALUES)), rng.randint(2, 12)
    return _VALUES[index].format(k=k), _VALUE_WORDS[index].format(k=k)


def by_two_cases(rng: random.Random) -> Program:
    """One formula where a condition holds, another one elsewhere."""
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


def by_three_cases(rng: random.Random) -> Program:
    """Three formulas, chosen by two conditions in turn."""
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
    return compose(
        _N, body, returns, does=f"returns {returns}", plan=plan, names="choose branch rule"
    )
