"""How sure a comparison of two models on the same exercises is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RESAMPLES = 10_000
CONFIDENCE = 0.95


def interval(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of resampled values."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def paired_means(
    verdicts: Sequence[Sequence[bool]], seed: int = 0, resamples: int = RESAMPLES
) -> np.ndarray:
    """Accuracies [resamples, models] over exercises drawn with replacement, the same for all
    models (the paired bootstrap, Efron 1979)."""
    right = np.asarray(verdicts, dtype=np.float64)
    num_items = right.shape[1]
    # How often each exercise is drawn says all that a resample needs.
    counts = np.random.default_rng(seed).multinomial(
        num_items, np.full(num_items, 1 / num_items), size=resamples
    )
    means: np.ndarray = counts @ right.T / num_items
    return means


def retention(
    fused: Sequence[bool], specialist: Sequence[bool], seed: int = 0
) -> tuple[float, float, float]:
    """Accuracy of the fused model as a share of the specialist's, with its 95 % interval."""
    means = paired_means([fused, specialist], seed)
    ratio = means[:, 0] / np.maximum(means[:, 1], 1e-9)
    return sum(fused) / max(sum(specialist), 1), *interval(ratio)


def headroom(fused: float, seed_model: float, oracle: float) -> float:
    """Share of the way from the seed to the best specialist that the fused model went."""
    return (fused - seed_model) / max(oracle - seed_model, 1e-9)
