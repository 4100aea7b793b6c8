import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from trinity.cli import loading, main
from trinity.config import EngineConfig, ServerConfig
from trinity.errors import CheckpointError, InvalidRequest, NotFound
from trinity.presets import preset
from trinity.types import (
    ChatRequest,
    EffectiveIntensity,
    Event,
    FailedEvent,
    FinishedEvent,
    Generation,
    Phase,
    TokenEvent,
    Usage,
)


@dataclass
class FakeLLM:
    """Answers from `answers`, a word a token; thinks unless the effort is none."""

    answers: Callable[[ChatRequest], str] = lambda request: f"echo {request.messages[-1].text}"
    thoughts: str = "let me think"
    failure: str | None = None
    max_context: int = 200
    on_event: Callable[[int], None] = lambda _: None
    model_name: str = "fake"
    config: Any = field(default_factory=lambda: preset("nano"))
    requests: list[ChatRequest] = field(default_factory=list)

    def prepare(self, request: ChatRequest, _id: str | None = None) -> Any:
        self.requests.append(request)
        wanted = request.intensity.active_experts
        if wanted is not None and wanted > 128:
            raise InvalidRequest(f"active_experts is {wanted}; 1 to 128 are possible.")
        warnings = () if wanted is None or wanted <= 6 else (f"{wanted} experts: not trained.",)
        if warnings and request.strict:
            raise InvalidRequest(warnings[0])
        prompt = [1] * sum(len(message.text.split()) for message in request.messages)
        if len(prompt) >= self.max_context:
            raise InvalidRequest(f"The prompt has {len(prompt)} tokens.")
        effort = request.intensity.reasoning_effort or "medium"
        effective = EffectiveIntensity(
            level=effort,
            effort_token="none" if effort == "none" else "high",
            active_experts=(wanted or 4,) * 4,
            thinking_token_budget=None,
            temperature=0.0,
            top_p=1.0,
        )
        generation = SimpleNamespace(prompt_ids=tuple(prompt), request=request)
        return SimpleNamespace(generation=generation, effective=effective, warnings=warnings)

    def stream(self, prepared: Any) -> Iterator[Event]:
        thinks = prepared.effective.effort_token != "none"
        words = [(Phase.THINKING, word) for word in self.thoughts.split() if thinks]
        answer = self.answers(prepared.generation.request)
        words += [(Phase.ANSWER, word) for word in answer.split(" ")]
        for number, (phase, word) in enumerate(words):
            self.on_event(number)
            if self.failure:
                yield FailedEvent(request_id="r", message=self.failure)
                return
            space = "" if number == 0 or words[number - 1][0] is not phase else " "
            yield TokenEvent(
                request_id="r", index=0, token_id=number, phase=phase, text=space + word
            )
        usage = Usage(
            prompt_tokens=len(prepared.generation.prompt_ids),
            cached_tokens=0,
            image_tokens=0,
            completion_tokens=len(words),
            reasoning_tokens=sum(phase is Phase.THINKING for phase, _ in words),
        )
        yield FinishedEvent(
            request_id="r", index=0, reason="stop", usage=usage, expert_rows=16 * len(words)
        )

    def generate(self, requests: list[ChatRequest]) -> list[Generation]:
        return [
            Generation(
                token_ids=(1, 2),
                text=self.answers(request),
                reasoning="",
                finish_reason="stop",
                logprobs=(0.0, 0.0),
                expert_rows=32,
            )
            for request in requests
        ]

    def weights_changed(self) -> None:
        pass


@pytest.fixture
def llm(monkeypatch: pytest.MonkeyPatch) -> FakeLLM:
    fake = FakeLLM()

    def load(model: str, _: object) -> FakeLLM:
        if model == "broken":
            raise CheckpointError("The file model.safetensors is truncated.")
        if model != "mini":
            raise NotFound(f"There is no checkpoint directory {model!r}; check the path.")
        return fake

    monkeypatch.setattr(loading, "load_llm", load)
    return fake


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def trinity(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Runs a command line in this process."""

    def run(*arguments: str) -> Result:
        code = main.execute(arguments)
        shown = capsys.readouterr()
        return Result(code, shown.out, shown.err)

    return run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Receives the engine's and the server's configuration instead of serving."""
    seen: list[Any] = []

    def load(_: str, engine: EngineConfig) -> Any:
        seen.append(engine)
        return SimpleNamespace(model_name="fake")

    module = ModuleType("trinity.server.serve")

    def serve(llm: Any, config: ServerConfig, *, announce: Callable[[str], None]) -> None:
        assert llm.model_name == "fake"
        seen.append(config)
        announce(f"http://{config.host}:{config.port}")

    module.serve = serve  # type: ignore[attr-defined]
    monkeypatch.setattr(loading, "load_llm", load)
    monkeypatch.setitem(sys.modules, "trinity.server.serve", module)
    return seen
