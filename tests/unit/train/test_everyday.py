import math
import random
import re

import pytest

from tests.unit.train.conftest import family_named, samples
from trinity.train.items import Split, draw
from trinity.train.reasoning import everyday, number_sense
from trinity.train.reasoning.times import FACTORS

LEAST_INSTANCES = {
    **{family.name: 10 for family in everyday.FAMILIES},
    **{family.name: 5 for family in number_sense.FAMILIES},
}


@pytest.mark.parametrize(("name", "least"), LEAST_INSTANCES.items())
def test_every_level_draws(name: str, least: int) -> None:
    rng = random.Random(name)
    for level in range(1, 6):
        items = [draw(family_named(name), Split.TRAIN, rng, level) for _ in range(30)]
        assert {item.level for item in items} == {level}
        assert len({item.key for item in items}) > least


def test_sharing_leaves_less_than_a_share() -> None:
    for item in samples("story_share"):
        variant, calculation = item.key.split(" ")
        n, d = map(int, calculation.split("/"))
        right = {"each": n // d, "left": n - n // d * d, "groups": math.ceil(n / d)}
        assert int(item.answer) == right[variant]
        assert n % d


@pytest.mark.parametrize("name", ["story_ages", "rule_of_three", "story_at_first"])
def test_stories_agree_with_their_calculation(name: str) -> None:
    for item in samples(name):
        variant, calculation = item.key.split(" ")
        value = eval(calculation)
        if variant == "elder":  # the key gives the younger one's age
            value += int(re.findall(r"-(\d+)", calculation)[0])
        assert float(item.answer) == value > 0


def test_shopping_lists_add_up() -> None:
    for item in samples("shopping_list"):
        assert int(item.answer) == eval(item.key) > 0
        prices = re.findall(r"\d+", item.key)
        shown = re.findall(r"\d+", item.question)
        assert all(shown.count(price) >= prices.count(price) for price in prices)


def test_compound_units_agree_with_their_factor() -> None:
    factors = {(large, small): factor for large, small, factor in FACTORS}
    for item in samples("mixed_units"):
        given, wanted = item.key.split(" > ")
        words = given.split()
        if len(words) == 4:
            factor = factors[words[1], words[3]]
            assert wanted == words[3]
            assert int(item.answer) == int(words[0]) * factor + int(words[2])
        else:
            count, large, rest, small = item.answer.split()
            assert (large, small) == (wanted, words[1])
            assert int(count) * factors[large, small] + int(rest) == int(words[0])
            assert int(rest) < factors[large, small]
