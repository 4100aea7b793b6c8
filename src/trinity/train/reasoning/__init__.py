"""Exercises in short reasoning: arithmetic, lists, letters, numerals, dates, stories, logic.

`FAMILIES` is what the corpus draws from. Every answer is computed, and every chain of thought is
the solver's own trace of the same instance.
"""

from trinity.train.items import Family
from trinity.train.reasoning import (
    algebra,
    arithmetic,
    compare,
    dates,
    divisors,
    drills,
    everyday,
    expressions,
    held_out,
    letters,
    lists,
    logic,
    long_context,
    number_sense,
    numerals,
    procedures,
    ratios,
    sequences,
    stories,
    times,
)

FAMILIES: tuple[Family, ...] = (
    *arithmetic.FAMILIES,
    *expressions.FAMILIES,
    *algebra.FAMILIES,
    *compare.FAMILIES,
    *lists.FAMILIES,
    *divisors.FAMILIES,
    *ratios.FAMILIES,
    *sequences.FAMILIES,
    *numerals.FAMILIES,
    *letters.FAMILIES,
    *number_sense.FAMILIES,
    *stories.FAMILIES,
    *everyday.FAMILIES,
    *logic.FAMILIES,
    *dates.FAMILIES,
    *times.FAMILIES,
    *procedures.FAMILIES,
    *long_context.FAMILIES,
    *drills.FAMILIES,
    *held_out.FAMILIES,
)
