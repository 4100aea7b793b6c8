"""The kernels' norms and attention against plain PyTorch: forward and every gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from tests.parity.gradients import TOLERANCE, assert_close, assert_same, relative_error, run
from trinity.config import ModelConfig, RopeConfig, VisionConfig
from trinity.model.vision import VisionAttention, patch_angles
from trinity.ops import PackedBatch, dispatch, reference
from trinity.ops.reference import AttentionWeights
from trinity.ops.rope import yarn_inverse_frequencies

kernels = pytest.importorskip("trinity.ops._native")
native = pytest.importorskip("trinity.ops.native")

CONFIG = ModelConfig(
    hidden_size=48,
    num_hidden_layers=1,
    num_attention_heads=3,
    q_lora_rank=32,
    kv_lora_rank=48,
    qk_nope_head_dim=32,
    qk_rope_head_dim=16,
    v_head_dim=16,
    n_routed_experts=16,
    num_experts_per_tok=2,
    moe_intermediate_size=16,
    vocab_size=64,
    # A short original context, so that the temperature is not 1 beyond it.
    rope=RopeConfig(original_max_position_embeddings=64),
)
NARROW = replace(
    CONFIG, hidden_size=16, num_attention_heads=1, q_lora_rank=16, kv_lora_rank=16,
    qk_nope_head_dim=16,
)  # fmt: skip
LENGTHS = [[1], [5, 37, 1, 100, 64, 131], [48, 49, 97], [2, 16]]
VISION = VisionConfig(
    hidden_size=96, intermediate_size=16, num_hidden_layers=1, num_attention_heads=3, patch_size=4
)


def random(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def attention_inputs(config: ModelConfig, lengths: list[int]) -> list[Tensor]:
    """States, then the matrices and norms in the order of `AttentionWeights`."""
    heads, width = config.num_attention_heads, config.hidden_size
    nope, value, rank = config.qk_nope_head_dim, config.v_head_dim, config.kv_lora_rank
    shapes = [
        (config.q_lora_rank, width), (config.q_lora_rank,),
        (heads * config.qk_head_dim, config.q_lora_rank),
        (rank + config.qk_rope_head_dim, width), (rank,), (heads * (nope + value), rank),
        (width, heads * value),
    ]  # fmt: skip
    weights = [random(*s) * s[-1] ** -0.5 if len(s) == 2 else 1 + random(*s) / 4 for s in shapes]
    return [random(sum(lengths), width), *weights]


def attention(
    block: Callable[..., Tensor], config: ModelConfig, lengths: list[int]
) -> Callable[..., Tensor]:
    batch = PackedBatch.from_lengths(lengths)
    frequencies = yarn_inverse_frequencies(config.qk_rope_head_dim, config.rope)

    def op(x: Tensor, *weights: Tensor) -> Tensor:
        # In FP64 the angles too: then nothing on either side is rounded to FP32.
        w = AttentionWeights(*weights, inverse_frequencies=frequencies.to(x.dtype))
        return block(x, w, config, batch)

    return op


def plain_block(x: Tensor, w: AttentionWeights, config: ModelConfig, batch: PackedBatch) -> Tensor:
    return reference.attention_block(x, w, config, batch, None)


# --- norm -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 16), (63, 48), (200, 192), (3, 70, 32)])
def test_norm(number: str, shape: tuple[int, ...]) -> None:
    assert_same(
        number,
        lambda x, weight: native.rms_norm(x, weight, 1e-6),
        lambda x, weight: reference.rms_norm(x, weight, 1e-6),
        [random(*shape), random(shape[-1])],
    )


@pytest.mark.usefixtures("instruction_set")
def test_norm_of_rows_that_are_not_contiguous() -> None:
    assert_same(
        "fp64",
        lambda x, weight: native.rms_norm(x.T, weight, 1e-6),
        lambda x, weight: reference.rms_norm(x.T, weight, 1e-6),
        [random(32, 70), random(32)],
    )


# --- latent attention -----------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_attention(number: str, lengths: list[int]) -> None:
    ours = attention(native.attention_block, CONFIG, lengths)
    theirs = attention(plain_block, CONFIG, lengths)
    assert_same(number, ours, theirs, attention_inputs(CONFIG, lengths))


@pytest.mark.usefixtures("instruction_set")
def test_attention_has_the_gradient_of_finite_differences() -> None:
    inputs = [x.requires_grad_() for x in attention_inputs(NARROW, [3, 1])]
    # One sequence passes the position where the temperature changes.
    config = replace(NARROW, rope=RopeConfig(original_max_position_embeddings=2))
    op = attention(native.attention_block, config, [3, 1])
    assert torch.autograd.gradcheck(op, inputs, fast_mode=True)


def test_attention_beyond_the_original_context() -> None:
    # Keys as wide as values: then PyTorch too never holds all scores at once.
    config = replace(NARROW, rope=RopeConfig(), v_head_dim=NARROW.qk_head_dim)
    lengths = [config.rope.original_max_position_embeddings + 108]
    assert lengths == [8300]
    inputs = [x.float() for x in attention_inputs(config, lengths)]
    warm = run(attention(native.attention_block, config, lengths), inputs)
    assert_close("fp32", warm, run(attention(plain_block, config, lengths), inputs))
    level = replace(config, rope=RopeConfig(temperature_beta=0.0))
    with torch.no_grad():
        cold = attention(plain_block, level, lengths)(*inputs)
    assert relative_error(cold[:8192], warm[0][:8192]) < TOLERANCE["fp32"]
    assert relative_error(cold[8192:], warm[0][8192:]) > 1e-3


def test_attention_under_autocast_without_bf16_products_stays_fp32(instruction_set: str) -> None:
    if kernels.has_bf16():
        pytest.skip(f"{instruction_set} has BF16 products")
    inputs = [x.float() for x in attention_inputs(CONFIG, [50, 3])]
    ours = run(attention(native.attention_block, CONFIG, [50, 3]), inputs, autocast=True)
    assert_close("fp32", ours, run(attention(plain_block, CONFIG, [50, 3]), inputs))


@pytest.mark.usefixtures("instruction_set")
def test_a_backward_inside_autocast_is_the_same() -> None:
    inputs = [x.float() for x in attention_inputs(CONFIG, [20])]
    op = attention(native.attention_block, CONFIG, [20])
    outside = run(op, inputs)
    leaves = [x.clone().requires_grad_() for x in inputs]
    out = op(*leaves)
    generator = torch.Generator().manual_seed(1)
    direction = torch.randn(out.shape, generator=generator, dtype=torch.float64).float()
    with torch.autocast("cpu", torch.bfloat16):
        (out * direction).sum().backward()
    for gradient, leaf in zip(outside[1:], leaves, strict=True):
        assert torch.equal(gradient, leaf.grad)


def test_a_second_derivative_is_refused() -> None:
    x = random(4, 16).requires_grad_()
    y = native.rms_norm(x, torch.ones(16, dtype=torch.float64), 1e-6)
    (gradient,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


# --- attention among patches ----------------------------------------------------------------------


def patch_ops(grids: list[tuple[int, int]]) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """The kernels' op and the module's plain path, over states and the four matrices."""
    angles = torch.cat([patch_angles(rows, columns, VISION) for rows, columns in grids])
    sizes = [rows * columns for rows, columns in grids]
    module = VisionAttention(VISION)

    def ours(x: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor) -> Tensor:
        return native.patch_attention(x, q, k, v, o, angles.to(q.dtype), sizes)

    def theirs(x: Tensor, *matrices: Tensor) -> Tensor:
        names = ("q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight")
        named = dict(zip(names, matrices, strict=True))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dispatch, "HAS_NATIVE", False)
            arguments = (x, angles.to(x.dtype), sizes)
            return torch.func.functional_call(module, named, arguments)

    return ours, theirs


def patch_inputs(grids: list[tuple[int, int]]) -> list[Tensor]:
    width = VISION.hidden_size
    patches = sum(rows * columns for rows, columns in grids)
    return [random(patches, width), *(random(width, width) * width**-0.5 for _ in range(4))]


@pytest.mark.parametrize("grids", [[(1, 1)], [(3, 5), (1, 1), (11, 10), (4, 12), (7, 7)]], ids=str)
def test_patch_attention(number: str, grids: list[tuple[int, int]]) -> None:
    assert_same(number, *patch_ops(grids), patch_inputs(grids))


def test_patch_attention_under_autocast_without_bf16_products(instruction_set: str) -> None:
    if kernels.has_bf16():
        pytest.skip(f"{instruction_set} has BF16 products")
    grids = [(3, 5), (2, 2)]
    ours, theirs = patch_ops(grids)
    inputs = [x.float() for x in patch_inputs(grids)]
    assert_close("fp32", run(ours, inputs, autocast=True), run(theirs, inputs))


# --- threads --------------------------------------------------------------------------------------


def test_norms_and_attention_have_the_same_bits_on_any_number_of_threads(number: str) -> None:
    real = torch.float64 if number == "fp64" else torch.float32
    lengths, grids = [5, 130, 1, 64], [(3, 5), (9, 8)]
    cases = [
        (lambda x, weight: native.rms_norm(x, weight, 1e-6), [random(20_000, 48), random(48)]),
        (attention(native.attention_block, CONFIG, lengths), attention_inputs(CONFIG, lengths)),
        (patch_ops(grids)[0], patch_inputs(grids)),
    ]
    for op, inputs in cases:
        inputs = [x.to(real) for x in inputs]
        kernels.set_num_threads(1)
        alone = run(op, inputs, number == "bf16")
        for threads in (2, 2, 3):
            kernels.set_num_threads(threads)
            together = run(op, inputs, number == "bf16")
            assert all(map(torch.equal, alone, together))
