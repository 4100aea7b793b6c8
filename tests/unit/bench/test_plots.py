import sys
from pathlib import Path

import pytest

from trinity.bench.plots import draw_plots
from trinity.bench.rates import Rates
from trinity.bench.records import TRINITY, Result, Subject
from trinity.errors import TrinityError

RATES = Rates(read_bytes=3e10, fp32_flops=2e11, int8_flops=1e11)


def some_results() -> list[Result]:
    subject = Subject("tiny", Path("tiny"), "bf16")
    work = {"flops_per_token": 2e8, "bytes_per_token": 2e8, "limit": 100.0}
    results = [subject.result("decode", "", 1, TRINITY, "decode", "tokens/s", [50.0], **work)]
    for engine in (TRINITY, "llama.cpp BF16"):
        for figure in ("output", "decode"):
            results.append(
                subject.result("streams", "", 8, engine, figure, "tokens/s", [90.0], **work)
            )
    for size in (1024, 4096):
        results.append(
            subject.result("context", "", size, TRINITY, "step", "s", [size / 1e6], limit=1e-4)
        )
    return results


def test_three_pictures_are_drawn(tmp_path: Path) -> None:
    paths = draw_plots(some_results(), RATES, tmp_path)
    assert [path.name for path in paths] == ["roofline.png", "streams.png", "context.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_what_was_not_measured_is_not_drawn(tmp_path: Path) -> None:
    decode = some_results()[:1]
    assert [path.name for path in draw_plots(decode, RATES, tmp_path)] == ["roofline.png"]
    assert draw_plots(decode, None, tmp_path) == []
    assert draw_plots([], RATES, tmp_path) == []


def test_a_missing_library_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(TrinityError, match=r"install it with `pip install 'trinity-moe\[train\]'`"):
        draw_plots(some_results(), RATES, tmp_path)
