"""Models with random weights, and one sequence driven over the paged cache as an engine does."""

from __future__ import annotations

import torch
from torch import Tensor

from trinity.config import AnyConfig
from trinity.model.architecture import make_model
from trinity.model.packed import PackedDecoder
from trinity.model.transformer import Transformer, initialise
from trinity.ops import PagedBatch

BLOCK_SIZE = 16
GROUP_WIDTH = 8


def random_model(config: AnyConfig, dtype: torch.dtype = torch.float32) -> Transformer:
    """FP32 weights that `dtype` holds exactly; norms unlike 1."""
    model = make_model(config)
    initialise(model, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.uniform_(0.5, 1.5, generator=torch.Generator().manual_seed(1))
            parameter.copy_(parameter.to(dtype))
    return model.requires_grad_(False)


def some_ids(count: int) -> Tensor:
    return torch.randint(14, 256, (count,), generator=torch.Generator().manual_seed(2))


def error(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


class PagedSequence:
    """One sequence; its blocks lie in the cache in random order, after the null block."""

    def __init__(
        self, model: Transformer, max_length: int, decoder: PackedDecoder | None = None
    ) -> None:
        self.model = model
        self.decoder = decoder or model
        self.position = 0
        num_blocks = -(-max_length // BLOCK_SIZE)
        self.table = torch.randperm(num_blocks, generator=torch.Generator().manual_seed(3)) + 1
        shape = (num_blocks + 1, BLOCK_SIZE, model.config.cache_width)
        # What was never written must never be read: it would spoil every sum.
        self.caches = [
            torch.full(shape, 1e4, dtype=torch.float32)
            for _ in range(model.config.num_hidden_layers)
        ]

    def step(
        self,
        ids: Tensor,
        image_features: Tensor | None = None,
        experts: int | None = None,
        discounts: Tensor | None = None,
    ) -> Tensor:
        """Advance by these tokens; returns their logits."""
        batch = self._batch(len(ids))
        batch.routing_discount_T = discounts
        counts = self.model.uniform_experts(len(ids), experts)
        hidden = self.decoder(ids, batch, counts, self.caches, image_features)
        self.position += len(ids)
        return self.decoder.logits(hidden.states_TD).clone()  # valid until the next call

    def run(self, ids: Tensor, chunk: int, image_features: Tensor | None = None) -> Tensor:
        """Advance in chunks of `chunk` tokens, each with its share of the image features."""
        logits = []
        used = 0
        for part in ids.split(chunk):
            count = int((part == self.model.config.image_token_id).sum())
            features = None if image_features is None else image_features[used : used + count]
            logits.append(self.step(part, features))
            used += count
        return torch.cat(logits)

    def _batch(self, num_tokens: int) -> PagedBatch:
        positions = torch.arange(self.position, self.position + num_tokens)
        groups = [
            torch.arange(start, start + GROUP_WIDTH).clamp_max(num_tokens - 1)
            for start in range(0, num_tokens, GROUP_WIDTH)
        ]
        return PagedBatch(
            positions_T=positions,
            slots_T=self.table[positions // BLOCK_SIZE] * BLOCK_SIZE + positions % BLOCK_SIZE,
            block_table_SB=self.table[None],
            group_tokens_GQ=torch.stack(groups),
            group_sequence_G=torch.zeros(len(groups), dtype=torch.int64),
            context_G=[int(positions[group[-1]]) + 1 for group in groups],
        )
