"""Functions that make one value from one or two lists of numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from trinity.train.code.pieces import (
    ANY,
    SAME,
    Condition,
    Mapping,
    generator,
    number_condition,
    number_mapping,
    number_noun,
    numbers_of_xs,
    steps_of,
    things_in,
    two_conditions,
)
from trinity.train.code.program import Program, compose

_XS = (("xs", "ints"),)


_XS_YS = (("xs", "ints"), ("ys", "ints"))


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to reduce a list, with `{gen}` or `{inner}` for what is reduced."""

    body: str
    returns: str
    does: tuple[str, ...]
    names: str
    step: str


_FORMS = {
    "sum": _Form(
        "return sum({gen})",
        "the sum of {things}",
        ("sums {things}", "adds up {things}"),
        "total sum_of add_up",
        "sum them",
    ),
    "count": _Form(
        "return sum(1 for x in xs if {test})",
        "",
        ("counts {things}",),
        "count how_many",
        "add 1 for each",
    ),
    "max": _Form(
        "return max({inner}, default=0)",
        "the largest of {things}, or 0 if there are none",
        ("finds the largest of {things}, or 0 if there are none",),
        "largest maximum",
        "max with default 0",
    ),
    "min": _Form(
        "return min({inner}, default=0)",
        "the smallest of {things}, or 0 if there are none",
        ("finds the smallest of {things}, or 0 if there are none",),
        "smallest minimum",
        "min with default 0",
    ),
    "first": _Form(
        "return next({inner}, None)",
        "the first of {things}, or None if there is none",
        ("finds the first of {things}, or None if there is none",),
        "first find",
        "next with None",
    ),
    "distinct": _Form(
        "return len({{{gen}}})",
        "the number of different values among {things}",
        ("counts the different values among {things}",),
        "distinct count_unique",
        "collect them in a set; its len",
    ),
    "average": _Form(
        "ys = [{gen}]\nreturn sum(ys) / len(ys) if ys else 0",
        "the average of {things}, or 0 if there are none",
        ("computes the average of {things}, or 0 if there are none",),
        "average mean",
        "sum / len, or 0 if empty",
    ),
}


def reduction(rng: random.Random, level: int) -> Program:
    """A function that makes one value from a list of numbers."""
    if level == 1:
        kind = rng.random()
        condition = number_condition(rng) if kind < 0.6 else ANY
        mapping = number_mapping(rng) if kind > 0.75 else SAME
        return _reduce(rng, condition, mapping, rng.choice("sum sum count any all max".split()))
    how = rng.choice("sum sum count max min product any all first average distinct".split())
    if level == 2:
        return _reduce(rng, number_condition(rng), SAME, how)
    if level == 3:
        return _reduce(rng, number_condition(rng), number_mapping(rng), how)
    if level == 4:
        mapping = number_mapping(rng) if rng.random() < 0.4 else SAME
        return _reduce(rng, two_conditions(rng), mapping, how)
    return rng.choice((_after, _two_sums, _two_lists))(rng)


def _reduce(rng: random.Random, condition: Condition, mapping: Mapping, how: str) -> Program:
    if how in ("count", "any", "all"):
        mapping = SAME
        if condition is ANY:
            condition = number_condition(rng)
    if how in ("any", "all"):
        return _quantified(rng, condition, how)
    if how == "product":
        return _product(condition, mapping, number_noun(rng))
    noun = number_noun(rng)
    things = mapping.of.format(numbers_of_xs(condition, noun))
    form = _FORMS[how]
    gen = generator(condition, mapping, "xs")
    inner = f"({gen})"
    if gen == "x for x in xs":
        inner = "xs" if how in ("max", "min") else "iter(xs)"
        gen = "xs" if how == "sum" else gen
    counted = _counted(rng, condition, noun) if how == "count" else ""
    return compose(
        _XS,
        form.body.format(gen=gen, inner=inner, test=condition.code),
        counted or form.returns.format(things=things),
        f"{steps_of(condition, mapping)}{form.step}.",
        form.names,
        does=rng.choice(form.does).format(things=things),
    )


def _counted(rng: random.Random, condition: Condition, noun: str) -> str:
    if rng.random() < 0.5:
        return f"how many {noun} in [xs] are {condition.holds.removeprefix('is ')}"
    return f"the number of {things_in(condition, noun, '[xs]')}"


def _inner(expression: str) -> str:
    """A generator as one of several arguments needs its own parentheses."""
    return f"({expression})" if " for " in expression else expression


def _quantified(rng: random.Random, condition: Condition, how: str) -> Program:
    words = {
        "any": ("at least one number in [xs] {}", "any number in [xs] {}"),
        "all": ("every number in [xs] {}", "all numbers in [xs] pass: each {}"),
    }[how]
    holds = rng.choice((words[0], words[0], words[1] if how == "any" else words[0]))
    holds = holds.format(condition.holds)
    returns = rng.choice((f"True if {holds}", f"True if {holds}, else False", f"whether {holds}"))
    does = rng.choice((f"checks if {holds}", f"tells whether {holds}", f"checks whether {holds}"))
    code = f"{how}({condition.code} for x in xs)"
    return Program(
        params=_XS,
        body=f"return {code}",
        returns=returns,
        does=does,
        names=("check", f"{how}_match", "test"),
        plan=f"test {condition.code} for each x; {how}() joins the answers.",
        short=code,
    )


def _product(condition: Condition, mapping: Mapping, noun: str) -> Program:
    things = mapping.of.format(numbers_of_xs(condition, noun))
    inner = f"result *= {mapping.code}"
    if condition.code:
        inner = f"if {condition.code}:\n        {inner}"
    body = f"result = 1\nfor x in xs:\n    {inner}\nreturn result"
    return Program(
        params=_XS,
        body=body,
        returns=f"the product of {things}",
        does=f"multiplies together {things}",
        names=("product", "multiply"),
        plan=f"start with 1; {steps_of(condition, mapping)}multiply into result.",
        short=inner.split("\n")[-1].strip(),
    )


def _after(rng: random.Random) -> Program:
    """A reduction whose result is changed once more."""
    base = _reduce(rng, number_condition(rng), number_mapping(rng), "sum")
    k = rng.randint(2, 20)
    code = base.body.removeprefix("return ")
    tail, words = rng.choice(
        [
            (f"{code} + {k}", f"{k} plus {{}}"),
            (f"{code} * {k}", f"{k} times {{}}"),
            (f"{code} % {k}", f"the remainder modulo {k} of {{}}"),
            (f"{k} - {code}", f"{k} minus {{}}"),
        ]
    )
    returns = words.format(base.returns)
    return replace(
        base,
        body=f"return {tail}",
        returns=returns,
        does=f"computes {returns}",
        plan=f"{base.plan[:-1]}; at the end {tail.replace(code, 'sum')}.",
        short=tail[:70],
    )


def _two_sums(rng: random.Random) -> Program:
    first, second = number_condition(rng), number_condition(rng)
    while first.code == second.code:
        second = number_condition(rng)
    noun = number_noun(rng)
    gens = [generator(cond, SAME, "xs") for cond in (first, second)]
    body = f"a = sum({gens[0]})\nb = sum({gens[1]})\nreturn a - b"
    things = [numbers_of_xs(cond, noun) for cond in (first, second)]
    returns = f"the sum of {things[0]} minus the sum of {things[1]}"
    return Program(
        params=_XS,
        body=body,
        returns=returns,
        does=f"computes {returns}",
        names=("difference", "balance"),
        short="a - b",
        plan=f"a: sum of x with {first.code}; b: sum of x with {second.code}; a - b.",
    )


def _two_lists(rng: random.Random) -> Program:
    k = rng.randint(2, 9)
    code, words = rng.choice(
        [
            ("x * y", "the products of the numbers at the same positions"),
            (f"x * y * {k}", f"{k} times the products of the numbers at the same positions"),
            ("abs(x - y)", "the absolute differences of the numbers at the same positions"),
            (f"x + {k} * y", f"each number of [xs] plus {k} times its partner"),
            (f"{k} * x - y", f"{k} times each number of [xs] minus its partner"),
            ("max(x, y)", "the larger numbers of each pair"),
        ]
    )
    how, noun = rng.choice([("sum", "the sum of"), ("max", "the largest of")])
    rest = ", default=0" if how == "max" else ""
    gen = f"{code} for x, y in zip(xs, ys)"
    body = f"return {how}({_inner(gen) if rest else gen}{rest})"
    returns = f"{noun} {words}, pairing [xs] with [ys]" + (", or 0 without pairs" if rest else "")
    return Program(
        params=_XS_YS,
        body=body,
        returns=returns,
        does=f"computes {returns}",
        names=("combine", "pair_up", "dot"),
        short=body.removeprefix("return "),
        plan=f"zip(xs, ys) gives pairs x, y; take {code}; {how} of all.",
    )
