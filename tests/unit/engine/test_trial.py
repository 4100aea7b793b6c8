import math

import pytest
import torch

from tests.unit.engine.fakes import (
    END_THINK,
    EOS,
    THINK,
    TOOL_CALLS,
    Script,
    a_request,
    drain,
    finish_of,
    ids,
    make_engine,
    run,
    scripted_engine,
    text_of,
    tokens_of,
)
from trinity.engine.trial import FAR, MOST_TOKENS, REST
from trinity.errors import InvalidRequest
from trinity.types import Event, GenerationRequest, TokenEvent

SURE, UNSURE, FAR_OFF = 20.0, 8.5, 3.0
"""Logits beside zeros: probabilities of 1, 0.7 and 0.01."""


def thinker(thoughts: str, answers: dict[str, tuple[str, float]]) -> Script:
    """Thinks `thoughts`; what it would answer after a beginning of them, and how surely."""

    def script(_request: object, _index: int, generated: list[int]) -> torch.Tensor:
        logits = torch.zeros(2048)
        if END_THINK in generated:
            end = generated.index(END_THINK)
            thought = bytes(token - 1000 for token in generated[1:end]).decode()
            answer, score = answers.get(thought, ("?", UNSURE))
            wanted = [*ids(answer), EOS][len(generated) - end - 1]
        else:
            score = SURE
            wanted = [THINK, *ids(thoughts), END_THINK][len(generated)]
        logits[wanted] = score
        return logits

    return script


def answered(script: Script, early_exit: float | None = 0.9, **settings: object) -> list[Event]:
    engine, _ = scripted_engine(script)
    return run(engine, a_request(early_exit=early_exit, max_tokens=60, **settings))["r"]


def test_a_confident_trial_ends_the_thinking_and_is_the_answer() -> None:
    script = thinker("a;b;c;", {"a;b;": ("42", SURE), "a;b;c;": ("43", SURE)})
    events = answered(script)
    assert tokens_of(events) == [THINK, *ids("a;b;"), END_THINK, *ids("42"), EOS]
    assert text_of(events, "thinking") == "a;b;"
    assert text_of(events) == "42"
    usage = finish_of(events).usage
    assert usage.early_exit
    assert usage.reasoning_tokens == 4
    assert usage.completion_tokens == 9


def test_without_the_wish_there_are_no_trials() -> None:
    script = thinker("a;b;c;", {"a;b;": ("42", SURE), "a;b;c;": ("43", SURE)})
    events = answered(script, early_exit=None)
    assert text_of(events) == "43"
    assert finish_of(events).usage.rejected_tokens == 0


def test_an_unsure_trial_leaves_no_trace() -> None:
    script = thinker("a;b;c", {"a;": ("1", UNSURE), "a;b;c": ("3", SURE)})
    events = answered(script)
    assert tokens_of(events) == tokens_of(answered(script, early_exit=None))
    assert not finish_of(events).usage.early_exit
    assert finish_of(events).usage.rejected_tokens > 0


def test_a_trial_that_becomes_unsure_is_taken_back() -> None:
    def script(request: object, index: int, generated: list[int]) -> torch.Tensor:
        logits = thinker("a;b", {"a;": ("1234", SURE), "a;b": ("9", SURE)})(
            request, index, generated
        )
        if generated[-3:] == [END_THINK, *ids("12")]:
            logits[:] = logits / 9
        return logits

    events = answered(script)
    assert text_of(events, "thinking") == "a;b"
    assert text_of(events) == "9"
    # The marker and the two tokens that were computed after it.
    assert finish_of(events).usage.rejected_tokens == 3


@pytest.mark.parametrize("answer", ["12345678", "x" * 30, ""])
def test_only_short_answers_with_text_are_tried_out(answer: str) -> None:
    events = answered(thinker("a;b", {"a;": (answer, SURE), "a;b": ("9", SURE)}))
    assert text_of(events) == "9"
    assert len("12345678") == MOST_TOKENS


def test_a_tool_call_is_no_trial_answer() -> None:
    def script(request: object, index: int, generated: list[int]) -> torch.Tensor:
        logits = thinker("a;b", {"a;b": ("9", SURE)})(request, index, generated)
        if generated[-2:] == [*ids(";"), END_THINK]:
            logits[TOOL_CALLS] = 2 * SURE
        return logits

    assert text_of(answered(script)) == "9"


def test_after_steps_in_vain_it_rests() -> None:
    trials = []

    def script(request: object, index: int, generated: list[int]) -> torch.Tensor:
        if generated and generated[-1] == END_THINK:
            trials.append(len(generated) - 2)
        thoughts = "a;" * 20
        answers = {thoughts[:end]: ("9", FAR_OFF) for end in range(40)} | {thoughts: ("9", SURE)}
        return thinker(thoughts, answers)(request, index, generated)

    answered(script)
    assert 1 / (1 + 2047 / math.exp(FAR_OFF)) < FAR
    assert trials[:3] == [2, 2 + REST, 2 + 2 * REST]


def test_log_probabilities_of_an_early_answer_are_the_models() -> None:
    script = thinker("a;b", {"a;": ("4", SURE)})
    plain = answered(script)
    events = answered(script, logprobs=2)
    tokens = [event for event in events if isinstance(event, TokenEvent)]
    assert tokens_of(events) == tokens_of(plain)
    assert all(len(token.top_logprobs) == 2 for token in tokens)
    forced = tokens[3]
    assert forced.token_id == END_THINK
    assert forced.logprob == pytest.approx(-SURE, abs=1e-3)
    assert not any(e.logprob for e in plain if isinstance(e, TokenEvent))


def test_a_stop_string_ends_an_early_answer() -> None:
    events = answered(thinker("a;b", {"a;": ("4STOP5", SURE)}), stop=("STOP",))
    assert text_of(events) == "4"
    assert finish_of(events).usage.early_exit


def test_a_confidence_out_of_range_is_refused() -> None:
    engine, _ = scripted_engine(thinker("a", {}))
    with pytest.raises(InvalidRequest, match=r"early_exit is 1\.0; it must be between 0 and 1"):
        engine.submit(a_request(early_exit=1.0))


# --- a model whose bits tell ---

THOUGHTS = ((THINK, 60.0), (ids(";")[0], 8.0), (END_THINK, -100.0), (EOS, 4.0))
"""Biases that make the random model think, in many short steps, and end its answers."""
LOW = 1e-4
"""A confidence that some of its trials have, and others lose on the way."""


def thinkers(early_exit: float | None, temperature: float) -> list[GenerationRequest]:
    return [
        a_request(
            f"{seed}",
            "what is it? " * (1 + seed % 3),
            early_exit=early_exit,
            budget=25,
            temperature=temperature,
            logit_bias=THOUGHTS,
            seed=seed,
            logprobs=0,
            max_tokens=45,
            repetition_penalty=1.0 if seed % 2 else 1.1,
        )
        for seed in range(6)
    ]


def scored(events: list[Event]) -> list[tuple[int, float | None]]:
    return [(e.token_id, e.logprob) for e in events if isinstance(e, TokenEvent)]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("confidence", [LOW, 0.01, 0.5])
def test_thinking_that_goes_on_is_not_changed(confidence: float, temperature: float) -> None:
    plain = run(make_engine(), *thinkers(None, temperature))
    engine = make_engine()
    tried = run(engine, *thinkers(confidence, temperature))
    assert engine.stats.drafted_tokens > 0
    for name, events in tried.items():
        before, now = scored(plain[name]), scored(events)
        if finish_of(events).usage.early_exit:
            thought = text_of(events, "thinking")
            assert text_of(plain[name], "thinking").startswith(thought)
            assert len(thought) < 25
            end = tokens_of(events).index(END_THINK)
            assert now[:end] == before[:end]
        else:
            assert now == before


def test_some_random_trials_pass_and_some_fail_midway() -> None:
    finished = [finish_of(e) for e in run(make_engine(), *thinkers(LOW, 1.0)).values()]
    assert len({end.usage.early_exit for end in finished}) == 2
    assert max(end.usage.rejected_tokens for end in finished) > 2


@pytest.mark.parametrize(
    "settings",
    [
        {"num_blocks": 40, "block_size": 4},
        {"num_blocks": 40, "block_size": 4, "prefix_cache": False},
        {"max_step_tokens": 9},
    ],
)
def test_company_and_preemption_change_no_trial(settings: dict[str, object]) -> None:
    requests = thinkers(LOW, 1.0)
    expected = {r.request_id: scored(run(make_engine(), r)[r.request_id]) for r in requests}
    engine = make_engine(**settings)
    events = run(engine, *requests)
    assert {name: scored(got) for name, got in events.items()} == expected
    assert engine.stats.preemptions > 0 or "num_blocks" not in settings
    again = run(engine, *requests)
    assert {name: scored(got) for name, got in again.items()} == expected


def test_new_weights_during_a_trial_begin_it_anew() -> None:
    requests = thinkers(LOW, 1.0)
    expected = {name: scored(events) for name, events in run(make_engine(), *requests).items()}
    engine = make_engine()
    for request in requests:
        engine.submit(request)
    events: dict[str, list[Event]] = {}
    for _ in range(30):
        for event in engine.step():
            events.setdefault(event.request_id, []).append(event)
        engine.weights_changed()
    for name, rest in drain(engine).items():
        events.setdefault(name, []).extend(rest)
    assert {name: scored(got) for name, got in events.items()} == expected
