"""Deals the experts of a joint model out to three specialists: what `recipes/mini_fusion.py` starts
from.

python scripts/split_experts.py [mini] [--into runs/mini-fusion]

A specialist holds the 8 experts of each layer that all domains use, and the 40 that its own domain
uses most. Fusing the three again, untrained, gives the model they were split from.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import resolve_directory
from trinity.model.small4 import Small4
from trinity.pipeline.experts import blocks_by_usage, usage_by_domain
from trinity.pipeline.export import write_checkpoint
from trinity.pipeline.stages import load_checkpoint
from trinity.train.corpus import Source
from trinity.train.fuse import split

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
    arguments = parser.parse_args()
    directory = resolve_directory(arguments.model)
    model = load_checkpoint(arguments.model)
    assert isinstance(model, Small4)
    tokenizer = Tokenizer(directory / "tekken.json").path
    usage = usage_by_domain(model, str(tokenizer), list(DOMAINS.values()))
    parts = split(model, *blocks_by_usage(usage, ANCHORS))
    for name, part in zip(DOMAINS, parts, strict=True):
        facts = {"trained_experts": [1, 6], "licence": "Apache-2.0", "recipe": "split_experts"}
        target = arguments.into / f"{name}-start" / "model"
        write_checkpoint(part, target, tokenizer.read_bytes(), facts)
        print(f"Wrote {target}.")


if __name__ == "__main__":
    main()
