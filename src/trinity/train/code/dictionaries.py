"""Functions that take or make a dictionary."""

from __future__ import annotations

import random

from trinity.train.code.pieces import (
    Condition,
    number_condition,
    number_mapping,
    things_in,
    word_condition,
)
from trinity.train.code.program import Program, compose

_WORDS = (("words", "words"),)


_D = (("d", "dict"),)


_ALL = Condition("True", "", "")


def _things(condition: Condition) -> str:
    return f"the {things_in(condition, 'words', '[words]')}"


def dictionary(rng: random.Random, level: int) -> Program:
    """A function that takes or makes a dictionary."""
    makers = (
        (_lookup, _lookup, _simple),
        (_values, _values, _filtered),
        (_occurrences, _changed, _filtered),
        (_grouped, _built),
        (_grouped_kept, _keys_sorted),
    )
    return rng.choice(makers[level - 1])(rng)


def _lookup(rng: random.Random) -> Program:
    word = rng.choice(("apple", "cat", "egg", "dog", "sun", "tree", "red", "a", "b", "box"))
    k = rng.randint(0, 9)
    return compose(
        _D,
        f'return d.get("{word}", {k})',
        f'the value for "{word}" in [d], or {k} if it is missing',
        f'd.get("{word}", {k}).',
        "lookup get_value",
        does=f'looks up "{word}" in [d] and returns {k} if it is missing',
    )


def _simple(rng: random.Random) -> Program:
    code, returns, does = rng.choice(
        [
            ("sum(d.values())", "the sum of the values of [d]", "adds up the values of [d]"),
            ("sorted(d)", "the keys of [d] in sorted order", "sorts the keys of [d]"),
            ("len(d)", "the number of keys in [d]", "counts the keys in [d]"),
            ("list(d.values())", "a list of the values of [d]", "lists the values of [d]"),
            ("{v: k for k, v in d.items()}", "[d] with keys and values swapped", "inverts [d]"),
            (
                "max(d.values(), default=0)",
                "the largest value in [d], or 0 if it is empty",
                "finds the largest value in [d], or 0 if it is empty",
            ),
        ]
    )
    if "swapped" in returns:
        does = "swaps the keys and values of [d]"
    return compose(
        _D, f"return {code}", returns, f"one expression: {code}.", "read table lookup", does=does
    )


def _values(rng: random.Random) -> Program:
    condition = number_condition(rng)
    code = condition.code.replace("x", "v")
    things = f"the {things_in(condition, 'values', '[d]')}"
    expression, returns, does = rng.choice(
        [
            ("sum(v for v in d.values() if {})", f"the sum of {things}", f"adds up {things}"),
            (
                "[k for k, v in d.items() if {}]",
                f"a list of the keys of [d] whose value {condition.holds}",
                f"lists the keys of [d] whose value {condition.holds}",
            ),
            (
                "sum(1 for v in d.values() if {})",
                f"the number of keys in [d] whose value {condition.holds}",
                f"counts the keys in [d] whose value {condition.holds}",
            ),
        ]
    )
    return compose(
        _D,
        f"return {expression.format(code)}",
        returns,
        f"go through the values v; test {code}.",
        "total keys_with pick",
        does=does,
    )


def _filtered(rng: random.Random) -> Program:
    condition = number_condition(rng)
    code = condition.code.replace("x", "v")
    return compose(
        _D,
        f"return {{k: v for k, v in d.items() if {code}}}",
        f"a dictionary with only the entries of [d] whose value {condition.holds}",
        f"keep k: v if {code}; a dict comprehension.",
        "keep select",
        does=f"keeps only the entries of [d] whose value {condition.holds}",
    )


def _changed(rng: random.Random) -> Program:
    mapping = number_mapping(rng)
    code = mapping.code.replace("x", "v")
    return compose(
        _D,
        f"return {{k: {code} for k, v in d.items()}}",
        f"[d] with every value {mapping.done}",
        f"for each k, v take k: {code}; a dict comprehension.",
        "change scale",
    )


def _occurrences(rng: random.Random) -> Program:
    condition = rng.choice((_ALL, word_condition(rng), word_condition(rng)))
    if rng.random() < 0.4:
        body = "counts = {}\nfor c in s:\n    counts[c] = counts.get(c, 0) + 1\nreturn counts"
        returns = "a dictionary from each character of [s] to how often it occurs"
        return compose(
            (("s", "text"),),
            body,
            returns,
            "empty dict; for each c: get(c, 0) + 1.",
            "count_chars frequencies",
            does="counts how often each character occurs in [s], as a dictionary",
        )
    line = "counts[w] = counts.get(w, 0) + 1"
    if condition is _ALL:
        things = "word of [words]"
    else:
        line = f"if {condition.code}:\n        {line}"
        things = _singular(condition)
    body = f"counts = {{}}\nfor w in words:\n    {line}\nreturn counts"
    return compose(
        _WORDS,
        body,
        f"a dictionary from each {things} to how often it occurs",
        "empty dict; for each w"
        + (f" with {condition.code}" if condition.after else "")
        + ": get(w, 0) + 1.",
        "count_words frequencies",
        does=f"counts how often each {things} occurs, as a dictionary",
    )


def _singular(condition: Condition) -> str:
    return f"word of [words] that {condition.holds}"


def _built(rng: random.Random) -> Program:
    condition = word_condition(rng)
    k = rng.randint(2, 9)
    value, words = rng.choice(
        (
            ("len(w)", "its length"),
            ("w[::-1]", "its reverse"),
            ("w.upper()", "its upper case form"),
            ("w[:1]", "its first letter"),
            (f"len(w) * {k}", f"{k} times its length"),
        )
    )
    return compose(
        _WORDS,
        f"return {{w: {value} for w in words if {condition.code}}}",
        f"a dictionary from each {_singular(condition)} to {words}",
        f"for each w with {condition.code}: w: {value}.",
        "index build table",
    )


_GROUPS = (("len(w)", "length"), ("w[:1]", "first letter"), ("w[-1:]", "last letter"))


def _grouped(rng: random.Random) -> Program:
    value, words = rng.choice(_GROUPS)
    things, code = "words in [words]", "words"
    k = rng.randint(1, 5)
    if rng.random() < 0.7:
        code, things = rng.choice(
            (
                ("sorted(words)", "words in [words], sorted first,"),
                (f"words[:{k}]", f"first {k} words in [words]"),
                (f"words[{k}:]", f"words in [words] after the first {k}"),
            )
        )
    body = (
        f"groups = {{}}\nfor w in {code}:\n"
        f"    groups.setdefault({value}, []).append(w)\nreturn groups"
    )
    return compose(
        _WORDS,
        body,
        f"the {things} grouped by {words}, as a dictionary of lists",
        f"empty dict; setdefault({value}, []) and append w.",
        "group group_by",
        does=f"groups the {things} by {words} into a dictionary of lists",
    )


def _grouped_kept(rng: random.Random) -> Program:
    value, words = rng.choice(_GROUPS)
    condition = word_condition(rng)
    line, how, returns = rng.choice(
        [
            (
                f"groups.setdefault({value}, []).append(w)",
                "setdefault and append w",
                f"{_things(condition)}, grouped by {words} in a dictionary of lists",
            ),
            (
                f"groups[{value}] = groups.get({value}, 0) + 1",
                "get(..., 0) + 1",
                f"a dictionary from {words} to the number of {_things(condition)[4:]} that have it",
            ),
        ]
    )
    body = (
        f"groups = {{}}\nfor w in words:\n    if {condition.code}:\n        {line}\nreturn groups"
    )
    return compose(
        _WORDS, body, returns, f"keep w if {condition.code}; key {value}; {how}.", "group group_by"
    )


def _keys_sorted(rng: random.Random) -> Program:
    condition = number_condition(rng)
    code = condition.code.replace("x", "d[k]")
    rest, how = rng.choice(
        (
            (", key=lambda k: d[k]", "sorted by value"),
            (", key=lambda k: -d[k]", "sorted by value, largest first"),
            ("", "in alphabetical order"),
            (", key=len", "sorted by key length"),
        )
    )
    gen = f"k for k in d if {code}"
    gen = f"({gen})" if rest else gen
    return compose(
        _D,
        f"return sorted({gen}{rest})",
        f"the keys of [d] whose value {condition.holds}, {how}",
        f"keep k if {code}; sorted{rest}.",
        "keys_with ranked",
    )
