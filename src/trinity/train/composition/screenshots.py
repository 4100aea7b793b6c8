"""Pictures of short functions with a bug: read them, mend them, and at higher levels test them."""

from __future__ import annotations

import random

from trinity.train.agentic.making import Solved, call_of, step, worded
from trinity.train.agentic.repairing import report_of
from trinity.train.code.program import behaviour, key_for
from trinity.train.code.repair import broken
from trinity.train.code.wording import fenced, plain
from trinity.train.code.writing import hints
from trinity.train.composition import cores
from trinity.train.items import Check, Split
from trinity.train.tools import RUN_TESTS
from trinity.train.vision.canvas import Canvas
from trinity.train.vision.look import LONGEST

_FAMILY = "code_screenshot"
_MOST_LINES = 3


def code_screenshot(rng: random.Random, split: Split, level: int) -> Solved | None:
    """Mend the function in a picture; from level 3 the tests may be there to run."""
    made = broken(rng, min(level, 3))
    if made is None:
        return None
    program, name, cases, mutant = made
    canvas = draw_code(rng, split, level, mutant.code)
    if canvas is None:
        return None
    code, now = program.code(name), mutant.now or "nothing"
    passed = report_of(code, name, cases)
    tested = level > 2 and rng.random() < 0.6
    line = mutant.code.split("\n")[mutant.line - 1].strip()
    fix = f"line {mutant.line}: {mutant.was}, not {now}"
    why = f"line {mutant.line} says {line}; {hints(program, name)[1]} {fix}."
    check = Check("program", {"function": name, "cases": cases})
    run = call_of(RUN_TESTS.name, {"code": code}, passed)
    return Solved(
        key=key_for(_FAMILY, behaviour(program), f"{mutant.line} {mutant.was} {mutant.now}"),
        slots={"name": name, "returns": plain(program.returns)},
        variant="tested" if tested else "plain",
        answer=fenced(code),
        low=passed if tested else fix,
        high=f"{passed}: the mended code is right." if tested else why,
        check=check,
        tools=(RUN_TESTS,) if tested else (),
        steps=(step(fix, why, run),) if tested else (),
        images=(canvas.png(),),
        marks=canvas.marks,
    )


def draw_code(rng: random.Random, split: Split, level: int, code: str) -> Canvas | None:
    """Draw the lines of `code`, indented; `None` where they are too many or too long to be read."""
    lines = code.split("\n")
    if len(lines) > _MOST_LINES:
        return None
    row = rng.choice((17, 19, 21))
    canvas = Canvas(rng, split, level, 96, row * len(lines) + 8)
    indent = rng.choice((10, 14, 18))
    shown = [(indent * (len(line) - len(line.lstrip())) / 4, line.lstrip()) for line in lines]
    width = max(left + canvas.text_width(line) for left, line in shown) + 12
    if width > LONGEST:
        return None
    canvas.start(width, row * len(lines) + 8)
    for number, (left, line) in enumerate(shown):
        canvas.text((6 + left, 4 + row * (number + 0.5)), line, anchor="lm")
    return canvas


FAMILIES = (worded(_FAMILY, "composition", code_screenshot, cores.SCREENSHOT, weight=1.5),)
