from __future__ import annotations

import itertools
import re
import string

import pytest

from trinity.train.vision import (
    blueprint_cores,
    chart_cores,
    ocr_cores,
    plan_cores,
    scene_cores,
    sign_cores,
)

MODULES = (blueprint_cores, chart_cores, ocr_cores, plan_cores, scene_cores, sign_cores)
OTHER_LISTS = ("TALLY", "CROSSINGS", "UNIT_NOTES")
"""Lists of families that are never trained on, and notes that stand before other cores."""

LISTS = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": cores
    for module in MODULES
    for name, cores in vars(module).items()
    if name.isupper() and name not in OTHER_LISTS
}


def expansions(core: str) -> list[str]:
    """Every text that the alternatives of a core stand for."""
    parts = re.split(r"<([^<>]*)>", core)
    options = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*options)]


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", LISTS)
def test_a_family_is_asked_about_in_hundreds_of_wordings(name: str) -> None:
    texts = [text for core in LISTS[name] for text in expansions(core)]
    assert len(set(LISTS[name])) == len(LISTS[name]) >= 20
    assert len(set(texts)) >= 200


@pytest.mark.parametrize("name", LISTS)
def test_wordings_are_spaced_as_sentences_are(name: str) -> None:
    for text in (text for core in LISTS[name] for text in expansions(core)):
        assert not re.search(r"  |^ | $|[<>|]| [.,;:!]| \?(?! here| on)", text), text


@pytest.mark.parametrize("name", LISTS)
def test_all_wordings_of_a_family_name_the_same_things(name: str) -> None:
    wanted = slots(LISTS[name][0])
    for text in (text for core in LISTS[name] for text in expansions(core)):
        assert slots(text) == wanted, text


def test_a_note_of_the_unit_stands_before_each_core() -> None:
    noted = blueprint_cores.with_unit(["Area?", "How large?"], "cm")
    assert [core.rsplit(". ", 1)[1] for core in noted] == ["Area?", "How large?"]
    assert all("in cm." in text for core in noted for text in expansions(core))
