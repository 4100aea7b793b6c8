"""API keys: who may use which routes. Made, listed and revoked in a file that a server rereads.

Used by the guard of every request and by `trinity keys`. The file holds SHA-256 digests. A slow
hash, as for passwords, would add nothing: a key is 256 random bits, so there is no list of likely
ones to try, and every request would pay for it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trinity.errors import ConfigError, NotFound, UsageError
from trinity.server.durable import locked, write_durably

if TYPE_CHECKING:
    from trinity.config import ServerConfig


class Scope(StrEnum):
    """What a key may be for."""

    CHAT = "chat"
    """All use of models."""
    BATCH = "batch"
    """Files and batches."""
    ADMIN = "admin"
    """Modes, metrics and all else."""


ALL_SCOPES = tuple(Scope)

PREFIX = "trinity_"
"""How keys begin, so that people and secret scanners know one when they see it."""

_FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a request, and what it may do."""

    name: str
    """Of the key; empty where the server has none, and for keys that are set and not created."""
    scopes: tuple[Scope, ...]


OPERATOR = Principal("", ALL_SCOPES)
"""Whoever runs the server: may do everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is stored: enough to know it again, not to send it."""

    name: str
    sha256: str
    scopes: tuple[Scope, ...]
    created: str
    """When, in UTC, as ISO 8601 writes it."""


class KeyRing:
    """The keys that a server takes: those that are set, and those of its key file as it is now."""

    def __init__(self, config: ServerConfig) -> None:
        """Read the file once. Raises `ConfigError`."""
        self._fixed = [(_digest(key.encode()), OPERATOR) for key in config.api_keys]
        self._path = Path(config.key_file).expanduser() if config.key_file else None
        self._stored: list[tuple[bytes, Principal]] = []
        self._stamp: Stamp | None = None
        if self._path:
            self._stamp = _stamp(self._path)
            self._stored = _principals(read_keys(self._path))
        self._is_open = not config.api_keys and self._path is None

    def identify(self, key: str | None) -> Principal | None:
        """Who `key` belongs to; None where it is none. Without any keys, everybody may do all."""
        if self._is_open:
            return OPERATOR
        if self._path:
            self._refresh(self._path)
        digest = _digest((key or "").encode("latin-1"))
        known = [*self._fixed, *self._stored]
        # All are compared, so that the time taken says nothing about which one came close.
        found = [who for of_key, who in known if hmac.compare_digest(digest, of_key)]
        return found[0] if found else None

    def _refresh(self, path: Path) -> None:
        """Take over a file that has changed; a damaged one changes nothing, until it is mended."""
        stamp = _stamp(path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        if stamp is None:
            self._stored = []
            _log.error("The key file %s is gone; its keys are refused.", path)
            return
        try:
            self._stored = _principals(read_keys(path))
        except ConfigError as error:
            _log.error("%s The keys read before stay valid.", error.message)


CHAT_PATHS = ("/v1", "/mistral", "/tokenize", "/detokenize")


def scope_of(path: str) -> Scope:
    """The scope that a route needs. What is not known to be for others is for admins."""
    if any(_is_under(path, prefix) for prefix in ("/v1/files", "/v1/batches")):
        return Scope.BATCH
    is_chat = any(_is_under(path, prefix) for prefix in CHAT_PATHS)
    return Scope.CHAT if is_chat else Scope.ADMIN


def create_key(path: Path, name: str, scopes: tuple[Scope, ...]) -> str:
    """Add a key to the file, which is made if there is none, and return it: nothing keeps it.

    Raises `UsageError` for a name that is taken or not allowed, and `ConfigError`.
    """
    _check_name(name)
    key = PREFIX + secrets.token_urlsafe(32)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    new = ApiKey(name=name, sha256=_digest(key.encode()).hex(), scopes=scopes, created=created)
    with _changing(path):
        keys = read_keys(path) if path.exists() else ()
        if any(known.name == name for known in keys):
            raise UsageError(
                f"There is a key {name!r} already; choose another name, or revoke that one."
            )
        _write(path, (*keys, new))
    return key


def revoke_key(path: Path, name: str) -> None:
    """Take a key out of the file. Raises `NotFound` and `ConfigError`."""
    with _changing(path):
        keys = read_keys(path)
        left = tuple(key for key in keys if key.name != name)
        if len(left) == len(keys):
            raise NotFound(
                f"There is no key {name[:80]!r}; `trinity keys list` shows those that there are."
            )
        _write(path, left)


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """The keys in a file. Raises `ConfigError` where it is missing, damaged or open to others."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read()
    except FileNotFoundError:
        raise ConfigError(
            f"There is no key file {path}; `trinity keys create NAME` makes it, or mend the path."
        ) from None
    except OSError as error:
        raise ConfigError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if mode & 0o022:
        raise ConfigError(
            f"Others can write to the key file {path}, and so let themselves in; run "
            f"`chmod 600 {path}`."
        )
    try:
        return _parse(data)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(
            f"The key file {path} is damaged; restore it from a copy, or remove it and create the "
            "keys anew."
        ) from None


def _parse(data: bytes) -> tuple[ApiKey, ...]:
    """Raise `ValueError`, `KeyError` or `TypeError` for all but what `_write` writes."""
    whole = json.loads(data)
    if set(whole) != {"format", "keys"} or whole["format"] != _FORMAT:
        raise ValueError("not a key file")
    keys = tuple(_key(entry) for entry in whole["keys"])
    if len({key.name for key in keys}) < len(keys):
        raise ValueError("a name twice")
    return keys


def _key(entry: dict[str, Any]) -> ApiKey:
    key = ApiKey(**{**entry, "scopes": tuple(map(Scope, entry["scopes"]))})
    is_whole = (
        _NAME.fullmatch(key.name)
        and _DIGEST.fullmatch(key.sha256)
        and key.scopes
        and datetime.fromisoformat(key.created)
    )
    if not is_whole:
        raise ValueError("not a key")
    return key


def _write(path: Path, keys: tuple[ApiKey, ...]) -> None:
    entries = [
        {"name": k.name, "sha256": k.sha256, "scopes": list(k.scopes), "created": k.created}
        for k in keys
    ]
    text = json.dumps({"format": _FORMAT, "keys": entries}, indent=2)
    write_durably(path, f"{text}\n".encode())


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Let one process at a time change the file. Raises `ConfigError` where it cannot."""
    try:
        with locked(path.parent):
            yield
    except OSError as error:
        raise ConfigError(
            f"The key file {path} cannot be written: {error.strerror}; give one in a directory "
            "that exists and is yours."
        ) from None


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"The name {name[:80]!r} is not allowed; use 1 to 64 letters, digits, dots, dashes and "
            "underscores."
        )


def _principals(keys: tuple[ApiKey, ...]) -> list[tuple[bytes, Principal]]:
    return [(bytes.fromhex(key.sha256), Principal(key.name, key.scopes)) for key in keys]


def _stamp(path: Path) -> Stamp | None:
    """What changes with the file: each of ours is a new one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
