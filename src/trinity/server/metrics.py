"""What the server tells Prometheus, named in the style of vLLM's metrics.

The app and the bridge count what they see; totals and gauges of the engine are read from its last
snapshot when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from trinity.types import EFFORTS

if TYPE_CHECKING:
    from trinity.engine.stats import EngineStats

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_FIRST_TOKEN_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_INTER_TOKEN_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_TOTALS = {
    "engine_steps": ("steps", "Model calls."),
    "prompt_tokens": ("prompt_tokens", "Prompt tokens of the requests admitted."),
    "prompt_tokens_cached": ("cached_tokens", "Prompt tokens taken from the prefix cache."),
    "generation_tokens": ("generated_tokens", "Tokens generated, thinking included."),
    "reasoning_tokens": ("reasoning_tokens", "Thinking tokens generated."),
    "drafted_tokens": ("drafted_tokens", "Guesses at tokens that were computed."),
    "accepted_tokens": ("accepted_tokens", "Guesses that were right."),
    "num_preemptions": ("preemptions", "Sequences set back because the cache was full."),
    "expert_rows": ("expert_rows", "Routed expert evaluations, prompts included."),
}
_GAUGES = {
    "num_requests_running": ("running", "Sequences being computed."),
    "num_requests_waiting": ("waiting", "Sequences in the queue."),
    "num_free_blocks": ("free_blocks", "Cache blocks that could be given out now."),
    "num_blocks": ("num_blocks", "Cache blocks in all."),
    "num_cached_blocks": ("cached_blocks", "Cache blocks that a later prompt could reuse."),
}


class Metrics:
    """The counters of one app, in a registry of their own."""

    def __init__(self) -> None:
        """Start every count at zero."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "trinity:http_requests",
            "HTTP requests answered.",
            ["path", "status"],
            registry=self._registry,
        )
        self._finished = Counter(
            "trinity:request_success",
            "Choices finished, by reason.",
            ["finished_reason"],
            registry=self._registry,
        )
        self._efforts = Counter(
            "trinity:request_effort",
            "Requests by the reasoning effort they ran at.",
            ["effort"],
            registry=self._registry,
        )
        self.time_to_first_token = Histogram(
            "trinity:time_to_first_token_seconds",
            "From submission to the first token.",
            buckets=_FIRST_TOKEN_S,
            registry=self._registry,
        )
        self.inter_token_latency = Histogram(
            "trinity:inter_token_latency_seconds",
            "Between two tokens of a choice.",
            buckets=_INTER_TOKEN_S,
            registry=self._registry,
        )

    def watch(self, stats: Callable[[], EngineStats]) -> None:
        """Report the engine's own counts too, as `stats` gives them. Call once."""
        self._registry.register(_EngineCollector(stats))

    def answered(self, path: str, status: int) -> None:
        """Count an HTTP request; `path` must be a route's, so that labels stay few."""
        self._requests.labels(path, str(status)).inc()

    def finished(self, reason: str) -> None:
        """Count a finished choice."""
        self._finished.labels(reason).inc()

    def effort(self, level: str) -> None:
        """Count a request by its level; those between two names count as `custom`."""
        self._efforts.labels(level if level in EFFORTS else "custom").inc()

    def render(self) -> bytes:
        """Everything, in the Prometheus text format."""
        return generate_latest(self._registry)


class _EngineCollector(Collector):
    def __init__(self, stats: Callable[[], EngineStats]) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        stats = self._stats()
        for name, (field, text) in _TOTALS.items():
            yield CounterMetricFamily(f"trinity:{name}", text, value=getattr(stats, field))
        for name, (field, text) in _GAUGES.items():
            yield GaugeMetricFamily(f"trinity:{name}", text, value=getattr(stats, field))
