import datetime
import itertools
import math
import pickle
import random
import re
from collections import Counter

import pytest

from trinity.train.items import Family, Item, Split, draw, split_of
from trinity.train.reasoning import FAMILIES, long_context, traces
from trinity.train.reasoning.exercise import Exercise
from trinity.train.reasoning.numerals import roman, spoken
from trinity.train.wordings import is_test_core

LONG = {family.name for family in long_context.FAMILIES}
NAMES = [family.name for family in FAMILIES]
BY_NAME = {family.name: family for family in FAMILIES}
SUM = re.compile(r"\d+(?:[-+*/]\d+)+=\d+(?: r\d+)?(?![\d*/])")


def samples(name: str, count: int = 200) -> list[Item]:
    rng = random.Random(name)
    make = BY_NAME[name].make
    return [make(rng, rng.choice(list(Split)), 1 + i % 5) for i in range(count)]


def cores_of(family: Family) -> list[list[str]]:
    assert isinstance(family.make, Exercise)
    return [list(cores) for cores in family.make.cores.values()]


def test_names_are_unique_and_three_families_are_held_out() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert sum(family.held_out for family in FAMILIES) == 3
    assert sum(not family.held_out for family in FAMILIES) >= 24


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if not family.drill])
def test_items_are_short_and_end_in_their_answer(name: str) -> None:
    for item in samples(name):
        assert item.family == name
        assert item.domain == "reasoning"
        assert 0 < len(item.question) <= (1200 if name in LONG else 240)
        assert 0 < len(item.thoughts_low) <= 80
        assert 0 < len(item.thoughts_high) <= 350
        assert item.thoughts_high.endswith(item.answer)
        assert "{" not in item.question
        if item.check.kind == "number":
            assert re.findall(r"-?\d+(?:\.\d+)?", item.thoughts_high)[-1] == item.answer
            assert float(item.check.payload) == float(item.answer)
        elif item.check.kind == "set":
            assert item.check.payload == item.answer.split(", ")
        else:
            assert item.check.payload == item.answer


def test_drills_spell_and_sort_right() -> None:
    for item in samples("spell"):
        words = item.key.split(" ")
        assert item.answer.replace(" ", "").split(",") == words
        assert re.sub(r"[ \d]", "", item.thoughts_high).split(";") == words
    for item in samples("sort_letters"):
        assert item.answer.split(", ") == sorted(item.key.split(" "))
        assert item.thoughts_high.endswith(item.answer)


@pytest.mark.parametrize("name", NAMES)
def test_every_sum_in_a_trace_is_right(name: str) -> None:
    for item in samples(name):
        for step in SUM.findall(item.thoughts_high):
            left, right = step.split("=")
            value, _, rest = right.partition(" r")
            divided, _, divisor = left.partition("/")
            if rest:
                assert divmod(int(divided), int(divisor)) == (int(value), int(rest)), step
            elif "%" not in item.key:
                assert eval(left) == int(value), step


@pytest.mark.parametrize("name", NAMES)
def test_there_are_enough_cores_for_every_split(name: str) -> None:
    lists = cores_of(BY_NAME[name])
    assert sum(map(len, lists)) >= 12
    for cores in lists:
        assert len(set(cores)) == len(cores)
        assert any(is_test_core(i) for i in range(len(cores)))


@pytest.mark.parametrize("name", NAMES)
def test_every_split_has_instances(name: str) -> None:
    rng = random.Random(name)
    for split in Split:
        for _ in range(3):
            item = draw(BY_NAME[name], split, rng)
            assert BY_NAME[name].held_out or split_of(name, item.key) is split


@pytest.mark.parametrize("name", NAMES)
def test_an_instance_does_not_depend_on_the_split(name: str) -> None:
    make = BY_NAME[name].make
    for level in range(1, 6):
        train = make(random.Random(level), Split.TRAIN, level)
        test = make(random.Random(level), Split.TEST, level)
        assert (train.key, train.answer, train.thoughts_high) == (
            test.key,
            test.answer,
            test.thoughts_high,
        )


@pytest.mark.parametrize("name", NAMES)
def test_makers_can_be_sent_to_other_processes(name: str) -> None:
    family = pickle.loads(pickle.dumps(BY_NAME[name]))
    assert family.make(random.Random(1), Split.TRAIN, 2) == BY_NAME[name].make(
        random.Random(1), Split.TRAIN, 2
    )


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("compare_yes_no", 2),
        ("member", 2),
        ("divisible", 2),
        ("prime", 2),
        ("boolean", 2),
        ("knights_and_knaves", 2),
        ("syllogism", 3),
    ],
)
def test_closed_answers_are_balanced(name: str, answers: int) -> None:
    counts = Counter(item.answer for item in samples(name, 1000))
    assert len(counts) == answers
    assert min(counts.values()) > 0.75 * 1000 / answers


@pytest.mark.parametrize(
    "name",
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "remainder",
        "add_many",
        "mixed",
        "story_add",
        "story_subtract",
        "story_multiply",
        "story_divide",
        "story_age",
        "story_change",
        "story_two_steps",
        "story_three_steps",
    ],
)
def test_arithmetic_agrees_with_python(name: str) -> None:
    for item in samples(name):
        assert eval(item.key) == int(item.answer)


def test_boolean_agrees_with_python() -> None:
    for item in samples("boolean"):
        code = item.key.replace("true", "True").replace("false", "False")
        assert str(eval(code)).lower() == item.answer


@pytest.mark.parametrize("name", ["equation", "linear_equation"])
def test_solutions_satisfy_their_equation(name: str) -> None:
    for item in samples(name):
        code = re.sub(r"(\d)([x(])", r"\1*\2", item.key).replace("=", "==")
        assert eval(code, {"x": int(item.answer)})


def test_percentages() -> None:
    for item in samples("percent"):
        percent, number = item.key.split("% ")
        assert int(item.answer) * 100 == int(percent) * int(number)
    for item in samples("percent_change"):
        number, sign, percent = re.fullmatch(r"(\d+)([+-])(\d+)%", item.key).groups()
        factor = 100 + int(percent) if sign == "+" else 100 - int(percent)
        assert int(item.answer) * 100 == int(number) * factor


def test_sorting_and_searching() -> None:
    for item in samples("sort_numbers"):
        direction, numbers = item.key.split()
        ordered = sorted(map(int, numbers.split(",")), reverse=direction == "down")
        assert item.answer == ", ".join(map(str, ordered))
    for item in samples("sort_words"):
        assert item.answer == ", ".join(sorted(item.key.split(",")))
    for item in samples("extreme"):
        which, numbers = item.key.split()
        assert int(item.answer) == {"max": max, "min": min}[which](map(int, numbers.split(",")))
    for item in samples("member"):
        wanted, items = item.key.split(" in ")
        assert (wanted in items.split(",")) == (item.answer == "yes")
    for item in samples("common_words"):
        first, second = (set(part.split(",")) for part in item.key.split(" & "))
        assert set(item.check.payload) == first & second


def test_letters() -> None:
    for item in samples("count_letter"):
        letter, word = item.key.split(" in ")
        assert int(item.answer) == word.count(letter)
        assert word in item.question
    for item in samples("reverse_word"):
        assert item.answer == item.key[::-1]
    for item in samples("nth_letter"):
        place, word = item.key.split(" of ")
        assert item.answer == word[int(place) - 1]
    for item in samples("count_vowels"):
        assert int(item.answer) == len(re.findall("[aeiou]", item.key))
    for item in samples("word_length"):
        assert int(item.answer) == len(item.key)


def test_divisors() -> None:
    for item in samples("gcd"):
        assert int(item.answer) == math.gcd(*map(int, item.key.split(",")))
    for item in samples("lcm"):
        assert int(item.answer) == math.lcm(*map(int, item.key.split(",")))
    for item in samples("prime"):
        n = int(item.key)
        assert (item.answer == "yes") == (n > 1 and all(n % d for d in range(2, n)))
    for item in samples("divisible"):
        n, d = map(int, item.key.split("/"))
        assert (item.answer == "yes") == (n % d == 0)
    for item in samples("fraction_add"):
        a, b = (part.split("/") for part in item.key.split("+"))
        assert item.answer == f"{int(a[0]) + int(b[0])}/{a[1]}"
        assert math.gcd(*map(int, item.answer.split("/"))) == 1


def test_numerals() -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    for n in range(1, 4000):
        text = "".join(form for _, form in roman(n))
        digits = [values[letter] for letter in text]
        pairs = zip(digits, [*digits[1:], 0], strict=True)
        assert sum(-x if x < after else x for x, after in pairs) == n
        assert not re.search(r"(.)\1\1\1", text)
    for item in samples("to_binary"):
        assert int(item.answer, 2) == int(item.key)
    assert spoken(0) == "zero"
    assert spoken(342) == "three hundred forty-two"
    assert len({spoken(n) for n in range(1000)}) == 1000


def test_dates_agree_with_the_calendar() -> None:
    for item in samples("add_days", 500):
        start, n = item.key.rsplit("+", 1)
        date = datetime.date.fromisoformat(start if len(start) > 5 else f"2023-{start}")
        end = date + datetime.timedelta(int(n))
        assert item.answer == f"{end.day} {end:%B}"
    for item in samples("days_between", 500):
        start, end = (
            datetime.date.fromisoformat(text if len(text) > 5 else f"2023-{text}")
            for text in item.key.split(">")
        )
        assert int(item.answer) == (end - start).days
    for item in samples("weekday"):
        day, n = re.fullmatch(r"(\w+)([+-]\d+)", item.key).groups()
        names = [datetime.date(2024, 1, i).strftime("%A") for i in range(1, 8)]
        assert item.answer == names[(names.index(day) + int(n)) % 7]


def test_walks_and_machines() -> None:
    steps = {"north": 1j, "up": 1j, "south": -1j, "down": -1j, "east": 1, "right": 1}
    for item in samples("grid_walk"):
        end = 0j
        for move in item.key.split(", "):
            direction, length = move.split()
            end += steps.get(direction, -1) * int(length)
        assert item.answer == f"({int(end.real)}, {int(end.imag)})"
    for name, out in (("stack", -1), ("queue", 0)):
        for item in samples(name):
            operations, asked = item.key.split(": ")
            items: list[str] = []
            for operation in operations.split(", "):
                if operation[-1].isdigit():
                    items.append(operation.split()[-1])
                else:
                    items.pop(out)
            assert item.answer == (str(len(items)) if asked == "size" else items[out])


def test_orderings_follow_from_their_clues() -> None:
    lows = {"shorter", "younger", "slower", "poorer", "weaker", "lighter", "sadder", "quieter"}
    for item in samples("ordering"):
        above = set()
        for first, word, second in re.findall(r"(\w+) is (\w+) than (\w+)\.", item.key):
            above.add((second, first) if word in lows else (first, second))
        order = re.search(r"order ([\w ]+);", item.thoughts_high)[1].split()
        assert set(itertools.pairwise(order)) == above
        assert item.answer in order


@pytest.mark.parametrize("a", [0, 7, 10, 99, 100, 387, 1000, 9999])
@pytest.mark.parametrize("b", [0, 1, 9, 10, 45, 100, 654, 9999])
def test_traces_end_with_their_result(a: int, b: int) -> None:
    def last(trace: str) -> str:
        return re.findall(r"-?\d+", trace)[-1]

    assert last(traces.plus(a, b)) == str(a + b)
    assert traces.minus(a, b).endswith(str(a - b))
    assert last(traces.add_digits(a, b)) == str(a + b)
    if max(a, b) < 1000:
        assert last(traces.times(a, b)) == str(a * b)
    if b:
        assert last(traces.rest_of(a, b)) == str(a % b)
        assert last(traces.over(a * b, b)) == str(a)
    if a and b:
        assert last(traces.euclid(a, b)) == str(math.gcd(a, b))
    if a != b:
        assert traces.compare(a, b).endswith(f"{a}<{b}" if a < b else f"{a}>{b}")


def test_addition_is_traced_from_the_right() -> None:
    assert traces.add_digits(387, 654) == "7+4=11 carry 1: 1; 8+5+1=14 carry 1: 41; 3+6+1=10: 1041"
