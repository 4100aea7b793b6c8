"""Messages to a prompt: the official template of version 15, as mistral-common writes it.

Called with every chat request, by the server, the command line and training. What a caller writes
never becomes a control token; what cannot be put into a prompt is refused with one sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from trinity.errors import InvalidRequest, TooLarge
from trinity.inputs.documents import with_documents
from trinity.inputs.images import prepare_image
from trinity.types import (
    EFFORTS,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    PreparedImage,
    TextPart,
    TextRequest,
    ThinkingPart,
    Tool,
)

if TYPE_CHECKING:
    from mistral_common.tokens.tokenizers.image import ImageEncoder, ImageEncoding

    from trinity.config import VisionConfig
    from trinity.inputs.tokenizer import Tokenizer

MAX_IMAGES = 16
"""Pictures in one prompt; each may take 28 MB once prepared."""

_EFFORT_LINE = re.compile(r"^[ \t]*reasoning_effort:[ \t]*(.*?)[ \t\r]*$", re.IGNORECASE | re.M)
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_FOLLOWERS = {
    "system": ("system", "user", "assistant"),
    "user": ("system", "user", "assistant"),
    "assistant": ("user", "assistant", "tool"),
    "tool": ("user", "assistant", "tool"),
}
"""Which roles may follow a role."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the engine reads: token ids, and the pictures in the order they stand in them."""

    token_ids: tuple[int, ...]
    images: tuple[PreparedImage, ...] = ()
    warnings: tuple[str, ...] = ()


def render(
    messages: Sequence[Message],
    tools: Sequence[Tool],
    effort_token: str,
    tokenizer: Tokenizer,
    vision: VisionConfig | None,
    *,
    continues: bool = False,
) -> Prompt:
    """The prompt after which the model answers `messages`, or goes on with the last of them.

    `effort_token` is the `reasoning_effort` that stands in the prompt; `vision` is `None` for a
    model without an image encoder. Raises `InvalidRequest` where the template has no place for
    what was given.
    """
    if effort_token not in tokenizer.effort_tokens:
        raise InvalidRequest(
            f"This model's prompts have no reasoning effort {effort_token!r}; they have "
            f"{_listed(tokenizer.effort_tokens)}.",
            param="reasoning_effort",
        )
    messages, warnings = with_documents(messages, vision, MAX_IMAGES)
    _check_messages(messages, continues=continues)
    _check_tool_calls(messages)
    _check_tools(tools)
    encoder = _ImageEncoder(tokenizer, _prepare_images(messages, vision))
    token_ids = _encode(messages, tools, effort_token, tokenizer, encoder, continues=continues)
    images = tuple(_placed(encoder.used, token_ids, tokenizer))
    return Prompt(tuple(token_ids), images, warnings)


def render_text(request: TextRequest, tokenizer: Tokenizer) -> tuple[int, ...]:
    """The prompt after which the model goes on with a text, or fills the gap before its suffix.

    The official template for filling in: the suffix stands before the text.
    """
    text = tokenizer.encode(request.text)
    if request.suffix is None:
        return (tokenizer.bos_id, *text)
    suffix = tokenizer.encode(request.suffix)
    before, after = tokenizer.control_id("[SUFFIX]"), tokenizer.control_id("[PREFIX]")
    return (tokenizer.bos_id, before, *suffix, after, *text)


def system_prompt_effort(messages: Sequence[Message]) -> str | None:
    """The effort that a line `reasoning_effort: NAME` of a system message asks for, if any.

    Raises `InvalidRequest` for an unknown name or for two that differ.
    """
    found: str | None = None
    for message in messages:
        if message.role != "system":
            continue
        for value in _EFFORT_LINE.findall(message.text):
            name = value.lower()
            if name not in EFFORTS:
                raise InvalidRequest(
                    f"The system prompt asks for reasoning_effort {value[:40]!r}; the names are "
                    f"{_listed(EFFORTS)}."
                )
            if found not in (None, name):
                raise InvalidRequest(
                    f"The system prompt asks for reasoning_effort {found} and {name}; keep one."
                )
            found = name
    return found


class _ImageEncoder:
    """Takes the place of mistral-common's image encoder, which needs OpenCV.

    A chunk names its picture by number. The pictures are noted in the order they are asked for,
    which is that of the prompt: the template sorts tool results and may move a picture forward.
    """

    def __init__(self, tokenizer: Tokenizer, images: list[PreparedImage]) -> None:
        self._tokenizer = tokenizer
        self._images = images
        self.used: list[PreparedImage] = []

    def __call__(self, chunk: Any) -> ImageEncoding:
        from mistral_common.tokens.tokenizers.image import ImageEncoding

        image = self._images[int(chunk.get_url())]
        self.used.append(image)
        row = [self._tokenizer.image_id] * image.columns + [self._tokenizer.image_break_id]
        tokens = row * image.rows
        tokens[-1] = self._tokenizer.image_end_id
        return ImageEncoding(tokens=tokens, image=image.pixels)


def _prepare_images(
    messages: Sequence[Message], vision: VisionConfig | None
) -> list[PreparedImage]:
    parts = [part for message in messages for part in message.parts if isinstance(part, ImagePart)]
    if parts and vision is None:
        raise InvalidRequest("This model reads text only; leave the pictures out.")
    if len(parts) > MAX_IMAGES:
        raise TooLarge(
            f"The conversation has {len(parts)} pictures; at most {MAX_IMAGES} are allowed."
        )
    return [prepare_image(part.data, vision) for part in parts if vision is not None]


def _placed(
    images: Sequence[PreparedImage], token_ids: Sequence[int], tokenizer: Tokenizer
) -> Iterator[PreparedImage]:
    """Note where each picture starts; text has no image tokens, so the next one begins it."""
    end = 0
    for image in images:
        start = token_ids.index(tokenizer.image_id, end)
        end = start + image.num_tokens
        yield replace(image, start=start)


def _encode(
    messages: Sequence[Message],
    tools: Sequence[Tool],
    effort_token: str,
    tokenizer: Tokenizer,
    encoder: _ImageEncoder,
    *,
    continues: bool,
) -> list[int]:
    from mistral_common.exceptions import MistralCommonException
    from mistral_common.protocol.instruct.normalize import get_normalizer
    from mistral_common.protocol.instruct.request import ChatCompletionRequest, ReasoningEffort
    from mistral_common.protocol.instruct.validator import ValidationMode, get_validator
    from mistral_common.tokens.tokenizers.instruct import InstructTokenizerV15
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

    tekken = tokenizer.tekken
    template = MistralTokenizer(
        InstructTokenizerV15(tekken, image_encoder=cast("ImageEncoder", encoder)),
        validator=get_validator(tekken.version, ValidationMode.serving),
        request_normalizer=get_normalizer(tekken.version, tekken.model_settings_builder),
    )
    official = _official_messages(messages)
    if continues:
        official[-1].prefix = True
    request = ChatCompletionRequest(
        model="trinity",
        messages=official,
        tools=_official_tools(tools) or None,
        reasoning_effort=ReasoningEffort(effort_token),
    )
    try:
        return list(template.encode_chat_completion(request).tokens)
    except MistralCommonException as error:
        raise InvalidRequest(
            f"The conversation does not fit the model's template: {error.message.rstrip('.')}."
        ) from None
    except ValueError:
        # The only one left: the split pattern gives up on hundreds of thousands of blanks.
        raise InvalidRequest(
            "The conversation has a run of blanks that is too long to tokenise; shorten it."
        ) from None


def _official_messages(messages: Sequence[Message]) -> list[Any]:
    from mistral_common.protocol.instruct import messages as official

    numbers = iter(range(MAX_IMAGES))
    result: list[Any] = []
    for message in messages:
        chunks = [_chunk(part, numbers) for part in message.parts if part != TextPart("")]
        content = chunks or ""
        match message.role:
            case "system":
                result.append(official.SystemMessage(content=content))
            case "user":
                result.append(official.UserMessage(content=content))
            case "assistant":
                calls = _official_calls(message)
                result.append(official.AssistantMessage(content=content, tool_calls=calls or None))
            case "tool":
                call_id = message.tool_call_id
                result.append(official.ToolMessage(content=content, tool_call_id=call_id))
    return result


def _chunk(part: Part, numbers: Iterator[int]) -> Any:
    from mistral_common.protocol.instruct.chunk import ImageURLChunk, TextChunk, ThinkChunk

    match part:
        case TextPart(text):
            return TextChunk(text=text)
        case ThinkingPart(text):
            return ThinkChunk(thinking=text)
        case ImagePart():
            return ImageURLChunk(image_url=str(next(numbers)))
        case DocumentPart(name=name):
            raise ValueError(f"the document {name} was not read")


def _official_calls(message: Message) -> list[Any]:
    from mistral_common.protocol.instruct.tool_calls import FunctionCall, ToolCall

    return [
        ToolCall(id=call.id, function=FunctionCall(name=call.name, arguments=call.arguments))
        for call in message.tool_calls
    ]


def _official_tools(tools: Sequence[Tool]) -> list[Any]:
    from mistral_common.protocol.instruct import tool_calls as official

    return [
        official.Tool(
            function=official.Function(
                name=tool.name, description=tool.description, parameters=tool.parameters
            )
        )
        for tool in tools
    ]


def _check_messages(messages: Sequence[Message], *, continues: bool) -> None:
    """Refuse what the template has no place for, message by message."""
    if not messages:
        raise InvalidRequest("There are no messages; send at least one from the user.")
    if not any(message.role == "user" for message in messages):
        raise InvalidRequest("There is no message from the user; send at least one.")
    if messages[0].role == "tool":
        raise InvalidRequest("The first message is a tool result; start with one from the user.")
    for number, message in enumerate(messages, start=1):
        _check_parts(number, message)
    for number, (message, follower) in enumerate(pairwise(messages), 2):
        if follower.role not in _FOLLOWERS[message.role]:
            raise InvalidRequest(
                f"Message {number} has the role {follower.role}, which cannot follow "
                f"{message.role}; allowed are {_listed(_FOLLOWERS[message.role])}."
            )
    last = messages[-1]
    if continues:
        if last.role != "assistant" or last.tool_calls or not last.text:
            raise InvalidRequest(
                "The last message is to be continued; it must be one from the assistant, with text "
                "and without tool calls."
            )
    elif last.role not in ("user", "tool"):
        raise InvalidRequest(
            f"The last message has the role {last.role}; end with one from the user or a "
            "tool, for the model to answer."
        )


def _check_parts(number: int, message: Message) -> None:
    role = message.role
    has_image = any(isinstance(part, ImagePart) for part in message.parts)
    has_thinking = any(isinstance(part, ThinkingPart) for part in message.parts)
    if has_image and role not in ("user", "tool"):
        raise InvalidRequest(
            f"Message {number} has a picture and the role {role}; only user and tool messages may."
        )
    if has_thinking and role != "assistant":
        raise InvalidRequest(
            f"Message {number} has thinking and the role {role}; only assistant messages may."
        )
    if message.tool_calls and role != "assistant":
        raise InvalidRequest(
            f"Message {number} has tool calls and the role {role}; only assistant messages may."
        )
    if role == "user" and not has_image and not message.text.strip():
        raise InvalidRequest(f"Message {number}, from the user, is empty; write something in it.")
    if role == "assistant" and not (message.text or has_thinking or message.tool_calls):
        raise InvalidRequest(f"Message {number}, from the assistant, is empty; leave it out.")


def _check_tool_calls(messages: Sequence[Message]) -> None:
    """Require one result for each call, before the assistant's next message."""
    waiting: set[str] = set()
    answered: set[str] = set()
    for number, message in enumerate(messages, start=1):
        if message.role == "tool":
            call_id = message.tool_call_id
            if call_id is None or call_id not in waiting:
                problem = "is answered already" if call_id in answered else "is not open"
                raise InvalidRequest(
                    f"Message {number} is the result of tool call {call_id!r}, which {problem}; "
                    "give each result the id of a call in the assistant message before it."
                )
            waiting.remove(call_id)
            answered.add(call_id)
        elif message.role == "assistant":
            _require_answered(waiting)
            for call in message.tool_calls:
                _check_call(number, call.id, call.name, call.arguments)
            waiting = {call.id for call in message.tool_calls}
            answered = set()
            if len(waiting) != len(message.tool_calls):
                raise InvalidRequest(f"Message {number} has two tool calls with the same id.")
    _require_answered(waiting)


def _require_answered(waiting: set[str]) -> None:
    if waiting:
        raise InvalidRequest(
            f"The tool call {min(waiting)!r} has no result; send one tool message for each call."
        )


def _check_call(number: int, call_id: str, name: str, arguments: str) -> None:
    if not call_id or call_id == "null":
        raise InvalidRequest(f"Message {number} has a tool call without an id; give it one.")
    _check_tool_name(name)
    try:
        parsed = json.loads(arguments)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise InvalidRequest(
            f"Message {number} calls {name} with arguments that are not a JSON object; send one, "
            "such as {}."
        )


def _check_tools(tools: Sequence[Tool]) -> None:
    if not tools:
        return
    from mistral_common.utils.json_utils import validate_json_schema_by_draft7

    seen: set[str] = set()
    for tool in tools:
        _check_tool_name(tool.name)
        if tool.name in seen:
            raise InvalidRequest(f"There are two tools named {tool.name}; rename one.")
        seen.add(tool.name)
        try:
            validate_json_schema_by_draft7(tool.parameters)
        except (ValueError, RecursionError):
            raise InvalidRequest(
                f"The parameters of the tool {tool.name} are not a valid JSON schema (draft 7)."
            ) from None


def _check_tool_name(name: str) -> None:
    if not _TOOL_NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name[:80]!r} is not a tool name; use 1 to 64 letters, digits, _ and -."
        )


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
