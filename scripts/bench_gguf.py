"""Runs llama.cpp's converter: `python scripts/bench_gguf.py SOURCE DIRECTORY OUT.gguf`.

Called by `bench_checkpoints.py` in a process of its own. The converter looks up by their hash which
vocabularies it knows; ours is in Mistral's own format, so it is told to read it as that.
"""

import runpy
import sys
from pathlib import Path


def main() -> None:
    """Convert one checkpoint to BF16."""
    source, directory, out = map(Path, sys.argv[1:])
    sys.path[:0] = [str(source), str(source / "gguf-py")]
    from conversion.llama import LlamaModel
    from conversion.mistral3 import Mistral3Model

    def set_vocab(self) -> None:
        self.is_mistral_format = True
        self.disable_mistral_community_chat_template = True
        self._set_vocab_mistral()

    Mistral3Model.Mistral4Model.set_vocab = set_vocab
    LlamaModel.set_vocab = set_vocab
    script = source / "convert_hf_to_gguf.py"
    sys.argv = [str(script), str(directory), "--outtype", "bf16", "--outfile", str(out)]
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
