"""Families about broken functions: repair one, or find the line of its bug."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from trinity.train.code.program import (
    Case,
    Program,
    agrees,
    behaviour,
    function_of,
    key_for,
    result_of,
)
from trinity.train.code.wording import dress, fenced, plain, renamed
from trinity.train.code.writing import Fitting, answer_item, any_program, hints, tested
from trinity.train.items import Check, Family, Item, Split
from trinity.train.wordings import choose_core


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken copy of a function."""

    code: str
    line: int
    """Which line of the code was broken, from 1."""
    was: str
    """The piece as it should be."""
    now: str
    """The piece as it is."""


_SWAPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?<= )>(?= )", (">=", "<")),
    (r"(?<= )<(?= )", ("<=", ">")),
    (r">=", (">", "<=")),
    (r"<=", ("<", ">=")),
    (r"==", ("!=",)),
    (r"!=", ("==",)),
    (r"(?<= )\+(?= )", ("-", "*")),
    (r"(?<= )-(?= )", ("+",)),
    # Not `**`: powers of powers in a loop or a recursion would fill the memory.
    (r"(?<= )\*(?= )", ("+",)),
    (r"(?<= )\*\*(?= )", ("*",)),
    (r"(?<= )//(?= )", ("%", "*")),
    (r"(?<= )%(?= )", ("//",)),
    (r"\+=", ("=", "-=")),
    (r"\band\b", ("or",)),
    (r"\bor\b", ("and",)),
    (r"\bTrue\b", ("False",)),
    (r"\bFalse\b", ("True",)),
    (r"\bsum(?=\()", ("max", "len")),
    (r"\bmax(?=\()", ("min", "sum")),
    (r"\bmin(?=\()", ("max",)),
    (r"\bany(?=\()", ("all",)),
    (r"\ball(?=\()", ("any",)),
    (r"\bnot in\b", ("in",)),
    (r"\bupper\b", ("lower",)),
    (r"\blower\b", ("upper",)),
    (r"\bstartswith\b", ("endswith",)),
    (r"\bendswith\b", ("startswith",)),
    (r"\[::-1\]", ("[::1]", "[:-1]")),
    (r", reverse=True", ("",)),
    (r"\+ 1\)(?=:)", (")",)),
    (r"\belif\b", ("if",)),
    (r"(?<=\()a(?= [-+*])", ("b",)),
)
_NUMBER = re.compile(r'(?<![\w"])\d+(?![\w"])')


def mutate(rng: random.Random, code: str) -> Mutant | None:
    """Break one place of `code`: a constant, an operator, a name or a `return`."""
    first = code.index("\n") + 1
    kind = rng.random()
    if kind < 0.2:
        found = _moved_return(rng, code)
        if found:
            return found
    if kind < 0.45:
        spots = list(_NUMBER.finditer(code, first))
        if spots:
            spot = rng.choice(spots)
            number = int(spot.group())
            return _replaced(code, spot, str(number + rng.choice((-1, 1)) if number else 1))
    choices = [
        (spot, new)
        for pattern, news in _SWAPS
        for spot in re.finditer(pattern, code)
        if spot.start() >= first
        for new in news
    ]
    if not choices:
        return None
    spot, new = rng.choice(choices)
    return _replaced(code, spot, new)


def _replaced(code: str, spot: re.Match[str], new: str) -> Mutant:
    line = code.count("\n", 0, spot.start()) + 1
    return Mutant(f"{code[: spot.start()]}{new}{code[spot.end() :]}", line, spot.group(), new)


def _moved_return(rng: random.Random, code: str) -> Mutant | None:
    """Lose the word `return` of the last line, or move that line into the loop above it."""
    lines = code.split("\n")
    last = lines[-1].strip()
    if len(lines) < 4 or not last.startswith("return "):
        return None
    inside = lines[-2].startswith("        ")
    if inside and rng.random() < 0.6:
        return Mutant(
            "\n".join([*lines[:-1], f"        {last}"]),
            len(lines),
            f"{last} after the loop",
            f"{last} inside the loop",
        )
    value = last.removeprefix("return ")
    return Mutant("\n".join([*lines[:-1], f"    {value}"]), len(lines), last, value)


def broken(
    rng: random.Random, level: int, least_lines: int = 2
) -> tuple[Program, str, list[Case], Mutant] | None:
    """A program with its name, its tests, and a mutant that fails at least one of them."""
    program, cases = tested(rng, any_program, level)
    # A broken `while` may never end, and generation runs in this process.
    if "while" in program.body or program.body.count("\n") + 2 < least_lines:
        return None
    program = renamed(rng, program)
    name = rng.choice(("f", "solve", *program.names))
    mutant = mutate(rng, program.code(name))
    if mutant is None or agrees(mutant.code, name, cases):
        return None
    return program, name, cases, mutant


_FIX = (
    "Fix the bug. The function should return {returns}.",
    "This function should return {returns}, but it is wrong. Fix it.",
    "{name} has a bug: it should return {returns}. Correct it.",
    "There is a mistake in this code, which should return {returns}. Repair it.",
    "Repair {name}. It is meant to return {returns}.",
    "Find and fix the error. Wanted: {returns}.",
    "My function {name} does not work. It should return {returns}. Please fix it.",
    "What is wrong here? It should return {returns}. Show the corrected function.",
    "Correct this function so that it returns {returns}.",
    "Debug {name}: the result should be {returns}.",
    "The code below is broken. It has to return {returns}. Fix it.",
    "I want {returns}, but this function gives something else. Fix the bug.",
    "Fix this Python function. It must return {returns}.",
    "Please correct the bug in {name}, which should return {returns}.",
    "Mend this function; it ought to return {returns}.",
)
_FAILING = (
    "{call} gives {given} but should give {wanted}.",
    "For {call} I get {given} instead of {wanted}.",
    "{call} should be {wanted}, not {given}.",
    "It returns {given} for {call}; expected {wanted}.",
    "Wrong case: {call} yields {given}, expected {wanted}.",
)


def fix(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Repair a function that has one bug."""
    made = broken(rng, level)
    if made is None:
        return None
    program, name, cases, mutant = made
    sentence = dress(
        rng, split, choose_core(rng, split, _FIX), name=name, returns=plain(program.returns)
    )
    if rng.random() < 0.4:
        hint = _failing(rng, split, name, cases, mutant)
        sentence = f"{sentence} {hint}" if hint else sentence
    thoughts = (
        f"line {mutant.line}: {mutant.was}, not {_shown(mutant.now)}",
        f"{hints(program, name)[1]} line {mutant.line} has {_shown(mutant.now)}; it needs "
        f"{mutant.was}.",
    )
    key = key_for(family, behaviour(program), f"{mutant.line} {mutant.was} {mutant.now}")
    return answer_item(
        family,
        key,
        level,
        f"{sentence}\n{fenced(mutant.code)}",
        program.code(name),
        name,
        cases,
        thoughts,
    )


def _shown(piece: str) -> str:
    return piece or "nothing"


def _failing(
    rng: random.Random, split: Split, name: str, cases: list[Case], mutant: Mutant
) -> str | None:
    function = function_of(mutant.code, name)
    for args, wanted in cases:
        given = result_of(function, tuple(args))
        if given != wanted and len(repr(args)) < 40 and "Error" not in str(given):
            shown = f"{name}({', '.join(map(repr, args))})"
            core = choose_core(rng, split, _FAILING)
            hint = core.format(call=shown, given=repr(given), wanted=repr(wanted))
            return hint if hint.isascii() and hint.isprintable() else None
    return None


_LINE = (
    "Which line has the bug? The function should return {returns}.",
    "{name} should return {returns}. In which line is the mistake?",
    "Give the number of the wrong line. Wanted: {returns}.",
    "One line is wrong. {name} should return {returns}. Which line is it?",
    "Where is the bug? It is meant to return {returns}. Answer with the line number.",
    "Find the line with the error. The function should return {returns}.",
    "This should return {returns}, but one line is wrong. What is its number?",
    "The result should be {returns}. Which line number is at fault?",
    "Name the faulty line of {name}, which should return {returns}.",
    "Locate the bug by line number. The function has to return {returns}.",
    "Line number of the bug? It should return {returns}.",
    "Tell me the line that is wrong. It should return {returns}.",
)


def bug_line(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Find the line of the bug, counted from 1 at the `def`."""
    made = broken(rng, level, least_lines=3)
    if made is None:
        return None
    program, name, _, mutant = made
    sentence = dress(
        rng, split, choose_core(rng, split, _LINE), name=name, returns=plain(program.returns)
    )
    return Item(
        domain="code",
        family=family,
        key=key_for(family, behaviour(program), f"{mutant.line} {mutant.was} {mutant.now}"),
        question=f"{sentence}\n{fenced(mutant.code)}",
        answer=str(mutant.line),
        thoughts_low=f"line {mutant.line}: {_shown(mutant.now)}",
        thoughts_high=f"{hints(program, name)[1]} line {mutant.line} has {_shown(mutant.now)} "
        f"where {mutant.was} is needed: line {mutant.line}.",
        check=Check("number", mutant.line),
        level=level,
    )


FAMILIES = (
    Family("fix_bug", "code", Fitting("fix_bug", fix), weight=2.0),
    Family("find_bug_line", "code", Fitting("find_bug_line", bug_line), weight=0.5),
)
