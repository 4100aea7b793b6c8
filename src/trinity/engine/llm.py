"""A model to talk to: loads a checkpoint, turns requests into prompts, runs its own engine.

Used by the command line, training (as its `Generator`) and programs; the server takes the engine
and `prepare` from here and drives the engine itself.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from trinity.config import AnyConfig, EngineConfig
from trinity.engine.answer import Answer, AnswerBuilder
from trinity.engine.engine import Engine
from trinity.engine.intensity import IntensityTable, resolve
from trinity.engine.limits import Limits, check_sampling
from trinity.engine.runner import Runner
from trinity.errors import CheckpointError, InvalidRequest, TrinityError
from trinity.inputs.chat import Prompt, render, render_text, system_prompt_effort
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import (
    Manifest,
    load_model,
    read_config,
    read_manifest,
    resolve_directory,
)
from trinity.model.packed import PackedDecoder
from trinity.model.packed_files import is_packed, open_packed
from trinity.model.transformer import Transformer
from trinity.types import (
    AbortedEvent,
    ChatRequest,
    EffectiveIntensity,
    Event,
    FailedEvent,
    FinishedEvent,
    Generation,
    GenerationRequest,
    Mode,
    TextRequest,
    TokenEvent,
    ToolChoice,
)

__all__ = ["LLM", "Answer", "Prepared"]

VOCABULARY_FILE = "tekken.json"
INTENSITY_FILE = "intensity.json"
SEED_BITS = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request ready for the engine, with what its settings came to."""

    generation: GenerationRequest
    effective: EffectiveIntensity
    mode: Mode
    """The request's own mode, or the engine's when it was prepared."""
    warnings: tuple[str, ...]
    is_chat: bool
    """Whether it answers a conversation, instead of going on with a text."""


class LLM:
    """One model with its engine. `prepare` is thread-safe; all else belongs to one thread."""

    def __init__(
        self,
        model: Transformer | PackedDecoder,
        tokenizer: Tokenizer,
        table: IntensityTable,
        manifest: Manifest,
        engine: EngineConfig = EngineConfig(),  # noqa: B008 (frozen)
        seed: int | None = None,
    ) -> None:
        """Serve a model in memory; `load` is the usual way.

        `seed` fixes the seeds of requests that bring none. Raises `CheckpointError` where the
        parts do not belong together.
        """
        config = model.config
        _check_parts(config, tokenizer, table)
        limits = Limits.of(config, engine, tokenizer.vocab_size)
        runner = Runner(model, limits.num_blocks, engine.block_size, engine.weights)
        self.model_name = manifest.name
        self.config: AnyConfig = config
        self.tokenizer = tokenizer
        self.table = table
        self.engine = Engine(runner, tokenizer, limits, engine)
        self._manifest = manifest
        self._lossy = engine.lossy
        self._seeds = Random(secrets.randbits(SEED_BITS) if seed is None else seed)
        self._mail: dict[str, deque[Event]] = {}

    @classmethod
    def load(
        cls,
        model: str | Path = "mini",
        engine: EngineConfig = EngineConfig(),  # noqa: B008 (frozen)
        seed: int | None = None,
    ) -> LLM:
        """Open the embedded model `mini`, or a checkpoint directory in a supported layout.

        Raises `NotFound` or `CheckpointError`.
        """
        directory = resolve_directory(str(model))
        manifest = read_manifest(directory)
        tokenizer = Tokenizer(directory / VOCABULARY_FILE)
        config = read_config(directory)
        network = _open_network(directory, config, engine.weights, manifest)
        path = directory / INTENSITY_FILE
        has_table = path.is_file()
        table = IntensityTable.load(path, config) if has_table else IntensityTable.standard(config)
        return cls(network, tokenizer, table, manifest, engine, seed)

    @property
    def max_context(self) -> int:
        """Tokens of prompt and answer together."""
        return self.engine.limits.max_context

    @property
    def reads_images(self) -> bool:
        """Whether prompts may hold pictures."""
        return self.config.vision is not None

    def prepare(
        self,
        request: ChatRequest | TextRequest,
        request_id: str | None = None,
        prompts: dict[str, Prompt] | None = None,
    ) -> Prepared:
        """Render the prompt and resolve the settings; no model call. Thread-safe.

        `prompts` has those of the same conversation by their effort tokens, and is added to: for
        preparing it at several intensities.

        Raises `InvalidRequest` for what cannot be served, and for warnings of a strict request.
        """
        check_sampling(request.sampling, self.tokenizer.vocab_size)
        messages = request.messages if isinstance(request, ChatRequest) else ()
        system_effort = system_prompt_effort(messages)
        trained = self._manifest.trained_experts
        mode = request.mode or self.engine.mode
        effective, warnings = resolve(
            request, self.table, self.config, system_effort, trained, mode, lossy=self._lossy
        )
        prompts = {} if prompts is None else prompts
        token = effective.effort_token
        prompt = prompts[token] = prompts.get(token) or self._prompt(request, token)
        max_tokens, more = self._max_tokens(request, len(prompt.token_ids))
        warnings += prompt.warnings + more
        effective, bounds, more = self._bounds(request, effective)
        warnings += more
        if request.strict and warnings:
            raise InvalidRequest(
                f"The request is strict, and would be warned: {' '.join(warnings)}"
            )
        generation = replace(
            self._generation(request, prompt, effective, max_tokens, request_id), **bounds
        )
        self.engine.limits.check(generation)
        return Prepared(
            generation=generation,
            effective=effective,
            mode=mode,
            warnings=warnings,
            is_chat=isinstance(request, ChatRequest),
        )

    def stream(self, prepared: Prepared) -> Iterator[Event]:
        """The events of one request as they come; driving the engine meanwhile.

        The request is submitted when the first event is asked for. Closing the iterator aborts it.
        """
        request = prepared.generation
        self.engine.submit(request)
        mail = self._mail[request.request_id] = deque()
        num_open = request.n
        try:
            while num_open:
                while not mail:
                    self._step()
                event = mail.popleft()
                match event:
                    case FinishedEvent():
                        num_open -= 1
                    case FailedEvent() | AbortedEvent():
                        num_open = 0
                yield event
        finally:
            del self._mail[request.request_id]
            self.engine.abort(request.request_id)

    def ask(self, request: ChatRequest) -> tuple[list[Answer], Prepared]:
        """Answer one request completely, one answer a choice. Raises `TrinityError` on failure."""
        prepared = self.prepare(request)
        return self._answer_all([prepared])[0], prepared

    def generate(self, requests: Sequence[ChatRequest]) -> list[Generation]:
        """Answer all requests, batched, in order; a request's choices follow one another.

        Raises `InvalidRequest` before any work, and `TrinityError` where one fails.
        """
        prepared = [_with_logprobs(self.prepare(request)) for request in requests]
        answers = self._answer_all(prepared)
        return [_generation_of(answer) for choices in answers for answer in choices]

    def weights_changed(self) -> None:
        """Forget everything computed with earlier weights."""
        self.engine.weights_changed()

    def _prompt(self, request: ChatRequest | TextRequest, effort_token: str) -> Prompt:
        if isinstance(request, TextRequest):
            return Prompt(request.token_ids or render_text(request, self.tokenizer))
        return render(
            request.messages,
            request.tools,
            effort_token,
            self.tokenizer,
            self.config.vision,
            continues=request.continues,
        )

    def _bounds(
        self, request: ChatRequest | TextRequest, effective: EffectiveIntensity
    ) -> tuple[EffectiveIntensity, dict[str, Any], tuple[str, ...]]:
        """What binds the answer, as fields of a `GenerationRequest`, and what it leaves of the
        intensity, with warnings."""
        grammars = self.engine.grammars
        chat = request if isinstance(request, ChatRequest) else None
        tools, choice = (chat.tools, chat.tool_choice) if chat else ((), ToolChoice())
        grammar, warnings = grammars.of_request(request.structure, tools, choice)
        begun_ids: tuple[int, ...] = ()
        if chat is None or chat.continues:
            # Thinking stands before an answer, so it cannot come once that has begun.
            asked = request.intensity
            if asked.reasoning_effort not in (None, "none") or asked.thinking_token_budget:
                warnings += ("What has begun is gone on with without thinking.",)
            effective = replace(effective, thinking_token_budget=0, early_exit=None, thoughts=1)
        if chat and chat.continues:
            begun_ids = tuple(self.tokenizer.encode(chat.messages[-1].text))
            if grammar is not None:
                grammars.check_beginning(grammar, begun_ids)
        if grammar is not None and effective.early_exit is not None:
            effective = replace(effective, early_exit=None)
            warnings += ("early_exit has no effect on an answer whose structure is given.",)
        return effective, {"grammar": grammar, "begun_ids": begun_ids}, warnings

    def _max_tokens(
        self, request: ChatRequest | TextRequest, prompt_length: int
    ) -> tuple[int, tuple[str, ...]]:
        self.engine.limits.check_prompt_length(prompt_length)
        room = self.max_context - prompt_length
        asked = request.sampling.max_tokens
        if asked is None or asked <= room:
            return asked or room, ()
        return room, (
            f"max_tokens is {asked}; after a prompt of {prompt_length} tokens only {room} fit.",
        )

    def _generation(
        self,
        request: ChatRequest | TextRequest,
        prompt: Prompt,
        effective: EffectiveIntensity,
        max_tokens: int,
        request_id: str | None,
    ) -> GenerationRequest:
        seed = request.sampling.seed
        return GenerationRequest(
            request_id=request_id or uuid4().hex,
            prompt_ids=prompt.token_ids,
            images=prompt.images,
            sampling=replace(
                request.sampling,
                temperature=effective.temperature,
                top_p=effective.top_p,
                seed=self._seeds.getrandbits(SEED_BITS) if seed is None else seed,
                max_tokens=max_tokens,
            ),
            active_experts=effective.active_experts,
            prompt_experts=effective.prompt_experts,
            thinking_token_budget=effective.thinking_token_budget,
            early_exit=effective.early_exit,
            routing_discount=effective.routing_discount,
            may_call_tools=isinstance(request, ChatRequest) and bool(request.tools),
            prediction_ids=tuple(self.tokenizer.encode(request.prediction)),
            mode=request.mode,
            n=request.n,
            thoughts=effective.thoughts,
        )

    def _answer_all(self, prepared: Sequence[Prepared]) -> list[list[Answer]]:
        """Complete answers of many requests, submitted as the queue takes them."""
        generations = [item.generation for item in prepared]
        waiting = deque(generations)
        builders = {
            (request.request_id, index): AnswerBuilder(self.tokenizer)
            for request in generations
            for index in range(request.n)
        }
        answers: dict[tuple[str, int], Answer] = {}
        ids = [request.request_id for request in generations]
        mail: deque[Event] = deque()
        self._mail.update(dict.fromkeys(ids, mail))
        try:
            while builders:
                while waiting and self.engine.has_room(waiting[0].num_sequences):
                    self.engine.submit(waiting.popleft())
                self._step()
                _collect(mail, builders, answers)
        finally:
            for request_id in ids:
                del self._mail[request_id]
                self.engine.abort(request_id)
        return [[answers[r.request_id, index] for index in range(r.n)] for r in generations]

    def _step(self) -> None:
        """Advance the engine; the events of requests that nobody reads are dropped."""
        for event in self.engine.step():
            if event.request_id in self._mail:
                self._mail[event.request_id].append(event)


def _collect(
    mail: deque[Event],
    builders: dict[tuple[str, int], AnswerBuilder],
    answers: dict[tuple[str, int], Answer],
) -> None:
    """Sort events into answers, taking them out of `mail`."""
    while mail:
        match mail.popleft():
            case TokenEvent() as token:
                builders[token.request_id, token.index].add(token)
            case FinishedEvent() as end:
                key = end.request_id, end.index
                answers[key] = builders.pop(key).finish(end)
            case FailedEvent(message=message):
                raise TrinityError(f"The engine could not answer: {message}")
            case AbortedEvent():
                raise TrinityError("The request was aborted.")


def _with_logprobs(prepared: Prepared) -> Prepared:
    generation = prepared.generation
    if generation.sampling.logprobs is not None:
        return prepared
    sampling = replace(generation.sampling, logprobs=0)
    return replace(prepared, generation=replace(generation, sampling=sampling))


def _generation_of(answer: Answer) -> Generation:
    assert answer.logprobs is not None
    return Generation(
        token_ids=answer.token_ids,
        text=answer.text,
        reasoning=answer.reasoning,
        tool_calls=answer.tool_calls,
        finish_reason=answer.finish_reason,
        logprobs=answer.logprobs,
        expert_rows=answer.expert_rows,
    )


def _open_network(
    directory: Path, config: AnyConfig, weights: str, manifest: Manifest
) -> Transformer | PackedDecoder:
    if is_packed(directory):
        return open_packed(directory, weights)
    if PackedDecoder.can_run(config):
        return PackedDecoder.load(directory, manifest.weights if weights == "auto" else weights)
    return load_model(directory)


def _check_parts(config: AnyConfig, tokenizer: Tokenizer, table: IntensityTable) -> None:
    if tokenizer.vocab_size > config.vocab_size:
        raise CheckpointError(
            f"The tokenizer has {tokenizer.vocab_size} ids and the model {config.vocab_size}; use "
            "the tekken.json that belongs to the model."
        )
    unknown = {level.effort_token for level in table.levels} - set(tokenizer.effort_tokens)
    if unknown:
        raise CheckpointError(
            f"The intensity table uses the reasoning effort {min(unknown)!r}; this model's prompts "
            f"have {', '.join(tokenizer.effort_tokens)}."
        )
