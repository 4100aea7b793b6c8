"""Which trainer runs which kind of stage, and the engine that answers for it.

Called by `train` and `fuse`, and by the fusion proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

from trinity.config import AnyConfig, EngineConfig
from trinity.errors import UsageError
from trinity.types import EFFORTS, ChatRequest, Generation, Generator

if TYPE_CHECKING:
    from trinity.engine.intensity import IntensityTable
    from trinity.engine.llm import LLM
    from trinity.model.transformer import Transformer
    from trinity.train.trainer import StageConfig, Trainer

ENGINE = EngineConfig(max_sequences=128, max_step_tokens=2048, max_context=1024, speculation=False)
"""Many short answers at once, and the same ones in every run: guessing goes by the clock."""


def make_trainer(config: StageConfig, directory: Path) -> Trainer:
    """The trainer of the stage that `config` describes."""
    from trinity.train.distil import DistilConfig, DistilTrainer
    from trinity.train.reinforce import ReinforceConfig, ReinforceTrainer
    from trinity.train.supervised import SupervisedConfig, SupervisedTrainer

    match config:
        case SupervisedConfig():
            return SupervisedTrainer(config, directory, load_checkpoint)
        case ReinforceConfig():
            return ReinforceTrainer(config, directory, load_checkpoint, make_generator)
        case DistilConfig():
            return DistilTrainer(config, directory, load_checkpoint, make_generator)
    raise UsageError(f"There is no trainer for a recipe of the type {type(config).__name__}.")


def load_checkpoint(path: str) -> Transformer:
    """The model of a checkpoint, by the name or path that a recipe gives."""
    from trinity.model.checkpoint import load_model, resolve_directory

    return load_model(resolve_directory(path))


class Mirror:
    """Answers on the CPU with the weights of a model that trains on another device: the engine's
    steps are CPU tensors. A copy of the weights is kept, and renewed as they change."""

    def __init__(self, model: Transformer, tokenizer: str) -> None:
        """Copy `model`."""
        self._model = model
        self._copy = deepcopy(model).to("cpu")
        self._llm = make_engine(self._copy, tokenizer)

    def generate(self, requests: Sequence[ChatRequest]) -> list[Generation]:
        """See `Generator`."""
        return self._llm.generate(requests)

    def weights_changed(self) -> None:
        """See `Generator`."""
        self._copy.load_state_dict(self._model.state_dict())
        self._llm.weights_changed()


def make_generator(model: Transformer, tokenizer: str) -> Generator:
    """What answers with a model in memory, on whatever device that is."""
    is_here = all(parameter.device.type == "cpu" for parameter in model.parameters())
    return make_engine(model, tokenizer) if is_here else Mirror(model, tokenizer)


def make_engine(model: Transformer, tokenizer: str) -> LLM:
    """An engine over a model in the CPU's memory."""
    from trinity.engine.llm import LLM
    from trinity.inputs.tokenizer import Tokenizer
    from trinity.model.checkpoint import Manifest

    experts = model.config.n_routed_experts
    manifest = Manifest(name="in training", trained_experts=(1, experts) if experts else (0, 0))
    return LLM(model, Tokenizer(tokenizer), plain_table(model.config), manifest, ENGINE, seed=0)


def plain_table(config: AnyConfig) -> IntensityTable:
    """Greedy answers at the model's own expert count; each effort by the token it is trained on."""
    from trinity.engine.intensity import IntensityTable, Level

    tokens = {"none": "none", "minimal": "low", "low": "low"}
    experts = (config.num_experts_per_tok,) * config.num_hidden_layers
    levels = tuple(
        Level(
            name=name,
            intensity=round(100 * place / (len(EFFORTS) - 1)),
            effort_token=tokens.get(name, "high"),
            active_experts=experts,
            temperature=0.0,
            top_p=1.0,
            thinking_token_budget=0 if name == "none" else None,
        )
        for place, name in enumerate(EFFORTS)
    )
    return IntensityTable("high", levels)
