"""The OpenAI completions dialect, inward: text that the model goes on with becomes `TextRequest`s.

Called by the app; `completions_answers.py` is the way back. There is no conversation and no
thinking: what the model reads is the text, or both sides of a gap where there is a `suffix`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import first_mistake
from trinity.server.extension import MAX_INT32, REPORTED, Call, check_model, warnings_of
from trinity.server.openai_common import NOTHING_ASKED, Sampled
from trinity.server.structure import read_structure
from trinity.types import TextRequest

MAX_PROMPTS = 64
MAX_LOGPROBS = 5
DEFAULT_TOKENS = 16
"""What the dialect gives where no limit is asked for."""

TokenIds = list[Annotated[int, Field(ge=0, le=MAX_INT32)]]


def _as_list(value: object) -> object:
    """One prompt, as text or as ids, as a list of one."""
    is_ids = isinstance(value, list) and value and type(value[0]) is int
    return [value] if isinstance(value, str) or is_ids else value


class CompletionRequest(Sampled):
    """The body of `POST /v1/completions`: all that is honoured."""

    prompt: Annotated[
        list[str | Annotated[TokenIds, Field(min_length=1)]],
        Field(min_length=1, max_length=MAX_PROMPTS),
        BeforeValidator(_as_list),
    ]
    suffix: str | None = None
    echo: bool | None = None
    logprobs: int | None = Field(default=None, ge=0, le=MAX_LOGPROBS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCall(Call):
    """A call that goes on with texts."""

    requests: tuple[TextRequest, ...]
    echo: bool


def read_call(payload: dict[str, Any], model_name: str) -> TextCall:
    """Translate a body. Raises `InvalidRequest`, or `NotFound` for another model."""
    try:
        body = CompletionRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error) from None
    check_model(body, model_name)
    if body.echo and body.logprobs is not None:
        raise InvalidRequest(
            "`echo` and `logprobs` are both given, and prompts have no log-probabilities here; "
            "leave one out.",
            param="echo",
        )
    return TextCall(
        requests=tuple(_request(body, prompt) for prompt in body.prompt),
        stream=bool(body.stream),
        include_usage=body.include_usage,
        requested=body.model_dump(include=set(REPORTED), exclude_none=True),
        warnings=warnings_of(body, NOTHING_ASKED),
        echo=bool(body.echo),
    )


def _request(body: CompletionRequest, prompt: str | list[int]) -> TextRequest:
    text, ids = (prompt, None) if isinstance(prompt, str) else ("", tuple(prompt))
    if body.suffix and ids:
        raise InvalidRequest(
            "`suffix` needs a prompt that is text, and this one is token ids.", param="suffix"
        )
    asked = body.intensity_request()
    is_silent = asked.reasoning_effort is None and asked.intensity is None
    return TextRequest(
        text=text,
        token_ids=ids,
        suffix=body.suffix or None,
        structure=read_structure(None, body.structured_outputs),
        sampling=body.sampling(body.logprobs, body.max_tokens or DEFAULT_TOKENS),
        intensity=replace(asked, reasoning_effort="none") if is_silent else asked,
        mode=body.wanted_mode(),
        n=body.n or 1,
        strict=bool(body.strict),
    )
