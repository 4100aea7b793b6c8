"""What this server's answers took, and what the next one can be expected to take.

The bridge adds a sample for each answer; the preview asks for forecasts. Forecasts are quantiles of
what was seen, so they say nothing before there was something to see.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

KEPT = 512
"""Samples kept of each level; older ones are forgotten, as machine and traffic change."""
LIKE = 50
"""From so many samples with pictures, or without, on, only those like the request are used."""
NEAREST = 64
"""Samples, nearest in prompt length, that the time to the first token is taken from."""
FIXED = 16
"""Prompt tokens that a step's own cost is worth, when times of unlike prompts are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One answer that was made."""

    level: str
    """The row of the intensity table it was resolved through."""
    computed_tokens: int
    """Prompt tokens that were not in the cache."""
    has_images: bool
    thinking_tokens: int
    completion_tokens: int
    first_token_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A value that half of all stay below, and one that nine of ten do."""

    p50: float
    p90: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Quantiles:
        """Those that hold for the next value as often, if it comes from where `values` do.

        Split-conformal ranks (arXiv 2107.07511, section 1): the next of n + 1 values is equally
        likely at every rank.
        """
        ranked = sorted(values)
        ranks = (math.ceil((len(ranked) + 1) * share) for share in (0.5, 0.9))
        return cls(*(ranked[min(rank, len(ranked)) - 1] for rank in ranks))

    def plus(self, number: float) -> Quantiles:
        """Both, moved by `number`."""
        return Quantiles(self.p50 + number, self.p90 + number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an answer can be expected to take."""

    samples: int
    """Answers of this level that it is taken from."""
    thinking_tokens: Quantiles
    completion_tokens: Quantiles
    first_token_s: Quantiles
    total_s: Quantiles


class History:
    """The latest answers of each level."""

    def __init__(self) -> None:
        """Know nothing."""
        self._levels: dict[str, deque[Sample]] = {}

    def add(self, sample: Sample) -> None:
        """Remember an answer."""
        self._levels.setdefault(sample.level, deque(maxlen=KEPT)).append(sample)

    def forecast(self, level: str, computed_tokens: int, *, has_images: bool) -> Forecast | None:
        """What an answer at `level` can be expected to take, after a prompt of which
        `computed_tokens` are not in the cache; `None` where none was seen."""
        samples = self._like(level, has_images=has_images)
        if not samples:
            return None
        first = self._first_token(computed_tokens)
        decoding = Quantiles.of([sample.total_s - sample.first_token_s for sample in samples])
        return Forecast(
            samples=len(samples),
            thinking_tokens=Quantiles.of([sample.thinking_tokens for sample in samples]),
            completion_tokens=Quantiles.of([sample.completion_tokens for sample in samples]),
            first_token_s=first,
            total_s=decoding.plus(first.p50),
        )

    def _like(self, level: str, *, has_images: bool) -> list[Sample]:
        samples = list(self._levels.get(level, ()))
        like = [sample for sample in samples if sample.has_images is has_images]
        return like if len(like) >= LIKE else samples

    def _first_token(self, computed_tokens: int) -> Quantiles:
        """Of all levels, which read their prompts alike, scaled by the prompt's length."""
        size = computed_tokens + FIXED
        ratios = [
            (size / (sample.computed_tokens + FIXED), sample.first_token_s)
            for samples in self._levels.values()
            for sample in samples
        ]
        nearest = sorted(ratios, key=lambda pair: abs(math.log(pair[0])))[:NEAREST]
        return Quantiles.of([ratio * seconds for ratio, seconds in nearest])
