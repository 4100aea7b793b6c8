"""What a model's tool calls say, and how a turn of calls and results is put back to the model.

For whoever runs tools in a loop: `train.agent` on exercises, `agent.loop` in a real folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from trinity.types import Message, TextPart, ToolCall

MAX_CALLS = 8
"""Calls of one answer that are run; further ones are told that they are too many."""
TOO_MANY_CALLS = "error: too many calls at once"

_MAX_LEVELS = 20


def parsed_arguments(arguments: str) -> dict[str, Any] | None:
    """The JSON object that `arguments` holds, or `None`; one nested too deeply is none."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _is_shallow(value, _MAX_LEVELS) else None


def _is_shallow(value: object, levels: int) -> bool:
    """Whether lists and objects are nested at most `levels` deep: the template can write it."""
    if not isinstance(value, dict | list):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)


def turn_messages(
    text: str, calls: Sequence[ToolCall], results: Sequence[str], number: int
) -> tuple[Message, ...]:
    """Answer `number` with its calls and what they gave back, as the model reads them afterwards.

    Thoughts are left out, as in training. What the template has no place for, arguments that are
    no JSON object or a name of other characters, is replaced; its result says what was wrong.
    """
    written = tuple(
        ToolCall(
            id=f"call{number:02d}{place:03d}",
            name=re.sub(r"[^a-zA-Z0-9_-]", "_", call.name)[:64] or "_",
            arguments=call.arguments if parsed_arguments(call.arguments) is not None else "{}",
        )
        for place, call in enumerate(calls)
    )
    parts = (TextPart(text),) if text else ()
    return (
        Message(role="assistant", parts=parts, tool_calls=written),
        *(
            Message(role="tool", parts=(TextPart(result),), tool_call_id=call.id)
            for call, result in zip(written, results, strict=True)
        ),
    )
