"""Single files: replaced at once, compared, and their difference written. Called by `workspace`."""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
import tempfile
from pathlib import Path


def replace_file(place: Path, data: bytes) -> None:
    """Write `place` so that it holds either what it did or `data`, whatever happens meanwhile.

    Its permissions, and its owner where the system allows, stay as they are.
    """
    try:
        old = place.stat(follow_symlinks=False)
    except FileNotFoundError:
        old = None
    handle, name = tempfile.mkstemp(prefix=".trinity-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if old is not None and (old.st_uid, old.st_gid) != (os.getuid(), os.getgid()):
                with contextlib.suppress(PermissionError):
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode) if old else _new_mode())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _new_mode() -> int:
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return 0o666 & ~mask


def same_content(place: Path, data: bytes | None) -> bool:
    """Whether the file holds `data`; `None` stands for no file. False where it cannot be read."""
    try:
        return place.read_bytes() == data
    except FileNotFoundError:
        return data is None
    except OSError:
        return False


def written_diff(path: str, before: bytes | None, after: bytes) -> str:
    """A unified diff of two texts; `before` is `None` for a new file."""
    if before is None and not after:  # no line differs; this is how git writes it
        return f"diff --git a/{path} b/{path}\nnew file mode 100644\n"
    old = f"a/{path}" if before is not None else "/dev/null"
    lines = difflib.unified_diff(_lines(before or b""), _lines(after), old, f"b/{path}")
    # A last line without an end: the mark that `patch` knows.
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str]:
    """Lines with their ends; only a line feed ends one, as for `patch`."""
    pieces = data.decode(errors="replace").split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
