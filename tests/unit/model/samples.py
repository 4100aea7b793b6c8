"""A very small model with vision, in both layouts, and what the checkpoint tests do to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from trinity.config import ModelConfig, VisionConfig
from trinity.model.small4 import Small4
from trinity.model.transformer import initialise

CONFIG = ModelConfig(
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    q_lora_rank=24,
    kv_lora_rank=16,
    qk_nope_head_dim=8,
    qk_rope_head_dim=12,
    v_head_dim=10,
    n_routed_experts=6,
    moe_intermediate_size=20,
    vocab_size=64,
    max_position_embeddings=4096,
    vision=VisionConfig(
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        patch_size=4,
        image_size=64,
    ),
)
GATE = "language_model.model.layers.0.mlp.gate.weight"


def make(config: ModelConfig = CONFIG) -> Small4:
    """A model whose weights BF16 holds exactly."""
    model = Small4(config)
    initialise(model, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16())
    return model


def assert_equal(left: Small4, right: Small4) -> None:
    assert left.config == right.config
    theirs = right.state_dict()
    assert list(left.state_dict()) == list(theirs)
    for name, tensor in left.state_dict().items():
        assert torch.equal(tensor, theirs[name]), name
    assert torch.equal(left.frequencies, right.frequencies)


def edit_json(path: Path, change: Callable[[dict], object]) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def edit_tensors(directory: Path, change: Callable[[dict], object]) -> None:
    path = directory / "model.safetensors"
    tensors = {name: tensor.clone() for name, tensor in load_file(path).items()}
    change(tensors)
    save_file(tensors, path)


def native_params(config: ModelConfig) -> dict:
    vision = config.vision
    assert vision is not None
    return {
        "dim": config.hidden_size,
        "n_layers": config.num_hidden_layers,
        "n_heads": config.num_attention_heads,
        "n_kv_heads": config.num_attention_heads,
        "head_dim": config.qk_head_dim,
        "hidden_dim": 96,
        "norm_eps": config.rms_norm_eps,
        "vocab_size": config.vocab_size,
        "rope_theta": 10000.0,
        "max_position_embeddings": config.max_position_embeddings,
        "tied_embeddings": False,
        "q_lora_rank": config.q_lora_rank,
        "kv_lora_rank": config.kv_lora_rank,
        "qk_nope_head_dim": config.qk_nope_head_dim,
        "qk_rope_head_dim": config.qk_rope_head_dim,
        "v_head_dim": config.v_head_dim,
        "yarn": {
            "factor": 128,
            "original_max_position_embeddings": 8192,
            "beta": 32,
            "alpha": 1,
            "apply_scale": False,
        },
        "llama_4_scaling": {"beta": 0.1, "original_max_position_embeddings": 8192},
        "moe": {
            "num_experts": config.n_routed_experts,
            "num_experts_per_tok": config.num_experts_per_tok,
            "expert_hidden_dim": config.moe_intermediate_size,
            "num_shared_experts": 1,
            "routed_scale": 1.0,
            "first_k_dense_replace": 0,
            "route_every_n": 1,
            "num_expert_groups": 1,
            "num_expert_groups_per_tok": 1,
        },
        "vision_encoder": {
            "hidden_size": vision.hidden_size,
            "intermediate_size": vision.intermediate_size,
            "num_hidden_layers": vision.num_hidden_layers,
            "num_attention_heads": vision.num_attention_heads,
            "patch_size": vision.patch_size,
            "max_image_size": vision.image_size,
            "image_size": vision.image_size,
            "rope_theta": 10000.0,
            "num_channels": 3,
            "spatial_merge_size": 2,
            "image_token_id": 10,
            "mm_projector_id": "patch_merge",
            "adapter_bias": False,
            "add_pre_mm_projector_layer_norm": True,
        },
    }


def native_tensors(model: Small4) -> dict[str, torch.Tensor]:
    """The model's weights under their original names, written out from the published table."""
    text, vision = model.language_model, model.vision_tower
    projector = model.multi_modal_projector
    tensors = {
        "tok_embeddings.weight": text.model.embed_tokens.weight,
        "output.weight": text.lm_head.weight,
        "norm.weight": text.model.norm.weight,
        "vision_encoder.patch_conv.weight": vision.patch_conv.weight,
        "vision_encoder.ln_pre.weight": vision.ln_pre.weight,
        "pre_mm_projector_norm.weight": projector.norm.weight,
        "patch_merger.merging_layer.weight": projector.patch_merger.merging_layer.weight,
        "vision_language_adapter.w_in.weight": projector.linear_1.weight,
        "vision_language_adapter.w_out.weight": projector.linear_2.weight,
    }
    for number, layer in enumerate(text.model.layers):
        at, here = layer.self_attn, f"layers.{number}"
        tensors |= {
            f"{here}.attention_norm.weight": layer.input_layernorm.weight,
            f"{here}.ffn_norm.weight": layer.post_attention_layernorm.weight,
            f"{here}.attention.wq_a.weight": at.q_a_proj.weight,
            f"{here}.attention.q_a_norm.weight": at.q_a_layernorm.weight,
            f"{here}.attention.wq_b.weight": at.q_b_proj.weight,
            f"{here}.attention.wkv_a_with_mqa.weight": at.kv_a_proj_with_mqa.weight,
            f"{here}.attention.kv_a_norm.weight": at.kv_a_layernorm.weight,
            f"{here}.attention.wkv_b.weight": at.kv_b_proj.weight,
            f"{here}.attention.wo.weight": at.o_proj.weight,
            f"{here}.gate.weight": layer.mlp.gate.weight,
            f"{here}.shared_experts.w1.weight": layer.mlp.shared_experts.gate_proj.weight,
            f"{here}.shared_experts.w2.weight": layer.mlp.shared_experts.down_proj.weight,
            f"{here}.shared_experts.w3.weight": layer.mlp.shared_experts.up_proj.weight,
        }
        for expert in range(model.config.n_routed_experts):
            gate, up = layer.mlp.experts.gate_up_proj[expert].chunk(2)
            tensors[f"{here}.experts.{expert}.w1.weight"] = gate
            tensors[f"{here}.experts.{expert}.w3.weight"] = up
            tensors[f"{here}.experts.{expert}.w2.weight"] = layer.mlp.experts.down_proj[expert]
    for number, layer in enumerate(vision.transformer.layers):
        here = f"vision_encoder.transformer.layers.{number}"
        tensors |= {
            f"{here}.attention_norm.weight": layer.attention_norm.weight,
            f"{here}.ffn_norm.weight": layer.ffn_norm.weight,
            f"{here}.attention.wq.weight": as_pairs(layer.attention.q_proj.weight),
            f"{here}.attention.wk.weight": as_pairs(layer.attention.k_proj.weight),
            f"{here}.attention.wv.weight": layer.attention.v_proj.weight,
            f"{here}.attention.wo.weight": layer.attention.o_proj.weight,
            f"{here}.feed_forward.w1.weight": layer.feed_forward.gate_proj.weight,
            f"{here}.feed_forward.w2.weight": layer.feed_forward.down_proj.weight,
            f"{here}.feed_forward.w3.weight": layer.feed_forward.up_proj.weight,
        }
    return {name: tensor.detach().bfloat16().clone() for name, tensor in tensors.items()}


def as_pairs(weight: torch.Tensor) -> torch.Tensor:
    """Row i of a head's first half goes to row 2i, row i of its second half to 2i + 1."""
    result = torch.empty_like(weight)
    width = weight.shape[0] // 2
    for head in (0, 1):
        for row in range(width // 2):
            result[head * width + 2 * row] = weight[head * width + row]
            result[head * width + 2 * row + 1] = weight[head * width + width // 2 + row]
    return result
