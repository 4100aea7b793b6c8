import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.unit.train.conftest import samples


def test_decimals_are_compared_by_value() -> None:
    for item in samples("compare_decimals"):
        which, *numbers = item.key.split(" ")
        values = [Decimal(number) for number in numbers]
        assert len(set(values)) == len(values)
        assert Decimal(item.answer) == {"max": max, "min": min}[which](values)
        assert item.answer in numbers
        order = re.search(r"; ([\d.<]+);", item.thoughts_high)[1].split("<")
        assert [Decimal(number) for number in order] == sorted(values)


def test_longer_decimals_are_often_the_smaller() -> None:
    smaller = 0
    for item in samples("compare_decimals"):
        numbers = item.key.split(" ")[1:]
        smaller += len(max(numbers, key=Decimal)) < max(map(len, numbers))
    assert smaller > 45


def test_money_is_exact() -> None:
    for item in samples("money"):
        a, sign, b = re.fullmatch(r"([\d.]+)([-+*])([\d.]+)", item.key).groups()
        x, y = Decimal(a), Decimal(b)
        assert Decimal(item.answer) == {"+": x + y, "-": x - y, "*": x * y}[sign] > 0
        assert re.fullmatch(r"\d+\.\d\d", item.answer)


def test_parts_of_numbers_are_whole() -> None:
    for item in samples("fraction_of"):
        part, number = item.key.split(" ")
        assert Fraction(part) * int(number) == int(item.answer)


def test_rounding_goes_to_the_nearest_and_up_from_five() -> None:
    for item in samples("rounding"):
        number, step = map(Decimal, item.key.split("~"))
        nearest = (number / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        assert Decimal(item.answer) == nearest


def test_powers_and_roots() -> None:
    for item in samples("powers"):
        assert eval(item.key) == int(item.answer)
