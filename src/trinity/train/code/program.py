"""What a generated function is: its text, its inputs, and what it does.

Themes build `Program`s; families ask for them in different ways. Two programs that give the same
results on the probes of their inputs are one instance, however they are written or described.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from trinity.train.code.inputs import KINDS, Hints, hints_in, probes
from trinity.train.items import split_of
from trinity.train.sandbox import define

_RAISED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    TypeError,
    ValueError,
)
Args = tuple[Any, ...]
Case = list[Any]
"""`[arguments, expected]`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One function, with its description in words.

    In the texts a parameter stands in brackets: `the sum of [xs]`.
    """

    params: tuple[tuple[str, str], ...]
    """Name and kind of each, e.g. `("xs", "ints")`; kinds are those of `inputs.KINDS`."""
    body: str
    """The lines below `def`, indented from column 0; `@` stands for the function's own name."""
    returns: str
    """Completes "a function that returns ..."."""
    does: str
    """Completes "a function that ..."."""
    names: tuple[str, ...]
    """Names that fit the function."""
    plan: str
    """How it is written, step by step."""
    short: str
    """The essential step."""

    def code(self, name: str) -> str:
        """The function's text under this name."""
        lines = self.body.replace("@", name).split("\n")
        return "\n".join([f"def {self.signature(name)}:", *(f"    {line}" for line in lines)])

    def signature(self, name: str) -> str:
        """`name(a, b)`."""
        return f"{name}({', '.join(param for param, _ in self.params)})"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the parameters."""
        return tuple(kind for _, kind in self.params)


def main_line(body: str) -> str:
    """The line that says most: the longest one."""
    return max((line.strip() for line in body.split("\n")), key=len).removeprefix("return ")[:80]


def compose(
    params: tuple[tuple[str, str], ...],
    body: str,
    returns: str,
    plan: str,
    names: str,
    does: str = "",
    short: str = "",
) -> Program:
    """A program, with its names in one string; what it does may follow from what it returns."""
    return Program(
        params=params,
        body=body,
        returns=returns,
        does=does or f"returns {returns}",
        names=tuple(names.split()),
        plan=plan,
        short=short or main_line(body),
    )


Build = Callable[[random.Random, int], Program]
"""Makes a program of a level from 1 to 5."""


@lru_cache(maxsize=20_000)
def function_of(code: str, name: str) -> Callable[..., Any]:
    """The generated function, ready to call."""
    return define(code, name)


@lru_cache(maxsize=100_000)
def _behaviour(code: str, kinds: tuple[str, ...]) -> str:
    function = function_of(code, "f")
    results = [result_of(function, args) for args in probes(kinds)]
    return hashlib.sha256(repr((kinds, results)).encode()).hexdigest()[:16]


def behaviour(program: Program) -> str:
    """A hash of what the program returns for a fixed set of inputs."""
    return _behaviour(program.code("f"), program.kinds)


def result_of(function: Callable[..., Any], args: Args) -> Any:
    """What a generated function returns for a copy of `args`, or the name of its error."""
    try:
        return function(*_copied(args))
    except _RAISED as error:
        return type(error).__name__


def key_for(family: str, instance: str, detail: str = "") -> str:
    """The key of an item about `instance`, which gets the same split in every family.

    Else a function kept for testing in one family could be shown in another one's training items.
    A counter is added until `split_of` agrees; one instance and detail always give one key.
    """
    wanted = split_of("code", instance)
    key = f"{instance} {detail}".strip()
    counter = 0
    while split_of(family, key) is not wanted:
        counter += 1
        key = f"{instance} {detail} {counter}"
    return key


def cases_for(rng: random.Random, program: Program, count: int = 8) -> list[Case]:
    """Test cases: the edge cases for which the function is defined, then random ones."""
    function = function_of(program.code("f"), "f")
    hints = hints_in(program.body)
    cases: list[Case] = []
    seen: set[str] = set()
    for attempt in range(count * 6):
        args = _edge(program.kinds, attempt) if attempt < 3 else draw_args(rng, program, hints)
        if repr(args) in seen:
            continue
        seen.add(repr(args))
        expected = result_of(function, args)
        if not _is_error(expected):
            cases.append([list(args), expected])
        if len(cases) == count:
            break
    return cases


def draw_args(rng: random.Random, program: Program, hints: Hints | None = None) -> Args:
    """Arguments for the function, often near the constants in its code."""
    hints = hints or hints_in(program.body)
    return tuple(KINDS[kind].draw(rng, hints) for kind in program.kinds)


def call(program: Program, args: Args) -> Any:
    """What the function returns; the name of the error where it raises."""
    return result_of(function_of(program.code("f"), "f"), args)


def agrees(code: str, name: str, cases: list[Case]) -> bool:
    """Whether generated `code` passes the cases, run in this process."""
    function = function_of(code, name)
    return all(_equal(result_of(function, tuple(args)), expected) for args, expected in cases)


def _equal(given: Any, expected: Any) -> bool:
    return type(given) is type(expected) and given == expected


def _edge(kinds: tuple[str, ...], index: int) -> Args:
    edges = [KINDS[kind].edges for kind in kinds]
    return tuple(edge[index % len(edge)] for edge in edges)


def _copied(args: Args) -> Args:
    return tuple(arg.copy() if isinstance(arg, list | dict) else arg for arg in args)


def _is_error(result: Any) -> bool:
    return isinstance(result, str) and re.fullmatch(r"[A-Z]\w*Error", result) is not None
