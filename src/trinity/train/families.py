"""All exercise families, by domain."""

from __future__ import annotations

from trinity.train import agentic, chat, code, composition, reasoning, vision
from trinity.train.items import Domain, Family

FAMILIES: tuple[Family, ...] = (
    *reasoning.FAMILIES,
    *vision.FAMILIES,
    *code.FAMILIES,
    *chat.FAMILIES,
    *agentic.FAMILIES,
    *composition.FAMILIES,
)


def trained_families(domain: Domain) -> tuple[Family, ...]:
    """The families of `domain` that are trained on, drills included."""
    return tuple(f for f in FAMILIES if f.domain == domain and not f.held_out)


def scored_families(domain: Domain, *, held_out: bool = False) -> tuple[Family, ...]:
    """The families of `domain` that count: those trained on, or those that never are."""
    return tuple(
        f for f in FAMILIES if f.domain == domain and f.held_out == held_out and not f.drill
    )
