"""Guesses at what follows, so that one model call may choose several tokens of an answer.

A guess never changes an answer: it is kept only where it is the token that is chosen anyway. What
it costs are rows of a step. Called by the engine, with a drafter for each answer, one gate, and one
account of what the model guesses itself with fewer experts.
"""

from __future__ import annotations

from collections.abc import Sequence

from trinity.engine.pace import Pace

ORDERS = (5, 3, 2)
"""Lengths of the matches that are looked for, the longest first."""
WINDOW = 16_384
"""Tokens of the prompt, counted from its end, in which matches are looked for."""
MAX_DRAFT = 8
"""Tokens guessed at once."""

SELF_DRAFT = 4
"""Tokens that the model guesses at once itself."""
PROBE_EVERY, TRIAL = 2048, 16
"""Steps between trials of such guesses, and steps of a trial."""

_FIRST_TRUST = (0.9, 0.6, 0.3)
_MEMORY, _LONG_MEMORY = 0.9, 0.98
_START_GAIN, _STOP_GAIN = 1.08, 1.02


class Record:
    """How often guesses of each length of match were right of late, over all answers: what a new
    answer begins with."""

    def __init__(self) -> None:
        """Begin with what is usual."""
        self.trust = list(_FIRST_TRUST)

    def judge(self, order: int, is_right: bool) -> None:
        """Note whether a guess was right that a match of `ORDERS[order]` tokens made."""
        self.trust[order] = _LONG_MEMORY * self.trust[order] + (1 - _LONG_MEMORY) * is_right


class Drafter:
    """Tokens that followed the same few tokens before, in the prompt, the prediction or the answer.

    Text that is edited, quoted or repeated is guessed right this way, with no model (prompt lookup
    decoding; SuffixDecoding, arXiv 2411.04975). Guesses are judged whether they were tried or not.
    """

    def __init__(
        self, prompt_ids: Sequence[int], prediction_ids: Sequence[int], record: Record
    ) -> None:
        """Begin an answer. `prediction_ids` is what the caller expects the answer to resemble; what
        becomes of guesses goes to `record` too."""
        # The prompt comes last: its end is what the answer continues.
        self._unread = [*prediction_ids[-WINDOW:], *prompt_ids[-WINDOW:]]
        self._ids: list[int] = []
        self._tail: tuple[int, ...] = ()  # the last of them
        self._next: tuple[dict[tuple[int, ...], int], ...] = tuple({} for _ in ORDERS)
        self._record = record
        self._trust = list(record.trust)
        self._guessed: tuple[int, int] | None = None
        self.is_trying = False
        """Whether the last guess was worth a try: set by the gate's user, for its hysteresis."""

    def accept(self, token_id: int) -> None:
        """Go on with the token that was chosen."""
        if self._guessed:
            order, guess = self._guessed
            is_right = guess == token_id
            self._trust[order] = _MEMORY * self._trust[order] + (1 - _MEMORY) * is_right
            self._record.judge(order, is_right)
            self._guessed = None
        self._unread.append(token_id)

    def draft(self, most: int) -> tuple[list[int], float]:
        """At most `most` tokens that may follow, and how likely each is right if all before are."""
        if len(self._unread) > 1:
            self._read_prompt(self._unread)
        else:
            for token_id in self._unread:
                self._read(token_id)
        self._unread.clear()
        self._tail = tuple(self._ids[-ORDERS[0] :])
        for order, length in enumerate(ORDERS):
            start = self._next[order].get(self._tail[-length:])
            if start is not None:
                self._guessed = order, self._ids[start]
                return self._copy(start, most), self._trust[order]
        return [], 0.0

    def _read(self, token_id: int) -> None:
        """Remember what came after the last few tokens."""
        for length, following in zip(ORDERS, self._next, strict=True):
            if len(self._tail) >= length:
                following[self._tail[-length:]] = len(self._ids)
        self._ids.append(token_id)

    def _read_prompt(self, token_ids: list[int]) -> None:
        """As `_read` for each, at a fraction of the time for hundreds."""
        num_read = len(self._ids)
        self._ids += token_ids
        for length, following in zip(ORDERS, self._next, strict=True):
            first = max(num_read, length)
            ids = self._ids[first - length :]
            matches = zip(*(ids[offset:] for offset in range(length)), strict=False)
            following.update(zip(matches, range(first, len(self._ids)), strict=False))

    def _copy(self, start: int, most: int) -> list[int]:
        """The tokens from `start` on; past the end they go on as they began."""
        period = len(self._ids) - start
        return [self._ids[start + i % period] for i in range(most)]


class Gate:
    """Decides how many guesses a step is worth.

    A guess is worth its row where tokens come faster with it than without: utility as in Cascade,
    arXiv 2506.20675.
    """

    def __init__(self, pace: Pace) -> None:
        """Judge by the steps that `pace` has seen."""
        self._pace = pace

    def length(
        self,
        trust: float,
        most: int,
        rows: int,
        tokens: int,
        *,
        is_trying: bool,
    ) -> int:
        """How many tokens to guess, at most `most`, in a step that computes `rows` rows anyway.

        `trust` is how likely a guess is right, `tokens` how many tokens the step yields that count:
        1 where only this answer's speed matters. An answer that guessed before (`is_trying`) goes
        on with less to gain than one that did not, so that small changes do not switch it.
        """
        if not self._pace.is_known:
            return 0
        row_share = self._pace.per_row() / self._pace.time(rows)
        best, best_gain = 0, _STOP_GAIN if is_trying else _START_GAIN
        expected, chance = 0.0, 1.0
        for length in range(1, most + 1):
            chance *= trust
            expected += chance
            gain = (1 + expected / tokens) / (1 + length * row_share)
            if gain > best_gain:
                best, best_gain = length, gain
        return best


class SelfDrafts:
    """Whether the model should guess itself: the same weights and cache with one expert a token.

    Its guesses are nearly always right, and each takes a step of its own, so they pay where a step
    with one expert is much cheaper than one with all. Whether they do is tried out from time to
    time: seconds a token with and without. As latents of the guesses are computed anew with the
    others, nothing is left of them.
    """

    def __init__(self) -> None:
        """Begin without guesses, and with a trial after a few steps."""
        self._seconds: dict[bool, float] = {}  # a token, by whether guesses were made
        self._is_on = self._is_trial = False
        self._steps_left = TRIAL

    def length(self) -> int:
        """How many tokens to guess in a step of one answer."""
        return SELF_DRAFT if self._is_on or self._is_trial else 0

    def measure(self, seconds: float, tokens: int) -> None:
        """Note how long such a step took, guesses included, and the tokens that it yielded."""
        with_guesses = self.length() > 0
        before = self._seconds.get(with_guesses)
        # One step that something else held up is no reason to change.
        last = seconds / tokens if before is None else min(seconds / tokens, 2 * before)
        self._seconds[with_guesses] = (
            last if before is None else _MEMORY * before + (1 - _MEMORY) * last
        )
        self._steps_left -= 1
        if self._steps_left == 0:
            self._is_trial = not (self._is_trial or self._is_on)
            self._steps_left = TRIAL if self._is_trial else PROBE_EVERY
            if with_guesses and not self._is_on:
                self._is_on = self._gain() > _START_GAIN
        elif self._is_on:
            self._is_on = self._gain() > _STOP_GAIN

    def _gain(self) -> float:
        return self._seconds[False] / self._seconds[True]
