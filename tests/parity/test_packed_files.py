"""Packed checkpoints against the decoders they were made of, and against damage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

pytest.importorskip("trinity.ops._native")

from tests.parity.paged import PagedSequence, random_model, some_ids
from tests.parity.test_packed import CONFIG
from tests.parity.test_packed_dense import CONFIG as DENSE
from tests.unit.model.samples import CONFIG as PICTURED
from trinity.errors import CheckpointError, ConfigError
from trinity.model import packed_files
from trinity.model.checkpoint import save_model
from trinity.model.packed import PackedDecoder
from trinity.model.packed_files import is_packed, open_packed, write_packed
from trinity.model.transformer import Transformer
from trinity.ops import dispatch

SMALL_4 = replace(CONFIG, vision=PICTURED.vision)


def packed(model: Transformer, directory: Path, weights: str) -> Path:
    source, target = directory / "source", directory / "packed"
    save_model(model, source, dtype=torch.float32)
    target.mkdir()
    write_packed(source, target, weights)
    (target / "config.json").write_bytes((source / "config.json").read_bytes())
    return target


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return packed(random_model(SMALL_4), tmp_path, "int8")


@pytest.mark.parametrize("weights", ["fp32", "int8", "mixed", "int4"])
@pytest.mark.parametrize("is_dense", [False, True])
def test_an_opened_decoder_is_the_packed_one(weights: str, is_dense: bool, tmp_path: Path) -> None:
    model = random_model(DENSE if is_dense else SMALL_4)
    directory, ids = packed(model, tmp_path, weights), some_ids(20)
    assert is_packed(directory)
    assert not is_packed(tmp_path / "source")
    ours, expected = (
        PagedSequence(decoder.model, 32, decoder).step(ids)
        for decoder in (open_packed(directory), PackedDecoder.of(model, weights))
    )
    assert torch.equal(ours, expected)


def test_pictures_are_seen_alike(directory: Path) -> None:
    model, picture = random_model(SMALL_4), [torch.rand(3, 16, 24)]
    ours = open_packed(directory, "int8").model.encode_images(picture)
    assert torch.equal(ours, model.encode_images(picture))


def test_another_format_cannot_be_had(directory: Path) -> None:
    with pytest.raises(ConfigError, match="packed as int8, and int4 was asked for"):
        open_packed(directory, "int4")


def test_another_layout_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_files, "LAYOUT", "another")
    with pytest.raises(CheckpointError, match="another version of Trinity"):
        open_packed(directory)


def test_kernels_are_needed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "HAS_NATIVE", False)
    with pytest.raises(CheckpointError, match="need the native kernels"):
        open_packed(directory)


def shorter(tensors: dict[str, torch.Tensor]) -> None:
    tensors["packed"] = tensors["packed"][:-64].clone()


def longer(tensors: dict[str, torch.Tensor]) -> None:
    tensors["packed"] = torch.cat((tensors["packed"], torch.zeros(8, dtype=torch.uint8)))


def nameless(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["packed"]


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("layer-001", shorter, "end too early"),
        ("layer-001", longer, "8 bytes too many"),
        ("layer-001", nameless, "no bytes under the name"),
        ("layer-000", lambda tensors: tensors.pop("input_layernorm.weight"), "belong"),
        ("head", shorter, "end too early"),
        ("rest", lambda tensors: tensors.pop(next(iter(tensors))), "other tensors"),
        (
            "rest",
            lambda tensors: tensors.update({"language_model.model.norm.weight": torch.ones(3)}),
            r"norm.weight is \[3\] instead of \[64\]",
        ),
    ],
)
def test_damage_is_named(
    file: str, change: Callable[[dict[str, torch.Tensor]], object], told: str, directory: Path
) -> None:
    path = directory / f"packed-{file}.safetensors"
    about, _ = packed_files._open(path)
    tensors = {name: tensor.clone() for name, tensor in load_file(path).items()}
    change(tensors)
    save_file(tensors, path, metadata=about)
    with pytest.raises(CheckpointError, match=told):
        open_packed(directory)


def test_a_missing_file_is_named(directory: Path) -> None:
    (directory / "packed-layer-001.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"packed-layer-001\.safetensors cannot be read"):
        open_packed(directory)
