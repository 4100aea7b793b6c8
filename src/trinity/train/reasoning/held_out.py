"""Families that are never trained on, to report how far the training carries over."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family, listed

_DIGIT_SUM = (
    "What is the sum of the digits of {n}?",
    "digit sum of {n}?",
    "Add up the digits of {n}.",
    "What do the digits of {n} add up to?",
    "Find the digit sum of {n}.",
    "If you add all digits of {n}, what do you get?",
    "Calculate the sum of all digits in {n}.",
    "sum of digits: {n}",
    "Take the digits of {n} and add them.",
    "How much is the digit sum of {n}?",
    "Compute the cross sum of {n}.",
    "The digits of {n} have which total?",
)
_AVERAGE = (
    "What is the average of {items}?",
    "average of {items}?",
    "Find the mean of {items}.",
    "mean: {items}",
    "Calculate the average of {items}.",
    "What is the arithmetic mean of {items}?",
    "I have the numbers {items}. What is their average?",
    "The values are {items}. Compute the mean.",
    "avg {items}",
    "On average, how big are {items}?",
    "Work out the mean value of {items}.",
    "Give the average of these numbers: {items}",
)
_CLOCK = (
    "The hour hand is at {h}. Where does it point after {n} hours?",
    "A clock shows {h} o'clock. What hour does it show {n} hours later?",
    "{h} o'clock + {n} hours on a 12 hour clock?",
    "On a 12-hour clock it is {h}. What does it show in {n} hours?",
    "The hand points at {h}. Where is it {n} hours later?",
    "clock hand at {h}, {n} hours pass, where now?",
    "It is {h} o'clock. Which hour does the clock face show after {n} hours?",
    "Where does the hour hand stand {n} hours after {h} o'clock?",
    "The hour hand moves on by {n} hours from {h}. Which number does it reach?",
    "A round clock says {h}. {n} hours go by. Which hour does it say?",
    "From {h} o'clock, wait {n} hours. What does the 12-hour clock read?",
    "Turn the hour hand {n} hours on from {h}. Where does it point?",
)


def _digit_sum(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((10, 99), (100, 999), (1000, 9999), (10000, 99999), (10**5, 10**6)), level)
    digits = [int(digit) for digit in str(n)]
    return Solved(
        key=str(n),
        answer=str(sum(digits)),
        low="+".join(map(str, digits)),
        high=traces.total(digits),
        slots={"n": n},
    )


def _average(rng: random.Random, level: int) -> Solved:
    count = (2, 3, 3, 4, 5)[level - 1]
    top = (10, 12, 30, 40, 60)[level - 1]
    numbers = [rng.randint(1, top) for _ in range(count)]
    while sum(numbers) % count:
        numbers[0] += 1
    total = sum(numbers)
    return Solved(
        key=",".join(map(str, numbers)),
        answer=str(total // count),
        low=f"{total}/{count}",
        high=traces.join([traces.total(numbers), traces.over(total, count)]),
        slots={"items": listed(rng, numbers)},
    )


def _clock(rng: random.Random, level: int) -> Solved:
    hour = rng.randint(1, 12)
    n = between(rng, ((1, 5), (3, 11), (5, 20), (12, 40), (24, 100)), level)
    total = hour + n
    rest = total % 12
    return Solved(
        key=f"{hour}+{n}",
        answer=str(rest or 12),
        low=f"{hour}+{n}={total}",
        high=traces.join(
            [
                traces.plus(hour, n),
                traces.rest_of(total, 12) if total > 12 else "",
                "0 is 12" if rest == 0 and total > 12 else "",
            ]
        ),
        slots={"h": hour, "n": n},
    )


FAMILIES = (
    family("digit_sum", _digit_sum, _DIGIT_SUM, held_out=True),
    family("average", _average, _AVERAGE, held_out=True),
    family("clock_hand", _clock, _CLOCK, held_out=True),
)
