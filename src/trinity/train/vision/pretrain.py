"""Teaches the image encoder to see before the joint run: labelled pages alone.

Called by the trainer at the start of a run from random weights.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from trinity.config import VisionConfig
from trinity.train.items import Split
from trinity.train.optim import learning_rate, make_optimisers
from trinity.train.precision import mixed_precision
from trinity.train.vision.labels import label_loss
from trinity.train.vision.pages import labelled_page

PAGES_A_STEP = 48

Pages = tuple[list[Tensor], Tensor]
"""Pixels of each page, and the labels of all patches in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """The encoder's own stage."""

    pages: int = 90_000
    learning_rate: float = 2e-3
    decay: float = 0.5
    """Share of the stage, at its end, during which the rate falls to 0."""
    report_every: int = 50
    """Steps between reports."""


def pretrain_encoder(
    tower: nn.Module,
    vision: VisionConfig,
    config: EncoderConfig,
    seed: int,
    on_report: Callable[[dict[str, float]], None],
) -> None:
    """Train `tower` in place; reports pages, loss and the share of labels named right."""
    device = next(tower.parameters()).device
    optimisers = make_optimisers(tower, config.learning_rate)
    num_steps = config.pages // PAGES_A_STEP
    loader = DataLoader(_Pages(vision, seed), batch_size=None, num_workers=1)
    for step, (pixels, labels_GP) in zip(range(num_steps), loader, strict=False):
        labels_GP = labels_GP.to(device)
        with mixed_precision(device):
            states_PD, _ = tower([page.to(device) for page in pixels])
        loss, accuracy = label_loss(states_PD, labels_GP)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        rate = learning_rate(
            step / num_steps, peak=config.learning_rate, warmup=0.01, decay=config.decay
        )
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad()
        if step % config.report_every == 0:
            on_report(
                {
                    "pages": (step + 1) * PAGES_A_STEP,
                    "labels": loss.item(),
                    "accuracy": accuracy.item(),
                }
            )


class _Pages(IterableDataset[Pages]):
    """Steps of labelled pages without end."""

    def __init__(self, vision: VisionConfig, seed: int) -> None:
        self.vision = vision
        self.seed = seed

    def __iter__(self) -> Iterator[Pages]:
        rng = random.Random(f"pages/{self.seed}")
        while True:
            pages = [labelled_page(rng, Split.TRAIN, self.vision) for _ in range(PAGES_A_STEP)]
            labels = torch.cat([torch.from_numpy(page.labels).flatten(1) for page in pages], dim=1)
            yield [torch.from_numpy(page.pixels) for page in pages], labels
