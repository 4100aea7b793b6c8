from __future__ import annotations

from collections.abc import Sequence

import torch

from trinity.model.checkpoint import resolve_directory
from trinity.pipeline.stages import Mirror, load_checkpoint, make_generator
from trinity.types import ChatRequest, Generation, Generator, Message, SamplingParams

TOKENIZER = str(resolve_directory("mini") / "tekken.json")
REQUESTS = tuple(
    ChatRequest(
        messages=(Message.user(text),), sampling=SamplingParams(temperature=0.0, max_tokens=12)
    )
    for text in ("What is 3 + 4?", "Hello!")
)


def said(generator: Generator) -> list[Sequence[float]]:
    answers: list[Generation] = generator.generate(REQUESTS)
    return [answer.logprobs for answer in answers]


def test_a_mirror_follows_the_weights_only_when_told() -> None:
    model = load_checkpoint("mini")
    mirror = Mirror(model, TOKENIZER)
    before = said(make_generator(model, TOKENIZER))
    assert said(mirror) == before
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(0.9)
    assert said(mirror) == before
    mirror.weights_changed()
    after = said(mirror)
    assert after != before
    assert after == said(make_generator(model, TOKENIZER))


def test_a_model_in_memory_here_needs_no_mirror() -> None:
    assert not isinstance(make_generator(load_checkpoint("mini"), TOKENIZER), Mirror)
