from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.model.samples import make
from trinity.model.checkpoint import save_model


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    directory = tmp_path / "some-model"
    save_model(make(), directory)
    return directory
