"""Web pages as clients: what a browser would send for them, and what it would let them read."""

from typing import Any

import pytest

from tests.e2e.conftest import Running, Start
from trinity.types import Mode

PAGE = "https://chat.example"
FOREIGN = "https://evil.example"
GOOD: dict[str, Any] = {"model": "fake", "messages": [{"role": "user", "content": "hi"}]}
ALLOW_ORIGIN = "access-control-allow-origin"


@pytest.fixture(scope="module")
def closed(start_shared: Start) -> Running:
    return start_shared()


@pytest.fixture(scope="module")
def opened(start_shared: Start) -> Running:
    return start_shared(cors_origins=(PAGE, "http://localhost:3000"), keys=("k",))


def preflight(server: Running, origin: str, headers: str = "content-type", **more: str) -> Any:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": headers,
        **more,
    }
    return server.http.options("/v1/chat/completions", headers=asked)


def names(answer: Any, header: str) -> set[str]:
    return {name.strip().lower() for name in answer.headers[header].split(",")}


def test_a_preflight_of_an_allowed_page_needs_no_key(opened: Running) -> None:
    asked = "authorization,x-stainless-os,x-stainless-retry-count,x-evil"
    answer = preflight(opened, PAGE, asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers[ALLOW_ORIGIN] == PAGE
    assert "origin" in names(answer, "vary")
    assert names(answer, "access-control-allow-methods") == {"get", "post", "put", "delete"}
    allowed = names(answer, "access-control-allow-headers")
    wanted = "authorization x-api-key anthropic-version content-type x-request-id"
    assert allowed >= {*wanted.split(), "x-stainless-os", "x-stainless-retry-count"}
    assert "x-evil" not in allowed
    assert "access-control-allow-credentials" not in answer.headers


def test_an_allowed_page_may_read_answers_and_errors(opened: Running) -> None:
    for key, status in (("k", 200), ("wrong", 401)):
        headers = {"origin": PAGE.upper(), "authorization": f"Bearer {key}"}
        answer = opened.post(GOOD, headers=headers)
        assert answer.status_code == status
        assert answer.headers[ALLOW_ORIGIN] == PAGE.upper()
        assert "x-request-id" in names(answer, "access-control-expose-headers")
    stream = {"origin": PAGE, "authorization": "Bearer k"}
    answer = opened.post({**GOOD, "stream": True}, headers=stream)
    assert answer.headers[ALLOW_ORIGIN] == PAGE
    assert answer.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("origin", [FOREIGN, "null", f"{PAGE}:8443", f"{PAGE}.evil.example", ""])
def test_a_foreign_page_may_change_nothing_even_with_a_key(opened: Running, origin: str) -> None:
    headers = {"origin": origin, "authorization": "Bearer k"}
    answer = opened.post(GOOD, headers=headers)
    assert answer.status_code == 403
    assert "may not use this server" in answer.json()["error"]["message"]
    assert ALLOW_ORIGIN not in answer.headers
    refused = preflight(opened, origin)
    assert refused.status_code == 403
    assert ALLOW_ORIGIN not in refused.headers


def test_a_foreign_page_cannot_read(opened: Running) -> None:
    headers = {"origin": FOREIGN, "authorization": "Bearer k"}
    answer = opened.http.get("/v1/models", headers=headers)
    assert ALLOW_ORIGIN not in answer.headers
    # Caches must not hand one page's answer to another.
    assert "origin" in names(answer, "vary")


def test_a_page_on_the_web_cannot_drive_a_server_without_keys(closed: Running) -> None:
    asked = closed.llm.requests.copy()
    answer = closed.post(GOOD, headers={"origin": FOREIGN})
    assert answer.status_code == 403
    answer = closed.http.put("/trinity/mode", content="{}", headers={"origin": FOREIGN})
    assert answer.status_code == 403
    assert preflight(closed, FOREIGN).status_code == 403
    assert closed.llm.requests == asked
    assert closed.llm.engine.mode is Mode.BALANCED
    error = closed.http.post("/v1/messages", headers={"origin": FOREIGN}).json()
    assert error["error"]["type"] == "permission_error"


def test_the_servers_own_page_may_use_it(closed: Running) -> None:
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{closed.port}"
        answer = closed.post(GOOD, headers={"origin": f"http://{host}", "host": host})
        assert answer.is_success
    other_port = {"origin": "http://127.0.0.1:1", "host": f"127.0.0.1:{closed.port}"}
    assert closed.post(GOOD, headers=other_port).status_code == 403


def test_the_host_check_comes_first(opened: Running) -> None:
    answer = preflight(opened, PAGE, host="evil.example")
    assert answer.status_code == 421
    rebound = {"origin": "http://evil.example", "host": "evil.example"}
    assert opened.post(GOOD, headers=rebound).status_code == 421


def test_all_origins(start: Start) -> None:
    server = start(cors_origins=("*",), keys=("k",))
    assert preflight(server, FOREIGN).headers[ALLOW_ORIGIN] == "*"
    answer = server.post(GOOD, headers={"origin": FOREIGN, "authorization": "Bearer k"})
    assert answer.is_success
    assert answer.headers[ALLOW_ORIGIN] == "*"
    assert server.post(GOOD, headers={"origin": FOREIGN}).status_code == 401


def test_programs_that_are_no_page_are_not_concerned(closed: Running) -> None:
    answer = closed.post(GOOD)
    assert answer.is_success
    assert not [name for name in answer.headers if name.startswith("access-control")]
    plain = closed.http.options("/v1/models", headers={"origin": FOREIGN})
    assert plain.status_code == 405
