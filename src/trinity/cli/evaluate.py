"""`trinity eval`: how often the model is right, by domain, effort and expert count."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trinity.cli.loading import open_llm
from trinity.cli.options import WeightsOption
from trinity.cli.terminal import duration, stderr, stdout
from trinity.config import EngineConfig
from trinity.errors import UsageError

if TYPE_CHECKING:
    from trinity.train.evaluate import Cell, EvalConfig
    from trinity.train.items import Domain

SIDE_SHARE = 0.4
"""Items of a side measurement (another effort or expert count), as a share of the main one's."""


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="`mini`, or the directory of a checkpoint.")
    ],
    items: Annotated[
        int | None,
        typer.Option(
            "--items", min=1, help="Exercises per domain. Default: 1000, or 50 when quick."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the figures as JSON.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer exercises, efforts and expert counts.")
    ] = False,
    weights: WeightsOption = "auto",
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other exercises.")] = 0,
    specialists: Annotated[
        list[str] | None,
        typer.Option(
            "--specialist",
            metavar="DOMAIN=DIR",
            help="Measure this checkpoint on the same exercises of a domain, and say how much of "
            "its accuracy MODEL has. May be repeated.",
        ),
    ] = None,
) -> None:
    """Measure how often the model is right.

    The exercises were never trained on, and exact rules judge the answers.
    """
    from trinity.cli.scoreboard import show_retention, show_scoreboard, summary_line
    from trinity.train.evaluate import evaluate as measure

    if out is not None and not out.parent.is_dir():
        raise UsageError(f"There is no directory {out.parent} to write {out.name} into.")
    config = _config(items, quick, seed)
    rivals = _rivals(specialists or [])
    llm, _ = open_llm(model, EngineConfig(weights=weights, speculation=False))
    if not llm.config.n_routed_experts:
        config = replace(config, experts=())
    started = time.monotonic()
    progress = stderr()
    cells = measure(llm, config, lambda cell: progress.print(summary_line(cell), style="dim"))
    console = stdout()
    show_scoreboard(cells, console)
    retained = [_retention(domain, path, cells, config, weights) for domain, path in rivals]
    show_retention(retained, console)
    seconds = time.monotonic() - started
    console.print(f"\n{llm.model_name}, seed {seed}, {duration(seconds)}.")
    if out is not None:
        facts = {"config": asdict(config), "weights": weights, "seconds": round(seconds, 1)}
        rows = {"cells": [cell.record() for cell in cells], "retention": retained}
        record = {"model": llm.model_name, **facts, **rows}
        out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _config(items: int | None, quick: bool, seed: int) -> EvalConfig:
    from trinity.train.evaluate import EvalConfig

    count = items or (50 if quick else EvalConfig().items)
    side = max(1, round(count * SIDE_SHARE))
    if quick:
        return EvalConfig(items=count, items_side=side, efforts=("none",), experts=(1,), seed=seed)
    return EvalConfig(items=count, items_side=side, seed=seed)


def _rivals(specialists: list[str]) -> list[tuple[Domain, str]]:
    """What `--specialist` names, in pairs of domain and checkpoint."""
    from trinity.train.families import scored_families
    from trinity.train.items import DOMAINS

    known = {domain: domain for domain in DOMAINS if scored_families(domain)}
    pairs = []
    for text in specialists:
        name, _, path = text.partition("=")
        if name not in known or not path:
            raise UsageError(
                f"--specialist is {text!r}; it must be DOMAIN=DIR, with a domain of "
                f"{', '.join(known)}."
            )
        pairs.append((known[name], path))
    return pairs


def _retention(
    domain: Domain, path: str, cells: list[Cell], config: EvalConfig, weights: str
) -> dict[str, Any]:
    """How much of a specialist's accuracy the model has, both at full effort."""
    from trinity.pipeline.statistics import retention
    from trinity.train.evaluate import measure_domain

    own = next(c for c in cells if c.domain == domain and c.verdicts)
    llm, _ = open_llm(path, EngineConfig(weights=weights, speculation=False))
    theirs = measure_domain(llm, domain, config)
    share, low, high = retention(own.verdicts, theirs.verdicts)
    return {
        "domain": domain,
        "specialist": path,
        "specialist_accuracy": theirs.accuracy,
        "accuracy": own.accuracy,
        "retention": share,
        "low": low,
        "high": high,
    }
