"""Where the settings of a server come from: flags, then variables, then a file, then defaults.

The settings are the options of `trinity serve`; `setting` declares one. The command line's own
parser asks flags, then variables, then what `load_file` read: one precedence, and no second list.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_origin, get_type_hints

import typer

from trinity.config import EngineConfig, ServerConfig
from trinity.errors import ConfigError

PREFIX = "TRINITY_"
OTHER_VARIABLES = ("TRINITY_API_KEY", "TRINITY_DATA")
"""Variables that are no settings of a server: read by `trinity mode`, and by recipes."""

SECRET = ("api_keys",)
_HINTS = {**get_type_hints(EngineConfig), **get_type_hints(ServerConfig), "model": str}
_FILE = "trinity.config_file"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of settings, and the line of each."""

    path: Path
    lines: dict[str, int]

    def where(self, name: str) -> str:
        """Where a setting stands, for people."""
        return f"{self.path} line {self.lines[name]}"


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting as it is, and why."""

    name: str
    value: Any
    origin: str
    help: str


def setting(name: str, *flags: str, **more: Any) -> Any:
    """An option of `serve` for the field `name` of a configuration, with its variable."""
    flags = flags or (f"--{name.replace('_', '-')}",)
    return typer.Option(*flags, envvar=f"{PREFIX}{name.upper()}", **more)


def load_file(context: typer.Context, path: str | None) -> str | None:
    """Let the other options of a command fall back to the file; the callback of `--config`.

    Raises `ConfigError` for a name that is none and a value that does not fit, here or in the
    environment.
    """
    command = _serve_of(context)
    options = {option.name: option for option in command.params if option.name in _HINTS}
    variables = {option.envvar for option in command.params if option.envvar}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in {*variables, *OTHER_VARIABLES}:
            raise ConfigError(
                f"The variable {name[:80]} is set, and nothing reads it; "
                f"{_advice(name, variables, 'unset it')}"
            )
    if path is None:
        return None
    text = _read(Path(path))
    values = _parse(text, path)
    file = ConfigFile(Path(path), {name: _line_of(name, text) for name in values})
    for name in values:
        if name not in options:
            raise ConfigError(
                f"{name[:80]!r} in {file.where(name)} is no setting; "
                f"{_advice(name, options, 'remove it, as settings stand without [tables]')}"
            )
    for name, value in values.items():
        _check_value(context, options[name], value, file.where(name))
    context.default_map = values
    context.meta[_FILE] = file
    return path


ConfigFileOption = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar=f"{PREFIX}CONFIG",
        is_eager=True,
        callback=load_file,
        help="A TOML file of settings, named as in `trinity config explain`. Flags and variables "
        "go before it.",
    ),
]


def explain(context: typer.Context) -> Iterator[Explained]:
    """The settings of a `serve` command line that was parsed, in its order."""
    options: list[Any] = list(context.command.params)
    for option in options:
        if option.name in _HINTS:
            value = context.params[option.name]
            yield Explained(option.name, value, _origin(context, option), option.help)


def parse_serve(context: typer.Context, arguments: list[str]) -> typer.Context:
    """What `serve` would understand these arguments as. Raises what it would raise."""
    parsed: typer.Context = _serve_of(context).make_context(
        "serve", arguments, parent=context.find_root()
    )
    return parsed


def _serve_of(context: typer.Context) -> Any:
    """The command that has the settings as options."""
    root: Any = context.find_root().command
    return getattr(root, "commands", {}).get("serve", root)


def _origin(context: typer.Context, option: Any) -> str:
    source = context.get_parameter_source(option.name)
    match source.name if source else "DEFAULT":
        case "COMMANDLINE":
            return f"flag {option.opts[0]}"
        case "ENVIRONMENT":
            return f"variable {option.envvar}"
        case "DEFAULT_MAP":
            return str(context.meta[_FILE].where(option.name))
        case _:
            return "default"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"The configuration {path} is not UTF-8; save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(
            f"The configuration {path} cannot be read: {error.strerror}; check the path."
        ) from None


def _parse(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"The configuration {path} is not valid TOML: {error}.") from None


def _advice(name: str, known: Iterable[str], otherwise: str) -> str:
    """The end of a sentence about a name that is none: the nearest that is one, or what to do."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else f"{otherwise}."


def _check_value(context: typer.Context, option: Any, value: Any, where: str) -> None:
    wanted = _wanted(value, _HINTS[option.name])
    if wanted:
        raise ConfigError(
            f"{option.name} in {where} is {_shown(option.name, value)}; write {wanted}."
        )
    try:
        option.process_value(context, value)
    except typer.BadParameter as error:
        message = " ".join(error.message.split()).removeprefix("Value error, ").rstrip(".")
        raise ConfigError(f"{option.name} in {where} is not allowed: {message}.") from None


def _wanted(value: Any, hint: Any) -> str | None:
    """What should stand in place of `value`; None where it has the right type."""
    kind = type(value)
    if hint is bool:
        return None if kind is bool else "true or false"
    if int in (hint, *getattr(hint, "__args__", ())):
        return None if kind is int else "a whole number"
    if get_origin(hint) is tuple:
        is_list = kind is list and all(isinstance(item, str) for item in value)
        return None if is_list else 'a list such as ["a", "b"]'
    return None if kind is str else 'text in quotes, such as "a"'


def _shown(name: str, value: Any) -> str:
    return "something else" if name in SECRET else as_toml(value)[:80]


def _line_of(name: str, text: str) -> int:
    """Where a key stands; the parser does not say."""
    found = re.search(rf"^[ \t\[]*[\"']?{re.escape(name)}[\"']?[ \t]*[=.\]]", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def as_toml(value: Any) -> str:
    """A value as a configuration file has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)
