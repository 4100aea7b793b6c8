"""Other ways to write numbers: roman, binary, in words."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_TO_ROMAN = (
    "Write {n} in Roman numerals.",
    "{n} in roman numerals?",
    "What is {n} as a Roman numeral?",
    "roman numeral for {n}",
    "Convert {n} to Roman numerals.",
    "How do you write {n} in Roman numerals?",
    "How would the Romans write {n}?",
    "Give the Roman numeral of {n}.",
    "Turn {n} into a Roman numeral.",
    "{n} as a roman numeral",
    "Which Roman numeral stands for {n}?",
    "Express {n} in Roman numerals.",
    "what's {n} in Roman numerals",
    "I need {n} as a Roman numeral.",
    "{n} to roman",
)
_FROM_ROMAN = (
    "What number is the Roman numeral {r}?",
    "{r} as a number?",
    "Convert the Roman numeral {r} to a number.",
    "what does {r} mean in Roman numerals",
    "Which number does {r} stand for in Roman numerals?",
    "Read the Roman numeral {r}.",
    "{r} from roman to decimal",
    "What is {r} in normal digits?",
    "Write the Roman numeral {r} in digits.",
    "Decode the Roman number {r}.",
    "roman {r} = ?",
    "How much is {r} in Roman numerals?",
    "The clock says {r}. Which number is that?",
    "What value has the Roman numeral {r}?",
    "A stone shows the Roman number {r}. What number is it?",
)
_TO_BINARY = (
    "Write {n} in binary.",
    "{n} in binary?",
    "What is {n} in binary?",
    "binary of {n}",
    "Convert {n} to binary.",
    "How do you write {n} in base 2?",
    "Give the binary form of {n}.",
    "Turn {n} into binary.",
    "{n} as a binary number",
    "What does {n} look like in base 2?",
    "decimal {n} to binary",
    "Express {n} in binary.",
    "what's {n} as bits",
    "Show {n} in the binary system.",
    "Change the decimal number {n} to binary.",
)
_FROM_BINARY = (
    "What is binary {b} in decimal?",
    "{b} in decimal?",
    "Convert {b} from binary to decimal.",
    "binary {b} to decimal",
    "Which number is {b} in base 2?",
    "What number is the binary {b}?",
    "Read {b} as a binary number.",
    "The bits are {b}. What decimal number is that?",
    "Turn the binary number {b} into decimal.",
    "What does {b} mean in base 2?",
    "Decode the binary number {b}.",
    "Write the binary number {b} in decimal.",
    "How much is {b} in binary?",
    "what's the value of binary {b}",
    "Give the decimal value of binary {b}.",
)
_IN_WORDS = (
    "Write {n} in words.",
    "{n} in words?",
    "How do you spell the number {n}?",
    "How is {n} written in words?",
    "Spell out {n}.",
    "Put {n} into words.",
    "What is {n} written out in words?",
    "the number {n} as words",
    "How do you say {n}?",
    "Write the number {n} out in full.",
    "Say {n} in words.",
    "What is the word for {n}?",
    "{n} spelled out",
    "Turn {n} into words.",
    "Express {n} in English words.",
)
_IN_DIGITS = (
    "Write {w} in digits.",
    "{w} as a number?",
    "What is {w} in digits?",
    "How do you write {w} with digits?",
    "Put {w} into digits.",
    "Which number is {w}?",
    "Write the number {w} with digits.",
    "Turn {w} into digits.",
    "{w} in figures",
    "Give {w} as a numeral.",
    "Express {w} in digits.",
    "Type {w} as a number.",
    "what's {w} in digits",
    "Convert {w} to digits.",
    "Show {w} in figures.",
)

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]]
_ROMAN_DIGITS = (("I", "V", "X"), ("X", "L", "C"), ("C", "D", "M"), ("M", "", ""))
_ROMAN_FORMS = ("0", "00", "000", "01", "1", "10", "100", "1000", "02")
"""For the digits 1 to 9: which of the symbols of one, five and ten make it up."""


def spoken(n: int) -> str:
    """A number from 0 to 999 in words: `three hundred forty-two`."""
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    return f"{_ONES[n // 100]} hundred" + (f" {spoken(n % 100)}" if n % 100 else "")


def roman(n: int) -> list[tuple[int, str]]:
    """The parts of `n` (1 to 3999) and their Roman form, largest first: 42 gives 40 XL, 2 II."""
    parts = []
    for place, digit in enumerate(reversed(str(n))):
        if digit == "0":
            continue
        symbols = _ROMAN_DIGITS[place]
        form = _ROMAN_FORMS[int(digit) - 1]
        parts.append((int(digit) * 10**place, "".join(symbols[int(s)] for s in form)))
    return parts[::-1]


_ROMAN_RANGES = ((1, 20), (10, 50), (40, 100), (100, 500), (400, 2100))


def _to_roman(rng: random.Random, level: int) -> Solved:
    n = between(rng, _ROMAN_RANGES, level)
    parts = roman(n)
    answer = "".join(form for _, form in parts)
    return Solved(
        key=str(n),
        answer=answer,
        low="+".join(str(value) for value, _ in parts),
        high=traces.join([*(f"{value} {form}" for value, form in parts), answer]),
        slots={"n": n},
    )


def _from_roman(rng: random.Random, level: int) -> Solved:
    n = between(rng, _ROMAN_RANGES, level)
    parts = roman(n)
    steps, running = [], 0
    for value, form in parts:
        running += value
        steps.append(f"{form} {value}: {running}")
    return Solved(
        key=str(n),
        answer=str(n),
        low="+".join(str(value) for value, _ in parts),
        high=traces.join(steps),
        slots={"r": "".join(form for _, form in parts)},
    )


_BINARY_RANGES = ((1, 10), (5, 20), (10, 40), (20, 64), (40, 127))


def _to_binary(rng: random.Random, level: int) -> Solved:
    n = between(rng, _BINARY_RANGES, level)
    steps, left, bits = [], n, ""
    while left:
        bits = f"{left % 2}{bits}"
        steps.append(f"{left}/2={left // 2} r{left % 2}: {bits}")
        left //= 2
    power = 2 ** (n.bit_length() - 1)
    return Solved(
        key=str(n),
        answer=bits,
        low=f"{n}={power}+{n - power}",
        high=traces.join(steps),
        slots={"n": n},
    )


def _from_binary(rng: random.Random, level: int) -> Solved:
    n = between(rng, _BINARY_RANGES, level)
    bits = f"{n:b}"
    steps, value = ["1"], 1
    for bit in bits[1:]:
        steps.append(f"{value}*2+{bit}={value * 2 + int(bit)}")
        value = value * 2 + int(bit)
    places = [2**i for i, bit in enumerate(reversed(bits)) if bit == "1"]
    return Solved(
        key=str(n),
        answer=str(n),
        low="+".join(map(str, reversed(places))),
        high=traces.join(steps),
        slots={"b": bits},
    )


_WORD_RANGES = ((0, 20), (20, 99), (20, 199), (100, 999), (100, 999))


def _in_words(rng: random.Random, level: int) -> Solved:
    n = between(rng, _WORD_RANGES, level)
    parts = _spoken_parts(n)
    return Solved(
        key=str(n),
        answer=spoken(n),
        low=" + ".join(str(value) for value, _ in parts),
        high=traces.join([*(f"{value} {word}" for value, word in parts), spoken(n)]),
        slots={"n": n},
    )


def _in_digits(rng: random.Random, level: int) -> Solved:
    n = between(rng, _WORD_RANGES, level)
    parts = _spoken_parts(n)
    return Solved(
        key=str(n),
        answer=str(n),
        low=" + ".join(str(value) for value, _ in parts),
        high=traces.join([*(f"{word} {value}" for value, word in parts), str(n)]),
        slots={"w": spoken(n)},
    )


def _spoken_parts(n: int) -> list[tuple[int, str]]:
    if n < 20:
        return [(n, _ONES[n])]
    hundreds, tens, ones = n // 100, n % 100 - n % 10, n % 10
    if n % 100 < 20:
        tens, ones = 0, n % 100
    values = (hundreds * 100, tens, ones)
    return [(value, spoken(value)) for value in values if value]


FAMILIES = (
    family("to_roman", _to_roman, _TO_ROMAN, "exact"),
    family("from_roman", _from_roman, _FROM_ROMAN),
    family("to_binary", _to_binary, _TO_BINARY),
    family("from_binary", _from_binary, _FROM_BINARY),
    family("number_in_words", _in_words, _IN_WORDS, "exact"),
    family("number_in_digits", _in_digits, _IN_DIGITS),
)
