from dataclasses import replace

import pytest

from tests.unit.engine.fakes import NUM_TOKENS, a_request, an_image, engine_config, image_ids
from trinity.config import EngineConfig
from trinity.engine.limits import Limits
from trinity.errors import ConfigError, InvalidRequest
from trinity.presets import preset
from trinity.types import GenerationRequest

MODEL = replace(preset("nano"), num_hidden_layers=2)


def limits(**settings: object) -> Limits:
    return Limits.of(MODEL, engine_config(**settings), NUM_TOKENS)


def test_the_cache_is_sized_for_all_sequences_at_a_quarter_of_the_context() -> None:
    derived = Limits.of(MODEL, EngineConfig(max_sequences=8, max_context=1000), NUM_TOKENS)
    assert derived.num_blocks == 8 * 16
    assert derived.max_context == 1000
    assert Limits.of(MODEL, EngineConfig(), NUM_TOKENS).max_context == 4096


def test_one_sequence_always_fits_at_full_context() -> None:
    derived = Limits.of(MODEL, EngineConfig(max_sequences=1, max_context=1000), NUM_TOKENS)
    assert derived.num_blocks == 63


def test_a_small_cache_limits_the_context() -> None:
    assert limits(num_blocks=3).max_context == 48


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"block_size": 0}, "block_size is 0; it must be at least 1"),
        ({"num_blocks": 0}, "num_blocks is 0"),
        ({"max_context": -1}, "max_context is -1"),
        ({"max_waiting": 0}, "max_waiting is 0"),
        ({"max_sequences": 9, "max_step_tokens": 8}, "max_step_tokens is 8; .* 9 sequences"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        limits(**settings)


PICTURED = [1000, *image_ids(), 1001]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (a_request(prompt="p" * 64), "The prompt has 64 tokens; 64 fit, the answer included"),
        (a_request(prompt="p" * 60, max_tokens=5), "60 tokens and max_tokens is 5; .* most 64"),
        (a_request(prompt=[]), "no tokens"),
        (a_request(prompt=[1000, 1256]), "must be 0 to 1255"),
        (a_request(prompt=[-1]), "must be 0 to 1255"),
        (a_request(n=0), "n is 0; it must be 1 to 256"),
        (a_request(n=300), "n is 300"),
        (a_request(k=0), "2 counts, one a layer, from 1 to 128"),
        (a_request(k=(4, 129)), "from 1 to 128"),
        (a_request(layers=3), "2 counts"),
        (a_request(budget=-1), "thinking_token_budget is -1"),
        (a_request(seed=None), "must be resolved"),
        (a_request(max_tokens=None), "must be resolved"),
        (a_request(prompt=PICTURED), "pictures do not stand"),
        (a_request(prompt=PICTURED, images=(an_image(2),)), "pictures do not stand"),
        (a_request(temperature=2.5), "temperature is 2.5; it must be 0 to 2"),
        (a_request(temperature=float("nan")), "temperature is nan"),
        (a_request(top_p=0.0), "top_p is 0.0; it must be above 0"),
        (a_request(top_p=1.5), "top_p is 1.5"),
        (a_request(top_k=0), "top_k is 0; it must be 1 or more"),
        (a_request(min_p=-0.1), "min_p is -0.1"),
        (a_request(presence_penalty=3.0), "presence_penalty is 3.0; it must be -2 to 2"),
        (a_request(frequency_penalty=-3.0), "frequency_penalty is -3.0"),
        (a_request(repetition_penalty=0.0), "repetition_penalty is 0.0; it must be above 0"),
        (a_request(logprobs=21), "logprobs is 21; it must be 0 to 20"),
        (a_request(max_tokens=0), "max_tokens is 0; it must be 1 or more"),
        (a_request(stop=("",)), "none may be empty"),
        (a_request(stop=("x",) * 17), "stop has 17 strings; at most 16"),
        (a_request(logit_bias=((1256, 1.0),)), "ids are 0 to 1255"),
        (a_request(logit_bias=((1000, 101.0),)), "values -100 to 100"),
    ],
)
def test_what_cannot_be_served_is_refused(request_: GenerationRequest, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        limits(num_blocks=4).check(request_)


def test_what_just_fits_is_accepted() -> None:
    small = limits(num_blocks=4)
    small.check(a_request(prompt="p" * 60, max_tokens=4))
    small.check(a_request(prompt=PICTURED, images=(an_image(1),)))
    small.check(a_request(n=256, temperature=2.0, top_p=1.0, logprobs=20, k=128))


def test_a_model_without_eyes_refuses_pictures() -> None:
    blind = Limits.of(replace(MODEL, vision=None), engine_config(), NUM_TOKENS)
    with pytest.raises(InvalidRequest, match="pictures"):
        blind.check(a_request(prompt=PICTURED, images=(an_image(1),)))


def test_routing_by_company_is_refused_where_company_must_not_matter() -> None:
    request = a_request(routing_discount=0.5)
    limits(deterministic=False).check(request)
    with pytest.raises(InvalidRequest, match="this engine is deterministic; ask without lossy"):
        limits(deterministic=True).check(request)
    with pytest.raises(InvalidRequest, match="routing_discount is 2; it must be 0 to 1"):
        limits().check(a_request(routing_discount=2))
    with pytest.raises(ConfigError, match="lossy and deterministic are both set"):
        EngineConfig(lossy=True, deterministic=True)
