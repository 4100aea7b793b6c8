"""The native decoder alone, without an engine: steps per second and share of memory bandwidth.

    python benchmarks/decoder.py [bench-1500m] [--streams 1,8,32] [--context 128] [--runs 5]

Weights are random and rounded to BF16. A step decodes one token of every stream, each at the given
context. Its limit is the time to read every weight and cached value once that it needs, at the
bandwidth measured between the runs; no step can be faster. Prints a table and one JSON line.
"""

import argparse
import json
import platform
import statistics
import subprocess
import time

import torch

from trinity.config import AnyConfig
from trinity.model.architecture import make_model
from trinity.model.cost import decode_bytes
from trinity.model.packed import PackedDecoder
from trinity.model.transformer import Transformer, initialise
from trinity.model.weight_format import WeightFormat
from trinity.ops import PagedBatch, dispatch
from trinity.presets import preset

BLOCK = 16
STEPS = 8


class Streams:
    """Sequences that stand at the same position, with caches of random numbers."""

    def __init__(self, config: AnyConfig, streams: int, context: int) -> None:
        blocks = -(-(context + STEPS) // BLOCK)
        shape = (streams * blocks + 1, BLOCK, config.cache_width)
        self.config = config
        self.count = streams
        self.context = context
        self.table = torch.arange(1, streams * blocks + 1).view(streams, blocks)
        self.caches = [torch.randn(shape) for _ in range(config.num_hidden_layers)]

    def step(self, decoder: PackedDecoder, index: int) -> torch.Tensor:
        """Decode one token of every stream; returns its logits."""
        position, rows = self.context + index, torch.arange(self.count)
        batch = PagedBatch(
            positions_T=torch.full((self.count,), position),
            slots_T=self.table[:, position // BLOCK] * BLOCK + position % BLOCK,
            block_table_SB=self.table,
            group_tokens_GQ=rows[:, None],
            group_sequence_G=rows,
            context_G=[position + 1] * self.count,
        )
        ids = torch.randint(100, self.config.vocab_size, (self.count,))
        shape = (self.config.num_hidden_layers, self.count)
        experts = torch.full(shape, self.config.num_experts_per_tok)
        return decoder.logits(decoder(ids, batch, experts, self.caches).states_TD)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="?", default="bench-1500m")
    parser.add_argument("--streams", default="1,8,32")
    parser.add_argument("--context", type=int, default=128)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    config = preset(arguments.preset)
    decoder = PackedDecoder.of(random_model(config))
    counts = [int(count) for count in arguments.streams.split(",")]
    all_streams = {count: Streams(config, count, arguments.context) for count in counts}
    seconds: dict[int, list[float]] = {count: [] for count in counts}
    bandwidths = []
    with torch.inference_mode(), dispatch.torch_threads(1):
        for _ in range(arguments.runs):
            bandwidths.append(read_bandwidth())
            for count, streams in all_streams.items():
                started = time.perf_counter()
                for index in range(STEPS):
                    streams.step(decoder, index)
                seconds[count].append((time.perf_counter() - started) / STEPS)
    bandwidth = statistics.median(bandwidths)
    print(
        f"{arguments.preset}, BF16, {dispatch.native.kernels.active()}, "
        f"{dispatch.native.kernels.num_threads()} threads, {bandwidth / 1e9:.1f} GB/s read"
    )
    print(f"{'streams':>8}{'tokens/s':>12}{'ms a step':>12}{'of the limit':>14}")
    rates = {}
    for count in counts:
        time_taken = statistics.median(seconds[count])
        limit = needed_bytes(config, count, arguments.context) / bandwidth
        rates[count] = count / time_taken
        print(f"{count:8}{rates[count]:12,.0f}{1e3 * time_taken:12.2f}{limit / time_taken:14.0%}")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    record = {
        "benchmark": "decoder",
        "commit": commit.stdout.strip(),
        "machine": platform.processor() or platform.machine(),
        "preset": arguments.preset,
        "context": arguments.context,
        "bandwidth_bytes_per_s": bandwidth,
        "tokens_per_s": rates,
    }
    print(json.dumps(record))


def random_model(config: AnyConfig) -> Transformer:
    """Random weights, each exact in BF16."""
    model = make_model(config)
    initialise(model, torch.Generator().manual_seed(0))
    for parameter in model.requires_grad_(False).parameters():
        parameter.copy_(parameter.bfloat16())
    return model


def read_bandwidth() -> float:
    """Bytes per second that all threads read of memory that no cache holds."""
    block = torch.ones(1 << 27)  # 512 MiB
    with dispatch.torch_threads(dispatch.native.kernels.num_threads()):
        block.sum()
        started = time.perf_counter()
        block.sum()
    return block.nbytes / (time.perf_counter() - started)


def needed_bytes(config: AnyConfig, streams: int, context: int) -> int:
    """What a step must read: weights once, experts that any stream chose, every stream's cache.

    Streams are taken to choose experts at random, each `num_experts_per_tok` of them.
    """
    return decode_bytes(
        config, WeightFormat.BF16, context=context, sequences=streams, cache_item_bytes=4
    )


if __name__ == "__main__":
    main()
