import itertools
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trinity.cli.settings import OTHER_VARIABLES

Trinity = Callable[..., Any]

ROOT = Path(__file__).resolve().parents[3]

SETTINGS = {
    # name: (as flags, in a variable, in a file, the default)
    "port": (["--port", "1"], "2", 3, 8000),
    "host": (["--host", "a"], "b", "c", "127.0.0.1"),
    "mode": (["--mode", "latency"], "throughput", "latency", "balanced"),
    "prefix_cache": (["--prefix-cache"], "0", False, True),
    "deterministic": (["--deterministic"], "1", True, False),
    "cors_origins": (["--cors-origin", "a://b"], "c://d e://f", ["g://h", "i://j"], []),
    "max_context": (["--max-context", "1"], "2", 3, None),
}
AS_READ = {
    "port": (1, 2, 3),
    "host": ("a", "b", "c"),
    "mode": ("latency", "throughput", "latency"),
    "prefix_cache": (True, False, False),
    "deterministic": (True, True, True),
    "cors_origins": (["a://b"], ["c://d", "e://f"], ["g://h", "i://j"]),
    "max_context": (1, 2, 3),
}


def toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def explained(out: str) -> dict[str, tuple[str, str]]:
    """Name to value and origin."""
    found = re.findall(r"^(?:# )?(\w+)(?: = |: )(.*)  # (.*)$", out, re.MULTILINE)
    return {name: (value, origin) for name, value, origin in found}


@pytest.mark.parametrize("name", SETTINGS)
def test_flags_go_before_variables_before_the_file_before_defaults(
    name: str, trinity: Trinity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags, variable, in_file, default = SETTINGS[name]
    for has_flag, has_variable, has_file in itertools.product((True, False), repeat=3):
        path = tmp_path / "trinity.toml"
        path.write_text(f"# one\n\n{name} = {toml(in_file)}\n" if has_file else "")
        if has_variable:
            monkeypatch.setenv(f"TRINITY_{name.upper()}", variable)
        else:
            monkeypatch.delenv(f"TRINITY_{name.upper()}", raising=False)
        given = flags if has_flag else []
        result = trinity("config", "explain", "--config", str(path), *given)
        assert result.code == 0, result.err
        value, origin = explained(result.out)[name]
        by_flag, by_variable, by_file = AS_READ[name]
        if has_flag:
            expected, where = by_flag, f"flag {flags[0]}"
        elif has_variable:
            expected, where = by_variable, f"variable TRINITY_{name.upper()}"
        elif has_file:
            expected, where = by_file, f"{path} line 3"
        else:
            expected, where = default, "default"
        assert origin == where
        if expected is None:
            assert value == "unset"
        else:
            assert tomllib.loads(f"x = {value}")["x"] == expected


def test_serve_uses_what_explain_explains(
    trinity: Trinity, served: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trinity.toml"
    path.write_text('host = "0.0.0.0"\nport = 1\nmax_sequences = 5\napi_keys = ["a", "b"]\n')
    monkeypatch.setenv("TRINITY_PORT", "2")
    monkeypatch.setenv("TRINITY_CONFIG", str(path))
    assert trinity("serve", "--block-size", "8").code == 0
    engine, server = served
    assert (engine.max_sequences, engine.block_size) == (5, 8)
    assert (server.host, server.port, server.api_keys) == ("0.0.0.0", 2, ("a", "b"))


def test_what_is_explained_is_a_file_that_means_the_same(trinity: Trinity, tmp_path: Path) -> None:
    flags = "--port 9 --lossy --cors-origin https://a.b --max-context 77 --weights int8".split()
    first = trinity("config", "explain", *flags).out
    path = tmp_path / "trinity.toml"
    path.write_text(first)
    second = trinity("config", "explain", "--config", str(path)).out
    values = [
        {name: value for name, (value, _) in explained(out).items()} for out in (first, second)
    ]
    assert values[0] == values[1]
    assert values[0]["port"] == "9"


def test_every_setting_is_explained_with_what_it_does(trinity: Trinity) -> None:
    out = trinity("config", "explain").out
    lines = out.split("\n\n")
    assert all(re.match(r"# [A-Z`].*\n", block) for block in lines[:-1])
    assert explained(out)["model"] == ('"mini"', "default")
    assert "config" not in explained(out)


def test_secrets_are_not_shown(
    trinity: Trinity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trinity.toml"
    path.write_text('api_keys = ["hush-1"]')
    monkeypatch.setenv("TRINITY_API_KEYS", "hush-2")
    flag = ["--api-key", "hush-3"]
    for arguments in ([], flag, ["--config", str(path)]):
        result = trinity("config", "explain", *arguments)
        assert explained(result.out)["api_keys"][0] == "set"
        assert "hush" not in result.out + result.err
    path.write_text('api_keys = "hush-1"')
    result = trinity("config", "explain", "--config", str(path))
    assert result.code == 2
    assert "hush" not in result.err
    monkeypatch.delenv("TRINITY_API_KEYS")
    assert explained(trinity("config", "explain").out)["api_keys"] == ("unset", "default")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "'prot' in {} line 1 is no setting; did you mean port?"),
        ("# x\nhost = '::1'\nzzzz = 1", "'zzzz' in {} line 3 is no setting; remove it"),
        ("[server]\nport = 1", "'server' in {} line 1 is no setting; remove it"),
        ("server.port = 1", "'server' in {} line 1 is no setting"),
        ("config = 'x'", "'config' in {} line 1 is no setting"),
        ("port = '1'", 'port in {} line 1 is "1"; write a whole number.'),
        ("port = true", "port in {} line 1 is true; write a whole number."),
        ("port = 1.0", "port in {} line 1"),
        ("port = 70000", "port in {} line 1 is not allowed: "),
        ("host = 5", "host in {} line 1 is 5; write text in quotes"),
        ("lossy = 1", "lossy in {} line 1 is 1; write true or false."),
        ("lossy = 'yes'", "write true or false."),
        ("mode = 'fast'", "'fast' is not one of 'latency', 'balanced', 'throughput'."),
        ("cors_origins = 'a'", "write a list such as"),
        ("cors_origins = [1]", "write a list such as"),
        ("port = ", "is not valid TOML"),
        ("port = 1\nport = 2", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(
    text: str, said: str, trinity: Trinity, served: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "trinity.toml"
    path.write_text(text)
    # A flag that goes before the mistake does not hide it.
    result = trinity("serve", "--config", str(path), "--port", "1", "--lossless")
    assert result.code == 2
    assert said.format(path) in result.err
    assert result.err.count("\n") == 1
    assert result.err.rstrip()[-1] in ".?"
    assert not served


def test_files_that_cannot_be_read(trinity: Trinity, tmp_path: Path) -> None:
    result = trinity("config", "explain", "--config", str(tmp_path / "none"))
    assert result.code == 2
    assert "cannot be read: No such file" in result.err
    path = tmp_path / "trinity.toml"
    path.write_bytes(b"host = '\xff'")
    assert "is not UTF-8" in trinity("config", "explain", "--config", str(path)).err


def test_variables_that_nothing_reads_are_errors(
    trinity: Trinity, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRINITY_MAX_SEQUENCE", "1")
    result = trinity("serve")
    assert result.code == 2
    assert "TRINITY_MAX_SEQUENCE is set, and nothing reads it" in result.err
    assert "did you mean TRINITY_MAX_SEQUENCES?" in result.err
    assert not served
    monkeypatch.delenv("TRINITY_MAX_SEQUENCE")
    monkeypatch.setenv("TRINITY_PORT", "tcp://10.0.0.1:8000")
    result = trinity("serve")
    assert result.code == 2
    assert "TRINITY_PORT" in result.err


def test_the_variables_of_others_are_those_that_the_source_reads() -> None:
    reads = re.compile(r'(?:environ\S*|getenv\(|envvar=)"?(TRINITY_[A-Z_]+)')
    found: set[str] = set()
    for folder in ("src", "recipes", "csrc"):
        for path in (ROOT / folder).rglob("*.[pch]*"):
            if path.suffix in (".py", ".cpp", ".hpp"):
                found |= set(reads.findall(path.read_text(encoding="utf-8")))
    settings = {"TRINITY_KEY_FILE"}
    assert found - settings == set(OTHER_VARIABLES)


def test_the_key_file_of_the_configuration_is_that_of_the_commands(
    trinity: Trinity, tmp_path: Path
) -> None:
    path, keys = tmp_path / "trinity.toml", tmp_path / "keys.json"
    path.write_text(f'key_file = "{keys}"\nport = 3')
    assert trinity("keys", "create", "one", "--config", str(path)).code == 0
    assert keys.is_file()
    assert trinity("keys", "list", "--config", str(path)).out.startswith("one ")
