"""How a token is drawn from a row of logits, in plain PyTorch. S rows, Z vocabulary."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class DrawSettings:
    """How the token of one row is chosen."""

    temperature: float
    """0 picks the likeliest."""
    top_k: int
    """Keep so many of the likeliest; the size of the vocabulary keeps all."""
    top_p: float
    min_p: float
    uniform: float
    """The random number, from 0 up to 1."""

    def numbers(self) -> tuple[float, ...]:
        """All of them, in order."""
        return (self.temperature, self.top_k, self.top_p, self.min_p, self.uniform)


def choose_tokens(
    logits_SZ: Tensor, addends: list[Tensor], settings: list[DrawSettings]
) -> list[int]:
    """A token for each row of FP32 logits; -1 where one is not finite.

    An addend [Z] is added to the row before anything else: minus infinity where a token may not be
    chosen, elsewhere its bias.
    """
    is_finite = logits_SZ.isfinite().all(-1).tolist()
    # Rows that are not finite run along.
    allowed_SZ = logits_SZ.nan_to_num(0.0, 0.0, 0.0) + torch.stack(addends)
    tokens = allowed_SZ.argmax(-1).tolist()
    random = [row for row, one in enumerate(settings) if one.temperature > 0]
    if random:
        picks = draw(allowed_SZ[random], [settings[row] for row in random])
        for row, token in zip(random, picks, strict=True):
            tokens[row] = token
    return [token if fine else -1 for token, fine in zip(tokens, is_finite, strict=True)]


def draw(logits_SZ: Tensor, settings: list[DrawSettings]) -> list[int]:
    """One token a row: temperature, top_k, top_p, min_p, then the inverse of what is left.

    Tokens are in the order of their logits, equals in that of their ids.
    """
    vocab_size = logits_SZ.shape[-1]
    # In FP64, where a cumulated probability still tells all tokens of a vocabulary apart.
    numbers = torch.tensor([one.numbers() for one in settings], dtype=torch.float64)
    temperature, top_k, top_p, min_p, uniform = numbers[:, :, None].unbind(1)
    sorted_SZ, id_SZ = (logits_SZ / temperature).sort(dim=-1, descending=True, stable=True)
    weight_SZ = sorted_SZ.softmax(-1)
    weight_SZ = weight_SZ * (torch.arange(vocab_size) < top_k)
    weight_SZ = weight_SZ / weight_SZ.sum(-1, keepdim=True)
    # A token stays while those before it fall short of top_p; the first always does.
    before_SZ = weight_SZ.cumsum(-1) - weight_SZ
    weight_SZ = weight_SZ * ((before_SZ < top_p) | (before_SZ == 0))
    weight_SZ = weight_SZ * (weight_SZ >= min_p * weight_SZ[:, :1])
    reach_SZ = weight_SZ.cumsum(-1)
    rank_S1 = torch.searchsorted(reach_SZ, uniform * reach_SZ[:, -1:], right=True)
    # Rounding may carry the last random numbers past the last token that is left.
    last_S1 = (weight_SZ > 0).sum(-1, keepdim=True) - 1
    return id_SZ.gather(-1, torch.minimum(rank_S1, last_S1)).squeeze(-1).tolist()
