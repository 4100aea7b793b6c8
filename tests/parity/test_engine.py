"""The engine against itself in other company, bit for bit, and against a pass without a cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tests.unit.engine.fakes import (
    a_request,
    an_image,
    dense_nano,
    drain,
    engine_config,
    finish_of,
    guess_always,
    ids,
    image_ids,
    make_engine,
    nano,
    run,
    tokens_of,
)
from trinity.engine.engine import Engine
from trinity.model.packed import PackedDecoder
from trinity.model.transformer import Transformer
from trinity.ops import PackedBatch, dispatch
from trinity.types import Event, GenerationRequest, TokenEvent

LONG = "the quick brown fox jumps over the lazy dog, and then again. "
PICTURED = [*ids("see "), *image_ids(3, 4), *ids(" and "), *image_ids(), *ids("?")]
PICTURES = (an_image(4, 3, 4, seed=1), an_image(4 + 15 + 5, seed=2))


MODELS = {
    "small4": nano,
    "dense": dense_nano,
    # No native kernel takes this head width: the reference ops, tile by tile.
    "dense-reference": lambda: dense_nano(head_dim=24),
}


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> Transformer:
    model = MODELS[request.param]()
    assert PackedDecoder.fits(model) == (dispatch.HAS_NATIVE and "reference" not in request.param)
    return model


def mixed_requests(model: Transformer) -> list[GenerationRequest]:
    """Every k, with and without pictures, greedy and not, with a prefix in common."""
    base = {"temperature": 1.0, "logprobs": 0, "max_tokens": 14}
    requests = [
        a_request("one", LONG, k=1, **base),
        a_request("two", LONG + "Why?", k=(7, 3), seed=2, top_p=0.9, **base),
        a_request("three", "short", k=(2, 9), repetition_penalty=1.2, **base),
        a_request("pictures", PICTURED, images=PICTURES, k=4, **base),
        a_request("choices", LONG[:37], n=2, k=5, seed=9, presence_penalty=0.5, **base),
        a_request("greedy", "go", k=4, temperature=0.0, logprobs=0, max_tokens=20),
    ]
    if model.config.n_routed_experts:
        return requests
    return [replace(request, active_experts=(0, 0)) for request in requests]


def answers(events: dict[str, list[Event]]) -> dict[tuple[str, int], list[tuple[int, float]]]:
    """Token ids with log-probabilities: equal only if every bit of the logits was."""
    result: dict[tuple[str, int], list[tuple[int, float]]] = {}
    for event in (event for request in events.values() for event in request):
        if isinstance(event, TokenEvent):
            answer = result.setdefault((event.request_id, event.index), [])
            answer.append((event.token_id, event.logprob))
    return result


def solo(model: Transformer) -> dict[tuple[str, int], list[tuple[int, float]]]:
    result = {}
    for request in mixed_requests(model):
        result |= answers(run(make_engine(model, max_step_tokens=256), request))
    return result


@pytest.fixture(scope="module")
def expected(model: Transformer) -> dict[tuple[str, int], list[tuple[int, float]]]:
    return solo(model)


def test_a_batch_of_many_equals_many_batches_of_one(model: Transformer, expected: dict) -> None:
    engine = make_engine(model, max_step_tokens=256)
    assert answers(run(engine, *mixed_requests(model))) == expected
    assert engine.stats.steps < 60


@pytest.mark.parametrize("budget", [8, 9, 23, 64])
def test_chunks_of_any_size_are_equal(model: Transformer, expected: dict, budget: int) -> None:
    engine = make_engine(model, max_step_tokens=budget)
    assert answers(run(engine, *mixed_requests(model))) == expected


def test_the_prefix_cache_changes_nothing(model: Transformer, expected: dict) -> None:
    assert answers(run(make_engine(model, prefix_cache=False), *mixed_requests(model))) == expected
    engine = make_engine(model)
    run(engine, *mixed_requests(model))
    again = run(engine, *mixed_requests(model))
    assert finish_of(again["pictures"]).usage.cached_tokens == 32
    assert finish_of(again["two"]).usage.cached_tokens == 64
    assert answers(again) == expected


@pytest.mark.parametrize(("size", "prefix_cache"), [(4, True), (4, False), (2, True)])
def test_preemption_changes_nothing(
    model: Transformer, expected: dict, size: int, prefix_cache: bool
) -> None:
    engine = make_engine(
        model,
        num_blocks=120 // size,
        block_size=size,
        prefix_cache=prefix_cache,
        max_step_tokens=48,
    )
    assert answers(run(engine, *mixed_requests(model))) == expected
    assert engine.stats.preemptions > 0


def test_an_interrupted_answer_goes_on_as_if_nothing_had_happened(
    model: Transformer, expected: dict
) -> None:
    engine = make_engine(model)
    for request in mixed_requests(model):
        engine.submit(request)
    events: dict[str, list[Event]] = {}
    for _ in range(9):
        for event in engine.step():
            events.setdefault(event.request_id, []).append(event)
    engine.weights_changed()
    for name, rest in drain(engine).items():
        events.setdefault(name, []).extend(rest)
    assert answers(events) == expected


def packed_logprobs(
    model: Transformer, request: GenerationRequest, tokens: list[int]
) -> list[float]:
    """Score an answer in one pass without a cache, each token with the experts it was given."""
    prompt = list(request.prompt_ids)
    sequence = [*prompt, *tokens[:-1]]
    own = model.config.num_experts_per_tok
    experts = [[own] * len(prompt) + [k] * (len(tokens) - 1) for k in request.active_experts]
    features = None
    if request.images:
        pixels = [torch.from_numpy(image.pixels) for image in request.images]
        features = model.encode_images(pixels)
    with torch.inference_mode():
        hidden = model(
            torch.tensor(sequence),
            PackedBatch.from_lengths([len(sequence)]),
            torch.tensor(experts),
            image_features_ID=features,
        )
        logprobs = model.logits(hidden.states_TD[len(prompt) - 1 :]).log_softmax(-1)
    return logprobs.gather(1, torch.tensor(tokens)[:, None])[:, 0].tolist()


def test_guesses_change_nothing(model: Transformer) -> None:
    counts = (4, 1) if model.config.n_routed_experts else (0, 0)
    requests = [
        a_request(
            str(seed), prompt, k=counts, seed=seed, temperature=seed % 2, max_tokens=40, logprobs=0
        )
        for seed, prompt in enumerate(("abcabcabc", "aaaa", "hello hello hel", "the cat the d"))
    ]
    plain = answers(run(make_engine(model, num_blocks=200), *requests))
    engine = make_engine(model, num_blocks=200, speculation=True)
    guess_always(engine)
    assert answers(run(engine, *requests)) == plain
    assert engine.stats.drafted_tokens > 0


@pytest.mark.parametrize("deterministic", [True, False])
def test_what_is_generated_scores_the_same_without_a_cache(
    model: Transformer, deterministic: bool
) -> None:
    requests = mixed_requests(model)
    engine = make_engine(model, deterministic=deterministic, max_step_tokens=40)
    generated = answers(run(engine, *requests))
    assert len(generated) == 7
    assert (engine.stats.expert_rows > 0) == bool(model.config.n_routed_experts)
    for (name, _), answer in generated.items():
        request = next(request for request in requests if request.request_id == name)
        tokens, logprobs = zip(*answer, strict=True)
        assert packed_logprobs(model, request, list(tokens)) == pytest.approx(
            list(logprobs), abs=1e-4
        )


def test_a_picture_changes_the_answer() -> None:
    def answer(seed: int) -> list[int]:
        pictures = (PICTURES[0], replace(an_image(0, seed=seed), start=PICTURES[1].start))
        request = a_request("r", PICTURED, images=pictures)
        return tokens_of(run(make_engine(), request)["r"])

    assert answer(2) == answer(2)
    assert answer(2) != answer(3)


class Allocations(TorchDispatchMode):
    """Sums the bytes of all results of all ops, views left out."""

    def __init__(self) -> None:
        super().__init__()
        self.total_bytes = 0
        self.largest_bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in _tensors(result):
            if not tensor._is_view():
                size = tensor.numel() * tensor.element_size()
                self.total_bytes += size
                self.largest_bytes = max(self.largest_bytes, size)
        return result


def _tensors(result: object) -> Iterator[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        yield result
    elif isinstance(result, tuple | list):
        for part in result:
            yield from _tensors(part)


def decoding(context: int) -> Engine:
    engine = make_engine(deterministic=False, num_blocks=80, max_step_tokens=2000)
    # Two tokens past a block's start: this step appends no block.
    engine.submit(a_request("r", [1000 + i % 200 for i in range(context)], max_tokens=9))
    engine.step()
    engine.step()
    return engine


def test_what_a_decode_step_allocates_does_not_grow_with_the_context() -> None:
    assert engine_config().block_size == 16
    totals, largest = {}, {}
    for context in (66, 210, 306, 498, 1010):
        engine = decoding(context)
        with Allocations() as allocations:
            engine.step()
        engine.abort("r")
        engine.step()
        totals[context], largest[context] = allocations.total_bytes, allocations.largest_bytes
    # Tiles of the cache are read one after another, into the same amount of memory.
    assert totals[66] == totals[210]
    assert totals[306] == totals[498]
    assert len(set(largest.values())) == 1


def test_who_shares_experts_changes_nobody_else() -> None:
    pytest.importorskip("trinity.ops._native")
    exact = mixed_requests(nano())
    shared = [
        a_request(f"shared {i}", LONG, routing_discount=0.0, seed=i, temperature=1.0, max_tokens=12)
        for i in range(3)
    ]
    settings = {"deterministic": False, "max_step_tokens": 256, "max_sequences": 16}
    alone = answers(run(make_engine(**settings), *exact))
    engine = make_engine(**settings)
    together = run(engine, *shared, *exact)
    assert answers({r.request_id: together[r.request_id] for r in exact}) == alone
    # Later requests find the prompt alone in the cache, not the answers.
    plain = answers(run(make_engine(**settings), replace(shared[0], routing_discount=1.0)))
    again = run(engine, replace(shared[0], routing_discount=1.0))
    assert answers(again) == plain
