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
from trinity.train.agent import Turn, answer_items
from trinity.train.corpus import choose
from trinity.train.example import Example, patch_labels
from trinity.train.items import Item
from trinity.train.verify import judge_all
from trinity.types import (
    ChatRequest,
    Generation,
    Generator,
    IntensityRequest,
    Message,
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
    """Longest answer, or turn with a tool call, thinking included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """An exercise as it is put to the model."""

    item: Item
    effort: str
    experts: int
    """Experts per token, all layers; 0 for a model without."""
    budget: int
    """Thinking tokens of a turn; where they are used up, thinking is closed by force."""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A prompt and what the model said, turn by turn where it used tools."""

    prompt: Prompt
    turns: tuple[Turn, ...]
    is_correct: bool
    """Whether the final answer solves the item."""

    @property
    def generation(self) -> Generation:
        """The final answer."""
        return self.turns[-1].generation

    @property
    def num_tokens(self) -> int:
        """Tokens generated in all turns."""
        return sum(len(turn.generation.token_ids) for turn in self.turns)


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
    return [
        Prompt(
            item=item,
            effort=effort,
            experts=experts,
            budget=0 if effort == "none" else budget,
            seed=rng.getrandbits(62),
        )
        for _ in range(count)
    ]


def sample(generator: Generator, prompts: Sequence[Prompt], config: RolloutConfig) -> list[Rollout]:
    """Answer all prompts at temperature 1, tools run, and judge the final answers."""
    items = [prompt.item for prompt in prompts]
    outcomes = answer_items(
        generator, items, lambda index, _, messages: _request(prompts[index], messages, config)
    )
    verdicts = judge_all(items, [outcome.generation.text for outcome in outcomes])
    return [
        Rollout(
            prompt=prompt,
            turns=outcome.turns,
            is_correct=correct and outcome.generation.finish_reason == "stop",
        )
        for prompt, outcome, correct in zip(prompts, outcomes, verdicts, strict=True)
    ]


def success_by_domain(rollouts: Sequence[Rollout]) -> dict[str, float]:
    """Share of the rollouts that are right, for each domain that occurs."""
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for rollout in rollouts:
        verdicts[rollout.prompt.item.domain].append(rollout.is_correct)
    return {domain: sum(right) / len(right) for domain, right in verdicts.items()}


def solved(
    generator: Generator,
    rng: random.Random,
    items: Sequence[Item],
    config: RolloutConfig,
    model: AnyConfig,
) -> dict[str, float]:
    """Share of `items` solved at temperature 1, each put once as `rng` says, by domain."""
    prompts = [prompt for item in items for prompt in make_prompts(rng, item, config, model, 1)]
    return success_by_domain(sample(generator, prompts, config))


def log_line(window: int, rollouts: Sequence[Rollout]) -> dict[str, float | str]:
    """What a run's log says of a step's answers: their mean length, and what share is right."""
    return {
        "kind": "rollouts",
        "window": window,
        "answer_tokens": sum(rollout.num_tokens for rollout in rollouts) / len(rollouts),
        **success_by_domain(rollouts),
    }


def examples_of(
    rollout: Rollout, tokenizer: Tokenizer, model: AnyConfig, weight: float, advantage: float
) -> list[Example]:
    """The examples in which the model learns from its own turns; `weight` is that of a token."""
    return [
        _example(rollout.prompt, turn, tokenizer, model, weight, advantage)
        for turn in rollout.turns
    ]


def _example(
    prompt: Prompt,
    turn: Turn,
    tokenizer: Tokenizer,
    model: AnyConfig,
    weight: float,
    advantage: float,
) -> Example:
    request, said = turn.request, turn.generation.token_ids
    rendered = render(request.messages, request.tools, prompt.effort, tokenizer, model.vision)
    start = len(rendered.token_ids)
    pictures = [image.pixels for image in rendered.images]
    return Example(
        ids=[*rendered.token_ids, *said],
        answer_start=start,
        silent=frozenset(start + index for index in _forced(prompt, said, tokenizer)),
        experts=(prompt.experts,) * model.num_hidden_layers,
        pixels=tuple(pictures),
        labels=patch_labels(prompt.item.marks, pictures, model),
        domain=prompt.item.domain,
        weight=weight,
        behaviour=turn.generation.logprobs,
        advantage=advantage,
    )


def _request(prompt: Prompt, messages: tuple[Message, ...], config: RolloutConfig) -> ChatRequest:
    return ChatRequest(
        messages=messages,
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
