from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("trinity.ops._native")

from trinity.cli import main
from trinity.config import EngineConfig
from trinity.engine.llm import LLM
from trinity.ops import dispatch
from trinity.pipeline.export import sha256
from trinity.types import ChatRequest, IntensityRequest, Message, SamplingParams


def answer(model: str, weights: str = "auto") -> tuple[int, ...]:
    llm = LLM.load(model, EngineConfig(weights=weights))
    request = ChatRequest(
        messages=(Message.user("What is 4 + 5?"),),
        intensity=IntensityRequest(reasoning_effort="none"),
        sampling=SamplingParams(temperature=0.0),
    )
    return llm.generate([request])[0].token_ids


def test_a_converted_model_answers_as_its_source_in_that_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "small"
    assert main.execute(["convert", "mini", str(target), "--format", "int4"]) == 0
    assert "weights as int4" in capsys.readouterr().out
    manifest = json.loads((target / "trinity.json").read_text())
    assert manifest["packed"] == "int4"
    assert all(sha256(target / name) == value for name, value in manifest["sha256"].items())
    assert answer(str(target)) == answer("mini", "int4")


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    assert main.execute(["convert", "mini", str(tmp_path / "mine")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["mini", "x", "--format", "int3"], "it must be one of fp32, bf16, int8, mixed, int4"),
        (["nowhere", "x"], "no checkpoint directory"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.execute(["convert", *arguments]) != 0
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_packed_checkpoint_is_not_packed_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tmp_path / "first"
    assert main.execute(["convert", "mini", str(first), "--format", "int8"]) == 0
    assert main.execute(["convert", str(first), str(tmp_path / "second")]) == 2
    assert "is packed already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["first"]


def test_kernels_are_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "HAS_NATIVE", False)
    assert main.execute(["convert", "mini", str(tmp_path / "x")]) == 2
    assert "native kernels" in capsys.readouterr().err
