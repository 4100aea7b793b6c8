"""Spans for OpenTelemetry: one a request, with the attributes of its conventions for models.

Needs the extra `tracing`. Where spans go, and which are kept, the standard variables say, such as
OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_TRACES_SAMPLER. No span holds a prompt or an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trinity.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from trinity.server.records import RequestRecord

_USAGE = {
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}


class Spans:
    """Makes a span of each request that is over."""

    def __init__(self, tracer: Tracer, model_name: str, close: Callable[[], None]) -> None:
        """Give spans to `tracer`; `close` sends what is left, and is called once."""
        self._tracer = tracer
        self._model_name = model_name
        self.close = close

    def __call__(self, record: RequestRecord) -> None:
        """Make the span of a request, as part of the trace that its sender began."""
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        name = f"chat {self._model_name}" if record.streams else f"{record.method} {record.route}"
        span = self._tracer.start_span(
            name,
            context=TraceContextTextMapPropagator().extract(record.trace_headers),
            kind=SpanKind.SERVER,
            attributes=self._attributes(record),
            start_time=record.started_ns,
        )
        if record.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end(record.started_ns + int(record.seconds * 1e9))

    def _attributes(self, record: RequestRecord) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "http.request.method": record.method,
            "http.route": record.route,
            "http.response.status_code": record.status,
            "trinity.request_id": record.request_id,
        }
        if record.status >= 500:
            attributes["error.type"] = str(record.status)
        if record.key:
            attributes["trinity.key"] = record.key
        if record.streams:
            attributes |= self._of_model(record)
        return attributes

    def _of_model(self, record: RequestRecord) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "trinity",
            "gen_ai.request.model": self._model_name,
            "gen_ai.response.model": self._model_name,
        }
        if reasons := [choice.reason for choice in record.choices]:
            attributes["gen_ai.response.finish_reasons"] = reasons
        if (first_s := record.first_token_s) is not None:
            attributes["gen_ai.response.time_to_first_chunk"] = first_s
        return attributes | {_USAGE[n]: count for n, count in (record.usage() or {}).items()}


def open_spans(model_name: str) -> Spans:
    """Spans that are sent as the standard variables say. Raises `ConfigError` without the extra."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigError(
            "Tracing needs packages that are not installed; install them with "
            "`pip install 'trinity-moe[tracing]'`, or start without --tracing."
        ) from None
    resource = Resource({"service.name": "trinity"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider.get_tracer("trinity"), model_name, provider.shutdown)
