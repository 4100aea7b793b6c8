"""An independent implementation to compare with: transformers' mistral4 and pixtral.

Recent versions multiply the softmax scale by YaRN's mscale squared, which the official weights do
not ask for: `mscale_all_dim = 0` with `attention_factor = 1` switches that off.
"""

from __future__ import annotations

import torch
from transformers import Mistral3Config, Mistral3ForConditionalGeneration
from transformers.models.mistral4 import Mistral4Config
from transformers.models.pixtral import PixtralVisionConfig

from trinity.config import ModelConfig
from trinity.model.small4 import Small4

TEXT_FIELDS = (
    "hidden_size num_hidden_layers num_attention_heads q_lora_rank kv_lora_rank qk_nope_head_dim "
    "qk_rope_head_dim v_head_dim n_routed_experts num_experts_per_tok n_shared_experts "
    "moe_intermediate_size vocab_size max_position_embeddings rms_norm_eps"
).split()
VISION_FIELDS = (
    "hidden_size intermediate_size num_hidden_layers num_attention_heads patch_size image_size"
).split()


def oracle_config(config: ModelConfig) -> Mistral3Config:
    rope = config.rope
    text = Mistral4Config(
        **{name: getattr(config, name) for name in TEXT_FIELDS},
        num_key_value_heads=config.num_attention_heads,
        rope_parameters={
            "rope_type": "yarn",
            "rope_theta": rope.theta,
            "factor": rope.factor,
            "original_max_position_embeddings": rope.original_max_position_embeddings,
            "beta_fast": rope.beta_fast,
            "beta_slow": rope.beta_slow,
            "mscale": 1.0,
            "mscale_all_dim": 0.0,
            "attention_factor": 1.0,
            "llama_4_scaling_beta": rope.temperature_beta,
            "partial_rotary_factor": config.qk_rope_head_dim / config.qk_head_dim,
        },
    )
    vision = PixtralVisionConfig(
        **{name: getattr(config.vision, name) for name in VISION_FIELDS},
        head_dim=config.vision.head_dim,
        hidden_act="silu",
        rope_parameters={"rope_type": "default", "rope_theta": config.vision.rope_theta},
    )
    return Mistral3Config(
        text_config=text,
        vision_config=vision,
        spatial_merge_size=config.vision.spatial_merge_size,
        image_token_index=config.image_token_id,
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )


def oracle_like(model: Small4) -> Mistral3ForConditionalGeneration:
    """The oracle with the same weights; every tensor of either side must find its match."""
    oracle = Mistral3ForConditionalGeneration._from_config(
        oracle_config(model.config), attn_implementation="eager", dtype=torch.float32
    ).eval()
    theirs = {name: name for name in oracle.state_dict()}
    state = {}
    for name, tensor in model.state_dict().items():
        state[_their_name(name)] = tensor.clone()
    missing, extra = set(theirs) - set(state), set(state) - set(theirs)
    if missing or extra:
        raise AssertionError(f"Tensor names differ: {sorted(missing)[:4]} {sorted(extra)[:4]}")
    oracle.load_state_dict(state)
    return oracle


def _their_name(name: str) -> str:
    if name.startswith("language_model.model."):
        return "model.language_model." + name.removeprefix("language_model.model.")
    if name.startswith("language_model.lm_head."):
        return name.removeprefix("language_model.")
    return "model." + name
