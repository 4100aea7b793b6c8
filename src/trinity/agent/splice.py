"""Code put into a file in place of what it defines anew. Called by `agent.function_tools`."""

from __future__ import annotations

import ast
import io

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(source: str) -> dict[str, str]:
    """The functions and classes at the top level of `source`, by name, each with its text.

    Raises `SyntaxError` or `ValueError` where `source` is no Python.
    """
    lines = _lines(source)
    return {
        node.name: "".join(lines[slice(*_span(node))]).rstrip()
        for node in ast.parse(source).body
        if isinstance(node, _Definition)
    }


def spliced(source: str, code: str) -> str:
    """`source` with the definitions of `code` in place of those of the same names.

    What else `code` has goes before the first of them, or to the end where there is none, but for
    lines that `source` has already and for bare expressions, such as an example call. Raises as
    `definitions` does.
    """
    lines, code_lines = _lines(source), _lines(code)
    places = {n.name: _span(n) for n in ast.parse(source).body if isinstance(n, _Definition)}
    replaced: dict[tuple[int, int], str] = {}
    new: list[str] = []
    for node in ast.parse(code).body:
        text = "".join(code_lines[slice(*_span(node))]).rstrip() + "\n"
        if isinstance(node, _Definition):
            if node.name in places:
                replaced[places[node.name]] = text
            else:
                new.append(f"{text}\n\n")
        elif not isinstance(node, ast.Expr) and text not in lines:
            new.append(text)
    if not replaced:
        head = f"{source.rstrip()}\n\n\n" if source.strip() else ""
        return f"{head}{''.join(new).rstrip()}\n"
    first = min(replaced)
    replaced[first] = "".join(new) + replaced[first]
    for place in sorted(replaced, reverse=True):
        lines[slice(*place)] = [replaced[place]]
    return "".join(lines)


def renamed(code: str, old: str, new: str) -> str:
    """`code` with the top-level function `old` called `new`, also where it is used."""
    lines = [line.encode() for line in _lines(code)]  # columns are those of bytes
    spots = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and node.id == old:
            spots.add((node.lineno - 1, node.col_offset))
        elif isinstance(node, _Definition) and node.name == old and node.col_offset == 0:
            row = node.lineno - 1
            spots.add((row, lines[row].index(old.encode(), lines[row].index(b" "))))
    for row, column in sorted(spots, reverse=True):
        line = lines[row]
        lines[row] = line[:column] + new.encode() + line[column + len(old.encode()) :]
    return b"".join(lines).decode()


def _lines(source: str) -> list[str]:
    """Lines with their ends, divided where Python divides them."""
    return list(io.StringIO(source, newline=""))


def _span(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement, decorators included, as the bounds of a slice."""
    decorators = node.decorator_list if isinstance(node, _Definition) else []
    first = min([node.lineno, *(part.lineno for part in decorators)])
    return first - 1, node.end_lineno or node.lineno
