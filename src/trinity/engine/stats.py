"""What an engine counts, and the snapshot that it shows.

Filled by the engine; read by the server's metrics, readiness and idle work.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """Where an engine stands, and its totals since the start."""

    steps: int
    waiting: int
    """Choices that wait for admission."""
    running: int
    free_blocks: int
    """Blocks that could be given out, those kept for their contents included."""
    num_blocks: int
    cached_blocks: int
    """Blocks that a later prompt could reuse, those in use included."""
    prompt_tokens: int
    cached_tokens: int
    """Prompt tokens that were not computed, because the cache had them."""
    generated_tokens: int
    reasoning_tokens: int
    drafted_tokens: int
    """Guesses computed."""
    accepted_tokens: int
    """Guesses that were right; they are among the generated tokens."""
    preemptions: int
    expert_rows: int
    """Routed expert evaluations, prompts included, as counted where they were made."""


@dataclass(slots=True)
class Totals:
    """What the engine alone counts of its `EngineStats`."""

    steps: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0
    reasoning_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
