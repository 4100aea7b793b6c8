"""Several thoughts on one question: the answer that most of them come to is given.

Self-consistency (arXiv 2203.11171). The engine runs the thoughts as choices of one request, which
share their prompt; to whoever asked it is one answer: the first thought streams, then comes the
answer that won.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from trinity.types import Event, FinishedEvent, Phase, TokenEvent, Usage


class Vote:
    """Turns the events of a request's thoughts into those of one answer."""

    def __init__(self, num_thoughts: int) -> None:
        """Wait for so many thoughts."""
        self._answers: list[list[TokenEvent]] = [[] for _ in range(num_thoughts)]
        self._ends: dict[int, FinishedEvent] = {}

    def take(self, event: Event) -> list[Event]:
        """The events to pass on now that `event` has come."""
        match event:
            case TokenEvent(phase=Phase.THINKING):
                return [event] if event.index == 0 else []
            case TokenEvent():
                self._answers[event.index].append(event)
                return []
            case FinishedEvent():
                self._ends[event.index] = event
                return self._result() if len(self._ends) == len(self._answers) else []
        return [event]

    def _result(self) -> list[Event]:
        winner = self._winner()
        answer: list[Event] = [replace(token, index=0) for token in self._answers[winner]]
        ends = self._ends.values()
        end = replace(
            self._ends[winner],
            index=0,
            usage=_total([end.usage for end in ends]),
            expert_rows=sum(end.expert_rows for end in ends),
        )
        return [*answer, end]

    def _winner(self) -> int:
        """The first thought with the answer given most often; answers that were cut off count only
        where there is no other."""
        texts = [" ".join("".join(t.text for t in part).split()) for part in self._answers]
        whole = [i for i, end in self._ends.items() if end.reason == "stop"] or list(self._ends)
        counts = Counter(texts[index].casefold() for index in whole)
        return min(whole, key=lambda index: (-counts[texts[index].casefold()], index))


def _total(usages: list[Usage]) -> Usage:
    """What all thoughts together took; the prompt was read once."""
    return replace(
        usages[0],
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in usages),
        accepted_tokens=sum(usage.accepted_tokens for usage in usages),
        rejected_tokens=sum(usage.rejected_tokens for usage in usages),
        early_exit=any(usage.early_exit for usage in usages),
    )
