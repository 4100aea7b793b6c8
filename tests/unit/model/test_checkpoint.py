from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.unit.model.samples import (
    CONFIG,
    assert_equal,
    make,
    native_params,
    native_tensors,
)
from trinity.errors import CheckpointError, NotFound
from trinity.model import checkpoint
from trinity.model.checkpoint import (
    load_model,
    read_config,
    read_manifest,
    read_weight_format,
    resolve_directory,
    save_model,
)
from trinity.model.small4 import Small4
from trinity.model.transformer import initialise
from trinity.model.weight_format import WeightFormat
from trinity.ops import PackedBatch


def test_a_saved_model_loads_bit_for_bit(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == ["config.json", "model.safetensors"]
    assert_equal(load_model(saved), make())
    assert read_weight_format(saved) is WeightFormat.BF16


def test_weights_are_converted_to_the_wanted_dtype(saved: Path) -> None:
    model = load_model(saved, torch.bfloat16)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    assert model.frequencies.dtype == torch.float32
    assert not any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))


def test_full_precision_can_be_kept(tmp_path: Path) -> None:
    model = Small4(CONFIG)
    initialise(model, torch.Generator().manual_seed(1))
    save_model(model, tmp_path / "m", dtype=torch.float32)
    assert_equal(load_model(tmp_path / "m"), model)
    assert read_weight_format(tmp_path / "m") is WeightFormat.FP32


def test_a_sharded_model_loads_bit_for_bit(tmp_path: Path) -> None:
    save_model(make(), tmp_path / "m", max_shard_bytes=8_000)
    shards = sorted((tmp_path / "m").glob("model-*.safetensors"))
    index = json.loads((tmp_path / "m" / "model.safetensors.index.json").read_text())
    assert len(shards) > 3
    assert shards[0].name == f"model-00001-of-{len(shards):05}.safetensors"
    assert set(index["weight_map"].values()) == {path.name for path in shards}
    assert index["metadata"]["total_size"] == 2 * sum(p.numel() for p in make().parameters())
    assert_equal(load_model(tmp_path / "m"), make())


def test_a_model_of_text_alone_has_the_plain_names(tmp_path: Path) -> None:
    model = make(replace(CONFIG, vision=None))
    save_model(model, tmp_path / "m")
    assert "model.layers.0.mlp.gate.weight" in load_file(tmp_path / "m" / "model.safetensors")
    assert_equal(load_model(tmp_path / "m"), model)


def test_the_scale_flag_survives(tmp_path: Path) -> None:
    config = replace(CONFIG, rope=replace(CONFIG.rope, apply_scale=True))
    save_model(make(config), tmp_path / "m")
    assert read_config(tmp_path / "m") == config


def test_the_saved_weights_do_not_follow_the_file(saved: Path) -> None:
    model = load_model(saved, torch.bfloat16)
    before = model.language_model.lm_head.weight.clone()
    path = saved / "model.safetensors"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(bytes(path.stat().st_size // 2))
    assert torch.equal(model.language_model.lm_head.weight, before)


@pytest.mark.parametrize("num_shards", [1, 3])
def test_the_original_layout_loads_bit_for_bit(tmp_path: Path, num_shards: int) -> None:
    model = make()
    tensors = native_tensors(model)
    (tmp_path / "params.json").write_text(json.dumps(native_params(CONFIG)))
    names, files = list(tensors), {}
    for shard in range(num_shards):
        file = f"consolidated-{shard}.safetensors" if num_shards > 1 else "consolidated.safetensors"
        # Dealt out like cards, so that one stacked parameter comes from several files.
        part = {name: tensors[name] for name in names[shard::num_shards]}
        save_file(part, tmp_path / file)
        files |= dict.fromkeys(part, file)
    if num_shards > 1:
        index = json.dumps({"metadata": {}, "weight_map": files})
        (tmp_path / "consolidated.safetensors.index.json").write_text(index)
    assert_equal(load_model(tmp_path), model)


def test_the_original_scale_flag_is_obeyed(tmp_path: Path) -> None:
    params = native_params(CONFIG)
    params["yarn"]["apply_scale"] = True
    (tmp_path / "params.json").write_text(json.dumps(params))
    assert read_config(tmp_path).rope.apply_scale


@pytest.mark.parametrize("has_vision", [True, False])
def test_transformers_loads_what_we_save(tmp_path: Path, has_vision: bool) -> None:
    transformers = pytest.importorskip("transformers")
    model = make(CONFIG if has_vision else replace(CONFIG, vision=None))
    save_model(model, tmp_path / "m", max_shard_bytes=30_000)
    kind = "Mistral3ForConditionalGeneration" if has_vision else "Mistral4ForCausalLM"
    theirs, report = getattr(transformers, kind).from_pretrained(
        tmp_path / "m", dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not any(report.values()), report
    ids = torch.arange(14, 54)
    with torch.no_grad():
        wanted = theirs(ids[None]).logits[0]
        batch = PackedBatch.from_lengths([len(ids)])
        ours = model.logits(model(ids, batch, model.uniform_experts(len(ids))).states_TD)
    assert (ours - wanted).norm() / wanted.norm() < 1e-5


@pytest.mark.parametrize("has_vision", [True, False])
def test_we_load_what_transformers_saves(tmp_path: Path, has_vision: bool) -> None:
    transformers = pytest.importorskip("transformers")
    model = make(CONFIG if has_vision else replace(CONFIG, vision=None))
    save_model(model, tmp_path / "ours")
    kind = "Mistral3ForConditionalGeneration" if has_vision else "Mistral4ForCausalLM"
    theirs = getattr(transformers, kind).from_pretrained(tmp_path / "ours", dtype=torch.bfloat16)
    theirs.save_pretrained(tmp_path / "theirs")
    assert_equal(load_model(tmp_path / "theirs"), model)


def test_names_resolve_to_directories(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_directory(str(saved)) == saved
    monkeypatch.setattr(checkpoint, "EMBEDDED", "nano")
    monkeypatch.setattr(checkpoint.importlib.resources, "files", lambda _: saved.parent)
    (saved.parent / "models").mkdir()
    saved.rename(saved.parent / "models" / "nano")
    assert resolve_directory("nano") == saved.parent / "models" / "nano"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("small-4", "weights are not shipped"),
        ("mistralai/Mistral-Small-4-119B-2603", "download it first"),
        ("./nowhere/at-all", "check the path"),
        ("nothing", "check the path"),
        ("x" * 5000, "check the path"),
        ("a\0b", "check the path"),
        (__file__, "is a file"),
    ],
)
def test_a_name_without_directory_says_what_to_do(name: str, told: str) -> None:
    with pytest.raises(NotFound, match=told):
        resolve_directory(name)


def test_a_package_without_the_embedded_weights_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint.importlib.resources, "files", lambda _: tmp_path)
    with pytest.raises(NotFound, match="not in this installation"):
        resolve_directory("mini")


def test_the_manifest_is_read_or_derived(saved: Path) -> None:
    manifest = read_manifest(saved)
    assert (manifest.name, manifest.trained_experts) == ("some-model", (4, 4))
    assert manifest.weights == "auto"
    written = {"name": "mini", "trained_experts": [1, 6], "weights": "int8", "steps": 5}
    (saved / "trinity.json").write_text(json.dumps(written))
    manifest = read_manifest(saved)
    assert (manifest.name, manifest.trained_experts) == ("mini", (1, 6))
    assert manifest.weights == "int8"


def test_a_manifest_with_a_format_that_does_not_exist_is_refused(saved: Path) -> None:
    written = {"name": "x", "trained_experts": [1, 6], "weights": "int3"}
    (saved / "trinity.json").write_text(json.dumps(written))
    with pytest.raises(CheckpointError, match="weights"):
        read_manifest(saved)


@pytest.mark.parametrize("value", [[0, 4], [4, 1], [1, 7], [1], 4, ["1", "6"], [True, 4]])
def test_a_manifest_that_contradicts_the_model_is_refused(saved: Path, value: object) -> None:
    (saved / "trinity.json").write_text(json.dumps({"name": "x", "trained_experts": value}))
    with pytest.raises(CheckpointError, match="trained_experts"):
        read_manifest(saved)
