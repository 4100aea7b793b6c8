"""The mixture beside the dense model of the generation before, end to end.

    python benchmarks/generations.py DENSE [--model mini] [--items 20] [--runs 5] \
        [--effort high] [--scored 200] [--weights int8]

Both answer the same exercises, one after another and taking turns, with the same engine, kernels
and effort: the dense model without guessing, the mixture plainly, in latency mode (lossless), and
with its lossy profile. A dense model comes from `trinity train recipes/mini_dense.py --run RUN
--export DENSE`. Beside the time of an exercise stand the tokens of its answer, which the two need
not agree on, the time of a token, and the share of `--scored` exercises that are right. Prints a
table and one JSON line; times are medians of the runs.
"""

import argparse
import statistics
from dataclasses import dataclass, replace

from latency import KINDS, answer, items_of, request_of

from trinity import LLM
from trinity.bench.records import line, stamp
from trinity.config import EngineConfig
from trinity.train.items import Item
from trinity.train.verify import judge_all
from trinity.types import ChatRequest


@dataclass(frozen=True, slots=True)
class Way:
    """A model, and how it is asked."""

    llm: LLM
    is_lossy: bool = False

    def requests(self, items: list[Item], effort: str) -> list[ChatRequest]:
        """The exercises as requests."""
        requests = [request_of(item, effort) for item in items]
        if not self.is_lossy:
            return requests
        return [replace(r, intensity=replace(r.intensity, lossy=True)) for r in requests]


def compare(
    ways: dict[str, Way], items: list[Item], scored: list[Item], effort: str, runs: int
) -> dict[str, dict[str, float]]:
    """For each way seconds and tokens an exercise, seconds a token, and the share that is right."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    tokens = {}
    for way in ways.values():
        answer(way.llm, way.requests(items[:4], effort))
    for _ in range(runs):
        for name, way in ways.items():
            seconds, answers = answer(way.llm, way.requests(items, effort))
            times[name].append(seconds / len(items))
            tokens[name] = statistics.fmean(map(len, answers))
    found = {}
    for name, way in ways.items():
        texts = [g.text for g in way.llm.generate(way.requests(scored, effort))]
        seconds = statistics.median(times[name])
        found[name] = {
            "seconds": seconds,
            "tokens": tokens[name],
            "seconds_a_token": seconds / tokens[name],
            "right": statistics.fmean(judge_all(scored, texts)),
        }
    return found


def show(kind: str, found: dict[str, dict[str, float]]) -> None:
    """The rows of one kind of prompts; what is saved is against the first row."""
    first = next(iter(found.values()))
    for name, of in found.items():
        print(
            f"{kind:<10} {name:<16} {1e3 * of['seconds']:>8.1f} {of['tokens']:>7.1f} "
            f"{1e6 * of['seconds_a_token']:>8.0f} {of['right']:>7.1%} "
            f"{1 - of['seconds'] / first['seconds']:>9.1%} "
            f"{1 - of['seconds_a_token'] / first['seconds_a_token']:>9.1%}"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dense", help="directory of the dense model")
    parser.add_argument("--model", default="mini")
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--effort", default="high")
    parser.add_argument("--scored", type=int, default=200)
    parser.add_argument("--weights", default="int8", help="of both")
    arguments = parser.parse_args()
    silent = EngineConfig(weights=arguments.weights, speculation=False, prefix_cache=False)
    guessing = LLM.load(
        arguments.model, EngineConfig(weights=arguments.weights, prefix_cache=False)
    )
    ways = {
        "dense": Way(LLM.load(arguments.dense, silent)),
        "mixture": Way(LLM.load(arguments.model, silent)),
        "latency": Way(guessing),
        "latency, lossy": Way(guessing, is_lossy=True),
    }
    print(
        f"{'prompts':<10} {'model, mode':<16} {'ms each':>8} {'tokens':>7} {'us/token':>8} "
        f"{'right':>7} {'saved':>9} {'a token':>9}"
    )
    figures = {}
    for kind in KINDS:
        items = items_of(kind, max(arguments.items, arguments.scored))
        scored = items[: arguments.scored]
        timed = items[: arguments.items]
        figures[kind] = compare(ways, timed, scored, arguments.effort, arguments.runs)
        show(kind, figures[kind])
    print(
        line(
            stamp(
                "generations",
                model=guessing.model_name,
                effort=arguments.effort,
                weights=arguments.weights,
                runs=arguments.runs,
                kinds=figures,
            )
        )
    )


if __name__ == "__main__":
    main()
