import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from trinity.errors import ConfigError
from trinity.server import batch_store
from trinity.server.batch_lines import LineReader, raw_lines
from trinity.server.batch_store import ERRORS, OUTPUT, Batch, BatchStore, Results
from trinity.server.keys import OPERATOR

ID = "batch_0a"


def batch(number: int = 0, **more: Any) -> Batch:
    return Batch(
        id=f"batch_{number:02x}",
        owner="",
        endpoint="/v1/x",
        input_file_id="file-1",
        completion_window="24h",
        created_at=float(number),
        expires_at=1e9,
        metadata=None,
        total=3,
        **more,
    )


def test_results_are_known_again(tmp_path: Path) -> None:
    results = Results(tmp_path, ID)
    results.add(OUTPUT, {3: {"custom_id": "\u00e9"}, 7: {}})
    results.add(ERRORS, {4: {}})
    results.close()
    again = Results(tmp_path, ID)
    assert again.done == {3, 4, 7}
    assert again.counts == {OUTPUT: 2, ERRORS: 1}
    again.add(OUTPUT, {7: {"again": True}, 8: {}})
    again.add(ERRORS, {3: {}})
    again.close()
    again.add(OUTPUT, {9: {}})  # whoever comes too late
    text = (tmp_path / f"{ID}.output.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert rows == [
        {"id": "batch_req_0a_3", "custom_id": "\u00e9"},
        {"id": "batch_req_0a_7"},
        {"id": "batch_req_0a_8"},
    ]
    assert (tmp_path / f"{ID}.errors.jsonl").read_text().count("\n") == 1
    assert (tmp_path / f"{ID}.output.jsonl").stat().st_mode & 0o777 == 0o600


def test_wherever_a_crash_cuts_the_whole_lines_stay_and_only_they(tmp_path: Path) -> None:
    path = tmp_path / f"{ID}.output.jsonl"
    results = Results(tmp_path, ID)
    for number in (1, 2, 3):
        results.add(OUTPUT, {number: {"custom_id": f"\u00e9-{number}"}})
    results.close()
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        for tail in (b"", b"\0\0\0", b'{"id": 5}\n', b"[]\n", b"null\n"):
            path.write_bytes(whole[:size] + tail)
            results = Results(tmp_path, ID)
            count = whole[:size].count(b"\n")
            assert results.done == set(range(1, count + 1))
            assert path.read_bytes() == b"".join(whole.splitlines(keepends=True)[:count])
            results.add(OUTPUT, {9: {}})
            results.close()
            assert json.loads(path.read_bytes().splitlines()[count])["id"] == "batch_req_0a_9"


def test_a_disk_that_refuses_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = Results(tmp_path, ID)
    results.add(OUTPUT, {1: {}})
    before = (tmp_path / f"{ID}.output.jsonl").read_bytes()

    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(batch_store.os, "fsync", refuse)
        with pytest.raises(OSError, match="Input/output"):
            results.add(OUTPUT, {2: {}})
    assert (tmp_path / f"{ID}.output.jsonl").read_bytes() == before
    assert results.done == {1}
    assert results.counts[OUTPUT] == 1
    results.add(OUTPUT, {2: {}})
    results.close()
    again = Results(tmp_path, ID)
    again.close()
    assert again.done == {1, 2}


def test_batches_are_known_again(tmp_path: Path) -> None:
    store = BatchStore(tmp_path)
    first = batch(1)
    first.enter("in_progress", 5.5)
    for one in (batch(2), first):
        store.save(one, one.encoded())
    again = BatchStore(tmp_path)
    assert again.visible(OPERATOR) == [first, batch(2)]
    assert again.open_batches() == [first, batch(2)]
    assert again.get("batch_01", OPERATOR).as_wire()["in_progress_at"] == 5


def test_the_oldest_that_have_ended_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_store, "MAX_ENDED", 2)
    store = BatchStore(tmp_path)
    for number in range(5):
        one = batch(number, status="completed" if number else "in_progress")
        store.save(one, one.encoded())
    for known in (store, BatchStore(tmp_path)):
        assert [one.created_at for one in known.visible(OPERATOR)] == [0, 3, 4]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"id": "batch_02"}'])
def test_a_damaged_batch_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "batch_01.json").write_text(text)
    with pytest.raises(ConfigError, match=r"batch_01\.json is damaged; restore .*\.$"):
        BatchStore(tmp_path)
    (tmp_path / "batch_01.json").write_bytes(batch(2).encoded())
    with pytest.raises(ConfigError, match="is damaged"):
        BatchStore(tmp_path)


@pytest.mark.parametrize("size", range(1, 12))
def test_lines_are_numbered_whatever_their_length(size: int) -> None:
    text = b"a\n\nbb\r\n   \ncccccccccc\n\ndddddddd"
    expected = [(number, line) for number, line in enumerate(text.split(b"\n"), 1) if line.strip()]
    found = list(raw_lines(BytesIO(text), size))
    assert [number for number, _ in found] == [number for number, _ in expected]
    for (_, raw), (_, line) in zip(found, expected, strict=True):
        assert (len(raw) > size) == (len(line) > size)
        assert line.startswith(raw)


def test_lines_that_are_done_still_own_their_ids(tmp_path: Path) -> None:
    row = {"custom_id": "a", "method": "POST", "url": "/v1/x", "body": {}}
    path = tmp_path / "in"
    path.write_text(f"{json.dumps(row)}\n" * 2)
    reader = LineReader(path, "/v1/x", 1000, {1})
    line = reader.next()
    assert line is not None
    assert line.number == 2
    assert line.mistake is not None
    assert "is that of line 1 already" in line.mistake.message
    assert reader.next() is None
    reader.close()
    assert reader.next() is None
