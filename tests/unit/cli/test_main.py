import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer

from trinity.cli import main
from trinity.cli.main import app

COMMANDS = ("ask", "chat", "code", "demo", "serve", "info", "doctor", "train", "eval")


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def test_help_lists_every_command_and_loads_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "PIL", "mistral_common", "fastapi", "rich")
    code = (
        "import sys; from trinity.cli.main import execute; code = execute(['--help']);"
        f"print([name for name in {heavy} if name in sys.modules]); sys.exit(code)"
    )
    shown = python(code)
    assert shown.returncode == 0
    assert shown.stdout.rstrip().endswith("[]")
    assert all(f"\n  {name} " in shown.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, trinity: Callable[..., Any]) -> None:
    result = trinity(command, "--help")
    assert result.code == 0
    assert f"Usage: trinity {command}" in result.out


def test_without_arguments_the_help_is_shown(trinity: Callable[..., Any]) -> None:
    assert trinity() == trinity("--help")


def test_the_version_is_that_of_the_package(
    trinity: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"1.2.3 of {name}")
    result = trinity("--version")
    assert (result.code, result.out) == (0, "trinity 1.2.3 of trinity-moe\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aks"], "No such command 'aks'. Did you mean 'ask'?"),
        (["ask", "hi", "--effort", "huge"], "'huge' is not one of 'none', 'minimal', 'low'"),
        (["ask", "hi", "--experts", "0"], "'--experts'"),
        (["ask", "hi", "--intensity", "101"], "'--intensity'"),
        (["ask", "hi", "--budget", "-1"], "'--budget'"),
        (["ask", "hi", "--mode", "fast"], "'fast' is not one of"),
        (["ask", "hi", "--temperature", "3"], "'--temperature'"),
        (["ask", "hi", "--max-tokens", "0"], "'--max-tokens'"),
        (["ask", "hi", "--nonsense"], "No such option: --nonsense"),
        (["ask", "hi", "more"], "unexpected extra argument"),
        (["eval"], "Missing argument 'MODEL'"),
        (["serve", "--port", "70000"], "'--port'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, trinity: Callable[..., Any]
) -> None:
    result = trinity(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert said.lower() in result.err.lower()
    assert result.err.startswith("trinity: ")
    assert result.err.count("\n") == 1
    assert "Value error" not in result.err


def test_an_unexpected_error_is_one_sentence_without_traceback() -> None:
    code = (
        "import sys; from trinity.cli import loading, main;"
        "loading.load_llm = lambda model, engine: 1 / 0;"
        "sys.argv = ['trinity', 'ask', 'hi']; main.run()"
    )
    shown = python(code)
    assert shown.returncode == 1
    assert shown.stderr == (
        "trinity: An unexpected ZeroDivisionError stopped the command (division by zero); "
        "`trinity doctor` checks the installation.\n"
    )


def test_ctrl_c_exits_with_130_and_says_nothing(trinity: Callable[..., Any], llm: Any) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    llm.on_event = interrupt
    result = trinity("ask", "hi")
    assert result.code == main.INTERRUPTED
    assert "Traceback" not in result.err


def test_every_option_has_a_help_text() -> None:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name}"
