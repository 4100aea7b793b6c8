import io
import math
import random
import re
from pathlib import Path

import pytest
from PIL import Image

from trinity.train.items import Family, Item, Split, draw, split_of
from trinity.train.verify import is_correct
from trinity.train.vision import (
    FAMILIES,
    chart_cores,
    charts,
    fonts,
    look,
    ocr,
    ocr_cores,
    scene_cores,
    scenes,
    sign_cores,
    sums,
    text,
    unseen,
    words,
)

BY_NAME = {family.name: family for family in FAMILIES}
LEVELS = range(1, 6)


def some(name: str, count: int = 25, seed: int = 0) -> list[Item]:
    rng = random.Random(seed)
    make = BY_NAME[name].make
    return [make(rng, rng.choice(list(Split)), rng.randint(1, 5)) for _ in range(count)]


def opened(item: Item) -> Image.Image:
    return Image.open(io.BytesIO(item.images[0])).convert("RGB")


def test_names_are_unique_and_two_or_more_families_stay_unseen() -> None:
    assert len(BY_NAME) == len(FAMILIES) >= 20
    assert sum(family.held_out for family in FAMILIES) >= 2
    assert {family.domain for family in FAMILIES} == {"vision"}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_split_and_level_has_sound_items(family: Family) -> None:
    rng = random.Random(7)
    for split in Split:
        for level in LEVELS:
            item = family.make(rng, split, level)
            picture = opened(item)
            shrunk = look.shrink(picture)
            assert 16 <= min(shrunk.size) <= max(shrunk.size) <= look.LONGEST
            assert max(picture.size) <= 4 * look.LONGEST
            assert len(set(picture.tobytes())) > 1 or family.name == "swatch"
            assert (item.family, item.level) == (family.name, level)
            assert len(item.thoughts_low) <= len(item.thoughts_high) <= 250
            assert is_correct(item, item.answer)
            assert not is_correct(item, f"not {item.answer} 77777")
            assert "{" not in item.question


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_split_has_instances_at_the_easiest_level(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trinity.train.vision.canvas.to_png", lambda *_: b"")
    for split in Split:
        item = draw(family, split, random.Random(6), 1)
        assert family.held_out or split_of(family.name, item.key) is split


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_seed_gives_the_same_item_again(family: Family) -> None:
    one, two = (family.make(random.Random(3), Split.TRAIN, 5) for _ in range(2))
    assert one == two


def test_fonts_of_the_test_split_are_never_trained_on() -> None:
    trained, tested = (
        {face.family for faces, _ in fonts.families_of(test) for face in faces}
        for test in (False, True)
    )
    assert trained.isdisjoint(tested)
    assert {"Caladea", "DejaVu Serif", "Lato"} <= tested
    assert {"Aileron", "DejaVu Sans", "Roboto"} <= trained
    rng = random.Random(1)
    assert {fonts.pick(rng, Split.TEST).family for _ in range(60)} <= tested
    assert {fonts.pick(rng, Split.VALIDATION).family for _ in range(60)} <= trained


def test_without_fonts_pillows_own_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_files", list)
    fonts.find_faces.cache_clear()
    fonts.families_of.cache_clear()
    try:
        faces = {fonts.pick(random.Random(0), split) for split in Split}
        assert [face.path for face in faces] == [""]
        assert text.text_picture(random.Random(0), Split.TEST, 1, ["abc"])
    finally:
        fonts.find_faces.cache_clear()
        fonts.families_of.cache_clear()


def test_a_damaged_font_file_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(fonts, "SYSTEM_FOLDER", tmp_path)
    fonts.find_faces.cache_clear()
    try:
        assert not any("broken" in face.path for face in fonts.find_faces())
    finally:
        fonts.find_faces.cache_clear()


@pytest.mark.parametrize("cap", [9.2, 13.0, 40.0])
def test_capitals_are_at_least_as_high_as_asked(cap: float) -> None:
    for face in fonts.find_faces()[::9]:
        _, top, _, bottom = fonts.load(face, fonts.size_for(face, cap)).getbbox("H", anchor="ls")
        assert bottom - top >= cap - 1


def test_two_in_five_pictures_are_plain_black_on_white() -> None:
    rng = random.Random(2)
    looks = [look.choose_look(rng, rng.randint(1, 5)) for _ in range(2000)]
    plain = [
        one.ink == look.BLACK and one.paper == look.WHITE and not (one.angle or one.noise)
        for one in looks
    ]
    assert sum(plain) / len(plain) > 0.37
    assert 0.2 < sum(one.scale > 1 for one in looks) / len(looks) < 0.3
    assert all(abs(one.angle) <= 4 for one in looks)
    assert all(abs(look.brightness(x.ink) - look.brightness(x.paper)) >= 99 for x in looks)


def test_long_lines_stay_inside_the_picture() -> None:
    rng = random.Random(4)
    for _ in range(30):
        file = text.text_picture(rng, Split.TRAIN, 1, ["mmmmmmmmmm wwww"])
        picture = look.shrink(Image.open(io.BytesIO(file)).convert("L"))
        assert picture.width <= look.LONGEST


def test_a_line_too_long_to_be_legible_is_refused() -> None:
    with pytest.raises(ValueError, match="shorten"):
        text.text_picture(random.Random(0), Split.TRAIN, 1, ["many words " * 5])


@pytest.mark.parametrize("family", ocr.FAMILIES, ids=lambda family: family.name)
def test_reading_keeps_the_text_and_spells_it(family: Family) -> None:
    for item in some(family.name):
        assert item.answer.casefold() == item.key.casefold()
        assert item.thoughts_high.replace(", ", "").replace(" / ", " ") == item.answer
        assert item.answer.isascii()


def test_strings_have_letters_that_tell_their_case() -> None:
    rng = random.Random(8)
    for _ in range(300):
        letters = ocr.read_letters(rng, Split.TRAIN, 4).answer
        assert set(letters.lower()) - set("cijklopsuvwxyz")
        assert letters in (letters.lower(), letters.upper()) or "I" not in letters


def test_numbers_are_judged_by_value() -> None:
    item = next(item for item in some("read_number", 60) if re.search(r"\d,\d{3}", item.answer))
    assert is_correct(item, item.answer.replace(",", ""))


def test_sums_come_out_and_so_do_all_their_steps() -> None:
    for item in some("solve_sum", 200):
        sign = next(mark for mark in "+-*" if mark in item.key)
        a, b = map(int, item.key.split(sign))
        assert int(item.answer) == {"+": a + b, "-": a - b, "*": a * b}[sign]
        for step, result in re.findall(r"([\d+*-]+)=(\d+)", item.thoughts_high):
            if "*" in step:
                assert int(result) == math.prod(map(int, step.split("*")))
            else:
                assert int(result) == sum(map(int, re.findall(r"[+-]?\d+", step)))


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [(7, 5, "7+5=12"), (17, 5, "7+5=12 carry 1; 1+0+1=2"), (40, 21, "0+1=1; 4+2=6")],
)
def test_addition_goes_column_by_column(a: int, b: int, steps: str) -> None:
    assert sums.add_steps(a, b) == steps


def test_subtraction_borrows() -> None:
    assert sums.subtract_steps(43, 8) == "13-8=5 borrow 1; 4-0-1=3"
    assert sums.subtract_steps(0, 0) == ""


def test_counts_agree_with_the_scene() -> None:
    for item in some("count_shapes"):
        assert int(item.answer) == len(item.key.split("; "))
    for item in some("count_some"):
        scene, what = item.key.split(" | ")
        one = what.removesuffix(" shapes") if " shapes" in what else what[:-1]
        one = "cross" if one == "crosse" else one
        assert int(item.answer) == sum(one in shape.split() for shape in scene.split("; "))


def test_relations_agree_with_the_cells_and_are_balanced() -> None:
    items = some("is_relation", 200)
    for item in items:
        scene, asked = item.key.split(" | ")
        cells = {
            shape.rsplit(" ", 1)[0]: [int(part) for part in shape.rsplit(" ", 1)[1].split(",")]
            for shape in scene.split("; ")
        }
        one, relation, two = re.split(r" (left of|right of|above|below) ", asked)
        axis = 1 if relation.endswith("of") else 0
        less = relation in ("left of", "above")
        true = cells[one][axis] < cells[two][axis] if less else cells[one][axis] > cells[two][axis]
        assert item.answer == ("yes" if true else "no")
    assert 0.4 < sum(item.answer == "yes" for item in items) / len(items) < 0.6
    more = some("more_of", 200)
    assert 0.4 < sum(item.answer == "yes" for item in more) / len(more) < 0.6


def test_a_missing_shape_follows_from_the_others() -> None:
    for item in some("missing_shape"):
        shown = set(re.findall(r"\w+ \w+", item.key))
        assert item.answer not in shown
        colour, kind = item.answer.split()
        assert any(shape.startswith(colour) for shape in shown)
        assert any(shape.endswith(kind) for shape in shown)


def test_the_odd_shape_is_there_once() -> None:
    for item in some("odd_one"):
        common, odd = re.findall(r"[a-z]{3,} [a-z]{4,}", item.key)
        assert odd == item.answer != common


@pytest.mark.parametrize("family", charts.FAMILIES[:6], ids=lambda family: family.name)
def test_chart_answers_agree_with_the_data(family: Family) -> None:
    for item in some(family.name):
        series, _, asked = item.key.partition(" | ")
        data = {name: int(value) for name, value in (part.split() for part in series.split(", "))}
        match family.name:
            case "bar_value" | "lying_bar_value":
                assert int(item.answer) == data[asked]
            case "bar_extreme" | "line_extreme":
                best = max if asked in ("largest", "highest") else min
                assert item.answer == best(data, key=data.__getitem__)
            case "bar_difference":
                one, two = asked.split()
                assert int(item.answer) == data[one] - data[two] > 0
            case "bar_count":
                limit = int(asked or -1)
                assert int(item.answer) == sum(value > limit for value in data.values())


def test_pie_answers_agree_with_the_shares() -> None:
    for item in some("pie_extreme"):
        slices, word = item.key.split(" | ")
        shares = {label: int(n) for _, label, n in (part.split() for part in slices.split(", "))}
        assert item.answer == (max if word == "largest" else min)(shares, key=shares.__getitem__)


@pytest.mark.parametrize("name", ["table_cell", "table_row_sum", "table_column_most"])
def test_table_answers_agree_with_the_cells(name: str) -> None:
    for item in some(name):
        table, asked = item.key.split(" | ")
        heads, _, lines = table.partition(": ")
        rows = {
            line.split(" ", 1)[0]: dict(
                zip(heads.split(", "), map(int, line.split(" ", 1)[1].split(", ")), strict=True)
            )
            for line in lines.split("; ")
        }
        match name:
            case "table_cell":
                row, head = asked.split(" ")
                assert int(item.answer) == rows[row][head]
            case "table_row_sum":
                assert int(item.answer) == sum(rows[asked].values())
            case _:
                assert item.answer == max(rows, key=lambda row: rows[row][asked])


def test_dice_and_times_agree_with_their_keys() -> None:
    for item in some("dice_total"):
        assert int(item.answer) == sum(map(int, re.findall(r"\d", item.key)))
    assert all(item.answer == item.key for item in some("clock"))


def test_a_swatch_shows_its_colour_in_the_middle() -> None:
    for item in some("swatch", 30):
        picture = opened(item)
        wanted = [int(part) for part in re.findall(r"\d+", item.key)]
        x, y = picture.width // 2, picture.height // 2
        seen = picture.crop((x, y, x + 1, y + 1)).tobytes()
        assert max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 60


def test_segments_that_cross() -> None:
    assert unseen.crossing(((0, 0), (2, 2)), ((0, 2), (2, 0))) == (1, 1)
    assert unseen.crossing(((0, 0), (2, 2)), ((0, 1), (2, 3))) is None
    assert unseen.crossing(((0, 0), (1, 1)), ((0, 8), (8, 0))) is None


@pytest.mark.parametrize(
    "cores",
    [
        value
        for module in (ocr_cores, chart_cores, scene_cores, sign_cores)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, tuple) and isinstance(value[0], str)
    ],
    ids=lambda cores: cores[-1][:20],
)
def test_there_are_enough_different_wordings(cores: tuple[str, ...]) -> None:
    assert len(set(cores)) == len(cores) >= 12


def test_the_word_list_is_common_and_made_up_words_keep_their_length() -> None:
    assert len(words.WORDS) >= 500
    assert all(word.isalpha() and word.islower() for word in words.WORDS)
    rng = random.Random(0)
    made = [words.made_up_word(rng, 3, 8) for _ in range(200)]
    assert all(3 <= len(word) <= 8 for word in made)
    assert len(set(made)) > 150


def test_rows_of_a_scene_are_listed_from_the_top() -> None:
    item = scenes.count_shapes(random.Random(5), Split.TRAIN, 5)
    cells = [shape.rsplit(" ", 1)[1] for shape in item.key.split("; ")]
    assert cells == sorted(cells)
