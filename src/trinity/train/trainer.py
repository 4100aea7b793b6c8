"""The training loop: steps, evaluation, progress, and runs that survive being killed.

A run is a directory: checkpoints (weights, optimiser state, counters; each complete or absent), a
log with one JSON line per report, and the curves as a picture. To resume is to start it again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Sampler

from trinity.config import AnyConfig
from trinity.errors import ConfigError
from trinity.model.architecture import make_model
from trinity.model.transformer import Hidden, Transformer, initialise
from trinity.ops import PackedBatch
from trinity.train.corpus import Corpus, CorpusConfig, MicroBatch
from trinity.train.items import DOMAINS, Split
from trinity.train.optim import learning_rate, make_optimisers
from trinity.train.run_files import RunFiles, TrainState
from trinity.train.vision.labels import label_loss
from trinity.train.vision.pretrain import EncoderConfig, pretrain_encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """A complete run."""

    model: AnyConfig
    corpus: CorpusConfig
    tokenizer: str
    """Path of the `tekken.json`."""
    start: str | None = None
    """Checkpoint directory to start from; random weights when `None`."""
    start_encoder: str | None = None
    """Checkpoint directory to take the image encoder from; its stage is then left out."""
    total_tokens: int = 20_000_000
    learning_rate: float = 4e-3
    warmup: float = 0.01
    """Share of the run during which the rate rises."""
    decay: float = 0.8
    """Share of the run, at its end, during which the rate falls to 0."""
    balance_weight: float = 0.01
    """Weight of the load-balancing loss (Switch Transformers, arXiv 2101.03961, eq. 4)."""
    encoder: EncoderConfig | None = None
    """The image encoder's own stage before the first step; none when `None`, or with `start` or
    `start_encoder`."""
    label_weight: float = 0.3
    """Weight of the loss on what patches show, where the corpus tells it."""
    clip_norm: float = 1.0
    seed: int = 0
    save_every_s: float = 240.0
    report_every_s: float = 10.0
    validation_examples: int = 128
    max_bad_steps: int = 10
    """Consecutive steps with a non-finite loss or gradient after which the run stops."""
    num_workers: int = 1
    """Processes that make the data; 0 makes it between steps."""


@dataclass(slots=True)
class Meter:
    """Sums since the last report."""

    loss_by_domain: Tensor = field(default_factory=lambda: torch.zeros(len(DOMAINS)))
    weight_by_domain: Tensor = field(default_factory=lambda: torch.zeros(len(DOMAINS)))
    balance: float = 0.0
    labels: float = 0.0
    steps: int = 0
    tokens: int = 0
    started: float = field(default_factory=time.monotonic)

    def summary(self) -> dict[str, float]:
        """Mean losses per domain and overall, balance loss and tokens per second."""
        means = self.loss_by_domain / self.weight_by_domain.clamp_min(1e-9)
        seen = time.monotonic() - self.started
        total = float(self.loss_by_domain.sum() / self.weight_by_domain.sum().clamp_min(1e-9))
        return {
            "loss": total,
            **{name: float(mean) for name, mean in zip(DOMAINS, means, strict=True)},
            "balance": self.balance / max(self.steps, 1),
            "labels": self.labels / max(self.steps, 1),
            "tokens_per_s": self.tokens / max(seen, 1e-9),
        }


class Trainer:
    """Runs one `TrainConfig` in one directory."""

    def __init__(
        self, config: TrainConfig, directory: Path, load: Callable[[str], Transformer] | None = None
    ) -> None:
        """Prepare model and optimisers, from the directory's newest whole checkpoint if it has one.

        `load` opens the checkpoint that `config.start` names; it is required if one is named.
        """
        self.config = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.files = RunFiles(directory)
        self.model = self._first_model(load).to(self.device)
        self.optimisers = make_optimisers(self.model, config.learning_rate)
        self.state = self.files.restore(self.model, self.optimisers) or TrainState()
        self.bad_steps = 0

    def run(
        self,
        on_report: Callable[[dict[str, float]], None],
        stop_at: int | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Train until `total_tokens` (or `stop_at` tokens), reporting, saving and validating.

        `should_stop` is asked before each step; when it says so, the run is saved and ends.
        """
        if self.state.steps == 0 and not (self.config.start or self.config.start_encoder):
            self._pretrain_encoder(on_report)
        meter, saved = Meter(), time.monotonic()
        limit = min(self.config.total_tokens, stop_at or self.config.total_tokens)
        for step in self._steps(limit, should_stop):
            self._step(step, meter)
            if time.monotonic() - meter.started >= self.config.report_every_s:
                on_report(self._report(meter))
                meter = Meter()
            if time.monotonic() - saved >= self.config.save_every_s:
                self._save()
                meter, saved = Meter(), time.monotonic()
        if meter.steps:
            on_report(self._report(meter))
        self._save()

    def _pretrain_encoder(self, on_report: Callable[[dict[str, float]], None]) -> None:
        vision, config = self.config.model.vision, self.config.encoder
        if vision is None or config is None:
            return

        def report(figures: dict[str, float]) -> None:
            self.files.log({"kind": "encoder", **figures})
            on_report(figures)

        pretrain_encoder(self.model.vision_tower, vision, config, self.config.seed, report)

    def validate(self) -> dict[str, float]:
        """Mean loss per domain on the validation split, at the model's own expert count."""
        meter = Meter()
        self.model.eval()
        with torch.no_grad():
            for micro in self._validation:
                self._loss(micro, meter)
        self.model.train()
        return meter.summary()

    @cached_property
    def _validation(self) -> list[MicroBatch]:
        # Made once: most drawn instances belong to another split and are thrown away.
        settings = replace(self.config.corpus, window_examples=self.config.validation_examples)
        corpus = Corpus(settings, self.config.model, self.config.tokenizer, Split.VALIDATION)
        return [micro for step in corpus[0] for micro in step]

    def _first_model(self, load: Callable[[str], Transformer] | None) -> Transformer:
        start, encoder = self.config.start, self.config.start_encoder
        if (start or encoder) and load is None:
            raise ConfigError("A run that starts from a checkpoint needs a way to load it.")
        if start and load:
            return load(start)
        model = make_model(self.config.model)
        initialise(model, torch.Generator().manual_seed(self.config.seed))
        if encoder and load:
            _take_encoder(model, load(encoder), encoder)
        return model

    def _steps(self, limit: int, should_stop: Callable[[], bool]) -> Iterator[list[MicroBatch]]:
        corpus = Corpus(self.config.corpus, self.config.model, self.config.tokenizer, Split.TRAIN)
        loader = DataLoader(
            corpus,
            batch_size=None,
            sampler=_From(self.state.window),
            num_workers=self.config.num_workers,
        )
        for window in loader:
            while self.state.step_in_window < len(window):
                if self.state.tokens >= limit or should_stop():
                    return
                # Counted before it is taken: a checkpoint saved after it must not repeat it.
                self.state.step_in_window += 1
                yield window[self.state.step_in_window - 1]
            self.state.window += 1
            self.state.step_in_window = 0

    def _step(self, micros: list[MicroBatch], meter: Meter) -> None:
        progress = self.state.tokens / self.config.total_tokens
        rate = learning_rate(
            progress,
            peak=self.config.learning_rate,
            warmup=self.config.warmup,
            decay=self.config.decay,
        )
        total_weight = sum(float(micro.weight_T.sum()) for micro in micros)
        finite = True
        for micro in micros:
            share = float(micro.weight_T.sum()) / total_weight
            loss = self._loss(micro, meter) * share
            finite = finite and bool(torch.isfinite(loss))
            loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        if finite and bool(torch.isfinite(norm)):
            self._update(rate)
            self.bad_steps = 0
        else:
            self._skip()
        self.model.zero_grad(set_to_none=True)
        tokens = sum(len(micro.ids_T) for micro in micros)
        self.state.tokens += tokens
        self.state.steps += 1
        meter.tokens += tokens

    def _update(self, rate: float) -> None:
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()

    def _skip(self) -> None:
        self.state.skipped += 1
        self.bad_steps += 1
        if self.bad_steps >= self.config.max_bad_steps:
            raise ConfigError(
                f"{self.bad_steps} steps in a row had a non-finite loss or gradient; lower the "
                f"learning rate ({self.config.learning_rate}) and resume from the last checkpoint."
            )

    def _loss(self, micro: MicroBatch, meter: Meter) -> Tensor:
        weight_T = micro.weight_T.to(self.device)
        answers = weight_T.nonzero().squeeze(-1)
        with torch.autocast(self.device.type, torch.bfloat16):
            hidden, labels = self._forward(micro)
            logits = self.model.logits(hidden.states_TD[answers])
        targets = micro.targets_T.to(self.device)[answers]
        losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
        weighted = losses * weight_T[answers]
        balance = balance_loss(hidden)
        self._record(meter, micro, answers.cpu(), weighted.detach().cpu(), balance.item())
        meter.labels += labels.item()
        task = weighted.sum() / weight_T.sum()
        return task + self.config.balance_weight * balance + self.config.label_weight * labels

    def _forward(self, micro: MicroBatch) -> tuple[Hidden, Tensor]:
        features, labels = self._see(micro)
        hidden = self.model(
            micro.ids_T.to(self.device),
            PackedBatch.from_lengths(micro.lengths, self.device),
            micro.experts_LT.to(self.device),
            image_features_ID=features,
        )
        return hidden, labels

    def _see(self, micro: MicroBatch) -> tuple[Tensor | None, Tensor]:
        """Features of the micro-batch's pictures, and the loss on what all patches show."""
        pictures = [picture.to(self.device) for picture in (*micro.pixels, *micro.pages)]
        if not pictures:
            return None, torch.zeros((), device=self.device)
        states_PD, grids = self.model.vision_tower(pictures)
        labels_GP = torch.cat(micro.labels, dim=1).to(self.device)
        loss, _ = label_loss(states_PD, labels_GP)
        grids = grids[: len(micro.pixels)]
        if not grids:
            return None, loss
        num_patches = sum(rows * columns for rows, columns in grids)
        return self.model.multi_modal_projector(states_PD[:num_patches], grids), loss

    def _record(
        self, meter: Meter, micro: MicroBatch, answers: Tensor, weighted: Tensor, balance: float
    ) -> None:
        domain = micro.domain_T[answers]
        meter.loss_by_domain.index_add_(0, domain, weighted)
        meter.weight_by_domain.index_add_(0, domain, micro.weight_T[answers])
        meter.balance += balance
        meter.steps += 1

    def _report(self, meter: Meter) -> dict[str, float]:
        report = meter.summary()
        left = max(self.config.total_tokens - self.state.tokens, 0)
        report |= {
            "tokens": self.state.tokens,
            "steps": self.state.steps,
            "skipped": self.state.skipped,
            "seconds_left": left / max(report["tokens_per_s"], 1e-9),
        }
        self.files.log({"kind": "train", **report})
        return report

    def _save(self) -> None:
        self.files.log({"kind": "validation", "tokens": self.state.tokens, **self.validate()})
        self.files.save(self.model, self.optimisers, self.state)
        self.files.plot()
        self.files.write_config(json.dumps(asdict(self.config), indent=1, default=str))


class _From(Sampler[int]):
    """The indices from `first` on, without end."""

    def __init__(self, first: int) -> None:
        self.first = first

    def __iter__(self) -> Iterator[int]:
        index = self.first
        while True:
            yield index
            index += 1


def balance_loss(hidden: Hidden) -> Tensor:
    """Experts x sum over experts of (share of rows) x (mean probability), averaged over layers.

    1 when all experts are used equally. Switch Transformers, arXiv 2101.03961, eq. 4 to 6. 0 for a
    dense model, which has no experts.
    """
    if not hidden.routings:
        return hidden.states_TD.new_zeros(())
    losses = []
    for routing in hidden.routings:
        num_experts = routing.probability_TE.shape[1]
        share_E = routing.expert_N.bincount(minlength=num_experts) / len(routing.expert_N)
        losses.append(num_experts * (share_E * routing.probability_TE.mean(0)).sum())
    return torch.stack(losses).mean()


def _take_encoder(model: Transformer, source: Transformer, name: str) -> None:
    """Overwrite the image encoder of `model` with that of `source`."""
    if model.config.vision is None or source.config.vision != model.config.vision:
        raise ConfigError(
            f"start_encoder is {name}, whose image encoder has another shape than this model's; "
            "name a checkpoint with the same one, or none."
        )
    model.vision_tower.load_state_dict(source.vision_tower.state_dict())
