"""Who does what in a fused model: where tokens go, and what is left without a block of experts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from trinity.model.small4 import Small4
from trinity.model.transformer import Transformer
from trinity.ops import PackedBatch
from trinity.train.corpus import Corpus, CorpusConfig, Source
from trinity.train.fuse import is_per_expert
from trinity.train.items import Split


def usage_by_domain(
    model: Transformer,
    tokenizer: str,
    domains: Sequence[tuple[Source, ...]],
    examples: int = 64,
) -> np.ndarray:
    """Share of each domain's routed rows that go to each expert: [domains, layers, experts]; the
    rows of answers and prompts of validation exercises at the model's own expert count.

    A domain is what its sources give.
    """
    config = model.config
    shares = np.zeros((len(domains), config.num_hidden_layers, config.n_routed_experts))
    for index, sources in enumerate(domains):
        settings = CorpusConfig(
            sources=sources, window_examples=examples, full_experts_share=1.0, label_pages=0
        )
        corpus = Corpus(settings, config, tokenizer, Split.VALIDATION)
        for step in corpus[0]:
            for micro in step:
                features = model.encode_images(micro.pixels) if micro.pixels else None
                with torch.no_grad():
                    hidden = model(
                        micro.ids_T,
                        PackedBatch.from_lengths(micro.lengths),
                        micro.experts_LT,
                        image_features_ID=features,
                    )
                for layer, routing in enumerate(hidden.routings):
                    counts = routing.expert_N.bincount(minlength=config.n_routed_experts)
                    shares[index, layer] += counts.numpy()
    normalised: np.ndarray = shares / shares.sum(-1, keepdims=True)
    return normalised


def mutual_information(shares: np.ndarray) -> float:
    """Bits that the chosen expert tells about the domain, mean over layers; domains equally
    likely. At most log2 of the number of domains."""
    joint = shares / len(shares)
    expert = joint.sum(0, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = joint * np.log2(joint / (expert / len(shares)))
    return float(np.nansum(terms, axis=(0, 2)).mean())


def dead_experts(shares: np.ndarray) -> int:
    """Experts, counted over layers, that no domain uses at all."""
    return int((shares.sum(0) == 0).sum())


def without_block(model: Small4, first: int, last: int) -> Small4:
    """A copy of `model` without the experts from `first` up to `last` (excluded)."""
    kept = [e for e in range(model.config.n_routed_experts) if not first <= e < last]
    smaller = Small4(replace(model.config, n_routed_experts=len(kept)))
    smaller.load_state_dict(
        {
            name: value[kept] if is_per_expert(name) else value
            for name, value in model.state_dict().items()
        }
    )
    return smaller


def blocks_by_usage(
    usage: np.ndarray, anchors: int
) -> tuple[list[torch.Tensor], list[list[torch.Tensor]]]:
    """Deal a joint model's experts out to domains: for `fuse.split`.

    The `anchors` experts of a layer that even the domain which uses them least uses most are
    everybody's. The others go, those with the clearest preference first, to the domain that uses
    them most and still has room; all blocks are of one size.
    """
    num_domains, num_layers, num_experts = usage.shape
    room = (num_experts - anchors) // num_domains
    common: list[torch.Tensor] = []
    blocks: list[list[torch.Tensor]] = [[] for _ in range(num_domains)]
    for layer in range(num_layers):
        share = usage[:, layer]
        shared = np.argsort(-share.min(0))[:anchors]
        common.append(torch.from_numpy(np.sort(shared)))
        ranked = np.sort(share, axis=0)
        dealt: list[list[int]] = [[] for _ in range(num_domains)]
        for expert in np.argsort(ranked[-2] - ranked[-1]):
            if expert not in shared:
                wishes = [d for d in np.argsort(-share[:, expert]) if len(dealt[d]) < room]
                dealt[wishes[0]].append(int(expert))
        for block, experts in zip(blocks, dealt, strict=True):
            block.append(torch.tensor(sorted(experts)))
    return common, blocks
