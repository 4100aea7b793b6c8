"""Writes the card of a model from its scoreboard: `python scripts/model_card.py DIR`.

DIR is a checkpoint directory that holds `scoreboard.json`, as `trinity eval DIR --out` writes it.
Every figure of the card comes from that file and from the manifest.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from trinity.cli.recipes import load_recipe
from trinity.model.checkpoint import read_config
from trinity.model.cost import active_parameters, count_parameters
from trinity.train.families import FAMILIES

ROOT = Path(__file__).parents[1]
INTRODUCTION = """\
# {name}

A demonstration of the mechanism, not of what a large model knows: {total:,} parameters, 128 experts
of which 4 and a shared one are active, {active:,} parameters at work per token (head included,
embedding not). Trained on generated exercises, on nothing else; its last stage, {tokens:,} tokens,
is `trinity train {stage}`, and docs/fusion.md has those before it. Stored in BF16; native
kernels hold it as `{weights}` unless `--weights` says otherwise. Licence: {licence}.

It answers short questions inside its exercises' domains: arithmetic, small word problems, letters,
lists, dates, logic, short notes; words, numbers, shapes, charts, tables and plans in small pictures
(at most 192 pixels along the longest edge, larger ones are shrunk); small Python functions, calls
of tools, answers in JSON. It knows nothing of the world, and its context is 4,096 tokens, of which
it was trained on the first {length}.

## Scoreboard

Held-out exercises: instances, wordings and fonts of the test split, which training never shows.
Judged by exact rules, seed {seed}. Accuracy with its 95 % interval; `experts` is the number per
generated token and layer, `own` the effort's own setting.

    trinity eval {name} --items {items} {specialists}--out scoreboard.json
"""


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def accuracy(cell: dict[str, Any]) -> str:
    """Percent right, with the interval."""
    low, high = max(cell["low"], 0.0), cell["high"]
    return f"{100 * cell['accuracy']:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def totals(cells: list[dict[str, Any]]) -> str:
    """The table by domain, effort and experts."""
    rows = [
        [
            cell["domain"],
            cell["effort"],
            "own" if cell["experts"] is None else str(cell["experts"]),
            accuracy(cell),
            str(cell["items"]),
            f"{cell['mean_tokens']:.0f}",
        ]
        for cell in cells
        if cell["family"] is None
    ]
    return table(["domain", "effort", "experts", "right", "items", "tokens"], rows)


def trained_totals(cells: list[dict[str, Any]], trained: list[str]) -> str:
    """The table by domain at full effort, of the families that the model was trained on."""
    rows = []
    for domain in dict.fromkeys(cell["domain"] for cell in cells):
        own = [c for c in cells if c["domain"] == domain and c["family"] in trained]
        right, items = sum(c["correct"] for c in own), sum(c["items"] for c in own)
        if items:
            rows.append([domain, f"{100 * right / items:.1f} %", str(items)])
    return table(["domain", "right", "items"], rows)


def by_family(cells: list[dict[str, Any]], trained: list[str], *, unseen: bool) -> str:
    """The table by family at full effort: those named in `trained`, or the others."""
    rows = [
        [cell["domain"], cell["family"].replace("_", " "), accuracy(cell), str(cell["items"])]
        for cell in sorted(cells, key=lambda cell: (cell["domain"], -cell["accuracy"]))
        if cell["family"] is not None and (cell["family"] not in trained) == unseen
    ]
    return table(["domain", "family", "right", "items"], rows)


def retention(rows: list[dict[str, Any]]) -> str:
    """The table of how much of each specialist's accuracy the model has."""
    return table(
        ["domain", "specialist", "its accuracy", "this model's", "retention"],
        [
            [
                row["domain"],
                f"`{row['specialist']}`",
                f"{100 * row['specialist_accuracy']:.1f} %",
                f"{100 * row['accuracy']:.1f} %",
                f"{row['retention']:.3f} ({row['low']:.3f} to {row['high']:.3f})",
            ]
            for row in rows
        ],
    )


def stage(recipe: str) -> str:
    """What `trinity train` was given for the run `recipe`: a file, perhaps a function in it."""
    file, _, function = recipe.partition("-")
    return f"recipes/{file}.py" + (f":{function}" if function else "")


def longest(recipe: str) -> int:
    """The longest sequence that a recipe trains on, prompt and answer together."""
    config, _ = load_recipe(str(ROOT / stage(recipe)))
    return int(config.corpus.max_tokens)


def main() -> None:
    """Write README.md into the checkpoint directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory
    board = json.loads((directory / "scoreboard.json").read_text())
    manifest = json.loads((directory / "trinity.json").read_text())
    config = read_config(directory)
    trained = manifest.get("exercises") or [f.name for f in FAMILIES if not f.held_out]
    active = active_parameters(config, config.num_experts_per_tok)
    rows = board.get("retention", [])
    card = INTRODUCTION.format(
        **{"weights": "auto"} | manifest,
        total=count_parameters(config).total,
        active=active.with_head,
        seed=board["config"]["seed"],
        items=board["config"]["items"],
        stage=stage(manifest["recipe"]),
        length=longest(manifest["recipe"]),
        specialists="".join(f"--specialist {r['domain']}={r['specialist']} " for r in rows),
    )
    retained = ["## Against its specialists, at high effort\n", retention(rows)] if rows else []
    sections = [
        card,
        totals(board["cells"]),
        "## Of the kinds it was trained on, at high effort\n",
        trained_totals(board["cells"], trained),
        *retained,
        "## By family, at high effort\n",
        by_family(board["cells"], trained, unseen=False),
        "## Families never trained on\n",
        by_family(board["cells"], trained, unseen=True),
    ]
    (directory / "README.md").write_text("\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
