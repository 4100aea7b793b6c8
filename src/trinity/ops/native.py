"""The C++ kernels of `csrc/` as differentiable ops: training on a CPU.

Under autocast, activations are BF16 where the CPU multiplies BF16 itself; sums, norms and router
are FP32 always. Each op equals its namesake in `reference` within the rounding of its format.
Importing this module fails with `ImportError` where the kernels were not built.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from trinity.config import ModelConfig
from trinity.ops import _native as kernels
from trinity.ops.batch import PackedBatch
from trinity.ops.reference import (
    AttentionWeights,
    ExpertsWeights,
    Routing,
    router_logits,
    shared_expert,
)
from trinity.ops.reference_dense import GroupedAttentionWeights
from trinity.ops.rope import query_temperature, softmax_scale

WIDTH_STEP = 16
"""Inner sizes must be multiples of this: the longest vector of any instruction set."""

Format = kernels.Format
Function = TypeVar("Function", bound=Callable[..., Any])


def fits(*widths: int) -> bool:
    """Whether the kernels work on these inner sizes."""
    return all(width % WIDTH_STEP == 0 for width in widths)


def number_format(x: Tensor) -> tuple[Any, torch.dtype]:
    """The kernels' number format for `x` here and now, and the dtype of its activations."""
    if x.dtype == torch.float64:
        return Format.F64, torch.float64
    if kernels.has_bf16() and (x.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")):
        return Format.B16, torch.bfloat16
    return Format.F32, torch.float32


def _real(x: Tensor) -> torch.dtype:
    return torch.float64 if x.dtype == torch.float64 else torch.float32


def _without_autocast(function: Function) -> Function:
    """For what chooses its dtypes itself: the kernels read addresses, and autocast would put BF16
    arrays where FP32 ones are expected on a CPU that does not multiply BF16."""

    @wraps(function)
    def run(*args: Any) -> Any:
        with torch.autocast("cpu", enabled=False):
            return function(*args)

    return cast("Function", run)


def _first_order(function: Function) -> Function:
    """For a backward: without autocast, and differentiating it once more raises."""
    return cast("Function", once_differentiable(_without_autocast(function)))


# --- norm -----------------------------------------------------------------------------------------


class RMSNorm(torch.autograd.Function):
    """Norm of the last axis of FP32 (FP64) rows; the result has the format's activations."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        """[.., width] to the same shape."""
        ctx.format, dtype = number_format(x)
        rows = x.contiguous().flatten(0, -2)
        y = torch.empty(x.shape, dtype=dtype)
        inverse = torch.empty(len(rows), dtype=_real(x))
        weight = weight.contiguous()
        _norm_forward(ctx.format, rows, weight, eps, y, inverse)
        ctx.save_for_backward(rows, weight, inverse)
        return y

    @staticmethod
    @_first_order
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, Tensor, None]:
        """Gradients of rows and weight."""
        rows, weight, inverse = ctx.saved_tensors
        dx = torch.empty(rows.shape, dtype=rows.dtype)
        dweight = _norm_backward(ctx.format, rows, weight, inverse, dy.contiguous(), dx)
        return dx.view(dy.shape), dweight, None


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """As `reference.rms_norm`, for FP32 or FP64 `x`."""
    return RMSNorm.apply(x, weight, eps)


def _norm_forward(
    number: Any, rows: Tensor, weight: Tensor, eps: float, y: Tensor, inverse: Tensor
) -> None:
    kernels.norm_forward(
        number, *rows.shape, rows.stride(0), eps, rows.dtype == inverse.dtype, rows.data_ptr(),
        weight.data_ptr(), y.data_ptr(), inverse.data_ptr(),
    )  # fmt: skip


def _norm_backward(
    number: Any, rows: Tensor, weight: Tensor, inverse: Tensor, dy: Tensor, dx: Tensor
) -> Tensor:
    dweight = torch.empty_like(weight)
    kernels.norm_backward(
        number, *rows.shape, rows.stride(0), rows.dtype == inverse.dtype, rows.data_ptr(),
        weight.data_ptr(), inverse.data_ptr(), dy.data_ptr(), dx.data_ptr(), dx.stride(0),
        dweight.data_ptr(),
    )  # fmt: skip
    return dweight


# --- latent attention -----------------------------------------------------------------------------


class PackedAttention(torch.autograd.Function):
    """The attention block over whole sequences, from normed states to before the residual."""

    @staticmethod
    @_without_autocast
    def forward(
        ctx: Any, number: tuple[Any, torch.dtype], x_TD: Tensor, w: AttentionWeights,
        config: ModelConfig, batch: PackedBatch, *_learning: Tensor,
    ) -> Tensor:  # fmt: skip
        """[T, D] to [T, D]; autograd sees only the weights listed once more in `_learning`."""
        ctx.format, dtype = number
        real, eps, rank = _real(x_TD), config.rms_norm_eps, config.kv_lora_rank
        q_a, q_b, kv_a, kv_b, o = (m.to(dtype) for m in (w.q_a, w.q_b, w.kv_a, w.kv_b, w.o))
        num_tokens = len(x_TD)
        x = x_TD.to(dtype)
        low = x @ q_a.T
        low_normed, low_inverse = torch.empty_like(low), torch.empty(num_tokens, dtype=real)
        _norm_forward(ctx.format, low, w.q_a_norm, eps, low_normed, low_inverse)
        query = low_normed @ q_b.T
        compressed = x @ kv_a.T
        latent = torch.empty(num_tokens, rank, dtype=dtype)
        latent_inverse = torch.empty(num_tokens, dtype=real)
        _norm_forward(ctx.format, compressed[:, :rank], w.kv_a_norm, eps, latent, latent_inverse)
        key_value = latent @ kv_b.T
        heads = config.num_attention_heads
        out = torch.empty(num_tokens, heads * config.v_head_dim, dtype=dtype)
        log_sum = torch.empty(num_tokens, heads, dtype=real)
        tables = _tables(w.inverse_frequencies, config, batch, real)
        ctx.sizes = [
            num_tokens, batch.num_sequences, batch.max_length, heads, config.qk_nope_head_dim,
            config.qk_rope_head_dim, config.v_head_dim, compressed.stride(0),
        ]  # fmt: skip
        ctx.scale, ctx.rank = softmax_scale(config.qk_head_dim, config.rope), rank
        arrays = [*tables, query, key_value, compressed[:, rank:], out, log_sum]
        kernels.attention_forward(ctx.format, ctx.sizes, ctx.scale, True, _addresses(arrays))
        ctx.save_for_backward(
            x, low, low_normed, low_inverse, compressed, latent, latent_inverse, query, key_value,
            out, log_sum, *tables, q_a, q_b, kv_a, kv_b, o, w.q_a_norm, w.kv_a_norm,
        )  # fmt: skip
        return out @ o.T

    @staticmethod
    @_first_order
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of the states and, in the order of `_learning`, of the weights."""
        (
            x, low, low_normed, low_inverse, compressed, latent, latent_inverse, query, key_value,
            out, log_sum, *tables, q_a, q_b, kv_a, kv_b, o, q_a_norm, kv_a_norm,
        ) = ctx.saved_tensors  # fmt: skip
        rank, real = ctx.rank, low_inverse.dtype
        dy = dy.to(x.dtype)
        dout = dy @ o
        dquery, dkey_value = torch.empty_like(query), torch.empty_like(key_value)
        drotary = torch.empty(len(x), compressed.shape[1] - rank, dtype=x.dtype)
        arrays = [*tables, query, key_value, compressed[:, rank:], out, log_sum]
        kernels.attention_backward(
            ctx.format, ctx.sizes, ctx.scale, True, _addresses(arrays),
            *_addresses([dout, dquery, dkey_value, drotary]),
        )  # fmt: skip
        dcompressed = torch.empty_like(compressed)
        dcompressed[:, rank:] = drotary
        dkv_a_norm = _norm_backward(
            ctx.format, compressed[:, :rank], kv_a_norm, latent_inverse, dkey_value @ kv_b,
            dcompressed[:, :rank],
        )  # fmt: skip
        dlow = torch.empty_like(low)
        dq_a_norm = _norm_backward(ctx.format, low, q_a_norm, low_inverse, dquery @ q_b, dlow)
        dx = torch.addmm(dlow @ q_a, dcompressed, kv_a)
        return (
            None, dx, None, None, None,
            (dlow.T @ x).to(real), dq_a_norm, (dquery.T @ low_normed).to(real),
            (dcompressed.T @ x).to(real), dkv_a_norm, (dkey_value.T @ latent).to(real),
            (dy.T @ out).to(real),
        )  # fmt: skip


def attention_block(
    x_TD: Tensor, w: AttentionWeights, config: ModelConfig, batch: PackedBatch
) -> Tensor:
    """As `reference.attention_block` without a cache."""
    learning = (w.q_a, w.q_a_norm, w.q_b, w.kv_a, w.kv_a_norm, w.kv_b, w.o)
    return PackedAttention.apply(number_format(x_TD), x_TD, w, config, batch, *learning)


def _tables(
    inverse_frequencies: Tensor, config: ModelConfig, batch: PackedBatch, real: torch.dtype
) -> list[Tensor]:
    """Sequence starts, then cosines, signed sines and temperature of each position."""
    counts = batch.sequence_T.bincount(minlength=batch.num_sequences)
    first_S = torch.nn.functional.pad(counts.cumsum(0), (1, 0)).int()
    positions = torch.arange(batch.max_length)
    cosines, sines = _turns(positions[:, None] * inverse_frequencies, real)
    return [first_S, cosines, sines, query_temperature(positions, config.rope).to(real)]


def _turns(angles: Tensor, real: torch.dtype) -> tuple[Tensor, Tensor]:
    """[.., R/2] to two of [.., R] for neighbours: cosines twice, and sines first negated."""
    angles = angles.to(real)
    sines = angles.sin()
    return angles.cos().repeat_interleave(2, -1), torch.stack((-sines, sines), -1).flatten(-2)


def _addresses(arrays: list[Tensor]) -> list[int]:
    return [array.data_ptr() for array in arrays]


# --- attention with plain rotary positions --------------------------------------------------------


class RotaryAttention(torch.autograd.Function):
    """Attention over packed sequences whose whole heads turn; heads of keys may be shared."""

    @staticmethod
    @_without_autocast
    def forward(
        ctx: Any, number: tuple[Any, torch.dtype], x_TD: Tensor, q: Tensor, k: Tensor, v: Tensor,
        o: Tensor, angles_TR: Tensor, sizes: list[int], causal: bool,
    ) -> Tensor:  # fmt: skip
        """[T, D] to [T, D], from normed states to before the residual."""
        ctx.format, dtype = number
        x, real, width = x_TD.to(dtype), _real(x_TD), 2 * angles_TR.shape[1]
        ctx.causal, ctx.width, heads, shared = causal, width, len(q) // width, len(k) // width
        # Halves become neighbours, keys and values of a head too: the kernels' layout.
        ctx.order = torch.arange(len(q)).view(heads, 2, -1).transpose(1, 2).flatten()
        q, o = q[ctx.order].to(dtype), o.to(dtype)
        k = k[ctx.order[: len(k)]]
        kv = torch.cat((k.view(shared, width, -1), v.view(shared, width, -1)), dim=1)
        kv = kv.flatten(0, 1).to(dtype)
        query, key_value = x @ q.T, x @ kv.T
        cosines, sines = _turns(angles_TR, real)
        _rotate(ctx, query, width, 1, cosines, sines)
        _rotate(ctx, key_value, 2 * width, 1, cosines, sines)
        if shared < heads:
            # The kernel has keys and values for every head.
            each = key_value.unflatten(1, (shared, -1))
            key_value = each.repeat_interleave(heads // shared, dim=1).flatten(1)
        first_S = torch.nn.functional.pad(torch.tensor(sizes).cumsum(0), (1, 0)).int()
        out, log_sum = torch.empty_like(query), torch.empty(len(x), heads, dtype=real)
        ones = torch.ones(max(sizes), dtype=real)
        ctx.sizes = [len(x), len(sizes), max(sizes), heads, width, 0, width, 0]
        # Nothing is left to rotate in the kernel: its tables are not read.
        arrays = [first_S, ones, ones, ones, query, key_value, query, out, log_sum]
        kernels.attention_forward(ctx.format, ctx.sizes, width**-0.5, causal, _addresses(arrays))
        ctx.save_for_backward(*arrays, x, q, kv, o, cosines, sines)
        return out @ o.T

    @staticmethod
    @_first_order
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of the states and the four matrices."""
        *arrays, x, q, kv, o, cosines, sines = ctx.saved_tensors
        query, key_value, out = arrays[4], arrays[5], arrays[7]
        real, width = cosines.dtype, ctx.width
        heads, shared = ctx.sizes[3], len(kv) // (2 * width)
        dy = dy.to(x.dtype)
        dout = dy @ o
        dquery, dkey_value = torch.empty_like(query), torch.empty_like(key_value)
        kernels.attention_backward(
            ctx.format, ctx.sizes, width**-0.5, ctx.causal, _addresses(arrays),
            *_addresses([dout, dquery, dkey_value, dout]),
        )  # fmt: skip
        if shared < heads:
            dkey_value = dkey_value.unflatten(1, (shared, heads // shared, -1)).sum(2).flatten(1)
        _rotate(ctx, dquery, width, -1, cosines, sines)
        _rotate(ctx, dkey_value, 2 * width, -1, cosines, sines)
        dx = torch.addmm(dquery @ q, dkey_value, kv)
        dkv = (dkey_value.T @ x).to(real).view(shared, 2, width, -1)
        dq, dk = (
            torch.empty(q.shape, dtype=real),
            torch.empty(shared * width, q.shape[1], dtype=real),
        )
        dq[ctx.order] = (dquery.T @ x).to(real)
        dk[ctx.order[: len(dk)]] = dkv[:, 0].flatten(0, 1)
        return (
            None, dx, dq, dk, dkv[:, 1].flatten(0, 1), (dy.T @ out).to(real), None, None, None,
        )  # fmt: skip


def _rotate(
    ctx: Any, x: Tensor, stride: int, direction: int, cosines: Tensor, sines: Tensor
) -> None:
    tokens, columns = x.shape
    kernels.rotate(
        ctx.format, tokens, columns // stride, ctx.width, stride, direction, cosines.data_ptr(),
        sines.data_ptr(), x.data_ptr(),
    )  # fmt: skip


def patch_attention(
    x_PD: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, angles_PR: Tensor, sizes: list[int]
) -> Tensor:
    """Attention within each picture, as `trinity.model.vision.VisionAttention` defines it.

    Matrices are [out, in]; `angles_PR` spans half a head; `sizes` counts patches of each picture.
    """
    return RotaryAttention.apply(number_format(x_PD), x_PD, q, k, v, o, angles_PR, sizes, False)


def grouped_attention_block(x_TD: Tensor, w: GroupedAttentionWeights, batch: PackedBatch) -> Tensor:
    """As `reference_dense.grouped_attention_block` without a cache."""
    angles_TR = batch.positions_T[:, None] * w.inverse_frequencies
    sizes = batch.sequence_T.bincount(minlength=batch.num_sequences).tolist()
    number = number_format(x_TD)
    return RotaryAttention.apply(number, x_TD, w.q, w.k, w.v, w.o, angles_TR, sizes, True)


# --- mixture of experts ---------------------------------------------------------------------------


class Route(torch.autograd.Function):
    """Softmax, choice and renormalisation."""

    @staticmethod
    def forward(ctx: Any, logits_TE: Tensor, experts_T: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Probabilities [T, E], chosen experts [T, K] (int32, -1 beyond) and weights [T, K]."""
        ctx.format = Format.F64 if logits_TE.dtype == torch.float64 else Format.F32
        ctx.sizes = (*logits_TE.shape, int(experts_T.max()))
        assert ctx.sizes[2] <= ctx.sizes[1], "more experts asked for than there are"
        logits_TE = logits_TE.contiguous()
        probability_TE = torch.empty_like(logits_TE)
        weight_TK = logits_TE.new_empty(len(logits_TE), ctx.sizes[2])
        expert_TK = torch.empty(weight_TK.shape, dtype=torch.int32)
        arrays = [experts_T.contiguous(), logits_TE, probability_TE, expert_TK, weight_TK]
        kernels.route_forward(ctx.format, *ctx.sizes, *_addresses(arrays))
        ctx.mark_non_differentiable(expert_TK)
        ctx.save_for_backward(probability_TE, expert_TK, weight_TK)
        return probability_TE, expert_TK, weight_TK

    @staticmethod
    @_first_order
    def backward(
        ctx: Any, dprobability_TE: Tensor, _: None, dweight_TK: Tensor
    ) -> tuple[Tensor, None]:
        """Gradient of the scores."""
        probability_TE, expert_TK, weight_TK = ctx.saved_tensors
        dlogits_TE = torch.empty_like(probability_TE)
        arrays = [
            probability_TE, expert_TK, weight_TK, dweight_TK.contiguous(),
            dprobability_TE.contiguous(), dlogits_TE,
        ]  # fmt: skip
        kernels.route_backward(ctx.format, *ctx.sizes, *_addresses(arrays))
        return dlogits_TE, None


class RoutedExperts(torch.autograd.Function):
    """Weighted sum of each token's chosen experts."""

    @staticmethod
    def forward(
        ctx: Any, x_TD: Tensor, gate_up_EFD: Tensor, down_EDF: Tensor, expert_TK: Tensor,
        weight_TK: Tensor,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Sums [T, D], FP32, and the sorted pairs [N] (token * K + choice), int32."""
        ctx.format, dtype = number_format(x_TD)
        (num_tokens, width), (num_experts, _, inner) = x_TD.shape, down_EDF.shape
        num_rows = int((expert_TK >= 0).sum())
        ctx.sizes = [num_tokens, num_experts, width, inner, expert_TK.shape[1], num_rows]
        x = x_TD.to(dtype).contiguous()
        gate_up_EFD, down_EDF = gate_up_EFD.contiguous(), down_EDF.contiguous()
        weight_TK = weight_TK.contiguous()
        first_E = torch.empty(num_experts + 1, dtype=torch.int32)
        source_N = torch.empty(num_rows, dtype=torch.int32)
        row_TK = torch.empty_like(expert_TK)
        gate_up_NF = torch.empty(num_rows, 2 * inner, dtype=dtype)
        out_TD = torch.empty(num_tokens, width, dtype=weight_TK.dtype)
        arrays = [
            x, gate_up_EFD, down_EDF, expert_TK, weight_TK, first_E, source_N, row_TK, gate_up_NF
        ]  # fmt: skip
        kernels.experts_forward(ctx.format, ctx.sizes, _addresses(arrays), out_TD.data_ptr())
        ctx.mark_non_differentiable(source_N)
        ctx.save_for_backward(*arrays)
        return out_TD, source_N

    @staticmethod
    @_first_order
    def backward(ctx: Any, dout_TD: Tensor, _: None) -> tuple[Tensor | None, ...]:
        """Gradients of states, experts and weights."""
        x, gate_up_EFD, down_EDF, _, weight_TK, *_ = arrays = ctx.saved_tensors
        dx_TD = torch.empty(dout_TD.shape, dtype=dout_TD.dtype)
        dgate_up, ddown = torch.empty_like(gate_up_EFD), torch.empty_like(down_EDF)
        dweight_TK = torch.empty_like(weight_TK)
        gradients = [dout_TD.contiguous(), dx_TD, dgate_up, ddown, dweight_TK]
        kernels.experts_backward(
            ctx.format, ctx.sizes, _addresses(arrays), *_addresses(gradients)
        )  # fmt: skip
        return dx_TD.to(x.dtype), dgate_up, ddown, None, dweight_TK


def experts_block(
    x_TD: Tensor, w: ExpertsWeights, experts_T: Tensor, batch: PackedBatch
) -> tuple[Tensor, Routing]:
    """As `reference.experts_block`, for a `PackedBatch`."""
    logits_TE = router_logits(x_TD, w.router_ED, None)
    probability_TE, expert_TK, weight_TK = Route.apply(logits_TE, experts_T)
    x_TD = x_TD.to(number_format(x_TD)[1])
    routed_TD, source_N = RoutedExperts.apply(x_TD, w.gate_up_EFD, w.down_EDF, expert_TK, weight_TK)
    source_N = source_N.long()
    batch.counters.expert_rows += len(source_N)
    routing = Routing(
        token_N=source_N // expert_TK.shape[1],
        expert_N=expert_TK.flatten()[source_N].long(),
        weight_N=weight_TK.flatten()[source_N],
        probability_TE=probability_TE,
    )
    return routed_TD + shared_expert(x_TD, w, None), routing


# --- optimiser ------------------------------------------------------------------------------------


def muon_fits(matrices: Tensor) -> bool:
    """Whether `muon_step` takes this parameter."""
    return (
        matrices.is_cpu
        and matrices.is_contiguous()
        and matrices.dtype == torch.float32
        and fits(*matrices.shape[-2:])
    )


def muon_step(
    parameters: list[Tensor],
    momenta: list[Tensor],
    rates: list[float],
    momentum: float,
    keep: float,
) -> None:
    """One step of `trinity.train.optim.Muon` on parameters that have gradients; modifies both.

    `rates` multiply each parameter's orthogonal update, `keep` what the weights were.
    """
    jobs = []
    grads = []
    for parameter, average, rate in zip(parameters, momenta, rates, strict=True):
        assert parameter.grad is not None
        grads.append(parameter.grad.contiguous())
        rows, columns = parameter.shape[-2:]
        jobs.append((
            parameter.numel() // (rows * columns), rows, columns, rate,
            parameter.data_ptr(), grads[-1].data_ptr(), average.data_ptr(),
        ))  # fmt: skip
    # The largest first, so that no thread is left alone with one at the end.
    jobs.sort(key=lambda job: -job[1] * job[2])
    kernels.muon_step(jobs, momentum, keep)
