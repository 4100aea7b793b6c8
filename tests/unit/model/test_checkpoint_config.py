from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.model.samples import (
    CONFIG,
    edit_json,
    native_params,
)
from trinity.errors import CheckpointError
from trinity.model.checkpoint import (
    load_model,
    read_config,
    read_weight_format,
)
from trinity.model.weight_format import WeightFormat


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("text_config", "n_group", 8),
        ("text_config", "attention_bias", True),
        ("text_config", "first_k_dense_replace", 1),
        ("text_config", "hidden_act", "gelu"),
        ("text_config", "routed_scaling_factor", 2.5),
        ("text_config", "norm_topk_prob", False),
        ("text_config", "tie_word_embeddings", True),
        ("text_config", "num_key_value_heads", 1),
        ("text_config", "rope_interleave", False),
        ("text_config", "sliding_window", 4096),
        ("text_config", "hidden_size", -1),
        ("text_config", "hidden_size", "32"),
        ("text_config", "hidden_size", True),
        ("text_config", "hidden_size", 10**12),
        ("text_config", "num_hidden_layers", 10**6),
        ("text_config", "num_experts_per_tok", 7),
        ("text_config", "qk_rope_head_dim", 13),
        ("text_config", "rms_norm_eps", float("nan")),
        ("text_config", "vocab_size", None),
        ("text_config", "rope_parameters", []),
        ("vision_config", "hidden_act", "gelu"),
        ("vision_config", "head_dim", 4),
        ("vision_config", "num_attention_heads", 3),
        ("vision_config", "rope_parameters", {"rope_type": "yarn"}),
        (None, "vision_feature_layer", -2),
        (None, "multimodal_projector_bias", True),
        (None, "tie_word_embeddings", True),
        (None, "dtype", "float16"),
        (None, "text_config", None),
    ],
)
def test_a_setting_that_is_not_implemented_is_refused_by_name(
    saved: Path, section: str | None, key: str, value: object
) -> None:
    edit_json(saved / "config.json", lambda d: (d[section] if section else d).update({key: value}))
    with pytest.raises(CheckpointError) as caught:
        load_model(saved)
    assert key in str(caught.value)
    assert "config.json" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rope_type", "linear"),
        ("attention_factor", 1.5),
        ("truncate", False),
        ("mscale_all_dim", 0.7),
        ("partial_rotary_factor", 1.0),
        ("factor", 0),
        ("llama_4_scaling_beta", None),
    ],
)
def test_another_rotation_is_refused_by_name(saved: Path, key: str, value: object) -> None:
    edit_json(
        saved / "config.json", lambda d: d["text_config"]["rope_parameters"].update({key: value})
    )
    with pytest.raises(CheckpointError, match=key):
        read_config(saved)


def test_the_constants_of_the_official_converter_mean_the_plain_scale(saved: Path) -> None:
    def as_converted(data: dict) -> None:
        rope = data["text_config"]["rope_parameters"]
        del rope["attention_factor"]
        rope.update(type="yarn", mscale=1.0, mscale_all_dim=1.0)

    edit_json(saved / "config.json", as_converted)
    assert read_config(saved) == CONFIG


def test_an_amplitude_other_than_1_is_refused(saved: Path) -> None:
    def change(data: dict) -> None:
        rope = data["text_config"]["rope_parameters"]
        del rope["attention_factor"]
        rope.update(mscale=0.5, mscale_all_dim=1.0)

    edit_json(saved / "config.json", change)
    with pytest.raises(CheckpointError, match="mscale"):
        read_config(saved)


def test_keys_without_effect_are_ignored(saved: Path) -> None:
    edit_json(saved / "config.json", lambda d: d["text_config"].update(use_cache=False, shiny=1))
    assert read_config(saved) == CONFIG


@pytest.mark.parametrize(
    ("quantisation", "known"),
    [
        ({"quant_method": "fp8"}, WeightFormat.FP8),
        (
            {"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized"},
            WeightFormat.NVFP4,
        ),
    ],
)
def test_a_quantised_checkpoint_is_described_but_not_loaded(
    saved: Path, quantisation: dict, known: WeightFormat
) -> None:
    edit_json(saved / "config.json", lambda d: d.update(quantization_config=quantisation))
    assert read_config(saved) == CONFIG
    assert read_weight_format(saved) is known
    with pytest.raises(CheckpointError, match=f"{known.value.upper()}, which cannot be read yet"):
        load_model(saved)


def test_an_unknown_quantisation_is_refused(saved: Path) -> None:
    edit_json(saved / "config.json", lambda d: d.update(quantization_config={"quant_method": "x"}))
    with pytest.raises(CheckpointError, match="quant_method"):
        load_model(saved)


def test_another_architecture_is_refused(saved: Path) -> None:
    edit_json(saved / "config.json", lambda d: d["text_config"].update(model_type="mixtral"))
    with pytest.raises(CheckpointError, match="only mistral4"):
        load_model(saved)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\xff"])
def test_a_config_that_is_not_a_json_object_is_refused(saved: Path, text: str) -> None:
    (saved / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        load_model(saved)


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        (lambda d: d.pop("moe"), "and not both"),
        (lambda d: d.pop("q_lora_rank"), "and not both"),
        (lambda d: d["moe"].update(route_every_n=2), "route_every_n"),
        (lambda d: d["moe"].update(use_load_balancing_bias=True), "use_load_balancing_bias"),
        (lambda d: d["moe"].update(routed_scale=2.5), "routed_scale"),
        (lambda d: d.update(tied_embeddings=True), "tied_embeddings"),
        (lambda d: d.update(n_kv_heads=1), "n_kv_heads"),
        (lambda d: d.update(sliding_window=4096), "sliding_window"),
        (lambda d: d.pop("llama_4_scaling"), "llama_4_scaling"),
        (lambda d: d.pop("dim"), "dim"),
        (lambda d: d["vision_encoder"].update(adapter_bias=True), "adapter_bias"),
        (lambda d: d["vision_encoder"].update(num_attention_heads=3), "num_attention_heads"),
        (lambda d: d.update(quantization={"qformat_weight": "int2"}), "qformat_weight"),
    ],
)
def test_other_maths_in_params_is_refused(
    tmp_path: Path, change: Callable[[dict], object], blamed: str
) -> None:
    params = native_params(CONFIG)
    change(params)
    (tmp_path / "params.json").write_text(json.dumps(params))
    with pytest.raises(CheckpointError, match=blamed):
        load_model(tmp_path)
