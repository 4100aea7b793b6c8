from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from trinity.cli.info import info
from trinity.errors import CheckpointError, NotFound
from trinity.model.checkpoint import save_model
from trinity.model.dense import Dense
from trinity.model.small4 import Small4
from trinity.presets import PRESETS


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    config = replace(PRESETS["nano"], num_hidden_layers=1, n_routed_experts=4, vision=None)
    save_model(Small4(config), tmp_path / "tiny")
    (tmp_path / "tiny" / "model.safetensors").unlink()
    return tmp_path / "tiny"


def test_a_preset_is_described_in_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    info("small-4", json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown["parameters"]["total"] == 119_401_298_944
    assert shown["active_parameters"]["4"]["with_head_and_vision"] == 6_524_189_696
    assert shown["cache_bytes_per_token"]["bf16"] == 23_040
    assert (shown["directory"], shown["weight_format"]) == (None, None)
    sizes = {row["weight_format"]: row["weight_bytes"] for row in shown["formats"]}
    assert sizes["nvfp4"] == 70_801_959_560


def test_a_checkpoint_is_described_without_its_weights(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (directory / "trinity.json").write_text('{"name": "tiny", "trained_experts": [1, 3]}')
    info(str(directory), json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown["weight_format"] == "bf16"
    assert shown["trained_experts"] == [1, 3]
    assert list(shown["active_parameters"]) == ["1", "2", "3", "4"]
    assert shown["formats"][0]["place"] in ("memory", "gpu")


def test_tables_tell_the_same(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    info(str(directory))
    shown = capsys.readouterr().out
    assert "trained for 4 active experts" in shown
    for word in ("routed experts", "with head", "cache in BF16", "int4-g32", "This machine has"):
        assert word in shown


def test_the_embedded_model_needs_no_weights(capsys: pytest.CaptureFixture[str]) -> None:
    info("mini", json=True)
    assert json.loads(capsys.readouterr().out)["shape"]["hidden_size"] == 192


def test_what_is_not_there_or_not_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no checkpoint directory"):
        info("nothing")
    with pytest.raises(CheckpointError, match=r"neither config\.json"):
        info(str(tmp_path))


def test_a_dense_preset_shows_what_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    info("small-3", json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown["parameters"]["total"] == 23_572_403_200
    assert list(shown["active_parameters"]) == ["0"]
    info("small-3")
    shown = capsys.readouterr().out
    assert "mlp" in shown
    assert "routed experts" not in shown
    assert "streamed" not in shown


def test_a_dense_checkpoint_tells_of_no_experts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = replace(PRESETS["mini-dense"], num_hidden_layers=1, vision=None)
    save_model(Dense(config), tmp_path / "tiny")
    info(str(tmp_path / "tiny"))
    assert "Stored in BF16.\n" in capsys.readouterr().out
