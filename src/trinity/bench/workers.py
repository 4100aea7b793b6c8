"""A process that holds an engine and answers one request a line, and the handle to it.

Between requests it sleeps, so that engines can take turns on the same cores. Standard library and
`trinity.errors` only: a peer's own Python runs this file too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import trinity
from trinity.errors import TrinityError

PACKAGE_ROOT = Path(trinity.__file__).parents[1]
"""What another Python needs on its path to import this package."""


Handlers = Mapping[str, Callable[..., Any]]
"""What an engine answers; `workload` is always there."""
ONCE = "once"


def run_worker(open_engine: Callable[[], Handlers]) -> None:
    """Open an engine, say so, and answer the requests on standard input until it ends.

    Handlers are called with a request's arguments and return what JSON can hold. Whatever else
    prints goes to standard error. An error that is meant for people is an answer; any other ends
    the process, and its trace is in the log. With a last argument `once`, generates one token, says
    when, and ends.
    """
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def reply(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=replies, flush=True)

    try:
        handlers = open_engine()
    except TrinityError as error:
        if sys.argv[-1] == ONCE:
            sys.exit(error.message)
        reply({"error": error.message})
        return
    if sys.argv[-1] == ONCE:
        handlers["workload"](streams=1, prompt=1, output=1)
        reply({"first_token_at": time.time()})
        return
    reply({"result": None})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply({"result": handlers[request["do"]](**request["arguments"])})
        except TrinityError as error:
            reply({"error": error.message})


class Worker:
    """A running worker. Close it, or use it as a context manager."""

    def __init__(self, name: str, command: list[str], log: Path) -> None:
        """Start `command` and wait until its engine is open; its messages go to `log`.

        Raises `TrinityError` with the reason where it does not open.
        """
        self.name = name
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w", encoding="utf-8") as messages:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=messages,
                env=worker_environment(),
                encoding="utf-8",
            )
        try:
            self._receive()
        except TrinityError:
            self.close()
            raise

    def ask(self, do: str, **arguments: Any) -> Any:
        """The answer to one request. Raises `TrinityError` where there is none."""
        assert self._process.stdin is not None
        try:
            print(
                json.dumps({"do": do, "arguments": arguments}), file=self._process.stdin, flush=True
            )
        except BrokenPipeError:
            raise self._stopped() from None
        return self._receive()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.terminate()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> Worker:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._stopped()
        message = json.loads(line)
        if "error" in message:
            raise TrinityError(f"{self.name}: {message['error']}")
        return message["result"]

    def _stopped(self) -> TrinityError:
        return TrinityError(f"{self.name} stopped: {last_line(self._log)} ({self._log} says more).")


def worker_environment() -> dict[str, str]:
    """This process's environment, with the package on the path, no network, and idle threads that
    sleep instead of taking cores from the engine whose turn it is."""
    paths = [str(PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "OMP_WAIT_POLICY": "PASSIVE",
        "HF_HUB_OFFLINE": "1",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
    }


def last_line(path: Path) -> str:
    """The last line with text of a log, shortened."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "no message")
