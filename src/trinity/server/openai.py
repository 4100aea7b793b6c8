"""The OpenAI chat dialect, inward: a request body becomes a `ChatRequest`.

Called by the app; `answers.py` is the way back. A parameter is honoured, refused, or named in a
warning: what the models below do not list has no effect, and a warning says so.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import (
    MAX_TOOLS,
    TextContent,
    Wire,
    WireMessage,
    WireTool,
    first_mistake,
    read_message,
    read_tool,
)
from trinity.server.extension import (
    MAX_INT32,
    REPORTED,
    ChatCall,
    Extended,
    Tier,
    check_model,
    mode_of,
    warnings_of,
)
from trinity.server.structure import (
    ResponseFormat,
    StructuredOutputs,
    read_structure,
    read_tool_choice,
)
from trinity.types import (
    ChatRequest,
    Mode,
    SamplingParams,
)

MAX_MESSAGES = 2048
MAX_CHOICES = 16
MAX_STOPS = 16
MAX_BIASES = 1024
_NOTHING_ASKED: dict[str, tuple[Any, ...]] = {
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


class Prediction(Wire):
    """Text that the answer is expected to resemble."""

    type: Literal["content"]
    content: str | list[TextContent]


class ChatCompletionRequest(Extended):
    """The body of `POST /v1/chat/completions`: all that is honoured."""

    messages: list[WireMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    tools: list[WireTool] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: StructuredOutputs | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, ge=1, le=MAX_CHOICES)

    max_tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)
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
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = Field(
        default=None, max_length=MAX_BIASES
    )

    service_tier: Tier | None = None

    prediction: Prediction | None = None
    continue_final_message: bool | None = None
    add_generation_prompt: bool | None = None
    """As vLLM's clients write it; false belongs to `continue_final_message`."""

    # Labels of the caller's own, which ask nothing of the answer.
    user: str | None = Field(default=None, max_length=512)
    metadata: dict[str, Any] | None = Field(default=None, max_length=16)
    safety_identifier: str | None = Field(default=None, max_length=512)
    prompt_cache_key: str | None = Field(default=None, max_length=512)


def read_call(payload: dict[str, Any], model_name: str) -> ChatCall:
    """Translate a body. Raises `InvalidRequest`, or `NotFound` for another model."""
    try:
        body = ChatCompletionRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error) from None
    check_model(body, model_name)
    warnings = warnings_of(body, _NOTHING_ASKED)
    if body.stream_options and not body.stream:
        raise InvalidRequest("`stream_options` needs `stream`: true.", param="stream_options")
    return ChatCall(
        chat=_chat_request(body),
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
        requested=body.model_dump(include=set(REPORTED), exclude_none=True),
        warnings=warnings,
    )


def read_mode(payload: dict[str, Any]) -> Mode:
    """The mode that `{"mode": ...}` asks for. Raises `InvalidRequest`."""
    mode = payload.get("mode")
    if set(payload) != {"mode"} or mode not in list(Mode):
        raise InvalidRequest(
            f'The body must be {{"mode": M}}, where M is one of {", ".join(Mode)}.', param="mode"
        )
    return Mode(mode)


def _chat_request(body: ChatCompletionRequest) -> ChatRequest:
    tool_choice = read_tool_choice(body.tool_choice, body.parallel_tool_calls)
    if tool_choice.required and not body.tools:
        raise InvalidRequest("`tool_choice` needs `tools`.", param="tool_choice")
    return ChatRequest(
        messages=tuple(read_message(message, i) for i, message in enumerate(body.messages)),
        tools=() if body.tool_choice == "none" else tuple(map(read_tool, body.tools or ())),
        tool_choice=tool_choice,
        structure=read_structure(body.response_format, body.structured_outputs),
        sampling=_sampling(body),
        intensity=body.intensity_request(),
        mode=mode_of(body, body.service_tier),
        prediction=_prediction(body.prediction),
        continues=_continues(body),
        n=body.n or 1,
        strict=bool(body.strict),
    )


def _continues(body: ChatCompletionRequest) -> bool:
    """Whether the last message is to be gone on with; the two parameters say one thing."""
    continues = bool(body.continue_final_message)
    if body.add_generation_prompt is not None and body.add_generation_prompt == continues:
        raise InvalidRequest(
            f"continue_final_message is {continues} and add_generation_prompt is "
            f"{body.add_generation_prompt}; one must be true and the other false.",
            param="add_generation_prompt",
        )
    return continues


def _prediction(prediction: Prediction | None) -> str:
    if prediction is None:
        return ""
    content = prediction.content
    return content if isinstance(content, str) else "".join(part.text for part in content)


def _sampling(body: ChatCompletionRequest) -> SamplingParams:
    if body.top_logprobs is not None and not body.logprobs:
        raise InvalidRequest("`top_logprobs` needs `logprobs`: true.", param="top_logprobs")
    return SamplingParams(
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=body.top_k if body.top_k and body.top_k > 0 else None,
        min_p=body.min_p,
        presence_penalty=body.presence_penalty or 0.0,
        frequency_penalty=body.frequency_penalty or 0.0,
        repetition_penalty=body.repetition_penalty or 1.0,
        stop=tuple(body.stop or ()),
        logit_bias=tuple(map(_bias, (body.logit_bias or {}).items())),
        logprobs=(body.top_logprobs or 0) if body.logprobs else None,
        seed=body.seed,
        max_tokens=_max_tokens(body),
    )


def _bias(pair: tuple[str, float]) -> tuple[int, float]:
    key, value = pair
    if not re.fullmatch(r"[0-9]{1,9}", key):
        raise InvalidRequest(
            f"logit_bias has the key {key[:80]!r}; keys are token ids.", param="logit_bias"
        )
    return int(key), value


def _max_tokens(body: ChatCompletionRequest) -> int | None:
    given = {body.max_tokens, body.max_completion_tokens} - {None}
    if len(given) > 1:
        raise InvalidRequest(
            f"max_tokens is {body.max_tokens} and max_completion_tokens is "
            f"{body.max_completion_tokens}, which are two names of one limit; give one.",
            param="max_tokens",
        )
    return next(iter(given), None)
