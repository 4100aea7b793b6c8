"""An endless, resumable stream of training batches: batch `i` is a function of the seed and `i`.

A window of examples is drawn, cut into micro-batches of about equal token counts, and dealt out as
steps. Nothing is stored, so to resume is to name the next window.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import Dataset

from trinity.config import AnyConfig
from trinity.errors import ConfigError
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.conversation import turns_before
from trinity.train.example import (
    Example,
    MicroBatch,
    cut,
    pack,
    patch_labels,
    turn_ids,
)
from trinity.train.families import trained_families
from trinity.train.items import Domain, Family, Item, Split, draw, levels_with
from trinity.train.own_data import OwnData
from trinity.train.vision.pages import labelled_page
from trinity.types import Message, TextPart

SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "You are Trinity, a careful assistant.",
    "Answer briefly.",
    "Be concise and correct.",
    "You help with maths, pictures and Python.",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Some families of one domain, and how much of a stream they make."""

    domain: Domain
    share: float
    """Relative to the other sources'."""
    families: tuple[str, ...] = ()
    """Names; all trained families of the domain where there are none."""
    levels: tuple[int, int] = (1, 5)
    """Lowest and highest difficulty."""

    def draw(self, rng: random.Random, split: Split) -> Item:
        """An item of `split`, its family drawn by weight."""
        families = self.chosen()
        family = rng.choices(families, [family.weight for family in families])[0]
        return draw(family, split, rng, rng.choice(levels_with(family, split, *self.levels)))

    def chosen(self) -> list[Family]:
        """The families. Raises `ConfigError` for a name that the domain does not have."""
        families = trained_families(self.domain)
        if not self.families:
            return list(families)
        chosen = [family for family in families if family.name in self.families]
        unknown = set(self.families) - {family.name for family in chosen}
        if unknown:
            raise ConfigError(
                f"There is no trained family {min(unknown)!r} in the domain {self.domain}; it has "
                f"{', '.join(sorted(family.name for family in families))}."
            )
        return chosen


EVERYTHING = (
    Source("reasoning", 0.38),
    Source("vision", 0.42),
    Source("code", 0.16),
    Source("chat", 0.04),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusConfig:
    """What the stream is made of."""

    sources: tuple[Source, ...] = EVERYTHING
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


class Corpus(Dataset[list[list[MicroBatch]]]):
    """Data set of windows: `corpus[i]` is a list of steps, each a list of micro-batches."""

    def __init__(
        self,
        config: CorpusConfig,
        model: AnyConfig,
        tokenizer_path: str,
        split: Split,
        own: OwnData | None = None,
    ) -> None:
        """Draw items of `split`, and turns of `own`; the tokenizer is opened in the process that
        reads.

        Raises `ConfigError` for families that do not exist.
        """
        for source in config.sources:
            source.chosen()
        self.config = config
        self.model = model
        self.tokenizer_path = tokenizer_path
        self.split = split
        self.own = own
        self._tokenizer: Tokenizer | None = None

    def __getitem__(self, window: int) -> list[list[MicroBatch]]:
        """Make window number `window`."""
        rng = random.Random(f"{self.config.seed}/{self.split}/{window}")
        examples = self._own_examples(rng, window)
        drawn = self.config.window_examples - len(examples)
        examples += [self.example(rng) for _ in range(drawn)]
        if self.own:
            rng.shuffle(examples)
        micros = [pack(group, self.model) for group in cut(examples, self.config.micro_tokens)]
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
            item = self._item(rng)
            effort = choose(rng, self.config.effort_shares)
            example = self._tokenise(rng, item, effort)
            if len(example.ids) <= self.config.max_tokens:
                return example

    def _own_examples(self, rng: random.Random, window: int) -> list[Example]:
        """The share of window number `window` that is of the user's own data."""
        if self.own is None or not self.own.turns[self.split]:
            return []
        count = round(self.own.config.share * self.config.window_examples)
        return [
            turn.example(
                turn.effort or choose(rng, self.config.effort_shares),
                self._experts(rng),
                self.tokenizer,
                self.model,
            )
            for turn in self.own.pick(self.split, window * count, count, self.config.seed)
        ]

    def _item(self, rng: random.Random) -> Item:
        sources = self.config.sources
        [source] = rng.choices(sources, [source.share for source in sources])
        return source.draw(rng, self.split)

    def _tokenise(self, rng: random.Random, item: Item, effort: str) -> Example:
        turn = rng.randint(0, len(item.steps))
        messages = (*self._opening(rng, item), *turns_before(item, turn))
        prompt = render(messages, item.tools, effort, self.tokenizer, self.model.vision)
        answer, num_thoughts = turn_ids(item, turn, effort, self.tokenizer)
        answer, silent = self._truncated(rng, answer, num_thoughts)
        pictures = [image.pixels for image in prompt.images]
        return Example(
            ids=[*prompt.token_ids, *answer],
            answer_start=len(prompt.token_ids),
            silent=frozenset(len(prompt.token_ids) + i for i in silent),
            experts=self._experts(rng),
            pixels=tuple(pictures),
            labels=patch_labels(item.marks, pictures, self.model),
            domain=item.domain,
        )

    def _opening(self, rng: random.Random, item: Item) -> list[Message]:
        """What stands before the question: a system prompt, and an earlier question and answer."""
        messages: list[Message] = []
        if item.system is None and rng.random() < self.config.system_share:
            messages.append(Message(role="system", parts=(TextPart(rng.choice(SYSTEM_PROMPTS)),)))
        if item.system is None and rng.random() < self.config.history_share:
            earlier = self._item(rng)
            if not (earlier.images or earlier.tools or earlier.system):
                messages.append(Message.user(earlier.question))
                messages.append(Message(role="assistant", parts=(TextPart(earlier.answer),)))
        return messages

    def _truncated(
        self, rng: random.Random, answer: list[int], num_thoughts: int
    ) -> tuple[list[int], list[int]]:
        """`answer`, in some cases with its thoughts cut short; and which of its tokens are not to
        be learnt: an early close is forced from outside."""
        if not num_thoughts or rng.random() >= self.config.truncated_share:
            return answer, []
        kept = 1 + rng.randrange(num_thoughts + 1)
        return [*answer[:kept], *answer[1 + num_thoughts :]], [kept]

    def _experts(self, rng: random.Random) -> tuple[int, ...]:
        layers = self.model.num_hidden_layers
        if rng.random() < self.config.full_experts_share:
            return (self.model.num_experts_per_tok,) * layers
        low, high = self.config.expert_range
        centre = rng.randint(low, high)
        counts = [min(max(centre + rng.choice((-1, 0, 0, 1)), low), high) for _ in range(layers)]
        # Drawn for a dense model too, which has none: the same seed gives it the same examples.
        return tuple(counts) if self.model.n_routed_experts else (0,) * layers

    def _add_pages(self, rng: random.Random, micro: MicroBatch) -> None:
        vision = self.model.vision
        if vision is None:
            return
        for _ in range(self.config.label_pages):
            page = labelled_page(rng, self.split, vision)
            micro.pages.append(torch.from_numpy(page.pixels))
            micro.labels.append(torch.from_numpy(page.labels).flatten(1))


def choose(rng: random.Random, shares: tuple[tuple[Any, float], ...]) -> Any:
    """One of the names of `shares`, each as likely as its share says."""
    names, weights = zip(*shares, strict=True)
    return rng.choices(names, weights)[0]
