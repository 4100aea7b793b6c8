"""Small helpers that every picture exercise uses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from trinity.train.items import Check, Family, Item, Split
from trinity.train.vision.canvas import Canvas

Make = Callable[[random.Random, Split, int], Item]


def vision_family(
    name: str, make: Make, weight: float = 1.0, *, held_out: bool = False, drill: bool = False
) -> Family:
    """A family of the vision domain."""
    return Family(name, "vision", make, weight, held_out, drill)


def vision_item(
    family: str,
    level: int,
    *,
    key: str,
    question: str,
    picture: Canvas | bytes,
    answer: str | int,
    low: str = "",
    high: str,
    kind: str = "exact",
) -> Item:
    """An item with one picture, judged by comparing with `answer` in the way `kind` says.

    A canvas is finished here, and its marks go with it.
    """
    text = str(answer)
    payload: object = text
    if kind == "number":
        plain = text.replace(",", "")
        payload = float(plain) if "." in plain else int(plain)
    elif kind == "set":
        payload = text.split(", ")
    return Item(
        domain="vision",
        family=family,
        key=key,
        question=question,
        images=(picture.png() if isinstance(picture, Canvas) else picture,),
        marks=picture.marks if isinstance(picture, Canvas) else None,
        answer=text,
        thoughts_low=low,
        thoughts_high=high,
        check=Check(kind, payload),
        level=level,
    )


def listing(parts: Sequence[object]) -> str:
    """The parts with commas between them."""
    return ", ".join(str(part) for part in parts)
