"""The private copy of a folder that a model works on, and the way of its changes back.

All that the model reads and writes goes through here, so that no path leads out of the copy. It
holds plain files alone: links are left out, and nothing that is run can make any, since commands
see a copy of the copy (`agent.sandbox`).
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from trinity.agent.files import replace_file, same_content, written_diff
from trinity.errors import InvalidRequest, NotFound, TooLarge, TrinityError

MAX_BYTES = 64 * 2**20
"""Size of all files of a copy."""
MAX_FILES = 10_000
MAX_FILE_BYTES = 16 * 2**20
"""Larger files are left out of the copy."""
MAX_TEXT_BYTES = 2**20
"""Largest text that is read or written in one piece."""
MAX_PATH_CHARS = 400

LEFT_ALONE = frozenset(
    ".git .hg .svn .venv venv node_modules __pycache__ .tox .nox .mypy_cache .pytest_cache "
    ".ruff_cache .hypothesis".split()
)
"""Names of what is neither copied nor written to: histories, environments and caches."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that the model changed; `before` is `None` where it made it."""

    path: str
    before: bytes | None
    after: bytes


class Workspace:
    """A copy of `folder` in the new directory `root`; `folder` is only written to by `apply`.

    Paths are relative, with slashes. Methods that take one raise `InvalidRequest` for what leads
    out of the folder or is no text file.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        """Copy the folder. Raises `NotFound`, or `TooLarge` where it is over a limit."""
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder}; give one that exists.", param="folder")
        self.folder = folder.resolve()
        self.root = root
        self.skipped: dict[str, list[str]] = {}
        """What was left out of the copy, by reason."""
        self.revision = 0
        """Counts the writes: equal numbers, equal copies."""
        self._before: dict[str, bytes | None] = {}
        root.mkdir(mode=0o700)
        self._copy()

    def files(self) -> list[str]:
        """All files of the copy, sorted."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def read(self, path: str) -> str:
        """The text of a file; lines that end as on Windows are given as they end elsewhere."""
        place = self._locate(path)
        if not place.is_file():
            raise InvalidRequest(f"there is no file {path}")
        if place.stat().st_size > MAX_TEXT_BYTES:
            raise InvalidRequest(f"{path} is larger than {MAX_TEXT_BYTES:,} bytes")
        data = place.read_bytes()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise InvalidRequest(f"{path} is not a text file") from None
        return text.replace("\r\n", "\n") if _has_windows_lines(data) else text

    def write(self, path: str, text: str) -> None:
        """Write a file whole, making the folders that it lies in; lines end as they did in it."""
        place = self._locate(path)
        try:
            data = text.encode()
        except UnicodeEncodeError:
            raise InvalidRequest("the text holds what is no character") from None
        if len(data) > MAX_TEXT_BYTES:
            raise InvalidRequest(f"the text is larger than {MAX_TEXT_BYTES:,} bytes")
        before = place.read_bytes() if place.is_file() else None
        if before is not None and _has_windows_lines(before):
            data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, data)
        except OSError as error:
            raise InvalidRequest(f"{path} cannot be written: {error.strerror}") from None
        self._before.setdefault(path, before)
        self.revision += 1

    def changes(self) -> list[Change]:
        """The files that now differ from what was copied."""
        changes = (
            Change(path, before, (self.root / path).read_bytes())
            for path, before in sorted(self._before.items())
        )
        return [change for change in changes if change.before != change.after]

    def diff(self) -> str:
        """All changes as one unified diff, as `git apply` and `patch -p1` take it."""
        return "".join(written_diff(c.path, c.before, c.after) for c in self.changes())

    def apply(self) -> list[str]:
        """Write the changes to the real folder, each file at once or not at all; says which.

        Raises `TrinityError`, and writes nothing, where a file there is no longer what was copied.
        """
        changes = self.changes()
        changed = [change.path for change in changes if not self._is_unchanged(change)]
        if changed:
            raise TrinityError(
                f"Nothing was applied: {', '.join(changed)} changed in the folder meanwhile; start "
                "again from what is there now."
            )
        applied: list[str] = []
        for change in changes:
            try:
                self._put_back(change)
            except OSError as error:
                done = f"{', '.join(applied)} had been applied" if applied else "nothing was"
                raise TrinityError(
                    f"{change.path} cannot be written in the folder ({error.strerror}); {done}."
                ) from None
            applied.append(change.path)
        return applied

    def _put_back(self, change: Change) -> None:
        place = self.folder / change.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not self._is_unchanged(change):  # looked at again, as close to the write as can be
            raise OSError(0, "it changed at this moment")
        replace_file(place, change.after)

    def _is_unchanged(self, change: Change) -> bool:
        """Whether the real file is as it was copied, and no link stands on the way to it."""
        place = self.folder
        for part in PurePosixPath(change.path).parts:
            place /= part
            if place.is_symlink():
                return False
        return same_content(place, change.before)

    def _locate(self, path: str) -> Path:
        """Where a path of the model's lies in the copy."""
        parts = PurePosixPath(path).parts
        is_short = len(path) <= MAX_PATH_CHARS and all(len(part) <= 100 for part in parts)
        if not parts or not is_short or not path.isprintable():
            raise InvalidRequest("the path is empty, too long, or holds control characters")
        if parts[0] == "/" or ".." in parts or path != "/".join(parts):
            raise InvalidRequest(f"{path} is not a plain path inside the folder")
        if kept := next((part for part in parts if part.lower() in LEFT_ALONE), None):
            raise InvalidRequest(f"{kept} is left alone")
        place = self.root.joinpath(*parts)
        if place.is_dir() or not place.resolve().is_relative_to(self.root.resolve()):
            raise InvalidRequest(f"{path} is not a file")
        return place

    def _copy(self) -> None:
        num_files = num_bytes = 0
        for path, size in self._found():
            name = path.relative_to(self.folder)
            if size > MAX_FILE_BYTES:
                self._skip("large files", name)
                continue
            num_files, num_bytes = num_files + 1, num_bytes + size
            if num_files > MAX_FILES or num_bytes > MAX_BYTES:
                raise TooLarge(
                    f"The folder {self.folder} has more than {MAX_FILES:,} files or "
                    f"{MAX_BYTES >> 20} MB; give a smaller one, such as the part to work on.",
                    param="folder",
                )
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, target, follow_symlinks=False)
                target.chmod(path.lstat().st_mode & 0o700 | 0o600)
            except OSError:
                target.unlink(missing_ok=True)
                self._skip("unreadable", name)

    def _found(self) -> Iterator[tuple[Path, int]]:
        """The files to copy with their sizes; what is left out is noted."""
        waiting = [self.folder]
        while waiting:
            folder = waiting.pop()
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208 (names alone, as they are)
            except OSError:
                self._skip("unreadable", folder.relative_to(self.folder))
                continue
            for name in names:
                path = folder / name
                if reason := _why_not(path, self.root):
                    self._skip(reason, path.relative_to(self.folder))
                elif path.is_dir():
                    waiting.append(path)
                else:
                    yield path, path.lstat().st_size

    def _skip(self, reason: str, name: Path) -> None:
        self.skipped.setdefault(reason, []).append(os.fsencode(name).decode(errors="replace"))


def _why_not(path: Path, root: Path) -> str | None:
    """Why `path` is left out of a copy at `root`; `None`: it is not."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "links"
    if path.name.lower() in LEFT_ALONE or path in (root, *root.parents):
        return "not part of the work"
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        return "no plain files"
    return None if path.name.isprintable() else "names with odd characters"


def _has_windows_lines(data: bytes) -> bool:
    return 0 < data.count(b"\r\n") == data.count(b"\n")
