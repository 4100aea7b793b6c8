"""Functions of lists of words and of dictionaries."""

from __future__ import annotations

import random

from trinity.train.code.pieces import (
    Condition,
    number_condition,
    number_mapping,
    things_in,
    word_condition,
    word_mapping,
)
from trinity.train.code.program import Program, main_line

_WORDS = (("words", "words"),)
_D = (("d", "dict"),)
_ALL = Condition("True", "", "")


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
    return compose(_D, f"return {code}", returns, f"one expression: {code}.", "read table lookup", does=does)


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
