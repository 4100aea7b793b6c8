"""All exercise families, by domain."""

from __future__ import annotations

from trinity.train import chat, code, reasoning, vision
from trinity.train.items import Domain, Family

FAMILIES: tuple[Family, ...] = (
    *reasoning.FAMILIES,
    *vision.FAMILIES,
    *code.FAMILIES,
    *chat.FAMILIES,
)


def families_of(domain: Domain, *, held_out: bool = False) -> tuple[Family, ...]:
    """The families of `domain` that are trained on, or with `held_out` those that never are."""
    return tuple(f for f in FAMILIES if f.domain == domain and f.held_out == held_out)
