"""What both architectures share: everything around the decoder layers, and initial weights.

One forward serves training and serving; the batch says how tokens attend. Attribute names spell the
official checkpoint's tensor names, so that `state_dict()` is the file layout.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trinity.config import AnyConfig
from trinity.model.norm import RMSNorm
from trinity.model.vision import Projector, VisionTower
from trinity.ops import Batch, reference
from trinity.ops.reference import Routing


class Decoder(nn.Module):
    """Embedding, layers and final norm."""

    def __init__(self, config: AnyConfig, layers: Iterable[nn.Module]) -> None:
        """Allocate the text model around its layers, without its head."""
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(layers)
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class LanguageModel(nn.Module):
    """The text model with its head."""

    def __init__(self, config: AnyConfig, layers: Iterable[nn.Module]) -> None:
        """Allocate decoder and untied head."""
        super().__init__()
        self.model = Decoder(config, layers)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a forward pass leaves: final hidden states, and the routing of layers that have one."""

    states_TD: Tensor
    routings: tuple[Routing, ...]


class Transformer(nn.Module, ABC):
    """A whole model: text decoder, image encoder, projector. Made by its architecture's class.

    Each of `layers` is called with (states [T, D], frequencies, expert counts [T], batch, cache or
    None) and returns the states and its routing, `None` where it routes nothing.
    """

    config: AnyConfig
    frequencies: Tensor
    """Angle per position of each rotary pair; follows from the config and is not stored."""

    def __init__(self, config: AnyConfig, layers: Iterable[nn.Module]) -> None:
        """Allocate all parameters without setting them; see `initialise`."""
        super().__init__()
        self.config = config
        self.language_model = LanguageModel(config, layers)
        if config.vision:
            self.vision_tower = VisionTower(config.vision)
            self.multi_modal_projector = Projector(config)
        self.register_buffer("frequencies", self.rotary_frequencies(), persistent=False)

    @abstractmethod
    def rotary_frequencies(self) -> Tensor:
        """What `frequencies` holds, computed from the config on torch's default device."""

    def forward(
        self,
        ids_T: Tensor,
        batch: Batch,
        experts_LT: Tensor,
        caches: list[Tensor] | None = None,
        image_features_ID: Tensor | None = None,
    ) -> Hidden:
        """Run all layers over the flat tokens `ids_T`.

        `experts_LT` (int64) is the number of experts for each layer and token. `caches` holds one
        [blocks, slots, cache width] tensor a layer for a `PagedBatch`, and is written to.
        `image_features_ID` replaces, in order, the embeddings of the image tokens in `ids_T`.
        """
        decoder = self.language_model.model
        x_TD = self.embed(ids_T, image_features_ID)
        routings = []
        for index, layer in enumerate(decoder.layers):
            cache = caches[index] if caches is not None else None
            x_TD, routing = layer(x_TD, self.frequencies, experts_LT[index], batch, cache)
            if routing is not None:
                routings.append(routing)
        return Hidden(decoder.norm(x_TD), tuple(routings))

    def embed(self, ids_T: Tensor, image_features_ID: Tensor | None) -> Tensor:
        """Embeddings [T, D], those of image tokens replaced by the features, in order."""
        x_TD = self.language_model.model.embed_tokens(ids_T)
        if image_features_ID is None:
            return x_TD
        # Never narrower than the features: an embedding may be kept in BF16 to save memory.
        x_TD = x_TD.to(torch.promote_types(x_TD.dtype, image_features_ID.dtype))
        where = (ids_T == self.config.image_token_id).nonzero().squeeze(-1)
        return x_TD.index_copy(0, where, image_features_ID.to(x_TD.dtype))

    def logits(self, states_TD: Tensor, row_tile: int | None = None) -> Tensor:
        """Vocabulary scores [T, Z], FP32."""
        return reference.linear(states_TD, self.language_model.lm_head.weight, row_tile).float()

    def encode_images(self, pictures: list[Tensor]) -> Tensor:
        """Features [image tokens, D] of pictures [3, height, width], in order, breaks left out."""
        return self.multi_modal_projector(*self.vision_tower(pictures))

    def uniform_experts(self, num_tokens: int, count: int | None = None) -> Tensor:
        """`experts_LT` for one expert count everywhere; the model's own when `None`."""
        count = self.config.num_experts_per_tok if count is None else count
        shape = (self.config.num_hidden_layers, num_tokens)
        return torch.full(shape, count, device=self.frequencies.device)


def initialise(model: Transformer, generator: torch.Generator) -> None:
    """Set all weights at random for training from scratch; modifies `model`.

    Matrices are normal with deviation 1/sqrt(inputs), so that activations keep their size; what
    writes to the residual stream is scaled down by sqrt(2 x layers), as in GPT-2.
    """
    damping = (2 * model.config.num_hidden_layers) ** -0.5
    residual = ("o_proj.weight", "down_proj.weight", "experts.down_proj")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.fill_(1.0)
                continue
            inputs = parameter[0].numel() if parameter.ndim != 3 else parameter.shape[-1]
            deviation = inputs**-0.5 * (damping if name.endswith(residual) else 1.0)
            if "embed_tokens" in name:
                deviation = 1.0
            elif "lm_head" in name:
                deviation = 0.1 * inputs**-0.5
            parameter.normal_(0.0, deviation, generator=generator)
            if "patch_conv" in name:
                # Most patches are one plain colour, and strokes differ little from it: three in
                # four filters start blind to the mean colour, or it drowns all else.
                blind = parameter[: 3 * len(parameter) // 4]
                blind -= blind.mean((-2, -1), keepdim=True)
