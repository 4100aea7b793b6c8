"""How often `trinity code` mends a bug in a real folder.

    python benchmarks/agent.py [--items 40] [--seed 0] [--model mini] [--effort high]

Exercises of the families about bugs, from the test split, become folders: one file with the broken
function, one with its tests, and the exercise's own sentence as the task. The same loop, tools and
sandbox as those of `trinity code` work on each. An item counts where its tests fail before, pass
afterwards, and the test file is as it was. Prints a line a family, what went wrong, and one JSON
line.
"""

import argparse
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from trinity import LLM
from trinity.agent.function_tools import FunctionTools
from trinity.agent.loop import End, Model, Work, run
from trinity.agent.sandbox import Sandbox
from trinity.agent.testing import Suite
from trinity.agent.workspace import Workspace
from trinity.bench.records import line, stamp
from trinity.cli.code_model import LocalModel
from trinity.train.families import FAMILIES
from trinity.train.items import Item, Split, draw
from trinity.types import IntensityRequest

KINDS = ("repair_with_tests", "fix_bug")
MAX_STEPS = 20
SECONDS = 20.0
"""What one run of the tests may take; some bugs never end."""

_FENCED = re.compile(r"\n```python\n(.*)\n```", re.S)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one folder."""

    is_mended: bool
    end: End
    steps: int
    seconds: float


def broken_items(family_name: str, count: int, seed: int) -> list[Item]:
    """Exercises that show a function, of the test split."""
    family = next(family for family in FAMILIES if family.name == family_name)
    rng = random.Random(f"{family_name}/{seed}")
    items: list[Item] = []
    while len(items) < count:
        item = draw(family, Split.TEST, rng)
        shown = _FENCED.search(item.question)
        # Some exercises have nothing to mend, some nothing to show, some numbers that may round.
        if shown and shown[1] not in item.answer and "." not in repr(item.check.payload["cases"]):
            items.append(item)
    return items


def write_folder(item: Item, folder: Path) -> str:
    """Make the folder of an exercise; gives the task."""
    shown = _FENCED.search(item.question)
    assert shown is not None
    name = item.check.payload["function"]
    tests = [f"from {name} import {name}\n"]
    for number, (args, expected) in enumerate(item.check.payload["cases"], 1):
        sign = "is" if expected is None or isinstance(expected, bool) else "=="
        call = f"{name}({', '.join(map(repr, args))})"
        tests.append(f"\n\ndef test_{number}():\n    assert {call} {sign} {expected!r}\n")
    folder.mkdir()
    (folder / f"{name}.py").write_text(f"{shown[1]}\n", encoding="utf-8")
    (folder / f"test_{name}.py").write_text("".join(tests), encoding="utf-8")
    return _FENCED.sub("", item.question).strip()


def mend(item: Item, model: Model) -> Outcome:
    """Let the model work on the folder of one exercise."""
    with tempfile.TemporaryDirectory() as private:
        place = Path(private).resolve()
        task = write_folder(item, place / "folder")
        workspace = Workspace(place / "folder", place / "copy")
        suite = Suite(workspace, Sandbox(workspace.folder), None, SECONDS)
        before = suite.run()
        assert before is not None
        assert not before.has_passed
        work = Work()
        started = time.perf_counter()
        run(model, FunctionTools(workspace, suite), task, MAX_STEPS, work)
        seconds = time.perf_counter() - started
        after = suite.run()
        changed = [change.path for change in workspace.changes()]
        is_mended = after is not None and after.has_passed
        is_mended &= not any(path.startswith("test_") for path in changed)
        return Outcome(is_mended, work.end, len(work.steps) + 1, seconds)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=40, help="of both families together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--effort", default="high")
    arguments = parser.parse_args()
    llm = LLM.load(arguments.model, seed=arguments.seed)
    intensity = IntensityRequest(reasoning_effort=arguments.effort)
    model = LocalModel(llm, intensity, arguments.seed)
    figures = {}
    for family in KINDS:
        items = broken_items(family, arguments.items // len(KINDS), arguments.seed)
        outcomes = [mend(item, model) for item in items]
        mended = sum(outcome.is_mended for outcome in outcomes)
        ends = Counter(str(outcome.end) for outcome in outcomes if not outcome.is_mended)
        figures[family] = {
            "items": len(items),
            "mended": mended,
            "steps": statistics.fmean(outcome.steps for outcome in outcomes),
            "seconds": statistics.median(outcome.seconds for outcome in outcomes),
            "ends_of_failures": dict(ends),
        }
        print(
            f"{family:<20} {mended} of {len(items)} mended, {figures[family]['steps']:.1f} answers "
            f"each in {figures[family]['seconds']:.1f} s; the others ended as: {dict(ends)}"
        )
    print(line(stamp("agent", model=llm.model_name, effort=arguments.effort, figures=figures)))


if __name__ == "__main__":
    main()
