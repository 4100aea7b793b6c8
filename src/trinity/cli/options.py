"""Command-line options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trinity.config import WEIGHTS
from trinity.types import EFFORTS, Effort, Mode

WEIGHTS_HELP = (
    f"What weights are held as in memory: {', '.join(WEIGHTS)}. `auto` is what the checkpoint "
    "serves best as, where it says so, else loses nothing; `mixed` is int4 for routed experts and "
    "int8 for all else."
)
ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="`mini`, or the directory of a checkpoint.",
        show_default=True,
    ),
]
WeightsOption = Annotated[
    str,
    typer.Option(
        "--weights",
        metavar="W",
        help=WEIGHTS_HELP,
        show_default=True,
    ),
]
EffortOption = Annotated[
    Effort | None,
    typer.Option("--effort", metavar="E", help=f"How hard to think: {', '.join(EFFORTS)}."),
]
IntensityOption = Annotated[
    int | None,
    typer.Option(
        "--intensity",
        metavar="N",
        min=0,
        max=100,
        help="The same dial in numbers; not with --effort.",
    ),
]
ExpertsOption = Annotated[
    int | None,
    typer.Option("--experts", metavar="K", min=1, help="Experts per token in every layer."),
]
BudgetOption = Annotated[
    int | None,
    typer.Option("--budget", metavar="N", min=0, help="Most thinking tokens; 0 forbids thinking."),
]
EarlyExitOption = Annotated[
    bool | None,
    typer.Option(
        "--early-exit/--no-early-exit",
        help="End the thinking as soon as a trial answer is confident; some answers get worse.",
    ),
]
LossyOption = Annotated[
    bool | None,
    typer.Option(
        "--lossy/--lossless",
        help="Trade some quality for speed as the mode's profile says; not in mode balanced.",
    ),
]
ModeOption = Annotated[
    Mode | None,
    typer.Option(
        "--mode", metavar="M", help=f"What the scheduler optimises for: {', '.join(Mode)}."
    ),
]
SystemOption = Annotated[
    str | None, typer.Option("--system", metavar="TEXT", help="A system prompt.")
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", help="Fixes the random choices. Default: drawn at random."),
]
TemperatureOption = Annotated[
    float | None,
    typer.Option(
        "--temperature", metavar="X", min=0.0, max=2.0, help="0 picks the likeliest token."
    ),
]
MaxTokensOption = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", metavar="N", min=1, help="Most generated tokens, thinking included."
    ),
]
ImagesOption = Annotated[
    list[str] | None,
    typer.Option("--image", metavar="PATH", help="A picture; may be given several times."),
]
FilesOption = Annotated[
    list[Path] | None,
    typer.Option("--file", metavar="PATH", help="A text file put after the prompt; several times."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
KeyFileOption = Annotated[
    str | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        envvar="TRINITY_KEY_FILE",
        help="File of the keys that `trinity keys` creates and revokes; a server that runs sees "
        "every change.",
    ),
]
