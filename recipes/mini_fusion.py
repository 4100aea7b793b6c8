"""The embedded model, fused: three specialists forked from a joint model, and their distillation.

python scripts/split_experts.py
trinity train recipes/mini_fusion.py:reasoning --run R --export recipes/stages/mini-reasoning
(and `vision`, `code`)
trinity fuse recipes/stages/mini-{reasoning,vision,code} --into runs/mini-fusion/concatenated/model
trinity train recipes/mini_fusion.py:router --run R --export runs/mini-fusion/router/model
trinity train recipes/mini_fusion.py:distilled --run R --export runs/mini-fusion/distilled/model

Where `recipes/fusion.py` starts from a small seed and adds fresh experts, this starts from what
was already learnt: the 128 experts of the last embedded model are dealt out to the specialists.
The finished specialists are kept in `recipes/stages`; `reasoning_again`, `vision_again` and
`code_again` train them further, on exercises that were added since: see docs/fusion.md.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trinity.config import ModelConfig
from trinity.presets import preset
from trinity.train.corpus import CorpusConfig, Source
from trinity.train.distil import Ask, DistilConfig
from trinity.train.items import Domain
from trinity.train.optim import Unfreezing
from trinity.train.rollout import RolloutConfig
from trinity.train.supervised import SupervisedConfig

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"
ROOT = Path("runs/mini-fusion")
STAGES = Path(__file__).parent / "stages"
"""Finished specialists, in the repository."""

ANCHORS = 8
BLOCK = 40

OWN: dict[str, tuple[Source, ...]] = {
    "reasoning": (Source("reasoning", 0.92),),
    "vision": (Source("vision", 0.92),),
    "code": (Source("code", 0.74), Source("chat", 0.18)),
}
TEACHERS: tuple[tuple[Domain, str], ...] = (
    ("reasoning", str(STAGES / "mini-reasoning")),
    ("vision", str(STAGES / "mini-vision")),
    ("code", str(STAGES / "mini-code")),
    ("chat", str(STAGES / "mini-code")),
)
PROMPTS: dict[Domain, int] = {"reasoning": 6, "vision": 6, "code": 5, "chat": 2}
"""Exercises of each domain that the fused model answers in a step."""
MIXED = CorpusConfig(
    sources=(
        Source("reasoning", 0.32),
        Source("vision", 0.32),
        Source("code", 0.26),
        Source("chat", 0.1),
    ),
    max_tokens=512,
    label_pages=0,
)
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


def again(name: str, tokens: int) -> SupervisedConfig:
    """A finished specialist goes on, at a gentler rate."""
    return replace(specialist(name, tokens), start=str(STAGES / f"mini-{name}"), learning_rate=1e-3)


def router() -> DistilConfig:
    """The routers of the concatenated model, taught by the specialists; nothing else moves."""
    return DistilConfig(
        model=model(ANCHORS + 3 * BLOCK),
        tokenizer=str(TOKENIZER),
        start=str(ROOT / "concatenated/model"),
        teachers=TEACHERS,
        corpus=MIXED,
        traces=(48, 48),
        unfreezing=Unfreezing(trained=("mlp.gate.",)),
        label_weight=0.0,
        total_tokens=1_000_000,
        learning_rate=1.5e-3,
    )


def distilled() -> DistilConfig:
    """The fused model, taught by the three specialists on ideal answers and on its own.

    What needs two of them at once has no teacher: it learns from rewards, and from ideal answers
    until some are right."""
    asks = [Ask(Source(domain, 1.0), prompts) for domain, prompts in PROMPTS.items()]
    return DistilConfig(
        model=model(ANCHORS + 3 * BLOCK),
        tokenizer=str(TOKENIZER),
        start=str(ROOT / "router/model"),
        teachers=TEACHERS,
        asks=(*asks, Ask(Source("composition", 1.0), prompts=2, group=4)),
        rollout=RolloutConfig(truncated_share=0.15, max_tokens=220),
        corpus=replace(MIXED, sources=(*MIXED.sources, Source("composition", 0.25))),
        traces=(56, 24),
        unfreezing=Unfreezing(frozen=("vision_tower",)),
        label_weight=0.0,
        total_tokens=15_000_000,
        learning_rate=1e-3,
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


def reasoning_again() -> SupervisedConfig:
    """The finished specialist in reasoning, on the exercises of today."""
    return again("reasoning", 15_000_000)


def vision_again() -> SupervisedConfig:
    """The finished specialist in pictures, on the exercises of today."""
    return again("vision", 15_000_000)


def code_again() -> SupervisedConfig:
    """The finished specialist in code and chat, on the exercises of today."""
    return again("code", 15_000_000)
