"""Which tensor on disk fills which part of which parameter, in the official and native layouts.

The checkpoint reader asks for the `Part`s of a model and copies each; nothing here opens a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from trinity.config import AnyConfig, DenseConfig

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One tensor on disk, and the place in the model that it fills."""

    name: str
    """On disk."""
    shape: Shape
    """On disk."""
    parameter: str
    """Name in the model's `state_dict()`."""
    expert: int | None = None
    """First index in a stacked parameter; `None` fills the parameter whole."""
    first_row: int = 0
    """First row in that expert's matrix."""
    interleaved_heads: int | None = None
    """Heads whose rotary rows are stored as pairs and are wanted as halves."""

    @property
    def is_whole(self) -> bool:
        """Whether the tensor on disk is the parameter as it stands."""
        return self.expert is None and self.interleaved_heads is None

    def place(self, stored: Tensor, parameter: Tensor) -> None:
        """Copy `stored` to its place in `parameter`, which is modified."""
        if self.interleaved_heads is not None:
            stored = halves_from_pairs(stored, self.interleaved_heads)
        if self.expert is None:
            parameter.copy_(stored)
        else:
            last_row = self.first_row + self.shape[0]
            parameter[self.expert, self.first_row : last_row].copy_(stored)


def halves_from_pairs(weight: Tensor, num_heads: int) -> Tensor:
    """Reorder each head's rows from rotary pairs (2i, 2i+1) to halves (i, i + half)."""
    pairs = weight.unflatten(0, (num_heads, -1, 2))
    return pairs.transpose(1, 2).flatten(0, 2)


def official_parts(shapes: dict[str, Shape], config: AnyConfig) -> Iterator[Part]:
    """The Hugging Face layout: one tensor a parameter, under the parameter's own name."""
    for parameter, shape in shapes.items():
        name = official_name(parameter, config)
        yield Part(name=name, shape=shape, parameter=parameter)


def official_name(parameter: str, config: AnyConfig) -> str:
    """The name on disk: a model of text alone has no `language_model` around it."""
    return parameter if config.vision else parameter.removeprefix("language_model.")


def native_parts(shapes: dict[str, Shape], config: AnyConfig) -> Iterator[Part]:
    """The layout of `consolidated.safetensors`: experts one by one, rotary rows in pairs."""
    for parameter, shape in shapes.items():
        if ".mlp.experts." in parameter:
            yield from _expert_parts(parameter, shape)
            continue
        yield Part(
            name=native_name(parameter),
            shape=shape,
            parameter=parameter,
            interleaved_heads=_interleaved_heads(parameter, config),
        )


def _interleaved_heads(parameter: str, config: AnyConfig) -> int | None:
    """Heads whose rotary rows are to be reordered; latent attention has pairs in both layouts."""
    if not parameter.endswith(("q_proj.weight", "k_proj.weight")):
        return None
    if parameter.startswith("vision_tower.") and config.vision:
        return config.vision.num_attention_heads
    if not isinstance(config, DenseConfig):
        return None
    is_query = parameter.endswith("q_proj.weight")
    return config.num_attention_heads if is_query else config.num_key_value_heads


def _expert_parts(parameter: str, shape: Shape) -> Iterator[Part]:
    prefix, _, kind = parameter.partition(".mlp.experts.")
    num_experts, num_rows, num_inputs = shape
    layer = native_name(prefix)
    # In the stacked parameter the gate's rows (w1) come before those of up (w3).
    matrices = ("w2",) if kind == "down_proj" else ("w1", "w3")
    rows_each = num_rows // len(matrices)
    for expert in range(num_experts):
        for index, matrix in enumerate(matrices):
            yield Part(
                name=f"{layer}.experts.{expert}.{matrix}.weight",
                shape=(rows_each, num_inputs),
                parameter=parameter,
                expert=expert,
                first_row=index * rows_each,
            )


_NATIVE_WORDS = {
    "language_model.model.layers": "layers",
    "language_model.model.embed_tokens": "tok_embeddings",
    "language_model.model.norm": "norm",
    "language_model.lm_head": "output",
    "input_layernorm": "attention_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_a_proj": "attention.wq_a",
    "self_attn.q_a_layernorm": "attention.q_a_norm",
    "self_attn.q_b_proj": "attention.wq_b",
    "self_attn.kv_a_proj_with_mqa": "attention.wkv_a_with_mqa",
    "self_attn.kv_a_layernorm": "attention.kv_a_norm",
    "self_attn.kv_b_proj": "attention.wkv_b",
    "self_attn.o_proj": "attention.wo",
    "self_attn.q_proj": "attention.wq",
    "self_attn.k_proj": "attention.wk",
    "self_attn.v_proj": "attention.wv",
    "mlp.gate": "gate",
    "mlp.gate_proj": "feed_forward.w1",
    "mlp.down_proj": "feed_forward.w2",
    "mlp.up_proj": "feed_forward.w3",
    "mlp.shared_experts.gate_proj": "shared_experts.w1",
    "mlp.shared_experts.down_proj": "shared_experts.w2",
    "mlp.shared_experts.up_proj": "shared_experts.w3",
    "vision_tower": "vision_encoder",
    "attention.q_proj": "attention.wq",
    "attention.k_proj": "attention.wk",
    "attention.v_proj": "attention.wv",
    "attention.o_proj": "attention.wo",
    "feed_forward.gate_proj": "feed_forward.w1",
    "feed_forward.down_proj": "feed_forward.w2",
    "feed_forward.up_proj": "feed_forward.w3",
    "multi_modal_projector.norm": "pre_mm_projector_norm",
    "multi_modal_projector.patch_merger": "patch_merger",
    "multi_modal_projector.linear_1": "vision_language_adapter.w_in",
    "multi_modal_projector.linear_2": "vision_language_adapter.w_out",
}
# Longest first, and only whole dotted words: `attention.o_proj` is not the end of another name.
_NATIVE_PATTERN = re.compile(
    r"(?<![\w])("
    + "|".join(re.escape(words) for words in sorted(_NATIVE_WORDS, key=len, reverse=True))
    + r")(?![\w])"
)


def native_name(parameter: str) -> str:
    """The name in `consolidated.safetensors` of a parameter that is stored whole."""
    return _NATIVE_PATTERN.sub(lambda match: _NATIVE_WORDS[match[1]], parameter)
