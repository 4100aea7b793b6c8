"""Latency requests on an idle engine, and beside throughput traffic that fills the rest.

    python benchmarks/mixed.py [MODEL] [--items 100] [--streams 16] [--runs 3]

Latency requests come one at a time, a random moment after the one before. Prints the median and the
95th percentile of their time end to end, idle and beside `--streams` requests of mode throughput
(or balanced, for comparison, or latency: no class at all), and the tokens a second of that traffic,
beside the latency requests and alone; one table for people and one JSON line for programs.
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator

from trinity import LLM
from trinity.bench.records import line, stamp
from trinity.config import EngineConfig
from trinity.train.evaluate import sample_items
from trinity.train.items import Split
from trinity.types import (
    ChatRequest,
    FinishedEvent,
    GenerationRequest,
    IntensityRequest,
    Message,
    Mode,
    SamplingParams,
    TokenEvent,
)

PAUSE_S = 0.02
"""Mean of the pauses between latency requests."""


class Traffic:
    """An engine with a number of requests always open."""

    def __init__(self, llm: LLM, questions: list[str], streams: int, mode: Mode | None) -> None:
        """Keep `streams` requests of `mode` open, none where it is `None`."""
        self.llm = llm
        self.tokens = 0
        self._mode = mode
        self._streams = streams if mode else 0
        self._questions = self._endless(questions)
        self._open: set[str] = set()

    @staticmethod
    def _endless(questions: list[str]) -> Iterator[str]:
        while True:
            yield from questions

    def request(self, question: str, mode: Mode, number: int) -> GenerationRequest:
        """A question at high effort, ready for the engine."""
        chat = ChatRequest(
            messages=(Message.user(question),),
            sampling=SamplingParams(seed=number, max_tokens=200),
            intensity=IntensityRequest(reasoning_effort="high"),
            mode=mode,
        )
        return self.llm.prepare(chat).generation

    def step(self) -> set[str]:
        """Fill up, advance by a step; the latency requests that it finished."""
        while len(self._open) < self._streams:
            assert self._mode is not None
            request = self.request(next(self._questions), self._mode, len(self._open))
            self._open.add(request.request_id)
            self.llm.engine.submit(request)
        finished = set()
        for event in self.llm.engine.step():
            if isinstance(event, TokenEvent):
                self.tokens += event.request_id in self._open
            elif isinstance(event, FinishedEvent):
                if event.request_id in self._open:
                    self._open.remove(event.request_id)
                else:
                    finished.add(event.request_id)
        return finished

    def close(self) -> None:
        """End what is open."""
        for request_id in self._open:
            self.llm.engine.abort(request_id)
        while self.llm.engine.has_work:
            self.llm.engine.step()


def measure(llm: LLM, questions: list[str], streams: int, mode: Mode | None) -> dict[str, float]:
    """Times of latency requests beside traffic of `mode`, and the traffic's tokens a second."""
    rng = random.Random(0)
    traffic = Traffic(llm, questions[::-1], streams, mode)
    for _ in range(20):
        traffic.step()
    traffic.tokens, started, times = 0, time.perf_counter(), []
    for number, question in enumerate(questions):
        pause = time.perf_counter() + rng.expovariate(1 / PAUSE_S)
        while time.perf_counter() < pause:
            traffic.step()
        request = traffic.request(question, Mode.LATENCY, number)
        asked = time.perf_counter()
        llm.engine.submit(request)
        while request.request_id not in traffic.step():
            pass
        times.append(time.perf_counter() - asked)
    seconds = time.perf_counter() - started
    traffic.close()
    return {
        "p50_ms": 1000 * statistics.median(times),
        "p95_ms": 1000 * statistics.quantiles(times, n=20)[-1],
        "tokens_per_s": traffic.tokens / seconds,
    }


def alone(llm: LLM, questions: list[str], streams: int, seconds: float) -> float:
    """Tokens a second of throughput traffic with nothing beside it."""
    traffic = Traffic(llm, questions[::-1], streams, Mode.THROUGHPUT)
    until = time.perf_counter() + 2.5  # longer than latency traffic is remembered
    while time.perf_counter() < until:
        traffic.step()
    traffic.tokens, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        traffic.step()
    rate = traffic.tokens / (time.perf_counter() - started)
    traffic.close()
    return rate


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--streams", type=int, default=16)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    llm = LLM.load(arguments.model, EngineConfig(prefix_cache=False))
    items = sample_items("reasoning", Split.TEST, arguments.items, 0)
    questions = [item.question for item in items]
    kinds: dict[str, Mode | None] = {"idle": None, **{str(mode): mode for mode in Mode}}
    measure(llm, questions[:10], 4, Mode.BALANCED)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in kinds}
    rates = []
    for _ in range(arguments.runs):
        for name, mode in kinds.items():
            rows[name].append(measure(llm, questions, arguments.streams, mode))
        rates.append(alone(llm, questions, arguments.streams, 4.0))
    figures = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for name, runs in rows.items()
    }
    print(f"{'beside':<12} {'p50 ms':>8} {'p95 ms':>8} {'p95 of idle':>12} {'its tokens/s':>13}")
    for name, found in figures.items():
        ratio = found["p95_ms"] / figures["idle"]["p95_ms"]
        print(
            f"{name:<12} {found['p50_ms']:>8.1f} {found['p95_ms']:>8.1f} {ratio:>12.2f} "
            f"{found['tokens_per_s']:>13.0f}"
        )
    print(f"throughput traffic alone: {statistics.median(rates):.0f} tokens/s")
    record = stamp(
        "mixed",
        model=llm.model_name,
        streams=arguments.streams,
        runs=arguments.runs,
        beside=figures,
        alone_tokens_per_s=statistics.median(rates),
    )
    print(line(record))


if __name__ == "__main__":
    main()
