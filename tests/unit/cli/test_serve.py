import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import typer

from trinity.cli.main import app
from trinity.config import EngineConfig, ServerConfig
from trinity.types import Mode


def test_every_field_of_the_configurations_has_a_flag() -> None:
    command = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]
    flags = {parameter.name for parameter in command.params}
    fields = {
        field.name for kind in (EngineConfig, ServerConfig) for field in dataclasses.fields(kind)
    }
    assert flags - {"model", "config"} == fields
    variables = {parameter.envvar for parameter in command.params}
    assert variables == {f"TRINITY_{name.upper()}" for name in flags}


def test_without_flags_the_defaults_hold(trinity: Callable[..., Any], served: list[Any]) -> None:
    result = trinity("serve")
    assert result.code == 0
    assert result.err == "fake is served at http://127.0.0.1:8000; Ctrl-C stops it.\n"
    assert served == [EngineConfig(), ServerConfig()]


def test_flags_reach_the_configurations(trinity: Callable[..., Any], served: list[Any]) -> None:
    options = (
        "--host 0.0.0.0 --port 9000 --api-key a --api-key b --key-file k "
        "--cors-origin https://a.b --cors-origin http://c:1 --log-format json --tracing "
        "--data-dir d --max-file-bytes 7 --max-files 8 --max-stored-bytes 9 "
        "--max-body-bytes 100 --block-size 8 "
        "--num-blocks 99 --max-sequences 3 --max-step-tokens 64 --max-context 500 --max-waiting 7 "
        "--deterministic --no-prefix-cache --no-speculation --mode throughput"
    )
    assert trinity("serve", *options.split()).code == 0
    engine, server = served
    assert engine == EngineConfig(
        block_size=8,
        num_blocks=99,
        max_sequences=3,
        max_step_tokens=64,
        max_context=500,
        max_waiting=7,
        deterministic=True,
        prefix_cache=False,
        speculation=False,
        mode=Mode.THROUGHPUT,
    )
    assert server == ServerConfig(
        host="0.0.0.0",
        port=9000,
        api_keys=("a", "b"),
        key_file="k",
        cors_origins=("https://a.b", "http://c:1"),
        max_body_bytes=100,
        log_format="json",
        tracing=True,
        data_dir="d",
        max_file_bytes=7,
        max_files=8,
        max_stored_bytes=9,
    )


def test_keys_may_come_from_the_environment(
    trinity: Callable[..., Any], served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRINITY_API_KEYS", "one two")
    trinity("serve")
    assert served[1].api_keys == ("one", "two")
