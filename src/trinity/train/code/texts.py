"""Functions of one string that work word by word or by the place of a character."""

from __future__ import annotations

import random

from trinity.train.code.pieces import things_in, word_condition, word_mapping
from trinity.train.code.program import Program, compose

_S = (("s", "text"),)


def changed_words(rng: random.Random) -> Program:
    """Every word changed, and joined."""
    mapping = word_mapping(rng)
    things = mapping.of.format("the words of [s]")
    sep, how = rng.choice(
        [
            (" ", "joined by spaces"),
            ("-", "joined by hyphens"),
            (",", "joined by commas"),
            ("", "joined without spaces"),
        ]
    )
    body = f'return "{sep}".join({mapping.code} for w in s.split())'
    returns = f"{things}, {how}"
    return compose(
        _S,
        body,
        returns,
        does=f"returns {returns}",
        plan=f'split into words; for each w {mapping.code}; join with "{sep}".',
        names="change_words words_of convert",
    )


def kept_words(rng: random.Random) -> Program:
    """A list of the words that meet a condition."""
    condition = word_condition(rng)
    things = things_in(condition, "words", "[s]")
    body = f"return [w for w in s.split() if {condition.code}]"
    return compose(
        _S,
        body,
        f"a list of the {things}",
        does=rng.choice((f"lists the {things}", f"returns a list of the {things}")),
        plan=f"split into words; keep w if {condition.code}.",
        names="pick_words find_words select",
    )


def kept_words_joined(rng: random.Random) -> Program:
    """The words that meet a condition, changed and joined."""
    condition, mapping = word_condition(rng), word_mapping(rng)
    things = mapping.of.format(f"the {things_in(condition, 'words', '[s]')}")
    sep, how = rng.choice([(" ", "joined by spaces"), ("-", "joined by hyphens")])
    body = (
        f"words = [w for w in s.split() if {condition.code}]\n"
        f'return "{sep}".join({mapping.code} for w in words)'
    )
    returns = f"{things}, {how}"
    return compose(
        _S,
        body,
        returns,
        does=f"returns {returns}",
        plan=f'split; keep w if {condition.code}; take {mapping.code}; join with "{sep}".',
        names="change_words convert process",
    )


def counted_words(rng: random.Random) -> Program:
    """How many words meet a condition, or how long they are."""
    condition = word_condition(rng)
    things = things_in(condition, "words", "[s]")
    code, returns, does = rng.choice(
        [
            ("sum(1 for w in s.split() if {})", f"the number of {things}", f"counts the {things}"),
            (
                "sum(len(w) for w in s.split() if {})",
                f"the total length of the {things}",
                f"adds up the lengths of the {things}",
            ),
        ]
    )
    return compose(
        _S,
        f"return {code.format(condition.code)}",
        returns,
        does=does,
        plan=f"split into words; test {condition.code}; sum.",
        names="count_words count total",
    )


def pattern(rng: random.Random) -> Program:
    """Characters changed by their index."""
    k = rng.randint(2, 5)
    a, b = rng.sample(("c.upper()", "c.lower()", "c * 2", "c", '"*"', '"-"', '"_"'), 2)
    words = {
        "c.upper()": "in upper case",
        "c.lower()": "in lower case",
        "c * 2": "doubled",
        "c": "unchanged",
        '"*"': 'replaced by "*"',
        '"-"': 'replaced by "-"',
        '"_"': 'replaced by "_"',
    }
    body = f'return "".join({a} if i % {k} == 0 else {b} for i, c in enumerate(s))'
    returns = (
        f"[s] with the characters at indexes divisible by {k} {words[a]} and the others {words[b]}"
    )
    return compose(
        _S,
        body,
        returns,
        does=f"returns {returns}",
        plan=f"enumerate gives i, c; {a} if i % {k} == 0 else {b}; join.",
        names="pattern change",
    )


def shifted(rng: random.Random) -> Program:
    """Letters moved along the alphabet."""
    k = rng.randint(1, 25)
    back = rng.random() < 0.4
    sign, where = ("-", "back") if back else ("+", "forward")
    body = f'return "".join(chr((ord(c) - 97 {sign} {k}) % 26 + 97) for c in s)'
    steps = "1 step" if k == 1 else f"{k} steps"
    returns = (
        f"[s] with each lower case letter moved {where} {steps} in the alphabet, wrapping around"
    )
    end = "a" if back else "z"
    does = f"shifts each lower case letter of [s] {where} by {k}, wrapping around after {end}"
    return Program(
        params=(("s", "lower"),),
        body=body,
        returns=returns,
        does=does,
        names=("shift", "caesar", "encode"),
        plan=f"ord(c) - 97 is the place; {sign} {k}; % 26; + 97; chr; join.",
        short=f"(ord(c) - 97 {sign} {k}) % 26",
    )
