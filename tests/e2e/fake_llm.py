"""A model that says what its test scripted, behind the interface of `LLM`."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trinity.errors import InvalidRequest, NotFound, Overloaded
from trinity.types import (
    AbortedEvent,
    ChatRequest,
    DocumentPart,
    EffectiveIntensity,
    Event,
    FailedEvent,
    FinishedEvent,
    FinishReason,
    GenerationRequest,
    ImagePart,
    IntensityRequest,
    Mode,
    Phase,
    Steering,
    TextRequest,
    TokenEvent,
    Usage,
)

NUM_CONTROL = 32
END, TOOL_CALLS, ARGS, THINK_END = 2, 9, 10, 11
CONTROL_NAMES = {END: "</s>", TOOL_CALLS: "[TOOL_CALLS]", ARGS: "[ARGS]", THINK_END: "[/THINK]"}


class FakeTokenizer:
    """One token a byte, after the control tokens."""

    tool_calls_id = TOOL_CALLS
    args_id = ARGS

    def is_control(self, token_id: int) -> bool:
        return token_id < NUM_CONTROL

    def control_name(self, token_id: int) -> str:
        return CONTROL_NAMES[token_id]

    def token_bytes(self, token_id: int) -> bytes:
        return bytes([token_id - NUM_CONTROL])

    def decode(self, token_ids: Sequence[int]) -> str:
        return b"".join(map(self.token_bytes, token_ids)).decode()


@dataclass(frozen=True, kw_only=True)
class FakeStats:
    steps: int = 0
    waiting: int = 0
    running: int = 0
    free_blocks: int = 64
    num_blocks: int = 64
    cached_blocks: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    reasoning_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    preemptions: int = 0
    expert_rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Prepared:
    generation: GenerationRequest
    effective: EffectiveIntensity
    mode: Mode
    warnings: tuple[str, ...]
    is_chat: bool


@dataclass(frozen=True)
class Say:
    """Text of one phase, one token a character; or one control token, with what was held back."""

    text: str
    phase: Phase = Phase.ANSWER
    token_id: int | None = None

    def tokens(self) -> list[tuple[int, str, Phase]]:
        if self.token_id is not None:
            return [(self.token_id, self.text, self.phase)]
        return [(NUM_CONTROL + ord(c) % 128, c, self.phase) for c in self.text]


CALLS = (
    Say("Look it up.", Phase.THINKING),
    Say("", Phase.THINKING, THINK_END),
    Say("", Phase.TOOL_CALL, TOOL_CALLS),
    Say("weather", Phase.TOOL_CALL),
    Say("", Phase.TOOL_CALL, ARGS),
    Say('{"city": "Oslo"}', Phase.TOOL_CALL),
    Say("", Phase.TOOL_CALL, TOOL_CALLS),
    Say("time", Phase.TOOL_CALL),
    Say("", Phase.TOOL_CALL, ARGS),
    Say("{}", Phase.TOOL_CALL),
)
"""What a model says that thinks, then calls two tools."""


@dataclass
class Script:
    """What every request gets, until a test changes it."""

    says: Sequence[Say] = (
        Say("Add them.", Phase.THINKING),
        Say("", Phase.THINKING, THINK_END),
        Say("Four."),
        Say("", Phase.ANSWER, END),
    )
    reason: FinishReason = "stop"
    stop_string: str | None = None
    step_s: float = 0.0
    """How long a step takes."""
    first_step_s: float = 0.0
    """How long each request's first step takes, as a long prompt's would."""
    fail_after: int | None = None
    """Tokens after which the request fails."""
    die_after: int | None = None
    """Tokens after which the engine itself raises."""
    endless: bool = False
    gate: Callable[[], None] | None = None
    """Called in every step."""


@dataclass
class _Running:
    request: GenerationRequest
    tokens: list[tuple[int, str, Phase]]
    step_started: bool = False
    sent: int = 0


@dataclass
class FakeEngine:
    script: Script
    max_waiting: int = 1000
    stats: FakeStats = field(default_factory=FakeStats)
    mode: Mode = Mode.BALANCED
    submitted: list[str] = field(default_factory=list)
    steered: list[tuple[str, Steering, int]] = field(default_factory=list)
    aborted: list[tuple[str, int]] = field(default_factory=list)
    """Ids, each with the number of steps made before the abort came."""
    tokens_sent: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._running: dict[str, _Running] = {}
        self._notices: list[Event] = []
        self.thread: int | None = None
        self.polls = 0

    @property
    def has_work(self) -> bool:
        self.polls += 1
        return bool(self._running or self._notices)

    def switch(self, mode: Mode) -> None:
        self._check_thread()
        self.mode = mode

    def submit(self, request: GenerationRequest) -> None:
        self._check_thread()
        if len(self._running) >= self.max_waiting:
            raise Overloaded("The queue is full; try again later.")
        tokens = [token for say in self.script.says for token in say.tokens()]
        self._running[request.request_id] = _Running(request, tokens)
        self.submitted.append(request.request_id)

    def abort(self, request_id: str) -> None:
        self._check_thread()
        if self._running.pop(request_id, None):
            self.aborted.append((request_id, self.stats.steps))
            self._notices.append(AbortedEvent(request_id=request_id))

    def steer(self, request_id: str, steering: Steering, tokens: int = 0) -> int:
        self._check_thread()
        if request_id not in self._running:
            raise NotFound("There is no open request of this name.", param="request_id")
        self.steered.append((request_id, steering, tokens))
        if steering == "stop":
            self._running[request_id].sent = len(self._running[request_id].tokens)
            self.script.endless = False
        return 7 + tokens

    def cached_tokens(self, request: GenerationRequest) -> int:
        self._check_thread()
        return len(request.prompt_ids) // 2

    def step(self) -> list[Event]:
        self._check_thread()
        if self.script.gate:
            self.script.gate()
        events, self._notices = self._notices, []
        for running in list(self._running.values()):
            events += self._advance(running)
        generated = sum(isinstance(event, TokenEvent) for event in events)
        self.stats = replace(
            self.stats,
            steps=self.stats.steps + 1,
            running=len(self._running),
            generated_tokens=self.stats.generated_tokens + generated,
        )
        return events

    def _advance(self, running: _Running) -> list[Event]:
        script, request = self.script, running.request
        time.sleep(script.step_s if running.step_started else script.first_step_s)
        running.step_started = True
        if running.sent == script.die_after:
            raise RuntimeError("secret: the weights at 0xdeadbeef are gone")
        if running.sent == script.fail_after:
            del self._running[request.request_id]
            return [
                FailedEvent(request_id=request.request_id, message="The logits are not finite.")
            ]
        if running.sent == len(running.tokens) and not script.endless:
            del self._running[request.request_id]
            return [self._finished(request, index) for index in range(request.n)]
        token_id, text, phase = running.tokens[running.sent % len(running.tokens)]
        running.sent += 1
        self.tokens_sent[request.request_id] = running.sent
        has_logprobs = request.sampling.logprobs is not None
        return [
            TokenEvent(
                request_id=request.request_id,
                index=index,
                token_id=token_id,
                phase=phase,
                text=text,
                logprob=-0.5 if has_logprobs else None,
                top_logprobs=((token_id, -0.5), (END, float("-inf")))[
                    : request.sampling.logprobs or 0
                ],
            )
            for index in range(request.n)
        ]

    def _finished(self, request: GenerationRequest, index: int) -> FinishedEvent:
        tokens = [token for say in self.script.says for token in say.tokens()]
        return FinishedEvent(
            request_id=request.request_id,
            index=index,
            reason=self.script.reason,
            usage=Usage(
                prompt_tokens=len(request.prompt_ids),
                cached_tokens=2 + index,
                image_tokens=0,
                completion_tokens=len(tokens),
                reasoning_tokens=sum(phase is Phase.THINKING for _, _, phase in tokens),
            ),
            expert_rows=100,
            stop_string=self.script.stop_string,
        )

    def _check_thread(self) -> None:
        self.thread = self.thread or threading.get_ident()
        assert self.thread == threading.get_ident(), "the engine has one owner"


class FakeLLM:
    def __init__(self, script: Script | None = None, model_name: str = "fake") -> None:
        self.script = script or Script()
        self.engine = FakeEngine(self.script)
        self.model_name = model_name
        self.tokenizer = FakeTokenizer()
        self.max_context = 1000
        self.reads_images = True
        self.requests: list[ChatRequest | TextRequest] = []
        self.prepare_gate: Callable[[], None] | None = None

    def prepare(
        self,
        request: ChatRequest | TextRequest,
        request_id: str | None = None,
        prompts: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        self.requests.append(request)
        if self.prepare_gate:
            self.prepare_gate()
        length = _length(request)
        if length > self.max_context:
            raise InvalidRequest(
                f"The prompt has {length} tokens; this server accepts {self.max_context}.",
                param="messages",
            )
        effective = EffectiveIntensity(
            level=_level(request.intensity),
            effort_token="high",
            active_experts=(3, 3),
            thinking_token_budget=None,
            temperature=0.7,
            top_p=1.0,
        )
        generation = GenerationRequest(
            request_id=request_id or "fake",
            prompt_ids=tuple(range(length)),
            sampling=replace(request.sampling, temperature=0.7, top_p=1.0, seed=5, max_tokens=99),
            active_experts=effective.active_experts,
            mode=request.mode,
            n=request.n,
        )
        return Prepared(
            generation=generation,
            effective=effective,
            mode=request.mode or self.engine.mode,
            warnings=("From prepare.",),
            is_chat=isinstance(request, ChatRequest),
        )


def _length(request: ChatRequest | TextRequest) -> int:
    if isinstance(request, TextRequest):
        return len(request.token_ids or request.text)
    return sum(
        len(part.data if isinstance(part, ImagePart | DocumentPart) else part.text)
        for message in request.messages
        for part in message.parts
    )


def _level(asked: IntensityRequest) -> str:
    if asked.intensity is not None:
        return f"custom({asked.intensity})"
    return asked.reasoning_effort or "medium"
