"""The small parts that functions are composed of: conditions and mappings of one element.

Each part carries its code and its words, so that a function, its description and its plan come
from the same choice.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one element, e.g. "even" or "greater than 5"."""

    code: str
    """An expression in `x` (numbers) or `w` (words)."""
    holds: str
    """Completes "x ...": "is even"."""
    after: str
    """Follows the noun: "greater than 5", "that start with "a"". Empty where `before` is used."""
    before: str = ""
    """Precedes the noun: "even"."""

    def things(self, noun: str) -> str:
        """The elements for which it holds: "even numbers"."""
        return " ".join(part for part in (self.before, noun, self.after) if part)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A change of one element, e.g. squaring."""

    code: str
    """An expression in `x` (numbers) or `w` (words)."""
    of: str
    """The changed elements: "the squares of {}"."""
    done: str
    """Completes "with every element ...": "squared"."""
    do: str
    """A command: "square it"."""


def things_in(condition: Condition, noun: str, where: str) -> str:
    """ "even numbers in [xs]"; a clause stands last: "numbers in [xs] that are not zero"."""
    parts = [condition.before, noun, condition.after, f"in {where}"]
    if condition.after.startswith("that"):
        parts = [condition.before, noun, f"in {where}", condition.after]
    return " ".join(part for part in parts if part)


ANY = Condition("", "", "")
SAME = Mapping("x", "{}", "", "")


def number_condition(rng: random.Random, *, parameter: bool = True) -> Condition:
    """A condition on the number `x`; without `parameter` one of a few that need no constant."""
    simple = [
        Condition("x % 2 == 0", "is even", "", "even"),
        Condition("x % 2 == 1", "is odd", "", "odd"),
        Condition("x > 0", "is positive", "", "positive"),
        Condition("x < 0", "is negative", "", "negative"),
        Condition("x != 0", "is not zero", "that are not zero"),
    ]
    if not parameter or rng.random() < 0.3:
        return rng.choice(simple)
    style = rng.randrange(8)
    if style < 4:
        return _compared(rng)
    if style == 4:
        low = rng.randint(0, 10)
        high = low + rng.randint(2, 15)
        span = f"between {low} and {high}"
        return Condition(f"{low} <= x <= {high}", f"is {span}", f"{span} inclusive")
    k = rng.randint(3, 12)
    if style == 5:
        return Condition(f"x % {k} != 0", f"is not divisible by {k}", f"not divisible by {k}")
    how = rng.choice(["divisible by {}", "that are multiples of {}"]).format(k)
    return Condition(f"x % {k} == 0", f"is divisible by {k}", how)


def _compared(rng: random.Random) -> Condition:
    k = rng.randint(1, 20) if rng.random() < 0.8 else rng.choice((25, 30, 40, 50))
    sign, words = rng.choice(
        [
            (">", ("greater than {}", "above {}", "larger than {}", "bigger than {}")),
            (">", ("greater than {}", "that are greater than {}", "over {}", "that are above {}")),
            ("<", ("less than {}", "below {}", "smaller than {}", "that are less than {}")),
            (">=", ("that are at least {}",)),
            ("<=", ("that are at most {}",)),
        ]
    )
    after = rng.choice(words).format(k)
    return Condition(f"x {sign} {k}", f"is {after.removeprefix('that are ')}", after)


def both(first: Condition, second: Condition) -> Condition:
    """The numbers for which both conditions hold."""
    before = ", ".join(part for part in (first.before, second.before) if part)
    after = " and ".join(part for part in (first.after, second.after) if part)
    holds = f"{first.holds} and {second.holds.removeprefix('is ')}"
    return Condition(f"{first.code} and {second.code}", holds, after, before)


def two_conditions(rng: random.Random) -> Condition:
    """An adjective and a condition with a constant: "even numbers greater than 5"."""
    first = number_condition(rng, parameter=False)
    second = _compared(rng) if rng.random() < 0.6 else number_condition(rng)
    while not first.before:
        first = number_condition(rng, parameter=False)
    while not second.after or second.code.startswith("x != 0"):
        second = number_condition(rng)
    if first.code == "x < 0" and ("> " in second.code or "<" in second.code):
        first = Condition("x % 2 == 0", "is even", "", "even")
    if first.code == "x > 0" and (">" in second.code or "<= x" in second.code):
        first = Condition("x % 2 == 1", "is odd", "", "odd")
    return both(first, second)


def number_mapping(rng: random.Random, *, parameter: bool = True) -> Mapping:
    """A change of the number `x`."""
    simple = [
        Mapping("x ** 2", "the squares of {}", "squared", "square it"),
        Mapping("x ** 2", "the squares of {}", "squared", "square it"),
        Mapping("x ** 3", "the cubes of {}", "cubed", "cube it"),
        Mapping("abs(x)", "the absolute values of {}", "replaced by its absolute value", "abs"),
        Mapping("x * 2", "the doubles of {}", "doubled", "double it"),
    ]
    if not parameter or rng.random() < 0.3:
        return rng.choice(simple)
    k = rng.randint(2, 12)
    add = rng.randint(1, 20)
    triple = rng.randint(2, 6)
    return rng.choice(
        [
            Mapping(f"x * {k}", f"{{}}, each multiplied by {k}", f"multiplied by {k}", f"x * {k}"),
            Mapping(f"x * {k}", f"{{}}, each times {k}", f"multiplied by {k}", f"x * {k}"),
            Mapping(f"x + {add}", f"{{}}, each plus {add}", f"increased by {add}", f"x + {add}"),
            Mapping(
                f"x + {add}", f"{{}}, with {add} added to each", f"increased by {add}", f"x + {add}"
            ),
            Mapping(f"x - {add}", f"{{}}, each minus {add}", f"decreased by {add}", f"x - {add}"),
            Mapping(
                f"x % {k}",
                f"the remainders of {{}} divided by {k}",
                f"replaced by its remainder modulo {k}",
                f"x % {k}",
            ),
            Mapping(
                f"x // {k}",
                f"{{}}, each divided by {k} and rounded down",
                f"divided by {k} and rounded down",
                f"x // {k}",
            ),
            Mapping(
                f"{add} - x", f"{add} minus each of {{}}", f"subtracted from {add}", f"{add} - x"
            ),
            Mapping(
                f"x * {triple} + {add}",
                f"{{}}, each multiplied by {triple} and increased by {add}",
                f"multiplied by {triple} and increased by {add}",
                f"x * {triple} + {add}",
            ),
        ]
    )


LETTERS = "abcdefghilmnoprstuw"


def word_condition(rng: random.Random) -> Condition:
    """A condition on the word `w`."""
    k = rng.randint(2, 8)
    c = rng.choice(LETTERS)
    unit = rng.choice(("characters", "letters"))
    return rng.choice(
        [
            Condition(f"len(w) > {k}", f"is longer than {k} {unit}", f"longer than {k} {unit}"),
            Condition(f"len(w) > {k}", f"has more than {k} {unit}", f"with more than {k} {unit}"),
            Condition(f"len(w) < {k}", f"is shorter than {k} {unit}", f"shorter than {k} {unit}"),
            Condition(f"len(w) == {k}", f"has exactly {k} {unit}", f"with exactly {k} {unit}"),
            Condition(f'w.startswith("{c}")', f'starts with "{c}"', f'that start with "{c}"'),
            Condition(f'w.startswith("{c}")', f'begins with "{c}"', f'starting with "{c}"'),
            Condition(f'w.endswith("{c}")', f'ends with "{c}"', f'that end with "{c}"'),
            Condition(f'w.endswith("{c}")', f'ends in "{c}"', f'ending in "{c}"'),
            Condition(f'"{c}" in w', f'contains "{c}"', f'that contain "{c}"'),
            Condition(f'"{c}" in w', f'contains the letter "{c}"', f'containing "{c}"'),
            Condition(f'"{c}" not in w', f'does not contain "{c}"', f'that do not contain "{c}"'),
            Condition("w == w[::-1]", "is a palindrome", "that are palindromes"),
            Condition("len(w) % 2 == 0", "has an even length", f"with an even number of {unit}"),
        ]
    )


def word_mapping(rng: random.Random) -> Mapping:
    """A change of the word `w` into another word."""
    k = rng.randint(1, 4)
    c = rng.choice(LETTERS)
    many = rng.randint(2, 4)
    prefix = rng.choice(("first letter", "first character")) if k == 1 else f"first {k} letters"
    mark = rng.choice("!?.-")
    return rng.choice(
        [
            Mapping("w.upper()", "{} in upper case", "in upper case", "upper()"),
            Mapping("w.upper()", "{} in capital letters", "in capital letters", "upper()"),
            Mapping("w.title()", "{} with a capital first letter", "capitalised", "title()"),
            Mapping("w[::-1]", "{}, each reversed", "reversed", "reverse with [::-1]"),
            Mapping(
                f"w[:{k}]" if k > 1 else "w[:1]",
                f"the {prefix} of each of {{}}" if k > 1 else f"the {prefix}s of {{}}",
                f"cut to its {prefix}",
                f"take [:{k}]",
            ),
            Mapping(
                f"w * {many}",
                f"{{}}, each repeated {many} times",
                f"repeated {many} times",
                f"w * {many}",
            ),
            Mapping(
                f'w + "{mark}"',
                f'{{}}, each with "{mark}" added at the end',
                f'followed by "{mark}"',
                f'add "{mark}"',
            ),
            Mapping(
                f'w.replace("{c}", "")',
                f'{{}} without the letter "{c}"',
                f'stripped of the letter "{c}"',
                f'remove "{c}"',
            ),
        ]
    )


def generator(condition: Condition, mapping: Mapping, over: str, variable: str = "x") -> str:
    """`x ** 2 for x in xs if x > 0`."""
    test = f" if {condition.code}" if condition.code else ""
    return f"{mapping.code} for {variable} in {over}{test}"


def number_noun(rng: random.Random) -> str:
    """What to call the numbers of a list."""
    return rng.choice(("numbers", "numbers", "elements", "values"))


def numbers_of_xs(condition: Condition, noun: str) -> str:
    """The numbers of the list `xs` that meet the condition."""
    return f"the {things_in(condition, noun, '[xs]')}"


def steps_of(condition: Condition, mapping: Mapping) -> str:
    """The beginning of a plan: what is kept, and what is taken of it."""
    keep = f"keep x with {condition.code}; " if condition.code else ""
    return keep + (f"take {mapping.code}; " if mapping.do else "")


def times_words(k: int) -> str:
    """The words "k times " before a value; none for once."""
    return "" if k == 1 else f"{k} times "
