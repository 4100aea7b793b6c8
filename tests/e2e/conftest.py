import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx2
import openai
import pytest

from tests.e2e.fake_llm import FakeLLM
from trinity.config import ServerConfig
from trinity.server.app import Limits, create_app
from trinity.server.serve import build_server, listen


class Running:
    """A server that answers on a loopback port, and clients of it."""

    def __init__(self, llm: Any, app: Any, port: int) -> None:
        self.llm = llm
        self.app = app
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.client = openai.OpenAI(
            base_url=f"{self.url}/v1", api_key="unused", max_retries=0, timeout=20
        )
        self.http = httpx2.Client(base_url=self.url, timeout=20, trust_env=False)

    def async_client(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            base_url=f"{self.url}/v1", api_key="unused", max_retries=0, timeout=30
        )

    def ask(self, content: Any = "2 + 2?", **options: Any) -> Any:
        messages = [{"role": "user", "content": content}]
        return self.client.chat.completions.create(
            model=self.llm.model_name, messages=messages, **options
        )

    def post(self, body: Any = None, **options: Any) -> httpx2.Response:
        if body is not None:
            options["content"] = body if isinstance(body, bytes) else json.dumps(body)
        headers = {"content-type": "application/json", **options.pop("headers", {})}
        return self.http.post("/v1/chat/completions", headers=headers, **options)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def close(self) -> None:
        self.client.close()
        self.http.close()


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers, each in a thread, and stops them after the test."""
    with starter() as start:
        yield start


@pytest.fixture(scope="module")
def start_shared() -> Iterator[Start]:
    """Starts each kind of server once, for tests that leave it as it was."""
    with starter() as start:
        yield cache(start)


@contextmanager
def starter() -> Iterator[Start]:
    running = []

    def start(
        llm: Any = None, *, limits: Limits | None = None, keys: tuple[str, ...] = (), **config: Any
    ) -> Running:
        llm = llm or FakeLLM()
        settings = ServerConfig(port=0, api_keys=keys, **config)
        app = create_app(llm, settings, limits=limits)
        listener = listen(settings)
        server = build_server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        served = Running(llm, app, listener.getsockname()[1])
        running.append((server, thread, served))
        until(lambda: server.started)
        return served

    try:
        yield start
    finally:
        for server, thread, served in running:
            served.close()
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
