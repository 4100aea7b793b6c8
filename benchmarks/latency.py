"""What guessing tokens saves, end to end: one request after another, with and without.

    python benchmarks/latency.py [MODEL] [--items 20] [--runs 5] [--effort high]

The baseline is the same engine without speculation. Both answer the same exercises, taking turns;
their answers must be equal, token for token. Prints a table for people and one JSON line for
programs; times are medians of the runs.
"""

import argparse
import random
import statistics
import time

from trinity import LLM
from trinity.bench.records import line, stamp
from trinity.config import EngineConfig
from trinity.train.families import scored_families
from trinity.train.items import Domain, Item, Split, draw
from trinity.types import ChatRequest, IntensityRequest, Message, Mode, SamplingParams

KINDS: dict[str, tuple[Domain, tuple[str, ...]]] = {
    "repair": ("code", ("fix_bug",)),
    "code": ("code", ()),
    "reasoning": ("reasoning", ()),
    "pictures": ("vision", ()),
    "chat": ("chat", ()),
}
"""Domain and families of each kind of prompt; all families where none is named."""


def requests_of(kind: str, count: int, effort: str) -> list[ChatRequest]:
    """Requests for exercises of the test split."""
    domain, names = KINDS[kind]
    families = [f for f in scored_families(domain) if not names or f.name in names]
    rng = random.Random(f"latency/{kind}")
    weights = [family.weight for family in families]
    items = [draw(rng.choices(families, weights)[0], Split.TEST, rng) for _ in range(count)]
    return [request_of(item, effort) for item in items]


def request_of(item: Item, effort: str) -> ChatRequest:
    """The exercise as a latency request."""
    return ChatRequest(
        messages=(Message.user(item.question, *item.images),),
        sampling=SamplingParams(seed=0, max_tokens=320),
        intensity=IntensityRequest(reasoning_effort=effort),
        mode=Mode.LATENCY,
    )


def answer(llm: LLM, requests: list[ChatRequest]) -> tuple[float, list[tuple[int, ...]]]:
    """Seconds for all requests, one after another, and the tokens of their answers."""
    started = time.perf_counter()
    generations = [llm.generate([request])[0] for request in requests]
    return time.perf_counter() - started, [g.token_ids for g in generations]


def compare(plain: LLM, guessing: LLM, requests: list[ChatRequest], runs: int) -> dict[str, float]:
    """Median times of both, and how many guesses were right."""
    answer(plain, requests[:4]), answer(guessing, requests[:4])
    before = guessing.engine.stats
    times: dict[str, list[float]] = {"plain": [], "guessing": []}
    for _ in range(runs):
        seconds, expected = answer(plain, requests)
        times["plain"].append(seconds)
        seconds, tokens = answer(guessing, requests)
        times["guessing"].append(seconds)
        assert tokens == expected, "Guessing changed an answer."
    after = guessing.engine.stats
    plain_s, guessing_s = (statistics.median(times[name]) for name in ("plain", "guessing"))
    generated = after.generated_tokens - before.generated_tokens
    return {
        "tokens": sum(map(len, expected)),
        "plain_s": plain_s,
        "guessing_s": guessing_s,
        "saved": 1 - guessing_s / plain_s,
        "accepted": (after.accepted_tokens - before.accepted_tokens) / generated,
        "drafted": (after.drafted_tokens - before.drafted_tokens) / generated,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--effort", default="high")
    arguments = parser.parse_args()
    plain = LLM.load(arguments.model, EngineConfig(speculation=False, prefix_cache=False))
    guessing = LLM.load(arguments.model, EngineConfig(prefix_cache=False))
    figures = {}
    print(
        f"{'prompts':<10} {'tokens':>7} {'plain s':>8} {'guessing s':>11} {'time saved':>11} "
        f"{'guessed right':>14} {'guessed':>8}"
    )
    for kind in KINDS:
        requests = requests_of(kind, arguments.items, arguments.effort)
        found = figures[kind] = compare(plain, guessing, requests, arguments.runs)
        print(
            f"{kind:<10} {found['tokens']:>7.0f} {found['plain_s']:>8.2f} "
            f"{found['guessing_s']:>11.2f} {found['saved']:>11.1%} {found['accepted']:>14.1%} "
            f"{found['drafted']:>8.1%}"
        )
    record = stamp(
        "latency",
        model=plain.model_name,
        effort=arguments.effort,
        runs=arguments.runs,
        kinds=figures,
    )
    print(line(record))


if __name__ == "__main__":
    main()
