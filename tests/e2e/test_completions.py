from typing import Any

import openai
import pytest

from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import END, NUM_CONTROL, FakeLLM, Say, Script
from trinity.types import IntensityRequest, Mode, Phase, TextRequest


@pytest.fixture
def server(start: Start) -> Running:
    return start(FakeLLM(Script(says=(Say(" four."), Say("", Phase.ANSWER, END)))))


def go_on(server: Running, prompt: Any = "2 + 2 is", **options: Any) -> Any:
    return server.client.completions.create(model="fake", prompt=prompt, **options)


def test_a_text_has_every_field_that_clients_read(server: Running) -> None:
    answer = go_on(server, seed=7, max_tokens=9)
    assert answer.id.startswith("cmpl-")
    assert (answer.object, answer.model) == ("text_completion", "fake")
    [choice] = answer.choices
    assert (choice.index, choice.text, choice.finish_reason) == (0, " four.", "stop")
    assert choice.logprobs is None
    assert answer.usage.prompt_tokens == len("2 + 2 is")
    assert answer.usage.completion_tokens == len(" four.") + 1
    assert answer.model_extra["trinity"]["requested"] == {"seed": 7}
    [request] = server.llm.requests
    assert request.text == "2 + 2 is"
    assert request.intensity == IntensityRequest(reasoning_effort="none")
    assert request.sampling.max_tokens == 9


def test_a_stream_says_the_same(server: Running) -> None:
    options = {"prompt": ["one", "two"], "n": 2, "logprobs": 1}
    whole = go_on(server, **options)
    chunks = list(go_on(server, stream=True, stream_options={"include_usage": True}, **options))
    assert chunks[-1].usage == whole.usage
    for choice in whole.choices:
        parts = [c for chunk in chunks for c in chunk.choices if c.index == choice.index]
        assert "".join(part.text for part in parts) == choice.text
        assert [p.finish_reason for p in parts if p.finish_reason] == [choice.finish_reason]
        pieces = [part.logprobs for part in parts if part.logprobs]
        assert [token for piece in pieces for token in piece.tokens] == choice.logprobs.tokens
        offsets = [offset for piece in pieces for offset in piece.text_offset]
        assert offsets == choice.logprobs.text_offset == list(range(len(choice.text)))
    assert sum("trinity" in (chunk.model_extra or {}) for chunk in chunks) == 1


def test_several_prompts_are_answered_in_order(server: Running) -> None:
    answer = go_on(server, ["one", "three"], n=3)
    assert [choice.index for choice in answer.choices] == list(range(6))
    assert [request.text for request in server.llm.requests] == ["one", "three"]
    assert answer.usage.prompt_tokens == len("one") + len("three")
    assert answer.usage.completion_tokens == 6 * (len(" four.") + 1)


def test_a_prompt_may_be_token_ids(server: Running) -> None:
    ids = [NUM_CONTROL + ord(letter) for letter in "abc"]
    answer = go_on(server, ids, echo=True)
    assert answer.choices[0].text == "abc four."
    both = go_on(server, [ids, ids[:2]], echo=True)
    assert [choice.text for choice in both.choices] == ["abc four.", "ab four."]
    assert [r.token_ids for r in server.llm.requests] == [tuple(ids), tuple(ids), tuple(ids[:2])]


def test_an_echo_is_streamed_first(server: Running) -> None:
    chunks = go_on(server, "2 + 2 is", echo=True, stream=True)
    assert "".join(c.choices[0].text for c in chunks) == "2 + 2 is four."


def test_a_gap_is_told_to_the_model(server: Running) -> None:
    go_on(server, "def f():\n", suffix="\nf()", extra_body={"mode": "latency"})
    assert server.llm.requests == [
        TextRequest(
            text="def f():\n",
            suffix="\nf()",
            sampling=server.llm.requests[0].sampling,
            intensity=IntensityRequest(reasoning_effort="none"),
            mode=Mode.LATENCY,
        )
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": []}, "prompt"),
        ({"prompt": [[]]}, "prompt"),
        ({"prompt": [-1]}, "prompt"),
        ({"prompt": ["x"] * 65}, "prompt"),
        ({"prompt": [1, 2], "suffix": "x"}, "`suffix` needs a prompt that is text"),
        ({"echo": True, "logprobs": 1}, "leave one out"),
        ({"logprobs": 6}, "logprobs"),
        ({"stream_options": {"include_usage": True}}, "`stream_options` needs `stream`"),
        ({"extra_body": {"best_of": 3, "strict": True}}, "best_of"),
    ],
)
def test_what_cannot_be_served_is_refused(
    server: Running, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=sentence):
        go_on(server, **{"prompt": "x", **options})
    assert server.llm.requests == []


def test_what_has_no_effect_is_named(server: Running) -> None:
    answer = go_on(server, best_of=3)
    assert (
        "best_of is not supported and had no effect." in answer.model_extra["trinity"]["warnings"]
    )


def test_one_prompt_refused_frees_those_before_it(start: Start) -> None:
    llm = FakeLLM(Script(endless=True, step_s=0.01))
    llm.engine.max_waiting = 1
    server = start(llm)
    with pytest.raises(openai.RateLimitError):
        go_on(server, ["one", "two"])
    until(lambda: [request_id for request_id, _ in llm.engine.aborted] == llm.engine.submitted)


def test_a_failure_in_the_middle_ends_the_stream_with_an_error(start: Start) -> None:
    server = start(FakeLLM(Script(fail_after=2)))
    with pytest.raises(openai.APIError, match="not finite"):
        list(go_on(server, ["one", "two"], stream=True))
    with pytest.raises(openai.InternalServerError, match="not finite"):
        go_on(server)
