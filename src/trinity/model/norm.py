"""The norm of every layer, in the decoder and in the image encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trinity.ops import dispatch


class RMSNorm(nn.Module):
    """Root-mean-square norm with a learned weight."""

    def __init__(self, width: int, eps: float) -> None:
        """Start as the identity scale."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last axis."""
        return dispatch.rms_norm(x, self.weight, self.eps)
