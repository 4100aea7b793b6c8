"""The meaning of each op, and its implementations: `reference` is the definition of correct."""

from trinity.ops.batch import Batch, Counters, PackedBatch, PagedBatch

__all__ = ["Batch", "Counters", "PackedBatch", "PagedBatch"]
