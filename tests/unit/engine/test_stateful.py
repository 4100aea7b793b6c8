"""Random submissions, steps and aborts against the engine's accounts, with a scripted model."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.engine.fakes import EOS, MADE, a_request, endings, guess_always, scripted_engine
from trinity.errors import InvalidRequest, Overloaded
from trinity.types import Event, FinishedEvent, GenerationRequest, TokenEvent

BUDGET = 7


def script(request: GenerationRequest, index: int, generated: list[int]) -> int:
    # Repeats itself, so that answers run into each other's prefixes; some end by themselves.
    is_over = len(generated) == request.sampling.seed % 11 + index
    return EOS if is_over else 1000 + len(generated) % 2


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        MADE.clear()
        self.events: dict[str, list[Event]] = {}
        self.requests: dict[str, GenerationRequest] = {}
        self.ended: set[str] = set()
        self.aborted: set[str] = set()

    @initialize(
        num_blocks=st.integers(3, 12), prefix_cache=st.booleans(), speculation=st.booleans()
    )
    def start(self, num_blocks: int, prefix_cache: bool, speculation: bool) -> None:
        self.speculation = speculation
        self.engine, self.runner = scripted_engine(
            script,
            num_blocks=num_blocks,
            block_size=2,
            max_sequences=4,
            max_step_tokens=BUDGET,
            max_waiting=6,
            prefix_cache=prefix_cache,
            speculation=speculation,
        )
        guess_always(self.engine)

    @rule(
        prompt=st.text("ab", min_size=1, max_size=12),
        mode=st.sampled_from(["latency", "balanced", "throughput"]),
        n=st.integers(1, 3),
        k=st.integers(1, 5),
        max_tokens=st.integers(1, 10),
        seed=st.integers(0, 20),
    )
    def submit(self, prompt: str, mode: str, n: int, k: int, max_tokens: int, seed: int) -> None:
        name = str(len(self.requests) + 1)
        request = a_request(
            name, prompt, mode=mode, n=n, k=k, max_tokens=max_tokens, seed=seed, budget=0
        )
        try:
            self.engine.submit(request)
        except InvalidRequest:
            assert len(prompt) + max_tokens > self.engine.limits.max_context
        except Overloaded:
            assert self.engine.stats.waiting + n > 6
        else:
            self.requests[name] = request
            self.events[name] = []

    @rule(count=st.integers(1, 6))
    def step(self, count: int) -> None:
        for _ in range(count):
            self.step_once()

    @rule(data=st.data())
    def abort(self, data: st.DataObject) -> None:
        names = sorted(self.requests)
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        if not endings(self.events[name]):
            self.aborted.add(name)
        self.engine.abort(name)

    @rule(data=st.data())
    def spoil(self, data: st.DataObject) -> None:
        names = sorted(self.requests)
        if names:
            self.runner.spoil = {data.draw(st.sampled_from(names))}
            self.step_once()
            self.runner.spoil = set()

    @rule()
    def change_weights(self) -> None:
        self.engine.weights_changed()
        assert self.engine.stats.cached_blocks == 0

    @invariant()
    def accounts_agree(self) -> None:
        if self.requests:
            self.engine.check_integrity()

    def step_once(self) -> None:
        num_steps = len(self.runner.steps)
        for event in self.engine.step():
            self.events[event.request_id].append(event)
        *drafts, step = self.runner.steps[num_steps:] or [None]
        # For a lone latency answer the model may guess first, one row a run.
        assert all(len(draft.ids_T) == 1 for draft in drafts)
        assert self.speculation or not drafts
        if step is not None:
            assert 0 < len(step.ids_T) == sum(step.schedule.values()) <= BUDGET
            taking_part = {sequence.request.request_id for sequence in step.schedule}
            assert not taking_part & self.aborted
        self.engine.check_integrity()

    def teardown(self) -> None:
        if not self.requests:
            return
        for _ in range(2000):
            if not self.engine.has_work:
                break
            self.step_once()
        for name, request in self.requests.items():
            self.check_ending(request, self.events[name])
        assert self.engine.stats.free_blocks == self.engine.stats.num_blocks

    def check_ending(self, request: GenerationRequest, events: list[Event]) -> None:
        kinds = endings(events)
        if FinishedEvent in kinds and len(set(kinds)) == 1:
            indices = Counter(e.index for e in events if isinstance(e, FinishedEvent))
            assert indices == Counter(range(request.n))
        else:
            assert len([kind for kind in kinds if kind is not FinishedEvent]) == 1
            assert not isinstance(events[-1], TokenEvent | FinishedEvent)
        for index in range(request.n):
            tokens = [e.token_id for e in events if isinstance(e, TokenEvent) and e.index == index]
            for position, token in enumerate(tokens):
                assert token == script(request, index, tokens[:position])


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestEngine = Machine.TestCase
