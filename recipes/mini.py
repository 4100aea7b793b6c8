"""The embedded model: one joint run over generated reasoning, vision and code.

trinity train recipes/mini.py --run runs/mini

Where there is a GPU, the same command trains a larger one, whose file still fits the package.
"""

from pathlib import Path

import torch

from trinity.presets import preset
from trinity.train.corpus import CorpusConfig
from trinity.train.supervised import SupervisedConfig
from trinity.train.vision.pretrain import EncoderConfig

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"


def recipe() -> SupervisedConfig:
    """Two hours on two CPU cores with BF16 instructions."""
    size = "mini-large" if torch.cuda.is_available() else "mini"
    return SupervisedConfig(
        model=preset(size),
        corpus=CorpusConfig(max_tokens=512),
        encoder=EncoderConfig(),
        tokenizer=str(TOKENIZER),
        total_tokens=60_000_000,
        learning_rate=2e-3,
    )
