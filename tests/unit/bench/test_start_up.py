import json
import sys
from pathlib import Path

import pytest

from trinity.bench.records import TRINITY, Subject
from trinity.bench.start_up import StartUp, start_once
from trinity.errors import TrinityError

MEGABYTE = 2**20
QUIET = [sys.executable, "-c", "x = bytearray(64 * 2**20)"]
TELLS = [
    sys.executable,
    "-c",
    "import time, json; print('noise'); print(json.dumps({'first_token_at': time.time()}))",
]
FAILS = [sys.executable, "-c", "import sys; sys.exit('no memory left')"]


def test_the_peak_is_that_of_the_command_alone(tmp_path: Path) -> None:
    held_here = bytearray(256 * MEGABYTE)
    held_here[::4096] = b"x" * len(held_here[::4096])
    took = start_once("peer", QUIET, tmp_path / "log")
    assert 64 * MEGABYTE < took.peak_bytes < 256 * MEGABYTE
    assert took.first_token_s > 0


def test_a_program_that_tells_when_its_token_came_is_believed(tmp_path: Path) -> None:
    took = start_once("peer", TELLS, tmp_path / "log")
    sleeps = [*TELLS[:2], TELLS[2].replace("print('noise')", "time.sleep(0.3)")]
    assert start_once("peer", sleeps, tmp_path / "log").first_token_s > 0.3
    assert took.first_token_s > 0


@pytest.mark.parametrize("command", [FAILS, ["/nowhere/program"]])
def test_a_program_that_does_not_start_says_why(tmp_path: Path, command: list[str]) -> None:
    with pytest.raises(TrinityError, match=r"peer did not start: .*(no memory|nowhere)"):
        start_once("peer", command, tmp_path / "log")


def test_a_peer_that_fails_is_left_out_and_the_rest_is_measured(tmp_path: Path) -> None:
    notes: list[str] = []
    row = StartUp(Subject("tiny", tmp_path, "bf16"), 2, tmp_path, notes.append)
    results = row.measure({TRINITY: QUIET, "good": TELLS, "bad": FAILS})
    assert [(result.engine, result.figure) for result in results] == [
        (TRINITY, "peak memory"),
        ("good", "peak memory"),
        (TRINITY, "first token"),
        ("good", "first token"),
    ]
    assert results[1].ratio is not None
    assert results[1].ratio > 1
    assert len(notes) == 1
    assert "bad did not start" in notes[0]
    with pytest.raises(TrinityError, match="did not start"):
        row.measure({TRINITY: FAILS})
    json.dumps([result.record() for result in results])
