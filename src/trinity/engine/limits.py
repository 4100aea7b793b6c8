"""What an engine can take: sizes derived from model and settings, and the check of each request.

Called once when an engine is built, with every submission, and by `LLM.prepare`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from trinity.config import AnyConfig, EngineConfig
from trinity.errors import ConfigError, ContextExceeded, InvalidRequest
from trinity.types import GenerationRequest, PreparedImage, SamplingParams

MAX_STOP_STRINGS = 16
MAX_TOP_LOGPROBS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes that hold for every request of an engine."""

    model: AnyConfig
    num_tokens: int
    """Ids that the tokenizer knows; the model's vocabulary may be larger."""
    num_blocks: int
    """Cache blocks beside the null block."""
    max_context: int
    """Tokens of prompt and answer together."""
    max_choices: int
    is_deterministic: bool = False
    """Whether answers must not depend on what else is computed."""

    @classmethod
    def of(cls, model: AnyConfig, engine: EngineConfig, num_tokens: int) -> Limits:
        """Derive the sizes. Raises `ConfigError` for settings that no engine could work with."""
        _check_engine(engine)
        longest = min(engine.max_context or math.inf, model.max_position_embeddings)
        num_blocks = engine.num_blocks
        if num_blocks is None:
            quarter = -(-int(longest) // (4 * engine.block_size))
            whole = -(-int(longest) // engine.block_size)
            num_blocks = max(engine.max_sequences * quarter, whole)
        return cls(
            model=model,
            num_tokens=num_tokens,
            num_blocks=num_blocks,
            max_context=int(min(longest, num_blocks * engine.block_size)),
            max_choices=engine.max_waiting,
            is_deterministic=engine.deterministic,
        )

    def check(self, request: GenerationRequest) -> None:
        """Raise `InvalidRequest` unless the engine could serve `request`, given time."""
        check_sampling(request.sampling, self.num_tokens)
        self.check_prompt_length(len(request.prompt_ids))
        self._check_prompt(request)
        self._check_settings(request)

    def _check_settings(self, request: GenerationRequest) -> None:
        params = request.sampling
        if None in (params.temperature, params.top_p, params.seed) or params.max_tokens is None:
            raise InvalidRequest("temperature, top_p, seed and max_tokens must be resolved.")
        if len(request.prompt_ids) + params.max_tokens > self.max_context:
            raise InvalidRequest(
                f"The prompt has {len(request.prompt_ids)} tokens and max_tokens is "
                f"{params.max_tokens}; together at most {self.max_context} fit.",
                param="max_tokens",
            )
        if not 1 <= request.n <= self.max_choices:
            raise InvalidRequest(
                f"n is {request.n}; it must be 1 to {self.max_choices}.", param="n"
            )
        if not 1 <= request.num_sequences <= self.max_choices or request.n * request.thoughts > max(
            request.n, request.thoughts
        ):
            raise InvalidRequest(
                f"thoughts is {request.thoughts} and n is {request.n}; several thoughts, at most "
                f"{self.max_choices}, are for one answer."
            )
        layers, most = self.model.num_hidden_layers, self.model.n_routed_experts
        least = min(1, most)  # a dense model has none
        for name in ("active_experts", "prompt_experts"):
            counts = getattr(request, name)
            if counts is None:
                continue
            if len(counts) != layers or not all(least <= count <= most for count in counts):
                raise InvalidRequest(
                    f"{name} must be {layers} counts, one a layer, from {least} to {most}.",
                    param="active_experts",
                )
        if request.early_exit is not None and not 0 < request.early_exit < 1:
            raise InvalidRequest(
                f"early_exit is {request.early_exit}; it must be between 0 and 1.",
                param="early_exit",
            )
        if not 0 <= request.routing_discount <= 1:
            raise InvalidRequest(
                f"routing_discount is {request.routing_discount}; it must be 0 to 1.",
                param="lossy",
            )
        if request.routing_discount < 1 and self.is_deterministic:
            raise InvalidRequest(
                "The lossy profile of mode throughput routes tokens by what else is computed, and "
                "this engine is deterministic; ask without lossy, or in another mode.",
                param="lossy",
            )
        budget = request.thinking_token_budget
        if budget is not None and budget < 0:
            raise InvalidRequest(
                f"thinking_token_budget is {budget}; it must be 0 or more.",
                param="thinking_token_budget",
            )

    def check_prompt_length(self, length: int) -> None:
        """Raise `InvalidRequest` where a prompt leaves no room for an answer."""
        if length >= self.max_context:
            raise ContextExceeded(
                f"The prompt has {length} tokens; {self.max_context} fit, the answer included. "
                "Shorten it, or start the engine with a larger context and cache.",
                param="messages",
            )

    def _check_prompt(self, request: GenerationRequest) -> None:
        if not request.prompt_ids:
            raise InvalidRequest("The prompt has no tokens; give at least one.")
        if not 0 <= min(request.prompt_ids) <= max(request.prompt_ids) < self.num_tokens:
            raise InvalidRequest(f"The prompt's token ids must be 0 to {self.num_tokens - 1}.")
        pictured = [position for image in request.images for position in _positions(image)]
        image_id = self.model.image_token_id
        actual = [at for at, token in enumerate(request.prompt_ids) if token == image_id]
        if pictured != actual or (pictured and self.model.vision is None):
            raise InvalidRequest("The pictures do not stand where the prompt has image tokens.")


def check_sampling(params: SamplingParams, num_tokens: int) -> None:
    """Raise `InvalidRequest` for the first setting that is out of its range."""
    for name, value, low, high in _ranges(params):
        if value is not None and not low <= value <= high:
            allowed = f"{low:g} or more" if high == math.inf else f"{low:g} to {high:g}"
            raise InvalidRequest(f"{name} is {value}; it must be {allowed}.", param=name)
    if params.top_p is not None and params.top_p <= 0:
        raise InvalidRequest(
            f"top_p is {params.top_p}; it must be above 0, up to 1.", param="top_p"
        )
    if not 0 < params.repetition_penalty < math.inf:
        raise InvalidRequest(
            f"repetition_penalty is {params.repetition_penalty}; it must be above 0.",
            param="repetition_penalty",
        )
    if len(params.stop) > MAX_STOP_STRINGS or "" in params.stop:
        raise InvalidRequest(
            f"stop has {len(params.stop)} strings; at most {MAX_STOP_STRINGS} are allowed, and "
            "none may be empty.",
            param="stop",
        )
    for token_id, value in params.logit_bias:
        if not 0 <= token_id < num_tokens or not -100 <= value <= 100:
            raise InvalidRequest(
                f"logit_bias adds {value} to token {token_id}; ids are 0 to {num_tokens - 1} and "
                "values -100 to 100.",
                param="logit_bias",
            )


def _ranges(params: SamplingParams) -> Iterator[tuple[str, float | None, float, float]]:
    yield "temperature", params.temperature, 0, 2
    yield "top_p", params.top_p, 0, 1
    yield "top_k", params.top_k, 1, math.inf
    yield "min_p", params.min_p, 0, 1
    yield "presence_penalty", params.presence_penalty, -2, 2
    yield "frequency_penalty", params.frequency_penalty, -2, 2
    yield "logprobs", params.logprobs, 0, MAX_TOP_LOGPROBS
    yield "max_tokens", params.max_tokens, 1, math.inf


def _positions(image: PreparedImage) -> Iterator[int]:
    """Where in the prompt the tokens with features stand: all of each row but its break."""
    for row in range(image.rows):
        start = image.start + row * (image.columns + 1)
        yield from range(start, start + image.columns)


def _check_engine(engine: EngineConfig) -> None:
    for name in ("block_size", "max_sequences", "max_waiting", "num_blocks", "max_context"):
        value = getattr(engine, name)
        if value is not None and value < 1:
            raise ConfigError(f"{name} is {value}; it must be at least 1.")
    if engine.max_step_tokens < engine.max_sequences:
        raise ConfigError(
            f"max_step_tokens is {engine.max_step_tokens}; a step must have room for one token of "
            f"each of {engine.max_sequences} sequences."
        )
