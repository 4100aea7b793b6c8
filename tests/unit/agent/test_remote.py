from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from trinity.agent import remote
from trinity.agent.remote import RemoteModel
from trinity.agent.tools import FolderTools
from trinity.errors import TrinityError, Unauthorised, UsageError
from trinity.tool_calls import turn_messages
from trinity.types import Message, ToolCall

ANSWER = {
    "choices": [
        {
            "message": {
                "content": None,
                "tool_calls": [
                    {"id": "a", "function": {"name": "read_file", "arguments": '{"path": "x"}'}},
                    {"id": "b", "function": {"name": "run_tests", "arguments": None}},
                ],
            },
            "finish_reason": "tool_calls",
        }
    ],
    "usage": {
        "prompt_tokens": 9,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": None,
    },
}


@dataclass
class Server:
    """Answers from a script: status, headers and body of each request in turn."""

    script: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    url: str = ""

    def say(self, body: object, status: int = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.script.append((status, {k.replace("_", "-"): v for k, v in headers.items()}, data))

    def model(self, key: str | None = None, **settings: object) -> RemoteModel:
        return RemoteModel(self.url, "big", key, settings)


@pytest.fixture
def server() -> Iterator[Server]:
    scripted = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            scripted.seen.append((self.path, dict(self.headers), json.loads(body)))
            status, headers, answer = scripted.script.pop(0)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        scripted.url = f"http://127.0.0.1:{http.server_port}/v1"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield scripted
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(remote.time, "sleep", waited.append)
    return waited


CALL = ToolCall(id="q", name="list_files", arguments="{}")
MESSAGES = (Message.user("Fix it."), *turn_messages("", (CALL,), ("a.py",), 0))


def test_a_conversation_is_put_in_the_server_s_form(server: Server) -> None:
    server.say(ANSWER)
    reply = server.model("the-key", seed=3).answer(MESSAGES, FolderTools.tools)
    path, headers, body = server.seen[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer the-key"
    assert (body["model"], body["seed"]) == ("big", 3)
    function = {"name": "list_files", "arguments": "{}"}
    call = {"id": "call00000", "type": "function", "function": function}
    assert body["messages"] == [
        {"role": "user", "content": "Fix it."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "a.py", "tool_call_id": "call00000"},
    ]
    assert [tool["function"]["name"] for tool in body["tools"]][:2] == ["list_files", "read_file"]
    assert [(made.name, made.arguments) for made in reply.tool_calls] == [
        ("read_file", '{"path": "x"}'),
        ("run_tests", "{}"),
    ]
    assert (reply.text, reply.finish_reason) == ("", "tool_calls")
    assert (reply.usage.prompt_tokens, reply.usage.cached_tokens) == (9, 4)
    assert (reply.usage.completion_tokens, reply.usage.reasoning_tokens) == (7, 0)


def test_without_a_key_none_is_sent(server: Server) -> None:
    server.say({"choices": [{"message": {"content": "Hi."}, "finish_reason": "length"}]})
    reply = server.model().answer(MESSAGES, FolderTools.tools)
    assert "authorization" not in {name.lower() for name in server.seen[0][1]}
    assert (reply.text, reply.finish_reason, reply.tool_calls) == ("Hi.", "length", ())


def test_warnings_of_a_trinity_server_are_passed_on(server: Server) -> None:
    server.say({**ANSWER, "trinity": {"warnings": ["Seven experts."]}})
    reply = server.model(active_experts=7).answer(MESSAGES, FolderTools.tools)
    assert reply.warnings == ("Seven experts.",)


def test_another_server_may_not_know_trinity_s_settings(server: Server) -> None:
    server.say(ANSWER)
    reply = server.model(active_experts=7, reasoning_effort="low").answer(MESSAGES, ())
    assert reply.warnings == ("The server does not say whether it honours active_experts.",)


def test_a_busy_server_is_asked_again(server: Server, waits: list[float]) -> None:
    server.say({}, 429, retry_after="7")
    server.say({}, 503)
    server.say(ANSWER)
    assert server.model().answer(MESSAGES, ()).tool_calls
    assert waits == [7.0, 2.0]


def test_a_server_that_stays_busy_is_given_up(server: Server, waits: list[float]) -> None:
    for _ in range(3):
        server.say({"error": {"message": "Too many."}}, 429, retry_after="9000")
    with pytest.raises(TrinityError, match=r"refused: Too many\."):
        server.model().answer(MESSAGES, ())
    assert waits == [30.0, 30.0]


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_names_the_variable(status: int, server: Server) -> None:
    server.say({}, status)
    with pytest.raises(Unauthorised, match="TRINITY_API_KEY") as error:
        server.model("secret-key").answer(MESSAGES, ())
    assert "secret-key" not in error.value.message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirection_takes_the_key_along(status: int, server: Server) -> None:
    server.say({}, status, location=f"{server.url}/elsewhere")
    with pytest.raises(TrinityError, match="redirects elsewhere, which is not followed"):
        server.model("secret-key").answer(MESSAGES, ())
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", {}, {"choices": []}, {"choices": [{"message": None}]}, b"\xff", b"null"],
)
def test_what_is_no_completion_is_said_so(body: object, server: Server) -> None:
    server.say(body)
    with pytest.raises(TrinityError, match="is no chat completion; check the address"):
        server.model().answer(MESSAGES, ())


def test_refusals_say_why(server: Server) -> None:
    server.say({"error": {"message": "No model big."}}, 404)
    with pytest.raises(TrinityError, match=r"refused: No model big\."):
        server.model().answer(MESSAGES, ())
    server.say(b"oops", 500)
    with pytest.raises(TrinityError, match="refused: 500 Internal Server Error"):
        server.model().answer(MESSAGES, ())


def test_an_answer_without_end_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MAX_ANSWER_BYTES", 10)
    server.say(ANSWER)
    with pytest.raises(TrinityError, match="is longer than"):
        server.model().answer(MESSAGES, ())


def test_where_no_server_is_it_says_so() -> None:
    model = RemoteModel("http://127.0.0.1:9/v1", "big", None, {})
    with pytest.raises(TrinityError, match="No server answers at"):
        model.answer(MESSAGES, ())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "127.0.0.1:8000", ""])
def test_what_is_no_address_is_wrong_use(url: str) -> None:
    with pytest.raises(UsageError, match="must begin with http"):
        RemoteModel(url, "big", None, {})
