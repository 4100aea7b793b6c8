"""Structural fusion: the experts of several specialists side by side in one model.

The specialists descend from one ancestor. Experts that all of them share unchanged, the anchors,
are kept once; the rest are concatenated with their router rows; what else they share is the
ancestor's plus the mean of what they changed (BTX, arXiv 2403.07816; BAR). `calibrate` then makes
the blocks speak equally loud, and training goes on in `distil`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from trinity.config import ModelConfig
from trinity.errors import ConfigError
from trinity.model.small4 import Small4
from trinity.model.transformer import Transformer
from trinity.train.merge import Weights, merge

LEAST_COSINE = 0.5
"""Between the shared weights of two specialists: fine-tuned ones of one ancestor are above 0.8,
models from different random weights near 0."""


def concatenate(
    specialists: Sequence[Transformer], names: Sequence[str], base: Transformer | None = None
) -> Small4:
    """One model with the experts of all `specialists`; `names` are theirs in messages.

    Shared weights are the ancestor's plus the mean of what the specialists changed. Without `base`
    a weight that two specialists have in common is the ancestor's, and others are averaged. Raises
    `ConfigError` where they cannot be fused.
    """
    configs = check_lineage(specialists, names)
    states = [model.state_dict() for model in specialists]
    anchors = count_anchors(states)
    blocks = [config.n_routed_experts - anchors for config in configs]
    model = Small4(replace(configs[0], n_routed_experts=anchors + sum(blocks)))
    ancestor = None if base is None else base.state_dict()
    fused = {
        name: _joined(name, [state[name] for state in states], anchors)
        if is_per_expert(name)
        else _shared(None if ancestor is None else ancestor[name], [s[name] for s in states])
        for name in states[0]
    }
    model.load_state_dict(fused)
    return model


def merge_weights(
    method: str,
    models: Sequence[Transformer],
    names: Sequence[str],
    base: Transformer | None,
    seed: int = 0,
) -> Small4:
    """One model of the specialists' own shape by a method of `merge`.

    `base` may be missing for an average. Raises `ConfigError` where they cannot be merged.
    """
    family = [*models, *([base] if base else [])]
    configs = check_lineage(family, [*names, "the base"])
    if len({config.n_routed_experts for config in configs}) > 1:
        counts = ", ".join(str(config.n_routed_experts) for config in configs)
        raise ConfigError(
            f"The models have {counts} routed experts; this method needs equal numbers. Give an "
            "ancestor with as many, or concatenate."
        )
    states = [model.state_dict() for model in models]
    model = Small4(configs[0])
    model.load_state_dict(merge(method, base.state_dict() if base else states[0], states, seed))
    return model


def check_lineage(models: Sequence[Transformer], names: Sequence[str]) -> list[ModelConfig]:
    """The configs of models that can be fused. Raises `ConfigError` that says why they cannot."""
    configs = []
    for model, name in zip(models, names, strict=False):
        if not isinstance(model.config, ModelConfig):
            raise ConfigError(f"{name} is a dense model; only models with experts can be fused.")
        configs.append(model.config)
        for field in type(configs[0]).__dataclass_fields__:
            ours, theirs = getattr(configs[0], field), getattr(configs[-1], field)
            if field != "n_routed_experts" and ours != theirs:
                raise ConfigError(
                    f"{names[0]} and {name} have different shapes ({field} is {ours} and "
                    f"{theirs}); only models that differ in their number of experts can be fused."
                )
    first = models[0].state_dict()
    for model, name in zip(models[1:], names[1:], strict=False):
        cosine = _likeness(first, model.state_dict())
        if cosine < LEAST_COSINE:
            raise ConfigError(
                f"{names[0]} and {name} do not come from one ancestor (the cosine between their "
                f"shared weights is {cosine:.2f}; it must be at least {LEAST_COSINE}); train "
                "specialists from the same checkpoint."
            )
    return configs


def count_anchors(states: Sequence[Weights]) -> int:
    """How many of the first experts are the same, bit for bit, in all models and layers."""
    anchors = min(len(value) for state in states for name, value in _experts(state))
    for name, value in _experts(states[0]):
        for other in states[1:]:
            common = min(len(value), len(other[name]), anchors)
            differs = (value[:common] != other[name][:common]).flatten(1).any(-1).nonzero()
            anchors = min(anchors, int(differs[0]) if len(differs) else common)
    return anchors


def is_per_expert(name: str) -> bool:
    """Whether the parameter `name` has one entry for each routed expert."""
    return ".mlp.experts." in name or ".mlp.gate." in name


def split(
    model: Transformer, anchors: Sequence[Tensor], blocks: Sequence[Sequence[Tensor]]
) -> list[Small4]:
    """The inverse of `concatenate`: specialists that hold the anchors and one block each.

    `anchors[layer]` and `blocks[b][layer]` (int64) number the experts of each layer; blocks are of
    one size in all layers.
    """
    assert isinstance(model.config, ModelConfig)
    parts = []
    for block in blocks:
        chosen = [torch.cat([a, b]) for a, b in zip(anchors, block, strict=True)]
        part = Small4(replace(model.config, n_routed_experts=len(chosen[0])))
        part.load_state_dict(
            {
                name: value[chosen[_layer(name)]] if is_per_expert(name) else value
                for name, value in model.state_dict().items()
            }
        )
        parts.append(part)
    return parts


def _layer(name: str) -> int:
    return int(name.split(".layers.")[1].split(".")[0])


def _experts(state: Weights) -> list[tuple[str, Tensor]]:
    return [(name, value) for name, value in state.items() if ".mlp.experts." in name]


def _joined(name: str, values: Sequence[Tensor], anchors: int) -> Tensor:
    """Anchors once, then each specialist's own; the rows of the anchors in the router are the
    mean, for each specialist learnt its own."""
    first = torch.stack([value[:anchors] for value in values]).mean(0)
    if ".experts." in name:
        first = values[0][:anchors]
    return torch.cat([first, *(value[anchors:] for value in values)])


def _shared(base: Tensor | None, values: Sequence[Tensor]) -> Tensor:
    """The ancestor's value plus the mean change of those specialists that changed it: an image
    encoder that only one of three trained is taken whole.

    Without `base`, what two of them have bit for bit is the ancestor's, for training changes
    every number it may; where no two agree, the mean of all."""
    if base is None:
        base = next((v for v in values if sum(torch.equal(v, w) for w in values) > 1), None)
    if base is None:
        return torch.stack(list(values)).mean(0)
    changes = [value - base for value in values if not torch.equal(value, base)]
    return base + torch.stack(changes).mean(0) if changes else base


def _likeness(one: Weights, other: Weights) -> float:
    """Cosine between all shared matrices of two models, taken as one vector."""
    names = [name for name, value in one.items() if not is_per_expert(name) and value.ndim > 1]
    product = sum(float((one[name] * other[name]).sum()) for name in names)
    sizes = [
        sum(float(state[name].square().sum()) for name in names) ** 0.5 for state in (one, other)
    ]
    return product / max(sizes[0] * sizes[1], 1e-12)
