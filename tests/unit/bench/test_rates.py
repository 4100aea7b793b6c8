from trinity.bench.rates import cpu_threads, instructions, measure_rates
from trinity.ops import dispatch


def test_rates_are_measured() -> None:
    rates = measure_rates()
    assert rates.read_bytes > 0
    assert rates.fp32_flops > 0
    assert (rates.int8_flops > 0) == dispatch.HAS_NATIVE
    assert rates.flops("fp32") == rates.flops("bf16") == rates.fp32_flops <= rates.flops("int8")
    assert cpu_threads() >= 1
    assert (instructions() == "none") != dispatch.HAS_NATIVE
