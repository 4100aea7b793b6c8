import ast
import random
import re

import pytest

from trinity.train.code import FAMILIES, unseen
from trinity.train.code.inputs import KINDS, hints_in, probes
from trinity.train.code.program import (
    agrees,
    behaviour,
    call,
    cases_for,
    compose,
    key_for,
    main_line,
)
from trinity.train.code.repair import broken, mutate
from trinity.train.code.steps import string_step
from trinity.train.code.wording import (
    ENDINGS,
    OPENERS,
    TEST_ENDINGS,
    TEST_OPENERS,
    WITH_SIGNATURE,
    WITHOUT_SIGNATURE,
    mention,
    renamed,
    takes,
    task,
)
from trinity.train.code.writing import (
    MAX_ANSWER_CHARS,
    MAX_QUESTION_CHARS,
    MAX_THOUGHTS_CHARS,
    THEMES,
)
from trinity.train.items import Family, Item, Split, draw, split_of
from trinity.train.sandbox import passes_tests_many
from trinity.train.verify import extract_code, judge

LEVELS = range(1, 6)
BY_NAME = {family.name: family for family in FAMILIES}


def sample(family: Family, count: int, seed: int = 0) -> list[Item]:
    rng = random.Random(seed)
    splits = tuple(Split)
    return [family.make(rng, splits[i % 3], level) for level in LEVELS for i in range(count)]


families = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def test_names_are_unique_and_three_families_are_held_out() -> None:
    assert len(BY_NAME) == len(FAMILIES)
    assert sum(family.held_out for family in FAMILIES) == 3
    assert {family.domain for family in FAMILIES} == {"code"}


@families
def test_items_are_complete_and_short(family: Family) -> None:
    for item in sample(family, 12):
        assert item.family == family.name
        assert item.domain == "code"
        assert item.question
        assert item.answer
        assert item.thoughts_low
        assert item.thoughts_high
        assert len(item.question) <= MAX_QUESTION_CHARS
        assert len(item.answer) <= MAX_ANSWER_CHARS
        assert len(item.thoughts_high) <= MAX_THOUGHTS_CHARS
        everything = item.question + item.thoughts_low + item.thoughts_high + item.answer
        assert everything.isascii()
        assert "@" not in everything
        if family.name in {f"write_{theme}" for theme in THEMES}:
            assert not re.search(r"\[\w+\]", item.question)


@families
def test_the_same_seed_gives_the_same_items(family: Family) -> None:
    assert sample(family, 3, seed=5) == sample(family, 3, seed=5)


@families
def test_every_split_is_reachable(family: Family) -> None:
    rng = random.Random(1)
    for split in Split:
        item = draw(family, split, rng)
        assert family.held_out or split_of(family.name, item.key) is split


def test_answers_pass_their_own_checks_in_the_sandbox() -> None:
    items = [item for family in FAMILIES for item in sample(family, 6, seed=2)]
    programs = [item for item in items if item.check.kind == "program"]
    codes = [extract_code(item.answer) for item in programs]
    verdicts = passes_tests_many(codes, [item.check.payload for item in programs])
    failed = [item for item, passed in zip(programs, verdicts, strict=True) if not passed]
    assert failed == []
    assert all(judge(item.check, item.answer) for item in items if item.check.kind != "program")


def test_an_answer_passes_under_another_name() -> None:
    item = BY_NAME["write_lists"].make(random.Random(3), Split.TRAIN, 2)
    code = extract_code(item.answer)
    other = code.replace(f"def {item.check.payload['function']}(", "def anything(")
    assert passes_tests_many([other], [item.check.payload]) == [True]


def test_the_code_to_be_fixed_fails_in_the_sandbox() -> None:
    items = sample(BY_NAME["fix_bug"], 8, seed=4)
    shown = [extract_code(item.question) for item in items]
    assert not any(passes_tests_many(shown, [item.check.payload for item in items]))


def test_there_are_thousands_of_behaviours() -> None:
    rng = random.Random(0)
    keys = {
        behaviour(build(rng, level))
        for build in THEMES.values()
        for level in LEVELS
        for _ in range(190)
    }
    assert len(keys) >= 5_000


def test_unseen_functions_do_what_no_trained_function_does() -> None:
    rng = random.Random(6)
    trained = {
        behaviour(build(rng, level))
        for build in THEMES.values()
        for level in LEVELS
        for _ in range(60)
    }
    held = {
        behaviour(build(rng, level))
        for build in (unseen.ranked, unseen.runs, unseen.weave)
        for level in LEVELS
        for _ in range(40)
    }
    assert len(held) > 60
    assert not trained & held


def test_a_behaviour_has_one_split_in_all_families() -> None:
    for number in range(40):
        instance = f"{number:016x}"
        splits = {split_of(name, key_for(name, instance, "detail")) for name in BY_NAME}
        assert splits == {split_of("code", instance)}


def test_behaviour_ignores_how_a_function_is_written() -> None:
    params = (("xs", "ints"),)
    loop = "total = 0\nfor x in xs:\n    total += x\nreturn total"
    programs = [compose(params, body, "", "", "f") for body in ("return sum(xs)", loop)]
    other = compose(params, "return sum(xs) + 1", "", "", "f")
    assert behaviour(programs[0]) == behaviour(programs[1]) != behaviour(other)


@pytest.mark.parametrize("theme", THEMES)
def test_programs_are_deterministic_and_leave_their_arguments_alone(theme: str) -> None:
    rng = random.Random(7)
    for level in LEVELS:
        program = THEMES[theme](rng, level)
        for args, expected in cases_for(rng, program):
            before = repr(args)
            assert call(program, tuple(args)) == expected
            assert repr(args) == before


@pytest.mark.parametrize("theme", THEMES)
def test_code_is_two_to_eight_lines_and_answers_any_edge_case(theme: str) -> None:
    rng = random.Random(8)
    for level in LEVELS:
        for _ in range(20):
            program = THEMES[theme](rng, level)
            assert 2 <= program.code("f").count("\n") + 1 <= 10
            ast.parse(program.code("f"))
            assert len(cases_for(rng, program)) >= 6


def test_test_questions_are_worded_as_no_training_question_is() -> None:
    for cores in (WITH_SIGNATURE, WITHOUT_SIGNATURE):
        assert len(cores) >= 12
        assert len(set(cores)) == len(cores)
    program = compose((("n", "int"),), "return n + 1", "X", "", "f", does="X")
    worded = {split: set() for split in Split}
    for split in Split:
        rng = random.Random(9)
        for _ in range(1500):
            worded[split].add(stripped(task(rng, split, program)[0]))
    assert not worded[Split.TEST] & worded[Split.TRAIN]
    assert worded[Split.VALIDATION] <= worded[Split.TRAIN] | worded[Split.VALIDATION]


def stripped(question: str) -> str:
    for opener in {*OPENERS, *TEST_OPENERS}:
        question = question.removeprefix(opener) if opener else question
    for ending in {*ENDINGS, *TEST_ENDINGS}:
        question = question.removesuffix(ending) if ending else question
    question = re.sub(r"\b(?:f|solve)\(?(?:n|x|num|number)?\)?", "F", question)
    return question.lower().rstrip(".?")


def test_renaming_spares_constants_in_quotes() -> None:
    program = compose((("s", "text"),), 'return s.count("s")', 'the letters "s" in [s]', "", "f")
    new = next(
        shown
        for seed in range(50)
        if (shown := renamed(random.Random(seed), program)).params != program.params
    )
    name = new.params[0][0]
    assert new.body == f'return {name}.count("s")'
    assert new.returns == f'the letters "s" in [{name}]'


def test_parameters_are_introduced_once() -> None:
    program = compose((("xs", "ints"),), "return xs", "the sum of [xs]", "", "f")
    assert mention("the sum of [xs]", program, introduce=True) == "the sum of a list of numbers"
    assert mention("the numbers in [xs]", program, introduce=True) == "the numbers in a list"
    assert mention("[xs] and [xs]", program, introduce=True) == "a list of numbers xs and xs"
    assert mention("[xs]", program, introduce=False) == "xs"


def test_what_a_function_takes() -> None:
    pair = compose((("a", "int"), ("b", "int")), "return a", "", "", "f")
    mixed = compose((("xs", "ints"), ("n", "nat")), "return n", "", "", "f")
    assert takes(pair) == "two numbers a and b"
    assert takes(mixed) == "a list of numbers xs and a number n"


def test_mutants_differ_from_the_code_in_the_named_line() -> None:
    rng = random.Random(10)
    found = 0
    while found < 60:
        made = broken(rng, rng.randint(1, 5))
        if made is None:
            continue
        found += 1
        program, name, cases, mutant = made
        right, wrong = program.code(name).split("\n"), mutant.code.split("\n")
        assert [i + 1 for i in range(len(right)) if right[i] != wrong[i]] == [mutant.line]
        assert agrees(program.code(name), name, cases)
        ast.parse(mutant.code)


def test_nothing_to_break_gives_no_mutant() -> None:
    assert mutate(random.Random(0), "def f(x):\n    return x") is None


def test_hints_are_the_constants_of_the_code() -> None:
    hints = hints_in('return [x for x in xs if x > 17 and "q" in s]')
    assert hints.numbers == (17,)
    assert hints.letters == ("q",)


def test_draws_of_each_kind_cover_what_its_noun_says() -> None:
    rng = random.Random(11)
    hints = hints_in("return 0")
    assert all(KINDS["pos"].draw(rng, hints) >= 1 for _ in range(100))
    assert all(KINDS["nat"].draw(rng, hints) >= 0 for _ in range(100))
    assert all(KINDS["some_ints"].draw(rng, hints) for _ in range(20))
    assert all(KINDS["lower"].draw(rng, hints).islower() for _ in range(20))
    assert len(probes(("int", "int", "int"))) < 400


def test_the_main_line_is_the_longest() -> None:
    assert main_line("a = 1\nreturn a + 12345") == "a + 12345"


def test_string_steps_give_strings() -> None:
    rng = random.Random(12)
    for _ in range(100):
        code = string_step(rng).code.format("s")
        program = compose((("s", "text"),), f"return {code}", "", "", "f")
        assert isinstance(call(program, ("Some text",)), str)


@pytest.mark.parametrize("name", ["predict_output", "predict_call"])
def test_traces_end_in_the_answer(name: str) -> None:
    for item in sample(BY_NAME[name], 15, seed=13):
        assert item.thoughts_high.endswith(f"result {item.answer}")


def test_predicted_output_is_what_the_code_prints(capsys: pytest.CaptureFixture[str]) -> None:
    for item in sample(BY_NAME["predict_output"], 10, seed=14):
        exec(compile(item.key, "<test>", "exec"), {})
        assert capsys.readouterr().out.strip("\n") == item.answer


def test_loops_run_as_often_as_said() -> None:
    for item in sample(BY_NAME["count_loop"], 20, seed=15):
        scope = {"count": 0, "total": 0, "result": [], "seen": []}
        lines = item.key.split("\n")
        indent = len(lines[-1]) - len(lines[-1].lstrip())
        lines[-1] = lines[-1].replace("print(i)", "pass").replace("work(i)", "pass")
        exec("\n".join([*lines, " " * indent + "seen.append(1)"]), scope)
        assert len(scope["seen"]) == int(item.answer)


def test_validity_is_what_the_parser_says() -> None:
    answers = set()
    for item in sample(BY_NAME["is_valid_python"], 12, seed=16):
        if "```" not in item.question:
            continue
        answers.add(item.answer)
        if item.answer == "yes":
            ast.parse(extract_code(item.question))
        else:
            with pytest.raises(SyntaxError):
                ast.parse(extract_code(item.question))
    assert answers == {"yes", "no"}
