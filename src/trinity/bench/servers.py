"""HTTP servers under load: started on a free port of this machine, and spoken to over a socket."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trinity.bench.workers import last_line, worker_environment
from trinity.errors import TrinityError

HOST = "127.0.0.1"
START_S = 300.0
"""How long a server may take to load its model."""
TIMEOUT_S = 300.0
"""How long a server may say nothing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The same words for every server."""

    text: str
    token_ids: tuple[int, ...]
    """As Trinity's template renders the text; a peer is sent these."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server is asked for a stream of tokens."""

    path: str
    body: Callable[[Prompt, int, int], dict[str, Any]]
    """From prompt, number of tokens and seed."""
    has_token: Callable[[dict[str, Any]], bool]
    """Whether an event of the stream brings a token."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    name: str
    port: int
    dialect: Dialect

    def stream(self, prompt: Prompt, output: int, seed: int) -> list[float]:
        """Ask, and return when each token came, as `time.perf_counter` tells.

        Raises `TrinityError` where the server refuses, or its answer ends early.
        """
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT_S)
        try:
            body = json.dumps(self.dialect.body(prompt, output, seed))
            headers = {"Content-Type": "application/json"}
            connection.request("POST", self.dialect.path, body, headers)
            with connection.getresponse() as response:
                if response.status != 200:
                    told = response.read(300).decode(errors="replace")
                    raise TrinityError(f"{self.name} answered {response.status}: {told}")
                return list(self._token_times(response))
        except (OSError, http.client.HTTPException) as error:
            raise TrinityError(f"{self.name} broke off: {error}.") from None
        finally:
            connection.close()

    def _token_times(self, response: http.client.HTTPResponse) -> Iterator[float]:
        found = False
        while line := response.readline():
            now = time.perf_counter()
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line.removeprefix(b"data: "))
            if "error" in event:
                raise TrinityError(f"{self.name}: {event['error']}")
            if self.dialect.has_token(event):
                found = True
                yield now
        if not found:
            raise TrinityError(f"{self.name} ended an answer without a token.")


def trinity_dialect(model: str, end_id: int) -> Dialect:
    """OpenAI chat; log-probabilities are asked for, so that a token without text shows too."""

    def body(prompt: Prompt, output: int, seed: int) -> dict[str, Any]:
        return {
            "model": model,
            "messages": [{"role": "user", "content": prompt.text}],
            "reasoning_effort": "none",
            "max_tokens": output,
            "temperature": 1.0,
            "seed": seed,
            "logit_bias": {str(end_id): -100},
            "logprobs": True,
            "stream": True,
        }

    def has_token(event: dict[str, Any]) -> bool:
        return any(choice.get("logprobs") for choice in event["choices"])

    return Dialect("/v1/chat/completions", body, has_token)


def llamacpp_dialect() -> Dialect:
    """llama-server's own; it is sent token ids, so that the prompts are equal to the token."""

    def body(prompt: Prompt, output: int, seed: int) -> dict[str, Any]:
        return {
            "prompt": list(prompt.token_ids),
            "n_predict": output,
            "temperature": 1.0,
            "seed": seed,
            "ignore_eos": True,
            "cache_prompt": False,
            "stream": True,
        }

    return Dialect("/completion", body, lambda event: not event.get("stop"))


def trinity_command(
    directory: str, weights: str, port: int, streams: int, context: int
) -> list[str]:
    """`trinity serve` for so many streams, each of `context` tokens at most."""
    blocks = streams * -(-context // 16)
    return [
        *(sys.executable, "-c", "from trinity.cli.main import run; run()", "serve"),
        *("--model", directory, "--weights", weights, "--port", str(port), "--no-prefix-cache"),
        *("--max-sequences", str(streams), "--max-context", str(context)),
        *("--block-size", "16", "--num-blocks", str(blocks)),
    ]


@contextmanager
def running(
    name: str, command: Callable[[int], list[str]], ready_path: str, dialect: Dialect, log: Path
) -> Iterator[Server]:
    """A server, from when it is ready until the context ends; `command` is given the port.

    Raises `TrinityError` where it does not start.
    """
    port = free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as messages:
        process = subprocess.Popen(
            command(port), stdout=messages, stderr=messages, env=worker_environment()
        )
    try:
        deadline = time.monotonic() + START_S
        while not _is_ready(port, ready_path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TrinityError(f"{name} did not start: {last_line(log)} ({log} says more).")
            time.sleep(0.05)
        yield Server(name, port, dialect)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def _is_ready(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        with connection.getresponse() as response:
            return response.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
