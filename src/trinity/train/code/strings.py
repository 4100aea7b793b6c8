"""Functions of one string: chains of changes, counted and kept characters, words, shifts."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from trinity.train.code.pieces import LETTERS, things_in, word_condition, word_mapping
from trinity.train.code.program import Program, main_line

_S = (("s", "text"),)


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
    a, b = rng.sample(LETTERS, 2)
    mark = rng.choice("!?.-*")
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


def string_function(rng: random.Random, level: int) -> Program:
    """A function of a string."""
    makers = (
        (_chain, _chain, _letter, _simple),
        (_chain, _characters, _characters, _shift),
        (_chain, _kept, _kept, _words, _words, _shift),
        (_chain, _words_both, _count_words, _every_other),
        (_words_both_joined, _counted_formula, _kept_then),
    )
    maker = rng.choice(makers[level - 1])
    return _chain(rng, level) if maker is _chain else maker(rng)


def _chain(rng: random.Random, level: int) -> Program:
    steps = [string_step(rng) for _ in range(level)]
    while len({step.code for step in steps}) < level:
        steps = [string_step(rng) for _ in range(level)]
    if level == 1:
        step = steps[0]
        code = step.code.format("s")
        return compose(
            _S, f"return {code}",
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
        _S, "\n".join(lines),
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
    return compose(_S, f"return {code}", returns, does=does, plan=f"one call: {code}.", names="count find_letter letter")


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
    return compose(_S, f"return {code}", returns, does=does, plan=f"one expression: {code}.", names=names + " text")


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
        _S, f"return sum(1 for c in s if {code})",
        rng.choice((f"the number of {words} in [s]", f"how many {words} [s] has")),
        does=f"counts the {words} in [s]",
        plan=f"for each c: add 1 if {code}.",
        names="count_chars count how_many",
    )


def _kept(rng: random.Random) -> Program:
    code, words = _class(rng)
    if rng.random() < 0.5:
        return compose(
            _S, f'return "".join(c for c in s if {code})',
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
        _S, f'return "".join(c for c in s if {negated})',
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
        _S, body,
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
        _S, body,
        returns,
        does=f"computes {returns}",
        plan=f"a counts {words}; b counts {others}; return a {sign} b.",
        names="score count balance",
    )


def _words(rng: random.Random) -> Program:
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
        _S, body,
        returns,
        does=f"returns {returns}",
        plan=f'split into words; for each w {mapping.code}; join with "{sep}".',
        names="change_words words_of convert",
    )


def _words_both(rng: random.Random) -> Program:
    condition = word_condition(rng)
    things = things_in(condition, "words", "[s]")
    body = f"return [w for w in s.split() if {condition.code}]"
    return compose(
        _S, body,
        f"a list of the {things}",
        does=rng.choice((f"lists the {things}", f"returns a list of the {things}")),
        plan=f"split into words; keep w if {condition.code}.",
        names="pick_words find_words select",
    )


def _words_both_joined(rng: random.Random) -> Program:
    condition, mapping = word_condition(rng), word_mapping(rng)
    things = mapping.of.format(f"the {things_in(condition, 'words', '[s]')}")
    sep, how = rng.choice([(" ", "joined by spaces"), ("-", "joined by hyphens")])
    body = (
        f"words = [w for w in s.split() if {condition.code}]\n"
        f'return "{sep}".join({mapping.code} for w in words)'
    )
    returns = f"{things}, {how}"
    return compose(
        _S, body,
        returns,
        does=f"returns {returns}",
        plan=f'split; keep w if {condition.code}; take {mapping.code}; join with "{sep}".',
        names="change_words convert process",
    )


def _count_words(rng: random.Random) -> Program:
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
        _S, f"return {code.format(condition.code)}",
        returns,
        does=does,
        plan=f"split into words; test {condition.code}; sum.",
        names="count_words count total",
    )


def _every_other(rng: random.Random) -> Program:
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
        _S, body,
        returns,
        does=f"returns {returns}",
        plan=f"enumerate gives i, c; {a} if i % {k} == 0 else {b}; join.",
        names="pattern change",
    )


def _shift(rng: random.Random) -> Program:
    k = rng.randint(1, 25)
    back = rng.random() < 0.4
    sign, where = ("-", "back") if back else ("+", "forward")
    body = f'return "".join(chr((ord(c) - 97 {sign} {k}) % 26 + 97) for c in s)'
    steps = "1 step" if k == 1 else f"{k} steps"
    returns = (
        f"[s], a string of lower case letters, with each letter moved {where} {steps} in "
        "the alphabet, wrapping around"
    )
    does = f"shifts each lower case letter of [s] {where} by {k}, wrapping around after {'a' if back else 'z'}"
    return Program(
        params=(("s", "lower"),),
        body=body,
        returns=returns,
        does=does,
        names=("shift", "caesar", "encode"),
        plan=f"ord(c) - 97 is the place; {sign} {k}; % 26; + 97; chr; join.",
        short=f"(ord(c) - 97 {sign} {k}) % 26",
    )
