"""Batches on disk: what each is, and the results that it has so far.

Used by the runner of batches and their routes. A batch is `ID.json`, written anew and synced when
its state changes; its results are lines of `ID.output.jsonl` and `ID.errors.jsonl`, each synced
before it counts. So what is not there after a crash is done again, and what is there is not.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, Literal

from trinity.errors import ConfigError, NotFound
from trinity.server.durable import PRIVATE, sync_directory, write_durably
from trinity.server.file_store import owns
from trinity.server.keys import Principal

Status = Literal[
    "validating",
    "failed",
    "in_progress",
    "finalizing",
    "completed",
    "expired",
    "cancelling",
    "cancelled",
]
ENDED: tuple[Status, ...] = ("failed", "completed", "expired", "cancelled")
STAMPED = ("failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled")
OUTPUT, ERRORS = "output", "errors"
MAX_ENDED = 1000
"""Batches that have ended and are still listed; beyond, the oldest is forgotten, not its files."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch."""

    id: str
    owner: str
    """The name of the key that it belongs to; empty without one."""
    endpoint: str
    input_file_id: str
    completion_window: str
    created_at: float
    expires_at: float
    metadata: dict[str, str] | None
    total: int
    """Lines of the input that are not empty."""
    status: Status = "validating"
    ending: Status | None = None
    """What it ends as, once it ends."""
    mistake: str | None = None
    """Why it failed as a whole."""
    completed: int = 0
    failed: int = 0
    times: dict[str, float] = field(default_factory=dict)
    """When it came to each status."""
    output_file_id: str | None = None
    error_file_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.status not in ENDED

    def enter(self, status: Status, now_s: float) -> None:
        """Come to another status."""
        self.status = status
        self.times[status] = now_s

    def encoded(self) -> bytes:
        """All of it, as it is kept."""
        return json.dumps(asdict(self)).encode()

    def as_wire(self) -> dict[str, Any]:
        """The object of the API."""
        # Whoever cancelled a batch waits for its end; that its results are put away is no news.
        is_ending_early = self.status == "finalizing" and self.ending == "cancelled"
        mistakes = [{"code": "failed", "message": self.mistake, "param": None, "line": None}]
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "errors": {"object": "list", "data": mistakes} if self.mistake else None,
            "input_file_id": self.input_file_id,
            "completion_window": self.completion_window,
            "status": "cancelling" if is_ending_early else self.status,
            "output_file_id": self.output_file_id if not self.is_open else None,
            "error_file_id": self.error_file_id if not self.is_open else None,
            "created_at": int(self.created_at),
            "expires_at": int(self.expires_at),
            **{f"{name}_at": _seconds(self.times.get(name)) for name in STAMPED},
            "request_counts": {
                "total": self.total,
                "completed": self.completed,
                "failed": self.failed,
            },
            "metadata": self.metadata,
        }


class BatchStore:
    """All batches. One process at a time has a directory."""

    def __init__(self, directory: Path) -> None:
        """Open the batches in `directory`. Blocks. Raises `ConfigError` for a damaged one."""
        directory.mkdir(mode=0o700, exist_ok=True)
        self._directory = directory
        self._batches = {path.stem: _read(path) for path in sorted(directory.glob("batch_*.json"))}

    def get(self, batch_id: str, who: Principal) -> Batch:
        """A batch that `who` may see. Raises `NotFound`, also for one of somebody else."""
        batch = self._batches.get(batch_id)
        if batch is None or not owns(who, batch.owner):
            raise NotFound(f"There is no batch {batch_id[:80]!r}; list them with GET /v1/batches.")
        return batch

    def visible(self, who: Principal) -> list[Batch]:
        """All batches that `who` may see, oldest first."""
        return [batch for batch in self._in_order() if owns(who, batch.owner)]

    def open_batches(self) -> list[Batch]:
        """Those that have not ended, oldest first."""
        return [batch for batch in self._in_order() if batch.is_open]

    def save(self, batch: Batch, encoded: bytes) -> None:
        """Keep a batch as it was when it was `encoded`. Blocks; one call at a time."""
        write_durably(self._directory / f"{batch.id}.json", encoded)
        self._batches[batch.id] = batch
        ended = [known for known in self._in_order() if not known.is_open]
        for old in ended[: max(0, len(ended) - MAX_ENDED)]:
            (self._directory / f"{old.id}.json").unlink(missing_ok=True)
            del self._batches[old.id]

    def results(self, batch: Batch) -> Results:
        """The results of an open batch, to add to; close them. Blocks."""
        return Results(self._directory, batch.id)

    def result_path(self, batch: Batch, kind: str) -> Path:
        """Where the results of a batch lie until they are files."""
        return self._directory / f"{batch.id}.{kind}.jsonl"

    def _in_order(self) -> list[Batch]:
        return sorted(self._batches.copy().values(), key=lambda batch: (batch.created_at, batch.id))


class Results:
    """The lines of a batch that have been answered, on disk."""

    def __init__(self, directory: Path, batch_id: str) -> None:
        """Read what is there, and cut off what a crash left of a last line. Blocks."""
        self._batch_id = batch_id
        self._lock = threading.Lock()
        self._files: dict[str, FileIO] = {}
        self.done: set[int] = set()
        """Numbers of the input's lines that have a result."""
        self.counts = {OUTPUT: 0, ERRORS: 0}
        for kind in (OUTPUT, ERRORS):
            path = directory / f"{batch_id}.{kind}.jsonl"
            self._files[kind] = file = FileIO(path, "a", opener=_private)
            size = 0
            for line_size, number in _whole_lines(path):
                size += line_size
                self.done.add(number)
                self.counts[kind] += 1
            file.truncate(size)
            os.fsync(file.fileno())
        sync_directory(directory)

    def row_id(self, number: int) -> str:
        """The id of the result of an input's line; it says which one, for a later start."""
        return f"batch_req_{self._batch_id.removeprefix('batch_')}_{number}"

    def add(self, kind: str, rows: Mapping[int, dict[str, Any]], *, sync: bool = True) -> None:
        """Add results by number of line; those there are stay as they are.

        They are on the disk itself after this call, or the next that syncs. Blocks. Raises
        `OSError`, and leaves no trace then. Does nothing once closed.
        """
        with self._lock:
            if self._files[kind].closed:
                return
            new = {number: row for number, row in rows.items() if number not in self.done}
            lines = ({"id": self.row_id(number), **row} for number, row in new.items())
            text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
            _append(self._files[kind], text.encode(), sync=sync)
            self.done |= set(new)
            self.counts[kind] += len(new)

    def close(self) -> None:
        """Close the files, after what is being added."""
        with self._lock:
            for file in self._files.values():
                file.close()


def _append(file: FileIO, data: bytes, *, sync: bool) -> None:
    """Write all or nothing. Unbuffered, or what a full disk refuses would be written later."""
    size = os.fstat(file.fileno()).st_size
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[file.write(rest) :]
        if sync:
            os.fsync(file.fileno())
    except OSError:
        file.truncate(size)
        raise


def _whole_lines(path: Path) -> Iterator[tuple[int, int]]:
    """Sizes of the lines up to the first that is not whole, each with the number in its id."""
    with path.open("rb") as file:
        for line in file:
            try:
                number = int(json.loads(line)["id"].rpartition("_")[2])
            except (ValueError, KeyError, TypeError, AttributeError):
                return
            if not line.endswith(b"\n"):
                return
            yield len(line), number


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, PRIVATE)


def _read(path: Path) -> Batch:
    try:
        batch = Batch(**json.loads(path.read_bytes()))
        if batch.id != path.stem:
            raise ValueError("of another batch")
        return batch
    except (ValueError, TypeError):
        raise ConfigError(
            f"The file {path} is damaged; restore it from a copy, or remove it, which forgets the "
            "batch."
        ) from None


def _seconds(time_s: float | None) -> int | None:
    return None if time_s is None else int(time_s)
