import json
import subprocess
import sys
from pathlib import Path

import pytest

from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.presets import preset
from trinity.types import Message

RECIPE = Path(__file__).resolve().parents[3] / "recipes" / "tokenizer.py"
SENTENCES = [
    "What is 12 + 30?",
    "def add(a, b):\n    return a + b",
    "The square is above the ring.",
]


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(RECIPE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("built")
    corpus, out = directory / "corpus.txt", directory / "tekken.json"
    corpus.write_text("\f".join(SENTENCES * 20), encoding="utf-8")
    result = run(corpus, out, "--tokens", 300)
    assert result.returncode == 0, result.stderr
    return out


def test_the_built_vocabulary_is_that_of_the_embedded_model(built: Path) -> None:
    tokenizer = Tokenizer(built)
    assert tokenizer.vocab_size == 1300
    assert tokenizer.effort_tokens == ("none", "low", "high")
    vision = preset("mini").vision
    image = tokenizer.tekken.image
    assert vision is not None
    assert image is not None
    assert image.image_patch_size == vision.patch_size
    assert image.max_image_size == vision.image_size
    assert image.spatial_merge_size == vision.spatial_merge_size


def test_its_control_tokens_are_the_official_ones(built: Path, official: Tokenizer) -> None:
    tokenizer = Tokenizer(built)
    for token_id in range(1000):
        assert tokenizer.control_name(token_id) == official.control_name(token_id)


def test_bytes_come_first_and_merges_in_the_order_learnt(built: Path) -> None:
    tokenizer = Tokenizer(built)
    assert [tokenizer.token_bytes(1000 + i) for i in range(256)] == [bytes([i]) for i in range(256)]
    merges = [tokenizer.token_bytes(i) for i in range(1256, 1300)]
    assert all(tokenizer.encode(merge.decode()) for merge in merges)
    assert min(map(len, merges)) == 2
    assert tokenizer.decode(tokenizer.encode("Zürich 😀")) == "Zürich 😀"


def test_it_renders_prompts(built: Path) -> None:
    prompt = render([Message.user(SENTENCES[0])], (), "low", Tokenizer(built), None)
    assert prompt.token_ids[0] == 1
    assert prompt.token_ids[-1] == 4


def test_a_corpus_too_small_is_refused(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("a b c", encoding="utf-8")
    result = run(corpus, tmp_path / "tekken.json", "--tokens", 4000)
    assert result.returncode == 1
    assert "use a larger one" in result.stderr


def test_the_split_pattern_is_the_official_one(built: Path, official: Tokenizer) -> None:
    pattern = json.loads(built.read_text(encoding="utf-8"))["config"]["pattern"]
    assert pattern == json.loads(official.path.read_text(encoding="utf-8"))["config"]["pattern"]
