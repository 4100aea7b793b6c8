"""Owns the weights and the cache tensors, and makes the one model call of a step.

Called by the engine. Pictures are encoded when their first token is computed, and their features
kept until the engine says that their request has ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from trinity.engine.batch import Step
from trinity.engine.scheduler import Schedule
from trinity.engine.sequence import Sequence
from trinity.errors import ConfigError
from trinity.model.packed import PackedDecoder
from trinity.model.transformer import Transformer
from trinity.ops.dispatch import torch_threads
from trinity.types import PreparedImage


@dataclass(frozen=True, slots=True)
class Computed:
    """What a step came to."""

    logits_SZ: Tensor
    """Scores of what may follow each ready sequence."""
    spoilt: list[Sequence]
    """Sequences with numbers that are not finite in what this step computed of them."""


class Runner:
    """Runs steps on one device."""

    def __init__(
        self,
        model: Transformer | PackedDecoder,
        num_blocks: int,
        block_size: int,
        weights: str = "auto",
    ) -> None:
        """Allocate the cache: the null block and `num_blocks` more in every layer.

        `weights` is what the native kernels are to hold a model's weights as; those of a
        `PackedDecoder` stay as they are. Raises `ConfigError` where another format than `auto` is
        wanted and the kernels do not run this model here.
        """
        self._decoder: Transformer | PackedDecoder = model
        self._model = model.model if isinstance(model, PackedDecoder) else model
        self._is_copy = not isinstance(model, PackedDecoder)
        self._weights = weights
        norm = self._model.language_model.model.norm.weight
        shape = (num_blocks + 1, block_size, self._model.config.cache_width)
        self._caches = [
            torch.zeros(shape, dtype=norm.dtype, device=norm.device)
            for _ in range(self._model.config.num_hidden_layers)
        ]
        self._all_threads = torch.get_num_threads()
        self._features: dict[str, dict[int, Tensor]] = {}
        self.expert_rows = 0
        """Routed expert evaluations so far, all layers, as the ops counted them."""
        self.weights_changed()

    @property
    def torch_threads(self) -> int:
        """Threads that PyTorch should have during a step: one where the kernels do the work."""
        return 1 if isinstance(self._decoder, PackedDecoder) else self._all_threads

    @torch.inference_mode()
    def run(self, step: Step) -> Computed:
        """Compute a step's tokens and write what the cache keeps of them."""
        features = list(self._image_features(step))
        hidden = self._decoder(
            step.ids_T,
            step.batch,
            step.experts_LT,
            self._caches,
            torch.cat(features) if features else None,
        )
        self.expert_rows += step.batch.counters.expert_rows
        last_SD = hidden.states_TD if step.last_S is None else hidden.states_TD[step.last_S]
        logits_SZ = self._decoder.logits(last_SD, step.batch.row_tile)
        return Computed(logits_SZ, _spoilt(hidden.states_TD, step.schedule))

    def zero_blocks(self, blocks: list[int]) -> None:
        """Overwrite blocks that hold what is not finite: the next owner multiplies it by zero."""
        for cache_BLC in self._caches:
            cache_BLC[blocks] = 0

    def randomise_cache(self, num_blocks: int) -> None:
        """Fill the first `num_blocks` blocks with random latents, so that what a long context costs
        can be measured without computing one."""
        for cache_BLC in self._caches:
            cache_BLC[1 : num_blocks + 1].normal_()

    def forget_images(self, request_id: str) -> None:
        """Drop the picture features of a request."""
        self._features.pop(request_id, None)

    def weights_changed(self) -> None:
        """Take over the model's weights again, and drop what was computed with earlier ones."""
        self._features.clear()
        if not self._is_copy:
            return
        if PackedDecoder.fits(self._model):
            self._decoder = PackedDecoder.of(self._model, self._weights)
        elif self._weights != "auto":
            raise ConfigError(
                f"Weights as {self._weights} need the native kernels, which are not installed or "
                "do not run this model; `trinity doctor` says which. Use auto."
            )

    def _image_features(self, step: Step) -> Iterator[Tensor]:
        """Features of the image tokens of a step, in order."""
        for sequence, num_tokens in step.schedule.items():
            start = sequence.num_computed
            for index, image in enumerate(sequence.request.images):
                first = image_tokens_before(image, start)
                last = image_tokens_before(image, start + num_tokens)
                if first < last:
                    yield self._encoded(sequence, index)[first:last]

    def _encoded(self, sequence: Sequence, index: int) -> Tensor:
        of_request = self._features.setdefault(sequence.request.request_id, {})
        if index not in of_request:
            pixels = torch.as_tensor(sequence.request.images[index].pixels)
            with torch_threads(self._all_threads):
                of_request[index] = self._model.encode_images([pixels.to(self._caches[0])])
        return of_request[index]


def _spoilt(states_TD: Tensor, schedule: Schedule) -> list[Sequence]:
    # A token attends to itself, so what is cached of it and not finite spoils its own state too.
    if math.isfinite(states_TD.sum()):
        return []
    # A sum may also overflow by itself.
    is_finite_T = states_TD.isfinite().all(-1)
    if is_finite_T.all():
        return []
    parts = is_finite_T.split(list(schedule.values()))
    return [sequence for sequence, part in zip(schedule, parts, strict=True) if not part.all()]


def image_tokens_before(image: PreparedImage, position: int) -> int:
    """How many of a picture's tokens with features stand before a prompt position.

    Each of its rows is `columns` of them and one break.
    """
    rows, rest = divmod(max(0, position - image.start), image.columns + 1)
    return image.columns * min(rows, image.rows) + (rest if rows < image.rows else 0)
