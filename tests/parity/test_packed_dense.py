"""The native decoder of a dense model against the reference and against itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

pytest.importorskip("trinity.ops._native")

from tests.parity.paged import PagedSequence, error, random_model, some_ids
from trinity.config import DenseConfig
from trinity.model.packed import PackedDecoder
from trinity.ops import PagedBatch, dispatch

CONFIG = DenseConfig(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=6,
    num_key_value_heads=2,
    head_dim=32,
    intermediate_size=96,
    vocab_size=256,
    rope_theta=1000.0,
)
TOLERANCE = 1e-5

pytestmark = pytest.mark.usefixtures("instruction_set")


@pytest.mark.parametrize("chunk", [1, 7, 100])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_logits_equal_the_references(chunk: int, dtype: torch.dtype) -> None:
    model, ids = random_model(CONFIG, dtype), some_ids(150)
    expected = PagedSequence(model, 160).run(ids, 50)
    ours = PagedSequence(model, 160, PackedDecoder.of(model)).run(ids, chunk)
    assert error(ours, expected) < TOLERANCE


@pytest.mark.parametrize("heads", [1, 6])
def test_one_head_of_keys_for_all_and_one_for_each(heads: int) -> None:
    config = replace(CONFIG, num_key_value_heads=heads, head_dim=16)
    model, ids = random_model(config), some_ids(70)
    expected = PagedSequence(model, 80).run(ids, 70)
    ours = PagedSequence(model, 80, PackedDecoder.of(model)).run(ids, 9)
    assert error(ours, expected) < TOLERANCE


@pytest.mark.parametrize("weights", ["fp32", "bf16", "int8", "int4"])
def test_chunks_and_threads_change_no_bit(weights: str) -> None:
    model, ids = random_model(CONFIG), some_ids(150)
    decoder = PackedDecoder.of(model, weights)
    whole = PagedSequence(model, 160, decoder).run(ids, 150)
    for chunk, threads in ((1, 1), (1, 2), (13, 2), (64, 1)):
        dispatch.native.kernels.set_num_threads(threads)
        assert torch.equal(PagedSequence(model, 160, decoder).run(ids, chunk), whole)


def test_company_changes_no_bit() -> None:
    """Two sequences in one step, against each alone."""
    model, lengths = random_model(CONFIG), (37, 90)
    decoder = PackedDecoder.of(model)
    ids = some_ids(sum(lengths))

    def run(parts: list[tuple[int, Tensor]]) -> Tensor:
        positions = torch.cat([torch.arange(len(part)) for _, part in parts])
        table = torch.stack([torch.arange(1, 9) + 8 * row for row, _ in parts])
        rows = torch.cat([torch.full((len(p),), i) for i, (_, p) in enumerate(parts)])
        tokens = torch.arange(len(rows))
        batch = PagedBatch(
            positions_T=positions,
            slots_T=table[rows, positions // 16] * 16 + positions % 16,
            block_table_SB=table,
            group_tokens_GQ=tokens[:, None],
            group_sequence_G=rows,
            context_G=(positions + 1).tolist(),
        )
        caches = [torch.zeros(17, 16, CONFIG.cache_width) for _ in range(2)]
        joined = torch.cat([part for _, part in parts])
        experts = model.uniform_experts(len(joined))
        states = decoder(joined, batch, experts, caches).states_TD
        assert batch.counters.expert_rows == 0
        return states

    first, second = ids.split(lengths)
    together = run([(0, first), (1, second)])
    assert torch.equal(together, torch.cat((run([(0, first)]), run([(1, second)]))))


@pytest.mark.parametrize(("weights", "most"), [("int8", 0.03), ("int4", 0.25)])
def test_integer_weights_stay_close(weights: str, most: float) -> None:
    model, ids = random_model(CONFIG), some_ids(60)
    ours = PagedSequence(model, 64, PackedDecoder.of(model, weights)).run(ids, 60)
    assert 1e-4 < error(ours, PagedSequence(model, 64).run(ids, 60)) < most


def test_a_width_that_does_not_fit_is_left_to_the_reference() -> None:
    assert PackedDecoder.fits(random_model(CONFIG))
    assert not PackedDecoder.fits(random_model(replace(CONFIG, head_dim=24)))
    assert not PackedDecoder.fits(random_model(replace(CONFIG, intermediate_size=40)))
