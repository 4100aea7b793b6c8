from __future__ import annotations

import pytest
import torch

from trinity.config import ModelConfig
from trinity.model.small4 import Small4
from trinity.train.optim import Muon, learning_rate, make_optimisers, orthogonalise


@pytest.mark.parametrize("shape", [(8, 24), (24, 8), (5, 8, 24), (5, 24, 8)])
def test_orthogonalise_brings_singular_values_near_one(shape: tuple[int, ...]) -> None:
    values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)).float())
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_orthogonalise_keeps_the_singular_vectors() -> None:
    matrix = torch.randn(6, 10)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    aligned = u.T @ orthogonalise(matrix).float() @ v.T
    assert (aligned - aligned.diag().diag()).abs().max() < 0.05


def test_a_stack_is_orthogonalised_matrix_by_matrix() -> None:
    stack = torch.randn(3, 8, 16)
    together = orthogonalise(stack)
    for index in range(3):
        assert torch.allclose(together[index], orthogonalise(stack[index]), atol=0.02)


def test_muon_lowers_a_quadratic() -> None:
    target = torch.randn(6, 6)
    weight = torch.nn.Parameter(torch.zeros(6, 6))
    muon = Muon([weight], lr=0.2, weight_decay=0.0)
    first = float(target.square().sum())
    for _ in range(60):
        loss = (weight - target).square().sum()
        muon.zero_grad()
        loss.backward()
        muon.step()
    assert loss.item() < first / 10


def test_every_parameter_has_exactly_one_optimiser(tiny_model: ModelConfig) -> None:
    model = Small4(tiny_model)
    held = [
        parameter
        for optimiser in make_optimisers(model, 1e-3)
        for group in optimiser.param_groups
        for parameter in group["params"]
    ]
    assert len(held) == len(set(held)) == len(list(model.parameters()))


@pytest.mark.parametrize(
    ("progress", "expected"),
    [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.5, 1.0), (0.8, 1.0), (0.9, 0.5), (1.0, 0.0)],
)
def test_the_rate_rises_holds_and_falls(progress: float, expected: float) -> None:
    rate = learning_rate(progress, peak=1.0, warmup=0.1, decay=0.2)
    assert rate == pytest.approx(expected)
