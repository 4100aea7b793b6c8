"""The embedded model, taught with a file of your own chats.

TRINITY_DATA=chats.jsonl trinity train recipes/own_data.py --run runs/own --export my-model
"""

import os
from pathlib import Path

from trinity.errors import UsageError
from trinity.presets import preset
from trinity.train.corpus import CorpusConfig
from trinity.train.own_data import OwnDataConfig
from trinity.train.supervised import SupervisedConfig

MINI = Path(__file__).parents[1] / "src/trinity/models/mini"


def recipe() -> SupervisedConfig:
    """Half of the examples are yours. A million tokens take minutes on two CPU cores."""
    data = os.environ.get("TRINITY_DATA")
    if not data:
        raise UsageError("Set TRINITY_DATA to your file of chats; docs/training.md describes it.")
    return SupervisedConfig(
        model=preset("mini"),
        start=str(MINI),
        tokenizer=str(MINI / "tekken.json"),
        own_data=OwnDataConfig(path=data),
        # Two micro-batches a step, so that two devices can share one; together they are 4,096
        # tokens, as in `recipes/mini.py`.
        corpus=CorpusConfig(micro_tokens=2048, micros_per_step=2, label_pages=4),
        total_tokens=1_000_000,
        # A quarter of the rate that mini was trained with: it is to learn more, not anew.
        learning_rate=5e-4,
        warmup=0.05,
    )
