"""Families whose answer is a function: from a description, a docstring, examples or a blank."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from trinity.train.code.arithmetic import formula
from trinity.train.code.classics import CLASSICS
from trinity.train.code.dictionaries import dictionary
from trinity.train.code.lists import transform
from trinity.train.code.loops import loop
from trinity.train.code.predicates import predicate
from trinity.train.code.program import (
    Build,
    Case,
    Program,
    behaviour,
    cases_for,
    key_for,
)
from trinity.train.code.recursion import recursion
from trinity.train.code.reductions import reduction
from trinity.train.code.strings import string_function
from trinity.train.code.wording import dress, fenced, plain, renamed, task
from trinity.train.code.words import word_list
from trinity.train.items import Check, Family, Item, Split
from trinity.train.wordings import choose_core

MAX_QUESTION_CHARS = 350
MAX_ANSWER_CHARS = 250
MAX_THOUGHTS_CHARS = 250


@dataclass(frozen=True, slots=True)
class WithClassics:
    """A theme's builder that sometimes, at the easier levels, gives one of its classics."""

    theme: str
    build: Build

    def __call__(self, rng: random.Random, level: int) -> Program:
        """Make a program of `level`."""
        classics = CLASSICS.get(self.theme)
        if classics and level <= 3 and rng.random() < 0.15:
            return rng.choice(classics)
        return self.build(rng, level)


_BUILDERS: dict[str, Build] = {
    "arithmetic": formula,
    "predicates": predicate,
    "reductions": reduction,
    "lists": transform,
    "strings": string_function,
    "words": word_list,
    "dictionaries": dictionary,
    "loops": loop,
    "recursion": recursion,
}
THEMES: dict[str, Build] = {theme: WithClassics(theme, build) for theme, build in _BUILDERS.items()}


def any_program(rng: random.Random, level: int) -> Program:
    """A program of any theme."""
    return THEMES[rng.choice(tuple(THEMES))](rng, level)


def tested(rng: random.Random, build: Build, level: int) -> tuple[Program, list[Case]]:
    """A program and its test cases; one that always gives the same is drawn anew."""
    while True:
        program = build(rng, level)
        cases = cases_for(rng, program)
        if len(cases) >= 6 and len({repr(expected) for _, expected in cases}) > 1:
            return program, cases


def answer_item(
    family: str,
    key: str,
    level: int,
    question: str,
    code: str,
    name: str,
    cases: list[Case],
    thoughts: tuple[str, str],
) -> Item:
    """An item answered by a function and judged by running it."""
    return Item(
        domain="code",
        family=family,
        key=key,
        question=question,
        answer=fenced(code),
        thoughts_low=thoughts[0],
        thoughts_high=thoughts[1],
        check=Check("program", {"function": name, "cases": cases}),
        level=level,
    )


def hints(program: Program, name: str) -> tuple[str, str]:
    """The short and the long thoughts, with the function's own name."""
    return program.short.replace("@", name), program.plan.replace("@", name)


def fits(item: Item) -> bool:
    """Whether the item stays within the small model's context."""
    return (
        len(item.question) <= MAX_QUESTION_CHARS
        and len(item.answer) <= MAX_ANSWER_CHARS
        and len(item.thoughts_high) <= MAX_THOUGHTS_CHARS
    )


@dataclass(frozen=True, slots=True)
class Fitting:
    """The `make` of a code family: a picklable callable that draws until an item fits."""

    name: str
    attempt: Callable[[random.Random, Split, int, str], Item | None]

    def __call__(self, rng: random.Random, split: Split, level: int) -> Item:
        """Make one item of `level`, worded for `split`."""
        while True:
            item = self.attempt(rng, split, level, self.name)
            if item is not None and fits(item):
                return item


@dataclass(frozen=True, slots=True)
class Described:
    """Write a function of one theme from its description."""

    build: Build

    def __call__(self, rng: random.Random, split: Split, level: int, family: str) -> Item:
        """Make one item."""
        program, cases = tested(rng, self.build, level)
        question, name, shown = task(rng, split, program)
        key = key_for(family, behaviour(program))
        thoughts = hints(shown, name)
        return answer_item(family, key, level, question, shown.code(name), name, cases, thoughts)


_DOCSTRING = (
    "Complete this function:",
    "Fill in the body of this function:",
    "Write the code that the docstring asks for:",
    "Finish this Python function:",
    "Turn this docstring into code:",
    "Implement this:",
    "What code is missing here? Write the whole function.",
    "The body is missing. Please add it:",
    "Here is a docstring. Write the function.",
    "Make this function do what its docstring says:",
    "Write this function:",
    "Complete the code:",
    "Please write the body:",
    "Can you complete this?",
    "Add the code below the docstring:",
    "<Could|Can|Would> you <finish|fill in|write|code> <this|this function|the function below>?",
    "<Would you mind|How about> <finishing|completing|writing> this function<| for me>?",
    "<The docstring|The text|The comment> <says|tells|explains> what to do. <Write|Code> "
    "<it|the function>:",
    "<I need|I want|I'd like|We need> the <code|body|full code> <of|for> this function:",
    "<Read|Look at|Follow|Use> the docstring and <write|complete|implement> the function:",
    "<Only|So far only> the <head|first line> and the docstring <are there|exist>. <Write|Add> "
    "the rest:",
    "<What|Which> <code|Python code> <does|would do> what <the docstring|this docstring> says?",
    "<Implement|Code|Program|Define> the function <described|given|started|begun> <here|below>:",
    "How <would|do|can|should> <you|I> <finish|complete|implement> this function?",
    "<Supply|Provide|Produce|Give> the <missing|remaining> <code|lines|part>:",
    "<Given|Starting from|Based on> this <docstring|head and docstring>, <write|give> the "
    "<full|whole> function:",
    "<The rest|The body|The code> is <up to you|for you to write|still missing>:",
    "<Bring|Put> this <docstring|stub> into <working |>Python code:",
    "This is <only|just> a stub. <Turn it into|Make it> a working function:",
    "<function body|body|code|implementation>, please:",
    "<Continue|Carry on|Go on> <with|from> this <function|code>:",
    "<Let|Have> this function return what its docstring <says|promises|asks for>:",
    "<My teacher|The exercise|The client> gave me this <start|stub|beginning>. "
    "<Finish|Complete> it:",
    "What <would|should|does> the <full|whole|finished> function look like?",
    "<I am|I'm> <stuck|lost> <here|after the docstring>. <Write|Finish|Complete> the function:",
    "<Make|Let> this <function |>work <as|the way> its docstring <says|asks>:",
    "<Take|Here is|You get> a function <head|stub> with its docstring. <Write|Give> the "
    "<full|whole> code:",
    "<Replace|Follow> the docstring with <the code it describes|code that does it|working code>:",
    "<Spell|Write|Type> out the <function|whole function> that <starts|begins> like this:",
    "<Let's|Let us|Now let's> <write|finish|complete> this function:",
)


def docstring(rng: random.Random, split: Split, level: int, family: str) -> Item:
    """Write a function from its first line and its docstring."""
    program, cases = tested(rng, any_program, level)
    program = renamed(rng, program)
    name = rng.choice(("f", "solve", *program.names))
    text = plain(program.returns)
    head = f'def {program.signature(name)}:\n    """Return {text}."""'
    question = (
        f"{dress(rng, split, choose_core(rng, split, _DOCSTRING))}\n"
        f"{fenced(head) if rng.random() < 0.7 else head}"
    )
    thoughts = hints(program, name)
    key = key_for(family, behaviour(program))
    return answer_item(family, key, level, question, program.code(name), name, cases, thoughts)


_COMPLETE = (
    "The function should return {returns}. Replace the ___ in it:",
    "Fill the gap ___ so that {name} returns {returns}:",
    "This function returns {returns}, but ___ hides a part. Write it in full:",
    "Complete the function: it returns {returns}.",
    "What belongs at ___? The result should be {returns}.",
    "Write the whole function. It returns {returns}.",
    "{name} must return {returns}. Fill in the blank:",
    "One part is missing (___). The function returns {returns}. Complete it:",
    "Replace ___ to make {name} return {returns}:",
    "Finish the code so that it gives {returns}:",
    "Complete the code below, which returns {returns}.",
    "Put in what is missing. {name} should return {returns}.",
    "Here is a function with a gap. It should return {returns}. Show it complete:",
    "Please fill in ___: the function returns {returns}.",
    "Close the gap in {name}, which has to return {returns}:",
    "<Could|Can|Would> you <fill in|replace|complete> the ___? {name} <should|must|has to> "
    "return {returns}.",
    "<Would you mind filling|Please fill> the gap ___ in {name}: it <returns|should return> "
    "{returns}.",
    "{name} <is to|should|ought to> return {returns}. <Write|Give|Show> it <without|with no> "
    "<gap|blank>:",
    "<I lost|I forgot|I can't read> the part at ___. The function <returns|should return> "
    "{returns}. <Complete|Finish> it:",
    "<I'd like|We need|I want> the <full|whole|complete> code of {name}. It returns {returns}:",
    "What <goes|has to go|should be> <where ___ stands|in place of ___>? {name} returns "
    "{returns}. <Show it in full|Write it all>:",
    "<Put in|Insert> the right <code|piece> for ___. The function <should|must> return {returns}:",
    "<To return|In order to return> {returns}, what must ___ be? <Write|Show> the <full|whole> "
    "function:",
    "<Gap|Blank|Missing part>: ___. <Result|Return value>: {returns}. <Write|Give> the "
    "<whole|full> function:",
    "<Someone|My teacher|A colleague> <blanked out|hid|erased> a part of {name}. It returns "
    "{returns}. <Restore|Complete> it:",
    "<Restore|Rebuild|Recover> {name}, which <returns|should return|has to return> {returns}:",
    "How <does|would|should> {name} read without the ___? It <returns|should return> {returns}.",
    "<Swap|Exchange> the ___ for <code|the code> that <makes|lets> {name} return {returns}:",
    "{name} <returns|gives back|should return> {returns}. ___ = ? <Give|Write> the "
    "<whole|full> function:",
    "<Make|Let> the function below return {returns} by <filling in|replacing> ___:",
    "<Without|Lacking> <one part|a part>, {name} cannot return {returns}. <Add|Supply> <it|the "
    "part>:",
    "<There is|There's> a <gap|hole|blank> in this <code|function>. It <returns|should return> "
    "{returns}. <Fill|Close> it:",
    "<Work out|Find|Figure out|Guess> the <hidden|missing> part and write {name} <out|in "
    "full>. It returns {returns}:",
    "fill the <blank|gap>, {name} <returns|should return> {returns}:",
    "<Given|Knowing> that {name} returns {returns}, <fill in the blank|complete the "
    "code|replace ___>:",
    "The <purpose|job> of {name} is to return {returns}. <Complete|Finish> the <code|function>:",
    "<Which|What> code <is hidden by|stands behind|belongs at> ___? The function returns "
    "{returns}. <Show it whole|Write it out>:",
    "<Expected|Wanted|Needed>: a function {name} that returns {returns}. <Fill the "
    "gap|Complete it>:",
    "<My code|My function|This code> <has|still has> a ___ in it. It should return {returns}. "
    "<Finish|Complete> it:",
    "<Here|Below> {name} has <a blank|a gap|a hole> at ___. <Write|Print> it <complete|in "
    "full>; it returns {returns}:",
    "<Type out|Spell out|Write out> {name} with ___ <filled in|replaced>. It <returns|must "
    "return> {returns}:",
)
_TOKENS = re.compile(
    r"\b\d+\b|[<>=!]=|[<>](?!=)|(?<= )(?:\*\*|//|[-+*%])(?= )|"
    r"\b(?:sum|max|min|len|sorted|any|all|and|or|upper|lower|startswith|endswith|"
    r"append|join|range|abs)\b|(?<=\bif ).+?(?=[\])}]?$|:$)",
    re.MULTILINE,
)


def complete(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Write a function of which one part is hidden."""
    program, cases = tested(rng, any_program, level)
    program = renamed(rng, program)
    name = rng.choice(("f", "solve", *program.names))
    code = program.code(name)
    gaps = list(_TOKENS.finditer(code, code.index("\n")))
    if not gaps:
        return None
    gap = rng.choice(gaps)
    if any(gap.group().count(a) != gap.group().count(b) for a, b in ("()", "[]", "{}")):
        return None
    shown = f"{code[: gap.start()]}___{code[gap.end() :]}"
    core = choose_core(rng, split, _COMPLETE)
    sentence = dress(rng, split, core, name=name, returns=plain(program.returns))
    key = key_for(family, behaviour(program), gap.group())
    thoughts = (f"___ is {gap.group()}", f"{hints(program, name)[1]} ___ is {gap.group()}.")
    return answer_item(
        family, key, level, f"{sentence}\n{fenced(shown)}", code, name, cases, thoughts
    )


FAMILIES = (
    *(
        Family(f"write_{theme}", "code", Fitting(f"write_{theme}", Described(build)), weight=2.0)
        for theme, build in THEMES.items()
    ),
    Family("write_from_docstring", "code", Fitting("write_from_docstring", docstring), weight=1.5),
    Family("complete_function", "code", Fitting("complete_function", complete)),
)
