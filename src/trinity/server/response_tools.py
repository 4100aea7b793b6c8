"""What a request in the Responses dialect says of its tools, and of the form of its answer.

Called by the dialect's inward side. Both are flat here; `structure.py` reads the chat dialect's.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import Wire
from trinity.types import Structure, Tool, ToolChoice

TYPES = ("function", "hosted")
"""Types of tools, as this file tells them apart."""


class FunctionTool(Wire):
    """A function the model may call."""

    type: Literal["function"]
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class HostedTool(Wire):
    """A tool of any other kind, such as those that OpenAI runs; it is left out."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: str


def _kind_of_tool(value: object) -> str:
    given = value.get("type") if isinstance(value, dict) else None
    return "function" if given == "function" else "hosted"


AnyTool = Annotated[
    Annotated[FunctionTool, Tag("function")] | Annotated[HostedTool, Tag("hosted")],
    Discriminator(_kind_of_tool),
]


class TextFormat(Wire):
    """What the answer must look like."""

    type: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    description: str | None = None
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: bool | None = None


class TextConfig(Wire):
    """The form of the answer."""

    format: TextFormat | None = None


def read_tool(tool: FunctionTool) -> Tool:
    """Our form of a tool."""
    return Tool(
        name=tool.name,
        description=tool.description or "",
        parameters=tool.parameters or {},
        strict=bool(tool.strict),
    )


def read_tool_choice(value: object, parallel: bool | None) -> ToolChoice:
    """Our form of `tool_choice` and `parallel_tool_calls`. Raises `InvalidRequest`."""
    several = parallel is not False
    match value:
        case None | "auto" | "none":
            return ToolChoice(parallel=several)
        case "required":
            return ToolChoice(required=True, parallel=several)
        case {"type": "function", "name": str(name)}:
            return ToolChoice(required=True, names=(name,), parallel=several)
        case {
            "type": "allowed_tools",
            "mode": "auto" | "required" as mode,
            "tools": [_, *_] as tools,
        }:
            names = tuple(map(_name, tools))
            return ToolChoice(required=mode == "required", names=names, parallel=several)
        case _:
            raise _wrong_choice()


def _name(tool: object) -> str:
    match tool:
        case {"type": "function", "name": str(name)}:
            return name
    raise _wrong_choice()


def _wrong_choice() -> InvalidRequest:
    return InvalidRequest(
        'tool_choice is not one of auto, none, required, {"type": "function", "name": ...} and '
        '{"type": "allowed_tools", "mode": ..., "tools": [{"type": "function", "name": ...}]}.',
        param="tool_choice",
    )


def read_structure(text: TextConfig | None) -> Structure | None:
    """Our form of `text.format`, `None` where the answer is free. Raises `InvalidRequest`."""
    match text.format if text else None:
        case None | TextFormat(type="text"):
            return None
        case TextFormat(type="json_object"):
            return Structure(kind="json_schema", source='{"type": "object"}', strict=True)
        case TextFormat(json_schema=None):
            raise InvalidRequest(
                "text.format has the type json_schema and no schema; give it.",
                param="text.format.schema",
            )
        case TextFormat(json_schema=schema, strict=strict):
            return Structure(kind="json_schema", source=json.dumps(schema), strict=bool(strict))
