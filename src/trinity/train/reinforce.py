"""Reinforcement by verified rewards: the second part of a specialist's training.

One update a step, so that the model learns from its own answers alone; the ratio to the engine's
probabilities corrects what differs in their arithmetic. See `policy` for rewards and loss.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from trinity.inputs.tokenizer import Tokenizer
from trinity.train.corpus import Source
from trinity.train.example import Example, MicroBatch, cut, pack
from trinity.train.items import Split
from trinity.train.policy import Focus, advantages, policy_loss, reward
from trinity.train.precision import mixed_precision
from trinity.train.rollout import (
    Rollout,
    RolloutConfig,
    examples_of,
    log_line,
    make_prompts,
    sample,
    solved,
)
from trinity.train.trainer import Load, MakeGenerator, Meter, StageConfig, Trainer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinforceConfig(StageConfig):
    """A stage of reinforcement."""

    sources: tuple[Source, ...]
    rollout: RolloutConfig = field(default_factory=RolloutConfig)
    prompts: int = 16
    """Exercises in a step."""
    group: int = 8
    """Answers to each."""
    clip_low: float = 0.2
    clip_high: float = 0.28
    micro_tokens: int = 4096
    validation_items: int = 96


class ReinforceTrainer(Trainer):
    """Runs one `ReinforceConfig`."""

    def __init__(
        self,
        config: ReinforceConfig,
        directory: Path,
        load: Load | None,
        make_generator: MakeGenerator,
    ) -> None:
        """See `Trainer`; `make_generator` gives the engine that answers."""
        self.config = config
        super().__init__(config, directory, load)
        self.tokenizer = Tokenizer(config.tokenizer)
        self.generator = make_generator(self.model, config.tokenizer)

    def windows(self) -> Iterator[list[list[MicroBatch]]]:
        """One step a window, from answers to fresh exercises; none where no group differs."""
        while True:
            micros = self._micros(self.state.window)
            yield [micros] if micros else []

    def loss(self, micro: MicroBatch, meter: Meter) -> Tensor:
        """The policy loss; what is metered is its mean."""
        weight_T = micro.weight_T.to(self.device)
        answers = weight_T.nonzero().squeeze(-1)
        with mixed_precision(self.device):
            hidden, labels = self.forward(self.model, micro)
            logits = self.model.logits(hidden.states_TD[answers])
        targets = micro.targets_T.to(self.device)[answers]
        losses = policy_loss(
            -torch.nn.functional.cross_entropy(logits, targets, reduction="none"),
            micro.behaviour_T.to(self.device)[answers],
            micro.advantage_T.to(self.device)[answers],
            self.config.clip_low,
            self.config.clip_high,
        )
        weighted = losses * weight_T[answers]
        meter.add(micro, answers.cpu(), weighted.detach().cpu())
        return self.with_extras(weighted.sum() / weight_T.sum(), hidden, labels, meter)

    def validate(self) -> dict[str, float]:
        """Share of validation exercises solved at temperature 1, by domain."""
        self.generator.weights_changed()
        rng = random.Random("validation")
        items = [
            self._source(rng).draw(rng, Split.VALIDATION)
            for _ in range(self.config.validation_items)
        ]
        return solved(self.generator, rng, items, self.config.rollout, self.config.model)

    def _micros(self, window: int) -> list[MicroBatch]:
        config, rng = self.config, random.Random(f"reinforce/{self.config.seed}/{window}")
        focus = Focus(self.state.figures)
        items = [focus.draw(rng, self._source(rng), Split.TRAIN) for _ in range(config.prompts)]
        prompts = [
            prompt
            for item in items
            for prompt in make_prompts(rng, item, config.rollout, config.model, config.group)
        ]
        self.generator.weights_changed()
        rollouts = sample(self.generator, prompts, config.rollout)
        groups = [
            rollouts[start : start + config.group]
            for start in range(0, len(rollouts), config.group)
        ]
        for item, group in zip(items, groups, strict=True):
            focus.note(item, sum(rollout.is_correct for rollout in group) / len(group))
        self.files.log(log_line(self.state.window, rollouts))
        examples = self._examples(groups)
        return [pack(part, config.model) for part in cut(examples, config.micro_tokens)]

    def _examples(self, groups: list[list[Rollout]]) -> list[Example]:
        longest = self.config.rollout.max_tokens
        rewards = [[reward(rollout, longest) for rollout in group] for group in groups]
        return [
            example
            for group, values in zip(groups, advantages(rewards), strict=True)
            if values is not None
            for rollout, value in zip(group, values, strict=True)
            for example in examples_of(rollout, self.tokenizer, self.config.model, 1.0, value)
        ]

    def _source(self, rng: random.Random) -> Source:
        sources = self.config.sources
        return rng.choices(sources, [source.share for source in sources])[0]
