"""The dense generation: decoder layers of grouped-query attention and one MLP. Mistral Small 3,
Magistral Small and Devstral Small; with the image encoder Small 3.1 and 3.2. Names as in
`transformer`."""

from __future__ import annotations

from torch import Tensor, nn

from trinity.config import DenseConfig
from trinity.model.norm import RMSNorm
from trinity.model.transformer import Transformer
from trinity.ops import Batch, dispatch
from trinity.ops.reference_dense import GroupedAttentionWeights, MLPWeights
from trinity.ops.rope import inverse_frequencies


class GroupedAttention(nn.Module):
    """Grouped-query attention: several query heads read the same keys and values."""

    def __init__(self, config: DenseConfig) -> None:
        """Allocate the projections of one layer."""
        super().__init__()
        width = config.hidden_size
        query_width = config.num_attention_heads * config.head_dim
        key_width = config.num_key_value_heads * config.head_dim
        self.config = config
        self.q_proj = nn.Linear(width, query_width, bias=False)
        self.k_proj = nn.Linear(width, key_width, bias=False)
        self.v_proj = nn.Linear(width, key_width, bias=False)
        self.o_proj = nn.Linear(query_width, width, bias=False)

    def forward(
        self, x_TD: Tensor, frequencies: Tensor, batch: Batch, cache_BLX: Tensor | None
    ) -> Tensor:
        """Attend; see `reference_dense.grouped_attention_block`."""
        weights = self.weights(frequencies)
        return dispatch.grouped_attention_block(x_TD, weights, self.config, batch, cache_BLX)

    def weights(self, frequencies: Tensor) -> GroupedAttentionWeights:
        """The block's weights as the ops take them."""
        return GroupedAttentionWeights(
            q=self.q_proj.weight,
            k=self.k_proj.weight,
            v=self.v_proj.weight,
            o=self.o_proj.weight,
            inverse_frequencies=frequencies,
        )


class MLP(nn.Module):
    """SwiGLU feed-forward, the same for every token."""

    def __init__(self, config: DenseConfig) -> None:
        """Allocate gate, up and down."""
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x_TD: Tensor, batch: Batch) -> Tensor:
        """Transform each token; see `reference_dense.mlp_block`."""
        return dispatch.mlp_block(x_TD, self.weights(), batch)

    def weights(self) -> MLPWeights:
        """The block's weights as the ops take them."""
        return MLPWeights(self.gate_proj.weight, self.up_proj.weight, self.down_proj.weight)


class DenseLayer(nn.Module):
    """Pre-norm attention and MLP, each added to the residual stream."""

    def __init__(self, config: DenseConfig) -> None:
        """Allocate one layer."""
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = GroupedAttention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = MLP(config)

    def forward(
        self,
        x_TD: Tensor,
        frequencies: Tensor,
        experts_T: Tensor,
        batch: Batch,
        cache_BLX: Tensor | None,
    ) -> tuple[Tensor, None]:
        """Advance the residual stream by one layer; `experts_T` counts no experts, so it is 0."""
        del experts_T
        x_TD = x_TD + self.self_attn(self.input_layernorm(x_TD), frequencies, batch, cache_BLX)
        return x_TD + self.mlp(self.post_attention_layernorm(x_TD), batch), None


class Dense(Transformer):
    """The whole model: text decoder and, where the config has one, image encoder and projector."""

    config: DenseConfig

    def __init__(self, config: DenseConfig) -> None:
        """Allocate all parameters without setting them; see `transformer.initialise`."""
        super().__init__(config, (DenseLayer(config) for _ in range(config.num_hidden_layers)))

    def rotary_frequencies(self) -> Tensor:
        """Those of plain RoPE, over the whole head."""
        return inverse_frequencies(self.config.head_dim, self.config.rope_theta)
