from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from trinity.errors import ConfigError
from trinity.train.distributed import Devices, is_share, join, like, whole
from trinity.train.run_files import RunFiles
from trinity.train.supervised import SupervisedConfig, SupervisedTrainer

RECIPE = """
from trinity.config import *
from trinity.train.corpus import *
from trinity.train.optim import *
from trinity.train.own_data import *
from trinity.train.supervised import *

def recipe():
    return {config!r}
"""


def train_alone(config: SupervisedConfig, run: Path, stop_at: int | None = None) -> None:
    SupervisedTrainer(config, run).run(lambda _: None, stop_at=stop_at)


def train_on_two(
    config: SupervisedConfig, run: Path, stop_at: int | None = None
) -> subprocess.CompletedProcess[str]:
    recipe = run.parent / "recipe.py"
    recipe.write_text(RECIPE.format(config=config))
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    # After "--", torchrun does not take --run for its own --run-path.
    command = [*launcher, "-m", "--", "trinity", "train", str(recipe), "--run", str(run)]
    return subprocess.run(
        [sys.executable, *command, *(["--stop-at", str(stop_at)] if stop_at else [])],
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def saved(run: Path, name: str = "weights") -> dict[str, torch.Tensor]:
    return load_file(RunFiles(run).checkpoints()[-1] / f"{name}.safetensors")


def assert_close(ours: Path, theirs: Path) -> None:
    """Weights as near as BF16 sums in another order leave them, beside how far they moved."""
    for name in ("weights", "optimiser"):
        one, two = saved(ours, name), saved(theirs, name)
        assert one.keys() == two.keys()
        for key in one:
            torch.testing.assert_close(one[key], two[key], rtol=0.02, atol=2e-3, msg=key)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_train_as_one_and_each_resumes_the_others_run(
    quick_run: SupervisedConfig, tmp_path: Path
) -> None:
    train_alone(quick_run, tmp_path / "one", stop_at=1_200)
    done = train_on_two(quick_run, tmp_path / "two", stop_at=1_200)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("saved in") == 1  # one process speaks
    assert_close(tmp_path / "one", tmp_path / "two")
    shutil.copytree(tmp_path / "two", tmp_path / "two-then-one")
    shutil.copytree(tmp_path / "one", tmp_path / "one-then-two")

    train_alone(quick_run, tmp_path / "one")
    train_alone(quick_run, tmp_path / "two-then-one")
    done = train_on_two(quick_run, tmp_path / "one-then-two")
    assert done.returncode == 0, done.stderr[-2000:]
    for other in ("two-then-one", "one-then-two"):
        assert_close(tmp_path / "one", tmp_path / other)
    states = [
        json.loads((RunFiles(tmp_path / run).checkpoints()[-1] / "state.json").read_text())
        for run in ("one", "two-then-one", "one-then-two")
    ]
    assert states[0] == states[1] == states[2]

    def losses(run: str) -> list[float]:
        records = RunFiles(tmp_path / run).records()
        return [record["loss"] for record in records if record["kind"] in ("train", "validation")]

    assert losses("one-then-two") == pytest.approx(losses("one"), rel=0.01)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_step_that_cannot_be_shared_is_refused_with_a_sentence(
    quick_run: SupervisedConfig, tmp_path: Path
) -> None:
    corpus = replace(quick_run.corpus, micros_per_step=3)
    done = train_on_two(replace(quick_run, corpus=corpus), tmp_path / "run")
    assert done.returncode != 0
    assert "3 micro-batches, which 2 devices cannot share" in done.stderr


def test_stages_with_an_engine_are_not_shared(
    quick_run: SupervisedConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = Devices()
    monkeypatch.setattr(two, "count", 2, raising=False)
    monkeypatch.setattr("trinity.train.trainer.join", lambda: two)
    monkeypatch.setattr(SupervisedTrainer, "may_share", False)
    with pytest.raises(ConfigError, match="start this stage on one device"):
        SupervisedTrainer(quick_run, tmp_path / "run")


def test_a_single_process_has_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    devices, tensor = join(), torch.ones(2)
    assert type(devices) is Devices
    assert devices.any(True, False) == (True, False)
    assert devices.add(tensor) is tensor
    assert whole(tensor) is tensor
    assert like(tensor, tensor) is tensor
    assert not is_share(tensor)
