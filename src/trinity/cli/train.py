"""`trinity train`: run a recipe, resume it, export what it made."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trinity.cli.interrupts import stop_on_interrupt
from trinity.cli.recipes import adjusted, load_recipe
from trinity.cli.terminal import duration, say, stdout
from trinity.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from trinity.train.trainer import StageConfig

OnReport = Callable[[dict[str, float]], None]

NO_KERNELS = (
    "The C++ kernels are not built: on a CPU, training uses plain PyTorch and takes longer. "
    "`trinity doctor` says what mends it."
)


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            metavar="[RECIPE]",
            help="A Python file, and a function in it that returns a stage: FILE.py[:FUNCTION].",
        ),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="DIR", help="The run's directory. Default: runs/RECIPE."),
    ] = None,
    tokens: Annotated[
        int | None, typer.Option("--tokens", min=1, help="Length of the whole run.")
    ] = None,
    stop_at: Annotated[
        int | None, typer.Option("--stop-at", min=1, help="Stop at this many tokens; save.")
    ] = None,
    lr: Annotated[float | None, typer.Option("--lr", min=0.0, help="Peak learning rate.")] = None,
    start: Annotated[
        Path | None,
        typer.Option("--start", metavar="CHECKPOINT", help="Weights to start from."),
    ] = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Leave out rows of own data that are unusable.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="DIR", help="Write the result as a checkpoint."),
    ] = None,
) -> None:
    """Train a recipe, or go on with its run.

    Start the same command again to resume; Ctrl-C saves and stops. With --export and no recipe,
    the newest checkpoint of --run is written without training.
    """
    # Here, since recipes load PyTorch, which reads it then: its threads would spin while those of
    # the kernels work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    if recipe is None:
        if run is None or export is None:
            raise UsageError("Give a recipe to train, or --run and --export to write a checkpoint.")
        if any(value is not None for value in (tokens, stop_at, lr, start)):
            raise UsageError("--tokens, --stop-at, --lr and --start need a recipe to apply to.")
        _export(run, export, None)
        return
    config, name = load_recipe(recipe)
    config = adjusted(config, tokens, lr, start)
    if skip_bad_rows:
        config = _skipping_bad_rows(config)
    directory = run or Path("runs") / name
    stopped = _train(config, directory, name, stop_at)
    if export is not None and not stopped:
        _export(directory, export, name)


def _skipping_bad_rows(config: StageConfig) -> StageConfig:
    from trinity.train.supervised import SupervisedConfig

    if not isinstance(config, SupervisedConfig) or config.own_data is None:
        raise UsageError("--skip-bad-rows needs a recipe with `own_data`.")
    return replace(config, own_data=replace(config.own_data, skip_bad_rows=True))


def _train(config: StageConfig, directory: Path, name: str, stop_at: int | None) -> bool:
    """Run or resume; whether Ctrl-C ended it."""
    from rich.console import Console

    from trinity.ops import dispatch
    from trinity.pipeline.stages import make_trainer
    from trinity.train.distributed import is_first

    _check_same_shape(config, directory)
    # Of the processes that torchrun starts, one speaks.
    console = stdout() if is_first() else Console(file=io.StringIO())
    if not dispatch.HAS_NATIVE:
        say(console, NO_KERNELS)
    # Entered first, so that the data process inherits the quiet answer to Ctrl-C.
    with stop_on_interrupt() as stopped:
        trainer = make_trainer(config, directory)
        trainer.files.log({"kind": "start", "recipe": name, "tokens": trainer.state.tokens})
        for note in trainer.notes:
            say(console, note)
        if trainer.state.tokens:
            say(console, f"Resuming {directory} at {_millions(trainer.state.tokens)} tokens.")
        with _progress(config.total_tokens, trainer.state.tokens, console) as on_report:
            trainer.run(on_report, stop_at, stopped.is_set)
        trainer.devices.close()
    ending = "Stopped" if stopped.is_set() else "Done"
    say(console, f"{ending} at {_millions(trainer.state.tokens)} tokens; saved in {directory}.")
    return stopped.is_set()


def _check_same_shape(config: StageConfig, directory: Path) -> None:
    path = directory / "config.json"
    if not path.is_file():
        return
    try:
        earlier = json.loads(path.read_text(encoding="utf-8")).get("model")
    except json.JSONDecodeError:
        return  # torn when a run was killed; the checkpoints beside it are whole or absent
    if earlier != json.loads(json.dumps(asdict(config.model))):
        raise ConfigError(
            f"The run {directory} trains a model of another shape; give this recipe its own --run."
        )


def _export(run: Path, directory: Path, recipe: str | None) -> None:
    from trinity.pipeline.export import export_run
    from trinity.train.distributed import is_first

    if not is_first():
        return
    tokens = export_run(run, directory, recipe)
    say(stdout(), f"Wrote {directory}, trained on {_millions(tokens)} tokens.")


@contextmanager
def _progress(total: int, done: int, console: Console) -> Iterator[OnReport]:
    """Something to report to: a moving bar on a terminal, else a line for each report."""
    if not console.is_terminal:
        yield lambda report: say(console, _line(report, total))
        return
    from rich.progress import BarColumn, Progress, TextColumn

    progress = Progress(BarColumn(bar_width=20), TextColumn("{task.description}"), console=console)
    with progress:
        task = progress.add_task("making the first examples …", total=total, completed=done)
        yield lambda report: progress.update(
            task, completed=report.get("tokens", 0), description=_line(report, total)
        )


def _line(report: dict[str, float], total: int) -> str:
    if "pages" in report:
        return (
            f"image encoder · {report['pages']:,.0f} labelled pages · "
            f"{report['accuracy']:.0%} of the characters"
        )
    from trinity.train.example import ORIGINS

    domains = " ".join(f"{name} {report[name]:.2f}" for name in ORIGINS if name in report)
    progress = f"{_millions(report['tokens'])} of {_millions(total)}"
    skipped = f" · {report['skipped']:.0f} steps skipped" if report.get("skipped") else ""
    return (
        f"{progress} · loss {report['loss']:.3f} ({domains}) · "
        f"{report['tokens_per_s']:,.0f} tokens/s · {duration(report['seconds_left'])} left"
        f"{skipped}"
    )


def _millions(tokens: float) -> str:
    return f"{tokens / 1e6:.2f} M"
