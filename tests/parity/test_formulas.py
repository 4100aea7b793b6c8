"""Formulas of the family against published or hand-computed numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from trinity.inputs.images import resize_grid
from trinity.ops.rope import (
    query_temperature,
    softmax_scale,
    yarn_correction_range,
    yarn_inverse_frequencies,
)
from trinity.presets import PRESETS

SMALL_4 = PRESETS["small-4"]
ROPE = SMALL_4.rope


def test_yarn_blends_the_pairs_from_12_to_25() -> None:
    assert yarn_correction_range(64, ROPE) == (12, 25)


def test_fast_pairs_are_kept_and_slow_ones_divided() -> None:
    frequencies = yarn_inverse_frequencies(64, ROPE).double()
    plain = 10_000.0 ** (-torch.arange(32, dtype=torch.float64) / 32)
    share = frequencies / plain
    assert frequencies.shape == (32,)
    assert share[:13] == pytest.approx(torch.ones(13).tolist(), rel=1e-6)
    assert share[25:] == pytest.approx([1 / 128] * 7, rel=1e-6)
    between = [1 - step / 13 + step / 13 / 128 for step in range(1, 13)]
    assert share[13:25] == pytest.approx(between, rel=1e-6)


@pytest.mark.parametrize(
    ("position", "factor"),
    [
        (0, 1.0),
        (8191, 1.0),
        (8192, 1.0693),
        (16_383, 1.0693),
        (65_536, 1.2197),
        (131_072, 1.2833),
        (262_143, 1.3466),
    ],
)
def test_queries_grow_with_the_position(position: int, factor: float) -> None:
    value = float(query_temperature(torch.tensor([position]), ROPE))
    assert value == pytest.approx(factor, abs=5e-5)
    assert (value == 1) == (position < 8192)


def test_the_softmax_scale_is_plain_unless_the_model_asks() -> None:
    plain = softmax_scale(SMALL_4.qk_head_dim, ROPE)
    assert plain == pytest.approx(0.0883883, abs=1e-7)
    scaled = softmax_scale(SMALL_4.qk_head_dim, replace(ROPE, apply_scale=True))
    assert scaled / plain == pytest.approx(2.20583, abs=1e-5)


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((28, 28), (1, 1)),
        ((29, 28), (2, 1)),
        ((1000, 700), (36, 25)),
        ((1540, 1540), (55, 55)),
        ((3080, 1540), (55, 28)),
        # 560.56 pixels high after shrinking: rounded to 561, which needs a 21st row.
        ((2000, 728), (55, 21)),
    ],
)
def test_pictures_are_cut_as_the_official_encoder_cuts_them(
    size: tuple[int, int], grid: tuple[int, int]
) -> None:
    assert SMALL_4.vision is not None
    assert resize_grid(*size, SMALL_4.vision) == grid


def test_the_largest_picture_takes_3080_tokens() -> None:
    assert SMALL_4.vision is not None
    columns, rows = resize_grid(5000, 5000, SMALL_4.vision)
    assert (columns + 1) * rows == 3080
