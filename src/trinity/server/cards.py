"""The model as each dialect lists it.

Called by the app for its routes below `models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from trinity.server.http import MISTRAL_PREFIX

if TYPE_CHECKING:
    from trinity.engine.llm import LLM


def card_of(llm: LLM, created: int, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """What a client of the dialect of `path` and `headers` reads of the model.

    `created` is when it was opened, in seconds of the epoch.
    """
    if path.startswith(MISTRAL_PREFIX):
        return _mistral(llm, created)
    if "anthropic-version" in headers:
        return _anthropic(llm, created)
    return _openai(llm, created)


def _openai(llm: LLM, created: int) -> dict[str, Any]:
    return {
        "id": llm.model_name,
        "object": "model",
        "created": created,
        "owned_by": "trinity",
        "max_model_len": llm.max_context,
    }


def _anthropic(llm: LLM, created: int) -> dict[str, Any]:
    return {
        "type": "model",
        "id": llm.model_name,
        "display_name": llm.model_name,
        "created_at": datetime.fromtimestamp(created, UTC).isoformat(),
        "lifecycle": "active",
        "max_input_tokens": llm.max_context,
        "max_tokens": llm.max_context,
    }


def _mistral(llm: LLM, created: int) -> dict[str, Any]:
    return {
        "id": llm.model_name,
        "object": "model",
        "type": "base",
        "created": created,
        "owned_by": "trinity",
        "name": llm.model_name,
        "aliases": [],
        "max_context_length": llm.max_context,
        "capabilities": {
            "completion_chat": True,
            "completion_fim": True,
            "function_calling": True,
            "reasoning": True,
            "vision": llm.reads_images,
        },
    }
