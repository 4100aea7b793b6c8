"""transformers as a worker: `python -m trinity.bench.transformers_worker DIR DTYPE THREADS`.

Its expert loop is the eager one, the attention PyTorch's; tokens are chosen by argmax and random
ones fed instead, so that all experts are used. With `once` it generates one token and ends.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from trinity.bench.workers import answer_requests
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

        with open(os.path.join(directory, "config.json"), encoding="utf-8") as file:  # noqa: PTH
            kind = json.load(file)["architectures"][0]
        if not kind.endswith("ForCausalLM"):
            raise TrinityError(f"the peer is run on models of text alone, and this is a {kind}")
        torch.set_num_threads(threads)
        self._torch = torch
        self._cache = transformers.DynamicCache
        self._model = (
            getattr(transformers, kind)
            .from_pretrained(
                directory, dtype=getattr(torch, dtype), experts_implementation="eager"
            )
            .eval()
        )
        self._threads = threads

    def hello(self) -> dict[str, Any]:
        """Nothing that the caller does not know."""
        return {"threads": self._threads}

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
    """Serve the requests of `trinity bench`, or generate one token."""
    directory, dtype, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if "once" in sys.argv[4:]:
        TransformersEngine(directory, dtype, threads).workload(1, 1, 1)
        print(json.dumps({"first_token_at": time.time()}))
        return

    def open_engine() -> Mapping[str, Callable[..., Any]]:
        engine = TransformersEngine(directory, dtype, threads)
        engine.workload(1, 8, 2)
        return {"hello": engine.hello, "workload": engine.workload}

    answer_requests(open_engine)


if __name__ == "__main__":
    main()
