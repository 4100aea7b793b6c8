"""Scores a model on generated exercises: accuracy by domain, effort, expert count and family.

Answers come from a `Generator`, all items of a cell at once; judging is exact (`train.verify`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from trinity.train.agent import Outcome, RequestOf, answer_items
from trinity.train.families import scored_families
from trinity.train.items import DOMAINS, Domain, Item, Split, draw
from trinity.train.verify import judge_all
from trinity.types import (
    ChatRequest,
    Generator,
    IntensityRequest,
    Message,
    SamplingParams,
)

FULL_EFFORT = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One row of the scoreboard."""

    domain: str
    effort: str
    experts: int | None
    """Experts per token; `None` is the effort's own profile."""
    family: str | None = None
    """`None` is all trained families of the domain."""
    items: int
    correct: int
    mean_tokens: float
    """Generated tokens per answer, thinking included."""
    mean_expert_rows: float
    """Routed expert evaluations per answer, all layers."""
    verdicts: tuple[bool, ...] = ()
    """Of a total: which items were answered right, in order."""

    @property
    def accuracy(self) -> float:
        """Share of items answered right."""
        return self.correct / self.items if self.items else 0.0

    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy."""
        n, p, z = self.items, self.accuracy, 1.959964
        if not n:
            return 0.0, 1.0
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * ((p * (1 - p) + z * z / (4 * n)) / n) ** 0.5 / (1 + z * z / n)
        return centre - half, centre + half

    def record(self) -> dict[str, Any]:
        """The row as plain values, accuracy and interval included; verdicts as 0 and 1."""
        low, high = self.interval()
        verdicts = "".join("1" if right else "0" for right in self.verdicts)
        figures = {"accuracy": self.accuracy, "low": low, "high": high}
        return {**asdict(self), "verdicts": verdicts, **figures}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalConfig:
    """How much to measure."""

    items: int = 1000
    """Items per domain at full effort."""
    items_side: int = 400
    """Items per domain for other efforts and expert counts."""
    efforts: tuple[str, ...] = ("none", "low", "medium", "max")
    experts: tuple[int, ...] = (1, 2, 4, 6)
    split: Split = Split.TEST
    seed: int = 0
    max_tokens: int = 320


def evaluate(
    generator: Generator, config: EvalConfig, on_cell: Callable[[Cell], None] = lambda _: None
) -> list[Cell]:
    """Measure every cell; `on_cell` is called as each total is known.

    The same items serve every effort and expert count, so differences are paired.
    """
    cells: list[Cell] = []

    def measure(items: Sequence[Item], effort: str, experts: int | None) -> tuple[bool, ...]:
        cell = _measured(generator, items, effort, experts, config)
        cells.append(cell)
        on_cell(cell)
        return cell.verdicts

    for domain in DOMAINS:
        if not scored_families(domain):
            continue
        items = sample_items(domain, config.split, config.items, config.seed)
        cells.extend(_by_family(items, measure(items, FULL_EFFORT, None)))
        side = items[: config.items_side]
        for effort in config.efforts:
            measure(side, effort, None)
        for experts in config.experts:
            measure(side, FULL_EFFORT, experts)
    for domain in DOMAINS:
        if scored_families(domain, held_out=True):
            items = sample_items(
                domain, config.split, config.items_side, config.seed, held_out=True
            )
            unseen = _measured(generator, items, FULL_EFFORT, None, config)
            cells.extend(_by_family(items, unseen.verdicts))
    return cells


def measure_domain(generator: Generator, domain: Domain, config: EvalConfig) -> Cell:
    """The total of one domain at full effort, on the same items as in `evaluate`."""
    items = sample_items(domain, config.split, config.items, config.seed)
    return _measured(generator, items, FULL_EFFORT, None, config)


def sample_items(
    domain: Domain, split: Split, count: int, seed: int, *, held_out: bool = False
) -> list[Item]:
    """`count` items of `domain`, drawn by family weight from their own random stream."""
    rng = random.Random(f"evaluate/{domain}/{split}/{seed}/{held_out}")
    families = scored_families(domain, held_out=held_out)
    weights = [family.weight for family in families]
    return [draw(rng.choices(families, weights)[0], split, rng) for _ in range(count)]


def answer_and_judge(
    generator: Generator, items: Sequence[Item], request_of: RequestOf
) -> tuple[list[Outcome], list[bool]]:
    """Answer all items, tools run, and say which are right."""
    outcomes = answer_items(generator, items, request_of)
    return outcomes, judge_all(items, [outcome.generation.text for outcome in outcomes])


def _request(
    messages: tuple[Message, ...], effort: str, experts: int | None, config: EvalConfig
) -> ChatRequest:
    return ChatRequest(
        messages=messages,
        sampling=SamplingParams(seed=config.seed, max_tokens=config.max_tokens),
        intensity=IntensityRequest(reasoning_effort=effort, active_experts=experts),
    )


def _measured(
    generator: Generator,
    items: Sequence[Item],
    effort: str,
    experts: int | None,
    config: EvalConfig,
) -> Cell:
    outcomes, verdicts = answer_and_judge(
        generator, items, lambda _, __, messages: _request(messages, effort, experts, config)
    )
    return Cell(
        domain=items[0].domain,
        effort=effort,
        experts=experts,
        items=len(items),
        correct=sum(verdicts),
        mean_tokens=sum(outcome.num_tokens for outcome in outcomes) / len(items),
        mean_expert_rows=sum(outcome.expert_rows for outcome in outcomes) / len(items),
        verdicts=tuple(verdicts),
    )


def _by_family(items: Sequence[Item], judged: Sequence[bool]) -> list[Cell]:
    verdicts: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for item, correct in zip(items, judged, strict=True):
        verdicts[item.domain, item.family].append(correct)
    return [
        Cell(
            domain=domain,
            family=family,
            effort=FULL_EFFORT,
            experts=None,
            items=len(results),
            correct=sum(results),
            mean_tokens=0.0,
            mean_expert_rows=0.0,
        )
        for (domain, family), results in sorted(verdicts.items())
    ]
