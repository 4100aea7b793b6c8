"""Lets a model use tools: many exercises at once, answer by answer, until each has its last one.

Called by whoever scores a model or lets it learn from its own answers. A pure function of the
generator and the exercises: tools are those of `train.tools`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trinity.tool_calls import MAX_CALLS, TOO_MANY_CALLS, turn_messages
from trinity.train.conversation import opening
from trinity.train.items import Item
from trinity.train.sandbox import Sandbox
from trinity.train.tools import result_of
from trinity.types import ChatRequest, Generation, Generator, Message

MAX_ROUNDS = 4

RequestOf = Callable[[int, Item, tuple[Message, ...]], ChatRequest]
"""Makes the request for one answer, from the item's place in the list, the item and the messages
so far: effort, experts and sampling. Messages and tools of the request are set by the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer of the model on the way, or its last."""

    request: ChatRequest
    generation: Generation
    results: tuple[str, ...] = ()
    """What its calls gave back; empty for the last turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one item was answered."""

    turns: tuple[Turn, ...]

    @property
    def generation(self) -> Generation:
        """The final answer. Its `finish_reason` is `tool_calls` where the rounds ran out."""
        return self.turns[-1].generation

    @property
    def rounds(self) -> int:
        """How often the model answered."""
        return len(self.turns)

    @property
    def num_tokens(self) -> int:
        """Tokens generated in all rounds, thinking included."""
        return sum(len(turn.generation.token_ids) for turn in self.turns)

    @property
    def expert_rows(self) -> int:
        """Expert evaluations spent on the generated tokens of all rounds."""
        return sum(turn.generation.expert_rows for turn in self.turns)


def answer_items(
    generator: Generator,
    items: Sequence[Item],
    request_of: RequestOf,
    *,
    max_rounds: int = MAX_ROUNDS,
) -> list[Outcome]:
    """Let `generator` answer all items, running the tools that it calls; outcomes are in order.

    A round is one answer to every item that is still open; an item without tools takes one. In
    round `max_rounds` calls are no longer run. An item may be given several times.
    """
    turns: list[list[Turn]] = [[] for _ in items]
    said = [opening(item) for item in items]
    waiting = list(range(len(items)))
    with Sandbox() as sandbox:
        for number in range(max_rounds if items else 0):
            requests = [
                replace(
                    request_of(index, items[index], said[index]),
                    messages=said[index],
                    tools=items[index].tools,
                )
                for index in waiting
            ]
            made = zip(waiting, requests, generator.generate(requests), strict=True)
            waiting = []
            for index, request, generation in made:
                results: tuple[str, ...] = ()
                if _may_go_on(items[index], generation) and number + 1 < max_rounds:
                    results = _run(items[index], generation, sandbox)
                    said[index] += turn_messages(
                        generation.text, generation.tool_calls, results, number
                    )
                    waiting.append(index)
                turns[index].append(Turn(request=request, generation=generation, results=results))
            if not waiting:
                break
    return [Outcome(turns=tuple(made)) for made in turns]


def _may_go_on(item: Item, generation: Generation) -> bool:
    return bool(item.tools and generation.tool_calls) and generation.finish_reason == "tool_calls"


def _run(item: Item, generation: Generation, sandbox: Sandbox) -> tuple[str, ...]:
    return tuple(
        result_of(item, call.name, call.arguments, sandbox) if place < MAX_CALLS else TOO_MANY_CALLS
        for place, call in enumerate(generation.tool_calls)
    )
