"""Messages and tools as the OpenAI chat dialect writes them, read into our own.

Called by the server for each request and by training for each row of a user's own data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from trinity.errors import InvalidRequest
from trinity.inputs.documents import document_from_data_url
from trinity.inputs.images import image_from_data_url
from trinity.types import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCall,
)

MAX_TOOLS = 128
_PART_TYPES = ("text", "image_url", "thinking", "file")

OpenImage = Callable[[str], bytes]
"""Gives the bytes of the image file that a URL stands for, or raises `InvalidRequest`."""


class Wire(BaseModel):
    """An object of the dialect. Unknown fields are kept, to be reported."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


def _as_parts(value: object) -> object:
    if value is None:
        return []
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


def _as_url(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class TextContent(Wire):
    """Text in a message."""

    type: Literal["text"]
    text: str


class ImageUrl(Wire):
    """Where a picture is; only data URLs are read."""

    url: str


class ImageContent(Wire):
    """A picture in a message."""

    type: Literal["image_url"]
    image_url: Annotated[ImageUrl, BeforeValidator(_as_url)]


class ThinkingContent(Wire):
    """Earlier reasoning, in the form of Mistral's chunks or as one text."""

    type: Literal["thinking"]
    thinking: Annotated[list[TextContent], BeforeValidator(_as_parts)]


class File(Wire):
    """A document: a PDF file, or text in UTF-8."""

    file_data: str | None = None
    """A data URL, or base64 alone."""
    filename: str | None = None
    file_id: str | None = None


class FileContent(Wire):
    """A document in a message."""

    type: Literal["file"]
    file: File


AnyContent = TextContent | ImageContent | ThinkingContent | FileContent
Content = Annotated[AnyContent, Field(discriminator="type")]


class FunctionCall(Wire):
    """What the assistant called."""

    name: str
    arguments: str


class WireToolCall(Wire):
    """A call in an earlier message."""

    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


class WireMessage(Wire):
    """One turn."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[list[Content], BeforeValidator(_as_parts)] = []
    reasoning: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[WireToolCall] | None = Field(default=None, max_length=MAX_TOOLS)
    tool_call_id: str | None = None


class FunctionDefinition(Wire):
    """A function the model may call."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class WireTool(Wire):
    """A tool the model may use."""

    type: Literal["function"]
    function: FunctionDefinition


def read_message(
    message: WireMessage, index: int, open_image: OpenImage = image_from_data_url
) -> Message:
    """Our form of the message number `index`. Raises `InvalidRequest`.

    The default `open_image` is for text from a network: it reads no file.
    """
    where = f"messages[{index}]"
    role = "system" if message.role == "developer" else message.role
    contents = enumerate(message.content)
    return Message(
        role=role,
        parts=(
            *_reasoning(message, where),
            *(_part(content, f"{where}.content[{i}]", open_image) for i, content in contents),
        ),
        tool_calls=tuple(
            ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
            for call in message.tool_calls or ()
        ),
        tool_call_id=message.tool_call_id,
    )


def read_tool(tool: WireTool) -> Tool:
    """Our form of a tool."""
    function = tool.function
    return Tool(
        name=function.name,
        description=function.description or "",
        parameters=function.parameters or {},
        strict=bool(function.strict),
    )


def first_mistake(error: ValidationError, types: Collection[str] = _PART_TYPES) -> InvalidRequest:
    """What is wrong first, without the parser's own vocabulary.

    `types` are those of list items that come in several, which the parser adds to their places.
    """
    first = error.errors(include_url=False, include_context=False)[0]
    where = _path(first["loc"], types)
    if first["type"] == "missing":
        return InvalidRequest(f"{where} is missing.", param=where)
    given = first["input"]
    is_short = isinstance(given, str | bool | int | float)
    shown = f" is {repr(given)[:40]}" if is_short else ""
    message = first["msg"][:1].lower() + first["msg"][1:]
    return InvalidRequest(f"{where}{shown}: {message}.", param=where)


def _reasoning(message: WireMessage, where: str) -> tuple[Part, ...]:
    """The thinking in a message's fields, which clients send back under either name, or both."""
    texts = {text for text in (message.reasoning, message.reasoning_content) if text}
    if len(texts) > 1:
        raise InvalidRequest(
            "`reasoning` and `reasoning_content` are two names of one field and differ; give one.",
            param=f"{where}.reasoning",
        )
    return tuple(map(ThinkingPart, texts))


def read_file(data: str | None, name: str | None, file_id: str | None, where: str) -> DocumentPart:
    """A document as OpenAI's dialects give it, at the place `where`. Raises `InvalidRequest`."""
    if file_id is not None or data is None:
        raise InvalidRequest(
            "Files are not looked up by id here; send the document as `file_data`.",
            param=f"{where}.file_id" if file_id is not None else f"{where}.file_data",
        )
    try:
        return document_from_data_url(data, name)
    except InvalidRequest as error:
        raise type(error)(error.message, param=f"{where}.file_data") from None


def _part(content: AnyContent, where: str, open_image: OpenImage) -> Part:
    match content:
        case FileContent(file=file):
            return read_file(file.file_data, file.filename, file.file_id, f"{where}.file")
        case TextContent(text=text):
            return TextPart(text)
        case ThinkingContent(thinking=thinking):
            return ThinkingPart("".join(part.text for part in thinking))
        case ImageContent(image_url=image):
            try:
                return ImagePart(open_image(image.url))
            except InvalidRequest as error:
                raise type(error)(error.message, param=f"{where}.image_url") from None


def _path(location: tuple[int | str, ...], types: Collection[str]) -> str:
    """A field's place as JavaScript writes it; pydantic adds an item's type after its index."""
    path = ""
    for before, item in zip(("", *location), location, strict=False):
        if isinstance(item, int):
            path += f"[{item}]"
        elif not (isinstance(before, int) and item in types):
            path += f".{item}" if path else item
    return path
