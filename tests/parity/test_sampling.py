"""Drawing by the kernels against the reference, row by row."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor

pytest.importorskip("trinity.ops._native")

from trinity.ops import native_sampling, reference_sampling
from trinity.ops.reference_sampling import DrawSettings

pytestmark = pytest.mark.usefixtures("instruction_set")


def some_settings(rng: random.Random, width: int) -> DrawSettings:
    return DrawSettings(
        temperature=rng.choice([0.0, 0.2, 0.7, 1.0, 2.0]),
        top_k=rng.choice([width, width, 1, 5, 40]),
        top_p=rng.choice([1.0, 1.0, 0.95, 0.5, 0.01]),
        min_p=rng.choice([0.0, 0.0, 0.05, 1.0]),
        uniform=rng.random(),
    )


def some_rows(width: int, scale: float, seed: int) -> tuple[Tensor, list[Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(40, width, generator=generator) * scale
    # Equal logits are in the order of their ids.
    logits[::3] = logits[::3].round()
    masks = torch.zeros(40, width)
    masks[torch.rand(masks.shape, generator=generator) < 0.3] = float("-inf")
    masks[:, 3] = 0
    return logits, list(masks)


@pytest.mark.parametrize("width", [5, 100, 2048, 5000])
@pytest.mark.parametrize("scale", [0.0, 0.5, 4.0, 60.0])
def test_the_same_tokens_are_drawn(width: int, scale: float) -> None:
    rng = random.Random(width)
    logits, masks = some_rows(width, scale, seed=1)
    settings = [some_settings(rng, width) for _ in logits]
    ours = native_sampling.choose_tokens(logits, masks, settings)
    assert ours == reference_sampling.choose_tokens(logits, masks, settings)
    assert all(mask[token] == 0 for token, mask in zip(ours, masks, strict=True))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("where", [0, 30, 36])
def test_a_row_that_is_not_finite_gets_no_token(value: float, where: int) -> None:
    logits, masks = torch.zeros(2, 37), [torch.zeros(37)] * 2
    logits[1][where] = value
    settings = [DrawSettings(1.0, 37, 1.0, 0.0, 0.5)] * 2
    for choose in (native_sampling.choose_tokens, reference_sampling.choose_tokens):
        assert choose(logits, masks, settings) == [18, -1]


def test_the_ends_of_the_random_numbers() -> None:
    logits, masks = torch.tensor([[1.0, 3.0, 2.0]] * 2), [torch.zeros(3)] * 2
    first, last = (DrawSettings(1.0, 3, 1.0, 0.0, u) for u in (0.0, 1 - 2.0**-53))
    assert native_sampling.choose_tokens(logits, masks, [first, last]) == [1, 0]
