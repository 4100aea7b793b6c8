"""The dense architecture against transformers' Mistral, whole and over the paged cache."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.parity.paged import PagedSequence
from trinity.config import DenseConfig, VisionConfig
from trinity.model import dense as dense_module
from trinity.model.dense import Dense
from trinity.model.transformer import initialise
from trinity.ops import PackedBatch, dispatch, reference_dense
from trinity.ops.rope import rotate_pairs

transformers = pytest.importorskip("transformers")

CONFIG = DenseConfig(
    hidden_size=48,
    num_hidden_layers=3,
    num_attention_heads=6,
    num_key_value_heads=2,
    head_dim=12,
    intermediate_size=80,
    vocab_size=128,
    max_position_embeddings=4096,
    rope_theta=1000.0,
)
VISION = VisionConfig(
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=2,
    patch_size=4,
    image_size=64,
)
TOLERANCE = 1e-5


def peaked(config: DenseConfig) -> Dense:
    """A random model whose attention is far from uniform, so that positions matter."""
    model = Dense(config)
    initialise(model, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "q_proj" in name or "k_proj" in name:
                parameter.mul_(2)
            if parameter.ndim == 1:
                parameter.uniform_(0.5, 1.5, generator=torch.Generator().manual_seed(1))
    return model.eval().requires_grad_(False)


def text_fields(config: DenseConfig) -> dict:
    names = (
        "hidden_size num_hidden_layers num_attention_heads num_key_value_heads head_dim "
        "intermediate_size vocab_size max_position_embeddings rms_norm_eps"
    ).split()
    rope = {"rope_type": "default", "rope_theta": config.rope_theta}
    fields = {name: getattr(config, name) for name in names}
    return {**fields, "rope_parameters": rope, "sliding_window": None, "tie_word_embeddings": False}


def oracle_like(model: Dense) -> torch.nn.Module:
    """transformers' own model with the same weights; every tensor must find its match."""
    oracle = transformers.MistralForCausalLM._from_config(
        transformers.MistralConfig(**text_fields(model.config)),
        attn_implementation="eager",
        dtype=torch.float32,
    ).eval()
    weights = {
        name.removeprefix("language_model."): tensor.clone()
        for name, tensor in model.state_dict().items()
    }
    oracle.load_state_dict(weights, strict=True)
    return oracle


def packed(model: Dense, ids: Tensor, features: Tensor | None = None) -> Tensor:
    batch = PackedBatch.from_lengths([len(ids)])
    hidden = model(ids, batch, model.uniform_experts(len(ids)), image_features_ID=features)
    assert hidden.routings == ()
    assert batch.counters.expert_rows == 0
    return model.logits(hidden.states_TD)


def error(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


@pytest.fixture(scope="module")
def model() -> Dense:
    return peaked(CONFIG)


@pytest.fixture(scope="module")
def text(model: Dense) -> tuple[Tensor, Tensor]:
    """Token ids, and the oracle's logits."""
    ids = torch.randint(14, 128, (300,), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return ids, oracle_like(model)(ids[None]).logits[0]


def test_a_full_forward_agrees(model: Dense, text: tuple[Tensor, Tensor]) -> None:
    ids, expected = text
    assert error(packed(model, ids), expected) < TOLERANCE


def test_two_packed_sequences_agree_with_each_alone(model: Dense) -> None:
    first, second = torch.arange(14, 60), torch.arange(30, 49)
    ids = torch.cat((first, second))
    batch = PackedBatch.from_lengths([len(first), len(second)])
    states = model(ids, batch, model.uniform_experts(len(ids))).states_TD
    expected = torch.cat((packed(model, first), packed(model, second)))
    assert error(model.logits(states), expected) < TOLERANCE


@pytest.mark.parametrize("chunk", [1, 13, 300])
def test_the_paged_cache_agrees(model: Dense, text: tuple[Tensor, Tensor], chunk: int) -> None:
    ids, expected = text
    assert error(PagedSequence(model, 320).run(ids, chunk), expected) < TOLERANCE


def test_one_head_of_keys_for_all_and_one_for_each_agree() -> None:
    ids = torch.arange(14, 60)
    for heads in (1, 6):
        model = peaked(replace(CONFIG, num_key_value_heads=heads))
        with torch.no_grad():
            expected = oracle_like(model)(ids[None]).logits[0]
        assert error(packed(model, ids), expected) < TOLERANCE
        assert error(PagedSequence(model, 64).run(ids, 7), expected) < TOLERANCE


@pytest.mark.parametrize("chunk", [None, 5])
def test_pictures_agree(chunk: int | None) -> None:
    model = peaked(replace(CONFIG, vision=VISION))
    fields = {
        name: getattr(VISION, name)
        for name in "hidden_size intermediate_size num_hidden_layers num_attention_heads "
        "patch_size image_size".split()
    }
    vision = transformers.PixtralVisionConfig(
        **fields,
        head_dim=VISION.head_dim,
        hidden_act="silu",
        rope_parameters={"rope_type": "default", "rope_theta": VISION.rope_theta},
    )
    config = transformers.Mistral3Config(
        text_config=transformers.MistralConfig(**text_fields(CONFIG)),
        vision_config=vision,
        spatial_merge_size=VISION.spatial_merge_size,
        image_token_index=CONFIG.image_token_id,
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )
    oracle = transformers.Mistral3ForConditionalGeneration._from_config(
        config, attn_implementation="eager", dtype=torch.float32
    ).eval()
    weights = {their_name(name): tensor for name, tensor in model.state_dict().items()}
    oracle.load_state_dict(weights, strict=True)
    picture = torch.randn(3, 16, 24, generator=torch.Generator().manual_seed(4))
    ids = torch.tensor([20, *[10] * 6, 30, 31, 40])
    with torch.no_grad():
        expected = oracle(
            input_ids=ids[None],
            pixel_values=picture[None],
            image_sizes=torch.tensor([[16, 24]]),
        ).logits[0]
        features = model.encode_images([picture])
    if chunk is None:
        ours = packed(model, ids, features)
    else:
        ours = PagedSequence(model, 32).run(ids, chunk, features)
    assert error(ours, expected) < TOLERANCE


def their_name(name: str) -> str:
    if name.startswith("language_model.model."):
        return "model.language_model." + name.removeprefix("language_model.model.")
    if name.startswith("language_model.lm_head."):
        return name.removeprefix("language_model.")
    return "model." + name


def test_small_3_has_its_published_size() -> None:
    with torch.device("meta"):
        model = Dense(DenseConfig())
    assert sum(parameter.numel() for parameter in model.parameters()) == 23_572_403_200
    with torch.device("meta"):
        theirs = transformers.MistralForCausalLM(
            transformers.MistralConfig(**text_fields(DenseConfig()))
        )
    assert theirs.num_parameters() == 23_572_403_200


# --- what a wrong formula would do ----------------------------------------------------------------


def other_heads(block: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Query heads that share keys in turn, not in order."""

    def run(x: Tensor, w: object, config: DenseConfig, *rest: object) -> Tensor:
        order = torch.arange(config.num_attention_heads).view(config.num_key_value_heads, -1)
        rows = torch.arange(len(w.q)).view(config.num_attention_heads, -1)
        return block(x, replace(w, q=w.q[rows[order.T.flatten()].flatten()]), config, *rest)

    return run


def test_pairs_and_sharing_matter(
    model: Dense, text: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, expected = text
    with monkeypatch.context() as patch:
        patch.setattr(reference_dense, "rotate_halves", rotate_pairs)
        assert error(packed(model, ids), expected) > 100 * TOLERANCE
    block = other_heads(dispatch.grouped_attention_block)
    monkeypatch.setattr(dense_module.dispatch, "grouped_attention_block", block)
    assert error(packed(model, ids), expected) > 100 * TOLERANCE


# --- training -------------------------------------------------------------------------------------


def test_gradients_equal_the_oracles() -> None:
    model = peaked(CONFIG).requires_grad_(True)
    oracle = oracle_like(model)
    ids = torch.arange(14, 60)
    packed(model, ids).square().sum().backward()
    oracle(ids[None]).logits.square().sum().backward()
    theirs = dict(oracle.named_parameters())
    for name, parameter in model.named_parameters():
        other = theirs[name.removeprefix("language_model.")].grad
        assert error(parameter.grad, other) < 1e-4, name


def test_autocast_to_bf16_stays_close() -> None:
    model = peaked(CONFIG).requires_grad_(True)
    ids = torch.arange(14, 60)
    with torch.no_grad():
        expected = packed(model, ids)
    with torch.autocast("cpu", torch.bfloat16):
        logits = packed(model, ids)
    logits.square().sum().backward()
    assert error(logits.detach(), expected) < 0.05
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
