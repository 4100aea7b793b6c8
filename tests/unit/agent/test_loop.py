from __future__ import annotations

import pytest

from tests.unit.agent.samples import MENDED, ScriptedModel, call, reply
from trinity.agent.loop import End, Step, Work, run
from trinity.agent.sandbox import Sandbox
from trinity.agent.testing import Suite
from trinity.agent.tools import FolderTools
from trinity.agent.workspace import Workspace
from trinity.errors import ContextExceeded, TrinityError
from trinity.tool_calls import MAX_CALLS
from trinity.types import ToolCall


@pytest.fixture
def toolset(workspace: Workspace, unsandboxed: Sandbox) -> FolderTools:
    return FolderTools(workspace, Suite(workspace, unsandboxed, None, 20.0))


def test_calls_are_run_until_there_is_none(toolset: FolderTools, workspace: Workspace) -> None:
    model = ScriptedModel(
        reply(call("read_file", path="sums.py"), call("list_files"), text="I look."),
        reply(call("write_file", path="sums.py", text=MENDED)),
        reply(call("run_tests")),
        reply(text="Done."),
    )
    work, seen = Work(), list[Step]()
    run(model, toolset, "Fix it.", 10, work, seen.append)
    assert (work.end, work.text, len(work.steps)) == (End.ANSWERED, "Done.", 3)
    assert seen == work.steps
    assert work.steps[0].results == ("def add(a, b):\n    return a - b\n", "sums.py\ntest_sums.py")
    assert work.steps[2].results[0].startswith("passed 2 of 2")
    assert workspace.read("sums.py") == MENDED
    assert (work.prompt_tokens, work.completion_tokens, work.reasoning_tokens) == (40, 20, 8)
    roles = [message.role for message in model.asked[-1]]
    assert roles == [
        "system", "user", "assistant", "tool", "tool", "assistant", "tool", "assistant", "tool",
    ]  # fmt: skip
    assert model.asked[-1][2].text == "I look."


def test_the_step_limit_ends_it(toolset: FolderTools) -> None:
    work = Work()
    run(ScriptedModel(*[reply(call("list_files"))] * 3), toolset, "Fix it.", 3, work)
    assert (work.end, len(work.steps)) == (End.STEP_LIMIT, 3)


def test_an_answer_that_is_cut_off_runs_nothing(toolset: FolderTools) -> None:
    work = Work()
    cut = reply(call("write_file", path="sums.py", text=""), text="I", reason="length")
    run(ScriptedModel(cut), toolset, "Fix it.", 3, work)
    assert (work.end, work.text, work.steps) == (End.CUT_OFF, "I", [])


def test_too_many_calls_at_once_are_told_so(toolset: FolderTools) -> None:
    work = Work()
    many = reply(*[call("list_files")] * (MAX_CALLS + 1))
    run(ScriptedModel(many, reply(text="Done.")), toolset, "Fix it.", 3, work)
    assert work.steps[0].results[-1] == "error: too many calls at once"
    assert not work.steps[0].results[-2].startswith("error")


def test_calls_that_are_no_json_are_answered(toolset: FolderTools) -> None:
    work = Work()
    model = ScriptedModel(
        reply(ToolCall(id="", name="read file", arguments='{"path": ')), reply(text="Done.")
    )
    run(model, toolset, "Fix it.", 3, work)
    assert work.steps[0].results == ("error: there is no tool read file",)
    [written] = model.asked[1][2].tool_calls
    assert (written.name, written.arguments) == ("read_file", "{}")


def test_an_error_of_the_first_answer_is_raised(toolset: FolderTools) -> None:
    with pytest.raises(TrinityError, match="no server"):
        run(ScriptedModel(TrinityError("no server")), toolset, "Fix it.", 3, Work())


def test_an_error_later_keeps_what_was_done(toolset: FolderTools, workspace: Workspace) -> None:
    work = Work()
    model = ScriptedModel(
        reply(call("write_file", path="sums.py", text=MENDED)),
        ContextExceeded("The prompt has 5000 tokens."),
    )
    run(model, toolset, "Fix it.", 3, work)
    assert (work.end, work.failure) == (End.FAILED, "The prompt has 5000 tokens.")
    assert workspace.changes()


def test_an_interruption_keeps_what_was_done(toolset: FolderTools) -> None:
    work = Work()
    model = ScriptedModel(reply(call("list_files")), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(model, toolset, "Fix it.", 3, work)
    assert (work.end, len(work.steps)) == (End.STOPPED, 1)


def test_warnings_are_kept_once(toolset: FolderTools) -> None:
    from dataclasses import replace

    work = Work()
    warned = replace(reply(call("list_files")), warnings=("Seven experts.",))
    run(ScriptedModel(warned, warned, reply()), toolset, "Fix it.", 3, work)
    assert work.warnings == ["Seven experts."]
