"""The table and the plots of the fusion proof, from the rows in docs/proof.

python scripts/proof_report.py [--rows docs/proof]      (the last step of make proof)

Writes README.md and PNG files beside the rows. What is not measured yet is left out and said so.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from trinity.pipeline.proof import RATES
from trinity.pipeline.statistics import headroom, interval, paired_means, retention

ROOT = Path(__file__).parents[1]
DOMAINS = ("reasoning", "vision", "code")
ROWS = (
    ("seed", "seed: 8 experts, easy exercises"),
    *((domain, f"specialist in {domain}, supervised") for domain in DOMAINS),
    *((f"{domain}-reinforced", f"specialist in {domain}, reinforced") for domain in DOMAINS),
    *(
        (f"{domain}-longer", f"the same and its share of further tokens: {domain}")
        for domain in DOMAINS
    ),
    ("average", "average of the specialists"),
    ("task-arithmetic", "task arithmetic"),
    ("ties", "TIES"),
    ("dare", "DARE"),
    *(
        (f"sequential-{rate:g}-2-code", f"one domain after the other, rate {rate:g}")
        for rate in RATES
    ),
    ("sequential", "one domain after the other, the rate best on validation"),
    ("replay", "the same with 10 % replay"),
    ("joint", "all data at once, equal total tokens"),
    ("concatenated", "experts side by side, calibrated"),
    ("router", "and the router trained (BTX)"),
    ("distilled", "**and distilled (ours)**"),
)

Rows = dict[str, dict[str, Any]]


def main() -> None:
    """Write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=ROOT / "docs/proof")
    folder = parser.parse_args().rows
    lineages = {path.name: read_rows(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    parts = ["# The fusion proof\n", INTRODUCTION]
    for size in sorted({name.rsplit("-", 1)[0] for name in lineages}):
        begun = {n: rows for n, rows in lineages.items() if n.rsplit("-", 1)[0] == size}
        # Means over other seeds in one row than in the next would not compare.
        seeds = {n: rows for n, rows in begun.items() if "distilled" in rows} or begun
        parts += [f"\n## Preset `{size}`, {len(seeds)} seed(s)\n", table(list(seeds.values()))]
        if left_out := sorted(begun.keys() - seeds.keys()):
            parts.append(f"\nBegun, and not counted before it has ours: {', '.join(left_out)}.")
        parts.append(verdict(seeds))
        first = folder / next(iter(seeds))
        parts += plots(folder, size, next(iter(seeds.values())), first / "experts.json")
    (folder / "README.md").write_text("\n".join(parts) + "\n", encoding="utf-8")
    print(f"Wrote {folder / 'README.md'}.")


INTRODUCTION = """Made by `make proof` (`scripts/proof.py`, then `scripts/proof_report.py`). Every
row is a JSON file here, with the verdict on each exercise: 1,000 held-out exercises a domain,
instances and wordings that training never shows, exact rules, greedy answers at effort `high` with
4 experts. All models have the same active compute."""


def read_rows(folder: Path) -> Rows:
    """The rows of one lineage by name, the best sequential run under the name `sequential`."""
    rows = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
        if path.stem != "experts"
    }
    last = [r for name, r in rows.items() if name.startswith("sequential") and "-2-" in name]
    if last:
        best = max(last, key=lambda row: row["validation"])
        stem = re.sub(r"-2-\w+$", "", best["name"])
        for number, domain in enumerate(DOMAINS):
            rows[f"sequential@{number}"] = rows[f"{stem}-{number}-{domain}"]
        rows["sequential"] = best
    if "replay-2-code" in rows:
        rows["replay"] = rows["replay-2-code"]
    return rows


def accuracy(row: dict[str, Any], domain: str) -> float:
    """Share of a row's exercises of a domain that were answered right."""
    return float(row["domains"][domain]["accuracy"])


def table(lineages: list[Rows]) -> str:
    """Accuracy by row and domain: mean over seeds, and deviation where there are several."""
    lines = ["| model | reasoning | vision | code | mean |", "| --- | --- | --- | --- | --- |"]
    for name, title in ROWS:
        found = [rows[name] for rows in lineages if name in rows]
        if not found:
            continue
        cells = [[accuracy(row, domain) for row in found] for domain in DOMAINS]
        cells.append([mean(values) for values in zip(*cells, strict=True)])
        lines.append(f"| {title} | " + " | ".join(map(percent, cells)) + " |")
    missing = [title for name, title in ROWS if not any(name in rows for rows in lineages)]
    if missing:
        lines.append(f"\nNot measured yet: {'; '.join(missing)}.")
    return "\n".join(lines)


def percent(values: list[float]) -> str:
    """A mean in percent, with the deviation over seeds."""
    shown = f"{100 * mean(values):.1f}"
    return shown if len(values) < 2 else f"{shown} ± {100 * stdev(values):.1f}"


def verdict(seeds: dict[str, Rows]) -> str:
    """A line for each lineage that has ours: retention, headroom, forgetting, and the difference
    to joint training."""
    lines = [
        "\n| lineage | retention: reasoning | vision | code | headroom | forgotten by sequential | "
        "by replay | ours - joint |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, rows in seeds.items():
        if "distilled" in rows:
            cells = [*retained(rows), captured(rows), forgotten(rows, "sequential@0", "sequential")]
            cells += [forgotten(rows, "sequential@0", "replay"), beside_joint(rows)]
            lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join([*lines, LEGEND])


LEGEND = """
Retention: accuracy as a share of the own reinforced specialist's. Headroom: share of the way from
the seed to the specialists, mean of the domains. Forgotten: points that the first domain loses
while the others are trained. In brackets: 95 % intervals of the paired bootstrap over exercises."""


def retained(rows: Rows) -> list[str]:
    """Retention in each domain."""
    found = [
        retention(marks(rows["distilled"], domain), marks(rows[f"{domain}-reinforced"], domain))
        for domain in DOMAINS
    ]
    return [f"{ratio:.3f} ({low:.3f} to {high:.3f})" for ratio, low, high in found]


def captured(rows: Rows) -> str:
    """Headroom captured, mean of the domains."""
    shares = [
        headroom(
            accuracy(rows["distilled"], domain),
            accuracy(rows["seed"], domain),
            accuracy(rows[f"{domain}-reinforced"], domain),
        )
        for domain in DOMAINS
    ]
    return f"{mean(shares):.3f}"


def forgotten(rows: Rows, first: str, last: str) -> str:
    """Points that the first domain loses from one row to another."""
    if first not in rows or last not in rows:
        return ""
    lost = accuracy(rows[first], DOMAINS[0]) - accuracy(rows[last], DOMAINS[0])
    return f"{100 * lost:.1f}"


def beside_joint(rows: Rows) -> str:
    """How many points ours is better than joint training, over all exercises."""
    if "joint" not in rows:
        return ""
    ours, joint = (
        [mark for domain in DOMAINS for mark in marks(rows[name], domain)]
        for name in ("distilled", "joint")
    )
    means = 100 * paired_means([ours, joint])
    low, high = interval(means[:, 0] - means[:, 1])
    return f"{100 * (mean(ours) - mean(joint)):+.1f} ({low:+.1f} to {high:+.1f})"


def marks(row: dict[str, Any], domain: str) -> list[bool]:
    """The verdicts of a row."""
    return [mark == "1" for mark in row["domains"][domain]["verdicts"]]


def plots(folder: Path, size: str, rows: Rows, experts: Path) -> Iterable[str]:
    """Draw what there is; yields the Markdown that shows it."""
    draw_rows(rows).savefig(folder / f"{size}-rows.png", dpi=110)
    yield f"\n![Accuracy by model and domain]({size}-rows.png)"
    if "sequential" in rows:
        draw_forgetting(rows).savefig(folder / f"{size}-forgetting.png", dpi=110)
        yield f"![Accuracy while domains are trained one after the other]({size}-forgetting.png)"
    if experts.is_file():
        record = json.loads(experts.read_text(encoding="utf-8"))
        draw_routing(record).savefig(folder / f"{size}-routing.png", dpi=110)
        draw_dials(record).savefig(folder / f"{size}-dials.png", dpi=110)
        yield f"![Share of each domain's tokens by expert]({size}-routing.png)"
        yield f"![Accuracy by experts and by effort]({size}-dials.png)"
        yield knock_outs(record)


def draw_rows(rows: Rows) -> Figure:
    """Bars: every model, three domains."""
    named = [(title.replace("*", ""), rows[name]) for name, title in ROWS if name in rows]
    figure = Figure(figsize=(9, 0.34 * len(named) + 1), layout="constrained")
    axis = figure.subplots()
    places = np.arange(len(named))
    for index, domain in enumerate(DOMAINS):
        values = [100 * accuracy(row, domain) for _, row in named]
        axis.barh(places + 0.27 * (index - 1), values, height=0.25, label=domain)
    axis.set_yticks(places, [title for title, _ in named])
    axis.invert_yaxis()
    axis.set(xlabel="right, %", xlim=(0, 100))
    axis.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper right", ncols=len(DOMAINS))
    return figure


def draw_forgetting(rows: Rows) -> Figure:
    """Lines: each domain's accuracy after each stage of sequential training, and ours."""
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    axis = figure.subplots()
    stages = [rows["seed"], *(rows[f"sequential@{number}"] for number in range(3))]
    for domain in DOMAINS:
        values = [100 * accuracy(row, domain) for row in stages]
        [line] = axis.plot(range(4), values, marker="o", label=f"{domain}, sequential")
        if "distilled" in rows:
            ours = 100 * accuracy(rows["distilled"], domain)
            axis.plot([3.4], [ours], marker="*", markersize=12, color=line.get_color())
    axis.set_xticks([0, 1, 2, 3, 3.4], ["seed", *(f"+ {d}" for d in DOMAINS), "ours"])
    axis.set(ylabel="right, %", ylim=(0, 100))
    axis.grid(alpha=0.3)
    axis.legend()
    return figure


def draw_routing(record: dict[str, Any]) -> Figure:
    """Heat: experts across, layers down, one panel a domain."""
    usage = np.array(record["usage"])
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots(len(DOMAINS), 1, sharex=True)
    for axis, domain, shares in zip(axes, DOMAINS, usage, strict=True):
        axis.imshow(np.sqrt(shares), aspect="auto", cmap="magma", interpolation="nearest")
        axis.set(ylabel=domain, yticks=[])
        for edge in (8, 48, 88):
            axis.axvline(edge - 0.5, color="white", linewidth=1)
    axes[-1].set_xlabel("expert: 8 anchors, then 40 of each specialist")
    return figure


def draw_dials(record: dict[str, Any]) -> Figure:
    """Lines: accuracy by expert count, and by effort."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for axis, key, title in ((left, "experts", "experts per token"), (right, "efforts", "effort")):
        for domain in DOMAINS:
            values = [100 * by_domain[domain] for by_domain in record[key].values()]
            axis.plot(list(record[key]), values, marker="o", label=domain)
        axis.set(xlabel=title, ylim=(0, 100))
        axis.grid(alpha=0.3)
    left.set_ylabel("right, %")
    right.legend()
    return figure


def knock_outs(record: dict[str, Any]) -> str:
    """A table: what is left of each domain without each specialist's block, on the same exercises
    (fewer than a row's)."""
    lines = [
        "\n| without the experts of | reasoning | vision | code |",
        "| --- | --- | --- | --- |",
    ]
    whole = {"nobody": record["efforts"]["high"]}
    for block, by_domain in (record["without_block"] | whole).items():
        cells = " | ".join(f"{100 * by_domain[domain]:.1f}" for domain in DOMAINS)
        lines.append(f"| {block} | {cells} |")
    bits, dead = record["mutual_information_bits"], record["dead_experts"]
    lines.append(
        f"\nThe chosen expert tells {bits:.2f} bits of the domain (of {np.log2(3):.2f}); {dead} "
        "experts, counted over all layers, are never used."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
