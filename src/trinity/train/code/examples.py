"""The family that asks for a function by a few of its results."""

from __future__ import annotations

import random
from collections.abc import Sequence

from trinity.train.code.program import Program, behaviour, call, cases_for, key_for
from trinity.train.code.wording import dress
from trinity.train.code.writing import Fitting, answer_item
from trinity.train.items import Family, Item, Split
from trinity.train.wordings import choose_core

_EXAMPLES = (
    "{examples}. Write f.",
    "Find the function: {examples}.",
    "Write a Python function f with {examples}.",
    "Given {examples}, write the function f.",
    "I know that {examples}. What is f? Write it.",
    "Write f so that {examples}.",
    "A function f gives {examples}. Write its code.",
    "What function f has {examples}? Show the code.",
    "Work out f from these examples: {examples}.",
    "Guess the rule and code it as f: {examples}.",
    "Here are some results: {examples}. Write f.",
    "Examples: {examples}. Code f in Python.",
    "Write a function f that fits: {examples}.",
    "These hold: {examples}. Define f.",
    "Reconstruct f from {examples}.",
    "<I'd like|I would like|We need|I want> <a function|a Python function> f <with|such that> "
    "{examples}.",
    "<Could|Can|Would> you <write|code|find|work out> f<?|, please?> <We know|I know>: {examples}.",
    "<Which|What> <Python function|function> f <gives|satisfies|produces> {examples}? <Write "
    "it|Show its code>.",
    "{examples}: <find|give|code|work out> f.",
    "<Suppose|Say|Let's say> {examples}. <How is f written|What is the code of f> in Python?",
    "<If|When> {examples}, <what is the code of f|how is f defined|what does f look like>?",
    "<My teacher|A friend|The puzzle> <says|tells me> that {examples}. <Find|Write|Code> f.",
    "f = ? <Known|Given|Known values>: {examples}.",
    "<Discover|Find|Spot|Work out> the <rule|pattern|formula> and <write|define> f: {examples}.",
    "<From|Using|With> <the values|the results> {examples}, <write|define|build> f<| in Python>.",
    "<Define|Build|Make|Create> f <such that|so that> {examples}.",
    "<The table of f|A table for f> <says|reads|shows> {examples}. <Write|Code> f.",
    "<Someone|A script|A test> <ran|tried> f and <got|saw> {examples}. "
    "<Write|Rebuild|Reconstruct> f.",
    "f <is|was> a <secret|hidden|lost> function<:|, but> {examples}. <Write|Recover|Give> its "
    "code.",
    "<Would you mind writing|Please write|Please code> f <so that|such that> {examples}.",
    "All of these <are true|hold|must hold>: {examples}. <Write|Code|Define|Program> f.",
    "<data|values|test cases|tests>: {examples}. <function|python function> f?",
    "What <could|would|should> the code of f look like, <given|knowing> that {examples}?",
    "<Infer|Deduce|Derive|Determine> f from {examples} and <write it|code it> in Python.",
    "<I see|I have|I found|I noted> {examples}. <Tell|Show> me the <function|code of the "
    "function> f.",
    "<One formula|One rule|The same rule> gives {examples}. <Put it into|Write it as> a "
    "<Python |>function f.",
    "<Implement|Program> f<, for which|, where|; it is known that> {examples}.",
    "<The function f|My function f|Our f> must <pass|meet> <these tests|these checks>: "
    "{examples}. <Write|Code> it.",
    "<What's|What is> f, <if|when> {examples}? <Answer in Python|Give Python code|Write the "
    "function>.",
    "<Seeing|Considering|Knowing> that {examples}, <write|code|give|define> the function f.",
    "<Exercise|Task|Puzzle>: {examples}. <Express|Write|Give> f as Python code.",
)


def _rule(rng: random.Random, level: int) -> tuple[str, Sequence[object], str]:
    """A one-parameter body, telling inputs, and how the rule is found from them."""
    n = sorted(rng.sample(range(1, 11), 3))
    a, b = rng.randint(2, 9), rng.randint(1, 20)
    if level == 1:
        sign = rng.choice("+-*")
        k = rng.randint(2, 60)
        code = f"n {sign} {k}"
        values = [
            value + k if sign == "+" else value - k if sign == "-" else value * k for value in n
        ]
        if sign == "*":
            return code, n, f"{values[0]} / {n[0]} = {k}, {values[1]} / {n[1]} = {k}: times {k}."
        step = values[0] - n[0]
        return (
            code,
            n,
            (
                f"{values[0]} - {n[0]} = {step}, {values[1]} - {n[1]} = {step}: "
                f"{'plus' if sign == '+' else 'minus'} {k}."
            ),
        )
    sign = rng.choice("+-")
    shift = b if sign == "+" else -b
    if level in (2, 3):
        start = rng.randint(0, 9) if level == 3 else 0
        n = [start, start + 1, start + rng.randint(3, 9)]
        first, second = a * n[0] + shift, a * n[1] + shift
        trace = (
            f"{second} - {first} = {a}, so {a} * n; {first} - {a} * {n[0]} = {shift}; "
            f"so {a} * n {sign} {b}."
        )
        return f"{a} * n {sign} {b}", n, trace
    if level == 4:
        b = rng.randint(1, 60)
        shift = b if sign == "+" else -b
        n = sorted(rng.sample(range(8), 3))
        trace = "; ".join(f"{x**2 + shift} - {x} ** 2 = {shift}" for x in n)
        return f"n ** 2 {sign} {b}", n, f"try n ** 2: {trace}; so n ** 2 {sign} {b}."
    n = [0, 1, rng.randint(2, 6)]
    trace = (
        f"f(0) = {shift}; {a + shift} - {shift} = {a}; {a} * {n[2]} ** 2 "
        f"{sign} {b} = {a * n[2] ** 2 + shift} fits; so {a} * n ** 2 {sign} {b}."
    )
    return f"{a} * n ** 2 {sign} {b}", n, trace


def examples(rng: random.Random, split: Split, level: int, family: str) -> Item:
    """Write a function of one number from a few of its results."""
    code, inputs, trace = _rule(rng, level)
    program = Program(
        params=(("n", "int"),),
        body=f"return {code}",
        returns="",
        does="",
        names=(),
        plan=trace,
        short=code,
    )
    shown = [f"f({value}) = {call(program, (value,))}" for value in inputs]
    text = ", ".join(shown[:-1]) + rng.choice((" and ", ", ")) + shown[-1]
    question = dress(rng, split, choose_core(rng, split, _EXAMPLES), examples=text)
    cases = cases_for(rng, program)
    return answer_item(
        family,
        key_for(family, behaviour(program)),
        level,
        question,
        program.code("f"),
        "f",
        cases,
        (code, trace),
    )


FAMILIES = (Family("write_from_examples", "code", Fitting("write_from_examples", examples)),)
