from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trinity.config import ServerConfig
from trinity.server.keys import KeyRing, read_keys

Trinity = Callable[..., Any]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("TRINITY_KEY_FILE", str(path))
    return path


def test_a_key_is_shown_once_and_then_taken_by_a_server(path: Path, trinity: Trinity) -> None:
    made = trinity("keys", "create", "ci", "--scope", "admin", "--scope", "batch")
    assert made.code == 0
    assert "is not shown again" in made.err
    key = made.out.strip()
    assert key not in made.err
    listed = trinity("keys", "list")
    assert key not in listed.out
    assert listed.out.split()[:2] == ["ci", "admin,batch"]
    keys = KeyRing(ServerConfig(key_file=str(path)))
    assert keys.identify(key)
    assert trinity("keys", "revoke", "ci").code == 0
    assert keys.identify(key) is None


def test_a_key_is_for_chat_unless_told_otherwise(path: Path, trinity: Trinity) -> None:
    trinity("keys", "create", "one")
    assert [key.scopes for key in read_keys(path)] == [("chat",)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list"], "There is no key file"),
        (["create", "a b"], "is not allowed"),
        (["create", "a", "--scope", "root"], "'root' is not one of"),
        (["create", "a", "--key-file", "/nowhere/at/all"], "cannot be written"),
        ([], "Missing command"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    path: Path, trinity: Trinity, arguments: list[str], said: str
) -> None:
    del path
    result = trinity("keys", *arguments)
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1


def test_a_file_must_be_named(trinity: Trinity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRINITY_KEY_FILE", raising=False)
    result = trinity("keys", "list")
    assert result.code == 2
    assert "give --key-file FILE" in result.err
