import base64
import json
from typing import Any

import openai
import pytest

from tests.e2e.conftest import Running, Start
from tests.e2e.fake_llm import FakeLLM
from trinity.config import ServerConfig
from trinity.errors import ConfigError
from trinity.server.app import create_app
from trinity.server.guards import OPEN_PATHS
from trinity.server.http import ANTHROPIC_PATH, MISTRAL_PREFIX
from trinity.server.serve import listen

GOOD: dict[str, Any] = {"model": "fake", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def server(start_shared: Start) -> Running:
    return start_shared()


def refusal(answer: Any, status: int, param: str | None = None, code: str | None = None) -> str:
    """Check the shape of a refusal, and give its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    (error,) = answer.json().values()
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"].endswith("_error")
    message: str = error["message"]
    assert "Traceback" not in message
    assert "pydantic" not in message
    assert message.endswith(".")
    assert len(message) < 400
    return message


BAD_BODIES = {
    "empty": (b"", "not valid JSON"),
    "null": (b"null", "not a JSON object"),
    "list": (b"[]", "not a JSON object"),
    "cut off": (b'{"model": ', "not valid JSON"),
    "NaN": (b'{"temperature": NaN}', "NaN, which is not JSON"),
    "Infinity": (b'{"temperature": -Infinity}', "-Infinity, which is not JSON"),
    "huge float": (b'{"temperature": 1e400}', "too large for a float"),
    "huge integer": (b'{"n": ' + b"9" * 5000 + b"}", "too many digits"),
    "deep": (b'{"a":' + b"[" * 100_000, "nests deeper than 64"),
    "deep but parsable": (b'{"a":' + b"[" * 70 + b"]" * 70 + b"}", "nests deeper than 64"),
    "UTF-8": (b'{"model": "\xff"}', "not valid UTF-8"),
    "UTF-16": ('{"model": "x"}'.encode("utf-16"), "not valid UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf{}", "not valid JSON"),
    "half a pair": (b'{"model": "\\ud800"}', "half of a surrogate pair"),
    "twice": (b'{"n": 1, "n": 2}', "gives 'n' twice"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bodies_that_are_not_json(server: Running, name: str) -> None:
    body, words = BAD_BODIES[name]
    assert words in refusal(server.post(body), 400)


BAD_VALUES: list[tuple[str, Any, str]] = [
    ("messages", [], "messages"),
    ("messages", "hi", "messages"),
    ("messages", [{"role": "user", "content": "x"}] * 2049, "messages"),
    ("messages", [{"role": "boss", "content": "x"}], "messages[0].role"),
    ("messages", [{"content": "x"}], "messages[0].role"),
    ("messages", [{"role": "user", "content": 5}], "messages[0].content"),
    ("messages", [{"role": "user", "content": [{"type": "audio"}]}], "messages[0].content[0]"),
    (
        "messages",
        [{"role": "user", "content": [{"type": "text", "text": None}]}],
        "messages[0].content[0].text",
    ),
    (
        "messages",
        [{"role": "assistant", "content": "x", "reasoning": "a", "reasoning_content": "b"}],
        "messages[0].reasoning",
    ),
    ("model", None, "model"),
    ("model", 5, "model"),
    ("n", 0, "n"),
    ("n", -1, "n"),
    ("n", 1_000_000_000, "n"),
    ("n", 10**400, "n"),
    ("n", True, "n"),
    ("n", "2", "n"),
    ("n", 1.5, "n"),
    ("max_tokens", 0, "max_tokens"),
    ("max_tokens", 2**63, "max_tokens"),
    ("temperature", -1, "temperature"),
    ("temperature", 1e30, "temperature"),
    ("temperature", "hot", "temperature"),
    ("top_p", 0, "top_p"),
    ("top_p", 1.1, "top_p"),
    ("top_k", -2, "top_k"),
    ("min_p", 2, "min_p"),
    ("presence_penalty", 1e9, "presence_penalty"),
    ("frequency_penalty", -3, "frequency_penalty"),
    ("repetition_penalty", 0, "repetition_penalty"),
    ("stop", "", "stop[0]"),
    ("stop", ["x"] * 17, "stop"),
    ("stop", [5], "stop[0]"),
    ("stop", "x" * 300, "stop[0]"),
    ("seed", 2**64, "seed"),
    ("seed", 1.5, "seed"),
    ("logprobs", 3, "logprobs"),
    ("top_logprobs", 1_000_000_000, "top_logprobs"),
    ("top_logprobs", 3, "top_logprobs"),
    ("logit_bias", {"x": 1}, "logit_bias"),
    ("logit_bias", {"-1": 1}, "logit_bias"),
    ("logit_bias", {"1": 101}, "logit_bias.1"),
    ("logit_bias", {str(i): 1 for i in range(1025)}, "logit_bias"),
    ("reasoning_effort", "extreme", "reasoning_effort"),
    ("intensity", 101, "intensity"),
    ("active_experts", 0, "active_experts"),
    ("thinking_token_budget", -1, "thinking_token_budget"),
    ("mode", "turbo", "mode"),
    ("service_tier", "gold", "service_tier"),
    ("stream", "yes", "stream"),
    ("stream_options", {"include_usage": True}, "stream_options"),
    ("tools", [{"type": "browser"}], "tools[0].type"),
    ("tool_choice", "always", "tool_choice"),
    ("tool_choice", "required", "tool_choice"),
    ("tool_choice", {"type": "allowed_tools"}, "tool_choice"),
    ("response_format", {"type": "yaml"}, "response_format.type"),
    ("response_format", {"type": "json_schema"}, "response_format"),
    ("response_format", {"type": "regex", "regex": ""}, "response_format.regex"),
    ("structured_outputs", {}, "structured_outputs"),
    ("structured_outputs", {"regex": "a", "choice": ["b"]}, "structured_outputs"),
    ("structured_outputs", {"json": "[]"}, "structured_outputs"),
    ("user", "x" * 1_000_000, "user"),
    ("metadata", {str(i): "x" for i in range(17)}, "metadata"),
]


@pytest.mark.parametrize(("name", "value", "param"), BAD_VALUES)
def test_values_out_of_range(server: Running, name: str, value: Any, param: str) -> None:
    assert refusal(server.post({**GOOD, name: value}), 400, param)


def test_contradictions(server: Running) -> None:
    both = {**GOOD, "max_tokens": 5, "max_completion_tokens": 6}
    assert "two names of one limit" in refusal(server.post(both), 400, "max_tokens")
    tiers = {**GOOD, "mode": "latency", "service_tier": "flex"}
    assert "which means throughput" in refusal(server.post(tiers), 400, "mode")
    assert server.post({**GOOD, "max_tokens": 5, "max_completion_tokens": 5}).is_success


def test_a_missing_field_is_named(server: Running) -> None:
    assert refusal(server.post({"model": "fake"}), 400, "messages") == "messages is missing."


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/x.png", "not fetched"),
        ("https://example.org/x.png", "not fetched"),
        ("file:///etc/passwd", "not fetched"),
        ("data:text/html;base64,AAAA", "not fetched"),
        ("data:image/png;base64,!!!", "not valid"),
    ],
)
def test_pictures_come_as_data_only(server: Running, url: str, words: str) -> None:
    part = {"type": "image_url", "image_url": {"url": url}}
    body = {**GOOD, "messages": [{"role": "user", "content": [part]}]}
    assert words in refusal(server.post(body), 400, "messages[0].content[0].image_url")


def test_too_large_a_picture(server: Running) -> None:
    url = "data:image/png;base64," + base64.b64encode(bytes(24_000_000)).decode()
    part = {"type": "image_url", "image_url": url}
    answer = server.post({**GOOD, "messages": [{"role": "user", "content": [part]}]})
    assert "20 MiB" in refusal(answer, 413, "messages[0].content[0].image_url", "too_large")


def test_another_model(server: Running) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        server.client.chat.completions.create(model="gpt", messages=GOOD["messages"])
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert caught.value.request_id
    assert "'fake'" in str(caught.value)


def test_too_long_a_prompt(server: Running) -> None:
    body = {**GOOD, "messages": [{"role": "user", "content": "x" * 1001}]}
    message = refusal(server.post(body), 400, "messages")
    assert "1001" in message
    assert "1000" in message


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/chat", "/docs", "/openapi.json", "/v1/models/"])
def test_unknown_routes(server: Running, path: str) -> None:
    code = "model_not_found" if path == "/v1/models/" else None
    refusal(server.http.get(path), 404, "model" if code else None, code)


def test_another_method(server: Running) -> None:
    answer = server.http.get("/v1/chat/completions")
    assert "'GET'" in refusal(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_another_content_type(server: Running) -> None:
    text = json.dumps(GOOD)
    refusal(server.post(GOOD, headers={"content-type": "text/plain"}), 415)
    refusal(server.post(GOOD, headers={"content-encoding": "gzip"}), 415)
    answer = server.http.post("/v1/chat/completions", content=text)
    refusal(answer, 415)
    kind = {"content-type": "application/json; charset=utf-8"}
    assert server.post(GOOD, headers=kind).is_success


def test_request_ids(server: Running) -> None:
    def given(request_id: str) -> str:
        answer = server.http.get("/livez", headers={"x-request-id": request_id})
        returned: str = answer.headers["x-request-id"]
        return returned

    assert given("My-id_1.5") == "My-id_1.5"
    for bad in ("", "a b", "x" * 65, "a;b"):
        assert given(bad) != bad
        assert len(given(bad)) == 32


def test_a_body_announced_too_large_is_not_read(start: Start) -> None:
    server = start(max_body_bytes=1000)
    assert server.post({**GOOD, "user": "x" * 100}).is_success
    refusal(server.post({**GOOD, "user": "x" * 1000}), 413, None, "too_large")
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
        )
        head = connection.recv(4096)
    assert head.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in head.lower()


def test_a_body_of_unknown_length_is_counted(start: Start) -> None:
    server = start(max_body_bytes=1000)
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(3):
            connection.sendall(b"190\r\n" + b" " * 400 + b"\r\n")
        head = connection.recv(4096)
    assert head.startswith(b"HTTP/1.1 413")


def test_every_route_but_the_probes_needs_a_key(start: Start) -> None:
    server = start(keys=("secret-1", "secret-2"))
    routes = [route for route in server.app.routes if route.methods]
    assert len(routes) >= 6
    sentences = set()
    for route in routes:
        for method in route.methods:
            answer = server.http.request(method, route.path)
            if route.path in OPEN_PATHS:
                assert answer.is_success
            else:
                if route.path.startswith((ANTHROPIC_PATH, MISTRAL_PREFIX)):
                    body = answer.json()
                    error = body.get("error", body)
                    assert (answer.status_code, error["type"]) == (401, "authentication_error")
                    sentences.add(error["message"])
                else:
                    sentences.add(refusal(answer, 401, None, "invalid_api_key"))
                assert answer.headers["www-authenticate"] == "Bearer"
    assert len(sentences) == 1
    assert {"/livez", "/readyz"} == OPEN_PATHS
    for path in ("/nothing", "/livez/", "/LIVEZ", "/livez;x", "/livez%00", "/v1%2f..%2flivez"):
        refusal(server.http.get(path), 401, None, "invalid_api_key")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer secret-3",
        "Bearer secret",
        "Bearer secret-11",
        "Basic secret-1",
        "secret-1",
        "Bearer s\u00e9cret-1",
        "Bearer " + "x" * 8000,
    ],
)
def test_wrong_keys(start_shared: Start, header: str) -> None:
    server = start_shared(keys=("secret-1", "secret-2"))
    headers = {"authorization": header.encode("latin-1")}
    answer = server.http.get("/v1/models", headers=headers)
    message = refusal(answer, 401, None, "invalid_api_key")
    assert "secret" not in message


def test_right_keys(start: Start) -> None:
    server = start(keys=("secret-1", "secret-2"))
    for header in ("Bearer secret-1", "bearer secret-2"):
        answer = server.http.get("/v1/models", headers={"authorization": header})
        assert answer.is_success
    with pytest.raises(openai.AuthenticationError):
        server.client.models.list()


def test_open_to_others_without_a_key() -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", ""):
        with pytest.raises(ConfigError, match="no API key"):
            create_app(FakeLLM(), ServerConfig(host=host))
    assert create_app(FakeLLM(), ServerConfig(host="0.0.0.0", api_keys=("k",)))
    with pytest.raises(ConfigError, match="empty or not ASCII"):
        create_app(FakeLLM(), ServerConfig(api_keys=(" ",)))


def test_a_port_in_use_is_one_sentence() -> None:
    with (
        listen(ServerConfig(port=0)) as taken,
        pytest.raises(ConfigError, match="in use; choose another port"),
    ):
        listen(ServerConfig(port=taken.getsockname()[1]))


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("127.0.0.1:99", 200),
        ("[::1]:8000", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("localhost@evil.example", 421),
        ("localhost/evil", 421),
        ("127.0.0.1:80:80", 421),
        ("", 421),
    ],
)
def test_the_host_header_on_loopback(server: Running, host: str, status: int) -> None:
    answer = server.http.get("/v1/models", headers={"host": host})
    if status == 200:
        assert answer.is_success
    else:
        assert "does not name this server" in refusal(answer, 421)


def test_any_host_header_elsewhere(start: Start) -> None:
    server = start(keys=("k",), host="0.0.0.0")
    headers = {"host": "models.example", "authorization": "Bearer k"}
    assert server.http.get("/v1/models", headers=headers).is_success


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unexpected_error_shows_nothing_of_the_inside(start: Start) -> None:
    llm = FakeLLM()

    def breaks() -> None:
        raise KeyError("secret")

    llm.prepare_gate = breaks
    server = start(llm)
    answer = server.post(GOOD, headers={"x-request-id": "mine"})
    assert refusal(answer, 500, None, "internal_error") == (
        "The server met an unexpected error; its log says more."
    )
    assert answer.headers["x-request-id"] == "mine"
    llm.prepare_gate = None
    assert server.post(GOOD).is_success
