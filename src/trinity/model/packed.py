"""The text decoder in the native kernels' layout: what the engine runs on a CPU.

The weights are a copy: of a model in memory, or read from a checkpoint layer by layer, so that
memory never holds more than the copy and one layer.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from trinity.config import AnyConfig, DenseConfig
from trinity.model.checkpoint import load_model, read_weight_format
from trinity.model.dense import DenseLayer
from trinity.model.small4 import DecoderLayer
from trinity.model.transformer import Hidden, Transformer
from trinity.model.weight_format import WeightFormat
from trinity.ops import PagedBatch, dispatch

if dispatch.HAS_NATIVE:
    from trinity.ops import native_dense, native_serving

    PackedLayer = native_serving.Layer | native_dense.DenseLayer


class PackedDecoder:
    """Called like the `Transformer` it was made of, with paged batches alone."""

    def __init__(
        self, model: Transformer, layers: list[PackedLayer], head: native_serving.Matrix
    ) -> None:
        """Run `layers` and `head`; all else is that of `model`."""
        self.model = model
        self._layers = layers
        self._head = head
        self._scores_TZ = torch.empty(0, model.config.vocab_size)

    @classmethod
    def of(cls, model: Transformer, weights: str = "auto") -> Self:
        """Pack a model that `fits`, as `weights` says: fp32, bf16, int8 or int4.

        `auto` is bf16 where that loses nothing, else fp32.
        """
        language = model.language_model
        plan = weights_plan(weights, is_exact=_is_exact_in_bf16(language))
        layers = [pack_layer(layer, plan) for layer in language.model.layers]
        return cls(model, layers, native_serving.pack_matrix(language.lm_head.weight, plan.dense))

    @classmethod
    def load(cls, directory: Path, weights: str = "auto") -> Self:
        """Pack the checkpoint in `directory`, whose config `can_run`; `weights` as in `of`.

        Raises `CheckpointError` as `load_model` does.
        """
        plan = weights_plan(weights, is_exact=read_weight_format(directory) is WeightFormat.BF16)
        layers: list[PackedLayer] = []
        heads = []

        def take(module: nn.Module) -> None:
            if isinstance(module, nn.Linear):
                heads.append(native_serving.pack_matrix(module.weight, plan.dense))
            else:
                layers.append(pack_layer(module, plan))

        model = load_model(directory, take=take)
        return cls(model, layers, heads[0])

    @property
    def config(self) -> AnyConfig:
        """That of the model."""
        return self.model.config

    @property
    def head_bytes(self) -> int:
        """Memory of the packed head."""
        return self._head.num_bytes

    @staticmethod
    def can_run(config: AnyConfig) -> bool:
        """Whether the kernels run models of this shape here."""
        return dispatch.HAS_NATIVE and dispatch.native.fits(*_inner_sizes(config))

    @staticmethod
    def fits(model: Transformer) -> bool:
        """Whether the kernels run this model here."""
        weight = model.language_model.lm_head.weight
        is_plain = weight.is_cpu and weight.dtype == torch.float32
        return is_plain and PackedDecoder.can_run(model.config)

    def __call__(
        self,
        ids_T: Tensor,
        batch: PagedBatch,
        experts_LT: Tensor,
        caches: list[Tensor],
        image_features_ID: Tensor | None = None,
    ) -> Hidden:
        """See `Transformer.forward`; the states are those before the final norm; no routings."""
        x_TD = self.model.embed(ids_T, image_features_ID).float().contiguous()
        config = self.model.config
        step = native_serving.Step.of(batch, self.model.frequencies, caches[0].shape[1], config)
        experts_LT = experts_LT.contiguous()
        for layer, experts_T, cache in zip(self._layers, experts_LT, caches, strict=True):
            if isinstance(layer, native_dense.DenseLayer):
                native_dense.run_layer(layer, step, cache, x_TD)
            else:
                rows = native_serving.run_layer(layer, step, experts_T, cache, x_TD)
                batch.counters.expert_rows += rows
        return Hidden(x_TD, ())

    def logits(self, states_TD: Tensor, row_tile: int | None = None) -> Tensor:
        """Vocabulary scores [T, Z], FP32, of states as this decoder leaves them.

        Valid until the next call: hundreds of rows are too much memory to be fetched anew in each
        step.
        """
        del row_tile  # rows are exact by themselves
        norm = self.model.language_model.model.norm
        rows, vocab_size = len(states_TD), self.model.config.vocab_size
        if len(self._scores_TZ) < rows:
            self._scores_TZ = torch.empty(rows, vocab_size)
        scores_TZ = self._scores_TZ[:rows]
        return native_serving.linear(
            states_TD.contiguous(), self._head, vocab_size, norm.weight, norm.eps, scores_TZ
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


def weights_plan(weights: str, *, is_exact: bool) -> native_serving.Weights:
    """What matrices become: `weights` as in `PackedDecoder.of`; `is_exact` says whether BF16 holds
    the model's own without loss."""
    if weights == "auto":
        weights = "bf16" if is_exact else "fp32"
    plan = native_serving.WEIGHTS[weights]
    return replace(plan, router=native_serving.WEIGHTS["bf16"].dense) if is_exact else plan


def pack_layer(
    layer: nn.Module,
    plan: native_serving.Weights,
    pack: native_serving.Pack = native_serving.pack_matrix,
) -> PackedLayer:
    """A decoder layer with its matrices as `pack` makes them, called for each in a fixed order."""
    nothing = torch.empty(0)  # rotary frequencies are given step by step
    if isinstance(layer, DenseLayer):
        return native_dense.pack_layer(
            layer.input_layernorm.weight,
            layer.self_attn.weights(nothing),
            layer.post_attention_layernorm.weight,
            layer.mlp.weights(),
            layer.self_attn.config,
            plan,
            pack,
        )
    assert isinstance(layer, DecoderLayer)
    return native_serving.pack_layer(
        layer.input_layernorm.weight,
        layer.self_attn.weights(nothing),
        layer.post_attention_layernorm.weight,
        layer.mlp.weights(),
        layer.self_attn.config,
        plan,
        pack,
    )


def _is_exact_in_bf16(module: nn.Module) -> bool:
    return all(
        torch.equal(weight, weight.bfloat16().float())
        for weight in module.parameters()
        if weight.ndim > 1
    )
