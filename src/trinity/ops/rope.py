"""Rotary position embedding as the families use it: plain or YaRN frequencies, both layouts of the
pairs, the query temperature.

Formulas: RoPE (arXiv 2104.09864) and YaRN (arXiv 2309.00071) for the frequencies; the query
temperature is Llama 4's.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from trinity.config import RopeConfig


def inverse_frequencies(width: int, theta: float) -> Tensor:
    """Angle per position of each of the `width / 2` rotary pairs, float32: theta^(-2i / width)."""
    return (theta ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)).float()


def yarn_inverse_frequencies(width: int, rope: RopeConfig) -> Tensor:
    """Angle per position of each of the `width / 2` rotary pairs, float32.

    Pairs that turn often within the original context are kept, slow ones are divided by `factor`,
    and those between are blended linearly by index.
    """
    pair = torch.arange(0, width, 2, dtype=torch.float64) / width
    frequency = rope.theta**-pair
    low, high = yarn_correction_range(width, rope)
    ramp = ((torch.arange(width // 2, dtype=torch.float64) - low) / (high - low)).clamp(0, 1)
    return (frequency * (1 - ramp) + frequency / rope.factor * ramp).float()


def yarn_correction_range(width: int, rope: RopeConfig) -> tuple[float, float]:
    """First and last pair index of the blend between kept and divided frequencies."""

    def pair_with_turns(turns: float) -> float:
        span = rope.original_max_position_embeddings / (turns * 2 * math.pi)
        return width * math.log(span) / (2 * math.log(rope.theta))

    low = max(math.floor(pair_with_turns(rope.beta_fast)), 0)
    high = min(math.ceil(pair_with_turns(rope.beta_slow)), width - 1)
    # Equal ends would divide by zero: widen by the smallest step that keeps a ramp.
    return low, high if high > low else low + 0.001


def rotate_pairs(x: Tensor, angles: Tensor) -> Tensor:
    """Rotate the interleaved pairs (2i, 2i+1) of `x` [..., R] by `angles` [..., R/2]."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)


def rotate_halves(x: Tensor, angles: Tensor) -> Tensor:
    """Rotate the pairs (i, i + R/2) of `x` [..., R] by `angles` [..., R/2]."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def query_temperature(positions: Tensor, rope: RopeConfig) -> Tensor:
    """Factor for the whole query at each position, float32; exactly 1 in the original context."""
    periods = torch.floor(positions / rope.original_max_position_embeddings)
    return 1 + rope.temperature_beta * torch.log1p(periods)


def softmax_scale(qk_head_dim: int, rope: RopeConfig) -> float:
    """Factor for attention scores: 1/sqrt(width), times YaRN's mscale squared if the model asks."""
    scale = qk_head_dim**-0.5
    if rope.apply_scale:
        mscale = 0.1 * math.log(rope.factor) + 1.0
        scale *= mscale * mscale
    return scale
