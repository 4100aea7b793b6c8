"""What tokens that share experts save: decoding many streams at several routing discounts.

    python benchmarks/routing.py [MODEL] [--streams 8,32,128] [--discounts 1,0.1,0] [--runs 5]

The baseline is the same engine at discount 1, which routes each token for itself; all take turns.
The streams answer different exercises. Prints a table for people and one JSON line for programs;
times are medians of the runs, of steps that decode alone.
"""

import argparse
import statistics
import time
from dataclasses import replace
from uuid import uuid4

from trinity import LLM
from trinity.bench.records import line, stamp
from trinity.config import EngineConfig
from trinity.train.evaluate import sample_items
from trinity.train.items import Split
from trinity.types import ChatRequest, GenerationRequest, IntensityRequest, Message, SamplingParams

TOKENS = 40
STREAMS = 128


def requests_of(llm: LLM, count: int) -> list[GenerationRequest]:
    """Requests that all go on for `TOKENS` tokens."""
    items = sample_items("reasoning", Split.TEST, count, seed=0)
    never_end = ((llm.tokenizer.eos_id, -100.0), (llm.tokenizer.end_think_id, -100.0))
    chats = [
        ChatRequest(
            messages=(Message.user(item.question),),
            sampling=SamplingParams(seed=0, max_tokens=TOKENS, logit_bias=never_end),
            intensity=IntensityRequest(reasoning_effort="high"),
        )
        for item in items
    ]
    return [llm.prepare(chat).generation for chat in chats]


def step_seconds(llm: LLM, requests: list[GenerationRequest], discount: float) -> float:
    """Median time of the steps in which all streams decode."""
    engine = llm.engine
    for request in requests:
        engine.submit(replace(request, request_id=uuid4().hex, routing_discount=discount))
    times = []
    while engine.has_work:
        generated, prompts = engine.stats.generated_tokens, engine.stats.prompt_tokens
        started = time.perf_counter()
        engine.step()
        seconds = time.perf_counter() - started
        stats = engine.stats
        if (stats.generated_tokens - generated, stats.prompt_tokens) == (len(requests), prompts):
            times.append(seconds)
    return statistics.median(times)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--streams", default="8,32,128")
    parser.add_argument("--discounts", default="1,0.1,0")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    config = EngineConfig(
        speculation=False, max_sequences=STREAMS, max_context=256, max_step_tokens=512
    )
    llm = LLM.load(arguments.model, config)
    streams = [int(count) for count in arguments.streams.split(",")]
    discounts = [float(value) for value in arguments.discounts.split(",")]
    requests = requests_of(llm, max(streams))
    times: dict[tuple[int, float], list[float]] = {(s, d): [] for s in streams for d in discounts}
    for _ in range(arguments.runs):
        for (count, discount), seconds in times.items():
            seconds.append(step_seconds(llm, requests[:count], discount))
    found = {key: statistics.median(seconds) for key, seconds in times.items()}
    print(f"{'streams':>8} {'discount':>9} {'ms a step':>10} {'tokens/s':>9} {'faster':>7}")
    for (count, discount), seconds in found.items():
        gain = found[count, discounts[0]] / seconds - 1
        print(
            f"{count:>8} {discount:>9g} {seconds * 1e3:>10.2f} {count / seconds:>9.0f} {gain:>7.1%}"
        )
    record = stamp(
        "routing",
        model=llm.model_name,
        runs=arguments.runs,
        seconds_per_step={f"{count}/{d:g}": seconds for (count, d), seconds in found.items()},
    )
    print(line(record))


if __name__ == "__main__":
    main()
