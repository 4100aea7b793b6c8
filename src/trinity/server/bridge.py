"""Asyncio on one side, the engine's own thread on the other.

The app reserves a slot, submits prepared requests and reads their events; the thread runs one step
after the other while there is work, and sleeps otherwise. Names that begin with `_engine` belong to
the thread; everything else belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from trinity.errors import EngineDead, Overloaded, TrinityError
from trinity.server.history import History, Sample
from trinity.server.records import record_stream
from trinity.types import Event, FinishedEvent, GenerationRequest, Mode, Steering, TokenEvent

if TYPE_CHECKING:
    from trinity.engine.engine import Engine
    from trinity.engine.llm import Prepared
    from trinity.engine.stats import EngineStats
    from trinity.server.metrics import Metrics

T = TypeVar("T")

JOIN_S = 5.0
"""How long to wait for the thread to end its step at shutdown, before it is left behind."""


class EventStream(AsyncIterator[Event]):
    """The events of one request, which end after its last choice, or raise `EngineDead`."""

    def __init__(self, bridge: Bridge, prepared: Prepared, *, is_background: bool = False) -> None:
        """Wait for events of a request; only a bridge makes streams."""
        request = prepared.generation
        self.is_background = is_background
        self._bridge = bridge
        self._level = prepared.effective.level
        self._is_chat = prepared.is_chat
        self._has_images = bool(request.images)
        self._request_id = request.request_id
        self._events: asyncio.Queue[Event | TrinityError] = asyncio.Queue()
        self._unfinished = request.n
        self.accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.submitted_s = time.monotonic()
        self.first_token_s: float | None = None
        self.steered: list[Steering] = []
        """What was done to the answer while it was made."""
        self.finished: list[FinishedEvent] = []
        self._last_token_s: dict[int, float] = {}

    async def __anext__(self) -> Event:
        """The next event. Cancelling the wait loses none."""
        if self._unfinished == 0 and self._events.empty():
            raise StopAsyncIteration
        event = await self._events.get()
        if isinstance(event, TrinityError):
            raise event
        return event

    def close(self) -> None:
        """Abort the request unless it has ended; it takes part in no further step."""
        self._bridge.forget(self._request_id, abort=self._unfinished > 0)

    def _remember(self, end: FinishedEvent) -> None:
        """Add a chat's answer to the history, unless it was steered, or nobody waited for it."""
        is_usual = self._is_chat and not self.steered and not self.is_background
        if not is_usual or self.first_token_s is None:
            return
        sample = Sample(
            level=self._level,
            computed_tokens=end.usage.prompt_tokens - end.usage.cached_tokens,
            has_images=self._has_images,
            thinking_tokens=end.usage.reasoning_tokens,
            completion_tokens=end.usage.completion_tokens,
            first_token_s=self.first_token_s - self.submitted_s,
            total_s=time.monotonic() - self.submitted_s,
        )
        self._bridge.history.add(sample)

    def put(self, event: Event, metrics: Metrics) -> None:
        """Take an event from the engine."""
        match event:
            case TokenEvent(index=index):
                self._note_token(index, metrics)
            case FinishedEvent(reason=reason):
                self._unfinished -= 1
                self.finished.append(event)
                metrics.finished(reason)
                self._remember(event)
            case _:
                self._unfinished = 0
        self._events.put_nowait(event)

    def fail(self, error: TrinityError) -> None:
        """End with `error`, refused or in the middle; nothing happens after the end."""
        if self._unfinished == 0:
            return
        self._unfinished = 0
        if self.accepted.done():
            self._events.put_nowait(error)
        else:
            self.accepted.set_exception(error)

    def _note_token(self, index: int, metrics: Metrics) -> None:
        now = time.monotonic()
        is_first = self.first_token_s is None
        if is_first:
            self.first_token_s = now
        if self.is_background:
            return  # nobody waits for it, so how long it took says nothing about the service
        if is_first:
            metrics.time_to_first_token.observe(now - self.submitted_s)
        if index in self._last_token_s:
            metrics.inter_token_latency.observe(now - self._last_token_s[index])
        self._last_token_s[index] = now


class Bridge:
    """Owns the engine's thread from `start` to `stop`."""

    def __init__(self, engine: Engine, metrics: Metrics, *, slots: int) -> None:
        """Serve at most `slots` requests at a time, those in preparation and in the queue included.

        Nothing runs before `start`.
        """
        self._engine = engine
        self._metrics = metrics
        self._slots = slots
        self.used_slots = 0
        self._streams: dict[str, EventStream] = {}
        self._questions: set[asyncio.Future[Any]] = set()
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._engine_run, name="engine", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alive = False
        self._stopping = False
        self._owes_step_since: float | None = None
        self.history = History()
        """What the answers took."""
        self.stats: EngineStats = engine.stats
        self.mode: Mode = engine.mode
        """What requests that name no mode are served as."""

    def start(self) -> None:
        """Start the thread. Call once, in the event loop that will submit."""
        self._loop = asyncio.get_running_loop()
        self._alive = True
        self._thread.start()

    async def stop(self) -> None:
        """End the thread after its current step, and every open request with an error."""
        self._stopping = True
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join, JOIN_S)
        self._ended()

    @property
    def is_alive(self) -> bool:
        """Whether requests can be served: started, not stopping and not dead."""
        return self._alive and not self._stopping

    def stalled_for(self) -> float:
        """Seconds since the engine last made a step, while it has work; 0 when it has none."""
        since = self._owes_step_since
        return 0.0 if since is None else time.monotonic() - since

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Reserve the place of one request, before anything of it is decoded.

        Raises `Overloaded` when all are taken, and `EngineDead`.
        """
        self._require_alive()
        if self.used_slots >= self._slots:
            raise Overloaded(
                f"The server is busy with {self._slots} requests, the most it takes at a time; try "
                "again in a moment."
            )
        self.used_slots += 1
        try:
            yield
        finally:
            self.used_slots -= 1

    @property
    def nobody_waits(self) -> bool:
        """Whether a background request may come in: all that hold a slot have their first token,
        and the engine has room for all that it was given."""
        answering = sum(
            stream.first_token_s is not None and not stream.is_background
            for stream in self._streams.values()
        )
        return self.used_slots <= answering and self.stats.waiting == 0

    async def submit(self, prepared: Prepared, *, is_background: bool = False) -> EventStream:
        """Hand a request to the engine; close the stream when done with it, however it ends.

        One in the background is what nobody waits for; it needs no slot.

        Raises what the engine refuses it with: `InvalidRequest`, `Overloaded` or `EngineDead`.
        """
        self._require_alive()
        request = prepared.generation
        stream = self._streams[request.request_id] = EventStream(
            self, prepared, is_background=is_background
        )
        self._inbox.put(partial(self._engine_accept, request))
        try:
            await stream.accepted
        except BaseException:
            stream.close()
            raise
        record_stream(stream)
        return stream

    def forget(self, request_id: str, *, abort: bool) -> None:
        """Deliver no more events of a request, and abort it if asked."""
        if self._streams.pop(request_id, None) and abort:
            self._inbox.put(partial(self._engine.abort, request_id))

    async def steer(self, request_id: str, steering: Steering, tokens: int) -> int:
        """Change the rest of an answer, as `Engine.steer`, and note it for the answer's report.

        Raises `NotFound`, and `EngineDead`.
        """
        budget = await self._ask(partial(self._engine.steer, request_id, steering, tokens))
        if stream := self._streams.get(request_id):
            stream.steered.append(steering)
        return budget

    async def cached_tokens(self, requests: Sequence[GenerationRequest]) -> list[int]:
        """How many tokens of each prompt are in the cache now. Raises `EngineDead`."""
        return await self._ask(lambda: [self._engine.cached_tokens(r) for r in requests])

    async def _ask(self, question: Callable[[], T]) -> T:
        """What `question`, asked in the engine's thread between two steps, gives or raises."""
        self._require_alive()
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._questions.add(answer)
        self._inbox.put(partial(self._engine_answer, question, answer))
        try:
            return await answer
        finally:
            self._questions.discard(answer)

    def switch(self, mode: Mode) -> None:
        """Serve requests that name no mode as `mode`, from the engine's next step on.

        Raises `EngineDead`.
        """
        self._require_alive()
        self.mode = mode
        self._inbox.put(partial(self._engine.switch, mode))

    def _require_alive(self) -> None:
        if self._stopping:
            raise EngineDead("The server is shutting down; send the request to another one.")
        if not self._alive:
            raise EngineDead("The engine is not running; the server has to be started again.")

    def _answer(self, request_id: str, error: TrinityError | None) -> None:
        stream = self._streams.get(request_id)
        if stream is None:
            return
        if error:
            stream.fail(error)
        elif not stream.accepted.done():
            stream.accepted.set_result(None)

    def _deliver(self, events: Sequence[Event]) -> None:
        for event in events:
            if stream := self._streams.get(event.request_id):
                stream.put(event, self._metrics)

    def _ended(self) -> None:
        self._alive = False
        for stream in self._streams.values():
            stream.fail(EngineDead("The engine stopped before the answer was complete."))
        self._streams.clear()
        for answer in self._questions:
            _settle(answer, EngineDead("The engine stopped."))

    def _engine_run(self) -> None:
        """The thread. An error of the engine ends it and is reported by the thread's own hook."""
        try:
            while self._engine_obey():
                if self._engine.has_work:
                    self._engine_step()
                else:
                    self.stats = self._engine.stats
        finally:
            self._engine_call(self._ended)

    def _engine_obey(self) -> bool:
        """Do what the event loop asked for, sleeping for it when idle; False to stop."""
        wait = not self._engine.has_work
        while True:
            try:
                command = self._inbox.get(block=wait)
            except queue.Empty:
                return True
            if command is None:
                return False
            command()
            wait = False

    def _engine_step(self) -> None:
        if self._owes_step_since is None:
            self._owes_step_since = time.monotonic()
        events = self._engine.step()
        if events:
            self._engine_call(self._deliver, events)
        before, self.stats = self.stats, self._engine.stats
        if self.stats.steps > before.steps or not self._engine.has_work:
            self._owes_step_since = None

    def _engine_accept(self, request: GenerationRequest) -> None:
        try:
            self._engine.submit(request)
        except TrinityError as error:
            self._engine_call(self._answer, request.request_id, error)
        else:
            self._engine_call(self._answer, request.request_id, None)

    def _engine_answer(self, question: Callable[[], T], answer: asyncio.Future[T]) -> None:
        try:
            result: T | TrinityError = question()
        except TrinityError as error:
            result = error
        self._engine_call(_settle, answer, result)

    def _engine_call(self, function: Callable[..., None], *arguments: object) -> None:
        """Run `function` in the event loop, which is gone if the process is ending by force."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)


def _settle(future: asyncio.Future[T], result: T | TrinityError) -> None:
    """End a wait, unless whoever waited has gone."""
    if future.done():
        return
    if isinstance(result, TrinityError):
        future.set_exception(result)
    else:
        future.set_result(result)
