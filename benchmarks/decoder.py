"""The native decoder alone, without an engine: steps per second and share of memory bandwidth.

    python benchmarks/decoder.py [bench-1500m] [--streams 1,8,32] [--context 128] [--runs 5] \
        [--discounts 1] [--weights bf16]

Weights are random and rounded to BF16. A step decodes one token of every stream, each at the given
context. Its limit is the longer of two times: to read every weight and latent that it needs once,
and to do the arithmetic, at the rates measured between the runs; no step can be faster. With a
routing discount below 1, streams share experts, and the limit is still that of streams that do not.
Prints a table and one JSON line.
"""

import argparse
import statistics
import time
from dataclasses import asdict

import torch

from trinity.bench.checkpoints import random_model
from trinity.bench.limits import decode_step
from trinity.bench.rates import cpu_threads, instructions, measure_rates, median_rates
from trinity.bench.records import line, stamp
from trinity.config import AnyConfig
from trinity.model.packed import PackedDecoder
from trinity.ops import PagedBatch, dispatch
from trinity.presets import preset

BLOCK = 16
STEPS = 8


class Streams:
    """Sequences that stand at the same position, with caches of random numbers."""

    def __init__(
        self, config: AnyConfig, streams: int, context: int, discount: float = 1.0
    ) -> None:
        blocks = -(-(context + STEPS) // BLOCK)
        shape = (streams * blocks + 1, BLOCK, config.cache_width)
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
    parser.add_argument("--weights", default="bf16", help="fp32, bf16, int8, mixed or int4")
    arguments = parser.parse_args()
    config = preset(arguments.preset)
    decoder = PackedDecoder.of(random_model(config), arguments.weights)
    counts = [int(count) for count in arguments.streams.split(",")]
    discounts = [float(value) for value in arguments.discounts.split(",")]
    all_streams = {
        (count, discount): Streams(config, count, arguments.context, discount)
        for count in counts
        for discount in discounts
    }
    seconds: dict[tuple[int, float], list[float]] = {key: [] for key in all_streams}
    samples = []
    with torch.inference_mode(), dispatch.torch_threads(1):
        for _ in range(arguments.runs):
            samples.append(measure_rates())
            for key, streams in all_streams.items():
                started = time.perf_counter()
                for index in range(STEPS):
                    streams.step(decoder, index)
                seconds[key].append((time.perf_counter() - started) / STEPS)
    rates = median_rates(samples)
    print(
        f"{arguments.preset}, {arguments.weights}, {instructions()}, {cpu_threads()} threads, "
        f"{rates.read_bytes / 1e9:.1f} GB/s read, {rates.fp32_flops / 1e9:,.0f} GFLOP/s"
    )
    print(f"{'streams':>8}{'discount':>10}{'tokens/s':>12}{'ms a step':>12}{'of the limit':>14}")
    speeds = {}
    for count, discount in all_streams:
        time_taken = statistics.median(seconds[count, discount])
        least = decode_step(
            config, arguments.weights, rates, streams=count, context=arguments.context
        )
        rate = speeds[f"{count}/{discount:g}"] = count / time_taken
        share = least.seconds / time_taken
        print(f"{count:8}{discount:10g}{rate:12,.0f}{1e3 * time_taken:12.2f}{share:14.0%}")
    record = stamp(
        "decoder",
        preset=arguments.preset,
        weights=arguments.weights,
        context=arguments.context,
        rates=asdict(rates),
        tokens_per_s=speeds,
    )
    print(line(record))


if __name__ == "__main__":
    main()
