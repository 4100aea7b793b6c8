import threading
from typing import Any

import pytest

from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import FakeLLM, Say, Script
from trinity.types import Phase

dies = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def server(start: Start) -> Running:
    says = (Say("Hm. ", Phase.THINKING),)
    return start(FakeLLM(Script(says=says, endless=True, step_s=0.005)))


def steer(server: Running, request_id: str, **body: Any) -> Any:
    return server.http.post(f"/v1/requests/{request_id}/steer", json=body)


def test_an_answer_is_steered_by_the_id_of_its_stream(server: Running) -> None:
    stream = server.ask(stream=True)
    request_id = next(iter(stream)).id
    told = steer(server, request_id, action="extend", tokens=5)
    assert told.json() == {"id": request_id, "action": "extend", "thinking_token_budget": 12}
    assert steer(server, request_id, action="skip").status_code == 200
    assert steer(server, request_id, action="stop").status_code == 200
    chunks = list(stream)
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].model_extra["trinity"]["steered"] == ["extend", "skip", "stop"]
    assert server.llm.engine.steered == [
        (request_id, "extend", 5),
        (request_id, "skip", 0),
        (request_id, "stop", 0),
    ]


def test_what_has_ended_is_not_found(server: Running) -> None:
    answer = steer(server, "chatcmpl-none", action="skip")
    assert answer.status_code == 404
    assert answer.json()["error"]["param"] == "request_id"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "action is missing."),
        ({"action": "faster"}, "action is 'faster'"),
        ({"action": "extend"}, "extend needs tokens"),
        ({"action": "extend", "tokens": 0}, "tokens is 0"),
        ({"action": "skip", "tokens": 5}, "the other actions take none"),
        ({"action": "skip", "token": 5}, "token"),
    ],
)
def test_bad_bodies_are_refused(server: Running, body: dict[str, Any], sentence: str) -> None:
    answer = steer(server, "chatcmpl-none", **body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]["message"]


@dies
def test_nobody_waits_for_an_engine_that_died(start: Start) -> None:
    hold = threading.Event()
    script = Script(die_after=1)
    server = start(FakeLLM(script))
    stream = server.ask(stream=True)
    request_id = next(iter(stream)).id
    script.gate = lambda: hold.wait(10)
    asking = threading.Timer(0.3, hold.set)
    asking.start()
    # Asked while the engine hangs in the step that kills it, or just before that step.
    assert steer(server, request_id, action="skip").status_code in (200, 503)
    until(lambda: steer(server, request_id, action="skip").status_code == 503)
