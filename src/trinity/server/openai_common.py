"""What the bodies of OpenAI's chat completions and completions have in common.

Called by the inward side of both, and through the first of them by Mistral's.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import MAX_TOOLS, Wire
from trinity.server.extension import MAX_INT32, Extended, Tier, mode_of
from trinity.server.structure import StructuredOutputs
from trinity.types import Mode, SamplingParams

MAX_CHOICES = 16
MAX_STOPS = 16
MAX_BIASES = 1024
NOTHING_ASKED: dict[str, tuple[Any, ...]] = {
    "store": (False,),
    "modalities": (["text"],),
    "verbosity": ("medium",),
    "include_obfuscation": (False,),
    "detail": ("auto", "high"),
    "index": tuple(range(MAX_TOOLS)),
}
"""Values of parameters without effect that ask for what happens anyway."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class StreamOptions(Wire):
    """Extras of a stream."""

    include_usage: bool | None = None


class Sampled(Extended):
    """A body that says how tokens are chosen, and how many."""

    stream_options: StreamOptions | None = None
    structured_outputs: StructuredOutputs | None = None
    n: int | None = Field(default=None, ge=1, le=MAX_CHOICES)
    max_tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=-1, le=MAX_INT32)
    """0 and -1, which vLLM's clients send, switch it off."""
    min_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    repetition_penalty: float | None = Field(default=None, gt=0, le=10)
    stop: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=256)]],
            Field(max_length=MAX_STOPS),
            BeforeValidator(_as_list),
        ]
        | None
    ) = None
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = Field(
        default=None, max_length=MAX_BIASES
    )

    service_tier: Tier | None = None

    # Labels of the caller's own, which ask nothing of the answer.
    user: str | None = Field(default=None, max_length=512)
    metadata: dict[str, Any] | None = Field(default=None, max_length=16)
    safety_identifier: str | None = Field(default=None, max_length=512)
    prompt_cache_key: str | None = Field(default=None, max_length=512)

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with the token counts. Raises `InvalidRequest` for an answer that
        is no stream."""
        if self.stream_options and not self.stream:
            raise InvalidRequest("`stream_options` needs `stream`: true.", param="stream_options")
        return bool(self.stream_options and self.stream_options.include_usage)

    def sampling(self, logprobs: int | None, max_tokens: int | None) -> SamplingParams:
        """How tokens are chosen; each dialect names the two limits in its own way."""
        return SamplingParams(
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=self.top_k if self.top_k and self.top_k > 0 else None,
            min_p=self.min_p,
            presence_penalty=self.presence_penalty or 0.0,
            frequency_penalty=self.frequency_penalty or 0.0,
            repetition_penalty=self.repetition_penalty or 1.0,
            stop=tuple(self.stop or ()),
            logit_bias=tuple(map(_bias, (self.logit_bias or {}).items())),
            logprobs=logprobs,
            seed=self.seed,
            max_tokens=max_tokens,
        )

    def wanted_mode(self) -> Mode | None:
        """The mode by its name, or by that of a service tier. Raises `InvalidRequest`."""
        return mode_of(self, self.service_tier)


def _bias(pair: tuple[str, float]) -> tuple[int, float]:
    key, value = pair
    if not re.fullmatch(r"[0-9]{1,9}", key):
        raise InvalidRequest(
            f"logit_bias has the key {key[:80]!r}; keys are token ids.", param="logit_bias"
        )
    return int(key), value
