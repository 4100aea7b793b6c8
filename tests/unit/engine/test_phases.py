import pytest

from tests.unit.engine.fakes import ARGS, END_THINK, EOS, THINK, TOOL_CALLS, ByteTokenizer
from trinity.engine.phases import Phases

A, B = 1000, 1001


def phases(
    budget: int | None = None, max_tokens: int = 100, *, may_call_tools: bool = True
) -> Phases:
    return Phases(ByteTokenizer(), budget, max_tokens, may_call_tools=may_call_tools)


def walk(machine: Phases, *tokens: int) -> list[str]:
    return [str(machine.accept(token)) for token in tokens]


def test_a_whole_answer_is_told_apart_by_ids() -> None:
    machine = phases()
    told = walk(machine, THINK, A, B, END_THINK, A, TOOL_CALLS, A, ARGS, B, EOS)
    assert told == ["thinking"] * 4 + ["answer"] + ["tool_call"] * 5
    assert machine.reasoning_tokens == 2
    assert machine.finish_reason == "tool_calls"


def test_without_tools_no_call_may_begin() -> None:
    machine = phases(budget=1, may_call_tools=False)
    assert machine.choices().allowed == (THINK, EOS)
    walk(machine, THINK, A, END_THINK)
    assert machine.choices().allowed == ()
    walk(machine, B)
    assert machine.choices().allowed == (EOS,)


def test_an_answer_without_thinking_is_accepted() -> None:
    machine = phases()
    assert walk(machine, A, EOS) == ["answer", "answer"]
    assert machine.finish_reason == "stop"
    assert machine.reasoning_tokens == 0


@pytest.mark.parametrize(
    ("before", "allowed"),
    [
        ((), {THINK, TOOL_CALLS, EOS}),
        ((THINK,), {END_THINK}),
        ((THINK, A), {END_THINK}),
        ((THINK, A, END_THINK), {TOOL_CALLS, EOS}),
        ((A,), {TOOL_CALLS, EOS}),
        ((THINK, END_THINK, A), {TOOL_CALLS, EOS}),
        ((TOOL_CALLS,), set()),
        ((TOOL_CALLS, A), {ARGS}),
        ((TOOL_CALLS, A, ARGS), set()),
        ((TOOL_CALLS, A, ARGS, B), {TOOL_CALLS, EOS}),
        ((TOOL_CALLS, A, ARGS, B, TOOL_CALLS), set()),
    ],
)
def test_only_what_the_phase_allows_may_follow(before: tuple[int, ...], allowed: set[int]) -> None:
    machine = phases()
    walk(machine, *before)
    assert set(machine.choices().allowed) == allowed
    assert machine.choices().forced is None


@pytest.mark.parametrize("budget", [1, 2, 5])
def test_a_spent_budget_forces_the_end_and_then_an_answer(budget: int) -> None:
    machine = phases(budget)
    walk(machine, THINK)
    for _ in range(budget):
        assert machine.choices().forced is None
        walk(machine, A)
    assert machine.choices().forced == END_THINK
    walk(machine, END_THINK)
    assert machine.reasoning_tokens == budget
    assert EOS not in machine.choices().allowed
    walk(machine, A)
    assert EOS in machine.choices().allowed


def test_a_tool_call_is_an_answer_too() -> None:
    machine = phases(1)
    walk(machine, THINK, A, END_THINK)
    assert machine.choices().allowed == (TOOL_CALLS,)
    walk(machine, TOOL_CALLS, A, ARGS, B)
    assert EOS in machine.choices().allowed


def test_thinking_that_ends_by_itself_may_be_all() -> None:
    machine = phases(5)
    walk(machine, THINK, A, END_THINK)
    assert EOS in machine.choices().allowed


def test_a_budget_of_zero_forbids_thinking() -> None:
    assert THINK not in phases(0).choices().allowed


@pytest.mark.parametrize(
    ("max_tokens", "thought"), [(1, 0), (2, 0), (3, 1), (8, 4), (40, 28), (100, 82)]
)
def test_thinking_leaves_room_for_an_answer(max_tokens: int, thought: int) -> None:
    machine = phases(None, max_tokens)
    if not thought:
        assert THINK not in machine.choices().allowed
        return
    walk(machine, THINK)
    while machine.choices().forced is None:
        walk(machine, A)
    assert machine.reasoning_tokens == thought
    walk(machine, END_THINK)
    assert max_tokens - (thought + 2) == min(16, max_tokens // 4)


def test_the_last_allowed_token_ends_an_answer_by_length() -> None:
    machine = phases(max_tokens=2)
    walk(machine, A)
    assert machine.finish_reason is None
    walk(machine, A)
    assert machine.finish_reason == "length"


def test_an_end_at_the_limit_is_a_stop() -> None:
    machine = phases(max_tokens=2)
    walk(machine, A, EOS)
    assert machine.finish_reason == "stop"


def test_thinking_that_is_skipped_ends_at_once_and_an_answer_follows() -> None:
    machine = phases()
    walk(machine, THINK, A, B)
    machine.steer("skip", 0)
    assert machine.choices().forced == END_THINK
    walk(machine, END_THINK)
    assert EOS not in machine.choices().allowed
    before_it_began = phases()
    before_it_began.steer("skip", 0)
    assert THINK not in before_it_began.choices().allowed


def test_thinking_that_is_extended_may_go_on_as_far_as_there_is_room() -> None:
    machine = phases(budget=2)
    walk(machine, THINK, A, B)
    assert machine.choices().forced == END_THINK
    machine.steer("extend", 1)
    assert machine.choices().forced is None
    assert machine.budget == 3
    machine.steer("extend", 10**9)
    assert machine.budget == phases().budget < 100
    machine.steer("skip", 0)
    assert machine.budget == 2


def test_an_answer_that_is_stopped_ends_with_its_next_token() -> None:
    machine = phases()
    walk(machine, THINK, A, END_THINK, A)
    machine.steer("stop", 0)
    assert machine.finish_reason is None
    walk(machine, B)
    assert machine.finish_reason == "stop"
