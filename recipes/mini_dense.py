"""The dense twin of the embedded model: the generation before, trained on the same data.

trinity train recipes/mini_dense.py --run runs/mini-dense
"""

from pathlib import Path

from trinity.presets import preset
from trinity.train.corpus import CorpusConfig
from trinity.train.trainer import TrainConfig
from trinity.train.vision.pretrain import EncoderConfig

TOKENIZER = Path(__file__).parents[1] / "src/trinity/models/mini/tekken.json"


def recipe() -> TrainConfig:
    """As `recipes/mini.py` in all but the model: examples, stages, tokens and learning rate."""
    return TrainConfig(
        model=preset("mini-dense"),
        corpus=CorpusConfig(),
        encoder=EncoderConfig(),
        tokenizer=str(TOKENIZER),
        total_tokens=60_000_000,
        learning_rate=2e-3,
    )
