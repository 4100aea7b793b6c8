"""Several requests' events as one: the streams are read one after the other.

Used by the app for a body that holds several prompts; all of them run at the same time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from trinity.server.report import Events
from trinity.types import Event, FinishedEvent, Steering, TokenEvent


class Chain(AsyncIterator[Event]):
    """The events of several requests that have equally many choices.

    Choice `i` of stream `s` becomes number `s * choices + i`.
    """

    def __init__(self, streams: Sequence[Events], choices: int) -> None:
        """Read `streams`, whose requests have `choices` choices each."""
        self._streams = streams
        self._choices = choices
        self._number = 0

    @property
    def submitted_s(self) -> float:
        """When the first was submitted."""
        return self._streams[0].submitted_s

    @property
    def first_token_s(self) -> float | None:
        """When the first token of any came, if one has."""
        times = [stream.first_token_s for stream in self._streams]
        return min((time for time in times if time is not None), default=None)

    @property
    def steered(self) -> Sequence[Steering]:
        """What was done to any of the answers while they were made."""
        return [steering for stream in self._streams for steering in stream.steered]

    async def __anext__(self) -> Event:
        """The next event. Cancelling the wait loses none."""
        while self._number < len(self._streams):
            try:
                event = await anext(self._streams[self._number])
            except StopAsyncIteration:
                self._number += 1
                continue
            if isinstance(event, TokenEvent | FinishedEvent):
                return replace(event, index=event.index + self._number * self._choices)
            return event
        raise StopAsyncIteration
