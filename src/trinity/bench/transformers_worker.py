"""transformers as a worker: `python -m trinity.bench.transformers_worker DIR DTYPE THREADS`.

Its expert loop is the eager one, the attention PyTorch's; tokens are chosen by argmax and random
ones fed instead, so that all experts are used. With `once` it generates one token and ends.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from trinity.bench.workers import Handlers, run_worker
from trinity.bench.workload import Timing
from trinity.errors import TrinityError

FIRST_TEXT_ID = 1000
"""Below are control tokens."""


class TransformersEngine:
    """A loaded model."""

    def __init__(self, directory: str, dtype: str, threads: int) -> None:
        """Load the checkpoint in `directory`; raises `TrinityError` for one with pictures."""
        import torch
        import transformers

        settings = json.loads((Path(directory) / "config.json").read_text(encoding="utf-8"))
        kind = settings["architectures"][0]
        if not kind.endswith("ForCausalLM"):
            raise TrinityError(f"the peer is run on models of text alone, and this is a {kind}")
        torch.set_num_threads(threads)
        self._torch = torch
        self._cache = transformers.DynamicCache
        self._model = (
            getattr(transformers, kind)
            .from_pretrained(directory, dtype=getattr(torch, dtype), experts_implementation="eager")
            .eval()
        )

    def workload(self, streams: int, prompt: int, output: int) -> dict[str, float]:
        """The timing of random prompts."""
        with self._torch.inference_mode():
            cache = self._cache(config=self._model.config)
            ids = self._random_ids(streams, prompt)
            started = time.perf_counter()
            self._step(ids, cache)
            prefilled = time.perf_counter()
            for _ in range(output - 1):
                self._step(self._random_ids(streams, 1), cache)
        ended = time.perf_counter()
        return Timing(prefilled - started, ended - prefilled, streams * (output - 1)).write()

    def _step(self, ids: Any, cache: Any) -> None:
        found = self._model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
        found.logits[:, -1].argmax(-1)

    def _random_ids(self, streams: int, length: int) -> Any:
        most = self._model.config.vocab_size
        return self._torch.randint(FIRST_TEXT_ID, most, (streams, length))


def main() -> None:
    """Serve `trinity bench`."""
    directory, dtype, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])

    def open_engine() -> Handlers:
        engine = TransformersEngine(directory, dtype, threads)
        return {"workload": engine.workload}

    run_worker(open_engine)


if __name__ == "__main__":
    main()
