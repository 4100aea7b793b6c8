"""Started as a script around every command: copies the folder, sets limits, becomes the command.

`python -I -S confine.py SOURCE FOLDER isolated|open COMMAND...`. What the command writes, it writes
to `FOLDER`, which is thrown away. Uses only the standard library, so that it starts fast and needs
nothing of this package inside the sandbox.
"""

import contextlib
import os
import resource
import shutil
import sys

ADDRESS_BYTES = 8 * 2**30
DATA_BYTES = 2 * 2**30
"""Memory that one process may write to; libraries and files that are only mapped do not count."""
FILE_BYTES = 256 * 2**20
OPEN_FILES = 1024
PROCESSES = 1024
"""Only in the sandbox: outside it, all that the user runs counts."""


def main() -> None:
    """Copy, limit, run. Exits with 127 where there is no such command."""
    source, folder, kind, *command = sys.argv[1:]
    shutil.copytree(source, folder, dirs_exist_ok=True, symlinks=True)
    os.chdir(folder)
    limits = [
        (resource.RLIMIT_AS, ADDRESS_BYTES),
        (resource.RLIMIT_DATA, DATA_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ]
    if kind == "isolated":
        limits.append((resource.RLIMIT_NPROC, PROCESSES))
    for which, limit in limits:
        with contextlib.suppress(ValueError, OSError):  # a lower one holds already, or is unknown
            resource.setrlimit(which, (limit, limit))
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"The command {command[0]} cannot be run: {error.strerror}.", flush=True)  # noqa: T201
        sys.exit(127)


if __name__ == "__main__":
    main()
