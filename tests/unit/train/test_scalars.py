from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trinity.train.run_files import RunFiles
from trinity.train.supervised import SupervisedConfig, SupervisedTrainer

pytest.importorskip("tensorboardX", reason="event files need the extra `train`")

Points = dict[str, list[tuple[int, float]]]


def events(file: Path) -> Iterator[Any]:
    """The records of an event file: length, its checksum, an event, its checksum."""
    from tensorboardX.proto.event_pb2 import Event

    data, start = file.read_bytes(), 0
    while start < len(data):
        (length,) = struct.unpack_from("<Q", data, start)
        yield Event.FromString(data[start + 12 : start + 12 + length])
        start += 12 + length + 4


def points(folder: Path) -> Points:
    """What TensorBoard shows: where a session starts, later steps of earlier ones are dropped."""
    found: Points = defaultdict(list)
    for file in sorted(folder.iterdir()):
        for event in events(file):
            if event.HasField("session_log") and event.session_log.status == 1:
                for name, old in found.items():
                    found[name] = [point for point in old if point[0] < event.step]
            for value in event.summary.value:
                found[value.tag].append((event.step, value.simple_value))
    return dict(found)


def train(config: SupervisedConfig, directory: Path, stop_at: int | None = None) -> None:
    trainer = SupervisedTrainer(config, directory)
    trainer.run(lambda _: None, stop_at=stop_at)


def logged(directory: Path, kind: str, name: str) -> list[tuple[int, float]]:
    rows = [row for row in RunFiles(directory).records() if row["kind"] == kind]
    return [(row["steps"], pytest.approx(row[name], rel=1e-6)) for row in rows]


def test_event_files_hold_what_the_log_holds(quick_run: SupervisedConfig, tmp_path: Path) -> None:
    train(quick_run, tmp_path)
    for kind in ("train", "validation"):
        shown = points(tmp_path / "tensorboard" / kind)
        for name in ("loss", "tokens", "tokens_per_s"):
            assert shown[name] == logged(tmp_path, kind, name)
    shown = points(tmp_path / "tensorboard/train")
    assert {"learning_rate", "gradient_norm", "balance", "skipped"} <= set(shown)


def test_a_resumed_run_has_no_point_twice(quick_run: SupervisedConfig, tmp_path: Path) -> None:
    train(quick_run, tmp_path, stop_at=1_200)
    trainer = SupervisedTrainer(quick_run, tmp_path)
    with pytest.raises(KeyboardInterrupt):  # as a kill: reported and not saved
        trainer.run(interrupt)
    train(quick_run, tmp_path)
    train(quick_run, tmp_path)  # a finished run
    for kind in ("train", "validation"):
        steps = [step for step, _ in points(tmp_path / "tensorboard" / kind)["loss"]]
        assert steps == sorted(set(steps))
    assert len(steps) == 2


def interrupt(_: dict[str, float]) -> None:
    raise KeyboardInterrupt
