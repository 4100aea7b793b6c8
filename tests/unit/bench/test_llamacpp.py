from pathlib import Path

import pytest

from trinity.bench.llamacpp import LlamaCpp, find_gguf, gguf_path, read_batched, read_bench
from trinity.bench.workload import Workload
from trinity.errors import NotFound, TrinityError

BENCH = (
    '{"build_commit": "0c1e570", "build_number": 1, "model_type": "mistral4 ?B Q8_0", '
    '"n_batch": 2048, "n_threads": 2, "n_prompt": 0, "n_gen": 16, "n_depth": 16, '
    '"avg_ns": 3171159, "stddev_ns": 0, "avg_ts": 5045.473910, "samples_ns": [ 3171159 ],'
    '"samples_ts": [ 5045.47 ]}\n'
)
"""What `llama-bench -r 1 -o jsonl -p 0 -n 16 -d 16` printed, shortened."""
BATCHED = (
    "\n"
    '{"n_kv_max": 1024, "n_batch": 2048, "n_ubatch": 512, "flash_attn": 1, "is_pp_shared": 0, '
    '"n_gpu_layers": -1, "n_threads": 2, "n_threads_batch": 2, "pp": 16, "tg": 16, "pl": 4, '
    '"n_kv": 128, "t_pp": 0.005327, "speed_pp": 12014.267578, "t_tg": 0.008069, '
    '"speed_tg": 7931.589844, "t": 0.013396, "speed": 9555.090820}\n'
)
"""What `llama-batched-bench -npp 16 -ntg 16 -npl 4 --output-format jsonl` printed."""


def an_engine(tmp_path: Path) -> LlamaCpp:
    return LlamaCpp("llama.cpp Q8_0", tmp_path, tmp_path / "model.gguf", 2)


def test_a_sample_is_read_in_seconds() -> None:
    assert read_bench(BENCH) == pytest.approx(0.003171159)


def test_rates_are_those_that_the_program_tells() -> None:
    # It makes a step for each token that it counts; the first of our answers comes with the prompt.
    work = Workload(streams=4, prompt=16, output=17)
    rates = read_batched(BATCHED, work).rates(work)
    assert rates["prefill"] == pytest.approx(12014.27, rel=1e-4)
    assert rates["decode"] == pytest.approx(7931.59, rel=1e-4)
    assert rates["output"] == pytest.approx(4 * 17 / 0.013396, rel=1e-4)


def test_output_without_a_sample_is_refused() -> None:
    with pytest.raises(TrinityError, match="printed no sample"):
        read_bench("error: unknown argument: -o\n")
    with pytest.raises(TrinityError, match="nothing about 8 streams of 16"):
        read_batched(BATCHED, Workload(8, 16, 17))


def test_programs_get_equal_threads_and_sizes(tmp_path: Path) -> None:
    engine = an_engine(tmp_path)
    batched = engine.batched_command(Workload(8, 128, 128))
    server = engine.server_command(8080, 32, 256)
    for command in (batched, server):
        assert command[command.index("-t") + 1] == command[command.index("-tb") + 1] == "2"
    assert batched[batched.index("-ntg") + 1] == "127"
    assert int(batched[batched.index("-c") + 1]) >= 8 * 256
    assert server[server.index("-c") + 1] == str(32 * 256)


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    for name in ("llama-bench", "llama-batched-bench"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 'error: no memory' >&2\nexit 1\n")
        program.chmod(0o755)
    for streams in (1, 2):
        with pytest.raises(TrinityError, match="bench failed: error: no memory"):
            an_engine(tmp_path).run(Workload(streams, 8, 8))


def test_one_stream_is_two_samples(tmp_path: Path) -> None:
    program = tmp_path / "llama-bench"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{BENCH}END\n")
    program.chmod(0o755)
    timing = an_engine(tmp_path).run(Workload(1, 16, 17))
    assert timing.decoded == 16
    assert timing.decode_s == timing.prefill_s == pytest.approx(0.003171159)
    assert an_engine(tmp_path).run(Workload(1, 512, 1)).decoded == 0


def test_the_file_of_a_format_is_found_or_missed(tmp_path: Path) -> None:
    path = gguf_path(tmp_path, "Q8_0")
    with pytest.raises(NotFound, match=r"scripts/bench_checkpoints\.py --llama-cpp"):
        find_gguf(tmp_path, "int8")
    path.parent.mkdir()
    path.touch()
    assert find_gguf(tmp_path, "int8") == path
    assert find_gguf(tmp_path, "fp32") is None
