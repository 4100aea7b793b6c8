from pathlib import Path

import pytest

from tests.unit.agent.samples import write_project
from trinity.agent.sandbox import Sandbox
from trinity.agent.workspace import Workspace
from trinity.errors import ConfigError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path.resolve() / "project")


@pytest.fixture
def workspace(project: Path) -> Workspace:
    return Workspace(project, project.parent / "copy")


@pytest.fixture
def unsandboxed(project: Path) -> Sandbox:
    return Sandbox(project, is_isolated=False)


@pytest.fixture
def sandbox(project: Path) -> Sandbox:
    try:
        return Sandbox(project)
    except ConfigError as error:
        pytest.skip(f"needs bubblewrap: {error.message}")
