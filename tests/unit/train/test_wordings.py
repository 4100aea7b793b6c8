import itertools
import random
import re

import pytest

from trinity.train import wordings
from trinity.train.families import FAMILIES
from trinity.train.items import Split
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


def test_a_family_has_hundreds_of_wordings() -> None:
    counts = {}
    for family in FAMILIES:
        cores = getattr(family.make, "cores", None)
        if cores and not (family.held_out or family.drill):
            texts = [text for variant in cores.values() for text in variant]
            counts[family.name] = sum(len(expansions(text)) for text in texts)
    assert len(counts) > 60
    assert min(counts.values()) >= 100, min(counts, key=counts.__getitem__)
