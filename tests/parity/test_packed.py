"""The engine's native decoder against the reference, and against itself in other company."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

pytest.importorskip("trinity.ops._native")

from tests.parity.paged import PagedSequence
from trinity.config import ModelConfig
from trinity.model.packed import PackedDecoder
from trinity.model.small4 import Small4, initialise
from trinity.ops import dispatch

CONFIG = ModelConfig(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=3,
    q_lora_rank=48,
    kv_lora_rank=32,
    qk_nope_head_dim=16,
    qk_rope_head_dim=16,
    v_head_dim=32,
    moe_intermediate_size=48,
    n_shared_experts=2,
    n_routed_experts=16,
    vocab_size=256,
)
TOLERANCE = 1e-5

pytestmark = pytest.mark.usefixtures("instruction_set")


def random_model(config: ModelConfig, dtype: torch.dtype = torch.float32) -> Small4:
    model = Small4(config)
    initialise(model, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.uniform_(0.5, 1.5, generator=torch.Generator().manual_seed(1))
            parameter.copy_(parameter.to(dtype))
    return model.requires_grad_(False)


def some_ids(count: int) -> Tensor:
    return torch.randint(14, 256, (count,), generator=torch.Generator().manual_seed(2))


def error(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


@pytest.mark.parametrize("chunk", [1, 7, 100])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_logits_equal_the_references(chunk: int, dtype: torch.dtype) -> None:
    model, ids = random_model(CONFIG, dtype), some_ids(150)
    expected = PagedSequence(model, 160).run(ids, 50)
    ours = PagedSequence(model, 160, PackedDecoder(model)).run(ids, chunk)
    assert error(ours, expected) < TOLERANCE


def test_positions_beyond_the_original_context() -> None:
    rope = replace(CONFIG.rope, original_max_position_embeddings=32)
    model, ids = random_model(replace(CONFIG, rope=rope)), some_ids(120)
    expected = PagedSequence(model, 128).run(ids, 60)
    assert error(PagedSequence(model, 128, PackedDecoder(model)).run(ids, 60), expected) < TOLERANCE


def test_chunks_and_threads_change_no_bit() -> None:
    model, ids = random_model(CONFIG), some_ids(150)
    decoder = PackedDecoder(model)
    whole = PagedSequence(model, 160, decoder).run(ids, 150)
    for chunk, threads in ((1, 1), (1, 2), (13, 2), (64, 1)):
        dispatch.native.kernels.set_num_threads(threads)
        assert torch.equal(PagedSequence(model, 160, decoder).run(ids, chunk), whole)


@pytest.mark.parametrize("experts", [1, 3, 16])
def test_any_expert_count(experts: int) -> None:
    model, ids = random_model(CONFIG), some_ids(20)
    expected = PagedSequence(model, 32).step(ids, experts=experts)
    ours = PagedSequence(model, 32, PackedDecoder(model)).step(ids, experts=experts)
    assert error(ours, expected) < TOLERANCE


def test_weights_exact_in_bf16_take_half_the_memory() -> None:
    exact, other = (
        PackedDecoder(random_model(CONFIG, dtype)) for dtype in (torch.bfloat16, torch.float32)
    )
    assert 2 * exact.head_bytes == other.head_bytes


def test_a_width_that_does_not_fit_is_left_to_the_reference() -> None:
    assert PackedDecoder.fits(random_model(CONFIG))
    assert not PackedDecoder.fits(random_model(replace(CONFIG, q_lora_rank=40)))
