"""How often a checkpoint is right in each trained family, on validation exercises.

python scripts/family_accuracy.py recipes/stages/mini-reasoning reasoning [--items 10]

For choosing what a specialist is trained on next: `WEAK` in `recipes/mini_fusion.py` comes from
here. What is reported of a model comes from `trinity eval`, on exercises of the test split.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

from trinity.pipeline.measure import measure, open_generator
from trinity.train.families import trained_families
from trinity.train.items import DOMAINS, Family, Item, Split, draw, levels_with

MAX_TOKENS = 400


def main() -> None:
    """Print the families, the weakest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("domain", choices=DOMAINS)
    parser.add_argument("--items", type=int, default=10, help="Exercises of each family.")
    arguments = parser.parse_args()
    families = [family for family in trained_families(arguments.domain) if not family.drill]
    items = [item for family in families for item in exercises(family, arguments.items)]
    generator = open_generator(str(arguments.checkpoint))
    verdicts = iter(measure(generator, items, max_tokens=MAX_TOKENS).verdicts)
    shares = {
        family.name: sum(next(verdicts) for _ in range(arguments.items)) / arguments.items
        for family in families
    }
    for name, share in sorted(shares.items(), key=lambda entry: entry[1]):
        print(f"{share:5.0%}  {name}")
    print(f"{sum(shares.values()) / len(shares):5.0%}  mean of {len(shares)} families")


def exercises(family: Family, count: int) -> Iterator[Item]:
    """`count` validation exercises, of all levels in turn; always the same ones."""
    rng = random.Random(f"family/{family.name}")
    levels = levels_with(family, Split.VALIDATION, 1, 5)
    for number in range(count):
        yield draw(family, Split.VALIDATION, rng, levels[number % len(levels)])


if __name__ == "__main__":
    main()
