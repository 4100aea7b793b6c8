"""A run's figures as TensorBoard event files: `tensorboard --logdir RUN/tensorboard` shows them.

Each kind of record is a run of TensorBoard's, so that losses of training and of validation share a
chart. Does nothing where tensorboardX, whose messages and checksum are used, is not installed. Not
its writer: that is a thread and a queue, and a kill would lose what they hold.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STEP_OF = {"train": "steps", "validation": "steps", "rollouts": "window", "encoder": "pages"}
"""The kinds of records that are drawn, and which of their fields is the horizontal axis."""


class Scalars:
    """Writes the event files of one run: a new one of each kind whenever the run is started."""

    def __init__(self, directory: Path) -> None:
        """Write below `directory`, from the first record on."""
        self.directory = directory
        self.next_step: dict[str, int] = {}
        """By axis, the first step that is not done yet: later ones in older files were undone by a
        kill, and TensorBoard is told to forget them."""
        self._files: dict[str, Path] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Write the numbers of `record`, if its kind is drawn."""
        kind = record["kind"]
        axis = STEP_OF.get(kind)
        if axis is None or axis not in record:
            return
        try:
            from tensorboardX.proto.event_pb2 import Event
            from tensorboardX.proto.summary_pb2 import Summary
        except ModuleNotFoundError:
            return
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in record.items()
            if isinstance(value, int | float) and name != axis
        ]
        if kind not in self._files:
            self._files[kind] = self._begin(kind, self.next_step.get(axis, 0))
        _append(self._files[kind], Event(step=record[axis], summary=Summary(value=values)))

    def _begin(self, kind: str, first: int) -> Path:
        """Begin a file with the steps from `first` on."""
        from tensorboardX.proto.event_pb2 import Event, SessionLog

        folder = self.directory / kind
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads files by name; two of the same second differ in their steps.
        path = folder / f"events.out.tfevents.{int(time.time())}.{first:08d}"
        _append(path, Event(file_version="brain.Event:2"))
        if first:
            start = SessionLog(status=SessionLog.START)
            _append(path, Event(step=first, session_log=start))
        return path


def _append(path: Path, event: Any) -> None:
    """One record: its length, that one's checksum, the event, its checksum."""
    from tensorboardX.record_writer import masked_crc32c

    event.wall_time = time.time()
    data = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    with path.open("ab") as file:
        for part in (length, data):
            file.write(part + struct.pack("<I", masked_crc32c(part)))
