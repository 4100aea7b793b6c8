import pickle
import random

import pytest

from trinity.train.chat import FAMILIES
from trinity.train.items import Split, draw, split_of

NAMES = [family.name for family in FAMILIES]
BY_NAME = {family.name: family for family in FAMILIES}


@pytest.mark.parametrize("name", NAMES)
def test_a_family_has_one_short_answer(name: str) -> None:
    rng = random.Random(name)
    items = [BY_NAME[name].make(rng, rng.choice(list(Split)), 1 + i % 5) for i in range(300)]
    assert len({item.answer for item in items}) == 1
    for item in items:
        assert item.domain == "chat"
        assert item.check.payload == item.answer
        assert 0 < len(item.question) <= 200
        assert len(item.answer) <= 200
        assert 0 < len(item.thoughts_low) <= 80
        assert item.thoughts_high.startswith(item.thoughts_low)
        assert "{" not in item.question
        assert item.key == item.key.casefold()


def test_families_answer_differently() -> None:
    rng = random.Random(1)
    answers = {family.make(rng, Split.TRAIN, 1).answer for family in FAMILIES}
    assert len(answers) == len(FAMILIES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_there_are_many_ways_to_ask(name: str) -> None:
    rng = random.Random(name)
    questions = {BY_NAME[name].make(rng, Split.TRAIN, 1).key for _ in range(1500)}
    assert len(questions) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_every_split_has_questions(name: str) -> None:
    rng = random.Random(name)
    for split in Split:
        item = draw(BY_NAME[name], split, rng)
        assert split_of(name, item.key) is split


def test_no_question_belongs_to_two_kinds() -> None:
    rng = random.Random(2)
    owner: dict[str, str] = {}
    for family in FAMILIES:
        for _ in range(400):
            key = family.make(rng, Split.TRAIN, 1).key
            assert owner.setdefault(key, family.name) == family.name


@pytest.mark.parametrize("name", NAMES)
def test_makers_can_be_sent_to_other_processes(name: str) -> None:
    family = pickle.loads(pickle.dumps(BY_NAME[name]))
    assert family.make(random.Random(1), Split.TEST, 1) == BY_NAME[name].make(
        random.Random(1), Split.TEST, 1
    )
