"""Changes of a string that can be chained."""

from __future__ import annotations

import random
from dataclasses import dataclass

from trinity.train.code.pieces import LETTERS


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a string."""

    code: str
    """With `{}` for the string: `{}.upper()`."""
    result: str
    """With `{}` for the string: "{} in upper case"."""
    doing: str
    """A gerund with `{}`: "converting {} to upper case"."""
    does: str
    """Third person with `{}`: "converts {} to upper case"."""


def string_step(rng: random.Random) -> Step:
    """A change of a string that gives a string."""
    k = rng.randint(2, 6)
    return rng.choice((_simple(rng), _cut(rng, k), _letters(rng), _added(rng, k)))


def _simple(rng: random.Random) -> Step:
    return rng.choice(
        [
            Step(
                "{}.upper()",
                "{} in upper case",
                "converting {} to upper case",
                "converts {} to upper case",
            ),
            Step(
                "{}.lower()",
                "{} in lower case",
                "converting {} to lower case",
                "converts {} to lower case",
            ),
            Step("{}[::-1]", "{} reversed", "reversing {}", "reverses {}"),
            Step("{}[::-1]", "{} backwards", "reversing {}", "reverses {}"),
        ]
    )


def _cut(rng: random.Random, k: int) -> Step:
    return rng.choice(
        [
            Step(
                f"{{}}[:{k}]",
                f"the first {k} characters of {{}}",
                f"taking the first {k} characters of {{}}",
                f"takes the first {k} characters of {{}}",
            ),
            Step(
                f"{{}}[-{k}:]",
                f"the last {k} characters of {{}}",
                f"taking the last {k} characters of {{}}",
                f"takes the last {k} characters of {{}}",
            ),
            Step(
                f"{{}}[{k}:]",
                f"{{}} without its first {k} characters",
                f"removing the first {k} characters of {{}}",
                f"removes the first {k} characters of {{}}",
            ),
            Step(
                f"{{}}[:-{k}]",
                f"{{}} without its last {k} characters",
                f"removing the last {k} characters of {{}}",
                f"removes the last {k} characters of {{}}",
            ),
        ]
    )


def _letters(rng: random.Random) -> Step:
    a, b = rng.sample(LETTERS, 2)
    return rng.choice(
        [
            Step(
                f'{{}}.replace("{a}", "{b}")',
                f'{{}} with every "{a}" replaced by "{b}"',
                f'replacing every "{a}" by "{b}" in {{}}',
                f'replaces every "{a}" by "{b}" in {{}}',
            ),
            Step(
                f'{{}}.replace("{a}", "{b}")',
                f'{{}} with each "{a}" changed to "{b}"',
                f'changing each "{a}" to "{b}" in {{}}',
                f'changes each "{a}" to "{b}" in {{}}',
            ),
            Step(
                f'{{}}.replace("{a}", "")',
                f'{{}} without the letter "{a}"',
                f'removing the letter "{a}" from {{}}',
                f'removes the letter "{a}" from {{}}',
            ),
        ]
    )


def _added(rng: random.Random, k: int) -> Step:
    mark = rng.choice("!?.-*")
    return rng.choice(
        [
            Step(
                '{}.replace(" ", "")',
                "{} without spaces",
                "removing all spaces from {}",
                "removes all spaces from {}",
            ),
            Step(
                f"{{}} * {k}",
                f"{{}} repeated {k} times",
                f"repeating {{}} {k} times",
                f"repeats {{}} {k} times",
            ),
            Step(
                f'{{}} + "{mark}"',
                f'{{}} with "{mark}" added at the end',
                f'adding "{mark}" at the end of {{}}',
                f'adds "{mark}" at the end of {{}}',
            ),
            Step(
                f'"{mark}" + {{}}',
                f'{{}} with "{mark}" in front',
                f'putting "{mark}" in front of {{}}',
                f'puts "{mark}" in front of {{}}',
            ),
        ]
    )
