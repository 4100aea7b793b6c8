"""From an exercise to the messages that put it to a model, and those of its tool calls so far."""

from __future__ import annotations

from trinity.train.items import Item
from trinity.types import Message, TextPart, ToolCall


def opening(item: Item) -> tuple[Message, ...]:
    """The messages that put `item` to a model."""
    question = Message.user(item.question, *item.images)
    if item.system is None:
        return (question,)
    return (Message(role="system", parts=(TextPart(item.system),)), question)


def turns_before(item: Item, turn: int) -> tuple[Message, ...]:
    """The messages of `item` up to the assistant's turn number `turn`, tool results included.

    Turn 0 follows the question; turn `len(item.steps)` is the answer.
    """
    messages = [*opening(item)]
    for number, step in enumerate(item.steps[:turn]):
        calls = tuple(
            ToolCall(id=f"call{number:03d}{place:02d}", name=call.name, arguments=call.arguments)
            for place, call in enumerate(step.calls)
        )
        messages.append(Message(role="assistant", tool_calls=calls))
        messages += [
            Message(role="tool", parts=(TextPart(call.result),), tool_call_id=made.id)
            for call, made in zip(step.calls, calls, strict=True)
        ]
    return tuple(messages)
