"""How the reasoning families are put together: a solver makes the instance, cores word it.

A solver never sees the split or the wording, so an instance and its key cannot depend on them.
Every module of this package lists its families with `family`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trinity.train.items import Check, Family, Item, Split
from trinity.train.wordings import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """One instance with its solution, before it is worded."""

    key: str
    answer: str
    low: str
    """The essential step."""
    high: str
    """The solver's trace; its last characters are the answer."""
    slots: Mapping[str, object]
    """What the cores' `{slots}` hold."""
    variant: str = ""
    """Which of the family's lists of cores words this instance."""


Solve = Callable[[random.Random, int], Solved]
"""Makes and solves an instance of a level from 1 to 5."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """The `make` of a family: a picklable callable that solves, then words."""

    name: str
    solve: Solve
    cores: Mapping[str, Sequence[str]]
    kind: str

    def __call__(self, rng: random.Random, split: Split, level: int) -> Item:
        """Make one item of `level`, worded for `split`."""
        solved = self.solve(rng, level)
        payload = solved.answer.split(", ") if self.kind == "set" else solved.answer
        return Item(
            domain="reasoning",
            family=self.name,
            key=solved.key,
            question=phrase(rng, split, self.cores[solved.variant], **solved.slots),
            answer=solved.answer,
            thoughts_low=solved.low,
            thoughts_high=solved.high,
            check=Check(self.kind, payload),
            level=level,
        )


def family(
    name: str,
    solve: Solve,
    cores: Sequence[str] | Mapping[str, Sequence[str]],
    kind: str = "number",
    *,
    weight: float = 1.0,
    held_out: bool = False,
    drill: bool = False,
) -> Family:
    """A reasoning family whose questions are `cores`, or a list of cores for each variant."""
    by_variant = cores if isinstance(cores, Mapping) else {"": cores}
    make = Exercise(name, solve, by_variant, kind)
    return Family(name, "reasoning", make, weight, held_out, drill)


def between(rng: random.Random, ranges: Sequence[tuple[int, int]], level: int) -> int:
    """A number from the range (both ends included) that `ranges` gives for `level`."""
    low, high = ranges[level - 1]
    return rng.randint(low, high)


def listed(rng: random.Random, parts: Sequence[object]) -> str:
    """Write a list as people do: commas mostly, a closing "and" or bare spaces sometimes."""
    texts = [str(part) for part in parts]
    style = rng.random()
    if style < 0.6 or len(texts) < 2:
        return ", ".join(texts)
    if style < 0.8:
        return ", ".join(texts[:-1]) + " and " + texts[-1]
    return " ".join(texts)
