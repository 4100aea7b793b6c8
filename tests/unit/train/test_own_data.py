from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.unit.train.conftest import TOKENIZER
from trinity.config import ModelConfig
from trinity.errors import ConfigError
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.train.corpus import Corpus
from trinity.train.items import Split
from trinity.train.own_data import OwnData, OwnDataConfig, Turn, read_own_data
from trinity.train.supervised import SupervisedConfig, SupervisedTrainer
from trinity.types import Message

Read = Callable[..., OwnData]

GREETING = {
    "messages": [
        {"role": "user", "content": "Who are you?"},
        {"role": "assistant", "content": "I am Ada's helper."},
    ]
}
CALL = {"id": "abc123xyz", "function": {"name": "add", "arguments": '{"a":1,  "b": "é"}'}}
WITH_TOOLS = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Add them."},
        {
            "role": "assistant",
            "content": "Well.",
            "reasoning_content": "Use the tool.",
            "tool_calls": [CALL],
        },
        {"role": "tool", "tool_call_id": "abc123xyz", "content": "3"},
        {"role": "assistant", "content": "3", "reasoning_content": "It said 3."},
    ],
    "tools": [{"type": "function", "function": {"name": "add", "parameters": {}}}],
}


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer(TOKENIZER)


@pytest.fixture
def read(tmp_path: Path, tiny_model: ModelConfig, tokenizer: Tokenizer) -> Read:
    def read_rows(*rows: Any, **settings: Any) -> OwnData:
        path = tmp_path / "chats.jsonl"
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines))
        settings = {"validation_share": 0.0, **settings}
        return read_own_data(OwnDataConfig(path=str(path), **settings), tiny_model, tokenizer)

    return read_rows


def chat(question: str, answer: str = "Yes.", **fields: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": answer, **fields}
    return {"messages": [{"role": "user", "content": question}, said]}


def train_turns(data: OwnData) -> list[Turn]:
    return data.turns[Split.TRAIN]


def png(size: int = 32) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), "red").save(file, "PNG")
    return file.getvalue()


def test_a_turn_is_what_the_template_writes_for_it(
    read: Read, tiny_model: ModelConfig, tokenizer: Tokenizer
) -> None:
    """The template's own text of the whole chat holds the first turn as it is learnt."""
    first, last = train_turns(read(WITH_TOOLS))
    example = first.example("high", (2, 2), tokenizer, tiny_model)
    after = (*first.before, first.said, last.before[-1])
    whole = render(after, first.tools, "high", tokenizer, None).token_ids
    assert tuple(example.ids) == whole[: len(example.ids)]
    assert example.ids[-1] == tokenizer.eos_id
    prompt = render(first.before, first.tools, "high", tokenizer, None).token_ids
    assert example.answer_start == len(prompt)


def test_thoughts_of_earlier_turns_are_no_part_of_a_prompt(
    read: Read, tiny_model: ModelConfig, tokenizer: Tokenizer
) -> None:
    _, last = train_turns(read(WITH_TOOLS))
    example = last.example("high", (2, 2), tokenizer, tiny_model)
    assert tokenizer.think_id not in example.ids[: example.answer_start]
    assert example.ids[example.answer_start] == tokenizer.think_id


def test_the_effort_of_a_row(read: Read) -> None:
    rows = (GREETING, WITH_TOOLS, {**chat("Low?", reasoning_content="Hm."), "effort": "low"})
    efforts = [turn.effort for turn in train_turns(read(*rows))]
    assert efforts == [None, "high", "high", "low"]


def test_turns_of_weight_0_are_read_and_not_learnt(read: Read) -> None:
    messages = [*chat("One?", weight=0)["messages"], *chat("Two?", "Sure.")["messages"]]
    [turn] = train_turns(read({"messages": messages}))
    assert turn.said.text == "Sure."
    assert len(turn.before) == 3


def test_pictures_come_from_data_urls_and_from_paths_beside_the_file(
    read: Read, tiny_model: ModelConfig, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/red.png").write_bytes(png())
    url = "data:image/png;base64," + base64.b64encode(png()).decode()
    for place in (url, "pictures/red.png"):
        content = [
            {"type": "image_url", "image_url": {"url": place}},
            {"type": "text", "text": "What colour is it?"},
        ]
        messages = [
            {"role": "user", "content": content},
            {"role": "assistant", "content": "Red."},
        ]
        [turn] = train_turns(read({"messages": messages}))
        assert turn.before == (Message.user("What colour is it?", png()),)
        example = turn.example("none", (2, 2), tokenizer, tiny_model)
        assert [pixels.shape for pixels in example.pixels] == [(3, 32, 32)]
        assert (example.labels[0] == -1).all()


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", "Not valid JSON at column 2"),
        ("[]", "The row is not a JSON object"),
        ({}, "messages is missing"),
        ({**GREETING, "efort": "low"}, "efort is 'low'"),
        ({**GREETING, "effort": "some"}, "no reasoning effort 'some'"),
        ({**chat("A", reasoning_content="B"), "effort": "none"}, "messages[1] has thoughts"),
        ({"messages": [{"role": "user", "content": "A"}]}, "has the role user"),
        ({"messages": [{"role": "narrator", "content": "A"}]}, "messages[0].role is 'narrator'"),
        (chat("A", ""), "messages[1] has neither text nor tool calls"),
        (chat("A", weight=0), "weight 0"),
        (chat("A", tool_calls=[{**CALL, "function": {"name": "f", "arguments": "3"}}]), "JSON obj"),
        ({"messages": WITH_TOOLS["messages"][:3] + WITH_TOOLS["messages"][4:]}, "has no result"),
        (chat("word " * 2000), "at most 1024 are allowed"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "none.png"}}],
                    },
                    {"role": "assistant", "content": "A"},
                ]
            },
            "messages[0].content[0].image_url: There is no picture file",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "https://a.b/c"}}],
                    },
                    {"role": "assistant", "content": "A"},
                ]
            },
            "not fetched from the web",
        ),
    ],
)
def test_a_bad_row_is_named_by_its_line(read: Read, row: Any, complaint: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(GREETING, "", row)
    assert "1 of 2 rows" in error.value.message
    assert "--skip-bad-rows" in error.value.message
    [line] = error.value.message.splitlines()[1:]
    assert line.startswith("  line 3: ")
    assert complaint in line


def test_a_row_may_end_with_a_tool_call(read: Read) -> None:
    assert len(train_turns(read({**WITH_TOOLS, "messages": WITH_TOOLS["messages"][:3]}))) == 1


def test_text_that_is_not_utf8_is_a_bad_row(
    tmp_path: Path, tiny_model: ModelConfig, tokenizer: Tokenizer
) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(b'{"messages": "\xe9"}\n')
    with pytest.raises(ConfigError, match="line 1: The text is not UTF-8"):
        read_own_data(OwnDataConfig(path=str(path)), tiny_model, tokenizer)


def test_only_the_first_bad_rows_are_shown_and_all_are_counted(read: Read) -> None:
    with pytest.raises(ConfigError) as error:
        read(GREETING, *["x"] * 25)
    lines = error.value.message.splitlines()
    assert lines[0].startswith("25 of 26 rows")
    assert len(lines) == 12
    assert lines[-1] == "  and 15 more"


def test_bad_rows_are_skipped_and_counted_where_that_is_asked(read: Read) -> None:
    data = read(GREETING, "x", "y", skip_bad_rows=True)
    assert len(train_turns(data)) == 1
    assert "1 conversations" in data.note
    assert "2 rows skipped" in data.note


def test_a_file_without_a_usable_row_is_an_error(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no row to train on; of 1, 1 cannot be used"):
        read("x", skip_bad_rows=True)
    with pytest.raises(ConfigError, match="no row to train on"):
        read()
    (tmp_path / "chats.jsonl").unlink()
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_own_data(OwnDataConfig(path=str(tmp_path / "chats.jsonl")), *[None, None])  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{"share": 0.0}, {"share": 1.5}, {"validation_share": 1.0}])
def test_shares_must_be_shares(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="share is"):
        OwnDataConfig(path="x", **settings)


def test_what_is_asked_decides_whether_a_row_is_held_out(read: Read) -> None:
    rows = [chat(f"Is {number} even?") for number in range(200)]
    data = read(*rows, validation_share=0.25)
    held_out = {turn.before for turn in data.turns[Split.VALIDATION]}
    assert 30 <= len(held_out) <= 70
    assert not held_out & {turn.before for turn in train_turns(data)}
    # Neither the answer nor the other rows matter.
    others = [chat(f"Is {number} even?", "No.") for number in range(100, 200)]
    again = {turn.before for turn in read(*others, validation_share=0.25).turns[Split.VALIDATION]}
    assert again <= held_out


def test_rows_are_seen_equally_often(read: Read) -> None:
    data = read(*[chat(f"Is {number} even?") for number in range(7)])
    seen = [
        turn.before for first in range(0, 21, 3) for turn in data.pick(Split.TRAIN, first, 3, 0)
    ]
    assert len(set(seen[:7])) == len(set(seen[7:14])) == len(set(seen[14:])) == 7
    assert seen[:7] != seen[7:14]


def test_a_window_holds_the_share_of_own_examples_and_loss_on_answers_alone(
    read: Read, tiny_run: SupervisedConfig
) -> None:
    data = read(GREETING, share=0.25)
    corpus = Corpus(tiny_run.corpus, tiny_run.model, tiny_run.tokenizer, Split.TRAIN, data)
    examples = corpus._own_examples(random.Random(0), 0)
    assert len(examples) == 6
    said = {corpus.tokenizer.decode(e.ids[e.answer_start : -1]) for e in examples}
    assert said == {"I am Ada's helper."}
    first, second = (corpus[3] for _ in range(2))
    assert [m.ids_T.tolist() for s in first for m in s] == [
        m.ids_T.tolist() for s in second for m in s
    ]


def test_a_run_learns_own_data_and_resumes_bit_equal(
    tmp_path: Path, tiny_run: SupervisedConfig
) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text("\n".join(json.dumps(chat(f"Is {n} even?", "Green.")) for n in range(40)))
    config = replace(
        tiny_run, own_data=OwnDataConfig(path=str(path), share=1.0), total_tokens=4_000
    )
    trainer = SupervisedTrainer(config, tmp_path / "whole")
    reports: list[dict[str, float]] = []
    trainer.run(reports.append)
    assert reports[-1]["own"] < reports[0]["own"] - 0.5
    assert "own" in trainer.validate()
    assert any("40 conversations" in note for note in trainer.notes)
    SupervisedTrainer(config, tmp_path / "parts").run(lambda _: None, stop_at=2_000)
    resumed = SupervisedTrainer(config, tmp_path / "parts")
    resumed.run(lambda _: None)
    ours, theirs = resumed.model.state_dict(), trainer.model.state_dict()
    assert all((ours[name] == theirs[name]).all() for name in ours)
