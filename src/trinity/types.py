"""The messages that pass between layers: plain, frozen, picklable, no third-party import.

A `ChatRequest` is what a caller asked, in words. A `GenerationRequest` is the same after the prompt
was tokenised and the intensity resolved: all the engine needs. An `Event` is what the engine says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls"]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""The names of `reasoning_effort`, from least to most."""

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Mode(StrEnum):
    """What the scheduler optimises for."""

    LATENCY = "latency"
    BALANCED = "balanced"
    THROUGHPUT = "throughput"


class Phase(StrEnum):
    """Which part of an answer a token belongs to."""

    THINKING = "thinking"
    ANSWER = "answer"
    TOOL_CALL = "tool_call"


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text inside a message."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture inside a message, as the bytes of an image file (PNG, JPEG, WebP, GIF or BMP)."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    """Earlier reasoning of the assistant that the caller sends back."""

    text: str


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A file inside a message: a PDF file, or text in UTF-8."""

    name: str
    data: bytes = field(repr=False)


Part = TextPart | ImagePart | ThinkingPart | DocumentPart


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call the assistant made; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function the assistant may call; `parameters` is a JSON schema."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    strict: bool = False
    """Whether a call's arguments must match `parameters`, all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """Which tools may be called, and whether one must be."""

    required: bool = False
    names: tuple[str, ...] | None = None
    """Names of the tools that may be called; `None`: all that the request has."""
    parallel: bool = True
    """Whether one answer may hold several calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the text of an answer must look like; the thinking before it is free."""

    kind: Literal["json_schema", "regex", "lark"]
    source: str
    """A JSON schema as JSON text, a regular expression (Rust's), or a grammar (llguidance's
    Lark)."""
    strict: bool = False
    """Whether a schema that cannot be enforced wholly is refused; else it is warned of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Role
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    @classmethod
    def user(cls, text: str, *images: bytes) -> Message:
        """A user turn of pictures followed by text, the order the models are trained on."""
        return cls(role="user", parts=(*map(ImagePart, images), TextPart(text)))

    @property
    def text(self) -> str:
        """The text parts, joined; pictures and thinking left out."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingParams:
    """How tokens are chosen. `None` means: the intensity profile decides, or the feature is off."""

    temperature: float | None = None
    """0 picks the likeliest token; 0 to 2."""
    top_p: float | None = None
    """Keep the smallest set of tokens with at least this probability; above 0, up to 1."""
    top_k: int | None = None
    """Keep this many likeliest tokens; at least 1."""
    min_p: float | None = None
    """Drop tokens below this share of the likeliest one's probability; 0 to 1."""
    presence_penalty: float = 0.0
    """Subtracted from the logit of each token generated before; -2 to 2."""
    frequency_penalty: float = 0.0
    """Subtracted once for each time the token was generated before; -2 to 2."""
    repetition_penalty: float = 1.0
    """Divides positive and multiplies negative logits of tokens seen so far; above 0."""
    stop: tuple[str, ...] = ()
    """Answer text that ends the generation; it is not part of the answer."""
    logit_bias: tuple[tuple[int, float], ...] = ()
    """(token id, value added to its logit) pairs; values from -100 to 100."""
    logprobs: int | None = None
    """Report the chosen token's log-probability and this many alternatives, 0 to 20."""
    seed: int | None = None
    """Fixes the random choices; drawn at random when `None`."""
    max_tokens: int | None = None
    """Limit on generated tokens, thinking included; the context's rest when `None`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityRequest:
    """How hard the caller wants the model to work. Everything left `None` is the model's choice."""

    reasoning_effort: str | None = None
    """One of `EFFORTS`."""
    intensity: int | None = None
    """0 to 100, the same curve as `reasoning_effort`; not both."""
    active_experts: int | None = None
    """Experts per token in every layer, 1 to the number of routed experts."""
    thinking_token_budget: int | None = None
    """Hard limit on thinking tokens; 0 forbids thinking."""
    early_exit: bool | None = None
    """End thinking as soon as a trial answer is confident; some answers will be worse."""
    lossy: bool | None = None
    """Use the checkpoint's lossy profile for the mode, which trades some quality for speed; `None`
    is the engine's setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a caller asked, whatever it begins with."""

    structure: Structure | None = None
    """What the answer must look like, unless it is tool calls; `None`: anything."""
    sampling: SamplingParams = SamplingParams()
    intensity: IntensityRequest = IntensityRequest()
    mode: Mode | None = None
    prediction: str = ""
    """Text that the answer is expected to resemble; it changes the speed alone."""
    n: int = 1
    """How many independent answers."""
    strict: bool = False
    """Refuse the request where it would otherwise be served with a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest(Request):
    """A conversation to be answered."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    continues: bool = False
    """Whether the last message, which is then the assistant's, is the beginning of the answer: the
    model goes on with it, without thinking, and answers with what follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRequest(Request):
    """Text to be gone on with as it stands, outside any conversation and without thinking."""

    text: str = ""
    token_ids: tuple[int, ...] | None = None
    """The whole prompt as ids, given instead of `text`."""
    suffix: str | None = None
    """What follows the gap after `text` that is to be filled; `None`: there is no gap."""


Steering = Literal["skip", "extend", "stop"]
"""What may be done to an answer while it is made: end its thinking and begin the answer, let it
think longer, or end it with what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveIntensity:
    """What an intensity request came to, reported with every answer."""

    level: str
    """The row of the table it was resolved through."""
    effort_token: str
    """The `reasoning_effort` that stands in the prompt."""
    active_experts: tuple[int, ...]
    """Experts per token while decoding, one count a layer."""
    prompt_experts: tuple[int, ...] | None = None
    """Experts per token of the prompt; `None`: the model's own count. Fewer only in a lossy profile
    for throughput, which is also a matter of prompts."""
    thinking_token_budget: int | None
    """`None` is no limit but the context's."""
    temperature: float
    top_p: float
    early_exit: float | None = None
    """How confident a trial answer must be to end the thinking; `None`: there are no trials."""
    lossy: bool = False
    """Whether the level is the mode's lossy profile's."""
    routing_discount: float = 1.0
    """Factor on the probabilities of experts that a step would compute for this token alone; 1
    leaves the routing as it is."""
    thoughts: int = 1
    """How many times the question is thought through; the answer given most often is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """A picture ready for the encoder."""

    pixels: Any = field(repr=False)
    """Float32 numpy array [3, height, width], normalised; sides are multiples of patch x merge."""
    digest: bytes
    """SHA-256 of the pixels: identifies the picture in the prefix cache."""
    start: int
    """Index in the prompt of the first token of the picture."""
    rows: int
    """Token grid height: the picture takes rows x (columns + 1) prompt tokens."""
    columns: int
    """Token grid width."""

    @property
    def num_tokens(self) -> int:
        """Prompt tokens taken, breaks and end included."""
        return self.rows * (self.columns + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """All the engine needs to generate: ids, pictures and resolved settings."""

    request_id: str
    prompt_ids: tuple[int, ...]
    images: tuple[PreparedImage, ...] = ()
    sampling: SamplingParams
    """`temperature`, `top_p`, `seed` and `max_tokens` are set here."""
    active_experts: tuple[int, ...]
    """Experts per decoded token, one count a layer."""
    prompt_experts: tuple[int, ...] | None = None
    """Experts per token of the prompt, one count a layer; `None` is the model's own count. Only
    prompts of equal counts share blocks of the cache."""
    thinking_token_budget: int | None = None
    early_exit: float | None = None
    """How confident a trial answer must be to end the thinking, above 0 and below 1; `None`: there
    are no trials."""
    routing_discount: float = 1.0
    """Factor, 0 to 1, on the probabilities of experts that a step would compute for a decoded token
    alone; below 1, answers depend on what else is computed."""
    may_call_tools: bool = False
    """Whether the answer may hold tool calls; false forbids their marker."""
    grammar: str | None = None
    """What must follow the thinking, as `inputs.grammar` made it; `None`: anything."""
    begun_ids: tuple[int, ...] = ()
    """Text at the end of the prompt that the answer begins with, which the grammar includes."""
    prediction_ids: tuple[int, ...] = ()
    """Text that the answer is expected to resemble; where it does, tokens come faster."""
    mode: Mode | None = None
    """`None` follows the engine's mode, even while the answer is made."""
    n: int = 1
    thoughts: int = 1
    """How many times the question is thought through for its one answer; above 1 only with `n` 1
    and without tools."""

    @property
    def num_sequences(self) -> int:
        """Sequences that the engine runs for the request."""
        return self.n * self.thoughts


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Token counts of one finished answer."""

    prompt_tokens: int
    cached_tokens: int
    """Prompt tokens whose cache entries were reused."""
    image_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    accepted_tokens: int = 0
    """Completion tokens that were guessed before they were chosen."""
    rejected_tokens: int = 0
    """Guesses that were computed and not kept; they are no completion tokens."""
    early_exit: bool = False
    """Whether a confident trial answer ended the thinking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEvent:
    """One generated token of one choice."""

    request_id: str
    index: int
    """Which of the request's n choices."""
    token_id: int
    phase: Phase
    text: str
    """Text that this token completed; empty for control tokens and inside a character."""
    logprob: float | None = None
    top_logprobs: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedEvent:
    """A choice is complete."""

    request_id: str
    index: int
    reason: FinishReason
    usage: Usage
    expert_rows: int
    """Expert evaluations spent on this choice's decoded tokens, all layers."""
    stop_string: str | None = None
    """The stop string that ended the choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEvent:
    """The request ended in an error; no further event follows."""

    request_id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortedEvent:
    """The request was cancelled; no further event follows."""

    request_id: str


Event = TokenEvent | FinishedEvent | FailedEvent | AbortedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One complete answer, as training and evaluation see it."""

    token_ids: tuple[int, ...]
    text: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...] = ()
    """Calls as the model wrote them: `arguments` need not be valid JSON."""
    finish_reason: FinishReason
    logprobs: tuple[float, ...]
    """Log-probability of each token under the unmodified distribution."""
    expert_rows: int


class Generator(Protocol):
    """What `train` needs of an engine: answers to many requests at once."""

    def generate(self, requests: Sequence[ChatRequest]) -> list[Generation]:
        """Answer all requests, batched, in order."""
        ...

    def weights_changed(self) -> None:
        """Forget everything computed with earlier weights."""
        ...
