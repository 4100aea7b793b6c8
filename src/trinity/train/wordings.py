"""How a question is put: cores times openers times endings, with the slips of people who type.

A family lists at least ten cores. Every fifth core is kept for the test split, and so are some
openers and endings, so that test questions are worded as no training question is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from trinity.train.items import Split

OPENERS = (
    "",
    "",
    "",
    "",
    "Please tell me: ",
    "Hi, ",
    "Question: ",
    "Can you help? ",
    "I need to know: ",
    "Quick one: ",
    "Hello! ",
    "Tell me, ",
    "Help me out: ",
)
ENDINGS = (
    "",
    "",
    "",
    "",
    "",
    " Thanks!",
    " Please.",
    " Thank you.",
    " Be exact.",
    " Just the answer.",
)
TEST_OPENERS = ("", "", "Could you say: ", "My question is this: ", "Hey there, ")
TEST_ENDINGS = ("", "", " Cheers!", " Keep it short.")


def is_test_core(index: int) -> bool:
    """Whether the core at `index` of a family's list is kept for the test split."""
    return index % 5 == 4


def phrase(
    rng: random.Random, split: Split, cores: Sequence[str], *, plain: bool = False, **slots: object
) -> str:
    """Word a question: choose a core for `split`, fill its `{slots}`, and dress it.

    `plain` keeps case and punctuation as they are, for cores that hold code or case-sensitive text.
    The casual variants (lower case, no final mark) touch only the core's own words, not the slots.
    """
    test = split is Split.TEST
    core = rng.choice([core for i, core in enumerate(cores) if is_test_core(i) == test])
    if not plain and rng.random() < 0.25:
        core = _casual(rng, core)
    opener = rng.choice(TEST_OPENERS if test else OPENERS)
    ending = rng.choice(TEST_ENDINGS if test else ENDINGS)
    if (
        opener.endswith((": ", ", "))
        and core[:1].isupper()
        and core[1:2].islower()
        and rng.random() < 0.5
    ):
        core = core[0].lower() + core[1:]
    return opener + core.format(**slots) + ending


def _casual(rng: random.Random, core: str) -> str:
    """Lower the case outside the braces, and sometimes drop the last mark."""
    pieces = core.split("{")
    lowered = [pieces[0].lower()]
    for piece in pieces[1:]:
        slot, _, rest = piece.partition("}")
        lowered.append(f"{slot}}}{rest.lower()}")
    core = "{".join(lowered)
    return core.rstrip("?.") if rng.random() < 0.5 else core
