"""Batches through stops, crashes and kills of the server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import openai
import pytest

from tests.e2e.batch_calls import ENDLESS, ended, lines, rows, submit
from tests.e2e.conftest import starter, until
from tests.e2e.fake_llm import FakeLLM

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


def test_a_server_that_is_stopped_goes_on_where_it_was(data: str) -> None:
    llm = FakeLLM(replace(ENDLESS))
    with starter() as start:
        server = start(llm, data_dir=data)
        batch = submit(server.client, b"{oops\n" + lines(3))
        until(lambda: llm.engine.submitted)
        until(lambda: server.client.batches.retrieve(batch.id).request_counts.failed == 1)
    with starter() as start:
        server = start(FakeLLM(), data_dir=data)
        done = ended(server.client, batch)
        assert (done.request_counts.completed, done.request_counts.failed) == (3, 1)
        assert len(rows(server.client, done.error_file_id)) == 1
        assert len(rows(server.client, done.output_file_id)) == 3


@pytest.mark.parametrize("crash", ["before", "described", "published"])
def test_the_end_of_a_batch_is_begun_again_after_a_crash(data: str, crash: str) -> None:
    with starter() as start:
        server = start(data_dir=data)
        batch = ended(server.client, submit(server.client, b"{oops\n" + lines(3)))
        contents = [
            server.client.files.content(file_id).content
            for file_id in (batch.output_file_id, batch.error_file_id)
        ]
    state = Path(data) / "batches" / f"{batch.id}.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "status": "finalizing"}))
    if crash != "published":
        output = Path(data) / "files" / f"{batch.output_file_id}.data"
        output.rename(Path(data) / "batches" / f"{batch.id}.output.jsonl")
        if crash == "before":
            output.with_suffix(".json").unlink()
    with starter() as start:
        server = start(data_dir=data)
        done = ended(server.client, batch)
        assert (done.request_counts.completed, done.request_counts.failed) == (3, 1)
        for file_id, content in zip(
            (done.output_file_id, done.error_file_id), contents, strict=True
        ):
            assert server.client.files.content(file_id or "").content == content
        assert server.llm.requests == []
        assert len(server.client.files.list().data) == 3


@contextmanager
def killable(
    data: str, log: Path, most: int
) -> Iterator[tuple[subprocess.Popen[str], openai.OpenAI]]:
    command = [sys.executable, "-m", "tests.e2e.batch_server", data, str(log), str(most)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        port = int(process.stdout.readline())
        with openai.OpenAI(
            base_url=f"http://127.0.0.1:{port}/v1", api_key="unused", max_retries=0, timeout=20
        ) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def num_lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.mark.timeout(120)
def test_kill_9_loses_no_line_and_doubles_none(data: str, tmp_path: Path) -> None:
    total, at_once = 60, 15
    folder = Path(data) / "batches"
    with killable(data, tmp_path / "log", at_once) as (process, client):
        batch = submit(client, lines(total) + b"{oops\n")
        output = folder / f"{batch.id}.output.jsonl"
        until(lambda: num_lines(output) >= 3, 30)
        process.kill()
        process.wait()
    for most in (at_once, at_once, total):
        before = output.read_bytes()
        whole = before[: before.rfind(b"\n") + 1]
        with output.open("wb") as file:
            # As a power cut leaves the line that was being written.
            file.write(whole + b'{"id": "batch_req_torn_1", "custom')
        log = tmp_path / f"log-{len(whole)}"
        with killable(data, log, most) as (process, client):
            if most < total:
                wanted = len(whole.splitlines()) + 3
                until(lambda: num_lines(output) >= wanted, 30)  # noqa: B023
                process.kill()
                process.wait()
                assert output.read_bytes().startswith(whole)
            else:
                done = ended(client, batch)
                found = client.files.content(done.output_file_id or "").content
                errors = rows(client, done.error_file_id)
        # What had its result on the disk was not even looked at again.
        ids = [json.loads(row)["custom_id"] for row in whole.splitlines()]
        finished = {custom_id.replace("id-", "text ") for custom_id in ids}
        assert len(finished) >= 3
        assert not finished & set(log.read_text().split("\n"))
    assert found.startswith(whole)
    ids = [json.loads(row)["custom_id"] for row in found.splitlines()]
    assert sorted(ids) == sorted(f"id-{index}" for index in range(total))
    assert [row["error"]["line"] for row in errors] == [total + 1]
    assert (done.request_counts.completed, done.request_counts.failed) == (total, 1)
    assert [path.name for path in folder.iterdir()] == [f"{batch.id}.json"]
