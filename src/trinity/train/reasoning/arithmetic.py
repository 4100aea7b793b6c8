"""The four operations on whole numbers, alone and mixed."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family, listed

_ADD = (
    "What is {a} + {b}?",
    "{a} + {b}",
    "{a}+{b}=?",
    "what's {a} plus {b}",
    "Add {a} and {b}.",
    "How much is {a} plus {b}?",
    "Calculate {a} + {b}.",
    "Find the sum of {a} and {b}.",
    "{a} plus {b} is what?",
    "{a} + {b} =",
    "If I add {b} to {a}, what do I get?",
    "Compute the sum {a} + {b}.",
    "Work out {a}+{b}",
    "{a} and {b} together make how much?",
    "What do {a} and {b} add up to?",
    "Increase {a} by {b}.",
    "What number is {b} more than {a}?",
    "{a}+{b}",
)
_SUBTRACT = (
    "What is {a} - {b}?",
    "{a} - {b}",
    "{a}-{b}=?",
    "what's {a} minus {b}",
    "Subtract {b} from {a}.",
    "How much is {a} minus {b}?",
    "Calculate {a} - {b}.",
    "Take {b} away from {a}. What is left?",
    "{a} minus {b} is what?",
    "{a} - {b} =",
    "If I take {b} from {a}, what do I get?",
    "Compute {a} minus {b}.",
    "Work out {a}-{b}",
    "Start with {a} and remove {b}. What is the result?",
    "Decrease {a} by {b}.",
    "What number is {b} less than {a}?",
    "{a}-{b}",
)
_MULTIPLY = (
    "What is {a} * {b}?",
    "{a} x {b}",
    "{a}*{b}=?",
    "what's {a} times {b}",
    "Multiply {a} by {b}.",
    "How much is {a} times {b}?",
    "Calculate {a} \N{MULTIPLICATION SIGN} {b}.",
    "Find the product of {a} and {b}.",
    "{a} times {b} is what?",
    "{a} * {b} =",
    "If I multiply {a} and {b}, what do I get?",
    "Compute the product {a} x {b}.",
    "Work out {a}*{b}",
    "How many is {b} lots of {a}?",
    "What do I get for {a} multiplied by {b}?",
    "{a}*{b}",
)
_DIVIDE = (
    "What is {a} / {b}?",
    "{a} / {b}",
    "{a}/{b}=?",
    "what's {a} divided by {b}",
    "Divide {a} by {b}.",
    "How much is {a} divided by {b}?",
    "Calculate {a} ÷ {b}.",
    "How many times does {b} go into {a}?",
    "{a} divided by {b} is what?",
    "{a} ÷ {b} =",
    "If I divide {a} by {b}, what do I get?",
    "Compute {a} over {b}.",
    "Work out {a}/{b}",
    "Split {a} into {b} equal parts. How big is one part?",
    "What is the quotient of {a} and {b}?",
    "{a}/{b}",
)
_REMAINDER = (
    "What is the remainder of {a} divided by {b}?",
    "{a} mod {b}",
    "{a} % {b} = ?",
    "what's left over when you divide {a} by {b}",
    "Divide {a} by {b} and give me the remainder.",
    "Find the remainder when {a} is divided by {b}.",
    "Calculate {a} mod {b}.",
    "{a} divided by {b}: what remains?",
    "remainder of {a}/{b}?",
    "What remains if I divide {a} by {b}?",
    "What is {a} modulo {b}?",
    "Give the rest of the division {a} / {b}.",
    "Compute {a} % {b}",
    "If {a} is split into groups of {b}, how many are left over?",
    "When {a} is divided by {b}, which remainder is left?",
)
_ADD_MANY = (
    "Add {items}.",
    "What is {sum}?",
    "{sum}",
    "{sum}=?",
    "What is the sum of {items}?",
    "sum of {items}",
    "Add up these numbers: {items}",
    "How much is {sum} altogether?",
    "Find the total of {items}.",
    "what do {items} add up to",
    "Calculate {sum}.",
    "Total: {items}?",
    "Sum the list {items}.",
    "Work out {sum}",
    "Put {items} together. What is the total?",
)
_TERMS = ((1, 9), (5, 50), (20, 99), (100, 999), (100, 9999))


def _add(rng: random.Random, level: int) -> Solved:
    if level == 5 and rng.random() < 0.4:
        return _three_addends(rng)
    a, b = between(rng, _TERMS, level), between(rng, _TERMS, level)
    return Solved(
        key=f"{min(a, b)}+{max(a, b)}",
        answer=str(a + b),
        low=_partial_sums(a, b),
        high=traces.plus(a, b),
        slots={"a": a, "b": b},
    )


def _three_addends(rng: random.Random) -> Solved:
    a, b, c = (rng.randint(10, 400) for _ in range(3))
    return Solved(
        key="+".join(map(str, sorted((a, b, c)))),
        answer=str(a + b + c),
        low=f"{a}+{b}={a + b}",
        high=traces.total((a, b, c)),
        slots={"a": f"{a} + {b}", "b": c},
    )


def _partial_sums(a: int, b: int) -> str:
    place = 10 ** (len(str(max(a, b))) - 1)
    if place == 1:
        return f"{a}+{b}={a + b}"
    high_a, high_b = a - a % place, b - b % place
    high, low = high_a + high_b, a % place + b % place
    return f"{high_a}+{high_b}={high}; {a % place}+{b % place}={low}"


def _subtract(rng: random.Random, level: int) -> Solved:
    a, b = between(rng, _TERMS, level), between(rng, _TERMS, level)
    if level < 5 or rng.random() < 0.6:
        a, b = max(a, b), min(a, b)
    if level == 5 and a < b:
        a, b = a % 1000, b % 1000
    step = b - b % 10 if b >= 10 else b
    return Solved(
        key=f"{a}-{b}",
        answer=str(a - b),
        low=f"{a}-{step}={a - step}; {a - step}-{b - step}" if step != b else f"{a}-{b}={a - b}",
        high=traces.minus(a, b),
        slots={"a": a, "b": b},
    )


def _multiply(rng: random.Random, level: int) -> Solved:
    ranges = (((2, 9), (2, 9)), ((11, 50), (2, 9)), ((11, 99), (2, 9)), ((11, 99), (11, 40)))
    first, second = ((100, 999), (11, 99)) if level == 5 else ranges[level - 1]
    a, b = rng.randint(*first), rng.randint(*second)
    step = b - b % 10
    parts = f"{a}*{step}={a * step}; {a}*{b - step}={a * (b - step)}"
    small = f"{a - a % 10}*{b}={(a - a % 10) * b}; {a % 10}*{b}={a % 10 * b}"
    low = f"{a}*{b}={a * b}" if a < 10 else parts if b >= 10 else small
    if rng.random() < 0.3:
        a, b = b, a
    return Solved(
        key=f"{min(a, b)}*{max(a, b)}",
        answer=str(a * b),
        low=low,
        high=traces.times(a, b),
        slots={"a": a, "b": b},
    )


_DIVISORS = ((2, 9), (2, 9), (3, 9), (6, 12), (11, 25))
_QUOTIENTS = ((1, 9), (3, 30), (20, 120), (50, 300), (20, 150))


def _divide(rng: random.Random, level: int) -> Solved:
    d, q = between(rng, _DIVISORS, level), between(rng, _QUOTIENTS, level)
    return Solved(
        key=f"{d * q}/{d}",
        answer=str(q),
        low=f"{d}*{q - q % 10}={d * (q - q % 10)}; {d}*{q % 10}={d * (q % 10)}"
        if q > 9
        else f"{d}*{q}={d * q}",
        high=traces.over(d * q, d),
        slots={"a": d * q, "b": d},
    )


def _remainder(rng: random.Random, level: int) -> Solved:
    d = between(rng, ((2, 5), (3, 9), (3, 9), (4, 12), (11, 25)), level)
    a = between(rng, ((3, 30), (20, 80), (50, 200), (100, 999), (100, 999)), level)
    return Solved(
        key=f"{a}%{d}",
        answer=str(a % d),
        low=f"{a // d}*{d}={a // d * d}",
        high=traces.rest_of(a, d),
        slots={"a": a, "b": d},
    )


def _add_many(rng: random.Random, level: int) -> Solved:
    count = (3, 4, 5, 4, 4)[level - 1]
    numbers = [
        between(rng, ((1, 9), (1, 9), (1, 12), (5, 40), (10, 99)), level) for _ in range(count)
    ]
    half = numbers[: count - 1]
    return Solved(
        key="+".join(map(str, numbers)),
        answer=str(sum(numbers)),
        low=f"{'+'.join(map(str, half))}={sum(half)}",
        high=traces.total(numbers),
        slots={
            "items": listed(rng, numbers),
            "sum": rng.choice((" + ", "+")).join(map(str, numbers)),
        },
    )


FAMILIES = (
    family("add", _add, _ADD, weight=2.0),
    family("subtract", _subtract, _SUBTRACT, weight=2.0),
    family("multiply", _multiply, _MULTIPLY, weight=2.0),
    family("divide", _divide, _DIVIDE, weight=1.5),
    family("remainder", _remainder, _REMAINDER),
    family("add_many", _add_many, _ADD_MANY),
)
