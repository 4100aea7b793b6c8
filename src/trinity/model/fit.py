"""Whether a model fits this machine, format by format, told in plain sentences.

Called by `trinity info`, which prints what it says.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import torch

from trinity.config import AnyConfig
from trinity.model.cost import cache_bytes_per_token, weight_bytes
from trinity.model.weight_format import WeightFormat

USABLE = 0.9
"""Share of the free memory that weights and cache may take; the rest is for activations."""
MIN_CONTEXT = 1024
"""Tokens of cache without which a model is of no use; or its own limit where that is less."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One graphics card."""

    name: str
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What this machine has to hold a model."""

    total_bytes: int
    """Main memory; in a container with a limit, that limit."""
    available_bytes: int
    disk_free_bytes: int
    gpus: tuple[Gpu, ...] = ()


class Place(Enum):
    """Where a model's weights can be."""

    GPU = "gpu"
    MEMORY = "memory"
    DISK = "disk"
    """Experts would be read from disk as they are needed."""
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The verdict on one format."""

    weight_format: WeightFormat
    weight_bytes: int
    place: Place
    context: int
    """Tokens of cache that fit beside the weights, over all sequences; 0 where they do not fit."""
    sentence: str


def this_machine(directory: Path = Path()) -> Machine:
    """Measure the machine, and the free space of the disk that holds `directory`."""
    gpus = []
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        gpus.append(Gpu(torch.cuda.get_device_name(index), total, free))
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    available = min(total, _available_bytes(total))
    limit = _container_limit()
    if limit is not None:
        total, available = min(total, limit), min(available, limit)
    return Machine(
        total_bytes=total,
        available_bytes=available,
        disk_free_bytes=shutil.disk_usage(directory).free,
        gpus=tuple(gpus),
    )


def fits(config: AnyConfig, machine: Machine, *, is_on_disk: bool = False) -> list[Fit]:
    """The verdict on each format; `is_on_disk` says that the weights need no more disk space."""
    return [_fit(config, machine, known, is_on_disk) for known in WeightFormat]


def human_bytes(num_bytes: int) -> str:
    """A size in decimal units, three digits: `239 GB`, `30.1 MB`."""
    value, unit = float(num_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    return f"{value:.3g} {unit}"


def _fit(config: AnyConfig, machine: Machine, known: WeightFormat, is_on_disk: bool) -> Fit:
    parts = weight_bytes(config, known)
    place, context = _place(config, machine, known)
    if place is Place.DISK and not is_on_disk and parts.total > machine.disk_free_bytes:
        place = Place.NOWHERE
    match place:
        case Place.GPU:
            sentence = f"It fits on the GPU with {context:,} tokens of context."
        case Place.MEMORY:
            sentence = f"It fits in memory with {context:,} tokens of context."
        case Place.DISK:
            sentence = "Its experts must be streamed from disk, which comes later."
        case Place.NOWHERE:
            sentence = _lack(machine, parts.total, is_on_disk)
    if not known.is_readable:
        sentence += " Reading this format comes later."
    return Fit(
        weight_format=known,
        weight_bytes=parts.total,
        place=place,
        context=context,
        sentence=sentence,
    )


def _place(config: AnyConfig, machine: Machine, known: WeightFormat) -> tuple[Place, int]:
    parts = weight_bytes(config, known)
    gpu_bytes = max((gpu.free_bytes for gpu in machine.gpus), default=0)
    wanted = min(MIN_CONTEXT, config.max_position_embeddings)
    for place, free in ((Place.GPU, gpu_bytes), (Place.MEMORY, machine.available_bytes)):
        context = _context(config, free, parts.total)
        if context >= wanted:
            return place, context
    if not config.n_routed_experts:
        return Place.NOWHERE, 0
    # Streaming keeps all but the routed experts, and at least those of one token.
    share = config.num_experts_per_tok / config.n_routed_experts
    resident = parts.total - round(parts.routed_experts * (1 - share))
    streams = _context(config, machine.available_bytes, resident) >= wanted
    return (Place.DISK if streams else Place.NOWHERE), 0


def _context(config: AnyConfig, free_bytes: int, weight_bytes: int) -> int:
    room = int(free_bytes * USABLE) - weight_bytes
    return max(0, min(room // cache_bytes_per_token(config), config.max_position_embeddings))


def _lack(machine: Machine, wanted: int, is_on_disk: bool) -> str:
    lack = f"It does not fit: only {human_bytes(machine.available_bytes)} of memory"
    if not is_on_disk and wanted > machine.disk_free_bytes:
        lack += f" and {human_bytes(machine.disk_free_bytes)} of disk"
    return lack + " are free."


def _available_bytes(total: int) -> int:
    """Memory that programs can still take; on systems that do not tell, all of it."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return total
    values = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(values[0]) * 1024 if values else total


def _container_limit() -> int | None:
    """The memory limit of the control group that this process runs in, if there is one."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
