"""The next term of a number sequence: even steps, even ratios, steps that take turns."""

from __future__ import annotations

import itertools
import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_NEXT = (
    "What comes next: {s}?",
    "{s}, ?",
    "{s}, ... what is next?",
    "next number: {s}",
    "What is the next number in {s}?",
    "Continue the sequence {s}.",
    "Find the next term: {s}",
    "Which number follows {s}?",
    "{s}: what comes after that?",
    "The sequence is {s}. What number comes next?",
    "Here is a pattern: {s}. Give the next number.",
    "complete: {s}, __",
    "How does {s} go on? One more number.",
    "Look at {s}. Which number is next?",
    "Guess the next number in this series: {s}",
)


def _next_term(rng: random.Random, level: int) -> Solved:
    if level == 4:
        return _geometric(rng)
    if level == 5:
        return _alternating(rng)
    step = between(rng, ((1, 5), (2, 12), (5, 60)), level)
    start = between(rng, ((1, 10), (1, 50), (10, 200)), level)
    terms = [start + i * step for i in range(5)]
    if level > 1 and rng.random() < 0.4:
        terms.reverse()
    change = terms[1] - terms[0]
    end = traces.plus(terms[3], change) if change > 0 else traces.minus(terms[3], -change)
    sign = "+" if change > 0 else ""
    gaps = [f"{y}-{x}={y - x}" for x, y in itertools.pairwise(terms[:4])]
    return _continued(terms, f"each {sign}{change}", [*gaps[:2], f"each {sign}{change}", end])


def _geometric(rng: random.Random) -> Solved:
    ratio = rng.choice((2, 2, 3, 4, 5))
    start = rng.randint(1, {2: 20, 3: 9, 4: 6, 5: 5}[ratio])
    terms = [start * ratio**i for i in range(5)]
    if rng.random() < 0.3:
        terms.reverse()
        checks = [f"{terms[i]}/{ratio}={terms[i + 1]}" for i in range(2)]
        return _continued(terms, f"each /{ratio}", [*checks, traces.over(terms[3], ratio)])
    checks = [f"{terms[i]}*{ratio}={terms[i + 1]}" for i in range(2)]
    return _continued(terms, f"each *{ratio}", [*checks, traces.times(terms[3], ratio)])


def _alternating(rng: random.Random) -> Solved:
    """Two changes that take turns, five terms shown."""
    first, second = rng.sample([-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 2)
    terms = [rng.randint(20, 70)]
    for i in range(5):
        terms.append(terms[-1] + (second if i % 2 else first))
    gaps = [f"{y}-{x}={y - x}" for x, y in itertools.pairwise(terms[:5])]
    end = f"{terms[4]}{first:+d}={terms[5]}"
    return _continued(terms, f"turns {first:+d} {second:+d}", [*gaps, f"next {first:+d}", end])


def _continued(terms: list[int], rule: str, steps: list[str]) -> Solved:
    shown = ", ".join(map(str, terms[:-1]))
    return Solved(
        key=shown, answer=str(terms[-1]), low=rule, high=traces.join(steps), slots={"s": shown}
    )


FAMILIES = (family("next_term", _next_term, _NEXT, weight=1.5),)
