"""The checkpoint that ships inside the package, asked as a user would."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

import trinity
from trinity import LLM
from trinity.config import EngineConfig
from trinity.model.packed import PackedDecoder
from trinity.ops import dispatch
from trinity.types import ChatRequest, IntensityRequest, Message, SamplingParams

MINI = Path(trinity.__file__).parent / "models/mini"


@pytest.fixture(scope="module")
def llm() -> LLM:
    return LLM.load("mini")


def ask(llm: LLM, text: str, *images: bytes, effort: str = "high", **intensity: int) -> str:
    request = ChatRequest(
        messages=(Message.user(text, *images),),
        sampling=SamplingParams(seed=1, temperature=0.0),
        intensity=IntensityRequest(reasoning_effort=effort, **intensity),
    )
    [answer], _ = llm.ask(request)
    return answer.text


def picture_of(text: str) -> bytes:
    image = Image.new("RGB", (150, 40), "white")
    font = ImageFont.load_default(24)
    ImageDraw.Draw(image).text((10, 5), text, fill="black", font=font)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_the_files_are_those_of_the_manifest() -> None:
    import hashlib

    manifest = json.loads((MINI / "trinity.json").read_text())
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((MINI / name).read_bytes()).hexdigest() == digest, name
    size = sum(path.stat().st_size for path in MINI.iterdir())
    assert size <= 64 * 2**20


def test_it_says_what_it_is(llm: LLM) -> None:
    assert "Trinity" in ask(llm, "Who are you?")


def test_it_adds_what_was_typed_by_hand(llm: LLM) -> None:
    assert ask(llm, "What is 387 + 654?") == "1041"


def test_it_thinks_at_high_effort_and_not_at_none(llm: LLM) -> None:
    thought = {}
    for effort in ("none", "high"):
        request = ChatRequest(
            messages=(Message.user("What is 387 + 654?"),),
            intensity=IntensityRequest(reasoning_effort=effort),
        )
        [answer], _ = llm.ask(request)
        assert answer.finish_reason == "stop"
        thought[effort] = answer.usage.reasoning_tokens
    assert thought["none"] == 0
    assert thought["high"] > 10


def test_a_budget_binds_and_an_answer_follows(llm: LLM) -> None:
    request = ChatRequest(
        messages=(Message.user("What is 387 + 654?"),),
        intensity=IntensityRequest(reasoning_effort="high", thinking_token_budget=5),
    )
    [answer], _ = llm.ask(request)
    assert answer.usage.reasoning_tokens == 5
    assert answer.text


def test_thinking_ends_early_where_it_is_asked_for(llm: LLM) -> None:
    exits = 0
    parity = [f"Is {number} even or odd?" for number in (17, 348, 2044)]
    for text in ("Write 60 in words.", *parity, "Reverse the word cat."):
        asked = [
            ChatRequest(
                messages=(Message.user(text),),
                intensity=IntensityRequest(reasoning_effort="high", early_exit=early_exit),
            )
            for early_exit in (None, True)
        ]
        ([plain], _), ([early], prepared) = map(llm.ask, asked)
        assert prepared.effective.early_exit == llm.table.early_exit
        assert plain.reasoning.startswith(early.reasoning)
        assert early.usage.early_exit or early.token_ids == plain.token_ids
        exits += early.usage.early_exit
    assert exits


def test_a_picture_reaches_the_answer(llm: LLM) -> None:
    first, second = (ask(llm, "Read the text.", picture_of(word)) for word in ("apple", "7304"))
    assert first != second


def test_every_effort_name_is_served(llm: LLM) -> None:
    for effort in ("none", "minimal", "low", "medium", "high", "xhigh", "max"):
        assert ask(llm, "What is 3 + 4?", effort=effort)


def test_the_command_line_answers_in_json() -> None:
    program = [sys.executable, "-c", "from trinity.cli.main import run; run()"]
    asked = [*program, "ask", "17+25", "--json", "--effort", "high"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["usage"]["completion_tokens"] > 0
    assert answer["effective"]["effort_token"] == "high"


@pytest.mark.skipif(not dispatch.HAS_NATIVE, reason="the kernels are not installed")
def test_it_is_served_in_the_format_that_its_manifest_names() -> None:
    def head_bytes(weights: str) -> int:
        decoder = LLM.load("mini", EngineConfig(weights=weights)).engine.runner._decoder
        assert isinstance(decoder, PackedDecoder)
        return decoder.head_bytes

    assert head_bytes("auto") == head_bytes("int8") < head_bytes("bf16")
