"""What latency mode saves, end to end: one request after another.

    python benchmarks/latency.py [MODEL] [--items 20] [--runs 5] [--effort high] \
        [--lossy] [--scored 1000]

The baseline is the same engine without speculation, at the effort's own experts and budget. All
answer the same exercises, taking turns. The lossless part guesses tokens: its answers must be
equal, token for token. With `--lossy` a second part follows, on reasoning: the checkpoint's lossy
profile and early exit, each with the share of right answers among `--scored` items, batched. Prints
tables for people and one JSON line for programs; times are medians of the runs.
"""

import argparse
import random
import statistics
import time
from dataclasses import replace

from trinity import LLM
from trinity.bench.records import line, stamp
from trinity.config import EngineConfig
from trinity.train.conversation import opening
from trinity.train.families import scored_families
from trinity.train.items import Domain, Item, Split, draw
from trinity.train.verify import judge_all
from trinity.types import ChatRequest, IntensityRequest, Mode, SamplingParams

KINDS: dict[str, tuple[Domain, tuple[str, ...]]] = {
    "repair": ("code", ("fix_bug",)),
    "code": ("code", ()),
    "reasoning": ("reasoning", ()),
    "pictures": ("vision", ()),
    "chat": ("chat", ()),
}
"""Domain and families of each kind of prompt; all families where none is named."""


LOSSY: dict[str, dict[str, bool]] = {
    "lossless": {},
    "early exit": {"early_exit": True},
    "profile": {"lossy": True},
    "both": {"lossy": True, "early_exit": True},
}
"""What the requests of the lossy part ask for, beside the effort."""


def items_of(kind: str, count: int) -> list[Item]:
    """Exercises of the test split."""
    domain, names = KINDS[kind]
    families = [f for f in scored_families(domain) if not names or f.name in names]
    rng = random.Random(f"latency/{kind}")
    weights = [family.weight for family in families]
    return [draw(rng.choices(families, weights)[0], Split.TEST, rng) for _ in range(count)]


def requests_of(kind: str, count: int, effort: str) -> list[ChatRequest]:
    """The exercises as requests."""
    return [request_of(item, effort) for item in items_of(kind, count)]


def request_of(item: Item, effort: str) -> ChatRequest:
    """The exercise as a latency request; of one with tools, the first turn."""
    return ChatRequest(
        messages=opening(item),
        tools=item.tools,
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


def with_loss(request: ChatRequest, ask: dict[str, bool]) -> ChatRequest:
    """The request, asking for one of `LOSSY`."""
    return replace(request, intensity=replace(request.intensity, **ask))


def compare_lossy(
    plain: LLM, guessing: LLM, items: list[Item], num_timed: int, effort: str, runs: int
) -> dict[str, dict[str, float]]:
    """For the baseline and each of `LOSSY` the time saved, tokens an answer and accuracy.

    Times are those of the first `num_timed` items, one after another; all are scored.
    """
    requests = [request_of(item, effort) for item in items]
    timed = requests[:num_timed]
    times: dict[str, list[float]] = {"plain": []} | {name: [] for name in LOSSY}
    for _ in range(runs):
        times["plain"].append(answer(plain, timed)[0])
        for name, ask in LOSSY.items():
            times[name].append(answer(guessing, [with_loss(r, ask) for r in timed])[0])
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    figures: dict[str, dict[str, float]] = {}
    for name, ask in {"plain": {}, **LOSSY}.items():
        generations = plain.generate([with_loss(request, ask) for request in requests])
        right = judge_all(items, [generation.text for generation in generations])
        figures[name] = {
            "saved": 1 - medians[name] / medians["plain"],
            "tokens": statistics.fmean(len(g.token_ids) for g in generations),
            "accuracy": statistics.fmean(right),
        }
    return figures


def show_lossy(figures: dict[str, dict[str, float]], scored: int) -> None:
    """The table of the lossy part."""
    print(f"\nreasoning, {scored} items scored")
    print(f"{'':<12} {'time saved':>11} {'tokens':>8} {'right':>7} {'points':>7}")
    for name, found in figures.items():
        points = 100 * (found["accuracy"] - figures["plain"]["accuracy"])
        print(
            f"{name:<12} {found['saved']:>11.1%} {found['tokens']:>8.1f} "
            f"{found['accuracy']:>7.1%} {points:>+7.1f}"
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--effort", default="high")
    parser.add_argument("--lossy", action="store_true", help="the lossy part too")
    parser.add_argument("--scored", type=int, default=1000, help="items scored in the lossy part")
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
    lossy = {}
    if arguments.lossy:
        items = items_of("reasoning", arguments.scored)
        lossy = compare_lossy(
            plain, guessing, items, arguments.items, arguments.effort, arguments.runs
        )
        show_lossy(lossy, arguments.scored)
    record = stamp(
        "latency",
        model=plain.model_name,
        effort=arguments.effort,
        runs=arguments.runs,
        kinds=figures,
        lossy=lossy,
    )
    print(line(record))


if __name__ == "__main__":
    main()
