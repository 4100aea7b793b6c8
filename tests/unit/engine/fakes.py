"""A byte tokenizer, a small random model and a scripted one, for tests of the engine."""

from __future__ import annotations

import hashlib
from collections import abc
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import torch

from trinity.config import AnyConfig, DenseConfig, EngineConfig
from trinity.engine.batch import Step
from trinity.engine.engine import Engine
from trinity.engine.limits import Limits
from trinity.engine.runner import Computed, Runner
from trinity.engine.sequence import Sequence
from trinity.model.dense import Dense
from trinity.model.small4 import Small4
from trinity.model.transformer import Transformer, initialise
from trinity.presets import preset
from trinity.types import (
    AbortedEvent,
    Event,
    FailedEvent,
    FinishedEvent,
    GenerationRequest,
    Mode,
    PreparedImage,
    SamplingParams,
    TokenEvent,
)

EOS, TOOL_CALLS, IMG, BREAK, END_IMG = 2, 9, 10, 12, 13
ARGS, THINK, END_THINK = 32, 34, 35
FIRST_BYTE = 1000
NUM_TOKENS = FIRST_BYTE + 256


class ByteTokenizer:
    """One token a byte, after 1,000 control ids."""

    eos_id, tool_calls_id, args_id, think_id, end_think_id = EOS, TOOL_CALLS, ARGS, THINK, END_THINK
    image_id = IMG
    num_control = FIRST_BYTE
    vocab_size = NUM_TOKENS

    def is_control(self, token_id: int) -> bool:
        return token_id < FIRST_BYTE

    def token_bytes(self, token_id: int) -> bytes:
        return b"" if self.is_control(token_id) else bytes([token_id - FIRST_BYTE])

    def encode(self, text: str) -> list[int]:
        return [FIRST_BYTE + byte for byte in text.encode()]


def ids(text: str) -> list[int]:
    return ByteTokenizer().encode(text)


@cache
def nano() -> Small4:
    """A random model of two layers with spread logits, so that choices are decided."""
    config = replace(preset("nano"), num_hidden_layers=2, moe_intermediate_size=32)
    model = Small4(config)
    initialise(model, torch.Generator().manual_seed(7))
    with torch.no_grad():
        model.language_model.lm_head.weight.mul_(30)
        for name, parameter in model.named_parameters():
            if "mlp.gate.weight" in name or "q_b_proj" in name:
                parameter.mul_(2)
    return model.eval().requires_grad_(requires_grad=False)


@cache
def dense_nano(head_dim: int = 32) -> Dense:
    """The same, dense; the native kernels take a head width of 32, and not one of 24."""
    base = preset("nano")
    config = DenseConfig(
        hidden_size=base.hidden_size,
        num_hidden_layers=2,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=head_dim,
        intermediate_size=256,
        vocab_size=base.vocab_size,
        max_position_embeddings=base.max_position_embeddings,
        rope_theta=10_000.0,
        vision=base.vision,
    )
    model = Dense(config)
    initialise(model, torch.Generator().manual_seed(7))
    with torch.no_grad():
        model.language_model.lm_head.weight.mul_(30)
        for name, parameter in model.named_parameters():
            if "q_proj" in name:
                parameter.mul_(2)
    return model.eval().requires_grad_(requires_grad=False)


MADE: list[Engine] = []
"""Every engine of the running test: a fixture looks for blocks that were not given back."""


def engine_config(**settings: object) -> EngineConfig:
    defaults = {
        "num_blocks": 64,
        "max_sequences": 8,
        "max_step_tokens": 64,
        "deterministic": True,
        "speculation": False,
    }
    return EngineConfig(**(defaults | settings))


def make_engine(model: Transformer | None = None, **settings: object) -> Engine:
    model = model or nano()
    config = engine_config(**settings)
    limits = Limits.of(model.config, config, NUM_TOKENS)
    runner = Runner(model, limits.num_blocks, config.block_size)
    MADE.append(Engine(runner, ByteTokenizer(), limits, config))
    return MADE[-1]


def guess_always(engine: Engine) -> None:
    """Try every guess, whatever it costs."""
    engine._gate.length = lambda _trust, most, *_args, **_settings: most


Script = Callable[[GenerationRequest, int, list[int]], int | torch.Tensor]
"""From (request, choice, tokens generated) to the wanted token or the logits."""


class ScriptedRunner:
    """Computes nothing; logits follow a script."""

    def __init__(self, config: AnyConfig, script: Script) -> None:
        self.config = config
        self.script = script
        self.expert_rows = 0
        self.torch_threads = 1
        self.steps: list[Step] = []
        self.zeroed: list[int] = []
        self.spoil: set[str] = set()

    def run(self, step: Step) -> Computed:
        self.steps.append(step)
        self.expert_rows += int(step.experts_LT.sum())
        rows = [
            self._logits(sequence, sequence.drafts[:count])
            for sequence in step.ready
            for count in range(1 + len(sequence.drafts))
        ]
        logits = torch.stack(rows) if rows else torch.zeros(0, self.config.vocab_size)
        return Computed(logits, [s for s in step.schedule if s.request.request_id in self.spoil])

    def _logits(self, sequence: Sequence, drafts: list[int]) -> torch.Tensor:
        generated = sequence.token_ids[sequence.prompt_length :] + drafts
        wanted = self.script(sequence.request, sequence.index, generated)
        if isinstance(wanted, torch.Tensor):
            return wanted
        logits = torch.zeros(self.config.vocab_size)
        logits[wanted] = 10.0
        return logits

    def zero_blocks(self, blocks: list[int]) -> None:
        self.zeroed += blocks

    def forget_images(self, request_id: str) -> None:
        pass

    def weights_changed(self) -> None:
        pass


def scripted_engine(script: Script, **settings: object) -> tuple[Engine, ScriptedRunner]:
    config = engine_config(**settings)
    model = replace(preset("nano"), num_hidden_layers=2)
    limits = Limits.of(model, config, NUM_TOKENS)
    runner = ScriptedRunner(model, script)
    MADE.append(Engine(runner, ByteTokenizer(), limits, config))
    return MADE[-1], runner


def follow(tokens: abc.Sequence[int]) -> Script:
    """Say `tokens`, then end."""
    return lambda _request, _index, generated: [*tokens, *[EOS] * 99][len(generated)]


def a_request(
    request_id: str = "r",
    prompt: str | abc.Sequence[int] = "hello",
    *,
    k: int | tuple[int, ...] = 4,
    layers: int = 2,
    budget: int | None = None,
    n: int = 1,
    images: tuple[PreparedImage, ...] = (),
    mode: str | None = None,
    prediction: str = "",
    early_exit: float | None = None,
    routing_discount: float = 1.0,
    **sampling: object,
) -> GenerationRequest:
    defaults = {"temperature": 0.0, "top_p": 1.0, "seed": 1, "max_tokens": 8}
    return GenerationRequest(
        request_id=request_id,
        prompt_ids=tuple(ids(prompt) if isinstance(prompt, str) else prompt),
        images=images,
        sampling=SamplingParams(**(defaults | sampling)),
        active_experts=(k,) * layers if isinstance(k, int) else k,
        thinking_token_budget=budget,
        early_exit=early_exit,
        routing_discount=routing_discount,
        may_call_tools=True,
        prediction_ids=tuple(ids(prediction)),
        mode=None if mode is None else Mode(mode),
        n=n,
    )


def an_image(start: int, rows: int = 2, columns: int = 3, seed: int = 0) -> PreparedImage:
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randn(3, rows * 16, columns * 16, generator=generator)
    digest = hashlib.sha256(pixels.numpy().tobytes()).digest()
    return PreparedImage(
        pixels=pixels.numpy(), digest=digest, start=start, rows=rows, columns=columns
    )


def image_ids(rows: int = 2, columns: int = 3) -> list[int]:
    tokens = ([IMG] * columns + [BREAK]) * rows
    return [*tokens[:-1], END_IMG]


def run(engine: Engine, *requests: GenerationRequest) -> dict[str, list[Event]]:
    """Submit all, step until idle, and sort the events by request."""
    for request in requests:
        engine.submit(request)
    return drain(engine)


def drain(engine: Engine) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = {}
    for _ in range(5000):
        if not engine.has_work:
            break
        for event in engine.step():
            events.setdefault(event.request_id, []).append(event)
        engine.check_integrity()
    assert not engine.has_work
    return events


def tokens_of(events: abc.Sequence[Event], index: int = 0) -> list[int]:
    return [e.token_id for e in events if isinstance(e, TokenEvent) and e.index == index]


def text_of(events: abc.Sequence[Event], phase: str = "answer", index: int = 0) -> str:
    chosen = (e for e in events if isinstance(e, TokenEvent) and e.index == index)
    return "".join(event.text for event in chosen if event.phase == phase)


def finish_of(events: abc.Sequence[Event], index: int = 0) -> FinishedEvent:
    (event,) = (e for e in events if isinstance(e, FinishedEvent) and e.index == index)
    return event


def endings(events: abc.Sequence[Event]) -> list[type[Event]]:
    return [type(e) for e in events if isinstance(e, FinishedEvent | FailedEvent | AbortedEvent)]
