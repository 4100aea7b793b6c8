"""Working out the sum that a picture shows."""

from __future__ import annotations

import random

from trinity.train.items import Item, Split
from trinity.train.vision import ocr_cores as cores
from trinity.train.vision.making import vision_family, vision_item
from trinity.train.vision.text import text_picture
from trinity.train.wordings import phrase


def add_steps(a: int, b: int) -> str:
    """Column by column from the right: `7+5=12 carry 1; 4+2+1=7`."""
    steps, carry, place = [], 0, 1
    while place <= max(a, b):
        left, right = a // place % 10, b // place % 10
        total = left + right + carry
        term = f"{left}+{right}" + ("+1" if carry else "")
        carry = total // 10
        steps.append(f"{term}={total}" + (" carry 1" if carry and place * 10 <= max(a, b) else ""))
        place *= 10
    return "; ".join(steps)


def subtract_steps(a: int, b: int) -> str:
    """Column by column from the right, `a` not below `b`: `13-8=5 borrow 1; 4-1-1=2`."""
    steps, borrow, place = [], 0, 1
    while place <= a:
        left, right = a // place % 10, b // place % 10
        lent = left - right - borrow < 0
        term = f"{left + 10 * lent}-{right}" + ("-1" if borrow else "")
        rest = left + 10 * lent - right - borrow
        steps.append(f"{term}={rest}" + (" borrow 1" if lent else ""))
        borrow, place = int(lent), place * 10
    return "; ".join(steps)


def added(a: int, b: int) -> str:
    """The sum, with its columns where they are more than one: `17+5=22 (7+5=12 carry 1; ...)`."""
    return f"{a}+{b}={a + b}" + (f" ({add_steps(a, b)})" if max(a, b) > 9 else "")


def taken(a: int, b: int) -> str:
    """The difference, `a` not below `b`, with its columns where more than one of them tells."""
    return f"{a}-{b}={a - b}" + (f" ({subtract_steps(a, b)})" if max(b, a - b) > 9 else "")


def multiply_steps(a: int, b: int) -> str:
    """Part by part, `b` of one digit: `40*3=120; 2*3=6; 120+6=126`."""
    tens, ones = a - a % 10, a % 10
    if not tens or not ones:
        return f"{a}*{b}={a * b}"
    return f"{tens}*{b}={tens * b}; {ones}*{b}={ones * b}; {tens * b}+{ones * b}={a * b}"


def _sum(rng: random.Random, level: int) -> tuple[str, int, str]:
    """A sum without spaces, its result and the steps to it."""
    most = (9, 30, 99, 299, 999)[level - 1]
    sign = rng.choice("+-" if level < 3 else "+-*")
    if sign == "*":
        a, b = rng.randint(2, 9 if level == 3 else 10 * (level - 1)), rng.randint(2, 9)
        return f"{a}*{b}", a * b, multiply_steps(a, b)
    a, b = rng.randint(1, most), rng.randint(1, most)
    if sign == "+":
        return f"{a}+{b}", a + b, add_steps(a, b)
    a, b = max(a, b), min(a, b)
    return f"{a}-{b}", a - b, subtract_steps(a, b)


def solve_sum(rng: random.Random, split: Split, level: int) -> Item:
    """Adding, taking away or, from level 3, multiplying."""
    written, result, steps = _sum(rng, level)
    shown = written.replace("*", rng.choice("x*"))
    if rng.random() < 0.5:
        shown = "".join(f" {mark} " if mark in "+-*x" else mark for mark in shown)
    shown += rng.choice(("", "", "=", " =", " = ?"))
    return vision_item(
        "solve_sum",
        level,
        key=written,
        question=phrase(rng, split, cores.SOLVE),
        picture=text_picture(rng, split, level, [shown]),
        answer=result,
        low=f"{written}={result}",
        high=f"{written}: {steps}; {written}={result}",
        kind="number",
    )


FAMILIES = (vision_family("solve_sum", solve_sum, 2),)
