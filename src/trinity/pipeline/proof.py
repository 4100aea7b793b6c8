"""The fusion proof: every stage and control of one lineage, each done once and kept.

A stage is a directory with its run and the checkpoint it ended in; a finished stage is not done
again. A row of the table is a checkpoint with its verdicts, one JSON file in `docs/proof`.
Called by `scripts/proof.py`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trinity.pipeline.export import export_run, write_checkpoint
from trinity.pipeline.measure import Result, draw_items, measure, open_generator
from trinity.pipeline.stages import load_checkpoint, make_trainer
from trinity.train.calibrate import calibrate_blocks, mixed_micros
from trinity.train.corpus import Source
from trinity.train.fuse import concatenate, merge_weights
from trinity.train.items import Split
from trinity.train.trainer import StageConfig
from trinity.train.upcycle import upcycle

Say = Callable[[str], None]

RATES = (3e-3, 1e-3, 3e-4)
"""Learning rates that sequential fine-tuning is tried at; the best on validation counts."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where the stages of one lineage are, and how to make those that are not there yet."""

    root: Path
    say: Say
    should_stop: Callable[[], bool] = lambda: False
    """Asked before each training step; then the stage is saved and KeyboardInterrupt raised."""

    def at(self, name: str) -> str:
        """The checkpoint directory of a stage."""
        return str(self.root / name / "model")

    def has(self, name: str) -> bool:
        """Whether a stage is finished."""
        return (self.root / name / "model" / "trinity.json").is_file()

    def train(self, name: str, config: StageConfig) -> None:
        """Run a training stage to its end and write its checkpoint; resumes, or does nothing."""
        if self.has(name):
            return
        directory = self.root / name
        trainer = make_trainer(config, directory)
        self.say(f"{name}: {trainer.state.tokens / 1e6:.2f} of {config.total_tokens / 1e6:.2f} M")
        trainer.files.log({"kind": "start", "recipe": name, "tokens": trainer.state.tokens})
        trainer.run(
            lambda report: self.say(f"{name}: {_progress(report)}"), should_stop=self.should_stop
        )
        if trainer.state.tokens < config.total_tokens:
            raise KeyboardInterrupt
        export_run(directory, directory / "model", name)
        for checkpoint in trainer.files.checkpoints():
            shutil.rmtree(checkpoint)  # the model is written; the optimiser is not needed any more

    def upcycled(self, name: str, start: str, experts: int, seed: int) -> None:
        """Write `start` with more experts."""
        if not self.has(name):
            self._write(name, upcycle(load_checkpoint(self.at(start)), experts, seed), start)

    def concatenated(self, name: str, parts: Sequence[str], base: str, seed: int) -> None:
        """Write the concatenation of `parts`, its blocks calibrated."""
        if self.has(name):
            return
        root = load_checkpoint(self.at(base))
        models = [load_checkpoint(self.at(part)) for part in parts]
        fused = concatenate(models, parts, root)
        anchors = root.config.n_routed_experts
        blocks = [model.config.n_routed_experts - anchors for model in models]
        tokenizer = str(Path(self.at(parts[0])) / "tekken.json")
        masses = calibrate_blocks(
            fused, anchors, blocks, mixed_micros(fused.config, tokenizer, 96, seed)
        )
        self.say(f"{name}: gate mass by layer and block {masses}")
        self._write(name, fused, parts[0])

    def merged(self, name: str, method: str, parts: Sequence[str], base: str, seed: int) -> None:
        """Write `parts` merged by a method of `merge`."""
        if not self.has(name):
            models = [load_checkpoint(self.at(part)) for part in parts]
            root = load_checkpoint(self.at(base))
            self._write(name, merge_weights(method, models, parts, root, seed), parts[0])

    def _write(self, name: str, model: Any, like: str) -> None:
        source = Path(self.at(like))
        manifest = json.loads((source / "trinity.json").read_text(encoding="utf-8"))
        facts = {key: manifest[key] for key in ("trained_experts", "licence", "tokens")}
        tokenizer = (source / "tekken.json").read_bytes()
        write_checkpoint(model, Path(self.at(name)), tokenizer, {**facts, "recipe": name})
        self.say(f"{name}: written")


@dataclass(frozen=True, slots=True)
class Bench:
    """The exercises that every model answers, and where the rows are kept."""

    rows: Path
    sources: tuple[Source, ...]
    items: int
    say: Say

    def row(self, name: str, checkpoint: str, **facts: Any) -> dict[str, Any]:
        """The row of a checkpoint, measured once: accuracy by domain, with verdicts."""
        path = self.rows / f"{name}.json"
        if path.is_file():
            return dict(json.loads(path.read_text(encoding="utf-8")))
        generator = open_generator(checkpoint)
        domains = {}
        for source in self.sources:
            domains[source.domain] = measure(generator, draw_items(source, self.items)).record()
        row = {"name": name, **facts, "items": self.items, "domains": domains}
        self.rows.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
        shown = " ".join(f"{d} {r['accuracy']:.1%}" for d, r in domains.items())
        self.say(f"row {name}: {shown}")
        return row

    def result(self, row: dict[str, Any], domain: str) -> Result:
        """The verdicts of a row on a domain."""
        return Result.of_record(row["domains"][domain])

    def validated(self, checkpoint: str, split_items: int = 300) -> float:
        """Mean accuracy over domains on the validation split: for choosing settings."""
        generator = open_generator(checkpoint)
        values = [
            measure(generator, draw_items(source, split_items, Split.VALIDATION)).accuracy
            for source in self.sources
        ]
        return sum(values) / len(values)


def _progress(report: dict[str, float]) -> str:
    if "pages" in report:
        return f"image encoder, {report['pages']:,.0f} pages, {report['accuracy']:.0%}"
    return (
        f"{report['tokens'] / 1e6:.2f} M, loss {report['loss']:.3f}, "
        f"{report['tokens_per_s']:,.0f} tokens/s"
    )
