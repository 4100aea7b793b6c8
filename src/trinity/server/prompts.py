"""What a prompt comes to, without an answer: token ids of a text or a conversation, and back.

Called by the app for `/tokenize` and `/detokenize`, which read and answer as vLLM's do, and for
`/v1/chat/completions/render`, which shows what the model would read.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from trinity.errors import InvalidRequest
from trinity.inputs.openai_messages import Wire, first_mistake
from trinity.server import openai
from trinity.server.extension import MAX_INT32, check_name
from trinity.server.logprobs import token_name

if TYPE_CHECKING:
    from trinity.engine.llm import LLM
    from trinity.inputs.tokenizer import Tokenizer

MAX_TOKENS = 1_000_000


class TextToTokens(Wire):
    """The body of `POST /tokenize` for a text."""

    model: str | None = None
    prompt: str
    add_special_tokens: bool | None = None
    """Whether the token that begins every prompt is put first; so it is unless refused."""
    return_token_strs: bool | None = None


class TokensToText(Wire):
    """The body of `POST /detokenize`."""

    model: str | None = None
    tokens: list[Annotated[int, Field(ge=0, le=MAX_INT32)]] = Field(max_length=MAX_TOKENS)


W = TypeVar("W", TextToTokens, TokensToText)


def tokenize(payload: dict[str, Any], llm: LLM) -> dict[str, Any]:
    """Token ids of a text, or of the prompt of a chat. Raises `InvalidRequest` or `NotFound`."""
    if "messages" in payload:
        shows = payload.get("return_token_strs")
        rest = {name: value for name, value in payload.items() if name != "return_token_strs"}
        call = openai.read_call({"model": llm.model_name, **rest}, llm.model_name)
        ids = list(llm.prepare(call.requests[0]).generation.prompt_ids)
    else:
        body = _read(TextToTokens, payload, llm)
        shows = body.return_token_strs
        begins = [] if body.add_special_tokens is False else [llm.tokenizer.bos_id]
        ids = [*begins, *llm.tokenizer.encode(body.prompt)]
    return {
        "count": len(ids),
        "max_model_len": llm.max_context,
        "tokens": ids,
        "token_strs": [token_name(token, llm.tokenizer) for token in ids] if shows else None,
    }


def detokenize(payload: dict[str, Any], llm: LLM) -> dict[str, Any]:
    """Text of token ids, control tokens written out. Raises `InvalidRequest` or `NotFound`."""
    body = _read(TokensToText, payload, llm)
    return {"prompt": written_out(body.tokens, llm.tokenizer)}


def render(payload: dict[str, Any], llm: LLM) -> dict[str, Any]:
    """The prompt of a chat, what its settings come to, and its warnings.

    Raises `InvalidRequest` or `NotFound`, as the chat itself would.
    """
    call = openai.read_call(payload, llm.model_name)
    prepared = llm.prepare(call.requests[0])
    generation = prepared.generation
    return {
        "object": "trinity.prompt",
        "model": llm.model_name,
        "prompt": written_out(generation.prompt_ids, llm.tokenizer),
        "token_ids": list(generation.prompt_ids),
        "images": [
            {"start": image.start, "rows": image.rows, "columns": image.columns}
            | {"tokens": image.num_tokens}
            for image in generation.images
        ],
        "effective": {
            **asdict(prepared.effective),
            "mode": str(prepared.mode),
            "max_tokens": generation.sampling.max_tokens,
        },
        "warnings": [*call.warnings, *prepared.warnings],
    }


def written_out(token_ids: list[int] | tuple[int, ...], tokenizer: Tokenizer) -> str:
    """Text in which control tokens stand by their names.

    Raises `InvalidRequest` for an id outside the vocabulary.
    """
    parts: list[str] = []
    text: list[int] = []
    for token in token_ids:
        if tokenizer.is_control(token):
            parts += [tokenizer.decode(text), tokenizer.control_name(token)]
            text = []
        else:
            text.append(token)
    return "".join([*parts, tokenizer.decode(text)])


def _read(kind: type[W], payload: dict[str, Any], llm: LLM) -> W:
    try:
        body = kind.model_validate(payload)
    except ValidationError as error:
        raise first_mistake(error) from None
    if body.model is not None:
        check_name(body.model, llm.model_name)
    if unknown := set(body.model_extra or {}):
        raise InvalidRequest(
            f"There is no parameter {min(unknown)[:64]!r} here; the parameters are "
            f"{', '.join(kind.model_fields)}.",
            param=min(unknown)[:64],
        )
    return body
