"""Families about given code: what it prints or returns, how often it loops, whether it is valid."""

from __future__ import annotations

import ast
import random
from typing import Any

from trinity.train.code.inputs import WORDS
from trinity.train.code.iterations import looped
from trinity.train.code.program import Args, Program, behaviour, call, draw_args, key_for
from trinity.train.code.scripts import script
from trinity.train.code.traces import call_trace, script_trace
from trinity.train.code.wording import ask_about
from trinity.train.code.writing import Fitting, any_program
from trinity.train.items import Check, Family, Item, Split
from trinity.train.sandbox import execute

_PRINTS = (
    "What does this code print?",
    "What is the output of this program?",
    "What will this print?",
    "Give the output of this code.",
    "What gets printed here?",
    "What does this Python code output?",
    "Run this in your head: what is printed?",
    "Which output does this produce?",
    "Predict the output.",
    "What appears when this code runs?",
    "What is printed by this code?",
    "What is the result of running this?",
    "Say what this program prints.",
    "What is the printed result?",
    "What would Python print for this?",
)
_CALLS = (
    "What does {call} return?",
    "What is the value of {call}?",
    "What is the result of {call}?",
    "Given this function, what is {call}?",
    "What do you get for {call}?",
    "Evaluate {call}.",
    "What does the function give for {call}?",
    "Compute {call} for this function.",
    "I call {call}. What comes back?",
    "What would {call} yield?",
    "What value does {call} have?",
    "If I run {call}, what is returned?",
)
_LOOPS = (
    "How many times does the loop body run?",
    "How often does the loop run?",
    "How many iterations does this loop make?",
    "Count the iterations of this loop.",
    "How many rounds does the loop take?",
    "How many times is the inside of the loop executed?",
    "How many passes does the loop make?",
    "What is the number of iterations?",
    "How often is the body of the loop executed?",
    "Say how many times the loop repeats.",
    "How many times does this loop go round?",
    "The loop runs how many times?",
)
_NESTED = (
    "How many times does the inner body run?",
    "How often is the innermost line executed?",
    "How many times in total does the inner loop body run?",
    "Count how often the line in the inner loop runs.",
    "How many times does the innermost statement run?",
    "How often does the inner body run in all?",
    "How many times is the body of the inner loop executed?",
    "Give the total number of runs of the inner loop body.",
    "How many times will the innermost line run?",
    "Say how often the inner loop body is run in total.",
)
_VALID = (
    "Is this valid Python?",
    "Is this code valid Python? Yes or no.",
    "Does this code have a syntax error? Answer yes if it is valid, no if not.",
    "Is this correct Python syntax?",
    "Will Python accept this code?",
    "Can Python run this without a syntax error?",
    "Is the syntax of this code right?",
    "Yes or no: is this valid Python code?",
    "Would this compile in Python?",
    "Is this Python code free of syntax errors?",
    "Is the following valid Python syntax?",
    "Check the syntax: is it valid?",
)


def predict_output(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Say what a few lines print."""
    code = script(rng, level)
    try:
        printed, states = execute(code)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # its random values do not fit
        return None
    answer = printed.strip("\n")
    trace = script_trace(states, answer)
    if not answer.strip() or len(answer) > 60:
        return None
    return Item(
        domain="code",
        family=family,
        key=code,
        question=ask_about(rng, split, _PRINTS, code),
        answer=answer,
        thoughts_low=trace.split("; ")[-2][-70:] if "; " in trace else trace[-70:],
        thoughts_high=trace,
        check=Check("strict", answer),
        level=level,
    )


def predict_call(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Say what a function returns, or prints, for given arguments."""
    program = any_program(rng, level)
    args = small_args(rng, program)
    result = call(program, args)
    name = rng.choice(("f", "f", *program.names))
    shown = f"{name}({', '.join(_quoted(arg) for arg in args)})"
    # A returned text would leave open whether its quotes belong to the answer: print it.
    printed = "'" in repr(result) or rng.random() < 0.3
    answer = str(result)
    if len(answer) > 50 or answer != answer.strip() or not answer or answer.endswith("Error"):
        return None
    code = program.code(name)
    if printed:
        question = ask_about(rng, split, _PRINTS, f"{code}\n\nprint({shown})")
    else:
        question = ask_about(rng, split, _CALLS, code, call=shown)
    trace = call_trace(program, args, answer)
    if trace is None:
        return None
    return Item(
        domain="code",
        family=family,
        key=key_for(family, behaviour(program), repr(args)),
        question=question,
        answer=answer,
        thoughts_low=trace.split("; ")[-2][-70:] if "; " in trace else trace[-70:],
        thoughts_high=trace,
        check=Check("strict", answer),
        level=level,
    )


def _quoted(value: Any) -> str:
    """Like `repr`, with the double quotes that the code uses."""
    return repr(value).replace("'", '"')


def small_args(rng: random.Random, program: Program) -> Args:
    """Arguments short enough to follow by hand."""
    small: dict[str, Any] = {
        "int": lambda: rng.randint(-5, 30),
        "nat": lambda: rng.randint(1, 9),
        "pos": lambda: rng.randint(1, 12),
        "small": lambda: rng.randint(1, 5),
        "big": lambda: rng.randint(10, 9999),
        "ints": lambda: [rng.randint(-5, 20) for _ in range(rng.randint(2, 5))],
        "text": lambda: " ".join(rng.sample(WORDS, rng.randint(1, 2))),
        "lower": lambda: rng.choice(WORDS)[:4],
        "words": lambda: rng.sample(WORDS, rng.randint(2, 4)),
        "dict": lambda: {word: rng.randint(0, 20) for word in rng.sample(WORDS, 3)},
    }
    drawn = draw_args(rng, program)
    return tuple(
        small[kind]() if kind in small else arg
        for arg, kind in zip(drawn, program.kinds, strict=True)
    )


def count_loop(rng: random.Random, split: Split, level: int, family: str) -> Item:
    """Say how often a loop runs."""
    code, count, trace = looped(rng, level)
    cores = _NESTED if level == 5 else _LOOPS
    return Item(
        domain="code",
        family=family,
        key=code,
        question=ask_about(rng, split, cores, code),
        answer=str(count),
        thoughts_low=trace.split("; ")[-1][-70:],
        thoughts_high=trace,
        check=Check("number", count),
        level=level,
    )


def is_valid(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Say whether code is valid Python."""
    program = any_program(rng, level)
    code = program.code(rng.choice(("f", *program.names)))
    reason = "each line is complete: colons, brackets, quotes and indents are right"
    if rng.random() < 0.5:
        spoilt = _spoilt(rng, code)
        if spoilt is None:
            return None
        code, reason = spoilt
    answer = "yes" if _parses(code) else "no"
    if (answer == "yes") != reason.startswith("each"):
        return None
    return Item(
        domain="code",
        family=family,
        key=key_for(family, behaviour(program), code),
        question=ask_about(rng, split, _VALID, code),
        answer=answer,
        thoughts_low=reason.split(":")[0],
        thoughts_high=f"{reason}: {answer}.",
        check=Check("exact", answer),
        level=level,
    )


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _spoilt(rng: random.Random, code: str) -> tuple[str, str] | None:
    """The code with one typing mistake, and what it is."""
    lines = code.split("\n")
    index = rng.randrange(len(lines))
    line = lines[index]
    number = index + 1
    choices = []
    if line.endswith(":"):
        choices.append((line[:-1], f"line {number} has no colon at its end"))
    if line.count(")") > 0:
        at = line.rindex(")")
        choices.append((line[:at] + line[at + 1 :], f"line {number} misses a closing bracket"))
    if "]" in line:
        at = line.rindex("]")
        choices.append((line[:at] + line[at + 1 :], f"line {number} misses a closing bracket"))
    if line.strip().startswith(("if ", "elif ")) and "==" in line:
        choices.append((line.replace("==", "=", 1), f"line {number} has = where == is needed"))
    if '"' in line:
        at = line.rindex('"')
        choices.append((line[:at] + line[at + 1 :], f"line {number} misses a closing quote"))
    if "return " in line:
        typo = rng.choice(("retrun", "retun", "reutrn"))
        choices.append((line.replace("return", typo, 1), f"line {number} spells return as {typo}"))
    if line.startswith("def "):
        choices.append(
            (
                line.replace("def ", rng.choice(("", "function ", "fun ")), 1),
                "line 1 does not start with def",
            )
        )
    elif index == 1:
        choices.append((line.removeprefix("    "), "line 2 is not indented under def"))
    if not choices:
        return None
    lines[index], reason = rng.choice(choices)
    return "\n".join(lines), reason


FAMILIES = (
    Family("predict_output", "code", Fitting("predict_output", predict_output), weight=1.5),
    Family("predict_call", "code", Fitting("predict_call", predict_call), weight=1.5),
    Family("count_loop", "code", Fitting("count_loop", count_loop), weight=0.5),
    Family("is_valid_python", "code", Fitting("is_valid_python", is_valid), weight=0.5),
)
