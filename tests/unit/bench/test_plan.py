import pytest

from trinity.bench.plan import FORMATS, Plan
from trinity.bench.workload import WARM_UP, Workload
from trinity.config import EngineConfig
from trinity.engine.limits import Limits
from trinity.errors import UsageError
from trinity.presets import preset


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": ("decode", "speed")}, "no row 'speed'; there are decode, prefill, streams"),
        ({"weights": ("auto",)}, "no weights 'auto'; there are fp32, bf16, int8, mixed, int4"),
        ({"repeats": 0}, "repeats has 0; each must be above 0"),
        ({"streams": (8, -1)}, "streams has 8, -1"),
        ({"load_rates": (0.0,)}, "rates has 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Plan(**settings)  # type: ignore[arg-type]


def test_a_short_context_leaves_out_what_does_not_fit_and_says_so() -> None:
    plan = Plan()
    works = [case for _, case, _ in plan.workloads(4096)]
    assert works == ["128 + 128", "512 tokens", "8 streams", "32 streams", "128 streams"]
    assert plan.contexts_up_to(4096) == [1024]
    assert plan.left_out(4096) == [
        "prefill 4096 tokens",
        *(f"context {size}" for size in (4096, 16_384, 65_536, 262_144)),
    ]
    assert plan.left_out(2**20) == []


def test_only_the_rows_asked_for_are_run() -> None:
    plan = Plan(rows=("prefill",))
    assert {row for row, _, _ in plan.workloads(2**20)} == {"prefill"}
    assert plan.contexts_up_to(2**20) == []
    assert list(Plan(rows=("load",)).workloads(2**20)) == []


@pytest.mark.parametrize("rows", [("decode",), ("streams", "context"), ("context",), ("memory",)])
@pytest.mark.parametrize("weights", FORMATS)
def test_the_engine_has_room_for_everything(rows: tuple[str, ...], weights: str) -> None:
    plan, model = Plan(rows=rows), preset("bench-30m")
    config = EngineConfig(**plan.engine_settings(2**20, weights))  # type: ignore[arg-type]
    limits = Limits.of(model, config, model.vocab_size)
    for work in (WARM_UP, *(work for _, _, work in plan.workloads(2**20))):
        assert work.tokens <= limits.max_context
        assert work.streams <= config.max_sequences
        assert work.streams * work.tokens <= limits.num_blocks * config.block_size
    for context in plan.contexts_up_to(2**20):
        assert context < limits.num_blocks * config.block_size


def test_rates_of_a_workload_count_each_phase_apart() -> None:
    from trinity.bench.workload import Timing

    work = Workload(streams=4, prompt=100, output=11)
    timing = Timing.read(Timing(prefill_s=2.0, decode_s=5.0, decoded=40).write())
    assert timing.rates(work) == {"prefill": 200.0, "decode": 8.0, "output": 44 / 7}
    assert Timing(2.0, 0.0, 0).rates(Workload(1, 100, 1)) == {"prefill": 50.0}
