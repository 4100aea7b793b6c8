import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "trinity"

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_PUBLIC_NAMES = 30
"""Raising one of the three takes a decision record in docs/adr."""

SOURCES = sorted(PACKAGE.rglob("*.py"))
CODE = sorted(
    path
    for folder in ("src", "tests", "scripts", "recipes", "benchmarks", "examples")
    for path in (ROOT / folder).rglob("*.py")
)

FORBIDDEN_CALLS = {"eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "marshal", "shelve"}
RUNS_UNTRUSTED_CODE = {"train/sandbox.py"}
"""Whose job is to run programs that a model wrote."""

HEAVY = ("torch", "transformers", "mistral_common", "numpy", "fastapi")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_files_and_functions_stay_within_budget(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    long_functions = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert lines <= MAX_FILE_LINES
    assert long_functions == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_everything_public_has_a_docstring(path: Path) -> None:
    tree = tree_of(path)
    missing = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    if tree.body and not ast.get_docstring(tree):
        missing.insert(0, "the module")
    assert missing == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_dangerous_call_or_import(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in RUNS_UNTRUSTED_CODE:
        return
    assert sorted(dangers(tree_of(path))) == []


def dangers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from {alias.name for alias in names} & FORBIDDEN_IMPORTS
            case ast.ImportFrom(module=str(module)):
                yield from {module} & FORBIDDEN_IMPORTS
            case ast.Call(func=func):
                yield from {ast.unparse(func)} & FORBIDDEN_CALLS
            case ast.keyword(arg="trust_remote_code"):
                yield "trust_remote_code"


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "eval('1')",
        "import os\nos.system('ls')",
        "yaml.load(text)",
        "load(x, trust_remote_code=True)",
    ],
)
def test_the_search_for_dangers_finds_them(code: str) -> None:
    assert list(dangers(ast.parse(code)))


def test_calling_a_method_named_eval_is_no_danger() -> None:
    assert not list(dangers(ast.parse("model.eval()")))


def test_importing_trinity_loads_nothing_heavy() -> None:
    code = f"import sys, trinity; print([name for name in {HEAVY} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_public_api_is_small_and_every_name_resolves() -> None:
    import trinity

    assert len(trinity.__all__) <= MAX_PUBLIC_NAMES
    assert dir(trinity) == trinity.__all__
    for name in trinity.__all__:
        assert getattr(trinity, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = trinity.nonsense


def test_architecture_names_every_source_file() -> None:
    text = architecture()
    files = [path.relative_to(PACKAGE).as_posix() for path in SOURCES if path.stat().st_size]
    named = [re.search(rf"(?<![\w/]){re.escape(file)}(?!\w)", text) for file in files]
    assert [file for file, found in zip(files, named, strict=True) if not found] == []


def test_every_file_named_in_architecture_exists() -> None:
    named = set(re.findall(r"[\w.*/-]+\.(?:py|pyi|cpp|h|html|md|toml|json|sh)\b", architecture()))
    assert named
    assert sorted(name for name in named if not exists(name)) == []


def architecture() -> str:
    """The text, in which a package file goes by its path from src/trinity: `engine/blocks.py`."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return text.replace("src/trinity/", "")


def exists(name: str) -> bool:
    is_of_a_checkpoint = name in ("config.json", "params.json")
    return is_of_a_checkpoint or any(
        any(folder.glob(name)) for folder in (ROOT, PACKAGE, ROOT / "tests")
    )


def test_version_and_top_changelog_entry_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = re.search(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    assert entry is not None
    assert entry[1] == project["version"]
