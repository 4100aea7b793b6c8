import json
import math
import sys
from pathlib import Path

import pytest

from trinity.bench.limits import Limit
from trinity.bench.peers import Peer
from trinity.bench.plan import Plan
from trinity.bench.records import TRINITY, Subject
from trinity.bench.run import Bench, compare
from trinity.bench.workload import Timing, Workload
from trinity.errors import NotFound
from trinity.ops import dispatch

TINY = {
    "repeats": 2,
    "decode": Workload(1, 20, 6),
    "prompts": (40, 100_000),
    "streams": (3,),
    "stream_prompt": 10,
    "stream_output": 5,
    "contexts": (64, 1000),
    "load_requests": 3,
    "load_prompt": 20,
    "load_output": 4,
    "load_streams": 2,
    "load_rates": (50.0,),
}


@pytest.mark.slow
@pytest.mark.timeout(240)  # it starts several processes, each of which imports torch
def test_every_row_is_measured_on_a_tiny_model(tiny_checkpoint: Path, tmp_path: Path) -> None:
    plan = Plan(weights=("int8" if dispatch.HAS_NATIVE else "fp32",), **TINY)  # type: ignore[arg-type]
    said: list[str] = []
    bench = Bench(plan, [], tmp_path, said.append)
    list(bench.run([str(tiny_checkpoint)]))
    found = [(result.row, result.case, result.figure) for result in bench.results]
    assert found[:7] == [
        ("decode", "20 + 6", "decode"),
        ("prefill", "40 tokens", "prefill"),
        ("streams", "3 streams", "output"),
        ("streams", "3 streams", "prefill"),
        ("streams", "3 streams", "decode"),
        ("context", "64 tokens", "step"),
        ("context", "1,000 tokens", "step"),
    ]
    assert found[7:9] == [
        ("memory", "one token", "peak memory"),
        ("memory", "one token", "first token"),
    ]
    assert len(found) == 9 + 3 * 3
    for result in bench.results:
        assert result.engine == TRINITY
        assert len(result.runs) == 2
        assert all(run >= 0 and math.isfinite(run) for run in result.runs)
    measured = [result for result in bench.results if result.row not in ("memory", "load")]
    assert all(result.share and result.share > 0 for result in measured)
    assert bench.rates is not None
    assert len(bench.notes) == 1
    assert "prefill 100000 tokens, beyond its 4096 tokens" in bench.notes[0]
    json.dumps([result.record() for result in bench.results], allow_nan=False)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_peer_takes_turns_on_the_same_checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    settings = {**TINY, "rows": ("decode", "memory"), "weights": ("fp32",), "repeats": 1}
    plan = Plan(**settings)  # type: ignore[arg-type]
    bench = Bench(plan, [Peer("transformers", Path(sys.executable))], tmp_path, print)
    list(bench.run([str(tiny_checkpoint)]))
    assert bench.notes == []
    assert [(result.engine, result.figure) for result in bench.results] == [
        (engine, figure)
        for figure in ("decode", "peak memory", "first token")
        for engine in (TRINITY, "transformers float32")
    ]
    for result in bench.results:
        assert (result.ratio is None) == (result.engine == TRINITY)


def test_a_peer_without_its_files_is_refused_before_anything_runs(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    bench = Bench(Plan(weights=("int8",)), [Peer("llama.cpp", tmp_path)], tmp_path, said.append)
    with pytest.raises(NotFound, match=r"tiny-Q8_0\.gguf"):
        list(bench.run([str(tiny_checkpoint)]))
    assert said == []


def test_a_peer_is_compared_with_the_runs_beside_it() -> None:
    def timing(rate: float) -> Timing:
        return Timing(prefill_s=1.0, decode_s=10 / rate, decoded=10)

    pairs = {
        "one": [(timing(10), timing(5)), (timing(20), timing(10))],
        "two": [(timing(30), timing(10)), (timing(40), None)],
        "three": [(timing(50), None)],
    }
    subject, work = Subject("tiny", Path("tiny"), "bf16"), Workload(1, 8, 11)
    results = compare(
        subject, "decode", "8 + 11", work, "decode", pairs, (Limit(1.0, 2.0, 0.01), 1)
    )
    assert [result.engine for result in results] == [TRINITY, "one", "two"]
    assert results[0].runs == pytest.approx((10, 20, 30, 40, 50))
    assert [result.ratio for result in results] == [None, pytest.approx(2), pytest.approx(3)]
    assert results[0].limit == pytest.approx(100)
    assert results[0].share == pytest.approx(0.3)
