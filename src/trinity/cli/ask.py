"""`trinity ask`: one question, one answer."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trinity.cli.keyboard import pressed_keys
from trinity.cli.loading import open_llm, read_picture, read_text
from trinity.cli.options import (
    BudgetOption,
    EarlyExitOption,
    EffortOption,
    ExpertsOption,
    FilesOption,
    ImagesOption,
    IntensityOption,
    JsonOption,
    LossyOption,
    MaxTokensOption,
    ModelOption,
    ModeOption,
    SeedOption,
    SystemOption,
    TemperatureOption,
)
from trinity.cli.reply import Reply, request_reply
from trinity.cli.terminal import AnswerView, stderr, stdout, warn
from trinity.errors import UsageError
from trinity.types import ChatRequest, IntensityRequest, Message, SamplingParams, TextPart

if TYPE_CHECKING:
    from trinity.engine.llm import LLM


def ask(
    prompt: Annotated[
        str | None,
        typer.Argument(
            metavar="[PROMPT]", help="The question; `-` or nothing reads it from standard input."
        ),
    ] = None,
    image: ImagesOption = None,
    file: FilesOption = None,
    effort: EffortOption = None,
    intensity: IntensityOption = None,
    experts: ExpertsOption = None,
    budget: BudgetOption = None,
    early_exit: EarlyExitOption = None,
    mode: ModeOption = None,
    lossy: LossyOption = None,
    model: ModelOption = "mini",
    system: SystemOption = None,
    seed: SeedOption = None,
    temperature: TemperatureOption = None,
    max_tokens: MaxTokensOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse what would only be served with a warning.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask one question.

    A terminal sees the thinking dim before the answer; a pipe receives the answer's text alone.
    While it thinks, the key s asks for the answer now, and + lets it think 256 tokens more.
    """
    if effort is not None and intensity is not None:
        raise UsageError("--effort and --intensity are one dial; give one of them.")
    request = ChatRequest(
        messages=_messages(_read_prompt(prompt), image or [], file or [], system),
        sampling=SamplingParams(seed=seed, temperature=temperature, max_tokens=max_tokens),
        intensity=IntensityRequest(
            reasoning_effort=effort,
            intensity=intensity,
            active_experts=experts,
            thinking_token_budget=budget,
            early_exit=early_exit,
            lossy=lossy,
        ),
        mode=mode,
        strict=strict,
    )
    llm, load_s = open_llm(model)
    if as_json:
        reply = request_reply(llm, request, lambda _phase, _text: None)
        print(json.dumps(_record(reply, request, llm.model_name, load_s), indent=2))
        return
    _show_answer(llm, request)


def _show_answer(llm: LLM, request: ChatRequest) -> None:
    """Ask, and show the answer as it comes."""
    console = stdout()
    view = AnswerView(console, "shown" if console.is_terminal else "hidden")
    with pressed_keys() as pressed_key:
        try:
            reply = request_reply(llm, request, view, pressed_key)
        finally:
            view.close()
    for warning in reply.warnings:
        warn(warning)
    if reply.finish_reason == "length":
        warn("The answer was cut off at the token limit; raise --max-tokens or shorten the prompt.")
    if console.is_terminal:
        stderr().print(reply.summary(), style="dim")


def _read_prompt(prompt: str | None) -> str:
    if prompt is None and sys.stdin.isatty():
        raise UsageError('There is no question; write one, as in: trinity ask "What is 12 + 30?"')
    if prompt is None or prompt == "-":
        try:
            prompt = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError("Standard input is not UTF-8 text; pictures go to --image.") from None
    if not prompt.strip():
        raise UsageError("The question is empty; write at least one word.")
    return prompt


def _messages(
    prompt: str, images: list[str], files: list[Path], system: str | None
) -> tuple[Message, ...]:
    text = "\n\n".join([prompt.strip(), *(read_text(path).strip() for path in files)])
    question = Message.user(text, *map(read_picture, images))
    if system is None:
        return (question,)
    return Message(role="system", parts=(TextPart(system),)), question


def _record(reply: Reply, request: ChatRequest, model: str, load_s: float) -> dict[str, object]:
    sampling = request.sampling
    return {
        **reply.record(),
        "requested": {
            **asdict(request.intensity),
            "mode": request.mode,
            "temperature": sampling.temperature,
            "seed": sampling.seed,
            "max_tokens": sampling.max_tokens,
            "strict": request.strict,
        },
        "timings": {
            "load_s": round(load_s, 4),
            "first_token_s": round(reply.first_token_s, 4),
            "total_s": round(reply.total_s, 4),
        },
        "model": model,
    }
