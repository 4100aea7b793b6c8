"""The loop: the model answers, its calls are run, it reads the results, until it calls nothing.

Knows neither where the model runs (`Model`) nor what the tools do (`Toolset`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from trinity.agent.tools import Toolset
from trinity.errors import TrinityError
from trinity.tool_calls import MAX_CALLS, TOO_MANY_CALLS, turn_messages
from trinity.types import FinishReason, Message, Tool, ToolCall, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of a model."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    """Calls as the model wrote them: `arguments` need not be valid JSON."""
    finish_reason: FinishReason
    usage: Usage
    warnings: tuple[str, ...] = ()


class Model(Protocol):
    """What the loop needs of a model, wherever it runs."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def answer(self, messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> Reply:
        """Answer a conversation. Raises `TrinityError` where the model cannot."""
        ...


class End(StrEnum):
    """How a loop ended."""

    ANSWERED = "answered"
    STEP_LIMIT = "step limit"
    CUT_OFF = "cut off"
    """An answer reached its limit of tokens."""
    FAILED = "failed"
    """The model could not answer any more."""
    STOPPED = "stopped"
    """By the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer, and what its calls gave back."""

    text: str
    calls: tuple[ToolCall, ...]
    results: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Work:
    """What has been done so far; `run` fills it, so that it survives an interruption."""

    text: str = ""
    """The final answer."""
    steps: list[Step] = field(default_factory=list)
    end: End = End.STOPPED
    failure: str = ""
    """What the model's error said, where `end` is `FAILED`."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    warnings: list[str] = field(default_factory=list)


def run(
    model: Model,
    toolset: Toolset,
    task: str,
    max_steps: int,
    work: Work,
    on_step: Callable[[Step], None] = lambda _: None,
) -> None:
    """Let `model` work on `task` with at most `max_steps` answers, noting all in `work`.

    `on_step` is called after every answer with calls. An error of the model in its first answer is
    raised; a later one ends the loop, for what was done until then counts.
    """
    messages = toolset.opening(task)
    for number in range(max_steps):
        try:
            reply = model.answer(messages, toolset.tools)
        except TrinityError as error:
            if not number:
                raise
            work.end, work.failure = End.FAILED, error.message
            return
        _count(work, reply)
        work.text = reply.text
        if not reply.tool_calls or reply.finish_reason == "length":
            work.end = End.CUT_OFF if reply.finish_reason == "length" else End.ANSWERED
            return
        results = tuple(
            toolset.call(call.name, call.arguments) if place < MAX_CALLS else TOO_MANY_CALLS
            for place, call in enumerate(reply.tool_calls)
        )
        step = Step(text=reply.text, calls=reply.tool_calls, results=results)
        work.steps.append(step)
        on_step(step)
        messages += turn_messages(reply.text, reply.tool_calls, results, number)
    work.end = End.STEP_LIMIT


def _count(work: Work, reply: Reply) -> None:
    work.prompt_tokens += reply.usage.prompt_tokens
    work.completion_tokens += reply.usage.completion_tokens
    work.reasoning_tokens += reply.usage.reasoning_tokens
    work.warnings += [warning for warning in reply.warnings if warning not in work.warnings]
