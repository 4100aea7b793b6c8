"""What a checkpoint of the proof gets right: verdicts of the same held-out exercises for all.

Verdicts are kept item by item, so that models can be compared in pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from trinity.pipeline.stages import load_checkpoint, make_generator
from trinity.train.corpus import Source
from trinity.train.evaluate import answer_and_judge
from trinity.train.items import Item, Split
from trinity.types import ChatRequest, Generator, IntensityRequest, Message, SamplingParams

MAX_TOKENS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Answers of one model to one domain's exercises at one setting."""

    verdicts: tuple[bool, ...]
    mean_tokens: float
    """Generated tokens per answer."""

    @property
    def accuracy(self) -> float:
        """Share answered right."""
        return sum(self.verdicts) / len(self.verdicts)

    def record(self) -> dict[str, Any]:
        """As plain values; verdicts as a string of 0 and 1."""
        return {
            "accuracy": round(self.accuracy, 4),
            "mean_tokens": round(self.mean_tokens, 1),
            "verdicts": "".join("1" if right else "0" for right in self.verdicts),
        }

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Result:
        """The inverse of `record`."""
        verdicts = tuple(mark == "1" for mark in record["verdicts"])
        return cls(verdicts=verdicts, mean_tokens=record["mean_tokens"])


@cache
def draw_items(source: Source, count: int, split: Split = Split.TEST) -> tuple[Item, ...]:
    """`count` exercises of a source, always the same ones; drawn once, for pictures take long."""
    rng = Random(f"proof/{source.domain}/{split}")
    return tuple(source.draw(rng, split) for _ in range(count))


def open_generator(checkpoint: str) -> Generator:
    """An engine over a checkpoint, which answers greedily at the model's own expert count."""
    return make_generator(load_checkpoint(checkpoint), str(Path(checkpoint) / "tekken.json"))


def measure(
    generator: Generator,
    items: Sequence[Item],
    effort: str = "high",
    experts: int | None = None,
    max_tokens: int = MAX_TOKENS,
) -> Result:
    """Answer `items` in at most `max_tokens` a turn, tools run, and judge the answers."""

    def request_of(_: int, __: Item, messages: tuple[Message, ...]) -> ChatRequest:
        return ChatRequest(
            messages=messages,
            sampling=SamplingParams(seed=0, max_tokens=max_tokens),
            intensity=IntensityRequest(reasoning_effort=effort, active_experts=experts),
        )

    outcomes, verdicts = answer_and_judge(generator, items, request_of)
    tokens = sum(outcome.num_tokens for outcome in outcomes)
    return Result(verdicts=tuple(verdicts), mean_tokens=tokens / len(items))
