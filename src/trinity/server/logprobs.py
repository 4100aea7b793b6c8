"""A token's name and log-probability as OpenAI's dialects show them.

Called by their answers, and where a prompt is shown token by token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.types import TokenEvent


def token_logprob(event: TokenEvent, tokenizer: Tokenizer) -> dict[str, Any] | None:
    """What an event says of its token and the alternatives.

    `None` where it says nothing, and for markers, such as the end of thinking, which have no text.
    """
    if event.logprob is None or tokenizer.is_control(event.token_id):
        return None
    others = [_shown(*pair, tokenizer) for pair in event.top_logprobs]
    return {**_shown(event.token_id, event.logprob, tokenizer), "top_logprobs": others}


def token_name(token_id: int, tokenizer: Tokenizer) -> str:
    """A token as text, or the name of a control token."""
    if tokenizer.is_control(token_id):
        return tokenizer.control_name(token_id)
    return tokenizer.token_bytes(token_id).decode("utf-8", errors="replace")


def _shown(token_id: int, logprob: float, tokenizer: Tokenizer) -> dict[str, Any]:
    data = None if tokenizer.is_control(token_id) else list(tokenizer.token_bytes(token_id))
    # JSON has no infinity; the wire's own floor stands for "impossible".
    return {
        "token": token_name(token_id, tokenizer),
        "logprob": max(logprob, -9999.0),
        "bytes": data,
    }
