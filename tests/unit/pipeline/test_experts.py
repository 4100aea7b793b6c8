from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.unit.train.conftest import TOKENIZER, tiny_model
from trinity.config import ModelConfig
from trinity.model.architecture import make_model
from trinity.model.small4 import Small4, mixtures
from trinity.model.transformer import initialise
from trinity.pipeline.experts import (
    blocks_by_usage,
    dead_experts,
    mutual_information,
    usage_by_domain,
    without_block,
)
from trinity.train.corpus import Source

__all__ = ["tiny_model"]


@pytest.fixture
def model(tiny_model: ModelConfig) -> Small4:
    made = make_model(tiny_model)
    initialise(made, torch.Generator().manual_seed(0))
    assert isinstance(made, Small4)
    return made


def test_usage_sums_to_one_and_follows_the_router(model: Small4) -> None:
    with torch.no_grad():
        # Two experts whose rows are far larger than all others, with opposite signs: each token
        # chooses one of them first.
        for mixture in mixtures(model):
            mixture.gate.weight[3] *= 100
            mixture.gate.weight[5] = -mixture.gate.weight[3]
    domains = [(Source("reasoning", 1.0, ("add",)),), (Source("chat", 1.0),)]
    usage = usage_by_domain(model, str(TOKENIZER), domains, examples=4)
    assert usage.shape == (2, 2, 8)
    np.testing.assert_allclose(usage.sum(-1), 1.0)
    # One of two rows of nearly every token.
    np.testing.assert_allclose(usage[..., [3, 5]].sum(-1), 0.5, atol=0.05)


def test_mutual_information_is_that_of_two_known_cases() -> None:
    apart = np.zeros((3, 1, 6))
    for domain in range(3):
        apart[domain, 0, 2 * domain : 2 * domain + 2] = 0.5
    assert mutual_information(apart) == pytest.approx(np.log2(3))
    assert mutual_information(np.full((3, 2, 4), 0.25)) == pytest.approx(0.0)
    assert dead_experts(np.pad(apart, ((0, 0), (0, 0), (0, 2)))) == 2


def test_blocks_go_to_who_uses_them_and_anchors_are_everybodys() -> None:
    usage = np.full((3, 1, 8), 0.01)
    usage[:, 0, [2, 6]] = 0.3  # all three use these
    for domain, experts in enumerate(((0, 5), (1, 7), (3, 4))):
        usage[domain, 0, list(experts)] = 0.2
    anchors, blocks = blocks_by_usage(usage, 2)
    assert anchors[0].tolist() == [2, 6]
    assert [block[0].tolist() for block in blocks] == [[0, 5], [1, 7], [3, 4]]


def test_a_full_block_leaves_experts_to_others() -> None:
    usage = np.full((2, 1, 4), 0.1)
    usage[0, 0] = (0.9, 0.8, 0.7, 0.6)
    _, blocks = blocks_by_usage(usage, 0)
    assert [block[0].tolist() for block in blocks] == [[0, 1], [2, 3]]


def test_a_block_that_is_taken_out_is_gone(model: Small4) -> None:
    smaller = without_block(model, 2, 5)
    assert smaller.config.n_routed_experts == 5
    for ours, theirs in zip(mixtures(smaller), mixtures(model), strict=True):
        assert torch.equal(ours.gate.weight, theirs.gate.weight[[0, 1, 5, 6, 7]])
