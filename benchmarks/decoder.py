"""The native decoder alone, without an engine: steps per second and share of memory bandwidth.

    python benchmarks/decoder.py [bench-1500m] [--streams 1,8,32] [--context 128] [--runs 5] \
        [--discounts 1]

Weights are random and rounded to BF16. A step decodes one token of every stream, each at the given
context. Its limit is the time to read every weight and latent that it needs once, at the bandwidth
measured between the runs; no step can be faster. With a routing discount below 1, streams share
experts, and the limit is still that of streams that do not. Prints a table and one JSON line.
"""

import argparse
import json
import platform
import statistics
import subprocess
import time

import torch

from trinity.config import ModelConfig
from trinity.model.cost import count_parameters
from trinity.model.packed import PackedDecoder
from trinity.model.small4 import Small4, initialise
from trinity.ops import PagedBatch, dispatch
from trinity.presets import preset

BLOCK = 16
BYTES = 2  # a BF16 weight
STEPS = 8


class Streams:
    """Sequences that stand at the same position, with caches of random latents."""

    def __init__(
        self, config: ModelConfig, streams: int, context: int, discount: float = 1.0
    ) -> None:
        blocks = -(-(context + STEPS) // BLOCK)
        shape = (streams * blocks + 1, BLOCK, config.latent_dim)
        self.config = config
        self.count = streams
        self.context = context
        self.discount_T = None if discount == 1 else torch.full((streams,), discount)
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
            routing_discount_T=self.discount_T,
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
    parser.add_argument("--discounts", default="1", help="routing discounts, compared in turns")
    arguments = parser.parse_args()
    config = preset(arguments.preset)
    decoder = PackedDecoder(random_model(config))
    counts = [int(count) for count in arguments.streams.split(",")]
    discounts = [float(value) for value in arguments.discounts.split(",")]
    all_streams = {
        (count, discount): Streams(config, count, arguments.context, discount)
        for count in counts
        for discount in discounts
    }
    seconds: dict[tuple[int, float], list[float]] = {key: [] for key in all_streams}
    bandwidths = []
    with torch.inference_mode(), dispatch.torch_threads(1):
        for _ in range(arguments.runs):
            bandwidths.append(read_bandwidth())
            for key, streams in all_streams.items():
                started = time.perf_counter()
                for index in range(STEPS):
                    streams.step(decoder, index)
                seconds[key].append((time.perf_counter() - started) / STEPS)
    bandwidth = statistics.median(bandwidths)
    print(
        f"{arguments.preset}, BF16, {dispatch.native.kernels.active()}, "
        f"{dispatch.native.kernels.num_threads()} threads, {bandwidth / 1e9:.1f} GB/s read"
    )
    print(f"{'streams':>8}{'discount':>10}{'tokens/s':>12}{'ms a step':>12}{'of the limit':>14}")
    rates = {}
    for count, discount in all_streams:
        time_taken = statistics.median(seconds[count, discount])
        limit = needed_bytes(config, count, arguments.context) / bandwidth
        rate = rates[f"{count}/{discount:g}"] = count / time_taken
        share = limit / time_taken
        print(f"{count:8}{discount:10g}{rate:12,.0f}{1e3 * time_taken:12.2f}{share:14.0%}")
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


def random_model(config: ModelConfig) -> Small4:
    """Random weights, each exact in BF16."""
    model = Small4(config)
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


def needed_bytes(config: ModelConfig, streams: int, context: int) -> float:
    """What a step must read: weights once, experts that any stream chose, every stream's latents.

    Streams are taken to choose experts at random, each `num_experts_per_tok` of them.
    """
    counted = count_parameters(config)
    expert = 3 * config.hidden_size * config.moe_intermediate_size
    all_experts = config.num_hidden_layers * config.n_routed_experts * expert
    embedding = config.vocab_size * config.hidden_size
    share = 1 - (1 - config.num_experts_per_tok / config.n_routed_experts) ** streams
    latents = config.num_hidden_layers * streams * context * config.latent_dim * 4
    return BYTES * (counted.total - embedding - all_experts * (1 - share)) + latents


if __name__ == "__main__":
    main()
