"""What is asked of an engine, and how long it took; the same for Trinity and its peers.

Standard library only: a peer's own Python reads this file too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Workload:
    """Streams that begin together, each with a prompt of its own and answers of equal length."""

    streams: int
    prompt: int
    """Tokens."""
    output: int
    """Tokens."""

    @property
    def tokens(self) -> int:
        """Tokens of one stream when it ends."""
        return self.prompt + self.output


WARM_UP = Workload(1, 8, 2)
"""What every engine runs first, for that is slower."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One run of a workload, cut in two where the last stream had its first token."""

    prefill_s: float
    decode_s: float
    decoded: int
    """Tokens chosen in the second part."""

    @classmethod
    def read(cls, record: Mapping[str, float]) -> Timing:
        """The timing that `write` made."""
        return cls(record["prefill_s"], record["decode_s"], int(record["decoded"]))

    def write(self) -> dict[str, float]:
        """As a JSON object."""
        return asdict(self)

    def rates(self, workload: Workload) -> dict[str, float]:
        """Tokens a second: prompts read, tokens decoded after that, output over the whole time."""
        found = {"prefill": workload.streams * workload.prompt / self.prefill_s}
        if self.decoded:
            found["decode"] = self.decoded / self.decode_s
            total_s = self.prefill_s + self.decode_s
            found["output"] = workload.streams * workload.output / total_s
        return found
