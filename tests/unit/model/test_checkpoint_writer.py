from __future__ import annotations

import stat
from pathlib import Path

import pytest
import torch

from tests.unit.model.samples import (
    assert_equal,
    make,
)
from trinity.errors import CheckpointError
from trinity.model import checkpoint_writer
from trinity.model.checkpoint import (
    load_model,
    save_model,
)


def test_saving_again_keeps_other_files_and_drops_old_shards(tmp_path: Path) -> None:
    directory = tmp_path / "m"
    save_model(make(), directory, max_shard_bytes=8_000)
    (directory / "tekken.json").write_text("tokens")
    (directory / "notes").mkdir()
    (directory / "notes" / "a.txt").write_text("a")
    save_model(make(), directory)
    names = sorted(path.name for path in directory.iterdir())
    assert names == ["config.json", "model.safetensors", "notes", "tekken.json"]
    assert (directory / "notes" / "a.txt").read_text() == "a"
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert_equal(load_model(directory), make())


@pytest.mark.parametrize("moment", ["_write_json", "_keep_other_files", "_swap"])
def test_a_failure_while_saving_leaves_the_old_checkpoint(
    saved: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint_writer, moment, fail)
    other = make()
    other.language_model.lm_head.weight.data.zero_()
    with pytest.raises(CheckpointError, match=r"cannot be written: .*No space left"):
        save_model(other, saved)
    monkeypatch.undo()
    assert_equal(load_model(saved), make())
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_failed_rename_brings_the_old_checkpoint_back(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def fail_for_new(path: Path, target: Path) -> Path:
        if ".new-" in path.name:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_new)
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_model(make(), saved)
    monkeypatch.undo()
    assert_equal(load_model(saved), make())


def test_other_dtypes_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="bfloat16 or float32"):
        save_model(make(), tmp_path / "m", dtype=torch.float16)
    assert list(tmp_path.iterdir()) == []


def test_a_saved_directory_is_as_open_as_any_new_one(saved: Path) -> None:
    (saved.parent / "plain").mkdir()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in saved.parent.iterdir()}
    assert len(modes) == 1
