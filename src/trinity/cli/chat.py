"""`trinity chat`: a conversation on the terminal."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from trinity.cli.chat_commands import Chat, Quit, run_command
from trinity.cli.conversation import Conversation
from trinity.cli.interrupts import stop_on_interrupt
from trinity.cli.keyboard import pressed_keys
from trinity.cli.loading import open_llm
from trinity.cli.options import (
    BudgetOption,
    EarlyExitOption,
    EffortOption,
    ExpertsOption,
    IntensityOption,
    LossyOption,
    ModelOption,
    ModeOption,
    SeedOption,
    SystemOption,
    TemperatureOption,
)
from trinity.cli.reply import Reply, stream_reply
from trinity.cli.terminal import AnswerView, say, stdout, warn
from trinity.errors import TrinityError, UsageError
from trinity.types import IntensityRequest, SamplingParams

if TYPE_CHECKING:
    from rich.console import Console

PROMPT = "> "


def chat(
    model: ModelOption = "mini",
    effort: EffortOption = None,
    intensity: IntensityOption = None,
    experts: ExpertsOption = None,
    budget: BudgetOption = None,
    early_exit: EarlyExitOption = None,
    mode: ModeOption = None,
    lossy: LossyOption = None,
    system: SystemOption = None,
    seed: SeedOption = None,
    temperature: TemperatureOption = None,
) -> None:
    """Talk with the model. /help lists what can be changed on the way."""
    if effort is not None and intensity is not None:
        raise UsageError("--effort and --intensity are one dial; give one of them.")
    conversation = Conversation(
        system=system,
        intensity=IntensityRequest(
            reasoning_effort=effort,
            intensity=intensity,
            active_experts=experts,
            thinking_token_budget=budget,
            early_exit=early_exit,
            lossy=lossy,
        ),
        sampling=SamplingParams(seed=seed, temperature=temperature),
        mode=mode,
    )
    llm, _ = open_llm(model)
    console = stdout()
    if sys.stdin.isatty():
        _enable_history()
        console.print(f"{llm.model_name} · /help lists commands, Ctrl-D leaves", style="dim")
    _converse(Chat(llm, conversation), console)


def _enable_history() -> None:
    """Let `input` recall earlier lines with the up arrow, where Python was built with readline."""
    try:
        importlib.import_module("readline")
    except ModuleNotFoundError:
        return


def _converse(chat: Chat, console: Console) -> None:
    while (line := _read_line(console)) is not None:
        try:
            if line.startswith("/"):
                say(console, run_command(chat, line), "dim")
            elif line:
                _answer(chat, line, console)
        except Quit:
            return
        except TrinityError as error:
            say(console, error.message, "red")


def _read_line(console: Console) -> str | None:
    """The next line without blanks around it; `None` when the input ends."""
    while True:
        try:
            return input(PROMPT if sys.stdin.isatty() else "").strip()
        except KeyboardInterrupt:
            console.print("\nCtrl-D or /quit leaves.", style="dim")
        except EOFError:
            if sys.stdin.isatty():
                console.print()
            return None
        except UnicodeDecodeError:
            console.print("That line was not UTF-8 text; it was left out.", style="red")


def _answer(chat: Chat, line: str, console: Console) -> None:
    conversation = chat.conversation
    question = conversation.question(line)
    prepared, dropped = conversation.prepare(question, chat.llm)
    if dropped:
        warn(
            f"The context of {chat.llm.max_context} tokens is full: the oldest "
            f"{'turn was' if dropped == 1 else f'{dropped} turns were'} left out; /reset starts "
            "afresh."
        )
    for warning in prepared.warnings:
        warn(warning)
    view = AnswerView(console, "shown" if chat.show_thinking else "folded")
    with stop_on_interrupt() as stopped, pressed_keys() as pressed_key:
        try:
            reply = stream_reply(chat.llm, prepared, view, stopped.is_set, pressed_key)
        finally:
            view.close()
    conversation.add(question, reply)
    _say_how_it_ended(reply, console)


def _say_how_it_ended(reply: Reply, console: Console) -> None:
    if reply.finish_reason is None:
        console.print("(stopped)", style="dim")
    elif reply.finish_reason == "length":
        warn("The answer was cut off: the context is full; /reset starts afresh.")
    elif not reply.text.strip():
        console.print("(no answer)", style="dim")
