import io
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from trinity.cli.keyboard import MORE_TOKENS, no_key, pressed_keys
from trinity.cli.reply import request_reply
from trinity.errors import NotFound
from trinity.types import ChatRequest, Message

termios = pytest.importorskip("termios", reason="keys are read on Unix alone")


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal as standard input; what is written to this descriptor is typed."""
    typist, terminal = os.openpty()
    with os.fdopen(terminal, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield typist
    os.close(typist)


def test_keys_come_one_by_one_and_the_terminal_is_as_before(keyboard: int) -> None:
    before = termios.tcgetattr(keyboard)
    with pressed_keys() as pressed_key:
        assert termios.tcgetattr(keyboard) != before
        assert pressed_key() == ""
        os.write(keyboard, b"s+")
        assert [pressed_key(), pressed_key(), pressed_key()] == ["s", "+", ""]
    assert termios.tcgetattr(keyboard) == before


def test_an_error_leaves_the_terminal_as_it_was_too(keyboard: int) -> None:
    before = termios.tcgetattr(keyboard)
    with pytest.raises(KeyboardInterrupt), pressed_keys():
        raise KeyboardInterrupt
    assert termios.tcgetattr(keyboard) == before


def test_a_pipe_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s+"))
    with pressed_keys() as pressed_key:
        assert pressed_key is no_key


def test_keys_steer_the_answer_and_others_do_nothing(llm: Any) -> None:
    steered: list[tuple[str, str, int]] = []

    def steer(request_id: str, steering: str, tokens: int) -> None:
        steered.append((request_id, steering, tokens))
        raise NotFound("It ended.")

    llm.engine = SimpleNamespace(steer=steer)
    prepare = llm.prepare

    def with_id(request: ChatRequest) -> Any:
        prepared = prepare(request)
        prepared.generation.request_id = "r"
        return prepared

    llm.prepare = with_id
    keys = iter("xs+")
    request = ChatRequest(messages=(Message.user("hi"),))
    reply = request_reply(llm, request, lambda *_: None, lambda: next(keys, ""))
    assert reply.text == "echo hi"
    assert steered == [("r", "skip", MORE_TOKENS), ("r", "extend", MORE_TOKENS)]
