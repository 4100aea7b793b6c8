"""Word problems of one, two and three steps; `story_texts`, `story_measures` and
`story_steps` hold their wordings."""

from __future__ import annotations

import random
from collections.abc import Mapping

from trinity.train.reasoning import story_measures, story_steps, story_texts, traces
from trinity.train.reasoning.exercise import Solved, between, family
from trinity.train.reasoning.lexicon import HOLDERS, LIVELY, NAMES, PLACES, THINGS

_SUMS = ((2, 10), (5, 30), (20, 99), (50, 400), (100, 999))


def scene(rng: random.Random, **numbers: int) -> Mapping[str, object]:
    """Names and things for a story, with its numbers: the slots of its cores."""
    name, other, third = rng.sample(NAMES, 3)
    things = rng.choice(THINGS)
    return {
        "name": name,
        "other": other,
        "third": third,
        "things": things,
        "thing": _singular(things),
        "holders": rng.choice(HOLDERS),
        "people": rng.choice(LIVELY),
        "place": rng.choice(PLACES),
        **numbers,
    }


def _singular(things: str) -> str:
    irregular = {"leaves": "leaf", "scarves": "scarf"}
    if things in irregular:
        return irregular[things]
    if things.endswith("ies") and things != "cookies":
        return things[:-3] + "y"
    if things.endswith(("oes", "xes", "ches")):
        return things[:-2]
    return things[:-1]


def _story(
    rng: random.Random,
    key: str,
    value: int,
    steps: list[str],
    low: str,
    variant: str = "",
    **numbers: int,
) -> Solved:
    return Solved(
        key=key,
        answer=str(value),
        low=low,
        high=traces.join(steps),
        slots=scene(rng, **numbers),
        variant=variant,
    )


def _add(rng: random.Random, level: int) -> Solved:
    a, b = between(rng, _SUMS, level), between(rng, _SUMS, level)
    return _story(rng, f"{a}+{b}", a + b, [traces.plus(a, b)], f"{a}+{b}", a=a, b=b)


def _subtract(rng: random.Random, level: int) -> Solved:
    b, rest = between(rng, _SUMS, level), between(rng, _SUMS, level)
    a = b + rest
    return _story(rng, f"{a}-{b}", rest, [traces.minus(a, b)], f"{a}-{b}", a=a, b=b)


_COUNTS = ((2, 5), (2, 9), (3, 9), (5, 12), (6, 25))
_PIECES = ((2, 9), (3, 12), (10, 40), (12, 99), (20, 150))


def _multiply(rng: random.Random, level: int) -> Solved:
    a, b = between(rng, _COUNTS, level), between(rng, _PIECES, level)
    steps = [traces.times(max(a, b), min(a, b))]
    return _story(rng, f"{a}*{b}", a * b, steps, f"{a}*{b}", a=a, b=b)


def _divide(rng: random.Random, level: int) -> Solved:
    b, q = between(rng, _COUNTS, level), between(rng, _PIECES, level)
    a = b * q
    return _story(rng, f"{a}/{b}", q, [traces.over(a, b)], f"{a}/{b}", a=a, b=b)


def _travel(rng: random.Random, level: int) -> Solved:
    t = between(rng, ((2, 4), (2, 6), (2, 8), (3, 9), (3, 12)), level)
    v = between(rng, ((2, 10), (5, 20), (10, 60), (30, 120), (40, 250)), level)
    d = t * v
    variant = rng.choice(("distance", "time", "speed"))
    if variant == "distance":
        low, value, step = f"{v}*{t}", d, traces.times(v, t)
    elif variant == "time":
        low, value, step = f"{d}/{v}", t, f"{v}*{t}={d}; {d}/{v}={t}"
    else:
        low, value, step = f"{d}/{t}", v, traces.over(d, t)
    steps = [f"{variant}={low}", step]
    return _story(rng, f"{variant} {low}", value, steps, low, variant, t=t, v=v, d=d)


def _age(rng: random.Random, level: int) -> Solved:
    b = between(rng, ((2, 5), (2, 9), (3, 15), (5, 25), (10, 38)), level)
    c = between(rng, ((2, 2), (2, 3), (2, 4), (3, 5), (3, 6)), level)
    variant = rng.choice(("later", "earlier", "older", "times"))
    a = between(rng, ((3, 9), (8, 20), (10, 45), (20, 60), (30, 70)), level)
    if variant == "times":
        a = between(rng, ((3, 9), (5, 15), (8, 20), (8, 18), (10, 16)), level)
        low, value, step = f"{a}*{c}", a * c, traces.times(a, c)
    elif variant == "earlier":
        a += b
        low, value, step = f"{a}-{b}", a - b, traces.minus(a, b)
    else:
        low, value, step = f"{a}+{b}", a + b, traces.plus(a, b)
    return _story(rng, low, value, [step], low, variant, a=a, b=b, c=c)


def _change(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((2, 3), (2, 5), (2, 9), (3, 9), (4, 12)), level)
    p = between(rng, ((2, 5), (2, 9), (3, 15), (5, 30), (11, 60)), level)
    cost = n * p
    notes = (10, 20, 50, 100, 200, 500, 1000)
    pay = rng.choice([note for note in notes if note > cost][:2])
    steps = [traces.times(p, n), traces.minus(pay, cost)]
    key = f"{pay}-{n}*{p}"
    return _story(rng, key, pay - cost, steps, f"{n}*{p}={cost}", n=n, p=p, pay=pay)


def _rectangle(rng: random.Random, level: int) -> Solved:
    a, b = between(rng, _PIECES, level), between(rng, _COUNTS, level)
    a, b = max(a, b), min(a, b)
    if rng.random() < 0.5:
        steps = ["area", traces.times(a, b)]
        return _story(rng, f"area {a},{b}", a * b, steps, f"{a}*{b}", "area", a=a, b=b)
    steps = [f"perimeter=2*({a}+{b})", traces.plus(a, b), traces.times(a + b, 2)]
    key = f"perimeter {a},{b}"
    return _story(rng, key, 2 * (a + b), steps, f"2*{a + b}", "perimeter", a=a, b=b)


_TWO_SUMS = ((2, 9), (5, 20), (10, 60), (20, 99), (50, 300))
_TWO_COUNTS = ((2, 4), (2, 6), (2, 9), (3, 9), (4, 12))
_TWO_PIECES = ((2, 5), (2, 9), (3, 12), (5, 30), (10, 60))


def _two(rng: random.Random, level: int) -> Solved:
    form = rng.choice(tuple(story_steps.TWO))
    a, b = between(rng, _TWO_SUMS, level), between(rng, _TWO_SUMS, level)
    if form == "a+b-c":
        c = rng.randint(1, min(a + b - 1, _TWO_SUMS[level - 1][1]))
        steps, value = [traces.plus(a, b), traces.minus(a + b, c)], a + b - c
    elif form in ("a*b+c", "a*b-c"):
        a, b = between(rng, _TWO_COUNTS, level), between(rng, _TWO_PIECES, level)
        c = rng.randint(2, max(3, min(a * b - 1, _TWO_SUMS[level - 1][1])))
        last = traces.plus(a * b, c) if form == "a*b+c" else traces.minus(a * b, c)
        steps = [traces.times(max(a, b), min(a, b)), last]
        value = a * b + c if form == "a*b+c" else a * b - c
    elif form == "(a+b)*c":
        a, b = between(rng, _TWO_PIECES, level), between(rng, _TWO_PIECES, level)
        c = between(rng, _TWO_COUNTS, level)
        steps, value = [traces.plus(a, b), traces.times(a + b, c)], (a + b) * c
    else:
        c, value = between(rng, _TWO_COUNTS, level), between(rng, _TWO_PIECES, level)
        a = rng.randint(2, c * value - 2)
        b = c * value - a
        steps = [traces.plus(a, b), traces.over(a + b, c)]
    key = _filled(form, a=a, b=b, c=c)
    low = steps[0].split(":")[0] if ":" in steps[0] else steps[0]
    return _story(rng, key, value, [key, *steps], low, form, a=a, b=b, c=c)


_SMALL = ((2, 4), (2, 5), (2, 9), (2, 9), (3, 9))
_PRICES = ((2, 5), (2, 9), (2, 12), (5, 20), (8, 40))


def _three(rng: random.Random, level: int) -> Solved:
    form = rng.choice(tuple(story_steps.THREE))
    a, b = between(rng, _SMALL, level), between(rng, _PRICES, level)
    c, d, e = between(rng, _SMALL, level), between(rng, _PRICES, level), 0
    if form == "a*b+c*d":
        ab, cd = a * b, c * d
        steps = [traces.times(b, a), traces.times(d, c), traces.plus(ab, cd)]
        value = ab + cd
    elif form == "e-(a*b+c)":
        c = between(rng, _PRICES, level)
        spent = a * b + c
        e = rng.choice((spent + rng.randint(2, 40), spent - spent % 10 + 10))
        steps = [traces.times(b, a), traces.plus(a * b, c), traces.minus(e, spent)]
        value = e - spent
    elif form == "(a+b-c)/d":
        d, value = between(rng, _SMALL, level), between(rng, _PRICES, level)
        c = between(rng, _PRICES, level)
        a = rng.randint(2, d * value + c - 2)
        b = d * value + c - a
        steps = [traces.plus(a, b), traces.minus(a + b, c), traces.over(a + b - c, d)]
    else:
        a, c = between(rng, _TWO_SUMS, level), between(rng, _TWO_SUMS, level)
        steps = [f"2*{a}={2 * a}", traces.plus(a, 2 * a), traces.plus(3 * a, c)]
        value = 3 * a + c
    key = _filled(form, a=a, b=b, c=c, d=d, e=e)
    low = steps[0].split(":")[0] if ":" in steps[0] else steps[0]
    return _story(rng, key, value, [key, *steps], low, form, a=a, b=b, c=c, d=d, e=e)


def _filled(form: str, **numbers: int) -> str:
    """A form such as `a*b+c` with its letters replaced by numbers."""
    text = form.replace("2a", "2*a")
    return "".join(str(numbers.get(mark, mark)) for mark in text)


FAMILIES = (
    family("story_add", _add, story_texts.ADD),
    family("story_subtract", _subtract, story_texts.SUBTRACT),
    family("story_multiply", _multiply, story_texts.MULTIPLY),
    family("story_divide", _divide, story_texts.DIVIDE),
    family("story_travel", _travel, story_measures.TRAVEL),
    family("story_age", _age, story_measures.AGE),
    family("story_change", _change, story_texts.CHANGE),
    family("story_rectangle", _rectangle, story_measures.RECTANGLE),
    family("story_two_steps", _two, story_steps.TWO, weight=2.0),
    family("story_three_steps", _three, story_steps.THREE, weight=2.0),
)
