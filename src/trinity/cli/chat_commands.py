"""The commands of a chat, such as `/effort high`: each changes the conversation or answers a line.

Called by `chat` for lines that begin with a slash.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trinity.cli.conversation import Conversation
from trinity.cli.keyboard import HELP
from trinity.cli.loading import read_picture, read_text
from trinity.errors import TrinityError, UsageError
from trinity.types import EFFORTS, Mode

if TYPE_CHECKING:
    from trinity.engine.llm import LLM

DEFAULT = "default"
"""Gives a setting back to the model."""


class Quit(TrinityError):
    """The user wants to leave the chat."""


@dataclass(slots=True)
class Chat:
    """What commands work on."""

    llm: LLM
    conversation: Conversation
    show_thinking: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what stands after its name, what it does, and the code."""

    argument: str
    help: str
    run: Callable[[Chat, str], str]


def run_command(chat: Chat, line: str) -> str:
    """Carry out `line` and return what to tell the user.

    Raises `TrinityError` where that cannot be done, and `Quit` to leave.
    """
    name, _, argument = line[1:].partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        near = difflib.get_close_matches(name.lower(), COMMANDS, n=1, cutoff=0.5)
        hint = f"did you mean /{near[0]}?" if near else "/help lists those there are."
        raise UsageError(f"There is no command /{name}; {hint}")
    return command.run(chat, argument.strip())


def _image(chat: Chat, argument: str) -> str:
    chat.conversation.images.append(read_picture(_required(argument, "/image PATH")))
    return f"Picture {len(chat.conversation.images)} goes with your next question."


def _file(chat: Chat, argument: str) -> str:
    text = read_text(Path(_required(argument, "/file PATH")).expanduser())
    chat.conversation.texts.append(text.strip())
    return f"{len(text):,} characters go with your next question."


def _effort(chat: Chat, argument: str) -> str:
    now = chat.conversation.intensity
    if not argument:
        return f"The effort is {now.reasoning_effort or DEFAULT}; there are {', '.join(EFFORTS)}."
    name = argument.lower()
    if name not in (*EFFORTS, DEFAULT):
        raise UsageError(f"There is no effort {argument!r}; there are {', '.join(EFFORTS)}.")
    effort = None if name == DEFAULT else name
    chat.conversation.intensity = replace(now, reasoning_effort=effort, intensity=None)
    return f"The effort is now {name}."


def _intensity(chat: Chat, argument: str) -> str:
    now = chat.conversation.intensity
    if not argument:
        return f"The intensity is {DEFAULT if now.intensity is None else now.intensity}."
    value = _number(argument, "The intensity", 0, 100)
    chat.conversation.intensity = replace(now, intensity=value, reasoning_effort=None)
    return f"The intensity is now {DEFAULT if value is None else value}."


def _experts(chat: Chat, argument: str) -> str:
    now = chat.conversation.intensity
    most = chat.llm.config.n_routed_experts
    if not most:
        raise UsageError("This model is dense: it has no experts to choose from.")
    if not argument:
        return f"Experts per token: {now.active_experts or DEFAULT}; 1 to {most} are possible."
    value = _number(argument, "The number of experts", 1, most)
    chat.conversation.intensity = replace(now, active_experts=value)
    return f"Experts per token are now {value or DEFAULT}."


def _budget(chat: Chat, argument: str) -> str:
    now = chat.conversation.intensity
    shown = now.thinking_token_budget
    if not argument:
        return f"The thinking budget is {DEFAULT if shown is None else f'{shown} tokens'}."
    value = _number(argument, "The thinking budget", 0, chat.llm.max_context)
    chat.conversation.intensity = replace(now, thinking_token_budget=value)
    return f"The thinking budget is now {DEFAULT if value is None else f'{value} tokens'}."


def _mode(chat: Chat, argument: str) -> str:
    names = ", ".join(Mode)
    if not argument:
        return f"The mode is {chat.conversation.mode or DEFAULT}; there are {names}."
    name = argument.lower()
    if name not in (*Mode, DEFAULT):
        raise UsageError(f"There is no mode {argument!r}; there are {names}.")
    chat.conversation.mode = None if name == DEFAULT else Mode(name)
    return f"The mode is now {name}."


def _system(chat: Chat, argument: str) -> str:
    chat.conversation.system = argument or None
    return "The system prompt is set." if argument else "There is no system prompt now."


def _think(chat: Chat, argument: str) -> str:
    if argument:
        raise UsageError("/think takes nothing after it; it turns showing the thinking on or off.")
    chat.show_thinking = not chat.show_thinking
    return f"Thinking is {'shown' if chat.show_thinking else 'folded'} from now on."


def _reset(chat: Chat, argument: str) -> str:
    if argument:
        raise UsageError("/reset takes nothing after it; it forgets the whole conversation.")
    chat.conversation.reset()
    return "The conversation starts afresh; the settings stay."


def _save(chat: Chat, argument: str) -> str:
    path = Path(_required(argument, "/save PATH")).expanduser()
    record = {"model": chat.llm.model_name, **chat.conversation.record()}
    try:
        path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    turns = len(chat.conversation.turns)
    return f"Saved {turns} turn{'' if turns == 1 else 's'} to {path}."


def _stats(chat: Chat, argument: str) -> str:
    if argument:
        raise UsageError("/stats takes nothing after it.")
    replies = chat.conversation.replies
    if not replies:
        return "Nothing was asked yet."
    last = replies[-1]
    tokens = sum(reply.tokens for reply in replies)
    seconds = sum(reply.total_s for reply in replies)
    rate = tokens / max(seconds, 1e-9)
    lines = [f"last answer: {last.summary()}, first token after {last.first_token_s:.2f} s"]
    if last.usage:
        used = last.usage.prompt_tokens + last.usage.completion_tokens
        lines.append(
            f"context: {used} of {chat.llm.max_context} tokens; of the prompt's, "
            f"{last.usage.cached_tokens} were reused and {last.usage.image_tokens} are pictures'"
        )
    lines.append(f"all {len(replies)}: {tokens} tokens in {seconds:.1f} s, {rate:.0f} a second")
    return "\n".join(lines)


def _help(chat: Chat, argument: str) -> str:  # noqa: ARG001
    names = {name: f"/{name} {command.argument}".rstrip() for name, command in COMMANDS.items()}
    width = max(map(len, names.values()))
    lines = [f"{names[name]:{width}}  {command.help}" for name, command in COMMANDS.items()]
    keys = [f"{'s, +':{width}}  {HELP}", f"{'Ctrl-C':{width}}  stop this answer; Ctrl-D leaves"]
    return "\n".join([*lines, "while it answers:", *keys])


def _quit(chat: Chat, argument: str) -> str:  # noqa: ARG001
    raise Quit("Goodbye.")


COMMANDS: dict[str, Command] = {
    "image": Command("PATH", "send a picture with the next question", _image),
    "file": Command("PATH", "send a text file with the next question", _file),
    "effort": Command("NAME", f"{', '.join(EFFORTS)}, or {DEFAULT}", _effort),
    "intensity": Command("N", f"the same dial from 0 to 100, or {DEFAULT}", _intensity),
    "experts": Command("K", f"experts per token, or {DEFAULT}", _experts),
    "budget": Command("N", f"most thinking tokens, or {DEFAULT}", _budget),
    "mode": Command("M", f"{', '.join(Mode)}, or {DEFAULT}", _mode),
    "system": Command("TEXT", "set the system prompt; nothing removes it", _system),
    "think": Command("", "show the thinking, or fold it again", _think),
    "reset": Command("", "forget the conversation", _reset),
    "save": Command("PATH", "write the conversation to a JSON file", _save),
    "stats": Command("", "tokens, time and context used", _stats),
    "help": Command("", "this list", _help),
    "quit": Command("", "leave", _quit),
}


def _required(argument: str, usage: str) -> str:
    if not argument:
        raise UsageError(f"Something is missing: {usage}.")
    return argument


def _number(text: str, what: str, low: int, high: int) -> int | None:
    """A whole number within the limits, or `None` for the default."""
    if text.lower() == DEFAULT:
        return None
    if text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high:
        return int(text)
    raise UsageError(f"{what} is {low} to {high}, or {DEFAULT}; {text!r} is neither.")
