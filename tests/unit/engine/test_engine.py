from copy import deepcopy

import pytest
import torch

from tests.unit.engine.fakes import (
    ARGS,
    END_THINK,
    EOS,
    THINK,
    TOOL_CALLS,
    a_request,
    drain,
    endings,
    finish_of,
    follow,
    ids,
    make_engine,
    nano,
    run,
    scripted_engine,
    text_of,
    tokens_of,
)
from trinity.engine import engine as engine_module
from trinity.errors import InvalidRequest, NotFound, Overloaded
from trinity.types import AbortedEvent, FailedEvent, FinishedEvent, Mode, Phase, TokenEvent


def test_an_idle_engine_does_nothing() -> None:
    engine = make_engine()
    assert engine.step() == []
    assert not engine.has_work
    assert engine.stats.steps == 0


def test_one_answer_from_first_token_to_usage() -> None:
    said = [THINK, *ids("hm"), END_THINK, *ids("ok"), EOS]
    engine, _ = scripted_engine(follow(said))
    events = run(engine, a_request(prompt="hello", max_tokens=100, k=3))["r"]
    assert tokens_of(events) == said
    assert text_of(events, "thinking") == "hm"
    assert text_of(events) == "ok"
    finish = finish_of(events)
    assert finish.reason == "stop"
    assert finish.usage.prompt_tokens == 5
    assert finish.usage.completion_tokens == 7
    assert finish.usage.reasoning_tokens == 2
    assert finish.expert_rows == 6 * 2 * 3
    assert engine.stats.generated_tokens == 7
    assert engine.stats.reasoning_tokens == 2
    assert engine.stats.prompt_tokens == 5
    assert engine.stats.steps == 7


def test_a_thinking_budget_binds_exactly_and_an_answer_follows() -> None:
    for budget in (1, 3, 6):
        engine, _ = scripted_engine(lambda *_: THINK)

        def script(_request: object, _index: int, generated: list[int]) -> torch.Tensor:
            # Would think for ever, and end at once when stopped.
            logits = torch.zeros(2048)
            logits[EOS], logits[1100] = 9.0, 5.0 if END_THINK in generated else 10.0
            logits[THINK] = 20.0
            return logits

        engine, _ = scripted_engine(script)
        events = run(engine, a_request(budget=budget, max_tokens=60))["r"]
        thought = [e for e in events if isinstance(e, TokenEvent) and e.phase is Phase.THINKING]
        assert [e.token_id for e in thought] == [THINK, *[1100] * budget, END_THINK]
        assert finish_of(events).usage.reasoning_tokens == budget
        assert text_of(events) == "d"
        assert finish_of(events).reason == "stop"


def thinks_for_ever(_request: object, _index: int, generated: list[int]) -> torch.Tensor:
    """Goes on thinking as long as it may, then says one token."""
    logits = torch.zeros(2048)
    logits[THINK], logits[1100] = 20.0, 10.0
    logits[EOS] = 30.0 if END_THINK in generated else -9.0
    return logits


def test_thinking_can_be_skipped_and_extended_while_it_runs() -> None:
    engine, _ = scripted_engine(thinks_for_ever)
    engine.submit(a_request(request_id="a", budget=5, max_tokens=60))
    engine.submit(a_request(request_id="b", budget=50, max_tokens=80))
    events = [event for _ in range(4) for event in engine.step()]
    assert engine.steer("a", "extend", 3) == 8
    num_thought = sum(e.request_id == "b" for e in events) - 1
    assert engine.steer("b", "skip") == num_thought
    events += [event for told in drain(engine).values() for event in told]
    ends = {e.request_id: e for e in events if isinstance(e, FinishedEvent)}
    assert ends["a"].usage.reasoning_tokens == 8
    assert ends["b"].usage.reasoning_tokens == num_thought
    assert {end.reason for end in ends.values()} == {"stop"}
    with pytest.raises(NotFound, match="no open request 'a'"):
        engine.steer("a", "skip")


def test_steering_reaches_every_choice_and_a_stop_keeps_what_was_said() -> None:
    engine, _ = scripted_engine(thinks_for_ever)
    engine.submit(a_request(request_id="r", n=3, max_tokens=60))
    events = [event for _ in range(5) for event in engine.step()]
    engine.steer("r", "stop")
    events += drain(engine)["r"]
    ends = [e for e in events if isinstance(e, FinishedEvent)]
    assert [end.reason for end in ends] == ["stop"] * 3
    said = [sum(isinstance(e, TokenEvent) and e.index == i for e in events) for i in range(3)]
    assert sorted(end.usage.completion_tokens for end in ends) == sorted(said)
    assert max(said) < 8
    engine.check_integrity()


def test_a_tool_call_ends_with_its_own_reason() -> None:
    said = [TOOL_CALLS, *ids("add"), ARGS, *ids("{}"), EOS]
    engine, _ = scripted_engine(follow(said))
    events = run(engine, a_request(max_tokens=50))["r"]
    assert finish_of(events).reason == "tool_calls"
    assert text_of(events, "tool_call") == "add{}"


def test_a_stop_string_ends_the_answer_and_is_never_shown() -> None:
    said = [THINK, *ids("STOP"), END_THINK, *ids("go ST STOP on")]
    engine, _ = scripted_engine(follow(said))
    events = run(engine, a_request(stop=("STOP",), max_tokens=90))["r"]
    assert text_of(events, "thinking") == "STOP"
    assert text_of(events) == "go ST "
    assert finish_of(events).reason == "stop"


def test_answer_text_held_back_at_a_tool_call_stays_answer_text() -> None:
    said = [*ids("xS"), TOOL_CALLS, *ids("f"), ARGS, *ids("{}"), EOS]
    engine, _ = scripted_engine(follow(said))
    events = run(engine, a_request(stop=("STOP",), max_tokens=50))["r"]
    assert text_of(events) == "xS"
    assert text_of(events, "tool_call") == "f{}"


def test_eight_streams_make_one_model_call_a_step() -> None:
    engine, runner = scripted_engine(follow(ids("hello")))
    run(engine, *[a_request(str(number)) for number in range(8)])
    assert len(runner.steps) == engine.stats.steps == 6
    assert all(len(step.schedule) == 8 for step in runner.steps)


def test_choices_share_the_prompt_through_the_cache() -> None:
    engine = make_engine(max_step_tokens=32)
    request = a_request(prompt="p" * 40, n=3, temperature=1.0, max_tokens=5)
    events = run(engine, request)["r"]
    cached = [finish_of(events, index).usage.cached_tokens for index in range(3)]
    assert cached == [0, 32, 32]
    assert len({tuple(tokens_of(events, index)) for index in range(3)}) == 3
    assert endings(events) == [FinishedEvent] * 3


def test_choices_work_without_the_cache() -> None:
    with_cache = run(make_engine(), a_request(n=2, temperature=1.0))["r"]
    without = run(make_engine(prefix_cache=False), a_request(n=2, temperature=1.0))["r"]
    for index in range(2):
        assert tokens_of(with_cache, index) == tokens_of(without, index)


def test_expert_rows_are_the_sum_of_the_counts() -> None:
    engine = make_engine()
    requests = [a_request(str(k), "ab" * 3, k=(k, k + 1), max_tokens=4) for k in (1, 3, 6)]
    events = run(engine, *requests)
    decoded = sum(3 * (2 * k + 1) for k in (1, 3, 6))
    assert engine.stats.expert_rows == 3 * 6 * 2 * 4 + decoded
    assert [finish_of(events[str(k)]).expert_rows for k in (1, 3, 6)] == [9, 21, 39]


def test_the_same_seed_gives_the_same_answer_and_another_another() -> None:
    def answer(seed: int) -> list[int]:
        return tokens_of(run(make_engine(), a_request(temperature=1.0, seed=seed))["r"])

    assert answer(1) == answer(1)
    assert answer(1) != answer(2)


def test_an_abort_takes_effect_before_the_next_step() -> None:
    engine, runner = scripted_engine(follow([1000] * 50))
    engine.submit(a_request("stay", max_tokens=3))
    engine.submit(a_request("go", max_tokens=30, n=2))
    engine.step()
    engine.abort("go")
    engine.abort("go")
    engine.abort("unknown")
    events = engine.step()
    assert [e for e in events if e.request_id == "go"] == [AbortedEvent(request_id="go")]
    assert {s.request.request_id for s in runner.steps[-1].schedule} == {"stay"}
    assert set(drain(engine)) == {"stay"}


def test_an_abort_of_the_only_request_is_still_reported() -> None:
    engine, runner = scripted_engine(follow([1000] * 50))
    engine.submit(a_request())
    engine.abort("r")
    assert engine.has_work
    assert engine.step() == [AbortedEvent(request_id="r")]
    assert runner.steps == []
    assert not engine.has_work


def test_an_id_may_be_used_again_after_its_end_only() -> None:
    engine, _ = scripted_engine(follow([EOS]))
    engine.submit(a_request())
    with pytest.raises(InvalidRequest, match="'r' is in use"):
        engine.submit(a_request())
    drain(engine)
    engine.submit(a_request())
    drain(engine)


def test_the_queue_is_bounded() -> None:
    engine, _ = scripted_engine(follow([EOS]), max_waiting=3)
    engine.submit(a_request("a", n=2))
    assert engine.has_room(1)
    with pytest.raises(Overloaded, match=r"2 answers are waiting and 2 were asked for; at most 3"):
        engine.submit(a_request("b", n=2))
    assert set(drain(engine)) == {"a"}


def poisoned() -> torch.nn.Module:
    model = deepcopy(nano())
    with torch.no_grad():
        model.language_model.model.embed_tokens.weight[1255] = torch.nan
    return model


def test_a_request_that_overflows_fails_alone_and_leaves_no_trace() -> None:
    good = a_request("good", "fine", temperature=1.0, logprobs=0, max_tokens=12)
    alone = run(make_engine(), good)["good"]
    engine = make_engine(poisoned(), num_blocks=8)
    bad = a_request("bad", [*ids("x" * 20), 1255], n=2)
    events = run(engine, good, bad)
    assert events["good"] == alone
    (failed,) = events["bad"]
    assert isinstance(failed, FailedEvent)
    assert "overflowed" in failed.message
    # Every block is used again, those of the failed request too, and none has spoilt contents.
    again = run(engine, a_request("again", "y" * 100, max_tokens=20), good)
    assert endings(again["again"]) == [FinishedEvent]
    assert tokens_of(again["good"]) == tokens_of(alone)
    assert engine.stats.cached_blocks > 0


def test_an_overflow_is_seen_in_the_chunk_where_it_happens() -> None:
    engine = make_engine(poisoned(), max_step_tokens=8)
    engine.submit(a_request("bad", [1255, *ids("x" * 50)]))
    (event,) = engine.step()
    assert isinstance(event, FailedEvent)
    assert engine.stats.cached_blocks == 0


def test_logits_that_are_not_finite_fail_the_whole_request() -> None:
    def script(request: object, index: int, generated: list[int]) -> int | torch.Tensor:
        is_bad = request.request_id == "bad" and index == 1 and len(generated) == 2
        return torch.full((2048,), torch.nan) if is_bad else 1000

    engine, runner = scripted_engine(script)
    events = run(engine, a_request("bad", n=3), a_request("good"))
    assert endings(events["good"]) == [FinishedEvent]
    assert endings(events["bad"]) == [FailedEvent]
    assert isinstance(events["bad"][-1], FailedEvent)
    assert runner.zeroed


def test_changed_weights_take_effect_in_the_middle_of_an_answer() -> None:
    model = deepcopy(nano())
    engine = make_engine(model)
    request = a_request("r", "p" * 40, max_tokens=6)
    run(engine, request)
    assert engine.stats.cached_blocks > 0
    engine.submit(request)
    before = [event.token_id for _ in range(3) for event in engine.step()]
    with torch.no_grad():
        model.language_model.model.layers[0].self_attn.o_proj.weight.mul_(-3)
    engine.weights_changed()
    assert engine.stats.cached_blocks == 0
    rest = drain(engine)["r"]
    fresh = make_engine(model)
    continued = a_request("r", [*request.prompt_ids, *before], max_tokens=3)
    assert tokens_of(rest) == tokens_of(run(fresh, continued)["r"])


def test_latency_requests_answer_first() -> None:
    engine, _ = scripted_engine(follow([1000] * 3), max_sequences=1)
    engine.submit(a_request("slow", mode="throughput"))
    engine.submit(a_request("fast", mode="latency"))
    order = [e.request_id for _ in range(8) for e in engine.step() if isinstance(e, FinishedEvent)]
    assert order == ["fast", "slow"]


def test_statistics_add_up() -> None:
    engine = make_engine()
    events = run(engine, a_request("a", "p" * 40), a_request("b", "q" * 5))
    events |= run(engine, a_request("c", "p" * 40))
    stats = engine.stats
    assert stats.prompt_tokens == 85
    assert stats.cached_tokens == 32
    assert stats.generated_tokens == sum(len(tokens_of(e)) for e in events.values())
    assert stats.preemptions == 0
    assert (stats.free_blocks, stats.num_blocks) == (64, 64)


def test_a_switch_reaches_what_runs_and_what_waits_and_changes_no_answer() -> None:
    requests = [
        a_request(str(i), max_tokens=12, temperature=1.0, seed=i, mode=("throughput", None)[i % 2])
        for i in range(6)
    ]
    plain = run(make_engine(), *requests)
    engine = make_engine(max_sequences=3)
    events: dict[str, list[object]] = {}
    for request in requests:
        engine.submit(request)
    for number in range(200):
        if not engine.has_work:
            break
        engine.switch((Mode.LATENCY, Mode.BALANCED, Mode.THROUGHPUT)[number % 3])
        for event in engine.step():
            events.setdefault(event.request_id, []).append(event)
    assert {name: tokens_of(events[name]) for name in plain} == {
        name: tokens_of(plain[name]) for name in plain
    }


def test_latency_goes_before_balanced_before_throughput() -> None:
    engine, runner = scripted_engine(follow(ids("ab")), max_sequences=1)
    for mode in ("throughput", None, "latency"):
        engine.submit(a_request(str(mode), mode=mode))
    drain(engine)
    served = [next(iter(step.schedule)).request.request_id for step in runner.steps]
    assert list(dict.fromkeys(served)) == ["latency", "None", "throughput"]


def test_after_a_switch_the_next_step_follows_it() -> None:
    engine, runner = scripted_engine(follow(ids("ab")), max_sequences=1)
    for name, mode in (("own", "balanced"), ("follows", None)):
        engine.submit(a_request(name, mode=mode))
    engine.switch(Mode.LATENCY)
    engine.step()
    assert [s.request.request_id for s in runner.steps[0].schedule] == ["follows"]


def test_others_are_held_back_while_there_is_latency_traffic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(engine_module.time, "monotonic", lambda: now[0])
    engine, runner = scripted_engine(follow(ids("a" * 40)), max_sequences=8)
    for rows in [1, 2, 4, 8] * 10:
        engine._pace.measure(rows, 1.0 + 0.25 * rows)
    for number in range(6):
        engine.submit(a_request(str(number), max_tokens=40))
    engine.step()
    assert len(runner.steps[-1].schedule) == 6
    engine.submit(a_request("fast", max_tokens=4, mode="latency"))
    while any(s.request.request_id == "fast" for s in engine._scheduler.running) or (
        engine._scheduler.waiting
    ):
        engine.step()
        names = [s.request.request_id for s in runner.steps[-1].schedule]
    assert names[0] == "fast"
    # One row of 0.25 beside a step of 1.25 is all that fits into the share allowed.
    assert len(names) == 2
    now[0] += engine_module.LATENCY_HOLD_S / 2
    engine.submit(a_request("long", "x" * 60, max_tokens=2))
    engine.step()
    assert max(runner.steps[-1].schedule.values()) <= engine_module.PROMPT_BESIDE
    now[0] += engine_module.LATENCY_HOLD_S
    drain(engine)


def test_equal_prompts_at_once_are_computed_once() -> None:
    requests = [
        a_request(request_id=name, prompt="q" * 100, seed=3, k=k)
        for name, k in (("a", 1), ("b", 4), ("c", 4))
    ]
    engine = make_engine()
    together = run(engine, *requests)
    assert engine.stats.prompt_tokens == 300
    assert engine.stats.cached_tokens == 2 * 96  # whole blocks of 16
    for request in requests:
        alone = run(make_engine(prefix_cache=False), request)
        assert tokens_of(together[request.request_id]) == tokens_of(alone[request.request_id])
