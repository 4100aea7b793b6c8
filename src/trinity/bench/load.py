"""Traffic as it comes: requests at random moments, and how long each waited for what."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from trinity.bench.servers import Prompt, Server
from trinity.errors import TrinityError
from trinity.inputs.chat import render
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import Message

PERCENTILES = (50, 95, 99)
FIGURES = ("first token", "between tokens", "whole answer")


@dataclass(frozen=True, slots=True)
class Answered:
    """One request's times, seconds."""

    first_s: float
    between_s: tuple[float, ...]
    whole_s: float


def poisson_arrivals(rate: float, count: int, seed: int) -> list[float]:
    """When each of `count` requests comes, seconds from the start, at `rate` a second."""
    rng = random.Random(f"arrivals/{seed}")
    moments, now = [], 0.0
    for _ in range(count):
        now += rng.expovariate(rate)
        moments.append(now)
    return moments


def random_prompts(tokenizer: Tokenizer, count: int, length: int, seed: int) -> list[Prompt]:
    """Prompts of random words, no two alike, of `length` tokens or a few more."""
    rng = random.Random(f"prompts/{seed}")
    prompts = []
    for _ in range(count):
        words: list[str] = []
        ids: tuple[int, ...] = ()
        while len(ids) < length:
            # A word takes at most four tokens: this comes near from below.
            more = max(1, (length - len(ids)) // 4)
            words += ["".join(rng.choices("aeioulnrst", k=4)) for _ in range(more)]
            message = Message.user(" ".join(words))
            ids = render([message], (), "none", tokenizer, None).token_ids
        prompts.append(Prompt(" ".join(words), ids))
    return prompts


def send(
    server: Server, prompts: Sequence[Prompt], arrivals: Sequence[float], output: int
) -> list[Answered]:
    """Send each prompt at its moment, whatever became of the others, and wait for all.

    Raises `TrinityError` where any fails.
    """
    answered: list[Answered | None] = [None] * len(prompts)
    failures: list[TrinityError] = []
    started = time.perf_counter() + 0.1

    def one(index: int) -> None:
        due = started + arrivals[index]
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            times = server.stream(prompts[index], output, index)
        except TrinityError as error:
            failures.append(error)
            return
        between = tuple(after - before for before, after in pairwise(times))
        answered[index] = Answered(times[0] - due, between, times[-1] - due)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(prompts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [found for found in answered if found]


def summary(answered: Sequence[Answered]) -> dict[tuple[str, int], float]:
    """Seconds by figure and percentile."""
    values = {
        "first token": [one.first_s for one in answered],
        "between tokens": [gap for one in answered for gap in one.between_s] or [0.0],
        "whole answer": [one.whole_s for one in answered],
    }
    return {
        (figure, percent): percentile(values[figure], percent)
        for figure in FIGURES
        for percent in PERCENTILES
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """Linear between the two nearest values in order, as numpy's default."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
