"""What is measured: rows, sizes and repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trinity.bench.workload import WARM_UP, Workload
from trinity.config import WEIGHTS
from trinity.errors import UsageError

ROWS = ("decode", "prefill", "streams", "context", "memory", "load")
FORMATS = tuple(name for name in WEIGHTS if name != "auto")
BLOCK = 16
"""Cache slots of a block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The settings of a run."""

    rows: tuple[str, ...] = ROWS
    weights: tuple[str, ...] = FORMATS
    repeats: int = 5
    decode: Workload = Workload(1, 128, 128)  # noqa: RUF009 (frozen)
    prompts: tuple[int, ...] = (512, 4096)
    """Tokens of each prompt of the row `prefill`."""
    streams: tuple[int, ...] = (8, 32, 128)
    stream_prompt: int = 128
    stream_output: int = 128
    contexts: tuple[int, ...] = (1024, 4096, 16_384, 65_536, 262_144)
    load_rates: tuple[float, ...] = ()
    """Requests a second; none is half of what Trinity answers when it is given eight at once."""
    load_requests: int = 32
    load_prompt: int = 128
    load_output: int = 64
    load_streams: int = 32
    """Answers that a server makes at the same time; more wait."""

    def __post_init__(self) -> None:
        """Raise `UsageError` for what does not exist or cannot be."""
        for what, given, known in (("row", self.rows, ROWS), ("weights", self.weights, FORMATS)):
            for name in given:
                if name not in known:
                    raise UsageError(f"There is no {what} {name!r}; there are {', '.join(known)}.")
        for what, numbers in (
            ("repeats", (self.repeats,)),
            ("streams", self.streams),
            ("rates", self.load_rates),
        ):
            if any(number <= 0 for number in numbers):
                shown = ", ".join(f"{number:g}" for number in numbers)
                raise UsageError(f"{what} has {shown}; each must be above 0.")

    def workloads(self, max_context: int) -> Iterator[tuple[str, str, Workload]]:
        """Row, case and workload of what engines run, as far as a context of the model allows."""
        every = [
            ("decode", f"{self.decode.prompt} + {self.decode.output}", self.decode),
            *(("prefill", f"{size} tokens", Workload(1, size, 1)) for size in self.prompts),
            *(
                (
                    "streams",
                    f"{count} streams",
                    Workload(count, self.stream_prompt, self.stream_output),
                )
                for count in self.streams
            ),
        ]
        for row, case, work in every:
            if row in self.rows and work.tokens <= max_context:
                yield row, case, work

    def left_out(self, max_context: int) -> list[str]:
        """Cases that are longer than the model's context."""
        kept = {(row, case) for row, case, _ in self.workloads(max_context)}
        every = [
            f"{row} {case}" for row, case, _ in self.workloads(2**62) if (row, case) not in kept
        ]
        if "context" in self.rows:
            every += [f"context {size}" for size in self.contexts if size >= max_context]
        return every

    def contexts_up_to(self, max_context: int) -> list[int]:
        """Contexts at which the model can decode a token."""
        if "context" not in self.rows:
            return []
        return [context for context in self.contexts if context < max_context]

    def engine_settings(self, max_context: int, weights: str) -> dict[str, object]:
        """Settings of an engine with room for all workloads and contexts, and no more.

        Prompts are random, so that nothing could be reused or guessed.
        """
        works = [WARM_UP, *(work for _, _, work in self.workloads(max_context))]
        longest = max(work.tokens for work in works)
        streams = max(work.streams for work in works)
        contexts = [context + 1 for context in self.contexts_up_to(max_context)]
        blocks = [work.streams * -(-work.tokens // BLOCK) for work in works]
        return {
            "weights": weights,
            "block_size": BLOCK,
            "num_blocks": max(*blocks, -(-max(contexts, default=1) // BLOCK), 1),
            "max_sequences": streams,
            "max_waiting": streams,
            "max_step_tokens": max(512, 2 * streams),
            "max_context": longest,
            "speculation": False,
            "prefix_cache": False,
        }
