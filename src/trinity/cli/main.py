"""The program `trinity`: its commands, and how an error becomes one sentence and an exit code.

The entry point of the installed package. Commands import what is heavy when they are called, so
that help and wrong use answer at once.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Annotated

import typer
from typer.main import get_command

from trinity.cli.ask import ask
from trinity.cli.bench import bench
from trinity.cli.chat import chat
from trinity.cli.code import code
from trinity.cli.config import config
from trinity.cli.convert import convert
from trinity.cli.demo import demo
from trinity.cli.doctor import doctor
from trinity.cli.evaluate import evaluate
from trinity.cli.fuse import fuse
from trinity.cli.keys import keys
from trinity.cli.mode import mode
from trinity.cli.options import JsonOption
from trinity.cli.serve import serve
from trinity.cli.train import train
from trinity.errors import TrinityError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells report it."""


def info(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="`mini`, a preset, or a checkpoint's directory.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Say what a model is, what it costs, and whether it fits this machine."""
    from trinity.cli.info import info as show_info

    show_info(model, json=as_json)


app = typer.Typer(
    name="trinity",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in (
    ("ask", ask),
    ("chat", chat),
    ("code", code),
    ("demo", demo),
    ("serve", serve),
    ("mode", mode),
    ("info", info),
    ("doctor", doctor),
    ("train", train),
    ("fuse", fuse),
    ("eval", evaluate),
    ("convert", convert),
    ("bench", bench),
):
    app.command(_name)(_command)
app.add_typer(keys, name="keys")
app.add_typer(config, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"trinity {version('trinity-moe')}")
        except PackageNotFoundError:
            raise TrinityError(
                "The package trinity-moe is not installed, so its version is unknown; install it "
                "with `pip install -e .`."
            ) from None
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """One 128-expert mixture for reasoning, vision and code.

    Exit codes: 0 all well, 2 wrong use, 3 a bad checkpoint, 130 stopped by Ctrl-C, 1 all else.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run() -> None:
    """Run the command line of this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a mark that the terminal lacks is no error
    sys.excepthook = _report_unexpected
    threading.excepthook = lambda failure: _report_unexpected(
        failure.exc_type, failure.exc_value, failure.exc_traceback
    )
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors meant for people go to stderr."""
    try:
        result = get_command(app).main(list(arguments), prog_name="trinity", standalone_mode=False)
    except TrinityError as error:
        _say(error.message)
        return error.exit_code
    except typer.TyperException as error:
        _say(_usage_sentence(error))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _usage_sentence(error: typer.TyperException) -> str:
    message = " ".join(error.format_message().split()).replace(": Value error, ", ": ")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "trinity"
    if not message.endswith("?"):
        message = message.rstrip(".") + ";"
    return f"{message} `{command} --help` says what is allowed."


def _say(message: str) -> None:
    print(f"trinity: {message}", file=sys.stderr)


def _report_unexpected(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if sys.flags.dev_mode:  # python -X dev: for those who mend it
        sys.__excepthook__(kind, error or kind(), trace)
        return
    lines = str(error).strip().splitlines() or [""]
    # A worker process sends its whole traceback along, the message last.
    detail = lines[-1 if "Traceback" in str(error) else 0][:300]
    _say(
        f"An unexpected {kind.__name__} stopped the command{f' ({detail})' if detail else ''}; "
        "`trinity doctor` checks the installation."
    )
