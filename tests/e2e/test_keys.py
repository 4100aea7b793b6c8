"""Keys with scopes, from their file to the answers of a running server."""

from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.e2e.conftest import Running, Start
from trinity.server.guards import OPEN_PATHS
from trinity.server.http import ANTHROPIC_PATH, MISTRAL_PREFIX
from trinity.server.keys import Scope, create_key, revoke_key, scope_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def error_of(answer: Any, path: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert answer.headers["x-request-id"]
    if path.startswith(MISTRAL_PREFIX):
        assert body["object"] == "error"
        return body
    assert body.get("type") == ("error" if path.startswith(ANTHROPIC_PATH) else None)
    error: dict[str, Any] = body["error"]
    return error


def test_every_route_takes_keys_of_its_scope_and_no_other(path: Path, start: Start) -> None:
    keys = {scope: create_key(path, f"for-{scope}", (scope,)) for scope in Scope}
    server = start(key_file=str(path))
    routes = [route for route in server.app.routes if route.methods]
    assert {scope_of(route.path) for route in routes} >= {Scope.CHAT, Scope.ADMIN}
    for route in routes:
        if route.path in OPEN_PATHS:
            continue
        for method in route.methods:
            for scope, key in keys.items():
                answer = server.http.request(method, route.path, headers=bearer(key))
                if scope is scope_of(route.path):
                    assert answer.status_code not in (401, 403), route.path
                else:
                    assert answer.status_code == 403
                    error = error_of(answer, route.path)
                    assert error["type"] == "permission_error"
                    assert f"needs a key for {scope_of(route.path)}" in error["message"]
                    assert key not in answer.text


def test_a_key_of_several_scopes(path: Path, start: Start) -> None:
    key = create_key(path, "both", (Scope.CHAT, Scope.ADMIN))
    server = start(key_file=str(path))
    for route in ("/v1/models", "/metrics", "/trinity/mode"):
        assert server.http.get(route, headers=bearer(key)).is_success
    assert server.http.get("/v1/files", headers=bearer(key)).status_code == 403


def test_plain_keys_may_do_everything(path: Path, start: Start) -> None:
    stored = create_key(path, "one", (Scope.CHAT,))
    server = start(key_file=str(path), keys=("plain",))
    for key, status in (("plain", 200), (stored, 403), ("wrong", 401)):
        assert server.http.get("/metrics", headers=bearer(key)).status_code == status


def test_the_clients_of_both_dialects_understand_a_wrong_scope(path: Path, start: Start) -> None:
    key = create_key(path, "batches", (Scope.BATCH,))
    server = start(key_file=str(path))
    with pytest.raises(openai.PermissionDeniedError) as caught:
        server.client.with_options(api_key=key).models.list()
    assert caught.value.code == "forbidden"
    client = anthropic.Anthropic(base_url=server.url, api_key=key, max_retries=0)
    with client, pytest.raises(anthropic.PermissionDeniedError):
        client.messages.create(
            model="fake", max_tokens=5, messages=[{"role": "user", "content": "hi"}]
        )


def test_a_server_that_runs_takes_new_keys_and_drops_revoked_ones(path: Path, start: Start) -> None:
    create_key(path, "first", (Scope.CHAT,))
    server = start(key_file=str(path))

    def status(key: str) -> int:
        answer = server.http.get("/v1/models", headers=bearer(key))
        return int(answer.status_code)

    key = create_key(path, "second", (Scope.CHAT,))
    assert status(key) == 200
    revoke_key(path, "second")
    assert status(key) == 401


def test_an_answer_that_is_under_way_when_its_key_is_revoked_is_completed(
    path: Path, start: Start
) -> None:
    key = create_key(path, "one", (Scope.CHAT,))
    server: Running = start(key_file=str(path))
    client = server.client.with_options(api_key=key)
    messages: Any = [{"role": "user", "content": "hi"}]
    stream = client.chat.completions.create(model="fake", messages=messages, stream=True)
    next(stream)
    revoke_key(path, "one")
    assert [chunk.choices[0].finish_reason for chunk in stream][-1] == "stop"
    with pytest.raises(openai.AuthenticationError):
        client.models.list()
