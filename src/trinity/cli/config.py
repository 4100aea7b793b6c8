"""`trinity config`: which settings a server would have, and why."""

from __future__ import annotations

import typer

from trinity.cli.settings import SECRET, Explained, as_toml, explain, parse_serve

config = typer.Typer(help="See what a server would be started with.")


@config.command(
    "explain", context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
def explain_settings(context: typer.Context) -> None:
    """Print every setting of `trinity serve`, where it comes from, and what it does.

    Takes the flags of `trinity serve`. A flag goes before a variable, that before the file, that
    before the default. What is printed is a configuration file itself, but for keys, which are not
    shown.
    """
    for found in explain(parse_serve(context, context.args)):
        typer.echo(f"# {' '.join(found.help.split())}\n{_line(found)}\n")


def _line(found: Explained) -> str:
    if found.name in SECRET:
        return f"# {found.name}: {'set' if found.value else 'unset'}  # {found.origin}"
    if found.value is None:
        return f"# {found.name}: unset  # {found.origin}"
    return f"{found.name} = {as_toml(found.value)}  # {found.origin}"
