"""The weak ways to make one model of several of one shape: baselines for the fusion.

All work on state dicts of equal shapes; none trains anything. `base` is the common ancestor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Weights = dict[str, Tensor]

SCALE = 0.4
"""Factor on the sum of task vectors: what the papers find best for three tasks or so."""
DENSITY = 0.2
"""Share of a task vector's entries that TIES keeps, as in the paper."""
DROPPED = 0.9
"""Share of a task vector's entries that DARE drops, as in the paper."""


def merge(method: str, base: Weights, models: Sequence[Weights], seed: int = 0) -> Weights:
    """Merge `models` by the method of that name in `METHODS`."""
    return METHODS[method](base, models, seed)


def average(base: Weights, models: Sequence[Weights], seed: int = 0) -> Weights:
    """The mean of the weights (model soups, arXiv 2203.05482)."""
    del seed
    return {name: torch.stack([model[name] for model in models]).mean(0) for name in base}


def task_arithmetic(base: Weights, models: Sequence[Weights], seed: int = 0) -> Weights:
    """The base plus a multiple of the sum of task vectors (arXiv 2212.04089)."""
    del seed
    return {
        name: value + SCALE * sum(model[name] - value for model in models)
        for name, value in base.items()
    }


def ties(base: Weights, models: Sequence[Weights], seed: int = 0) -> Weights:
    """Trim, elect signs, merge what agrees (TIES, arXiv 2306.01708)."""
    del seed
    merged = {}
    for name, value in base.items():
        deltas = torch.stack([_trimmed(model[name] - value) for model in models])
        sign = deltas.sum(0).sign()
        agrees = (deltas.sign() == sign) & (deltas != 0)
        mean = (deltas * agrees).sum(0) / agrees.sum(0).clamp_min(1)
        merged[name] = value + mean
    return merged


def dare(base: Weights, models: Sequence[Weights], seed: int = 0) -> Weights:
    """Drop most of each task vector at random, rescale the rest, add up (arXiv 2311.03099)."""
    generator = torch.Generator().manual_seed(seed)
    merged = {}
    for name, value in base.items():
        total = torch.zeros_like(value)
        for model in models:
            kept = torch.rand(value.shape, generator=generator) >= DROPPED
            total += (model[name] - value) * kept / (1 - DROPPED)
        merged[name] = value + SCALE * total
    return merged


METHODS: dict[str, Callable[[Weights, Sequence[Weights], int], Weights]] = {
    "average": average,
    "task-arithmetic": task_arithmetic,
    "ties": ties,
    "dare": dare,
}


def _trimmed(delta: Tensor) -> Tensor:
    """`delta` with all but its largest entries set to 0."""
    kept = max(1, round(DENSITY * delta.numel()))
    least = delta.abs().flatten().kthvalue(delta.numel() - kept + 1).values
    return torch.where(delta.abs() >= least, delta, 0.0)
