"""Percentages and equations in one unknown, with whole-number solutions."""

from __future__ import annotations

import random
from fractions import Fraction

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_PERCENT = (
    "What is {p}% of {n}?",
    "{p}% of {n}",
    "{p} percent of {n}?",
    "what's {p}% of {n}",
    "How much is {p} percent of {n}?",
    "Calculate {p}% of {n}.",
    "Find {p} percent of {n}.",
    "Work out {p}% of {n}",
    "If {n} is everything, how much is {p}%?",
    "{p}% of {n} is how much?",
    "Of {n} people, {p}% say yes. How many people is that?",
    "A box holds {n} items and {p}% of them are red. How many are red?",
    "I need {p} percent of {n}.",
    "{p}% of {n} = ?",
    "Take {p}% of {n}. What do you get?",
)
_CHANGE = {
    "up": (
        "What is {n} increased by {p}%?",
        "Raise {n} by {p}%.",
        "{n} + {p}%",
        "A price of {n} euros goes up by {p}%. What is the new price?",
        "increase {n} by {p} percent",
        "A town has {n} people and grows by {p}%. How many live there now?",
        "Add {p}% to {n}.",
        "The rent was {n} and rises by {p} percent. What is it now?",
        "{n} plus {p}% of it is what?",
        "A bill of {n} dollars gets a tip of {p}% on top. How much is paid in all?",
    ),
    "down": (
        "What is {n} reduced by {p}%?",
        "Lower {n} by {p}%.",
        "{n} - {p}%",
        "A coat costs {n} euros. There is a discount of {p}%. What does it cost now?",
        "decrease {n} by {p} percent",
        "A hat of {n} dollars is {p}% off. What is the sale price?",
        "Take {p}% off {n}.",
        "A price of {n} falls by {p} percent. What is the new price?",
        "{n} minus {p}% of it is what?",
        "What do I pay for a bag of {n} euros with {p}% off?",
    ),
}
_EQUATION = (
    "Solve {e} for {v}.",
    "{e}, what is {v}?",
    "If {e}, what is {v}?",
    "solve {e}",
    "Find {v}: {e}",
    "What is {v} if {e}?",
    "{e}. Find {v}.",
    "{e}, {v} = ?",
    "Which number {v} makes {e} true?",
    "Solve the equation {e}.",
    "For which {v} does {e} hold?",
    "Given {e}, find the value of {v}.",
    "Let {e}. What is the value of {v}?",
    "what value of {v} solves {e}?",
    "{v}=? when {e}",
)


def _percent_of(rng: random.Random, level: int) -> tuple[int, int]:
    """A percentage and a number whose share is whole."""
    percents = (
        (10, 50, 100),
        (10, 20, 25, 50),
        (5, 10, 20, 30, 40, 60, 75),
        (5, 15, 30, 35, 45, 70, 80, 90),
        (2, 4, 6, 8, 12, 15, 18, 24, 35, 65, 85, 95),
    )[level - 1]
    most = (100, 200, 400, 600, 900)[level - 1]
    while True:
        percent, number = rng.choice(percents), rng.randint(4, most)
        if percent * number % 100 == 0:
            return percent, number


def _share_steps(percent: int, number: int) -> str:
    """Write the percentage as a fraction in lowest terms, divide, then multiply."""
    part = Fraction(percent, 100)
    piece = number // part.denominator
    return traces.join(
        [
            f"{percent}%={part.numerator}/{part.denominator}" if percent < 100 else "100%=1",
            traces.over(number, part.denominator) if percent < 100 else str(number),
            traces.times(piece, part.numerator) if part.numerator > 1 else "",
        ]
    )


def _percent(rng: random.Random, level: int) -> Solved:
    percent, number = _percent_of(rng, level)
    return Solved(
        key=f"{percent}% {number}",
        answer=str(percent * number // 100),
        low=f"{percent}%={Fraction(percent, 100)}",
        high=_share_steps(percent, number),
        slots={"p": percent, "n": number},
    )


def _change(rng: random.Random, level: int) -> Solved:
    percent, number = 100, 0
    while percent == 100:
        percent, number = _percent_of(rng, level)
    share = percent * number // 100
    up = rng.random() < 0.5
    sign, last = ("+", traces.plus(number, share)) if up else ("-", traces.minus(number, share))
    return Solved(
        key=f"{number}{sign}{percent}%",
        answer=str(number + share if up else number - share),
        low=f"{percent}% of {number}={share}",
        high=f"{_share_steps(percent, number)}; {last}",
        slots={"p": percent, "n": number},
        variant="up" if up else "down",
    )


def _equation(rng: random.Random, level: int) -> Solved:
    """One operation to undo: x+a=b, x-a=b, a-x=b, a*x=b, x/a=b."""
    x = between(rng, ((1, 9), (2, 20), (5, 60), (10, 200), (50, 500)), level)
    a = between(rng, ((1, 9), (2, 20), (5, 60), (10, 200), (50, 500)), level)
    form = rng.choice("+-r" if level == 1 else "+-r*/")
    if form in "*/":
        a = between(rng, ((2, 5), (2, 9), (2, 9), (3, 12), (3, 12)), level)
    match form:
        case "+":
            text, steps = rng.choice((f"x+{a}={x + a}", f"{a}+x={x + a}")), traces.minus(x + a, a)
        case "-":
            x += a
            text, steps = f"x-{a}={x - a}", traces.plus(x - a, a)
        case "r":
            text, steps = f"{x + a}-x={a}", traces.minus(x + a, a)
        case "*":
            text, steps = f"{a}x={a * x}", traces.over(a * x, a)
        case _:
            x, quotient = a * x, x
            text, steps = f"x/{a}={quotient}", traces.times(quotient, a)
    first = _how_to_undo(text)
    return _solved_equation(rng, text, x, first, f"{first}; {steps}")


def _how_to_undo(text: str) -> str:
    """The operation that isolates x in `text`, as in `x=12-5`."""
    left, right = text.split("=")
    if left.startswith("x+"):
        return f"x={right}-{left[2:]}"
    if left.endswith("+x"):
        return f"x={right}-{left[:-2]}"
    if left.startswith("x-"):
        return f"x={right}+{left[2:]}"
    if left.endswith("-x"):
        return f"x={left[:-2]}-{right}"
    if left.startswith("x/"):
        return f"x={right}*{left[2:]}"
    return f"x={right}/{left[:-1]}"


def _linear_equation(rng: random.Random, level: int) -> Solved:
    """Two operations to undo: a*x+b=c, a*x-b=c, a*(x+b)=c."""
    a = between(rng, ((2, 3), (2, 5), (2, 9), (2, 9), (3, 12)), level)
    x = between(rng, ((1, 9), (1, 12), (2, 20), (3, 40), (5, 99)), level)
    b = between(rng, ((1, 9), (1, 20), (2, 40), (5, 99), (5, 199)), level)
    form = rng.choice("+" if level == 1 else "+-" if level < 4 else "+-(")
    if form == "-" and a * x <= b:
        form = "+"
    if form == "+":
        c = a * x + b
        text, low = f"{a}x+{b}={c}", f"{a}x={c}-{b}={c - b}"
        steps = (f"{a}x={c}-{b}", traces.minus(c, b), f"x={c - b}/{a}", traces.over(c - b, a))
    elif form == "-":
        c = a * x - b
        text, low = f"{a}x-{b}={c}", f"{a}x={c}+{b}={c + b}"
        steps = (f"{a}x={c}+{b}", traces.plus(c, b), f"x={c + b}/{a}", traces.over(c + b, a))
    else:
        c = a * (x + b)
        text, low = f"{a}(x+{b})={c}", f"x+{b}={c}/{a}={c // a}"
        steps = (f"x+{b}={c}/{a}", traces.over(c, a), f"x={c // a}-{b}", traces.minus(c // a, b))
    return _solved_equation(rng, text, x, low, traces.join(steps))


def _solved_equation(rng: random.Random, text: str, x: int, low: str, high: str) -> Solved:
    letter = rng.choice("xxxxyznabkt")
    left, right = text.split("=")
    shown = f"{right}={left}" if rng.random() < 0.2 else text
    if rng.random() < 0.6:
        for sign in "+-=/":
            shown = shown.replace(sign, f" {sign} ")
    if rng.random() < 0.2:
        shown = (
            shown.replace("x", "*x") if left[0].isdigit() and left[1:].startswith("x") else shown
        )
    return Solved(
        key=text,
        answer=str(x),
        low=low.replace("x", letter),
        high=high.replace("x", letter),
        slots={"e": shown.replace("x", letter), "v": letter},
    )


FAMILIES = (
    family("percent", _percent, _PERCENT),
    family("percent_change", _change, _CHANGE),
    family("equation", _equation, _EQUATION),
    family("linear_equation", _linear_equation, _EQUATION),
)
