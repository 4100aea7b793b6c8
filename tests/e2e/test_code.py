"""`trinity code` with the model that ships inside the package, in a folder on disk."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from trinity.cli.main import execute

SOURCE = '''"""Things to do with lists of words."""


def longest(words):
    return max((len(w) for w in words), default=0)


def change(words):
    return [w.upper() for w in words if len(w) >= 4]
'''
TESTS = """from words import change, longest


def test_longest():
    assert longest(["a", "bcd"]) == 3


def test_change():
    assert change(["lemon", "jam", "stots"]) == ["LEMON", "STOTS"]


def test_four_letters_stay_out():
    assert change(["noon", "level"]) == ["LEVEL"]
"""
TASK = (
    "Run the tests and fix change. It should return the words longer than 4 letters in words in "
    "upper case."
)


def test_mini_mends_a_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.py").write_text(SOURCE)
    (tmp_path / "test_words.py").write_text(TESTS)
    # Without the sandbox: the test is of the model's work, and has to run on every machine.
    runner = ("--test-command", f"{sys.executable} -m pytest -q", "--unsandboxed")
    code = execute(["code", TASK, str(tmp_path), "--effort", "high", "--yes", "--json", *runner])
    record = json.loads(capsys.readouterr().out)
    assert code == 0, record
    assert record["applied"] is True
    assert record["tests"]["summary"] == "passed 3 of 3"
    mended = SOURCE.replace(">= 4", "> 4")
    assert (tmp_path / "words.py").read_text() == mended
    assert (tmp_path / "test_words.py").read_text() == TESTS
