import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "decode,speed"], "There is no row 'speed'"),
        (["--weights", "auto"], "There is no weights 'auto'"),
        (["--streams", "8,many"], "--streams is '8,many'; it takes numbers"),
        (["--rates", "1,inf"], "--rates is '1,inf'; it takes numbers"),
        (["--streams", "0"], "streams has 0"),
        (["--streams", "1.5"], "--streams is '1.5'; it takes whole numbers"),
        (["--repeats", "0"], "repeats has 0"),
        (["--peer", "ollama=x"], "the peers are llama.cpp, transformers, vllm"),
        (["--peer", "llama.cpp=/nowhere"], "there is no program /nowhere/llama-bench"),
        (["nowhere-at-all"], "There is no checkpoint directory"),
        (["--out", "/dev/null/report"], "--out /dev/null/report cannot be made"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_measured(
    trinity: Run, arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = trinity("bench", "--out", str(tmp_path), *arguments)
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_prints_tables_and_writes_lines_and_plots(trinity: Run, tmp_path: Path) -> None:
    result = trinity(
        *("bench", "--rows", "decode", "--weights", "fp32", "--repeats", "1"),
        *("--out", str(tmp_path)),
    )
    assert result.code == 0
    assert "mini. Decode: one stream" in result.out
    [line] = map(json.loads, (tmp_path / "results.jsonl").read_text().splitlines())
    assert (line["model"], line["weights"], line["row"]) == ("mini", "fp32", "decode")
    assert line["rates"]["read_bytes"] > 0
    assert (tmp_path / "roofline.png").is_file()
