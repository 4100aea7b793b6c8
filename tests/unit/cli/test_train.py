import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from trinity.config import ModelConfig, VisionConfig
from trinity.engine.intensity import IntensityTable
from trinity.model.checkpoint import load_model, read_config, read_manifest
from trinity.model.dense import Dense
from trinity.model.small4 import Small4
from trinity.model.transformer import initialise
from trinity.pipeline.export import sha256
from trinity.presets import preset
from trinity.train.distributed import Devices
from trinity.train.run_files import RunFiles, TrainState
from trinity.types import EFFORTS

Run = Callable[..., Any]

TINY = ModelConfig(
    hidden_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    q_lora_rank=8,
    kv_lora_rank=8,
    qk_nope_head_dim=4,
    qk_rope_head_dim=4,
    v_head_dim=8,
    n_routed_experts=4,
    num_experts_per_tok=2,
    moe_intermediate_size=8,
    vocab_size=64,
    vision=VisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    ),
)
RECIPE = """
from dataclasses import replace

from trinity.presets import preset
from trinity.train.corpus import CorpusConfig
from trinity.train.supervised import SupervisedConfig

def recipe():
    return SupervisedConfig(model=preset("nano"), corpus=CorpusConfig(), tokenizer="tekken.json")

def longer():
    return replace(recipe(), total_tokens=30_000)

def unfinished():
    return None
"""


class FakeTrainer:
    """Takes a hundred tokens a step without learning anything."""

    seen: Any = None
    on_step: Callable[[int], None] = staticmethod(lambda _: None)

    def __init__(self, config: Any, directory: Path) -> None:
        self.config = config
        self.files = RunFiles(directory)
        self.state = TrainState()
        self.notes: list[str] = []
        self.devices = Devices()
        FakeTrainer.seen = self

    def run(
        self,
        on_report: Callable[[dict[str, float]], None],
        stop_at: int | None,
        should_stop: Callable[[], bool],
    ) -> None:
        while self.state.tokens < (stop_at or self.config.total_tokens) and not should_stop():
            self.state.tokens += 100
            self.state.step_in_window += 1
            self.on_step(self.state.tokens)
        losses = dict.fromkeys(("loss", "reasoning", "vision", "code", "chat"), 1.25)
        on_report(
            {**losses, "tokens": self.state.tokens, "tokens_per_s": 1500.0, "seconds_left": 61.0}
        )
        self.files.write_config(json.dumps(asdict(self.config), default=str))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeTrainer]:
    monkeypatch.setattr("trinity.pipeline.stages.make_trainer", FakeTrainer)
    # Whether they were built here changes what is printed first.
    monkeypatch.setattr("trinity.ops.dispatch.HAS_NATIVE", True)
    monkeypatch.setattr(FakeTrainer, "on_step", staticmethod(lambda _: None))
    return FakeTrainer


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    path = tmp_path / "tiny.py"
    path.write_text(RECIPE)
    return str(path)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A run of a tiny model with one checkpoint."""
    run = RunFiles(tmp_path / "run")
    model = Small4(TINY)
    initialise(model, torch.Generator().manual_seed(1))
    run.save(model, [], TrainState(tokens=2_500_000, steps=7))
    (tmp_path / "vocabulary.json").write_text("{}")
    settings = {
        "model": asdict(TINY),
        "corpus": {"expert_range": [1, 3]},
        "tokenizer": str(tmp_path / "vocabulary.json"),
    }
    run.write_config(json.dumps(settings))
    run.log({"kind": "start", "recipe": "tiny", "tokens": 0})
    return tmp_path / "run"


def test_runs_a_recipe_with_what_the_command_line_sets(
    trinity: Run, fake: type[FakeTrainer], recipe: str, tmp_path: Path
) -> None:
    options = ["--tokens", "1000", "--stop-at", "300", "--lr", "0.5", "--start", "base"]
    result = trinity("train", recipe, "--run", str(tmp_path / "run"), *options)
    assert (result.code, result.err) == (0, "")
    assert fake.seen.config.total_tokens == 1000
    assert fake.seen.config.learning_rate == 0.5
    assert fake.seen.config.start == "base"
    assert fake.seen.state.tokens == 300
    assert result.out.splitlines()[0] == (
        "0.00 M of 0.00 M · loss 1.250 (reasoning 1.25 vision 1.25 code 1.25 chat 1.25) · "
        "1,500 tokens/s · 1 min 01 s left"
    )
    assert fake.seen.files.records()[0] == {"kind": "start", "recipe": "tiny", "tokens": 0}


def test_a_recipe_may_be_one_function_of_a_file_of_several(
    trinity: Run,
    fake: type[FakeTrainer],
    recipe: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = trinity("train", f"{recipe}:longer")
    assert (result.code, result.err) == (0, "")
    assert fake.seen.config.total_tokens == 30_000
    # The functions of a file do not share a run.
    assert fake.seen.files.directory == Path("runs/tiny-longer")
    assert fake.seen.files.records()[0]["recipe"] == "tiny-longer"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("unfinished", "needs a function `unfinished()` that returns the configuration"),
        ("absent", "needs a function `absent()` that returns the configuration"),
        ("SupervisedConfig", "fails with TypeError"),
        ("__name__", "needs a function `__name__()` that returns the configuration"),
    ],
)
def test_a_function_that_makes_no_stage_is_one_sentence(
    function: str, said: str, trinity: Run, recipe: str
) -> None:
    result = trinity("train", f"{recipe}:{function}")
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("fake")
def test_training_without_kernels_says_so_once(
    trinity: Run, recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("train", recipe, "--run", str(tmp_path / "run"), "--tokens", "300")
    said = "The C++ kernels are not built"
    assert said not in trinity(*arguments).out
    monkeypatch.setattr("trinity.ops.dispatch.HAS_NATIVE", False)
    result = trinity(*arguments)
    assert result.code == 0
    assert result.out.count(said) == 1
    assert result.out.startswith(said)


def test_ctrl_c_ends_the_run_after_the_step(
    trinity: Run, fake: type[FakeTrainer], recipe: str, tmp_path: Path
) -> None:
    fake.on_step = staticmethod(
        lambda tokens: os.kill(os.getpid(), signal.SIGINT) if tokens == 500 else None
    )
    export = tmp_path / "out"
    result = trinity("train", recipe, "--run", str(tmp_path / "run"), "--export", str(export))
    assert result.code == 0
    assert fake.seen.state.tokens == 500
    assert fake.seen.state.step_in_window == 5
    assert "Stopped at" in result.out
    assert not export.exists()


def test_another_shape_in_the_same_run_is_refused(
    trinity: Run, recipe: str, finished: Path
) -> None:
    result = trinity("train", recipe, "--run", str(finished))
    assert result.code == 2
    assert "another shape" in result.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def recipe(:", "not valid Python: line 1"),
        ("x = 1", "needs a function `recipe()`"),
        ("def recipe(): return 3", "the configuration of a stage, such as a SupervisedConfig"),
        ("def recipe(): return unknown", "fails with NameError: name 'unknown'"),
        ("import nonsense_module", "fails with ModuleNotFoundError"),
        (RECIPE.replace("nano", "nanno"), "There is no preset 'nanno'"),
    ],
)
def test_a_bad_recipe_is_one_sentence(text: str, said: str, trinity: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    result = trinity("train", str(path))
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/nowhere/recipe.py"], "There is no recipe"),
        ([], "Give a recipe"),
        (["--run", "/nowhere"], "Give a recipe"),
        (["--run", "/nowhere", "--export", "x"], "There is no training run"),
        (["--run", "/nowhere", "--export", "x", "--lr", "1"], "need a recipe"),
    ],
)
def test_missing_things_are_named(arguments: list[str], said: str, trinity: Run) -> None:
    result = trinity("train", *arguments)
    assert result.code == 2
    assert said in result.err


def test_a_name_without_py_is_no_recipe(trinity: Run, tmp_path: Path) -> None:
    (tmp_path / "recipe.txt").write_text("x")
    result = trinity("train", str(tmp_path / "recipe.txt"))
    assert "ends in .py" in result.err


def test_the_newest_checkpoint_is_exported(trinity: Run, finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = trinity("train", "--run", str(finished), "--export", str(out))
    assert (result.code, result.err) == (0, "")
    assert read_config(out) == TINY
    assert read_manifest(out).trained_experts == (1, 3)
    manifest = json.loads((out / "trinity.json").read_text())
    assert (manifest["name"], manifest["recipe"]) == ("out", "tiny")
    assert (manifest["tokens"], manifest["licence"]) == (2_500_000, "Apache-2.0")
    assert set(manifest["sha256"]) == {
        path.name for path in out.iterdir() if path.name != "trinity.json"
    }
    assert all(sha256(out / name) == digest for name, digest in manifest["sha256"].items())
    expected = Small4(TINY)
    initialise(expected, torch.Generator().manual_seed(1))
    for name, tensor in load_model(out).state_dict().items():
        assert torch.equal(tensor, expected.state_dict()[name].bfloat16().float()), name


def test_a_dense_model_is_exported_without_experts(
    trinity: Run, finished: Path, tmp_path: Path
) -> None:
    config = replace(preset("mini-dense"), num_hidden_layers=1, intermediate_size=32)
    shutil.rmtree(finished)
    run = RunFiles(finished)
    model = Dense(config)
    initialise(model, torch.Generator().manual_seed(1))
    run.save(model, [], TrainState(tokens=9, steps=7))
    settings = {
        "model": asdict(config),
        "corpus": {"expert_range": [1, 3]},
        "tokenizer": str(tmp_path / "vocabulary.json"),
    }
    run.write_config(json.dumps(settings))
    out = tmp_path / "out"
    assert trinity("train", "--run", str(finished), "--export", str(out)).code == 0
    assert read_config(out) == config
    assert read_manifest(out).trained_experts == (0, 0)
    table = IntensityTable.load(out / "intensity.json", config)
    assert {level.active_experts for level in table.levels} == {(0,)}


def test_an_export_keeps_a_table_that_is_there(
    trinity: Run, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ("train", "--run", str(finished), "--export", str(out))
    trinity(*arguments)
    (out / "intensity.json").write_text("{}")
    assert trinity(*arguments).code == 0
    assert (out / "intensity.json").read_text() == "{}"


def test_nothing_whole_to_export(trinity: Run, finished: Path, tmp_path: Path) -> None:
    weights = next(finished.glob("step-*")) / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    result = trinity("train", "--run", str(finished), "--export", str(tmp_path / "out"))
    assert result.code == 3
    assert "no whole checkpoint" in result.err


def test_a_file_in_the_place_of_the_export(trinity: Run, finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = trinity("train", "--run", str(finished), "--export", str(tmp_path / "out"))
    assert result.code == 2
    assert (tmp_path / "out").read_text() == "mine"


def test_the_default_table_names_every_effort_in_order(
    trinity: Run, finished: Path, tmp_path: Path
) -> None:
    trinity("train", "--run", str(finished), "--export", str(tmp_path / "out"))
    table = json.loads((tmp_path / "out" / "intensity.json").read_text())
    assert tuple(level["name"] for level in table["levels"]) == EFFORTS
    assert table["default"] in EFFORTS
    for key in ("intensity", "active_experts", "thinking_token_budget"):
        values = [level[key] for level in table["levels"]]
        assert values == sorted(values)


def test_skipping_bad_rows_reaches_own_data_and_needs_it(
    trinity: Run, fake: type[FakeTrainer], recipe: str, tmp_path: Path
) -> None:
    result = trinity("train", recipe, "--skip-bad-rows")
    assert result.code == 2
    assert "needs a recipe with `own_data`" in result.err
    mine = tmp_path / "mine.py"
    mine.write_text(
        RECIPE.replace(
            'tokenizer="tekken.json"',
            'tokenizer="tekken.json", own_data=OwnDataConfig(path="chats.jsonl")',
        )
        + "\nfrom trinity.train.own_data import OwnDataConfig\n"
    )
    run = ("--run", str(tmp_path / "run"), "--stop-at", "100", "--skip-bad-rows")
    assert trinity("train", str(mine), *run).code == 0
    assert fake.seen.config.own_data.skip_bad_rows
