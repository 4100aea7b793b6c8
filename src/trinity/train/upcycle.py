"""More experts for a model that has few: what a specialist starts from.

Drop-Upcycling (arXiv 2502.19261): a fresh expert is a copy of an old one in which a share of the
hidden units is drawn anew, so that it can do something from the start and has something to learn.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from trinity.config import ModelConfig
from trinity.errors import ConfigError
from trinity.model.small4 import Mixture, Small4, mixtures
from trinity.model.transformer import Transformer

REDRAWN = 0.5
"""Share of a fresh expert's hidden units that are drawn anew: the paper's best."""
ROUTER_NOISE = 0.5
"""Deviation of what is added to a copied router row, relative to the row's root mean square."""


def upcycle(seed_model: Transformer, num_experts: int, seed: int = 0) -> Small4:
    """A copy of `seed_model` with `num_experts` routed experts, its own first: the anchors.

    Raises `ConfigError` where it has no experts, or as many already.
    """
    config = seed_model.config
    if not isinstance(config, ModelConfig) or num_experts <= config.n_routed_experts:
        raise ConfigError(
            f"A model with {config.n_routed_experts} routed experts cannot be given {num_experts} "
            "by upcycling; start from one that has some, and ask for more."
        )
    generator = torch.Generator().manual_seed(seed)
    model = Small4(replace(config, n_routed_experts=num_experts))
    states = seed_model.state_dict()
    own = model.state_dict()
    model.load_state_dict({k: v if v.shape == own[k].shape else own[k] for k, v in states.items()})
    with torch.no_grad():
        for mixture, source in zip(mixtures(model), mixtures(seed_model), strict=True):
            _fill(mixture, source, generator)
    return model


def _fill(mixture: Mixture, source: Mixture, generator: torch.Generator) -> None:
    """Set the experts and the router of `mixture` from those of `source`."""
    anchors = len(source.gate.weight)
    fresh = len(mixture.gate.weight) - anchors
    # Each anchor is copied equally often, in random order.
    rounds = [torch.randperm(anchors, generator=generator) for _ in range(-(-fresh // anchors))]
    parents = torch.cat(rounds)[:fresh]
    gate_up, down = source.experts.gate_up_proj, source.experts.down_proj
    inner = down.shape[-1]
    redrawn = torch.rand(fresh, inner, generator=generator).argsort(-1) < REDRAWN * inner
    mixture.experts.gate_up_proj[:anchors] = gate_up
    mixture.experts.down_proj[:anchors] = down
    mixture.experts.gate_up_proj[anchors:] = _redraw(
        gate_up[parents], torch.cat([redrawn, redrawn], dim=1)[:, :, None], generator
    )
    mixture.experts.down_proj[anchors:] = _redraw(down[parents], redrawn[:, None, :], generator)
    rows = source.gate.weight
    noise = torch.randn(fresh, rows.shape[1], generator=generator)
    size = rows.square().mean(-1, keepdim=True).sqrt()
    mixture.gate.weight[:anchors] = rows
    mixture.gate.weight[anchors:] = rows[parents] + ROUTER_NOISE * size[parents] * noise


def _redraw(copies: Tensor, where: Tensor, generator: torch.Generator) -> Tensor:
    """`copies` with the marked entries replaced by normal ones of each copy's own deviation."""
    deviation = copies.std(dim=(-2, -1), keepdim=True)
    drawn = torch.randn(copies.shape, generator=generator) * deviation
    return torch.where(where, drawn, copies)
