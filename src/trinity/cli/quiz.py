"""Fresh exercises for the model, asked and judged; `demo` shows what comes out."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from trinity.cli.reply import OnPiece, request_reply
from trinity.errors import TrinityError
from trinity.train.conversation import opening
from trinity.train.families import scored_families
from trinity.train.items import Domain, Family, Item, Split, draw
from trinity.train.verify import is_correct
from trinity.types import ChatRequest, IntensityRequest, SamplingParams

if TYPE_CHECKING:
    from trinity.engine.llm import LLM

PIPELINES: tuple[Domain, ...] = ("reasoning", "vision", "code")
FULL_EFFORT = "high"
LOWER_EFFORT = "none"
EASY_LEVELS = (1, 2)
MAX_TOKENS = 400
PASS_SHARE = 2 / 3
"""Share of questions that must be right at full effort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the model said to one exercise at one effort."""

    item: Item
    effort: str
    text: str
    reasoning: str
    correct: bool
    tokens: int
    seconds: float
    active_experts: tuple[int, ...]
    error: str | None = None
    """Why there is no answer."""

    @property
    def answered(self) -> bool:
        """Whether any answer came out."""
        return self.error is None and bool(self.text.strip())

    def record(self) -> dict[str, Any]:
        """The outcome as plain values, the exercise left out."""
        values = asdict(self)
        del values["item"]
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All outcomes of one domain at one effort."""

    domain: str
    effort: str
    asked: int
    right: int
    mean_tokens: float
    mean_seconds: float


def draw_items(per_domain: int, seed: int, trained: Collection[str] = ()) -> list[Item]:
    """Easy exercises that training never saw, each of another family while there are enough.

    Families are those named in `trained`, or all where that is empty.
    """
    items: list[Item] = []
    for domain in PIPELINES:
        rng = random.Random(f"demo/{domain}/{seed}")
        families = [f for f in scored_families(domain) if not trained or f.name in trained]
        rng.shuffle(families)
        drawn = (item for family in cycle(families) if (item := _draw_easy(family, rng)))
        items += islice(drawn, per_domain)
    return items


def _draw_easy(family: Family, rng: random.Random) -> Item | None:
    """An easy test item; `None` where the test split holds none, or where it takes tools to call:
    an exercise is one question and one answer here."""
    try:
        item = draw(family, Split.TEST, rng, level=rng.choice(EASY_LEVELS))
    except RuntimeError:
        return None
    return None if item.tools else item


def ask_item(llm: LLM, item: Item, effort: str, seed: int, on_piece: OnPiece) -> Outcome:
    """Ask one exercise and judge the answer; an error is an outcome too."""
    request = ChatRequest(
        messages=opening(item),
        sampling=SamplingParams(seed=seed, max_tokens=MAX_TOKENS),
        intensity=IntensityRequest(reasoning_effort=effort),
    )
    started = time.perf_counter()
    try:
        reply = request_reply(llm, request, on_piece)
    except TrinityError as error:
        return Outcome(
            item=item,
            effort=effort,
            text="",
            reasoning="",
            correct=False,
            tokens=0,
            seconds=time.perf_counter() - started,
            active_experts=(),
            error=error.message,
        )
    return Outcome(
        item=item,
        effort=effort,
        text=reply.text,
        reasoning=reply.reasoning,
        correct=is_correct(item, reply.text),
        tokens=reply.tokens,
        seconds=reply.total_s,
        active_experts=reply.effective.active_experts,
    )


def scores(outcomes: Sequence[Outcome]) -> list[Score]:
    """Totals by domain and effort, in the order asked."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.item.domain, outcome.effort), []).append(outcome)
    return [
        Score(
            domain=domain,
            effort=effort,
            asked=len(group),
            right=sum(outcome.correct for outcome in group),
            mean_tokens=sum(outcome.tokens for outcome in group) / len(group),
            mean_seconds=sum(outcome.seconds for outcome in group) / len(group),
        )
        for (domain, effort), group in groups.items()
    ]


def shortfall(outcomes: Sequence[Outcome]) -> str | None:
    """In one sentence why the demo did not succeed, or `None` where it did."""
    silent = sorted({o.item.domain for o in outcomes if not o.answered and o.effort == FULL_EFFORT})
    if silent:
        return f"The model gave no answer to a question of {' and '.join(silent)}."
    full = [outcome for outcome in outcomes if outcome.effort == FULL_EFFORT]
    right = sum(outcome.correct for outcome in full)
    if right < PASS_SHARE * len(full):
        return (
            f"Only {right} of {len(full)} answers were right at effort {FULL_EFFORT}; at least "
            f"{-(-2 * len(full) // 3)} should be."
        )
    return None
