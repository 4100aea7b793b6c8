"""How long steps take, learnt from those that were made. Read by the engine and by speculation."""

from __future__ import annotations

_MEMORY = 0.98
"""Weight of what was seen before when another step is measured."""
_FIRST_SHARE = 0.15
"""The time of a row as a share of a step, while all steps had the same number of rows."""
_LEAST_SHARE = 0.01


class Pace:
    """The time of a step that only decodes: `fixed + per row * rows`, fitted to the last ones."""

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self._weight = self._rows = self._time = self._rows_rows = self._rows_time = 0.0

    @property
    def is_known(self) -> bool:
        """Whether anything was measured."""
        return self._weight > 0

    def measure(self, rows: int, seconds: float) -> None:
        """Note how long a step of `rows` rows took."""
        self._weight = _MEMORY * self._weight + 1
        self._rows = _MEMORY * self._rows + rows
        self._time = _MEMORY * self._time + seconds
        self._rows_rows = _MEMORY * self._rows_rows + rows * rows
        self._rows_time = _MEMORY * self._rows_time + rows * seconds

    def per_row(self) -> float:
        """Seconds that one more row takes; more than 0 once anything was measured."""
        rows, time = self._rows / self._weight, self._time / self._weight
        spread = self._rows_rows / self._weight - rows**2
        if spread < 0.25:
            return _FIRST_SHARE * time / rows
        slope = (self._rows_time / self._weight - rows * time) / spread
        return max(slope, _LEAST_SHARE * time / rows)

    def time(self, rows: int) -> float:
        """Seconds that a step of `rows` rows takes; at least those of the rows themselves."""
        mean_rows, mean_time = self._rows / self._weight, self._time / self._weight
        per_row = self.per_row()
        return max(mean_time + (rows - mean_rows) * per_row, per_row * rows)
