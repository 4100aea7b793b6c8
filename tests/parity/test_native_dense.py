"""The kernels' grouped-query attention in training against plain PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from tests.parity.gradients import assert_same
from trinity.config import DenseConfig
from trinity.ops import PackedBatch, dispatch, reference_dense
from trinity.ops.reference_dense import GroupedAttentionWeights
from trinity.ops.rope import inverse_frequencies

native = pytest.importorskip("trinity.ops.native")

LENGTHS = [[1], [5, 37, 1, 100, 64, 131], [48, 49, 97]]


def a_config(shared: int, head_dim: int = 32) -> DenseConfig:
    return DenseConfig(
        hidden_size=48,
        num_attention_heads=6,
        num_key_value_heads=shared,
        head_dim=head_dim,
        rope_theta=1000.0,
    )


def inputs_of(config: DenseConfig, lengths: list[int]) -> list[Tensor]:
    """States, then the four matrices."""
    width, head = config.hidden_size, config.head_dim
    query, key = config.num_attention_heads * head, config.num_key_value_heads * head
    shapes = [(query, width), (key, width), (key, width), (width, query)]
    states = torch.randn(sum(lengths), width, dtype=torch.float64)
    return [states, *(torch.randn(s, dtype=torch.float64) * s[-1] ** -0.5 for s in shapes)]


def ops_of(config: DenseConfig, lengths: list[int]) -> tuple[Callable[..., Tensor], ...]:
    frequencies = inverse_frequencies(config.head_dim, config.rope_theta)
    batch = PackedBatch.from_lengths(lengths)

    def ours(x: Tensor, *matrices: Tensor) -> Tensor:
        w = GroupedAttentionWeights(*matrices, frequencies.to(matrices[0].dtype))
        return native.grouped_attention_block(x, w, batch)

    def theirs(x: Tensor, *matrices: Tensor) -> Tensor:
        w = GroupedAttentionWeights(*matrices, frequencies.to(matrices[0].dtype))
        return reference_dense.grouped_attention_block(x, w, config, batch, None)

    return ours, theirs


@pytest.mark.parametrize("shared", [1, 2, 6])
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_grouped_attention(number: str, lengths: list[int], shared: int) -> None:
    config = a_config(shared)
    ours, theirs = ops_of(config, lengths)
    assert_same(number, ours, theirs, inputs_of(config, lengths))


@pytest.mark.usefixtures("instruction_set")
def test_it_has_the_gradient_of_finite_differences() -> None:
    config = a_config(2, head_dim=16)
    leaves = [x.requires_grad_() for x in inputs_of(config, [3, 2])]
    assert torch.autograd.gradcheck(ops_of(config, [3, 2])[0], leaves, fast_mode=True)


def test_training_takes_the_kernels_where_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    block = native.grouped_attention_block
    monkeypatch.setattr(
        native, "grouped_attention_block", lambda *args: called.append(1) or block(*args)
    )
    for head_dim in (32, 24):
        config = a_config(2, head_dim)
        x, *matrices = (t.float().requires_grad_() for t in inputs_of(config, [4]))
        w = GroupedAttentionWeights(*matrices, inverse_frequencies(head_dim, 1000.0))
        batch = PackedBatch.from_lengths([4])
        dispatch.grouped_attention_block(x, w, config, batch, None).sum().backward()
        assert x.grad is not None
    assert len(called) == 1
