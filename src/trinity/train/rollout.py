"""Answers that the model in training gives itself, as examples to learn from.

Called by the stages that learn on-policy: `reinforce` and `distil`. A `Generator` answers, all
prompts of a step at once; what it may not choose freely (a forced end of thinking) carries no loss.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from trinity.config import AnyConfig
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.corpus import choose
from trinity.train.example import Example, patch_labels, turns_before
from trinity.train.items import Item
from trinity.train.verify import judge_all
from trinity.types import (
    ChatRequest,
    Generation,
    Generator,
    IntensityRequest,
    SamplingParams,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutConfig:
    """How a model answers while it learns."""

    effort_shares: tuple[tuple[str, float], ...] = (("none", 0.25), ("low", 0.15), ("high", 0.6))
    full_experts_share: float = 0.5
    """Answers made at the model's own expert count."""
    expert_range: tuple[int, int] = (1, 6)
    """Otherwise the count is drawn from here."""
    truncated_share: float = 0.0
    """Answers whose thinking is cut short by a budget, drawn from 0 to 48 tokens."""
    max_tokens: int = 160
    """Longest answer, thinking included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """An exercise as it is put to the model."""

    item: Item
    turn: int
    """Which of the assistant's turns is asked for; see `example.turns_before`."""
    effort: str
    experts: int
    """Experts per token, all layers; 0 for a model without."""
    budget: int
    """Thinking tokens; where they are used up, thinking is closed by force."""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A prompt and what the model said."""

    prompt: Prompt
    generation: Generation
    is_correct: bool
    """Whether the final answer solves the item; false where the turn is not the last."""


def make_prompts(
    rng: random.Random, item: Item, config: RolloutConfig, model: AnyConfig, count: int
) -> list[Prompt]:
    """Put `item` to the model `count` times, in the same way; only the seeds differ."""
    effort = choose(rng, config.effort_shares)
    experts = model.num_experts_per_tok
    if model.n_routed_experts and rng.random() >= config.full_experts_share:
        experts = rng.randint(*config.expert_range)
    budget = config.max_tokens - min(64, config.max_tokens // 2)
    if rng.random() < config.truncated_share:
        budget = min(rng.randint(0, 48), budget)
    turn = rng.randint(0, len(item.steps))
    return [
        Prompt(
            item=item,
            turn=turn,
            effort=effort,
            experts=experts,
            budget=0 if effort == "none" else budget,
            seed=rng.getrandbits(62),
        )
        for _ in range(count)
    ]


def sample(generator: Generator, prompts: Sequence[Prompt], config: RolloutConfig) -> list[Rollout]:
    """Answer all prompts at temperature 1 and judge the answers."""
    generations = generator.generate([_request(prompt, config) for prompt in prompts])
    verdicts = judge_all(
        [prompt.item for prompt in prompts], [generation.text for generation in generations]
    )
    return [
        Rollout(
            prompt=prompt,
            generation=generation,
            is_correct=correct
            and prompt.turn == len(prompt.item.steps)
            and generation.finish_reason == "stop",
        )
        for prompt, generation, correct in zip(prompts, generations, verdicts, strict=True)
    ]


def success_by_domain(rollouts: Sequence[Rollout]) -> dict[str, float]:
    """Share of the rollouts that are right, for each domain that occurs."""
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for rollout in rollouts:
        verdicts[rollout.prompt.item.domain].append(rollout.is_correct)
    return {domain: sum(right) / len(right) for domain, right in verdicts.items()}


def example_of(
    rollout: Rollout, tokenizer: Tokenizer, model: AnyConfig, weight: float, advantage: float
) -> Example:
    """The example in which the model learns from its own answer; `weight` is that of a token."""
    prompt, item = rollout.prompt, rollout.prompt.item
    rendered = render(
        turns_before(item, prompt.turn), item.tools, prompt.effort, tokenizer, model.vision
    )
    start, said = len(rendered.token_ids), rollout.generation.token_ids
    pictures = [image.pixels for image in rendered.images]
    return Example(
        ids=[*rendered.token_ids, *said],
        answer_start=start,
        silent=frozenset(start + index for index in _forced(prompt, said, tokenizer)),
        experts=(prompt.experts,) * model.num_hidden_layers,
        pixels=tuple(pictures),
        labels=patch_labels(item, pictures, model),
        domain=item.domain,
        weight=weight,
        behaviour=rollout.generation.logprobs,
        advantage=advantage,
    )


def _request(prompt: Prompt, config: RolloutConfig) -> ChatRequest:
    return ChatRequest(
        messages=turns_before(prompt.item, prompt.turn),
        tools=prompt.item.tools,
        sampling=SamplingParams(
            temperature=1.0, top_p=1.0, seed=prompt.seed, max_tokens=config.max_tokens
        ),
        intensity=IntensityRequest(
            reasoning_effort=prompt.effort,
            active_experts=prompt.experts or None,
            thinking_token_budget=prompt.budget,
        ),
    )


def _forced(prompt: Prompt, said: Sequence[int], tokenizer: Tokenizer) -> list[int]:
    """Where in an answer a token was not the model's choice: the close that a budget forced."""
    close = tokenizer.end_think_id
    if close not in said:
        return []
    index = list(said).index(close)
    return [index] if index - 1 >= prompt.budget else []
