import importlib
import importlib.util
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trinity.cli import checks
from trinity.cli.checks import Finding, Status, findings
from trinity.pipeline.export import sha256

Run = Callable[..., Any]


def found(name: str, port: int = 0) -> Finding:
    return next(finding for finding in findings(port) if finding.name == name)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for embedded models with a checkpoint that is whole by its checksums."""
    monkeypatch.setattr(checks, "MODELS", tmp_path)
    directory = tmp_path / "mini"
    directory.mkdir()
    names = ("config.json", "tekken.json", "intensity.json", "model.safetensors")
    for name in names:
        (directory / name).write_text("{}")
    digests = {name: sha256(directory / name) for name in names}
    (directory / "trinity.json").write_text(json.dumps({"sha256": digests}))
    return directory


@pytest.fixture
def readable(models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("trinity.model.checkpoint.read_config", lambda _: None)
    return models


def test_all_well_exits_with_0(trinity: Run, readable: Path) -> None:  # noqa: ARG001
    result = trinity("doctor")
    assert result.code == 0
    assert result.out.endswith("The base works.\n")


def test_json_holds_every_check(trinity: Run, readable: Path) -> None:  # noqa: ARG001
    record = json.loads(trinity("doctor", "--json").out)
    assert record["works"] is True
    names = [check["name"] for check in record["checks"]]
    assert {"Python", "torch", "processor", "kernels", "memory", "GPU", "disk"} <= set(names)
    assert {"model mini", "extra train", "fonts", "port"} <= set(names)


def test_a_damaged_model_exits_with_1_and_says_what_mends_it(trinity: Run, readable: Path) -> None:
    (readable / "model.safetensors").write_text("{")
    result = trinity("doctor")
    assert result.code == 1
    assert "model.safetensors is missing or not the file that was shipped" in result.out
    assert "→ pip install" in result.out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tekken.json", None, "is missing"),
        ("trinity.json", "{", "is damaged"),
        ("trinity.json", "[]", "is damaged"),
        ("trinity.json", "{}", "lists no checksums"),
    ],
)
def test_every_fault_of_the_model_is_told(
    name: str, content: str | None, said: str, readable: Path
) -> None:
    (readable / name).unlink()
    if content is not None:
        (readable / name).write_text(content)
    finding = found("model mini")
    assert finding.status is Status.FAILED
    assert said in finding.detail


def test_a_config_that_cannot_be_read_is_a_fault(models: Path) -> None:  # noqa: ARG001
    assert found("model mini").status is Status.FAILED


def test_without_torch_the_base_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def fail(name: str) -> Any:
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'")
        return real(name)

    monkeypatch.setattr(importlib, "import_module", fail)
    finding = found("torch")
    assert finding.status is Status.FAILED
    assert finding.mend == "pip install 'torch>=2.13'"
    assert found("GPU").status is Status.NOTE
    assert found("kernels").status is Status.NOTE


def test_kernels_are_told_by_instruction_set_and_threads() -> None:
    kernels = pytest.importorskip("trinity.ops._native")
    finding = found("kernels")
    assert (finding.status, finding.mend) == (Status.OK, None)
    assert finding.detail == f"{kernels.active()}, {kernels.num_threads()} threads"


def test_kernels_that_were_not_built_are_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trinity.ops.dispatch.HAS_NATIVE", False)
    finding = found("kernels")
    assert finding.status is Status.NOTE
    assert finding.detail == "not built: training and serving use plain PyTorch"
    assert finding.mend == "install a C++17 compiler and repeat the installation"


def test_kernels_that_cannot_be_loaded_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def fail(name: str) -> Any:
        if name == "trinity.ops.dispatch":
            raise ImportError("undefined symbol: nonsense")
        return real(name)

    monkeypatch.setattr(importlib, "import_module", fail)
    finding = found("kernels")
    assert (finding.status, finding.mend) == (Status.FAILED, "repeat the installation")
    assert finding.detail == "cannot be loaded: undefined symbol: nonsense"


def test_missing_packages_come_with_their_command(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    missing = {"matplotlib", "fastapi"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else real(name)
    )
    extra, base = found("extra train"), found("packages")
    assert (extra.status, extra.mend) == (Status.NOTE, "pip install 'trinity-moe[train]'")
    assert "matplotlib" in extra.detail
    assert (base.status, base.detail) == (Status.FAILED, "missing: fastapi")


def test_a_taken_port_is_a_note() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert found("port", port).status is Status.NOTE
    assert found("port", port).status is Status.OK
