"""What a generated exercise is, how its answer is judged, and how exercises are split.

A `Family` makes `Item`s of one kind from a random generator. The split of an item follows from a
hash of what is asked, never from how: an instance seen in training is in no other split, whatever
its wording, font or layout.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from trinity.errors import ConfigError
from trinity.types import Tool

Domain = Literal["reasoning", "vision", "code", "chat", "composition"]

DOMAINS: tuple[Domain, ...] = ("reasoning", "vision", "code", "chat", "composition")
"""The last needs skills of two others at once: no specialist is trained on it."""


class Split(StrEnum):
    """Which items may be used for what."""

    TRAIN = "train"
    VALIDATION = "validation"
    """Instances never trained on, in trained wordings and fonts: for choosing settings."""
    TEST = "test"
    """Instances, wordings and fonts never trained on: for reporting."""


@dataclass(frozen=True, slots=True)
class Check:
    """How an answer is judged: `kind` names a verifier in `trinity.train.verify`."""

    kind: str
    """`exact` (whitespace and case folded), `strict` (exact text), `number`, `set`, `json` (equal
    values, whatever the layout) or `program`."""
    payload: Any
    """What the verifier compares with: text, a number, a list, or a program's tests."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a picture shows, and where: the image encoder is told of it in training."""

    group: str
    """What is told: `glyph`, `colour`, `kind` or `value`; see `trinity.train.vision.labels`."""
    label: str
    boxes: tuple[tuple[float, float, float, float], ...]
    """Its places: left, top, right, bottom as shares of the picture's width and height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call and what comes back."""

    name: str
    arguments: str
    """A JSON object, as text."""
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One turn of the assistant before its answer: tool calls, made at once."""

    thoughts_low: str
    thoughts_high: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One exercise with its solution."""

    domain: Domain
    family: str
    key: str
    """The instance in canonical form, wording left out: decides the split."""
    question: str
    images: tuple[bytes, ...] = field(default=(), repr=False)
    """PNG files, in the order they stand before the question."""
    marks: tuple[Mark, ...] | None = field(default=None, repr=False)
    """What the first picture shows; `None` where that is not noted."""
    answer: str
    """What the model should say: short, final, no explanation."""
    thoughts_low: str
    """A compressed chain of thought: the essential step only."""
    thoughts_high: str
    """The full chain of thought: the solver's own trace, one small step at a time."""
    check: Check
    level: int
    """Difficulty, 1 (easiest) to 5."""
    system: str | None = None
    """A system prompt, where the family uses one."""
    tools: tuple[Tool, ...] = ()
    """Functions that the assistant may call."""
    steps: tuple[Step, ...] = ()
    """What an ideal assistant does before it answers, in order; the answer's thoughts follow it."""


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A kind of exercise; each is itself alone, so that it can be a key."""

    name: str
    domain: Domain
    make: Callable[[random.Random, Split, int], Item]
    """Makes one item of the given level. `split` chooses among wordings, fonts and layouts only."""
    weight: float = 1.0
    """Relative share among the families of its domain."""
    held_out: bool = False
    """Never trained on: reported apart as an unseen family."""
    drill: bool = False
    """Trained on, and not scored: practice for what other families ask."""


def split_of(family: str, key: str) -> Split:
    """The split that the instance `key` of `family` belongs to: 90 % train, 5 % each other."""
    bucket = hashlib.sha256(f"{family}\0{key}".encode()).digest()[0]
    if bucket < 13:
        return Split.TEST
    return Split.VALIDATION if bucket < 26 else Split.TRAIN


def draw(family: Family, split: Split, rng: random.Random, level: int | None = None) -> Item:
    """Make an item of `family` whose instance belongs to `split`.

    `level` is drawn uniformly from 1 to 5 when `None`. Families marked `held_out` have no splits:
    each of their instances may serve any split.
    """
    for _ in range(10_000):
        item = family.make(rng, split, level or rng.randint(1, 5))
        if family.held_out or split_of(family.name, item.key) is split:
            return item
    raise RuntimeError(f"Family {family.name} has no instance in the split {split}.")


@cache
def levels_with(family: Family, split: Split, lowest: int, highest: int) -> tuple[int, ...]:
    """The levels from `lowest` to `highest` at which `family` has instances in `split`: an easy
    level may have so few that none falls into a small split. Raises `ConfigError` for none."""

    def has_instance(level: int) -> bool:
        rng = random.Random(f"{family.name}/{split}/{level}")
        return any(
            family.held_out or split_of(family.name, family.make(rng, split, level).key) is split
            for _ in range(500)
        )

    found = tuple(level for level in range(lowest, highest + 1) if has_instance(level))
    if not found:
        raise ConfigError(
            f"The family {family.name} has no exercise of the levels {lowest} to {highest} in the "
            f"split {split}; give its source a wider range of levels, or leave the family out."
        )
    return found
