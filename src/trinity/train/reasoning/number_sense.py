"""Decimals of unequal length, prices with cents, fractions of a number, rounding, powers, roots.
`number_texts` holds the wordings."""

from __future__ import annotations

import random
from math import gcd

from trinity.train.reasoning import number_texts, traces
from trinity.train.reasoning.exercise import Solved, between, family, listed


def _decimal(rng: random.Random, whole: int, places: int) -> str:
    """A number such as `9.11` or `9.9`, whose last place is not zero."""
    if not places:
        return str(whole)
    part = rng.randint(1, 10**places - 1)
    return f"{whole}.{part + (part % 10 == 0):0{places}d}"


def _thousandths(number: str) -> int:
    whole, _, part = number.partition(".")
    return int(whole) * 1000 + int(f"{part:0<3}")


def _compare_decimals(rng: random.Random, level: int) -> Solved:
    """Mostly numbers of the same whole part, so that the places after the point decide."""
    most = (2, 2, 3, 3, 3)[level - 1]
    whole = between(rng, ((0, 5), (0, 9), (0, 20), (0, 99), (0, 99)), level)
    numbers: list[str] = []
    while len(numbers) < (2 if level < 5 else 3):
        near = whole if rng.random() < 0.85 else whole + 1
        number = _decimal(rng, near, rng.randint(0 if level > 2 else 1, most))
        if _thousandths(number) not in map(_thousandths, numbers):
            numbers.append(number)
    largest = rng.random() < 0.5
    best = (max if largest else min)(numbers, key=_thousandths)
    longest = max(len(number.partition(".")[2]) for number in numbers)
    padded = [f"{_thousandths(number) / 1000:.{longest}f}" for number in numbers]
    order = [padded[numbers.index(number)] for number in sorted(numbers, key=_thousandths)]
    words = ("largest", "biggest", "greatest") if largest else ("smallest", "lowest", "least")
    return Solved(
        key=f"{'max' if largest else 'min'} {' '.join(numbers)}",
        answer=best,
        low="<".join(order),
        high=traces.join([" ".join(padded), "<".join(order), f"{words[0]} {best}"]),
        slots={"items": listed(rng, numbers), "most": rng.choice(words)},
    )


def _money_text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _money(rng: random.Random, level: int) -> Solved:
    """The trace counts in cents."""
    grain = (50, 10, 5, 1, 1)[level - 1]
    spans = ((1, 5), (1, 9), (1, 20), (2, 50), (10, 99))
    a, b = (between(rng, spans, level) * 100 + rng.randrange(0, 100, grain) for _ in range(2))
    variant = rng.choice(("sum", "left", "times"))
    n = between(rng, ((2, 3), (2, 4), (2, 6), (3, 9), (3, 9)), level)
    if variant == "sum":
        steps, value, key = traces.plus(a, b), a + b, f"{_money_text(a)}+{_money_text(b)}"
    elif variant == "left":
        a, b = max(a, b) + grain, min(a, b)
        steps, value, key = traces.minus(a, b), a - b, f"{_money_text(a)}-{_money_text(b)}"
    else:
        steps, value, key = traces.times(a, n), a * n, f"{_money_text(a)}*{n}"
    return Solved(
        key=key,
        answer=_money_text(value),
        low=f"{value} cents",
        high=traces.join([steps, f"{value} cents={_money_text(value)}"]),
        slots={"a": _money_text(a), "b": _money_text(b), "n": n},
        variant=variant,
    )


_NAMED = {(1, 2): "half", (1, 3): "a third", (1, 4): "a quarter", (3, 4): "three quarters"}


def _fraction_of(rng: random.Random, level: int) -> Solved:
    d = between(rng, ((2, 4), (2, 6), (3, 9), (4, 12), (5, 16)), level)
    q = between(rng, ((1, 6), (2, 10), (3, 20), (5, 30), (8, 50)), level)
    k = 1 if level == 1 else rng.choice([k for k in range(1, d) if gcd(k, d) == 1])
    n = d * q
    steps = [traces.over(n, d), traces.times(q, k) if k > 1 else ""]
    named = _NAMED.get((k, d))
    return Solved(
        key=f"{k}/{d} {n}",
        answer=str(q * k),
        low=f"{n}/{d}={q}",
        high=traces.join(steps),
        slots={"f": named if named and rng.random() < 0.5 else f"{k}/{d}", "n": n},
    )


_UNITS = {10: ("ten", "10"), 100: ("hundred", "100"), 1000: ("thousand", "1000")}


def _rounding(rng: random.Random, level: int) -> Solved:
    """The first place cut off decides; five goes up."""
    if level > 2 and rng.random() < 0.4:
        number = _decimal(
            rng, between(rng, ((0, 0), (0, 0), (1, 30), (10, 99), (50, 999)), level), 1
        )
        whole, tenths = map(int, number.split("."))
        digit, low, high, unit = tenths, whole, whole + 1, "whole number"
    else:
        power = (10, 10, rng.choice((10, 100)), rng.choice((10, 100)), rng.choice((100, 1000)))
        step = power[level - 1]
        n = between(rng, ((11, 99), (11, 400), (101, 999), (200, 9999), (1001, 99999)), level)
        n += n % step == 0
        number, low = str(n), n - n % step
        digit, high, unit = n % step * 10 // step, low + step, rng.choice(_UNITS[step])
    value = high if digit >= 5 else low
    verdict = f"{digit}>=5, up" if digit >= 5 else f"{digit}<5, down"
    return Solved(
        key=f"{number}~{high - low}",
        answer=str(value),
        low=verdict,
        high=traces.join([f"{low} or {high}", verdict, str(value)]),
        slots={"n": number, "to": unit},
    )


def _power(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((2, 9), (4, 12), (8, 20), (11, 40), (21, 99)), level)
    variant = rng.choice(("square", "cube", "two", "root"))
    if variant == "square":
        return _raised(variant, f"{n}**2", [traces.times(n, n)], n * n, n)
    if variant == "root":
        tries = [f"{m}*{m}={m * m}" for m in (n - 1, n)]
        return _raised(
            variant, f"{n * n}**0.5", [f"{tries[0]}<{n * n}", tries[1], f"{n}"], n, n * n
        )
    if variant == "cube":
        n = between(rng, ((2, 3), (2, 5), (3, 9), (4, 12), (6, 20)), level)
        steps = [traces.times(n, n), traces.times(n * n, n)]
        return _raised(variant, f"{n}**3", steps, n**3, n)
    n = between(rng, ((2, 4), (3, 5), (3, 7), (4, 9), (6, 10)), level)
    steps = [f"{2**k}*2={2 ** (k + 1)}" for k in range(1, n)]
    return _raised(variant, f"2**{n}", steps, 2**n, n)


def _raised(variant: str, key: str, steps: list[str], value: int, n: int) -> Solved:
    return Solved(
        key=key,
        answer=str(value),
        low=steps[-2] if variant == "root" else steps[-1].split(":")[0],
        high=traces.join(steps),
        slots={"n": n},
        variant=variant,
    )


FAMILIES = (
    family("compare_decimals", _compare_decimals, number_texts.COMPARE_DECIMALS),
    family("money", _money, number_texts.MONEY),
    family("fraction_of", _fraction_of, number_texts.FRACTION_OF),
    family("rounding", _rounding, number_texts.ROUNDING),
    family("powers", _power, number_texts.POWERS),
)
