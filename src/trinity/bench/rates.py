"""What this machine can do at most: bytes read and products made in a second, on all threads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import torch

from trinity.ops import dispatch

if dispatch.HAS_NATIVE:
    from trinity.ops import _native as kernels
    from trinity.ops import native_serving

READ_BYTES = 512 * 2**20
"""More than any cache holds."""
SIDE = 1024
"""Of the square matrices that are multiplied."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """Per second; multiplications and additions are counted apart."""

    read_bytes: float
    fp32_flops: float
    """The faster of PyTorch's products and ours."""
    int8_flops: float
    """Products with INT8 weights, ours; 0 where the kernels were not built."""

    def flops(self, weights: str) -> float:
        """What limits products with weights held as `weights`."""
        is_integer = weights not in ("fp32", "bf16")
        return max(self.fp32_flops, self.int8_flops if is_integer else 0.0)


def cpu_threads() -> int:
    """Threads that Trinity computes with here, and that peers are given."""
    if dispatch.HAS_NATIVE:
        return kernels.num_threads()
    return torch.get_num_threads()


def instructions() -> str:
    """The instruction set that the native kernels use; `none` where they were not built."""
    return kernels.active() if dispatch.HAS_NATIVE else "none"


def measure_rates() -> Rates:
    """Measure for about a second; each rate is the best of a few tries, as befits a limit."""
    with dispatch.torch_threads(cpu_threads()):
        block = torch.ones(READ_BYTES // 4)
        read = block.nbytes / _best_time(block.sum)
        del block
        x, weight = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE)
        fp32 = 2 * SIDE**3 / _best_time(lambda: torch.mm(x, weight))
    if not dispatch.HAS_NATIVE:
        return Rates(read, fp32, 0.0)
    return Rates(read, max(fp32, _native_rate("fp32")), _native_rate("int8"))


def median_rates(samples: Sequence[Rates]) -> Rates:
    """Each rate's median; rates that were measured at several moments of a run."""
    records = [asdict(rates) for rates in samples]
    return Rates(**{key: statistics.median(one[key] for one in records) for key in records[0]})


def _native_rate(weights: str) -> float:
    matrix = native_serving.pack_matrix(
        torch.randn(SIDE, SIDE), native_serving.WEIGHTS[weights].dense
    )
    x = torch.randn(SIDE, SIDE)
    with dispatch.torch_threads(1):
        time_s = _best_time(lambda: native_serving.linear(x, matrix, SIDE, None, 1e-6))
    return 2 * SIDE**3 / time_s


def _best_time(run: Callable[[], object]) -> float:
    run()
    times = []
    for _ in range(TRIES):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)
