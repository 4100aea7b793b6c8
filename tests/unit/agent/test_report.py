from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from trinity.agent.report import MAX_CHARS, short_report
from trinity.agent.testing import Verdict

SOURCE = """
def f(x):
    if x == 7:
        raise ValueError("not seven")
    if x == 8:
        return f(x)
    return [x, x]
"""


def verdict(output: str, *, has_passed: bool = False, summary: str = "failed 1 of 2") -> Verdict:
    return Verdict(has_passed=has_passed, summary=summary, output=output, command="")


def run(folder: Path, runner: str, body: str) -> str:
    (folder / "code.py").unlink(missing_ok=True)
    (folder / "work.py").write_text(SOURCE)
    text = "import unittest\nfrom work import f\n"
    if runner == "pytest":
        text += f"def test():\n    {body}\n"
        arguments = ["pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-c", "/dev/null"]
    else:
        text += f"class T(unittest.TestCase):\n    def test(self):\n        {body}\n"
        arguments = ["unittest"]
    (folder / "test_work.py").write_text(text)
    shown = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return short_report(verdict(shown.stdout + shown.stderr))


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("assert f(1) == [1, 2]", "f(1) gave [1, 1], expected [1, 2]"),
        (
            "assert f(1)[0] == 1 and True\n    assert f(2) is None",
            "f(2) gave [2, 2], expected None",
        ),
        ("assert f(7) == []", "f(7) raised ValueError: not seven"),
        ("assert f(8) == []", "f(8) raised RecursionError: too deep"),
        ("assert g(1) == 1", "g(1) raised NameError: name 'g' is not defined"),
        ("x = 3\n    assert f(x) == 4", "f(3) gave [3, 3], expected 4"),
    ],
)
def test_a_failure_under_pytest_is_one_line(body: str, line: str, tmp_path: Path) -> None:
    assert run(tmp_path, "pytest", body) == line


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("self.assertEqual(f(1), [1, 2])", "f(1) gave [1, 1], expected [1, 2]"),
        ("self.assertEqual(f(1), 2, 'why')", "f(1) gave [1, 1], expected 2"),
        ("self.assertEqual(f(7), [])", "f(7) raised ValueError: not seven"),
        ("assert f(7) == 1", "f(7) raised ValueError: not seven"),
    ],
)
def test_a_failure_under_unittest_is_one_line(body: str, line: str, tmp_path: Path) -> None:
    assert run(tmp_path, "unittest", body) == line


def test_what_passes_or_ran_out_of_time_is_its_summary() -> None:
    assert short_report(verdict("", has_passed=True, summary="passed 2 of 2")) == "passed 2 of 2"
    assert short_report(verdict("E   ValueError", summary="stopped after 9 s")) == (
        "stopped after 9 s"
    )


def test_other_output_is_cut_to_a_line() -> None:
    assert short_report(verdict("E   ModuleNotFoundError: No module named 'x'\nmore\n")) == (
        "ModuleNotFoundError: No module named 'x'"
    )
    assert short_report(verdict("make: *** [all]   Error 2\n\n")) == "make: *** [all] Error 2"
    assert short_report(verdict("")) == "failed 1 of 2"
    assert len(short_report(verdict("word " * 200))) == MAX_CHARS
