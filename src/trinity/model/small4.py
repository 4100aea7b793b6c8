"""Small 4: decoder layers of latent attention and 128 experts. Names as in `transformer`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trinity.config import ModelConfig
from trinity.model.norm import RMSNorm
from trinity.model.transformer import Transformer
from trinity.ops import Batch, dispatch
from trinity.ops.reference import AttentionWeights, ExpertsWeights, Routing
from trinity.ops.rope import yarn_inverse_frequencies


class LatentAttention(nn.Module):
    """Multi-head latent attention: queries and keys pass through low-rank bottlenecks."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate the projections of one layer."""
        super().__init__()
        heads, width = config.num_attention_heads, config.hidden_size
        nope_value = config.qk_nope_head_dim + config.v_head_dim
        self.config = config
        self.q_a_proj = nn.Linear(width, config.q_lora_rank, bias=False)
        self.q_a_layernorm = RMSNorm(config.q_lora_rank, config.rms_norm_eps)
        self.q_b_proj = nn.Linear(config.q_lora_rank, heads * config.qk_head_dim, bias=False)
        self.kv_a_proj_with_mqa = nn.Linear(width, config.latent_dim, bias=False)
        self.kv_a_layernorm = RMSNorm(config.kv_lora_rank, config.rms_norm_eps)
        self.kv_b_proj = nn.Linear(config.kv_lora_rank, heads * nope_value, bias=False)
        self.o_proj = nn.Linear(heads * config.v_head_dim, width, bias=False)

    def forward(
        self, x_TD: Tensor, frequencies: Tensor, batch: Batch, cache_BLC: Tensor | None
    ) -> Tensor:
        """Attend; see `reference.attention_block`."""
        weights = self.weights(frequencies)
        return dispatch.attention_block(x_TD, weights, self.config, batch, cache_BLC)

    def weights(self, frequencies: Tensor) -> AttentionWeights:
        """The block's weights as the ops take them."""
        return AttentionWeights(
            q_a=self.q_a_proj.weight,
            q_a_norm=self.q_a_layernorm.weight,
            q_b=self.q_b_proj.weight,
            kv_a=self.kv_a_proj_with_mqa.weight,
            kv_a_norm=self.kv_a_layernorm.weight,
            kv_b=self.kv_b_proj.weight,
            o=self.o_proj.weight,
            inverse_frequencies=frequencies,
        )


class Router(nn.Module):
    """Scores experts; no bias."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate one row per expert."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(config.n_routed_experts, config.hidden_size))


class Experts(nn.Module):
    """The routed experts, stacked; gate and up fused, gate rows first."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate all experts of one layer."""
        super().__init__()
        num, width, inner = (
            config.n_routed_experts,
            config.hidden_size,
            config.moe_intermediate_size,
        )
        self.gate_up_proj = nn.Parameter(torch.empty(num, 2 * inner, width))
        self.down_proj = nn.Parameter(torch.empty(num, width, inner))


class SharedExpert(nn.Module):
    """The always-on expert."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate `n_shared_experts` experts as one wider one."""
        super().__init__()
        inner = config.moe_intermediate_size * config.n_shared_experts
        self.gate_proj = nn.Linear(config.hidden_size, inner, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, inner, bias=False)
        self.down_proj = nn.Linear(inner, config.hidden_size, bias=False)


class Mixture(nn.Module):
    """Router, routed experts and shared expert of one layer."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate one layer's mixture."""
        super().__init__()
        self.gate = Router(config)
        self.experts = Experts(config)
        self.shared_experts = SharedExpert(config)

    def forward(self, x_TD: Tensor, experts_T: Tensor, batch: Batch) -> tuple[Tensor, Routing]:
        """Mix; see `reference.experts_block`."""
        return dispatch.experts_block(x_TD, self.weights(), experts_T, batch)

    def weights(self) -> ExpertsWeights:
        """The block's weights as the ops take them."""
        return ExpertsWeights(
            router_ED=self.gate.weight,
            gate_up_EFD=self.experts.gate_up_proj,
            down_EDF=self.experts.down_proj,
            shared_gate=self.shared_experts.gate_proj.weight,
            shared_up=self.shared_experts.up_proj.weight,
            shared_down=self.shared_experts.down_proj.weight,
        )


class DecoderLayer(nn.Module):
    """Pre-norm attention and mixture, each added to the residual stream."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate one layer."""
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = LatentAttention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = Mixture(config)

    def forward(
        self,
        x_TD: Tensor,
        frequencies: Tensor,
        experts_T: Tensor,
        batch: Batch,
        cache_BLC: Tensor | None,
    ) -> tuple[Tensor, Routing]:
        """Advance the residual stream by one layer."""
        x_TD = x_TD + self.self_attn(self.input_layernorm(x_TD), frequencies, batch, cache_BLC)
        mixed, routing = self.mlp(self.post_attention_layernorm(x_TD), experts_T, batch)
        return x_TD + mixed, routing


class Small4(Transformer):
    """The whole model: text decoder, image encoder, projector."""

    config: ModelConfig

    def __init__(self, config: ModelConfig) -> None:
        """Allocate all parameters without setting them; see `initialise`."""
        super().__init__(config, (DecoderLayer(config) for _ in range(config.num_hidden_layers)))

    def rotary_frequencies(self) -> Tensor:
        """YaRN's, of the rotary part of a head."""
        return yarn_inverse_frequencies(self.config.qk_rope_head_dim, self.config.rope)


def mixtures(model: nn.Module) -> list[Mixture]:
    """The mixture of each layer of a model, first layer first."""
    return [module for module in model.modules() if isinstance(module, Mixture)]
