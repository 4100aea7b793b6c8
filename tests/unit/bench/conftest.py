from dataclasses import replace
from pathlib import Path

import pytest

import trinity
from trinity.bench.checkpoints import write_checkpoint
from trinity.config import ModelConfig
from trinity.presets import preset

VOCABULARY = Path(trinity.__file__).parent / "models" / "mini" / "tekken.json"


@pytest.fixture(scope="session")
def tiny() -> ModelConfig:
    return replace(preset("nano"), num_hidden_layers=1, n_routed_experts=16, vision=None)


@pytest.fixture(scope="session")
def tiny_checkpoint(tiny: ModelConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("models") / "tiny"
    write_checkpoint(tiny, directory, VOCABULARY)
    return directory
