import base64
import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from trinity.cli.chat_commands import COMMANDS, Chat, Quit, run_command
from trinity.cli.conversation import Conversation
from trinity.cli.interrupts import stop_on_interrupt
from trinity.errors import TrinityError, UsageError
from trinity.presets import preset
from trinity.types import Mode

Talk = Callable[..., Any]


@pytest.fixture
def talk(trinity: Talk, llm: Any, monkeypatch: pytest.MonkeyPatch) -> Talk:  # noqa: ARG001
    def run(*lines: str, options: tuple[str, ...] = ()) -> Any:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return trinity("chat", *options)

    return run


@pytest.fixture
def chat(llm: Any) -> Chat:
    return Chat(llm, Conversation())


def test_answers_follow_questions_and_the_end_of_input_leaves(talk: Talk, llm: Any) -> None:
    result = talk("one", "", "two")
    assert (result.code, result.out) == (0, "echo one\necho two\n")
    roles = [[message.role for message in request.messages] for request in llm.requests]
    assert roles == [["user"], ["user", "assistant", "user"]]
    assert llm.requests[1].messages[1].text == "echo one"


def test_quit_leaves_at_once(talk: Talk, llm: Any) -> None:
    assert talk("/quit", "never asked").code == 0
    assert not llm.requests


def test_options_set_the_first_question(talk: Talk, llm: Any) -> None:
    options = ("--effort", "low", "--experts", "2", "--system", "Be brief.", "--mode", "latency")
    talk("hi", options=options)
    request = llm.requests[0]
    assert request.messages[0].text == "Be brief."
    assert request.intensity.reasoning_effort == "low"
    assert request.intensity.active_experts == 2
    assert request.mode is Mode.LATENCY


def test_an_error_does_not_end_the_chat(talk: Talk, llm: Any) -> None:
    result = talk("/experts 200", "/image /nowhere", "w " * 300, "hi")
    assert result.code == 0
    assert "1 to 128" in result.out
    assert "no picture file" in result.out
    assert "The prompt has 300 tokens" in result.out
    assert result.out.endswith("echo hi\n")
    assert len(llm.requests[-1].messages) == 1


def test_old_turns_are_left_out_with_a_notice_when_the_context_is_full(
    talk: Talk, llm: Any
) -> None:
    long = "w " * 45
    result = talk(long, long, long)
    assert "the oldest turn was left out; /reset starts afresh" in result.err.replace("\n", " ")
    # Beside both earlier turns, of 45 tokens and an answer each, no room would be left.
    assert len(llm.requests[-1].messages) == 3


def test_ctrl_c_stops_the_answer_and_the_chat_goes_on(talk: Talk, llm: Any) -> None:
    llm.answers = lambda request: f"echo {request.messages[-1].text} and many more words"

    def interrupt(number: int) -> None:
        if number == 4 and len(llm.requests) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    llm.on_event = interrupt
    result = talk("one", "two")
    assert result.code == 0
    assert result.out == "echo one\n(stopped)\necho two and many more words\n"
    assert llm.requests[1].messages[1].text == "echo one"


@pytest.fixture
def usual_interrupts() -> Iterator[None]:
    """Ctrl-C as in a terminal: a process that was started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("usual_interrupts")
def test_a_second_ctrl_c_interrupts_as_usual() -> None:
    with pytest.raises(KeyboardInterrupt), stop_on_interrupt() as stopped:  # noqa: PT012
        os.kill(os.getpid(), signal.SIGINT)
        assert stopped.is_set()
        os.kill(os.getpid(), signal.SIGINT)


def test_settings_change_and_return_to_the_default(chat: Chat) -> None:
    for line in ("/effort HIGH", "/experts 3", "/budget 0", "/mode throughput", "/system Hi."):
        run_command(chat, line)
    state = chat.conversation
    assert state.intensity.reasoning_effort == "high"
    assert state.intensity.active_experts == 3
    assert state.intensity.thinking_token_budget == 0
    assert (state.mode, state.system) == (Mode.THROUGHPUT, "Hi.")
    run_command(chat, "/intensity 40")
    assert (state.intensity.intensity, state.intensity.reasoning_effort) == (40, None)
    for name in ("effort", "intensity", "experts", "budget", "mode"):
        run_command(chat, f"/{name} default")
    run_command(chat, "/system")
    assert state.intensity == Conversation().intensity
    assert (state.mode, state.system) == (None, None)


def test_a_setting_alone_says_what_it_is(chat: Chat) -> None:
    run_command(chat, "/experts 3")
    assert "3; 1 to 128" in run_command(chat, "/experts")
    assert "default" in run_command(chat, "/effort")
    assert "default" in run_command(chat, "/budget")
    assert "default" in run_command(chat, "/intensity")
    assert "default" in run_command(chat, "/mode")


def test_a_dense_model_has_no_experts_to_choose(chat: Chat) -> None:
    chat.llm.config = preset("mini-dense")
    with pytest.raises(UsageError, match="dense"):
        run_command(chat, "/experts 3")
    assert chat.conversation.intensity.active_experts is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/efort low", "did you mean /effort?"),
        ("/zzzz", "/help lists"),
        ("/effort huge", "no effort 'huge'"),
        ("/intensity 101", "0 to 100"),
        ("/experts 0", "1 to 128"),
        ("/experts ²", "1 to 128"),
        ("/budget -1", "'-1' is neither"),
        ("/mode fast", "no mode 'fast'"),
        ("/image", "/image PATH"),
        ("/file", "/file PATH"),
        ("/save", "/save PATH"),
        ("/save /nowhere/at/all", "cannot be written"),
        ("/think loudly", "takes nothing"),
        ("/reset now", "takes nothing"),
        ("/stats all", "takes nothing"),
    ],
)
def test_wrong_commands_are_explained(line: str, said: str, chat: Chat) -> None:
    with pytest.raises(TrinityError) as error:
        run_command(chat, line)
    assert said in error.value.message


def test_quit_and_help_and_think(chat: Chat) -> None:
    with pytest.raises(Quit):
        run_command(chat, "/quit")
    assert all(f"/{name}" in run_command(chat, "/help") for name in COMMANDS)
    run_command(chat, "/think")
    assert chat.show_thinking


def test_attachments_go_with_one_question(talk: Talk, llm: Any, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("from the file")
    talk(f"/image {tmp_path}/a.png", f"/file {tmp_path}/a.txt", "look", "again")
    first, second = (request.messages[-1] for request in llm.requests)
    assert first.text == "look\n\nfrom the file"
    assert len(first.parts) == 2
    assert len(second.parts) == 1


def test_saved_as_json_with_pictures(talk: Talk, tmp_path: Path) -> None:
    picture, path = tmp_path / "a.png", tmp_path / "chat.json"
    Image.new("RGB", (8, 8)).save(picture)
    result = talk(f"/image {picture}", "look", f"/save {path}", "/stats")
    assert "Saved 1 turn to" in result.out
    assert "last answer: medium · 4 experts a token · 5 tokens, 3 thinking" in result.out
    record = json.loads(path.read_text())
    assert record["model"] == "fake"
    assert [message["role"] for message in record["messages"]] == ["user", "assistant"]
    image, text = record["messages"][0]["parts"]
    assert base64.b64decode(image["image"]) == picture.read_bytes()
    assert text == {"text": "look"}
    assert record["replies"][0]["text"] == "echo look"


def test_reset_forgets_the_turns(talk: Talk, llm: Any) -> None:
    talk("/effort low", "one", "/reset", "/stats", "two")
    assert len(llm.requests[1].messages) == 1
    assert llm.requests[1].intensity.reasoning_effort == "low"
