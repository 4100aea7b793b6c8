from __future__ import annotations

from trinity.tool_calls import parsed_arguments, turn_messages
from trinity.types import ToolCall


def test_only_shallow_objects_are_arguments() -> None:
    assert parsed_arguments('{"a": [1, {"b": 2}]}') == {"a": [1, {"b": 2}]}
    assert parsed_arguments('{"a": ' + "[" * 30 + "]" * 30 + "}") is None
    assert parsed_arguments("[1]") is None
    assert parsed_arguments('{"a": ') is None


def test_a_turn_holds_what_the_template_has_a_place_for() -> None:
    calls = (
        ToolCall(id="x", name="read file", arguments='{"path": '),
        ToolCall(id="x", name="", arguments='{"a": 1}'),
    )
    assistant, *results = turn_messages("Look.", calls, ("one", "two"), 3)
    assert assistant.text == "Look."
    assert [(call.name, call.arguments) for call in assistant.tool_calls] == [
        ("read_file", "{}"),
        ("_", '{"a": 1}'),
    ]
    assert [message.tool_call_id for message in results] == [c.id for c in assistant.tool_calls]
    assert len({message.tool_call_id for message in results}) == 2
    assert [message.text for message in results] == ["one", "two"]
