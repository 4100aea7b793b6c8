import random

import pytest
import torch

from tests.unit.engine.fakes import (
    END_THINK,
    EOS,
    THINK,
    a_request,
    an_image,
    finish_of,
    follow,
    guess_always,
    ids,
    image_ids,
    make_engine,
    run,
    scripted_engine,
    text_of,
    tokens_of,
)
from trinity.engine.engine import Engine
from trinity.engine.pace import Pace
from trinity.engine.speculation import (
    MAX_DRAFT,
    PROBE_EVERY,
    SELF_DRAFT,
    TRIAL,
    WINDOW,
    Drafter,
    Gate,
    Record,
    SelfDrafts,
)


def test_what_followed_before_is_guessed_again() -> None:
    drafter = Drafter([1, 2, 3, 4, 5, 9, 2, 3], [], Record())
    guesses, trust = drafter.draft(3)
    assert guesses == [4, 5, 9]
    assert 0 < trust < 1
    drafter.accept(4)
    assert drafter.draft(2)[0] == [5, 9]


def test_the_longest_match_goes_first_and_the_latest_among_equals() -> None:
    drafter = Drafter([1, 2, 3, 7, 8, 2, 3, 4, 8, 2, 3, 5, 1, 2, 3], [], Record())
    assert drafter.draft(1)[0] == [7]
    assert Drafter([8, 2, 4, 9, 2, 5, 0, 2], [], Record()).draft(1)[0] == []
    assert Drafter([0, 2, 4, 0, 2, 5, 0, 2], [], Record()).draft(1)[0] == [5]


def test_a_prediction_is_followed_where_the_prompt_has_nothing() -> None:
    assert Drafter([7, 5, 6], [4, 5, 6, 1, 2], Record()).draft(3)[0] == [1, 2, 7]
    assert Drafter([5, 6, 9, 5, 6], [4, 5, 6, 1, 2], Record()).draft(1)[0] == [9]


def test_a_repetition_is_guessed_to_go_on() -> None:
    assert Drafter([1, 2, 1, 2, 1], [], Record()).draft(5)[0] == [2, 1, 2, 1, 2]


def test_a_prompt_read_at_once_is_known_as_one_read_token_by_token() -> None:
    rng = random.Random(5)
    for length in (0, 1, 2, 3, 4, 5, 6, 40):
        ids = [rng.randrange(4) for _ in range(length)]
        at_once, by_token = Drafter(ids, [], Record()), Drafter([], [], Record())
        for token in ids:
            by_token.accept(token)
            by_token.draft(0)
        for token in [rng.randrange(4) for _ in range(40)]:
            assert at_once.draft(5)[0] == by_token.draft(5)[0]
            at_once.accept(token)
            by_token.accept(token)


def test_trust_follows_the_guesses_even_if_none_is_tried() -> None:
    drafter = Drafter([1, 2] * 6, [], Record())
    first = drafter.draft(0)[1]
    for token in [1, 2] * 6:
        drafter.accept(token)
        high = drafter.draft(0)[1]
    assert first < high
    for token in range(100, 106):
        drafter.accept(token)
        drafter.draft(0)
    for token in (1, 2, 9, 1, 2, 8):
        drafter.accept(token)
        low = drafter.draft(0)[1]
    assert low < high


def test_a_new_answer_begins_with_what_became_of_earlier_guesses() -> None:
    record = Record()
    usual = Drafter([1, 2] * 6, [], record).draft(0)[1]
    for _ in range(3):
        drafter = Drafter([1, 2] * 6, [], record)
        for token in range(100, 130):
            drafter.draft(0)
            drafter.accept(token)
            drafter.accept(1)
            drafter.accept(2)
    assert Drafter([1, 2] * 6, [], record).draft(0)[1] < usual
    assert Drafter([1, 2] * 6, [], Record()).draft(0)[1] == usual


def test_a_long_prompt_is_read_from_its_end_alone() -> None:
    drafter = Drafter([1, 2, 3, *[0] * WINDOW, 1, 2], [], Record())
    assert drafter.draft(1)[0] == []


def measured(fixed: float, per_row: float) -> Gate:
    pace = Pace()
    for rows in [1, 2, 4, 8] * 20:
        pace.measure(rows, fixed + per_row * rows)
    return Gate(pace)


def test_nothing_is_guessed_before_anything_was_measured() -> None:
    assert Gate(Pace()).length(1.0, MAX_DRAFT, 1, 1, is_trying=False) == 0


def test_cheap_rows_and_good_guesses_make_long_drafts() -> None:
    gate = measured(fixed=1.0, per_row=0.02)
    lengths = [gate.length(t, MAX_DRAFT, 1, 1, is_trying=False) for t in (0.01, 0.5, 0.8, 0.99)]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0
    assert lengths[-1] == MAX_DRAFT


def test_dear_rows_make_short_drafts() -> None:
    cheap = measured(fixed=1.0, per_row=0.05).length(0.7, MAX_DRAFT, 1, 1, is_trying=False)
    dear = measured(fixed=1.0, per_row=0.4).length(0.7, MAX_DRAFT, 1, 1, is_trying=False)
    assert dear < cheap
    assert measured(0.0, 1.0).length(0.9, MAX_DRAFT, 1, 1, is_trying=False) == 0


def test_a_guess_must_pay_for_all_where_all_count() -> None:
    gate = measured(fixed=1.0, per_row=0.1)
    assert gate.length(0.8, MAX_DRAFT, 32, 1, is_trying=False) > 0
    assert gate.length(0.5, MAX_DRAFT, 32, 32, is_trying=False) == 0


def test_who_guesses_goes_on_with_less_to_gain() -> None:
    gate = measured(fixed=1.0, per_row=0.3)
    trusts = [trust / 100 for trust in range(100)]
    starts = [t for t in trusts if gate.length(t, MAX_DRAFT, 1, 1, is_trying=False)]
    stays = [t for t in trusts if gate.length(t, MAX_DRAFT, 1, 1, is_trying=True)]
    assert min(stays) < min(starts)


PROMPTS = ("abcabcabc", "aaaa", "hello hello hel", "x", "the cat the dog the c")


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("budget", [None, 3])
def test_guessing_changes_no_answer(temperature: float, budget: int | None) -> None:
    requests = [
        a_request(
            str(i), p, max_tokens=40, temperature=temperature, seed=i, k=1 + i, budget=budget,
            n=1 + i % 2, mode=("latency", "balanced", "throughput")[i % 3],
        )
        for i, p in enumerate(PROMPTS)
    ]  # fmt: skip
    plain = run(make_engine(num_blocks=200), *requests)
    engine = make_engine(num_blocks=200, speculation=True)
    guess_always(engine)
    guessed = run(engine, *requests)
    for request in requests:
        for index in range(request.n):
            name = request.request_id
            assert tokens_of(guessed[name], index) == tokens_of(plain[name], index)
            assert finish_of(guessed[name], index).reason == finish_of(plain[name], index).reason
    assert engine.stats.drafted_tokens > 0


def test_penalties_and_logprobs_see_the_tokens_before() -> None:
    request = a_request(
        prompt="abcabcabc", max_tokens=30, temperature=1.0, frequency_penalty=0.5,
        repetition_penalty=1.2, logprobs=2,
    )  # fmt: skip
    plain = run(make_engine(), request)["r"]
    engine = make_engine(speculation=True)
    guess_always(engine)
    assert run(engine, request)["r"][:-1] == plain[:-1]


def test_few_blocks_and_preemption_change_no_answer() -> None:
    requests = [a_request(str(i), "abab" * 2, max_tokens=24, seed=i) for i in range(4)]
    plain = run(make_engine(block_size=4, num_blocks=60), *requests)
    engine = make_engine(block_size=4, num_blocks=14, speculation=True)
    guess_always(engine)
    guessed = run(engine, *requests)
    assert engine.stats.preemptions > 0
    for request in requests:
        name = request.request_id
        assert tokens_of(guessed[name]) == tokens_of(plain[name])


def test_right_guesses_save_steps_and_are_counted() -> None:
    said = ids("abcdefgh abcdefgh abcdefgh")
    engine, runner = scripted_engine(follow(said), speculation=True)
    guess_always(engine)
    events = run(engine, a_request(prompt="say abcdefgh", max_tokens=60))["r"]
    usage = finish_of(events).usage
    assert text_of(events) == "abcdefgh abcdefgh abcdefgh"
    assert engine.stats.steps < 15
    assert usage.accepted_tokens == engine.stats.accepted_tokens > 10
    assert usage.accepted_tokens + usage.rejected_tokens == engine.stats.drafted_tokens
    assert usage.completion_tokens == len(said) + 1
    prompt_rows = usage.prompt_tokens * 2 * 4
    assert runner.expert_rows == prompt_rows + finish_of(events).expert_rows


def test_a_prediction_saves_steps() -> None:
    said = "completely new text that nobody wrote before"

    def steps(prediction: str) -> int:
        engine, _ = scripted_engine(follow(ids(said)), speculation=True)
        guess_always(engine)
        events = run(engine, a_request(prompt="say", max_tokens=99, prediction=prediction))["r"]
        assert text_of(events) == said
        return engine.stats.steps

    assert steps(said) < steps("") / 2


def test_markers_and_ends_are_obeyed_inside_a_draft() -> None:
    thought, answer = "go on go on go on", "go on"
    said = [THINK, *ids(thought), END_THINK, *ids(answer), EOS]
    engine, _ = scripted_engine(follow(said), speculation=True)
    guess_always(engine)
    events = run(engine, a_request(prompt="go on go on", max_tokens=60))["r"]
    assert tokens_of(events) == said
    engine, _ = scripted_engine(follow(ids("abab" * 20)), speculation=True)
    guess_always(engine)
    events = run(engine, a_request(prompt="abab", max_tokens=7))["r"]
    assert len(tokens_of(events)) == 7
    assert finish_of(events).reason == "length"


def test_markers_of_the_prompt_are_not_guessed() -> None:
    prompt = [*ids("look at "), *image_ids(), *ids("what is it")]
    image = an_image(start=8)
    engine, runner = scripted_engine(follow(ids("look at it, look at it")), speculation=True)
    guess_always(engine)
    run(engine, a_request(prompt=prompt, images=(image,), max_tokens=30))
    assert engine.stats.accepted_tokens > 5
    guessed = [step.ids_T for step in runner.steps[1:]]
    assert all((step_ids >= 1000).all() or len(step_ids) == 1 for step_ids in guessed)


def test_throughput_requests_are_not_guessed_for() -> None:
    engine, _ = scripted_engine(follow(ids("abab" * 4)), speculation=True)
    guess_always(engine)
    run(engine, a_request(prompt="abab", max_tokens=12, mode="throughput"))
    assert engine.stats.drafted_tokens == 0


def test_an_engine_that_may_not_guess_does_not() -> None:
    engine, _ = scripted_engine(follow(ids("abab" * 4)))
    guess_always(engine)
    run(engine, a_request(prompt="abab", max_tokens=12))
    assert engine.stats.drafted_tokens == 0


def test_a_step_stays_within_its_budget() -> None:
    engine, runner = scripted_engine(
        follow(ids("abab" * 9)), speculation=True, max_step_tokens=9, max_sequences=4
    )
    guess_always(engine)
    run(engine, *[a_request(str(i), "abab", max_tokens=30) for i in range(4)])
    assert max(len(step.ids_T) for step in runner.steps) <= 9
    assert any(len(step.ids_T) > len(step.schedule) for step in runner.steps)


def test_a_failed_request_takes_no_row_of_another() -> None:
    said = {"a": ids("abab" * 6), "b": ids("cdcd" * 6)}
    engine, runner = scripted_engine(
        lambda request, _index, done: [*said[request.request_id], *[EOS] * 40][len(done)],
        speculation=True,
    )
    guess_always(engine)
    for name, prompt in (("a", "abab"), ("b", "cdcd")):
        engine.submit(a_request(name, prompt, max_tokens=20))
    events = [*engine.step(), *engine.step()]
    runner.spoil = {"a"}
    events += engine.step()
    runner.spoil = set()
    while engine.has_work:
        events += engine.step()
    mine = [event for event in events if event.request_id == "b"]
    assert tokens_of(mine) == said["b"][:20]


def test_random_scripts_with_random_settings_are_followed() -> None:
    rng = random.Random(3)
    for _ in range(30):
        said = {str(i): [1000 + rng.randrange(3) for _ in range(25)] for i in range(3)}
        engine, _ = scripted_engine(
            lambda request, _index, done, said=said: said[request.request_id][len(done)],
            speculation=True, block_size=rng.choice((1, 2, 5)), num_blocks=rng.randint(70, 120),
            max_sequences=3, max_step_tokens=rng.randint(4, 20),
        )  # fmt: skip
        engine._gate.length = lambda _t, most, *_a, rng=rng, **_s: rng.randint(0, most)
        requests = [a_request(str(i), "ab" * rng.randint(1, 9), max_tokens=25) for i in range(3)]
        events = run(engine, *requests)
        assert {name: tokens_of(events[name]) for name in said} == said


def test_logits_of_a_draft_are_those_of_single_steps() -> None:
    torch.manual_seed(0)
    request = a_request(prompt="abcabcabc", max_tokens=30, logprobs=5)
    plain = run(make_engine(), request)["r"]
    engine = make_engine(speculation=True)
    guess_always(engine)
    guessed = run(engine, request)["r"]
    assert [e.top_logprobs for e in guessed[:-1]] == [e.top_logprobs for e in plain[:-1]]


# --- guesses of the model itself ---


def let_it_guess(engine: Engine, length: int = 3) -> None:
    """Let the model guess in every step, whatever it costs."""
    engine._gate.length = lambda *_args, **_settings: 0
    engine._self_drafts.length = lambda: length
    engine._self_drafts.measure = lambda *_: None


@pytest.mark.parametrize("temperature", [0.0, 0.7])
@pytest.mark.parametrize("k", [2, 4, (1, 3)])
def test_the_models_own_guesses_change_no_answer(temperature: float, k: int) -> None:
    for seed, prompt in enumerate(PROMPTS):
        request = a_request(
            prompt=prompt, mode="latency", k=k, temperature=temperature, seed=seed, max_tokens=30,
            logprobs=2,
        )  # fmt: skip
        plain = run(make_engine(), request)["r"]
        engine = make_engine(speculation=True)
        let_it_guess(engine)
        guessed = run(engine, request)["r"]
        assert guessed[:-1] == plain[:-1]
        usage = finish_of(guessed).usage
        assert usage.accepted_tokens + usage.rejected_tokens > 0
        assert finish_of(guessed).expert_rows > finish_of(plain).expert_rows


def test_the_models_own_guesses_keep_the_distribution() -> None:
    # Random numbers do not depend on guesses, so every draw is the same draw.
    def drawn(engine: Engine) -> list[list[int]]:
        requests = [
            a_request(prompt="go", mode="latency", temperature=1.0, seed=seed, max_tokens=4)
            for seed in range(60)
        ]
        return [tokens_of(run(engine, request)["r"]) for request in requests]

    engine = make_engine(speculation=True)
    let_it_guess(engine)
    plain = drawn(make_engine())
    assert drawn(engine) == plain
    assert len({tuple(tokens) for tokens in plain}) > 30
    assert engine.stats.accepted_tokens > 0


def test_its_own_guesses_save_steps_where_they_are_right() -> None:
    engine, runner = scripted_engine(follow(ids("abcdefgh")), speculation=True)
    let_it_guess(engine)
    events = run(engine, a_request(mode="latency", k=4, max_tokens=20))["r"]
    assert text_of(events) == "abcdefgh"
    # The prompt, then one and three guesses a step; a marker is no guess.
    assert engine.stats.steps == 3
    guessing = [step for step in runner.steps if step.experts_LT.tolist() == [[1], [1]]]
    assert finish_of(events).usage.accepted_tokens == 6
    assert len(guessing) == 6


@pytest.mark.parametrize("other", [{"mode": "balanced"}, {"mode": "latency", "k": 1}])
def test_it_guesses_for_latency_with_more_than_one_expert_alone(other: dict) -> None:
    engine, runner = scripted_engine(follow(ids("abcdef")), speculation=True)
    let_it_guess(engine)
    run(engine, a_request(**other))
    assert len(runner.steps) == engine.stats.steps
    engine, runner = scripted_engine(follow(ids("abcdef")), speculation=True)
    let_it_guess(engine)
    run(engine, a_request("a", mode="latency"), a_request("b", mode="latency"))
    assert len(runner.steps) == engine.stats.steps


def steps_of(drafts: SelfDrafts, count: int, plain_s: float, guessing_s: float) -> list[int]:
    """The lengths of so many steps, whose tokens take so long without guesses and with them."""
    lengths = []
    for _ in range(count):
        lengths.append(drafts.length())
        drafts.measure(*((guessing_s * 3, 3) if lengths[-1] else (plain_s, 1)))
    return lengths


def test_the_model_guesses_itself_where_that_is_faster() -> None:
    assert steps_of(SelfDrafts(), 3 * TRIAL, 1.0, 0.8)[TRIAL:] == [SELF_DRAFT] * 2 * TRIAL
    for slow in (0.97, 1.5):
        lengths = steps_of(SelfDrafts(), 3 * TRIAL, 1.0, slow)
        assert lengths == [0] * TRIAL + [SELF_DRAFT] * TRIAL + [0] * TRIAL


def test_guesses_of_the_model_that_became_slow_end() -> None:
    drafts = SelfDrafts()
    steps_of(drafts, 3 * TRIAL, 1.0, 0.8)
    assert steps_of(drafts, 2 * TRIAL, 1.0, 1.3)[-1] == 0


def test_one_slow_step_does_not_end_guesses_of_the_model() -> None:
    drafts = SelfDrafts()
    steps_of(drafts, 3 * TRIAL, 1.0, 0.5)
    drafts.measure(100.0, 1)
    assert drafts.length() == SELF_DRAFT


def test_the_model_tries_again_from_time_to_time() -> None:
    lengths = steps_of(SelfDrafts(), 2 * (TRIAL + PROBE_EVERY) + TRIAL, 1.0, 2.0)
    assert lengths.count(SELF_DRAFT) == 2 * TRIAL
