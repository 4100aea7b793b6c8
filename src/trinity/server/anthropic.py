"""The Anthropic messages dialect, inward: a request body becomes a `ChatRequest`.

Called by the app; `anthropic_answers.py` is the way back. What the models below do not list has no
effect, and a warning says so. Beside the dialect's own parameters it takes Trinity's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from trinity.errors import InvalidRequest
from trinity.inputs.chat import system_prompt_effort
from trinity.inputs.documents import MAX_NAME, document_from_data_url
from trinity.inputs.images import image_from_data_url
from trinity.inputs.openai_messages import MAX_TOOLS, Wire, first_mistake
from trinity.server.extension import (
    MAX_INT32,
    REPORTED,
    Call,
    Extended,
    check_model,
    warnings_of,
)
from trinity.types import (
    ChatRequest,
    DocumentPart,
    Effort,
    ImagePart,
    IntensityRequest,
    Message,
    Part,
    SamplingParams,
    Structure,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCall,
    ToolChoice,
)

if TYPE_CHECKING:
    from trinity.engine.llm import LLM

MAX_MESSAGES = 2048
MAX_STOPS = 16
_TYPES = ("text", "image", "document", "thinking", "tool_use", "tool_result")
_NOTHING_ASKED: dict[str, tuple[Any, ...]] = {
    "cache_control": ({"type": "ephemeral"},),  # prompts are cached anyway
    "citations": ({"enabled": False},),
}


def _as_blocks(value: object) -> object:
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


class TextBlock(Wire):
    """Text in a message."""

    type: Literal["text"]
    text: str


class ImageSource(Wire):
    """Where a picture is; only its bytes themselves are read."""

    type: Literal["base64"]
    media_type: str
    data: str


class ImageBlock(Wire):
    """A picture in a message."""

    type: Literal["image"]
    source: ImageSource


class DocumentSource(Wire):
    """A PDF file's bytes, or a text."""

    type: Literal["base64", "text"]
    media_type: str
    data: str


class DocumentBlock(Wire):
    """A document in a message."""

    type: Literal["document"]
    source: DocumentSource
    title: str | None = None
    context: str | None = None
    """What the sender says of the document."""


SeenBlock = TextBlock | ImageBlock | DocumentBlock


class ThinkingBlock(Wire):
    """Earlier reasoning of the assistant; the signature is not checked."""

    type: Literal["thinking"]
    thinking: str
    signature: str | None = None


class ToolUseBlock(Wire):
    """A call of the assistant."""

    type: Literal["tool_use"]
    id: str
    name: str
    input: dict[str, Any]


class ToolResultBlock(Wire):
    """What a call gave back."""

    type: Literal["tool_result"]
    tool_use_id: str
    content: Annotated[list[SeenBlock], BeforeValidator(_as_blocks)] = Field(default=[])
    is_error: bool | None = None


Block = Annotated[
    SeenBlock | ThinkingBlock | ToolUseBlock | ToolResultBlock,
    Field(discriminator="type"),
]


class WireMessage(Wire):
    """One turn."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[list[Block], BeforeValidator(_as_blocks)]


class WireTool(Wire):
    """A function the model may call."""

    name: str
    description: str | None = None
    input_schema: dict[str, Any]
    type: Literal["custom"] | None = None
    strict: bool | None = None


class Thinking(Wire):
    """Whether and how long to think."""

    type: Literal["enabled", "disabled", "adaptive"]
    budget_tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)


class OutputFormat(Wire):
    """What the answer must look like."""

    type: Literal["json_schema"]
    json_schema: dict[str, Any] = Field(alias="schema")


class OutputConfig(Wire):
    """How hard to work, and the form of the answer."""

    effort: Effort | None = None
    format: OutputFormat | None = None


class Choice(Wire):
    """Which tools may or must be called."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class CountRequest(Extended):
    """The body of `POST /v1/messages/count_tokens`."""

    messages: list[WireMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    system: Annotated[list[TextBlock], BeforeValidator(_as_blocks)] = Field(default=[])
    tools: list[WireTool] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_choice: Choice | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None


class MessagesRequest(CountRequest):
    """The body of `POST /v1/messages`: all that is honoured."""

    max_tokens: int = Field(ge=1, le=MAX_INT32)
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=1, le=MAX_INT32)
    stop_sequences: list[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        default=[], max_length=MAX_STOPS
    )
    service_tier: Literal["auto", "standard_only"] | None = None
    metadata: dict[str, Any] | None = Field(default=None, max_length=16)


def read_call(payload: dict[str, Any], model_name: str) -> Call:
    """Translate a body of `/v1/messages`. Raises `InvalidRequest`, or `NotFound` for another
    model."""
    try:
        body = MessagesRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error, _TYPES) from None
    check_model(body, model_name)
    sampling = SamplingParams(
        temperature=body.temperature,
        top_p=body.top_p,
        top_k=body.top_k,
        stop=tuple(body.stop_sequences),
        seed=body.seed,
        max_tokens=body.max_tokens,
    )
    return Call(
        requests=(replace(_chat_request(body), sampling=sampling),),
        stream=bool(body.stream),
        requested=body.model_dump(
            include={*REPORTED, "thinking", "output_config"}, exclude_none=True, by_alias=True
        ),
        warnings=warnings_of(body, _NOTHING_ASKED),
    )


def count_tokens(payload: dict[str, Any], llm: LLM) -> dict[str, Any]:
    """Tokens of a prompt, pictures included. Raises like `read_call`."""
    try:
        body = CountRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error, _TYPES) from None
    check_model(body, llm.model_name)
    return {"input_tokens": len(llm.prepare(_chat_request(body)).generation.prompt_ids)}


def _chat_request(body: CountRequest) -> ChatRequest:
    messages = (*_system(body.system), *(m for turn in body.messages for m in _messages(turn)))
    choice = body.tool_choice or Choice(type="auto")
    tools = () if choice.type == "none" else tuple(map(_tool, body.tools or ()))
    form = body.output_config.format if body.output_config else None
    return ChatRequest(
        messages=messages,
        tools=tools,
        tool_choice=_tool_choice(choice, tools),
        structure=None
        if form is None
        else Structure(kind="json_schema", source=json.dumps(form.json_schema)),
        intensity=_intensity(body, messages),
        continues=messages[-1].role == "assistant",
        mode=body.own_mode(),
        strict=bool(body.strict),
    )


def _intensity(body: CountRequest, messages: Sequence[Message]) -> IntensityRequest:
    """How hard to work. In this dialect a request that says nothing of it asks for no thinking."""
    asked = body.intensity_request()
    config, thinking = body.output_config, body.thinking
    effort = config.effort if config else None
    if effort and asked.reasoning_effort and effort != asked.reasoning_effort:
        raise InvalidRequest(
            f"output_config.effort is {effort} and reasoning_effort is {asked.reasoning_effort}; "
            "give one.",
            param="reasoning_effort",
        )
    wanted: str | None = asked.reasoning_effort or effort
    is_silent = wanted is None and asked.intensity is None
    budget = asked.thinking_token_budget
    match thinking:
        case Thinking(type="disabled"):
            wanted, budget = ("none" if is_silent else wanted), 0
        case Thinking(type="enabled"):
            wanted = "high" if is_silent else wanted
            budget = thinking.budget_tokens if budget is None else budget
        case None if is_silent and system_prompt_effort(messages) is None:
            wanted = "none"
        case _:
            pass
    return replace(asked, reasoning_effort=wanted, thinking_token_budget=budget)


def _tool_choice(choice: Choice, tools: Sequence[Tool]) -> ToolChoice:
    if choice.type in ("any", "tool") and not tools:
        raise InvalidRequest("`tool_choice` needs `tools`.", param="tool_choice")
    is_named = choice.type == "tool"
    if is_named and choice.name is None:
        raise InvalidRequest(
            "tool_choice has the type tool and no name; give the tool's.", param="tool_choice"
        )
    # `input` is an object, so what a call says must be JSON: naming all tools binds their calls.
    all_names = tuple(tool.name for tool in tools)
    names = (choice.name,) if is_named and choice.name else all_names
    return ToolChoice(
        required=choice.type in ("any", "tool"),
        names=names if tools else None,
        parallel=not choice.disable_parallel_tool_use,
    )


def _tool(tool: WireTool) -> Tool:
    return Tool(
        name=tool.name,
        description=tool.description or "",
        parameters=tool.input_schema,
        strict=bool(tool.strict),
    )


def _system(blocks: Sequence[TextBlock]) -> Iterator[Message]:
    if blocks:
        yield Message(role="system", parts=tuple(TextPart(block.text) for block in blocks))


def _messages(turn: WireMessage) -> Iterator[Message]:
    """Our messages of a turn: results of tools, which stand in the user's, are of their own."""
    parts: list[Part] = []
    calls: list[ToolCall] = []
    for block in turn.content:
        match block:
            case TextBlock() | ImageBlock() | DocumentBlock():
                parts += _seen(block)
            case ThinkingBlock(thinking=text):
                parts.append(ThinkingPart(text))
            case ToolUseBlock():
                arguments = json.dumps(block.input)
                calls.append(ToolCall(id=block.id, name=block.name, arguments=arguments))
            case ToolResultBlock():
                yield _result(block)
    if turn.role != "assistant" and calls:
        raise InvalidRequest(
            f"A message of the {turn.role} has a tool_use; only the assistant's may.",
            param="messages",
        )
    # A turn without content is passed on, to be refused as empty.
    if parts or calls or not turn.content:
        yield Message(role=turn.role, parts=tuple(parts), tool_calls=tuple(calls))


def _result(block: ToolResultBlock) -> Message:
    mark = (TextPart("Error: "),) if block.is_error else ()
    parts = (part for inner in block.content for part in _seen(inner))
    return Message(role="tool", parts=(*mark, *parts), tool_call_id=block.tool_use_id)


def _seen(block: SeenBlock) -> Iterator[Part]:
    match block:
        case TextBlock(text=text):
            yield TextPart(text)
        case ImageBlock():
            yield _image(block)
        case DocumentBlock(source=source, title=title, context=context):
            if context:
                yield TextPart(f"{context}\n")
            name = (title or "document")[:MAX_NAME]
            if source.type == "text":
                yield DocumentPart(name=name, data=source.data.encode(errors="replace"))
            else:
                yield document_from_data_url(source.data, name)


def _image(block: ImageBlock) -> ImagePart:
    source = block.source
    return ImagePart(image_from_data_url(f"data:{source.media_type};base64,{source.data}"))
