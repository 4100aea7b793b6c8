"""Functions of lists of words."""

from __future__ import annotations

import random

from trinity.train.code.pieces import Condition, things_in, word_condition, word_mapping
from trinity.train.code.program import Program, compose

_WORDS = (("words", "words"),)


def word_list(rng: random.Random, level: int) -> Program:
    """A function of a list of words."""
    makers = (
        (_kept, _kept, _mapped, _joined),
        (_counted, _counted, _joined_kept, _quantified),
        (_both, _both, _longest, _sorted),
        (_both_sorted, _total),
        (_joined_both, _first),
    )
    return rng.choice(makers[level - 1])(rng)


def _things(condition: Condition) -> str:
    return f"the {things_in(condition, 'words', '[words]')}"


def _kept(rng: random.Random) -> Program:
    condition = word_condition(rng)
    things = _things(condition)
    return compose(
        _WORDS,
        f"return [w for w in words if {condition.code}]",
        rng.choice((things, f"a list of {things}")),
        f"keep w if {condition.code}; a list comprehension.",
        "keep select pick",
        does=rng.choice((f"keeps only {things}", f"selects {things}", f"returns {things}")),
    )


def _mapped(rng: random.Random) -> Program:
    mapping = word_mapping(rng)
    return compose(
        _WORDS,
        f"return [{mapping.code} for w in words]",
        f"[words] with every word {mapping.done}",
        f"for each w take {mapping.code}; a list comprehension.",
        "change convert",
    )


def _joined(rng: random.Random) -> Program:
    sep, name = rng.choice(
        (
            (", ", "a comma and a space"),
            ("-", "hyphens"),
            (" ", "spaces"),
            ("+", "plus signs"),
            ("/", "slashes"),
            ("_", "underscores"),
            ("", "nothing"),
        )
    )
    k = rng.randint(1, 4)
    where, words = rng.choice(
        (
            ("words", "[words]"),
            ("words[::-1]", "[words] in reverse order"),
            ("sorted(words)", "[words] in sorted order"),
            (f"words[{k}:]", f"[words] without the first {k}"),
            (f"words[:{k}]", f"the first {k} of [words]"),
        )
    )
    return compose(
        _WORDS,
        f'return "{sep}".join({where})',
        f"{words} joined into one string with {name} between",
        f'take {where}; join with "{sep}".',
        "join_words joined glue",
        does=f"joins {words} into one string with {name} between",
    )


def _counted(rng: random.Random) -> Program:
    condition = word_condition(rng)
    things = _things(condition)[4:]
    return compose(
        _WORDS,
        f"return sum(1 for w in words if {condition.code})",
        rng.choice((f"the number of {things}", f"the count of {things}")),
        f"add 1 for each w with {condition.code}.",
        "count how_many",
        does=f"counts the {things}",
    )


def _joined_kept(rng: random.Random) -> Program:
    condition = word_condition(rng)
    sep, name = rng.choice(((" ", "spaces"), ("-", "hyphens"), (",", "commas")))
    return compose(
        _WORDS,
        f'return "{sep}".join(w for w in words if {condition.code})',
        f"{_things(condition)}, joined by {name}",
        f'keep w if {condition.code}; join with "{sep}".',
        "join_words glue",
    )


def _quantified(rng: random.Random) -> Program:
    condition = word_condition(rng)
    how, words = rng.choice(
        (("any", "at least one word in [words]"), ("all", "every word in [words]"))
    )
    holds = f"{words} {condition.holds}"
    return compose(
        _WORDS,
        f"return {how}({condition.code} for w in words)",
        rng.choice((f"True if {holds}", f"whether {holds}")),
        f"test {condition.code} for each w; {how}().",
        "check test",
        does=f"checks if {holds}",
    )


def _both(rng: random.Random) -> Program:
    condition, mapping = word_condition(rng), word_mapping(rng)
    if rng.random() < 0.25:
        code, things = "len(w)", f"the lengths of {_things(condition)}"
    else:
        code, things = mapping.code, mapping.of.format(_things(condition))
    return compose(
        _WORDS,
        f"return [{code} for w in words if {condition.code}]",
        things,
        f"keep w if {condition.code}; take {code}.",
        "change collect convert",
    )


def _longest(rng: random.Random) -> Program:
    condition = word_condition(rng)
    how, word = rng.choice((("max", "longest"), ("min", "shortest")))
    gen = f"(w for w in words if {condition.code})"
    return compose(
        _WORDS,
        f'return {how}({gen}, key=len, default="")',
        f'the first {word} of {_things(condition)}, or "" if there are none',
        f"keep w if {condition.code}; {how} with key=len, default empty.",
        f"{word} find",
    )


def _sorted(rng: random.Random) -> Program:
    condition = word_condition(rng)
    rest, how = rng.choice(
        (
            (", key=len", "by length, shortest first"),
            (", key=len, reverse=True", "by length, longest first"),
            ("", "alphabetically"),
            (", reverse=True", "in reverse alphabetical order"),
        )
    )
    gen = f"w for w in words if {condition.code}"
    gen = f"({gen})" if rest else gen
    return compose(
        _WORDS,
        f"return sorted({gen}{rest})",
        f"{_things(condition)}, sorted {how}",
        f"keep w if {condition.code}; sorted{rest or ' as is'}.",
        "arrange ordered",
    )


def _both_sorted(rng: random.Random) -> Program:
    condition, mapping = word_condition(rng), word_mapping(rng)
    rest, how = rng.choice(
        (
            ("", "sorted alphabetically"),
            (", reverse=True", "in reverse alphabetical order"),
            (", key=len", "sorted by length, shortest first"),
        )
    )
    gen = f"{mapping.code} for w in words if {condition.code}"
    gen = f"({gen})" if rest else gen
    return compose(
        _WORDS,
        f"return sorted({gen}{rest})",
        f"{mapping.of.format(_things(condition))}, {how}",
        f"keep w if {condition.code}; take {mapping.code}; sort.",
        "arrange ordered convert",
    )


def _total(rng: random.Random) -> Program:
    condition = word_condition(rng)
    k = rng.randint(2, 9)
    inner, words = rng.choice(
        (("len(w)", "the total length of"), (f"len(w) * {k}", f"{k} times the total length of"))
    )
    return compose(
        _WORDS,
        f"return sum({inner} for w in words if {condition.code})",
        f"{words} {_things(condition)}",
        f"keep w if {condition.code}; sum {inner}.",
        "total total_length",
        does=f"computes {words} {_things(condition)}",
    )


def _joined_both(rng: random.Random) -> Program:
    condition, mapping = word_condition(rng), word_mapping(rng)
    sep, name = rng.choice(((" ", "spaces"), ("-", "hyphens"), (",", "commas")))
    gen = f"{mapping.code} for w in words if {condition.code}"
    return compose(
        _WORDS,
        f'return "{sep}".join({gen})',
        f"{mapping.of.format(_things(condition))}, joined by {name}",
        f'keep w if {condition.code}; take {mapping.code}; join with "{sep}".',
        "join_words convert glue",
    )


def _first(rng: random.Random) -> Program:
    condition, mapping = word_condition(rng), word_mapping(rng)
    body = f"for w in words:\n    if {condition.code}:\n        return {mapping.code}\nreturn None"
    things = (
        condition.things("word")
        .replace("that start", "that starts")
        .replace("that end", "that ends")
        .replace("that contain ", "that contains ")
        .replace("that do not", "that does not")
        .replace("that are palindromes", "that is a palindrome")
    )
    returns = f"the first {things} in [words], {mapping.done}, or None if there is none"
    return compose(
        _WORDS,
        body,
        returns,
        f"loop; at the first w with {condition.code} return {mapping.code}; else None.",
        "find first_word",
    )
