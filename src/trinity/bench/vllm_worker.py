"""vLLM as a worker: `PYTHON -m trinity.bench.vllm_worker DIR DTYPE THREADS`, in its own Python.

Latent attention is off, which its build for CPUs refuses. With `once` it generates one token and
ends.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

from trinity.bench.workers import Handlers, run_worker
from trinity.bench.workload import Timing

SETTINGS = {
    "VLLM_CPU_KVCACHE_SPACE": "4",
    "VLLM_CPU_NUM_OF_RESERVED_CPU": "0",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_MLA_DISABLE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
}
FIRST_TEXT_ID = 1000
"""Below are control tokens."""
MAX_TOKENS = 8192
"""Of a sequence, and of a step."""


class VllmEngine:
    """A loaded model."""

    def __init__(self, directory: str, dtype: str, threads: int) -> None:
        """Load the checkpoint in `directory`."""
        os.environ.update(SETTINGS, VLLM_CPU_OMP_THREADS_BIND=f"0-{threads - 1}")
        self._vllm: Any = importlib.import_module("vllm")
        settings = json.loads((Path(directory) / "config.json").read_text(encoding="utf-8"))
        self._vocab_size = settings["vocab_size"]
        self._llm = self._vllm.LLM(
            model=directory,
            dtype=dtype,
            max_model_len=MAX_TOKENS,
            max_num_batched_tokens=MAX_TOKENS,
            max_num_seqs=128,
            skip_tokenizer_init=True,
            enforce_eager=True,
            enable_prefix_caching=False,
        )
        self._rng = random.Random(0)

    def workload(self, streams: int, prompt: int, output: int) -> dict[str, float]:
        """The timing of random prompts.

        Two runs: one that ends with the first token tells the first part.
        """
        prefill_s = self._generate(streams, prompt, 1)
        if output == 1:
            return Timing(prefill_s, 0.0, 0).write()
        total_s = self._generate(streams, prompt, output)
        return Timing(prefill_s, total_s - prefill_s, streams * (output - 1)).write()

    def _generate(self, streams: int, prompt: int, output: int) -> float:
        ids = range(FIRST_TEXT_ID, self._vocab_size)
        prompts = [{"prompt_token_ids": self._rng.choices(ids, k=prompt)} for _ in range(streams)]
        params = self._vllm.SamplingParams(
            max_tokens=output, ignore_eos=True, temperature=1.0, detokenize=False
        )
        started = time.perf_counter()
        self._llm.generate(prompts, params, use_tqdm=False)
        return time.perf_counter() - started


def main() -> None:
    """Serve `trinity bench`."""
    directory, dtype, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])

    def open_engine() -> Handlers:
        engine = VllmEngine(directory, dtype, threads)
        return {"workload": engine.workload}

    run_worker(open_engine)


if __name__ == "__main__":
    main()
