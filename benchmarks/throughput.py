"""Requests a second of the mixture beside the dense model of the generation before.

    python benchmarks/throughput.py [--mixture bench-1500m] [--dense bench-dense] [--weights int8] \
        [--streams 1,8,32,128,512] [--runs 1]

Streams of 128 random prompt tokens and 128 output tokens begin together, in the same engine with
the same kernels, and models take turns: the dense one, the mixture with its own experts, and the
mixture with the lossy throughput profile of the embedded model, whose cost on its scoreboard is in
`docs/lab-notebook.md`. Beside requests a second stand the times in which half and 99 in 100 of the
requests are done. Then the best batch of each: most requests a second, and for the mixture also the
most among those whose p99 is no longer than the dense model's at its best. Prints tables and one
JSON line; rates are medians of the runs.
"""

import argparse
import json
import statistics
import time
from dataclasses import dataclass, replace
from importlib.resources import files

from trinity.bench.checkpoints import find_checkpoint, served_from
from trinity.bench.records import line, stamp
from trinity.bench.trinity_worker import TrinityEngine
from trinity.config import EngineConfig
from trinity.types import FailedEvent, FinishedEvent, GenerationRequest, Mode

PROMPT, OUTPUT = 128, 128
BLOCK = 16


@dataclass(frozen=True, slots=True)
class Way:
    """An engine, and the experts and routing discount of its requests."""

    engine: TrinityEngine
    experts: int
    """Of prompt and answer."""
    discount: float = 1.0

    def request(self) -> GenerationRequest:
        """A random request."""
        request = self.engine.request(PROMPT, OUTPUT)
        experts = (self.experts,) * len(request.active_experts)
        return replace(
            request,
            active_experts=experts,
            prompt_experts=experts,
            routing_discount=self.discount,
            mode=Mode.THROUGHPUT,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What streams that begin together came to."""

    requests_per_second: float
    median_s: float
    p99_s: float


def measure(way: Way, streams: int) -> Found:
    """Answer `streams` requests that begin together."""
    engine = way.engine.llm.engine
    requests = [way.request() for _ in range(streams)]
    started = time.perf_counter()
    for request in requests:
        engine.submit(request)
    ends = []
    while len(ends) < streams:
        for event in engine.step():
            if isinstance(event, FailedEvent):
                raise SystemExit(event.message)
            if isinstance(event, FinishedEvent):
                ends.append(time.perf_counter() - started)
    at_99 = ends[min(streams - 1, int(0.99 * streams))]
    return Found(streams / ends[-1], statistics.median(ends), at_99)


def median(runs: list[Found]) -> Found:
    """Of each figure the median."""
    return Found(
        *(
            statistics.median(getattr(found, name) for found in runs)
            for name in ("requests_per_second", "median_s", "p99_s")
        )
    )


def open_engine(name: str, weights: str, streams: int) -> TrinityEngine:
    """An engine with room for so many streams."""
    config = EngineConfig(
        weights=weights,
        block_size=BLOCK,
        num_blocks=streams * (PROMPT + OUTPUT) // BLOCK,
        max_sequences=streams,
        max_waiting=streams,
        max_step_tokens=max(512, 2 * streams),
        max_context=PROMPT + OUTPUT,
        speculation=False,
        prefix_cache=False,
    )
    return TrinityEngine(str(served_from(find_checkpoint(name), weights)), config)


def best(found: dict[int, Found]) -> tuple[int, Found]:
    """The streams with the most requests a second."""
    return max(found.items(), key=lambda entry: entry[1].requests_per_second)


def show(figures: dict[str, dict[int, Found]]) -> None:
    """A row for each way and number of streams, then the best of each."""
    dense = figures["dense"]
    print(f"{'streams':>7} {'model':<18} {'req/s':>7} {'p50 s':>7} {'p99 s':>7} {'ratio':>6}")
    for streams in dense:
        for name, of_way in figures.items():
            found = of_way[streams]
            ratio = found.requests_per_second / dense[streams].requests_per_second
            print(
                f"{streams:>7} {name:<18} {found.requests_per_second:>7.2f} {found.median_s:>7.2f} "
                f"{found.p99_s:>7.2f} {ratio:>6.2f}"
            )
    _, at_best = best(dense)
    for name, of_way in figures.items():
        streams, found = best(of_way)
        within = {n: f for n, f in of_way.items() if f.p99_s <= at_best.p99_s}
        quick = best(within)[1].requests_per_second / at_best.requests_per_second if within else 0
        print(
            f"best of {name}: {streams} streams, {found.requests_per_second:.2f} requests/s, "
            f"{found.requests_per_second / at_best.requests_per_second:.2f} of dense; "
            f"{quick:.2f} within the p99 of dense"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mixture", default="bench-1500m")
    parser.add_argument("--dense", default="bench-dense")
    parser.add_argument("--weights", default="int8")
    parser.add_argument("--streams", default="1,8,32,128,512")
    parser.add_argument("--runs", type=int, default=1)
    arguments = parser.parse_args()
    counts = [int(count) for count in arguments.streams.split(",")]
    mixture = open_engine(arguments.mixture, arguments.weights, max(counts))
    dense = open_engine(arguments.dense, arguments.weights, max(counts))
    table = files("trinity") / "models" / "mini" / "intensity.json"
    levels = json.loads(table.read_text(encoding="utf-8"))["lossy"]["throughput"]
    profile = next(level for level in levels if level["name"] == "high")
    ways = {
        "dense": Way(dense, 0),
        "mixture": Way(mixture, mixture.llm.config.num_experts_per_tok),
        "mixture, profile": Way(mixture, profile["active_experts"], profile["routing_discount"]),
    }
    for way in ways.values():
        measure(way, 8)
    runs: dict[str, dict[int, list[Found]]] = {name: {n: [] for n in counts} for name in ways}
    for count in counts:
        for _ in range(arguments.runs):
            for name, way in ways.items():
                runs[name][count].append(measure(way, count))
    figures = {name: {n: median(found) for n, found in of.items()} for name, of in runs.items()}
    show(figures)
    print(
        line(
            stamp(
                "throughput",
                weights=arguments.weights,
                runs=arguments.runs,
                profile=profile,
                figures={
                    name: {n: (f.requests_per_second, f.median_s, f.p99_s) for n, f in of.items()}
                    for name, of in figures.items()
                },
            )
        )
    )


if __name__ == "__main__":
    main()
