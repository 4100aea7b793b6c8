"""Fixtures of the kernels' tests: every instruction set that this machine has, and every format."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from trinity.ops import dispatch

NAMES = dispatch.native.kernels.names() if dispatch.HAS_NATIVE else []
PLAIN = [(name, number) for name in NAMES for number in ("fp64", "fp32")]
CASES = [*PLAIN, *((name, "bf16") for name in NAMES if name == "avx512bf16")]


@pytest.fixture
def _kernels_as_before() -> Iterator[None]:
    kernels = dispatch.native.kernels
    before, threads = kernels.active(), kernels.num_threads()
    yield
    kernels.use(before)
    kernels.set_num_threads(threads)


@pytest.fixture(params=NAMES)
def instruction_set(request: pytest.FixtureRequest, _kernels_as_before: None) -> str:
    """One instruction set after the other, in use during the test."""
    dispatch.native.kernels.use(request.param)
    return request.param


@pytest.fixture(params=CASES, ids="-".join)
def number(request: pytest.FixtureRequest, _kernels_as_before: None) -> str:
    """One number format after the other, of one instruction set after the other."""
    name, number = request.param
    dispatch.native.kernels.use(name)
    assert dispatch.native.kernels.has_bf16() or number != "bf16"
    return number
