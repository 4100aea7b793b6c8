"""The fusion proof: trains every stage and control, measures them, writes one JSON file a row.

python scripts/proof.py [--size nano] [--seeds 0 1 2] [--parts ..]      (also: make proof)

Stages that are finished are not done again, and one that was killed, or stopped with Ctrl-C,
resumes; so start it again until it says that all rows are there. Parts may run side by side once
what they start from is there: all need `seed`; `inside`, `merges` and `longer` need `ours`;
`replay`, and `sequential` of later seeds, need the first seed's `sequential`.
`scripts/proof_report.py` makes the table and the plots.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "recipes"))
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # read when PyTorch is loaded, as in `trinity train`
os.environ["GOMP_SPINCOUNT"] = "0"

from fusion import ANCHORS, BLOCK, SHARES, Fusion, everything  # type: ignore[import-not-found]

from trinity.cli.interrupts import stop_on_interrupt
from trinity.pipeline.experts import (
    dead_experts,
    mutual_information,
    usage_by_domain,
    without_block,
)
from trinity.pipeline.measure import draw_items, measure
from trinity.pipeline.proof import RATES, Bench, Workshop
from trinity.pipeline.stages import load_checkpoint, make_generator

ROOT = Path(__file__).parents[1]
COUNTS = (1, 2, 3, 4, 6)
EFFORTS = ("none", "low", "high")
SIDE_ITEMS = 400
METHODS = ("average", "task-arithmetic", "ties", "dare")
REPLAY = 0.1


def main() -> None:
    """Do what is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="nano")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--items", type=int, default=1000, help="Exercises of each domain.")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/proof")
    parser.add_argument("--rows", type=Path, default=ROOT / "docs/proof")
    parser.add_argument("--parts", nargs="+", choices=PARTS)
    arguments = parser.parse_args()
    once = [part for part in arguments.parts or () if part in ONCE]
    if once and 0 not in arguments.seeds:
        parser.error(f"{' and '.join(once)}: only seed 0 has these parts; add 0 to --seeds")
    with stop_on_interrupt() as stopped:
        try:
            for seed in arguments.seeds:
                lineage(arguments, seed, stopped.is_set)
        except KeyboardInterrupt:
            sys.exit("stopped; the same command goes on")
    say("all rows are there")


def lineage(arguments: argparse.Namespace, seed: int, should_stop: Callable[[], bool]) -> None:
    """All parts that one seed has."""
    name = f"{arguments.size}-{seed}"
    fusion = Fusion(size=arguments.size, seed=seed, root=arguments.runs / name)
    workshop = Workshop(fusion.root, say, should_stop)
    bench = Bench(arguments.rows / name, everything(), arguments.items, say)
    first = arguments.rows / f"{arguments.size}-0"
    for part in arguments.parts or PARTS:
        if seed == 0 or part not in ONCE:
            PARTS[part](workshop, bench, fusion, first)


def ancestor(shop: Workshop, bench: Bench, fusion: Any, _: Path) -> None:
    """What all others start from."""
    shop.train("seed", fusion.seed_stage())
    bench.row("seed", shop.at("seed"))


def ours(shop: Workshop, bench: Bench, fusion: Any, _: Path) -> None:
    """Specialists, concatenation, router, distillation."""
    parts = [f"{domain}-reinforced" for domain in SHARES]
    for domain, part in zip(SHARES, parts, strict=True):
        if not shop.has(part):
            shop.train(domain, fusion.specialist(domain))
            bench.row(domain, shop.at(domain))
        shop.train(part, fusion.reinforced(domain))
        bench.row(part, shop.at(part))
    shop.concatenated("concatenated", parts, "seed", fusion.seed)
    bench.row("concatenated", shop.at("concatenated"))
    shop.train("router", fusion.router())
    bench.row("router", shop.at("router"))
    shop.train("distilled", fusion.distilled())
    bench.row("distilled", shop.at("distilled"))


def look_inside(shop: Workshop, bench: Bench, _: Any, __: Path) -> None:
    """The fused model's routing, what it loses without a block, and its dials."""
    path = bench.rows / "experts.json"
    if path.is_file():
        return
    checkpoint = shop.at("distilled")
    model = load_checkpoint(checkpoint)
    tokenizer = str(Path(checkpoint) / "tekken.json")
    usage = usage_by_domain(model, tokenizer, [(source,) for source in everything()])
    record = {
        "mutual_information_bits": round(mutual_information(usage), 4),
        "dead_experts": dead_experts(usage),
        "usage": usage.round(5).tolist(),
        "without_block": {
            domain: accuracies(bench, without_block(model, *block(number)), tokenizer)
            for number, domain in enumerate(SHARES)
        },
        "experts": {
            str(count): accuracies(bench, model, tokenizer, experts=count) for count in COUNTS
        },
        "efforts": {
            effort: accuracies(bench, model, tokenizer, effort=effort) for effort in EFFORTS
        },
    }
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    say(f"experts: {record['without_block']}")


def block(number: int) -> tuple[int, int]:
    """The experts that came from specialist `number`."""
    return ANCHORS + number * BLOCK, ANCHORS + (number + 1) * BLOCK


def accuracies(
    bench: Bench, model: Any, tokenizer: str, effort: str = "high", experts: int | None = None
) -> dict[str, float]:
    """By domain, on fewer exercises than a row has."""
    generator = make_generator(model, tokenizer)
    return {
        source.domain: measure(
            generator, draw_items(source, bench.items)[:SIDE_ITEMS], effort, experts
        ).accuracy
        for source in bench.sources
    }


def control_merges(shop: Workshop, bench: Bench, fusion: Any, _: Path) -> None:
    """The weak ways to fuse: what the specialists started from is their base."""
    shop.upcycled("specialists-base", "seed", ANCHORS + BLOCK, fusion.seed)
    for method in METHODS:
        parts = [f"{domain}-reinforced" for domain in SHARES]
        shop.merged(method, method, parts, "specialists-base", fusion.seed)
        bench.row(method, shop.at(method))


def control_sequential(shop: Workshop, bench: Bench, fusion: Any, first: Path) -> None:
    """One domain after the other, at the rate that was best for the first seed."""
    rates = RATES if bench.rows == first else (best_rate(first),)
    for rate in rates:
        for number in range(len(SHARES)):
            sequence(shop, bench, fusion, f"sequential-{rate:g}", number, rate)


def control_replay(shop: Workshop, bench: Bench, fusion: Any, first: Path) -> None:
    """The same with a tenth of earlier domains' examples; the first domain has none before it."""
    rate = best_rate(first)
    for number in range(1, len(SHARES)):
        start = stage_name(f"sequential-{rate:g}", 0) if number == 1 else None
        sequence(shop, bench, fusion, "replay", number, rate, REPLAY, start)


def stage_name(name: str, number: int) -> str:
    """A sequence's stage for domain `number`."""
    return f"{name}-{number}-{list(SHARES)[number]}"


def sequence(
    shop: Workshop,
    bench: Bench,
    fusion: Any,
    name: str,
    number: int,
    rate: float,
    replay: float = 0.0,
    start: str | None = None,
) -> None:
    """Train on domain `number` and measure, so that forgetting can be seen."""
    if start is None:
        start = stage_name(name, number - 1) if number else "seed"
    stage = stage_name(name, number)
    shop.train(stage, fusion.sequential(number, shop.at(start), rate, replay))
    is_last = number == len(SHARES) - 1
    validation = {"validation": bench.validated(shop.at(stage))} if is_last else {}
    bench.row(stage, shop.at(stage), rate=rate, replay=replay, **validation)


def best_rate(first: Path) -> float:
    """The rate whose last model is best on validation exercises of all domains."""
    last = [first / f"{stage_name(f'sequential-{r:g}', len(SHARES) - 1)}.json" for r in RATES]
    rows = [json.loads(path.read_text()) for path in last]
    return float(max(rows, key=lambda row: row["validation"])["rate"])


def control_joint(shop: Workshop, bench: Bench, fusion: Any, _: Path) -> None:
    """All data at once, at equal total tokens."""
    shop.train("joint", fusion.joint())
    bench.row("joint", shop.at("joint"))


def control_longer(shop: Workshop, bench: Bench, fusion: Any, _: Path) -> None:
    """Specialists with their share of the distillation's tokens."""
    for domain in SHARES:
        shop.train(f"{domain}-longer", fusion.longer(domain))
        bench.row(f"{domain}-longer", shop.at(f"{domain}-longer"))


PARTS = {
    "seed": ancestor,
    "ours": ours,
    "inside": look_inside,
    "sequential": control_sequential,
    "joint": control_joint,
    "merges": control_merges,
    "replay": control_replay,
    "longer": control_longer,
}
ONCE = ("merges", "replay", "longer")
"""Parts that only the first seed has."""


def say(text: str) -> None:
    """A line with the time."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


if __name__ == "__main__":
    main()
