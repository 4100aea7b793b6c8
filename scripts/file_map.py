"""Writes the file map of `ARCHITECTURE.md` from what files say of themselves; `--check` only looks.

A Python file says it in its docstring, a C++ file in the comment that it begins with.
"""

import argparse
import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
PACKAGE = ROOT / "src" / "trinity"
KERNELS = ROOT / "csrc"
START = "<!-- file map: written by `make docs` -->\n"
END = "<!-- end of the file map -->\n"


def render() -> str:
    """One table row a file: its path, and the first paragraph about it.

    Paths are from `src/trinity`, those of C++ files from the root.
    """
    rows = ["| file | job |", "|---|---|"]
    for path in sorted(PACKAGE.rglob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if docstring:
            rows.append(row(path.relative_to(PACKAGE), docstring.split("\n\n")[0]))
    for path in sorted(KERNELS.rglob("*.[ch]pp")):
        if comment := first_comment(path.read_text(encoding="utf-8")):
            rows.append(row(path.relative_to(ROOT), comment))
    return "\n".join(rows) + "\n"


def row(path: Path, job: str) -> str:
    """One file's line of the table."""
    text = job.replace("\n", " ").replace("|", "\\|")
    return f"| `{path.as_posix()}` | {text} |"


def first_comment(source: str) -> str:
    """What the `//` lines say that a file begins with, up to the first that is empty or none."""
    lines = []
    for line in source.splitlines():
        text = line.removeprefix("//").strip()
        if not line.startswith("//") or not text:
            break
        lines.append(text)
    return " ".join(lines)


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
