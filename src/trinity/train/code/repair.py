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
from trinity.train.wordings import choose_core, phrase


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
    "<I'd like|I would like|We need|I want> {name} to return {returns}. <It doesn't|It "
    "fails|It is buggy>. <Fix|Repair> it.",
    "<Could|Can|Would> you <fix|repair|debug|correct> {name}? It <should|must|has to> return "
    "{returns}.",
    "<Goal|Task|Wanted|Expected>: return {returns}. <The code fails|The code is wrong>. "
    "<Correct|Fix> it.",
    "<Something is|Something's> <wrong|off|not right> in {name}. It <should|is meant to> "
    "return {returns}. <Fix it|Help>.",
    "<Please fix|Please look at|Please debug|Kindly repair> the code below. <It is to|It "
    "should> return {returns}.",
    "<Bug|Broken code|Bug report>: {name} <should|must> return {returns}. <Please repair|Fix> it.",
    "<Expected|Desired> result: {returns}. <Change|Edit|Correct> the code so that it "
    "<works|does this>.",
    "Why does this <function|code> fail? It should return {returns}. <Show it fixed|Give a "
    "working version>.",
    "<A pupil|My colleague|Someone> wrote {name} to return {returns}. <It has a bug|It is "
    "wrong>. <Fix|Correct> it.",
    "<Rewrite|Give|Write|Show> this function without <its bug|the bug|its mistake>. It "
    "<should|must> return {returns}.",
    "<There is|There's> <one error|a slip|a bug> in {name}. It <has|is supposed> to return "
    "{returns}. <Repair|Fix> it.",
    "<Make|Get> {name} <right|work|work again>: it <should|must> return {returns}.",
    "<Tests fail|A test fails|The tests fail> for {name}. It <ought to|should> return "
    "{returns}. <Fix|Correct> the code.",
    "How <do|can|should|would> I <fix|repair|correct> {name} <so that it returns|to return> "
    "{returns}?",
    "What <must|do I have to|should I> change in {name}? It <should|has to> return {returns}. "
    "<Show|Give> the fixed code.",
    "<Spot|Find|Track down> the <bug|error|mistake> and <remove|correct|repair> it. The result "
    "<should|must> be {returns}.",
    "The <purpose|job> of {name} is to return {returns}, <but it has a bug|yet it fails>. "
    "<Fix|Mend> it.",
    "fix {name}, <should return|must return|meant to return> {returns}.",
    "<I was told to|I have to|I must> return {returns}. <What is|What's> wrong with my "
    "<code|function>? <Fix|Correct> it.",
    "One <place|spot|thing> in this <function|code> is wrong. It <should|must> return "
    "{returns}. <Put it right|Correct it>.",
    "{returns}: <that is what|that's what> {name} should return, <but it doesn't|but it "
    "fails>. <Fix|Repair> it.",
    "<Give|Show|Write> a <correct|working|repaired> version of {name}. It <should|has to> "
    "return {returns}.",
    "This <code|function> <misbehaves|gives wrong results>. It <should|is to> return "
    "{returns}. <Repair|Debug> it.",
    "<The author|The writer> of {name} made a <mistake|slip>. It <should|must> return "
    "{returns}. <Correct|Fix> it.",
    "<Review|Check> {name} and <correct|fix> it. <It should|It is meant to|It ought to> return "
    "{returns}.",
    "<Help me debug|Help me fix|Let's fix|Let us repair> {name}. The return value "
    "<should|must> be {returns}.",
    "<Since last week|Since yesterday> {name} is <broken|wrong>. It <should|must> return "
    "{returns}. <Fix|Repair> it.",
    "<I stared at it for an hour|I'm going mad|No idea why it fails>: it should return {returns}. "
    "<Fix it|Help>.",
    "<Code only|Just the code>: {name} without the bug, returning {returns}.",
    "pls fix, <want|need> {returns}",
)
_FAILING = (
    "{call} gives {given} but should give {wanted}.",
    "For {call} I get {given} instead of {wanted}.",
    "{call} should be {wanted}, not {given}.",
    "It returns {given} for {call}; expected {wanted}.",
    "Wrong case: {call} yields {given}, expected {wanted}.",
    "<Example|For example|For instance>, {call} <returns|gives|yields> {given}, <not|and "
    "not|instead of> {wanted}.",
    "<With|On|For> {call} <it returns|it gives|the result is|I see> {given}, <but|yet|while> "
    "{wanted} is <right|expected|needed>.",
    "{call} -- <got|result>: {given}, <expected|wanted|should be>: {wanted}.",
    "<Expected|Wanted>: {call} == {wanted}. <Got|Actual|What I get>: {given}.",
    "<I expected|I wanted|I hoped for> {wanted} from {call} <but|and> <got|received|saw> {given}.",
    "The <right|correct|proper> result of {call} is {wanted}; <it returns|it gives|the code "
    "gives> {given}.",
    "<When I run|When I call|If I try|If I test> {call}, <I get|it returns|out comes> {given}, "
    "not {wanted}.",
    "<A test|One test|My test> <fails|failed>: {call} <was|returned|gave> {given}, "
    "<expected|should be|not> {wanted}.",
    "<Instead of|Rather than> {wanted}, {call} <returns|gives|yields|produces> {given}.",
    "{given} <is what|is all that> {call} <returns|gives>; <it should be|I expect|the right "
    "answer is> {wanted}.",
    "{call} <must|has to|ought to> <return|give> {wanted} but <returns|gives> {given}.",
    "<Try|Run|Take|See> {call}: <it gives|you get|it returns> {given}, <though it should "
    "be|where I want> {wanted}.",
    "Why <does|would> {call} <return|give> {given}? <It should be|I want|Correct is> {wanted}.",
    "{wanted} is <correct|right|expected> for {call}, <but|yet> <it returns|I get|the code "
    "gives> {given}.",
    "<Failing|Failed> <case|test|example>: {call}, <wanted|expected> {wanted}, <got|found> "
    "{given}.",
    "assert {call} == {wanted} <fails|does not hold>: <got|it is|it returns> {given}.",
    "<At the moment|Now|Right now|Currently> {call} is {given}; it <should|must|ought to> be "
    "{wanted}.",
    "<Once fixed|After the fix|When repaired>, {call} should <be|return|give> {wanted}, not "
    "{given}.",
    "<My friend|A user|The tester> <called|ran|tried> {call} and got {given}, <not|instead of> "
    "{wanted}.",
    "<Wrong|Bad> <result|value>: {given} for {call}. <Right|Correct> would be {wanted}.",
    "<It says|It claims|The code says> {call} is {given}, <but|while> <it is|the answer is|it "
    "should be> {wanted}.",
    "{call} -- {given} is <wrong|not right|incorrect>, {wanted} is <right|wanted|needed>.",
    "<Change it so that|It should be that|Make sure that> {call} <returns|gives> {wanted} and "
    "not {given}.",
    "<In one case|In one test>, {call}, <the answer is|it returns> {given} where {wanted} is "
    "<due|expected>.",
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
    "<I wonder|I'd like to know|Tell me|Please say> which line of {name} is wrong. It "
    "<should|must> return {returns}.",
    "<Could|Can|Would> you <find|spot|locate|point out> the <wrong|faulty|bad> line? It should "
    "return {returns}.",
    "<line number|number> of the <wrong|faulty|buggy> line in {name}? it should return {returns}",
    "<Exactly one|One single|Just one> line below is <wrong|faulty>. Which? It <should|must> "
    "return {returns}.",
    "<Counting|Numbering> the lines from 1, which is wrong? {name} <should|has to> return "
    "{returns}.",
    "<Expected|Wanted|Desired> result: {returns}. <Which|What> line <breaks it|is wrong|is buggy>?",
    "{name} <should|must|ought to> return {returns}. <State|Give|Report> the number of the "
    "<wrong|bad> line.",
    "<Debug|Check|Review|Read> {name}: it should return {returns}. <On|In> which line is the "
    "<error|slip|bug>?",
    "<The def is line 1|The line with def is 1>. Which line has the <bug|error>? It should "
    "return {returns}.",
    "What line <must|should|do> I <change|fix|correct|repair> to return {returns}?",
    "<A pupil|My colleague|Someone> wrote {name} to return {returns}. <Which|What> line is "
    "<wrong|mistaken>?",
    "<Count the lines|Go through the lines> and <find|name> the wrong one. It <should|is to> "
    "return {returns}.",
    "To return {returns}, one line <must|has to> be <changed|fixed|corrected>. <Which|Which one>?",
    "<bug|error|mistake> in line ...? {name} <should|must> return {returns}",
    "Which line <makes|lets> {name} <fail|go wrong>? It <should|is supposed to> return {returns}.",
    "<At|In> <which|what> line does {name} go wrong? The <right|correct|wanted> result "
    "<is|would be> {returns}.",
    "The <purpose|job> of {name} is to return {returns}. <Which|What> line <spoils it|is "
    "wrong|has the bug>?",
    "<There is|There's> <an error|a bug|a slip> in one line. <Which|What number>? It should "
    "return {returns}.",
    "<If it is|If it's> to return {returns}, which line of this <code|function> is "
    "<wrong|mistaken|faulty>?",
    "<Point to|Identify|Determine|Pick out> the line with the <bug|mistake|slip>. It should "
    "return {returns}.",
    "Someone <broke|spoilt|damaged> one line of {name}. <Which line|What line>? It must return "
    "{returns}.",
    "<I need|I want|We need> {returns}, but <one line|a line> <below|in {name}> is wrong. "
    "Which <line |>number?",
    "<By its number|As a number>, which line is <to blame|at fault>? {name} should return "
    "{returns}.",
    "<Look for|Search for|Hunt down> the bug. In <which|what> line is it? <It should|It has "
    "to> return {returns}.",
    "<The line to fix|The wrong line|The line with the bug> in {name} is number ...? It should "
    "return {returns}.",
    "<I stared at it for an hour|No idea why it fails>: it should return {returns}. Which line is "
    "<wrong|bad>?",
    "<Just the number|Number only>: the wrong line. It should return {returns}.",
    "wich line is wrong, <want|need> {returns}",
)


def bug_line(rng: random.Random, split: Split, level: int, family: str) -> Item | None:
    """Find the line of the bug, counted from 1 at the `def`."""
    made = broken(rng, level, least_lines=3)
    if made is None:
        return None
    program, name, _, mutant = made
    sentence = phrase(rng, split, _LINE, name=name, returns=plain(program.returns))
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
