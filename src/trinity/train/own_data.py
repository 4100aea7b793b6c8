"""A user's own chats: JSON lines in the OpenAI form, checked as a whole before training starts.

A row is `{"messages": [...], "tools": [...], "effort": "high"}`; docs/training.md describes it.
Each turn of the assistant is one example: its prompt is what a server would have been sent, and
loss falls on the turn alone. Thoughts of earlier turns are not in it, as clients leave them out.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trinity.config import AnyConfig
from trinity.errors import ConfigError, InvalidRequest
from trinity.inputs.chat import render
from trinity.inputs.images import load_image_argument
from trinity.inputs.openai_messages import (
    WireMessage,
    WireTool,
    first_mistake,
    read_message,
    read_tool,
)
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.example import Example, patch_labels, said_ids
from trinity.train.items import Split
from trinity.types import DocumentPart, ImagePart, Message, TextPart, ThinkingPart, Tool

SHOWN_BAD_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataConfig:
    """A file of chats, and how it is used."""

    path: str
    share: float = 0.5
    """Of the examples; the others are generated exercises, so that what the model can do is not
    forgotten."""
    max_tokens: int = 1024
    """Rows with a longer example cannot be used."""
    validation_share: float = 0.1
    """Of the conversations, which are never trained on; a hash of what is asked decides."""
    skip_bad_rows: bool = False
    """Leave out rows that cannot be used; otherwise they are an error."""

    def __post_init__(self) -> None:
        """Raises `ConfigError` for shares that are none."""
        if not 0 < self.share <= 1 or not 0 <= self.validation_share < 1:
            raise ConfigError(
                f"share is {self.share} and validation_share is {self.validation_share}; the first "
                "must be above 0 and at most 1, the second at least 0 and below 1."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of the assistant to learn, with what came before it."""

    before: tuple[Message, ...]
    said: Message
    tools: tuple[Tool, ...]
    effort: str | None
    """The effort in the prompt; `None`: any, since there are no thoughts to be more or less of."""

    def example(
        self, effort: str, experts: tuple[int, ...], tokenizer: Tokenizer, model: AnyConfig
    ) -> Example:
        """Tokenise the turn; `experts` as in `Example`. Raises `InvalidRequest`."""
        prompt = render(self.before, self.tools, effort, tokenizer, model.vision)
        calls = [(call.name, _compact(call.arguments)) for call in self.said.tool_calls]
        answer, _ = said_ids(self.said.text, calls, _thoughts(self.said), tokenizer)
        pictures = [image.pixels for image in prompt.images]
        return Example(
            ids=[*prompt.token_ids, *answer],
            answer_start=len(prompt.token_ids),
            experts=experts,
            pixels=tuple(pictures),
            labels=patch_labels(None, pictures, model),
            domain="own",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """All turns of a file that can be used, and what is to be told of it."""

    config: OwnDataConfig
    turns: dict[Split, list[Turn]] = field(repr=False)
    note: str

    def pick(self, split: Split, first: int, count: int, seed: int) -> Iterator[Turn]:
        """`count` turns of `split` from number `first` on: all in some order, then in another."""
        turns = self.turns[split]
        order: list[int] = []
        for number in range(first, first + count):
            epoch, place = divmod(number, len(turns))
            if not order or place == 0:
                order = random.Random(f"own/{seed}/{epoch}").sample(range(len(turns)), len(turns))
            yield turns[order[place]]


def read_own_data(config: OwnDataConfig, model: AnyConfig, tokenizer: Tokenizer) -> OwnData:
    """Read and check all rows. Raises `ConfigError` that names the lines that cannot be used."""
    path = Path(config.path)
    turns: dict[Split, list[Turn]] = {Split.TRAIN: [], Split.VALIDATION: []}
    bad: list[str] = []
    rows = held_out = 0
    for number, line in _lines(path):
        rows += 1
        try:
            chat = _read_row(line, path.parent)
            _check(chat, config.max_tokens, tokenizer, model)
        except InvalidRequest as error:
            bad.append(f"line {number}: {_located(error)}")
            continue
        is_held_out = _is_held_out(chat, config.validation_share)
        held_out += is_held_out
        turns[Split.VALIDATION if is_held_out else Split.TRAIN] += chat.turns()
    if bad and not config.skip_bad_rows:
        raise ConfigError(_complaint(path, bad, rows))
    if not turns[Split.TRAIN]:
        raise ConfigError(f"{path} has no row to train on; of {rows}, {len(bad)} cannot be used.")
    note = f"{path}: {rows - len(bad)} conversations, {held_out} of them held out"
    note += f"; {len(bad)} rows skipped that cannot be used." if bad else "."
    return OwnData(config=config, turns=turns, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chat:
    """A row as it is meant, not yet checked."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...]
    effort: str | None
    learnt: tuple[int, ...]
    """Which messages are turns to learn."""

    def turns(self) -> list[Turn]:
        history = tuple(map(_without_thoughts, self.messages))
        return [
            Turn(before=history[:i], said=self.messages[i], tools=self.tools, effort=self.effort)
            for i in self.learnt
        ]


class _Row(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    messages: list[WireMessage] = Field(min_length=1)
    tools: list[WireTool] | None = None
    effort: str | None = None

    # The user's own labels.
    id: Any = None
    metadata: Any = None


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise ConfigError(
            f"The data file {path} cannot be read: {error.strerror or error}."
        ) from None


def _read_row(line: bytes, folder: Path) -> _Chat:
    """The chat of a line. Raises `InvalidRequest`."""
    try:
        values = json.loads(line.decode("utf-8-sig"))
        if not isinstance(values, dict):
            raise InvalidRequest("The row is not a JSON object.")
        row = _Row.model_validate(values)
    except UnicodeDecodeError:
        raise InvalidRequest("The text is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"Not valid JSON at column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise InvalidRequest("The JSON is nested too deep.") from None
    except ValidationError as error:
        raise first_mistake(error) from None

    def open_image(url: str) -> bytes:
        is_url = url[:5].lower() in ("data:", "http:", "https")
        return load_image_argument(url if is_url else str(folder / url))

    messages = [read_message(wire, i, open_image) for i, wire in enumerate(row.messages)]
    effort = row.effort or ("high" if any(map(_thoughts, messages)) else None)
    return _Chat(
        messages=tuple(messages),
        tools=tuple(map(read_tool, row.tools or ())),
        effort=effort,
        learnt=tuple(
            i
            for i, wire in enumerate(row.messages)
            if wire.role == "assistant" and (wire.model_extra or {}).get("weight") != 0
        ),
    )


def _check(chat: _Chat, max_tokens: int, tokenizer: Tokenizer, model: AnyConfig) -> None:
    """Raises `InvalidRequest` for a chat that cannot be learnt."""
    last = chat.messages[-1]
    if last.role != "assistant":
        raise InvalidRequest(
            f"The last message has the role {last.role}; end with what the assistant says."
        )
    if not chat.learnt:
        raise InvalidRequest("Every turn of the assistant has the weight 0; none is to be learnt.")
    for number, message in enumerate(chat.messages):
        if message.role == "assistant" and not (message.text or message.tool_calls):
            raise InvalidRequest(f"messages[{number}] has neither text nor tool calls.")
        if chat.effort == "none" and _thoughts(message):
            raise InvalidRequest(f"effort is 'none', but messages[{number}] has thoughts.")
    # Rendered with a message after the last, so that the template's rules are asked about that too.
    closing = [
        Message(role="tool", parts=(TextPart("-"),), tool_call_id=call.id)
        for call in last.tool_calls
    ] or [Message.user("-")]
    effort = chat.effort or "none"
    render((*chat.messages, *closing), chat.tools, effort, tokenizer, model.vision)
    length = max(
        len(turn.example(effort, (1,) * model.num_hidden_layers, tokenizer, model).ids)
        for turn in chat.turns()
    )
    if length > max_tokens:
        raise InvalidRequest(f"It has {length} tokens; at most {max_tokens} are allowed.")


def _is_held_out(chat: _Chat, share: float) -> bool:
    """Whether what is asked, up to the first answer, has a hash below `share`."""
    digest = hashlib.sha256()
    for message in takewhile(lambda message: message.role != "assistant", chat.messages):
        for part in message.parts:
            if isinstance(part, ImagePart | DocumentPart):
                data = part.data
            else:
                data = part.text.encode(errors="replace")
            digest.update(data + b"\0")
    return int.from_bytes(digest.digest()[:4], "big") < share * 2**32


def _thoughts(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, ThinkingPart))


def _without_thoughts(message: Message) -> Message:
    kept = tuple(part for part in message.parts if not isinstance(part, ThinkingPart))
    return replace(message, parts=kept)


def _compact(arguments: str) -> str:
    """JSON as the template writes it."""
    return json.dumps(json.loads(arguments), ensure_ascii=False)


def _located(error: InvalidRequest) -> str:
    param = error.param
    return error.message if not param or param in error.message else f"{param}: {error.message}"


def _complaint(path: Path, bad: Sequence[str], rows: int) -> str:
    hidden = len(bad) - SHOWN_BAD_ROWS
    lines = [
        f"{len(bad)} of {rows} rows of {path} cannot be used; mend them, or leave them out with "
        "--skip-bad-rows:",
        *bad[:SHOWN_BAD_ROWS],
        *([f"and {hidden} more"] if hidden > 0 else []),
    ]
    return "\n  ".join(lines)
