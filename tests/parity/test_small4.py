"""Our model against an independent implementation with the same weights, in FP32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

pytest.importorskip("transformers")

from tests.parity.oracle import oracle_like
from tests.parity.paged import PagedSequence
from trinity.config import ModelConfig, VisionConfig
from trinity.model.small4 import Small4
from trinity.ops import PackedBatch, dispatch, reference
from trinity.ops.rope import rotate_halves

TOLERANCE = 1e-4
"""Norm of the difference over norm, on logits."""
MISSED = 1e-3
"""What a wrong formula must at least show."""

CONFIG = ModelConfig(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    q_lora_rank=48,
    kv_lora_rank=32,
    qk_nope_head_dim=16,
    qk_rope_head_dim=16,
    v_head_dim=24,
    moe_intermediate_size=32,
    vocab_size=256,
    max_position_embeddings=1_048_576,
    vision=VisionConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        patch_size=4,
        image_size=64,
    ),
)
# Every expert is active, so that no rounding can change a choice among 8,300 tokens.
LONG_CONFIG = replace(CONFIG, num_attention_heads=2, v_head_dim=32, n_routed_experts=4)
LONG_TOKENS, LONG_TAIL = 8300, 110
IMG, BREAK, END = 10, 12, 13


def peaked(config: ModelConfig) -> Small4:
    """A random model whose attention is decided and whose logits are spread."""
    model = Small4(config)
    generator = torch.Generator().manual_seed(0)
    gains = {"q_b_proj": 2.5, "kv_b_proj": 1.5, "lm_head": 2.5, "mlp.gate": 2.0}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.uniform_(0.5, 1.5, generator=generator)
                continue
            inputs = parameter.shape[-1] if parameter.ndim == 3 else parameter[0].numel()
            gain = next((gain for part, gain in gains.items() if part in name), 1.0)
            deviation = 1.0 if "embed_tokens" in name else gain * inputs**-0.5
            parameter.normal_(0.0, deviation, generator=generator)
    return model.requires_grad_(False)


def some_ids(count: int) -> Tensor:
    """Text alone: no image token."""
    return torch.randint(14, 256, (count,), generator=torch.Generator().manual_seed(1))


def error(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


def packed(model: Small4, ids: Tensor, image_features: Tensor | None = None) -> Tensor:
    batch = PackedBatch.from_lengths([len(ids)])
    experts = model.uniform_experts(len(ids))
    return model.logits(model(ids, batch, experts, None, image_features).states_TD)


@pytest.fixture(scope="module")
def model() -> Small4:
    return peaked(CONFIG)


@pytest.fixture(scope="module")
def text(model: Small4) -> tuple[Tensor, Tensor]:
    """Token ids and the oracle's logits."""
    ids = some_ids(60)
    with torch.no_grad():
        answer = oracle_like(model)(ids[None], output_attentions=True)
    sharpest = torch.stack([layer.amax(-1)[..., 16:] for layer in answer.attentions])
    assert sharpest.mean() > 0.5, "attention is too flat to tell formulas apart"
    assert answer.logits.std() >= 2, "logits are too small to tell formulas apart"
    return ids, answer.logits[0]


@pytest.fixture(scope="module")
def long_model() -> Small4:
    return peaked(LONG_CONFIG)


@pytest.fixture(scope="module")
def long_text(long_model: Small4) -> tuple[Tensor, Tensor]:
    """Token ids, and the oracle's logits of the last of them, most beyond position 8192."""
    ids = some_ids(LONG_TOKENS)
    oracle = oracle_like(long_model)
    oracle.set_attn_implementation("sdpa")
    with torch.no_grad():
        answer = oracle(ids[None], logits_to_keep=LONG_TAIL, use_cache=False)
    assert answer.logits.std() >= 2
    return ids, answer.logits[0]


def picture_prompt(sizes: list[tuple[int, int]]) -> tuple[Tensor, list[Tensor]]:
    """Text, a picture, text, a picture, ...; sizes are (rows, columns) of tokens."""
    generator = torch.Generator().manual_seed(2)
    ids: list[int] = []
    pixels = []
    side = CONFIG.vision.token_pixels if CONFIG.vision else 0
    for rows, columns in sizes:
        ids += some_ids(5).tolist()
        lines = [[IMG] * columns + [BREAK] for _ in range(rows)]
        lines[-1][-1] = END
        ids += [token for line in lines for token in line]
        pixels.append(torch.randn(3, rows * side, columns * side, generator=generator))
    return torch.tensor(ids + some_ids(8).tolist()), pixels


def test_router_choices_are_far_from_ties(model: Small4, text: tuple[Tensor, Tensor]) -> None:
    ids, _ = text
    hidden = model(ids, PackedBatch.from_lengths([len(ids)]), model.uniform_experts(len(ids)))
    for routing in hidden.routings:
        best = routing.probability_TE.log().sort(descending=True).values
        assert (best[:, 3] - best[:, 4]).min() > 1e-5


def test_a_full_forward_agrees(model: Small4, text: tuple[Tensor, Tensor]) -> None:
    ids, theirs = text
    assert error(packed(model, ids), theirs) <= TOLERANCE


def test_two_packed_sequences_agree_with_each_alone(model: Small4) -> None:
    ids = some_ids(60)
    batch = PackedBatch.from_lengths([23, 37])
    logits = model.logits(model(ids, batch, model.uniform_experts(60)).states_TD)
    alone = torch.cat([packed(model, ids[:23]), packed(model, ids[23:])])
    assert error(logits, alone) <= TOLERANCE


@pytest.mark.parametrize("chunk", [60, 17, 1], ids=["whole", "chunks", "token by token"])
def test_the_paged_cache_agrees(model: Small4, text: tuple[Tensor, Tensor], chunk: int) -> None:
    ids, theirs = text
    ours = PagedSequence(model, len(ids)).run(ids, chunk)
    assert error(ours, theirs) <= TOLERANCE


def test_positions_beyond_the_original_context_agree(
    long_model: Small4, long_text: tuple[Tensor, Tensor]
) -> None:
    ids, theirs = long_text
    assert error(packed(long_model, ids)[-LONG_TAIL:], theirs) <= TOLERANCE


def test_decoding_across_the_end_of_the_original_context_agrees(
    long_model: Small4, long_text: tuple[Tensor, Tensor]
) -> None:
    ids, theirs = long_text
    first = LONG_TOKENS - LONG_TAIL
    assert first < 8192
    sequence = PagedSequence(long_model, LONG_TOKENS)
    sequence.run(ids[:first], chunk=1024)
    ours = sequence.run(ids[first : first + 10], chunk=1)
    rest = sequence.run(ids[first + 10 :], chunk=64)
    assert error(torch.cat((ours, rest)), theirs) <= TOLERANCE
    assert error(ours, theirs[:10]) <= TOLERANCE


@pytest.mark.parametrize("chunk", [None, 9], ids=["packed", "paged chunks"])
def test_two_pictures_of_different_sizes_agree(model: Small4, chunk: int | None) -> None:
    ids, pixels = picture_prompt([(3, 2), (2, 5)])
    height, width = (max(picture.shape[axis] for picture in pixels) for axis in (1, 2))
    padded = torch.zeros(len(pixels), 3, height, width)
    for row, picture in zip(padded, pixels, strict=True):
        row[:, : picture.shape[1], : picture.shape[2]] = picture
    sizes = torch.tensor([picture.shape[1:] for picture in pixels])
    with torch.no_grad():
        theirs = oracle_like(model)(ids[None], pixel_values=padded, image_sizes=sizes).logits[0]
    features = model.encode_images(pixels)
    if chunk is None:
        ours = packed(model, ids, features)
    else:
        ours = PagedSequence(model, len(ids)).run(ids, chunk, features)
    assert error(ours, theirs) <= TOLERANCE
    # The pictures matter: without them the answer is another one.
    assert error(packed(model, ids), theirs) > MISSED


# --- each of these slips must be seen -------------------------------------------------------------


def swap_nope_and_value(kv_b: Tensor, config: ModelConfig) -> Tensor:
    """Per head, what stands first to the end, so that reading nope first reads values."""
    per_head = kv_b.unflatten(0, (config.num_attention_heads, -1))
    value, nope = per_head.split([config.v_head_dim, config.qk_nope_head_dim], dim=1)
    return torch.cat((nope, value), dim=1).flatten(0, 1)


def with_yarn_scale(right: Callable[..., float]) -> Callable[..., float]:
    return lambda width, rope: right(width, replace(rope, apply_scale=True))


def with_halves(_: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return rotate_halves


def without_renormalisation(_: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda weight_TK: weight_TK


def without_shared_expert(_: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda x_TD, *_: torch.zeros_like(x_TD)


def with_value_first(right: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda query, keys, kv_b, config, *rest: right(
        query, keys, swap_nope_and_value(kv_b, config), config, *rest
    )


MUTATIONS: dict[str, tuple[tuple[str, ...], Callable]] = {
    "softmax scale with mscale": (("softmax_scale",), with_yarn_scale),
    "rope by halves": (("rotate_pairs",), with_halves),
    "router not renormalised": (("renormalise",), without_renormalisation),
    "shared expert dropped": (("shared_expert",), without_shared_expert),
    "value before nope": (("packed_attention", "absorbed_attention"), with_value_first),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("is_paged", [False, True], ids=["packed", "paged"])
def test_a_wrong_formula_is_seen(
    model: Small4,
    text: tuple[Tensor, Tensor],
    mutation: str,
    is_paged: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids, theirs = text
    names, mutate = MUTATIONS[mutation]
    monkeypatch.setattr(dispatch, "HAS_NATIVE", False)  # it is the reference that is altered
    for name in names:
        monkeypatch.setattr(reference, name, mutate(getattr(reference, name)))
    ours = PagedSequence(model, len(ids)).run(ids, 17) if is_paged else packed(model, ids)
    assert error(ours, theirs) > MISSED


def test_a_missing_query_temperature_is_seen(
    long_model: Small4, long_text: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, theirs = long_text
    monkeypatch.setattr(dispatch, "HAS_NATIVE", False)
    monkeypatch.setattr(
        reference, "query_temperature", lambda positions, _: torch.ones(positions.shape)
    )
    assert error(packed(long_model, ids)[-LONG_TAIL:], theirs) > MISSED
