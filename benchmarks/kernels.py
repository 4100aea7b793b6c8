"""Products of the serving kernels: what a matrix of each format does with few rows and with many.

    python benchmarks/kernels.py [--side 1024] [--rows 1,2,8,48,512] [--runs 15]

Rows are multiplied with square matrices, one after another, of which there are more than a cache
holds. Few rows are limited by reading the weights, many by arithmetic: both rates are measured
beside, and each figure is the best of the runs. Prints a table, GB/s of weights and GFLOP/s, and
one JSON line.
"""

import argparse
import time

import torch

from trinity.bench.rates import instructions, measure_rates
from trinity.bench.records import line, stamp
from trinity.ops import dispatch, native_serving

FORMATS = native_serving.WeightFormat
PLANS = {
    "FP32": native_serving.Plan(FORMATS.F32, takes_bytes=False),
    "BF16": native_serving.Plan(FORMATS.B16, takes_bytes=False),
    "INT8, FP32 rows": native_serving.Plan(FORMATS.I8, takes_bytes=False),
    "INT4, FP32 rows": native_serving.Plan(FORMATS.I4, takes_bytes=False),
    "INT8": native_serving.Plan(FORMATS.I8, takes_bytes=True),
    "INT4": native_serving.Plan(FORMATS.I4, takes_bytes=True),
}
BYTES = 128 << 20
"""Of all matrices together."""
MANY = 16
"""Rows from which a few matrices are enough: the weights no longer decide."""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--rows", default="1,2,8,48,512")
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    counts = [int(count) for count in arguments.rows.split(",")]
    side = arguments.side
    found: dict[str, dict[int, float]] = {}
    sizes: dict[str, int] = {}
    with torch.inference_mode(), dispatch.torch_threads(1):
        for name, plan in PLANS.items():
            weight = torch.randn(side, side)
            first = native_serving.pack_matrix(weight, plan)
            copies = max(2, BYTES // first.num_bytes)
            matrices = [native_serving.pack_matrix(weight, plan) for _ in range(copies)]
            sizes[name] = first.num_bytes
            found[name] = {
                rows: best_time(
                    matrices if rows < MANY else matrices[:4],
                    torch.randn(rows, side),
                    arguments.runs,
                )
                for rows in counts
            }
    rates = measure_rates()
    print(
        f"{instructions()}, {rates.read_bytes / 1e9:.1f} GB/s read, PyTorch or we "
        f"{rates.fp32_flops / 1e9:,.0f} GFLOP/s in FP32"
    )
    print(f"{'weights':<18}" + "".join(f"{f'{rows} rows':>18}" for rows in counts))
    for name, times in found.items():
        cells = (
            f"{sizes[name] / time_s / 1e9:.1f} / {2 * rows * side**2 / time_s / 1e9:,.0f}"
            for rows, time_s in times.items()
        )
        print(f"{name:<18}" + "".join(f"{cell:>18}" for cell in cells))
    print(line(stamp("kernels", side=side, runs=arguments.runs, seconds=found)))


def best_time(matrices: list[native_serving.Matrix], x: torch.Tensor, runs: int) -> float:
    """Seconds of one product of `x` with a square matrix."""
    best = float("inf")
    for _ in range(runs):
        started = time.perf_counter()
        for matrix in matrices:
            native_serving.linear(x, matrix, x.shape[1], None, 0.0)
        best = min(best, (time.perf_counter() - started) / len(matrices))
    return best


if __name__ == "__main__":
    main()
