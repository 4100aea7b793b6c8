import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trinity.server.history import KEPT, LIKE, History, Quantiles, Sample


def sample(**fields: object) -> Sample:
    settings = {
        "level": "high",
        "computed_tokens": 100,
        "has_images": False,
        "thinking_tokens": 10,
        "completion_tokens": 20,
        "first_token_s": 0.5,
        "total_s": 1.5,
    }
    return Sample(**(settings | fields))


def test_nothing_is_said_before_something_was_seen() -> None:
    history = History()
    assert history.forecast("high", 100, has_images=False) is None
    history.add(sample(level="low"))
    assert history.forecast("high", 100, has_images=False) is None


def test_one_answer_is_all_that_is_known() -> None:
    history = History()
    history.add(sample())
    forecast = history.forecast("high", 100, has_images=True)
    assert forecast is not None
    assert (forecast.samples, forecast.thinking_tokens) == (1, Quantiles(10, 10))
    assert forecast.total_s == Quantiles(1.5, 1.5)


def test_the_first_token_waits_for_the_prompt() -> None:
    history = History()
    for _ in range(5):
        history.add(sample(level="low", computed_tokens=84, first_token_s=1.0))
        history.add(sample(level="high", computed_tokens=984, first_token_s=8.0))
    history.add(sample(level="high", computed_tokens=984, first_token_s=8.0))
    forecast = history.forecast("high", 184, has_images=False)
    assert forecast is not None
    # Six of 8 s * (184 + 16) / (984 + 16), five of 1 s * (184 + 16) / (84 + 16).
    assert (forecast.first_token_s.p50, forecast.first_token_s.p90) == pytest.approx((1.6, 2.0))


def test_pictures_are_told_apart_once_enough_were_seen() -> None:
    history = History()
    for _ in range(LIKE - 1):
        history.add(sample(has_images=True, thinking_tokens=99))
    for _ in range(LIKE - 1):
        history.add(sample(has_images=False, thinking_tokens=1))
    mixed = history.forecast("high", 100, has_images=False)
    assert mixed is not None
    assert (mixed.samples, mixed.thinking_tokens.p90) == (2 * LIKE - 2, 99)
    history.add(sample(has_images=False, thinking_tokens=1))
    alike = history.forecast("high", 100, has_images=False)
    assert alike is not None
    assert (alike.samples, alike.thinking_tokens.p90) == (LIKE, 1)


def test_old_answers_are_forgotten() -> None:
    history = History()
    history.add(sample(thinking_tokens=10**6))
    for _ in range(KEPT):
        history.add(sample())
    forecast = history.forecast("high", 100, has_images=False)
    assert forecast is not None
    assert forecast.samples == KEPT
    assert forecast.thinking_tokens == Quantiles(10, 10)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_quantiles_are_values_that_were_seen_in_order(values: list[float]) -> None:
    found = Quantiles.of(values)
    assert found.p50 in values
    assert found.p90 in values
    assert found.p50 <= found.p90
    assert sum(value <= found.p50 for value in values) * 2 >= len(values)


def test_the_next_value_stays_below_as_often_as_promised() -> None:
    rng = random.Random(0)
    below = [0, 0]
    trials = 4000
    for _ in range(trials):
        values = [rng.lognormvariate(0, 1) for _ in range(49)]
        found, following = Quantiles.of(values), rng.lognormvariate(0, 1)
        below[0] += following <= found.p50
        below[1] += following <= found.p90
    # Exactly 25 and 45 of 50 ranks; four standard errors.
    assert below[0] / trials == pytest.approx(0.5, abs=0.032)
    assert below[1] / trials == pytest.approx(0.9, abs=0.02)
