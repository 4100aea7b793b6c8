"""`trinity code`: a model works on a copy of a folder, and you decide what becomes of it."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from trinity.agent.function_tools import EXERCISE, FunctionTools
from trinity.agent.loop import End, Model, Work, run
from trinity.agent.sandbox import Sandbox
from trinity.agent.testing import Suite, Verdict
from trinity.agent.tools import FolderTools, Toolset
from trinity.agent.workspace import Workspace
from trinity.cli import code_view as view
from trinity.cli.code_model import knows_exercise, open_model
from trinity.cli.options import (
    BudgetOption,
    EffortOption,
    ExpertsOption,
    JsonOption,
    ModelOption,
    SeedOption,
)
from trinity.cli.terminal import say, stdout, warn
from trinity.errors import TrinityError, UsageError
from trinity.types import IntensityRequest

_Task = Annotated[str, typer.Argument(metavar="TASK", help="What is to be done, in words.")]
_Folder = Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder to work on.")]
_Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="Ask an OpenAI-compatible server instead, such as http://127.0.0.1:8000/v1; --model "
        "is then the model's name there.",
    ),
]
_ApiKey = Annotated[
    str | None, typer.Option("--api-key", envvar="TRINITY_API_KEY", help="A key of that server's.")
]
_Tools = Annotated[
    Literal["folder", "function"] | None,
    typer.Option(
        "--tools",
        metavar="SET",
        help="folder: list, read, edit and write files, run the tests; function: run the tests on "
        "the code of one function, as generated exercises have it. Default: function for "
        "checkpoints that say they were trained on those, such as mini, else folder.",
    ),
]
_TestCommand = Annotated[
    str | None,
    typer.Option(
        "--test-command",
        metavar="COMMAND",
        help="What runs the tests. Default: where there are test files, `python -m pytest -q`, or "
        "`python -m unittest` without pytest; the Python is that of the folder's .venv, or this "
        "program's.",
    ),
]
_TimeLimit = Annotated[
    float,
    typer.Option("--time-limit", metavar="S", min=1.0, help="Seconds one run of tests may take."),
]
_MaxSteps = Annotated[
    int, typer.Option("--max-steps", metavar="N", min=1, help="Most answers of the model.")
]
_Unsandboxed = Annotated[
    bool,
    typer.Option(
        "--unsandboxed",
        help="Run the tests with your own rights, files and network, where bubblewrap cannot work.",
    ),
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply the changes without asking.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the changes and never apply them.")]


def code(
    task: _Task,
    folder: _Folder = Path(),
    model: ModelOption = "mini",
    url: _Url = None,
    api_key: _ApiKey = None,
    effort: EffortOption = None,
    experts: ExpertsOption = None,
    budget: BudgetOption = None,
    seed: SeedOption = None,
    max_steps: _MaxSteps = 20,
    tools: _Tools = None,
    test_command: _TestCommand = None,
    time_limit: _TimeLimit = 120.0,
    unsandboxed: _Unsandboxed = False,
    yes: _Yes = False,
    dry_run: _DryRun = False,
    as_json: JsonOption = False,
) -> None:
    """Let a model work on a folder: it edits a copy, runs the tests, and you see the changes.

    Commands run in bubblewrap: without network, on a read-only system, seeing neither your home nor
    your environment. Changes are shown as a diff, and applied when you say so; --json asks nothing.
    Exits with 1 where the tests do not pass in the end, or the model did not come to an end.
    """
    if yes and dry_run:
        raise UsageError("--yes applies the changes and --dry-run never does; give one of them.")
    if not task.strip():
        raise UsageError('The task is empty; say what to do, as in: trinity code "Fix total".')
    intensity = IntensityRequest(
        reasoning_effort=effort, active_experts=experts, thinking_token_budget=budget
    )
    with tempfile.TemporaryDirectory(prefix="trinity-code-") as private:
        workspace = Workspace(folder, Path(private).resolve() / "copy")
        sandbox = Sandbox(workspace.folder, is_isolated=not unsandboxed)
        suite = Suite(workspace, sandbox, test_command, time_limit)
        chosen = tools or _fitting(model, url)
        toolset = (FunctionTools if chosen == "function" else FolderTools)(workspace, suite)
        worker = open_model(model, url, api_key, intensity, seed)
        if not as_json:
            view.say_skipped(workspace.skipped)
        work = _work(worker, toolset, task, max_steps, silent=as_json)
        verdict = suite.run()
        if as_json:
            _finish_in_json(work, workspace, verdict, apply=yes, model=worker.name)
        else:
            view.say_end(work, max_steps)
            view.show_answer(work.text)
            _finish(workspace, verdict, yes=yes, dry_run=dry_run)
        if work.end is not End.ANSWERED or (verdict is not None and not verdict.has_passed):
            raise typer.Exit(1)


def _fitting(model: str, url: str | None) -> str:
    """The set of tools that a model knows best; of one behind a server nothing is known."""
    return "function" if url is None and knows_exercise(model, EXERCISE) else "folder"


def _work(model: Model, toolset: Toolset, task: str, max_steps: int, *, silent: bool) -> Work:
    """Let the model work; Ctrl-C ends that, and what was done until then stays."""
    work = Work()
    try:
        if silent:
            run(model, toolset, task, max_steps, work)
        else:
            with view.StepView() as on_step:
                run(model, toolset, task, max_steps, work, on_step)
    except KeyboardInterrupt:
        if not work.steps:
            raise
    return work


def _finish(workspace: Workspace, verdict: Verdict | None, *, yes: bool, dry_run: bool) -> None:
    """Show what came out, and apply it where that is wanted."""
    changes = workspace.changes()
    view.show_diff(workspace.diff())
    view.show_verdict(verdict)
    if not changes:
        say(stdout(), "Nothing was changed.")
        return
    if not yes and not dry_run and not sys.stdin.isatty():
        warn("Nothing was applied: there is no terminal to ask on; --yes applies without asking.")
        return
    files = "1 file" if len(changes) == 1 else f"{len(changes)} files"
    if dry_run or not (yes or view.confirm(f"Apply to {files} in {workspace.folder}?")):
        say(stdout(), "Nothing was applied.")
        return
    say(stdout(), f"Applied: {', '.join(workspace.apply())}.")


def _finish_in_json(
    work: Work, workspace: Workspace, verdict: Verdict | None, *, apply: bool, model: str
) -> None:
    """Apply where that is wanted, and print all as one object, also where it cannot be applied."""
    problem: TrinityError | None = None
    applied: list[str] = []
    if apply:
        try:
            applied = workspace.apply()
        except TrinityError as error:
            problem = error
    print(json.dumps(_record(work, workspace, verdict, bool(applied), model), indent=2))
    if problem is not None:
        raise problem


def _record(
    work: Work, workspace: Workspace, verdict: Verdict | None, applied: bool, model: str
) -> dict[str, Any]:
    return {
        "text": work.text,
        "diff": workspace.diff(),
        "applied": applied,
        "tests": asdict(verdict) if verdict else None,
        "steps": [
            {
                "text": step.text,
                "calls": [
                    {"name": call.name, "arguments": call.arguments, "result": result}
                    for call, result in zip(step.calls, step.results, strict=True)
                ],
            }
            for step in work.steps
        ],
        "end": work.end,
        "failure": work.failure or None,
        "usage": {
            "prompt_tokens": work.prompt_tokens,
            "completion_tokens": work.completion_tokens,
            "reasoning_tokens": work.reasoning_tokens,
        },
        "warnings": work.warnings,
        "skipped": workspace.skipped,
        "model": model,
    }
