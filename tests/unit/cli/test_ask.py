import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from trinity.types import ImagePart, Mode

Run = Callable[..., Any]


def png(path: Path, width: int, height: int) -> str:
    Image.new("RGB", (width, height), "red").save(path)
    return str(path)


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    stdin = SimpleNamespace(isatty=lambda: False, buffer=io.BytesIO(data))
    monkeypatch.setattr("sys.stdin", stdin)


def test_a_pipe_gets_the_answer_alone(trinity: Run, llm: Any) -> None:
    result = trinity("ask", "What is 2 + 2?")
    assert (result.code, result.out, result.err) == (0, "echo What is 2 + 2?\n", "")
    assert llm.requests[0].messages[-1].text == "What is 2 + 2?"


def test_warnings_go_to_stderr(trinity: Run, llm: Any) -> None:  # noqa: ARG001
    result = trinity("ask", "hi", "--experts", "9")
    assert result.out == "echo hi\n"
    assert result.err == "warning: 9 experts: not trained.\n"


def test_strict_refuses_what_would_warn(trinity: Run, llm: Any) -> None:  # noqa: ARG001
    result = trinity("ask", "hi", "--experts", "9", "--strict")
    assert (result.code, result.out) == (2, "")
    assert "not trained" in result.err


def test_every_option_reaches_the_request(trinity: Run, llm: Any, tmp_path: Path) -> None:
    picture = png(tmp_path / "a.png", 20, 10)
    text = tmp_path / "code.py"
    text.write_text("x = 'é'\n", encoding="utf-8")
    options = (
        "--effort low --experts 3 --budget 50 --early-exit --mode latency --seed 7 "
        "--temperature 0.5 --max-tokens 90 --strict"
    )
    system = ["--system", "Be brief."]
    files = ["--image", picture, "--image", picture, "--file", str(text)]
    assert trinity("ask", "Explain", *files, *system, *options.split()).code == 0
    request = llm.requests[0]
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[0].text == "Be brief."
    assert request.messages[1].text == "Explain\n\nx = 'é'"
    assert request.messages[1].parts[:2] == (ImagePart(Path(picture).read_bytes()),) * 2
    assert request.intensity.reasoning_effort == "low"
    assert request.intensity.active_experts == 3
    assert request.intensity.thinking_token_budget == 50
    assert request.intensity.early_exit is True
    assert (request.mode, request.strict) == (Mode.LATENCY, True)
    assert (request.sampling.seed, request.sampling.temperature) == (7, 0.5)
    assert request.sampling.max_tokens == 90


def test_json_holds_everything(trinity: Run, llm: Any) -> None:  # noqa: ARG001
    result = trinity("ask", "hi", "--json", "--intensity", "40", "--experts", "9")
    record = json.loads(result.out)
    assert result.err == ""
    assert record["text"] == "echo hi"
    assert record["reasoning"] == "let me think"
    assert record["usage"] == {
        "prompt_tokens": 1,
        "cached_tokens": 0,
        "image_tokens": 0,
        "completion_tokens": 5,
        "reasoning_tokens": 3,
        "accepted_tokens": 0,
        "rejected_tokens": 0,
        "early_exit": False,
    }
    assert record["effective"]["active_experts"] == [9, 9, 9, 9]
    assert record["requested"]["intensity"] == 40
    assert record["requested"]["active_experts"] == 9
    assert record["warnings"] == ["9 experts: not trained."]
    assert set(record["timings"]) == {"load_s", "first_token_s", "total_s"}
    assert (record["finish_reason"], record["model"]) == ("stop", "fake")
    assert record["expert_rows"] == 80


@pytest.mark.parametrize("arguments", [["-"], []])
def test_the_question_may_come_through_a_pipe(
    arguments: list[str], trinity: Run, llm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, "naïve?\n".encode())
    assert trinity("ask", *arguments).code == 0
    assert llm.requests[0].messages[-1].text == "naïve?"


@pytest.mark.parametrize("data", [b"", b" \n\t\n"])
def test_an_empty_pipe_is_an_empty_question(
    data: bytes, trinity: Run, llm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(monkeypatch, data)
    result = trinity("ask")
    assert (result.code, result.err) == (
        2,
        "trinity: The question is empty; write at least one word.\n",
    )
    assert not llm.requests


def test_bytes_that_are_no_text_are_refused(trinity: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, b"\xff\xfe")
    result = trinity("ask", "-")
    assert result.code == 2
    assert "not UTF-8" in result.err


def test_no_question_on_a_terminal_is_wrong_use(
    trinity: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    result = trinity("ask")
    assert result.code == 2
    assert "There is no question" in result.err


def test_effort_and_intensity_together_are_refused(trinity: Run) -> None:
    result = trinity("ask", "hi", "--effort", "low", "--intensity", "3")
    assert result.code == 2
    assert "one dial" in result.err


def test_one_sentence_for_every_bad_file(trinity: Run, llm: Any, tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"this is text")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "null.txt").write_bytes(b"a\0b")
    (tmp_path / "long.txt").write_bytes(b"a" * (1024 * 1024 + 1))
    cases = [
        ("--image", tmp_path / "no.png", "not a readable picture"),
        ("--image", png(tmp_path / "dot.png", 1, 1), "1 x 1 pixels"),
        ("--image", tmp_path / "absent.png", "no picture file"),
        ("--image", tmp_path, "not a picture file"),
        ("--file", tmp_path / "absent.txt", "There is no file"),
        ("--file", tmp_path / "latin.txt", "not UTF-8"),
        ("--file", tmp_path / "null.txt", "null bytes"),
        ("--file", tmp_path / "long.txt", "1,048,577 bytes"),
        ("--file", tmp_path, "There is no file"),
    ]
    for option, path, said in cases:
        result = trinity("ask", "hi", option, str(path))
        assert (result.code, result.out) == (2, "")
        assert said in result.err
        assert result.err.count("\n") == 1
    assert not llm.requests


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--experts", "129"], 2, "1 to 128"),
        (["--model", "nonsense"], 2, "no checkpoint directory 'nonsense'"),
        (["--model", "broken"], 3, "truncated"),
    ],
)
def test_errors_of_engine_and_checkpoint_have_their_exit_codes(
    arguments: list[str],
    code: int,
    said: str,
    trinity: Run,
    llm: Any,  # noqa: ARG001
) -> None:
    result = trinity("ask", "hi", *arguments)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_a_failing_engine_is_one_sentence(trinity: Run, llm: Any) -> None:
    llm.failure = "the weights melted"
    result = trinity("ask", "hi")
    assert (result.code, result.err) == (
        1,
        "trinity: The engine could not answer: the weights melted\n",
    )
