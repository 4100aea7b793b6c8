"""The OpenAI Responses dialect, inward: a request body becomes a `ChatRequest`.

Called by the app; `openai_responses_answers.py` is the way back, and `response_items.py` reads the
conversation. What the models below do not list has no effect, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from trinity.errors import InvalidRequest, NotFound
from trinity.inputs.openai_messages import MAX_TOOLS, Wire, first_mistake
from trinity.server import response_items, response_tools
from trinity.server.extension import (
    MAX_INT32,
    REPORTED,
    Call,
    Extended,
    Tier,
    check_model,
    mode_of,
    warnings_of,
)
from trinity.server.response_items import Input, ItemReference, KeptItem, ReasoningItem
from trinity.server.response_store import Item, ResponseStore
from trinity.server.response_tools import AnyTool, FunctionTool, HostedTool, TextConfig
from trinity.types import (
    ChatRequest,
    Effort,
    IntensityRequest,
    Message,
    SamplingParams,
    TextPart,
)

if TYPE_CHECKING:
    from trinity.engine.llm import LLM

MAX_ITEMS = 2048
LOGPROBS = "message.output_text.logprobs"
_TYPES = (*response_items.TYPES, *response_tools.TYPES)
_NOTHING_ASKED: dict[str, tuple[Any, ...]] = {
    "background": (False,),
    "truncation": ("disabled",),
    "verbosity": ("medium",),
    "context": ("auto", "all_turns"),
    "mode": ("standard",),
    "include_obfuscation": (False,),
    "detail": ("auto", "high", "original"),
}
"""Values of parameters without effect that ask for what happens anyway."""
_REFUSED = {
    "background": "answers are made while the client waits; leave it out, or set `stream`",
    "conversation": "conversations are not kept here; go on from a response with "
    "`previous_response_id`",
    "prompt": "prompt templates are not kept here; write the prompt into `instructions` and "
    "`input`",
}
"""Parameters without which a request would mean something else, and what to do instead."""


class Reasoning(Wire):
    """How hard to work."""

    effort: Effort | None = None


class StreamOptions(Wire):
    """Extras of a stream, of which there are none."""


class CountRequest(Extended):
    """The body of `POST /v1/responses/input_tokens`."""

    input: Input | None = Field(default=None, max_length=MAX_ITEMS)
    instructions: str | None = None
    previous_response_id: str | None = None
    tools: list[AnyTool] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    text: TextConfig | None = None


class ResponsesRequest(CountRequest):
    """The body of `POST /v1/responses`: all that is honoured."""

    max_output_tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    include: list[Annotated[str, Field(max_length=64)]] | None = Field(default=None, max_length=16)
    service_tier: Tier | None = None
    store: bool | None = None
    stream_options: StreamOptions | None = None

    # Labels of the caller's own, which ask nothing of the answer.
    user: str | None = Field(default=None, max_length=512)
    metadata: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | (
        None
    ) = Field(default=None, max_length=16)
    safety_identifier: str | None = Field(default=None, max_length=512)
    prompt_cache_key: str | None = Field(default=None, max_length=512)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCall(Call):
    """A request in this dialect."""

    items: tuple[Item, ...]
    """The conversation, to be kept with the response; empty where it is not kept."""
    keep: bool
    """Whether the response is to be found again."""
    echo: dict[str, Any]
    """Fields that the response repeats."""


def read_call(payload: dict[str, Any], model_name: str, store: ResponseStore) -> ResponseCall:
    """Translate a body of `/v1/responses`; `store` has what it refers to.

    Raises `InvalidRequest`, or `NotFound` for another model and for what the store does not have.
    """
    _refuse(payload)
    try:
        body = ResponsesRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error, _TYPES) from None
    check_model(body, model_name)
    if body.stream_options and not body.stream:
        raise InvalidRequest("`stream_options` needs `stream`: true.", param="stream_options")
    conversation = _Conversation.of(body, store)
    items = () if body.store is False else conversation.kept()
    keep = body.store is not False and store.takes(items)
    warnings = [*_without_effect(body)]
    if body.store is not False and not keep:
        warnings.append(
            f"The conversation is larger than the {store.max_bytes:,} bytes that are kept, so the "
            "response cannot be gone on from."
        )
    return ResponseCall(
        requests=(
            replace(
                _chat_request(body, conversation),
                sampling=_sampling(body),
                mode=mode_of(body, body.service_tier),
            ),
        ),
        stream=bool(body.stream),
        requested=body.model_dump(include={*REPORTED, "reasoning"}, exclude_none=True),
        warnings=warnings_of(body, _NOTHING_ASKED, warnings),
        items=items if keep else (),
        keep=keep,
        echo=_echo(body, keep=keep),
    )


def count_tokens(payload: dict[str, Any], llm: LLM, store: ResponseStore) -> dict[str, Any]:
    """Tokens of a prompt, pictures included. Raises like `read_call`."""
    _refuse(payload)
    try:
        body = CountRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error, _TYPES) from None
    check_model(body, llm.model_name)
    prepared = llm.prepare(_chat_request(body, _Conversation.of(body, store)))
    count = len(prepared.generation.prompt_ids)
    return {"object": "response.input_tokens", "input_tokens": count}


def missing_response(response_id: str, advice: str, param: str | None = None) -> NotFound:
    """The refusal of a response that the store does not have."""
    return NotFound(
        f"There is no response {response_id[:80]!r} here: it was not stored, was deleted, or made "
        f"room for newer ones; {advice}.",
        param=param,
    )


@dataclass(frozen=True, slots=True)
class _Conversation:
    """Everything the answer follows on, in order."""

    items: list[tuple[KeptItem, Item | None]]
    """Each with the form in which the store has it already, if it does."""
    num_earlier: int
    """Items of the previous response's conversation."""

    @classmethod
    def of(cls, body: CountRequest, store: ResponseStore) -> _Conversation:
        earlier = _earlier(body.previous_response_id, store)
        if body.input is None and body.previous_response_id is None:
            raise InvalidRequest("input is missing.", param="input")
        own = [_resolved(item, index, store) for index, item in enumerate(body.input or ())]
        return cls(
            [*((response_items.read_kept(item), item) for item in earlier), *own], len(earlier)
        )

    def kept(self) -> tuple[Item, ...]:
        return tuple(kept or response_items.as_kept(item) for item, kept in self.items)

    def messages(self) -> Iterator[Message]:
        return response_items.read_messages([item for item, _ in self.items], self.num_earlier)


def _earlier(response_id: str | None, store: ResponseStore) -> tuple[Item, ...]:
    if response_id is None:
        return ()
    previous = store.find(response_id)
    if previous is None:
        advice = "send the whole conversation as `input`"
        raise missing_response(response_id, advice, "previous_response_id")
    return previous.conversation


def _resolved(
    item: KeptItem | ItemReference, index: int, store: ResponseStore
) -> tuple[KeptItem, Item | None]:
    if not isinstance(item, ItemReference):
        return item, None
    kept = store.item(item.id)
    if kept is None:
        raise NotFound(
            f"There is no item {item.id[:80]!r} here: its response was not stored, was deleted, or "
            "made room for newer ones; send the item itself.",
            param=f"input[{index}].id",
        )
    return response_items.read_kept(kept), kept


def _refuse(payload: dict[str, Any]) -> None:
    for name, advice in _REFUSED.items():
        if payload.get(name) not in (None, False):
            raise InvalidRequest(f"`{name}` is set, but {advice}.", param=name)


def _without_effect(body: ResponsesRequest) -> Iterator[str]:
    for index, tool in enumerate(body.tools or ()):
        if isinstance(tool, HostedTool):
            yield f"tools[{index}] is a {tool.type[:64]}, which is not run here, and was left out."
    for value in body.include or ():
        if value != LOGPROBS:
            yield f"{value} cannot be included and was left out."
    for index, item in enumerate(body.input or ()):
        if isinstance(item, ReasoningItem) and item.summary and not item.content:
            yield f"input[{index}] has a summary and no reasoning_text, and was left out."


def _chat_request(body: CountRequest, conversation: _Conversation) -> ChatRequest:
    instructions = body.instructions
    system = [Message(role="system", parts=(TextPart(instructions),))] if instructions else []
    tools = tuple(
        response_tools.read_tool(tool)
        for tool in body.tools or ()
        if isinstance(tool, FunctionTool)
    )
    choice = response_tools.read_tool_choice(body.tool_choice, body.parallel_tool_calls)
    if choice.required and not tools:
        raise InvalidRequest("`tool_choice` needs `tools` that are functions.", param="tool_choice")
    return ChatRequest(
        messages=(*system, *conversation.messages()),
        tools=() if body.tool_choice == "none" else tools,
        tool_choice=choice,
        structure=response_tools.read_structure(body.text),
        intensity=_intensity(body),
        mode=body.own_mode(),
        strict=bool(body.strict),
    )


def _intensity(body: CountRequest) -> IntensityRequest:
    asked = body.intensity_request()
    effort = body.reasoning.effort if body.reasoning else None
    if effort and asked.reasoning_effort and effort != asked.reasoning_effort:
        raise InvalidRequest(
            f"reasoning.effort is {effort} and reasoning_effort is {asked.reasoning_effort}; give "
            "one.",
            param="reasoning_effort",
        )
    return replace(asked, reasoning_effort=effort or asked.reasoning_effort)


def _sampling(body: ResponsesRequest) -> SamplingParams:
    with_logprobs = LOGPROBS in (body.include or ())
    if body.top_logprobs and not with_logprobs:
        raise InvalidRequest(
            f'`top_logprobs` needs `include`: ["{LOGPROBS}"].', param="top_logprobs"
        )
    return SamplingParams(
        temperature=body.temperature,
        top_p=body.top_p,
        presence_penalty=body.presence_penalty or 0.0,
        frequency_penalty=body.frequency_penalty or 0.0,
        logprobs=(body.top_logprobs or 0) if with_logprobs else None,
        seed=body.seed,
        max_tokens=body.max_output_tokens,
    )


def _echo(body: ResponsesRequest, *, keep: bool) -> dict[str, Any]:
    form = body.text.format if body.text else None
    effort = body.reasoning.effort if body.reasoning else None
    shown = form.model_dump(exclude_none=True, by_alias=True) if form else {"type": "text"}
    tools = [tool for tool in body.tools or () if isinstance(tool, FunctionTool)]
    return {
        "instructions": body.instructions,
        "previous_response_id": body.previous_response_id,
        "tools": [tool.model_dump() for tool in tools],
        "tool_choice": body.tool_choice or "auto",
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "text": {"format": shown, "verbosity": "medium"},
        "reasoning": {"effort": effort or body.reasoning_effort, "summary": None},
        "max_output_tokens": body.max_output_tokens,
        "presence_penalty": body.presence_penalty or 0.0,
        "frequency_penalty": body.frequency_penalty or 0.0,
        "top_logprobs": body.top_logprobs or 0,
        "store": keep,
        "metadata": body.metadata or {},
        "safety_identifier": body.safety_identifier,
        "prompt_cache_key": body.prompt_cache_key,
        "user": body.user,
    }
