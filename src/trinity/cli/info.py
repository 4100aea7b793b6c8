"""`trinity info`: what a model is, what it costs, and whether it fits this machine."""

from __future__ import annotations

import json as json_library
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from trinity.config import AnyConfig
from trinity.errors import NotFound
from trinity.model import cost
from trinity.model.checkpoint import (
    read_config,
    read_manifest,
    read_weight_format,
    resolve_directory,
)
from trinity.model.fit import Fit, Machine, fits, human_bytes, this_machine
from trinity.model.weight_format import WeightFormat
from trinity.presets import PRESETS

_CONTEXTS = (1024, 32_768, 262_144)
_EXPERT_COUNTS = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """The model asked about: a preset's shape alone, or what the files of a directory say."""

    name: str
    config: AnyConfig
    directory: Path | None = None
    stored: WeightFormat | None = None
    trained_experts: tuple[int, int] | None = None
    served_as: str | None = None
    """The format that native kernels hold the weights in by default."""

    @property
    def expert_counts(self) -> list[int]:
        """Numbers of active experts worth a row; 0 alone for a dense model."""
        if not self.config.n_routed_experts:
            return [0]
        own = self.config.num_experts_per_tok
        counts = {*_EXPERT_COUNTS, own, *(self.trained_experts or ())}
        return sorted(count for count in counts if count <= self.config.n_routed_experts)

    @property
    def contexts(self) -> list[int]:
        """Context lengths worth a row."""
        limit = self.config.max_position_embeddings
        return [context for context in _CONTEXTS if context <= limit] or [limit]


def info(model: str, json: bool = False) -> None:
    """Describe `model`, a preset's name or a checkpoint directory; its weights are not needed.

    With `json`, prints one JSON object instead of tables. Raises `NotFound` or `CheckpointError`.
    """
    subject = _find(model)
    machine = this_machine(subject.directory or Path())
    verdicts = fits(subject.config, machine, is_on_disk=subject.directory is not None)
    if json:
        print(json_library.dumps(_as_json(subject, machine, verdicts), indent=2))
    else:
        _show(subject, machine, verdicts)


def _find(model: str) -> _Subject:
    try:
        directory = resolve_directory(model)
    except NotFound:
        # A preset needs no directory: its shape says it all.
        if model in PRESETS:
            return _Subject(name=model, config=PRESETS[model])
        raise
    manifest = read_manifest(directory)
    return _Subject(
        name=model,
        config=read_config(directory),
        directory=directory,
        stored=read_weight_format(directory),
        trained_experts=manifest.trained_experts,
        served_as=manifest.weights,
    )


def _as_json(subject: _Subject, machine: Machine, verdicts: list[Fit]) -> dict[str, object]:
    config = subject.config
    return {
        "model": subject.name,
        "directory": str(subject.directory) if subject.directory else None,
        "weight_format": subject.stored.value if subject.stored else None,
        "trained_experts": subject.trained_experts,
        "served_as": subject.served_as,
        "shape": asdict(config),
        "parameters": cost.count_parameters(config).as_dict(),
        "active_parameters": {
            str(count): asdict(cost.active_parameters(config, count))
            for count in subject.expert_counts
        },
        "cache_bytes_per_token": {
            name: cost.cache_bytes_per_token(config, item_bytes)
            for name, item_bytes in (("fp32", 4), ("bf16", 2), ("fp8", 1))
        },
        "flops_per_token": {
            str(context): cost.flops_per_token(config, context=context)
            for context in subject.contexts
        },
        "machine": asdict(machine),
        "formats": [_format_as_json(subject, verdict) for verdict in verdicts],
    }


def _format_as_json(subject: _Subject, verdict: Fit) -> dict[str, object]:
    known = verdict.weight_format
    return {
        "weight_format": known.value,
        "is_readable": known.is_readable,
        "weight_bytes": verdict.weight_bytes,
        "bytes_read_per_token": {
            str(context): cost.decode_bytes(subject.config, known, context=context)
            for context in subject.contexts
        },
        "place": verdict.place.value,
        "context": verdict.context,
        "sentence": verdict.sentence,
    }


def _show(subject: _Subject, machine: Machine, verdicts: list[Fit]) -> None:
    console = Console()
    where = subject.directory or "a preset: a shape without weights"
    console.print(f"{subject.name}: {where}", style="bold", markup=False)
    if subject.stored and subject.trained_experts:
        low, high = subject.trained_experts
        span = str(low) if low == high else f"{low} to {high}"
        trained = f", trained for {span} active experts" if high else ""
        served = "" if subject.served_as == "auto" else f", served as {subject.served_as}"
        console.print(f"Stored in {subject.stored.value.upper()}{trained}{served}.")
    console.print(_parameter_table(subject.config))
    console.print(_active_table(subject))
    console.print(_decode_table(subject))
    console.print(_machine_sentence(machine), highlight=False)
    console.print(_format_table(subject, verdicts))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left")
    return table


def _parameter_table(config: AnyConfig) -> Table:
    table = _table("Parameters", "part", "count", "share")
    counts = cost.count_parameters(config)
    for part, count in counts.as_dict().items():
        if not count:
            continue
        style = "bold" if part == "total" else None
        share = f"{count / counts.total:.1%}"
        table.add_row(part.replace("_", " "), f"{count:,}", share, style=style)
    return table


def _active_table(subject: _Subject) -> Table:
    rows = {
        count: asdict(cost.active_parameters(subject.config, count))
        for count in subject.expert_counts
    }
    readings = rows[subject.expert_counts[0]]
    names = (reading.replace("_", " ") for reading in readings)
    table = _table("Active parameters per token", "experts", *names)
    for count, row in rows.items():
        table.add_row(str(count), *(f"{number:,}" for number in row.values()))
    return table


def _decode_table(subject: _Subject) -> Table:
    bytes_each = cost.cache_bytes_per_token(subject.config)
    title = f"One decoded token; the cache keeps {bytes_each:,} bytes a token in BF16"
    table = _table(title, "context", "cache in BF16", "operations")
    for context in subject.contexts:
        cache = context * bytes_each
        operations = cost.flops_per_token(subject.config, context=context) / 1e9
        table.add_row(f"{context:,}", human_bytes(cache), f"{operations:.3g} G")
    return table


def _format_table(subject: _Subject, verdicts: list[Fit]) -> Table:
    context = subject.contexts[0]
    table = _table("Formats", "format", "weights", f"read per token\nat {context:,}")
    table.add_column("on this machine")
    for verdict in verdicts:
        known = verdict.weight_format
        read = cost.decode_bytes(subject.config, known, context=context)
        table.add_row(
            known.value, human_bytes(verdict.weight_bytes), human_bytes(read), verdict.sentence
        )
    return table


def _machine_sentence(machine: Machine) -> str:
    gpus = ", ".join(f"{gpu.name} ({human_bytes(gpu.free_bytes)} free)" for gpu in machine.gpus)
    return (
        f"This machine has {human_bytes(machine.total_bytes)} of memory "
        f"({human_bytes(machine.available_bytes)} free), "
        f"{human_bytes(machine.disk_free_bytes)} of free disk, and {gpus or 'no GPU'}."
    )
