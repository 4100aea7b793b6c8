from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from trinity.config import AnyConfig, DenseConfig, ModelConfig
from trinity.model.architecture import make_model
from trinity.model.cost import (
    Parts,
    active_parameters,
    cache_bytes_per_token,
    count_parameters,
    decode_bytes,
    flops_per_token,
    memory_bytes,
    weight_bytes,
)
from trinity.model.fit import Gpu, Machine, Place, fits, human_bytes, this_machine
from trinity.model.weight_format import WeightFormat
from trinity.presets import PRESETS

SMALL_4 = ModelConfig()
SMALL_3 = DenseConfig()
GB = 10**9


def counted(config: AnyConfig) -> dict[str, int]:
    """Parameters of the module itself by part."""
    with torch.device("meta"):
        model = make_model(config)
    words = {
        "embed_tokens": "embedding",
        "lm_head": "head",
        "vision_tower": "vision",
        "multi_modal_projector": "vision",
        "norm": "norms",
        "self_attn": "attention",
        "mlp.gate.": "routers",
        "mlp.experts": "routed_experts",
        "mlp.shared_experts": "shared_experts",
        "mlp.": "mlp",
    }
    counts = dict.fromkeys(words.values(), 0)
    for name, parameter in model.named_parameters():
        part = next(part for word, part in words.items() if word in name)
        counts[part] += parameter.numel()
    return {**counts, "total": sum(counts.values())}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("has_vision", [True, False])
def test_formulas_count_what_the_module_holds(name: str, has_vision: bool) -> None:
    config = PRESETS[name] if has_vision else replace(PRESETS[name], vision=None)
    if isinstance(config, ModelConfig) and not has_vision:
        config = replace(config, n_shared_experts=2)
    assert count_parameters(config).as_dict() == counted(config)


def test_small_4_has_its_published_size() -> None:
    parts = count_parameters(SMALL_4)
    assert parts.total == 119_401_298_944
    assert parts.total - parts.vision == 118_972_826_624
    assert parts.vision == 428_472_320


def test_small_3_has_its_published_size() -> None:
    parts = count_parameters(SMALL_3)
    assert parts.total == 23_572_403_200
    assert parts.routers == parts.routed_experts == parts.shared_experts == parts.vision == 0


def test_all_layers_of_a_dense_model_are_active() -> None:
    active = active_parameters(SMALL_3)
    assert active.with_embedding_and_head == count_parameters(SMALL_3).total
    assert active == active_parameters(SMALL_3, 4)


@pytest.mark.parametrize(
    ("name", "dense"), [("bench-1500m", "bench-dense"), ("mini", "mini-dense")]
)
def test_the_dense_twins_are_as_much_larger_as_the_real_ones(name: str, dense: str) -> None:
    mixture, twin = (active_parameters(PRESETS[preset]).with_head for preset in (name, dense))
    assert twin / mixture == pytest.approx(24 / 6.5, rel=0.01)


def test_a_dense_model_caches_keys_and_values_of_8_heads() -> None:
    assert cache_bytes_per_token(SMALL_3) == 40 * 2 * 8 * 128 * 2
    per_key = (flops_per_token(SMALL_3, context=1000) - flops_per_token(SMALL_3, context=0)) / 1000
    assert per_key == 40 * 32 * 2 * (128 + 128)


def test_a_dense_decode_step_reads_all_weights_once() -> None:
    active, row = active_parameters(SMALL_3).with_head * 2, 5120 * 2
    cache = 100 * cache_bytes_per_token(SMALL_3)
    for sequences in (1, 7):
        read = decode_bytes(SMALL_3, WeightFormat.BF16, context=100, sequences=sequences)
        assert read == active + sequences * (row + cache)


def test_bytes_of_dense_formats() -> None:
    counts = count_parameters(SMALL_3)
    rows = 40 * (32 * 128 + 2 * 8 * 128 + 5120 + 2 * 32_768 + 5120)
    quantised = counts.attention + counts.mlp
    rest = counts.total - quantised
    assert weight_bytes(SMALL_3, WeightFormat.INT8).total == 2 * rest + quantised + 2 * rows
    assert weight_bytes(SMALL_3, WeightFormat.FP8).total == 2 * rest + quantised + 40 * 7 * 8
    assert weight_bytes(SMALL_3, WeightFormat.NVFP4).attention == 2 * counts.attention


def test_active_parameters_under_every_reading() -> None:
    active = active_parameters(SMALL_4)
    assert active.layers == 5_558_846_464
    assert active.with_head == 6_095_717_376
    assert active.with_head_and_vision == 6_524_189_696
    assert active.with_embedding_and_head == 6_632_588_288


def test_each_more_expert_adds_its_matrices_in_every_layer() -> None:
    one, two = (active_parameters(SMALL_4, count).layers for count in (1, 2))
    assert two - one == 36 * 3 * 4096 * 2048
    assert active_parameters(SMALL_4, 4) == active_parameters(SMALL_4)
    everything = active_parameters(SMALL_4, 128).with_embedding_and_head
    assert everything == count_parameters(SMALL_4).total - count_parameters(SMALL_4).vision


def test_the_cache_takes_320_values_a_layer() -> None:
    assert cache_bytes_per_token(SMALL_4) == 23_040
    assert cache_bytes_per_token(SMALL_4, item_bytes=1) == 11_520
    assert cache_bytes_per_token(SMALL_4) * 262_144 == 5.625 * 2**30


def test_nvfp4_reproduces_the_published_checkpoint_to_the_byte() -> None:
    parts = weight_bytes(SMALL_4, WeightFormat.NVFP4)
    input_scales = 36 * 128 * 3 * 4 + 36 * 3 * 2
    assert parts.total == 70_801_959_560
    assert parts.routed_experts + parts.shared_experts == (
        65_229_871_104 + 509_608_368 + input_scales
    )
    # Published together with attention: its two latent norms.
    assert parts.attention + 36 * (1024 + 256) * 2 == 2_019_649_536
    assert parts.vision == 856_944_640


def test_fp8_has_19008_scales_and_leaves_the_rest_in_bf16() -> None:
    parts, plain = (weight_bytes(SMALL_4, known) for known in (WeightFormat.FP8, WeightFormat.BF16))
    counts = count_parameters(SMALL_4)
    quantised = counts.attention + counts.routed_experts + counts.shared_experts
    assert plain.total - parts.total == quantised - 19_008 * 4
    assert round(parts.total / GB, 2) == 120.92
    assert (parts.vision, parts.head, parts.routers) == (plain.vision, plain.head, plain.routers)


@pytest.mark.parametrize(
    ("known", "per_value"),
    [
        (WeightFormat.FP32, 4),
        (WeightFormat.BF16, 2),
        (WeightFormat.INT8, 1 + 2 / 4096),
        (WeightFormat.INT4_G64, 0.5 + 2 / 64),
        (WeightFormat.INT4_G32, 0.5 + 2 / 32),
    ],
)
def test_bytes_of_a_value(known: WeightFormat, per_value: float) -> None:
    # Experts as wide as the model, so that every row has 4096 values.
    config = replace(SMALL_4, moe_intermediate_size=4096)
    routed = weight_bytes(config, known).routed_experts
    assert routed == count_parameters(config).routed_experts * per_value


def test_a_row_that_no_group_divides_has_one_more_scale() -> None:
    config = replace(PRESETS["nano"], hidden_size=40, moe_intermediate_size=1, n_routed_experts=4)
    # Gate and up: 40 values, 2 groups of 32. Down: 40 rows of 1 value, in a byte with its scale.
    expert = 2 * (20 + 2 * 2) + 40 * (1 + 2)
    parts = weight_bytes(config, WeightFormat.INT4_G32)
    assert parts.routed_experts == config.num_hidden_layers * 4 * expert


def test_operations_are_two_per_active_weight_and_grow_with_the_context() -> None:
    counts = count_parameters(SMALL_4)
    empty = flops_per_token(SMALL_4, context=0)
    assert empty == 2 * (active_parameters(SMALL_4).with_head - counts.norms)
    per_key = (flops_per_token(SMALL_4, context=1000) - empty) / 1000
    assert per_key == 36 * 32 * 2 * (320 + 256)


def test_a_decode_step_reads_the_active_weights_and_the_cache() -> None:
    read = decode_bytes(SMALL_4, WeightFormat.BF16, context=100)
    row = 4096 * 2
    assert read == active_parameters(SMALL_4).with_head * 2 + row + 100 * 23_040


def test_a_batch_reads_shared_experts_once() -> None:
    def routed(sequences: int, experts: int) -> float:
        step = decode_bytes(
            SMALL_4, WeightFormat.BF16, context=0, sequences=sequences, experts=experts
        )
        return step - sequences * 4096 * 2

    one, many, all_of_them = routed(1, 4), routed(10_000, 4), routed(1, 128)
    assert one < routed(2, 4) < 2 * one
    assert many == pytest.approx(all_of_them, rel=1e-9)


def test_memory_is_weights_and_caches() -> None:
    need = memory_bytes(SMALL_4, WeightFormat.BF16, context=1000, sequences=3)
    assert need == 119_401_298_944 * 2 + 3000 * 23_040


def test_parts_add_up() -> None:
    parts = weight_bytes(SMALL_4, WeightFormat.INT8).as_dict()
    assert parts.pop("total") == sum(parts.values())
    assert set(parts) == set(Parts.__dataclass_fields__)


# --- fit ------------------------------------------------------------------------------------------


def places(machine: Machine, *, is_on_disk: bool = False) -> dict[WeightFormat, Place]:
    return {fit.weight_format: fit.place for fit in fits(SMALL_4, machine, is_on_disk=is_on_disk)}


def machine(memory: int, disk: int = 500, gpu: int | None = None) -> Machine:
    gpus = () if gpu is None else (Gpu("some card", gpu * GB, gpu * GB),)
    return Machine(
        total_bytes=memory * GB,
        available_bytes=memory * GB,
        disk_free_bytes=disk * GB,
        gpus=gpus,
    )


def test_a_large_machine_holds_all_and_a_card_is_preferred() -> None:
    assert set(places(machine(1000)).values()) == {Place.MEMORY}
    found = places(machine(1000, gpu=141))
    assert found[WeightFormat.BF16] is Place.MEMORY
    assert found[WeightFormat.FP8] is Place.GPU


def test_a_24_gb_machine_streams_experts_where_the_disk_holds_them() -> None:
    found = places(machine(24, disk=100))
    assert found[WeightFormat.INT4_G32] is Place.DISK
    assert found[WeightFormat.BF16] is Place.NOWHERE
    assert places(machine(24, disk=0))[WeightFormat.INT4_G32] is Place.NOWHERE
    assert places(machine(24, disk=0), is_on_disk=True)[WeightFormat.INT4_G32] is Place.DISK


def test_a_small_machine_holds_nothing() -> None:
    assert set(places(machine(1)).values()) == {Place.NOWHERE}


def test_the_context_that_fits_is_what_is_left_and_at_most_the_models_own() -> None:
    by_format = {fit.weight_format: fit for fit in fits(SMALL_4, machine(270))}
    tokens = by_format[WeightFormat.BF16].context
    room = 270 * GB * 0.9 - 119_401_298_944 * 2
    assert tokens * 23_040 <= room < (tokens + 1) * 23_040
    nano = PRESETS["nano"]
    assert {fit.context for fit in fits(nano, machine(100))} == {nano.max_position_embeddings}


def test_verdicts_are_sentences() -> None:
    by_format = {fit.weight_format: fit.sentence for fit in fits(SMALL_4, machine(24, disk=100))}
    assert by_format[WeightFormat.BF16] == (
        "It does not fit: only 24 GB of memory and 100 GB of disk are free."
    )
    assert "streamed from disk, which comes later" in by_format[WeightFormat.NVFP4]
    assert by_format[WeightFormat.NVFP4].endswith("Reading this format comes later.")
    (fitting,) = (
        fit.sentence
        for fit in fits(SMALL_4, machine(1000))
        if fit.weight_format is WeightFormat.BF16
    )
    assert fitting == "It fits in memory with 1,048,576 tokens of context."


def test_this_machine_can_be_measured() -> None:
    found = this_machine()
    assert 0 < found.available_bytes <= found.total_bytes
    assert found.disk_free_bytes >= 0


@pytest.mark.parametrize(
    ("num_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_999, "1 MB"), (238_802_597_888, "239 GB")],
)
def test_sizes_are_readable(num_bytes: int, text: str) -> None:
    assert human_bytes(num_bytes) == text


def test_a_dense_model_is_not_streamed_from_disk() -> None:
    found = {fit.weight_format: fit for fit in fits(SMALL_3, machine(memory=30, disk=500))}
    assert found[WeightFormat.INT4_G64].place is Place.MEMORY
    assert found[WeightFormat.BF16].place is Place.NOWHERE
    assert "does not fit" in found[WeightFormat.BF16].sentence
