import io
from pathlib import Path

import pytest
from rich.console import Console

from trinity.bench.rates import Rates
from trinity.bench.records import TRINITY, Result, Subject
from trinity.bench.report import show_report, value


def shown(results: list[Result], rates: Rates | None = None) -> str:
    console = Console(file=io.StringIO(), width=120)
    show_report(results, rates, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_table_a_row_with_limit_and_peers() -> None:
    subject = Subject("tiny", Path("tiny"), "int8")
    text = shown(
        [
            subject.result(
                "decode", "8 + 8", 1, TRINITY, "decode", "tokens/s", [3000, 1000], limit=4000
            ),
            subject.result(
                "decode", "8 + 8", 1, "llama.cpp Q8_0", "decode", "tokens/s", [800], ratio=2.5
            ),
            subject.result("memory", "one token", 1, TRINITY, "peak memory", "bytes", [3e9]),
        ],
        Rates(30e9, 200e9, 0.0),
    )
    lines = text.splitlines()
    assert lines[0].startswith("This machine, measured in between: 30.0 GB/s read, 200 GFLOP/s")
    assert "tiny. Decode: one stream" in text
    heading = next(line.split() for line in lines if line.startswith("weights"))
    assert heading[3:] == ["trinity", "of", "limit", "llama.cpp", "ratio"]
    row = next(line.split() for line in lines if "decode," in line)
    assert row == ["int8", "8", "+", "8", "decode,", "tokens/s", "2,000", "50%", "800", "2.50"]
    assert "3 GB" in text


def test_rows_that_were_not_measured_are_not_shown() -> None:
    assert shown([]) == ""


@pytest.mark.parametrize(
    ("unit", "number", "text"),
    [
        ("s", 0.0123, "12.3 ms"),
        ("s", 12.3, "12.30 s"),
        ("bytes", 5e6, "5 MB"),
        ("tokens/s", 12345.6, "12,346"),
    ],
)
def test_a_figure_is_written_with_three_digits(unit: str, number: float, text: str) -> None:
    subject = Subject("tiny", Path("tiny"), "int8")
    assert value(subject.result("load", "", 1, TRINITY, "x", unit, [number])) == text
