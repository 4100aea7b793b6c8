import io

import pytest
from PIL import Image
from rich.console import Console

from trinity.cli.pictures import MAX_COLUMNS, picture_text
from trinity.cli.terminal import AnswerView, duration, printable
from trinity.types import Phase


def terminal(width: int = 40) -> Console:
    return Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        width=width,
        markup=False,
        highlight=False,
    )


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_shown_thinking_is_dim_and_stands_on_its_own_lines() -> None:
    console = terminal()
    view = AnswerView(console, "shown")
    for phase, text in ((Phase.THINKING, "hm"), (Phase.THINKING, ""), (Phase.ANSWER, "[b]42[/b]")):
        view(phase, text)
    view.close()
    assert shown(console) == "\x1b[2mhm\x1b[0m\n[b]42[/b]\n"


def test_folded_thinking_leaves_one_line() -> None:
    console = terminal()
    view = AnswerView(console, "folded")
    for number in range(100):
        view(Phase.THINKING, f"step {number} ")
    view(Phase.ANSWER, "42")
    view.close()
    text = shown(console)
    assert text.endswith("42\n")
    assert "▸ thought for" in text
    # What was above is wiped: each line of the moving tail is erased.
    assert "\x1b[2K" in text


def test_a_pipe_gets_no_thinking_when_folded_and_raw_text() -> None:
    console = Console(file=io.StringIO())
    view = AnswerView(console, "folded")
    view(Phase.THINKING, "hm")
    view(Phase.ANSWER, "x" * 200)
    view.close()
    assert shown(console) == "x" * 200 + "\n"


def test_closing_without_text_prints_nothing() -> None:
    console = terminal()
    AnswerView(console, "shown").close()
    assert shown(console) == ""


def test_control_characters_cannot_reach_the_terminal() -> None:
    assert printable("a\x1b[2J\r\x9bé\t\n") == "a�[2J��é\t\n"
    console = terminal()
    view = AnswerView(console, "shown")
    view(Phase.ANSWER, "\x1b]0;title\x07")
    assert "\x1b" not in shown(console)


def test_a_picture_becomes_half_blocks_of_its_colours() -> None:
    image = Image.new("RGB", (2, 2))
    for place, colour in {(0, 0): "#ff0000", (1, 0): "#00ff00", (0, 1): "#0000ff"}.items():
        image.putpixel(place, tuple(bytes.fromhex(colour[1:])))
    # Widened, because smaller pictures than four pixels a side are refused.
    text = picture_text(png(image.resize((4, 4), Image.Resampling.NEAREST)), terminal())
    assert text.plain == "▀▀▀▀\n▀▀▀▀\n"
    assert [str(span.style) for span in text.spans] == (
        ["#ff0000 on #ff0000"] * 2
        + ["#00ff00 on #00ff00"] * 2
        + ["#0000ff on #0000ff"] * 2
        + ["#000000 on #000000"] * 2
    )


def test_pictures_are_scaled_to_fit() -> None:
    wide = png(Image.new("RGB", (300, 100)))
    lines = picture_text(wide, terminal(width=200)).plain.splitlines()
    assert {len(line) for line in lines} == {MAX_COLUMNS}
    assert len(lines) == 11
    assert {len(line) for line in picture_text(wide, terminal(30)).plain.splitlines()} == {30}


@pytest.mark.parametrize(("ground", "ink"), [("white", "black"), ("black", "white")])
def test_without_colours_a_picture_is_ascii_on_a_blank_ground(ground: str, ink: str) -> None:
    image = Image.new("RGB", (8, 8), ground)
    image.paste(ink, (0, 0, 3, 8))
    text = picture_text(png(image), Console(file=io.StringIO()))
    assert text.plain.splitlines() == ["@@@     "] * 4


def test_durations_are_words() -> None:
    assert [duration(s) for s in (0.4, 59, 61, 3600, 7384)] == [
        "0 s",
        "59 s",
        "1 min 01 s",
        "1 h 00 min",
        "2 h 03 min",
    ]
