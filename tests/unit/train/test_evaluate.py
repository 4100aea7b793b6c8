from __future__ import annotations

from collections.abc import Sequence

import pytest

from trinity.train import evaluate as evaluation
from trinity.train.evaluate import Cell, EvalConfig, evaluate, sample_items
from trinity.train.items import Split
from trinity.types import ChatRequest, Generation


class Oracle:
    """Knows every answer, but says it only at full effort."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[ChatRequest] = []

    def generate(self, requests: Sequence[ChatRequest]) -> list[Generation]:
        self.asked += requests
        return [self._answer(request) for request in requests]

    def weights_changed(self) -> None:
        raise AssertionError("Evaluation changes no weights.")

    def _answer(self, request: ChatRequest) -> Generation:
        knows = request.intensity.reasoning_effort == "high"
        text = self.answers[request.messages[-1].text] if knows else "?"
        return Generation(
            token_ids=(5, 6),
            text=text,
            reasoning="",
            finish_reason="stop",
            logprobs=(0.0, 0.0),
            expert_rows=8,
        )


def test_the_scoreboard_counts_what_was_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "DOMAINS", ("reasoning", "chat"))
    config = EvalConfig(items=12, items_side=5, efforts=("none",), experts=(1,))
    answers = {
        item.question: item.answer
        for domain in ("reasoning", "chat")
        for held_out in (False, True)
        if domain == "reasoning" or not held_out
        for item in sample_items(domain, config.split, config.items, config.seed, held_out=held_out)
    }
    seen: list[Cell] = []
    oracle = Oracle(answers)
    cells = evaluate(oracle, config, seen.append)
    totals = {(c.domain, c.effort, c.experts): c for c in cells if c.family is None}
    assert list(totals.values()) == seen
    for domain in ("reasoning", "chat"):
        assert totals[domain, "high", None].accuracy == 1.0
        assert totals[domain, "high", None].items == 12
        assert totals[domain, "none", None].accuracy == 0.0
        assert totals[domain, "high", 1].items == 5
        families = [c for c in cells if c.domain == domain and c.family is not None]
        assert sum(c.items for c in families) >= 12
    assert {request.intensity.active_experts for request in oracle.asked} == {None, 1}


def test_items_are_of_the_split_and_a_function_of_the_seed() -> None:
    first = sample_items("reasoning", Split.TEST, 8, seed=1)
    assert first == sample_items("reasoning", Split.TEST, 8, seed=1)
    assert first != sample_items("reasoning", Split.TEST, 8, seed=2)


@pytest.mark.parametrize(
    ("correct", "items", "low", "high"),
    # Wilson (1927); values from an independent calculator.
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (98, 100, 0.9300, 0.9945)],
)
def test_the_interval_is_wilsons(correct: int, items: int, low: float, high: float) -> None:
    cell = Cell(
        domain="code",
        effort="high",
        experts=None,
        items=items,
        correct=correct,
        mean_tokens=1.0,
        mean_expert_rows=1.0,
    )
    assert cell.interval() == pytest.approx((low, high), abs=1e-4)
