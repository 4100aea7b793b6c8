"""Tokens drawn from logits by the C++ kernels."""

from __future__ import annotations

from torch import Tensor

from trinity.ops import _native as kernels
from trinity.ops.reference_sampling import DrawSettings


def choose_tokens(
    logits_SZ: Tensor, addends: list[Tensor], settings: list[DrawSettings]
) -> list[int]:
    """See `reference_sampling.choose_tokens`. A draw on the edge between two tokens may fall to the
    other side: sums are added up in another order."""
    logits_SZ = logits_SZ.contiguous()
    return kernels.choose_tokens(
        logits_SZ.data_ptr(),
        [addend.data_ptr() for addend in addends],
        logits_SZ.shape[1],
        [number for one in settings for number in one.numbers()],
    )
