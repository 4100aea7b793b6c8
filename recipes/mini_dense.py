"""The dense twin of the embedded model: the generation before, trained on the same data.

trinity train recipes/mini_dense.py --run runs/mini-dense
"""

from pathlib import Path

from trinity.presets import preset
from trinity.train.corpus import CorpusConfig
from trinity.train.supervised import SupervisedConfig

MINI = Path(__file__).parents[1] / "src/trinity/models/mini"


def recipe() -> SupervisedConfig:
    """Examples and learning rate as in `recipes/mini.py`. The image encoder, which is the same in
    both, is mini's own: the twins are to differ in the text decoder alone."""
    return SupervisedConfig(
        model=preset("mini-dense"),
        corpus=CorpusConfig(max_tokens=512),
        tokenizer=str(MINI / "tekken.json"),
        start_encoder=str(MINI),
        total_tokens=60_000_000,
        learning_rate=2e-3,
    )
