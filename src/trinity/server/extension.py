"""What every dialect takes beside its own parameters, and what any of them makes of a request.

Called by the inward side of each dialect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from trinity.errors import InvalidRequest, NotFound
from trinity.inputs.openai_messages import Wire
from trinity.types import ChatRequest, Effort, IntensityRequest, Mode, TextRequest

MAX_INT32 = 2**31 - 1
MAX_INT64 = 2**63 - 1
MAX_WARNINGS = 20
"""More parameters than this without effect are counted, not named."""


REPORTED = (
    "reasoning_effort",
    "intensity",
    "active_experts",
    "thinking_token_budget",
    "early_exit",
    "lossy",
    "temperature",
    "top_p",
    "mode",
    "service_tier",
    "seed",
)
"""Settings that an answer reports as requested, beside what they came to."""

Tier = Literal["auto", "default", "flex", "priority", "fast"]
"""OpenAI's `service_tier`; the first two leave the mode to the server."""
_MODE_OF_TIER = {"priority": Mode.LATENCY, "fast": Mode.LATENCY, "flex": Mode.THROUGHPUT}
TIER_OF_MODE = {Mode.LATENCY: "priority", Mode.BALANCED: "default", Mode.THROUGHPUT: "flex"}


class Extended(Wire):
    """A body with Trinity's own settings."""

    model: str
    stream: bool | None = None
    reasoning_effort: Effort | None = None
    intensity: int | None = Field(default=None, ge=0, le=100)
    active_experts: int | None = Field(default=None, ge=1, le=MAX_INT32)
    thinking_token_budget: int | None = Field(default=None, ge=0, le=MAX_INT32)
    early_exit: bool | None = None
    lossy: bool | None = None
    mode: Literal["latency", "balanced", "throughput"] | None = None
    seed: int | None = Field(default=None, ge=-MAX_INT64 - 1, le=MAX_INT64)
    strict: bool | None = None

    def intensity_request(self) -> IntensityRequest:
        """How hard the model is to work."""
        return IntensityRequest(
            reasoning_effort=self.reasoning_effort,
            intensity=self.intensity,
            active_experts=self.active_experts,
            thinking_token_budget=self.thinking_token_budget,
            early_exit=self.early_exit,
            lossy=self.lossy,
        )

    def own_mode(self) -> Mode | None:
        """The mode that is asked for by its name."""
        return Mode(self.mode) if self.mode else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call in any dialect: what to generate, and how to tell it."""

    requests: tuple[ChatRequest | TextRequest, ...]
    """One; several only where one body may hold several prompts, which have equal settings."""
    stream: bool
    include_usage: bool = False
    requested: dict[str, Any]
    warnings: tuple[str, ...]


def check_model(body: Extended, model_name: str) -> None:
    """Raise `NotFound` where `body` asks for another model."""
    check_name(body.model, model_name)


def check_name(asked: str, model_name: str) -> None:
    """Raise `NotFound` where `asked` is not the name of the model."""
    if asked != model_name:
        raise NotFound(
            f"There is no model {asked[:80]!r} here; this server has {model_name!r}.",
            param="model",
        )


def mode_of(body: Extended, service_tier: str | None) -> Mode | None:
    """The mode that `mode` or `service_tier` asks for. Raises `InvalidRequest` if they differ."""
    asked = body.own_mode()
    tier = _MODE_OF_TIER.get(service_tier or "")
    if asked and tier and asked is not tier:
        raise InvalidRequest(
            f"mode is {asked} and service_tier is {service_tier}, which means {tier}; give one.",
            param="mode",
        )
    return asked or tier


def warnings_of(
    body: Extended, nothing_asked: dict[str, tuple[Any, ...]], more: Sequence[str] = ()
) -> tuple[str, ...]:
    """A sentence for each field given that nothing reads, after the sentences of `more`.

    `nothing_asked` has values of such fields that ask for what happens anyway. Raises
    `InvalidRequest` where there are warnings and the body is strict.
    """
    names = sorted(set(_unread(body, "", nothing_asked)))
    warnings = [*more]
    warnings += [f"{name} is not supported and had no effect." for name in names[:MAX_WARNINGS]]
    if len(names) > MAX_WARNINGS:
        warnings.append(f"{len(names) - MAX_WARNINGS} more parameters had no effect.")
    if body.strict and warnings:
        raise InvalidRequest(f"Refused because of `strict`: {' '.join(warnings)}")
    return tuple(warnings)


def _unread(wire: Wire, where: str, nothing_asked: dict[str, tuple[Any, ...]]) -> Iterator[str]:
    for name, value in (wire.model_extra or {}).items():
        asks = value not in (None, [], {}) and value not in nothing_asked.get(name, ())
        if asks:
            yield f"{where}{name[:64]}"
    for name in type(wire).model_fields:
        value = getattr(wire, name)
        if isinstance(value, Wire):
            yield from _unread(value, f"{where}{name}.", nothing_asked)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Wire):
                    yield from _unread(item, f"{where}{name}[{index}].", nothing_asked)
