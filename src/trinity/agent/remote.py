"""A model behind an OpenAI-compatible server, as the loop needs it: chat completions with tools.

With the standard library alone. A key goes to the server that was named and nowhere else:
redirections are refused.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from trinity.agent.loop import Reply
from trinity.errors import TrinityError, Unauthorised, UsageError
from trinity.types import FinishReason, Message, Tool, ToolCall, Usage

TIMEOUT_S = 600.0
MAX_ANSWER_BYTES = 16 * 2**20
TRIES = 3
MAX_WAIT_S = 30.0
"""Longest wait before another try, whatever the server asks for."""
OWN_SETTINGS = ("active_experts", "thinking_token_budget")
"""Settings that only Trinity's servers are known to have."""
_BUSY = (429, 502, 503, 504)


class RemoteModel:
    """A model at `url`, the address under which `/chat/completions` lies."""

    def __init__(
        self, url: str, name: str, api_key: str | None, settings: Mapping[str, object]
    ) -> None:
        """Ask the model that the server knows as `name`, with `settings` in every request.

        Raises `UsageError` for what is no address.
        """
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"The URL {url!r} must begin with http:// or https://.", param="url")
        self.name = name
        self._url = url.rstrip("/")
        self._settings = dict(settings)
        self._headers = {"content-type": "application/json"}
        if api_key is not None:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._opener = urllib.request.build_opener(_NoRedirection)

    def answer(self, messages: tuple[Message, ...], tools: tuple[Tool, ...]) -> Reply:
        """Answer a conversation; where the server is busy, it is asked again a little later."""
        body = {
            "model": self.name,
            "messages": [_message(message) for message in messages],
            "tools": [_tool(tool) for tool in tools],
            **self._settings,
        }
        try:
            answer = self._post(json.dumps(body).encode())
            return _reply(answer, self._warnings(answer))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise TrinityError(
                f"The answer of {self._url} is no chat completion; check the address, which most "
                "servers want with /v1 at its end."
            ) from None

    def _warnings(self, answer: Any) -> tuple[str, ...]:
        """What a Trinity server warns of; another one is not known to read its settings."""
        if report := answer.get("trinity"):
            return tuple(map(str, report["warnings"]))
        asked = [name for name in OWN_SETTINGS if name in self._settings]
        if not asked:
            return ()
        return (f"The server does not say whether it honours {' and '.join(asked)}.",)

    def _post(self, body: bytes) -> Any:
        for attempt in range(1, TRIES + 1):
            request = urllib.request.Request(
                f"{self._url}/chat/completions", data=body, headers=self._headers
            )
            try:
                with self._opener.open(request, timeout=TIMEOUT_S) as response:
                    answer = response.read(MAX_ANSWER_BYTES + 1)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in _BUSY or attempt == TRIES:
                        raise self._refusal(error) from None
                    time.sleep(_wait(error.headers.get("retry-after"), attempt))
            except (OSError, http.client.HTTPException, ValueError) as error:
                reason = getattr(error, "reason", None) or error
                raise TrinityError(
                    f"No server answers at {self._url} ({reason}); check --url, or start one with "
                    "`trinity serve`."
                ) from None
            else:
                if len(answer) > MAX_ANSWER_BYTES:
                    raise TrinityError(
                        f"The answer of {self._url} is longer than {MAX_ANSWER_BYTES >> 20} MB."
                    )
                return json.loads(answer)
        raise AssertionError  # the last attempt returns or raises

    def _refusal(self, error: urllib.error.HTTPError) -> TrinityError:
        if error.code in (401, 403):
            return Unauthorised(
                f"The server at {self._url} wants a key, or another one; put it into the "
                "environment variable TRINITY_API_KEY."
            )
        if error.code in range(300, 400):
            return TrinityError(
                f"The server at {self._url} redirects elsewhere, which is not followed; give the "
                "address that it names with --url."
            )
        return TrinityError(f"The server at {self._url} refused: {_reason(error)}")


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow none: the key would be sent along."""


def _message(message: Message) -> dict[str, object]:
    written: dict[str, object] = {"role": message.role, "content": message.text}
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        written["tool_call_id"] = message.tool_call_id
    return written


def _tool(tool: Tool) -> dict[str, object]:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    }


def _reply(answer: Any, warnings: tuple[str, ...]) -> Reply:
    choice = answer["choices"][0]
    message = choice["message"]
    calls = tuple(
        ToolCall(
            id=str(call.get("id", "")),
            name=str(call["function"]["name"]),
            arguments=str(call["function"].get("arguments") or "{}"),
        )
        for call in message.get("tool_calls") or ()
    )
    reason: FinishReason = "tool_calls" if calls else "stop"
    return Reply(
        text=str(message.get("content") or ""),
        tool_calls=calls,
        finish_reason="length" if choice.get("finish_reason") == "length" else reason,
        usage=_usage(answer.get("usage") or {}),
        warnings=warnings,
    )


def _usage(usage: Any) -> Usage:
    """The counts that the server gives; zeros for what it does not."""
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    return Usage(
        prompt_tokens=int(usage.get("prompt_tokens") or 0),
        cached_tokens=int(prompt.get("cached_tokens") or 0),
        image_tokens=0,
        completion_tokens=int(usage.get("completion_tokens") or 0),
        reasoning_tokens=int(completion.get("reasoning_tokens") or 0),
    )


def _wait(asked: str | None, attempt: int) -> float:
    """Seconds until the next try: what the server asks for, else more each time."""
    seconds = float(asked) if asked and asked.isdecimal() else float(2 ** (attempt - 1))
    return min(seconds, MAX_WAIT_S)


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(2**16))["error"]["message"])[:500]
    except (ValueError, KeyError, TypeError, OSError):
        return f"{error.code} {error.reason}"
