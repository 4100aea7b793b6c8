"""`trinity eval`: how often the model is right, by domain, effort and expert count."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trinity.cli.loading import open_llm
from trinity.cli.options import WeightsOption
from trinity.cli.terminal import duration, stderr, stdout
from trinity.config import EngineConfig
from trinity.errors import UsageError

if TYPE_CHECKING:
    from trinity.train.evaluate import EvalConfig

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
) -> None:
    """Measure how often the model is right.

    The exercises were never trained on, and exact rules judge the answers.
    """
    from trinity.cli.scoreboard import show_scoreboard, summary_line
    from trinity.train.evaluate import evaluate as measure

    if out is not None and not out.parent.is_dir():
        raise UsageError(f"There is no directory {out.parent} to write {out.name} into.")
    config = _config(items, quick, seed)
    llm, _ = open_llm(model, EngineConfig(weights=weights, speculation=False))
    if not llm.config.n_routed_experts:
        config = replace(config, experts=())
    started = time.monotonic()
    progress = stderr()
    cells = measure(llm, config, lambda cell: progress.print(summary_line(cell), style="dim"))
    seconds = time.monotonic() - started
    console = stdout()
    show_scoreboard(cells, console)
    console.print(f"\n{llm.model_name}, seed {seed}, {duration(seconds)}.")
    if out is not None:
        record = {
            "model": llm.model_name,
            "config": asdict(config),
            "weights": weights,
            "seconds": round(seconds, 1),
            "cells": [cell.record() for cell in cells],
        }
        out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _config(items: int | None, quick: bool, seed: int) -> EvalConfig:
    from trinity.train.evaluate import EvalConfig

    count = items or (50 if quick else EvalConfig().items)
    side = max(1, round(count * SIDE_SHARE))
    if quick:
        return EvalConfig(items=count, items_side=side, efforts=("none",), experts=(1,), seed=seed)
    return EvalConfig(items=count, items_side=side, seed=seed)
