"""Loops, with how often they run."""

from __future__ import annotations

import random
from itertools import accumulate


def looped(rng: random.Random, level: int) -> tuple[str, int, str]:
    """A loop, how often it runs, and how that is found."""
    body = rng.choice(("print(i)", "total += i", "work(i)", "result.append(i)"))
    if level == 1:
        n = rng.randint(1, 30)
        start = rng.choice((0, 0, rng.randint(1, 10)))
        code = f"for i in range({n}):" if not start else f"for i in range({start}, {start + n}):"
        trace = (
            f"i goes from 0 to {n - 1}; that is {n}"
            if not start
            else f"i goes from {start} to {start + n - 1}; {start + n} - {start} = {n}"
        )
        return f"{code}\n    {body}", n, trace
    if level in (2, 3):
        start, step = rng.randint(0, 20), rng.randint(2, 6)
        stop = start + rng.randint(3, 40)
        if level == 3 and rng.random() < 0.5:
            start, stop, step = stop, start, -step
        numbers = list(range(start, stop, step))
        shown = ", ".join(f"{number} ({k})" for k, number in enumerate(numbers, 1))
        return (
            f"for i in range({start}, {stop}, {step}):\n    {body}",
            len(numbers),
            f"i is {shown}; that is {len(numbers)}",
        )
    if level == 4:
        return _looped_while(rng)
    return _looped_nested(rng)


def _looped_while(rng: random.Random) -> tuple[str, int, str]:
    step, code = rng.choice(((2, "n = n * 2"), (3, "n = n * 3"), (0, ""), (-2, "n = n // 2")))
    if step == 0:
        step = rng.randint(3, 9)
        start, stop = rng.randint(0, 10), rng.randint(15, 60)
        values = list(range(start, stop, step))
        end = values[-1] + step
        text = f"n = {start}\nwhile n < {stop}:\n    n = n + {step}"
    elif step == -2:
        start = rng.randint(5, 200)
        values, end = [], start
        while end > 1:
            values.append(end)
            end //= 2
        text = f"n = {start}\nwhile n > 1:\n    {code}"
    else:
        start, stop = rng.randint(1, 5), rng.randint(20, 300)
        values, end = [], start
        while end < stop:
            values.append(end)
            end *= step
        text = f"n = {start}\nwhile n < {stop}:\n    {code}"
    shown = "".join(f"{value} ({k}) -> " for k, value in enumerate(values, 1))
    return text, len(values), f"n: {shown}{end}; that is {len(values)}"


def _looped_nested(rng: random.Random) -> tuple[str, int, str]:
    a, b = rng.randint(2, 12), rng.randint(2, 12)
    inner = rng.choice((f"range({b})", "range(i)", "range(i + 1)"))
    text = f"for i in range({a}):\n    for j in {inner}:\n        count += 1"
    if inner == f"range({b})":
        return text, a * b, f"outer {a} times, inner {b} times each; {a} * {b} = {a * b}"
    counts = [i + (inner != "range(i)") for i in range(a)]
    *sums, total = accumulate(counts)
    steps = (f"{a} + {b} = {a + b}" for a, b in zip(sums, counts[1:], strict=True))
    shown = ", ".join(map(str, counts))
    return text, total, f"inner runs {shown}; {', '.join(steps)}; that is {total}"
