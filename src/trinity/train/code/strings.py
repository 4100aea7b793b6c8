"""Functions of one string: chains of changes, counted and kept characters."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from trinity.train.code.program import Program, compose
from trinity.train.code.steps import string_step
from trinity.train.code.texts import (
    changed_words,
    counted_words,
    kept_words,
    kept_words_joined,
    pattern,
    shifted,
)

_S = (("s", "text"),)


def string_function(rng: random.Random, level: int) -> Program:
    """A function of a string."""
    chain = partial(_chain, level=level)
    makers: tuple[tuple[Callable[[random.Random], Program], ...], ...] = (
        (chain, chain, _letter, _simple),
        (chain, _characters, _characters, shifted),
        (chain, _kept, _kept, changed_words, changed_words, shifted),
        (chain, kept_words, counted_words, pattern),
        (kept_words_joined, _counted_formula, _kept_then),
    )
    return rng.choice(makers[level - 1])(rng)


def _chain(rng: random.Random, level: int) -> Program:
    steps = [string_step(rng) for _ in range(level)]
    while len({step.code for step in steps}) < level:
        steps = [string_step(rng) for _ in range(level)]
    if level == 1:
        step = steps[0]
        code = step.code.format("s")
        return compose(
            _S,
            f"return {code}",
            step.result.format("[s]"),
            does=step.does.format("[s]"),
            plan=f"one expression: {code}.",
            names="change convert edit",
        )
    lines = [f"s = {step.code.format('s')}" for step in steps[:-1]]
    lines.append(f"return {steps[-1].code.format('s')}")
    subjects = ["[s]"] + ["it"] * (level - 1)
    doing = [step.doing.format(what) for step, what in zip(steps, subjects, strict=True)]
    does = [step.does.format(what) for step, what in zip(steps, subjects, strict=True)]
    if level == 2 and rng.random() < 0.5:
        result = steps[1].result.format("the result")
        does_text = f"{does[0]} and returns {result}"
    else:
        does_text = ", ".join(does[:-1]) + f" and then {does[-1]}"
    returns = "the result of " + ", ".join(doing[:-1]) + f" and then {doing[-1]}"
    order = "; ".join(step.code.format("s") for step in steps)
    program = compose(
        _S,
        "\n".join(lines),
        returns,
        does=does_text,
        plan=f"in this order: {order}.",
        names="change convert edit process",
    )
    return replace(program, short=order)


def _letter(rng: random.Random) -> Program:
    c = rng.choice("abcdefghijklmnopqrstuvwxyz")
    code, returns, does = rng.choice(
        [
            (
                f's.count("{c}")',
                f'how many times "{c}" occurs in [s]',
                f'counts how often the letter "{c}" occurs in [s]',
            ),
            (
                f's.count("{c}")',
                f'the number of letters "{c}" in [s]',
                f'counts the letter "{c}" in [s]',
            ),
            (
                f's.find("{c}")',
                f'the index of the first "{c}" in [s], or -1 if there is none',
                f'finds the index of the first "{c}" in [s], or -1 if there is none',
            ),
            (
                f's.lower().count("{c}")',
                f'how many times "{c}" occurs in [s], ignoring case',
                f'counts the letter "{c}" in [s], ignoring case',
            ),
        ]
    )
    return compose(
        _S,
        f"return {code}",
        returns,
        does=does,
        plan=f"one call: {code}.",
        names="count find_letter letter",
    )


def _simple(rng: random.Random) -> Program:
    code, returns, does, names = rng.choice(
        [
            ("len(s)", "the length of [s]", "gives the number of characters in [s]", "length size"),
            (
                "len(s.split())",
                "the number of words in [s]",
                "counts the words in [s]",
                "count_words",
            ),
            ("s.split()", "the list of words in [s]", "splits [s] into words", "split_words"),
            ("s.title()", "[s] in title case", "converts [s] to title case", "title"),
            (
                "s.strip()",
                "[s] without spaces at its ends",
                "strips spaces from both ends of [s]",
                "strip clean",
            ),
            (
                "list(s)",
                "a list of the characters of [s]",
                "splits [s] into a list of characters",
                "characters",
            ),
            (
                "s.swapcase()",
                "[s] with upper and lower case swapped",
                "swaps upper and lower case in [s]",
                "swap",
            ),
            (
                "len(set(s))",
                "the number of different characters in [s]",
                "counts the different characters in [s]",
                "distinct",
            ),
            (
                '"".join(sorted(s))',
                "the characters of [s] in sorted order, as a string",
                "sorts the characters of [s] into a string",
                "sort_letters",
            ),
            (
                "s + s[::-1]",
                "[s] followed by its reverse",
                "appends the reverse of [s] to [s]",
                "mirror",
            ),
        ]
    )
    return compose(
        _S,
        f"return {code}",
        returns,
        does=does,
        plan=f"one expression: {code}.",
        names=names + " text",
    )


_CLASSES = (
    ('c.lower() in "aeiou"', "vowels"),
    ('c.lower() in "aeiou"', "vowels"),
    ("c.isdigit()", "digits"),
    ("c.isupper()", "upper case letters"),
    ("c.islower()", "lower case letters"),
    ("c.isalpha()", "letters"),
    ('c == " "', "spaces"),
    ('c.isalpha() and c.lower() not in "aeiou"', "consonants"),
)


def _class(rng: random.Random) -> tuple[str, str]:
    if rng.random() < 0.5:
        return rng.choice(_CLASSES)
    letters = "".join(sorted(rng.sample("abcdefghilmnoprstuw", rng.randint(2, 3))))
    quoted = [f'"{letter}"' for letter in letters]
    words = ", ".join(quoted[:-1]) + " or " + quoted[-1]
    return f'c in "{letters}"', f"characters that are {words}"


def _characters(rng: random.Random) -> Program:
    code, words = _class(rng)
    return compose(
        _S,
        f"return sum(1 for c in s if {code})",
        rng.choice((f"the number of {words} in [s]", f"how many {words} [s] has")),
        does=f"counts the {words} in [s]",
        plan=f"for each c: add 1 if {code}.",
        names="count_chars count how_many",
    )


def _kept(rng: random.Random) -> Program:
    code, words = _class(rng)
    if rng.random() < 0.5:
        return compose(
            _S,
            f'return "".join(c for c in s if {code})',
            f"only the {words} of [s], as a string",
            does=f"keeps only the {words} of [s]",
            plan=f'keep c if {code}; join with "".',
            names="keep only pick",
        )
    negated = (
        f"not {code}"
        if " in " not in code and "==" not in code
        else (code.replace(" in ", " not in ").replace("==", "!="))
    )
    if " and " in code:
        negated = f"not ({code})"
    return compose(
        _S,
        f'return "".join(c for c in s if {negated})',
        f"[s] without {words}",
        does=f"removes the {words} from [s]",
        plan=f'keep c if {negated}; join with "".',
        names="remove strip_out clean",
    )


def _kept_then(rng: random.Random) -> Program:
    base, step, last = _kept(rng), string_step(rng), string_step(rng)
    while step.code == last.code:
        last = string_step(rng)
    inner = base.body.removeprefix("return ")
    body = f"s = {inner}\ns = {step.code.format('s')}\nreturn {last.code.format('s')}"
    does = f"{base.does}, {step.does.format('it')} and then {last.does.format('it')}"
    gerund = base.does.replace("keeps", "keeping", 1).replace("removes", "removing", 1)
    return compose(
        _S,
        body,
        f"the result of {gerund}, {step.doing.format('it')} and then {last.doing.format('it')}",
        does=does,
        plan=f"{base.plan[:-1]}; then {step.code.format('s')}; {last.code.format('s')}.",
        names="process change edit",
    )


def _counted_formula(rng: random.Random) -> Program:
    (first, words), (second, others) = _class(rng), _class(rng)
    while first == second:
        second, others = _class(rng)
    sign, link = rng.choice([("-", "minus"), ("+", "plus")])
    body = f"a = sum(1 for c in s if {first})\nb = sum(1 for c in s if {second})\nreturn a {sign} b"
    returns = f"the number of {words} {link} the number of {others} in [s]"
    return compose(
        _S,
        body,
        returns,
        does=f"computes {returns}",
        plan=f"a counts {words}; b counts {others}; return a {sign} b.",
        names="score count balance",
    )
