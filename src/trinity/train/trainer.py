"""The training loop that all stages share: steps, saving, progress, runs that survive being killed.

A run is a directory: checkpoints (weights, optimiser state, counters; each complete or absent), a
log with one JSON line per report, and the curves as a picture. To resume is to start it again.
What a stage learns from and by which loss is in its own file: `supervised`, `reinforce` and
`distil`.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from trinity.config import AnyConfig
from trinity.errors import ConfigError
from trinity.model.architecture import make_model
from trinity.model.transformer import Hidden, Transformer, initialise
from trinity.ops import PackedBatch
from trinity.train.distributed import Devices, join, whole
from trinity.train.example import ORIGINS, MicroBatch
from trinity.train.optim import Unfreezing, learning_rate, make_optimisers, set_rates
from trinity.train.run_files import (
    RunFiles,
    TrainState,
    optimiser_tensors,
    restore_optimisers,
)
from trinity.train.upcycle import upcycle
from trinity.train.vision.labels import label_loss
from trinity.types import Generator

Load = Callable[[str], Transformer]
"""Opens the checkpoint directory that a configuration names."""

MakeGenerator = Callable[[Transformer, str], Generator]
"""Makes an engine that answers with a model in memory, and with the vocabulary at a path."""

OnReport = Callable[[dict[str, float]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConfig:
    """What every stage has to say."""

    model: AnyConfig
    tokenizer: str
    """Path of the `tekken.json`."""
    start: str | None = None
    """Checkpoint directory to start from; random weights when `None`."""
    total_tokens: int = 20_000_000
    learning_rate: float = 4e-3
    warmup: float = 0.01
    """Share of the run during which the rate rises."""
    decay: float = 0.8
    """Share of the run, at its end, during which the rate falls to 0."""
    unfreezing: Unfreezing = field(default_factory=Unfreezing)
    """What does not train, or not from the start."""
    balance_weight: float = 0.01
    """Weight of the load-balancing loss (Switch Transformers, arXiv 2101.03961, eq. 4)."""
    label_weight: float = 0.3
    """Weight of the loss on what patches show, where the examples tell it."""
    clip_norm: float = 1.0
    seed: int = 0
    save_every_s: float = 240.0
    report_every_s: float = 10.0
    max_bad_steps: int = 10
    """Consecutive steps with a non-finite loss or gradient after which the run stops."""


@dataclass(slots=True)
class Meter:
    """Sums since the last report."""

    loss_by_domain: Tensor = field(default_factory=lambda: torch.zeros(len(ORIGINS)))
    weight_by_domain: Tensor = field(default_factory=lambda: torch.zeros(len(ORIGINS)))
    balance: float = 0.0
    labels: float = 0.0
    micros: int = 0
    tokens: int = 0
    gradient_norm: float = float("nan")
    """Of the last step, before clipping."""
    started: float = field(default_factory=time.monotonic)

    def add(self, micro: MicroBatch, answers: Tensor, weighted: Tensor) -> None:
        """Count losses of the tokens `answers` of `micro`, each times its weight."""
        domain = micro.domain_T[answers]
        self.loss_by_domain.index_add_(0, domain, weighted)
        self.weight_by_domain.index_add_(0, domain, micro.weight_T[answers])

    def merge(self, other: Meter) -> None:
        """Add the sums of `other`."""
        self.loss_by_domain += other.loss_by_domain
        self.weight_by_domain += other.weight_by_domain
        self.balance += other.balance
        self.labels += other.labels
        self.micros += other.micros
        self.tokens += other.tokens
        self.gradient_norm = other.gradient_norm

    def over(self, devices: Devices) -> Meter:
        """With the sums of all devices."""
        counts = torch.tensor([self.balance, self.labels, self.micros])
        parts = (self.loss_by_domain, self.weight_by_domain, counts)
        losses, weights, (balance, labels, micros) = devices.add(torch.cat(parts)).split(
            [len(part) for part in parts]
        )
        return replace(
            self,
            loss_by_domain=losses,
            weight_by_domain=weights,
            balance=float(balance),
            labels=float(labels),
            micros=int(micros),
        )

    def summary(self) -> dict[str, float]:
        """Mean losses overall and of each domain that occurred, balance loss, tokens a second."""
        means = self.loss_by_domain / self.weight_by_domain.clamp_min(1e-9)
        seen = time.monotonic() - self.started
        weight = self.weight_by_domain.sum()
        total = float(self.loss_by_domain.sum() / weight) if weight else float("nan")
        return {
            "loss": total,
            **{
                name: float(mean)
                for name, mean, weight in zip(ORIGINS, means, self.weight_by_domain, strict=True)
                if weight
            },
            "balance": self.balance / max(self.micros, 1),
            "labels": self.labels / max(self.micros, 1),
            "tokens_per_s": self.tokens / max(seen, 1e-9),
        }


class Trainer(ABC):
    """Runs one stage in one directory."""

    may_share = False
    """Whether several devices may train it; not where an engine answers with its model."""

    def __init__(self, config: StageConfig, directory: Path, load: Load | None = None) -> None:
        """Prepare model and optimisers, from the directory's newest whole checkpoint if it has one.

        `load` opens the checkpoint that `config.start` names; it is required if one is named.
        """
        self.stage = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.devices = self._join()
        self.files = RunFiles(directory, writes=self.devices.rank == 0)
        self.model = self.first_model(load).to(self.device)
        config.unfreezing.apply(self.model)
        self._anchors = config.unfreezing.anchors_of(self.model)
        self.optimisers = make_optimisers(self.model, config.learning_rate, config.unfreezing)
        self.notes: list[str] = []
        """What whoever starts the run is to be told."""
        found = self.files.restore(self.model, self.optimisers)
        self.state = found or TrainState()
        self.notes += [
            f"The checkpoint {path} is damaged and was passed over." for path in self.files.damaged
        ]
        self._saved_steps = self.state.steps if found else -1
        self.bad_steps = 0

    @abstractmethod
    def windows(self) -> Iterator[list[list[MicroBatch]]]:
        """Windows of steps, each a list of micro-batches, from number `state.window` on.

        A window depends on its number, on the seed and on the weights before it alone.
        """

    @abstractmethod
    def loss(self, micro: MicroBatch, meter: Meter) -> Tensor:
        """The mean loss of a micro-batch, over its loss weights; counted in `meter`."""

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """What is logged of the model whenever it is saved."""

    def before_first_step(self, on_report: OnReport) -> None:  # noqa: B027 (most have none)
        """What a stage does once, to a run that has made no step."""

    def run(
        self,
        on_report: OnReport,
        stop_at: int | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Train until `total_tokens` (or `stop_at` tokens), reporting, saving and validating.

        `should_stop` is asked before each step; when it says so, the run is saved and ends.
        """
        if self.state.steps == 0:
            self.before_first_step(on_report)
        self._spread()
        meter, saved = Meter(), time.monotonic()
        limit = min(self.stage.total_tokens, stop_at or self.stage.total_tokens)
        for step in self._steps(limit, should_stop):
            self.step(step, meter)
            now = time.monotonic()
            is_report_due, is_save_due = self.devices.any(
                now - meter.started >= self.stage.report_every_s,
                now - saved >= self.stage.save_every_s,
            )
            if is_report_due:
                on_report(self._report(meter))
                meter = Meter()
            if is_save_due:
                self._save()
                meter, saved = Meter(), time.monotonic()
        if meter.tokens:
            on_report(self._report(meter))
        if self.state.steps > self._saved_steps:
            self._save()

    def first_model(self, load: Load | None) -> Transformer:
        """The model before the first step; given more experts where it starts from one of fewer."""
        start = self.stage.start
        if start:
            source, wanted = loaded(load, start), self.stage.model.n_routed_experts
            found = source.config.n_routed_experts
            if found > wanted:
                raise ConfigError(
                    f"{start} has {found} experts a layer, and the recipe's model {wanted}; start "
                    "from a checkpoint with as many or fewer."
                )
            return upcycle(source, wanted, self.stage.seed) if found < wanted else source
        model = make_model(self.stage.model)
        initialise(model, torch.Generator().manual_seed(self.stage.seed))
        return model

    def _steps(self, limit: int, should_stop: Callable[[], bool]) -> Iterator[list[MicroBatch]]:
        if self.state.tokens >= limit:
            return  # before anything is made for a step that is not to be
        for window in self.windows():
            for number in range(self.state.step_in_window, len(window)):
                if self.state.tokens >= limit or self.devices.any(should_stop())[0]:
                    return
                # Counted before it is taken: a checkpoint saved after it must not repeat it.
                is_last = number + 1 == len(window)
                self.state.window += is_last
                self.state.step_in_window = 0 if is_last else number + 1
                yield window[number]
            if not window:
                self.state.window += 1

    def step(self, micros: list[MicroBatch], meter: Meter) -> None:
        """One update from `micros`; skipped where a loss or gradient is not finite."""
        total_weight = sum(float(micro.weight_T.sum()) for micro in micros)
        seen, finite = Meter(), True
        for micro in self.devices.share(micros):
            share = float(micro.weight_T.sum()) / total_weight
            loss = self.devices.compute(self.loss, micro, seen) * share
            finite = finite and bool(torch.isfinite(loss))
            loss.backward()
        moved = self.devices.moved(self.model)
        norm = whole(torch.nn.utils.clip_grad_norm_(moved, self.stage.clip_norm))
        seen.gradient_norm = float(norm)
        if not self.devices.any(not (finite and bool(torch.isfinite(norm))))[0]:
            self._update()
            self.bad_steps = 0
            meter.merge(seen)
        else:
            self._skip()
        self.model.zero_grad(set_to_none=True)
        tokens = sum(len(micro.ids_T) for micro in micros)
        self.state.tokens += tokens
        self.state.steps += 1
        meter.tokens += tokens

    def _join(self) -> Devices:
        devices = join()
        if devices.count > 1 and (not self.may_share or self.stage.unfreezing.anchors):
            raise ConfigError(
                "Several devices can share supervised training without anchors; start this stage "
                "on one device."
            )
        return devices

    def _spread(self) -> None:
        """Leave this process its share of the model and of what the optimisers know."""
        if self.devices.count == 1:
            return
        moments = optimiser_tensors(self.model, self.optimisers)
        self.devices.spread(self.model)
        config = self.stage
        self.optimisers = make_optimisers(self.model, config.learning_rate, config.unfreezing)
        restore_optimisers(self.model, self.optimisers, moments)

    def _update(self) -> None:
        progress = self.state.tokens / self.stage.total_tokens
        config = self.stage
        set_rates(self.optimisers, progress, config.learning_rate, config.warmup, config.decay)
        for optimiser in self.optimisers:
            optimiser.step()
        with torch.no_grad():
            # Weight decay moves even what has no gradient.
            for experts, anchors in self._anchors:
                experts[: len(anchors)] = anchors

    def _skip(self) -> None:
        self.state.skipped += 1
        self.bad_steps += 1
        self.files.log({"kind": "skipped", "tokens": self.state.tokens, "in_a_row": self.bad_steps})
        if self.bad_steps >= self.stage.max_bad_steps:
            raise ConfigError(
                f"{self.bad_steps} steps in a row had a non-finite loss or gradient; lower the "
                f"learning rate ({self.stage.learning_rate}) and resume from the last checkpoint."
            )

    def forward(self, model: Transformer, micro: MicroBatch) -> tuple[Hidden, Tensor]:
        """`model` over a micro-batch, and its loss on what patches show; autocast is the
        caller's."""
        features, labels = self._see(model, micro)
        hidden = model(
            micro.ids_T.to(self.device),
            PackedBatch.from_lengths(micro.lengths, self.device),
            micro.experts_LT.to(self.device),
            image_features_ID=features,
        )
        return hidden, labels

    def with_extras(self, task: Tensor, hidden: Hidden, labels: Tensor, meter: Meter) -> Tensor:
        """`task` with the losses on balance and labels, which are counted in `meter`."""
        balance = balance_loss(hidden)
        meter.balance += balance.item()
        meter.labels += labels.item()
        meter.micros += 1
        return task + self.stage.balance_weight * balance + self.stage.label_weight * labels

    def _see(self, model: Transformer, micro: MicroBatch) -> tuple[Tensor | None, Tensor]:
        """Features of the micro-batch's pictures, and the loss on what all patches show."""
        pictures = [picture.to(self.device) for picture in (*micro.pixels, *micro.pages)]
        loss = torch.zeros((), device=self.device)
        if not pictures:
            return None, loss
        states_PD, grids = model.vision_tower(pictures)
        if micro.labels and self.stage.label_weight:
            loss, _ = label_loss(states_PD, torch.cat(micro.labels, dim=1).to(self.device))
        grids = grids[: len(micro.pixels)]
        if not grids:
            return None, loss
        num_patches = sum(rows * columns for rows, columns in grids)
        return model.multi_modal_projector(states_PD[:num_patches], grids), loss

    def _report(self, meter: Meter) -> dict[str, float]:
        report = meter.over(self.devices).summary()
        config, done = self.stage, self.state.tokens
        left = max(config.total_tokens - done, 0)
        report |= {
            "tokens": self.state.tokens,
            "steps": self.state.steps,
            "skipped": self.state.skipped,
            "gradient_norm": meter.gradient_norm,
            "learning_rate": learning_rate(
                done / config.total_tokens,
                peak=config.learning_rate,
                warmup=config.warmup,
                decay=config.decay,
            ),
            "seconds_left": left / max(report["tokens_per_s"], 1e-9),
        }
        self.files.log({"kind": "train", **report})
        return report

    def _save(self) -> None:
        place = {"tokens": self.state.tokens, "steps": self.state.steps}
        self.files.log({"kind": "validation", **place, **self.validate()})
        self.files.save(self.model, self.optimisers, self.state)
        self.files.plot()
        self.files.write_config(json.dumps(asdict(self.stage), indent=1, default=str))
        self._saved_steps = self.state.steps


def loaded(load: Load | None, name: str) -> Transformer:
    """The model of the checkpoint `name`. Raises `ConfigError` where there is no way to load it."""
    if load is None:
        raise ConfigError("A run that starts from a checkpoint needs a way to load it.")
    return load(name)


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
