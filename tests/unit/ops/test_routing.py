import pytest
import torch
from torch import Tensor

from trinity.ops.reference import Routing, route

TOKENS, EXPERTS = 24, 32


def logits() -> Tensor:
    return 2 * torch.randn(TOKENS, EXPERTS, generator=torch.Generator().manual_seed(1))


def chosen(routing: Routing) -> list[dict[int, float]]:
    """Experts of each token with their weights."""
    found: list[dict[int, float]] = [{} for _ in range(TOKENS)]
    rows = zip(routing.token_N, routing.expert_N, routing.weight_N, strict=True)
    for token, expert, weight in rows:
        found[int(token)][int(expert)] = float(weight)
    return found


def shared(counts: list[int], discounts: list[float]) -> list[dict[int, float]]:
    return chosen(route(logits(), torch.tensor(counts), torch.tensor(discounts)))


COUNTS = [1 + token % 5 for token in range(TOKENS)]


def test_a_discount_of_one_changes_nothing() -> None:
    plain = chosen(route(logits(), torch.tensor(COUNTS)))
    assert shared(COUNTS, [1.0] * TOKENS) == plain


@pytest.mark.parametrize("discount", [0.0, 0.3, 0.9])
def test_each_token_keeps_its_count_and_its_likeliest_expert(discount: float) -> None:
    found = shared(COUNTS, [discount] * TOKENS)
    assert [len(experts) for experts in found] == COUNTS
    best = logits().argmax(-1).tolist()
    assert all(expert in experts for expert, experts in zip(best, found, strict=True))
    assert all(sum(experts.values()) == pytest.approx(1) for experts in found)


def test_at_zero_only_the_union_is_chosen_from() -> None:
    union = set(logits().argmax(-1).tolist())
    assert len(union) >= 5
    for experts in shared(COUNTS, [0.0] * TOKENS):
        assert set(experts) <= union


def test_an_expert_outside_the_union_must_be_better_by_the_discount() -> None:
    probability = logits().softmax(-1)
    union = set(logits().argmax(-1).tolist())
    for token, experts in enumerate(shared([4] * TOKENS, [0.5] * TOKENS)):
        left_out = [float(probability[token, e]) for e in union - set(experts)]
        for expert in set(experts) - union:
            assert 0.5 * float(probability[token, expert]) >= max(left_out, default=0)


def test_weights_are_those_of_the_undiscounted_probabilities() -> None:
    probability = logits().softmax(-1)
    for token, experts in enumerate(shared([3] * TOKENS, [0.2] * TOKENS)):
        total = sum(float(probability[token, e]) for e in experts)
        for expert, weight in experts.items():
            assert weight == pytest.approx(float(probability[token, expert]) / total)


def test_tokens_that_are_exact_stay_so_and_widen_the_union() -> None:
    exact = [token % 2 == 0 for token in range(TOKENS)]
    discounts = [1.0 if is_exact else 0.0 for is_exact in exact]
    found = shared([4] * TOKENS, discounts)
    plain = chosen(route(logits(), torch.full((TOKENS,), 4)))
    union = set(logits().argmax(-1).tolist())
    for token in range(TOKENS):
        if exact[token]:
            assert found[token] == plain[token]
            union |= set(plain[token])
    for token in range(TOKENS):
        assert exact[token] or set(found[token]) <= union


def test_fewer_experts_are_computed() -> None:
    distinct = [
        len({e for experts in shared([4] * TOKENS, [d] * TOKENS) for e in experts})
        for d in (0.0, 0.5, 1.0)
    ]
    assert distinct == sorted(distinct)
    assert distinct[0] < distinct[2]
