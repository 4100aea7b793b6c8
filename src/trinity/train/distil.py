"""Multi-teacher on-policy distillation: the fused model learns from the specialists.

The student answers fresh exercises, equally many of each domain; every token that it said is scored
by the domain's own frozen specialist, and the exact reverse KL over the whole vocabulary is its
loss: a mean over tokens, then over answers, then over domains (MOPD, arXiv 2606.30406; balanced by
domain, not by token, as Open-MOPD, arXiv 2608.19098, found necessary). Verified rewards are added,
so that the student can pass its teachers, and alone where no teacher can solve the exercise. Some
ideal answers are mixed in, fewer and fewer. Without on-policy prompts this is the router's own
training: only ideal answers, scored by the teachers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from trinity.errors import ConfigError
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.transformer import Transformer
from trinity.train.corpus import Corpus, CorpusConfig, Source
from trinity.train.example import Example, MicroBatch, Origin, cut, pack
from trinity.train.items import DOMAINS, Domain, Split
from trinity.train.policy import advantages, policy_loss, reward
from trinity.train.precision import mixed_precision
from trinity.train.rollout import (
    Prompt,
    RolloutConfig,
    examples_of,
    log_line,
    make_prompts,
    sample,
    solved,
)
from trinity.train.sampler import From
from trinity.train.trainer import Load, MakeGenerator, Meter, StageConfig, Trainer, loaded

MICRO_TOKENS = 4096
MEMORY = 0.95
"""Share of a domain's mean divergence that stays when a step is counted."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How many exercises of a source the student answers in a step."""

    source: Source
    prompts: int
    group: int = 1
    """Answers to each; rewards count where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistilConfig(StageConfig):
    """A stage of distillation."""

    teachers: tuple[tuple[Domain, str], ...]
    """Checkpoint directory of each domain's specialist."""
    asks: tuple[Ask, ...] = ()
    """What the student answers itself."""
    rollout: RolloutConfig = field(default_factory=RolloutConfig)
    corpus: CorpusConfig
    """Where ideal answers come from."""
    traces: tuple[int, int] = (8, 0)
    """Ideal answers in a step, at the start of the run and at its end."""
    reward_weight: float = 0.2
    """Of the policy loss beside the divergence; where there is no teacher it stands alone."""
    clip_low: float = 0.2
    clip_high: float = 0.28
    gap_range: tuple[float, float] = (0.5, 2.0)
    """A domain weighs as much as its divergence from its teacher, relative to the mean of the
    domains, within these limits."""
    validation_items: int = 32
    """Of each domain."""
    num_workers: int = 1


class DistilTrainer(Trainer):
    """Runs one `DistilConfig`."""

    def __init__(
        self,
        config: DistilConfig,
        directory: Path,
        load: Load | None,
        make_generator: MakeGenerator,
    ) -> None:
        """See `Trainer`; `make_generator` gives the engine that answers."""
        self.config = config
        super().__init__(config, directory, load)
        self.tokenizer = Tokenizer(config.tokenizer)
        self.generator = make_generator(self.model, config.tokenizer)
        self.teachers = {
            domain: _frozen(loaded(load, name)).to(self.device) for domain, name in config.teachers
        }
        for ask in config.asks:
            if ask.source.domain not in self.teachers and ask.group < 2:
                raise ConfigError(
                    f"The domain {ask.source.domain} has no teacher and groups of {ask.group}; "
                    "without a teacher rewards must differ within a group: use 2 or more."
                )

    def windows(self) -> Iterator[list[list[MicroBatch]]]:
        """One step a window: own answers, then ideal ones."""
        draws = _Draws(self.config)
        loader = DataLoader(
            draws,
            batch_size=None,
            sampler=From(self.state.window),
            num_workers=self.config.num_workers,
        )
        for groups, traces in loader:
            examples = [*self._own(groups), *self._ideal(traces)]
            yield [self._micros(examples)] if examples else []

    def loss(self, micro: MicroBatch, meter: Meter) -> Tensor:
        """Divergence from the domain's teacher, with rewards; metered is the divergence."""
        weight_T = micro.weight_T.to(self.device)
        answers = weight_T.nonzero().squeeze(-1)
        with mixed_precision(self.device):
            hidden, labels = self.forward(self.model, micro)
            logits = self.model.logits(hidden.states_TD[answers])
        domain = DOMAINS[int(micro.domain_T[0])]
        targets = micro.targets_T.to(self.device)[answers]
        own = float(micro.behaviour_T[answers[0].cpu()]) <= 0
        losses, metered = torch.zeros_like(weight_T[answers]), None
        if domain in self.teachers:
            divergence = self._divergence(logits, self.teachers[domain], micro, answers, own)
            losses, metered = losses + divergence, divergence
        if own:
            rewarded = self._rewarded(logits, targets, micro, answers)
            losses = losses + rewarded * (self.config.reward_weight if metered is not None else 1)
        else:
            losses = losses + cross_entropy(logits, targets, reduction="none")
        weighted = losses * weight_T[answers]
        shown = weighted if metered is None else metered * weight_T[answers]
        meter.add(micro, answers.cpu(), shown.detach().cpu())
        if own and metered is not None:
            self._note_gap(domain, float(metered.detach().mean()))
        return self.with_extras(weighted.sum() / weight_T.sum(), hidden, labels, meter)

    def validate(self) -> dict[str, float]:
        """Share of validation exercises solved at temperature 1, by domain."""
        self.generator.weights_changed()
        rng = random.Random("validation")
        items = [
            ask.source.draw(rng, Split.VALIDATION)
            for ask in self.config.asks
            for _ in range(self.config.validation_items)
        ]
        return solved(self.generator, rng, items, self.config.rollout, self.config.model)

    def _own(self, groups: list[list[Prompt]]) -> list[Example]:
        """The student's answers, with their advantages; those that nothing can teach left out."""
        if not groups:
            return []
        self.generator.weights_changed()
        prompts = [prompt for group in groups for prompt in group]
        rollouts = sample(self.generator, prompts, self.config.rollout)
        self.files.log(log_line(self.state.window, rollouts))
        answers = iter(rollouts)
        answered = [[next(answers) for _ in group] for group in groups]
        longest = self.config.rollout.max_tokens
        values = advantages([[reward(rollout, longest) for rollout in group] for group in answered])
        examples = []
        for group, found in zip(answered, values, strict=True):
            if found is None and group[0].prompt.item.domain not in self.teachers:
                continue
            for rollout, value in zip(group, found or [0.0] * len(group), strict=True):
                examples += examples_of(rollout, self.tokenizer, self.config.model, 1.0, value)
        return examples

    def _ideal(self, traces: list[Example]) -> list[Example]:
        """As many of `traces` as the run's progress asks for."""
        first, last = self.config.traces
        progress = min(1.0, self.state.tokens / self.config.total_tokens)
        return traces[: round(first + (last - first) * progress)]

    def _micros(self, examples: list[Example]) -> list[MicroBatch]:
        """Micro-batches of one domain and one kind, own or ideal, weighted so that domains count
        by their gaps, answers equally in them, and tokens equally in an answer."""
        parts: dict[tuple[Origin, bool], list[Example]] = {}
        for example in examples:
            parts.setdefault((example.domain, bool(example.behaviour)), []).append(example)
        gaps = self._gaps()
        micros = []
        for (domain, _), part in parts.items():
            answers = sum(example.domain == domain for example in examples)
            weighted = [
                replace(
                    example,
                    weight=gaps.get(domain, 1.0)
                    / (answers * (len(example.ids) - example.answer_start)),
                )
                for example in part
            ]
            micros += [pack(group, self.config.model) for group in cut(weighted, MICRO_TOKENS)]
        return micros

    def _divergence(
        self,
        logits: Tensor,
        teacher: Transformer,
        micro: MicroBatch,
        answers: Tensor,
        own: bool,
    ) -> Tensor:
        """KL of each token, over the whole vocabulary: student to teacher on own answers, teacher
        to student on ideal ones."""
        with mixed_precision(self.device):
            # Gradients are on, so that the training kernels run; no weight of it wants any.
            theirs, _ = self.forward(teacher, at_full_experts(micro, teacher))
            wanted = teacher.logits(theirs.states_TD[answers])
        student, target = logits.log_softmax(-1), wanted.log_softmax(-1).detach()
        if own:
            return (student.exp() * (student - target)).sum(-1)
        return (target.exp() * (target - student)).sum(-1)

    def _rewarded(
        self, logits: Tensor, targets: Tensor, micro: MicroBatch, answers: Tensor
    ) -> Tensor:
        return policy_loss(
            -cross_entropy(logits, targets, reduction="none"),
            micro.behaviour_T.to(self.device)[answers],
            micro.advantage_T.to(self.device)[answers],
            self.config.clip_low,
            self.config.clip_high,
        )

    def _note_gap(self, domain: Domain, divergence: float) -> None:
        name = f"divergence/{domain}"
        before = self.state.figures.get(name, divergence)
        self.state.figures[name] = MEMORY * before + (1 - MEMORY) * divergence

    def _gaps(self) -> dict[str, float]:
        """The weight of each domain that has a teacher."""
        found = {
            domain: self.state.figures[f"divergence/{domain}"]
            for domain in self.teachers
            if f"divergence/{domain}" in self.state.figures
        }
        mean = sum(found.values()) / max(len(found), 1)
        low, high = self.config.gap_range
        return {domain: min(max(gap / mean, low), high) for domain, gap in found.items()}


class _Draws(Dataset[tuple[list[list[Prompt]], list[Example]]]):
    """What a step needs, but for the student's answers: prompts in groups, and ideal answers."""

    def __init__(self, config: DistilConfig) -> None:
        self.config = config
        self.corpus = Corpus(config.corpus, config.model, config.tokenizer, Split.TRAIN)

    def __getitem__(self, window: int) -> tuple[list[list[Prompt]], list[Example]]:
        config = self.config
        rng = random.Random(f"distil/{config.seed}/{window}")
        groups = [
            make_prompts(
                rng, ask.source.draw(rng, Split.TRAIN), config.rollout, config.model, ask.group
            )
            for ask in config.asks
            for _ in range(ask.prompts)
        ]
        return groups, [self.corpus.example(rng) for _ in range(max(config.traces))]


def at_full_experts(micro: MicroBatch, model: Transformer) -> MicroBatch:
    """`micro` with the expert count of `model` itself for every token."""
    count = model.config.num_experts_per_tok
    return replace(micro, experts_LT=torch.full_like(micro.experts_LT, count))


def _frozen(model: Transformer) -> Transformer:
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval()
