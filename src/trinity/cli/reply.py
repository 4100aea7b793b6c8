"""Asks the model one thing and collects what it says, with how long it took.

Used by `ask`, `chat` and `demo`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from trinity.cli.keyboard import KEYS, MORE_TOKENS, PressedKey, no_key
from trinity.errors import NotFound, TrinityError
from trinity.types import (
    ChatRequest,
    EffectiveIntensity,
    Event,
    FailedEvent,
    FinishedEvent,
    FinishReason,
    Phase,
    TokenEvent,
    Usage,
)

if TYPE_CHECKING:
    from trinity.engine.llm import LLM, Prepared

OnPiece = Callable[[Phase, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `finish_reason` and `usage` are `None` where it was stopped midway."""

    text: str
    reasoning: str
    finish_reason: FinishReason | None
    usage: Usage | None
    expert_rows: int
    effective: EffectiveIntensity
    warnings: tuple[str, ...]
    tokens: int
    """Generated tokens, thinking included."""
    first_token_s: float
    """Seconds from the request to the first token."""
    total_s: float

    def record(self) -> dict[str, Any]:
        """The reply as plain values for JSON."""
        return {
            "text": self.text,
            "reasoning": self.reasoning,
            "finish_reason": self.finish_reason,
            "usage": asdict(self.usage) if self.usage else None,
            "effective": asdict(self.effective),
            "warnings": list(self.warnings),
            "expert_rows": self.expert_rows,
        }

    def summary(self) -> str:
        """One line for people: effort, experts, tokens, time."""
        thinking = f", {self.usage.reasoning_tokens} thinking" if self.usage else ""
        return (
            f"{self.effective.level} · {experts_in_words(self.effective.active_experts)} · "
            f"{self.tokens} tokens{thinking} · {self.total_s:.1f} s"
        )


def request_reply(
    llm: LLM,
    request: ChatRequest,
    on_piece: OnPiece,
    pressed_key: PressedKey = no_key,
) -> Reply:
    """Answer `request`; see `stream_reply`."""
    started = time.perf_counter()
    prepared = llm.prepare(request)
    return stream_reply(llm, prepared, on_piece, pressed_key=pressed_key, started=started)


def stream_reply(
    llm: LLM,
    prepared: Prepared,
    on_piece: OnPiece,
    is_stopped: Callable[[], bool] = lambda: False,
    pressed_key: PressedKey = no_key,
    started: float | None = None,
) -> Reply:
    """Answer a prepared request, calling `on_piece` with each token's phase and text.

    Ends early, with what there is, when `is_stopped` says so after a token. `pressed_key` is asked
    after each token for a key that steers the answer. `started` is the `perf_counter` that times
    count from. Raises `TrinityError` where the engine fails.
    """
    started = time.perf_counter() if started is None else started
    pieces: dict[Phase, list[str]] = {phase: [] for phase in Phase}
    finished: FinishedEvent | None = None
    tokens, first = 0, None
    # Closing the stream aborts what is still running; it is a generator behind its plainer type.
    with closing(cast("Generator[Event]", llm.stream(prepared))) as events:
        for event in events:
            if isinstance(event, TokenEvent):
                tokens += 1
                first = first or time.perf_counter()
                pieces[event.phase].append(event.text)
                on_piece(event.phase, event.text)
            elif isinstance(event, FailedEvent):
                raise TrinityError(f"The engine could not answer: {event.message}")
            elif isinstance(event, FinishedEvent):
                finished = event
            if steering := KEYS.get(pressed_key()):
                with suppress(NotFound):  # the last token was chosen already
                    request_id = prepared.generation.request_id
                    llm.engine.steer(request_id, steering, MORE_TOKENS)
            if is_stopped():
                break
    ended = time.perf_counter()
    return Reply(
        text="".join(pieces[Phase.ANSWER]),
        reasoning="".join(pieces[Phase.THINKING]),
        finish_reason=finished.reason if finished else None,
        usage=finished.usage if finished else None,
        expert_rows=finished.expert_rows if finished else 0,
        effective=prepared.effective,
        warnings=prepared.warnings,
        tokens=finished.usage.completion_tokens if finished else tokens,
        first_token_s=(first or ended) - started,
        total_s=ended - started,
    )


def experts_in_words(active_experts: tuple[int, ...]) -> str:
    """Such as `4 experts a token`, or `3–5 experts a token` where layers differ; `no experts`."""
    low, high = min(active_experts), max(active_experts)
    if not high:
        return "no experts"
    count = f"{low}" if low == high else f"{low}–{high}"
    return f"{count} expert{'' if high == 1 else 's'} a token"
