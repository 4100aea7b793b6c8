"""Training speed on a CPU: the native kernels against plain PyTorch, in one run.

    OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 python benchmarks/training.py [--steps 9]

The same steps of the recipe's corpus go through both, taking turns; medians. Prints a table for
people and one JSON line for programs. `experts` is the mixture block alone, forward and backward;
its baseline sorts rows by expert and multiplies padded tiles in one batched product.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from trinity.bench.records import line, stamp
from trinity.ops import PackedBatch, dispatch
from trinity.presets import preset
from trinity.train.corpus import Corpus, CorpusConfig
from trinity.train.example import MicroBatch
from trinity.train.items import Split
from trinity.train.supervised import SupervisedConfig, SupervisedTrainer
from trinity.train.trainer import Meter

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=9)
    arguments = parser.parse_args()
    config = SupervisedConfig(
        model=preset("mini"), corpus=CorpusConfig(), tokenizer=str(TOKENIZER), num_workers=0
    )
    with tempfile.TemporaryDirectory() as directory:
        trainer = SupervisedTrainer(config, Path(directory))
    micros = some_micros(config, arguments.steps)
    rates = {
        "training step": compare(micros, lambda micro: trainer.step([micro], Meter())),
        "experts": compare(micros, lambda micro: experts(trainer, micro)),
    }
    print(f"{'':16}{'native':>12}{'PyTorch':>12}{'ratio':>8}   tokens/s")
    for name, (native, plain) in rates.items():
        print(f"{name:16}{native:12,.0f}{plain:12,.0f}{native / plain:8.2f}")
    record = stamp(
        "training",
        steps=arguments.steps,
        tokens_per_s=rates,
    )
    print(line(record))


def some_micros(config: SupervisedConfig, count: int) -> list[MicroBatch]:
    """Micro-batches of the recipe, no step smaller than nine tenths of the full size."""
    settings = replace(config.corpus, window_examples=64 * count)
    corpus = Corpus(settings, config.model, config.tokenizer, Split.TRAIN)
    full = [step[0] for step in corpus[0] if len(step[0].ids_T) > 0.9 * settings.micro_tokens]
    return full[:count]


def compare(micros: list[MicroBatch], run: Callable[[MicroBatch], object]) -> tuple[float, float]:
    """Median tokens per second with the kernels and without, each micro-batch through both."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for with_native in (True, False):
        dispatch.HAS_NATIVE = with_native
        run(micros[0])
    for micro in micros:
        for with_native in (True, False):
            dispatch.HAS_NATIVE = with_native
            started = time.perf_counter()
            run(micro)
            rates[with_native].append(len(micro.ids_T) / (time.perf_counter() - started))
    dispatch.HAS_NATIVE = True
    return statistics.median(rates[True]), statistics.median(rates[False])


def experts(trainer: SupervisedTrainer, micro: MicroBatch) -> None:
    """One mixture block, forward and backward, on random states."""
    model = trainer.model
    layer = model.language_model.model.layers[0]
    states = torch.randn(len(micro.ids_T), model.config.hidden_size, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        out, _ = layer.mlp(states, micro.experts_LT[0], PackedBatch.from_lengths(micro.lengths))
    out.float().sum().backward()
    model.zero_grad(set_to_none=True)


if __name__ == "__main__":
    main()
