"""What each patch of a picture shows: dense practice for the image encoder.

A question about a picture tells the encoder little: one word for all its patches. Labels tell it
what each patch is, so that letters, shapes and hands of clocks are known before the text model asks
for them. They are scored against fixed random codes, which need no parameters: see `label_loss`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from trinity.train.items import Mark
from trinity.train.vision.shapes import COLOURS, MORE_KINDS

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-+=./,()[]:*<>%_\"'?!"
_SIDES = ("right", "down", "left", "up")
_DIAGONALS = ("down right", "down left", "up left", "up right")

GROUPS: dict[str, tuple[str, ...]] = {
    "glyph": tuple(CHARACTERS),
    "colour": tuple(COLOURS),
    "kind": (
        *MORE_KINDS,
        *("bar", "point", "slice", "die", "long hand", "short hand"),
        *(f"to {side}" for side in (*_SIDES, *_DIAGONALS)),
        *(f"open {side}" for side in _SIDES),
        *("door", "hole", "needle"),
    ),
    "value": tuple(str(value) for value in range(121)),
}
"""Labels by group. Label 1 of a group is its first; 0 is a patch that shows nothing of the group,
and -1 one of which it is not known."""

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Page:
    """A picture, and what its patches show."""

    pixels: np.ndarray
    labels: np.ndarray
    """int64 [groups, rows, columns] of patches."""


def label_patches(marks: Sequence[Mark] | None, rows: int, columns: int) -> np.ndarray:
    """Labels int64 [groups, rows, columns]: a patch shows what its middle lies on.

    Later marks lie over earlier ones. All is unknown where `marks` is `None`, and so are labels
    that their group does not list.
    """
    if marks is None:
        return np.full((len(GROUPS), rows, columns), UNKNOWN, np.int64)
    labels = np.zeros((len(GROUPS), rows, columns), np.int64)
    across = (np.arange(columns) + 0.5) / columns
    down = (np.arange(rows) + 0.5) / rows
    for mark in marks:
        group, number = _numbers()[mark.group]
        for left, top, right, bottom in mark.boxes:
            is_row, is_column = (down >= top) & (down < bottom), (across >= left) & (across < right)
            labels[group][np.ix_(is_row, is_column)] = number.get(mark.label, UNKNOWN)
    return labels


def label_loss(states_PD: Tensor, labels_GP: Tensor) -> tuple[Tensor, Tensor]:
    """Cross entropy of normed patch states [P, width] against a fixed code of each label: means
    over known patches, summed over groups. Also the share of the patches that show something of a
    group whose code is the nearest."""
    states = F.rms_norm(states_PD.float(), states_PD.shape[1:])
    losses, right, shown = [], [], []
    for number, labels_P in enumerate(labels_GP):
        scores = states @ _codes(number, states.shape[1], states.device).T
        total = F.cross_entropy(scores, labels_P, ignore_index=UNKNOWN, reduction="sum")
        losses.append(total / (labels_P != UNKNOWN).sum().clamp_min(1))
        right.append(((scores.argmax(-1) == labels_P) & (labels_P > 0)).sum())
        shown.append((labels_P > 0).sum())
    accuracy = torch.stack(right).sum() / torch.stack(shown).sum().clamp_min(1)
    return torch.stack(losses).sum(), accuracy


@lru_cache(maxsize=1)
def _numbers() -> dict[str, tuple[int, dict[str, int]]]:
    """Of each group its index, and the number of each of its labels."""
    return {
        name: (index, {label: i for i, label in enumerate(labels, 1)})
        for index, (name, labels) in enumerate(GROUPS.items())
    }


@lru_cache(maxsize=16)
def _codes(group: int, width: int, device: torch.device) -> Tensor:
    generator = torch.Generator().manual_seed(group)
    codes = torch.randn(1 + len(list(GROUPS.values())[group]), width, generator=generator)
    return (codes / codes.norm(dim=1, keepdim=True)).to(device)
