"""Practice that is trained on and not scored: how words are spelt, and which letter comes first.

A word reaches the model as one or two tokens, so it must learn their letters before it can count,
reverse or sort them.
"""

from __future__ import annotations

import random

from trinity.train.reasoning.exercise import Solved, family, listed
from trinity.train.reasoning.lexicon import WORDS, invented

_SPELL = (
    "Spell {items}.",
    "<How do you spell|How to spell> {items}?",
    "<Spell|Write out> these words <letter by letter|in letters>: {items}",
    "<Give|Show> me the letters of {items}.",
    "<What|Which> letters <are in|make up|form> {items}?",
    "{items} <spelt|spelled> out?",
    "Letter by letter, <what is|how is> {items} written?",
    "<Take apart|Split up> {items}, <please|letter by letter>.",
    "<Say|Name|List> every letter of {items}.",
    "{items}: <spell|write out> <each|every> word, <please|letter by letter>.",
    "Of which letters are {items} made?",
    "I <can't|cannot> spell {items}. <Show me how|Help me>.",
)
_SORT = (
    "<Sort|Order|Arrange> the letters {items}.",
    "<Put|Bring> the letters {items} in <order|alphabetical order>.",
    "In what order do the letters {items} come in the alphabet?",
    "Letters {items} from a to z?",
    "<Which|What> is the alphabetical order of the letters {items}?",
    "alphabet order of <the letters|letters>: {items}",
    "<Which|What> order <does|would> the alphabet give the letters {items}?",
    "<Here are|I have> the letters {items}. <Sort|Order> them<|, please>.",
    "<Say|List|Write> the letters {items} as they <come|stand> in the alphabet.",
    "{items}: <sort|order> these letters.",
    "<How|In which order> would the letters {items} <stand|come> in a dictionary?",
    "<Bring|Get> these letters into alphabetical order: {items}",
)


def _spell(rng: random.Random, level: int) -> Solved:
    words = [
        rng.choice(WORDS) if rng.random() < 0.4 else invented(rng, rng.randint(2, 1 + level))
        for _ in range(rng.randint(2, 4))
    ]
    spelt = ", ".join(" ".join(word) for word in words)
    return Solved(
        key=" ".join(words),
        answer=spelt,
        low="",
        high="; ".join(_numbered(word) for word in words),
        slots={"items": listed(rng, words)},
    )


def _numbered(word: str) -> str:
    """The letters with their places: `o1 a2 k3`."""
    return " ".join(f"{letter}{place}" for place, letter in enumerate(word, 1))


def _sort_letters(rng: random.Random, level: int) -> Solved:
    letters = rng.sample("abcdefghijklmnopqrstuvwxyz", rng.randint(3, 3 + level))
    left, steps = list(letters), []
    while left:
        first = min(left)
        steps.append(f"{' '.join(left)}: take {first}" if len(left) > 1 else f"take {first}")
        left.remove(first)
    ordered = ", ".join(sorted(letters))
    return Solved(
        key=" ".join(letters),
        answer=ordered,
        low=f"first {min(letters)}, last {max(letters)}",
        high="; ".join([*steps, ordered]),
        slots={"items": listed(rng, letters)},
    )


FAMILIES = (
    family("spell", _spell, _SPELL, "exact", weight=3, drill=True),
    family("sort_letters", _sort_letters, _SORT, "exact", weight=1.5, drill=True),
)
