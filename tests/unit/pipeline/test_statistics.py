from __future__ import annotations

import numpy as np
import pytest

from trinity.pipeline.statistics import headroom, interval, paired_means, retention


def test_an_interval_of_one_model_is_the_binomials() -> None:
    verdicts = [True] * 800 + [False] * 200
    low, high = interval(paired_means([verdicts])[:, 0])
    deviation = (0.8 * 0.2 / 1000) ** 0.5
    assert low == pytest.approx(0.8 - 1.96 * deviation, abs=0.003)
    assert high == pytest.approx(0.8 + 1.96 * deviation, abs=0.003)


def test_pairs_make_a_comparison_surer() -> None:
    specialist = [True] * 900 + [False] * 100
    fused = [*specialist[:890], *[False] * 10, *specialist[900:]]
    ratio, low, high = retention(fused, specialist)
    assert ratio == pytest.approx(890 / 900)
    # Ten items differ, whatever else is drawn: unpaired the interval would be four times as wide.
    assert high - low < 0.015
    assert low < ratio < high
    shuffled = list(np.random.default_rng(0).permutation(fused))
    _, low_apart, high_apart = retention(shuffled, specialist)
    assert high_apart - low_apart > 3 * (high - low)


def test_headroom_is_the_share_of_the_way() -> None:
    assert headroom(0.9, 0.5, 0.9) == pytest.approx(1.0)
    assert headroom(0.7, 0.5, 0.9) == pytest.approx(0.5)
    assert headroom(0.4, 0.5, 0.9) < 0
