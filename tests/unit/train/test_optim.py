from __future__ import annotations

import pytest
import torch

from trinity.config import DenseConfig, ModelConfig
from trinity.model.architecture import make_model
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


def test_every_parameter_has_exactly_one_optimiser(
    tiny_model: ModelConfig, tiny_dense: DenseConfig
) -> None:
    for config in (tiny_model, tiny_dense):
        model = make_model(config)
        muon, adam = (
            {p for group in optimiser.param_groups for p in group["params"]}
            for optimiser in make_optimisers(model, 1e-3)
        )
        assert not muon & adam
        assert muon | adam == set(model.parameters())
        assert model.language_model.model.layers[0].self_attn.o_proj.weight in muon
        assert model.language_model.lm_head.weight in adam


def test_muon_takes_the_whole_mlp_of_a_dense_model(tiny_dense: DenseConfig) -> None:
    model = make_model(tiny_dense)
    muon = {p for group in make_optimisers(model, 1e-3)[0].param_groups for p in group["params"]}
    assert set(model.language_model.model.layers[0].mlp.parameters()) <= muon


@pytest.mark.parametrize(
    ("progress", "expected"),
    [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.5, 1.0), (0.8, 1.0), (0.9, 0.5), (1.0, 0.0)],
)
def test_the_rate_rises_holds_and_falls(progress: float, expected: float) -> None:
    rate = learning_rate(progress, peak=1.0, warmup=0.1, decay=0.2)
    assert rate == pytest.approx(expected)
