"""Asks a model fifty questions written by hand, in words and pictures of no template.

python scripts/hand_questions.py [MODEL] [--out docs/hand-questions.md]

The questions are in `hand_questions.json`; what is right is judged by exact rules there too. Writes
all of them with their answers, the wrong ones as well.
"""

from __future__ import annotations

import argparse
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from trinity.cli.loading import open_llm
from trinity.config import EngineConfig
from trinity.train.items import Check
from trinity.train.verify import judge
from trinity.types import ChatRequest, IntensityRequest, Message, SamplingParams

QUESTIONS = Path(__file__).with_suffix(".json")
EFFORT = "high"
MAX_TOKENS = 320


def main() -> None:
    """Ask, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    llm, _ = open_llm(arguments.model, EngineConfig(speculation=False))
    answers = llm.generate([request(question) for question in questions])
    good = [is_good(q, a.text) for q, a in zip(questions, answers, strict=True)]
    lines = [INTRODUCTION.format(model=llm.model_name, good=sum(good), count=len(good))]
    for number, (question, answer, right) in enumerate(zip(questions, answers, good, strict=True)):
        picture = f" *(picture: {question['picture']})*" if "picture" in question else ""
        lines.append(f"{number + 1}. {'good' if right else '**wrong**'}{picture}\n")
        lines.append(fenced(question["ask"]) + "\n\n" + fenced(answer.text) + "\n")
    print(f"{sum(good)} of {len(good)} answered well.")
    if arguments.out:
        arguments.out.write_text("\n".join(lines), encoding="utf-8")


INTRODUCTION = """# Fifty questions by hand

In words that no template holds, and with pictures that no generator drew. `{model}` answered
**{good} of {count}** well, at effort `high`; all of them with their answers, as they came:

    python scripts/hand_questions.py {model} --out docs/hand-questions.md
"""


def request(question: dict[str, Any]) -> ChatRequest:
    """The question as a user would send it."""
    images = (png(PICTURES[question["picture"]]),) if "picture" in question else ()
    return ChatRequest(
        messages=(Message.user(question["ask"], *images),),
        sampling=SamplingParams(seed=0, max_tokens=MAX_TOKENS),
        intensity=IntensityRequest(reasoning_effort=EFFORT),
    )


def is_good(question: dict[str, Any], answer: str) -> bool:
    """By the question's rule; `says` is a word or phrase of the answer, whatever the case."""
    wanted = question["wanted"]
    if question["kind"] == "says":
        pattern = rf"(?<!\w){re.escape(wanted)}(?!\w)"
        return re.search(pattern, answer, re.IGNORECASE) is not None
    return judge(Check(question["kind"], wanted), answer)


def fenced(text: str) -> str:
    """As an indented block, so that nothing in it is taken for Markdown."""
    return "\n".join(f"        {line}" for line in text.splitlines() or [""])


Draw = Callable[[ImageDraw.ImageDraw], None]


def png(draw: Draw) -> bytes:
    """A picture of 128 by 96 pixels."""
    image = Image.new("RGB", (128, 96), "white")
    draw(ImageDraw.Draw(image))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def text(canvas: ImageDraw.ImageDraw, at: tuple[int, int], words: str, size: int) -> None:
    """Black words with their middle at a point."""
    canvas.text(at, words, fill="black", font=ImageFont.load_default(size), anchor="mm")


def sign(canvas: ImageDraw.ImageDraw) -> None:
    """EXIT in a frame."""
    canvas.rectangle((14, 24, 114, 72), outline="green", width=3)
    text(canvas, (64, 48), "EXIT", 32)


def number(canvas: ImageDraw.ImageDraw) -> None:
    """372."""
    text(canvas, (64, 48), "372", 40)


def circles(canvas: ImageDraw.ImageDraw) -> None:
    """Three of them, red."""
    for x, y in ((28, 30), (92, 36), (58, 70)):
        canvas.ellipse((x - 14, y - 14, x + 14, y + 14), fill="red")


def square(canvas: ImageDraw.ImageDraw) -> None:
    """A blue one."""
    canvas.rectangle((40, 24, 88, 72), fill="blue")


def bars(canvas: ImageDraw.ImageDraw) -> None:
    """Three bars, the second one highest."""
    for name, x, height in (("A", 24, 24), ("B", 64, 58), ("C", 104, 40)):
        canvas.rectangle((x - 12, 76 - height, x + 12, 76), fill="teal")
        text(canvas, (x, 86), name, 14)


def written_sum(canvas: ImageDraw.ImageDraw) -> None:
    """4 + 9."""
    text(canvas, (64, 48), "4 + 9", 36)


def room(canvas: ImageDraw.ImageDraw) -> None:
    """6 m by 3 m."""
    canvas.rectangle((14, 14, 96, 62), outline="black", width=2)
    text(canvas, (55, 78), "6 m", 18)
    text(canvas, (112, 38), "3 m", 18)


def triangle(canvas: ImageDraw.ImageDraw) -> None:
    """An orange one."""
    canvas.polygon(((64, 16), (24, 78), (104, 78)), fill="orange")


def menu(canvas: ImageDraw.ImageDraw) -> None:
    """Coffee 5, tea 4."""
    for y, (name, price) in ((28, ("coffee", "5")), (66, ("tea", "4"))):
        canvas.rectangle((8, y - 18, 120, y + 18), outline="black")
        text(canvas, (46, y), name, 20)
        text(canvas, (102, y), price, 20)
    canvas.line((84, 10, 84, 84), fill="black")


PICTURES: dict[str, Draw] = {
    "sign": sign,
    "number": number,
    "circles": circles,
    "square": square,
    "bars": bars,
    "sum": written_sum,
    "room": room,
    "triangle": triangle,
    "menu": menu,
}


if __name__ == "__main__":
    main()
