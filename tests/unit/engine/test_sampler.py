import math
import random

import pytest
import torch
from torch import Tensor

from tests.unit.engine.fakes import END_THINK, EOS, FIRST_BYTE, NUM_TOKENS, THINK
from trinity.engine.phases import Choices
from trinity.engine.sampler import Draws, Sampler
from trinity.types import SamplingParams

VOCAB = 1400
ANY = Choices((EOS,))


def draws(index: int = 0, prompt: tuple[int, ...] = (1000,), **params: object) -> Draws:
    defaults = {"temperature": 1.0, "top_p": 1.0, "seed": 5}
    return Draws(SamplingParams(**(defaults | params)), index, prompt, VOCAB)


def a_sampler() -> Sampler:
    return Sampler(FIRST_BYTE, NUM_TOKENS, VOCAB)


def some_logits(rows: int = 1, seed: int = 0, scale: float = 3.0) -> Tensor:
    return torch.randn(rows, VOCAB, generator=torch.Generator().manual_seed(seed)) * scale


def pick(logits: Tensor, draw: Draws, choices: Choices = ANY) -> int:
    (sampled,) = a_sampler().sample(logits, [draw], [choices])
    assert sampled is not None
    return sampled.token_id


def allowed_ids(choices: Choices = ANY) -> list[int]:
    return [*range(FIRST_BYTE, NUM_TOKENS), *choices.allowed]


def naive_adjust(logits: list[float], params: SamplingParams, prompt: list[int], out: list[int]):
    result = list(logits)
    for token, value in params.logit_bias:
        result[token] += value
    for token in set(prompt) | set(out):
        penalty = params.repetition_penalty
        result[token] = result[token] / penalty if result[token] > 0 else result[token] * penalty
    for token in set(out):
        result[token] -= params.frequency_penalty * out.count(token) + params.presence_penalty
    return result


def naive_pick(logits: list[float], params: SamplingParams, uniform: float) -> int:
    ranked = sorted(allowed_ids(), key=lambda token: (-logits[token], token))
    top = logits[ranked[0]] / params.temperature
    weights = [math.exp(logits[token] / params.temperature - top) for token in ranked]
    weights = weights[: params.top_k or len(weights)]
    total = sum(weights)
    kept: list[float] = []
    for weight in weights:
        if sum(kept) >= params.top_p * total:
            break
        kept.append(weight)
    kept = [weight for weight in kept if weight >= (params.min_p or 0.0) * kept[0]]
    target = uniform * sum(kept)
    for token, weight in zip(ranked, kept, strict=False):
        if target < weight:
            return token
        target -= weight
    return ranked[len(kept) - 1]


def test_filters_and_penalties_agree_with_a_naive_implementation() -> None:
    rng = random.Random(3)
    for trial in range(120):
        params = SamplingParams(
            temperature=rng.choice([0.3, 0.7, 1.0, 1.7]),
            top_p=rng.choice([0.2, 0.7, 0.95, 1.0]),
            top_k=rng.choice([None, 1, 3, 40]),
            min_p=rng.choice([None, 0.02, 0.3]),
            presence_penalty=rng.choice([0.0, 0.7, -0.4]),
            frequency_penalty=rng.choice([0.0, 0.4]),
            repetition_penalty=rng.choice([1.0, 1.3, 0.8]),
            logit_bias=((1005, 4.0), (1007, -3.0)) if rng.random() < 0.5 else (),
            seed=trial,
        )
        prompt = [rng.randrange(1000, 1020) for _ in range(5)]
        out = [rng.randrange(1000, 1020) for _ in range(rng.randrange(8))]
        draw = Draws(params, 0, prompt, VOCAB)
        for token in out:
            draw.accept(token)
        logits = some_logits(seed=trial)
        logits[0, 1000:1020] += 6
        adjusted = naive_adjust(logits[0].tolist(), params, prompt, out)
        uniform = draw.uniform()
        assert pick(logits, draw) == naive_pick(adjusted, params, uniform)


def test_temperature_zero_takes_the_lowest_of_equal_ids() -> None:
    logits = torch.zeros(1, VOCAB)
    logits[0, [1100, 1050, 1200]] = 3.0
    assert pick(logits, draws(temperature=0.0)) == 1050


def test_a_draw_depends_on_seed_choice_and_position_only() -> None:
    logits = some_logits(6, scale=0.5)
    settings = [{"top_k": 50}, {}, {"temperature": 0.0}, {"min_p": 0.1}, {"seed": 9}, {"index": 1}]
    together = a_sampler().sample(logits, [draws(**s) for s in settings], [ANY] * 6)
    alone = [
        a_sampler().sample(logits[row : row + 1], [draws(**s)], [ANY])[0]
        for row, s in enumerate(settings)
    ]
    assert together == alone


def test_uniform_numbers_differ_by_seed_choice_and_position() -> None:
    moved = draws()
    moved.accept(1000)
    numbers = [draws().uniform(), draws(seed=6).uniform(), draws(index=1).uniform()]
    numbers.append(moved.uniform())
    assert len(set(numbers)) == 4
    assert draws().uniform() == numbers[0]


def test_uniform_numbers_are_uniform() -> None:
    numbers = sorted(draws(seed=seed).uniform() for seed in range(2000))
    largest_gap = max(abs(n - rank / 2000) for rank, n in enumerate(numbers))
    assert largest_gap < 1.95 / 2000**0.5  # Kolmogorov and Smirnov at 0.1 %
    assert numbers[0] >= 0
    assert numbers[-1] < 1


def test_frequencies_follow_the_probabilities() -> None:
    logits = torch.full((1, VOCAB), -50.0)
    logits[0, 1000:1003] = torch.tensor([0.5, 0.3, 0.2]).log()
    rows = 600
    sampled = a_sampler().sample(
        logits.expand(rows, -1), [draws(seed=seed) for seed in range(rows)], [ANY] * rows
    )
    shares = [sum(s.token_id == 1000 + i for s in sampled) / rows for i in range(3)]
    assert shares == pytest.approx([0.5, 0.3, 0.2], abs=0.06)


def test_control_and_unused_ids_are_never_chosen_unless_allowed() -> None:
    logits = torch.zeros(1, VOCAB)
    logits[0, :FIRST_BYTE] = 50.0
    logits[0, NUM_TOKENS:] = 60.0
    for temperature in (0.0, 1.0):
        draw = draws(temperature=temperature)
        assert pick(logits, draw, Choices((THINK,))) == THINK
        assert FIRST_BYTE <= pick(logits, draw, Choices(())) < NUM_TOKENS


def test_a_bias_cannot_lift_a_forbidden_token() -> None:
    draw = draws(temperature=0.0, logit_bias=((END_THINK, 100.0), (1234, 50.0)))
    assert pick(some_logits(), draw) == 1234


def test_a_forced_token_is_taken_and_its_logprob_is_the_models() -> None:
    logits = some_logits()
    draw = draws(logprobs=2, logit_bias=((1000, 5.0),))
    (sampled,) = a_sampler().sample(logits, [draw], [Choices((END_THINK,), END_THINK)])
    expected = logits.log_softmax(-1)[0]
    assert sampled.token_id == END_THINK
    assert sampled.logprob == pytest.approx(float(expected[END_THINK]))
    best = expected.topk(2)
    assert [token for token, _ in sampled.top_logprobs] == best.indices.tolist()
    assert [value for _, value in sampled.top_logprobs] == pytest.approx(best.values.tolist())


def test_logprobs_come_only_where_asked_for() -> None:
    asked = [draws(logprobs=0), draws()]
    first, second = a_sampler().sample(some_logits(2), asked, [ANY] * 2)
    assert first.logprob is not None
    assert first.top_logprobs == ()
    assert second.logprob is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_row_that_is_not_finite_is_none_and_others_go_on(bad: float) -> None:
    logits = some_logits(3)
    alone = a_sampler().sample(logits[2:], [draws()], [ANY])
    logits[1, 7] = bad
    first, second, third = a_sampler().sample(logits, [draws() for _ in range(3)], [ANY] * 3)
    assert first is not None
    assert second is None
    assert [third] == alone


def test_logits_are_left_as_they_were() -> None:
    logits = some_logits()
    before = logits.clone()
    pick(logits, draws(logit_bias=((1000, 5.0),), repetition_penalty=2.0, presence_penalty=1.0))
    assert torch.equal(logits, before)


def test_the_smallest_top_p_keeps_the_likeliest() -> None:
    logits = some_logits()
    best = max(allowed_ids(), key=lambda token: float(logits[0, token]))
    for seed in range(20):
        assert pick(logits, draws(seed=seed, top_p=1e-9)) == best
