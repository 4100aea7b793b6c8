from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

pytest.importorskip("trinity.ops._native")

from tests.parity.paged import PagedSequence
from tests.unit.model.samples import CONFIG, DENSE_CONFIG, make
from trinity.errors import CheckpointError, ConfigError
from trinity.model.checkpoint import save_model
from trinity.model.packed import PackedDecoder
from trinity.model.packed_files import is_packed, open_packed, write_packed
