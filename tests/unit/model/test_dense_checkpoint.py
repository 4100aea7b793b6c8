"""Dense checkpoints in both layouts, against transformers and the published config files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.unit.model.samples import CONFIG as SMALL_4
from tests.unit.model.samples import as_pairs, assert_equal, edit_json
from trinity.config import DenseConfig
from trinity.errors import CheckpointError
from trinity.model.checkpoint import load_model, read_config, read_manifest, save_model
from trinity.model.dense import Dense
from trinity.model.transformer import initialise
from trinity.ops import PackedBatch, reference_dense
from trinity.ops.rope import rotate_pairs

CONFIG = DenseConfig(
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=12,
    intermediate_size=40,
    vocab_size=64,
    max_position_embeddings=4096,
    rope_theta=1000.0,
)
PICTURED = replace(CONFIG, vision=SMALL_4.vision)

PUBLISHED = {
    "architectures": ["MistralForCausalLM"],
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "head_dim": 128,
    "hidden_act": "silu",
    "hidden_size": 5120,
    "initializer_range": 0.02,
    "intermediate_size": 32768,
    "max_position_embeddings": 32768,
    "model_type": "mistral",
    "num_attention_heads": 32,
    "num_hidden_layers": 40,
    "num_key_value_heads": 8,
    "rms_norm_eps": 1e-05,
    "rope_theta": 100000000.0,
    "sliding_window": None,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": 131072,
}
PUBLISHED_PARAMS = {
    "dim": 5120,
    "n_layers": 40,
    "head_dim": 128,
    "hidden_dim": 32768,
    "n_heads": 32,
    "n_kv_heads": 8,
    "rope_theta": 100000000.0,
    "norm_eps": 1e-05,
    "vocab_size": 131072,
    "max_position_embeddings": 32768,
}


def make(config: DenseConfig = CONFIG) -> Dense:
    """A model whose weights BF16 holds exactly."""
    model = Dense(config)
    initialise(model, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())
    return model


def native_tensors(model: Dense) -> dict[str, torch.Tensor]:
    """The model's weights under their original names, as mistral-inference names them."""
    text = model.language_model
    tensors = {
        "tok_embeddings.weight": text.model.embed_tokens.weight,
        "output.weight": text.lm_head.weight,
        "norm.weight": text.model.norm.weight,
    }
    for number, layer in enumerate(text.model.layers):
        at, mlp, here = layer.self_attn, layer.mlp, f"layers.{number}"
        query, key = (halves.weight.chunk(n) for halves, n in ((at.q_proj, 2), (at.k_proj, 1)))
        tensors |= {
            f"{here}.attention_norm.weight": layer.input_layernorm.weight,
            f"{here}.ffn_norm.weight": layer.post_attention_layernorm.weight,
            # The helper reorders two heads at a time.
            f"{here}.attention.wq.weight": torch.cat([as_pairs(part) for part in query]),
            f"{here}.attention.wk.weight": torch.cat([as_pairs(part) for part in key]),
            f"{here}.attention.wv.weight": at.v_proj.weight,
            f"{here}.attention.wo.weight": at.o_proj.weight,
            f"{here}.feed_forward.w1.weight": mlp.gate_proj.weight,
            f"{here}.feed_forward.w2.weight": mlp.down_proj.weight,
            f"{here}.feed_forward.w3.weight": mlp.up_proj.weight,
        }
    return {name: tensor.detach().bfloat16().clone() for name, tensor in tensors.items()}


def native_params(config: DenseConfig) -> dict:
    return {
        "dim": config.hidden_size,
        "n_layers": config.num_hidden_layers,
        "head_dim": config.head_dim,
        "hidden_dim": config.intermediate_size,
        "n_heads": config.num_attention_heads,
        "n_kv_heads": config.num_key_value_heads,
        "rope_theta": config.rope_theta,
        "norm_eps": config.rms_norm_eps,
        "vocab_size": config.vocab_size,
        "max_position_embeddings": config.max_position_embeddings,
    }


def logits(model: Dense, ids: torch.Tensor) -> torch.Tensor:
    batch = PackedBatch.from_lengths([len(ids)])
    with torch.no_grad():
        return model.logits(model(ids, batch, model.uniform_experts(len(ids))).states_TD)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(make(), tmp_path / "dense")
    return tmp_path / "dense"


@pytest.mark.parametrize("config", [CONFIG, PICTURED])
def test_a_saved_model_loads_bit_for_bit(tmp_path: Path, config: DenseConfig) -> None:
    save_model(make(config), tmp_path / "m")
    names = load_file(tmp_path / "m" / "model.safetensors")
    prefix = "language_model." if config.vision else ""
    assert f"{prefix}model.layers.1.mlp.gate_proj.weight" in names
    assert_equal(load_model(tmp_path / "m"), make(config))


def test_the_original_layout_loads_bit_for_bit(tmp_path: Path) -> None:
    model = make()
    (tmp_path / "params.json").write_text(json.dumps(native_params(CONFIG)))
    save_file(native_tensors(model), tmp_path / "consolidated.safetensors")
    assert_equal(load_model(tmp_path), model)


def test_the_original_rows_are_rotated_as_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original files rotate neighbours: their rows as they are, with that rotation, are the
    same network as what is loaded from them."""
    tensors = native_tensors(make())
    (tmp_path / "params.json").write_text(json.dumps(native_params(CONFIG)))
    save_file(tensors, tmp_path / "consolidated.safetensors")
    ids = torch.arange(14, 54)
    loaded = logits(load_model(tmp_path), ids)
    original = make()
    with torch.no_grad():
        for number, layer in enumerate(original.language_model.model.layers):
            layer.self_attn.q_proj.weight.copy_(tensors[f"layers.{number}.attention.wq.weight"])
            layer.self_attn.k_proj.weight.copy_(tensors[f"layers.{number}.attention.wk.weight"])
    monkeypatch.setattr(reference_dense, "rotate_halves", rotate_pairs)
    assert torch.allclose(logits(original, ids), loaded, atol=1e-5)


@pytest.mark.parametrize("config", [CONFIG, PICTURED])
def test_transformers_and_we_read_each_other(tmp_path: Path, config: DenseConfig) -> None:
    transformers = pytest.importorskip("transformers")
    model = make(config)
    save_model(model, tmp_path / "ours")
    kind = "Mistral3ForConditionalGeneration" if config.vision else "MistralForCausalLM"
    theirs, report = getattr(transformers, kind).from_pretrained(
        tmp_path / "ours",
        dtype=torch.float32,
        attn_implementation="eager",
        output_loading_info=True,
    )
    assert not any(report.values()), report
    ids = torch.arange(14, 54)
    with torch.no_grad():
        wanted = theirs(ids[None]).logits[0]
    assert (logits(model, ids) - wanted).norm() / wanted.norm() < 1e-5
    theirs.bfloat16().save_pretrained(tmp_path / "theirs")
    assert_equal(load_model(tmp_path / "theirs"), model)


def test_the_published_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "params.json").write_text(json.dumps(PUBLISHED_PARAMS))
    assert read_config(tmp_path) == DenseConfig()
    (tmp_path / "config.json").write_text(json.dumps(PUBLISHED))
    assert read_config(tmp_path) == DenseConfig()


def test_a_head_may_be_as_wide_as_its_share_of_the_model(saved: Path) -> None:
    edit_json(saved / "config.json", lambda d: d.pop("head_dim"))
    assert read_config(saved).head_dim == 8


def test_a_dense_manifest_has_no_experts(saved: Path) -> None:
    assert read_manifest(saved).trained_experts == (0, 0)
    (saved / "trinity.json").write_text(json.dumps({"name": "x", "trained_experts": [1, 4]}))
    with pytest.raises(CheckpointError, match="two counts from 0 to 0"):
        read_manifest(saved)


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        (lambda d: d.update(sliding_window=4096), "sliding_window"),
        (lambda d: d.pop("sliding_window"), "write null"),
        (lambda d: d.update(layer_types=["sliding_attention"] * 2), "layer_types"),
        (lambda d: d.update(tie_word_embeddings=True), "tie_word_embeddings"),
        (lambda d: d.update(hidden_act="gelu"), "hidden_act"),
        (lambda d: d["rope_parameters"].update(rope_type="yarn"), "rope_type"),
        (lambda d: d["rope_parameters"].pop("rope_theta"), "rope_theta"),
        (lambda d: d.update(num_key_value_heads=3), "must divide the 4 attention heads"),
        (lambda d: d.update(head_dim=11), "even width"),
        (lambda d: d.pop("intermediate_size"), "intermediate_size"),
    ],
)
def test_other_maths_is_refused(saved: Path, change: Callable[[dict], object], blamed: str) -> None:
    edit_json(saved / "config.json", change)
    with pytest.raises(CheckpointError, match=blamed):
        read_config(saved)


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        ({"sliding_window": 4096}, "sliding_window"),
        ({"yarn": {"factor": 16}}, "yarn"),
        ({"llama_4_scaling": {"beta": 0.1}}, "llama_4_scaling"),
        ({"moe": {"num_experts": 8}}, "and not both"),
        ({"tied_embeddings": True}, "tied_embeddings"),
        ({"n_kv_heads": 5}, "must divide"),
    ],
)
def test_other_maths_in_params_is_refused(tmp_path: Path, change: dict, blamed: str) -> None:
    (tmp_path / "params.json").write_text(json.dumps(PUBLISHED_PARAMS | change))
    with pytest.raises(CheckpointError, match=blamed):
        read_config(tmp_path)
