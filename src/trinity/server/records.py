"""What is known of a request when it is over: for logs and traces, and never its text.

The guard makes a record and hands it on at the end. In between the bridge adds what the engine was
asked to do, which it finds by the task that a request runs in, so that no route has to pass it on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trinity.types import FinishedEvent

if TYPE_CHECKING:
    from trinity.server.bridge import EventStream

current: ContextVar[RequestRecord | None] = ContextVar("current", default=None)
"""The record of the request that a task works for; None in the engine's and in batches' tasks."""


@dataclass(slots=True, kw_only=True)
class RequestRecord:
    """One HTTP request."""

    request_id: str
    method: str
    trace_headers: dict[str, str] = field(default_factory=dict)
    """Of these the sender's trace goes on."""
    route: str = "other"
    """As declared, such as `/v1/models/{model_id}`; `other` where there is none."""
    status: int = 500
    key: str = ""
    """The name of its key; empty where it needed or had none."""
    seconds: float = 0.0
    started_ns: int = field(default_factory=time.time_ns)
    streams: list[EventStream] = field(default_factory=list)
    """What the engine was asked for."""

    @property
    def choices(self) -> list[FinishedEvent]:
        """The answers that were completed."""
        return [choice for stream in self.streams for choice in stream.finished]

    @property
    def first_token_s(self) -> float | None:
        """How long the engine took to the first token; None where there was none."""
        waits = [
            stream.first_token_s - stream.submitted_s
            for stream in self.streams
            if stream.first_token_s is not None
        ]
        return min(waits, default=None)

    def usage(self) -> dict[str, int] | None:
        """Tokens of all that was completed; None where nothing was. A shared prompt counts once."""
        usages = [choice.usage for choice in self.choices]
        if not usages:
            return None
        prompts = [stream.finished[0].usage for stream in self.streams if stream.finished]
        return {
            "prompt_tokens": sum(usage.prompt_tokens for usage in prompts),
            "cached_tokens": sum(usage.cached_tokens for usage in prompts),
            "completion_tokens": sum(usage.completion_tokens for usage in usages),
            "reasoning_tokens": sum(usage.reasoning_tokens for usage in usages),
        }


Observer = Callable[[RequestRecord], None]


def record_stream(stream: EventStream) -> None:
    """Note what the engine was asked for, where that is for a request."""
    if record := current.get():
        record.streams.append(stream)


def as_fields(record: RequestRecord) -> dict[str, Any]:
    """A record as a flat object, without what does not apply."""
    first_s = record.first_token_s
    fields = {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route,
        "status": record.status,
        "seconds": round(record.seconds, 6),
        "key": record.key or None,
        "first_token_seconds": None if first_s is None else round(first_s, 6),
        **(record.usage() or {}),
        "finish_reasons": [choice.reason for choice in record.choices] or None,
    }
    return {name: value for name, value in fields.items() if value is not None}
