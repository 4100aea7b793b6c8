"""Mistral's own dialect, inward: its bodies are OpenAI's but for some names, which change here.

Called by the app for the routes below `/mistral`, where Mistral's own client is sent whatever path
it asks for. `mistral_answers.py` is the way back. Besides chat it has fill-in-the-middle.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError
from starlette.datastructures import Headers

from trinity.errors import InvalidRequest
from trinity.inputs.chat import system_prompt_effort
from trinity.inputs.openai_messages import first_mistake
from trinity.server import openai
from trinity.server.extension import REPORTED, Call, check_model, warnings_of
from trinity.server.http import MISTRAL_PREFIX
from trinity.server.openai_common import NOTHING_ASKED, Sampled
from trinity.types import ChatRequest, TextRequest

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

CLIENT = "mistral-client"
"""How the User-Agent of the official client begins."""

OWN_NAMES = ("random_seed", "prompt_mode")
"""Parameters by which a body of the OpenAI route is known to be Mistral's."""

_ASK_NOTHING: dict[str, tuple[Any, ...]] = {
    "safe_prompt": (False,),
    "min_tokens": (0,),
    "prompt_logprobs": (False,),
    "top_prompt_logprobs": (0,),
}


class MistralClients:
    """ASGI middleware that sends the official client to this dialect's routes."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`; must stand before whatever looks at the path."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI asks."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            agent = Headers(scope=scope).get("user-agent", "")
            if agent.startswith(CLIENT):
                scope["path"] = MISTRAL_PREFIX + scope["path"]
        await self._app(scope, receive, send)


class FillRequest(Sampled):
    """The body of `POST /v1/fim/completions`."""

    prompt: str
    suffix: str = Field(default="")


def is_own(payload: dict[str, Any]) -> bool:
    """Whether a body of the OpenAI chat route is written in this dialect."""
    return any(payload.get(name) is not None for name in OWN_NAMES)


def read_call(payload: dict[str, Any], model_name: str) -> Call:
    """Translate a body of chat completions.

    Raises `InvalidRequest`, or `NotFound` for another model.
    """
    call = openai.read_call(_as_openai(payload), model_name)
    [request] = call.requests
    if not isinstance(request, ChatRequest):
        return call
    asked, warnings = request.intensity, call.warnings
    wants_thinking = payload.get("prompt_mode") == "reasoning"
    is_silent = asked.reasoning_effort is None and asked.intensity is None
    if wants_thinking:
        warnings += ("prompt_mode belongs to earlier models; reasoning_effort takes its place.",)
        if request.strict:
            raise InvalidRequest(f"Refused because of `strict`: {warnings[-1]}")
    if is_silent and (wants_thinking or asked.thinking_token_budget):
        asked = replace(asked, reasoning_effort="high")
    elif is_silent and system_prompt_effort(request.messages) is None:
        # As this family's own API does where nothing is asked for.
        asked = replace(asked, reasoning_effort="none")
    return replace(call, requests=(replace(request, intensity=asked),), warnings=warnings)


def read_fill(payload: dict[str, Any], model_name: str) -> Call:
    """Translate a body of fill-in-the-middle. Raises like `read_call`."""
    try:
        body = FillRequest.model_validate(_renamed(payload))
    except ValidationError as error:
        raise first_mistake(error) from None
    check_model(body, model_name)
    asked = body.intensity_request()
    is_silent = asked.reasoning_effort is None and asked.intensity is None
    request = TextRequest(
        text=body.prompt,
        suffix=body.suffix,
        sampling=body.sampling(None, body.max_tokens),
        intensity=replace(asked, reasoning_effort="none") if is_silent else asked,
        mode=body.wanted_mode(),
        n=body.n or 1,
        strict=bool(body.strict),
    )
    return Call(
        requests=(request,),
        stream=bool(body.stream),
        requested=body.model_dump(include=set(REPORTED), exclude_none=True),
        warnings=warnings_of(body, NOTHING_ASKED),
    )


def _as_openai(payload: dict[str, Any]) -> dict[str, Any]:
    body = _renamed(payload)
    mode = body.pop("prompt_mode", None)
    if mode not in (None, "reasoning"):
        raise InvalidRequest(
            f"prompt_mode is {repr(mode)[:40]}; it may be reasoning, or left out.",
            param="prompt_mode",
        )
    messages = body.get("messages")
    if isinstance(messages, list):
        body["messages"] = [_message(message) for message in messages]
        prefixes = [i for i, m in enumerate(messages) if isinstance(m, dict) and m.get("prefix")]
        if prefixes not in ([], [len(messages) - 1]):
            raise InvalidRequest(
                f"messages[{prefixes[0]}].prefix is true; only the last message can be a prefix.",
                param=f"messages[{prefixes[0]}].prefix",
            )
        body["continue_final_message"] = bool(prefixes)
    return body


def _renamed(payload: dict[str, Any]) -> dict[str, Any]:
    """A copy with OpenAI's names, without what asks for nothing."""
    body = {
        name: value
        for name, value in payload.items()
        if value is not None and value not in _ASK_NOTHING.get(name, ())
    }
    if "random_seed" in body:
        if "seed" in body:
            raise InvalidRequest(
                "random_seed and seed are two names of one parameter; give one.",
                param="random_seed",
            )
        body["seed"] = body.pop("random_seed")
    if body.get("service_tier") == "standard":
        body["service_tier"] = "default"
    return body


def _message(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    own = {name: value for name, value in message.items() if value is not None}
    own.pop("prefix", None)
    if own.get("role") == "tool":
        own.pop("name", None)  # the call's id says which tool it was
    if isinstance(content := own.get("content"), list):
        thoughts = [_changed(part, "thinking", _thought) for part in content]
        own["content"] = [_changed(part, "document_url", _document) for part in thoughts]
    if isinstance(calls := own.get("tool_calls"), list):
        own["tool_calls"] = [_changed(call, "function", _function) for call in calls]
    return own


def _changed(item: Any, key: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """`item` as `change` makes it, where it is an object with `key`."""
    return change(item) if isinstance(item, dict) and key in item else item


def _thought(chunk: dict[str, Any]) -> dict[str, Any]:
    """Thinking without its signature and whether it was closed, which need not be said here."""
    return {name: value for name, value in chunk.items() if name not in ("signature", "closed")}


def _document(chunk: dict[str, Any]) -> dict[str, Any]:
    """A document as OpenAI's dialect has it."""
    file = {"file_data": chunk["document_url"], "filename": chunk.get("document_name")}
    return {"type": "file", "file": file}


def _function(call: dict[str, Any]) -> dict[str, Any]:
    """A call whose arguments are text; Mistral's client may send them as an object."""
    function = call["function"]
    if isinstance(function, dict) and isinstance(function.get("arguments"), dict):
        function = {**function, "arguments": json.dumps(function["arguments"])}
    return {**call, "function": function}
