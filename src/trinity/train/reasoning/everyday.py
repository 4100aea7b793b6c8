"""More word problems: sharing with a rest, ages of several people, compound units, shopping lists,
the rule of three, and what there was at first. `everyday_texts` holds their wordings."""

from __future__ import annotations

import random
from collections.abc import Sequence

from trinity.train.reasoning import everyday_texts, traces
from trinity.train.reasoning.exercise import Solved, between, family
from trinity.train.reasoning.stories import scene
from trinity.train.reasoning.times import FACTORS


def _solved(
    rng: random.Random,
    variant: str,
    key: str,
    steps: Sequence[str],
    value: int,
    **numbers: int,
) -> Solved:
    return Solved(
        key=f"{variant} {key}",
        answer=str(value),
        low=key,
        high=traces.join(steps),
        slots=scene(rng, **numbers),
        variant=variant,
    )


def _share(rng: random.Random, level: int) -> Solved:
    d = between(rng, ((2, 5), (3, 9), (3, 9), (4, 12), (6, 15)), level)
    q = between(rng, ((1, 5), (2, 9), (5, 20), (10, 40), (15, 60)), level)
    rest = rng.randint(1, d - 1)
    n = q * d + rest
    variant = rng.choice(("each", "left", "groups"))
    last = {"each": f"each {q}", "left": f"left {rest}", "groups": f"{q}+1={q + 1}"}[variant]
    value = {"each": q, "left": rest, "groups": q + 1}[variant]
    return _solved(rng, variant, f"{n}/{d}", [traces.rest_of(n, d), last], value, n=n, d=d)


def _ages(rng: random.Random, level: int) -> Solved:
    a = between(rng, ((5, 12), (8, 20), (10, 45), (20, 60), (30, 75)), level)
    b = between(rng, ((2, 4), (2, 7), (3, 9), (5, 18), (8, 28)), level)
    c = between(rng, ((2, 4), (2, 7), (3, 9), (5, 18), (8, 28)), level)
    variant = rng.choice(("younger", "gap", "born", "chain", "elder", "child"))
    if variant == "younger":
        return _solved(rng, variant, f"{a}-{b}", [traces.minus(a, b)], a - b, a=a, b=b)
    if variant == "gap":
        older = a + b
        return _solved(rng, variant, f"{older}-{a}", [traces.minus(older, a)], b, a=a, b=older)
    if variant == "born":
        year = rng.randint(1950, 2015)
        now = year + a
        return _solved(rng, variant, f"{now}-{year}", [traces.minus(now, year)], a, a=year, b=now)
    if variant == "chain":
        a = min(a, 40)
        steps = [traces.plus(a, c), traces.plus(a + c, b)]
        return _solved(rng, variant, f"{a}+{c}+{b}", steps, a + b + c, a=a, b=b, c=c)
    both = 2 * a + b
    steps = [traces.minus(both, b), traces.over(2 * a, 2)]
    steps += [traces.plus(a, b)] if variant == "elder" else []
    value = a + b if variant == "elder" else a
    return _solved(rng, variant, f"({both}-{b})/2", steps, value, s=both, b=b)


def _mixed_units(rng: random.Random, level: int) -> Solved:
    large, small, factor = rng.choice(FACTORS)
    q = between(rng, ((2, 4), (2, 9), (3, 15), (5, 40), (10, 90)), level)
    rest = rng.randint(2, factor - 1)
    total, both = q * factor + rest, f"{q} {large} {rest} {small}"
    fact = f"1 {'foot' if large == 'feet' else large.removesuffix('s')}={factor} {small}"
    joined = rng.random() < 0.6
    if joined:
        steps = [fact, traces.times(q, factor), traces.plus(q * factor, rest)]
        shown = {"n": rng.choice((both, f"{q} {large} and {rest} {small}")), "to": small}
    else:
        parts = f"{total}={q * factor}+{rest}"
        steps = [fact, parts if factor in (10, 100, 1000) else traces.rest_of(total, factor)]
        steps.append(both)
        shown = {"n": f"{total} {small}", "to": f"{large} and {small}"}
    return Solved(
        key=f"{both} > {small}" if joined else f"{total} {small} > {large}",
        answer=str(total) if joined else both,
        low=f"{q}*{factor}+{rest}" if joined else f"{total}/{factor}",
        high=traces.join(steps),
        slots=shown,
    )


_PRICES = ((1, 5), (1, 9), (2, 20), (3, 40), (5, 99))
_PRICED = ("{x} for {p} euros", "{x} at {p} euros", "{x} {p} euros", "{x} ({p} euros)", "{x}: {p}")


def _shopping(rng: random.Random, level: int) -> Solved:
    count = (2, 3, 3, 4, 4)[level - 1]
    prices = [between(rng, _PRICES, level) for _ in range(count)]
    things = rng.sample(everyday_texts.GOODS, count)
    total, shape = sum(prices), rng.choice(_PRICED)
    pay = rng.choice([note for note in (5, 10, 20, 50, 100, 200, 500) if note > total][:2])
    variant = rng.choice(("total", "change"))
    sums = "+".join(map(str, prices))
    parts = [shape.format(x=x, p=p) for x, p in zip(things, prices, strict=True)]
    back = [traces.minus(pay, total)] if variant == "change" else []
    return Solved(
        key=f"{pay}-({sums})" if back else sums,
        answer=str(pay - total if back else total),
        low=f"{sums}={total}" if back else sums,
        high=traces.join([traces.total(prices), *back]),
        slots={**scene(rng, pay=pay), "list": _listed(rng, parts)},
        variant=variant,
    )


def _listed(rng: random.Random, parts: Sequence[str]) -> str:
    # Never with bare spaces, as lists of numbers may be: prices would run into things.
    return ", ".join(parts) if rng.random() < 0.5 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _three(rng: random.Random, level: int) -> Solved:
    a = between(rng, ((2, 4), (2, 6), (2, 9), (3, 12), (4, 20)), level)
    p = between(rng, ((2, 5), (2, 9), (3, 12), (4, 25), (6, 40)), level)
    c = between(rng, ((2, 6), (2, 9), (3, 12), (4, 20), (5, 30)), level)
    while c == a:
        c += 1
    variant = rng.choice(("price", "work"))
    steps = [traces.over(a * p, a), traces.times(p, c)]
    return _solved(rng, variant, f"{a * p}/{a}*{c}", steps, p * c, a=a, b=a * p, c=c)


def _at_first(rng: random.Random, level: int) -> Solved:
    spans = ((2, 9), (5, 20), (10, 60), (20, 150), (50, 500))
    x, b = between(rng, spans, level), between(rng, spans, level)
    variant = rng.choice(("lost", "got", "doubled", "secret"))
    if variant == "lost":
        return _solved(rng, variant, f"{x}+{b}", [traces.plus(x, b)], x + b, b=b, r=x)
    if variant == "got":
        r = x + b
        return _solved(rng, variant, f"{r}-{b}", [traces.minus(r, b)], x, b=b, r=r)
    c = between(rng, ((2, 3), (2, 4), (2, 6), (3, 9), (3, 12)), level)
    if variant == "doubled":
        r = x * c
        return _solved(rng, variant, f"{r}/{c}", [traces.over(r, c)], x, c=c, r=r)
    r = x * c + b
    steps = [traces.minus(r, b), traces.over(r - b, c)]
    return _solved(rng, variant, f"({r}-{b})/{c}", steps, x, b=b, c=c, r=r)


FAMILIES = (
    family("story_share", _share, everyday_texts.SHARE),
    family("story_ages", _ages, everyday_texts.AGES),
    family("mixed_units", _mixed_units, everyday_texts.MIXED_UNITS, "exact"),
    family("shopping_list", _shopping, everyday_texts.SHOPPING),
    family("rule_of_three", _three, everyday_texts.THREE),
    family("story_at_first", _at_first, everyday_texts.AT_FIRST),
)
