"""Chooses the lossy profiles of `intensity.json` by measurement: `calibrate_lossy.py DIR`.

Items of the validation split are answered with fewer experts and smaller thinking budgets than
each effort's own. For latency the fastest setting is chosen whose accuracy on reasoning is at most
a point lower; for throughput the fewest experts whose accuracy is at most a point lower in the mean
of all domains and in none of them more than two, then the lowest routing discount of which that is
still true with few streams, where experts are shared least willingly. What was measured is written
beside the table as `lossy_grid.json`.
"""

import argparse
import json
import statistics
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from trinity.cli.loading import open_llm
from trinity.config import EngineConfig
from trinity.engine.intensity import IntensityTable, Level
from trinity.engine.llm import LLM
from trinity.pipeline.export import sha256
from trinity.train import agent
from trinity.train.conversation import opening
from trinity.train.evaluate import answer_and_judge, sample_items
from trinity.train.items import DOMAINS, Domain, Item, Split
from trinity.types import ChatRequest, IntensityRequest, Message, Mode, SamplingParams

EXPERTS = (1, 2, 3, 4, 6)
BUDGETS = (48, 64, 96, 128, 192)
DISCOUNTS = (0.0, 0.1, 0.5)
STREAMS = 8
"""How many answers share experts when a discount is measured."""
MAX_TOKENS = 512
COST, COST_OF_A_DOMAIN = 0.01, 0.02
"""Accuracy that a profile may cost, and in any one domain."""
TIMED_ITEMS, TIMED_RUNS = 30, 5


@dataclass(frozen=True, slots=True)
class Setting:
    """How items are answered, at an effort token."""

    effort_token: str
    experts: int
    budget: int
    discount: float = 1.0
    """For routing, in mode throughput."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An item's answer: whether it is right, and its length."""

    is_right: bool
    tokens: int
    thought: int


Grid = dict[Setting, dict[Domain, list[Outcome]]]
"""By setting and domain the outcomes of the same items."""


def main() -> None:
    """Measure, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--items", type=int, default=1000, help="per domain")
    parser.add_argument("--dry-run", action="store_true", help="measure only")
    arguments = parser.parse_args()
    llm, _ = open_llm(str(arguments.directory), EngineConfig(speculation=False))
    items = {d: sample_items(d, Split.VALIDATION, arguments.items, seed=2) for d in DOMAINS}
    levels = [level for level in llm.table.levels if level.effort_token != "none"]
    grid: Grid = {}
    for level in reversed(levels):  # what a smaller budget does not touch is known then
        for setting in settings_below(level):
            is_full = setting.budget == own(level).budget
            asked = items if is_full else {"reasoning": items["reasoning"]}
            if setting not in grid or len(grid[setting]) < len(asked):
                grid[setting] = measure(llm, asked, setting, grid)
                print(setting, figures(grid[setting]), flush=True)
    high = next(level for level in levels if level.name == "high")
    seconds = seconds_per_token(llm, items["reasoning"][:TIMED_ITEMS], high)
    settings = EngineConfig(speculation=False, max_sequences=STREAMS, mode=Mode.THROUGHPUT)
    few, _ = open_llm(str(arguments.directory), settings)
    latency = [row(level, for_latency(level, grid, seconds)) for level in levels]
    throughput = [row(level, for_throughput(level, grid, few, items)) for level in levels]
    lossy = {"latency": latency, "throughput": throughput}
    print(json.dumps(lossy, indent=1))
    record = {
        "items": arguments.items,
        "milliseconds_per_token": {k: round(s * 1e3, 4) for k, s in seconds.items()},
        "settings": [asdict(setting) | figures(found) for setting, found in grid.items()],
    }
    if arguments.dry_run:
        print(json.dumps(record))
        return
    write(arguments.directory / "lossy_grid.json", record)
    path = arguments.directory / "intensity.json"
    write(path, json.loads(path.read_text()) | {"lossy": lossy})
    manifest = json.loads((arguments.directory / "trinity.json").read_text())
    manifest["sha256"]["intensity.json"] = sha256(path)
    write(arguments.directory / "trinity.json", manifest, indent=2)


def own(level: Level) -> Setting:
    """A level's own setting."""
    assert level.thinking_token_budget is not None
    return Setting(level.effort_token, level.active_experts[0], level.thinking_token_budget)


def settings_below(level: Level) -> list[Setting]:
    """The level's own setting, then those with no more experts and budget."""
    full = own(level)
    budgets = [full.budget, *(b for b in reversed(BUDGETS) if b < full.budget)]
    experts = [k for k in reversed(EXPERTS) if k <= full.experts]
    return [Setting(full.effort_token, k, budget) for budget in budgets for k in experts]


def measure(
    llm: LLM, items: dict[Domain, list[Item]], setting: Setting, grid: Grid
) -> dict[Domain, list[Outcome]]:
    """Answer all items; those that an earlier setting tells of are not answered again."""
    outcomes: dict[Domain, list[Outcome]] = {}
    for domain, asked in items.items():
        larger = [
            other
            for other, found in grid.items()
            if replace(other, budget=setting.budget) == setting
            and other.budget >= setting.budget
            and domain in found
        ]
        known = grid[min(larger, key=lambda s: s.budget)][domain] if larger else None
        # Greedy answers: a budget that thinking does not reach changes nothing.
        open_ = [i for i in range(len(asked)) if not known or known[i].thought >= setting.budget]
        found = answer(llm, [asked[i] for i in open_], setting)
        outcomes[domain] = list(known or found)
        for i, outcome in zip(open_, found, strict=True):
            outcomes[domain][i] = outcome
    return outcomes


def answer(llm: LLM, items: list[Item], setting: Setting) -> list[Outcome]:
    """The outcomes of items, answered greedily with one setting."""
    shared = tuple(replace(level, routing_discount=setting.discount) for level in llm.table.levels)
    llm.table = replace(llm.table, lossy={Mode.THROUGHPUT: shared})
    outcomes, right = answer_and_judge(
        llm, items, lambda _, __, messages: request(messages, setting, llm.table)
    )
    return [
        Outcome(ok, outcome.num_tokens, longest_thought(outcome, llm.tokenizer.end_think_id))
        for ok, outcome in zip(right, outcomes, strict=True)
    ]


def longest_thought(outcome: agent.Outcome, end_think_id: int) -> int:
    """The most thinking tokens of a turn."""
    return max(thinking_tokens(turn.generation.token_ids, end_think_id) for turn in outcome.turns)


def thinking_tokens(token_ids: tuple[int, ...], end_think_id: int) -> int:
    """Tokens between the markers of an answer, which are its first and `end_think_id`."""
    return token_ids.index(end_think_id) - 1 if end_think_id in token_ids else 0


def request(messages: tuple[Message, ...], setting: Setting, table: IntensityTable) -> ChatRequest:
    """One greedy answer's request."""
    names = [level.name for level in table.levels if level.effort_token == setting.effort_token]
    return ChatRequest(
        messages=messages,
        sampling=SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS),
        intensity=IntensityRequest(
            reasoning_effort=names[0],
            active_experts=setting.experts,
            thinking_token_budget=setting.budget,
            lossy=setting.discount < 1,
        ),
    )


def seconds_per_token(llm: LLM, items: list[Item], level: Level) -> dict[int, float]:
    """Seconds a token at each number of experts, answers made one after another; in turns, so
    that what disturbs the machine disturbs all."""
    times: dict[int, list[float]] = {experts: [] for experts in EXPERTS}
    for _ in range(TIMED_RUNS):
        for experts in EXPERTS:
            setting = replace(own(level), experts=experts)
            requests = [request(opening(item), setting, llm.table) for item in items]
            started = time.perf_counter()
            tokens = sum(len(llm.generate([asked])[0].token_ids) for asked in requests)
            times[experts].append((time.perf_counter() - started) / tokens)
    return {experts: statistics.median(runs) for experts, runs in times.items()}


def accuracy(outcomes: dict[Domain, list[Outcome]], domain: Domain) -> float:
    """Share of right answers."""
    return statistics.fmean(outcome.is_right for outcome in outcomes[domain])


def tokens(outcomes: dict[Domain, list[Outcome]], domain: Domain) -> float:
    """Mean length of an answer."""
    return statistics.fmean(outcome.tokens for outcome in outcomes[domain])


def figures(outcomes: dict[Domain, list[Outcome]]) -> dict[str, float]:
    """Accuracy of each domain, and tokens an answer of reasoning."""
    found: dict[str, float] = {d: round(accuracy(outcomes, d), 4) for d in outcomes}
    return found | {"reasoning_tokens": round(tokens(outcomes, "reasoning"), 2)}


def for_latency(level: Level, grid: Grid, seconds: dict[int, float]) -> Setting:
    """The fastest setting that is hardly worse at reasoning."""
    floor = accuracy(grid[own(level)], "reasoning") - COST
    good = [s for s in settings_below(level) if accuracy(grid[s], "reasoning") >= floor]
    return min(good, key=lambda s: tokens(grid[s], "reasoning") * seconds[s.experts])


def for_throughput(level: Level, grid: Grid, few: LLM, items: dict[Domain, list[Item]]) -> Setting:
    """The fewest experts that are hardly worse in the mean, and not much worse anywhere, and the
    lowest discount, measured with `few` streams."""
    full = own(level)

    def is_good(setting: Setting) -> bool:
        costs = [accuracy(grid[full], d) - accuracy(grid[setting], d) for d in DOMAINS]
        return statistics.fmean(costs) <= COST and max(costs) <= COST_OF_A_DOMAIN

    fewer = [replace(full, experts=k) for k in EXPERTS if k <= full.experts]
    chosen = next(setting for setting in fewer if is_good(setting))
    for discount in DISCOUNTS:
        shared = replace(chosen, discount=discount)
        if shared not in grid:
            grid[shared] = measure(few, items, shared, grid)
            print(shared, figures(grid[shared]), flush=True)
        if is_good(shared):
            return shared
    return chosen


def row(level: Level, setting: Setting) -> dict[str, object]:
    """What the table says of a level in a profile."""
    found: dict[str, object] = {
        "name": level.name,
        "active_experts": setting.experts,
        "thinking_token_budget": setting.budget,
    }
    return found if setting.discount == 1 else found | {"routing_discount": setting.discount}


def write(path: Path, record: object, indent: int = 1) -> None:
    """Write JSON for people to read."""
    path.write_text(json.dumps(record, indent=indent) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
