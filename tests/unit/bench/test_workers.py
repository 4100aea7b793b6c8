import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from trinity.bench.workers import Worker, last_line
from trinity.errors import TrinityError

HEAD = """
from trinity.bench.workers import run_worker
from trinity.errors import TrinityError

def workload(streams, prompt, output):
    print("noise on standard output")
    if streams == 0:
        raise TrinityError("no streams")
    return [streams, prompt, output]

def open_engine():
    {opening}
    return {{"workload": workload, "crash": lambda: 1 / 0}}

run_worker(open_engine)
"""


@pytest.fixture
def command() -> Callable[..., list[str]]:
    def make(opening: str = "pass", *arguments: str) -> list[str]:
        return [sys.executable, "-c", HEAD.format(opening=opening), *arguments]

    return make


def test_answers_come_in_order_whatever_else_is_printed(
    command: Callable[..., list[str]], tmp_path: Path
) -> None:
    with Worker("peer", command("print('loading')"), tmp_path / "log") as worker:
        for streams in (1, 2):
            assert worker.ask("workload", streams=streams, prompt=3, output=4) == [streams, 3, 4]
        with pytest.raises(TrinityError, match="peer: no streams"):
            worker.ask("workload", streams=0, prompt=3, output=4)
        assert worker.ask("workload", streams=5, prompt=3, output=4) == [5, 3, 4]
    assert "loading" in (tmp_path / "log").read_text()


def test_a_worker_that_dies_says_why(command: Callable[..., list[str]], tmp_path: Path) -> None:
    with Worker("peer", command(), tmp_path / "log") as worker:
        for _ in range(2):
            with pytest.raises(TrinityError, match="peer stopped: ZeroDivisionError"):
                worker.ask("crash")


@pytest.mark.parametrize(
    ("opening", "message"),
    [
        ("raise TrinityError('no such file')", "peer: no such file"),
        ("raise OSError('disk full')", "peer stopped: OSError: disk full"),
    ],
)
def test_a_worker_that_does_not_open_says_why(
    command: Callable[..., list[str]], tmp_path: Path, opening: str, message: str
) -> None:
    with pytest.raises(TrinityError, match=message):
        Worker("peer", command(opening), tmp_path / "log")


def test_the_last_line_with_text_is_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("first\n  the reason \n\n")
    assert last_line(path) == "the reason"
    path.write_text("")
    assert last_line(path) == "no message"
