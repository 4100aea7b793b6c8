"""What a chat would take at each intensity, before it is sent: `POST /v1/preview`.

Called by the app. Tokens are counted, the cached part is looked up, and what cannot be known is
forecast from this server's own history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from trinity.errors import InvalidRequest
from trinity.server import openai
from trinity.server.history import Forecast, History
from trinity.types import EFFORTS, ChatRequest

if TYPE_CHECKING:
    from trinity.engine.llm import LLM, Prepared
    from trinity.inputs.chat import Prompt

MORE = "intensities"
"""The only field beside those of a chat: names of levels, or numbers from 0 to 100."""
MAX_INTENSITIES = 16


@dataclass(frozen=True, slots=True)
class Previewed:
    """A chat as it would run at each intensity asked about."""

    intensities: tuple[str | int, ...]
    prepared: tuple[Prepared, ...]
    warnings: tuple[str, ...]


def prepare(payload: dict[str, Any], llm: LLM) -> Previewed:
    """Prepare a chat at each intensity. Raises `InvalidRequest` or `NotFound`."""
    rest = {name: value for name, value in payload.items() if name != MORE}
    intensities = _intensities(payload.get(MORE))
    call = openai.read_call(rest, llm.model_name)
    chats = [request for request in call.requests if isinstance(request, ChatRequest)]
    prompts: dict[str, Prompt] = {}
    prepared = tuple(
        llm.prepare(at(chats[0], intensity), prompts=prompts) for intensity in intensities
    )
    return Previewed(intensities, prepared, call.warnings)


def at(chat: ChatRequest, intensity: str | int) -> ChatRequest:
    """The same chat at another intensity, given by its name or as a number."""
    name, number = (intensity, None) if isinstance(intensity, str) else (None, intensity)
    dial = replace(chat.intensity, reasoning_effort=name, intensity=number)
    return replace(chat, intensity=dial)


def report(
    previewed: Previewed, cached_tokens: Sequence[int], history: History, model_name: str
) -> dict[str, Any]:
    """The answer, given how many tokens of each prompt are cached."""
    first = previewed.prepared[0].generation
    return {
        "object": "trinity.preview",
        "model": model_name,
        "image_tokens": sum(image.num_tokens for image in first.images),
        "warnings": list(previewed.warnings),
        "intensities": [
            {"asked": asked, **_row(prepared, cached, history)}
            for asked, prepared, cached in zip(
                previewed.intensities, previewed.prepared, cached_tokens, strict=True
            )
        ],
    }


def _row(prepared: Prepared, cached_tokens: int, history: History) -> dict[str, Any]:
    generation, effective = prepared.generation, prepared.effective
    num_tokens = len(generation.prompt_ids)
    forecast = history.forecast(
        effective.level, num_tokens - cached_tokens, has_images=bool(generation.images)
    )
    return {
        "level": effective.level,
        "effort_token": effective.effort_token,
        "active_experts": list(effective.active_experts),
        "thinking_token_budget": effective.thinking_token_budget,
        "thoughts": effective.thoughts,
        "prompt_tokens": num_tokens,
        "cached_tokens": cached_tokens,
        **_forecast(forecast),
        "warnings": list(prepared.warnings),
    }


def _forecast(forecast: Forecast | None) -> dict[str, Any]:
    """What is expected; null where nothing was seen yet."""
    if forecast is None:
        names = (field.name for field in fields(Forecast))
        return {**dict.fromkeys(names), "samples": 0}
    return asdict(forecast)


def _intensities(given: Any) -> tuple[str | int, ...]:
    if given is None:
        return EFFORTS
    is_list = isinstance(given, list) and 0 < len(given) <= MAX_INTENSITIES
    if not is_list or not all(map(_is_intensity, given)):
        raise InvalidRequest(
            f"{MORE} must be a list of 1 to {MAX_INTENSITIES} of {', '.join(EFFORTS)}, or of whole "
            "numbers from 0 to 100.",
            param=MORE,
        )
    return tuple(given)


def _is_intensity(value: Any) -> bool:
    return value in EFFORTS if isinstance(value, str) else type(value) is int and 0 <= value <= 100
