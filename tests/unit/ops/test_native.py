from __future__ import annotations

import os
import subprocess
import sys

import pytest

kernels = pytest.importorskip("trinity.ops._native")


def test_the_best_kernels_are_in_use_and_base_runs_anywhere() -> None:
    assert kernels.active() == kernels.names()[0]
    assert kernels.names()[-1] == "base"


def test_an_unknown_instruction_set_is_refused_with_those_that_there_are() -> None:
    before = kernels.active()
    with pytest.raises(ValueError, match="no kernels named 'nonsense'") as refusal:
        kernels.use("nonsense")
    assert ", ".join(kernels.names()) in str(refusal.value)
    assert kernels.active() == before


@pytest.mark.parametrize("threads", [0, -1])
def test_fewer_than_one_thread_is_refused(threads: int) -> None:
    before = kernels.num_threads()
    with pytest.raises(ValueError, match=f"on {threads} threads; give 1 or more"):
        kernels.set_num_threads(threads)
    assert kernels.num_threads() == before


def test_threads_are_counted_as_set() -> None:
    before = kernels.num_threads()
    kernels.set_num_threads(before + 1)
    assert kernels.num_threads() == before + 1
    kernels.set_num_threads(before)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_a_process_that_may_use_one_processor_gets_one_thread() -> None:
    program = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
        "from trinity.ops import _native; print(_native.num_threads())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "1", done.stderr
