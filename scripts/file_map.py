"""Writes the file map of `ARCHITECTURE.md` from the modules' docstrings; `--check` only looks."""

import argparse
import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
PACKAGE = ROOT / "src" / "trinity"
START = "<!-- file map: written by `make docs` -->\n"
END = "<!-- end of the file map -->\n"


def render() -> str:
    """One table row a file: its path from `src/trinity` and the first sentence about it."""
    rows = ["| file | job |", "|---|---|"]
    for path in sorted(PACKAGE.rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if docstring:
            job = docstring.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            rows.append(f"| `{path.relative_to(PACKAGE).as_posix()}` | {job} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Write the map, or compare it: exit code 1 when it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    fresh = before + START + render() + END + after
    if not check:
        DOCUMENT.write_text(fresh, encoding="utf-8")
    elif fresh != text:
        print("ARCHITECTURE.md is stale: run `make docs` and commit the result.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
