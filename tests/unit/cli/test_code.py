from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.agent.samples import BROKEN, MENDED, ScriptedModel, call, reply, write_project
from trinity.agent import sandbox
from trinity.cli import code as command
from trinity.cli import code_view
from trinity.errors import TrinityError

Run = Callable[..., Any]

MEND = reply(call("edit_file", path="sums.py", old="a - b", new="a + b"))
DONE = reply(text="It adds now.")
UNITTEST = ("--test-command", f"{sys.executable} -m unittest")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path.resolve() / "project")


@pytest.fixture
def scripted(
    project: Path, trinity: Run, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Any, ScriptedModel]]:
    """Runs `trinity code` on the project with a model that says what is given."""

    def run(
        *replies: Any,
        options: tuple[str, ...] = UNITTEST,
        kind: type[ScriptedModel] = ScriptedModel,
    ) -> tuple[Any, ScriptedModel]:
        model = kind(*replies)
        monkeypatch.setattr(command, "open_model", lambda *_: model)
        given = ("code", "Fix it.", str(project), "--tools", "folder", "--unsandboxed")
        return trinity(*given, *options), model

    return run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_changes_are_shown_and_not_applied(scripted: Run, project: Path) -> None:
    result, _ = scripted(MEND, DONE)
    assert result.code == 0
    assert "It adds now." in result.out
    assert "-    return a - b\n+    return a + b\n" in result.out
    assert "The tests pass: passed 2 of 2" in result.out
    assert "1. edit_file sums.py: edited sums.py" in result.err
    assert "Nothing was applied: there is no terminal to ask on" in result.err
    assert (project / "sums.py").read_text() == BROKEN


def test_with_yes_changes_are_applied(scripted: Run, project: Path) -> None:
    result, _ = scripted(MEND, DONE, options=(*UNITTEST, "--yes"))
    assert (result.code, (project / "sums.py").read_text()) == (0, MENDED)
    assert result.out.endswith("Applied: sums.py.\n")


def test_a_dry_run_applies_nothing(scripted: Run, project: Path) -> None:
    result, _ = scripted(MEND, DONE, options=(*UNITTEST, "--dry-run"))
    assert (result.code, (project / "sums.py").read_text()) == (0, BROKEN)
    assert result.out.endswith("Nothing was applied.\n")


@pytest.mark.parametrize(
    ("typed", "text"), [("y\n", MENDED), ("YES\n", MENDED), ("n\n", BROKEN), ("", BROKEN)]
)
def test_on_a_terminal_it_asks(
    typed: str, text: str, scripted: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    result, _ = scripted(MEND, DONE)
    assert f"Apply to 1 file in {project}? [y/N]" in result.out
    assert (result.code, (project / "sums.py").read_text()) == (0, text)


def test_json_holds_it_all_and_asks_nothing(
    scripted: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    (project / ".git").mkdir()
    result, _ = scripted(MEND, DONE, options=(*UNITTEST, "--json"))
    record = json.loads(result.out)
    assert (record["text"], record["applied"], record["end"]) == ("It adds now.", False, "answered")
    assert record["diff"].startswith("--- a/sums.py\n+++ b/sums.py\n")
    assert record["tests"]["has_passed"] is True
    assert record["tests"]["summary"] == "passed 2 of 2"
    [made] = record["steps"][0]["calls"]
    assert (made["name"], made["result"]) == ("edit_file", "edited sums.py")
    assert record["usage"] == {
        "prompt_tokens": 20, "completion_tokens": 10, "reasoning_tokens": 4,
    }  # fmt: skip
    assert record["skipped"] == {"not part of the work": [".git"]}
    assert (record["model"], record["warnings"], record["failure"]) == ("scripted", [], None)
    assert (project / "sums.py").read_text() == BROKEN


def test_json_applies_with_yes(scripted: Run, project: Path) -> None:
    result, _ = scripted(MEND, DONE, options=(*UNITTEST, "--json", "--yes"))
    assert json.loads(result.out)["applied"] is True
    assert (project / "sums.py").read_text() == MENDED


@pytest.mark.parametrize("options", [("--yes",), ("--yes", "--json")])
def test_a_conflict_is_one_sentence_and_exit_code_1(
    options: tuple[str, ...], scripted: Run, project: Path
) -> None:
    class Meddler(ScriptedModel):
        def answer(self, *given: Any) -> Any:
            (project / "sums.py").write_text("theirs\n")
            return super().answer(*given)

    result, _ = scripted(MEND, DONE, options=(*UNITTEST, *options), kind=Meddler)
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith(
        "trinity: Nothing was applied: sums.py changed in the folder meanwhile;"
    )
    assert (project / "sums.py").read_text() == "theirs\n"
    if "--json" in options:
        assert json.loads(result.out)["applied"] is False


def test_tests_that_fail_show_their_output_and_exit_with_1(scripted: Run) -> None:
    result, _ = scripted(DONE)
    assert result.code == 1
    assert "The tests do not pass: failed 1 of 2" in result.out
    assert "AssertionError: -1 != 5" in result.err
    assert result.out.endswith("Nothing was changed.\n")


def test_the_step_limit_is_said(scripted: Run) -> None:
    result, _ = scripted(MEND, MEND, options=(*UNITTEST, "--max-steps", "1"))
    assert result.code == 1
    assert "warning: The limit of 1 steps was reached; --max-steps allows more." in result.err


def test_a_model_that_fails_midway_leaves_what_it_did(scripted: Run) -> None:
    result, _ = scripted(MEND, TrinityError("The context is full."))
    assert result.code == 1
    assert "warning: The model could not go on: The context is full." in result.err
    assert "+    return a + b\n" in result.out


def test_an_interruption_shows_what_was_done(scripted: Run) -> None:
    result, _ = scripted(MEND, KeyboardInterrupt())
    assert result.code == 1
    assert "warning: Stopped; this is what was done until then." in result.err
    assert "+    return a + b\n" in result.out


def test_an_interruption_at_once_just_ends(scripted: Run) -> None:
    result, _ = scripted(KeyboardInterrupt())
    assert (result.code, result.out) == (130, "")


def test_without_tests_it_is_said(scripted: Run, project: Path) -> None:
    (project / "test_sums.py").unlink()
    result, _ = scripted(MEND, DONE, options=())
    assert (result.code, result.err.count("warning")) == (0, 1)
    assert "There are no tests.\n" in result.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("",), "The task is empty"),
        (("x", "/no/folder"), "There is no folder /no/folder"),
        (("x", "{project}", "--yes", "--dry-run"), "give one of them"),
        (("x", "{project}", "--test-command", "'"), "is no command line"),
        (("x", "{project}", "--url", "localhost"), "must begin with http://"),
        (("x", "{project}", "--model", "/no/model"), "There is no checkpoint directory"),
        (("x", "{project}", "--max-steps", "0"), "--max-steps"),
        (("x", "{project}", "--time-limit", "0"), "--time-limit"),
        (("x", "{project}", "--tools", "all"), "--tools"),
        (("x", "{project}", "--effort", "huge"), "'huge' is not one of"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], said: str, trinity: Run, project: Path
) -> None:
    given = [part.format(project=project) for part in arguments]
    result = trinity("code", *given, "--unsandboxed")
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert result.err.startswith("trinity: ")
    assert result.err.count("\n") == 1


def test_without_bubblewrap_it_refuses_before_it_loads_a_model(
    trinity: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    monkeypatch.setattr(command, "open_model", lambda *_: pytest.fail("loaded"))
    result = trinity("code", "Fix it.", str(project))
    assert (result.code, result.out) == (2, "")
    assert "bubblewrap, which is not installed; install it with `apt install" in result.err
    assert result.err.count("\n") == 1


def test_the_tools_are_those_that_the_model_knows(
    trinity: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options, prompt in (((), "```python"), (("--url", "http://127.0.0.1:9"), "You work on")):
        model = ScriptedModel(DONE)
        monkeypatch.setattr(command, "open_model", lambda *_, model=model: model)
        trinity("code", "Fix it.", str(project), "--unsandboxed", "--dry-run", *options)
        assert prompt in "".join(message.text for message in model.asked[0])


def test_settings_reach_the_server_and_the_key_stays_out_of_sight(
    trinity: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[Any, ...]] = []

    class Remote(ScriptedModel):
        def __init__(self, *given: Any) -> None:
            super().__init__(DONE)
            made.append(given)

    monkeypatch.setattr("trinity.cli.code_model.RemoteModel", Remote)
    monkeypatch.setenv("TRINITY_API_KEY", "the-key")
    options = ("--effort", "low", "--experts", "2", "--budget", "9", "--seed", "4")
    server = ("--url", "http://x/v1", "--model", "big")
    trinity("code", "Fix it.", str(project), "--unsandboxed", *server, *options)
    assert made == [
        (
            "http://x/v1",
            "big",
            "the-key",
            {
                "reasoning_effort": "low",
                "active_experts": 2,
                "thinking_token_budget": 9,
                "seed": 4,
            },
        )
    ]
    assert "the-key" in os.environ["TRINITY_API_KEY"]


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert (
        code_view.visible("a\u202eb\x1b[31m\u200b")
        == "a<U+202E>b\N{REPLACEMENT CHARACTER}[31m<U+200B>"
    )


def test_a_terminal_sees_the_diff_in_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system="standard", highlight=False)
    monkeypatch.setattr(code_view, "stdout", lambda: console)
    code_view.show_diff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old \u202e\n+new\n")
    assert "\x1b[31m-old <U+202E>\x1b[0m" in shown.getvalue()
    assert "\x1b[32m+new\x1b[0m" in shown.getvalue()
    assert "\x1b[1m+++ b/x\x1b[0m" in shown.getvalue()


def test_many_names_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    code_view.say_skipped({"links": [f"l{number}" for number in range(7)], "large files": ["big"]})
    shown = " ".join(capsys.readouterr().err.split())
    assert shown == (
        "Left out of the copy: l0, l1, l2, l3, l4 and 2 more (links); big (large files)."
    )
