"""The text decoder in the native kernels' layout: what the engine runs on a CPU.

The weights are a copy: another is made when the model's own have changed.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from trinity.config import AnyConfig, DenseConfig
from trinity.model.dense import DenseLayer
from trinity.model.small4 import DecoderLayer
from trinity.model.transformer import Hidden, Transformer
from trinity.ops import PagedBatch, dispatch

if dispatch.HAS_NATIVE:
    from trinity.ops import native_dense, native_serving


class PackedDecoder:
    """Called like the `Transformer` it was made of, with paged batches alone."""

    def __init__(self, model: Transformer, weights: str = "auto") -> None:
        """Pack a model that `fits`, as `weights` says: fp32, bf16, int8 or int4.

        `auto` is bf16 where that loses nothing, else fp32.
        """
        language = model.language_model
        if weights == "auto":
            weights = "bf16" if _is_exact_in_bf16(language.parameters()) else "fp32"
        plan = native_serving.WEIGHTS[weights]
        self._model = model
        self._layers = [_pack(layer, model, plan) for layer in language.model.layers]
        self._head = native_serving.pack_matrix(language.lm_head.weight, plan)

    @property
    def head_bytes(self) -> int:
        """Memory of the packed head."""
        return self._head.num_bytes

    @staticmethod
    def fits(model: Transformer) -> bool:
        """Whether the kernels run this model here."""
        weight = model.language_model.lm_head.weight
        return (
            dispatch.HAS_NATIVE
            and weight.is_cpu
            and weight.dtype == torch.float32
            and dispatch.native.fits(*_inner_sizes(model.config))
        )

    def __call__(
        self,
        ids_T: Tensor,
        batch: PagedBatch,
        experts_LT: Tensor,
        caches: list[Tensor],
        image_features_ID: Tensor | None = None,
    ) -> Hidden:
        """See `Transformer.forward`; the states are those before the final norm; no routings."""
        x_TD = self._model.embed(ids_T, image_features_ID).float().contiguous()
        config = self._model.config
        step = native_serving.Step.of(batch, self._model.frequencies, caches[0].shape[1], config)
        experts_LT = experts_LT.contiguous()
        for layer, experts_T, cache in zip(self._layers, experts_LT, caches, strict=True):
            if isinstance(layer, native_dense.DenseLayer):
                native_dense.run_layer(layer, step, cache, x_TD)
            else:
                rows = native_serving.run_layer(layer, step, experts_T, cache, x_TD)
                batch.counters.expert_rows += rows
        return Hidden(x_TD, ())

    def logits(self, states_TD: Tensor, row_tile: int | None = None) -> Tensor:
        """Vocabulary scores [T, Z], FP32, of states as this decoder leaves them."""
        del row_tile  # rows are exact by themselves
        norm = self._model.language_model.model.norm
        vocab_size = self._model.config.vocab_size
        return native_serving.linear(
            states_TD.contiguous(), self._head, vocab_size, norm.weight, norm.eps
        )


def _inner_sizes(config: AnyConfig) -> tuple[int, ...]:
    c, common = config, (config.hidden_size, config.vocab_size)
    if isinstance(c, DenseConfig):
        return (*common, c.head_dim, c.intermediate_size)
    return (
        *common,
        c.q_lora_rank,
        c.kv_lora_rank,
        c.qk_nope_head_dim,
        c.qk_rope_head_dim,
        c.v_head_dim,
        c.moe_intermediate_size,
        c.n_routed_experts,
    )


def _pack(
    layer: nn.Module, model: Transformer, plan: native_serving.Weights
) -> native_serving.Layer | native_dense.DenseLayer:
    if isinstance(layer, DenseLayer):
        return native_dense.pack_layer(
            layer.input_layernorm.weight,
            layer.self_attn.weights(model.frequencies),
            layer.post_attention_layernorm.weight,
            layer.mlp.weights(),
            layer.self_attn.config,
            plan,
        )
    assert isinstance(layer, DecoderLayer)
    return native_serving.pack_layer(
        layer.input_layernorm.weight,
        layer.self_attn.weights(model.frequencies),
        layer.post_attention_layernorm.weight,
        layer.mlp.weights(),
        layer.self_attn.config,
        plan,
    )


def _is_exact_in_bf16(weights: Iterable[Tensor]) -> bool:
    return all(
        torch.equal(weight, weight.bfloat16().float()) for weight in weights if weight.ndim > 1
    )
