"""Practice that is trained on and not scored: what small Python expressions come to.

Traces of programs are made of such steps, and a specialist in code sees little other arithmetic.
"""

from __future__ import annotations

import ast
import random

from trinity.train.code.inputs import WORDS
from trinity.train.code.wording import ask_about
from trinity.train.code.working import joined, steps_of
from trinity.train.code.writing import Fitting
from trinity.train.items import Check, Family, Item, Split

_VALUES = (
    "What is the value of each <line|expression>?",
    "<Evaluate|Work out|Calculate|Compute> <each|every> <line|expression>.",
    "<Give|Tell me|Write down|List> the <value|result> of each <line|expression>.",
    "What <does|would> Python <give|say|return> for <each|every> <line|expression>?",
    "<Which|What> values do these <lines|expressions> have?",
    "values of <these|the> expressions: ?",
    "<I type|I enter> these into Python, one by one. What <comes back|do I get>?",
    "<Act as|Be> the Python <shell|prompt>: what <is|comes> after each line?",
    "Line by line, <what is|what's> the <value|result>?",
    "<Without running them|In your head>: what are <these|the> expressions <equal to|worth>?",
    "<Could|Can|Would> you <evaluate|work out|calculate> these <expressions|lines>?",
    "<Python|The interpreter> <evaluates|is given> these lines. Which results <follow|come>?",
)
MAX_CHARS = 100
"""Of the steps together."""


def work_out(rng: random.Random, split: Split, level: int, family: str) -> Item:
    """Say what several expressions come to."""
    lines: list[str] = []
    worked: list[str] = []
    values: list[str] = []
    while True:
        line = _expression(rng, rng.choice((level, rng.randint(1, level))))
        steps = steps_of(ast.parse(line, mode="eval").body, {})
        if sum(map(len, worked)) + len(joined(steps)) > MAX_CHARS:
            break
        lines.append(line)
        worked.append(joined(steps))
        values.append(steps[-1])
    return Item(
        domain="code",
        family=family,
        key="; ".join(lines),
        question=ask_about(rng, split, _VALUES, "\n".join(lines)),
        answer="; ".join(values),
        thoughts_low=worked[-1],
        thoughts_high="; ".join(worked),
        check=Check("strict", "; ".join(values)),
        level=level,
    )


def _expression(rng: random.Random, level: int) -> str:
    if rng.random() < 0.2:
        return rng.choice((_compared, _of_text, _of_list))(rng)
    return (_digits, _rest, _longer, _large, _two)[level - 1](rng)


def _digits(rng: random.Random) -> str:
    return f"{rng.randint(0, 10)} {rng.choice('+-*')} {rng.randint(0, 10)}"


def _rest(rng: random.Random) -> str:
    return f"{rng.randint(0, 99)} {rng.choice(('//', '%', '+', '-'))} {rng.randint(2, 9)}"


def _longer(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return f"{rng.randint(11, 99)} * {rng.randint(2, 9)}"
    return f"{rng.randint(11, 99)} {rng.choice('+-')} {rng.randint(2, 99)}"


def _large(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.3:
        return f"{rng.randint(-20, 20)} {rng.choice('+-*')} {rng.randint(1, 12)}"
    if kind < 0.5:
        return f"{rng.randint(2, 15)} ** 2"
    if kind < 0.75:
        return f"{rng.randint(100, 999)} {rng.choice('+-')} {rng.randint(2, 99)}"
    return f"{rng.randint(20, 300)} {rng.choice(('//', '%'))} {rng.randint(2, 20)}"


def _two(rng: random.Random) -> str:
    a, b, c = rng.randint(1, 30), rng.randint(2, 9), rng.randint(1, 20)
    return rng.choice(
        (
            f"{a} * {b} {rng.choice('+-')} {c}",
            f"{c} {rng.choice('+-')} {a} * {b}",
            f"({a} {rng.choice('+-')} {c}) {rng.choice(('*', '//', '%'))} {b}",
            f"{a} + {b} - {c}",
            f"{a} % {b} == {rng.randint(0, b - 1)}",
        )
    )


def _compared(rng: random.Random) -> str:
    sign = rng.choice(("<", ">", "<=", ">=", "==", "!="))
    return f"{rng.randint(-5, 40)} {sign} {rng.randint(0, 40)}"


def _of_text(rng: random.Random) -> str:
    word, k = rng.choice(WORDS), rng.randint(1, 3)
    return f'"{word}"' + rng.choice((f"[:{k}]", f"[{k}:]", "[-1]", "[0]", "[::-1]", ".upper()"))


def _of_list(rng: random.Random) -> str:
    numbers = [rng.randint(0, 20) for _ in range(rng.randint(2, 5))]
    k = rng.randint(0, len(numbers) - 1)
    called = f"{rng.choice(('sum', 'len', 'max', 'min', 'sorted'))}({numbers})"
    return rng.choice((called, f"{numbers}[{k}]", f"{numbers}[{k}:]", f"{numbers}[::-1]"))


FAMILIES = (Family("work_out", "code", Fitting("work_out", work_out), weight=2, drill=True),)
