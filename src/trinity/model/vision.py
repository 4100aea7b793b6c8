"""The Pixtral image encoder, the 2x2 patch merger and the projector.

Pictures of any sizes are encoded together: their patches lie flat one after another, and only
attention looks at one picture at a time. Weights are in the Hugging Face layout: rotary halves
side by side (not interleaved pairs). Shape letters: P patches of all pictures, I image tokens.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trinity.config import AnyConfig, VisionConfig
from trinity.model.norm import RMSNorm
from trinity.ops import dispatch
from trinity.ops.rope import rotate_halves

Grid = tuple[int, int]
"""Rows and columns of a picture, in patches."""


class VisionAttention(nn.Module):
    """Bidirectional attention among the patches of one picture."""

    def __init__(self, config: VisionConfig) -> None:
        """Allocate four square projections."""
        super().__init__()
        width = config.hidden_size
        self.num_heads = config.num_attention_heads
        self.q_proj = nn.Linear(width, width, bias=False)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.o_proj = nn.Linear(width, width, bias=False)

    def forward(self, x_PD: Tensor, angles_PR: Tensor, sizes: list[int]) -> Tensor:
        """Attend within each picture; `angles_PR` spans half a head, `sizes` counts patches."""
        q, k, v, o = (p.weight for p in (self.q_proj, self.k_proj, self.v_proj, self.o_proj))
        if dispatch.trains_natively(x_PD, q, 2 * angles_PR.shape[1]):
            return dispatch.native.patch_attention(x_PD, q, k, v, o, angles_PR, sizes)

        def heads(projection: nn.Linear) -> Tensor:
            return projection(x_PD).unflatten(-1, (self.num_heads, -1)).transpose(0, 1)

        query = rotate_halves(heads(self.q_proj), angles_PR).split(sizes, dim=1)
        key = rotate_halves(heads(self.k_proj), angles_PR).split(sizes, dim=1)
        value = heads(self.v_proj).split(sizes, dim=1)
        pictures = [
            F.scaled_dot_product_attention(q[None], k[None], v[None])[0]
            for q, k, v in zip(query, key, value, strict=True)
        ]
        return self.o_proj(torch.cat(pictures, dim=1).transpose(0, 1).flatten(1))


class VisionMLP(nn.Module):
    """SwiGLU feed-forward."""

    def __init__(self, config: VisionConfig) -> None:
        """Allocate gate, up and down."""
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Transform each patch."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class VisionLayer(nn.Module):
    """Pre-norm attention and feed-forward."""

    def __init__(self, config: VisionConfig) -> None:
        """Allocate one layer."""
        super().__init__()
        self.attention_norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.attention = VisionAttention(config)
        self.ffn_norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.feed_forward = VisionMLP(config)

    def forward(self, x_PD: Tensor, angles_PR: Tensor, sizes: list[int]) -> Tensor:
        """Advance the residual stream."""
        x_PD = x_PD + self.attention(self.attention_norm(x_PD), angles_PR, sizes)
        return x_PD + self.feed_forward(self.ffn_norm(x_PD))


class VisionTransformer(nn.Module):
    """The encoder's layers."""

    def __init__(self, config: VisionConfig) -> None:
        """Allocate all layers."""
        super().__init__()
        self.layers = nn.ModuleList(VisionLayer(config) for _ in range(config.num_hidden_layers))


class VisionTower(nn.Module):
    """Pixels to one state per patch; no final norm."""

    def __init__(self, config: VisionConfig) -> None:
        """Allocate patch embedding and layers."""
        super().__init__()
        self.config = config
        patch = config.patch_size
        self.patch_conv = nn.Conv2d(3, config.hidden_size, patch, stride=patch, bias=False)
        self.ln_pre = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.transformer = VisionTransformer(config)

    def forward(self, pictures: list[Tensor]) -> tuple[Tensor, list[Grid]]:
        """Encode pictures [3, height, width]: states [P, width] in order, and each one's grid."""
        patch = self.config.patch_size
        grids = [(p.shape[1] // patch, p.shape[2] // patch) for p in pictures]
        patches = torch.cat([_cut(picture, patch) for picture in pictures])
        x_PD = self.ln_pre(F.linear(patches, self.patch_conv.weight.flatten(1)))
        angles = torch.cat([patch_angles(rows, columns, self.config) for rows, columns in grids])
        sizes = [rows * columns for rows, columns in grids]
        for layer in self.transformer.layers:
            x_PD = layer(x_PD, angles.to(x_PD.device), sizes)
        return x_PD, grids


def _cut(picture: Tensor, patch: int) -> Tensor:
    # A convolution whose stride is its width is one product over flattened patches.
    squares = picture.unfold(1, patch, patch).unfold(2, patch, patch)
    return squares.permute(1, 2, 0, 3, 4).flatten(2).flatten(0, 1)


class PatchMerger(nn.Module):
    """Joins each square of neighbouring patches into one state."""

    def __init__(self, config: VisionConfig) -> None:
        """Allocate the merging product."""
        super().__init__()
        self.size = config.spatial_merge_size
        merged = config.hidden_size * self.size**2
        self.merging_layer = nn.Linear(merged, config.hidden_size, bias=False)

    def forward(self, x_PD: Tensor, grids: list[Grid]) -> Tensor:
        """[P, width] to [P / size^2, width]; within a square the channels come first."""
        size = self.size
        squares = []
        for x, (rows, columns) in zip(
            x_PD.split([rows * columns for rows, columns in grids]), grids, strict=True
        ):
            cells = x.view(rows // size, size, columns // size, size, -1)
            squares.append(cells.permute(0, 2, 4, 1, 3).flatten(2).flatten(0, 1))
        return self.merging_layer(torch.cat(squares))


class Projector(nn.Module):
    """Patch states to text-width features: norm, merger, two linear layers with exact GELU."""

    def __init__(self, config: AnyConfig) -> None:
        """Allocate; raises `ValueError` for a model without vision."""
        super().__init__()
        if config.vision is None:
            raise ValueError("This model has no image encoder to project from.")
        # The official runtime and the port in transformers differ in this eps; see docs/model.md.
        self.norm = RMSNorm(config.vision.hidden_size, config.rms_norm_eps)
        self.patch_merger = PatchMerger(config.vision)
        self.linear_1 = nn.Linear(config.vision.hidden_size, config.hidden_size, bias=False)
        self.linear_2 = nn.Linear(config.hidden_size, config.hidden_size, bias=False)

    def forward(self, x_PD: Tensor, grids: list[Grid]) -> Tensor:
        """Features [I, text width]."""
        merged = self.patch_merger(self.norm(x_PD), grids)
        return self.linear_2(F.gelu(self.linear_1(merged)))


def patch_angles(rows: int, columns: int, config: VisionConfig) -> Tensor:
    """Rotary angles [rows * columns, head width / 2]: even frequencies turn with the row, odd ones
    with the column."""
    width = config.head_dim
    frequency = config.rope_theta ** -(torch.arange(0, width, 2, dtype=torch.float32) / width)
    row = torch.arange(rows)[:, None, None] * frequency[0::2]
    column = torch.arange(columns)[None, :, None] * frequency[1::2]
    angles = torch.cat((row.expand(-1, columns, -1), column.expand(rows, -1, -1)), dim=-1)
    return angles.flatten(0, 1)
