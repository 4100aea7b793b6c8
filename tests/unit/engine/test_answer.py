from tests.unit.engine.fakes import (
    ARGS,
    END_THINK,
    EOS,
    THINK,
    TOOL_CALLS,
    ByteTokenizer,
    a_request,
    finish_of,
    follow,
    ids,
    run,
    scripted_engine,
)
from trinity.engine.answer import Answer, AnswerBuilder
from trinity.types import TokenEvent


def answer(*said: int, **settings: object) -> Answer:
    engine, _ = scripted_engine(follow(said))
    events = run(engine, a_request(max_tokens=60, **settings))["r"]
    builder = AnswerBuilder(ByteTokenizer())
    for event in events:
        if isinstance(event, TokenEvent):
            builder.add(event)
    return builder.finish(finish_of(events))


def test_reasoning_and_text_are_put_together() -> None:
    whole = answer(THINK, *ids("hm"), END_THINK, *ids("ok é"), EOS)
    assert (whole.reasoning, whole.text, whole.finish_reason) == ("hm", "ok é", "stop")
    assert whole.token_ids[0] == THINK
    assert whole.token_ids[-1] == EOS
    assert whole.logprobs is None
    assert whole.top_logprobs == ()
    assert whole.tool_calls == ()


def test_tool_calls_are_taken_apart() -> None:
    whole = answer(
        *ids("so"),
        *(TOOL_CALLS, *ids("add"), ARGS, *ids('{"a": 1}')),
        *(TOOL_CALLS, *ids("sub"), ARGS, *ids("{}"), EOS),
        stop=("song",),
    )
    assert whole.text == "so"
    assert whole.finish_reason == "tool_calls"
    assert [(c.name, c.arguments) for c in whole.tool_calls] == [("add", '{"a": 1}'), ("sub", "{}")]
    ids_of_calls = [call.id for call in whole.tool_calls]
    assert len(set(ids_of_calls)) == 2
    assert all(len(name) == 9 and name.isalnum() for name in ids_of_calls)


def test_log_probabilities_come_with_every_token() -> None:
    whole = answer(*ids("abc"), EOS, logprobs=2)
    assert len(whole.logprobs) == len(whole.top_logprobs) == 4
    assert [len(top) for top in whole.top_logprobs] == [2] * 4
