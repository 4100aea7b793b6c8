from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from trinity.config import DenseConfig
from trinity.errors import CheckpointError, ConfigError
from trinity.model.architecture import make_model
from trinity.train.corpus import Corpus
from trinity.train.example import pack
from trinity.train.items import Split
from trinity.train.run_files import RunFiles, TrainState
from trinity.train.supervised import SupervisedConfig, SupervisedTrainer
from trinity.train.trainer import Meter


def weights_of(trainer: SupervisedTrainer) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.model.state_dict().items()}


def train(
    config: SupervisedConfig, directory: Path, stop_at: int | None = None
) -> SupervisedTrainer:
    trainer = SupervisedTrainer(config, directory)
    trainer.run(lambda _: None, stop_at=stop_at)
    return trainer


def test_loss_falls_and_the_run_is_logged(tiny_run: SupervisedConfig, tmp_path: Path) -> None:
    reports: list[dict[str, float]] = []
    SupervisedTrainer(tiny_run, tmp_path).run(reports.append)
    assert reports[-1]["loss"] < reports[0]["loss"] - 0.5
    kinds = [record["kind"] for record in RunFiles(tmp_path).records()]
    assert kinds.count("validation") == 1
    assert (tmp_path / "curves.png").stat().st_size > 5_000


def test_loss_falls_for_a_dense_model(
    tiny_run: SupervisedConfig, tiny_dense: DenseConfig, tmp_path: Path
) -> None:
    reports: list[dict[str, float]] = []
    SupervisedTrainer(replace(tiny_run, model=tiny_dense), tmp_path).run(reports.append)
    assert reports[-1]["loss"] < reports[0]["loss"] - 0.5
    assert {report["balance"] for report in reports} == {0.0}


def test_a_resumed_run_is_bit_equal_to_one_that_was_never_stopped(
    tiny_run: SupervisedConfig, tmp_path: Path
) -> None:
    whole = train(tiny_run, tmp_path / "whole")
    train(tiny_run, tmp_path / "parts", stop_at=4_000)
    resumed = train(tiny_run, tmp_path / "parts")
    assert resumed.state == whole.state
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name


def test_a_killed_run_resumes_from_its_last_whole_checkpoint(
    tiny_run: SupervisedConfig, tmp_path: Path
) -> None:
    train(tiny_run, tmp_path / "run", stop_at=4_000)
    torn = tmp_path / "run/step-99999999"
    torn.mkdir()
    (torn / "weights.safetensors").write_bytes(b"half a file")
    # A checkpoint whose bytes changed after it was written counts as torn as well.
    altered = tmp_path / "run/step-99999998"
    altered.mkdir()
    (altered / "state.json").write_text("{}")
    (altered / "manifest.json").write_text(json.dumps({"state.json": "0" * 64}))
    resumed = train(tiny_run, tmp_path / "run")
    whole = train(tiny_run, tmp_path / "whole")
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name
    assert [note for note in resumed.notes if "passed over" in note] == [
        f"The checkpoint {path} is damaged and was passed over." for path in (altered, torn)
    ]


def test_a_run_with_damaged_checkpoints_alone_does_not_begin_anew(
    quick_run: SupervisedConfig, tmp_path: Path
) -> None:
    train(quick_run, tmp_path, stop_at=1_000)
    [checkpoint] = RunFiles(tmp_path).checkpoints()
    weights = checkpoint / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="is whole; restore one"):
        SupervisedTrainer(quick_run, tmp_path)


def test_a_kill_while_the_settings_are_written_leaves_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = RunFiles(tmp_path)
    files.write_config("old")
    monkeypatch.setattr(Path, "replace", lambda *_: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception):
        files.write_config("new")
    assert (tmp_path / "config.json").read_text() == "old"


def test_a_torn_line_of_the_log_costs_that_line_alone(
    quick_run: SupervisedConfig, tmp_path: Path
) -> None:
    (tmp_path / "log.jsonl").write_text('{"kind": "start", "tokens": 0}\n{"kind": "tra')
    SupervisedTrainer(quick_run, tmp_path).files.log({"kind": "start", "tokens": 5})
    assert [record["tokens"] for record in RunFiles(tmp_path).records()] == [0, 5]


def test_a_finished_run_is_not_saved_again(quick_run: SupervisedConfig, tmp_path: Path) -> None:
    train(quick_run, tmp_path)
    train(quick_run, tmp_path)
    kinds = [record["kind"] for record in RunFiles(tmp_path).records()]
    assert kinds.count("validation") == 1


def test_kill_nine_leaves_a_run_that_resumes_bit_equal(
    tiny_run: SupervisedConfig, tmp_path: Path
) -> None:
    program = (
        "import os, pickle, signal, sys\n"
        "from pathlib import Path\n"
        "from trinity.train.supervised import SupervisedTrainer\n"
        "config = pickle.load(open(sys.argv[1], 'rb'))\n"
        "trainer = SupervisedTrainer(config, Path(sys.argv[2]))\n"
        "def report(r):\n"
        "    if r['steps'] == 5:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "trainer.run(report)\n"
    )
    import pickle

    saves_often = replace(tiny_run, save_every_s=0.0)
    path = tmp_path / "config.pickle"
    path.write_bytes(pickle.dumps(saves_often))
    killed = subprocess.run(
        [sys.executable, "-c", program, str(path), str(tmp_path / "run")],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-500:]
    newest = RunFiles(tmp_path / "run").checkpoints()[-1]
    assert json.loads((newest / "state.json").read_text())["steps"] >= 3
    resumed = train(saves_often, tmp_path / "run")
    whole = train(tiny_run, tmp_path / "whole")
    for name, tensor in weights_of(whole).items():
        assert torch.equal(tensor, weights_of(resumed)[name]), name


def test_only_the_newest_checkpoints_are_kept(tiny_run: SupervisedConfig, tmp_path: Path) -> None:
    trainer = SupervisedTrainer(tiny_run, tmp_path)
    for step in range(1, 5):
        trainer.files.save(trainer.model, trainer.optimisers, TrainState(steps=step))
    assert [path.name for path in RunFiles(tmp_path).checkpoints()] == [
        "step-00000003",
        "step-00000004",
    ]
    saved = load_file(RunFiles(tmp_path).checkpoints()[-1] / "weights.safetensors")
    for name, tensor in weights_of(trainer).items():
        assert torch.equal(saved[name], tensor)


def test_a_non_finite_loss_changes_nothing_and_stops_the_run_in_the_end(
    tiny_run: SupervisedConfig, tmp_path: Path
) -> None:
    trainer = SupervisedTrainer(replace(tiny_run, max_bad_steps=3), tmp_path)
    with torch.no_grad():
        trainer.model.language_model.lm_head.weight[0, 0] = float("nan")
    before = weights_of(trainer)
    with pytest.raises(ConfigError, match="3 steps in a row had a non-finite loss"):
        trainer.run(lambda _: None)
    assert trainer.state.skipped == 3
    for name, tensor in weights_of(trainer).items():
        assert torch.equal(tensor.nan_to_num(), before[name].nan_to_num())


def test_a_step_with_a_non_finite_gradient_is_skipped_counted_and_not_metered(
    quick_run: SupervisedConfig, tmp_path: Path
) -> None:
    trainer = SupervisedTrainer(quick_run, tmp_path)
    bad, good = next(trainer.windows())[:2]
    before, meter = weights_of(trainer), Meter()
    head = trainer.model.language_model.lm_head.weight
    hook = head.register_hook(lambda gradient: gradient * float("inf"))
    trainer.step(bad, meter)
    hook.remove()
    assert all(torch.equal(weights_of(trainer)[name], before[name]) for name in before)
    assert (trainer.state.skipped, trainer.bad_steps, meter.micros) == (1, 1, 0)
    assert RunFiles(tmp_path).records()[-1]["kind"] == "skipped"
    trainer.step(good, meter)
    assert (trainer.state.skipped, trainer.bad_steps, meter.micros) == (1, 0, 2)
    assert not torch.equal(head, before["language_model.lm_head.weight"])


def test_several_micro_batches_give_the_gradient_of_one_large_one(
    tiny_run: SupervisedConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(tiny_run, balance_weight=0.0, label_weight=0.0)
    trainer = SupervisedTrainer(config, tmp_path)
    corpus = Corpus(config.corpus, config.model, config.tokenizer, Split.TRAIN)
    examples = [corpus.example(random.Random(0)) for _ in range(6)]
    gradients: list[dict[str, torch.Tensor]] = []

    def note() -> None:
        named = trainer.model.named_parameters()
        gradients.append({name: p.grad.clone() for name, p in named if p.grad is not None})

    monkeypatch.setattr(trainer, "_update", note)
    for size in (6, 2):
        parts = [examples[start : start + size] for start in range(0, 6, size)]
        trainer.step([pack(part, config.model) for part in parts], Meter())
    one, three = gradients
    assert one.keys() == three.keys()
    for name in one:
        scale = float(one[name].abs().max()) + 1e-6
        torch.testing.assert_close(one[name], three[name], rtol=0.0, atol=0.03 * scale)


def test_a_run_from_a_checkpoint_needs_a_loader(tiny_run: SupervisedConfig, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a way to load it"):
        SupervisedTrainer(replace(tiny_run, start="somewhere"), tmp_path)


def test_a_run_from_a_checkpoint_starts_with_its_weights(
    tiny_run: SupervisedConfig, tmp_path: Path
) -> None:
    first = train(tiny_run, tmp_path / "first", stop_at=2_000)
    second = SupervisedTrainer(
        replace(tiny_run, start="first"), tmp_path / "second", load=lambda _: first.model
    )
    assert second.state == TrainState()
    assert torch.equal(second.model.frequencies, first.model.frequencies)


def test_a_run_does_not_start_from_more_experts_than_its_model_has(
    tiny_run: SupervisedConfig, tmp_path: Path
) -> None:
    larger = make_model(replace(tiny_run.model, n_routed_experts=12))
    config = replace(tiny_run, start="larger")
    with pytest.raises(
        ConfigError, match="larger has 12 experts a layer, and the recipe's model 8"
    ):
        SupervisedTrainer(config, tmp_path, load=lambda _: larger)


def test_a_run_may_take_another_models_encoder(tiny_run: SupervisedConfig, tmp_path: Path) -> None:
    first = train(tiny_run, tmp_path / "first", stop_at=2_000)
    config = replace(tiny_run, start_encoder="first")
    second = SupervisedTrainer(config, tmp_path / "second", load=lambda _: first.model)
    theirs, ours = first.model.vision_tower.state_dict(), second.model.vision_tower.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert not torch.equal(
        second.model.language_model.lm_head.weight, first.model.language_model.lm_head.weight
    )


def test_an_encoder_of_another_shape_is_refused(tiny_run: SupervisedConfig, tmp_path: Path) -> None:
    other = make_model(replace(tiny_run.model, vision=None))
    with pytest.raises(ConfigError, match="another shape"):
        SupervisedTrainer(replace(tiny_run, start_encoder="x"), tmp_path, load=lambda _: other)
