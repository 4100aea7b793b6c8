import asyncio
from typing import Any

import pytest

from trinity.config import ServerConfig
from trinity.server.guards import Guard, allowed_hosts, host_name, is_loopback
from trinity.server.metrics import Metrics


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "127.0.0.1", "127.5.5.5", "::1", "[::1]"]
)
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "2130706433", "localhost.x"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_hosts_that_may_be_named() -> None:
    assert allowed_hosts("127.0.0.1") == {"localhost", "127.0.0.1", "[::1]"}
    assert allowed_hosts("127.0.0.2") == {"localhost", "127.0.0.1", "[::1]", "127.0.0.2"}
    assert allowed_hosts("::1") == {"localhost", "127.0.0.1", "[::1]"}
    assert allowed_hosts("0.0.0.0") is None


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a.b:80", "a.b"),
        ("A.B", "a.b"),
        ("[::1]:80", "[::1]"),
        ("[::1]", "[::1]"),
        ("::1", ""),
        ("a b", ""),
        ("localhost:", ""),
        ("localhost:x", ""),
        ("localhost?x", ""),
        ("localhost#@x", ""),
        ("x\\localhost", ""),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


def test_a_web_socket_is_refused() -> None:
    async def app(*_: object) -> None:
        raise AssertionError("nothing behind the guard is reached")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    guard = Guard(app, config=ServerConfig(), metrics=Metrics())
    asyncio.run(guard({"type": "websocket", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
