"""Functions that make a list from one or two lists of numbers."""

from __future__ import annotations

import random
from dataclasses import replace

from trinity.train.code.neighbours import neighbours, zipped
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
    two_conditions,
)
from trinity.train.code.program import Program, compose

_XS = (("xs", "ints"),)


_XS_YS = (("xs", "ints"), ("ys", "ints"))


def transform(rng: random.Random, level: int) -> Program:
    """A function that makes a list from a list of numbers."""
    if level == 1:
        return rng.choice((_mapped, _mapped, _kept, _kept, _sliced))(rng)
    if level == 2:
        maker = rng.choice((_ordered, _ordered, _sliced_map, neighbours))
        return maker(rng, number_condition(rng), SAME)
    if level == 3:
        maker = rng.choice((_comprehension, _comprehension, zipped, _running))
        return maker(rng, number_condition(rng), number_mapping(rng))
    if level == 4:
        maker = rng.choice((_ordered, _conditional, _running_if, _sliced_map))
        return maker(rng, number_condition(rng), number_mapping(rng))
    maker = rng.choice((_ordered_cut, _ordered_cut, _comprehension))
    return maker(rng, two_conditions(rng), number_mapping(rng))


def _mapped(rng: random.Random) -> Program:
    mapping, noun = number_mapping(rng), number_noun(rng)
    returns = rng.choice(
        (
            f"a list of {mapping.of.format(f'the {noun} in [xs]')}",
            f"[xs] with every number {mapping.done}",
            f"a new list with each number in [xs] {mapping.done}",
        )
    )
    if mapping.of.startswith("{}"):
        returns = returns.replace("a list of ", "")
    does = rng.choice((f"returns {returns}", f"returns {returns}"))
    return compose(
        _XS,
        f"return [{mapping.code} for x in xs]",
        returns,
        f"for each x in xs take {mapping.code}; a list comprehension.",
        "change map_all apply",
        does=does,
    )


def _kept(rng: random.Random) -> Program:
    condition, noun = number_condition(rng), number_noun(rng)
    things = numbers_of_xs(condition, noun)
    returns = rng.choice((f"a list of {things}", f"the list of {things}", things))
    does = rng.choice(
        (
            f"keeps only {things}",
            f"returns {things}",
            f"filters out all but {things}",
            f"selects {things}",
        )
    )
    return compose(
        _XS,
        f"return [x for x in xs if {condition.code}]",
        returns,
        f"keep x if {condition.code}; a list comprehension.",
        "keep select pick",
        does=does,
    )


def _sliced(rng: random.Random) -> Program:
    k = rng.randint(2, 9)
    code, returns, does = rng.choice(
        [
            (
                f"xs[:{k}]",
                f"the first {k} elements of [xs]",
                f"takes the first {k} elements of [xs]",
            ),
            (
                f"xs[{k}:]",
                f"[xs] without its first {k} elements",
                f"drops the first {k} elements of [xs]",
            ),
            (
                f"xs[-{k}:]",
                f"the last {k} elements of [xs]",
                f"takes the last {k} elements of [xs]",
            ),
            (
                f"xs[:-{k}]",
                f"[xs] without its last {k} elements",
                f"drops the last {k} elements of [xs]",
            ),
            (
                f"xs[::{k}]",
                f"every {k}{_ordinal(k)} element of [xs], starting with the first",
                f"takes every {k}{_ordinal(k)} element of [xs], starting with the first",
            ),
            ("xs[::-1]", "[xs] in reverse order", "reverses the list [xs]"),
            ("sorted(xs)", "[xs] sorted in increasing order", "sorts [xs] in increasing order"),
            (
                "sorted(xs, reverse=True)",
                "[xs] sorted in decreasing order",
                "sorts [xs] in decreasing order",
            ),
            (
                "list(dict.fromkeys(xs))",
                "[xs] without duplicates, in the original order",
                "removes duplicates from [xs] and keeps the order",
            ),
            (
                f"[{k * 5}] + xs",
                f"[xs] with {k * 5} added at the front",
                f"puts {k * 5} in front of [xs]",
            ),
            (
                f"xs + [{k * 5}]",
                f"[xs] with {k * 5} added at the end",
                f"adds {k * 5} at the end of [xs]",
            ),
            (f"xs * {k}", f"[xs] repeated {k} times", f"repeats the list [xs] {k} times"),
        ]
    )
    return compose(
        _XS, f"return {code}", returns, f"one line: {code}.", "take part change", does=does
    )


def _ordinal(k: int) -> str:
    return {2: "nd", 3: "rd"}.get(k, "th")


_ORDERS = (
    ("sorted({gen})", "sorted in increasing order", "sorted()"),
    ("sorted({gen})", "from smallest to largest", "sorted()"),
    ("sorted(({gen}), reverse=True)", "sorted in decreasing order", "sorted with reverse"),
    ("sorted(({gen}), reverse=True)", "from largest to smallest", "sorted with reverse"),
    ("[{gen}][::-1]", "in reverse order", "[::-1]"),
    ("list(dict.fromkeys({gen}))", "without duplicates, in the original order", "dict.fromkeys"),
)


def _ordered(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    code, words, step = rng.choice(_ORDERS)
    things = mapping.of.format(numbers_of_xs(condition, number_noun(rng)))
    code = code.format(gen=generator(condition, mapping, "xs"))
    return compose(
        _XS,
        f"return {code}",
        f"{things}, {words}",
        f"{steps_of(condition, mapping)}then {step}.",
        "arrange ordered sort_them",
    )


def _ordered_cut(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    base = _ordered(rng, condition, mapping)
    k = rng.randint(1, 5)
    cut, words = rng.choice(
        [
            (f"[:{k}]", f"keeping only the first {k}" if k > 1 else "keeping only the first one"),
            (f"[-{k}:]", f"keeping only the last {k}" if k > 1 else "keeping only the last one"),
        ]
    )
    return replace(
        base,
        body=base.body + cut,
        returns=f"{base.returns}, {words}",
        does=f"returns {base.returns}, {words}",
        plan=f"{base.plan[:-1]}; cut {cut}.",
        short=(base.body + cut).removeprefix("return ")[:70],
    )


def _comprehension(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    gen = generator(condition, mapping, "xs")
    things = mapping.of.format(numbers_of_xs(condition, number_noun(rng)))
    returns = rng.choice((f"a list of {things}", things))
    if mapping.of.startswith("{}"):
        returns = things
    return compose(
        _XS,
        f"return [{gen}]",
        returns,
        f"{steps_of(condition, mapping)}collect them in a list.",
        "change keep collect",
    )


def _sliced_map(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    k = rng.randint(1, 5)
    where, words = rng.choice(
        [
            (f"xs[:{k}]", f"the first {k} elements of [xs]"),
            (f"xs[{k}:]", f"[xs] without its first {k} elements"),
            ("xs[::2]", "every second element of [xs], starting with the first"),
            ("xs[1::2]", "every second element of [xs], starting with the second"),
        ]
    )
    if k == 1:
        words = words.replace("first 1 elements", "first element")
    if k == 1 and where == "xs[:1]":
        where, words = "xs[1:]", "all but the first element of [xs]"
    things = mapping.of.format(f"the {condition.things('numbers')} among {words}")
    return compose(
        _XS,
        f"return [{generator(condition, mapping, where)}]",
        things,
        f"start from {where}; {steps_of(condition, mapping)}collect.",
        "part pick change",
    )


def _running(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    if rng.random() < 0.5:
        condition = ANY
    else:
        mapping = SAME
    return _running_if(rng, condition, mapping)


def _running_if(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    things = mapping.of.format(numbers_of_xs(condition, number_noun(rng)))
    lines = f"total += {mapping.code}\nresult.append(total)"
    lines = lines.replace("\n", "\n        " if condition.code else "\n    ")
    if condition.code:
        lines = f"if {condition.code}:\n        {lines}"
    body = f"total = 0\nresult = []\nfor x in xs:\n    {lines}\nreturn result"
    return compose(
        _XS,
        body,
        f"the running sums of {things}",
        f"total 0, empty result; {steps_of(condition, mapping)}add to total, append total.",
        "running_sums cumulative",
        does=f"computes the running sums of {things}",
    )


def _conditional(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    k = rng.randint(0, 20)
    other, words = rng.choice(
        [
            ("x", "leaving the others as they are"),
            (str(k), f"replacing the others by {k}"),
            ("-x", "negating the others"),
        ]
    )
    noun = condition.things("number") or "number"
    noun = noun.replace("that are multiples", "that is a multiple").replace("that are ", "that is ")
    code = f"[{mapping.code} if {condition.code} else {other} for x in xs]"
    return compose(
        _XS,
        f"return {code}",
        f"[xs] with every {noun} {mapping.done}, {words}",
        f"for each x: {mapping.code} if {condition.code}, else {other}.",
        "change adjust",
    )
