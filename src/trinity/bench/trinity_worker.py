"""Trinity as a worker: `python -m trinity.bench.trinity_worker MODEL SETTINGS`.

`SETTINGS` are those of `EngineConfig` as JSON. With a third argument `once` it generates one token,
says when, and ends: memory and start-up are measured so.
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import asdict
from itertools import count

from trinity.bench.rates import measure_rates
from trinity.bench.workers import Handlers, run_worker
from trinity.bench.workload import Timing, Workload
from trinity.config import EngineConfig
from trinity.engine.batch import BatchBuilder
from trinity.engine.llm import LLM
from trinity.engine.sequence import Sequence
from trinity.errors import TrinityError
from trinity.ops import dispatch
from trinity.types import FailedEvent, GenerationRequest, SamplingParams, TokenEvent

NEVER = -100.0
"""Bias of the end token, so that every answer has its full length."""
CONTEXT_STEPS = 8
"""Steps that are timed at one context; the median counts."""


class TrinityEngine:
    """A loaded model, and what is measured with it."""

    def __init__(self, model: str, config: EngineConfig) -> None:
        """Load `model`."""
        self.llm = LLM.load(model, config)
        self._config = config
        self._seeds = count()

    def workload(self, streams: int, prompt: int, output: int) -> dict[str, float]:
        """The timing of random prompts, no two alike."""
        work = Workload(streams, prompt, output)
        engine = self.llm.engine
        requests = [self.request(work.prompt, work.output) for _ in range(streams)]
        waiting = {request.request_id for request in requests}
        started = prefilled = time.perf_counter()
        decoded = 0
        for request in requests:
            engine.submit(request)
        while engine.has_work:
            for event in engine.step():
                if isinstance(event, FailedEvent):
                    raise TrinityError(event.message)
                if not isinstance(event, TokenEvent):
                    continue
                decoded += not waiting
                if event.request_id in waiting:
                    waiting.remove(event.request_id)
                    prefilled = time.perf_counter()
        ended = time.perf_counter()
        return Timing(prefilled - started, ended - prefilled, decoded).write()

    def context_step(self, context: int) -> float:
        """Median seconds of the model call that decodes one token at `context`.

        The cache holds random latents: to compute them would take hours, and would time alike.
        """
        size = self._config.block_size
        num_blocks = -(-(context + 1) // size)
        request = self.request(context + 1, 1)
        sequence = Sequence(request, 0, 0, request.active_experts)
        sequence.admit(list(range(1, num_blocks + 1)), context // size, size)
        sequence.advance(sequence.num_pending - 1)
        builder = BatchBuilder(self._config, num_blocks)
        runner = self.llm.engine.runner
        runner.randomise_cache(num_blocks)
        step = builder.build({sequence: 1})
        times = []
        with dispatch.torch_threads(runner.torch_threads):
            runner.run(step)
            for _ in range(CONTEXT_STEPS):
                started = time.perf_counter()
                runner.run(step)
                times.append(time.perf_counter() - started)
        return sorted(times)[CONTEXT_STEPS // 2]

    def request(self, prompt: int, output: int) -> GenerationRequest:
        """A request of random text tokens; sampled, so that answers do not fall into a loop."""
        tokenizer, config = self.llm.tokenizer, self.llm.config
        seed = next(self._seeds)
        rng = random.Random(seed)
        ids = rng.choices(range(tokenizer.num_control, tokenizer.vocab_size), k=prompt)
        return GenerationRequest(
            request_id=str(seed),
            prompt_ids=tuple(ids),
            sampling=SamplingParams(
                temperature=1.0,
                top_p=1.0,
                seed=seed,
                max_tokens=output,
                logit_bias=((tokenizer.eos_id, NEVER),),
            ),
            active_experts=(config.num_experts_per_tok,) * config.num_hidden_layers,
            thinking_token_budget=0,
        )


def main() -> None:
    """Serve `trinity bench`."""
    model, values = sys.argv[1], json.loads(sys.argv[2])
    if values["weights"] == "fp32" and not dispatch.HAS_NATIVE:
        values["weights"] = "auto"  # the reference ops hold FP32

    def open_engine() -> Handlers:
        engine = TrinityEngine(model, EngineConfig(**values))
        return {
            "workload": engine.workload,
            "context_step": engine.context_step,
            "rates": lambda: asdict(measure_rates()),
        }

    run_worker(open_engine)


if __name__ == "__main__":
    main()
