"""Serves batches in idle time: a line goes to the engine only while no interactive request waits.

Owned by `offline.py`, for as long as the app runs. Batches are served one after the other, oldest
first, several lines at a time. All that has to survive a crash is in the store before it counts.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import anyio
from anyio.to_thread import run_sync

from trinity.errors import EngineDead, InvalidRequest, Overloaded, TrinityError
from trinity.server.batch_lines import Line, LineReader, Row, answered, refused, unserved
from trinity.server.batch_store import ERRORS, OUTPUT, Batch, BatchStore, Results, Status
from trinity.server.file_store import FileStore, StoredFile
from trinity.types import Mode

if TYPE_CHECKING:
    from trinity.engine.llm import LLM, Prepared
    from trinity.server.app import Dialect
    from trinity.server.bridge import Bridge
    from trinity.server.extension import Call
    from trinity.server.report import WireAnswer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """Bounds on batches."""

    lines: int = 50_000
    """Requests in one batch."""
    line_bytes: int = 32 * 1024 * 1024
    open_batches: int = 100
    in_flight: int = 16
    """Lines of a batch that are prepared or with the engine at the same time."""
    poll_s: float = 0.05
    """How often to look whether a line may go in."""
    retry_s: float = 10.0
    """How long to wait after the disk refused something."""


class BatchRunner:
    """The one that serves batches."""

    def __init__(
        self,
        llm: LLM,
        bridge: Bridge,
        dialects: Mapping[str, Dialect[Any]],
        files: FileStore,
        store: BatchStore,
        limits: BatchLimits,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Serve what is in `store`; nothing happens before `run`. `dialects` are by route."""
        self._llm = llm
        self._bridge = bridge
        self._dialects = dialects
        self._files = files
        self._store = store
        self._limits = limits
        self._now = now
        self._wake = asyncio.Event()
        self._saving = anyio.Lock()
        self._preparing = anyio.CapacityLimiter(1)
        self._serving: set[str] = set()
        self._asides: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve batches until cancelled, or until the engine is dead."""
        try:
            while True:
                self._wake.clear()
                if batch := self._next():
                    await self._serve(batch)
                else:
                    await self._wake.wait()
        except EngineDead:
            _log.error("Batches wait for the server to be started again: the engine is dead.")
        finally:
            for task in self._asides:
                task.cancel()
            await asyncio.gather(*self._asides, return_exceptions=True)

    async def add(self, batch: Batch) -> None:
        """Take on a new batch."""
        await self._save(batch)
        self._wake.set()

    async def cancel(self, batch: Batch) -> None:
        """Stop a batch; what it has so far stays. Raises `InvalidRequest` where it has ended."""
        if batch.status == "cancelling":
            return
        if batch.status not in ("validating", "in_progress"):
            raise InvalidRequest(f"The batch is {batch.status}; it cannot be cancelled any more.")
        batch.enter("cancelling", self._now())
        await self._save(batch)
        # One that is not being served would wait for its turn.
        task = asyncio.create_task(self._serve(batch))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    def _next(self) -> Batch | None:
        waiting = (b for b in self._store.open_batches() if b.id not in self._serving)
        return next(waiting, None)

    async def _serve(self, batch: Batch) -> None:
        """Bring a batch to its end, or as far as the disk allows; once at a time."""
        if batch.id in self._serving or not batch.is_open:
            return
        self._serving.add(batch.id)
        try:
            if batch.status != "finalizing":
                await self._answer(batch)
            await self._finalize(batch)
        except OSError as error:
            _log.error(
                "Batch %s pauses for %g seconds: %s.",
                batch.id,
                self._limits.retry_s,
                error.strerror,
            )
            await asyncio.sleep(self._limits.retry_s)
        finally:
            self._serving.discard(batch.id)
            self._wake.set()

    async def _answer(self, batch: Batch) -> None:
        """Give every line a result, until the batch is complete, expired or cancelled."""
        if batch.status == "validating":
            await self._enter(batch, "in_progress")
        results = await run_sync(self._store.results, batch)
        try:
            self._count(batch, results)
            if self._files.has(batch.input_file_id):
                batch.ending = await self._answer_input(batch, results)
            else:
                batch.ending, batch.mistake = "failed", "The input file is gone."
        finally:
            results.close()
        self._count(batch, results)
        await self._enter(batch, "finalizing")

    async def _answer_input(self, batch: Batch, results: Results) -> Status:
        """Answer the lines that have no result yet; says what the batch ends as."""
        with closing(self._reader(batch, results)) as reader:
            ending = await self._answer_lines(batch, results, reader)
        if ending == "expired":
            await run_sync(self._expire, batch, results)
        return ending

    async def _answer_lines(self, batch: Batch, results: Results, reader: LineReader) -> Status:
        running: set[asyncio.Task[None]] = set()
        try:
            line = await run_sync(reader.next)
            while line or running:
                if ending := self._ending(batch):
                    return ending
                if line and len(running) < self._limits.in_flight and self._bridge.nobody_waits:
                    running.add(asyncio.create_task(self._answer_line(batch, results, line)))
                    line = await run_sync(reader.next)
                else:
                    running = await self._progress(running)
            return "completed"
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _progress(self, running: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        """Wait a little; those that still run. Raises what ended one of them."""
        if not running:
            await asyncio.sleep(self._limits.poll_s)
            return running
        first = asyncio.FIRST_COMPLETED
        done, left = await asyncio.wait(running, timeout=self._limits.poll_s, return_when=first)
        for task in done:
            task.result()
        return left

    def _ending(self, batch: Batch) -> Status | None:
        if batch.status == "cancelling":
            return "cancelled"
        return "expired" if self._now() >= batch.expires_at else None

    def _expire(self, batch: Batch, results: Results) -> None:
        """Say of each line that is left that it will not be served. Blocks."""
        message = f"The batch expired after {batch.completion_window}, before this line was served."
        with closing(self._reader(batch, results)) as reader:
            while line := reader.next():
                row = unserved(line, "batch_expired", message)
                results.add(ERRORS, {line.number: row}, sync=False)
        results.add(ERRORS, {})

    def _reader(self, batch: Batch, results: Results) -> LineReader:
        path = self._files.path(batch.input_file_id)
        return LineReader(path, batch.endpoint, self._limits.line_bytes, results.done)

    async def _answer_line(self, batch: Batch, results: Results, line: Line) -> None:
        kind, row = await self._result(batch, line, results.row_id(line.number))
        await run_sync(results.add, kind, {line.number: row})
        self._count(batch, results)

    async def _result(self, batch: Batch, line: Line, request_id: str) -> tuple[str, Row]:
        if line.mistake or line.body is None:
            mistake = line.mistake.message if line.mistake else "There is no body."
            return ERRORS, unserved(line, "invalid_line", f"Line {line.number}: {mistake}")
        try:
            body = await self._ask(self._dialects[batch.endpoint], line.body)
        except EngineDead:
            raise
        except TrinityError as refusal:
            error = refusal
        except Exception:  # noqa: BLE001 (a line must not stop the others, nor come back for ever)
            _log.exception("A line of batch %s met an unexpected error.", batch.id)
            error = TrinityError("The server met an unexpected error; its log says more.")
        else:
            return OUTPUT, answered(line.custom_id, request_id, body)
        return ERRORS, refused(line.custom_id, request_id, error, batch.endpoint)

    async def _ask(self, dialect: Dialect[Any], body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a body. Raises what it is refused with, and `EngineDead`."""
        prepare = self._prepare
        answer, prepared = await run_sync(prepare, dialect, body, limiter=self._preparing)
        while True:
            while not self._bridge.nobody_waits:
                await asyncio.sleep(self._limits.poll_s)
            with suppress(Overloaded):
                events = await self._bridge.submit(prepared, is_background=True)
                break
            await asyncio.sleep(self._limits.poll_s)
        try:
            return await answer.complete(events)
        finally:
            events.close()

    def _prepare(self, dialect: Dialect[Any], body: dict[str, Any]) -> tuple[WireAnswer, Prepared]:
        """All that needs no model call; runs in a worker thread."""
        llm = self._llm
        call = in_throughput_mode(dialect.read(body, llm.model_name))
        prepared = llm.prepare(call.requests[0], f"{dialect.id_prefix}{uuid.uuid4().hex}")
        return dialect.answer(call, prepared, llm.tokenizer, llm.model_name), prepared

    async def _finalize(self, batch: Batch) -> None:
        """Make files of the results, then end; may be begun again at any point."""
        batch.output_file_id = await run_sync(self._publish, batch, OUTPUT)
        batch.error_file_id = await run_sync(self._publish, batch, ERRORS)
        await self._enter(batch, batch.ending or "completed")

    def _publish(self, batch: Batch, kind: str) -> str | None:
        """Make a file of the results, once; its id, or None where there are no such results."""
        path = self._store.result_path(batch, kind)
        file_id = f"file-{batch.id.removeprefix('batch_')}-{kind}"
        if path.exists():
            size = path.stat().st_size
            file = StoredFile(
                id=file_id,
                owner=batch.owner,
                filename=f"{batch.id}_{kind}.jsonl",
                purpose="batch_output",
                bytes=size,
                created_at=self._now(),
            )
            if size:
                self._files.adopt(file, path)
            else:
                path.unlink()
        return file_id if self._files.has(file_id) else None

    async def _enter(self, batch: Batch, status: Status) -> None:
        batch.enter(status, self._now())
        await self._save(batch)

    async def _save(self, batch: Batch) -> None:
        """Keep a batch as it is; what is kept last is newest."""
        async with self._saving:
            await run_sync(self._store.save, batch, batch.encoded())

    def _count(self, batch: Batch, results: Results) -> None:
        batch.completed, batch.failed = results.counts[OUTPUT], results.counts[ERRORS]


def in_throughput_mode(call: Call) -> Call:
    """The call as a batch serves it. Raises `InvalidRequest` where that is strict about it."""
    [request] = call.requests
    asked = request.mode
    requests = (replace(request, mode=Mode.THROUGHPUT),)
    if asked in (None, Mode.THROUGHPUT):
        return replace(call, requests=requests)
    warning = f"A batch is served in mode throughput; {asked} had no effect."
    if request.strict:
        raise InvalidRequest(f"Refused because of `strict`: {warning}", param="mode")
    return replace(call, requests=requests, warnings=(*call.warnings, warning))
