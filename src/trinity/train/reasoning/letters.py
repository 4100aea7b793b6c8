"""Letters in words: counting, reversing, picking. Every trace spells the word first."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, family
from trinity.train.reasoning.lexicon import VOWELS, invented, word_of

_COUNT = (
    "How many times does the letter {x} appear in {w}?",
    "How many {x} in {w}?",
    "how many {x}'s are in {w}",
    "Count the letter {x} in {w}.",
    "How many letters {x} are there in the word {w}?",
    'How many times is "{x}" in "{w}"?',
    "count of {x} in {w}",
    "In {w}, how often does {x} occur?",
    "How often do you write {x} when you spell {w}?",
    "Number of {x}'s in {w}?",
    "How many {x} are there in {w}?",
    "Tell me how many {x}'s {w} has.",
    "The word is {w}. How many {x} are in it?",
    "Spell {w} and count every {x}.",
    "How many of the letters in {w} are {x}?",
    "how many letter {x} does {w} have?",
    'What is the number of "{x}" in "{w}"?',
)
_REVERSE = (
    "Reverse the word {w}.",
    "{w} backwards?",
    "Spell {w} backwards.",
    "reverse {w}",
    "What is {w} backwards?",
    "Write {w} from right to left.",
    "What do you get if you reverse {w}?",
    'Reverse "{w}".',
    "Turn the letters of {w} around.",
    "How is {w} spelled backwards?",
    "Read {w} from the end to the start.",
    "Give me {w} in reverse.",
    "{w} in reverse order",
    "Write the letters of {w} in reverse order.",
    'Can you spell "{w}" backwards?',
)
_NTH = (
    "What is the {nth} letter of {w}?",
    "{nth} letter of {w}?",
    "Which letter is {nth} in {w}?",
    "the {nth} letter in {w}",
    "Give the {nth} letter of the word {w}.",
    'What is the {nth} letter in "{w}"?',
    "In the word {w}, what is the {nth} letter?",
    "Name the {nth} letter of {w}.",
    "Tell me the {nth} letter of {w}.",
    "Spell {w} and say its {nth} letter.",
    "Find the {nth} letter of {w}.",
    "what's the {nth} letter of {w}",
    "{w}: {nth} letter?",
    "Which letter comes {nth} in {w}?",
    "If you spell {w}, which letter is the {nth}?",
)
_VOWELS = (
    "How many vowels are in {w}?",
    "vowels in {w}?",
    "Count the vowels in {w}.",
    "How many vowels does {w} have?",
    "How many of the letters in {w} are vowels?",
    'How many vowels are there in "{w}"?',
    "number of vowels in {w}",
    "In the word {w}, how many vowels are there?",
    "Spell {w} and count its vowels.",
    "What is the number of vowels in {w}?",
    "Tell me how many vowels {w} has.",
    "The word {w} has how many vowels?",
    "Find how many vowels (a, e, i, o, u) are in {w}.",
    "how many vowels in {w}",
    "Vowel count of {w}?",
)
_LENGTH = (
    "How many letters are in {w}?",
    "letters in {w}?",
    "Count the letters in {w}.",
    "How many letters does {w} have?",
    "How long is the word {w}?",
    'How many letters are there in "{w}"?',
    "length of {w}",
    "What is the length of the word {w}?",
    "Spell {w} and count its letters.",
    "Of how many letters does {w} consist?",
    "Tell me how many letters {w} has.",
    "The word {w} has how many letters?",
    "Give the number of letters in {w}.",
    "how many letters in {w}",
    "Letter count of {w}?",
)
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth",
)  # fmt: skip


def _count(rng: random.Random, level: int) -> Solved:
    word = word_of(rng, level)
    doubled = [letter for letter in word if word.count(letter) > 1]
    pick = rng.random()
    letter = rng.choice(word)
    if doubled and pick < 0.5:
        letter = rng.choice(doubled)
    elif pick > 0.88:
        letter = rng.choice("abcdefghiklmnoprstuw")
    count = word.count(letter)
    places = [str(i + 1) for i, other in enumerate(word) if other == letter]
    return Solved(
        key=f"{letter} in {word}",
        answer=str(count),
        low=f"{letter} at {' '.join(places)}" if places else f"no {letter}",
        high=f"{traces.spell(word, letter)}; {count}",
        slots={"x": letter, "w": word},
    )


def _reverse(rng: random.Random, level: int) -> Solved:
    word = invented(rng, level) if rng.random() < 0.4 else word_of(rng, level)
    word = word[:10]
    backwards = word[::-1]
    return Solved(
        key=word,
        answer=backwards,
        low=f"{' '.join(backwards)}",
        high=f"{' '.join(word)}; {' '.join(backwards)}; {backwards}",
        slots={"w": word},
    )


def _nth(rng: random.Random, level: int) -> Solved:
    word = word_of(rng, level)
    place = rng.randrange(len(word))
    from_end = len(word) - place
    name = _ORDINALS[place]
    if place and rng.random() < 0.3:
        name = f"{place + 1}{ {2: 'nd', 3: 'rd'}.get(place + 1, 'th') }"
    if level == 1 and rng.random() < 0.3:
        place, from_end = len(word) - 1, 1
    if from_end == 1:
        name = "last"
    elif from_end == 2 and level > 2:
        name = "second to last"
    letter = word[place]
    return Solved(
        key=f"{place + 1} of {word}",
        answer=letter,
        low=f"letter {place + 1} of {len(word)}",
        high=f"{traces.spell(word)}; letter {place + 1}: {letter}",
        slots={"nth": name, "w": word},
    )


def _vowels(rng: random.Random, level: int) -> Solved:
    """Words with y are left out: whether y is a vowel depends on whom you ask."""
    word = word_of(rng, level)
    while "y" in word:
        word = word_of(rng, level)
    count = sum(letter in VOWELS for letter in word)
    return Solved(
        key=word,
        answer=str(count),
        low=" ".join(letter for letter in word if letter in VOWELS),
        high=f"{traces.spell(word, VOWELS)}; {count}",
        slots={"w": word},
    )


def _length(rng: random.Random, level: int) -> Solved:
    word = word_of(rng, level)
    return Solved(
        key=word,
        answer=str(len(word)),
        low=" ".join(word),
        high=f"{traces.spell(word)}; {len(word)}",
        slots={"w": word},
    )


FAMILIES = (
    family("count_letter", _count, _COUNT, weight=2.0),
    family("reverse_word", _reverse, _REVERSE, "exact"),
    family("nth_letter", _nth, _NTH, "exact"),
    family("count_vowels", _vowels, _VOWELS),
    family("word_length", _length, _LENGTH),
)
