"""BF16 products where the hardware has them, FP32 everywhere else."""

from __future__ import annotations

import torch

from trinity.ops.dispatch import HAS_NATIVE

if HAS_NATIVE:
    from trinity.ops import _native as kernels


def mixed_precision(device: torch.device) -> torch.autocast:
    """The autocast that a forward pass of training runs under.

    A CPU without BF16 products would emulate them ten times slower than it computes in FP32, so
    autocast is off there; weights and their gradients are FP32 in either case.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=multiplies_bf16(device))


def multiplies_bf16(device: torch.device) -> bool:
    """Whether `device` multiplies BF16 numbers itself."""
    if device.type == "cpu":
        return bool(HAS_NATIVE and kernels.has_bf16())
    return True
