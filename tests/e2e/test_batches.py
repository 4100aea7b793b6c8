"""The batch API, through the official client, and beside other requests."""

import json
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

from tests.e2e.batch_calls import CHAT, ENDLESS, ended, line, lines, rows, submit
from tests.e2e.conftest import Running, Start, until
from tests.e2e.fake_llm import FakeLLM, Script
from trinity.server import batch_store
from trinity.server.batch_store import ENDED
from trinity.server.keys import Scope, create_key
from trinity.types import Mode


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


@pytest.fixture
def server(start: Start, data: str) -> Running:
    return start(data_dir=data)


def test_every_line_gets_its_answer(server: Running) -> None:
    batch = submit(server.client, lines(5) + b"\n  \n", metadata={"job": "nightly"})
    assert batch.id.startswith("batch_")
    assert (batch.endpoint, batch.completion_window) == (CHAT, "24h")
    assert batch.expires_at - batch.created_at == 24 * 3600
    done = ended(server.client, batch)
    assert (done.request_counts.total, done.request_counts.completed) == (5, 5)
    assert done.request_counts.failed == 0
    assert done.error_file_id is None
    assert done.metadata == {"job": "nightly"}
    assert done.in_progress_at <= done.finalizing_at <= done.completed_at
    found = rows(server.client, done.output_file_id)
    assert sorted(row["custom_id"] for row in found) == [f"id-{index}" for index in range(5)]
    assert len({row["id"] for row in found}) == 5
    # Nobody waited for these tokens, so they say nothing about how long people wait.
    assert "trinity:time_to_first_token_seconds_count 0.0" in server.http.get("/metrics").text
    alone = server.ask()
    assert "trinity:time_to_first_token_seconds_count 1.0" in server.http.get("/metrics").text
    for row in found:
        assert row["error"] is None
        assert row["response"]["status_code"] == 200
        answer = ChatCompletion.model_validate(row["response"]["body"])
        assert answer.choices[0].message == alone.choices[0].message
        assert answer.service_tier == "flex"
    output = server.client.files.retrieve(done.output_file_id)
    assert output.purpose == "batch_output"
    assert output.bytes == len(server.client.files.content(output.id).content)
    texts = {request.messages[-1].text: request.mode for request in server.llm.requests[:5]}
    assert texts == {f"text {index}": Mode.THROUGHPUT for index in range(5)}


def test_another_dialect(server: Running) -> None:
    body = line("a", url="/v1/messages", max_tokens=9)
    wrong = line("b", url="/v1/messages", max_tokens="many")
    done = ended(server.client, submit(server.client, body + wrong, "/v1/messages"))
    (good,) = rows(server.client, done.output_file_id)
    assert good["response"]["body"]["content"][-1] == {"type": "text", "text": "Four."}
    (bad,) = rows(server.client, done.error_file_id)
    alone = server.http.post("/v1/messages", json=json.loads(wrong)["body"])
    assert bad["response"]["status_code"] == alone.status_code == 400
    assert bad["response"]["body"] == alone.json()


BAD_LINES = {
    "not JSON": (b"{oops\n", None, "not valid JSON"),
    "not an object": (b"[1]\n", None, "not a JSON object"),
    "twice": (b'{"custom_id": "a", "custom_id": "b"}\n', None, "twice"),
    "bytes": (b'{"custom_id": "\xff"}\n', None, "UTF-8"),
    "no id": (line(None), None, "custom_id must be text"),
    "number as id": (line(5), None, "custom_id must be text"),
    "empty id": (line(""), None, "custom_id must be text"),
    "used id": (line("first"), None, "is that of line 1 already"),
    "other url": (line("x", url="/v1/embeddings"), "x", "url must be /v1/chat/completions"),
    "method": (line("x").replace(b"POST", b"GET"), "x", "method must be POST"),
    "body": (b'{"custom_id":"x","method":"POST","url":"%s"}\n' % CHAT.encode(), "x", "body must"),
    "more": (line("x").replace(b'{"cus', b'{"more": 1, "cus'), "x", "'more' is no field"),
    "stream": (line("x", stream=True), "x", "does not stream"),
    "long": (line("x", "y" * 5000), None, "longer than the 4,000 bytes"),
    "long without an end": (line("x", "y" * 9000).rstrip(), None, "longer than the 4,000 bytes"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_reported_by_its_number(
    start_shared: Start, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    data = str(tmp_path_factory.getbasetemp() / "bad-lines")
    server = start_shared(data_dir=data, max_body_bytes=4000)
    bad, custom_id, said = BAD_LINES[name]
    content = line("first") + b"\n" + bad
    if bad.endswith(b"\n"):
        content += line("last")
    done = ended(server.client, submit(server.client, content))
    good = {row["custom_id"] for row in rows(server.client, done.output_file_id)}
    assert good == ({"first", "last"} if bad.endswith(b"\n") else {"first"})
    (row,) = rows(server.client, done.error_file_id)
    assert (row["custom_id"], row["response"]) == (custom_id, None)
    assert (row["error"]["code"], row["error"]["line"]) == ("invalid_line", 3)
    assert row["error"]["message"].startswith("Line 3: ")
    assert said in row["error"]["message"]
    assert done.request_counts.failed == 1


def test_a_refused_request_gets_what_it_would_have_got_alone(server: Running) -> None:
    bad = {"model": "other"}, {"temperature": 9}, {"content": "x" * 1001}
    content = b"".join(line(f"id-{index}", **more) for index, more in enumerate(bad))
    done = ended(server.client, submit(server.client, content + line("good")))
    assert [row["custom_id"] for row in rows(server.client, done.output_file_id)] == ["good"]
    found = {row["custom_id"]: row for row in rows(server.client, done.error_file_id)}
    assert len(found) == done.request_counts.failed == 3
    for raw in content.splitlines():
        row = json.loads(raw)
        alone = server.post(row["body"])
        assert found[row["custom_id"]]["response"]["status_code"] == alone.status_code
        assert found[row["custom_id"]]["response"]["body"] == alone.json()
        assert found[row["custom_id"]]["error"] is None


def test_a_line_that_fails_is_reported_and_the_others_go_on(start: Start, data: str) -> None:
    llm = FakeLLM()

    def breaks() -> None:
        if llm.requests[-1].messages[-1].text == "text 1":
            raise KeyError("secret")

    llm.prepare_gate = breaks
    server = start(llm, data_dir=data)
    done = ended(server.client, submit(server.client, lines(3)))
    good = {row["custom_id"] for row in rows(server.client, done.output_file_id)}
    assert good == {"id-0", "id-2"}
    (row,) = rows(server.client, done.error_file_id)
    assert (row["custom_id"], row["response"]["status_code"]) == ("id-1", 500)
    assert "secret" not in json.dumps(row)
    llm.prepare_gate = None
    llm.script.fail_after = 1
    done = ended(server.client, submit(server.client, line("a")))
    (row,) = rows(server.client, done.error_file_id)
    assert row["response"]["body"]["error"]["message"] == "The logits are not finite."


def test_a_mode_of_its_own_is_warned_of_or_refused(server: Running) -> None:
    content = (
        line("warned", mode="latency")
        + line("same", service_tier="flex")
        + line("strict", mode="latency", strict=True)
    )
    done = ended(server.client, submit(server.client, content))
    found = {row["custom_id"]: row for row in rows(server.client, done.output_file_id)}
    warned = found["warned"]["response"]["body"]["trinity"]
    assert warned["effective"]["mode"] == "throughput"
    assert "A batch is served in mode throughput; latency had no effect." in warned["warnings"]
    assert found["same"]["response"]["body"]["trinity"]["warnings"] == ["From prepare."]
    (row,) = rows(server.client, done.error_file_id)
    assert (row["custom_id"], row["response"]["status_code"]) == ("strict", 400)


def test_lines_wait_for_interactive_requests(start: Start, data: str) -> None:
    llm = FakeLLM()
    entered, go_on = threading.Event(), threading.Event()

    def hold_the_first() -> None:
        if not entered.is_set():
            entered.set()
            go_on.wait(20)

    llm.prepare_gate = hold_the_first
    server = start(llm, data_dir=data)
    asking = threading.Thread(target=server.ask, args=("me first",))
    asking.start()
    until(entered.is_set)
    batch = submit(server.client, lines(3))
    until(lambda: server.client.batches.retrieve(batch.id).status == "in_progress")
    polled = []
    bridge = server.app.state.service.bridge
    kind = type(bridge)
    watched = kind.nobody_waits.fget

    class Watched(kind):  # type: ignore[misc, valid-type]
        @property
        def nobody_waits(self) -> bool:
            polled.append(watched(self))
            return bool(polled[-1])

    bridge.__class__ = Watched
    until(lambda: len(polled) >= 3)
    assert not any(polled)
    assert llm.engine.submitted == []
    go_on.set()
    asking.join(20)
    ended(server.client, batch)
    assert llm.requests[0].messages[-1].text == "me first"
    assert len(llm.engine.submitted) == 4


def test_an_engine_that_is_full_is_tried_again(start: Start, data: str) -> None:
    llm = FakeLLM(Script(step_s=0.001))
    llm.engine.max_waiting = 2
    server = start(llm, data_dir=data)
    done = ended(server.client, submit(server.client, lines(12)))
    assert done.request_counts.completed == 12


def test_cancelling_stops_what_runs_and_keeps_what_is_done(start: Start, data: str) -> None:
    llm = FakeLLM(replace(ENDLESS))
    server = start(llm, data_dir=data)
    content = b"{oops\n" + lines(40)
    batch = submit(server.client, content)
    until(lambda: llm.engine.submitted)
    until(lambda: server.client.batches.retrieve(batch.id).request_counts.failed == 1)
    assert server.client.batches.cancel(batch.id).status in ("cancelling", "cancelled")
    done = ended(server.client, batch, "cancelled")
    assert done.cancelling_at <= done.cancelled_at
    assert (done.request_counts.total, done.request_counts.completed) == (41, 0)
    assert done.output_file_id is None
    assert [row["error"]["line"] for row in rows(server.client, done.error_file_id)] == [1]
    until(lambda: not llm.engine.has_work)
    assert {request_id for request_id, _ in llm.engine.aborted} == set(llm.engine.submitted)
    with pytest.raises(openai.BadRequestError, match="is cancelled; it cannot"):
        server.client.batches.cancel(batch.id)


def test_a_batch_that_waits_for_its_turn_is_cancelled_at_once(start: Start, data: str) -> None:
    server = start(FakeLLM(replace(ENDLESS)), data_dir=data)
    first = submit(server.client, lines(2))
    until(lambda: server.llm.engine.submitted)
    second = submit(server.client, lines(2))
    assert second.status == "validating"
    server.client.batches.cancel(second.id)
    ended(server.client, second, "cancelled")
    assert server.client.batches.retrieve(first.id).status == "in_progress"
    server.client.batches.cancel(first.id)
    ended(server.client, first, "cancelled")
    server.llm.script.endless = False
    ended(server.client, submit(server.client, lines(1)))


def test_a_batch_that_is_cancelled_at_any_moment_ends_once(server: Running) -> None:
    for _ in range(15):
        batch = submit(server.client, lines(2))
        with suppress(openai.BadRequestError):
            server.client.batches.cancel(batch.id)
        until(lambda batch=batch: server.client.batches.retrieve(batch.id).status in ENDED)
        done = server.client.batches.retrieve(batch.id)
        assert done.status in ("cancelled", "completed")
        found = rows(server.client, done.output_file_id)
        assert len({row["id"] for row in found}) == len(found) == done.request_counts.completed
    service = server.app.state.service.offline
    until(lambda: not service.runner._asides)
    left = sorted(path.suffix for path in service.batches._directory.iterdir())
    assert left == [".json"] * 15


def test_an_expired_batch_reports_the_lines_that_are_left(start: Start, data: str) -> None:
    llm = FakeLLM(replace(ENDLESS))
    server = start(llm, data_dir=data)
    batch = submit(server.client, b"{oops\n" + lines(40))
    until(lambda: llm.engine.submitted)
    until(lambda: server.client.batches.retrieve(batch.id).request_counts.failed == 1)
    runner = server.app.state.service.offline.runner
    runner._now = lambda: batch.expires_at + 1.0
    done = ended(server.client, batch, "expired")
    assert done.expired_at == batch.expires_at + 1
    found = rows(server.client, done.error_file_id)
    assert sorted(row["error"]["line"] for row in found) == list(range(1, 42))
    expired = [row for row in found if row["error"]["code"] == "batch_expired"]
    assert sorted(row["custom_id"] for row in expired) == sorted(f"id-{i}" for i in range(40))
    assert done.request_counts.failed == 41
    until(lambda: not llm.engine.has_work)


def test_a_disk_that_refuses_a_result_is_asked_again(
    start: Start, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = batch_store._append, []

    def refuse_twice(file: Any, content: bytes, *, sync: bool) -> None:
        if len(refusals) < 2:
            refusals.append(content)
            raise OSError(28, "No space left on device")
        real(file, content, sync=sync)

    monkeypatch.setattr(batch_store, "_append", refuse_twice)
    server = start(data_dir=data)
    runner = server.app.state.service.offline.runner
    runner._limits = replace(runner._limits, retry_s=0.01)
    done = ended(server.client, submit(server.client, lines(4)))
    assert len(refusals) == 2
    found = rows(server.client, done.output_file_id)
    assert sorted(row["custom_id"] for row in found) == [f"id-{index}" for index in range(4)]


def test_the_input_of_an_open_batch_stays(start: Start, data: str) -> None:
    server = start(FakeLLM(replace(ENDLESS)), data_dir=data)
    batch = submit(server.client, lines(1))
    with pytest.raises(openai.BadRequestError, match=batch.id):
        server.client.files.delete(batch.input_file_id)
    server.client.batches.cancel(batch.id)
    ended(server.client, batch, "cancelled")
    assert server.client.files.delete(batch.input_file_id).deleted


def test_a_batch_whose_input_was_removed_by_hand_fails(start: Start, data: str) -> None:
    llm = FakeLLM(replace(ENDLESS))
    server = start(llm, data_dir=data)
    first, second = submit(server.client, lines(1)), submit(server.client, lines(1))
    server.app.state.service.offline.files._files.pop(second.input_file_id)
    server.client.batches.cancel(first.id)
    failed = ended(server.client, second, "failed")
    assert failed.errors.data[0].message == "The input file is gone."
    assert failed.failed_at


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"endpoint": "/v1/embeddings"}, "endpoint"),
        ({"endpoint": None}, "endpoint"),
        ({"completion_window": "soon"}, "completion_window"),
        ({"completion_window": "0h"}, "completion_window"),
        ({"completion_window": "169h"}, "completion_window"),
        ({"completion_window": 24}, "completion_window"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {str(i): "" for i in range(17)}}, "metadata"),
        (
            {"output_expires_after": {"anchor": "created_at", "seconds": 3600}},
            "output_expires_after",
        ),
        ({"input_file_id": 5}, "input_file_id"),
    ],
)
def test_what_cannot_be_a_batch(
    start_shared: Start,
    tmp_path_factory: pytest.TempPathFactory,
    change: dict[str, Any],
    param: str,
) -> None:
    server = start_shared(data_dir=str(tmp_path_factory.getbasetemp() / "no-batch"))
    file = server.client.files.create(file=("a", lines(1)), purpose="batch")
    good = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "24h"}
    answer = server.http.post("/v1/batches", json={**good, **change})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["message"].endswith(".")
    assert server.client.batches.list().data == []


def test_files_that_cannot_be_batches(server: Running) -> None:
    for content in (b"", b"\n \n"):
        with pytest.raises(openai.BadRequestError, match="has 0 lines"):
            submit(server.client, content)
    done = ended(server.client, submit(server.client, lines(1)))
    with pytest.raises(openai.BadRequestError, match="is for 'batch_output'"):
        server.client.batches.create(
            input_file_id=done.output_file_id, endpoint=CHAT, completion_window="24h"
        )
    with pytest.raises(openai.NotFoundError):
        server.client.batches.create(input_file_id="file-1", endpoint=CHAT, completion_window="24h")
    for call in ("retrieve", "cancel"):
        with pytest.raises(openai.NotFoundError):
            getattr(server.client.batches, call)("batch_1")


def test_limits_on_lines_and_open_batches(start: Start, data: str) -> None:
    server = start(FakeLLM(replace(ENDLESS)), data_dir=data)
    routes = server.app.state.service.offline._batch_routes
    routes._limits = replace(routes._limits, lines=3, open_batches=1)
    with pytest.raises(openai.BadRequestError, match="a batch has 1 to 3"):
        submit(server.client, lines(4))
    submit(server.client, lines(3))
    with pytest.raises(openai.RateLimitError, match="1 batches are open"):
        submit(server.client, lines(3))


def test_batches_are_their_owners_and_listed_newest_first(
    start: Start, data: str, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    keys = [create_key(path, name, (Scope.BATCH,)) for name in ("one", "two")]
    server = start(key_file=str(path), data_dir=data)
    one, two = (server.client.with_options(api_key=key) for key in keys)
    ids = [ended(one, submit(one, lines(1))).id for _ in range(3)]
    assert [batch.id for batch in one.batches.list(limit=2)] == ids[::-1]
    assert two.batches.list().data == []
    for call in ("retrieve", "cancel"):
        with pytest.raises(openai.NotFoundError):
            getattr(two.batches, call)(ids[0])
    output = one.batches.retrieve(ids[0]).output_file_id
    with pytest.raises(openai.NotFoundError):
        two.files.content(output or "")
