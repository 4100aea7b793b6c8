"""Runs programs that a model wrote, and says whether they pass their tests, or where they fail.

A program is first checked against an allow-list of syntax and names, then run in a child process
without environment, files or new processes, under limits on time and memory. The same file is the
child: started as a script it reads requests and writes verdicts, one line each. Uses only the
standard library, so that the child starts fast.
"""

from __future__ import annotations

import ast
import builtins
import collections
import contextlib
import functools
import gc
import itertools
import json
import math
import os
import re
import resource
import select
import signal
import string
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, SimpleNamespace, TracebackType
from typing import Any

CASE_SECONDS = 0.25
"""Processor time that one call may take."""
PROGRAM_SECONDS = 2
"""Processor time that all calls of one program may take together, in whole seconds."""
WALL_SECONDS = 10.0
"""How long the parent waits for the verdict on one program before it kills the child."""
MEMORY_BYTES = 512 * 2**20
MAX_CODE_CHARS = 20_000
MAX_SHOWN_CHARS = 60
"""How much of one value a report shows."""
MAX_REPORT_CHARS = 160

MODULES: dict[str, tuple[str, ...]] = {
    "math": tuple(name for name in dir(math) if not name.startswith("_")),
    "itertools": tuple(name for name in dir(itertools) if not name.startswith("_")),
    "collections": ("Counter", "OrderedDict", "defaultdict", "deque"),
    "functools": ("cache", "lru_cache", "partial", "reduce"),
    "string": ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "punctuation"),
}
"""What a program may import, and which names of it."""

BUILTINS = (
    "abs all any ascii bin bool chr dict divmod enumerate filter float frozenset hash hex int "
    "isinstance iter len list map max min next oct ord pow range repr reversed round set slice "
    "sorted str sum tuple zip True False None ArithmeticError AssertionError Exception IndexError "
    "KeyError LookupError OverflowError RuntimeError StopIteration TypeError ValueError "
    "ZeroDivisionError"
).split()

NODES = (
    "Module FunctionDef arguments arg Return Delete Assign AugAssign AnnAssign For While If Raise "
    "Try ExceptHandler Assert Import ImportFrom alias Nonlocal Expr Pass Break Continue BoolOp "
    "NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp "
    "comprehension Yield YieldFrom Compare Call keyword FormattedValue JoinedStr Constant "
    "Attribute Subscript Starred Name List Tuple Slice"
).split()
"""Syntax that a program may use: no classes, no `with`, no `global`, nothing asynchronous."""

ATTRIBUTES = {
    name
    for kind in (str, list, dict, set, frozenset, tuple, int, float)
    for name in dir(kind)
    if not name.startswith("_")
} | {name for names in MODULES.values() for name in names}
# Methods of Counter and deque, beyond those of dict and list.
ATTRIBUTES |= {"appendleft", "elements", "most_common", "popleft", "rotate", "extendleft"}


class Sandbox:
    """A child process that judges programs one after the other; a context manager.

    Usable by one thread at a time. The child is replaced after any program that failed in a way
    that could have left something behind: it ran out of time or memory, or brought the child down.
    """

    def __init__(self) -> None:
        """Start nothing yet: the child starts with the first program."""
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Sandbox:
        """Enter the context in which the child lives."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the child."""
        self.close()

    def close(self) -> None:
        """Stop the child and remove its folder; the next program starts a new one."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            assert self._child.stdin is not None
            assert self._child.stdout is not None
            self._child.stdout.close()
            with contextlib.suppress(BrokenPipeError):  # an unsent request dies with the child
                self._child.stdin.close()
            self._child = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def passes(self, code: str, payload: dict[str, Any]) -> bool:
        """Whether `code` passes the tests of `payload`, as in `passes_tests`."""
        return self._failure(code, payload) == ""

    def report(self, code: str, payload: dict[str, Any]) -> str:
        """One short line: how many tests `code` passed, or the first that failed and how.

        The payload is that of `passes_tests`.
        """
        count = len(payload["cases"])
        return self._failure(code, payload) or f"passed {count} of {count}"

    def _failure(self, code: str, payload: dict[str, Any]) -> str:
        """How `code` fails its tests; empty where it passes them."""
        if len(code) > MAX_CODE_CHARS:
            return "the code is too long"
        cases = [[repr(list(args)), repr(expected)] for args, expected in payload["cases"]]
        request = {"code": code, "function": payload["function"], "cases": cases}
        line = json.dumps(request)
        try:
            reply = self._ask(line)
        except BrokenPipeError:  # the last program took the child with it, after its verdict
            self.close()
            reply = self._ask(line)
        verdict, _, failure = reply.decode().rstrip("\n").partition(" ")
        if verdict not in ("pass", "fail"):
            self.close()
        return "" if verdict == "pass" else failure or "stopped: out of time or memory"

    def _ask(self, line: str) -> bytes:
        """The child's reply to a request: empty if it gave none in time."""
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(line.encode() + b"\n")
        child.stdin.flush()
        ready, _, _ = select.select([child.stdout], [], [], WALL_SECONDS)
        return child.stdout.readline() if ready else b""

    def _start(self) -> subprocess.Popen[bytes]:
        self._folder = tempfile.TemporaryDirectory(prefix="trinity-sandbox-")
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd=self._folder.name,
            start_new_session=True,
        )
        return self._child


def passes_tests(code: str, payload: dict[str, Any]) -> bool:
    """Whether `code` gives the expected result in every case.

    `payload` is `{"function": name, "cases": [[arguments, expected], ...]}` of literals. Where
    `code` defines no such function, its last top-level function is called.
    """
    with Sandbox() as sandbox:
        return sandbox.passes(code, payload)


def passes_tests_many(programs: Sequence[str], payloads: Sequence[dict[str, Any]]) -> list[bool]:
    """Judge each program by its payload as `passes_tests` does, in one child for all of them."""
    with Sandbox() as sandbox:
        return [sandbox.passes(*pair) for pair in zip(programs, payloads, strict=True)]


def problem_with(code: str) -> str | None:
    """What in `code` is outside the allow-list, or None. Raises `SyntaxError` if it is no Python.

    Deep nesting can also raise `RecursionError` or `MemoryError`.
    """
    for node in ast.walk(ast.parse(code)):
        found = _problem_at(node)
        if found:
            return found
    return None


def _problem_at(node: ast.AST) -> str | None:
    kind = type(node).__name__
    plain = isinstance(node, ast.operator | ast.unaryop | ast.boolop | ast.cmpop | ast.expr_context)
    if not plain and kind not in NODES:
        return f"{kind} is not allowed"
    if not isinstance(node, ast.Constant):
        for _, value in ast.iter_fields(node):
            if isinstance(value, str) and "__" in value:
                return f"the name {value} is not allowed"
    match node:
        case ast.Attribute(attr=name) if name not in ATTRIBUTES:
            return f"the attribute {name} is not allowed"
        case ast.Import(names=names):
            return next((f"import of {a.name}" for a in names if a.name not in MODULES), None)
        case ast.ImportFrom(module=module, names=names, level=level):
            if level or module not in MODULES:
                return f"import from {module}"
            known = MODULES[module]
            return next((f"import of {a.name}" for a in names if a.name not in known), None)
    return None


def define(code: str, name: str) -> Callable[..., Any]:
    """The function `name` of `code`, run in this process: only for code that Trinity wrote."""
    scope: dict[str, Any] = {}
    exec(compile(code, "<generated>", "exec"), scope)
    return scope[name]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a program stands just before it runs a line, or at its end."""

    line: int
    """The line to run next, from 1; at the end, the line that was run last."""
    names: dict[str, Any]
    """Copies of the global variables."""


def execute(code: str) -> tuple[str, list[Moment]]:
    """Run `code` in this process: only for code that Trinity wrote.

    Gives what it prints, and a moment for each line that is run, and one for the end.
    """
    printed: list[str] = []
    moments: list[Moment] = []

    def record(*values: object, sep: str = " ", end: str = "\n") -> None:
        printed.append(sep.join(map(str, values)) + end)

    scope: dict[str, Any] = {"print": record}

    def watch(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_globals is not scope or frame.f_code.co_name != "<module>":
            return None
        if event in ("line", "return"):
            known = [name for name in frame.f_code.co_names if name in scope and name != "print"]
            moments.append(Moment(frame.f_lineno, {name: copy(scope[name]) for name in known}))
        return watch

    program = compile(code, "<generated>", "exec")
    before = sys.gettrace()
    sys.settrace(watch)
    try:
        exec(program, scope)
    finally:
        sys.settrace(before)
    return "".join(printed), moments


def evaluate(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression, worked out in this process: only for code that Trinity wrote."""
    tree = ast.fix_missing_locations(ast.Expression(expression))
    return eval(compile(tree, "<generated>", "eval"), dict(names))


@dataclass(frozen=True, slots=True)
class Failure:
    """The first test that a function failed."""

    text: str
    """One short line: the call, and its result or its error."""
    leaves_mess: bool = False
    """Whether the process may have been left in a bad state."""


def first_failure(
    function: Callable[..., Any], name: str, cases: Iterable[Sequence[Any]]
) -> Failure | None:
    """How `function`, called `name`, fails its cases, run in this process; `None` if it passes."""
    for args, expected in cases:
        call = f"{name}({', '.join(map(_shown, args))})"
        try:
            given = function(*args)
        except Exception as error:  # noqa: BLE001 - a program may raise anything
            is_mess = isinstance(error, MemoryError | RecursionError)
            return Failure(f"{call} raised {_shown_error(error)}", is_mess)
        if not _same(given, expected):
            return Failure(f"{call} gave {_shown(given)}, expected {_shown(expected)}")
    return None


def _shown(value: object) -> str:
    """`value` as Python writes it, the same in every process, cut where it is long."""
    try:
        if isinstance(value, set | frozenset) and value:
            text = f"{{{', '.join(sorted(map(repr, value)))}}}"
        else:
            text = re.sub(r" at 0x[0-9a-f]+", "", repr(value))
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a huge number"
    return text if len(text) <= MAX_SHOWN_CHARS else f"{text[: MAX_SHOWN_CHARS - 3]}..."


def _shown_error(error: BaseException) -> str:
    if isinstance(error, RecursionError):  # its message tells where the depth was reached
        return "RecursionError: too deep"
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} in line {error.lineno}"
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


class _OutOfTime(BaseException):
    """Raised inside a program by the alarm: `except Exception` does not hold it back."""


def _serve() -> None:
    """The child: judge the programs on standard input until it closes or one leaves a mess."""
    replies = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    _limit_resources()
    signal.signal(signal.SIGPROF, _on_alarm)
    gc.freeze()
    for line in sys.stdin.buffer:
        os.write(replies, _verdict(json.loads(line)))


def _verdict(request: dict[str, Any]) -> bytes:
    _allow_seconds(PROGRAM_SECONDS)
    scope: dict[str, Any] = {"__builtins__": _safe_builtins(), "__name__": "program"}
    try:
        failure = _failure(scope, **request)
    # The program may raise anything, SystemExit and the alarm included.
    except _OutOfTime:
        failure = Failure("stopped: it ran too long", leaves_mess=True)
    except BaseException as error:  # noqa: BLE001
        clean = isinstance(error, Exception) and not isinstance(error, MemoryError | RecursionError)
        failure = Failure(_shown_error(error), leaves_mess=not clean)
    # What the program left behind, a waiting `finally` say, must end now and not in the next one.
    try:
        scope.clear()
        gc.collect()
    except _OutOfTime:
        failure = Failure("stopped: it ran too long", leaves_mess=True)
    finally:
        _stop_alarm()
    if failure is None:
        return b"pass\n"
    verdict = "mess" if failure.leaves_mess else "fail"
    text = failure.text[:MAX_REPORT_CHARS].replace("\n", " ")
    return f"{verdict} {text}\n".encode(errors="backslashreplace")


def _limit_resources() -> None:
    limits = [
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_NPROC, 0),
    ]
    for which, limit in limits:
        try:
            resource.setrlimit(which, (limit, limit))
        except (ValueError, OSError):
            continue  # macOS knows no limit of address space: the others still hold


def _allow_seconds(seconds: int) -> None:
    """Let the process use this much more processor time; the system kills it after that.

    The alarm alone is not enough: it waits for the end of one long operation such as `9**9**9`.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _start_alarm() -> None:
    _alarms.clear()
    signal.setitimer(signal.ITIMER_PROF, CASE_SECONDS, CASE_SECONDS / 4)


def _stop_alarm() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)


def _on_alarm(*_: object) -> None:
    """Interrupt the program; end the process if the program has caught an interrupt before."""
    if _alarms:
        os._exit(1)
    _alarms.append(True)
    raise _OutOfTime


_alarms: list[bool] = []


def _failure(
    scope: dict[str, Any], code: str, function: str, cases: Iterable[tuple[str, str]]
) -> Failure | None:
    problem = problem_with(code)
    if problem:
        return Failure(problem)
    program = compile(code, "<program>", "exec")
    _start_alarm()
    exec(program, scope)
    target = scope.get(function)
    if target is None:
        defined = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
        target = scope[defined[-1]] if defined else None
    if not callable(target):
        return Failure(f"there is no function {function}")
    return first_failure(target, function, _timed(cases))


def _timed(cases: Iterable[tuple[str, str]]) -> Iterator[tuple[Any, Any]]:
    """The cases as values; each has its own time."""
    for arguments, expected in cases:
        _start_alarm()
        yield ast.literal_eval(arguments), ast.literal_eval(expected)


def _safe_builtins() -> dict[str, Any]:
    safe = {name: getattr(builtins, name) for name in BUILTINS}
    safe["print"] = lambda *values, **options: None  # noqa: ARG005
    safe["__import__"] = _import
    return safe


def _import(name: str, *_: object) -> SimpleNamespace:
    """Stand in for `import`: a copy that holds the allowed names only."""
    modules = {
        "math": math,
        "itertools": itertools,
        "collections": collections,
        "functools": functools,
        "string": string,
    }
    return SimpleNamespace(**{attr: getattr(modules[name], attr) for attr in MODULES[name]})


def _close(given: float, expected: float) -> bool:
    try:
        return math.isclose(given, expected, rel_tol=1e-9, abs_tol=1e-9)
    except OverflowError:  # a whole number beyond the floats
        return False


def _same(given: object, expected: object) -> bool:
    """Equality that keeps True apart from 1 and lists from tuples, and lets floats round."""
    if isinstance(expected, bool) or isinstance(given, bool):
        return given is expected
    if isinstance(expected, int | float) and isinstance(given, int | float):
        return given == expected or _close(given, expected)
    if isinstance(expected, list | tuple):
        return (
            type(given) is type(expected)
            and len(given) == len(expected)
            and all(map(_same, given, expected))
        )
    if isinstance(expected, dict) and isinstance(given, dict):
        return given.keys() == expected.keys() and all(
            _same(given[key], value) for key, value in expected.items()
        )
    return given == expected


if __name__ == "__main__":
    _serve()
