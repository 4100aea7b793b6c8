"""The pool of cache blocks: who holds which, and which hold a prefix that may be used again.

Called by the scheduler, which decides who gets blocks, and by the engine, which offers full ones
to the prefix cache. Knows block numbers and keys only; the tensors are the runner's.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence

NULL_BLOCK = 0
"""Always zero and never given out: what block tables hold beyond a sequence's end."""

ROOT_KEY = hashlib.sha256(b"trinity prefix cache").digest()
"""Parent of every first block."""


def block_key(
    parent: bytes,
    token_ids: Sequence[int],
    experts: Iterable[tuple[tuple[int, ...], int]],
    images: Iterable[tuple[int, bytes]],
) -> bytes:
    """Name the contents of a full block: SHA-256 over all that its cached values depend on.

    `experts` says with how many experts a layer how many of its tokens, in order, are computed;
    `images` are the (first token counted from the block's start, digest) of pictures in it.
    """
    digest = hashlib.sha256(parent)
    digest.update(array("q", token_ids).tobytes())
    for counts, num_tokens in experts:
        # Token by token, so that it does not matter how equal counts were cut into runs.
        digest.update(array("q", counts).tobytes() * num_tokens)
    for start, image_digest in images:
        digest.update(struct.pack("<q", start) + image_digest)
    return digest.digest()


class BlockPool:
    """Blocks 1 to `num_blocks`; each is free, or kept for its contents, or in some block tables."""

    def __init__(self, num_blocks: int) -> None:
        """Start with all blocks free."""
        self.num_blocks = num_blocks
        self._free = list(range(num_blocks, 0, -1))
        self._references = [0] * (num_blocks + 1)
        self._unused: OrderedDict[int, None] = OrderedDict()
        """Blocks that nobody holds but whose contents may be wanted, the next to go first."""
        self._block_of: dict[bytes, int] = {}
        self._key_of: dict[int, bytes] = {}

    @property
    def num_available(self) -> int:
        """Blocks that `allocate` could give out now."""
        return len(self._free) + len(self._unused)

    @property
    def num_cached(self) -> int:
        """Blocks that a prefix could be found in, held or not."""
        return len(self._block_of)

    def match(self, keys: Iterable[bytes]) -> list[int]:
        """The cached blocks of the longest run of `keys` from the first. Changes nothing."""
        blocks: list[int] = []
        for key in keys:
            block = self._block_of.get(key)
            if block is None:
                break
            blocks.append(block)
        return blocks

    def num_unused(self, blocks: Iterable[int]) -> int:
        """How many of `blocks` count as available, though their contents are kept."""
        return sum(block in self._unused for block in blocks)

    def share(self, blocks: Iterable[int]) -> None:
        """Hold blocks that `match` found."""
        for block in blocks:
            self._unused.pop(block, None)
            self._references[block] += 1

    def allocate(self, count: int) -> list[int]:
        """Hold `count` blocks with arbitrary finite contents; asks for no more than available."""
        assert count <= self.num_available
        blocks = [self._free.pop() if self._free else self._evict() for _ in range(count)]
        for block in blocks:
            self._references[block] = 1
        return blocks

    def release(self, blocks: Sequence[int]) -> None:
        """Let go of a whole block table; cached contents stay until room is needed."""
        # From the end, because a block is of no use once those before it are gone.
        for block in reversed(blocks):
            self._references[block] -= 1
            if self._references[block]:
                continue
            if block in self._key_of:
                self._unused[block] = None
            else:
                self._free.append(block)

    def cache(self, block: int, key: bytes) -> None:
        """Let others find the full block under `key`, unless they find an equal one already."""
        if key not in self._block_of and block not in self._key_of:
            self._block_of[key] = block
            self._key_of[block] = key

    def forget_spoilt(self, blocks: Iterable[int]) -> list[int]:
        """Make those of `blocks` that have one holder unfindable; returns them, to be zeroed."""
        spoilt = [block for block in blocks if self._references[block] == 1]
        for block in spoilt:
            if (key := self._key_of.pop(block, None)) is not None:
                del self._block_of[key]
        return spoilt

    def clear_cache(self) -> None:
        """Forget all contents; held blocks stay held."""
        self._free.extend(self._unused)
        self._unused.clear()
        self._block_of.clear()
        self._key_of.clear()

    def check_integrity(self, tables: Iterable[Sequence[int]]) -> None:
        """Raise `AssertionError` unless the accounts agree with all block tables there are."""
        held = Counter(block for table in tables for block in table)
        assert held[NULL_BLOCK] == 0, "the null block is in a table"
        for block in range(1, self.num_blocks + 1):
            assert self._references[block] == held[block], f"block {block} is miscounted"
        parts = [*self._free, *self._unused, *held]
        assert sorted(parts) == list(range(1, self.num_blocks + 1)), "a block is lost or doubled"
        assert {key: block for block, key in self._key_of.items()} == self._block_of
        assert self._unused.keys() <= self._key_of.keys()
        assert self._key_of.keys().isdisjoint(self._free)

    def _evict(self) -> int:
        block, _ = self._unused.popitem(last=False)
        del self._block_of[self._key_of.pop(block)]
        return block
