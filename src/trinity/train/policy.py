"""Rewards, advantages and the policy loss. Called by `reinforce` and `distil`.

Group-relative policy optimisation (GRPO, arXiv 2402.03300) with Magistral's changes (arXiv
2506.10910): no KL term, advantages normalised over the whole step, groups without variance left
out, the clip wider above than below.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
from torch import Tensor

from trinity.train.corpus import Source
from trinity.train.items import Family, Item, Split, draw, levels_with
from trinity.train.rollout import Rollout

CORRECT_REWARD = 0.9
FORMAT_REWARD = 0.1
"""For an answer that ends by itself and has some text."""
LENGTH_PENALTY = 0.1
"""At the longest answer; none up to half of that."""
MEMORY = 0.8
"""Share of a success rate that stays when a new group is counted."""
FLOOR = 0.08
"""Weight of what always or never succeeds, beside 1 for what succeeds half the time."""


def reward(rollout: Rollout, max_tokens: int) -> float:
    """0 to 1: right, well formed, and not needlessly long."""
    generation = rollout.generation
    ended = generation.finish_reason == "stop" and bool(generation.text.strip())
    excess = max(0.0, len(generation.token_ids) / max_tokens - 0.5) / 0.5
    return CORRECT_REWARD * rollout.is_correct + FORMAT_REWARD * ended - LENGTH_PENALTY * excess


def advantages(groups: Sequence[Sequence[float]]) -> list[list[float] | None]:
    """For each group of rewards, how far each is above its mean, over the deviation of all.

    `None` for a group in which nothing succeeded more than the rest: it teaches nothing.
    """
    centred = [
        [value - sum(group) / len(group) for value in group]
        if max(group) - min(group) > LENGTH_PENALTY
        else None
        for group in groups
    ]
    kept = [value for group in centred if group is not None for value in group]
    deviation = (sum(value * value for value in kept) / max(len(kept), 1)) ** 0.5 + 1e-6
    return [None if group is None else [value / deviation for value in group] for group in centred]


def policy_loss(
    logprob_T: Tensor, behaviour_T: Tensor, advantage_T: Tensor, low: float, high: float
) -> Tensor:
    """The clipped surrogate of each token, negated: -min(ratio x A, clip(ratio) x A)."""
    ratio_T = (logprob_T - behaviour_T).exp()
    clipped_T = ratio_T.clamp(1 - low, 1 + high)
    return -torch.minimum(ratio_T * advantage_T, clipped_T * advantage_T)


class Focus:
    """Draws most often what the model solves half the time, by family and level."""

    def __init__(self, figures: dict[str, float]) -> None:
        """Keep success rates in `figures`, which outlives the run."""
        self._rates = figures

    def draw(self, rng: random.Random, source: Source, split: Split) -> Item:
        """An item of `source`."""
        choices = [
            (family, level)
            for family in source.chosen()
            for level in levels_with(family, split, *source.levels)
        ]
        weights = [family.weight * self._weight(family, level) for family, level in choices]
        [(family, level)] = rng.choices(choices, weights)
        return draw(family, split, rng, level)

    def note(self, item: Item, success: float) -> None:
        """Count the share of a group's answers that were right."""
        name = _name(item.family, item.level)
        before = self._rates.get(name, success)
        self._rates[name] = MEMORY * before + (1 - MEMORY) * success

    def _weight(self, family: Family, level: int) -> float:
        rate = self._rates.get(_name(family.name, level), 0.5)
        return FLOOR + 4 * rate * (1 - rate)


def _name(family: str, level: int) -> str:
    return f"success/{family}/{level}"
