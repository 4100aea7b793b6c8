from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import torch

from trinity.config import ModelConfig
from trinity.model.checkpoint import save_model
from trinity.model.small4 import Small4
from trinity.model.transformer import initialise

Run = Callable[..., Any]

TINY = ModelConfig(
    hidden_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    q_lora_rank=8,
    kv_lora_rank=8,
    qk_nope_head_dim=4,
    qk_rope_head_dim=4,
    v_head_dim=8,
    n_routed_experts=4,
    num_experts_per_tok=2,
    moe_intermediate_size=8,
    vocab_size=2048,
    max_position_embeddings=256,
    vision=None,
)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    model = Small4(TINY)
    initialise(model, torch.Generator().manual_seed(0))
    directory = tmp_path / "tiny"
    save_model(model, directory)
    embedded = files("trinity") / "models" / "mini"
    (directory / "tekken.json").write_bytes((embedded / "tekken.json").read_bytes())
    return directory


def test_the_real_engine_answers(trinity: Run, checkpoint: Path) -> None:
    result = trinity("ask", "hi", "--model", str(checkpoint), "--max-tokens", "4", "--seed", "1")
    assert result.code == 0
    assert result.out.endswith("\n")


def test_the_real_engine_talks(
    trinity: Run, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter(["hi", "word " * 300, "/budget 3", "again", "/stats"])

    def read(_: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", read)
    result = trinity("chat", "--model", str(checkpoint), "--seed", "1")
    assert result.code == 0
    assert "256 fit" in result.out
    assert "all 2:" in result.out


@pytest.mark.parametrize(
    ("name", "keep", "said"),
    [
        ("model.safetensors", 1000, "not an intact safetensors file"),
        ("model.safetensors", 3, "model.safetensors"),
        ("config.json", 20, "config.json"),
        ("tekken.json", 20, "not a valid tekken.json"),
    ],
)
def test_a_truncated_file_is_one_sentence_and_exit_code_3(
    name: str, keep: int, said: str, trinity: Run, checkpoint: Path
) -> None:
    path = checkpoint / name
    path.write_bytes(path.read_bytes()[:keep])
    result = trinity("ask", "hi", "--model", str(checkpoint))
    assert (result.code, result.out) == (3, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_pictures_for_a_model_without_eyes_are_refused(
    trinity: Run, checkpoint: Path, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    result = trinity("ask", "hi", "--image", str(tmp_path / "a.png"), "--model", str(checkpoint))
    assert result.code == 2
    assert "reads text only" in result.err


def test_a_model_that_is_nowhere(trinity: Run, tmp_path: Path) -> None:
    result = trinity("ask", "hi", "--model", str(tmp_path / "nothing"))
    assert result.code == 2
    assert "no checkpoint directory" in result.err
