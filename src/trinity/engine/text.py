"""Tokens of one answer become text piece by piece, up to the first stop string.

Called by the engine for every token. No part of a stop string is ever handed out: text that may be
the beginning of one is held back until it is clear that it is not.
"""

from __future__ import annotations

from trinity.inputs.tokenizer import IncrementalDecoder, Tokenizer
from trinity.types import Phase


class TextStream:
    """The text of one answer, in order. Stop strings are looked for in answer text only."""

    def __init__(self, tokenizer: Tokenizer, stop: tuple[str, ...]) -> None:
        """Start before the first token; `stop` strings are not empty."""
        self._tokenizer = tokenizer
        self._decoder = IncrementalDecoder(tokenizer)
        self._stop = stop
        self._phase = Phase.ANSWER
        self._held = ""
        self.found_stop: str | None = None
        """The stop string that was found: nothing may follow."""

    def push(self, token_id: int, phase: Phase) -> str:
        """The text that the token completes.

        A marker ends the text before it, so its own text is what was held back of that.
        """
        text = self._decoder.push(token_id)
        if self._tokenizer.is_control(token_id):
            return self._end(text)
        self._phase = phase
        return self._hold(text) if self._is_searched else text

    def finish(self) -> str:
        """What was held back; broken characters are replaced."""
        return self._end(self._decoder.flush())

    @property
    def _is_searched(self) -> bool:
        return self._phase is Phase.ANSWER and bool(self._stop)

    def _end(self, rest: str) -> str:
        if not self._is_searched:
            return rest
        text = self._hold(rest)
        text, self._held = text + self._held, ""
        return text

    def _hold(self, text: str) -> str:
        """Add `text`; returns all that stands before a stop string or what may become one."""
        held = self._held + text
        found = [(at, stop) for stop in self._stop if (at := held.find(stop)) >= 0]
        if found:
            at, self.found_stop = min(found)
            self._held = ""
            return held[:at]
        safe = len(held) - max(_overlap(held, stop) for stop in self._stop)
        self._held = held[safe:]
        return held[:safe]


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
