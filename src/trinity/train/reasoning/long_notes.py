"""The wordings of short notes with titles, and of values that change several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trinity.train.reasoning.lexicon import NAMES
from trinity.train.reasoning.long_texts import (
    CITIES,
    COLOURS,
    DAYS,
    EVENTS,
    SPOTS,
    TIMES,
    Fact,
    numbers,
)

LABELS = tuple("ABCDE")

FIELDS = {
    "day": Fact(
        subjects=EVENTS,
        values=DAYS,
        says=("It is on {v}.", "Day: {v}.", "We meet on {v}.", "The day is {v}."),
        asks=(
            "On which day is {x}?", "What day is {x} on?", "day of {x}?", "Which day is it, {x}?",
            "When, on which day, is {x}?",
        ),
    ),
    "time": Fact(
        subjects=EVENTS,
        values=TIMES,
        says=("It begins at {v}.", "Time: {v}.", "We start at {v}.", "The doors open at {v}."),
        asks=(
            "At what time does {x} begin?", "When does {x} start?", "start time of {x}?",
            "What time is {x}?", "From what time on is {x}?",
        ),
    ),
    "city": Fact(
        subjects=EVENTS,
        values=CITIES,
        says=("It is in {v}.", "Place: {v}.", "We go to {v} for it.", "It takes place in {v}."),
        asks=(
            "In which city is {x}?", "Where is {x}?", "place of {x}?", "Which city is {x} in?",
            "To which city do I go for {x}?",
        ),
    ),
    "host": Fact(
        subjects=EVENTS,
        values=NAMES,
        says=("{v} is in charge.", "Ask {v} about it.", "Contact: {v}.", "{v} runs it."),
        asks=(
            "Who is in charge of {x}?", "Whom do I ask about {x}?", "contact for {x}?",
            "Who runs {x}?", "Who takes care of {x}?",
        ),
    ),
    "price": Fact(
        subjects=EVENTS,
        values=numbers(2, 95),
        says=(
            "It costs {v} euros.", "Price: {v} euros.", "Bring {v} euros.",
            "The fee is {v} euros.",
        ),
        asks=(
            "How many euros does {x} cost?", "What is the price of {x} in euros?",
            "price of {x}?", "How much is {x}?", "How many euros do I need for {x}?",
        ),
    ),
}  # fmt: skip
"""What a note about an event says, and how it is asked for by the event."""

BY_LABEL = {
    "day": (
        "Which day does note {x} name?", "What day is in note {x}?", "day in note {x}?",
        "On which day is the event of note {x}?", "What is the day according to note {x}?",
    ),
    "time": (
        "Which time does note {x} give?", "What time is in note {x}?", "time in note {x}?",
        "When does the event of note {x} begin?", "What is the time according to note {x}?",
    ),
    "city": (
        "Which city does note {x} name?", "What city is in note {x}?", "place in note {x}?",
        "Where is the event of note {x}?", "What is the place according to note {x}?",
    ),
    "host": (
        "Who is in charge in note {x}?", "Which name is in note {x}?", "person in note {x}?",
        "Whom does note {x} tell me to ask?", "Who is it according to note {x}?",
    ),
    "price": (
        "What price does note {x} give?", "How many euros are in note {x}?", "euros in note {x}?",
        "What does the event of note {x} cost?", "What is the price according to note {x}?",
    ),
    "event": (
        "What is note {x} about?", "Which event is in note {x}?", "topic of note {x}?",
        "What does note {x} announce?", "What is the title of note {x}?",
    ),
}  # fmt: skip
"""How a note is asked for what it says."""

WHICH_NOTE = (
    "Which note says {v}?", "Which note has {v} in it?", "{v}: which note?",
    "In which note do I find {v}?", "Which of the notes mentions {v}?",
)  # fmt: skip
WHICH_EVENT = (
    "Which note is about {x}?", "Where do I read about {x}, in which note?", "{x}: which note?",
    "Which note has the title of {x}?", "Which of the notes announces {x}?",
)  # fmt: skip


_GROUPS = tuple(
    f"the {group}"
    for group in "choir|chess club|book club|art class|drama group|football team|garden club"
    "|film club|dance class|rowing team|swimming class|math circle|debate club|school band".split(
        "|"
    )
)
_GOODS = tuple(
    f"the {thing}"
    for thing in "bike|sofa|carpet|radio|guitar|tent|camera|lamp|desk|piano|boat|clock|watch".split(
        "|"
    )
)
_PAINTED = tuple(
    f"the {thing}"
    for thing in "fence|wall|door|gate|roof|shed|bench|boat|bus|tower|sign|bridge|kiosk".split("|")
)
_MOVED = tuple(
    f"the {thing}"
    for thing in "key|map|ball|ladder|cat|parcel|radio|trophy|globe|letter|torch|drum|vase".split(
        "|"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A kind of value that changes: how it is first told, changed and asked for."""

    subjects: Sequence[str]
    values: Sequence[str]
    says: Sequence[str]
    changes: Sequence[str]
    asks: Sequence[str]


VARIABLES = {
    "day": Variable(
        subjects=_GROUPS,
        values=DAYS,
        says=("{x} meets on {v}.", "The day of {x} is {v}."),
        asks=(
            "On which day does {x} meet now?", "What is the day of {x} now?",
            "current day of {x}?", "Which day is right for {x}?", "On what day do I go to {x}?",
        ),
        changes=(
            "{x} moves to {v}.", "Now {x} meets on {v}.", "Change of plan: {x} meets on {v}.",
            "No, {x} will meet on {v} after all.",
        ),
    ),
    "room": Variable(
        subjects=_GROUPS,
        values=numbers(1, 399),
        says=("{x} is in room {v}.", "The room of {x} is {v}."),
        asks=(
            "Which room is {x} in now?", "What is the room of {x} now?", "current room of {x}?",
            "In which room do I find {x}?", "Where is {x} in the end, in which room?",
        ),
        changes=(
            "{x} moves to room {v}.", "Now {x} is in room {v}.", "Correction: {x} is in room {v}.",
            "From now on {x} uses room {v}.",
        ),
    ),
    "leader": Variable(
        subjects=_GROUPS,
        values=NAMES,
        says=("{v} leads {x}.", "{x} is led by {v}."),
        asks=(
            "Who leads {x} now?", "Who is the leader of {x} now?", "current leader of {x}?",
            "By whom is {x} led at the end?", "Who is at the head of {x} today?",
        ),
        changes=(
            "{v} takes over {x}.", "Now {v} leads {x}.", "{x} gets a new leader, {v}.",
            "{v} is the next to lead {x}.",
        ),
    ),
    "price": Variable(
        subjects=_GOODS,
        values=numbers(5, 499),
        says=("{x} costs {v} euros.", "The price of {x} is {v} euros."),
        asks=(
            "How many euros does {x} cost now?", "What is the price of {x} now, in euros?",
            "current price of {x}?", "How much is {x} at the end?", "What do I pay for {x} today?",
        ),
        changes=(
            "The price of {x} changes to {v} euros.", "Now {x} costs {v} euros.",
            "{x} is sold at {v} euros from today.", "{x} gets a new price, {v} euros.",
        ),
    ),
    "colour": Variable(
        subjects=_PAINTED,
        values=COLOURS,
        says=("{x} is {v}.", "The colour of {x} is {v}."),
        asks=(
            "What colour is {x} now?", "Which colour does {x} have now?", "current colour of {x}?",
            "What is the colour of {x} at the end?", "In what colour do we see {x} today?",
        ),
        changes=(
            "{x} is painted {v}.", "Somebody paints {x} {v}.", "{x} turns {v}.", "Now {x} is {v}.",
        ),
    ),
    "place": Variable(
        subjects=_MOVED,
        values=SPOTS,
        says=("{x} is {v}.", "At first {x} is {v}."),
        asks=(
            "Where is {x} now?", "Where is {x} at the end?", "{x}: where now?",
            "Where do I find {x}?", "Where did {x} end up?",
        ),
        changes=(
            "Somebody puts {x} {v}.", "Then {x} ends {v}.", "Now {x} is {v}.",
            "They leave {x} {v}.",
        ),
    ),
    "code": Variable(
        subjects=tuple(f"the {colour} safe" for colour in COLOURS),
        values=numbers(100, 9999),
        says=("The code of {x} is {v}.", "{x} opens with {v}."),
        asks=(
            "What is the code of {x} now?", "Which code opens {x} now?", "current code of {x}?",
            "What code do I type to open {x}?", "With which code does {x} open at the end?",
        ),
        changes=(
            "The code of {x} changes to {v}.", "Someone sets {x} to {v}.",
            "Now {x} opens with {v}.", "The new code of {x} is {v}.",
        ),
    ),
}  # fmt: skip
"""Values that change several times."""
