from typing import Any

import pytest

from tests.e2e.conftest import Running, Start, until
from trinity.engine.llm import LLM
from trinity.types import EFFORTS

MESSAGES = [{"role": "user", "content": "2 + 2?"}]
LONG = [{"role": "user", "content": "What is 12 + 30? " * 12}]


def preview(server: Running, **fields: Any) -> Any:
    body = {"model": server.llm.model_name, "messages": MESSAGES, **fields}
    return server.http.post("/v1/preview", json=body)


def test_every_level_is_shown_and_nothing_is_made_up(start: Start) -> None:
    server = start()
    told = preview(server, verbosity="high").json()
    assert [row["asked"] for row in told["intensities"]] == list(EFFORTS)
    assert told["warnings"] == ["verbosity is not supported and had no effect."]
    for row in told["intensities"]:
        assert (row["level"], row["prompt_tokens"], row["cached_tokens"]) == (row["asked"], 6, 3)
        assert (row["samples"], row["thinking_tokens"], row["total_s"]) == (0, None, None)
    assert server.llm.engine.submitted == []


def test_what_was_answered_is_what_is_expected(start: Start) -> None:
    server = start()
    for _ in range(3):
        server.ask(reasoning_effort="high")
    [high, dialled] = preview(server, intensities=["high", 40]).json()["intensities"]
    assert high["samples"] == 3
    assert high["thinking_tokens"] == {"p50": 10, "p90": 10}
    assert high["completion_tokens"]["p50"] == len("Add them.") + 1 + len("Four.") + 1
    assert 0 < high["first_token_s"]["p50"] < high["total_s"]["p90"]
    assert (dialled["asked"], dialled["level"], dialled["samples"]) == (40, "custom(40)", 0)


def test_a_text_is_not_what_a_chat_takes(start: Start) -> None:
    server = start()
    server.client.completions.create(model="fake", prompt="2 + 2 is")
    [none] = preview(server, intensities=["none"]).json()["intensities"]
    assert none["samples"] == 0


def test_an_answer_that_was_steered_is_not_what_is_expected(start: Start) -> None:
    server = start()
    hold = {"open": False}
    server.llm.script.gate = lambda: until(lambda: hold["open"])
    with server.ask(stream=True, reasoning_effort="high") as stream:
        until(lambda: server.llm.engine.submitted)
        [request_id] = server.llm.engine.submitted
        hold["open"] = True
        server.http.post(f"/v1/requests/{request_id}/steer", json={"action": "skip"})
        list(stream)
    [high] = preview(server, intensities=["high"]).json()["intensities"]
    assert high["samples"] == 1 - len(server.llm.engine.steered)


def test_the_cached_part_depends_on_the_effort_token(start: Start) -> None:
    server = start(LLM.load())
    before = preview(server, messages=LONG).json()
    assert {row["cached_tokens"] for row in before["intensities"]} == {0}
    body = {"model": "mini", "messages": LONG, "reasoning_effort": "high", "max_tokens": 1}
    answer = server.post(body).json()
    by_token: dict[str, set[int]] = {}
    for row in preview(server, messages=LONG).json()["intensities"]:
        by_token.setdefault(row["effort_token"], set()).add(row["cached_tokens"])
    same = by_token.pop(answer["trinity"]["effective"]["effort_token"])
    [cached] = same  # levels of one token share the whole prompt
    assert 0 < cached < answer["usage"]["prompt_tokens"]
    assert all(other < cached for others in by_token.values() for other in others)
    again = server.post(body).json()
    assert again["usage"]["prompt_tokens_details"]["cached_tokens"] == cached


@pytest.mark.parametrize(
    "intensities", [[], ["fast"], [101], [-1], [True], [1.5], "high", ["low"] * 17, [[]]]
)
def test_bad_intensities_are_refused(start_shared: Start, intensities: Any) -> None:
    answer = preview(start_shared(), intensities=intensities)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["param"] == "intensities"
    assert "none, minimal, low" in error["message"]
