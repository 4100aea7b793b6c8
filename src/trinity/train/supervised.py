"""Supervised training: the model learns to say what an ideal answer says.

The stage of the seed, of the specialists' first part, of the joint run, and of a user's own data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from trinity.errors import ConfigError
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.transformer import Transformer
from trinity.train.corpus import Corpus, CorpusConfig
from trinity.train.example import MicroBatch
from trinity.train.items import Split
from trinity.train.own_data import OwnData, OwnDataConfig, read_own_data
from trinity.train.precision import mixed_precision
from trinity.train.sampler import From
from trinity.train.trainer import Load, Meter, OnReport, StageConfig, Trainer, loaded
from trinity.train.vision.pretrain import EncoderConfig, pretrain_encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisedConfig(StageConfig):
    """A supervised stage."""

    corpus: CorpusConfig
    own_data: OwnDataConfig | None = None
    """A user's own chats, mixed into the corpus."""
    start_encoder: str | None = None
    """Checkpoint directory to take the image encoder from; its stage is then left out."""
    encoder: EncoderConfig | None = None
    """The image encoder's own stage before the first step; none when `None`, or with `start` or
    `start_encoder`."""
    validation_examples: int = 128
    num_workers: int = 1
    """Processes that make the data; 0 makes it between steps."""


class SupervisedTrainer(Trainer):
    """Runs one `SupervisedConfig`."""

    may_share = True

    def __init__(self, config: SupervisedConfig, directory: Path, load: Load | None = None) -> None:
        """See `Trainer`."""
        self.config = config
        self.own: OwnData | None = None
        if config.own_data:
            # Before all else: a run is not to fail late on a row.
            self.own = read_own_data(config.own_data, config.model, Tokenizer(config.tokenizer))
        super().__init__(config, directory, load)
        if self.own:
            self.notes.append(self.own.note)

    def before_first_step(self, on_report: OnReport) -> None:
        """Teach the image encoder to see, where the run asks for that."""
        vision, config = self.config.model.vision, self.config.encoder
        if vision is None or config is None or self.config.start or self.config.start_encoder:
            return

        def report(figures: dict[str, float]) -> None:
            self.files.log({"kind": "encoder", **figures})
            on_report(figures)

        pretrain_encoder(self.model.vision_tower, vision, config, self.config.seed, report)

    def first_model(self, load: Load | None) -> Transformer:
        """The model before the first step, with another's image encoder if the run says so."""
        model = super().first_model(load)
        if self.config.start_encoder and not self.config.start:
            _take_encoder(model, loaded(load, self.config.start_encoder), self.config.start_encoder)
        return model

    def windows(self) -> Iterator[list[list[MicroBatch]]]:
        """Windows of the corpus, made by other processes."""
        loader = DataLoader(
            self._corpus(self.config.corpus, Split.TRAIN),
            batch_size=None,
            sampler=From(self.state.window),
            num_workers=self.config.num_workers,
        )
        yield from loader

    def loss(self, micro: MicroBatch, meter: Meter) -> Tensor:
        """Cross-entropy with the ideal answer."""
        weight_T = micro.weight_T.to(self.device)
        answers = weight_T.nonzero().squeeze(-1)
        with mixed_precision(self.device):
            hidden, labels = self.forward(self.model, micro)
            logits = self.model.logits(hidden.states_TD[answers])
        targets = micro.targets_T.to(self.device)[answers]
        losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
        weighted = losses * weight_T[answers]
        meter.add(micro, answers.cpu(), weighted.detach().cpu())
        return self.with_extras(weighted.sum() / weight_T.sum(), hidden, labels, meter)

    def validate(self) -> dict[str, float]:
        """Mean loss per domain on the validation split, at the model's own expert count."""
        meter = Meter()
        self.model.eval()
        with torch.no_grad():
            for micro in self._validation:
                self.devices.compute(self.loss, micro, meter)
        self.model.train()
        return meter.summary()

    @cached_property
    def _validation(self) -> list[MicroBatch]:
        # Made once: most drawn instances belong to another split and are thrown away.
        settings = replace(self.config.corpus, window_examples=self.config.validation_examples)
        corpus = self._corpus(settings, Split.VALIDATION)
        return [micro for step in corpus[0] for micro in step]

    def _corpus(self, settings: CorpusConfig, split: Split) -> Corpus:
        return Corpus(settings, self.config.model, self.config.tokenizer, split, self.own)


def _take_encoder(model: Transformer, source: Transformer, name: str) -> None:
    """Overwrite the image encoder of `model` with that of `source`."""
    if model.config.vision is None or source.config.vision != model.config.vision:
        raise ConfigError(
            f"start_encoder is {name}, whose image encoder has another shape than this model's; "
            "name a checkpoint with the same one, or none."
        )
    model.vision_tower.load_state_dict(source.vision_tower.state_dict())
