"""What the server says of requests: in its log, and as spans."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import FakeLLM, Say, Script
from trinity.server.keys import Scope, create_key
from trinity.server.logs import JsonFormatter
from trinity.server.tracing import Spans

SECRET = "the launch code is 4711"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def lines(caplog: pytest.LogCaptureFixture, count: int) -> list[dict[str, Any]]:
    """The log so far, as a program would read it, once it has `count` requests."""

    def records() -> list[logging.LogRecord]:
        return [record for record in caplog.records if record.name == "trinity.requests"]

    until(lambda: len(records()) >= count)
    return [json.loads(JsonFormatter().format(record)) for record in records()]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="trinity")
    return caplog


def test_a_line_a_request_without_its_text(
    start: Start, log: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    key = create_key(path, "ci", (Scope.CHAT,))
    server = start(FakeLLM(Script([Say(SECRET)])), key_file=str(path))
    for stream in (False, True):
        body = {"model": "fake", "messages": [{"role": "user", "content": SECRET}], "n": 2}
        headers = {"authorization": f"Bearer {key}", "x-request-id": f"mine-{stream}"}
        assert server.post({**body, "stream": stream}, headers=headers).is_success
    for line, stream in zip(lines(log, 2), (False, True), strict=True):
        seconds, first_s = line.pop("seconds"), line.pop("first_token_seconds")
        assert 0 <= first_s <= seconds
        line.pop("time")
        assert line == {
            "level": "info",
            "event": "request",
            "request_id": f"mine-{stream}",
            "method": "POST",
            "route": "/v1/chat/completions",
            "status": 200,
            "key": "ci",
            "prompt_tokens": len(SECRET),
            "cached_tokens": 2,
            "completion_tokens": 2 * len(SECRET),
            "reasoning_tokens": 0,
            "finish_reasons": ["stop", "stop"],
        }
    assert "launch" not in log.text
    assert key not in log.text


def test_what_was_refused_is_logged_without_what_was_sent(
    start: Start, log: pytest.LogCaptureFixture
) -> None:
    server = start(keys=("hush-hush",))
    server.http.get(f"/{SECRET}", headers={"authorization": f"Bearer {SECRET}"})
    server.post({"model": SECRET}, headers={"authorization": "Bearer hush-hush"})
    server.http.get("/livez")
    server.http.get("/v1/models/evil%1bname", headers={"authorization": "Bearer hush-hush"})
    found = [(line["route"], line["status"]) for line in lines(log, 3)]
    assert found == [
        ("other", 401),
        ("/v1/chat/completions", 400),
        ("/v1/models/{model_id:path}", 404),
    ]
    for word in ("launch", "hush", "evil"):
        assert word not in log.text


def test_every_dialect_is_counted(start: Start, log: pytest.LogCaptureFixture) -> None:
    server = start()
    body = {"model": "fake", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    assert server.http.post("/v1/messages", json=body).is_success
    (line,) = lines(log, 1)
    assert (line["route"], line["reasoning_tokens"]) == ("/v1/messages", len("Add them.") + 1)


class Recorder:
    """A tracer that keeps what it is given."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        self.closed = False

    def start_span(self, name: str, **given: Any) -> Any:
        self.spans.append({"name": name, **given})
        return self

    def set_status(self, status: Any) -> None:
        self.spans[-1]["status"] = status

    def end(self, end_time: int) -> None:
        self.spans[-1]["end_time"] = end_time

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def traced(start: Start, monkeypatch: pytest.MonkeyPatch) -> tuple[Running, Recorder]:
    pytest.importorskip("opentelemetry.trace")
    recorder = Recorder()
    spans: Any = Spans(recorder, "fake", recorder.close)  # type: ignore[arg-type]
    monkeypatch.setattr("trinity.server.app.open_spans", lambda _: spans)
    return start(FakeLLM(Script([Say(SECRET)])), tracing=True), recorder


def test_a_span_goes_on_with_the_senders_trace(traced: tuple[Running, Recorder]) -> None:
    from opentelemetry.trace import SpanKind, get_current_span

    server, recorder = traced
    body = {"model": "fake", "messages": [{"role": "user", "content": SECRET}]}
    headers = {"traceparent": PARENT, "tracestate": "a=b", "x-request-id": "mine"}
    assert server.post(body, headers=headers).is_success
    until(lambda: recorder.spans and "end_time" in recorder.spans[0])
    (span,) = recorder.spans
    parent = get_current_span(span["context"]).get_span_context()
    assert (parent.trace_id, parent.span_id) == (int(PARENT[3:35], 16), int(PARENT[36:52], 16))
    assert parent.trace_state == {"a": "b"}
    assert (span["name"], span["kind"]) == ("chat fake", SpanKind.SERVER)
    assert span["end_time"] >= span["start_time"]
    assert "status" not in span
    attributes = span["attributes"]
    assert attributes.pop("gen_ai.response.time_to_first_chunk") >= 0
    assert attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "trinity.request_id": "mine",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "trinity",
        "gen_ai.request.model": "fake",
        "gen_ai.response.model": "fake",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": len(SECRET),
        "gen_ai.usage.cache_read.input_tokens": 2,
        "gen_ai.usage.output_tokens": len(SECRET),
        "gen_ai.usage.reasoning.output_tokens": 0,
    }
    assert "launch" not in str(recorder.spans)


def test_a_span_without_or_with_a_broken_parent_begins_a_trace(
    traced: tuple[Running, Recorder],
) -> None:
    from opentelemetry.trace import get_current_span

    server, recorder = traced
    for headers in ({}, {"traceparent": "00-zz-zz-01"}, {"traceparent": "x" * 5000}):
        server.http.get("/v1/models", headers=headers)
    until(lambda: len(recorder.spans) == 3)
    for span in recorder.spans:
        assert span["name"] == "GET /v1/models"
        assert not get_current_span(span["context"]).get_span_context().is_valid
        assert "gen_ai.request.model" not in span["attributes"]


def test_a_failure_of_the_server_is_marked(traced: tuple[Running, Recorder]) -> None:
    from opentelemetry.trace import StatusCode

    server, recorder = traced
    server.llm.script.fail_after = 1
    body = {"model": "fake", "messages": [{"role": "user", "content": "hi"}]}
    assert server.post(body).status_code == 500
    until(lambda: recorder.spans and "end_time" in recorder.spans[0])
    (span,) = recorder.spans
    assert span["status"].status_code is StatusCode.ERROR
    assert span["attributes"]["error.type"] == "500"
    assert "gen_ai.usage.output_tokens" not in span["attributes"]


def test_what_is_left_is_sent_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.e2e.conftest import starter

    recorder = Recorder()
    spans: Any = Spans(recorder, "fake", recorder.close)  # type: ignore[arg-type]
    monkeypatch.setattr("trinity.server.app.open_spans", lambda _: spans)
    with starter() as start:
        start(tracing=True)
        assert not recorder.closed
    assert recorder.closed
