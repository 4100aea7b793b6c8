"""Trial answers: thinking ends early where an answer is confident already.

After a step of thinking the answer is tried out, as if the thinking ended there: greedily, as long
as its tokens are likely (DEER, arXiv 2504.15895). A trial that reaches the answer's end is the
answer. Any other is taken back, and the thinking goes on as if there had been none. Held by a
choice, one at a time; the engine computes it.
"""

from __future__ import annotations

import math
from enum import Enum, auto

from torch import Tensor

from trinity.engine.phases import Phases
from trinity.engine.sampler import Draws, Sampled
from trinity.inputs.tokenizer import Tokenizer

MOST_TOKENS = 8
"""Tokens of a trial answer, its end included: longer answers are not tried out."""
STEP_ENDS = (b";", b"\n")
"""A token with one of these ends a step of thinking."""
REST = 8
"""Tokens to think after a trial for each step that it took in vain."""
FAR = 0.5
"""A first token less likely than this is as good as a step in vain."""


class Verdict(Enum):
    """What the last token of a trial means."""

    OPEN = auto()
    FAILED = auto()
    PASSED = auto()


class Trial:
    """One trial answer, from the marker that ends the thinking on."""

    def __init__(
        self, confidence: float, draws: Draws, phases: Phases, tokenizer: Tokenizer
    ) -> None:
        """Begin after the thinking so far. `draws` and `phases` are the trial's own.

        It fails when the geometric mean of its tokens' probabilities falls below `confidence`.
        """
        self.draws = draws
        self.phases = phases
        self.tokens: list[Sampled] = []
        """What was chosen after the marker, with log-probabilities."""
        self.held_Z: Tensor | None = None
        """Scores of what follows the thinking instead; `None` until the first token passed."""
        self._floor = math.log(confidence)
        self._total = 0.0
        self._tokenizer = tokenizer
        self._accept(tokenizer.end_think_id)

    @property
    def rest(self) -> int:
        """Tokens to think before another trial, after this one failed."""
        if len(self.tokens) == MOST_TOKENS:
            return 1 << 62  # the answer is too long, and will be
        assert self.tokens[0].logprob is not None
        is_far = self.tokens[0].logprob < math.log(FAR)
        return REST * (len(self.tokens) - 1 + is_far)

    def judge(self, sampled: Sampled) -> Verdict:
        """Take the likeliest next token, which must come with its log-probability."""
        assert sampled.logprob is not None
        self.tokens.append(sampled)
        self._accept(sampled.token_id)
        self._total += sampled.logprob
        if self._total < self._floor * len(self.tokens):
            return Verdict.FAILED
        if sampled.token_id == self._tokenizer.eos_id:
            return Verdict.PASSED if len(self.tokens) > 1 else Verdict.FAILED
        is_over = len(self.tokens) == MOST_TOKENS
        return Verdict.FAILED if is_over or self._is_marker(sampled) else Verdict.OPEN

    def _accept(self, token_id: int) -> None:
        self.draws.accept(token_id)
        self.phases.accept(token_id)

    def _is_marker(self, sampled: Sampled) -> bool:
        return self._tokenizer.is_control(sampled.token_id)


def ends_step(token: bytes) -> bool:
    """Whether a token of these bytes ends a step of thinking."""
    return any(end in token for end in STEP_ENDS)
