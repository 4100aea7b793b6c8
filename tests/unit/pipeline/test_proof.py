from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.train.conftest import quick_run, tiny_model, tiny_run
from trinity.model.checkpoint import resolve_directory
from trinity.pipeline.proof import Bench, Workshop
from trinity.train.corpus import Source
from trinity.train.supervised import SupervisedConfig

__all__ = ["quick_run", "tiny_model", "tiny_run"]


def test_a_stopped_stage_goes_on_and_a_finished_one_is_left_alone(
    quick_run: SupervisedConfig, tmp_path: Path
) -> None:
    stage = replace(quick_run, total_tokens=1_000)
    lines: list[str] = []
    asked = iter([False, True])
    stopped = Workshop(tmp_path / "lineage", lines.append, lambda: next(asked))
    with pytest.raises(KeyboardInterrupt):
        stopped.train("seed", stage)
    assert not stopped.has("seed")

    shop = Workshop(tmp_path / "lineage", lines.append)
    shop.train("seed", stage)
    assert shop.has("seed")
    assert not list((tmp_path / "lineage/seed").glob("step-*"))
    log = (tmp_path / "lineage/seed/log.jsonl").read_text().splitlines()
    starts = [line["tokens"] for line in map(json.loads, log) if line["kind"] == "start"]
    assert starts[0] == 0 < starts[1]

    before = len(lines)
    shop.train("seed", stage)
    assert len(lines) == before


def test_a_row_is_measured_once(tmp_path: Path) -> None:
    source = Source("reasoning", 1.0, ("add", "parity"))
    bench = Bench(tmp_path, (source,), 4, lambda _: None)
    row = bench.row("mini", str(resolve_directory("mini")), rate=0.5)
    assert row["rate"] == 0.5
    assert len(row["domains"]["reasoning"]["verdicts"]) == 4
    kept = tmp_path / "mini.json"
    assert json.loads(kept.read_text()) == row
    kept.write_text(json.dumps({**row, "rate": 0.25}))
    assert bench.row("mini", "nothing of this name")["rate"] == 0.25
