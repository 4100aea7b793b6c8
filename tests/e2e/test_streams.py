import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import httpx2
import openai
import pytest

from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import FakeEngine, FakeLLM, Say, Script
from trinity.server.app import Limits

ENDLESS = Script([Say("word ")], endless=True, step_s=0.002)
dies = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def body(**more: Any) -> dict[str, Any]:
    return {"model": "fake", "messages": [{"role": "user", "content": "hi"}], **more}


def metric(server: Running, name: str) -> float:
    lines = server.http.get("/metrics").text.splitlines()
    (line,) = [line for line in lines if line.startswith(f"{name} ")]
    return float(line.split()[-1])


def steps_after_abort(engine: FakeEngine) -> None:
    """Wait for the one abort, and see that no further token was made for it."""
    until(lambda: engine.aborted)
    ((request_id, _),) = engine.aborted
    sent = engine.tokens_sent[request_id]
    until(lambda: not engine.has_work)
    assert engine.tokens_sent[request_id] == sent


def test_leaving_a_stream_cancels_it(start: Start) -> None:
    server = start(FakeLLM(ENDLESS))
    stream = server.ask(stream=True)
    assert next(stream).choices[0].delta.role == "assistant"
    next(stream)
    stream.close()
    steps_after_abort(server.llm.engine)
    assert server.app.state.service.bridge.used_slots == 0


def test_leaving_a_whole_answer_cancels_it(start: Start) -> None:
    server = start(FakeLLM(ENDLESS))
    with pytest.raises(openai.APITimeoutError):
        server.ask(timeout=0.3)
    steps_after_abort(server.llm.engine)
    until(lambda: server.app.state.service.bridge.used_slots == 0)


def test_an_abort_comes_before_the_next_step(start: Start) -> None:
    # The engine waits inside a step while the client leaves; that step is the last.
    entered, leave = threading.Event(), threading.Event()
    script = Script([Say("word ")], endless=True)
    server = start(FakeLLM(script))
    stream = server.ask(stream=True)
    next(stream)

    def hold() -> None:
        entered.set()
        leave.wait(10)

    script.gate = hold
    assert entered.wait(10)
    steps = server.llm.engine.stats.steps
    bridge = server.app.state.service.bridge
    stream.close()
    until(lambda: bridge.used_slots == 0)
    leave.set()
    until(lambda: server.llm.engine.aborted)
    assert server.llm.engine.aborted[0][1] == steps + 1


def test_leaving_during_preparation(start: Start) -> None:
    llm = FakeLLM()
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(10)

    llm.prepare_gate = hold
    server = start(llm)
    with pytest.raises(openai.APITimeoutError):
        server.ask(timeout=0.2)
    assert entered.is_set()
    # Once these are answered, the server has seen that the client left.
    for _ in range(3):
        assert server.http.get("/livez").is_success
    leave.set()
    until(lambda: server.app.state.service.bridge.used_slots == 0)
    assert llm.engine.submitted == []


def test_one_that_leaves_does_not_disturb_another(start: Start) -> None:
    script = Script(step_s=0.005)
    server = start(FakeLLM(script))

    async def both() -> str:
        async with server.async_client() as client:
            messages: Any = [{"role": "user", "content": "hi"}]
            make = client.chat.completions.create
            leaver = await make(model="fake", messages=messages, stream=True)
            stayer = await make(model="fake", messages=messages, stream=True)
            await anext(aiter(leaver))
            await leaver.close()
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stayer])

    assert asyncio.run(both()) == "Four."
    assert len(server.llm.engine.aborted) == 1


def test_a_silent_stream_carries_comments(start: Start) -> None:
    llm = FakeLLM(Script(first_step_s=0.4))
    server = start(llm, limits=Limits(keep_alive_s=0.05))
    text = server.post(body(stream=True)).text
    assert text.count(": keep-alive\n\n") >= 3
    assert text.endswith("data: [DONE]\n\n")
    chunks = list(server.ask(stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_failure_in_the_middle_is_an_event(start: Start) -> None:
    server = start(FakeLLM(Script(fail_after=3)))
    seen = []
    with pytest.raises(openai.APIError, match="The logits are not finite") as caught:
        seen.extend(server.ask(stream=True))
    assert caught.value.code == "internal_error"
    text = server.post(body(stream=True)).text
    assert "[DONE]" not in text
    assert text.count('"error"') == 1
    with pytest.raises(openai.InternalServerError, match="The logits are not finite"):
        server.ask()
    assert server.http.get("/readyz").status_code == 200


@dies
def test_a_dead_engine(start: Start) -> None:
    server = start(FakeLLM(Script(die_after=3)))

    async def all_of_them() -> list[Any]:
        async with server.async_client() as client:
            make = client.chat.completions.create
            messages: Any = [{"role": "user", "content": "hi"}]

            async def streamed() -> list[Any]:
                stream = await make(model="fake", messages=messages, stream=True)
                return [chunk async for chunk in stream]

            whole = make(model="fake", messages=messages)
            tasks = (streamed(), streamed(), whole)
            return await asyncio.gather(*tasks, return_exceptions=True)

    for error in asyncio.run(all_of_them()):
        assert isinstance(error, openai.APIError)
        assert error.code == "engine_unavailable"
        assert "secret" not in str(error)
    answer = server.post(body())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert server.http.get("/readyz").status_code == 503
    assert server.http.get("/livez").status_code == 200
    assert server.http.get("/metrics").status_code == 200


def test_an_engine_that_hangs_is_not_ready_but_a_busy_one_is(start: Start) -> None:
    script = Script([Say("word ")], endless=True, step_s=0.002)
    server = start(FakeLLM(script), limits=Limits(stalled_s=0.2))
    hang = threading.Event()
    stream = server.ask(stream=True)
    next(stream)
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert server.http.get("/readyz").status_code == 200
    script.gate = lambda: hang.wait(10)
    until(lambda: server.http.get("/readyz").status_code == 503)
    hang.set()
    until(lambda: server.http.get("/readyz").status_code == 200)
    stream.close()
    until(lambda: not server.llm.engine.has_work)
    assert server.http.get("/readyz").status_code == 200


def test_a_burst_is_refused_before_anything_is_decoded(start: Start) -> None:
    llm = FakeLLM()
    leave = threading.Event()
    llm.prepare_gate = lambda: leave.wait(10)
    server = start(llm, limits=Limits(open_requests=3, preparing=1))

    async def burst() -> tuple[list[httpx2.Response], list[httpx2.Response]]:
        async with httpx2.AsyncClient(base_url=server.url, timeout=20, trust_env=False) as client:
            send = [
                asyncio.create_task(client.post("/v1/chat/completions", json=body()))
                for _ in range(20)
            ]
            refused, _ = [], None
            while len(refused) < 17:
                await asyncio.sleep(0.01)
                refused = [task.result() for task in send if task.done()]
            assert len(llm.requests) <= 1
            leave.set()
            return refused, list(await asyncio.gather(*send))

    refused, answers = asyncio.run(burst())
    assert {answer.status_code for answer in refused} == {429}
    assert refused[0].headers["retry-after"] == "1"
    assert refused[0].json()["error"]["code"] == "overloaded"
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 17
    assert len(llm.requests) == 3
    assert server.ask().choices


def test_bodies_that_fill_the_memory_are_refused(start: Start) -> None:
    llm = FakeLLM()
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(10)

    llm.prepare_gate = hold
    server = start(llm, limits=Limits(body_bytes=1000))
    asking = threading.Thread(target=server.post, args=(body(user="x" * 500),))
    asking.start()
    assert entered.wait(10)
    answer = server.post(body(user="x" * 500))
    assert answer.status_code == 429
    assert "memory" in answer.json()["error"]["message"]
    leave.set()
    asking.join()
    assert server.post(body(user="x" * 500)).is_success


def test_a_body_that_trickles_is_given_up(start: Start) -> None:
    server = start(limits=Limits(body_timeout_s=0.1))
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        head = connection.recv(4096)
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()


def test_a_full_queue_of_the_engine(start: Start) -> None:
    server = start(FakeLLM(ENDLESS))
    server.llm.engine.max_waiting = 1
    stream = server.ask(stream=True)
    next(stream)
    for streamed in (False, True):
        answer = server.post(body(stream=streamed))
        assert answer.status_code == 429
        assert answer.json()["error"]["message"] == "The queue is full; try again later."
    stream.close()
    until(lambda: not server.llm.engine.has_work)
    assert server.app.state.service.bridge.used_slots == 0


def test_a_client_that_reads_nothing_is_given_up(start: Start) -> None:
    script = Script([Say("word " * 100)], endless=True)
    server = start(FakeLLM(script), limits=Limits(write_timeout_s=0.2))
    text = b'{"model": "fake", "stream": true, "messages": [{"role": "user", "content": "hi"}]}'
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)
        )
        until(lambda: server.llm.engine.aborted, 20)
    until(lambda: server.app.state.service.bridge.used_slots == 0)


def test_an_idle_engine_sleeps(start: Start) -> None:
    server = start()
    server.ask()
    time.sleep(0.1)
    polls = server.llm.engine.polls
    time.sleep(0.2)
    assert server.llm.engine.polls == polls


def test_metrics_count_what_happened(start: Start) -> None:
    server = start()
    server.ask(n=2, reasoning_effort="high")
    list(server.ask(stream=True))
    server.http.get("/nowhere/1")
    server.http.get("/nowhere/2")
    route = 'trinity:http_requests_total{path="/v1/chat/completions",status="200"}'
    assert metric(server, route) == 2
    assert metric(server, 'trinity:http_requests_total{path="other",status="404"}') == 2
    assert metric(server, 'trinity:request_effort_total{effort="high"}') == 1
    assert metric(server, 'trinity:request_success_total{finished_reason="stop"}') == 3
    assert metric(server, "trinity:time_to_first_token_seconds_count") == 2
    assert metric(server, "trinity:inter_token_latency_seconds_count") == 3 * 15
    assert metric(server, "trinity:generation_tokens_total") == 3 * 16
    assert metric(server, "trinity:num_requests_running") == 0
    assert metric(server, "trinity:num_free_blocks") == 64


PROGRAM = """
import sys
from tests.e2e.fake_llm import FakeLLM, Say, Script
from trinity.config import ServerConfig
from trinity.server.serve import serve
llm = FakeLLM(Script([Say("word ")], endless=sys.argv[1] == "endless", first_step_s=0.5))
serve(llm, ServerConfig(port=0), announce=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


def served(kind: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, kind],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_signal_lets_running_requests_end() -> None:
    process, url = served("short")
    with process, httpx2.Client(base_url=url, timeout=20, trust_env=False) as client:
        with client.stream("POST", "/v1/chat/completions", json=body(stream=True)) as answer:
            lines = answer.iter_lines()
            next(lines)
            process.send_signal(signal.SIGTERM)
            assert [line for line in lines if line][-1] == "data: [DONE]"
        rest, _ = process.communicate(timeout=20)
    assert rest == "ended\n"
    assert process.returncode == 0


def test_a_second_signal_ends_at_once() -> None:
    process, url = served("endless")
    with (
        process,
        httpx2.Client(base_url=url, timeout=20, trust_env=False) as client,
        client.stream("POST", "/v1/chat/completions", json=body(stream=True)) as answer,
    ):
        next(answer.iter_lines())
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
