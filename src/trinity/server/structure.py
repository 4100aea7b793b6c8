"""What a request says its answer must look like: formats, and which tools must or may be called.

Called by the OpenAI dialect. vLLM's `structured_outputs` is read beside `response_format`.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import Wire
from trinity.types import Structure, ToolChoice

MAX_SOURCE = 100_000
"""Letters of a regular expression or grammar."""
MAX_OPTIONS = 1024

Source = Annotated[str, Field(min_length=1, max_length=MAX_SOURCE)]


class JsonSchema(Wire):
    """A schema under the name that its caller gives it."""

    name: str | None = None
    description: str | None = None
    json_schema: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None


class ResponseFormat(Wire):
    """`response_format`; the last two kinds are an extension."""

    type: Literal["text", "json_object", "json_schema", "regex", "grammar"]
    json_schema: JsonSchema | None = None
    regex: Source | None = None
    grammar: Source | None = None


class StructuredOutputs(Wire):
    """`structured_outputs`, of which one field is to be given."""

    json_schema: dict[str, Any] | str | None = Field(default=None, alias="json")
    json_object: bool | None = None
    regex: Source | None = None
    choice: list[Source] | None = Field(default=None, min_length=1, max_length=MAX_OPTIONS)
    grammar: Source | None = None


def read_structure(
    wanted: ResponseFormat | None, outputs: StructuredOutputs | None
) -> Structure | None:
    """Our form of either, `None` where the answer is free. Raises `InvalidRequest`."""
    found = [one for one in (_of_format(wanted), _of_outputs(outputs)) if one is not None]
    if len(found) > 1:
        raise InvalidRequest(
            "`response_format` and `structured_outputs` both give a structure; give one.",
            param="structured_outputs",
        )
    return found[0] if found else None


def read_tool_choice(value: object, parallel: bool | None) -> ToolChoice:
    """Our form of `tool_choice` and `parallel_tool_calls`. Raises `InvalidRequest`."""
    several = parallel is not False
    match value:
        case None | "auto" | "none":
            return ToolChoice(parallel=several)
        case "required" | "any":
            return ToolChoice(required=True, parallel=several)
        case {"type": "function", "function": {"name": str(name)}}:
            return ToolChoice(required=True, names=(name,), parallel=several)
        case {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto" | "required" as mode, "tools": [_, *_] as tools},
        }:
            names = tuple(_name(tool) for tool in tools)
            return ToolChoice(required=mode == "required", names=names, parallel=several)
        case _:
            raise InvalidRequest(
                "tool_choice is not one of auto, none, required, "
                '{"type": "function", "function": {"name": ...}} and {"type": "allowed_tools", '
                '"allowed_tools": {"mode": ..., "tools": [...]}}.',
                param="tool_choice",
            )


def _name(tool: object) -> str:
    match tool:
        case {"type": "function", "function": {"name": str(name)}}:
            return name
    raise InvalidRequest(
        'allowed_tools lists tools as {"type": "function", "function": {"name": ...}}.',
        param="tool_choice",
    )


def _of_format(wanted: ResponseFormat | None) -> Structure | None:
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return _json({"type": "object"}, strict=True)
    given = getattr(wanted, wanted.type)
    if given is None:
        raise InvalidRequest(
            f"response_format has the type {wanted.type} and no {wanted.type}; give it.",
            param="response_format",
        )
    if isinstance(given, JsonSchema):
        return _json(given.json_schema, strict=bool(given.strict))
    return Structure(kind="regex" if wanted.type == "regex" else "lark", source=given)


def _of_outputs(outputs: StructuredOutputs | None) -> Structure | None:
    if outputs is None:
        return None
    given = {
        name: value
        for name in ("json_schema", "json_object", "regex", "choice", "grammar")
        if (value := getattr(outputs, name))
    }
    if len(given) != 1:
        raise InvalidRequest(
            f"structured_outputs has {len(given)} of json, json_object, regex, choice and "
            "grammar; give one.",
            param="structured_outputs",
        )
    [(name, value)] = given.items()
    match name:
        case "json_object":
            return _json({"type": "object"}, strict=True)
        case "json_schema":
            return _json(_parsed(value), strict=False)
        case "choice":
            options = " | ".join(json.dumps(option) for option in value)
            return Structure(kind="lark", source=f"start: {options}")
        case _:
            return Structure(kind="regex" if name == "regex" else "lark", source=value)


def _parsed(schema: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(schema, dict):
        return schema
    try:
        found = json.loads(schema)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidRequest(
            "structured_outputs.json is text that is no JSON object; give a JSON schema.",
            param="structured_outputs",
        )
    return found


def _json(schema: dict[str, Any], *, strict: bool) -> Structure:
    return Structure(kind="json_schema", source=json.dumps(schema), strict=strict)
