from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.unit.train.conftest import TOKENIZER
from trinity.config import ModelConfig
from trinity.errors import ConfigError
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.architecture import make_model
from trinity.model.transformer import Transformer, initialise
from trinity.ops import PackedBatch
from trinity.pipeline.stages import make_generator
from trinity.train.agent import Turn
from trinity.train.conversation import opening
from trinity.train.corpus import CorpusConfig, Source
from trinity.train.distil import Ask, DistilConfig, DistilTrainer
from trinity.train.example import pack
from trinity.train.items import Item, Split
from trinity.train.optim import Unfreezing
from trinity.train.policy import Focus, advantages, policy_loss, reward
from trinity.train.reinforce import ReinforceConfig, ReinforceTrainer
from trinity.train.rollout import Rollout, RolloutConfig, examples_of, make_prompts, sample
from trinity.train.run_files import TrainState
from trinity.train.trainer import Meter, Trainer
from trinity.types import ChatRequest, Generation

SHORT = RolloutConfig(max_tokens=24, expert_range=(1, 3), truncated_share=0.3)
ADD = Source("reasoning", 1.0, ("add", "parity"), (1, 2))
SHAPES = Source("vision", 1.0, ("arrow",))


def model_of(config: ModelConfig, seed: int = 0) -> Transformer:
    model = make_model(config)
    initialise(model, torch.Generator().manual_seed(seed))
    return model


@pytest.fixture
def distillation(tiny_model: ModelConfig) -> DistilConfig:
    return DistilConfig(
        model=tiny_model,
        tokenizer=str(TOKENIZER),
        start="student",
        teachers=(("reasoning", "R"), ("vision", "V")),
        asks=(
            Ask(ADD, prompts=3, group=2),
            Ask(SHAPES, prompts=2),
            Ask(Source("code", 1.0, ("is_valid_python",)), prompts=1, group=2),
        ),
        rollout=SHORT,
        corpus=CorpusConfig(sources=(ADD, SHAPES), label_pages=0, expert_range=(1, 3)),
        traces=(4, 1),
        total_tokens=3_000,
        learning_rate=3e-3,
        validation_items=2,
        save_every_s=1e9,
        report_every_s=0.0,
        num_workers=0,
    )


def distil(config: DistilConfig, directory: Path, stop_at: int | None = None) -> DistilTrainer:
    def load(name: str) -> Transformer:
        return model_of(config.model, {"student": 1, "R": 2, "V": 3}[name])

    trainer = DistilTrainer(config, directory, load, make_generator)
    trainer.run(lambda _: None, stop_at=stop_at)
    return trainer


def turns_of(item: Item, generation: Generation) -> tuple[Turn, ...]:
    return (Turn(request=ChatRequest(messages=opening(item)), generation=generation),)


def same_weights(one: Trainer, other: Trainer) -> bool:
    theirs = other.model.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in one.model.state_dict().items())


def test_engine_and_trainer_agree_on_every_probability(tiny_model: ModelConfig) -> None:
    model = model_of(tiny_model)
    generator = make_generator(model, str(TOKENIZER))
    tokenizer, rng = Tokenizer(TOKENIZER), random.Random(0)
    config = replace(SHORT, full_experts_share=0.0)
    prompts = [
        prompt
        for source in (ADD, SHAPES)
        for _ in range(3)
        for prompt in make_prompts(rng, source.draw(rng, Split.TRAIN), config, tiny_model, 2)
    ]
    rollouts = sample(generator, prompts, config)
    for rollout in rollouts:
        micro = pack(examples_of(rollout, tokenizer, tiny_model, 1.0, 0.0), tiny_model)
        features = model.encode_images(micro.pixels) if micro.pixels else None
        batch = PackedBatch.from_lengths(micro.lengths)
        hidden = model(micro.ids_T, batch, micro.experts_LT, image_features_ID=features)
        logprobs = model.logits(hidden.states_TD).log_softmax(-1)
        ours = logprobs.gather(1, micro.targets_T[:, None])[:, 0]
        said = micro.behaviour_T <= 0
        assert int(said.sum()) == len(rollout.generation.token_ids)
        torch.testing.assert_close(ours[said], micro.behaviour_T[said], atol=1e-4, rtol=0)


def test_a_forced_close_carries_no_loss(tiny_model: ModelConfig) -> None:
    tokenizer, rng = Tokenizer(TOKENIZER), random.Random(0)
    item = ADD.draw(rng, Split.TRAIN)
    [prompt] = make_prompts(rng, item, SHORT, tiny_model, 1)
    said = (tokenizer.think_id, 1500, 1501, tokenizer.end_think_id, 1502, tokenizer.eos_id)
    generation = Generation(
        token_ids=said,
        text="x",
        reasoning="y",
        finish_reason="stop",
        logprobs=(-1.0,) * 6,
        expert_rows=0,
    )
    for budget, silent in ((2, 1), (3, 0)):
        rollout = Rollout(
            prompt=replace(prompt, effort="high", budget=budget),
            turns=turns_of(item, generation),
            is_correct=False,
        )
        [example] = examples_of(rollout, tokenizer, tiny_model, 1.0, 0.0)
        assert len(example.silent) == silent
        assert int((pack([example], tiny_model).weight_T > 0).sum()) == 6 - silent


def test_distillation_is_bit_equal_after_a_stop(distillation: DistilConfig, tmp_path: Path) -> None:
    whole = distil(distillation, tmp_path / "whole")
    distil(distillation, tmp_path / "parts", stop_at=1_000)
    resumed = distil(distillation, tmp_path / "parts")
    assert resumed.state == whole.state
    assert resumed.state.window > 0
    assert set(resumed.state.figures) == {
        "divergence/reasoning",
        "divergence/vision",
    }
    assert same_weights(resumed, whole)


def test_distillation_brings_the_student_nearer_to_its_teachers(
    distillation: DistilConfig, tmp_path: Path
) -> None:
    config = replace(distillation, total_tokens=8_000, traces=(0, 0), reward_weight=0.0)
    trainer = distil(config, tmp_path)
    losses = [record for record in trainer.files.records() if record["kind"] == "train"]
    assert losses[-1]["reasoning"] < 0.8 * losses[0]["reasoning"]
    assert losses[-1]["vision"] < 0.8 * losses[0]["vision"]


def test_a_teacher_is_its_own_student(distillation: DistilConfig, tmp_path: Path) -> None:
    def load(_: str) -> Transformer:
        return model_of(distillation.model, 1)

    config = replace(
        distillation,
        reward_weight=0.0,
        traces=(0, 0),
        rollout=replace(SHORT, full_experts_share=1.0),
    )
    trainer = DistilTrainer(config, tmp_path, load, make_generator)
    [step] = next(trainer.windows())
    meter = Meter()
    for micro in step:
        trainer.loss(micro, meter)
    assert meter.summary()["reasoning"] == pytest.approx(0.0, abs=1e-5)


def test_domains_weigh_the_same_whatever_their_length(
    distillation: DistilConfig, tmp_path: Path
) -> None:
    trainer = DistilTrainer(
        distillation, tmp_path, lambda _: model_of(distillation.model), make_generator
    )
    [step] = next(trainer.windows())
    totals: dict[int, float] = {}
    for micro in step:
        domain = int(micro.domain_T[0])
        assert (micro.domain_T == domain).all()
        totals[domain] = totals.get(domain, 0.0) + float(micro.weight_T.sum())
    silent = 0.2  # forced closes carry no loss
    assert all(total == pytest.approx(1.0, abs=silent) for total in totals.values())
    trainer.state.figures |= {"divergence/reasoning": 3.0, "divergence/vision": 1.0}
    assert trainer._gaps() == {"reasoning": 1.5, "vision": 0.5}


def test_a_domain_without_teacher_needs_groups(distillation: DistilConfig, tmp_path: Path) -> None:
    config = replace(distillation, asks=(Ask(Source("chat", 1.0), prompts=1),))
    with pytest.raises(ConfigError, match="chat has no teacher"):
        DistilTrainer(config, tmp_path, lambda _: model_of(config.model), make_generator)


def test_the_router_alone_can_be_trained(distillation: DistilConfig, tmp_path: Path) -> None:
    config = replace(
        distillation, asks=(), unfreezing=Unfreezing(trained=("mlp.gate.",)), traces=(6, 6)
    )
    before = model_of(config.model, 1).state_dict()
    trainer = distil(config, tmp_path)
    changed = {
        name
        for name, value in trainer.model.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert changed
    assert all("mlp.gate." in name for name in changed)


def reinforcement(model: ModelConfig) -> ReinforceConfig:
    return ReinforceConfig(
        model=model,
        tokenizer=str(TOKENIZER),
        sources=(ADD,),
        rollout=replace(SHORT, max_tokens=8),
        prompts=3,
        group=4,
        total_tokens=4_000,
        validation_items=2,
        save_every_s=1e9,
    )


def test_reinforcement_is_bit_equal_after_a_stop(tiny_model: ModelConfig, tmp_path: Path) -> None:
    def reinforce(name: str, stop_at: int | None = None) -> ReinforceTrainer:
        trainer = ReinforceTrainer(reinforcement(tiny_model), tmp_path / name, None, make_generator)
        trainer.run(lambda _: None, stop_at=stop_at, should_stop=lambda: trainer.state.window > 8)
        return trainer

    # What a random model says differs only in how it ends: that makes groups differ.
    whole = reinforce("whole")
    half = ReinforceTrainer(reinforcement(tiny_model), tmp_path / "parts", None, make_generator)
    half.run(lambda _: None, should_stop=lambda: half.state.window > 4)
    resumed = reinforce("parts")
    assert resumed.state == whole.state
    assert same_weights(resumed, whole)


def test_reward_is_for_right_well_formed_and_short_answers(tiny_model: ModelConfig) -> None:
    rng = random.Random(0)
    [prompt] = make_prompts(rng, ADD.draw(rng, Split.TRAIN), SHORT, tiny_model, 1)

    def given(length: int, reason: str, correct: bool) -> float:
        generation = Generation(
            token_ids=(1,) * length,
            text="x",
            reasoning="",
            finish_reason=reason,  # type: ignore[arg-type]
            logprobs=(),
            expert_rows=0,
        )
        turns = turns_of(prompt.item, generation)
        return reward(Rollout(prompt=prompt, turns=turns, is_correct=correct), 100)

    assert given(10, "stop", True) == pytest.approx(1.0)
    assert given(10, "stop", False) == pytest.approx(0.1)
    assert given(100, "length", False) == pytest.approx(-0.1)
    assert given(75, "stop", True) == pytest.approx(0.95)


def test_advantages_leave_out_what_teaches_nothing() -> None:
    same, mixed = advantages([[1.0, 1.0], [1.0, 0.0]])
    assert same is None
    assert mixed == pytest.approx([1.0, -1.0], abs=1e-4)


def test_the_policy_loss_is_clipped_wider_above() -> None:
    def slope(ratio: float, advantage: float) -> float:
        logprob = torch.tensor([ratio]).log().requires_grad_()
        loss = policy_loss(logprob, torch.zeros(1), torch.tensor([advantage]), 0.2, 0.28)
        [gradient] = torch.autograd.grad(loss.sum(), logprob)
        return float(gradient)

    assert slope(1.0, 1.0) == pytest.approx(-1.0)
    assert slope(1.25, 1.0) == pytest.approx(-1.25)
    assert slope(1.3, 1.0) == 0.0
    assert slope(0.75, -1.0) == 0.0
    assert slope(1.3, -1.0) == pytest.approx(1.3)


def test_focus_draws_what_is_solved_half_the_time() -> None:
    figures: dict[str, float] = {}
    focus, rng = Focus(figures), random.Random(0)
    source = Source("reasoning", 1.0, ("stack", "parity"), (1, 1))
    item = focus.draw(rng, source, Split.TRAIN)
    assert (item.family, item.level) in {("stack", 1), ("parity", 1)}
    figures |= {"success/stack/1": 1.0, "success/parity/1": 0.5}
    drawn = [focus.draw(rng, source, Split.TRAIN).family for _ in range(200)]
    assert drawn.count("parity") > 0.85 * len(drawn) > 100
    focus.note(focus.draw(rng, source, Split.TRAIN), 0.0)
    assert min(figures.values()) < 0.5
    assert TrainState(figures=figures).figures is figures
