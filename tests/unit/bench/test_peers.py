import json
import sys
from pathlib import Path

import pytest

from trinity.bench.llamacpp import PROGRAMS, gguf_path
from trinity.bench.peers import Peer, parse_peers
from trinity.errors import NotFound, UsageError


@pytest.fixture
def binaries(tmp_path: Path) -> Path:
    for name in PROGRAMS:
        (tmp_path / name).touch(mode=0o755)
    return tmp_path


def test_peers_are_named_with_a_path(binaries: Path) -> None:
    texts = [f"llama.cpp={binaries}", "transformers", f"vllm={sys.executable}"]
    peers = parse_peers(texts)
    assert [peer.name for peer in peers] == ["llama.cpp", "transformers", "vllm"]
    assert peers[0].path == binaries
    assert peers[1].path == peers[2].path == Path(sys.executable)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("ollama=/x", UsageError, r"the peers are llama\.cpp, transformers, vllm"),
        ("llama.cpp", UsageError, "needs the directory of its programs"),
        ("vllm", UsageError, "needs its Python"),
        ("llama.cpp=/nowhere", NotFound, "no program /nowhere/llama-bench"),
        ("vllm=/nowhere/python", NotFound, "no program /nowhere/python"),
    ],
)
def test_what_is_not_a_peer_is_refused(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_peers([text])


def test_a_peer_sits_out_where_it_has_no_such_format(tmp_path: Path) -> None:
    llamacpp, transformers = Peer("llama.cpp", tmp_path), Peer("transformers", Path("python"))
    assert llamacpp.label("int4") == "llama.cpp Q4_K_M"
    assert transformers.label("fp32") == "transformers float32"
    assert llamacpp.label("fp32") is transformers.label("int4") is None
    assert llamacpp.start(tmp_path, "fp32", 2, tmp_path) is None
    assert transformers.once_command(tmp_path, "int4", 2) is None


def test_each_peer_is_started_in_its_own_way(tmp_path: Path) -> None:
    gguf_path(tmp_path, "BF16").parent.mkdir()
    gguf_path(tmp_path, "BF16").touch()
    [program, *_, last] = Peer("llama.cpp", tmp_path).once_command(tmp_path, "bf16", 2) or []
    assert (program, last) == (str(tmp_path / "llama-bench"), "1")
    command = Peer("vllm", Path("their-python")).once_command(tmp_path, "bf16", 2)
    assert command == [
        *("their-python", "-m", "trinity.bench.vllm_worker"),
        *(str(tmp_path), "bfloat16", "2", "once"),
    ]


def test_what_a_peers_python_reads_needs_no_third_party_package() -> None:
    import subprocess

    code = "import sys, json; import trinity.bench.vllm_worker; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "rich", "typer"} & set(json.loads(done.stdout))
