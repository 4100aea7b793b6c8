from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.unit.train.conftest import TOKENIZER
from trinity.config import DenseConfig, ModelConfig
from trinity.errors import ConfigError
from trinity.model.architecture import make_model
from trinity.model.small4 import Small4, mixtures
from trinity.model.transformer import Transformer, initialise
from trinity.ops import PackedBatch
from trinity.train.calibrate import calibrate_blocks, gate_mass, mixed_micros
from trinity.train.fuse import concatenate, count_anchors, is_per_expert, merge_weights, split
from trinity.train.merge import METHODS, merge
from trinity.train.upcycle import upcycle

NAMES = ("first", "second", "third")


def ancestor_of(config: ModelConfig, seed: int = 0) -> Small4:
    model = make_model(config)
    initialise(model, torch.Generator().manual_seed(seed))
    assert isinstance(model, Small4)
    return model


def tuned(model: Small4, anchors: int, seed: int, size: float = 0.02) -> Small4:
    """A copy of `model` in which all but the anchors has moved a little."""
    copy = Small4(model.config)
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, value in model.state_dict().items():
        moved = value + size * torch.randn(value.shape, generator=generator)
        if ".mlp.experts." in name:
            moved[:anchors] = value[:anchors]
        state[name] = moved
    copy.load_state_dict(state)
    return copy


@pytest.fixture
def seed_model(tiny_model: ModelConfig) -> Small4:
    return ancestor_of(replace(tiny_model, n_routed_experts=4))


@pytest.fixture
def specialists(seed_model: Small4) -> list[Small4]:
    start = upcycle(seed_model, 10)
    return [tuned(start, 4, seed) for seed in (1, 2, 3)]


def states_of(model: Transformer, experts: int | None = None) -> torch.Tensor:
    ids = torch.arange(1000, 1040)
    batch = PackedBatch.from_lengths([40])
    with torch.no_grad():
        return model(ids, batch, model.uniform_experts(40, experts)).states_TD


def test_upcycling_keeps_the_anchors_and_redraws_half_of_each_copy(seed_model: Small4) -> None:
    model = upcycle(seed_model, 12)
    for mixture, source in zip(mixtures(model), mixtures(seed_model), strict=True):
        assert torch.equal(mixture.experts.down_proj[:4], source.experts.down_proj)
        assert torch.equal(mixture.gate.weight[:4], source.gate.weight)
        for expert in range(4, 12):
            kept = [
                (mixture.experts.down_proj[expert] == parent).all(0)
                for parent in source.experts.down_proj
            ]
            best = max(kept, key=lambda columns: int(columns.sum()))
            assert int(best.sum()) == 4  # of 8 hidden units
            parent = next(i for i, columns in enumerate(kept) if columns is best)
            rows = torch.cat([best, best])
            ours = mixture.experts.gate_up_proj[expert][rows]
            assert torch.equal(ours, source.experts.gate_up_proj[parent][rows])
    rest = {k: v for k, v in model.state_dict().items() if not is_per_expert(k)}
    assert all(torch.equal(v, seed_model.state_dict()[k]) for k, v in rest.items())


def test_upcycling_to_fewer_experts_is_refused(seed_model: Small4, tiny_dense: DenseConfig) -> None:
    with pytest.raises(ConfigError, match="4 routed experts cannot be given 4"):
        upcycle(seed_model, 4)
    with pytest.raises(ConfigError, match="0 routed experts"):
        upcycle(make_model(tiny_dense), 8)


def test_concatenation_holds_every_specialists_experts_and_the_mean_of_the_rest(
    specialists: list[Small4],
) -> None:
    fused = concatenate(specialists, NAMES)
    assert fused.config.n_routed_experts == 4 + 3 * 6
    for index, mixture in enumerate(mixtures(fused)):
        for number, specialist in enumerate(specialists):
            theirs = mixtures(specialist)[index]
            block = slice(4 + 6 * number, 10 + 6 * number)
            assert torch.equal(mixture.experts.down_proj[block], theirs.experts.down_proj[4:])
            assert torch.equal(mixture.gate.weight[block], theirs.gate.weight[4:])
    name = "language_model.model.layers.0.self_attn.o_proj.weight"
    mean = torch.stack([s.state_dict()[name] for s in specialists]).mean(0)
    assert torch.equal(fused.state_dict()[name], mean)


@pytest.mark.parametrize("knows_base", [True, False])
def test_what_only_one_specialist_changed_is_taken_whole(
    seed_model: Small4, specialists: list[Small4], knows_base: bool
) -> None:
    name = "vision_tower.patch_conv.weight"
    base = upcycle(seed_model, 10)
    for specialist in specialists[1:]:
        specialist.load_state_dict({**specialist.state_dict(), name: base.state_dict()[name]})
    fused = concatenate(specialists, NAMES, base if knows_base else None)
    torch.testing.assert_close(fused.state_dict()[name], specialists[0].state_dict()[name])


def test_anchors_are_those_that_are_equal_everywhere(
    specialists: list[Small4],
) -> None:
    states = [specialist.state_dict() for specialist in specialists]
    assert count_anchors(states) == 4
    with torch.no_grad():
        mixtures(specialists[2])[1].experts.down_proj[2, 0, 0] += 1
    assert count_anchors(states) == 2
    assert count_anchors([states[0], states[0]]) == 10


def test_fusing_what_was_split_gives_the_same_model(tiny_model: ModelConfig) -> None:
    model = ancestor_of(replace(tiny_model, n_routed_experts=11))
    generator = torch.Generator().manual_seed(0)
    orders = [torch.randperm(11, generator=generator) for _ in range(2)]
    parts = split(
        model,
        [order[:2] for order in orders],
        [[order[start : start + 3] for order in orders] for start in (2, 5, 8)],
    )
    assert [part.config.n_routed_experts for part in parts] == [5, 5, 5]
    again = concatenate(parts, NAMES)
    # The same experts in another order: with all of them active, the same function.
    torch.testing.assert_close(states_of(again, 11), states_of(model, 11), atol=1e-4, rtol=1e-4)


def test_what_cannot_be_fused_is_refused(
    tiny_model: ModelConfig, tiny_dense: DenseConfig, seed_model: Small4
) -> None:
    wider = ancestor_of(replace(tiny_model, q_lora_rank=8))
    with pytest.raises(ConfigError, match="different shapes"):
        concatenate([seed_model, wider], NAMES[:2])
    stranger = ancestor_of(seed_model.config, seed=9)
    with pytest.raises(ConfigError, match="do not come from one ancestor"):
        concatenate([seed_model, stranger], NAMES[:2])
    with pytest.raises(ConfigError, match="second is a dense model"):
        concatenate([seed_model, make_model(tiny_dense)], NAMES[:2])
    with pytest.raises(ConfigError, match="needs equal numbers"):
        merge_weights("average", [seed_model, upcycle(seed_model, 6)], NAMES[:2], None)


def test_merging_by_hand() -> None:
    base = {"w": torch.zeros(2, 5)}
    one = {"w": torch.tensor([[5.0, 0.1, 0.0, -4.0, 0.0], [0.0] * 5])}
    two = {"w": torch.tensor([[3.0, 0.0, 0.1, 6.0, 0.0], [0.0] * 5])}
    average = merge("average", base, [one, two])["w"]
    assert torch.equal(average[0], torch.tensor([4.0, 0.05, 0.05, 1.0, 0.0]))
    added = merge("task-arithmetic", base, [one, two])["w"]
    torch.testing.assert_close(added[0], 0.4 * torch.tensor([8.0, 0.1, 0.1, 2.0, 0.0]))
    # The two largest of ten entries stay; where signs differ the larger sum wins.
    elected = merge("ties", base, [one, two])["w"]
    assert torch.equal(elected[0], torch.tensor([4.0, 0.0, 0.0, 6.0, 0.0]))


def test_dare_keeps_the_mean_of_a_task_vector() -> None:
    base = {"w": torch.zeros(200, 200)}
    task = {"w": torch.ones(200, 200)}
    merged = merge("dare", base, [task])["w"]
    assert merged.mean().item() == pytest.approx(0.4, rel=0.05)
    assert (merged == 0).float().mean().item() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_merging_one_model_with_itself_and_no_change_gives_it_back(
    method: str, seed_model: Small4
) -> None:
    merged = merge_weights(method, [seed_model, seed_model], NAMES[:2], seed_model)
    for name, value in seed_model.state_dict().items():
        torch.testing.assert_close(merged.state_dict()[name], value)


def test_calibration_makes_a_silent_block_heard(specialists: list[Small4]) -> None:
    fused = concatenate(specialists, NAMES)
    with torch.no_grad():
        # Trained models have such a direction in all states; random ones do not.
        fused.language_model.model.embed_tokens.weight[:, 0] += 3.0
        for mixture in mixtures(fused):
            mixture.gate.weight[4:10] *= 3.0
            mixture.gate.weight[10:16] *= 0.1
    before = fused.state_dict()["language_model.model.layers.0.mlp.gate.weight"][:4].clone()
    micros = mixed_micros(fused.config, str(TOKENIZER), 12)
    masses = calibrate_blocks(fused, 4, [6, 6, 6], micros)
    for layer in masses:
        assert max(layer) < 1.3 * min(layer)
    after = fused.state_dict()["language_model.model.layers.0.mlp.gate.weight"]
    assert torch.equal(after[:4], before)


def test_gate_mass_counts_the_chosen_weights() -> None:
    rows = torch.tensor([[0.0], [5.0], [1.0], [1.0]])
    inputs = torch.ones(3, 1)
    first, second = gate_mass(rows, inputs, 1, [1, 2], 2)
    share = torch.tensor([5.0, 1.0]).softmax(-1)
    assert first == pytest.approx(float(share[0]), abs=1e-6)
    assert second == pytest.approx(float(share[1]), abs=1e-6)
