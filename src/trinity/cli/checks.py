"""What `doctor` looks at: each check reports a fact and, where need be, what mends it."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import trinity
from trinity.errors import TrinityError

MODELS = Path(trinity.__file__).parent / "models"
BASE_MODULES = (
    "numpy", "safetensors", "mistral_common", "PIL", "fastapi", "uvicorn", "pydantic",
    "llguidance", "rich", "prometheus_client",
)  # fmt: skip
EXTRAS = {
    "train": (
        "tokenizers", "matplotlib", "font_roboto", "font_source_sans_pro",
        "font_source_serif_pro", "font_hanken_grotesk", "font_manrope", "font_caladea",
        "font_fredoka_one", "font_lato",
    ),
}  # fmt: skip
INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "neon", "asimd", "sve")
NEEDED_MEMORY_GB = 1.5
NEEDED_DISK_GB = 1.0


class Status(StrEnum):
    """How a check ended; only `FAILED` means that the base does not work."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    name: str
    status: Status
    detail: str
    mend: str | None = None
    """The command or action that mends it."""


def findings(port: int) -> Iterator[Finding]:
    """All checks, one after the other; `port` is the one the server would take."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python, _torch, _modules, _processor, _kernels, _memory, _accelerator, _disk,
        _sandbox, _embedded_model,
    )  # fmt: skip
    yield from (check() for check in checks)
    yield from (_extra(name, modules) for name, modules in EXTRAS.items())
    yield _fonts()
    yield _port(port)


def _found(name: str, detail: str) -> Finding:
    return Finding(name=name, status=Status.OK, detail=detail)


def _python() -> Finding:
    # An older one cannot even read this file.
    return _found("Python", f"{platform.python_version()} at {sys.executable}")


def _torch() -> Finding:
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError) as error:
        return Finding(
            name="torch",
            status=Status.FAILED,
            detail=f"cannot be imported: {' '.join(str(error).split())[:200]}",
            mend="pip install 'torch>=2.13'",
        )
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU build"
    kernels = torch.backends.cpu.get_cpu_capability()
    threads = torch.get_num_threads()
    return _found("torch", f"{torch.__version__}, {build}, {kernels} kernels, {threads} threads")


def _modules() -> Finding:
    missing = [name for name in BASE_MODULES if importlib.util.find_spec(name) is None]
    if not missing:
        return _found("packages", "all that the base needs")
    return Finding(
        name="packages",
        status=Status.FAILED,
        detail=f"missing: {', '.join(missing)}",
        mend="pip install trinity-moe",
    )


def _processor() -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    flags: set[str] = set()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                flags.update(line.split(":", 1)[1].split())
                break
    except OSError:
        pass  # only Linux lists them there
    known = ", ".join(name for name in INSTRUCTIONS if name in flags) or "instruction sets unknown"
    return _found("processor", f"{platform.machine()}, {cores} cores, {known}")


def _kernels() -> Finding:
    try:
        importlib.import_module("torch")
    except (ImportError, OSError):
        return Finding(name="kernels", status=Status.NOTE, detail="unknown without torch")
    try:
        dispatch = importlib.import_module("trinity.ops.dispatch")
    except ImportError as error:
        # Built for another Python or another system: every model that is loaded stumbles over it.
        return Finding(
            name="kernels",
            status=Status.FAILED,
            detail=f"cannot be loaded: {' '.join(str(error).split())[:200]}",
            mend="repeat the installation",
        )
    if not dispatch.HAS_NATIVE:
        return Finding(
            name="kernels",
            status=Status.NOTE,
            detail="not built: training and serving use plain PyTorch",
            mend="install a C++17 compiler and repeat the installation",
        )
    kernels = dispatch.native.kernels
    return _found("kernels", f"{kernels.active()}, {kernels.num_threads()} threads")


def _memory() -> Finding:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return Finding(name="memory", status=Status.NOTE, detail="the system does not say how much")
    detail = f"{total:.1f} GB"
    if total >= NEEDED_MEMORY_GB:
        return _found("memory", detail)
    return Finding(
        name="memory",
        status=Status.NOTE,
        detail=f"{detail}; {NEEDED_MEMORY_GB} GB are comfortable",
        mend="close other programs",
    )


def _accelerator() -> Finding:
    try:
        torch = importlib.import_module("torch")
    except (ImportError, OSError):
        return Finding(name="GPU", status=Status.NOTE, detail="unknown without torch")
    if torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        name = torch.cuda.get_device_name()
        return _found("GPU", f"{name}, {free / 1e9:.0f} of {total / 1e9:.0f} GB free")
    return _found("GPU", "none that torch can use; the processor serves")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    detail = f"{free:.1f} GB free at {Path.cwd()}"
    if free >= NEEDED_DISK_GB:
        return _found("disk", detail)
    return Finding(
        name="disk",
        status=Status.NOTE,
        detail=f"{detail}; a training run needs about {NEEDED_DISK_GB:.0f}",
        mend="free some space",
    )


def _sandbox() -> Finding:
    from trinity.agent.sandbox import Sandbox

    try:
        Sandbox(Path(tempfile.gettempdir()))
    except TrinityError as error:
        detail = f"none for the tests that `trinity code` runs. {error.message}"
        return Finding(
            name="sandbox",
            status=Status.NOTE,
            detail=detail,
            mend=None if shutil.which("bwrap") else "apt install bubblewrap",
        )
    return _found("sandbox", "bubblewrap works, for the tests that `trinity code` runs")


def _embedded_model() -> Finding:
    """The shipped checkpoint: there, whole by its own checksums, and readable."""
    directory = MODELS / "mini"
    problem = _problem_of_checkpoint(directory)
    if problem is None:
        size = sum(path.stat().st_size for path in directory.iterdir() if path.is_file())
        return _found("model mini", f"whole, {size / 1e6:.0f} MB at {directory}")
    return Finding(
        name="model mini",
        status=Status.FAILED,
        detail=problem,
        mend="pip install --force-reinstall --no-deps trinity-moe",
    )


def _problem_of_checkpoint(directory: Path) -> str | None:
    from trinity.pipeline.export import sha256

    for name in ("config.json", "tekken.json", "intensity.json", "trinity.json"):
        if not (directory / name).is_file():
            return f"{directory / name} is missing"
    try:
        manifest = json.loads((directory / "trinity.json").read_text(encoding="utf-8"))
        digests: dict[str, str] = manifest.get("sha256", {})
        for name, digest in digests.items():
            if not (directory / name).is_file() or sha256(directory / name) != digest:
                return f"{directory / name} is missing or not the file that was shipped"
    except (json.JSONDecodeError, AttributeError, OSError):
        return f"{directory / 'trinity.json'} is damaged"
    if not digests:
        return f"{directory / 'trinity.json'} lists no checksums"
    try:
        importlib.import_module("trinity.model.checkpoint").read_config(directory)
    except TrinityError as error:
        return error.message
    except (ImportError, OSError):
        return None  # without torch there is no reading it; that has its own finding
    return None


def _extra(name: str, modules: tuple[str, ...]) -> Finding:
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if not missing:
        return _found(f"extra {name}", "installed")
    return Finding(
        name=f"extra {name}",
        status=Status.NOTE,
        detail=f"missing: {', '.join(missing)}",
        mend=f"pip install 'trinity-moe[{name}]'",
    )


def _fonts() -> Finding:
    try:
        from trinity.train.vision.fonts import families_of
    except ImportError as error:
        return Finding(name="fonts", status=Status.NOTE, detail=f"unknown: no {error.name}")
    trained, tested = len(families_of(False)), len(families_of(True))
    detail = f"{trained} families to train with, {tested} to test with"
    if min(trained, tested) >= 3:
        return _found("fonts", detail)
    return Finding(
        name="fonts", status=Status.NOTE, detail=detail, mend="pip install 'trinity-moe[train]'"
    )


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        # As the server does it: a port whose last connections linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return Finding(
                name="port",
                status=Status.NOTE,
                detail=f"{port} is taken",
                mend="trinity serve --port N with another number",
            )
    return _found("port", f"{port} is free")
