"""Builds the vocabulary of the embedded model: `python recipes/tokenizer.py CORPUS.txt OUT.json`.

Trains byte-pair merges on the corpus with the official split pattern and writes them in the Tekken
format, version 15: control tokens first, then the 256 bytes, then the merges in the order learnt.
With `--draw N` the corpus is first written anew, from N training exercises.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
from pathlib import Path
from typing import Any

import mistral_common
import tiktoken
from mistral_common.tokens.tokenizers.base import SpecialTokens
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tokenizers import Regex, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as Trainee

from trinity.train.items import Domain, Split, draw

EFFORTS = ("none", "low", "high")
NUM_CONTROL = 1000
CONTROL_NAMES = {
    **{info["rank"]: info["token_str"] for info in Tekkenizer.DEPRECATED_SPECIAL_TOKENS},
    32: SpecialTokens.args,
    33: SpecialTokens.call_id,
    34: SpecialTokens.begin_think,
    35: SpecialTokens.end_think,
    36: SpecialTokens.begin_model_settings,
    37: SpecialTokens.end_model_settings,
}
SETTINGS = [json.dumps({"reasoning_effort": effort}) for effort in EFFORTS]
"""Stand in every prompt, so they are as frequent as questions."""
TOOLS = json.dumps(
    [
        {
            "type": "function",
            "function": {
                "name": "get",
                "description": "Get",
                "parameters": {
                    "type": "object",
                    "properties": {"path": {"type": "string"}, "count": {"type": "integer"}},
                    "required": ["path"],
                },
            },
        }
    ]
)
"""The frame of every list of tools, which few prompts have."""
SEPARATOR = "\f"
"""Stands between the documents of a corpus file."""
DOMAINS: tuple[Domain, ...] = ("reasoning", "vision", "code", "chat")
CHECKED_DOCUMENTS = 2000


def official_pattern() -> str:
    """The split pattern of Tekken, which has not changed since the file that ships with Mistral's
    library."""
    path = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
    return str(json.loads(path.read_text(encoding="utf-8"))["config"]["pattern"])


def draw_corpus(num_items: int) -> str:
    """Exercises of the training split, the domains in equal numbers, each part on its own."""
    # Loads every generator; only needed here.
    from trinity.train.families import families_of

    rng = random.Random(0)
    texts = []
    for domain in DOMAINS:
        families = families_of(domain)
        weights = [family.weight for family in families]
        for family in rng.choices(families, weights, k=num_items // len(DOMAINS)):
            item = draw(family, Split.TRAIN, rng)
            texts += [
                item.system,
                item.question,
                item.thoughts_low,
                item.thoughts_high,
                item.answer,
            ]
    return SEPARATOR.join(text for text in texts if text)


def documents_of(corpus: str) -> list[str]:
    """The documents of a corpus, and what the template adds to prompts."""
    documents = [document for document in corpus.split(SEPARATOR) if document]
    settings = [SETTINGS[i % len(SETTINGS)] for i in range(len(documents) // 4 + 1)]
    return documents + settings + [TOOLS] * (len(documents) // 100 + 1)


def train(documents: list[str], pattern: str, num_tokens: int) -> Trainee:
    """Learn `num_tokens` byte-pair tokens, the 256 bytes among them."""
    trainee = Trainee(models.BPE())
    trainee.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=num_tokens,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trainee.train_from_iterator(documents, trainer)
    return trainee


def token_bytes(trainee: Trainee) -> list[bytes]:
    """The bytes of every token in Tekken's order: byte i is token i, then the merges by age."""
    # The byte-level alphabet writes printable bytes as themselves and shifts the others up.
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    byte_of = {chr(byte): byte for byte in printable}
    others = [byte for byte in range(256) if byte not in set(printable)]
    byte_of.update({chr(256 + i): byte for i, byte in enumerate(others)})
    by_age = sorted(trainee.get_vocab().items(), key=lambda entry: entry[1])
    spelt = [bytes(byte_of[char] for char in token) for token, _ in by_age]
    return [bytes([byte]) for byte in range(256)] + [token for token in spelt if len(token) > 1]


def tekken(tokens: list[bytes], pattern: str) -> dict[str, Any]:
    """The content of a `tekken.json` with these byte-pair tokens, lowest rank first."""
    control = [CONTROL_NAMES.get(rank, f"<SPECIAL_{rank}>") for rank in range(NUM_CONTROL)]
    return {
        "config": {
            "pattern": pattern,
            "num_vocab_tokens": len(tokens),
            "default_vocab_size": NUM_CONTROL + len(tokens),
            "default_num_special_tokens": NUM_CONTROL,
            "version": "v15",
        },
        "image": {"image_patch_size": 8, "max_image_size": 192, "spatial_merge_size": 2},
        "model_settings_builder": {
            "reasoning_effort": {
                "type": "enum",
                "values": list(EFFORTS),
                "accepts_none": True,
                "default": "none",
            }
        },
        "special_tokens": [
            {"rank": rank, "token_str": str(name), "is_control": True}
            for rank, name in enumerate(control)
        ],
        "vocab": [
            {
                "rank": rank,
                "token_bytes": base64.b64encode(token).decode(),
                "token_str": _text_or_none(token),
            }
            for rank, token in enumerate(tokens)
        ],
    }


def _text_or_none(token: bytes) -> str | None:
    try:
        return token.decode("utf-8")
    except UnicodeDecodeError:
        return None


def check(trainee: Trainee, tokens: list[bytes], pattern: str, documents: list[str]) -> float:
    """Bytes per token on `documents`; raises `SystemExit` where reading differs from training.

    The trainer applies its list of merges; Tekken's reader merges any neighbours whose union is a
    token. Both must cut the text alike, and the pieces must join to the text again.
    """
    ranks = {token: rank for rank, token in enumerate(tokens)}
    reader = tiktoken.Encoding("check", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    names = {index: name for name, index in trainee.get_vocab().items()}
    num_bytes = num_tokens = num_different = 0
    for document in documents:
        ids = reader.encode_ordinary(document)
        if reader.decode(ids) != document:
            raise SystemExit(f"This text does not survive encoding and decoding: {document!r}")
        trained = trainee.encode(document).ids
        num_different += [len(names[i]) for i in trained] != [len(tokens[i]) for i in ids]
        num_bytes += len(document.encode())
        num_tokens += len(ids)
    if num_different:
        raise SystemExit(f"{num_different} of {len(documents)} documents are cut differently.")
    return num_bytes / num_tokens


def main() -> None:
    """Train, verify and write the vocabulary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="text; a form feed separates documents")
    parser.add_argument("out", type=Path, help="where to write the tekken.json")
    parser.add_argument("--tokens", type=int, default=1048, help="byte-pair tokens, bytes included")
    parser.add_argument("--draw", type=int, metavar="N", help="write the corpus from N exercises")
    arguments = parser.parse_args()
    if arguments.draw:
        arguments.corpus.write_text(draw_corpus(arguments.draw), encoding="utf-8")
    pattern = official_pattern()
    documents = documents_of(arguments.corpus.read_text(encoding="utf-8"))
    trainee = train(documents, pattern, arguments.tokens)
    tokens = token_bytes(trainee)
    if len(tokens) != arguments.tokens:
        raise SystemExit(f"The corpus gives only {len(tokens)} tokens; use a larger one.")
    density = check(trainee, tokens, pattern, documents[:: len(documents) // CHECKED_DOCUMENTS + 1])
    content = json.dumps(tekken(tokens, pattern), ensure_ascii=False, separators=(",", ":"))
    arguments.out.write_text(content + "\n", encoding="utf-8")
    print(f"{len(tokens)} tokens, {density:.2f} bytes per token, written to {arguments.out}")


if __name__ == "__main__":
    main()
