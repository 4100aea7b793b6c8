import sys

import pytest

from trinity.config import ServerConfig
from trinity.errors import ConfigError
from trinity.server.records import RequestRecord
from trinity.server.tracing import Spans, open_spans

SDK = "opentelemetry.sdk.trace"


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    with pytest.raises(ConfigError, match=r"pip install 'trinity-moe\[tracing\]'"):
        open_spans("fake")


def test_the_server_does_not_start_half_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.e2e.fake_llm import FakeLLM
    from trinity.server.app import create_app

    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    llm = FakeLLM()
    with pytest.raises(ConfigError, match="start without --tracing"):
        create_app(llm, ServerConfig(tracing=True))  # type: ignore[arg-type]


def test_the_sdk_takes_what_we_give_it() -> None:
    sdk = pytest.importorskip(SDK)
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    exporter = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    spans = Spans(provider.get_tracer("trinity"), "fake", provider.shutdown)
    record = RequestRecord(
        request_id="r",
        method="POST",
        status=503,
        seconds=1.5,
        trace_headers={"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
    )
    spans(record)
    (span,) = exporter.get_finished_spans()
    assert span.context.trace_id == 0x4BF92F3577B34DA6A3CE929D0E0E4736
    assert span.parent.span_id == 0x00F067AA0BA902B7
    assert span.end_time - span.start_time == 1_500_000_000
    assert span.attributes["http.response.status_code"] == 503
    assert not span.status.is_ok


def test_spans_are_named_after_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(SDK)
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

    def name() -> str:
        spans = open_spans("fake")
        spans.close()
        return str(spans._tracer.resource.attributes["service.name"])  # type: ignore[attr-defined]

    monkeypatch.setenv("OTEL_SERVICE_NAME", "")
    assert name() == "trinity"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    assert name() == "mine"
