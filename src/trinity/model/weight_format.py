"""The formats in which weights are stored; which of them can be read; what their parts weigh.

Read by the checkpoint reader, which refuses the formats it has no reader for, and by `cost`.
"""

from __future__ import annotations

from enum import Enum

import torch


class WeightFormat(Enum):
    """How the matrices of a checkpoint are stored. The value is the name that users see."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP8 = "fp8"
    """Attention and experts in 8-bit floats, one scale per matrix and one for its input."""
    INT8 = "int8"
    """Attention and experts in 8-bit integers, one BF16 scale per row."""
    INT4_G64 = "int4-g64"
    """Attention and experts in 4-bit integers, one BF16 scale per 64 inputs of a row."""
    INT4_G32 = "int4-g32"
    """The same with one scale per 32 inputs."""
    NVFP4 = "nvfp4"
    """Experts alone, in 4-bit floats with one 8-bit scale per 16 inputs of a row."""

    @property
    def is_readable(self) -> bool:
        """Whether `load_model` reads this format."""
        return self in STORED_DTYPES


STORED_DTYPES: dict[WeightFormat, tuple[str, torch.dtype]] = {
    WeightFormat.FP32: ("F32", torch.float32),
    WeightFormat.BF16: ("BF16", torch.bfloat16),
}
"""The readable formats: the name of their dtype in a safetensors header, and in torch."""
