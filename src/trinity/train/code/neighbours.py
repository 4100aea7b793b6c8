"""Functions that work on pairs: neighbours in a list, or the same places of two lists."""

from __future__ import annotations

import random
from dataclasses import replace

from trinity.train.code.program import Program, compose

_XS = (("xs", "ints"),)
_XS_YS = (("xs", "ints"), ("ys", "ints"))


def neighbours(rng: random.Random, *_: object) -> Program:
    """A list with one value for each two neighbours."""
    k = rng.randint(2, 9)
    code, words = rng.choice(
        [
            ("b - a", "the differences between each element of [xs] and the one before it"),
            ("a + b", "the sums of each two neighbours in [xs]"),
            ("a * b", "the products of each two neighbours in [xs]"),
            ("max(a, b)", "the larger of each two neighbours in [xs]"),
            ("abs(a - b)", "the absolute differences of neighbours in [xs]"),
            (
                f"a + {k} * b",
                f"each element of [xs] plus {k} times the one after it, for all but the last",
            ),
        ]
    )
    return compose(
        _XS,
        f"return [{code} for a, b in zip(xs, xs[1:])]",
        words,
        f"zip(xs, xs[1:]) gives neighbours a, b; take {code}.",
        "differences neighbours",
    )


def zipped(rng: random.Random, *_: object) -> Program:
    """A list with one value for each position of two lists."""
    k = rng.randint(2, 9)
    code, words = rng.choice(
        [
            ("x + y", "the sums of the elements of [xs] and [ys] at the same positions"),
            ("x * y", "the products of the elements of [xs] and [ys] at the same positions"),
            ("max(x, y)", "the larger of the two elements of [xs] and [ys] at each position"),
            (
                f"x + {k} * y",
                f"each element of [xs] plus {k} times the element of [ys] at the same position",
            ),
            (
                f"{k} * x - y",
                f"{k} times each element of [xs] minus the element of [ys] at the same position",
            ),
            ("[x, y]", "the elements of [xs] and [ys] paired up by position, each pair as a list"),
        ]
    )
    program = compose(
        _XS,
        f"return [{code} for x, y in zip(xs, ys)]",
        words,
        f"zip(xs, ys) gives pairs x, y; take {code}.",
        "combine pair_up merge",
    )
    return replace(program, params=_XS_YS)
