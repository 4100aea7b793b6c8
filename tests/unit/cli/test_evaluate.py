import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trinity.presets import preset

Run = Callable[..., Any]


def test_prints_a_scoreboard_and_writes_it(trinity: Run, llm: Any, tmp_path: Path) -> None:
    llm.answers = lambda _: "yes"
    out = tmp_path / "board.json"
    result = trinity("eval", "mini", "--items", "5", "--quick", "--out", str(out))
    assert result.code == 0
    assert "By domain, effort and experts per token" in result.out
    assert "By family, at full effort" in result.out
    assert "Families never trained on" in result.out
    assert "reasoning · effort high · experts its own ·" in result.err
    record = json.loads(out.read_text())
    assert record["model"] == "fake"
    assert record["config"]["items"] == 5
    totals = [cell for cell in record["cells"] if cell["family"] is None]
    assert {cell["domain"] for cell in totals} == {"reasoning", "vision", "code", "chat"}
    assert [(cell["effort"], cell["experts"]) for cell in totals[:3]] == [
        ("high", None),
        ("none", None),
        ("high", 1),
    ]
    assert all(0 <= cell["low"] <= cell["accuracy"] <= cell["high"] <= 1 for cell in totals)


def test_a_dense_model_is_not_measured_by_experts(trinity: Run, llm: Any, tmp_path: Path) -> None:
    llm.config = preset("mini-dense")
    out = tmp_path / "board.json"
    trinity("eval", "mini", "--items", "2", "--quick", "--out", str(out))
    assert {cell["experts"] for cell in json.loads(out.read_text())["cells"]} == {None}


def test_the_seed_draws_other_exercises(trinity: Run, llm: Any) -> None:
    asked = []
    for seed in ("1", "1", "2"):
        seen: list[str] = []
        llm.answers = lambda request, seen=seen: seen.append(request.messages[-1].text) or "yes"
        trinity("eval", "mini", "--items", "2", "--quick", "--seed", seed)
        asked.append(seen)
    assert asked[0] == asked[1] != asked[2]


def test_a_missing_directory_is_noticed_before_the_work(trinity: Run, llm: Any) -> None:
    llm.answers = lambda _: 1 / 0
    result = trinity("eval", "mini", "--out", "/nowhere/at/all/board.json")
    assert result.code == 2
    assert "There is no directory /nowhere/at/all" in result.err


def test_retention_is_told_of_the_same_exercises(trinity: Run, llm: Any, tmp_path: Path) -> None:
    seen: list[str] = []
    llm.answers = lambda request: seen.append(request.messages[-1].text) or "yes"
    out = tmp_path / "board.json"
    options = ("--items", "5", "--quick", "--specialist", "chat=mini", "--out", str(out))
    result = trinity("eval", "mini", *options)
    assert result.code == 0
    (row,) = json.loads(out.read_text())["retention"]
    # One and the same model: it keeps all of its accuracy, or has none to keep.
    assert row["domain"] == "chat"
    assert row["accuracy"] == row["specialist_accuracy"]
    assert row["retention"] in (0.0, 1.0)
    assert "Against the specialists, on the same exercises" in result.out
    assert all(seen.count(question) >= 2 for question in seen[-5:])


@pytest.mark.usefixtures("llm")
@pytest.mark.parametrize("wrong", ["mini", "cooking=mini", "code="])
def test_a_specialist_is_named_with_its_domain(trinity: Run, wrong: str) -> None:
    result = trinity("eval", "mini", "--quick", "--specialist", wrong)
    assert result.code == 2
    assert "it must be DOMAIN=DIR, with a domain of reasoning" in " ".join(result.err.split())
