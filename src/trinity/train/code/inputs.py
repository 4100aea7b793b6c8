"""The kinds of arguments that generated functions take: how to draw, probe and name them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

WORDS = (
    "apple banana cat dog egg fish green house ice jam kite lemon moon night orange pear queen "
    "red sun tree up van water box yes zoo level noon hello world python code data test sky "
    "river stone bread cloud paper music light glass train table chair plant mouse tiger"
).split()


@dataclass(frozen=True, slots=True)
class Hints:
    """Constants in a program's code, near which inputs tell it from its neighbours."""

    numbers: tuple[int, ...]
    letters: tuple[str, ...]


@lru_cache(maxsize=20_000)
def hints_in(body: str) -> Hints:
    """The constants that stand in `body`."""
    numbers = sorted({int(digits) for digits in re.findall(r"\b\d{1,3}\b", body)})
    letters = sorted(set(re.findall(r'"([a-z])"', body)))
    return Hints(tuple(numbers), tuple(letters))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of argument."""

    noun: str
    """With its article: "a list of numbers"."""
    plural: str
    draw: Callable[[random.Random, Hints], Any]
    edges: tuple[Any, ...]
    """Inputs that every function should be tried on, if it is defined there."""
    probes: tuple[Any, ...]
    """What the behaviour of a function of this one argument is taken on."""
    few: tuple[Any, ...]
    """A smaller set, for functions of several arguments."""


def _integer(low: int, high: int) -> Callable[[random.Random, Hints], int]:
    def draw(rng: random.Random, hints: Hints) -> int:
        if hints.numbers and rng.random() < 0.5:
            near = rng.choice(hints.numbers) + rng.randint(-1, 1)
            near = -near if low < 0 and rng.random() < 0.3 else near
            if low <= near <= high:
                return near
        return rng.randint(low, high)

    return draw


_any_integer = _integer(-20, 50)


def _integers(least: int) -> Callable[[random.Random, Hints], list[int]]:
    def draw(rng: random.Random, hints: Hints) -> list[int]:
        numbers = [_any_integer(rng, hints) for _ in range(rng.randint(max(least, 3), 9))]
        if rng.random() < 0.4:
            numbers.append(rng.choice(numbers))
        return numbers

    return draw


def _word(rng: random.Random, hints: Hints) -> str:
    word = rng.choice(WORDS)
    if hints.letters and rng.random() < 0.5:
        letter = rng.choice(hints.letters)
        word = rng.choice([letter + word, word + letter, word[:1] + letter + word[1:]])
    if rng.random() < 0.15:
        word = word[: len(word) // 2] + word[: (len(word) + 1) // 2][::-1]
    return word


def _text(rng: random.Random, hints: Hints) -> str:
    words = [_word(rng, hints) for _ in range(rng.randint(1, 4))]
    words = [rng.choice([word, word, word.title(), word.upper()]) for word in words]
    if rng.random() < 0.3:
        words.append(str(rng.randint(0, 999)))
    return " ".join(words)


def _words(rng: random.Random, hints: Hints) -> list[str]:
    words = [_word(rng, hints) for _ in range(rng.randint(3, 7))]
    if rng.random() < 0.3:
        words.append(rng.choice(words))
    return words


def _dict(rng: random.Random, hints: Hints) -> dict[str, int]:
    return {_word(rng, hints): _any_integer(rng, hints) for _ in range(rng.randint(2, 5))}


_DENSE = tuple(range(-25, 61))
_LISTS: tuple[list[int], ...] = (
    [5],
    [-3, 4],
    [2, 2, 1],
    [4, 4, 7, 7, 7, 1, 4, 4, 0, 0, 0, 0],
    list(_DENSE),
    list(_DENSE[::-3]),
    [3, -7, 12, 0, 8, 3, 25, -12, 9, 40, 11, 6, 8],
    [14, 7, 21, 10, 5, 15, 30, 4, 16, 49],
    [-1, -2, -9, -10, -15],
    [1, 1, 2, 3, 5, 8, 13, 21, 34],
    *([number] for number in range(-2, 16)),
)
_TEXTS = (
    "",
    "a",
    "Hello World",
    "abcdefghijklmnopqrstuvwxyz",
    "THE Quick brown fox 123",
    "level",
    "aaabbbbccdaa",
    " noon  moon ",
    "banana bread 42",
    "the cat sat on the mat with a very long tail",
    "queue jazz xylophone pizza kayak fly gym hub web vow",
)
_LOWER = ("", "a", "z", "level", "banana", "xyz", "quickfox", "abcdefghijklmnopqrstuvwxyz")
_WORD_LISTS: tuple[list[str], ...] = (
    [],
    ["a"],
    ["fig", "fig", "yam"],
    WORDS,
    ["level", "noon", "kayak", "tiger", "xylophone", "queue", "jazz"],
    [letter * size for size, letter in enumerate("abcdefghijklmnopqrstuvwxyz", 1)],
    [f"{letter}{other}" for letter in "aeimrtz" for other in "bcdnosu"],
)
_DICTS: tuple[dict[str, int], ...] = (
    {},
    {"a": 1},
    {"b": 2, "a": 2, "c": -1},
    {word: index - 5 for index, word in enumerate(WORDS)},
    {letter * (index % 5 + 1): index * 3 for index, letter in enumerate("zyxwvutsrqponm")},
    {letter: index for index, letter in enumerate("abcdefghijkl")},
)

KINDS: dict[str, Kind] = {
    "int": Kind(
        "a number",
        "numbers",
        _any_integer,
        (0, 1, -3),
        (*_DENSE, 100, 121, 997, -150),
        (-7, -2, 0, 1, 2, 3, 5, 8, 10, 12, 17, 30),
    ),
    "nat": Kind(
        "a number",
        "numbers",
        _integer(0, 40),
        (0, 1, 2),
        (*range(61), 100, 255, 1234),
        (0, 1, 2, 3, 4, 6, 9, 12, 15, 20),
    ),
    "pos": Kind(
        "a number",
        "numbers",
        _integer(1, 60),
        (1, 2, 3),
        (*range(1, 62), 97, 100, 360),
        (1, 2, 3, 4, 6, 8, 9, 12, 15, 20, 36),
    ),
    "big": Kind(
        "a number",
        "numbers",
        lambda rng, _: rng.randint(10, 10 ** rng.randint(2, 5)),
        (0, 7, 10),
        (*range(40), 99, 101, 120, 347, 1221, 5005, 90817, 123456789),
        (0, 7),
    ),
    "small": Kind(
        "a number", "numbers", _integer(0, 9), (0, 1, 2), tuple(range(12)), (0, 1, 2, 3, 4, 5)
    ),
    "ints": Kind(
        "a list of numbers",
        "lists of numbers",
        _integers(0),
        ([], [0], [-2, 5, -2]),
        ([], *_LISTS),
        ([], [5], [4, -3, 4], [1, 2, 3, 4, 5, 6, 7, 8], list(_DENSE[::7])),
    ),
    "some_ints": Kind(
        "a list of numbers",
        "lists of numbers",
        _integers(1),
        ([0], [7, 7], [-2, 5, -2]),
        _LISTS,
        _LISTS[:5],
    ),
    "text": Kind("a string", "strings", _text, ("", "a", "Hello World"), _TEXTS, _TEXTS[:6]),
    "lower": Kind(
        "a string",
        "strings",
        _word,
        ("", "a", "xyz"),
        _LOWER,
        _LOWER[:5],
    ),
    "words": Kind(
        "a list of words",
        "lists of words",
        _words,
        ([], ["a"], ["level", "noon"]),
        _WORD_LISTS,
        _WORD_LISTS[:4],
    ),
    "dict": Kind(
        "a dictionary", "dictionaries", _dict, ({}, {"a": 0}, {"b": 2, "a": 2}), _DICTS, _DICTS[:4]
    ),
}


@lru_cache(maxsize=64)
def probes(kinds: tuple[str, ...]) -> tuple[tuple[Any, ...], ...]:
    """The fixed inputs on which functions of these kinds of arguments are compared."""
    if len(kinds) == 1:
        return tuple((probe,) for probe in KINDS[kinds[0]].probes)
    grid = list(product(*(KINDS[kind].few for kind in kinds)))
    # A prime step keeps the mix of values while it thins three arguments out.
    return tuple(grid if len(grid) <= 200 else grid[:: 7 if len(grid) < 1500 else 11])
