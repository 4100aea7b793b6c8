"""Changing an answer while it is made: what `POST /v1/requests/{id}/steer` takes.

Called by the app. The id is the one that the answer's first event carries.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import Wire, first_mistake
from trinity.server.extension import MAX_INT32
from trinity.types import Steering


class SteerRequest(Wire):
    """The body."""

    model_config = ConfigDict(extra="forbid")

    action: Steering
    tokens: int | None = Field(default=None, ge=1, le=MAX_INT32)
    """How many more may be thought; only with `extend`, which needs it."""


def read_steering(payload: dict[str, Any]) -> tuple[Steering, int]:
    """The action, and its tokens. Raises `InvalidRequest`."""
    try:
        body = SteerRequest.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error) from None
    if (body.action == "extend") != (body.tokens is not None):
        raise InvalidRequest(
            f"action is {body.action} and tokens is {body.tokens}; extend needs tokens, and the "
            "other actions take none.",
            param="tokens",
        )
    return body.action, body.tokens or 0
