"""Where commands of a model's choosing run: on a throwaway copy, cut off from all else.

bubblewrap gives them a system that is read-only, no network, a `/tmp` of their own, and neither the
user's home nor the environment. `agent.confine` starts them under limits of memory and size; time
and output are limited here.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trinity.agent import confine
from trinity.errors import ConfigError

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
"""What of the system commands may read, beside the Python that Trinity runs on."""
SYSTEM_FILES = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types")
FOLDER_BYTES = 512 * 2**20
"""How much the copy and what a command writes beside it may take; as much again in `/tmp`."""
MAX_OUTPUT_BYTES = 64 * 2**10
"""How much of the end of a command's output is kept."""
PROBE_SECONDS = 20.0
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NO_COLOR": "1",
    "PYTEST_ADDOPTS": "-p no:cacheprovider --tb=short",
}
"""All that commands see of an environment, beside `PATH` and `HOME`."""

_INSTALL = (
    "install it with `apt install bubblewrap` (dnf, pacman and zypper have it by the same name), "
    "or let commands run with your own rights, files and network: --unsandboxed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What became of a command."""

    exit_code: int
    output: str
    """Both streams as they came; of much output the end."""
    is_out_of_time: bool = False


class Sandbox:
    """Runs commands on copies of a workspace; they see them at the real folder's own path."""

    def __init__(self, folder: Path, *, is_isolated: bool = True) -> None:
        """Prepare to run commands on copies of `folder`.

        Raises `ConfigError` where they cannot be isolated here and should be.
        """
        self.folder = folder.resolve()
        self.is_isolated = is_isolated
        self._prefix: list[str] = []
        if is_isolated:
            self._prefix = _bubblewrap(self.folder)
            _try_out(self._prefix)

    def pythons(self) -> list[Path]:
        """Pythons that commands may be run with: the folder's own environment first."""
        own = [self.folder / ".venv/bin/python"] if _has_environment(self.folder) else []
        return [*own, Path(sys.executable)]

    def run(self, copy: Path, command: Sequence[str], seconds: float) -> Ran:
        """Run `command` on a copy of `copy` that is thrown away afterwards, for `seconds` at most.

        Nothing that it started goes on when this returns or raises.
        """
        start: list[str] = []
        with tempfile.TemporaryDirectory(prefix="trinity-run-") as home:
            where = [confine.__file__, str(copy), f"{home}/{self.folder.name}", "open"]
            if self.is_isolated:
                home = "/tmp"
                start = [*self._prefix, "--ro-bind", str(copy), _SOURCE, "--"]
                where = [_SCRIPT, _SOURCE, str(self.folder), "isolated"]
            arguments = [*start, sys.executable, "-I", "-S", "-B", *where, *command]
            return _run(arguments, self._environment(home), seconds)

    def _environment(self, home: str) -> dict[str, str]:
        folders = [str(python.parent) for python in self.pythons()]
        path = ":".join([*folders, "/usr/local/bin", "/usr/bin", "/bin"])
        return {**ENVIRONMENT, "PATH": path, "HOME": home}


_SOURCE = "/trinity/source"
_SCRIPT = "/trinity/confine.py"


def _bubblewrap(folder: Path) -> list[str]:
    """The beginning of a command line that isolates what follows `--`."""
    program = shutil.which("bwrap")
    if program is None:
        raise ConfigError(f"Commands run inside bubblewrap, which is not installed; {_INSTALL}.")
    size = ["--size", str(FOLDER_BYTES)] if _knows_size(program) else []
    shown = [*SYSTEM, *SYSTEM_FILES]
    mounts = [part for path in shown for part in ("--ro-bind-try", path, path)]
    mounts += ["--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", "/tmp"]
    places = {path: ["--ro-bind", path, path] for path in _interpreter()}
    places[str(folder)] = [*size, "--tmpfs", str(folder)]
    if _has_environment(folder):
        own = str(folder / ".venv")
        places[own] = ["--ro-bind", own, own]
    for path in sorted(places):  # one that lies in another comes after it
        mounts += places[path]
    mounts += ["--ro-bind", confine.__file__, _SCRIPT]
    cut_off = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    return [program, *cut_off, *mounts]


def _has_environment(folder: Path) -> bool:
    """Whether a virtual environment lies in the folder itself, and not behind a link."""
    place = folder / ".venv"
    return (place / "pyvenv.cfg").is_file() and not place.is_symlink()


def _interpreter() -> list[str]:
    """Where the Python that runs this lies, as far as it is no part of the system."""
    places = [path for place in (sys.prefix, sys.base_prefix) for path in (place, _real(place))]
    system = tuple(f"{path}/" for path in SYSTEM)
    return [path for path in dict.fromkeys(places) if not f"{path}/".startswith(system)]


def _real(path: str) -> str:
    return str(Path(path).resolve())


def _knows_size(program: str) -> bool:
    """Whether this version can limit the size of a folder in memory."""
    shown = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return "--size" in shown.stdout + shown.stderr


def _try_out(prefix: list[str]) -> None:
    """Raise `ConfigError` where the sandbox cannot be made: many systems forbid it to users."""
    probe = _run([*prefix, "--", sys.executable, "-I", "-S", "-c", ""], {}, PROBE_SECONDS)
    if probe.exit_code != 0:
        reason = " ".join(probe.output.split())[:200] or f"exit code {probe.exit_code}"
        raise ConfigError(
            f"bubblewrap is installed and cannot make a sandbox here ({reason}): allow "
            "unprivileged user namespaces, or let commands run with your own rights, files and "
            "network: --unsandboxed."
        )


def _run(arguments: Sequence[str], environment: dict[str, str], seconds: float) -> Ran:
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )
    try:
        output, is_out_of_time = _collect(process, time.monotonic() + seconds)
    finally:
        _kill(process)
        exit_code = process.wait()
        if process.stdout is not None:
            process.stdout.close()
    text = output.decode(errors="replace")
    return Ran(exit_code=exit_code, output=text, is_out_of_time=is_out_of_time)


def _collect(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bool]:
    """The end of the output, and whether the deadline came before the end of the process."""
    kept, is_open = b"", True
    while (left := deadline - time.monotonic()) > 0:
        if (
            is_open
            and process.stdout
            and select.select([process.stdout], [], [], min(left, 0.1))[0]
        ):
            piece = os.read(process.stdout.fileno(), 2**16)
            kept, is_open = (kept + piece)[-MAX_OUTPUT_BYTES:], bool(piece)
        elif process.poll() is not None:
            return kept, False  # what it left running may hold the pipe open
        elif not is_open:
            time.sleep(0.005)
    return kept, True


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process, and what it started that is still in its group.

    bubblewrap takes all that is inside with it.
    """
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it is gone
