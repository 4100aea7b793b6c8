import json
from pathlib import Path

import pytest

from trinity.bench.records import TRINITY, Result, Subject, pair_ratio, stamp, write_lines

SUBJECT = Subject("tiny", Path("models/tiny"), "bf16")


def a_result(unit: str, runs: list[float], limit: float | None) -> Result:
    return SUBJECT.result("decode", "8 + 8", 1, TRINITY, "decode", unit, runs, limit=limit)


def test_a_slow_moment_of_both_halves_of_a_pair_cancels() -> None:
    assert pair_ratio([100, 10, 100], [50, 5, 50]) == 2
    # The medians alone would say otherwise.
    assert pair_ratio([100, 10, 10], [50, 50, 5]) == 2


def test_pairs_have_two_halves() -> None:
    with pytest.raises(ValueError, match="shorter"):
        pair_ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("unit", "runs", "limit", "share"),
    [
        ("tokens/s", [40, 50, 90], 100, 0.5),
        ("s", [4, 5, 9], 1, 0.2),
        ("bytes", [7], None, None),
    ],
)
def test_the_share_of_a_limit_is_at_most_one_for_rates_and_times(
    unit: str, runs: list[float], limit: float | None, share: float | None
) -> None:
    assert a_result(unit, runs, limit).share == share


def test_every_line_says_all_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    results = [a_result("tokens/s", [1.0, 3.0, 2.0], 4.0), a_result("s", [1.0], None)]
    write_lines(path, stamp("bench", repeats=3), results)
    first, second = map(json.loads, path.read_text().splitlines())
    for line in (first, second):
        assert line["benchmark"] == "bench"
        assert line["repeats"] == 3
        assert line["threads"] >= 1
        assert {"commit", "machine", "command", "instructions", "torch"} <= line.keys()
        assert all(line[key] for key in ("commit", "machine", "command"))
    assert first["runs"] == [1.0, 3.0, 2.0]
    assert first["median"] == 2.0
    assert first["share"] == 0.5
    assert second["share"] is None
