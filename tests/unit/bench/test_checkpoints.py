from pathlib import Path

import pytest
import torch

from trinity.bench.checkpoints import bench_presets, find_checkpoint, random_model
from trinity.bench.trinity_worker import TrinityEngine
from trinity.bench.workload import Timing
from trinity.config import EngineConfig, ModelConfig
from trinity.errors import NotFound
from trinity.model.checkpoint import load_model, resolve_directory


def test_weights_are_random_exact_in_bf16_and_the_same_every_time(tiny: ModelConfig) -> None:
    model, again, other = random_model(tiny), random_model(tiny), random_model(tiny, seed=1)
    state = model.state_dict()
    for name, weight in state.items():
        assert torch.equal(weight, again.state_dict()[name])
        assert torch.equal(weight, weight.bfloat16().float())
    gate = "language_model.model.layers.0.mlp.experts.gate_up_proj"
    assert not torch.equal(state[gate], other.state_dict()[gate])
    assert state[gate].std() == pytest.approx(0.02, rel=0.01)
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_what_was_written_is_what_is_read(tiny: ModelConfig, tiny_checkpoint: Path) -> None:
    read = load_model(tiny_checkpoint)
    assert read.config == tiny
    for name, weight in random_model(tiny).state_dict().items():
        assert torch.equal(weight, read.state_dict()[name])


def test_a_name_means_a_preset_that_was_built_or_a_directory(
    tmp_path: Path, tiny_checkpoint: Path
) -> None:
    assert "bench-30m" in bench_presets()
    with pytest.raises(NotFound, match=r"python scripts/bench_checkpoints\.py bench-30m"):
        find_checkpoint("bench-30m", tmp_path)
    (tmp_path / "bench-30m").mkdir()
    (tmp_path / "bench-30m" / "config.json").touch()
    assert find_checkpoint("bench-30m", tmp_path) == tmp_path / "bench-30m"
    assert find_checkpoint(str(tiny_checkpoint)) == tiny_checkpoint
    assert find_checkpoint("mini") == resolve_directory("mini")
    with pytest.raises(NotFound, match="no checkpoint directory"):
        find_checkpoint("nowhere", tmp_path)


def test_a_random_cache_is_read_by_the_step_at_a_context(tiny_checkpoint: Path) -> None:
    engine = TrinityEngine(str(tiny_checkpoint), EngineConfig(num_blocks=8, max_context=64))
    assert engine.context_step(100) > 0
    runner = engine.llm.engine.runner
    [cache_BLC] = runner._caches
    assert cache_BLC[0].eq(0).all()
    # 101 tokens take 7 blocks of 16.
    assert all(block.ne(0).any() for block in cache_BLC[1:8])
    assert cache_BLC[8].eq(0).all()
    engine.llm.engine.check_integrity()


def test_every_stream_counts_its_whole_answer(tiny_checkpoint: Path) -> None:
    engine = TrinityEngine(str(tiny_checkpoint), EngineConfig(num_blocks=16, max_context=64))
    timing = Timing.read(engine.workload(streams=3, prompt=20, output=6))
    assert timing.decoded == 3 * 5
    assert engine.llm.engine.stats.generated_tokens == 3 * 6
    assert engine.llm.engine.stats.free_blocks == 16
