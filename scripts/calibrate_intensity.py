"""Chooses the levels of `intensity.json` by measurement: `calibrate_intensity.py DIR`.

Every setting of a grid (effort token, experts per token, thinking budget) answers the same items of
the validation split. What stays on the Pareto front of accuracy against expert evaluations becomes
the levels; the highest takes a vote among several thoughts, as many and as warm as was best. The
grid is written beside them as `intensity_grid.json`.
"""

import argparse
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from trinity.cli.loading import open_llm
from trinity.config import EngineConfig
from trinity.engine.intensity import IntensityTable
from trinity.engine.llm import LLM
from trinity.pipeline.export import sha256
from trinity.train.evaluate import answer_and_judge, sample_items
from trinity.train.items import Domain, Item, Split
from trinity.types import (
    ChatRequest,
    Generator,
    IntensityRequest,
    Message,
    SamplingParams,
)

DOMAINS: tuple[Domain, ...] = ("reasoning", "vision", "code")
TOKENS = ("none", "low", "high")
EXPERTS = (1, 2, 3, 4, 5, 6)
BUDGETS = (16, 32, 64, 128, 256)
VOTES = ((1, 0.0), (3, 0.5), (5, 0.5), (5, 0.8), (9, 0.5), (9, 0.8))
"""Thoughts that vote, and their temperature; one is no vote, and stays where none is better."""
MAX_TOKENS = 512
TOLERANCE = 0.005
"""Accuracy that is not worth a dearer setting at high effort."""
TOLERANCE_SILENT = 0.03
"""The same without thinking, where speed is what is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One setting, measured."""

    effort_token: str
    experts: int
    budget: int
    accuracy: float
    """Mean over the domains."""
    thoughts: int = 1
    temperature: float = 0.0
    expert_rows: float
    """Routed expert evaluations per answer: the cost."""


def main() -> None:
    """Measure, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--items", type=int, default=120, help="per domain")
    parser.add_argument("--dry-run", action="store_true", help="measure only")
    arguments = parser.parse_args()
    llm, _ = open_llm(str(arguments.directory), EngineConfig(speculation=False))
    llm.table = tokens_by_name(llm.table)
    items = [
        item
        for domain in DOMAINS
        for item in sample_items(domain, Split.VALIDATION, arguments.items, seed=1)
    ]
    points = [measure(llm, items, *setting) for setting in grid()]
    levels = choose(points)
    votes = measure_votes(llm, items, levels[-1])
    best = max(votes, key=lambda point: point.accuracy)
    levels[-1] |= {"thoughts": best.thoughts, "temperature": best.temperature}
    points += votes
    print(json.dumps(levels, indent=1))
    if not arguments.dry_run:
        record = {"items": arguments.items, "points": [asdict(point) for point in points]}
        write(arguments.directory / "intensity_grid.json", record)
        path = arguments.directory / "intensity.json"
        kept = json.loads(path.read_text()) if path.is_file() else {}
        write(path, kept | {"default": "medium", "levels": levels})
        manifest = json.loads((arguments.directory / "trinity.json").read_text())
        manifest["sha256"]["intensity.json"] = sha256(path)
        write(arguments.directory / "trinity.json", manifest, indent=2)


def tokens_by_name(table: IntensityTable) -> IntensityTable:
    """A table in which the efforts that are tokens hand their own token to the prompt, whatever
    the checkpoint's levels were chosen as before."""
    levels = [
        replace(level, effort_token=level.name if level.name in TOKENS else level.effort_token)
        for level in table.levels
    ]
    return IntensityTable(table.default, tuple(levels))


def grid() -> list[tuple[str, int, int]]:
    """(effort token, experts, budget): all expert counts at full budget, then smaller budgets."""
    full = max(BUDGETS)
    settings = [("none", experts, 0) for experts in EXPERTS]
    settings += [("low", experts, full) for experts in EXPERTS]
    settings += [("high", experts, full) for experts in EXPERTS]
    settings += [("high", experts, budget) for budget in BUDGETS[:-1] for experts in (1, 2, 4)]
    return settings


def measure_votes(llm: LLM, items: list[Item], level: dict[str, Any]) -> list[Point]:
    """Answer all items with `level`, thinking several times: once for each of `VOTES`."""
    table, token = llm.table, level["effort_token"]
    points = []
    for thoughts, temperature in VOTES:
        voting = tuple(replace(known, thoughts=thoughts) for known in table.levels)
        llm.table = IntensityTable(table.default, voting)
        point = measure(
            llm,
            items,
            token,
            level["active_experts"],
            level["thinking_token_budget"],
            thoughts,
            temperature,
        )
        points.append(point)
    llm.table = table
    return points


def measure(
    llm: Generator,
    items: list[Item],
    effort_token: str,
    experts: int,
    budget: int,
    thoughts: int = 1,
    temperature: float = 0.0,
) -> Point:
    """Answer all items with one setting; `thoughts` is that of the table."""
    intensity = IntensityRequest(
        reasoning_effort=effort_token,
        active_experts=experts,
        thinking_token_budget=budget or None,
    )
    outcomes, right = answer_and_judge(
        llm, items, lambda _, __, messages: request(messages, intensity, temperature)
    )
    point = Point(
        effort_token=effort_token,
        experts=experts,
        budget=budget,
        thoughts=thoughts,
        temperature=temperature,
        accuracy=sum(right) / len(items),
        expert_rows=sum(outcome.expert_rows for outcome in outcomes) / len(items),
    )
    print(point, flush=True)
    return point


def request(
    messages: tuple[Message, ...], intensity: IntensityRequest, temperature: float
) -> ChatRequest:
    """One answer's request."""
    return ChatRequest(
        messages=messages,
        sampling=SamplingParams(temperature=temperature, seed=0, max_tokens=MAX_TOKENS),
        intensity=intensity,
    )


def choose(points: list[Point]) -> list[dict[str, Any]]:
    """The seven levels, each a measured setting; the highest two add experts and budget."""
    silent = [point for point in points if point.effort_token == "none"]
    least = cheapest(silent, TOLERANCE_SILENT)
    most = cheapest(points, TOLERANCE)
    thinking = [point for point in points if point.effort_token == most.effort_token]
    front = [p for p in pareto(thinking) if least.expert_rows < p.expert_rows < most.expert_rows]
    between = []
    for share in (0.25, 0.5, 0.75):
        wanted = least.expert_rows * (most.expert_rows / least.expert_rows) ** share
        left = [point for point in front if point not in between]
        between.append(min(left, key=lambda p: abs(p.expert_rows - wanted)) if left else most)
    between.sort(key=lambda point: point.expert_rows)
    chosen = [least, *between, most]
    settings = [(p.effort_token, p.experts, p.budget) for p in chosen]
    token, experts, budget = settings[-1]
    settings.append((token, min(experts + 1, max(EXPERTS)), 2 * budget))
    settings.append((token, max(EXPERTS), 4 * budget))
    names = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
    marks = (0, 10, 25, 50, 75, 90, 100)
    return [
        {
            "name": name,
            "intensity": mark,
            "effort_token": token,
            "active_experts": experts,
            "temperature": 0.0,
            "top_p": 1.0,
            "thinking_token_budget": budget,
        }
        for name, mark, (token, experts, budget) in zip(names, marks, settings, strict=True)
    ]


def cheapest(points: list[Point], tolerance: float) -> Point:
    """The cheapest whose accuracy is the best but for `tolerance`."""
    best = max(point.accuracy for point in points)
    good = [point for point in points if point.accuracy >= best - tolerance]
    return min(good, key=lambda point: point.expert_rows)


def pareto(points: list[Point]) -> list[Point]:
    """Those that no cheaper one equals in accuracy, cheapest first."""
    front: list[Point] = []
    for point in sorted(points, key=lambda p: (p.expert_rows, -p.accuracy)):
        if not front or point.accuracy > front[-1].accuracy:
            front.append(point)
    return front


def write(path: Path, record: object, indent: int = 1) -> None:
    """Write JSON for people to read."""
    path.write_text(json.dumps(record, indent=indent) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
