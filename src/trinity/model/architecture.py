"""Which class is the network of a config."""

from __future__ import annotations

from trinity.config import AnyConfig, DenseConfig
from trinity.model.dense import Dense
from trinity.model.small4 import Small4
from trinity.model.transformer import Transformer


def make_model(config: AnyConfig) -> Transformer:
    """The network that `config` describes, its weights allocated and not set."""
    return Dense(config) if isinstance(config, DenseConfig) else Small4(config)
