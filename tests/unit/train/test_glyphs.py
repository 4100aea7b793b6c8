from __future__ import annotations

import random

import numpy as np
import torch

from trinity.config import VisionConfig
from trinity.model.vision import VisionTower
from trinity.train.families import scored_families, trained_families
from trinity.train.items import Split
from trinity.train.vision.glyphs import CHARACTERS, _codes, glyph_loss, glyph_page
from trinity.train.vision.pretrain import PAGES_A_STEP, EncoderConfig, pretrain_encoder

VISION = VisionConfig(
    hidden_size=32,
    intermediate_size=32,
    num_hidden_layers=1,
    num_attention_heads=2,
    patch_size=8,
    image_size=192,
)


def test_labels_lie_where_the_ink_is() -> None:
    rng = random.Random(3)
    marked, blank = [], []
    for _ in range(20):
        page = glyph_page(rng, Split.TRAIN, VISION)
        rows, columns = page.labels.shape
        assert page.pixels.shape == (3, 8 * rows, 8 * columns)
        assert page.labels.max() <= len(CHARACTERS)
        spread = page.pixels.reshape(3, rows, 8, columns, 8).std(axis=(0, 2, 4))
        marked.append(spread[page.labels > 0].mean())
        blank.append(spread[page.labels == 0].mean())
    assert np.mean(marked) > 1.5 * np.mean(blank)


def test_the_same_random_state_draws_the_same_page() -> None:
    first, second = (glyph_page(random.Random(5), Split.TRAIN, VISION) for _ in range(2))
    assert np.array_equal(first.pixels, second.pixels)
    assert np.array_equal(first.labels, second.labels)


def test_states_that_are_the_codes_are_all_right() -> None:
    labels = torch.tensor([0, 1, 7, 60])
    codes = _codes(64, torch.device("cpu"))
    loss, accuracy = glyph_loss(codes[labels], labels)
    assert accuracy == 1
    assert loss < glyph_loss(codes[labels.flip(0)], labels)[0]


def test_the_encoders_stage_lowers_the_loss() -> None:
    torch.manual_seed(0)
    reports: list[dict[str, float]] = []
    config = EncoderConfig(pages=6 * PAGES_A_STEP, report_every=5)
    pretrain_encoder(VisionTower(VISION), VISION, config, 0, reports.append)
    assert [report["pages"] for report in reports] == [PAGES_A_STEP, 6 * PAGES_A_STEP]
    assert reports[-1]["glyphs"] < reports[0]["glyphs"]


def test_a_drill_is_trained_and_not_scored() -> None:
    drills = set(trained_families("vision")) - set(scored_families("vision"))
    assert [family.name for family in drills] == ["read_page"]
