"""Pages whose every patch is labelled with the character it shows: dense practice for the encoder.

A question about a picture tells the encoder little: one word for all its patches. These pages tell
it what each patch is, so that letters are known before the text model asks for them. The labels
are scored against fixed random codes, which need no parameters: see `glyph_loss`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional as F

from trinity.config import VisionConfig
from trinity.inputs.images import to_pixels
from trinity.train.items import Split
from trinity.train.vision import fonts
from trinity.train.vision.look import Look, choose_look, wear

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-+=./,"
"""Label 1 is the first of these; label 0 is a patch without any."""


@dataclass(frozen=True, slots=True)
class GlyphPage:
    """A picture, and the label of each of its patches."""

    pixels: np.ndarray
    labels: np.ndarray
    """int64 [rows, columns] of patches."""


def glyph_page(rng: random.Random, split: Split, vision: VisionConfig) -> GlyphPage:
    """Draw lines of random characters."""
    token = vision.token_pixels
    width, height = rng.randint(3, 10) * token, rng.randint(2, 6) * token
    level = rng.randint(1, 5)
    look = choose_look(rng, level)
    look = Look(ink=look.ink, paper=look.paper, blur=look.blur, noise=look.noise)
    face = fonts.pick(rng, split)
    cap = rng.uniform(9.5, 24)
    size = fonts.size_for(face, cap)
    image = Image.new("RGB", (width, height), look.paper)
    labels = np.zeros((height // vision.patch_size, width // vision.patch_size), np.int64)
    baseline = rng.uniform(2, 10) + cap
    while baseline < height - 2:
        _write_line(rng, image, labels, look, face, size, cap, baseline, vision.patch_size)
        baseline += size * rng.uniform(1.1, 1.5)
    return GlyphPage(to_pixels(wear(image, look, rng), vision), labels)


def _write_line(
    rng: random.Random,
    image: Image.Image,
    labels: np.ndarray,
    look: Look,
    face: fonts.Face,
    size: int,
    cap: float,
    baseline: float,
    patch: int,
) -> None:
    start = left = rng.uniform(1, 14)
    kind = rng.choice((CHARACTERS[:10], CHARACTERS[10:36], CHARACTERS[36:62], CHARACTERS))
    rows = (np.arange(labels.shape[0]) + 0.5) * patch
    columns = (np.arange(labels.shape[1]) + 0.5) * patch
    is_row = (rows >= baseline - 1.1 * cap) & (rows < baseline + 0.3 * cap)
    text = ""
    while True:
        character = " " if text and rng.random() < 0.15 else rng.choice(kind)
        stop = start + _advance(face, size, character)
        if stop > image.width - 2:
            break
        if character != " ":
            is_column = (columns >= start) & (columns < stop)
            labels[np.ix_(is_row, is_column)] = 1 + CHARACTERS.index(character)
        start, text = stop, text + character
    font = fonts.load(face, size)
    ImageDraw.Draw(image).text((left, baseline), text, font=font, fill=look.ink, anchor="ls")


@lru_cache(maxsize=1 << 17)
def _advance(face: fonts.Face, size: int, character: str) -> float:
    return fonts.load(face, size).getlength(character)


def glyph_loss(states_PD: Tensor, labels_P: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross entropy of normed patch states [P, width] against a fixed code of each label,
    and the share of patches with a character whose code is the nearest."""
    codes = _codes(states_PD.shape[1], states_PD.device)
    scores = F.rms_norm(states_PD.float(), states_PD.shape[1:]) @ codes.T
    has_glyph = labels_P > 0
    is_right = scores.argmax(-1) == labels_P
    accuracy = (is_right & has_glyph).sum() / has_glyph.sum().clamp_min(1)
    return F.cross_entropy(scores, labels_P), accuracy


def _codes(width: int, device: torch.device) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    codes = torch.randn(1 + len(CHARACTERS), width, generator=generator)
    return (codes / codes.norm(dim=1, keepdim=True)).to(device)
