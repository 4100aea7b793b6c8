"""How a request was served: what every dialect's answer says of it in its own place.

Called by the answers of each dialect.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from trinity.errors import TrinityError
from trinity.types import AbortedEvent, Event, FailedEvent, FinishedEvent, Steering

if TYPE_CHECKING:
    from trinity.engine.llm import Prepared
    from trinity.server.transcript import Transcript


class Failed(TrinityError):
    """The engine gave a request up."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked for, and what it came to."""

    requested: dict[str, Any]
    effective: dict[str, Any]
    warnings: list[str]

    @classmethod
    def of(cls, requested: dict[str, Any], warnings: Sequence[str], prepared: Prepared) -> Report:
        """Of a call with its own `warnings`, which was prepared as `prepared`."""
        generation = prepared.generation
        experts = generation.active_experts
        effective = {
            **asdict(prepared.effective),
            "active_experts": experts[0] if len(set(experts)) == 1 else list(experts),
            "mode": str(prepared.mode),
            "seed": generation.sampling.seed,
            "max_tokens": generation.sampling.max_tokens,
        }
        return cls(requested, effective, [*warnings, *prepared.warnings])

    def extension(self, events: Events, choices: Sequence[FinishedEvent]) -> dict[str, Any]:
        """What the dialects have no place for, as an object; when all `choices` are finished."""
        return {
            "requested": self.requested,
            "effective": self.effective,
            "warnings": self.warnings,
            "timings": _timings(events, sum(c.usage.completion_tokens for c in choices)),
            "expert_rows": sum(choice.expert_rows for choice in choices),
            "steered": list(events.steered),
            "early_exits": sum(choice.usage.early_exit for choice in choices),
        }


class Events(Protocol):
    """The events of a request, or of several, and when they began."""

    @property
    def submitted_s(self) -> float:
        """When the request was submitted, in seconds of the monotonic clock."""
        ...

    @property
    def first_token_s(self) -> float | None:
        """When its first token came, if one has."""
        ...

    @property
    def steered(self) -> Sequence[Steering]:
        """What was done to the answer while it was made."""
        ...

    def __aiter__(self) -> AsyncIterator[Event]:
        """Itself."""
        ...

    def __anext__(self) -> Awaitable[Event]:
        """The next event."""
        ...


class WireAnswer(Protocol):
    """One request's answer, on its way to the client in the words of a dialect."""

    is_stream: bool

    async def complete(self, events: Events) -> dict[str, Any]:
        """The body of a whole answer. Raises `Failed` or `EngineDead`."""
        ...

    def chunks(self, events: Events, keep_alive_s: float) -> AsyncIterator[bytes]:
        """Server-sent events up to the dialect's end, or up to one that carries an error.

        A sign of life is sent whenever nothing else was for `keep_alive_s`.
        """
        ...

    def held(self) -> AbstractContextManager[None]:
        """Entered once before the answer is begun, and left at its end, whatever that is."""
        return nullcontext()


def ended(transcript: Transcript) -> FinishedEvent:
    """The end of an answer. Raises `Failed` where it has none."""
    if transcript.finished is None:
        raise Failed("The engine ended the request without finishing every choice.")
    return transcript.finished


def failure(event: FailedEvent | AbortedEvent) -> Failed:
    """The error that an event tells of."""
    if isinstance(event, FailedEvent):
        return Failed(event.message)
    return Failed("The request was cancelled before its answer was complete.")


def _timings(events: Events, tokens: int) -> dict[str, float | None]:
    """Seconds from submission, and tokens of all choices a second after the first."""
    total_s = time.monotonic() - events.submitted_s
    first_s = None if events.first_token_s is None else events.first_token_s - events.submitted_s
    decoding_s = total_s - (first_s or 0.0)
    rate = (tokens - 1) / decoding_s if tokens > 1 and decoding_s > 0 else None
    return {
        "first_token_s": None if first_s is None else round(first_s, 6),
        "total_s": round(total_s, 6),
        "tokens_per_second": None if rate is None else round(rate, 3),
    }
