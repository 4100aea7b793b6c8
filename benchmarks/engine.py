"""Decoding speed of the engine: one stream against many, in one run.

    python benchmarks/engine.py [MODEL] [--streams 1,8,32] [--runs 3]

Prints a table for people and one JSON line for programs. The baseline is the same engine with one
stream; medians of the runs, which take turns.
"""

import argparse
import statistics
import time

from trinity import LLM
from trinity.bench.records import line, stamp
from trinity.config import EngineConfig
from trinity.types import ChatRequest, IntensityRequest, Message, SamplingParams

TOKENS = 96


def measure(llm: LLM, streams: int) -> tuple[float, float]:
    """Generated tokens per second, and model calls per token, of `streams` equal requests."""
    requests = [
        ChatRequest(
            messages=(Message.user(f"What is {100 + i} + {200 + i}?"),),
            # A biased end token keeps every answer at full length.
            sampling=SamplingParams(
                seed=i, max_tokens=TOKENS, logit_bias=((llm.tokenizer.eos_id, -100.0),)
            ),
            intensity=IntensityRequest(reasoning_effort="none"),
        )
        for i in range(streams)
    ]
    steps = llm.engine.stats.steps
    started = time.perf_counter()
    generations = llm.generate(requests)
    seconds = time.perf_counter() - started
    tokens = sum(len(generation.token_ids) for generation in generations)
    return tokens / seconds, (llm.engine.stats.steps - steps) / tokens


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--streams", default="1,8,32")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    llm = LLM.load(arguments.model, EngineConfig(speculation=False))
    counts = [int(count) for count in arguments.streams.split(",")]
    measure(llm, 2)
    figures: dict[int, list[tuple[float, float]]] = {count: [] for count in counts}
    for _ in range(arguments.runs):
        for count in counts:
            figures[count].append(measure(llm, count))
    medians = {count: statistics.median(rate for rate, _ in figures[count]) for count in counts}
    print(f"{'streams':>8} {'tokens/s':>10} {'times one':>10} {'calls/token':>12}")
    for count in counts:
        ratio = medians[count] / medians[counts[0]]
        calls = figures[count][0][1]
        print(f"{count:>8} {medians[count]:>10.0f} {ratio:>10.2f} {calls:>12.3f}")
    record = stamp(
        "engine",
        model=llm.model_name,
        runs=arguments.runs,
        tokens_per_s=medians,
    )
    print(line(record))


if __name__ == "__main__":
    main()
