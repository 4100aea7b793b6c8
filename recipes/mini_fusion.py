"""The embedded model, fused: three specialists forked from a joint model, and their distillation.

python scripts/split_experts.py
trinity train recipes/mini_fusion.py:reasoning --run R --export runs/mini-fusion/reasoning/model
(and `vision`, `code`; then `trinity fuse`, `router`, `distilled`: see docs/fusion.md)

Where `recipes/fusion.py` starts from a small seed and adds fresh experts, this starts from what
was already learnt: the 128 experts of the last embedded model are dealt out to the specialists.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trinity.config import ModelConfig
from trinity.presets import preset
from trinity.train.corpus import CorpusConfig, Source
from trinity.train.items import Domain
from trinity.train.optim import Unfreezing
from trinity.train.supervised import SupervisedConfig

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"
ROOT = Path("runs/mini-fusion")

ANCHORS = 8
BLOCK = 40

OWN: dict[str, tuple[Source, ...]] = {
    "reasoning": (Source("reasoning", 0.92),),
    "vision": (Source("vision", 0.92),),
    "code": (Source("code", 0.74), Source("chat", 0.18)),
}
REPLAY: dict[Domain, float] = {"reasoning": 0.03, "vision": 0.02, "code": 0.02, "chat": 0.01}
"""Of every specialist, so that the shared weights stay near one another."""


def model(experts: int) -> ModelConfig:
    """The preset's shape with another number of experts."""
    shape = preset("mini")
    assert isinstance(shape, ModelConfig)
    return replace(shape, n_routed_experts=experts)


def specialist(name: str, tokens: int) -> SupervisedConfig:
    """One specialist; only that in pictures trains the image encoder."""
    replay = tuple(Source(domain, share) for domain, share in REPLAY.items())
    sees = name == "vision"
    return SupervisedConfig(
        model=model(ANCHORS + BLOCK),
        tokenizer=str(TOKENIZER),
        start=str(ROOT / f"{name}-start/model"),
        corpus=CorpusConfig(
            sources=(*OWN[name], *replay), max_tokens=512, label_pages=4 if sees else 0
        ),
        unfreezing=Unfreezing(
            anchors=ANCHORS,
            shared_rate=0.5,
            frozen=() if sees else ("vision_tower", "multi_modal_projector"),
        ),
        total_tokens=tokens,
        learning_rate=1.5e-3,
    )


def reasoning() -> SupervisedConfig:
    """The specialist in reasoning."""
    return specialist("reasoning", 45_000_000)


def vision() -> SupervisedConfig:
    """The specialist in pictures."""
    return specialist("vision", 35_000_000)


def code() -> SupervisedConfig:
    """The specialist in code and chat."""
    return specialist("code", 35_000_000)
