"""Writes `docs/cli.md` from the help of every command; `--check` only says whether it is fresh."""

import argparse
import subprocess
import sys
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
HEADER = "<!-- Written by `make docs` from the help texts in src/trinity/cli. Edit those. -->\n\n"


def render() -> str:
    """The reference in Markdown, by Typer's own generator."""
    command = [sys.executable, "-m", "typer", "trinity.cli.main", "utils", "docs"]
    shown = subprocess.run(
        [*command, "--name", "trinity", "--title", "The command line"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return HEADER + shown.stdout.rstrip() + "\n"


def main() -> int:
    """Write the reference, or compare it: exit code 1 when it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    text = render()
    if not check:
        REFERENCE.write_text(text, encoding="utf-8")
    elif not REFERENCE.exists() or REFERENCE.read_text(encoding="utf-8") != text:
        print("docs/cli.md is stale: run `make docs` and commit the result.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
