"""The order in which endless data sets are read."""

from __future__ import annotations

from collections.abc import Iterator

from torch.utils.data import Sampler


class From(Sampler[int]):
    """The indices from `first` on, without end."""

    def __init__(self, first: int) -> None:
        """Start at `first`."""
        self.first = first

    def __iter__(self) -> Iterator[int]:
        """Count up."""
        index = self.first
        while True:
            yield index
            index += 1
