"""The row `load`: servers under the same Poisson traffic, in turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from trinity.bench.checkpoints import served_from
from trinity.bench.load import (
    FIGURES,
    PERCENTILES,
    poisson_arrivals,
    random_prompts,
    send,
    summary,
)
from trinity.bench.peers import Peer
from trinity.bench.plan import Plan
from trinity.bench.records import TRINITY, Result, Subject, pair_ratio
from trinity.bench.servers import (
    Prompt,
    Server,
    llamacpp_dialect,
    running,
    trinity_command,
    trinity_dialect,
)
from trinity.errors import TrinityError
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import read_manifest

BURST = 8
"""Requests at once that tell how many a second a server can answer."""
LOAD_SHARE = 0.5
"""Of that, what arrives where no rate was given."""
ROOM = 64
"""Tokens of a sequence beside prompt and answer: the template's, and a word too many."""

Percentiles = dict[tuple[str, int], list[float]]
"""Runs by figure and percentile."""


class Load:
    """The row for one subject."""

    def __init__(
        self,
        subject: Subject,
        plan: Plan,
        logs: Path,
        threads: int,
        note: Callable[[str], None],
    ) -> None:
        """Follow `plan`; a peer's server has `threads`; `note` is told what is left out."""
        self._subject = subject
        self._plan = plan
        self._logs = logs
        self._threads = threads
        self._note = note
        self._tokenizer = Tokenizer(subject.directory / "tekken.json")
        self._context = plan.load_prompt + plan.load_output + ROOM

    def measure(self, peers: Sequence[Peer]) -> list[Result]:
        """Percentiles at each rate, of Trinity's server and of llama.cpp's.

        Both are up all the time, and the one that waits does nothing. Raises `TrinityError` where
        Trinity's own fails.
        """
        with ExitStack() as stack:
            servers = [stack.enter_context(self._trinity())]
            for peer in peers:
                try:
                    if starting := self._peer(peer):
                        servers.append(stack.enter_context(starting))
                except TrinityError as error:
                    self._leave_out(error)
            for server in servers:
                self._burst(server)
            rates = self._plan.load_rates or (LOAD_SHARE * self._burst(servers[0]),)
            return [result for rate in rates for result in self._at_rate(rate, servers)]

    def _at_rate(self, rate: float, servers: list[Server]) -> list[Result]:
        """The same prompts at the same moments to each server, other ones in each repeat."""
        plan = self._plan
        runs: dict[str, Percentiles] = {server.name: {} for server in servers}
        for repeat in range(plan.repeats):
            prompts = self._prompts(plan.load_requests, repeat)
            arrivals = poisson_arrivals(rate, plan.load_requests, repeat)
            for server in [server for server in servers if server.name in runs]:
                try:
                    answered = send(server, prompts, arrivals, plan.load_output)
                except TrinityError as error:
                    if server.name == TRINITY:
                        raise
                    self._leave_out(error)
                    del runs[server.name]
                    continue
                for key, seconds in summary(answered).items():
                    runs[server.name].setdefault(key, []).append(seconds)
        keys = [(figure, percent) for figure in FIGURES for percent in PERCENTILES]
        return [self._result(rate, key, name, runs) for key in keys for name in runs]

    def _result(
        self, rate: float, key: tuple[str, int], name: str, runs: dict[str, Percentiles]
    ) -> Result:
        mine, values = runs[TRINITY][key], runs[name][key]
        return self._subject.result(
            "load",
            f"{rate:.3g} requests/s",
            self._plan.load_requests,
            name,
            f"{key[0]} p{key[1]}",
            "s",
            values,
            ratio=None if name == TRINITY else pair_ratio(mine, values),
        )

    def _burst(self, server: Server) -> float:
        """Requests a second that a server answers when they come together; warms it up, too."""
        answered = send(server, self._prompts(BURST, -1), [0.0] * BURST, self._plan.load_output)
        return BURST / max(one.whole_s for one in answered)

    def _prompts(self, count: int, seed: int) -> list[Prompt]:
        return random_prompts(self._tokenizer, count, self._plan.load_prompt, seed)

    def _trinity(self) -> AbstractContextManager[Server]:
        subject, streams = self._subject, self._plan.load_streams
        return running(
            TRINITY,
            lambda port: trinity_command(
                str(served_from(subject.directory, subject.weights)),
                subject.weights,
                port,
                streams,
                self._context,
            ),
            "/readyz",
            trinity_dialect(read_manifest(subject.directory).name, self._tokenizer.eos_id),
            self._logs / f"{subject.model}-{subject.weights}-server.log",
        )

    def _peer(self, peer: Peer) -> AbstractContextManager[Server] | None:
        """llama.cpp's server; `None` for peers whose server is not measured."""
        subject, streams = self._subject, self._plan.load_streams
        if peer.name != "llama.cpp":
            return None
        engine = peer.llamacpp(subject.directory, subject.weights, self._threads)
        if engine is None:
            return None
        return running(
            engine.name,
            lambda port: engine.server_command(port, streams, self._context),
            "/health",
            llamacpp_dialect(),
            self._logs / f"{subject.model}-{subject.weights}-llama-server.log",
        )

    def _leave_out(self, error: TrinityError) -> None:
        self._note(f"{self._subject.model} {self._subject.weights}: {error.message}")
