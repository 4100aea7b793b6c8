"""`trinity doctor`: what works on this machine, and what mends the rest."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from trinity.cli.options import JsonOption
from trinity.cli.terminal import stdout
from trinity.config import ServerConfig

if TYPE_CHECKING:
    from rich.console import Console

    from trinity.cli.checks import Finding


def doctor(as_json: JsonOption = False) -> None:
    """Check the installation, and say what mends it.

    Exit code 1 where the base does not work.
    """
    from trinity.cli.checks import Status, findings

    found = []
    console = stdout()
    for finding in findings(ServerConfig().port):
        found.append(finding)
        if not as_json:
            _show(finding, console)
    works = all(finding.status is not Status.FAILED for finding in found)
    if as_json:
        print(json.dumps({"works": works, "checks": [asdict(f) for f in found]}, indent=2))
    elif works:
        console.print("The base works.", style="green")
    else:
        console.print("The base does not work: mend what is marked ✗.", style="red")
    if not works:
        raise typer.Exit(1)


def _show(finding: Finding, console: Console) -> None:
    mark, style = {"ok": ("✓", "green"), "note": ("•", "yellow"), "failed": ("✗", "red")}[
        finding.status
    ]
    console.print(mark, style=style, end=" ")
    console.print(f"{finding.name:14} {finding.detail}", soft_wrap=True)
    if finding.mend:
        console.print(f"  {'':14} → {finding.mend}", style="dim", soft_wrap=True)
