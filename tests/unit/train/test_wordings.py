import itertools
import random
import re

import pytest

from trinity.train import wordings
from trinity.train.chat import Talk
from trinity.train.code import drills, examples, reading, repair, wording, writing
from trinity.train.families import FAMILIES, scored_families
from trinity.train.items import Domain, Family, Split
from trinity.train.wordings import choose, choose_core, phrase


def expansions(text: str) -> set[str]:
    """Every text that alternatives stand for."""
    parts = re.split(r"<([^<>]*)>", text)
    options = [p.split("|") if i % 2 else [p] for i, p in enumerate(parts)]
    return {"".join(choice) for choice in itertools.product(*options)}


def test_each_alternative_is_chosen_and_nothing_else() -> None:
    rng = random.Random(0)
    text = "<How|In which way> is {x} <made|done|>?"
    chosen = {choose(rng, [text]) for _ in range(300)}
    assert chosen == expansions(text)
    assert len(chosen) == 6


def test_every_fifth_core_is_for_the_test_split_alone() -> None:
    rng = random.Random(0)
    cores = [f"<a|b>{i}" for i in range(10)]
    seen = {
        split: {choose_core(rng, split, cores)[1:] for _ in range(400)}
        for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)
    }
    assert seen[Split.TEST] == {"4", "9"}
    assert seen[Split.TRAIN] == seen[Split.VALIDATION] == set("01235678")


def test_openers_and_endings_of_the_test_split_are_in_no_other() -> None:
    for trained, held_out in (
        (wordings.OPENERS, wordings.TEST_OPENERS),
        (wordings.ENDINGS, wordings.TEST_ENDINGS),
    ):
        trained_texts = set().union(*map(expansions, trained))
        held_out_texts = set().union(*map(expansions, held_out))
        assert trained_texts & held_out_texts == {""}


def test_slots_keep_their_case_and_hold_anything() -> None:
    rng = random.Random(0)
    for _ in range(100):
        assert "A <b|c>" in phrase(rng, Split.TRAIN, ["<Look|See> {x}", "at {x}"], x="A <b|c>")


@pytest.mark.parametrize("domain", ["reasoning", "vision", "chat"])
def test_no_question_shows_a_bracket_or_a_slot(domain: str) -> None:
    rng = random.Random(domain)
    families = [family for family in FAMILIES if family.domain == domain]
    for family in families:
        for split in Split:
            question = family.make(rng, split, rng.randint(1, 5)).question
            # What compares numbers may show its own sign.
            assert not re.search(r"<\w[^<>]*[|>]|\{\w+\}", question), question


CODE_CORES = {
    **{
        f"write_{theme}": (*wording.WITH_SIGNATURE, *wording.WITHOUT_SIGNATURE)
        for theme in writing.THEMES
    },
    "write_from_docstring": writing._DOCSTRING,
    "complete_function": writing._COMPLETE,
    "write_from_examples": examples._EXAMPLES,
    "fix_bug": repair._FIX,
    "find_bug_line": repair._LINE,
    "predict_output": reading._PRINTS,
    "predict_call": reading._CALLS,
    "count_loop": (*reading._LOOPS, *reading._NESTED),
    "is_valid_python": reading._VALID,
    "work_out": drills._VALUES,
}
LEAST_WORDINGS = {"reasoning": 200, "chat": 200, "code": 200, "composition": 100, "vision": 100}
LEAST_CORES = 20
BORROWED = {"no_tool_needed"}
"""Worded by the families whose exercises it takes."""


def cores_of(family: Family) -> list[str]:
    """The cores that word `family`; none where its maker keeps them to itself."""
    if isinstance(family.make, Talk):
        return list(family.make.kind.cores)
    by_variant = getattr(family.make, "cores", {"": CODE_CORES.get(family.name, ())})
    return [core for variant in by_variant.values() for core in variant]


@pytest.mark.parametrize("domain", LEAST_WORDINGS)
def test_a_family_has_hundreds_of_wordings(domain: Domain) -> None:
    for family in scored_families(domain):
        cores = cores_of(family)
        if family.name in BORROWED or (domain == "vision" and not cores):
            continue
        assert len(set(cores)) >= LEAST_CORES, family.name
        # Two cores may stand for one text.
        worded = set().union(*map(expansions, cores))
        assert len(worded) >= LEAST_WORDINGS[domain], family.name
