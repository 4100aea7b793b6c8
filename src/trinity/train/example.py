"""From an exercise to token ids with a loss: what a model reads, and what it must say.

Called by the corpus for exercises with their ideal answers, and by the rollouts for answers that a
model gave itself. `pack` lays examples one after another for one pass through the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from trinity.config import AnyConfig
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.items import DOMAINS, Domain, Item, Mark
from trinity.train.vision.labels import label_patches

Origin = Domain | Literal["own"]

ORIGINS: tuple[Origin, ...] = (*DOMAINS, "own")
"""What losses are told apart by: the domains of generated exercises, and a user's own data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One tokenised conversation; loss falls on the last answer and its thoughts."""

    ids: list[int]
    answer_start: int
    """Index of the first token that the model must produce."""
    silent: frozenset[int] = frozenset()
    """Indices from `answer_start` on that carry no loss."""
    experts: tuple[int, ...]
    """Expert count per layer for the answer; the prompt runs at the model's own."""
    pixels: tuple[np.ndarray, ...] = field(repr=False)
    labels: tuple[np.ndarray, ...] = field(repr=False)
    """What the patches of each picture show; see `train.vision.labels`."""
    domain: Origin
    weight: float | None = None
    """Loss weight of each token of the answer; `None`: one over the root of their number, so that
    long chains of thought do not drown short answers."""
    behaviour: tuple[float, ...] = ()
    """Log-probability that each token of the answer was sampled with; empty where the answer is
    an ideal one, and not the model's own."""
    advantage: float = 0.0
    """How much better than its group's an own answer is."""


@dataclass(slots=True, kw_only=True)
class MicroBatch:
    """Examples laid one after another, shifted by one for next-token prediction."""

    ids_T: Tensor
    targets_T: Tensor
    weight_T: Tensor
    """Loss weights: 0 on prompts."""
    experts_LT: Tensor
    lengths: list[int]
    pixels: list[Tensor]
    domain_T: Tensor
    """Index of each token's domain in `ORIGINS`."""
    behaviour_T: Tensor
    """Log-probability that each target was sampled with; 1, which is none, in ideal answers and in
    prompts."""
    advantage_T: Tensor
    pages: list[Tensor] = field(default_factory=list)
    """Pixels of pictures for the image encoder alone."""
    labels: list[Tensor] = field(default_factory=list)
    """Of each picture, then of each page, what its patches show: int64 [groups, patches]."""


def turn_ids(item: Item, turn: int, effort: str, tokenizer: Tokenizer) -> tuple[list[int], int]:
    """What the assistant says in turn number `turn`, as ids, and how many of them are its thoughts.

    The thoughts are counted without their markers; effort `none` has no thoughts and no markers.
    """
    is_step = turn < len(item.steps)
    source = item.steps[turn] if is_step else item
    thoughts = {"none": "", "low": source.thoughts_low, "high": source.thoughts_high}[effort]
    if is_step:
        calls = [(call.name, call.arguments) for call in item.steps[turn].calls]
        return said_ids("", calls, thoughts, tokenizer)
    return said_ids(item.answer, (), thoughts, tokenizer)


def said_ids(
    text: str, calls: Iterable[tuple[str, str]], thoughts: str, tokenizer: Tokenizer
) -> tuple[list[int], int]:
    """A turn of the assistant as ids, and how many of them are its thoughts.

    `calls` are names and arguments. Thoughts are counted without their markers; where there are
    none, there are no markers.
    """
    said = tokenizer.encode(text)
    for called, given in calls:
        name, arguments = tokenizer.encode(called), tokenizer.encode(given)
        said += [tokenizer.tool_calls_id, *name, tokenizer.args_id, *arguments]
    said.append(tokenizer.eos_id)
    if not thoughts:
        return said, 0
    ids = tokenizer.encode(thoughts)
    return [tokenizer.think_id, *ids, tokenizer.end_think_id, *said], len(ids)


def patch_labels(
    marks: Sequence[Mark] | None, pictures: Sequence[np.ndarray], model: AnyConfig
) -> tuple[np.ndarray, ...]:
    """What the patches of each of an example's pictures [3, height, width] show."""
    labels = []
    for pixels in pictures:
        assert model.vision is not None
        rows, columns = (edge // model.vision.patch_size for edge in pixels.shape[1:])
        labels.append(label_patches(marks, rows, columns).reshape(-1, rows * columns))
    return tuple(labels)


def cut(examples: Sequence[Example], max_tokens: int) -> list[list[Example]]:
    """Split into groups, in order, of at most `max_tokens` tokens each (or of one example)."""
    groups: list[list[Example]] = [[]]
    tokens = 0
    for example in examples:
        if tokens + len(example.ids) > max_tokens:
            groups.append([])
            tokens = 0
        groups[-1].append(example)
        tokens += len(example.ids)
    return [group for group in groups if group]


def pack(examples: Sequence[Example], model: AnyConfig) -> MicroBatch:
    """Lay `examples` one after another."""
    columns: dict[str, list[Any]] = {"ids": [], "targets": [], "weight": [], "domain": []}
    columns |= {"behaviour": [], "advantage": []}
    experts = []
    for example in examples:
        length = len(example.ids) - 1
        columns["ids"].append(torch.tensor(example.ids[:-1]))
        columns["targets"].append(torch.tensor(example.ids[1:]))
        columns["weight"].append(_loss_weights(example))
        columns["domain"].append(torch.full((length,), ORIGINS.index(example.domain)))
        columns["behaviour"].append(_behaviour(example))
        columns["advantage"].append(torch.full((length,), example.advantage))
        experts.append(_expert_counts(example, length, model))
    return MicroBatch(
        ids_T=torch.cat(columns["ids"]),
        targets_T=torch.cat(columns["targets"]),
        weight_T=torch.cat(columns["weight"]),
        domain_T=torch.cat(columns["domain"]),
        behaviour_T=torch.cat(columns["behaviour"]),
        advantage_T=torch.cat(columns["advantage"]),
        experts_LT=torch.cat(experts, dim=1),
        lengths=[len(example.ids) - 1 for example in examples],
        pixels=[torch.from_numpy(p) for example in examples for p in example.pixels],
        labels=[torch.from_numpy(p) for example in examples for p in example.labels],
    )


def _expert_counts(example: Example, length: int, model: AnyConfig) -> Tensor:
    # As the engine does: the prompt at the model's own count, generated tokens at the answer's.
    counts = torch.full((model.num_hidden_layers, length), model.num_experts_per_tok)
    counts[:, example.answer_start :] = torch.tensor(example.experts)[:, None]
    return counts


def _behaviour(example: Example) -> Tensor:
    values = torch.ones(len(example.ids) - 1)
    if example.behaviour:
        values[example.answer_start - 1 :] = torch.tensor(example.behaviour)
    return values


def _loss_weights(example: Example) -> Tensor:
    weight = torch.zeros(len(example.ids) - 1)
    # The token at index i is predicted by the one before it.
    weight[example.answer_start - 1 :] = 1.0
    for index in example.silent:
        weight[index - 1] = 0.0
    return weight * (weight.sum().rsqrt() if example.weight is None else example.weight)
