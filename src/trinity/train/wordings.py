"""How a question is put: cores times openers times endings, with the slips of people who type.

A family lists at least ten cores. Every fifth core is kept for the test split, and so are some
openers and endings, so that test questions are worded as no training question is. In all of them
`<a|b>` stands for one of its alternatives, `<a|>` for `a` or nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from trinity.train.items import Split

_BARE = ("",) * 12

OPENERS = (
    *_BARE,
    "<Please |Can you |Could you |>tell me: ",
    "<Hi|Hello|Hey|Hi again|Hello again|Good morning|Good evening>, ",
    "<Hi|Hello|Good day>! ",
    "<Hi|Hello|Hey> <Trinity|friend|everyone>, ",
    "<First |Next |Another |One more |Last |Easy |Small |New |>question: ",
    "<Can|Could|Will> you help<| me>? ",
    "<I need to|I want to|I'd like to|I would like to|We need to|Let me> know: ",
    "<Quick|Short|Simple|Easy|Small> <one|request|exercise|problem>: ",
    "<Tell|Show|Give|Teach> me<| now| please|>, ",
    "<Help|Please help|Help me|Help me out><| with this>: ",
    "<Ok|Okay|So|Now|Well|Right|Then|Next>, ",
    "<Exercise|Problem|Task|Puzzle|Number|Item|Part> <1|2|3|4|5|7|10|12>: ",
    "<Homework|Maths|School|Class|Exam|Quiz> <question|exercise|problem>: ",
    "<Sorry|Excuse me|Pardon|Thanks>, ",
    "I <have|had> <a|one|another> <question|request|problem>: ",
    "Here <is|comes> <a|one|another|the next> <question|exercise|problem>: ",
    "<Please|Kindly> <answer|look at|solve|do> <this|the following>: ",
    "<Answer|Solve|Consider|Try> <this|the following|this one>: ",
    "<Do you know|Can you say|Any idea>: ",
    "<My son|My friend|My sister|A pupil|Our teacher> asks: ",
    "Q: ",
)
ENDINGS = (
    *_BARE,
    " <Thanks|Thank you|Many thanks|Thanks a lot|Thank you very much|Thx><!|.>",
    " <Please|Pretty please>.",
    " Be <exact|precise|careful|quick|sure>.",
    " <Just|Only> the <answer|result|solution><| please>.",
    " <Answer|Reply> <only|briefly|please|exactly|now>.",
    " No <explanation|long answer|words around it>.",
    " <Take your time|Think first|Think about it|Check it|Check your answer>.",
    " I <need|want> <it|this> <today|now|soon|exactly>.",
    " <It is|This is> <for school|for my homework|a test|important|urgent>.",
    " <Can you do it|Can you do that|Do you know|Any idea>?",
    " A:",
)
TEST_OPENERS = (
    "",
    "",
    "Could you say: ",
    "My question is this: ",
    "Hey there, ",
    "Let's see: ",
    "A riddle for you: ",
)
TEST_ENDINGS = ("", "", " Cheers!", " Keep it short.", " I count on you.")

_ALTERNATIVES = re.compile(r"<([^<>]*)>")


def choose(rng: random.Random, texts: Sequence[str]) -> str:
    """One of `texts`, its alternatives chosen."""
    text = rng.choice(texts)
    return _ALTERNATIVES.sub(lambda found: rng.choice(found[1].split("|")), text)


def choose_core(rng: random.Random, split: Split, cores: Sequence[str]) -> str:
    """A core of those that `split` may use, its alternatives chosen."""
    test = split is Split.TEST
    return choose(rng, [core for i, core in enumerate(cores) if is_test_core(i) == test])


def is_test_core(index: int) -> bool:
    """Whether the core at `index` of a family's list is kept for the test split."""
    return index % 5 == 4


def phrase(rng: random.Random, split: Split, cores: Sequence[str], **slots: object) -> str:
    """Word a question: choose a core for `split`, fill its `{slots}`, and dress it.

    The casual variants (lower case, no final mark) touch only the core's own words, not the slots.
    """
    test = split is Split.TEST
    core = choose_core(rng, split, cores)
    if rng.random() < 0.25:
        core = _casual(rng, core)
    opener = choose(rng, TEST_OPENERS if test else OPENERS)
    ending = choose(rng, TEST_ENDINGS if test else ENDINGS)
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
