import hashlib
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from trinity.config import ServerConfig
from trinity.errors import ConfigError, NotFound, UsageError
from trinity.server.keys import (
    ALL_SCOPES,
    OPERATOR,
    KeyRing,
    Principal,
    Scope,
    create_key,
    read_keys,
    revoke_key,
    scope_of,
)

CHAT = (Scope.CHAT,)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def ring(path: Path, *fixed: str) -> KeyRing:
    return KeyRing(ServerConfig(key_file=str(path), api_keys=fixed))


def test_the_file_holds_the_digest_of_a_key_and_not_the_key(path: Path) -> None:
    key = create_key(path, "ci", CHAT)
    text = path.read_text()
    assert hashlib.sha256(key.encode()).hexdigest() in text
    assert key not in text
    assert key.removeprefix("trinity_") not in text
    assert len(key.removeprefix("trinity_")) >= 43  # 256 bits in base64


def test_the_file_is_its_owners_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        create_key(path, "ci", CHAT)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_keys_are_known_by_name_and_scope(path: Path) -> None:
    one, two = create_key(path, "one", CHAT), create_key(path, "two", ALL_SCOPES)
    keys = ring(path)
    assert keys.identify(one) == Principal("one", CHAT)
    assert keys.identify(two) == Principal("two", ALL_SCOPES)
    for wrong in (None, "", one[:-1], f"{one}x", one.lower(), "trinity_"):
        assert keys.identify(wrong) is None


def test_a_set_key_and_a_stored_one_are_both_taken(path: Path) -> None:
    stored = create_key(path, "one", CHAT)
    keys = ring(path, "plain")
    assert keys.identify("plain") == OPERATOR
    assert keys.identify(stored) == Principal("one", CHAT)


def test_without_any_keys_everybody_is_the_operator() -> None:
    assert KeyRing(ServerConfig()).identify(None) == OPERATOR


def test_a_file_without_keys_opens_nothing(path: Path) -> None:
    create_key(path, "one", CHAT)
    revoke_key(path, "one")
    assert read_keys(path) == ()
    assert ring(path).identify(None) is None


def test_a_change_is_seen_at_the_next_request(path: Path) -> None:
    first = create_key(path, "first", CHAT)
    keys = ring(path)
    second = create_key(path, "second", CHAT)
    assert keys.identify(second)
    revoke_key(path, "first")
    assert keys.identify(first) is None
    assert keys.identify(second)


def test_a_file_that_is_damaged_meanwhile_changes_nothing_until_it_is_mended(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = create_key(path, "one", CHAT)
    keys = ring(path)
    whole = path.read_text()
    path.write_text(whole[:-20])
    with caplog.at_level(logging.ERROR):
        assert keys.identify(key)
        assert keys.identify(key)
    assert [record.getMessage().count("is damaged") for record in caplog.records] == [1]
    path.write_text(whole)
    revoke_key(path, "one")
    assert keys.identify(key) is None


def test_the_keys_of_a_file_that_is_removed_are_refused(path: Path) -> None:
    key = create_key(path, "one", CHAT)
    keys = ring(path)
    path.unlink()
    assert keys.identify(key) is None


def test_names_are_unique_and_plain(path: Path) -> None:
    create_key(path, "one", CHAT)
    with pytest.raises(UsageError, match="already"):
        create_key(path, "one", CHAT)
    for name in ("", "a b", "x" * 65, "a\n", "é"):
        with pytest.raises(UsageError, match="not allowed"):
            create_key(path, name, CHAT)
    assert [key.name for key in read_keys(path)] == ["one"]


def test_what_is_not_there_cannot_be_revoked(path: Path) -> None:
    with pytest.raises(ConfigError, match="no key file"):
        revoke_key(path, "one")
    create_key(path, "one", CHAT)
    with pytest.raises(NotFound, match="no key 'two'"):
        revoke_key(path, "two")


def test_keys_made_at_the_same_time_are_all_kept(path: Path) -> None:
    names = [f"key-{index}" for index in range(8)]
    threads = [threading.Thread(target=create_key, args=(path, name, CHAT)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key.name for key in read_keys(path)) == names


def damaged(*changes: dict[str, Any]) -> bytes:
    key = {"name": "a", "sha256": "0" * 64, "scopes": ["chat"], "created": "2026-01-01T00:00:00"}
    return json.dumps({"format": 1, "keys": [{**key, **change} for change in changes]}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"format": 2, "keys": []}',
        b'{"keys": []}',
        b'{"format": 1, "keys": {}, "more": 1}',
        b'{"format": 1, "keys": [1]}',
        damaged({"sha256": "0" * 63}),
        damaged({"sha256": 5}),
        damaged({"scopes": []}),
        damaged({"scopes": ["root"]}),
        damaged({"name": "a\nb"}),
        damaged({"created": "yesterday"}),
        damaged({"more": 1}),
        damaged({}, {}),
        b'{"format": 1, "keys": ' + b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_one_sentence(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"is damaged; restore it .*\.$") as caught:
        read_keys(path)
    assert "\n" not in caught.value.message


def test_the_undamaged_one_is_read(path: Path) -> None:
    path.write_bytes(damaged({}, {"name": "b"}))
    path.chmod(0o600)
    assert [key.name for key in read_keys(path)] == ["a", "b"]


def test_a_file_that_others_can_write_is_refused(path: Path) -> None:
    create_key(path, "one", CHAT)
    path.chmod(0o620)
    with pytest.raises(ConfigError, match="chmod 600"):
        ring(path)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/v1/chat/completions", "chat"),
        ("/v1/models", "chat"),
        ("/v1", "chat"),
        ("/v1/files", "batch"),
        ("/v1/files/file-1/content", "batch"),
        ("/v1/batches", "batch"),
        ("/v1/filesystem", "chat"),
        ("/metrics", "admin"),
        ("/trinity/mode", "admin"),
        ("/v10", "admin"),
        ("//v1/models", "admin"),
        ("/V1/models", "admin"),
        ("/", "admin"),
        ("", "admin"),
    ],
)
def test_routes_that_are_not_known_to_be_for_others_are_for_admins(path: str, scope: str) -> None:
    assert scope_of(path) == scope
