"""Writes the checkpoints that speed is measured with, for Trinity and for its peers.

    python scripts/bench_checkpoints.py [PRESET ...] [--llama-cpp SOURCE --binaries DIR]

Weights are random, from a fixed seed; the vocabulary is byte pairs learnt on Python's own library.
In each directory are copies packed as INT8 and INT4. transformers and vLLM read the directories
themselves. With `--llama-cpp`, the root of its source, and `--binaries`, where `llama-quantize` was
built, GGUF files are made too: BF16, Q8_0, Q4_K_M. What is there already is kept.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from trinity.bench.checkpoints import DIRECTORY, bench_presets, packed_path, write_checkpoint
from trinity.bench.llamacpp import GGUF_FORMATS, gguf_path
from trinity.cli.convert import convert as convert_checkpoint
from trinity.presets import preset

ROOT = Path(__file__).resolve().parent.parent
CONTROL_IDS = 1000
"""Of the vocabulary; the rest are byte pairs."""
CORPUS_FILES = 700
PACKED = ("int8", "int4")


def main() -> None:
    """Write what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", help="default: all whose names begin with `bench-`")
    parser.add_argument("--out", type=Path, default=DIRECTORY)
    parser.add_argument("--llama-cpp", type=Path, metavar="SOURCE")
    parser.add_argument("--binaries", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    if bool(arguments.llama_cpp) != bool(arguments.binaries):
        parser.error("--llama-cpp and --binaries belong together")
    for name in arguments.presets or bench_presets():
        directory = arguments.out / name
        config = preset(name)
        if not (directory / "config.json").is_file():
            tokenizer = vocabulary(config.vocab_size, arguments.out)
            write_checkpoint(config, directory, tokenizer)
        for weights in PACKED:
            packed = packed_path(directory, weights)
            if not packed.exists():
                packed.parent.mkdir(exist_ok=True)
                convert_checkpoint(str(directory), packed, weights)
        print(f"{directory} is ready", flush=True)
        if arguments.llama_cpp:
            convert(directory, arguments.llama_cpp, arguments.binaries)


def vocabulary(size: int, out: Path) -> Path:
    """A `tekken.json` of `size` ids, trained where there is none yet."""
    path = out / f"tekken-{size}.json"
    if path.is_file():
        return path
    out.mkdir(parents=True, exist_ok=True)
    library = Path(sysconfig.get_paths()["stdlib"])
    files = [*sorted(library.glob("*.py")), *sorted(library.glob("*/*.py"))][:CORPUS_FILES]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "corpus.txt"
        texts = (file.read_text(encoding="utf-8", errors="ignore") for file in files)
        corpus.write_text("\f".join(text.replace("\f", "") for text in texts), encoding="utf-8")
        recipe = ROOT / "recipes" / "tokenizer.py"
        tokens = str(size - CONTROL_IDS)
        command = [sys.executable, str(recipe), str(corpus), str(path), "--tokens", tokens]
        subprocess.run(command, check=True)
    return path


def convert(directory: Path, source: Path, binaries: Path) -> None:
    """Write the GGUF files of a checkpoint."""
    plain = gguf_path(directory, "BF16")
    if not plain.is_file():
        plain.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
            copy_for_converter(directory, Path(scratch))
            script = Path(__file__).with_name("bench_gguf.py")
            command = [sys.executable, str(script), str(source), scratch, str(plain)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for gguf_format in GGUF_FORMATS:
        path = gguf_path(directory, gguf_format)
        if not path.is_file():
            command = [str(binaries / "llama-quantize"), str(plain), str(path), gguf_format]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(f"{path} is ready", flush=True)


def copy_for_converter(directory: Path, copy: Path) -> None:
    """The same files under the name of the architecture that llama.cpp's converter knows."""
    for file in directory.iterdir():
        if file.is_file() and file.name != "config.json":
            os.link(file, copy / file.name)
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] == "mistral4":
        config["architectures"] = ["Mistral3ForConditionalGeneration"]
    (copy / "config.json").write_text(json.dumps(config), encoding="utf-8")


if __name__ == "__main__":
    main()
