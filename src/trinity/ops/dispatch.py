"""Which implementation of an op runs: the native kernels where they were built and fit, else the
reference."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import torch
from torch import Tensor

from trinity.config import DenseConfig, ModelConfig
from trinity.ops import reference, reference_dense, reference_sampling
from trinity.ops.batch import Batch, PackedBatch
from trinity.ops.reference import AttentionWeights, ExpertsWeights, Routing
from trinity.ops.reference_dense import GroupedAttentionWeights, MLPWeights
from trinity.ops.reference_sampling import DrawSettings

HAS_NATIVE = find_spec("trinity.ops._native") is not None
"""False where Trinity was installed without a C++ compiler."""

if HAS_NATIVE:
    from trinity.ops import native as native
    from trinity.ops import native_sampling


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """See `reference.rms_norm`; while training under autocast the result may be BF16."""
    if x.dtype == weight.dtype and trains_natively(x, weight, x.shape[-1]):
        return native.rms_norm(x, weight, eps)
    return reference.rms_norm(x, weight, eps)


def attention_block(
    x_TD: Tensor, w: AttentionWeights, config: ModelConfig, batch: Batch, cache_BLC: Tensor | None
) -> Tensor:
    """See `reference.attention_block`."""
    widths = (
        config.q_lora_rank,
        config.kv_lora_rank,
        config.qk_nope_head_dim,
        config.qk_rope_head_dim,
        config.v_head_dim,
    )
    if isinstance(batch, PackedBatch) and trains_natively(x_TD, w.o, *widths):
        return native.attention_block(x_TD, w, config, batch)
    return reference.attention_block(x_TD, w, config, batch, cache_BLC)


def experts_block(
    x_TD: Tensor, w: ExpertsWeights, experts_T: Tensor, batch: Batch
) -> tuple[Tensor, Routing]:
    """See `reference.experts_block`."""
    if isinstance(batch, PackedBatch) and trains_natively(x_TD, w.down_EDF, *w.down_EDF.shape):
        return native.experts_block(x_TD, w, experts_T, batch)
    return reference.experts_block(x_TD, w, experts_T, batch)


def grouped_attention_block(
    x_TD: Tensor,
    w: GroupedAttentionWeights,
    config: DenseConfig,
    batch: Batch,
    cache_BLX: Tensor | None,
) -> Tensor:
    """See `reference_dense.grouped_attention_block`."""
    if isinstance(batch, PackedBatch) and trains_natively(x_TD, w.o, config.head_dim):
        return native.grouped_attention_block(x_TD, w, batch)
    return reference_dense.grouped_attention_block(x_TD, w, config, batch, cache_BLX)


def mlp_block(x_TD: Tensor, w: MLPWeights, batch: Batch) -> Tensor:
    """See `reference_dense.mlp_block`; library products are fast in training."""
    return reference_dense.mlp_block(x_TD, w, batch)


def choose_tokens(
    logits_SZ: Tensor, addends: list[Tensor], settings: list[DrawSettings]
) -> list[int]:
    """See `reference_sampling.choose_tokens`."""
    if HAS_NATIVE and logits_SZ.is_cpu and logits_SZ.dtype == torch.float32:
        return native_sampling.choose_tokens(logits_SZ, addends, settings)
    return reference_sampling.choose_tokens(logits_SZ, addends, settings)


def trains_natively(x: Tensor, weight: Tensor, *widths: int) -> bool:
    """Whether the kernels for training take this: gradients wanted, on a CPU, widths that fit."""
    return (
        HAS_NATIVE
        and torch.is_grad_enabled()
        and x.is_cpu
        and weight.dtype in (torch.float32, torch.float64)
        and native.fits(*widths)
    )


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let PyTorch use `count` threads meanwhile.

    Its threads spin for milliseconds after every op that they share. One thread while the kernels'
    pool works, or the two fight for the same cores.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
