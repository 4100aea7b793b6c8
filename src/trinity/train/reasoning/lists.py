"""Comparing, sorting and searching numbers and words in a list."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family, listed
from trinity.train.reasoning.lexicon import WORDS

_EXTREME = (
    "What is the {most} number in {items}?",
    "{most} of {items}?",
    "Which of these is the {most}: {items}?",
    "find the {most}: {items}",
    "Pick the {most} number from {items}.",
    "{items}: which one is the {most}?",
    "Which number is the {most}? {items}",
    "Look at {items}. What is the {most} one?",
    "Give me the {most} of {items}.",
    "From the list {items}, name the {most} number.",
    "Of {items}, which is the {most}?",
    "what's the {most} number here: {items}",
    "I have the numbers {items}. Which is the {most}?",
    "In {items}, what number is the {most}?",
    "Name the {most} value among {items}.",
)
_SORT_NUMBERS = {
    "up": (
        "Sort {items} from smallest to largest.",
        "sort ascending: {items}",
        "Put {items} in order, smallest first.",
        "Sort these numbers: {items}",
        "Arrange {items} in increasing order.",
        "Order {items} from low to high.",
        "What is {items} in ascending order?",
        "{items} sorted from the smallest up?",
        "Can you sort {items}?",
        "List {items} from least to greatest.",
    ),
    "down": (
        "Sort {items} from largest to smallest.",
        "sort descending: {items}",
        "Put {items} in order, largest first.",
        "Sort these numbers in reverse, biggest first: {items}",
        "Arrange {items} in decreasing order.",
        "Order {items} from high to low.",
        "What is {items} in descending order?",
        "{items} sorted from the largest down?",
        "Can you sort {items} in descending order?",
        "List {items} from greatest to least.",
    ),
}
_SORT_WORDS = (
    "Sort these words alphabetically: {items}",
    "sort a to z: {items}",
    "Put {items} in alphabetical order.",
    "Sort {items}.",
    "Arrange the words {items} from A to Z.",
    "What is the alphabetical order of {items}?",
    "Order these words: {items}",
    "alphabetical order: {items}",
    "List {items} in alphabetical order.",
    "How would {items} be ordered in a dictionary?",
    "Can you alphabetise {items}?",
    "Here are some words: {items}. Sort them.",
    "{items} in alphabetical order?",
    "Write {items} in the order of the alphabet.",
    "I want {items} sorted by the alphabet.",
)
_MEMBER = (
    "Is {x} in the list {items}?",
    "Is {x} one of {items}?",
    "{items}: is {x} there?",
    "does {items} contain {x}",
    "Is {x} among {items}?",
    "Does the list {items} include {x}?",
    "Look for {x} in {items}. Is it there?",
    "Yes or no: {x} is in {items}.",
    "A set holds {items}. Is {x} in it?",
    "Can you find {x} in {items}?",
    "Check if {x} appears in {items}.",
    "My basket has {items}. Is {x} in it?",
    "Here is a list: {items}. Does it have {x}?",
    "Is {x} part of {items}?",
    "Given {items}, is {x} a member?",
)
_COMMON = (
    "Which words are in both lists? First: {a}. Second: {b}.",
    "What do these lists share: {a} and {b}?",
    "list 1: {a}; list 2: {b}; common words?",
    "Find the common words of ({a}) and ({b}).",
    "Set A is {a}. Set B is {b}. What is in both?",
    "Intersection of ({a}) and ({b})?",
    "Which words of {a} are also in {b}?",
    "A: {a}. B: {b}. Which words are in A and in B?",
    "One list has {a}, the other {b}. Which words are in both?",
    "Give the words that ({a}) and ({b}) have in common.",
    "What words appear in {a} and again in {b}?",
    "Compare the lists {a} / {b}. What is in both?",
    "Common elements of {a} and {b}?",
    "Which items do {a} and {b} both contain?",
    "I have {a}. You have {b}. What do we both have?",
)
_SHORT_WORDS = tuple(sorted({word for word in WORDS if len(word) <= 6}))
_BY_FIRST: dict[str, list[str]] = {}
for _word in _SHORT_WORDS:
    _BY_FIRST.setdefault(_word[0], []).append(_word)


_LIST_RANGES = ((1, 9), (1, 30), (10, 99), (10, 99), (100, 999))


def _numbers(rng: random.Random, level: int, counts: Sequence[int]) -> list[int]:
    low, high = _LIST_RANGES[level - 1]
    return rng.sample(range(low, high + 1), counts[level - 1])


def _extreme(rng: random.Random, level: int) -> Solved:
    numbers = _numbers(rng, level, (3, 4, 5, 6, 6))
    largest = rng.random() < 0.5
    best, steps = numbers[0], [f"start {numbers[0]}"]
    for number in numbers[1:]:
        sign = "<" if number < best else ">"
        takes = (sign == ">") == largest
        steps.append(
            f"{number}{sign}{best} {'take' if takes else 'keep'} {number if takes else best}"
        )
        best = number if takes else best
    words = ("largest", "biggest", "highest") if largest else ("smallest", "lowest")
    return Solved(
        key=f"{'max' if largest else 'min'} {','.join(map(str, numbers))}",
        answer=str(best),
        low=f"{'largest' if largest else 'smallest'} is {best}",
        high=traces.join(steps),
        slots={"items": listed(rng, numbers), "most": rng.choice(words)},
    )


def _selection(items: Sequence[Any], *, largest: bool) -> str:
    """Sort by taking the smallest (or largest) again and again."""
    left, steps = list(items), []
    while len(left) > 1:
        best = max(left) if largest else min(left)
        steps.append(f"{' '.join(map(str, left))}: take {best}")
        left.remove(best)
    steps.append(f"take {left[0]}")
    return traces.join([*steps, ", ".join(map(str, sorted(items, reverse=largest)))])


def _sort_numbers(rng: random.Random, level: int) -> Solved:
    numbers = _numbers(rng, level, (3, 4, 4, 5, 5))
    down = rng.random() < 0.4
    ordered = sorted(numbers, reverse=down)
    return Solved(
        key=f"{'down' if down else 'up'} {','.join(map(str, numbers))}",
        answer=", ".join(map(str, ordered)),
        low=f"first {ordered[0]}, last {ordered[-1]}",
        high=_selection(numbers, largest=down),
        slots={"items": listed(rng, numbers)},
        variant="down" if down else "up",
    )


def _sort_words(rng: random.Random, level: int) -> Solved:
    count = (3, 3, 4, 4, 5)[level - 1]
    words = rng.sample(_SHORT_WORDS, count)
    if level in (2, 4, 5):
        family_of = [word for word in _BY_FIRST[words[0][0]] if word not in words]
        if family_of:
            words[1] = rng.choice(family_of)
    rng.shuffle(words)
    ordered = sorted(words)
    return Solved(
        key=",".join(words),
        answer=", ".join(ordered),
        low=f"first {ordered[0]}, last {ordered[-1]}",
        high=_selection(words, largest=False),
        slots={"items": listed(rng, words)},
    )


def _member(rng: random.Random, level: int) -> Solved:
    count = (3, 4, 5, 6, 7)[level - 1]
    pool: Sequence[Any] = _SHORT_WORDS if rng.random() < 0.6 else range(10, 100)
    *items, other = rng.sample(pool, count + 1)
    inside = rng.random() < 0.5
    x = rng.choice(items) if inside else other
    answer = "yes" if inside else "no"
    steps = []
    for item in items:
        steps.append(f"{item} {'yes' if item == x else 'no'}")
        if item == x:
            break
    return Solved(
        key=f"{x} in {','.join(map(str, items))}",
        answer=answer,
        low=f"{x} is {'' if inside else 'not '}there",
        high=traces.join([f"look for {x}", *steps, answer]),
        slots={"x": x, "items": listed(rng, items)},
    )


def _common(rng: random.Random, level: int) -> Solved:
    count = (2, 3, 3, 4, 4)[level - 1]
    shared = between(rng, ((1, 1), (1, 2), (1, 2), (1, 3), (2, 3)), level)
    words = rng.sample(_SHORT_WORDS, 2 * count - shared)
    first, second = words[:count], words[count - shared :]
    rng.shuffle(first)
    rng.shuffle(second)
    both = [word for word in first if word in second]
    steps = [f"{word} {'yes' if word in second else 'no'}" for word in first]
    return Solved(
        key=f"{','.join(first)} & {','.join(second)}",
        answer=", ".join(both),
        low=f"{len(both)} in both",
        high=traces.join([*steps, ", ".join(both)]),
        slots={"a": ", ".join(first), "b": ", ".join(second)},
    )


FAMILIES = (
    family("extreme", _extreme, _EXTREME),
    family("sort_numbers", _sort_numbers, _SORT_NUMBERS, "exact", weight=1.5),
    family("sort_words", _sort_words, _SORT_WORDS, "exact", weight=1.5),
    family("member", _member, _MEMBER, "exact"),
    family("common_words", _common, _COMMON, "set"),
)
