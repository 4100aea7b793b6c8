"""The family that mends or writes a function with its tests at hand: run, read, mend, run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy

from trinity.train.agentic.making import Solved, call_of, step, worded
from trinity.train.code.program import Case, behaviour, function_of, key_for
from trinity.train.code.repair import broken
from trinity.train.code.wording import fenced, plain, renamed
from trinity.train.code.writing import any_program, hints, tested
from trinity.train.items import Call, Check, Split
from trinity.train.sandbox import first_failure
from trinity.train.tools import RUN_TESTS

_FAMILY = "repair_with_tests"
_REPAIR = (
    "Run the tests and fix this function. It should return {returns}.",
    "The tests of {name} fail. Find out why and repair it. It should return {returns}.",
    "{name} should return {returns}. Test it and correct it.",
    "Make the tests of this code pass: it is to return {returns}.",
    "Why do the tests fail? Fix {name}, which should return {returns}.",
    "<Use|Run> the tests to <find|locate|track down> the bug, then fix it. Wanted: {returns}.",
    "<My|Our> build is red<|: {name} fails>. It must return {returns}. <Fix it|Repair the code>.",
    "<Test|Try> {name} and <mend|repair|fix> what is wrong. It <should|must> return {returns}.",
    "I changed {name} and <something broke|now a test fails>. It should return {returns}. Mend it?",
    "<Debug|Repair|Correct> this <with|using> the tests: it has to return {returns}.",
    "Run the tests, read the <report|failure>, <patch|fix> the code. Goal: return {returns}.",
    "{name} <ought to|should> give {returns}, <but it fails|yet it does not>. <Test and fix "
    "it|Fix>.",
    "{returns}: {name} does not return that. <Run the tests|Test it> and <fix|repair> it.",
    "<Get|Turn> the tests of {name} <green|to pass>. It returns {returns} when right.",
    "tests fail, pls fix. wanted: {returns}",
    "<There is|I found> a bug in {name}, meant to return {returns}. <Test|Run> and <correct|fix> "
    "it.",
    "<A colleague|An intern|My friend> wrote this to return {returns}. It fails. <Test|Run> it, "
    "fix it.",
    "<Before I commit|Before the release>, <repair|correct> {name}. It must return {returns}.",
    "<Find|Spot> the <mistake|error> with the tests and give me code that returns {returns}.",
    "<The report|The test run> says {name} is <broken|wrong>. It should return {returns}. Fix "
    "that.",
    "<Fix|Patch> the function until <all tests|the tests> pass. It is meant to return {returns}.",
    "This must return {returns}, <but the tests are red|but tests fail>. <Fix it|Correct it>.",
    "<I am stuck|I give up>: {name} fails. <Could|Can> you <test|run> and mend it? Goal: "
    "{returns}.",
    "<Here is|This is> {name}. <Tests first|Run the tests>, then <a fix|mended code>. "
    "It returns {returns}.",
    "<Repair|Mend|Heal> {name}<| for me>. <You have the tests|Use the tests>. It returns "
    "{returns}.",
)  # fmt: skip
_CHECK = (
    "Does {name} pass its tests? If not, fix it. It should return {returns}.",
    "Test {name}, which returns {returns}. Repair it if needed.",
    "Is this right? It should return {returns}. Run the tests, fix what fails.",
    "I am not sure about {name}. It should return {returns}. Test it, mend it if broken.",
    "Check this with the tests: it should return {returns}. Give me the right code.",
    "<Can|Could> you <test|check> {name}? It <should|must> return {returns}. Mend it if it is "
    "wrong.",
    "<Maybe|Perhaps> there is a bug here. It is to return {returns}. <Run|Try> the tests.",
    "<Review|Verify|Check> {name} with run_tests; it <should|must> return {returns}. Send good "
    "code.",
    "<Before I merge|Before I go|To be safe>, test this. It returns {returns}, <I think|I hope>.",
    "<Is there|Could there be> a bug in {name}? It <should|must> return {returns}. <Test|Run> it.",
    "<A pupil|My brother|A bot> wrote this to return {returns}. <Right or not|Is it ok>? Test, "
    "fix.",
    "<Run|Try> the tests of {name}. <If they pass, send it back|If red, fix it>. Goal: {returns}.",
    "it should return {returns}. <ok or not|does it>? <test it|run it> and send the right code",
    "<All good|Fine like this>? {name} should return {returns}. <Test it|See what the tests say>.",
    "I <doubt|wonder> whether {name} returns {returns}. <Run the tests|Test it>, correct it if "
    "not.",
    "<Make sure|See to it> that {name} returns {returns}. <Use the tests|Run the tests>.",
    "{name}: {returns}. <Tested|Correct>? <If not, mend it|Else repair it>.",
    "<Would|Will> this pass? It is for {returns}. <Run|Use> the tests and answer with good code.",
    "<Test|Examine> the code below<| first>. It <should|ought to> return {returns}. Fix any bug.",
    "<Please confirm|Confirm> that this returns {returns}, by tests; <otherwise|if not> fix it.",
)  # fmt: skip
"""Where there may be nothing to mend."""
_WRITE = (
    "Write {sig} that returns {returns}, and test it.",
    "Write {sig} so that it passes its tests. It returns {returns}.",
    "Implement {sig}: return {returns}. Run the tests first.",
    "Code {sig}, which should return {returns}. Check it with the tests.",
    "I need {sig} to return {returns}. Only tested code, please.",
    "<Write|Make|Define> a <tested|checked> function {sig} returning {returns}.",
    "<Could|Can> you <write|code> {sig} (it returns {returns}) and <run|try> the tests?",
    "<The tests are there|There are tests>, the code is not: {sig} <should|must> return {returns}.",
    "<Wanted|Needed|To do>: {sig}, returns {returns}. <Test before you answer|With tests>.",
    "<Fill the gap|Missing>: {sig}. It <should|has to> return {returns}. <Test it|Verify it>.",
    "{sig} <has to|should> return {returns}. <Write it and test it|Write it, run the tests>.",
    "<Test-driven|Tests first>: <write|implement> {sig} <to return|returning> {returns}.",
    "<Build|Create> {sig} and <make sure|verify> the tests pass. Result: {returns}.",
    "write {sig}, {returns}. <use|run> run_tests",
    "Python: {sig} gives {returns}. <Tested|Checked>!",
    "<My team|My boss> wants {sig} to return {returns}, <tested|with green tests>.",
    "<Please|Kindly> <write|supply> {sig} returning {returns} and <check|test> it.",
    "<Let {sig} return {returns}|{sig} returns {returns}>. <Prove it|Show it> with the tests.",
    "<Draft|Code up> {sig} for {returns}. <Run it|Try it> <first|before you reply>.",
    "<How do I write|What is> {sig}, if it returns {returns}? <Test your answer|Test it>.",
)  # fmt: skip


def report_of(code: str, name: str, cases: Sequence[Case]) -> str:
    """What `run_tests` says of code that Trinity wrote, found in this process."""
    failure = first_failure(function_of(code, name), name, deepcopy(cases))
    return f"passed {len(cases)} of {len(cases)}" if failure is None else failure.text


def repair_with_tests(rng: random.Random, split: Split, level: int) -> Solved | None:
    """Mend a function with one bug, or write one; sometimes there is nothing to mend."""
    del split
    return _written(rng, level) if rng.random() < 0.25 else _repaired(rng, level)


def _repaired(rng: random.Random, level: int) -> Solved | None:
    made = broken(rng, level)
    if made is None:
        return None
    program, name, cases, mutant = made
    code, report = program.code(name), report_of(mutant.code, name, cases)
    # Where Python's own limits speak, the sandbox's speak differently.
    if not report.startswith(f"{name}(") or "RecursionError" in report or not report.isascii():
        return None
    passed = report_of(code, name, cases)
    slots = {"name": name, "returns": plain(program.returns)}
    check = Check("program", {"function": name, "cases": cases})
    if rng.random() < 0.12:
        return Solved(
            key=key_for(_FAMILY, behaviour(program), "sound"),
            slots=slots, variant="check", below=fenced(code), answer=fenced(code),
            low=passed, high=f"{passed}: there is no bug to mend.", check=check, tools=(RUN_TESTS,),
            steps=(step("test it", "run the tests on the code.", _run(code, passed)),),
        )  # fmt: skip
    now = mutant.now or "nothing"
    fix = f"line {mutant.line}: {mutant.was}, not {now}"
    why = f"{hints(program, name)[1]} line {mutant.line} has {now}; it needs {mutant.was}."
    return Solved(
        key=key_for(_FAMILY, behaviour(program), f"{mutant.line} {mutant.was} {mutant.now}"),
        slots=slots,
        variant="repair" if rng.random() < 0.75 else "check",
        below=fenced(mutant.code),
        answer=fenced(code),
        low=passed,
        high=f"{passed}: the mended code is right.",
        check=check,
        tools=(RUN_TESTS,),
        steps=(
            step("test it", "run the tests on the code.", _run(mutant.code, report)),
            step(fix, why, _run(code, passed)),
        ),
    )


def _written(rng: random.Random, level: int) -> Solved:
    program, cases = tested(rng, any_program, level)
    program = renamed(rng, program)
    name = rng.choice(program.names)
    code = program.code(name)
    passed = report_of(code, name, cases)
    short, plan = hints(program, name)
    return Solved(
        key=key_for(_FAMILY, behaviour(program), "write"),
        slots={"sig": program.signature(name), "returns": plain(program.returns)},
        variant="write",
        answer=fenced(code),
        low=passed,
        high=f"{passed}: the code is right.",
        check=Check("program", {"function": name, "cases": cases}),
        tools=(RUN_TESTS,),
        steps=(step(short, plan, _run(code, passed)),),
    )


def _run(code: str, report: str) -> Call:
    return call_of(RUN_TESTS.name, {"code": code}, report)


FAMILIES = (
    worded(
        _FAMILY,
        "code",
        repair_with_tests,
        {"repair": _REPAIR, "check": _CHECK, "write": _WRITE},
        weight=2.0,
    ),
)
