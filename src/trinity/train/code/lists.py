"""Functions of lists of numbers: reductions, and lists made from lists."""

from __future__ import annotations

import random
from dataclasses import replace

from trinity.train.code.pieces import (
    ANY,
    SAME,
    Condition,
    Mapping,
    generator,
    number_condition,
    number_mapping,
    things_in,
    two_conditions,
)
from trinity.train.code.program import Program, main_line

_XS = (("xs", "ints"),)
_XS_YS = (("xs", "ints"), ("ys", "ints"))


def _noun(rng: random.Random) -> str:
    return rng.choice(("numbers", "numbers", "elements", "values"))


def _things(condition: Condition, noun: str) -> str:
    return f"the {things_in(condition, noun, '[xs]')}"


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
        return _product(condition, mapping, _noun(rng))
    gen = generator(condition, mapping, "xs")
    noun = _noun(rng)
    things = mapping.of.format(_things(condition, noun))
    expression = "xs" if gen == "x for x in xs" else gen
    steps = _steps(condition, mapping)
    code, returns, does, names, last = {
        "sum": (
            f"sum({expression})",
            f"the sum of {things}",
            f"{rng.choice(('sums', 'adds up'))} {things}",
            "total sum_of add_up",
            "sum them",
        ),
        "count": (
            f"sum(1 for x in xs if {condition.code})",
            _count_words(rng, condition, noun),
            f"counts {things}",
            "count how_many",
            "add 1 for each",
        ),
        "max": (
            f"max({_inner(expression)}, default=0)",
            f"the largest of {things}, or 0 if there are none",
            f"finds the largest of {things}, or 0 if there are none",
            "largest maximum",
            "max with default 0",
        ),
        "min": (
            f"min({_inner(expression)}, default=0)",
            f"the smallest of {things}, or 0 if there are none",
            f"finds the smallest of {things}, or 0 if there are none",
            "smallest minimum",
            "min with default 0",
        ),
        "first": (
            f"next({_inner(gen)}, None)",
            f"the first of {things}, or None if there is none",
            f"finds the first of {things}, or None if there is none",
            "first find",
            "next with None",
        ),
        "distinct": (
            f"len({{{gen}}})",
            f"the number of different values among {things}",
            f"counts the different values among {things}",
            "distinct count_unique",
            "collect them in a set; its len",
        ),
        "average": (
            "",
            f"the average of {things}, or 0 if there are none",
            f"computes the average of {things}, or 0 if there are none",
            "average mean",
            "sum / len, or 0 if empty",
        ),
    }[how]
    body = f"return {code}"
    if how == "average":
        body = f"ys = [{gen}]\nreturn sum(ys) / len(ys) if ys else 0"
    return Program(
        params=_XS,
        body=body,
        returns=returns,
        does=does,
        names=tuple(names.split()),
        plan=f"{steps}{last}.",
        short=main_line(body),
    )


def _count_words(rng: random.Random, condition: Condition, noun: str) -> str:
    if rng.random() < 0.5:
        return f"how many {noun} in [xs] are {condition.holds.removeprefix('is ')}"
    return f"the number of {things_in(condition, noun, '[xs]')}"


def _inner(expression: str) -> str:
    """A generator as one of several arguments needs its own parentheses."""
    return f"({expression})" if " for " in expression else expression


def _steps(condition: Condition, mapping: Mapping) -> str:
    keep = f"keep x with {condition.code}; " if condition.code else ""
    return keep + (f"take {mapping.code}; " if mapping.do else "")


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
    things = mapping.of.format(_things(condition, noun))
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
        plan=f"start with 1; {_steps(condition, mapping)}multiply into result.",
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
    noun = _noun(rng)
    gens = [generator(cond, SAME, "xs") for cond in (first, second)]
    body = f"a = sum({gens[0]})\nb = sum({gens[1]})\nreturn a - b"
    things = [_things(cond, noun) for cond in (first, second)]
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


def transform(rng: random.Random, level: int) -> Program:
    """A function that makes a list from a list of numbers."""
    if level == 1:
        return rng.choice((_mapped, _mapped, _kept, _kept, _sliced))(rng)
    if level == 2:
        maker = rng.choice((_ordered, _ordered, _sliced_map, _neighbours))
        return maker(rng, number_condition(rng), SAME)
    if level == 3:
        maker = rng.choice((_comprehension, _comprehension, _zipped, _running))
        return maker(rng, number_condition(rng), number_mapping(rng))
    if level == 4:
        maker = rng.choice((_ordered, _conditional, _running_if, _sliced_map))
        return maker(rng, number_condition(rng), number_mapping(rng))
    maker = rng.choice((_ordered_cut, _ordered_cut, _comprehension))
    return maker(rng, two_conditions(rng), number_mapping(rng))


def _mapped(rng: random.Random) -> Program:
    mapping, noun = number_mapping(rng), _noun(rng)
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
        _XS, f"return [{mapping.code} for x in xs]",
        returns,
        f"for each x in xs take {mapping.code}; a list comprehension.",
        "change map_all apply",
        does=does,
    )


def _kept(rng: random.Random) -> Program:
    condition, noun = number_condition(rng), _noun(rng)
    things = _things(condition, noun)
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
        _XS, f"return [x for x in xs if {condition.code}]",
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
    return compose(_XS, f"return {code}", returns, f"one line: {code}.", "take part change", does=does)


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
    things = mapping.of.format(_things(condition, _noun(rng)))
    code = code.format(gen=generator(condition, mapping, "xs"))
    return compose(
        _XS, f"return {code}",
        f"{things}, {words}",
        f"{_steps(condition, mapping)}then {step}.",
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
    things = mapping.of.format(_things(condition, _noun(rng)))
    returns = rng.choice((f"a list of {things}", things))
    if mapping.of.startswith("{}"):
        returns = things
    return compose(
        _XS, f"return [{gen}]",
        returns,
        f"{_steps(condition, mapping)}collect them in a list.",
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
        _XS, f"return [{generator(condition, mapping, where)}]",
        things,
        f"start from {where}; {_steps(condition, mapping)}collect.",
        "part pick change",
    )


def _neighbours(rng: random.Random, *_: object) -> Program:
    k = rng.randint(2, 9)
    code, words = rng.choice(
        [
            ("b - a", "the differences between each element of [xs] and the one before it"),
            ("a + b", "the sums of each two neighbours in [xs]"),
            ("a * b", "the products of each two neighbours in [xs]"),
            ("max(a, b)", "the larger of each two neighbours in [xs]"),
            ("abs(a - b)", "the absolute differences of neighbours in [xs]"),
            (
                f"a + {k} * b",
                f"each element of [xs] plus {k} times the one after it, for all but the last",
            ),
        ]
    )
    return compose(
        _XS, f"return [{code} for a, b in zip(xs, xs[1:])]",
        words,
        f"zip(xs, xs[1:]) gives neighbours a, b; take {code}.",
        "differences neighbours",
    )


def _zipped(rng: random.Random, *_: object) -> Program:
    k = rng.randint(2, 9)
    code, words = rng.choice(
        [
            ("x + y", "the sums of the elements of [xs] and [ys] at the same positions"),
            ("x * y", "the products of the elements of [xs] and [ys] at the same positions"),
            ("max(x, y)", "the larger of the two elements of [xs] and [ys] at each position"),
            (
                f"x + {k} * y",
                f"each element of [xs] plus {k} times the element of [ys] at the same position",
            ),
            (
                f"{k} * x - y",
                f"{k} times each element of [xs] minus the element of [ys] at the same position",
            ),
            ("[x, y]", "the elements of [xs] and [ys] paired up by position, each pair as a list"),
        ]
    )
    program = compose(
        _XS, f"return [{code} for x, y in zip(xs, ys)]",
        words,
        f"zip(xs, ys) gives pairs x, y; take {code}.",
        "combine pair_up merge",
    )
    return replace(program, params=_XS_YS)


def _running(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    if rng.random() < 0.5:
        condition = ANY
    else:
        mapping = SAME
    return _running_if(rng, condition, mapping)


def _running_if(rng: random.Random, condition: Condition, mapping: Mapping) -> Program:
    things = mapping.of.format(_things(condition, _noun(rng)))
    lines = f"total += {mapping.code}\nresult.append(total)"
    lines = lines.replace("\n", "\n        " if condition.code else "\n    ")
    if condition.code:
        lines = f"if {condition.code}:\n        {lines}"
    body = f"total = 0\nresult = []\nfor x in xs:\n    {lines}\nreturn result"
    return compose(
        _XS, body,
        f"the running sums of {things}",
        f"total 0, empty result; {_steps(condition, mapping)}add to total, append total.",
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
        _XS, f"return {code}",
        f"[xs] with every {noun} {mapping.done}, {words}",
        f"for each x: {mapping.code} if {condition.code}, else {other}.",
        "change adjust",
    )
