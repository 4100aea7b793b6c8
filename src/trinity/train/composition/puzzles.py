"""Something to work out that stands in a picture: reading first, then reasoning."""

from __future__ import annotations

import random
from collections.abc import Mapping

from trinity.train import reasoning
from trinity.train.agentic.making import Solved, key_like, worded
from trinity.train.composition import cores
from trinity.train.items import Check, Split
from trinity.train.reasoning.exercise import Exercise
from trinity.train.vision.text import text_picture

_FAMILY = "picture_puzzle"
_LONGEST_LINE = 19

_PUZZLES: Mapping[str, tuple[str, str]] = {
    "add": ("value", "{a}+{b}"),
    "subtract": ("value", "{a}-{b}"),
    "multiply": ("value", "{a}x{b}"),
    "divide": ("value", "{a}/{b}"),
    "add_many": ("value", "{sum}"),
    "mixed": ("value", "{e}"),
    "percent": ("value", "{p}% of {n}"),
    "fraction_add": ("value", "{a}/{d}+{b}/{d}"),
    "equation": ("unknown", "{e}"),
    "linear_equation": ("unknown", "{e}"),
    "next_term": ("next", "{s}, ?"),
    "from_roman": ("numeral", "{r}"),
    "number_in_digits": ("numeral", "{w}"),
}
"""By reasoning family: which cores ask for it, and how it is written."""

_EXERCISES: Mapping[str, Exercise] = {
    family.name: family.make
    for family in reasoning.FAMILIES
    if family.name in _PUZZLES and isinstance(family.make, Exercise)
}


def picture_puzzle(rng: random.Random, split: Split, level: int) -> Solved | None:
    """A sum, an equation, a sequence or a numeral in a picture."""
    name = rng.choice(tuple(_PUZZLES))
    variant, template = _PUZZLES[name]
    exercise = _EXERCISES[name]
    solved = exercise.solve(rng, level)
    plain = template.format(**solved.slots)
    spaced = variant == "value" and "of" not in plain and rng.random() < 0.4
    written = "".join(f" {sign} " if sign in "+-x" else sign for sign in plain) if spaced else plain
    lines = _lines(" ".join(written.split()))
    if lines is None or not written.isascii():
        return None
    if variant == "value" and len(lines[-1]) < _LONGEST_LINE - 3:
        lines[-1] += rng.choice(("", "", "=", " = ?"))
    return Solved(
        key=key_like(_FAMILY, name, solved.key),
        slots={},
        variant=variant,
        answer=solved.answer,
        low=f"{plain}: {solved.low}",
        high=f"it says {plain}; {solved.high}",
        check=Check(exercise.kind, solved.answer),
        images=(text_picture(rng, split, level, lines),),
    )


def _lines(text: str) -> list[str] | None:
    """`text` on one line or two, or `None` where it is too long for that."""
    if len(text) <= _LONGEST_LINE:
        return [text]
    cut = text.rfind(" ", 0, _LONGEST_LINE + 1)
    lines = [text[:cut], text[cut + 1 :]]
    return lines if cut > 0 and len(lines[1]) <= _LONGEST_LINE else None


FAMILIES = (worded(_FAMILY, "composition", picture_puzzle, cores.PUZZLE, weight=2.0),)
