from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import trinity
from trinity.config import DenseConfig, ModelConfig, VisionConfig
from trinity.train.corpus import CorpusConfig, Source
from trinity.train.families import FAMILIES
from trinity.train.items import Family, Item, Split
from trinity.train.own_data import OwnDataConfig
from trinity.train.supervised import SupervisedConfig

TOKENIZER = Path(trinity.__file__).parent / "models/mini/tekken.json"


def family_named(name: str) -> Family:
    return next(family for family in FAMILIES if family.name == name)


def samples(name: str, count: int = 300) -> list[Item]:
    """Items of a family at all levels, worded for all splits."""
    rng, make = random.Random(name), family_named(name).make
    return [make(rng, rng.choice(list(Split)), 1 + i % 5) for i in range(count)]


@pytest.fixture
def tiny_model() -> ModelConfig:
    return ModelConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        q_lora_rank=16,
        kv_lora_rank=16,
        qk_nope_head_dim=8,
        qk_rope_head_dim=8,
        v_head_dim=8,
        n_routed_experts=8,
        num_experts_per_tok=2,
        moe_intermediate_size=8,
        vocab_size=2048,
        vision=VisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            patch_size=8,
            image_size=192,
        ),
    )


@pytest.fixture
def tiny_dense(tiny_model: ModelConfig) -> DenseConfig:
    return DenseConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        intermediate_size=64,
        vocab_size=2048,
        vision=tiny_model.vision,
    )


@pytest.fixture
def tiny_run(tiny_model: ModelConfig) -> SupervisedConfig:
    return SupervisedConfig(
        model=tiny_model,
        corpus=CorpusConfig(
            # Of every domain, and quick to draw.
            sources=(
                Source("reasoning", 0.4, ("add", "parity")),
                Source("vision", 0.3, ("arrow", "read_number")),
                Source("code", 0.2, ("write_loops",)),
                Source("chat", 0.1, ("thanks", "greeting")),
            ),
            window_examples=24,
            micro_tokens=400,
            micros_per_step=2,
            expert_range=(1, 3),
            label_pages=1,
        ),
        tokenizer=str(TOKENIZER),
        validation_examples=24,
        total_tokens=12_000,
        decay=0.3,
        report_every_s=0.0,
        save_every_s=1e9,
        num_workers=0,
    )


@pytest.fixture
def quick_run(tiny_run: SupervisedConfig, tmp_path: Path) -> SupervisedConfig:
    """A few steps on rows, which are cheap to make; one of four has a picture."""
    Image.linear_gradient("L").resize((32, 32)).save(tmp_path / "grey.png")
    picture = {"type": "image_url", "image_url": "grey.png"}
    rows = []
    for number in range(32):
        text = {"type": "text", "text": f"Say the number {number}."}
        content = [picture, text] if number % 4 == 0 else [text]
        said = {"role": "assistant", "content": f"It is {number}."}
        rows.append(json.dumps({"messages": [{"role": "user", "content": content}, said]}))
    (tmp_path / "rows.jsonl").write_text("\n".join(rows))
    return replace(
        tiny_run,
        own_data=OwnDataConfig(path=str(tmp_path / "rows.jsonl"), share=1.0),
        corpus=CorpusConfig(
            window_examples=24,
            micro_tokens=120,
            micros_per_step=2,
            expert_range=(1, 3),
            label_pages=0,
        ),
        validation_examples=8,
        learning_rate=1e-3,
        total_tokens=2_400,
    )
