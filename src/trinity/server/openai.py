"""The OpenAI chat dialect, inward: a request body becomes a `ChatRequest`.

Called by the app; `answers.py` is the way back. A parameter is honoured, refused, or named in a
warning: what the models below do not list has no effect, and a warning says so.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError

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
    Call,
    check_model,
    warnings_of,
)
from trinity.server.openai_common import NOTHING_ASKED, Sampled
from trinity.server.structure import ResponseFormat, read_structure, read_tool_choice
from trinity.types import (
    ChatRequest,
    Mode,
    SamplingParams,
)

MAX_MESSAGES = 2048


class Prediction(Wire):
    """Text that the answer is expected to resemble."""

    type: Literal["content"]
    content: str | list[TextContent]


class ChatCompletionRequest(Sampled):
    """The body of `POST /v1/chat/completions`: all that is honoured."""

    messages: list[WireMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    tools: list[WireTool] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None

    max_completion_tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0, le=20)

    prediction: Prediction | None = None
    continue_final_message: bool | None = None
    add_generation_prompt: bool | None = None
    """As vLLM's clients write it; false belongs to `continue_final_message`."""


def read_call(payload: dict[str, Any], model_name: str) -> Call:
    """Translate a body. Raises `InvalidRequest`, or `NotFound` for another model."""
    try:
        body = ChatCompletionRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error) from None
    check_model(body, model_name)
    return Call(
        requests=(_chat_request(body),),
        stream=bool(body.stream),
        include_usage=body.include_usage,
        requested=body.model_dump(include=set(REPORTED), exclude_none=True),
        warnings=warnings_of(body, NOTHING_ASKED),
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
        mode=body.wanted_mode(),
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
    return body.sampling((body.top_logprobs or 0) if body.logprobs else None, _max_tokens(body))


def _max_tokens(body: ChatCompletionRequest) -> int | None:
    given = {body.max_tokens, body.max_completion_tokens} - {None}
    if len(given) > 1:
        raise InvalidRequest(
            f"max_tokens is {body.max_tokens} and max_completion_tokens is "
            f"{body.max_completion_tokens}, which are two names of one limit; give one.",
            param="max_tokens",
        )
    return next(iter(given), None)
