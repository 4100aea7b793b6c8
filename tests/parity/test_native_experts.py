"""The kernels' experts, routing and Muon against plain PyTorch, and the choice between the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.parity.gradients import TOLERANCE, assert_same, relative_error, run
from trinity.config import ModelConfig
from trinity.ops import PackedBatch, dispatch, reference
from trinity.ops.reference import AttentionWeights, ExpertsWeights, Routing
from trinity.ops.rope import yarn_inverse_frequencies
from trinity.train import optim
from trinity.train.optim import ORTHOGONAL_COEFFICIENTS, Muon

kernels = pytest.importorskip("trinity.ops._native")
native = pytest.importorskip("trinity.ops.native")

EXPERTS, WIDTH, INNER = 16, 48, 32
UNUSED, POPULAR = 3, 0
NOTHING = torch.empty(0)


def random(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


# --- routing --------------------------------------------------------------------------------------


def dense(rows: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Weights of (token, expert) pairs as a matrix, so that their order does not matter."""
    return values.new_zeros(shape).index_put((rows, columns), values)


@pytest.mark.parametrize("most", [1, 6, 16])
@pytest.mark.parametrize("tokens", [1, 130])
def test_routing(number: str, tokens: int, most: int) -> None:
    if number == "bf16":
        pytest.skip("the router is never BF16")
    counts = torch.randint(1, most + 1, (tokens,))
    counts[-1] = most

    def ours(logits: Tensor) -> tuple[Tensor, Tensor]:
        probability, expert, weight = native.Route.apply(logits, counts)
        assert ((expert >= 0).sum(-1) == counts).all()
        assert (weight[expert < 0] == 0).all()
        rows, choices = (expert >= 0).nonzero(as_tuple=True)
        columns = expert[rows, choices].long()
        return probability, dense(rows, columns, weight[rows, choices], tuple(logits.shape))

    def theirs(logits: Tensor) -> tuple[Tensor, Tensor]:
        r = reference.route(logits, counts)
        return r.probability_TE, dense(r.token_N, r.expert_N, r.weight_N, tuple(logits.shape))

    assert_same(number, ours, theirs, [random(tokens, 32) * 3])


def test_more_experts_than_there_are_is_no_choice() -> None:
    with pytest.raises(AssertionError, match="more experts"):
        native.Route.apply(torch.zeros(1, 16), torch.tensor([17]))


# --- experts --------------------------------------------------------------------------------------


def chosen_experts(tokens: int, most: int) -> Tensor:
    """[T, K] with 1 to K experts a token: everybody's first is popular, one is nobody's."""
    others = torch.tensor([e for e in range(EXPERTS) if e not in (UNUSED, POPULAR)])
    picks = torch.stack([others[torch.randperm(len(others))[: most - 1]] for _ in range(tokens)])
    experts = torch.cat((torch.full((tokens, 1), POPULAR), picks), dim=1)
    counts = torch.randint(1, most + 1, (tokens, 1))
    return experts.where(torch.arange(most) < counts, -1).int()


def expert_inputs(tokens: int, most: int) -> list[Tensor]:
    """States, gate-and-up, down and the weights of the choices."""
    return [
        random(tokens, WIDTH), random(EXPERTS, 2 * INNER, WIDTH) * WIDTH**-0.5,
        random(EXPERTS, WIDTH, INNER) * INNER**-0.5, random(tokens, most).abs() + 0.1,
    ]  # fmt: skip


def expert_ops(expert_TK: Tensor) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    def ours(x: Tensor, gate_up: Tensor, down: Tensor, weight_TK: Tensor) -> Tensor:
        return native.RoutedExperts.apply(x, gate_up, down, expert_TK, weight_TK)[0]

    def theirs(x: Tensor, gate_up: Tensor, down: Tensor, weight_TK: Tensor) -> Tensor:
        token, choice = (expert_TK >= 0).nonzero(as_tuple=True)
        expert, order = expert_TK[token, choice].long().sort(stable=True)
        routing = Routing(token[order], expert, weight_TK[token, choice][order], NOTHING)
        w = ExpertsWeights(NOTHING, gate_up, down, NOTHING, NOTHING, NOTHING)
        return reference.routed_experts(x, w, routing, None)

    return ours, theirs


@pytest.mark.parametrize(("tokens", "most"), [(1, 1), (3, 6), (120, 2), (301, 6)])
def test_experts(number: str, tokens: int, most: int) -> None:
    # 301 rows of the popular expert are two whole blocks of 120 and a short, odd one.
    expert_TK = chosen_experts(tokens, most)
    assert_same(number, *expert_ops(expert_TK), expert_inputs(tokens, most))


def test_an_expert_without_rows_has_no_gradient(number: str) -> None:
    real = torch.float64 if number == "fp64" else torch.float32
    inputs = [x.to(real) for x in expert_inputs(40, 4)]
    results = run(expert_ops(chosen_experts(40, 4))[0], inputs, number == "bf16")
    for gradient in results[2:4]:
        assert not gradient[UNUSED].any()
        assert gradient[POPULAR].any()


@pytest.mark.usefixtures("instruction_set")
def test_experts_have_the_gradient_of_finite_differences() -> None:
    expert_TK = torch.tensor([[0, 1], [1, -1], [1, 0]], dtype=torch.int32)
    inputs = [random(3, 16), random(2, 32, 16) / 4, random(2, 16, 16) / 4, random(3, 2).abs()]
    leaves = [x.requires_grad_() for x in inputs]
    assert torch.autograd.gradcheck(expert_ops(expert_TK)[0], leaves, fast_mode=True)


def test_arrays_that_are_not_contiguous(number: str) -> None:
    ours, theirs = expert_ops(chosen_experts(30, 3))
    x, gate_up, down, weight = expert_inputs(30, 3)

    def turned(op: Callable[..., Tensor]) -> Callable[..., Tensor]:
        # The result is transposed too: its gradient comes back with the strides of a transpose.
        return lambda x, gate_up, *rest: op(x.T, gate_up.mT, *rest).T.contiguous()

    inputs = [x.T.contiguous(), gate_up.mT.contiguous(), down, weight]
    assert_same(number, turned(ours), turned(theirs), inputs)


def block_ops(
    tokens: int, most: int
) -> tuple[list[Tensor], Callable[[Callable[..., Any]], Callable[..., Tensor]]]:
    """Inputs of a whole mixture block, and what makes an op of one implementation."""
    _, gate_up, down, _ = expert_inputs(1, 1)
    router, shared = random(EXPERTS, WIDTH) / 2, random(2, INNER, WIDTH) * WIDTH**-0.5
    inputs = [random(tokens, WIDTH), router, gate_up, down, *shared, down[0].clone()]
    counts = torch.randint(1, most + 1, (tokens,))
    batch = PackedBatch.from_lengths([tokens])

    def op_of(block: Callable[..., Any]) -> Callable[..., Tensor]:
        def op(x: Tensor, *weights: Tensor) -> tuple[Tensor, ...]:
            before = batch.counters.expert_rows
            out, routing = block(x, ExpertsWeights(*weights), counts, batch)
            assert batch.counters.expert_rows - before == counts.sum()
            pairs = routing.token_N, routing.expert_N
            weight_TE = dense(*pairs, routing.weight_N, (tokens, EXPERTS))
            return out, routing.probability_TE, weight_TE

        return op

    return inputs, op_of


@pytest.mark.parametrize("tokens", [1, 150])
def test_a_mixture_block(number: str, tokens: int) -> None:
    inputs, op_of = block_ops(tokens, 6)
    assert_same(number, op_of(native.experts_block), op_of(reference.experts_block), inputs)


def test_a_mixture_block_has_the_same_bits_on_any_number_of_threads(number: str) -> None:
    inputs, op_of = block_ops(400, 6)
    inputs = [x.to(torch.float64 if number == "fp64" else torch.float32) for x in inputs]
    kernels.set_num_threads(1)
    alone = run(op_of(native.experts_block), inputs, number == "bf16")
    for threads in (2, 2, 3):
        kernels.set_num_threads(threads)
        together = run(op_of(native.experts_block), inputs, number == "bf16")
        assert all(map(torch.equal, alone, together))


# --- Muon -----------------------------------------------------------------------------------------

SHAPES = [(32, 64), (64, 32), (3, 48, 16), (2, 16, 80), (16, 16)]


def plain_orthogonalise(matrices: Tensor) -> Tensor:
    """The quintic iteration in the dtype of `matrices`, [.., rows, columns]."""
    a, b, c = ORTHOGONAL_COEFFICIENTS
    x = matrices / matrices.flatten(-2).norm(dim=-1)[..., None, None]
    for _ in range(5):
        gram = x @ x.mT if x.shape[-2] <= x.shape[-1] else x.mT @ x
        polynomial = b * gram + c * gram @ gram
        x = a * x + (polynomial @ x if x.shape[-2] <= x.shape[-1] else x @ polynomial)
    return x


def plain_muon(weight: Tensor, grads: list[Tensor], rate: float, decay: float) -> Tensor:
    momentum = torch.zeros_like(weight)
    for grad in grads:
        momentum = 0.95 * momentum + 0.05 * grad
        update = plain_orthogonalise(0.05 * grad + 0.95 * momentum)
        size = 0.2 * max(weight.shape[-2:]) ** 0.5
        weight = weight * (1 - rate * decay) - rate * size * update
    return weight


def muon_steps(weights: list[Tensor], grads: list[list[Tensor]]) -> list[Tensor]:
    parameters = [torch.nn.Parameter(weight.float()) for weight in weights]
    optimiser = Muon(parameters, lr=0.02, weight_decay=0.1)
    for step in zip(*grads, strict=True):
        for parameter, grad in zip(parameters, step, strict=True):
            # Strides of a transpose, as autograd may leave them.
            parameter.grad = grad.float().mT.contiguous().mT
        optimiser.step()
    return [parameter.detach() for parameter in parameters]


@pytest.mark.usefixtures("instruction_set")
def test_muon() -> None:
    # Small, so that what is left of the update in FP32 is exact enough to compare.
    weights = [random(*shape) / 50 for shape in SHAPES]
    grads = [[random(*shape) for _ in range(3)] for shape in SHAPES]
    kernels.set_num_threads(1)
    alone = muon_steps(weights, grads)
    kernels.set_num_threads(2)
    assert all(map(torch.equal, alone, muon_steps(weights, grads)))
    for ours, weight, steps in zip(alone, weights, grads, strict=True):
        theirs = plain_muon(weight, steps, 0.02, 0.1)
        error = relative_error(ours - weight, theirs - weight)
        assert error < TOLERANCE["bf16" if kernels.has_bf16() else "fp32"], (ours.shape, error)


# --- which implementation runs --------------------------------------------------------------------


class Forbidden:
    """Stands in for the kernels where they must not run; only their widths may be asked for."""

    fits = staticmethod(native.fits)
    muon_fits = staticmethod(native.muon_fits)


@pytest.fixture(params=["not built", "odd widths"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """A width that kernels which were not built would fit, then one that no kernel fits."""
    monkeypatch.setattr(dispatch, "native", Forbidden)
    if request.param == "not built":
        monkeypatch.setattr(dispatch, "HAS_NATIVE", False)
        return 16
    return 24


def test_the_reference_norm_runs_instead(width: int) -> None:
    inputs = [random(5, width), random(width)]
    ours = run(lambda *inputs: dispatch.rms_norm(*inputs, 1e-6), inputs)
    theirs = run(lambda *inputs: reference.rms_norm(*inputs, 1e-6), inputs)
    assert all(map(torch.equal, ours, theirs))


def test_the_reference_attention_runs_instead(width: int) -> None:
    config = ModelConfig(
        hidden_size=width, num_attention_heads=2, q_lora_rank=width, kv_lora_rank=width,
        qk_nope_head_dim=width, qk_rope_head_dim=width, v_head_dim=width,
    )  # fmt: skip
    batch = PackedBatch.from_lengths([3, 1])
    frequencies = yarn_inverse_frequencies(width, config.rope)
    shapes = [
        (width, width), (width,), (4 * width, width), (2 * width, width), (width,),
        (4 * width, width), (width, 2 * width),
    ]  # fmt: skip
    inputs = [random(4, width), *(random(*shape) for shape in shapes)]

    def op_of(block: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def op(x: Tensor, *weights: Tensor) -> Tensor:
            return block(x, AttentionWeights(*weights, frequencies), config, batch, None)

        return op

    ours = run(op_of(dispatch.attention_block), inputs)
    theirs = run(op_of(reference.attention_block), inputs)
    assert all(map(torch.equal, ours, theirs))


def test_the_reference_experts_run_instead(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "INNER", width)
    inputs, op_of = block_ops(20, 4)
    ours = run(op_of(dispatch.experts_block), inputs)
    theirs = run(op_of(reference.experts_block), inputs)
    assert all(map(torch.equal, ours, theirs))


def test_the_optimiser_runs_without_kernels(width: int) -> None:
    weight, grads = random(width, 32), [random(width, 32) for _ in range(2)]
    (ours,) = muon_steps([weight], [grads])
    theirs = plain_muon(weight, grads, 0.02, 0.1)
    assert relative_error(ours - weight, theirs - weight) < 0.05  # its products are BF16


def test_the_kernels_run_where_they_fit_and_gradients_are_wanted() -> None:
    inputs, op_of = block_ops(20, 4)
    assert dispatch.HAS_NATIVE
    assert optim.dispatch is dispatch
    ours = run(op_of(dispatch.experts_block), inputs)
    assert all(map(torch.equal, ours, run(op_of(native.experts_block), inputs)))
    with torch.no_grad():
        out, _, _ = op_of(dispatch.experts_block)(*inputs)
        assert torch.equal(out, op_of(reference.experts_block)(*inputs)[0])
    assert relative_error(ours[0], out) < TOLERANCE["fp64"]
