"""How hard the model works: a request's intensity becomes concrete settings.

The table of a checkpoint (`intensity.json`) says what each effort means. Called by `LLM.prepare`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from trinity.config import AnyConfig
from trinity.errors import InvalidRequest
from trinity.model.json_fields import Fields, read_json
from trinity.types import (
    EFFORTS,
    ChatRequest,
    EffectiveIntensity,
    IntensityRequest,
    Mode,
    TextRequest,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One row of the table."""

    name: str
    """One of `EFFORTS`, or `custom(37)` between two of them."""
    intensity: int
    """0 to 100."""
    effort_token: str
    """The `reasoning_effort` that stands in the prompt."""
    active_experts: tuple[int, ...]
    """Experts per decoded token, one count a layer; zeros where the model has none."""
    temperature: float
    top_p: float
    thinking_token_budget: int | None
    """`None` is no limit."""
    routing_discount: float = 1.0
    """Below 1 only in a lossy profile for throughput."""
    thoughts: int = 1
    """How many times the question is thought through; the answer given most often is taken."""


EARLY_EXIT = 0.95
"""How confident a trial answer must be where the table does not say: arXiv 2504.15895's value."""


@dataclass(frozen=True, slots=True)
class IntensityTable:
    """All levels, from least to most, and the one that is used when nothing is asked for."""

    default: str
    levels: tuple[Level, ...]
    early_exit: float = EARLY_EXIT
    """How confident a trial answer must be to end the thinking, where a request wants that."""
    lossy: Mapping[Mode, tuple[Level, ...]] = field(default_factory=dict)
    """The levels for requests in a mode that trade some quality for speed."""

    @classmethod
    def load(cls, path: Path, config: AnyConfig) -> IntensityTable:
        """Read `intensity.json`. Raises `CheckpointError` where it does not fit the model."""
        return _read_table(read_json(path), config)

    @classmethod
    def standard(cls, config: AnyConfig) -> IntensityTable:
        """For weights that bring no table: all efforts but `none` think, up to a budget."""
        budgets = (0, 256, 1024, 4096, 16_384, 32_768, None)
        marks = (0, 10, 25, 50, 75, 90, 100)
        experts = (config.num_experts_per_tok,) * config.num_hidden_layers
        levels = [
            Level(
                name=name,
                intensity=mark,
                effort_token="none" if budget == 0 else "high",
                active_experts=experts,
                temperature=0.1 if budget == 0 else 0.7,
                top_p=1.0,
                thinking_token_budget=budget,
            )
            for name, mark, budget in zip(EFFORTS, marks, budgets, strict=True)
        ]
        return cls("medium", tuple(levels))

    def for_mode(self, mode: Mode) -> IntensityTable | None:
        """The table of the lossy profile for `mode`; `None` where there is no such profile."""
        levels = self.lossy.get(mode)
        return replace(self, levels=levels) if levels else None

    def named(self, name: str) -> Level:
        """The level of an effort. Raises `InvalidRequest` for a name that is none."""
        for level in self.levels:
            if level.name == name:
                return level
        raise InvalidRequest(
            f"reasoning_effort is {name[:40]!r}; it must be one of {', '.join(EFFORTS)}.",
            param="reasoning_effort",
        )

    def at(self, intensity: int) -> Level:
        """The level at a point of the curve. Raises `InvalidRequest` outside 0 to 100.

        Between two levels budget and temperature are interpolated, expert counts too and rounded;
        what cannot be is the nearer level's.
        """
        for below, above in pairwise(self.levels):
            if below.intensity <= intensity <= above.intensity:
                return _between(below, above, intensity)
        raise InvalidRequest(f"intensity is {intensity}; it must be 0 to 100.", param="intensity")


def resolve(
    request: ChatRequest | TextRequest,
    table: IntensityTable,
    config: AnyConfig,
    system_effort: str | None,
    trained_experts: tuple[int, int] | None = None,
    mode: Mode = Mode.BALANCED,
    *,
    lossy: bool = False,
) -> tuple[EffectiveIntensity, tuple[str, ...]]:
    """What a request's intensity comes to, and warnings about what was asked for.

    The parameters go before `system_effort`, the wish of a system prompt, and that before the
    table's default. `trained_experts` is the lowest and highest count that the weights were trained
    for; `None` is the model's own count. `lossy` says whether requests in `mode` that do not say
    take its lossy profile. Raises `InvalidRequest` for values that are not allowed.
    """
    asked = request.intensity
    _check(asked, config)
    warnings: list[str] = []
    profile = table.for_mode(mode) if (lossy if asked.lossy is None else asked.lossy) else None
    if asked.lossy and profile is None:
        warnings.append(f"lossy has no effect: this model has no lossy profile for mode {mode}.")
    level = _level(asked, profile or table, system_effort, warnings)
    experts, budget = level.active_experts, level.thinking_token_budget
    if asked.active_experts is not None and not config.n_routed_experts:
        warnings.append(
            f"active_experts is {asked.active_experts}, which has no effect: this model is dense "
            "and has no experts."
        )
    elif asked.active_experts is not None:
        experts = (asked.active_experts,) * config.num_hidden_layers
    own = config.num_experts_per_tok
    warnings += _experts_warnings(experts, trained_experts or (own, own))
    if asked.thinking_token_budget is not None:
        budget = asked.thinking_token_budget
        if budget and level.effort_token == "none":
            warnings.append(
                f"thinking_token_budget is {budget}, but at effort {level.name} the model is told "
                "not to think."
            )
    if asked.early_exit and (level.effort_token == "none" or budget == 0):
        warnings.append(f"early_exit has no effect at effort {level.name}, which does not think.")
    sampling = request.sampling
    effective = EffectiveIntensity(
        level=level.name,
        effort_token=level.effort_token,
        active_experts=experts,
        thinking_token_budget=budget,
        temperature=level.temperature if sampling.temperature is None else sampling.temperature,
        top_p=level.top_p if sampling.top_p is None else sampling.top_p,
        early_exit=table.early_exit if asked.early_exit else None,
        lossy=profile is not None,
        prompt_experts=_at_most(own, experts) if profile and mode is Mode.THROUGHPUT else None,
        routing_discount=level.routing_discount,
        thoughts=_thoughts(request, level, warnings),
    )
    return effective, tuple(warnings)


def _thoughts(request: ChatRequest | TextRequest, level: Level, warnings: list[str]) -> int:
    """How many times a request is thought through: once where a vote is not possible."""
    if level.thoughts == 1 or isinstance(request, TextRequest):
        return 1
    if request.n > 1:
        reason = "several choices"
    elif request.tools:
        reason = "tools"
    elif request.structure is not None:
        reason = "a structure of the answer"
    elif request.sampling.logprobs is not None:
        reason = "log-probabilities"
    else:
        return level.thoughts
    warnings.append(
        f"Effort {level.name} thinks {level.thoughts} times and takes a vote, which has no effect "
        f"with {reason}: it thinks once."
    )
    return 1


def _at_most(most: int, experts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(min(count, most) for count in experts)


def _level(
    asked: IntensityRequest, table: IntensityTable, system_effort: str | None, warnings: list[str]
) -> Level:
    if asked.reasoning_effort is not None:
        level = table.named(asked.reasoning_effort)
    elif asked.intensity is not None:
        level = table.at(asked.intensity)
    else:
        return table.named(system_effort or table.default)
    if system_effort and system_effort != level.name:
        warnings.append(
            f"The system prompt asks for reasoning_effort {system_effort}; the request's parameter "
            f"gives {level.name}, which goes first."
        )
    return level


def _check(asked: IntensityRequest, config: AnyConfig) -> None:
    if asked.reasoning_effort is not None and asked.intensity is not None:
        raise InvalidRequest(
            f"reasoning_effort is {asked.reasoning_effort[:40]!r} and intensity is "
            f"{asked.intensity}; give one of the two.",
            param="intensity",
        )
    most = config.n_routed_experts or math.inf
    if asked.active_experts is not None and not 1 <= asked.active_experts <= most:
        allowed = f"1 to {most}" if config.n_routed_experts else "1 or more"
        raise InvalidRequest(
            f"active_experts is {asked.active_experts}; it must be {allowed}.",
            param="active_experts",
        )
    if asked.thinking_token_budget is not None and asked.thinking_token_budget < 0:
        raise InvalidRequest(
            f"thinking_token_budget is {asked.thinking_token_budget}; it must be 0 or more.",
            param="thinking_token_budget",
        )


def _experts_warnings(experts: tuple[int, ...], trained: tuple[int, int]) -> Iterator[str]:
    low, high = trained
    for count in sorted({count for count in experts if not low <= count <= high}):
        span = f"{low}" if low == high else f"{low} to {high}"
        yield f"active_experts is {count}; the weights were trained for {span}."


def _between(below: Level, above: Level, intensity: int) -> Level:
    for level in (below, above):
        if level.intensity == intensity:
            return level
    share = (intensity - below.intensity) / (above.intensity - below.intensity)
    nearer = below if share <= 0.5 else above

    def mix(low: float, high: float) -> float:
        return low + (high - low) * share

    budgets = (below.thinking_token_budget, above.thinking_token_budget)
    low, high = budgets
    counts = zip(below.active_experts, above.active_experts, strict=True)
    return Level(
        name=f"custom({intensity})",
        intensity=intensity,
        effort_token=nearer.effort_token,
        active_experts=tuple(round(mix(*pair)) for pair in counts),
        temperature=mix(below.temperature, above.temperature),
        top_p=nearer.top_p,
        thinking_token_budget=nearer.thinking_token_budget
        if low is None or high is None
        else round(mix(low, high)),
        routing_discount=nearer.routing_discount,
        thoughts=nearer.thoughts,
    )


def _read_table(fields: Fields, config: AnyConfig) -> IntensityTable:
    levels = tuple(_read_level(row, config) for row in fields.rows("levels"))
    if tuple(level.name for level in levels) != EFFORTS:
        raise fields.fault("levels", f"one level for each of {', '.join(EFFORTS)}, in this order,")
    marks = [level.intensity for level in levels]
    if marks[0] != 0 or marks[-1] != 100 or any(low >= high for low, high in pairwise(marks)):
        raise fields.fault("levels", "intensities that rise from 0 to 100")
    default = fields.text("default")
    if default not in EFFORTS:
        raise fields.fault("default", f"one of {', '.join(EFFORTS)}")
    early_exit = fields.number("early_exit") if fields.has("early_exit") else EARLY_EXIT
    if not 0 < early_exit < 1:
        raise fields.fault("early_exit", "a number between 0 and 1")
    return IntensityTable(default, levels, early_exit, _read_lossy(fields, levels, config))


def _read_lossy(
    fields: Fields, levels: tuple[Level, ...], config: AnyConfig
) -> dict[Mode, tuple[Level, ...]]:
    """The lossy profiles: for each mode all levels, some with other experts and budgets."""
    if not fields.has("lossy"):
        return {}
    section = fields.section("lossy")
    profiles = {}
    for name in section.data:
        if name not in (Mode.LATENCY, Mode.THROUGHPUT):
            raise fields.fault("lossy", "profiles for latency and throughput")
        changes = [(row, row.text("name")) for row in section.rows(name)]
        unknown = {changed for _, changed in changes} - {level.name for level in levels}
        if unknown:
            raise section.fault(name, f"a list of levels of the table, unlike {min(unknown)!r},")
        by_name = {changed: row for row, changed in changes}
        if name == Mode.LATENCY and any(row.has("routing_discount") for row, _ in changes):
            raise section.fault(name, "a profile without routing_discount")
        profiles[Mode(name)] = tuple(
            _changed(level, by_name[level.name], config) if level.name in by_name else level
            for level in levels
        )
    return profiles


def _changed(level: Level, fields: Fields, config: AnyConfig) -> Level:
    """A level with the experts and the budget of a profile's row; what it leaves out stays."""
    if fields.has("active_experts"):
        level = replace(level, active_experts=_read_experts(fields, config))
    if fields.has("thinking_token_budget"):
        budget = fields.integer("thinking_token_budget", least=0)
        level = replace(level, thinking_token_budget=budget)
    if fields.has("routing_discount"):
        discount = fields.number("routing_discount")
        if discount > 1:
            raise fields.fault("routing_discount", "a number from 0 to 1")
        level = replace(level, routing_discount=discount)
    return level


def _read_level(fields: Fields, config: AnyConfig) -> Level:
    budget = None
    if fields.has("thinking_token_budget"):
        budget = fields.integer("thinking_token_budget", least=0)
    temperature, top_p = fields.number("temperature"), fields.number("top_p")
    if temperature > 2:
        raise fields.fault("temperature", "a number from 0 to 2")
    if not 0 < top_p <= 1:
        raise fields.fault("top_p", "a number above 0, up to 1,")
    return Level(
        name=fields.text("name"),
        intensity=fields.integer("intensity", least=0, most=100),
        effort_token=fields.text("effort_token"),
        active_experts=_read_experts(fields, config),
        temperature=temperature,
        top_p=top_p,
        thinking_token_budget=budget,
        thoughts=fields.integer("thoughts", least=1, most=16) if fields.has("thoughts") else 1,
    )


def _read_experts(fields: Fields, config: AnyConfig) -> tuple[int, ...]:
    layers, most = config.num_hidden_layers, config.n_routed_experts
    if not most:
        fields.must_be("active_experts", 0)
        return (0,) * layers
    value = fields.data.get("active_experts")
    counts = value if isinstance(value, list) else [value] * layers
    if len(counts) != layers or not all(type(n) is int and 1 <= n <= most for n in counts):
        raise fields.fault("active_experts", f"a count from 1 to {most}, or {layers} of them,")
    return tuple(counts)
