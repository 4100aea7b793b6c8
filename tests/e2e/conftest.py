import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
import pytest

from tests.e2e.fake_llm import FakeLLM
from trinity.config import ServerConfig
from trinity.server.app import Limits, create_app
from trinity.server.serve import build_server, listen


@dataclass
class Running:
    """A server that answers on a loopback port."""

    url: str
    llm: Any
    app: Any

    @property
    def openai(self) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key="unused", max_retries=0, timeout=20)

    @property
    def asynchronous(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            base_url=f"{self.url}/v1", api_key="unused", max_retries=0, timeout=30
        )

    def http(self, **options: Any) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=20, trust_env=False, **options)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2])), timeout=20)


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers, each in a thread, and stops them after the test."""
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
        running.append((server, thread))
        until(lambda: server.started)
        return Running(f"http://127.0.0.1:{listener.getsockname()[1]}", llm, app)

    yield start
    for server, thread in running:
        server.should_exit = True
        server.force_exit = False
        thread.join(20)
        assert not thread.is_alive()


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
