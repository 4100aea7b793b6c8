import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import trinity
from trinity.engine.intensity import IntensityTable, resolve
from trinity.errors import CheckpointError, InvalidRequest
from trinity.presets import preset
from trinity.types import (
    EFFORTS,
    ChatRequest,
    EffectiveIntensity,
    IntensityRequest,
    Message,
    Mode,
    SamplingParams,
)

CONFIG = preset("nano")
ROWS = [
    ("none", 0, "none", 2, 0.0, 1.0, 0),
    ("minimal", 10, "none", 2, 0.0, 1.0, 20),
    ("low", 25, "high", [2, 3, 3, 2], 0.2, 0.9, 50),
    ("medium", 50, "high", 4, 0.4, 0.9, 100),
    ("high", 75, "high", 4, 0.6, 0.95, 200),
    ("xhigh", 90, "high", 5, 0.6, 0.95, 400),
    ("max", 100, "high", 6, 0.7, 0.95, None),
]
FIELDS = (
    "name intensity effort_token active_experts temperature top_p thinking_token_budget".split()
)


def written(tmp_path: Path, **changes: object) -> Path:
    levels = [dict(zip(FIELDS, row, strict=True)) for row in ROWS]
    path = tmp_path / "intensity.json"
    path.write_text(json.dumps({"default": "medium", "levels": levels} | changes))
    return path


@pytest.fixture
def table(tmp_path: Path) -> IntensityTable:
    return IntensityTable.load(written(tmp_path), CONFIG)


def asked(
    table: IntensityTable, system: str | None = None, sampling: SamplingParams | None = None, **ask
) -> tuple[EffectiveIntensity, tuple[str, ...]]:
    chat = ChatRequest(
        messages=(Message.user("hi"),),
        intensity=IntensityRequest(**ask),
        sampling=sampling or SamplingParams(),
    )
    return resolve(chat, table, CONFIG, system, (1, 6))


def test_nothing_asked_is_the_default(table: IntensityTable) -> None:
    effective, warnings = asked(table)
    assert effective == EffectiveIntensity(
        level="medium",
        effort_token="high",
        active_experts=(4, 4, 4, 4),
        thinking_token_budget=100,
        temperature=0.4,
        top_p=0.9,
    )
    assert warnings == ()


@pytest.mark.parametrize("name", EFFORTS)
def test_an_effort_and_its_point_on_the_curve_are_the_same(
    table: IntensityTable, name: str
) -> None:
    mark = table.named(name).intensity
    assert asked(table, reasoning_effort=name) == asked(table, intensity=mark)
    assert asked(table, reasoning_effort=name) == asked(table, system=name)


def test_between_two_levels_numbers_are_interpolated(table: IntensityTable) -> None:
    effective, _ = asked(table, intensity=37)
    assert effective.level == "custom(37)"
    assert effective.effort_token == "high"
    assert effective.top_p == 0.9
    assert effective.active_experts == (3, 3, 3, 3)
    assert effective.temperature == pytest.approx(0.2 + 0.2 * 12 / 25)
    assert effective.thinking_token_budget == round(50 + 50 * 12 / 25)


def test_the_nearer_level_gives_what_cannot_be_mixed(table: IntensityTable) -> None:
    assert asked(table, intensity=17)[0].effort_token == "none"
    assert asked(table, intensity=18)[0].effort_token == "high"
    assert asked(table, intensity=92)[0].thinking_token_budget == 400
    assert asked(table, intensity=98)[0].thinking_token_budget is None


def test_the_parameter_goes_before_the_system_prompt(table: IntensityTable) -> None:
    for ask in ({"reasoning_effort": "low"}, {"intensity": 25}):
        effective, (warning,) = asked(table, system="high", **ask)
        assert effective.level == "low"
        assert "asks for reasoning_effort high" in warning
    assert asked(table, system="low", reasoning_effort="low")[1] == ()


def test_single_settings_override_the_profile(table: IntensityTable) -> None:
    effective, warnings = asked(
        table,
        SamplingParams(temperature=0.0, top_p=0.5) and None,
        SamplingParams(temperature=0.0, top_p=0.5),
        reasoning_effort="high",
        active_experts=3,
        thinking_token_budget=7,
    )
    assert (effective.temperature, effective.top_p) == (0.0, 0.5)
    assert effective.active_experts == (3, 3, 3, 3)
    assert effective.thinking_token_budget == 7
    assert effective.level == "high"
    assert warnings == ()


def test_an_untrained_expert_count_is_honoured_with_a_warning(table: IntensityTable) -> None:
    effective, (warning,) = asked(table, active_experts=9)
    assert effective.active_experts == (9, 9, 9, 9)
    assert warning == "active_experts is 9; the weights were trained for 1 to 6."


def test_without_a_trained_range_only_the_models_own_count_is_trained(
    table: IntensityTable,
) -> None:
    chat = ChatRequest(messages=(), intensity=IntensityRequest(reasoning_effort="none"))
    _, (warning,) = resolve(chat, table, CONFIG, None)
    assert warning == "active_experts is 2; the weights were trained for 4."


def test_a_budget_where_the_model_is_told_not_to_think_is_warned_of(table: IntensityTable) -> None:
    _, (warning,) = asked(table, reasoning_effort="none", thinking_token_budget=5)
    assert "told not to think" in warning
    assert asked(table, reasoning_effort="none", thinking_token_budget=0)[1] == ()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"reasoning_effort": "extreme"}, "'extreme'; it must be one of none, minimal"),
        ({"intensity": 101}, "intensity is 101; it must be 0 to 100"),
        ({"intensity": -1}, "intensity is -1"),
        ({"reasoning_effort": "low", "intensity": 25}, "give one of the two"),
        ({"active_experts": 0}, "active_experts is 0; it must be 1 to 128"),
        ({"active_experts": 129}, "active_experts is 129"),
        ({"thinking_token_budget": -1}, "thinking_token_budget is -1"),
    ],
)
def test_what_is_not_allowed_is_refused(
    table: IntensityTable, ask: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        asked(table, **ask)


def level(row: int, **changes: object) -> list[dict[str, object]]:
    levels = [dict(zip(FIELDS, values, strict=True)) for values in ROWS]
    levels[row] |= changes
    return levels


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"default": "extreme"}, "default"),
        ({"levels": 3}, "a list of objects"),
        ({"levels": level(0)[:6]}, "one level for each"),
        ({"levels": level(2, name="high")}, "one level for each"),
        ({"levels": level(2, intensity=5)}, "rise from 0 to 100"),
        ({"levels": level(6, intensity=99)}, "rise from 0 to 100"),
        ({"levels": level(1, active_experts=0)}, "a count from 1 to 128"),
        ({"levels": level(1, active_experts=[1, 2])}, "or 4 of them"),
        ({"levels": level(1, active_experts=True)}, "a count"),
        ({"levels": level(1, temperature=3)}, "temperature"),
        ({"levels": level(1, top_p=0)}, "top_p"),
        ({"levels": level(1, thinking_token_budget=-1)}, "thinking_token_budget"),
    ],
)
def test_a_faulty_table_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(CheckpointError, match=message):
        IntensityTable.load(written(tmp_path, **changes), CONFIG)


def test_the_standard_table_rises_and_keeps_the_models_experts() -> None:
    standard = IntensityTable.standard(replace(CONFIG, num_experts_per_tok=3))
    budgets = [row.thinking_token_budget for row in standard.levels]
    assert budgets[0] == 0
    assert budgets[-1] is None
    assert budgets[:-1] == sorted(budgets[:-1])
    assert {row.active_experts for row in standard.levels} == {(3, 3, 3, 3)}
    assert {row.effort_token for row in standard.levels} == {"none", "high"}


def test_the_embedded_table_fits_its_model() -> None:
    path = Path(trinity.__file__).parent / "models" / "mini" / "intensity.json"
    assert len(IntensityTable.load(path, preset("mini")).levels) == len(EFFORTS)


def test_expert_counts_of_a_request_have_no_effect_on_a_dense_model(tmp_path: Path) -> None:
    dense = preset("mini-dense")
    levels = [dict(zip(FIELDS, row, strict=True)) for row in ROWS]
    for level in levels:
        del level["active_experts"]
    table = IntensityTable.load(written(tmp_path, levels=levels), dense)
    assert IntensityTable.standard(dense).named("max").active_experts == (0,) * 6
    chat = ChatRequest(
        messages=(Message.user("hi"),), intensity=IntensityRequest(active_experts=4, intensity=60)
    )
    effective, [warning] = resolve(chat, table, dense, None, (0, 0))
    assert effective.active_experts == (0,) * 6
    assert warning.startswith("active_experts is 4, which has no effect: this model is dense")
    _, warnings = resolve(replace(chat, intensity=IntensityRequest()), table, dense, None, (0, 0))
    assert warnings == ()
    with pytest.raises(InvalidRequest, match="active_experts is 0; it must be 1 or more"):
        resolve(replace(chat, intensity=IntensityRequest(active_experts=0)), table, dense, None)


def test_a_table_with_experts_is_refused_for_a_dense_model(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="active_experts is 2; only 0 is supported"):
        IntensityTable.load(written(tmp_path), preset("mini-dense"))


def test_early_exit_is_off_until_asked_for(table: IntensityTable) -> None:
    assert asked(table)[0].early_exit is None
    assert asked(table, early_exit=False)[0].early_exit is None
    effective, warnings = asked(table, early_exit=True)
    assert effective.early_exit == 0.95
    assert warnings == ()


def test_a_table_may_say_how_confident_an_early_answer_must_be(tmp_path: Path) -> None:
    table = IntensityTable.load(written(tmp_path, early_exit=0.9), CONFIG)
    assert asked(table, early_exit=True)[0].early_exit == 0.9
    with pytest.raises(CheckpointError, match="early_exit is 1; only a number between 0 and 1"):
        IntensityTable.load(written(tmp_path, early_exit=1), CONFIG)


@pytest.mark.parametrize("ask", [{"reasoning_effort": "none"}, {"thinking_token_budget": 0}])
def test_early_exit_without_thinking_is_warned_of(
    table: IntensityTable, ask: dict[str, object]
) -> None:
    (warning,) = asked(table, early_exit=True, **ask)[1]
    assert warning.startswith("early_exit has no effect at effort ")


PROFILES = {
    "latency": [{"name": "high", "active_experts": 1, "thinking_token_budget": 150}],
    "throughput": [
        {"name": "high", "active_experts": 2, "routing_discount": 0.5},
        {"name": "max", "active_experts": 3},
    ],
}


def test_a_lossy_profile_takes_the_place_of_its_modes_levels(tmp_path: Path) -> None:
    table = IntensityTable.load(written(tmp_path, lossy=PROFILES), CONFIG)
    assert table.named("high").active_experts == (4,) * 4

    def settings(mode: Mode, **ask: object) -> tuple[int, int | None, bool]:
        chat = ChatRequest(
            messages=(Message.user("hi"),), intensity=IntensityRequest(lossy=True, **ask)
        )
        effective, warnings = resolve(chat, table, CONFIG, None, (1, 6), mode)
        assert warnings == ()
        return effective.active_experts[0], effective.thinking_token_budget, effective.lossy

    assert settings(Mode.LATENCY, reasoning_effort="high") == (1, 150, True)
    assert settings(Mode.LATENCY, intensity=75) == (1, 150, True)
    assert settings(Mode.LATENCY, reasoning_effort="max") == (6, None, True)
    assert settings(Mode.THROUGHPUT, reasoning_effort="high") == (2, 200, True)
    assert settings(Mode.THROUGHPUT, reasoning_effort="high", active_experts=5) == (5, 200, True)
    discounts = [level.routing_discount for level in table.lossy[Mode.THROUGHPUT]]
    assert discounts == [1, 1, 1, 1, 0.5, 1, 1]


def test_the_lossy_throughput_profile_reads_prompts_with_no_more_experts(tmp_path: Path) -> None:
    table = IntensityTable.load(written(tmp_path, lossy=PROFILES), CONFIG)

    def prompt_experts(mode: Mode, effort: str, *, lossy: bool) -> tuple[int, ...] | None:
        intensity = IntensityRequest(lossy=lossy, reasoning_effort=effort)
        chat = ChatRequest(messages=(Message.user("hi"),), intensity=intensity)
        return resolve(chat, table, CONFIG, None, (1, 6), mode)[0].prompt_experts

    assert prompt_experts(Mode.THROUGHPUT, "high", lossy=True) == (2,) * 4
    assert prompt_experts(Mode.THROUGHPUT, "xhigh", lossy=True) == (4,) * 4
    assert prompt_experts(Mode.THROUGHPUT, "high", lossy=False) is None
    assert prompt_experts(Mode.LATENCY, "high", lossy=True) is None


def test_who_decides_whether_it_is_lossy(tmp_path: Path) -> None:
    table = IntensityTable.load(written(tmp_path, lossy=PROFILES), CONFIG)
    for asks, serves, is_lossy in (
        (None, False, False),
        (None, True, True),
        (False, True, False),
        (True, False, True),
    ):
        chat = ChatRequest(messages=(Message.user("hi"),), intensity=IntensityRequest(lossy=asks))
        effective, _ = resolve(chat, table, CONFIG, None, (1, 6), Mode.LATENCY, lossy=serves)
        assert effective.lossy is is_lossy


def test_a_lossy_wish_without_a_profile_is_warned_of(table: IntensityTable) -> None:
    effective, warnings = asked(table, lossy=True)
    assert not effective.lossy
    assert warnings == ("lossy has no effect: this model has no lossy profile for mode balanced.",)


@pytest.mark.parametrize(
    ("lossy", "message"),
    [
        ({"balanced": []}, "only profiles for latency and throughput"),
        ({"latency": {}}, "latency is {}; only a list of objects"),
        ({"latency": [{"name": "huge"}]}, "only a list of levels of the table, unlike 'huge',"),
        ({"latency": [{"active_experts": 1}]}, "the key name is missing"),
        ({"latency": [{"name": "high", "active_experts": 0}]}, "a count from 1 to 128"),
        ({"latency": [{"name": "high", "routing_discount": 0.5}]}, "without routing_discount"),
        ({"throughput": [{"name": "high", "routing_discount": 2}]}, "a number from 0 to 1"),
    ],
)
def test_a_broken_lossy_profile_is_refused(tmp_path: Path, lossy: object, message: str) -> None:
    with pytest.raises(CheckpointError, match=re.escape(message)):
        IntensityTable.load(written(tmp_path, lossy=lossy), CONFIG)
