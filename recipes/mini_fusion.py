"""The embedded model, fused: three specialists forked from a joint model, and their distillation.

python scripts/split_experts.py
trinity train recipes/mini_fusion.py:reasoning --run R --export recipes/stages/mini-reasoning
trinity train recipes/mini_fusion.py:reasoning_reinforced --run R --export (the same)
(and `vision`, `code`)
trinity fuse recipes/stages/mini-{reasoning,vision,code} --into runs/mini-fusion/concatenated/model
trinity train recipes/mini_fusion.py:router --run R --export runs/mini-fusion/router/model
trinity train recipes/mini_fusion.py:together --run R --export runs/mini-fusion/together/model
trinity train recipes/mini_fusion.py:together_again --run R --export runs/mini-fusion/again/model
trinity train recipes/mini_fusion.py:distilled --run R --export runs/mini-fusion/distilled/model

Where `recipes/fusion.py` starts from a small seed and adds fresh experts, this starts from what
was already learnt: the 128 experts of the last embedded model are dealt out to the specialists.
The finished specialists are kept in `recipes/stages`; `reasoning_again`, `vision_again` and
`code_again` train them further, on the exercises of today and with the image encoder as it is: see
docs/fusion.md.
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
from trinity.train.reinforce import ReinforceConfig
from trinity.train.rollout import RolloutConfig
from trinity.train.supervised import SupervisedConfig

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"
ROOT = Path("runs/mini-fusion")
STAGES = Path(__file__).parent / "stages"
"""Finished specialists, in the repository."""

ANCHORS = 8
BLOCK = 40
ENCODER = ("vision_tower", "multi_modal_projector")

WEAK: dict[str, tuple[str, ...]] = {
    "reasoning": (
        "compare_decimals",
        "compare_yes_no",
        "days_between",
        "documents",
        "fraction_of",
        "fraction_simplify",
        "grid_walk",
        "knights_and_knaves",
        "last_update_wins",
        "mixed_units",
        "money",
        "needle",
        "next_term",
        "number_in_digits",
        "powers",
        "prime",
        "reverse_word",
        "rounding",
        "rule_of_three",
        "shopping_list",
        "sort_numbers",
        "sort_words",
        "story_ages",
        "story_at_first",
        "story_share",
        "syllogism",
        "to_binary",
        "two_needles",
        "units",
    ),
    "vision": (
        "adjacent_rooms",
        "area",
        "bar_count",
        "bar_difference",
        "bar_extreme",
        "clock",
        "count_doors",
        "count_rooms",
        "count_some",
        "gauge",
        "largest_room",
        "line_extreme",
        "missing_dimension",
        "missing_shape",
        "more_of",
        "part_dimension",
        "perimeter",
        "read_code",
        "read_two_words",
        "room_area",
        "table_cell",
        "table_column_most",
        "table_row_sum",
    ),
    "code": (
        "complete_function",
        "find_bug_line",
        "fix_bug",
        "repair_with_tests",
        "write_from_docstring",
        "write_from_examples",
        "write_predicates",
        "write_reductions",
        "write_strings",
    ),
    "chat": (
        "call_a_tool",
        "call_tools_at_once",
        "json_answer",
        "no_tool_needed",
        "tool_cannot_help",
    ),
}
"""Families of which `mini-reasoning`, or the last embedded model in other domains, solves 80 % at
most (`scripts/family_accuracy.py`). They get the larger part of a specialist's tokens."""

BEHIND: dict[str, tuple[str, ...]] = {
    "reasoning": (
        "common_words",
        "compare",
        "compare_decimals",
        "counter",
        "days_between",
        "documents",
        "extreme",
        "from_roman",
        "gcd",
        "grid_walk",
        "last_update_wins",
        "lcm",
        "linear_equation",
        "member",
        "needle",
        "next_term",
        "nth_letter",
        "ordering",
        "percent_change",
        "prime",
        "queue",
        "remainder",
        "reverse_word",
        "sort_words",
        "story_multiply",
        "story_two_steps",
        "syllogism",
        "time_after",
        "time_between",
        "to_binary",
        "to_roman",
        "two_needles",
        "weekday",
    ),
    "vision": (
        "adjacent_rooms",
        "bar_count",
        "bar_extreme",
        "count_doors",
        "count_rooms",
        "count_some",
        "gauge",
        "largest_room",
        "line_extreme",
        "lying_bar_value",
        "missing_dimension",
        "missing_shape",
        "more_of",
        "name_shape",
        "part_dimension",
        "pie_extreme",
        "read_letters",
        "read_line",
        "read_sum",
        "read_two_words",
        "table_cell",
        "table_column_most",
        "table_row_sum",
    ),
    "code": (
        "find_bug_line",
        "fix_bug",
        "is_valid_python",
        "repair_with_tests",
        "write_from_examples",
        "write_predicates",
        "write_reductions",
        "write_strings",
    ),
    "chat": ("call_a_tool", "call_tools_at_once", "json_answer", "no_tool_needed"),
}
"""Families in which the fused model, after `together`, is 15 points behind its specialist, or
solves half at most (`scripts/family_accuracy.py`)."""

TRACED = ("work_out", "predict_output", "predict_call", "count_loop")
"""What a program does, and the arithmetic for it: a specialist in code sees no other."""

OWN: dict[str, tuple[Source, ...]] = {
    "reasoning": (Source("reasoning", 0.37), Source("reasoning", 0.55, WEAK["reasoning"])),
    "vision": (Source("vision", 0.37), Source("vision", 0.55, WEAK["vision"])),
    "code": (
        Source("code", 0.26),
        Source("code", 0.24, WEAK["code"]),
        Source("code", 0.2, TRACED),
        Source("chat", 0.08),
        Source("chat", 0.14, WEAK["chat"]),
    ),
}
TEACHERS: tuple[tuple[Domain, str], ...] = (
    ("reasoning", str(STAGES / "mini-reasoning")),
    ("vision", str(STAGES / "mini-vision")),
    ("code", str(STAGES / "mini-code")),
    ("chat", str(STAGES / "mini-code")),
)
PROMPTS: dict[Domain, int] = {"reasoning": 9, "vision": 4, "code": 4, "chat": 2}
"""Exercises of each domain that the fused model answers in a step."""
MIXED = CorpusConfig(
    sources=(*OWN["reasoning"], *OWN["vision"], *OWN["code"]), max_tokens=512, label_pages=0
)
EVERYTHING = replace(MIXED, sources=(*MIXED.sources, Source("composition", 0.3)))
"""And what takes two specialists, which none of them has seen."""
CATCHING_UP = replace(
    MIXED,
    sources=(
        Source("reasoning", 0.27),
        Source("reasoning", 0.27, BEHIND["reasoning"]),
        Source("vision", 0.12),
        Source("vision", 0.1, BEHIND["vision"]),
        Source("code", 0.08),
        Source("code", 0.05, BEHIND["code"]),
        Source("code", 0.02, TRACED),
        Source("chat", 0.04),
        Source("chat", 0.03, BEHIND["chat"]),
        Source("composition", 0.08),
    ),
)
"""Half of it reasoning, which lost most in the fusion."""
REPLAY: dict[Domain, float] = {"reasoning": 0.03, "vision": 0.02, "code": 0.02, "chat": 0.01}
"""Of every specialist, so that the shared weights stay near one another."""


def model(experts: int) -> ModelConfig:
    """The preset's shape with another number of experts."""
    shape = preset("mini")
    assert isinstance(shape, ModelConfig)
    return replace(shape, n_routed_experts=experts)


def specialist(name: str, tokens: int) -> SupervisedConfig:
    """A specialist's first stage; only the one in pictures trains the image encoder."""
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
            frozen=() if sees else ENCODER,
        ),
        total_tokens=tokens,
        learning_rate=1.5e-3,
    )


def again(name: str, tokens: int) -> SupervisedConfig:
    """A finished specialist goes on, at a gentler rate and with the image encoder as it is."""
    first = specialist(name, tokens)
    return replace(
        first,
        start=str(STAGES / f"mini-{name}"),
        learning_rate=1e-3,
        corpus=replace(first.corpus, label_pages=0),
        unfreezing=replace(first.unfreezing, frozen=ENCODER),
    )


def reinforced(name: str) -> ReinforceConfig:
    """A finished specialist's answers are rewarded, most often where half of them are right."""
    return ReinforceConfig(
        model=model(ANCHORS + BLOCK),
        tokenizer=str(TOKENIZER),
        start=str(STAGES / f"mini-{name}"),
        sources=OWN[name],
        rollout=RolloutConfig(expert_range=(1, 6), max_tokens=220),
        unfreezing=replace(specialist(name, 0).unfreezing, frozen=ENCODER),
        label_weight=0.0,
        total_tokens=300_000,
        learning_rate=1e-4,
        decay=0.5,
    )


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
        total_tokens=300_000,
        learning_rate=1.5e-3,
    )


def together() -> SupervisedConfig:
    """The fused model on all exercises at once: its blocks learn to be one model.

    Before the distillation, for what a model of strangers answers teaches it nothing: see the lab
    notebook."""
    return SupervisedConfig(
        model=model(ANCHORS + 3 * BLOCK),
        tokenizer=str(TOKENIZER),
        start=str(ROOT / "router/model"),
        corpus=EVERYTHING,
        unfreezing=Unfreezing(frozen=("vision_tower",)),
        label_weight=0.0,
        total_tokens=18_000_000,
        learning_rate=1e-3,
        decay=0.9,
    )


def together_again() -> SupervisedConfig:
    """The embedded model, as it ships, goes on where it is behind its specialists."""
    return replace(together(), start="mini", corpus=CATCHING_UP, total_tokens=14_000_000)


def distilled() -> DistilConfig:
    """The fused model, taught by the three specialists on ideal answers and on its own.

    What needs two of them at once has no teacher: it learns from rewards, and from ideal answers
    until some are right."""
    asks = [Ask(Source(domain, 1.0), prompts) for domain, prompts in PROMPTS.items()]
    return DistilConfig(
        model=model(ANCHORS + 3 * BLOCK),
        tokenizer=str(TOKENIZER),
        start=str(ROOT / "again/model"),
        teachers=TEACHERS,
        asks=(*asks, Ask(Source("composition", 1.0), prompts=2, group=4)),
        rollout=RolloutConfig(truncated_share=0.15, max_tokens=220),
        corpus=CATCHING_UP,
        traces=(56, 24),
        unfreezing=Unfreezing(frozen=("vision_tower",)),
        label_weight=0.0,
        total_tokens=2_000_000,
        learning_rate=3e-4,
    )


def reasoning() -> SupervisedConfig:
    """The specialist in reasoning."""
    return specialist("reasoning", 45_000_000)


def vision() -> SupervisedConfig:
    """The specialist in pictures, its image encoder included: half of a step's arithmetic."""
    return specialist("vision", 8_000_000)


def code() -> SupervisedConfig:
    """The specialist in code and chat."""
    return specialist("code", 20_000_000)


def reasoning_again() -> SupervisedConfig:
    """The finished specialist in reasoning, on the exercises of today."""
    return again("reasoning", 10_000_000)


def vision_again() -> SupervisedConfig:
    """The finished specialist in pictures goes on without training its encoder."""
    return again("vision", 8_000_000)


def code_again() -> SupervisedConfig:
    """The finished specialist in code and chat, on the exercises of today."""
    return again("code", 5_000_000)


def reasoning_reinforced() -> ReinforceConfig:
    """Rewards for the specialist in reasoning."""
    return reinforced("reasoning")


def vision_reinforced() -> ReinforceConfig:
    """Rewards for the specialist in pictures."""
    return reinforced("vision")


def code_reinforced() -> ReinforceConfig:
    """Rewards for the specialist in code and chat."""
    return reinforced("code")
