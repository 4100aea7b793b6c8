"""`trinity keys`: API keys of a server, created, listed and revoked while it runs.

The file of settings is an option for what it says of the key file; its callback reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trinity.cli.options import KeyFileOption
from trinity.cli.settings import ConfigFileOption
from trinity.cli.terminal import say, stderr
from trinity.errors import UsageError
from trinity.server.keys import Scope, create_key, read_keys, revoke_key

keys = typer.Typer(help="Create, list and revoke API keys of a server.")

_Name = Annotated[
    str, typer.Argument(metavar="NAME", help="What the key goes by in lists and logs.")
]
_Scopes = Annotated[
    list[Scope] | None,
    typer.Option(
        "--scope",
        metavar="S",
        help=f"What the key is for, several times: {', '.join(Scope)}. `chat` is all use of "
        "models, `batch` files and batches, `admin` modes, metrics and all else. Default: chat.",
    ),
]


@keys.command()
def create(
    name: _Name,
    scope: _Scopes = None,
    key_file: KeyFileOption = None,
    config: ConfigFileOption = None,
) -> None:
    """Make a key and print it, this once: only its digest is kept."""
    del config
    scopes = tuple(dict.fromkeys(scope or [Scope.CHAT]))
    key = create_key(_file(key_file), name, scopes)
    typer.echo(key)
    say(stderr(), f"The key {name!r} for {', '.join(scopes)} is not shown again; keep it safe.")


@keys.command("list")
def list_keys(key_file: KeyFileOption = None, config: ConfigFileOption = None) -> None:
    """Say which keys there are, what each is for, and when it was made."""
    del config
    for key in read_keys(_file(key_file)):
        typer.echo(f"{key.name:<24} {','.join(key.scopes):<16} {key.created}")


@keys.command()
def revoke(name: _Name, key_file: KeyFileOption = None, config: ConfigFileOption = None) -> None:
    """Make a key worthless from the next request on."""
    del config
    revoke_key(_file(key_file), name)


def _file(path: str | None) -> Path:
    if path is None:
        raise UsageError(
            "No key file is named; give --key-file FILE, set TRINITY_KEY_FILE, or name it as "
            "key_file in the file that --config or TRINITY_CONFIG names."
        )
    return Path(path).expanduser()
