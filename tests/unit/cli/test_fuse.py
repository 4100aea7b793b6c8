from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.unit.train.conftest import TOKENIZER
from trinity.cli import main
from trinity.config import ModelConfig
from trinity.engine.llm import LLM
from trinity.model.architecture import make_model
from trinity.model.checkpoint import load_model
from trinity.model.small4 import Small4, mixtures
from trinity.model.transformer import initialise
from trinity.pipeline.export import write_checkpoint
from trinity.presets import preset
from trinity.train.upcycle import upcycle
from trinity.types import ChatRequest, Message, SamplingParams

LAYERS = 2


def shape(experts: int) -> ModelConfig:
    nano = preset("nano")
    assert isinstance(nano, ModelConfig)
    return replace(nano, num_hidden_layers=LAYERS, n_routed_experts=experts, vision=None)


def write(model: Small4, directory: Path, licence: str = "Apache-2.0") -> str:
    exercises = [f"of {directory.name}", "of all"]
    facts = {
        "trained_experts": [1, 6], "licence": licence, "tokens": 1, "exercises": exercises
    }  # fmt: skip
    write_checkpoint(model, directory, TOKENIZER.read_bytes(), facts)
    return str(directory)


def fresh(experts: int, seed: int = 0) -> Small4:
    model = make_model(shape(experts))
    initialise(model, torch.Generator().manual_seed(seed))
    assert isinstance(model, Small4)
    return model


@pytest.fixture
def lineage(tmp_path: Path) -> list[str]:
    """A base of 12 experts, and three specialists that share the first 8."""
    start = upcycle(fresh(8), 12)
    paths = [write(upcycle(fresh(8), 12), tmp_path / "base")]
    for number, name in enumerate("ABC"):
        model = Small4(start.config)
        model.load_state_dict(start.state_dict())
        with torch.no_grad():
            for mixture in mixtures(model):
                mixture.experts.down_proj[8:] += 0.01 * (number + 1)
            model.language_model.lm_head.weight += 0.001 * number
        licence = "MIT" if name == "B" else "Apache-2.0"
        paths.append(write(model, tmp_path / name, licence))
    (tmp_path / "B/NOTICE.txt").write_text("Made by B.")
    return paths


def test_three_specialists_become_one_checkpoint_that_answers(
    lineage: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "fused"
    assert main.execute(["fuse", *lineage[1:], "--into", str(into)]) == 0
    assert "20 experts a layer, 8 of them the same in all, from 3 models" in capsys.readouterr().out
    manifest = json.loads((into / "trinity.json").read_text())
    assert manifest["licence"] == "Apache-2.0 AND MIT"
    assert [source["name"] for source in manifest["sources"]] == ["A", "B", "C"]
    assert manifest["trained_experts"] == [1, 6]
    assert manifest["exercises"] == ["of A", "of B", "of C", "of all"]
    assert (into / "licences/2-B/NOTICE.txt").read_text() == "Made by B."
    fused = load_model(into)
    theirs = load_model(Path(lineage[2]))
    for ours, other in zip(mixtures(fused), mixtures(theirs), strict=True):
        assert torch.equal(ours.experts.down_proj[12:16], other.experts.down_proj[8:])
    request = ChatRequest(
        messages=(Message.user("What is 4 + 5?"),), sampling=SamplingParams(max_tokens=4)
    )
    assert len(LLM.load(into).generate([request])[0].token_ids) > 0


@pytest.mark.parametrize("method", ["average", "task-arithmetic", "ties", "dare"])
def test_the_weak_methods_keep_the_shape(method: str, lineage: list[str], tmp_path: Path) -> None:
    into = tmp_path / "merged"
    arguments = ["--into", str(into), "--method", method, "--base", lineage[0]]
    assert main.execute(["fuse", *lineage[1:], *arguments]) == 0
    assert load_model(into).config == load_model(Path(lineage[1])).config


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["{A}", "--into", "{new}"], 2, "at least two"),
        (["{A}", "{B}", "--into", "{A}"], 2, "is there already"),
        (["{A}", "{B}", "--into", "{new}", "--method", "mean"], 2, "it must be one of concatenate"),
        (["{A}", "{B}", "--into", "{new}", "--method", "ties"], 2, "give --base"),
        (["{A}", "{stranger}", "--into", "{new}"], 2, "do not come from one ancestor"),
        (["{A}", "{wide}", "--into", "{new}"], 2, "different shapes"),
        (["{A}", "{foreign}", "--into", "{new}"], 2, "different vocabularies"),
        (["{A}", "nowhere", "--into", "{new}"], 2, "no checkpoint directory"),
    ],
)
def test_what_cannot_be_fused_is_one_sentence(
    arguments: list[str],
    code: int,
    told: str,
    lineage: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = dict(zip(("base", "A", "B", "C"), lineage, strict=True))
    names["new"] = str(tmp_path / "new")
    names["stranger"] = write(fresh(12, seed=7), tmp_path / "stranger")
    wide = make_model(replace(shape(12), q_lora_rank=32))
    initialise(wide, torch.Generator().manual_seed(0))
    assert isinstance(wide, Small4)
    names["wide"] = write(wide, tmp_path / "wide")
    names["foreign"] = write(fresh(12), tmp_path / "foreign")
    (tmp_path / "foreign/tekken.json").write_bytes(TOKENIZER.read_bytes() + b"\n")
    assert main.execute(["fuse", *(argument.format(**names) for argument in arguments)]) == code
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "new").exists()
