"""Small talk, questions about the model itself, and honest refusals.

An answer is one fixed sentence or two for each kind, so that it can be learnt and checked. What is
asked here is the wording itself, so the key is the question with case and marks folded.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trinity.train.chat_about import ABOUT
from trinity.train.chat_refusals import REFUSALS, TOPICS
from trinity.train.chat_texts import SMALL_TALK, Kind
from trinity.train.items import Check, Family, Item, Split
from trinity.train.wordings import choose_core, phrase

_HEADS = ("", "", "", "", "Ok, ", "Hey, ", "Oh, ", "Well, ", "Trinity, ", "So, ", "Hey Trinity, ")
_TEST_HEADS = ("", "", "Alright, ", "Ah, ", "Dear Trinity, ")
_TAILS = ("", "", "", "", " Trinity", " my friend", " dear", " robot", " friend", " little model")
_TEST_TAILS = ("", "", " computer", " Trinity mini", " buddy", " assistant")


@dataclass(frozen=True, slots=True)
class Talk:
    """The `make` of a chat family: many ways to ask, one answer."""

    name: str
    kind: Kind
    dressed: bool
    """Whether the openers and endings of questions fit."""

    def __call__(self, rng: random.Random, split: Split, level: int) -> Item:
        """Make one item, worded for `split`; `level` changes nothing but the item's own."""
        slots = {name: rng.choice(topics) for name, topics in TOPICS.items()}
        if self.dressed:
            question = phrase(rng, split, self.kind.cores, **slots)
        else:
            question = _said(rng, split, self.kind.cores, slots)
        return Item(
            domain="chat",
            family=self.name,
            key=" ".join(re.findall(r"[a-z0-9']+", question.casefold())),
            question=question,
            answer=self.kind.answer,
            thoughts_low=self.kind.thought,
            thoughts_high=f"{self.kind.thought}; {self.kind.plan}",
            check=Check("exact", self.kind.answer),
            level=level,
        )


def _said(rng: random.Random, split: Split, cores: Sequence[str], slots: Mapping[str, str]) -> str:
    """A greeting or the like: a core between a head and a tail, any case."""
    test = split is Split.TEST
    core = choose_core(rng, split, cores)
    head = rng.choice(_TEST_HEADS if test else _HEADS)
    tail = rng.choice(_TEST_TAILS if test else _TAILS)
    words, mark = (
        (core[:-1], core[-1]) if core[-1] in "?." else (core, rng.choice(("", "", "!", ".")))
    )
    text = head + words.format(**slots) + ("," if tail and rng.random() < 0.5 else "") + tail + mark
    return text.lower() if rng.random() < 0.35 else text


def _families(kinds: Mapping[str, Kind], *, dressed: bool, weight: float) -> list[Family]:
    return [
        Family(name, "chat", Talk(name, kind, dressed), weight=weight)
        for name, kind in kinds.items()
    ]


FAMILIES: tuple[Family, ...] = (
    *_families(SMALL_TALK, dressed=False, weight=0.7),
    *_families(ABOUT, dressed=True, weight=1.0),
    *_families(REFUSALS, dressed=True, weight=1.5),
)
