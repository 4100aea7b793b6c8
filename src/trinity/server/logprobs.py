"""A token's log-probability as OpenAI's dialects show it.

Called by the answers of both.
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


def _shown(token_id: int, logprob: float, tokenizer: Tokenizer) -> dict[str, Any]:
    if tokenizer.is_control(token_id):
        token, data = tokenizer.control_name(token_id), None
    else:
        data = list(tokenizer.token_bytes(token_id))
        token = bytes(data).decode("utf-8", errors="replace")
    # JSON has no infinity; the wire's own floor stands for "impossible".
    return {"token": token, "logprob": max(logprob, -9999.0), "bytes": data}
