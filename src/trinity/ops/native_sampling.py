"""Tokens drawn from logits by the C++ kernels."""

from __future__ import annotations

import torch
from torch import Tensor

from trinity.ops import _native as kernels
from trinity.ops.reference_sampling import DrawSettings


def choose_tokens(
    logits: list[Tensor], masks: list[Tensor], settings: list[DrawSettings]
) -> list[int]:
    """See `reference_sampling.choose_tokens`. A draw on the edge between two tokens may fall to the
    other side: sums are added up in another order."""
    rows = [row.contiguous() for row in logits]
    numbers = torch.tensor([one.numbers() for one in settings], dtype=torch.float64)
    return kernels.choose_tokens(
        [row.data_ptr() for row in rows],
        [mask.data_ptr() for mask in masks],
        len(rows[0]),
        numbers.data_ptr(),
    )
