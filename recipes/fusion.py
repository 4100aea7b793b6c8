"""Three specialists become one model: every stage of the fusion, and of the controls beside it.

trinity train recipes/fusion.py:seed --run runs/fusion/seed --export runs/fusion/seed/model

The stages of one lineage live in one directory. `Fusion` makes their configurations for any preset
and seed; the functions below are those of the preset `nano`, for the command line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from trinity.config import ModelConfig
from trinity.presets import preset
from trinity.train.corpus import CorpusConfig, Source
from trinity.train.distil import Ask, DistilConfig
from trinity.train.items import Domain
from trinity.train.optim import Unfreezing
from trinity.train.reinforce import ReinforceConfig
from trinity.train.rollout import RolloutConfig
from trinity.train.supervised import SupervisedConfig

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"

ENCODER = str(Path(__file__).parent / "stages/mini-reasoning")
"""Whose image encoder all models see with: that of the last jointly trained `mini`. It is given, as
Pixtral's was to its successors, and never trained here: the proof is about the language model.
The projector is the fusion's own."""
SEEING = ("vision_tower",)

ANCHORS = 8
BLOCK = 40
"""Fresh experts of a specialist: 3 x 40 + 8 = 128."""

SYLLABUS: dict[Domain, tuple[str, ...]] = {
    "reasoning": ("add", "fraction_add", "stack", "queue", "to_roman", "parity"),
    "vision": ("read_number", "swatch", "count_shapes", "name_shape", "gap", "arrow"),
    "code": ("write_loops", "write_reductions", "write_words"),
}
LEVELS = (1, 3)
"""What the proof is about: few and easy enough for a nano specialist to master on its tokens."""
EASY = (1, 2)
"""What the seed learns. Level 1 alone has too few instances for a validation set."""

SHARES: dict[Domain, float] = {"reasoning": 0.34, "vision": 0.36, "code": 0.3}


def source(domain: Domain, share: float = 1.0, levels: tuple[int, int] = LEVELS) -> Source:
    """The proof's families of a domain."""
    return Source(domain, share, SYLLABUS[domain], levels)


def everything(levels: tuple[int, int] = LEVELS) -> tuple[Source, ...]:
    """All three domains."""
    return tuple(source(domain, share, levels) for domain, share in SHARES.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """The stages of one lineage."""

    size: str = "nano"
    seed: int = 0
    root: Path = Path("runs/fusion")
    seed_tokens: int = 1_500_000
    specialist_tokens: int = 4_000_000
    reinforce_tokens: int = 200_000
    router_tokens: int = 300_000
    distil_tokens: int = 6_000_000

    def model(self, experts: int) -> ModelConfig:
        """The preset's shape with another number of experts, and `mini`'s image encoder."""
        shape = preset(self.size)
        assert isinstance(shape, ModelConfig)
        return replace(shape, n_routed_experts=experts, vision=preset("mini").vision)

    def at(self, stage: str) -> str:
        """The checkpoint directory of a stage."""
        return str(self.root / stage / "model")

    def seed_stage(self) -> SupervisedConfig:
        """The ancestor: eight experts, easy exercises of all domains."""
        return SupervisedConfig(
            model=self.model(ANCHORS),
            tokenizer=str(TOKENIZER),
            corpus=CorpusConfig(sources=everything(EASY), label_pages=0, seed=self.seed),
            start_encoder=ENCODER,
            unfreezing=Unfreezing(frozen=SEEING),
            label_weight=0.0,
            total_tokens=self.seed_tokens,
            learning_rate=3e-3,
            seed=self.seed,
        )

    def specialist(self, domain: Domain) -> SupervisedConfig:
        """The seed with fresh experts beside its own, on one domain and a tenth of the seed's."""
        replay = [replace(s, share=0.1 * s.share) for s in everything(EASY)]
        return SupervisedConfig(
            model=self.model(ANCHORS + BLOCK),
            tokenizer=str(TOKENIZER),
            start=self.at("seed"),
            corpus=CorpusConfig(
                sources=(source(domain, 0.9), *replay), label_pages=0, seed=self.seed
            ),
            unfreezing=Unfreezing(
                anchors=ANCHORS,
                shared_rate=0.5,
                shared_from=0.1,
                frozen=SEEING if domain == "vision" else (*SEEING, "multi_modal_projector"),
            ),
            label_weight=0.0,
            total_tokens=self.specialist_tokens,
            learning_rate=3e-3,
            seed=self.seed,
        )

    def reinforced(self, domain: Domain) -> ReinforceConfig:
        """The specialist after its answers were rewarded: the teacher of its domain."""
        return ReinforceConfig(
            model=self.model(ANCHORS + BLOCK),
            tokenizer=str(TOKENIZER),
            start=self.at(domain),
            sources=(source(domain),),
            rollout=RolloutConfig(expert_range=(1, 6)),
            unfreezing=self.specialist(domain).unfreezing,
            label_weight=0.0,
            total_tokens=self.reinforce_tokens,
            learning_rate=2e-4,
            decay=0.5,
            seed=self.seed,
        )

    def router(self) -> DistilConfig:
        """The routers of the concatenated model, taught by the specialists; nothing else moves."""
        return DistilConfig(
            model=self.model(ANCHORS + 3 * BLOCK),
            tokenizer=str(TOKENIZER),
            start=self.at("concatenated"),
            teachers=self.teachers(),
            corpus=CorpusConfig(sources=everything(), label_pages=0, seed=self.seed),
            traces=(40, 40),
            unfreezing=Unfreezing(trained=("mlp.gate.",)),
            label_weight=0.0,
            total_tokens=self.router_tokens,
            learning_rate=2e-3,
            seed=self.seed,
        )

    def distilled(self) -> DistilConfig:
        """The fused model, taught by the three specialists on ideal answers and on its own; ideal
        ones first, for what it says itself is worth little while its blocks are strangers."""
        return DistilConfig(
            model=self.model(ANCHORS + 3 * BLOCK),
            tokenizer=str(TOKENIZER),
            start=self.at("router"),
            teachers=self.teachers(),
            asks=tuple(Ask(source(domain), prompts=6) for domain in SHARES),
            rollout=RolloutConfig(truncated_share=0.1),
            corpus=CorpusConfig(sources=everything(), label_pages=0, seed=self.seed),
            traces=(56, 24),
            unfreezing=Unfreezing(frozen=SEEING),
            label_weight=0.0,
            total_tokens=self.distil_tokens,
            learning_rate=2e-3,
            seed=self.seed,
        )

    def sequential(
        self, number: int, start: str, learning_rate: float, replay: float
    ) -> SupervisedConfig:
        """A control: all 128 experts, fine-tuned on one domain after the other.

        `number` is that of the domain, in the order of `SHARES`; `replay` is the share of examples
        that come from the domains before it.
        """
        domains = list(SHARES)
        earlier = [source(domain, replay / number) for domain in domains[:number]] if replay else []
        return SupervisedConfig(
            model=self.model(ANCHORS + 3 * BLOCK),
            tokenizer=str(TOKENIZER),
            start=start,
            corpus=CorpusConfig(
                sources=(source(domains[number], 1 - replay), *earlier),
                label_pages=0,
                seed=self.seed,
            ),
            unfreezing=Unfreezing(frozen=SEEING),
            label_weight=0.0,
            total_tokens=self.specialist_tokens + self.reinforce_tokens,
            learning_rate=learning_rate,
            seed=self.seed,
        )

    def joint(self) -> SupervisedConfig:
        """A control: all 128 experts on all data at once, for all tokens that the fusion uses."""
        parts = 3 * (self.specialist_tokens + self.reinforce_tokens)
        return SupervisedConfig(
            model=self.model(ANCHORS + 3 * BLOCK),
            tokenizer=str(TOKENIZER),
            start=self.at("seed"),
            corpus=CorpusConfig(sources=everything(), label_pages=0, seed=self.seed),
            unfreezing=Unfreezing(frozen=SEEING),
            label_weight=0.0,
            total_tokens=parts + self.router_tokens + self.distil_tokens,
            learning_rate=3e-3,
            seed=self.seed,
        )

    def longer(self, domain: Domain) -> SupervisedConfig:
        """A control: a specialist that goes on for its own share of the distillation's tokens."""
        return replace(
            self.specialist(domain),
            start=self.at(f"{domain}-reinforced"),
            total_tokens=(self.router_tokens + self.distil_tokens) // 3,
            learning_rate=1e-3,
        )

    def teachers(self) -> tuple[tuple[Domain, str], ...]:
        """Each domain's specialist, as reinforced."""
        return tuple((domain, self.at(f"{domain}-reinforced")) for domain in SHARES)


def seed() -> SupervisedConfig:
    """The common ancestor."""
    return Fusion().seed_stage()


def reasoning() -> SupervisedConfig:
    """The specialist in reasoning."""
    return Fusion().specialist("reasoning")


def vision() -> SupervisedConfig:
    """The specialist in pictures."""
    return Fusion().specialist("vision")


def code() -> SupervisedConfig:
    """The specialist in code."""
    return Fusion().specialist("code")
