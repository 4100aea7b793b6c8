"""Makes the blocks of a fused model equally likely to be asked, before its router is trained.

Routers that were trained apart have never competed: the loudest would take every token. Each block
gets a temperature and a bias, found on a mix of examples. The model has no router bias; but some
direction is nearly the same in all router inputs, and what is added along it shifts a row's score
by nearly a constant.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from trinity.config import ModelConfig
from trinity.model.small4 import Mixture, mixtures
from trinity.model.transformer import Transformer
from trinity.ops import PackedBatch
from trinity.train.corpus import EVERYTHING, Corpus, CorpusConfig
from trinity.train.example import MicroBatch
from trinity.train.items import Split

ROUNDS = 60
STEP = 0.5
"""Largest shift of the first round, relative to the deviation of a token's scores; later rounds
shift less and less."""


def calibrate_blocks(
    model: Transformer, anchors: int, blocks: Sequence[int], micros: Sequence[MicroBatch]
) -> list[list[float]]:
    """Change the router rows of `model` until its blocks get equal gate mass on `micros`.

    The first `anchors` experts stay as they are; `blocks` are the sizes of the groups after them.
    Returns each layer's share of gate mass for each block at the end.
    """
    masses: list[list[float]] = []
    with torch.no_grad():
        for mixture in mixtures(model):
            # Layer after layer: what an earlier one gives changes with its router.
            inputs_TD = _inputs(model, mixture, micros)
            rows_ED = mixture.gate.weight
            _equal_spread(rows_ED[anchors:], blocks, inputs_TD)
            num_active = model.config.num_experts_per_tok
            masses.append(_equal_mass(rows_ED, anchors, blocks, inputs_TD, num_active))
    return masses


def mixed_micros(
    model: ModelConfig, tokenizer: str, examples: int, seed: int = 0
) -> list[MicroBatch]:
    """Micro-batches of a mix of exercises, pictures only for a model that sees."""
    sources = tuple(s for s in EVERYTHING if s.domain != "vision" or model.vision is not None)
    config = CorpusConfig(
        sources=sources,
        window_examples=examples,
        full_experts_share=1.0,
        label_pages=0,
        seed=seed,
    )
    corpus = Corpus(config, model, tokenizer, Split.VALIDATION)
    return [micro for step in corpus[0] for micro in step]


def gate_mass(
    rows_ED: Tensor, inputs_TD: Tensor, anchors: int, blocks: Sequence[int], num_active: int
) -> list[float]:
    """Mean share of the chosen experts' weight that falls on each block, anchors left out."""
    probability_TE = (inputs_TD @ rows_ED.T).softmax(-1)
    top = probability_TE.topk(num_active, dim=-1)
    weight_TK = top.values / top.values.sum(-1, keepdim=True)
    mass_E = torch.zeros(len(rows_ED)).index_add_(0, top.indices.flatten(), weight_TK.flatten())
    return [float(part.sum()) / len(inputs_TD) for part in mass_E[anchors:].split(list(blocks))]


def _inputs(model: Transformer, mixture: Mixture, micros: Sequence[MicroBatch]) -> Tensor:
    """What the router of `mixture` reads while `model` reads `micros`."""
    seen: list[Tensor] = []
    hook = mixture.register_forward_pre_hook(lambda _, given: seen.append(given[0].float()))
    for micro in micros:
        features = model.encode_images(micro.pixels) if micro.pixels else None
        batch = PackedBatch.from_lengths(micro.lengths, micro.ids_T.device)
        model(micro.ids_T, batch, micro.experts_LT, image_features_ID=features)
    hook.remove()
    return torch.cat(seen)


def _equal_spread(rows_ED: Tensor, blocks: Sequence[int], inputs_TD: Tensor) -> None:
    """Scale each block's rows so that its scores deviate as much as the mean block's do."""
    parts = rows_ED.split(list(blocks))
    spreads = [(inputs_TD @ rows.T).std(-1).mean() for rows in parts]
    mean = torch.stack(spreads).mean()
    for rows, spread in zip(parts, spreads, strict=True):
        rows *= mean / spread


def _equal_mass(
    rows_ED: Tensor, anchors: int, blocks: Sequence[int], inputs_TD: Tensor, num_active: int
) -> list[float]:
    """Shift each block's scores until the blocks are chosen equally often."""
    direction_D = _constant_direction(inputs_TD)
    step = STEP * (inputs_TD @ rows_ED.T).std(-1).mean()
    for round_number in range(ROUNDS):
        mass = torch.tensor(gate_mass(rows_ED, inputs_TD, anchors, blocks, num_active))
        wanted = (mass.mean() / mass.clamp_min(1e-4)).log().clamp(-1, 1)
        shift = step * (1 - round_number / ROUNDS) * wanted
        for rows, value in zip(rows_ED[anchors:].split(list(blocks)), shift, strict=True):
            rows += value * direction_D
    return gate_mass(rows_ED, inputs_TD, anchors, blocks, num_active)


def _constant_direction(inputs_TD: Tensor) -> Tensor:
    """What has a product as near to 1 with every input as can be, by ridge regression."""
    gram_DD = inputs_TD.T @ inputs_TD
    ridge = 1e-3 * gram_DD.diagonal().mean() * torch.eye(len(gram_DD))
    direction_D = torch.linalg.solve(gram_DD + ridge, inputs_TD.sum(0))
    return direction_D / (inputs_TD @ direction_D).mean()
