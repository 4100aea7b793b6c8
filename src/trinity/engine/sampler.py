"""Logits become tokens, each row by its own settings and its own random numbers.

Called by the engine once a step. A draw depends on (seed, choice, position) and the row's logits
alone, so an answer does not change with the company it is computed in.
Shape letters: S sequences, Z vocabulary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from trinity.engine.phases import Choices
from trinity.ops import dispatch
from trinity.ops.reference_sampling import DrawSettings
from trinity.types import SamplingParams

GREEDY_BELOW = 1e-5
"""Temperatures under this pick the likeliest token."""


class Draws:
    """What one answer's draws depend on: its settings, its random stream and its tokens so far."""

    def __init__(
        self, params: SamplingParams, index: int, prompt_ids: Sequence[int], vocab_size: int
    ) -> None:
        """Begin choice `index` of a request; `params` have temperature, top_p and seed set."""
        assert params.temperature is not None
        assert params.top_p is not None
        self.params = params
        self.temperature = params.temperature
        self.top_p = params.top_p
        self.is_greedy = params.temperature < GREEDY_BELOW
        self._index = index
        self._position = 0
        self._bias_Z = _bias(params, vocab_size)
        self._addends: dict[tuple[int, ...], Tensor] = {}
        self._count_Z, self._seen_Z = None, None
        if params.presence_penalty or params.frequency_penalty:
            self._count_Z = torch.zeros(vocab_size)
        if params.repetition_penalty != 1.0:
            self._seen_Z = torch.zeros(vocab_size, dtype=torch.bool)
            self._seen_Z[torch.tensor(prompt_ids)] = True

    def for_trial(self) -> Draws:
        """The same from here on for a trial answer: always the likeliest token, with its
        log-probability. This one is not changed by it."""
        trial = copy(self)
        trial.params = replace(self.params, logprobs=self.params.logprobs or 0)
        trial.is_greedy = True
        if self._count_Z is not None:
            trial._count_Z = self._count_Z.clone()
        if self._seen_Z is not None:
            trial._seen_Z = self._seen_Z.clone()
        return trial

    def uniform(self) -> float:
        """The random number, from 0 up to 1, of the next position."""
        name = f"{self.params.seed}/{self._index}/{self._position}".encode()
        digest = hashlib.blake2b(name, digest_size=8).digest()
        return (int.from_bytes(digest, "little") >> 11) * 2.0**-53

    def settings(self, vocab_size: int) -> DrawSettings:
        """How the token of the next position is drawn."""
        params = self.params
        return DrawSettings(
            temperature=0.0 if self.is_greedy else self.temperature,
            top_k=params.top_k or vocab_size,
            top_p=self.top_p,
            min_p=params.min_p or 0.0,
            uniform=0.0 if self.is_greedy else self.uniform(),
        )

    def addend(self, allowed: tuple[int, ...], mask_Z: Tensor) -> Tensor:
        """What is added to logits: `mask_Z`, which is that of `allowed`, and the bias unless
        `penalised` has added it."""
        if allowed not in self._addends:
            self._addends[allowed] = self.biased(mask_Z)
        return self._addends[allowed]

    def biased(self, mask_Z: Tensor) -> Tensor:
        """`mask_Z` and the bias, unless `penalised` has added it."""
        return mask_Z if self._bias_Z is None or self.penalises else mask_Z + self._bias_Z

    @property
    def penalises(self) -> bool:
        """Whether there are penalties on what was said before."""
        return self._seen_Z is not None or self._count_Z is not None

    def penalised(self, logits_Z: Tensor) -> Tensor:
        """The logits with the bias added, which penalties scale, and the penalties taken off."""
        if self._bias_Z is not None:
            logits_Z = logits_Z + self._bias_Z
        if self._seen_Z is not None:
            penalty = self.params.repetition_penalty
            lowered_Z = torch.where(logits_Z > 0, logits_Z / penalty, logits_Z * penalty)
            logits_Z = torch.where(self._seen_Z, lowered_Z, logits_Z)
        if self._count_Z is not None:
            logits_Z = logits_Z - self._count_Z * self.params.frequency_penalty
            logits_Z = logits_Z - (self._count_Z > 0) * self.params.presence_penalty
        return logits_Z

    def accept(self, token_id: int) -> None:
        """Go on to the next position."""
        self._position += 1
        if self._count_Z is not None:
            self._count_Z[token_id] += 1
        if self._seen_Z is not None:
            self._seen_Z[token_id] = True


@dataclass(frozen=True, slots=True)
class Sampled:
    """A chosen token, and what was asked for about its probability."""

    token_id: int
    logprob: float | None = None
    top_logprobs: tuple[tuple[int, float], ...] = ()


class Sampler:
    """Chooses tokens of one vocabulary."""

    def __init__(self, num_control: int, num_tokens: int, vocab_size: int) -> None:
        """Ids below `num_control` are markers, those from `num_tokens` to `vocab_size` unused."""
        self._num_control = num_control
        self._num_tokens = num_tokens
        self._vocab_size = vocab_size
        self._masks: dict[tuple[int, ...], Tensor] = {}

    def sample(
        self, logits_SZ: Tensor, draws: Sequence[Draws], choices: Sequence[Choices]
    ) -> list[Sampled | None]:
        """One token a row, `None` where logits are not finite.

        Log-probabilities are those of the logits as given.
        """
        tokens = self._tokens(logits_SZ, draws, choices)
        logprobs_SZ = None
        if any(draw.params.logprobs is not None for draw in draws):
            logprobs_SZ = logits_SZ.log_softmax(-1)
        result: list[Sampled | None] = []
        for row, (token, draw) in enumerate(zip(tokens, draws, strict=True)):
            if token < 0:
                result.append(None)
            elif logprobs_SZ is None or draw.params.logprobs is None:
                result.append(Sampled(token))
            else:
                result.append(_with_logprobs(token, logprobs_SZ[row], draw.params.logprobs))
        return result

    def _tokens(
        self, logits_SZ: Tensor, draws: Sequence[Draws], choices: Sequence[Choices]
    ) -> list[int]:
        """A token a row, -1 where logits are not finite."""
        changed = [row for row, draw in enumerate(draws) if draw.penalises]
        if changed:
            logits_SZ = logits_SZ.clone()
        for row in changed:
            logits_SZ[row] = draws[row].penalised(logits_SZ[row])
        tokens = dispatch.choose_tokens(
            logits_SZ,
            [
                draw.addend(choice.allowed, self._mask(choice.allowed))
                if choice.mask_Z is None
                else draw.biased(choice.mask_Z)
                for draw, choice in zip(draws, choices, strict=True)
            ],
            [draw.settings(self._vocab_size) for draw in draws],
        )
        for row, choice in enumerate(choices):
            if choice.forced is not None and tokens[row] >= 0:
                tokens[row] = choice.forced
        return tokens

    def _mask(self, allowed: tuple[int, ...]) -> Tensor:
        """0 where a token may be chosen, minus infinity elsewhere."""
        if allowed not in self._masks:
            mask_Z = torch.full((self._vocab_size,), float("-inf"))
            mask_Z[self._num_control : self._num_tokens] = 0
            mask_Z[list(allowed)] = 0
            self._masks[allowed] = mask_Z
        return self._masks[allowed]


def _bias(params: SamplingParams, vocab_size: int) -> Tensor | None:
    if not params.logit_bias:
        return None
    bias_Z = torch.zeros(vocab_size)
    for token_id, value in params.logit_bias:
        bias_Z[token_id] += value
    return bias_Z


def _with_logprobs(token_id: int, logprobs_Z: Tensor, count: int) -> Sampled:
    top: tuple[tuple[int, float], ...] = ()
    if count:
        values, ids = logprobs_Z.sort(descending=True, stable=True)
        top = tuple(zip(ids[:count].tolist(), values[:count].tolist(), strict=True))
    return Sampled(token_id, float(logprobs_Z[token_id]), top)
