"""Deals the experts of a joint model out to three specialists: what `recipes/mini_fusion.py` starts
from.

python scripts/split_experts.py [mini] [--into runs/mini-fusion] [--blocks FILE]

A specialist holds the 8 experts of each layer that all domains use, and the 40 that its own domain
uses most. Fusing the three again, untrained, gives the model they were split from. Who got which is
kept in FILE and read from there the next time: specialists that were dealt differently do not fuse,
and use changes with the exercises.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import resolve_directory
from trinity.model.small4 import Small4
from trinity.pipeline.experts import blocks_by_usage, usage_by_domain
from trinity.pipeline.export import write_checkpoint
from trinity.pipeline.stages import load_checkpoint
from trinity.train.corpus import Source
from trinity.train.fuse import split

BLOCKS = Path(__file__).parents[1] / "recipes/stages/mini-blocks.json"
ANCHORS = 8
DOMAINS: dict[str, tuple[Source, ...]] = {
    "reasoning": (Source("reasoning", 1.0),),
    "vision": (Source("vision", 1.0),),
    "code": (Source("code", 0.75), Source("chat", 0.25)),
}


def main() -> None:
    """Split and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="mini")
    parser.add_argument("--into", type=Path, default=Path("runs/mini-fusion"))
    parser.add_argument("--blocks", type=Path, default=BLOCKS)
    arguments = parser.parse_args()
    directory = resolve_directory(arguments.model)
    model = load_checkpoint(arguments.model)
    assert isinstance(model, Small4)
    tokenizer = Tokenizer(directory / "tekken.json").path
    if not arguments.blocks.is_file():
        usage = usage_by_domain(model, str(tokenizer), list(DOMAINS.values()))
        write_blocks(arguments.blocks, *blocks_by_usage(usage, ANCHORS))
    parts = split(model, *read_blocks(arguments.blocks))
    for name, part in zip(DOMAINS, parts, strict=True):
        facts = {"trained_experts": [1, 6], "licence": "Apache-2.0", "recipe": "split_experts"}
        target = arguments.into / f"{name}-start" / "model"
        write_checkpoint(part, target, tokenizer.read_bytes(), facts)
        print(f"Wrote {target}.")


Experts = list[torch.Tensor]
"""Of each layer, the experts of one owner."""


def write_blocks(path: Path, anchors: Experts, blocks: list[Experts]) -> None:
    """Note who got which experts, a line a layer."""
    owners = {"anchors": anchors, **dict(zip(DOMAINS, blocks, strict=True))}
    parts = [
        f' "{owner}": [\n' + ",\n".join(f"  {layer.tolist()}" for layer in layers) + "\n ]"
        for owner, layers in owners.items()
    ]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def read_blocks(path: Path) -> tuple[Experts, list[Experts]]:
    """The inverse of `write_blocks`."""
    owners = json.loads(path.read_text(encoding="utf-8"))
    anchors, *blocks = (
        [torch.tensor(layer) for layer in owners[owner]] for owner in ("anchors", *DOMAINS)
    )
    return anchors, blocks


if __name__ == "__main__":
    main()
