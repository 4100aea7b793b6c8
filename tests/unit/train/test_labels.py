from __future__ import annotations

import random

import numpy as np
import torch

from trinity.config import VisionConfig
from trinity.inputs.images import prepare_image
from trinity.model.vision import VisionTower
from trinity.train.families import scored_families, trained_families
from trinity.train.items import Mark, Split, draw
from trinity.train.vision.glyphs import glyph_page
from trinity.train.vision.labels import (
    CHARACTERS,
    GROUPS,
    UNKNOWN,
    _codes,
    label_loss,
    label_patches,
)
from trinity.train.vision.pages import labelled_page
from trinity.train.vision.pretrain import PAGES_A_STEP, EncoderConfig, pretrain_encoder

VISION = VisionConfig(
    hidden_size=32,
    intermediate_size=32,
    num_hidden_layers=1,
    num_attention_heads=2,
    patch_size=8,
    image_size=192,
)


def test_glyphs_lie_where_the_ink_is() -> None:
    rng = random.Random(3)
    marked, blank = [], []
    for _ in range(20):
        page = glyph_page(rng, Split.TRAIN, VISION)
        glyphs = page.labels[0]
        rows, columns = glyphs.shape
        assert page.pixels.shape == (3, 8 * rows, 8 * columns)
        assert glyphs.max() <= len(CHARACTERS)
        assert (page.labels[1:] == UNKNOWN).all()
        spread = page.pixels.reshape(3, rows, 8, columns, 8).std(axis=(0, 2, 4))
        marked.append(spread[glyphs > 0].mean())
        blank.append(spread[glyphs == 0].mean())
    assert np.mean(marked) > 1.5 * np.mean(blank)


def test_shapes_are_labelled_where_their_colour_is() -> None:
    family = next(f for f in trained_families("vision") if f.name == "name_colour")
    rng = random.Random(0)
    inside, outside = [], []
    for _ in range(20):
        item = draw(family, Split.TRAIN, rng, level=1)
        pixels = prepare_image(item.images[0], VISION).pixels
        rows, columns = pixels.shape[1] // 8, pixels.shape[2] // 8
        colour = label_patches(item.marks, rows, columns)[1]
        numbers = set(colour[colour > 0].tolist())
        assert numbers == {1 + GROUPS["colour"].index(item.answer)}
        mean = pixels.reshape(3, rows, 8, columns, 8).mean(axis=(2, 4))
        paper = mean[:, 0, 0][:, None]
        inside.append(np.abs(mean[:, colour > 0] - paper).mean())
        outside.append(np.abs(mean[:, colour == 0] - paper).mean())
    assert np.mean(inside) > 2 * np.mean(outside)


def test_a_patch_shows_what_its_middle_lies_on() -> None:
    marks = (
        Mark("colour", "red", ((0.0, 0.0, 0.5, 0.5),)),
        Mark("colour", "blue", ((0.3, 0.0, 0.5, 0.5),)),
        Mark("value", "999", ((0.5, 0.5, 1.0, 1.0),)),
    )
    labels = label_patches(marks, 2, 4)
    red, blue = (1 + GROUPS["colour"].index(name) for name in ("red", "blue"))
    assert labels[1].tolist() == [[red, blue, 0, 0], [0, 0, 0, 0]]
    assert labels[3].tolist() == [[0, 0, 0, 0], [0, 0, UNKNOWN, UNKNOWN]]
    assert (label_patches(None, 2, 4) == UNKNOWN).all()


def test_every_label_of_the_exercises_is_listed() -> None:
    rng = random.Random(1)
    for family in trained_families("vision"):
        for level in range(1, 6):
            for mark in family.make(rng, Split.TRAIN, level).marks or ():
                assert mark.label in GROUPS[mark.group] or mark.group in ("glyph", "value")


def test_the_same_random_state_draws_the_same_page() -> None:
    for seed in range(4):
        first, second = (labelled_page(random.Random(seed), Split.TRAIN, VISION) for _ in range(2))
        assert np.array_equal(first.pixels, second.pixels)
        assert np.array_equal(first.labels, second.labels)


def test_states_that_are_the_codes_are_all_right() -> None:
    labels = torch.full((len(GROUPS), 4), UNKNOWN)
    labels[1] = torch.tensor([0, 1, 7, 10])
    codes = _codes(1, 64, torch.device("cpu"))
    loss, accuracy = label_loss(codes[labels[1]], labels)
    assert accuracy == 1
    assert loss < label_loss(codes[labels[1].flip(0)], labels)[0]


def test_unknown_patches_carry_no_loss() -> None:
    labels = torch.full((len(GROUPS), 4), UNKNOWN)
    states = torch.randn(4, 64, requires_grad=True)
    loss, _ = label_loss(states, labels)
    loss.backward()
    assert loss.item() == 0
    assert states.grad is not None
    assert not states.grad.any()


def test_the_encoders_stage_lowers_the_loss() -> None:
    torch.manual_seed(0)
    reports: list[dict[str, float]] = []
    config = EncoderConfig(pages=6 * PAGES_A_STEP, report_every=5)
    pretrain_encoder(VisionTower(VISION), VISION, config, 0, reports.append)
    assert [report["pages"] for report in reports] == [PAGES_A_STEP, 6 * PAGES_A_STEP]
    assert reports[-1]["labels"] < reports[0]["labels"]


def test_a_drill_is_trained_and_not_scored() -> None:
    drills = set(trained_families("vision")) - set(scored_families("vision"))
    assert {f.name for f in drills} == {"read_page", "read_scene", "read_chart", "read_table"}
