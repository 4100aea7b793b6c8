"""Small 4: the text decoder with latent attention and 128 experts, and the whole with its eyes.

One forward serves training and serving; the batch says how tokens attend. Attribute names spell the
official checkpoint's tensor names, so that `state_dict()` is the file layout.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trinity.config import ModelConfig
from trinity.model.norm import RMSNorm
from trinity.model.vision import Projector, VisionTower
from trinity.ops import Batch, dispatch, reference
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


class Decoder(nn.Module):
    """Embedding, layers and final norm."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate the text model without its head."""
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class LanguageModel(nn.Module):
    """The text model with its head."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate decoder and untied head."""
        super().__init__()
        self.model = Decoder(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a forward pass leaves: final hidden states and every layer's routing."""

    states_TD: Tensor
    routings: tuple[Routing, ...]


class Small4(nn.Module):
    """The whole model: text decoder, image encoder, projector."""

    def __init__(self, config: ModelConfig) -> None:
        """Allocate all parameters without setting them; see `initialise`."""
        super().__init__()
        self.config = config
        self.language_model = LanguageModel(config)
        if config.vision:
            self.vision_tower = VisionTower(config.vision)
            self.multi_modal_projector = Projector(config)
        self.frequencies: Tensor
        frequencies = yarn_inverse_frequencies(config.qk_rope_head_dim, config.rope)
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(
        self,
        ids_T: Tensor,
        batch: Batch,
        experts_LT: Tensor,
        caches: list[Tensor] | None = None,
        image_features_ID: Tensor | None = None,
    ) -> Hidden:
        """Run all layers over the flat tokens `ids_T`.

        `experts_LT` (int64) is the number of experts for each layer and token. `caches` holds one
        [blocks, slots, latent] tensor a layer for a `PagedBatch`, and is written to.
        `image_features_ID` replaces, in order, the embeddings of the image tokens in `ids_T`.
        """
        decoder = self.language_model.model
        x_TD = self.embed(ids_T, image_features_ID)
        routings = []
        for index, layer in enumerate(decoder.layers):
            cache = caches[index] if caches is not None else None
            x_TD, routing = layer(x_TD, self.frequencies, experts_LT[index], batch, cache)
            routings.append(routing)
        return Hidden(decoder.norm(x_TD), tuple(routings))

    def embed(self, ids_T: Tensor, image_features_ID: Tensor | None) -> Tensor:
        """Embeddings [T, D], those of image tokens replaced by the features, in order."""
        x_TD = self.language_model.model.embed_tokens(ids_T)
        if image_features_ID is None:
            return x_TD
        where = (ids_T == self.config.image_token_id).nonzero().squeeze(-1)
        return x_TD.index_copy(0, where, image_features_ID.to(x_TD.dtype))

    def logits(self, states_TD: Tensor, row_tile: int | None = None) -> Tensor:
        """Vocabulary scores [T, Z], FP32."""
        return reference.linear(states_TD, self.language_model.lm_head.weight, row_tile).float()

    def encode_images(self, pictures: list[Tensor]) -> Tensor:
        """Features [image tokens, D] of pictures [3, height, width], in order, breaks left out."""
        return self.multi_modal_projector(*self.vision_tower(pictures))

    def uniform_experts(self, num_tokens: int, count: int | None = None) -> Tensor:
        """`experts_LT` for one expert count everywhere; the model's own when `None`."""
        count = self.config.num_experts_per_tok if count is None else count
        shape = (self.config.num_hidden_layers, num_tokens)
        return torch.full(shape, count, device=self.frequencies.device)


def initialise(model: Small4, generator: torch.Generator) -> None:
    """Set all weights at random for training from scratch; modifies `model`.

    Matrices are normal with deviation 1/sqrt(inputs), so that activations keep their size; what
    writes to the residual stream is scaled down by sqrt(2 x layers), as in GPT-2.
    """
    damping = (2 * model.config.num_hidden_layers) ** -0.5
    residual = ("o_proj.weight", "down_proj.weight", "experts.down_proj")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.fill_(1.0)
                continue
            inputs = parameter[0].numel() if parameter.ndim != 3 else parameter.shape[-1]
            deviation = inputs**-0.5 * (damping if name.endswith(residual) else 1.0)
            if "embed_tokens" in name:
                deviation = 1.0
            elif "lm_head" in name:
                deviation = 0.1 * inputs**-0.5
            parameter.normal_(0.0, deviation, generator=generator)
            if "patch_conv" in name:
                # Most patches are one plain colour, and strokes differ little from it: three in
                # four filters start blind to the mean colour, or it drowns all else.
                blind = parameter[: 3 * len(parameter) // 4]
                blind -= blind.mean((-2, -1), keepdim=True)
