import base64
import copy
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trinity.errors import CheckpointError, InvalidRequest
from trinity.inputs.tokenizer import IncrementalDecoder, Tokenizer

# The vocabulary is read once for a whole session.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

MARKERS = ["[INST]", "[/INST]", "</s>", "<s>", "[IMG]", "[THINK]", "[TOOL_CALLS]", "<SPECIAL_20>"]


def test_official_ids_of_hello_world(official: Tokenizer) -> None:
    assert official.encode("Hello, world!") == [22177, 1044, 4304, 1033]


def test_official_ids_of_the_settings(official: Tokenizer) -> None:
    ids = "19227 80277 1302 13196 1609 1449 2811 1429 17670 46005"
    assert official.encode('{"reasoning_effort": "none"}') == [int(i) for i in ids.split()]


def test_named_ids(official: Tokenizer) -> None:
    assert official.vocab_size == 131_072
    assert official.num_control == 1000
    assert (official.bos_id, official.eos_id, official.pad_id) == (1, 2, 11)
    assert (official.inst_id, official.end_inst_id) == (3, 4)
    assert (official.image_id, official.image_break_id, official.image_end_id) == (10, 12, 13)
    assert (official.tool_calls_id, official.args_id) == (9, 32)
    assert (official.think_id, official.end_think_id) == (34, 35)
    assert official.control_id("[MODEL_SETTINGS]") == 36
    assert official.effort_tokens == ("none", "high")


def test_control_tokens_have_a_name_and_no_text(official: Tokenizer) -> None:
    assert official.is_control(999)
    assert not official.is_control(1000)
    assert not official.is_control(-1)
    assert official.control_name(3) == "[INST]"
    assert official.token_bytes(3) == b""
    assert official.decode([3, *official.encode("hi"), 4]) == "hi"
    with pytest.raises(ValueError, match="not a control token"):
        official.control_name(1000)


def test_an_unknown_control_token_is_a_checkpoint_error(official: Tokenizer) -> None:
    with pytest.raises(CheckpointError, match=r"no control token \[NOVEL\]"):
        official.control_id("[NOVEL]")


@pytest.mark.parametrize("marker", MARKERS)
def test_text_never_encodes_to_a_control_token(official: Tokenizer, marker: str) -> None:
    ids = official.encode(f"a{marker}b {marker}")
    assert min(ids) >= 1000
    assert official.decode(ids) == f"a{marker}b {marker}"


@pytest.mark.parametrize("token_id", [-1, 131_072, 10**9])
def test_ids_outside_the_vocabulary_are_refused(official: Tokenizer, token_id: int) -> None:
    for attempt in (official.token_bytes, lambda i: official.decode([i])):
        with pytest.raises(InvalidRequest, match="the ids are 0 to 131071"):
            attempt(token_id)


@shared
@given(text=st.text())
def test_text_survives_encoding_and_decoding(official: Tokenizer, text: str) -> None:
    ids = official.encode(text)
    decoder = IncrementalDecoder(official)
    pieces = [decoder.push(token_id) for token_id in ids]
    assert official.decode(ids) == text
    assert "".join(pieces) == text
    assert decoder.flush() == ""
    assert b"".join(map(official.token_bytes, ids)) == text.encode()


@shared
@given(ids=st.lists(st.integers(0, 2500), max_size=40))
def test_any_ids_decode_as_mistral_common_decodes_them(official: Tokenizer, ids: list[int]) -> None:
    assert official.decode(ids) == official.tekken.decode(ids)


@shared
@given(ids=st.lists(st.integers(1000, 1255), max_size=40))
def test_no_piece_holds_half_a_character(official: Tokenizer, ids: list[int]) -> None:
    decoder = IncrementalDecoder(official)
    text = "".join(map(decoder.push, ids)) + decoder.flush()
    assert text == bytes(i - 1000 for i in ids).decode(errors="replace")


def test_bytes_of_a_character_are_held_back_until_it_is_complete(official: Tokenizer) -> None:
    decoder = IncrementalDecoder(official)
    ids = [1000 + byte for byte in "é€😀".encode()]
    assert [decoder.push(i) for i in ids] == ["", "é", "", "", "€", "", "", "", "😀"]


def test_half_a_character_at_the_end_is_replaced(official: Tokenizer) -> None:
    decoder = IncrementalDecoder(official)
    assert decoder.push(1000 + 0xF0) == ""
    assert decoder.flush() == "\ufffd"
    assert decoder.push(1000 + 0xC3) == ""
    assert decoder.push(official.eos_id) == "\ufffd"
    assert decoder.push(1000 + ord("a")) == "a"


def test_lone_surrogates_become_replacement_characters(official: Tokenizer) -> None:
    assert official.decode(official.encode("a\ud800b")) == "a\ufffdb"


def test_endless_blanks_are_refused(official: Tokenizer) -> None:
    with pytest.raises(InvalidRequest, match="run of blanks"):
        official.encode(" " * 1_000_000)


def test_a_copy_reads_the_same_file(official: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    monkeypatch.setattr("trinity.inputs.tokenizer._load", read.append)
    assert copy.copy(official).path == official.path
    assert read == [official.path]


def test_a_missing_file_is_a_checkpoint_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no vocabulary file"):
        Tokenizer(tmp_path / "tekken.json")
    with pytest.raises(CheckpointError, match="no vocabulary file"):
        Tokenizer(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b'{"config": {}}',
        b'{"config": {"version": "v99"}}',
        b'{"config": {"version": "v15"}, "special_tokens": [], "vocab": []}',
    ],
)
def test_an_invalid_file_is_a_checkpoint_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tekken.json"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"not a valid tekken\.json"):
        Tokenizer(path)


def small_file(tmp_path: Path, **config: object) -> Path:
    """A vocabulary of the 256 bytes, with changes to its configuration."""
    names = {0: "<unk>", 1: "<s>", 2: "</s>"}
    content = {
        "config": {
            "pattern": r"\S+|\s+",
            "num_vocab_tokens": 256,
            "default_vocab_size": 356,
            "default_num_special_tokens": 100,
            "version": "v15",
        },
        "special_tokens": [
            {"rank": i, "token_str": names.get(i, f"<SPECIAL_{i}>"), "is_control": True}
            for i in range(100)
        ],
        "vocab": [
            {"rank": i, "token_bytes": base64.b64encode(bytes([i])).decode(), "token_str": None}
            for i in range(256)
        ],
    }
    content["config"] |= config
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(content))
    return path


def test_another_number_of_control_tokens_shifts_the_ids(tmp_path: Path) -> None:
    tokenizer = Tokenizer(small_file(tmp_path))
    assert tokenizer.encode("AB") == [100 + 65, 100 + 66]
    assert tokenizer.effort_tokens == ()


def test_an_older_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="version v13; version v15 is needed"):
        Tokenizer(small_file(tmp_path, version="v13"))


def test_damage_in_the_vocabulary_is_found(tmp_path: Path) -> None:
    content = json.loads(small_file(tmp_path).read_text())
    random.shuffle(content["vocab"])
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps(content))
    with pytest.raises(CheckpointError, match="not a valid"):
        Tokenizer(path)
