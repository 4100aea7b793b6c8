"""An endless, resumable stream of training batches: batch `i` is a function of the seed and `i`.

A window of examples is drawn, cut into micro-batches of about equal token counts, and dealt out as
steps. Nothing is stored, so to resume is to name the next window.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from trinity.config import AnyConfig
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.families import trained_families
from trinity.train.items import DOMAINS, Domain, Item, Split, draw
from trinity.train.vision.labels import label_patches
from trinity.train.vision.pages import labelled_page
from trinity.types import Message, TextPart

SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "You are Trinity, a careful assistant.",
    "Answer briefly.",
    "Be concise and correct.",
    "You help with maths, pictures and Python.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusConfig:
    """What the stream is made of. Shares need not sum to 1."""

    domain_shares: tuple[tuple[Domain, float], ...] = (
        ("reasoning", 0.38),
        ("vision", 0.42),
        ("code", 0.16),
        ("chat", 0.04),
    )
    effort_shares: tuple[tuple[str, float], ...] = (("none", 0.25), ("low", 0.2), ("high", 0.55))
    system_share: float = 0.15
    """Examples that carry a system prompt."""
    history_share: float = 0.12
    """Examples in which an earlier question and answer come first."""
    truncated_share: float = 0.06
    """Thinking examples whose thoughts stop midway and are followed by the answer, so that a
    model whose budget ran out still answers (as in Nemotron Nano 2, arXiv 2508.14444)."""
    full_experts_share: float = 0.45
    """Examples whose answer runs at the model's own expert count in every layer."""
    expert_range: tuple[int, int] = (1, 6)
    """Otherwise every layer's count is drawn near one from this range (arXiv 2509.26520). A dense
    model has no experts, and the two say nothing."""
    max_tokens: int = 320
    """Longer examples are drawn again."""
    window_examples: int = 384
    micro_tokens: int = 4096
    label_pages: int = 8
    """Labelled pages of a micro-batch, for the image encoder alone; see `train.vision.labels`."""
    micros_per_step: int = 1
    """Steps of 4,096 tokens learn more per token than steps of twice that; see the lab notebook."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One tokenised conversation; loss falls on the last answer and its thoughts."""

    ids: list[int]
    answer_start: int
    """Index of the first token that the model must produce."""
    silent: frozenset[int] = frozenset()
    """Indices after `answer_start` that carry no loss."""
    experts: tuple[int, ...]
    """Expert count per layer for the answer; the prompt runs at the model's own."""
    pixels: tuple[np.ndarray, ...] = field(repr=False)
    labels: tuple[np.ndarray, ...] = field(repr=False)
    """What the patches of each picture show; see `train.vision.labels`."""
    domain: Domain


@dataclass(slots=True, kw_only=True)
class MicroBatch:
    """Examples laid one after another, shifted by one for next-token prediction."""

    ids_T: Tensor
    targets_T: Tensor
    weight_T: Tensor
    """Loss weights: 0 on prompts; an example's weights sum to the root of its answer length, so
    that long chains of thought do not drown short answers."""
    experts_LT: Tensor
    lengths: list[int]
    pixels: list[Tensor]
    domain_T: Tensor
    """Index of each token's domain in `DOMAINS`."""
    pages: list[Tensor] = field(default_factory=list)
    """Pixels of pictures for the image encoder alone."""
    labels: list[Tensor] = field(default_factory=list)
    """Of each picture, then of each page, what its patches show: int64 [groups, patches]."""


class Corpus(Dataset[list[list[MicroBatch]]]):
    """Data set of windows: `corpus[i]` is a list of steps, each a list of micro-batches."""

    def __init__(
        self, config: CorpusConfig, model: AnyConfig, tokenizer_path: str, split: Split
    ) -> None:
        """Draw items of `split`; the tokenizer is opened in the process that reads."""
        self.config = config
        self.model = model
        self.tokenizer_path = tokenizer_path
        self.split = split
        self._tokenizer: Tokenizer | None = None

    def __getitem__(self, window: int) -> list[list[MicroBatch]]:
        """Make window number `window`."""
        rng = random.Random(f"{self.config.seed}/{self.split}/{window}")
        examples = [self.example(rng) for _ in range(self.config.window_examples)]
        micros = [self._pack(group) for group in self._cut(examples)]
        for micro in micros:
            self._add_pages(rng, micro)
        size = self.config.micros_per_step
        return [micros[i : i + size] for i in range(0, len(micros) - size + 1, size)]

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, opened on first use."""
        if self._tokenizer is None:
            self._tokenizer = Tokenizer(self.tokenizer_path)
        return self._tokenizer

    def example(self, rng: random.Random) -> Example:
        """Draw one example that fits `max_tokens`."""
        while True:
            domain = _choose(rng, self.config.domain_shares)
            item = self._item(rng, domain)
            effort = _choose(rng, self.config.effort_shares)
            example = self._tokenise(rng, item, effort)
            if len(example.ids) <= self.config.max_tokens:
                return example

    def _item(self, rng: random.Random, domain: Domain) -> Item:
        families = trained_families(domain)
        weights = [family.weight for family in families]
        return draw(rng.choices(families, weights)[0], self.split, rng)

    def _tokenise(self, rng: random.Random, item: Item, effort: str) -> Example:
        messages: list[Message] = []
        system = item.system
        if system is None and rng.random() < self.config.system_share:
            system = rng.choice(SYSTEM_PROMPTS)
        if system is not None:
            messages.append(Message(role="system", parts=(TextPart(system),)))
        if rng.random() < self.config.history_share:
            earlier = self._item(rng, rng.choice(("reasoning", "chat", "code")))
            messages.append(Message.user(earlier.question))
            messages.append(Message(role="assistant", parts=(TextPart(earlier.answer),)))
        messages.append(Message.user(item.question, *item.images))
        prompt = render(tuple(messages), (), effort, self.tokenizer, self.model.vision)
        answer, silent = self._answer(rng, item, effort)
        return Example(
            ids=[*prompt.token_ids, *answer],
            answer_start=len(prompt.token_ids),
            silent=frozenset(len(prompt.token_ids) + i for i in silent),
            experts=self._experts(rng),
            pixels=tuple(image.pixels for image in prompt.images),
            labels=self._labels(item, [image.pixels for image in prompt.images]),
            domain=item.domain,
        )

    def _answer(self, rng: random.Random, item: Item, effort: str) -> tuple[list[int], list[int]]:
        tokenizer = self.tokenizer
        answer = [*tokenizer.encode(item.answer), tokenizer.eos_id]
        thoughts = {"none": "", "low": item.thoughts_low, "high": item.thoughts_high}[effort]
        if not thoughts:
            return answer, []
        ids = tokenizer.encode(thoughts)
        silent = []
        if rng.random() < self.config.truncated_share:
            ids = ids[: rng.randrange(len(ids) + 1)]
            silent = [len(ids) + 1]  # the early close is forced from outside, not to be learnt
        return [tokenizer.think_id, *ids, tokenizer.end_think_id, *answer], silent

    def _experts(self, rng: random.Random) -> tuple[int, ...]:
        layers = self.model.num_hidden_layers
        if rng.random() < self.config.full_experts_share:
            return (self.model.num_experts_per_tok,) * layers
        low, high = self.config.expert_range
        centre = rng.randint(low, high)
        counts = [min(max(centre + rng.choice((-1, 0, 0, 1)), low), high) for _ in range(layers)]
        # Drawn for a dense model too, which has none: the same seed gives it the same examples.
        return tuple(counts) if self.model.n_routed_experts else (0,) * layers

    def _cut(self, examples: Sequence[Example]) -> list[list[Example]]:
        groups: list[list[Example]] = [[]]
        tokens = 0
        for example in examples:
            if tokens + len(example.ids) > self.config.micro_tokens:
                groups.append([])
                tokens = 0
            groups[-1].append(example)
            tokens += len(example.ids)
        return [group for group in groups if group]

    def _pack(self, examples: Sequence[Example]) -> MicroBatch:
        columns: dict[str, list[Any]] = {"ids": [], "targets": [], "weight": [], "domain": []}
        experts = []
        for example in examples:
            length = len(example.ids) - 1
            columns["ids"].append(torch.tensor(example.ids[:-1]))
            columns["targets"].append(torch.tensor(example.ids[1:]))
            columns["weight"].append(_loss_weights(example))
            columns["domain"].append(torch.full((length,), DOMAINS.index(example.domain)))
            experts.append(self._expert_counts(example, length))
        return MicroBatch(
            ids_T=torch.cat(columns["ids"]),
            targets_T=torch.cat(columns["targets"]),
            weight_T=torch.cat(columns["weight"]),
            domain_T=torch.cat(columns["domain"]),
            experts_LT=torch.cat(experts, dim=1),
            lengths=[len(example.ids) - 1 for example in examples],
            pixels=[torch.from_numpy(p) for example in examples for p in example.pixels],
            labels=[torch.from_numpy(p) for example in examples for p in example.labels],
        )

    def _labels(self, item: Item, pictures: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        vision, labels = self.model.vision, []
        for pixels in pictures:
            assert vision is not None
            rows, columns = (edge // vision.patch_size for edge in pixels.shape[1:])
            labels.append(label_patches(item.marks, rows, columns).reshape(-1, rows * columns))
        return tuple(labels)

    def _add_pages(self, rng: random.Random, micro: MicroBatch) -> None:
        vision = self.model.vision
        if vision is None:
            return
        for _ in range(self.config.label_pages):
            page = labelled_page(rng, self.split, vision)
            micro.pages.append(torch.from_numpy(page.pixels))
            micro.labels.append(torch.from_numpy(page.labels).flatten(1))

    def _expert_counts(self, example: Example, length: int) -> Tensor:
        # As the engine does: the prompt at the model's own count, generated tokens at the answer's.
        layers = self.model.num_hidden_layers
        counts = torch.full((layers, length), self.model.num_experts_per_tok)
        counts[:, example.answer_start :] = torch.tensor(example.experts)[:, None]
        return counts


def _loss_weights(example: Example) -> Tensor:
    weight = torch.zeros(len(example.ids) - 1)
    # The token at index i is predicted by the one before it.
    weight[example.answer_start - 1 :] = 1.0
    for index in example.silent:
        weight[index - 1] = 0.0
    return weight / weight.sum().sqrt()


def _choose(rng: random.Random, shares: tuple[tuple[Any, float], ...]) -> Any:
    names, weights = zip(*shares, strict=True)
    return rng.choices(names, weights)[0]
