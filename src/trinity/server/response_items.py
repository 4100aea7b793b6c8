"""The items of the Responses dialect: what a conversation is made of, read into our messages.

Called by the dialect's inward side, for the input of a request and for what the store kept of
earlier ones alike.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, field_validator

from trinity.errors import InvalidRequest
from trinity.inputs.images import image_from_data_url
from trinity.inputs.openai_messages import Wire, read_file
from trinity.server.response_store import Item
from trinity.types import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCall,
)

TYPES = (
    "message",
    "reasoning",
    "function_call",
    "function_call_output",
    "item_reference",
    "input_text",
    "output_text",
    "input_image",
    "input_file",
)
"""Types of items and their parts."""
_ID_PREFIXES = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "function_call_output": "fco_",
}

Status = Literal["in_progress", "completed", "incomplete"]


class InputText(Wire):
    """Text from the user or a tool."""

    type: Literal["input_text"]
    text: str


class OutputText(Wire):
    """Text from the assistant; what stands beside it asks for nothing."""

    type: Literal["output_text"]
    text: str
    annotations: list[Any] | None = Field(default=[])
    logprobs: list[Any] | None = Field(default=[])


class InputImage(Wire):
    """A picture; only data URLs are read."""

    type: Literal["input_image"]
    image_url: str


class InputFile(Wire):
    """A document: a PDF file, or text in UTF-8."""

    type: Literal["input_file"]
    file_data: str | None = None
    filename: str | None = None
    file_id: str | None = None
    file_url: str | None = None


AnyContent = InputText | OutputText | InputImage | InputFile


def _as_input_text(value: object) -> object:
    return [{"type": "input_text", "text": value}] if isinstance(value, str) else value


class MessageItem(Wire):
    """One message."""

    type: Literal["message"]
    id: str | None = None
    role: Literal["system", "developer", "user", "assistant"]
    content: list[Annotated[AnyContent, Field(discriminator="type")]]
    status: Status | None = None

    @field_validator("content", mode="before")
    @classmethod
    def _as_parts(cls, value: object, info: ValidationInfo) -> object:
        """Content may be one text."""
        if isinstance(value, str) and info.data.get("role") == "assistant":
            return [{"type": "output_text", "text": value}]
        return _as_input_text(value)


class ReasoningText(Wire):
    """Some reasoning."""

    type: Literal["reasoning_text"]
    text: str


class ReasoningItem(Wire):
    """Earlier reasoning of the assistant; only its text is read, not a summary."""

    type: Literal["reasoning"]
    id: str | None = None
    summary: list[Any] | None = Field(default=[])
    content: list[ReasoningText] | None = None
    status: Status | None = None


class FunctionCallItem(Wire):
    """A call of the assistant."""

    type: Literal["function_call"]
    id: str | None = None
    call_id: str
    name: str
    arguments: str
    status: Status | None = None


class FunctionOutputItem(Wire):
    """What a call gave back."""

    type: Literal["function_call_output"]
    id: str | None = None
    call_id: str
    output: Annotated[
        list[Annotated[InputText | InputImage | InputFile, Field(discriminator="type")]],
        BeforeValidator(_as_input_text),
    ]
    status: Status | None = None


class ItemReference(Wire):
    """The place of an item that the server has."""

    type: Literal["item_reference"]
    id: str


KeptItem = MessageItem | ReasoningItem | FunctionCallItem | FunctionOutputItem
_KEPT: TypeAdapter[KeptItem] = TypeAdapter(Annotated[KeptItem, Field(discriminator="type")])


def _as_items(value: object) -> object:
    """The input may be one text, and a message need not say that it is one."""
    if isinstance(value, str):
        return [{"type": "message", "role": "user", "content": value}]
    if not isinstance(value, list):
        return value
    return [
        {**item, "type": "message"}
        if isinstance(item, dict) and item.get("type") is None and "role" in item
        else item
        for item in value
    ]


Input = Annotated[
    list[Annotated[KeptItem | ItemReference, Field(discriminator="type")]],
    BeforeValidator(_as_items),
]


def read_kept(item: Item) -> KeptItem:
    """An item as it came out of the store."""
    return _KEPT.validate_json(item.data)


def as_kept(item: KeptItem) -> Item:
    """An item as the store is to have it: under an id of the server's own, and with every field
    that clients read."""
    shown = item.model_dump(exclude_none=True)
    for part in shown.get("content", ()):
        if part["type"] == "input_image":
            part.setdefault("detail", "auto")
    own = {"id": new_id(item.type), "type": item.type, "status": "completed"}
    return Item.of({**shown, **own})


def new_id(kind: str) -> str:
    """An id for an item of a type."""
    return f"{_ID_PREFIXES[kind]}{uuid.uuid4().hex}"


def read_messages(items: Sequence[KeptItem], num_earlier: int) -> Iterator[Message]:
    """Our messages; what the assistant said and did in a row is one turn.

    The first `num_earlier` items are no part of the request's own input. Raises `InvalidRequest`
    for a picture that is none.
    """
    turn = _Turn()
    for index, item in enumerate(items, start=-num_earlier):
        where = f"input[{index}]"
        match item:
            case ReasoningItem(content=content):
                turn.parts += [ThinkingPart("".join(part.text for part in content or ()))]
            case FunctionCallItem(call_id=call_id, name=name, arguments=arguments):
                turn.calls.append(ToolCall(id=call_id, name=name, arguments=arguments))
            case MessageItem(role="assistant", content=content):
                turn.parts += _parts(content, f"{where}.content")
            case MessageItem(role=role, content=content):
                yield from turn.end()
                parts = tuple(_parts(content, f"{where}.content"))
                yield Message(role="user" if role == "user" else "system", parts=parts)
            case FunctionOutputItem(call_id=call_id, output=output):
                yield from turn.end()
                parts = tuple(_parts(output, f"{where}.output"))
                yield Message(role="tool", parts=parts, tool_call_id=call_id)
    yield from turn.end()


@dataclass(slots=True)
class _Turn:
    """What the assistant said and did in a row, as far as it is read."""

    parts: list[Part] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)

    def end(self) -> Iterator[Message]:
        """The turn; none where nothing was said, as when an answer was cut off at once."""
        parts = tuple(
            part
            for part in self.parts
            if not isinstance(part, TextPart | ThinkingPart) or part.text
        )
        calls = tuple(self.calls)
        self.parts, self.calls = [], []
        if parts or calls:
            yield Message(role="assistant", parts=parts, tool_calls=calls)


def _is_empty(part: Part) -> bool:
    return isinstance(part, TextPart | ThinkingPart) and not part.text


def _parts(
    contents: Sequence[AnyContent], where: str
) -> Iterator[TextPart | ImagePart | DocumentPart]:
    for index, content in enumerate(contents):
        if isinstance(content, InputFile):
            data = content.file_data or content.file_url
            yield read_file(data, content.filename, content.file_id, f"{where}[{index}]")
            continue
        if not isinstance(content, InputImage):
            yield TextPart(content.text)
            continue
        try:
            yield ImagePart(image_from_data_url(content.image_url))
        except InvalidRequest as error:
            place = f"{where}[{index}].image_url"
            raise type(error)(error.message, param=place) from None
