"""The engine's native decoder against the reference, and against itself in other company."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

pytest.importorskip("trinity.ops._native")

from tests.parity.paged import PagedSequence, error, random_model, some_ids
from trinity.config import ModelConfig
from trinity.model.checkpoint import save_model
from trinity.model.packed import PackedDecoder
from trinity.ops import dispatch, native_serving

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
    vision=None,
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


def test_positions_beyond_the_original_context() -> None:
    rope = replace(CONFIG.rope, original_max_position_embeddings=32)
    model, ids = random_model(replace(CONFIG, rope=rope)), some_ids(120)
    expected = PagedSequence(model, 128).run(ids, 60)
    ours = PagedSequence(model, 128, PackedDecoder.of(model)).run(ids, 60)
    assert error(ours, expected) < TOLERANCE


def test_chunks_and_threads_change_no_bit() -> None:
    model, ids = random_model(CONFIG), some_ids(150)
    decoder = PackedDecoder.of(model)
    whole = PagedSequence(model, 160, decoder).run(ids, 150)
    for chunk, threads in ((1, 1), (1, 2), (13, 2), (64, 1)):
        dispatch.native.kernels.set_num_threads(threads)
        assert torch.equal(PagedSequence(model, 160, decoder).run(ids, chunk), whole)


@pytest.mark.parametrize("experts", [1, 3, 16])
def test_any_expert_count(experts: int) -> None:
    model, ids = random_model(CONFIG), some_ids(20)
    expected = PagedSequence(model, 32).step(ids, experts=experts)
    ours = PagedSequence(model, 32, PackedDecoder.of(model)).step(ids, experts=experts)
    assert error(ours, expected) < TOLERANCE


@pytest.mark.parametrize("discounts", [[0.0], [0.6], [1.0, 0.2, 0.0]])
def test_tokens_share_experts_as_in_the_reference(discounts: list[float]) -> None:
    model, ids = random_model(CONFIG), some_ids(6)
    discount_T = torch.tensor((discounts * 6)[:6])
    expected = PagedSequence(model, 16).step(ids, discounts=discount_T)
    ours = PagedSequence(model, 16, PackedDecoder.of(model)).step(ids, discounts=discount_T)
    assert error(ours, expected) < TOLERANCE
    assert error(ours, PagedSequence(model, 16).step(ids)) > TOLERANCE


def test_a_discount_of_one_changes_no_bit() -> None:
    model, ids = random_model(CONFIG), some_ids(30)
    plain = PagedSequence(model, 32, PackedDecoder.of(model)).step(ids)
    ours = PagedSequence(model, 32, PackedDecoder.of(model)).step(ids, discounts=torch.ones(30))
    assert torch.equal(ours, plain)


def rounded(weight: Tensor, bits: int) -> Tensor:
    """Groups of 32 inputs rounded to integers; the scale is the next BF16 number that fits all."""
    groups = weight.unflatten(-1, (-1, 32))
    most = 2 ** (bits - 1) - 1
    scale = groups.abs().amax(-1, keepdim=True) / most
    bits_up = (scale.view(torch.int32) + 0xFFFF) & -0x10000
    scale = bits_up.view(torch.float32)
    return ((groups / scale).round() * scale).flatten(-2)


def as_bytes(rows: Tensor) -> Tensor:
    """Rows as the kernels round them: groups of 32 with the largest value as the scale."""
    groups = rows.unflatten(-1, (-1, 32))
    scale = groups.abs().amax(-1, keepdim=True) / 127
    return ((groups / scale).round() * scale).flatten(-2)


def products(
    rows: Tensor, weight: Tensor, number: native_serving.WeightFormat, takes_bytes: bool = False
) -> Tensor:
    plan = native_serving.Plan(number, takes_bytes)
    matrix = native_serving.pack_matrix(weight, plan)
    return native_serving.linear(rows, matrix, len(weight), None, 0.0)


FORMATS = native_serving.WeightFormat


@pytest.mark.parametrize("num_rows", [1, 2, 3, 5, 13, 60])
@pytest.mark.parametrize("outputs", [16, 64, 176])
def test_an_int8_matrix_is_the_rounded_one(num_rows: int, outputs: int) -> None:
    generator = torch.Generator().manual_seed(3)
    rows, weight = (torch.randn(n, 96, generator=generator) for n in (num_rows, outputs))
    expected = rows @ rounded(weight, 8).T
    assert error(products(rows, weight, FORMATS.I8), expected) < 1e-6
    assert error(products(rows, weight, FORMATS.F32), rows @ weight.T) < 1e-6
    in_bytes = as_bytes(rows) @ rounded(weight, 8).T
    assert error(products(rows, weight, FORMATS.I8, takes_bytes=True), in_bytes) < 1e-6
    assert error(in_bytes, expected) > 1e-3  # or the line above would say nothing


@pytest.mark.parametrize("takes_bytes", [False, True])
def test_an_int4_matrix_is_nearer_than_plain_rounding(takes_bytes: bool) -> None:
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(3))
    kept = products(torch.eye(96), weight, FORMATS.I4, takes_bytes).T
    assert error(kept, weight) < error(rounded(weight, 4), weight) < 0.2


@pytest.mark.parametrize("num_rows", [1, 2, 3, 7, 50])
def test_int4_products_with_bytes_are_those_of_what_was_packed(num_rows: int) -> None:
    generator = torch.Generator().manual_seed(3)
    rows, weight = (torch.randn(n, 96, generator=generator) for n in (num_rows, 80))
    packed = products(torch.eye(96), weight, FORMATS.I4).T
    assert error(products(rows, weight, FORMATS.I4), rows @ packed.T) < 1e-6
    ours = products(rows, weight, FORMATS.I4, takes_bytes=True)
    assert error(ours, as_bytes(rows) @ packed.T) < 1e-6


@pytest.mark.parametrize("number", [FORMATS.I8, FORMATS.I4])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_does_not_pass_as_bytes(
    number: native_serving.WeightFormat, value: float
) -> None:
    rows = torch.ones(2, 64)
    rows[0, 40] = value
    ours = products(rows, torch.ones(16, 64), number, takes_bytes=True)
    assert not ours[0].isfinite().any()
    assert ours[1].isfinite().all()


@pytest.mark.parametrize(("weights", "most"), [("int8", 0.03), ("int4", 0.25)])
def test_integer_weights_stay_close_and_exact_by_row(weights: str, most: float) -> None:
    config = replace(CONFIG, qk_nope_head_dim=32, moe_intermediate_size=32)
    model, ids = random_model(config), some_ids(60)
    decoder = PackedDecoder.of(model, weights)
    whole = PagedSequence(model, 64, decoder).run(ids, 60)
    assert error(whole, PagedSequence(model, 64).run(ids, 60)) < most
    assert torch.equal(PagedSequence(model, 64, decoder).run(ids, 7), whole)


def test_weights_exact_in_bf16_take_half_the_memory() -> None:
    exact, other = (
        PackedDecoder.of(random_model(CONFIG, dtype)) for dtype in (torch.bfloat16, torch.float32)
    )
    assert 2 * exact.head_bytes == other.head_bytes


def test_a_width_that_does_not_fit_is_left_to_the_reference() -> None:
    assert PackedDecoder.fits(random_model(CONFIG))
    assert not PackedDecoder.fits(random_model(replace(CONFIG, q_lora_rank=40)))


@pytest.mark.parametrize("weights", ["auto", "int4"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_packed_from_a_checkpoint_is_packed_from_the_model(
    weights: str, dtype: torch.dtype, tmp_path: Path
) -> None:
    model, ids = random_model(CONFIG, dtype), some_ids(20)
    save_model(model, tmp_path / "saved", dtype=dtype)
    loaded = PackedDecoder.load(tmp_path / "saved", weights)
    assert loaded.model.language_model.lm_head.weight.is_meta
    ours, expected = (
        PagedSequence(decoder.model, 32, decoder).step(ids)
        for decoder in (loaded, PackedDecoder.of(model, weights))
    )
    assert torch.equal(ours, expected)
