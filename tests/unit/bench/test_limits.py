import pytest

from trinity.bench.limits import decode_step, prefill, whole
from trinity.bench.rates import Rates, median_rates
from trinity.bench.workload import Workload
from trinity.model.cost import count_parameters, decode_bytes, flops_per_token
from trinity.model.weight_format import WeightFormat
from trinity.presets import preset

CONFIG = preset("bench-1500m")
SLOW_MEMORY = Rates(read_bytes=1.0, fp32_flops=1e30, int8_flops=0.0)
SLOW_ARITHMETIC = Rates(read_bytes=1e30, fp32_flops=1.0, int8_flops=0.0)


@pytest.mark.parametrize(("streams", "context"), [(1, 128), (8, 200), (128, 4000)])
def test_a_step_in_fp32_reads_what_the_cost_model_says(streams: int, context: int) -> None:
    step = decode_step(CONFIG, "fp32", SLOW_MEMORY, streams=streams, context=context)
    expected = decode_bytes(
        CONFIG, WeightFormat.FP32, context=context, sequences=streams, cache_item_bytes=4
    )
    # Routers and the embedding are held in BF16 whatever the format.
    expected -= 2 * (7 * 128 * 1024 + streams * 1024)
    assert step.bytes == pytest.approx(expected, rel=1e-6)
    assert step.seconds == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("weights", "bits"), [("bf16", 16), ("int8", 8.5), ("mixed", 4.5), ("int4", 4.5)]
)
def test_experts_weigh_their_bits_with_the_scales(weights: str, bits: float) -> None:
    one, two = (
        decode_step(CONFIG, weights, SLOW_MEMORY, streams=n, context=0).bytes for n in (1, 2)
    )
    experts = 1 - (1 - 4 / 128) ** 2 - 4 / 128
    values = 7 * 128 * 3 * 1024 * 512 * experts
    # Two tokens read more experts, and one more row of the embedding.
    assert two - one == pytest.approx(values * bits / 8 + 1024 * 2)


def test_a_dense_step_reads_all_weights_but_the_embedding() -> None:
    config = preset("bench-dense")
    parts = count_parameters(config)
    step = decode_step(config, "bf16", SLOW_MEMORY, streams=4, context=0)
    matrices = parts.total - parts.embedding - parts.norms
    assert step.bytes == 2 * (matrices + 4 * config.hidden_size) + 4 * parts.norms
    reading = prefill(config, "bf16", SLOW_ARITHMETIC, streams=1, prompt=1)
    assert reading.flops > 2 * matrices


def test_the_slower_of_the_two_is_the_limit() -> None:
    step = decode_step(CONFIG, "bf16", SLOW_ARITHMETIC, streams=3, context=1000)
    assert step.seconds == step.flops == 3 * flops_per_token(CONFIG, context=1000)
    both = Rates(read_bytes=1e9, fp32_flops=1e9, int8_flops=0.0)
    step = decode_step(CONFIG, "bf16", both, streams=3, context=1000)
    assert step.seconds == pytest.approx(max(step.flops, step.bytes) / 1e9)


def test_faster_products_of_integers_raise_the_limit_of_integers_alone() -> None:
    rates = Rates(read_bytes=1e30, fp32_flops=1.0, int8_flops=4.0)
    times = [
        prefill(CONFIG, weights, rates, streams=1, prompt=100).seconds
        for weights in ("fp32", "bf16", "int8", "int4")
    ]
    assert times == [times[0], times[0], times[0] / 4, times[0] / 4]


def test_a_prompt_of_one_token_costs_as_much_as_a_step_without_context() -> None:
    reading = prefill(CONFIG, "fp32", SLOW_ARITHMETIC, streams=1, prompt=1)
    step = decode_step(CONFIG, "fp32", SLOW_ARITHMETIC, streams=1, context=0)
    # The token attends to itself.
    itself = 2 * 7 * 8 * (128 + 128)
    assert reading.flops == step.flops + itself
    assert reading.bytes == step.bytes


def test_a_workload_is_its_prompts_and_its_steps() -> None:
    work = Workload(streams=2, prompt=100, output=51)
    begin = prefill(CONFIG, "bf16", SLOW_MEMORY, streams=2, prompt=100)
    step = decode_step(CONFIG, "bf16", SLOW_MEMORY, streams=2, context=125.5)
    total = whole(CONFIG, "bf16", SLOW_MEMORY, work)
    assert total.seconds == pytest.approx(begin.seconds + 50 * step.seconds)
    assert total.flops == pytest.approx(begin.flops + 50 * step.flops)


def test_rates_are_medians_each_by_itself() -> None:
    samples = [Rates(1.0, 9.0, 2.0), Rates(3.0, 8.0, 2.0), Rates(2.0, 7.0, 5.0)]
    assert median_rates(samples) == Rates(2.0, 8.0, 2.0)
