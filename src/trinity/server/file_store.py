"""Files that callers upload and batches produce, on disk in one directory.

Used by the routes of files and by batches. A file is `ID.data`, its description `ID.json`; the
description comes first and goes first, so that what a crash leaves half done is known at the start.
Methods that block say so.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trinity.errors import ConfigError, InvalidRequest, NotFound, TooLarge
from trinity.server.durable import create_private, sync_directory, write_durably
from trinity.server.keys import Scope

if TYPE_CHECKING:
    from trinity.server.keys import Principal

MAX_NAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """How much is kept."""

    file_bytes: int
    """Of one uploaded file."""
    files: int
    total_bytes: int
    """Of all files. Results of batches count and are never refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file, as far as it is described."""

    id: str
    owner: str
    """The name of the key that it belongs to; empty without one."""
    filename: str
    purpose: str
    bytes: int
    created_at: float
    """Seconds since 1970."""

    def as_wire(self) -> dict[str, Any]:
        """The object of the API."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.bytes,
            "created_at": int(self.created_at),
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
            "expires_at": None,
        }


class FileStore:
    """All files. One process at a time has a directory."""

    def __init__(self, directory: Path, limits: FileLimits) -> None:
        """Open the files in `directory`, and clear away what a crash left. Blocks.

        Raises `ConfigError` for a damaged description.
        """
        directory.mkdir(mode=0o700, exist_ok=True)
        self._directory = directory
        self.limits = limits
        self._files: dict[str, StoredFile] = {}
        for path in sorted(directory.glob("*.json")):
            if path.with_suffix(".data").exists():
                file = _read(path)
                self._files[file.id] = file
            else:
                path.unlink()
        for path in directory.iterdir():
            if path.stem not in self._files:
                path.unlink()
        self._used_bytes = sum(file.bytes for file in self._files.values())
        self._lock = threading.Lock()

    @property
    def used_bytes(self) -> int:
        """Bytes of all files, those included that are just coming in."""
        return self._used_bytes

    def get(self, file_id: str, who: Principal) -> StoredFile:
        """A file that `who` may see. Raises `NotFound`, also for one of somebody else."""
        file = self._files.get(file_id)
        if file is None or not owns(who, file.owner):
            raise NotFound(f"There is no file {file_id[:80]!r}; list them with GET /v1/files.")
        return file

    def has(self, file_id: str) -> bool:
        """Whether there is such a file, whoever owns it."""
        return file_id in self._files

    def visible(self, who: Principal) -> list[StoredFile]:
        """All files that `who` may see, oldest first."""
        found = [file for file in list(self._files.values()) if owns(who, file.owner)]
        return sorted(found, key=lambda file: (file.created_at, file.id))

    def path(self, file_id: str) -> Path:
        """Where the content of a file that there is lies."""
        return self._directory / f"{file_id}.data"

    @contextmanager
    def receive(self) -> Iterator[Upload]:
        """A place for a file that comes in; at the end it is gone, unless it was kept.

        Raises `InvalidRequest` where there are as many files as may be. Blocks.
        """
        if len(self._files) >= self.limits.files:
            raise InvalidRequest(
                f"The server keeps {self.limits.files:,} files, the most it may; delete some."
            )
        upload = Upload(self, self._directory / f"{uuid.uuid4().hex}.part")
        try:
            yield upload
        finally:
            upload.close()

    def reserve(self, num_bytes: int) -> None:
        """Count bytes that come in, or go if negative. Raises `InvalidRequest` for too many."""
        with self._lock:
            if num_bytes > 0 and self._used_bytes + num_bytes > self.limits.total_bytes:
                raise InvalidRequest(
                    f"The server keeps at most {self.limits.total_bytes:,} bytes of files, and has "
                    "no room for this one; delete some."
                )
            self._used_bytes += num_bytes

    def add(self, file: StoredFile, content: Path) -> None:
        """Make a file of `content`, which is moved and must be on the disk. Blocks.

        Whoever adds it has reserved its bytes.
        """
        description = json.dumps(asdict(file)).encode()
        write_durably(self._directory / f"{file.id}.json", description)
        content.replace(self.path(file.id))
        sync_directory(self._directory)
        self._files[file.id] = file

    def adopt(self, file: StoredFile, content: Path) -> None:
        """Make a file of a batch's results, whatever there is already. Blocks."""
        with self._lock:
            self._used_bytes += file.bytes
        self.add(file, content)

    def delete(self, file: StoredFile) -> None:
        """Remove a file. Blocks."""
        self._files.pop(file.id, None)
        (self._directory / f"{file.id}.json").unlink(missing_ok=True)
        sync_directory(self._directory)
        self.path(file.id).unlink(missing_ok=True)
        self.reserve(-file.bytes)


class Upload:
    """A file that comes in."""

    def __init__(self, store: FileStore, path: Path) -> None:
        """Write to a new file at `path`; only a store makes uploads."""
        self._store = store
        self._path = path
        self._file = create_private(path)
        self._num_bytes = 0

    def write(self, data: bytes) -> None:
        """Take some more. Blocks. Raises `TooLarge` and `InvalidRequest`."""
        if self._num_bytes + len(data) > self._store.limits.file_bytes:
            raise TooLarge(
                f"The file is larger than the {self._store.limits.file_bytes:,} bytes this server "
                "accepts."
            )
        self._store.reserve(len(data))
        self._num_bytes += len(data)
        self._file.write(data)

    def keep(self, owner: str, filename: str, purpose: str) -> StoredFile:
        """Make it one of the files. Blocks."""
        self._file.flush()
        os.fsync(self._file.fileno())
        stored = StoredFile(
            id=f"file-{uuid.uuid4().hex}",
            owner=owner,
            filename=filename[:MAX_NAME_CHARACTERS],
            purpose=purpose,
            bytes=self._num_bytes,
            created_at=time.time(),
        )
        self._store.add(stored, self._path)
        self._num_bytes = 0
        return stored

    def close(self) -> None:
        """Forget what was not kept."""
        self._file.close()
        self._store.reserve(-self._num_bytes)
        self._path.unlink(missing_ok=True)


def owns(who: Principal, owner: str) -> bool:
    """Whether `who` may see and change what belongs to `owner`."""
    return who.name == owner or Scope.ADMIN in who.scopes


def _read(path: Path) -> StoredFile:
    try:
        file = StoredFile(**json.loads(path.read_bytes()))
        if file.id != path.stem:
            raise ValueError("of another file")
        return file
    except (ValueError, TypeError):
        raise ConfigError(
            f"The file {path} is damaged; restore it from a copy, or remove it, which deletes the "
            "file that it describes."
        ) from None
