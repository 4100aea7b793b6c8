"""How exercises with tools, JSON answers or two skills at once are put together.

A solver makes an instance with its ideal steps; cores word it. Called by every module of this
package and of `train.composition`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trinity.train.items import Call, Check, Domain, Family, Item, Mark, Split, Step, split_of
from trinity.train.wordings import phrase
from trinity.types import Tool

MAX_CHARS = 850
"""All that is written in an item, tools aside: with up to three tools it stays within 512 tokens
of the small model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """One instance with its solution, before it is worded."""

    key: str
    slots: Mapping[str, object]
    """What the cores' `{slots}` hold."""
    answer: str
    low: str
    high: str
    check: Check
    variant: str = ""
    """Which of the family's lists of cores words this instance."""
    below: str = ""
    """What stands under the question: code, or a text."""
    system: str | None = None
    tools: tuple[Tool, ...] = ()
    steps: tuple[Step, ...] = ()
    images: tuple[bytes, ...] = ()
    marks: tuple[Mark, ...] | None = None


Solve = Callable[[random.Random, Split, int], Solved | None]
"""Makes and solves an instance of a level from 1 to 5, or gives up. The split chooses among names,
fonts and layouts only."""


@dataclass(frozen=True, slots=True)
class Worded:
    """The `make` of a family: a picklable callable that solves until an item fits, then words."""

    name: str
    domain: Domain
    solve: Solve
    cores: Mapping[str, Sequence[str]]

    def __call__(self, rng: random.Random, split: Split, level: int) -> Item:
        """Make one item of `level`, worded for `split`."""
        while True:
            solved = self.solve(rng, split, level)
            if solved is None:
                continue
            question = phrase(rng, split, self.cores[solved.variant], **solved.slots)
            item = Item(
                domain=self.domain,
                family=self.name,
                key=solved.key,
                question=f"{question}\n{solved.below}" if solved.below else question,
                images=solved.images,
                marks=solved.marks,
                answer=solved.answer,
                thoughts_low=solved.low,
                thoughts_high=solved.high,
                check=solved.check,
                level=level,
                system=solved.system,
                tools=solved.tools,
                steps=solved.steps,
            )
            if num_chars(item) <= MAX_CHARS:
                return item


def worded(
    name: str,
    domain: Domain,
    solve: Solve,
    cores: Sequence[str] | Mapping[str, Sequence[str]],
    weight: float = 1.0,
) -> Family:
    """A family whose questions are `cores`, or a list of cores for each variant."""
    by_variant = cores if isinstance(cores, Mapping) else {"": cores}
    return Family(name, domain, Worded(name, domain, solve, by_variant), weight)


def call_of(name: str, arguments: Mapping[str, object], result: str) -> Call:
    """A call as the ideal assistant writes it."""
    return Call(name=name, arguments=json.dumps(arguments), result=result)


def step(low: str, high: str, *calls: Call) -> Step:
    """One turn of calls, made at once."""
    return Step(thoughts_low=low, thoughts_high=high, calls=calls)


def num_chars(item: Item) -> int:
    """Characters of all that the item says, tools aside."""
    said = [item.system or "", item.question, item.answer, item.thoughts_high]
    for turn in item.steps:
        said.append(turn.thoughts_high)
        said += [call.name + call.arguments + call.result for call in turn.calls]
    return sum(map(len, said))


def key_like(family: str, other: str, key: str) -> str:
    """The key in `family` of the instance `key` of the family `other`: of the same split, so that
    what is trained on in one is not tested on in the other."""
    wanted = split_of(other, key)
    found, counter = f"{other} {key}", 0
    while split_of(family, found) is not wanted:
        counter += 1
        found = f"{other} {key} {counter}"
    return found
