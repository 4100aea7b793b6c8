"""Runs a plan: models one after another, each format of weights by itself, engines in turns."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from trinity.bench import limits
from trinity.bench.checkpoints import find_checkpoint, served_from
from trinity.bench.limits import Limit
from trinity.bench.peers import Engine, Peer, WorkerEngine
from trinity.bench.plan import BLOCK, Plan
from trinity.bench.rates import Rates, cpu_threads, median_rates
from trinity.bench.records import TRINITY, Result, Subject, pair_ratio
from trinity.bench.start_up import StartUp
from trinity.bench.traffic import Load
from trinity.bench.workers import ONCE
from trinity.bench.workload import WARM_UP, Timing, Workload
from trinity.config import AnyConfig
from trinity.errors import NotFound, TrinityError
from trinity.model.checkpoint import read_config

FIGURES = {
    "decode": ("decode",),
    "prefill": ("prefill",),
    "streams": ("output", "prefill", "decode"),
}
"""What is reported of each row of workloads, in the words of `Timing.rates`."""
Pairs = list[tuple[Timing, Timing | None]]
"""Runs of Trinity, each with the peer's that followed it."""


class Bench:
    """One run of `trinity bench`, and what it found so far."""

    def __init__(
        self, plan: Plan, peers: Sequence[Peer], logs: Path, say: Callable[[str], None]
    ) -> None:
        """Follow `plan`; `say` is told how it goes, and `logs` gets what engines print."""
        self.results: list[Result] = []
        self.notes: list[str] = []
        """What was left out, and why."""
        self._plan = plan
        self._peers = peers
        self._logs = logs
        self._say = say
        self._rates: list[Rates] = []
        self._threads = cpu_threads()

    def run(self, models: Sequence[str]) -> Iterator[Subject]:
        """Measure all models; yields each with a format of weights once its results are there.

        Raises `TrinityError` where Trinity itself cannot run.
        """
        directories = {name: find_checkpoint(name) for name in models}
        for peer in self._peers:
            self._check_files(peer, list(directories.values()))
        for name, directory in directories.items():
            config = read_config(directory)
            for case in self._plan.left_out(config.max_position_embeddings):
                self._note(f"{name}: {case}, beyond its {config.max_position_embeddings} tokens.")
            for weights in self._plan.weights:
                subject = Subject(name, directory, weights)
                self._measure(subject, config)
                yield subject

    @property
    def rates(self) -> Rates | None:
        """What the machine could do: medians over the run; `None` where nothing needed them."""
        return median_rates(self._rates) if self._rates else None

    def _check_files(self, peer: Peer, directories: list[Path]) -> None:
        """Raise `NotFound` before anything is measured if a peer could open none of the models."""
        failures = []
        for directory in directories:
            for weights in self._plan.weights:
                try:
                    peer.once_command(directory, weights, 1)
                except NotFound as error:
                    failures.append(error)
                else:
                    return
        raise failures[0]

    def _measure(self, subject: Subject, config: AnyConfig) -> None:
        most = config.max_position_embeddings
        works = list(self._plan.workloads(most))
        contexts = self._plan.contexts_up_to(most)
        settings = self._plan.engine_settings(most, subject.weights)
        command = trinity_worker(served_from(subject.directory, subject.weights), settings)
        if works or contexts:
            log = self._logs / f"{subject.model}-{subject.weights}.log"
            ours = WorkerEngine(TRINITY, command, log)
            try:
                self._measure_rates(ours)
                self._run_workloads(ours, works, subject, config)
                self._run_contexts(ours, contexts, subject, config)
            finally:
                ours.close()
        if "memory" in self._plan.rows:
            self._say(f"{subject.model} {subject.weights} memory and start-up")
            start_up = StartUp(subject, self._plan.repeats, self._logs, self._note)
            self._add(start_up.measure(self._once_commands(subject, settings)))
        if "load" in self._plan.rows:
            self._say(f"{subject.model} {subject.weights} load")
            load = Load(subject, self._plan, self._logs, self._threads, self._note)
            self._add(load.measure(self._peers))

    def _run_workloads(
        self,
        ours: WorkerEngine,
        works: list[tuple[str, str, Workload]],
        subject: Subject,
        config: AnyConfig,
    ) -> None:
        """All workloads, once beside each peer, and alone where there is none."""
        pairs: dict[str, dict[str, Pairs]] = {row + case: {} for row, case, _ in works}
        peers: list[Peer | None] = [p for p in self._peers if p.label(subject.weights)]
        for peer in peers or [None]:
            theirs = self._open(peer, subject)
            if theirs is None and any(pairs.values()):
                continue
            label = theirs.name if theirs else ""
            try:
                for row, case, work in works:
                    self._say(f"{subject.model} {subject.weights} {row} {case} {label}")
                    pairs[row + case][label] = self._take_turns(ours, theirs, work, subject)
            finally:
                if theirs:
                    theirs.close()
        rates = median_rates(self._rates)
        for row, case, work in works:
            for figure in FIGURES[row]:
                limit = limit_of(figure, work, config, subject.weights, rates)
                self._add(compare(subject, row, case, work, figure, pairs[row + case], limit))

    def _take_turns(
        self, ours: WorkerEngine, theirs: Engine | None, work: Workload, subject: Subject
    ) -> Pairs:
        """Trinity, the peer, Trinity, the peer; the machine's rates in between."""
        pairs: Pairs = []
        ours.run(replace(WARM_UP, streams=work.streams))
        for _ in range(self._plan.repeats):
            timing = ours.run(work)
            try:
                other = theirs.run(work) if theirs else None
            except TrinityError as error:
                self._note(f"{subject.model} {subject.weights}: {error.message}")
                other = theirs = None
            pairs.append((timing, other))
        self._measure_rates(ours)
        return pairs

    def _run_contexts(
        self, ours: WorkerEngine, contexts: list[int], subject: Subject, config: AnyConfig
    ) -> None:
        runs: dict[int, list[float]] = {context: [] for context in contexts}
        for _ in range(self._plan.repeats if contexts else 0):
            self._say(f"{subject.model} {subject.weights} context")
            for context in contexts:
                runs[context].append(ours.worker.ask("context_step", context=context))
        rates = median_rates(self._rates)
        for context in contexts:
            limit = limits.decode_step(config, subject.weights, rates, streams=1, context=context)
            result = subject.result(
                "context", f"{context:,} tokens", context, TRINITY, "step", "s", runs[context],
                limit=limit.seconds, flops_per_token=limit.flops, bytes_per_token=limit.bytes,
            )  # fmt: skip
            self._add([result])

    def _once_commands(self, subject: Subject, settings: dict[str, object]) -> dict[str, list[str]]:
        """By engine, what loads the model, generates one token and ends."""
        small = {"max_sequences": 1, "max_context": 64, "num_blocks": 64 // BLOCK}
        served = served_from(subject.directory, subject.weights)
        ours = trinity_worker(served, {**settings, **small})
        commands = {TRINITY: [*ours, ONCE]}
        for peer in self._peers:
            label = peer.label(subject.weights)
            try:
                command = peer.once_command(subject.directory, subject.weights, self._threads)
            except TrinityError as error:
                self._note(f"{subject.model} {subject.weights}: {error.message}")
                continue
            if label and command:
                commands[label] = command
        return commands

    def _open(self, peer: Peer | None, subject: Subject) -> Engine | None:
        if peer is None:
            return None
        try:
            return peer.start(subject.directory, subject.weights, self._threads, self._logs)
        except TrinityError as error:
            self._note(f"{subject.model} {subject.weights}: {error.message}")
            return None

    def _measure_rates(self, ours: WorkerEngine) -> None:
        self._rates.append(Rates(**ours.worker.ask("rates")))

    def _add(self, results: Sequence[Result]) -> None:
        self.results += results

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self._say(f"left out: {text}")


def trinity_worker(directory: Path, settings: dict[str, object]) -> list[str]:
    """The command of a worker that opens a checkpoint with these settings of the engine."""
    module = "trinity.bench.trinity_worker"
    return [sys.executable, "-m", module, str(directory), json.dumps(settings)]


def limit_of(
    figure: str, work: Workload, config: AnyConfig, weights: str, rates: Rates
) -> tuple[Limit, int]:
    """The least work behind a figure of `Timing.rates`, and the tokens that it counts."""
    if figure == "prefill":
        limit = limits.prefill(config, weights, rates, streams=work.streams, prompt=work.prompt)
        return limit, work.streams * work.prompt
    if figure == "decode":
        middle = work.prompt + work.output / 2
        step = limits.decode_step(config, weights, rates, streams=work.streams, context=middle)
        return step, work.streams
    return limits.whole(config, weights, rates, work), work.streams * work.output


def compare(
    subject: Subject,
    row: str,
    case: str,
    work: Workload,
    figure: str,
    pairs: dict[str, Pairs],
    limit: tuple[Limit, int],
) -> list[Result]:
    """One figure of Trinity, over all runs, and of each peer beside it."""
    size = work.prompt if row == "prefill" else work.streams
    least, tokens = limit

    def rate(timing: Timing) -> float:
        return timing.rates(work)[figure]

    def result(engine: str, runs: list[float], **more: float | None) -> Result:
        return subject.result(
            row, case, size, engine, figure, "tokens/s", runs,
            limit=tokens / least.seconds,
            flops_per_token=least.flops / tokens,
            bytes_per_token=least.bytes / tokens,
            **more,
        )  # fmt: skip

    mine = [rate(timing) for of_peer in pairs.values() for timing, _ in of_peer]
    results = [result(TRINITY, mine)]
    for label, of_peer in pairs.items():
        both = [(rate(timing), rate(other)) for timing, other in of_peer if other]
        if both:
            ours, theirs = map(list, zip(*both, strict=True))
            results.append(result(label, theirs, ratio=pair_ratio(ours, theirs)))
    return results
