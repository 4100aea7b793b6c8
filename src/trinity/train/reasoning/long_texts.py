"""What long prompts are made of: kinds of facts, how they are said, asked for and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trinity.train.reasoning.lexicon import NAMES, THINGS
from trinity.train.wordings import is_test_core

FRAMES = (
    "{text} {query}",
    "{query} {text}",
    "<Read this|Read on|Read carefully|Please read this>: {text} {query}",
    "<Here is|This is> <a text|what I know|what I was told|what I wrote down>: {text} {query}",
    "{text}\n\n{query}",
    "{query}\n\n{text}",
    "<Text|Notes|Context|Facts>: {text}\n<Question|Q|Asked>: {query}",
    "<Question|Q|My question>: {query}\n<Text|Notes|Context>: {text}",
    '<I got|We got|There came> this <message|note|mail>: "{text}" {query}',
    "{text} <Now tell me|Now to my question|From all this>: {query}",
    "{text} <So|Well|Ok>: {query}",
    "<Use|Go by|Look at> <the text|what stands here|these notes>. {text} {query}",
    "<Find|Look up|Pick out> <the answer|what I ask> in this. {query} {text}",
    "<From my diary|From my notebook|From a long letter|From the minutes>: {text} {query}",
    "{text} <That is all I have|That is all|So much for the text>. {query}",
    "<I can't find it|It is in here somewhere|It must be in here>: {query} {text}",
    "{query} <It says|The text says|It is written>: {text}",
    "<My notes|Our notes|The notes> <say|read> this. {text}\n{query}",
    "<Sorry for the long text|It is a bit long|A lot of text, sorry>. {text} {query}",
    "<After reading|Having read> this, <answer|tell me>. {text} {query}",
    "{text}\n<question|asked|q>: {query}",
    "<Answer from the text|Take it from the text|Only the text counts>: {query}\n{text}",
    "<Somebody|My aunt|A colleague|Our neighbour> told me this. {text} {query}",
    "{text} <I forgot one thing|I lost track|I can't remember>: {query}",
    "<Below is|Below you see> <a record|a page of notes|some lines>. {query}\n{text}",
)
"""Where a question stands in its text."""

FILLERS = (
    "It rained all morning.",
    "The bus was late again.",
    "Nobody knew why.",
    "We had soup for lunch.",
    "The weather was fine.",
    "Then the phone rang.",
    "That took a while.",
    "The dog was asleep.",
    "A window stood open.",
    "It was a long day.",
    "They all laughed.",
    "After that there was a break.",
    "The coffee was cold.",
    "Somebody sang a song.",
    "The sun came out.",
    "The road was quiet.",
    "It was getting dark.",
    "The door was painted last year.",
    "We talked for an hour.",
    "This is not so important.",
    "The cat sat by the fire.",
    "More about that later.",
    "It is cold outside.",
    "Please keep this in mind.",
)
"""Sentences that tell nothing anyone asks for."""

CITIES = tuple(
    "Rome Paris Oslo Madrid Berlin Vienna Prague Lisbon Dublin Athens Warsaw London Cairo Delhi "
    "Tokyo Lima Quito Boston Milan Turin Geneva Zurich Lyon Porto Kyoto Seoul Tunis Riga".split()
)
DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
_MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
COLOURS = tuple("red blue green yellow black white brown pink grey purple orange".split())
_ITEMS = "box door chest locker safe suitcase cupboard gate".split()
_COLOURED = tuple(f"the {colour} {item}" for colour in COLOURS for item in _ITEMS)
_BELONGINGS = tuple(
    f"the {thing}"
    for thing in "key map ball lamp book hat scarf umbrella phone ticket camera letter purse ring "
    "pen coat torch flute clock knife rope basket radio kite cup jacket ladder towel belt bell "
    "bucket comb drum vase watch whistle".split()
)
SPOTS = tuple(
    f"{where} the {place}"
    for where, places in (
        ("in", "drawer kitchen garden cellar car attic bag hall garage office"),
        ("on", "table shelf desk bench roof stairs sofa"),
        ("under", "bed chair carpet bridge"),
    )
    for place in places.split()
)
_JOBS = tuple(
    "a baker|a doctor|a teacher|a pilot|a nurse|a farmer|a singer|a cook|a driver|a judge|a painter"
    "|a tailor|a butcher|a dentist|a lawyer|a writer|a gardener|a plumber|a barber|a waiter".split(
        "|"
    )
)
_DISHES = tuple(
    "soup rice pizza salad fish pasta curry stew pancakes beans noodles toast cake omelette pie "
    "dumplings".split()
)
_PETS = tuple(
    "a dog|a cat|a horse|a parrot|a rabbit|a hamster|a turtle|a goat|a pony|a snake|a duck".split(
        "|"
    )
)
TIMES = tuple(f"{hour}:{minute:02d}" for hour in range(6, 23) for minute in range(0, 60, 5))
_TRAINS = tuple(f"the {kind} to {city}" for kind in ("train", "bus") for city in CITIES)
EVENTS = tuple(
    f"the {event}"
    for event in "choir practice|garden party|book fair|chess evening|school trip|flea market"
    "|summer dance|staff meeting|film night|swimming class|bike tour|cooking course|theatre visit"
    "|harvest feast|football match|piano lesson|town run|art show|first aid course".split("|")
)


def numbers(low: int, high: int) -> tuple[str, ...]:
    """The whole numbers from `low` to `high` as text."""
    return tuple(map(str, range(low, high + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A kind of fact: subjects `{x}` with values `{v}`."""

    subjects: Sequence[str]
    values: Sequence[str]
    says: Sequence[str]
    asks: Sequence[str]
    """The last is for the test split, as with cores."""
    back: Sequence[str] = ()
    """Questions for the subject of a value; empty where people do not ask so."""


NEEDLES = {
    "code": Fact(
        subjects=_COLOURED,
        values=numbers(100, 9999),
        says=("The code of {x} is {v}.", "{x} has the code {v}.", "The code {v} opens {x}."),
        asks=(
            "What is the code of {x}?", "Which code opens {x}?", "code for {x}?",
            "Give me the code of {x}.", "How do I open {x}, with which code?",
        ),
        back=(
            "What does the code {v} open?", "Which one has the code {v}?",
            "The code {v} is for what?", "code {v} opens what?", "What opens with {v}?",
        ),
    ),
    "home": Fact(
        subjects=NAMES,
        values=CITIES,
        says=("{x} lives in {v}.", "{x}'s home is in {v}.", "{x} has a flat in {v}."),
        asks=(
            "Where does {x} live?", "In which city does {x} live?", "where is {x}'s home?",
            "Which city does {x} live in?", "Where is {x} at home?",
        ),
        back=(
            "Who lives in {v}?", "Whose home is in {v}?", "who has a flat in {v}?",
            "Which person lives in {v}?", "Who is at home in {v}?",
        ),
    ),
    "job": Fact(
        subjects=NAMES,
        values=_JOBS,
        says=("{x} is {v}.", "{x} works as {v}.", "{x} earns a living as {v}."),
        asks=(
            "What is {x}'s job?", "What does {x} do for a living?", "job of {x}?",
            "What does {x} work as?", "Which job has {x}?",
        ),
        back=(
            "Who is {v}?", "Who works as {v}?", "which of them is {v}?",
            "Name the one who is {v}.", "Who earns a living as {v}?",
        ),
    ),
    "age": Fact(
        subjects=NAMES,
        values=numbers(4, 98),
        says=("{x} is {v} years old.", "{x} turned {v} last week.", "{x} is {v}."),
        asks=(
            "How old is {x}?", "What is {x}'s age?", "age of {x}?", "Tell me the age of {x}.",
            "How many years old is {x}?",
        ),
    ),
    "place": Fact(
        subjects=_BELONGINGS,
        values=SPOTS,
        says=("{x} is {v}.", "{x} lies {v}.", "Somebody left {x} {v}."),
        asks=(
            "Where is {x}?", "Where do I find {x}?", "where did they leave {x}?",
            "Where must I look for {x}?", "Where does {x} lie?",
        ),
        back=(
            "What is {v}?", "What lies {v}?", "which thing is {v}?", "What did they leave {v}?",
            "What can be found {v}?",
        ),
    ),
    "price": Fact(
        subjects=_BELONGINGS,
        values=numbers(2, 399),
        says=("{x} costs {v} euros.", "The price of {x} is {v} euros.", "{x} sells for {v} euros."),
        asks=(
            "How many euros does {x} cost?", "What does {x} cost, in euros?", "price of {x}?",
            "What is the price of {x} in euros?", "How much is {x}?",
        ),
        back=(
            "What costs {v} euros?", "Which thing costs {v} euros?", "what sells for {v} euros?",
            "Which one has a price of {v} euros?", "What can I buy for exactly {v} euros?",
        ),
    ),
    "dish": Fact(
        subjects=NAMES,
        values=_DISHES,
        says=("{x} ordered {v}.", "{x} had {v}.", "{x} asked for {v}."),
        asks=(
            "What did {x} order?", "What did {x} eat?", "what was {x}'s order?",
            "Which dish did {x} ask for?", "What goes to {x}?",
        ),
        back=(
            "Who ordered {v}?", "Who had {v}?", "who gets the {v}?", "Whose order was {v}?",
            "Who asked for {v}?",
        ),
    ),
    "train": Fact(
        subjects=_TRAINS,
        values=TIMES,
        says=("{x} leaves at {v}.", "{x} goes at {v}.", "At {v} {x} departs."),
        asks=(
            "When does {x} leave?", "At what time does {x} go?", "when is {x}?",
            "What time does {x} depart?", "When must I be there for {x}?",
        ),
        back=(
            "Which one leaves at {v}?", "What leaves at {v}?", "which one goes at {v}?",
            "Say what leaves at {v}.", "What departs at {v}?",
        ),
    ),
    "month": Fact(
        subjects=NAMES,
        values=_MONTHS,
        says=("{x}'s birthday is in {v}.", "{x} was born in {v}.", "In {v} is {x}'s birthday."),
        asks=(
            "In which month is {x}'s birthday?", "When was {x} born?", "birthday month of {x}?",
            "In what month was {x} born?", "Which month is {x}'s?",
        ),
        back=(
            "Who was born in {v}?", "Whose birthday is in {v}?", "who has a birthday in {v}?",
            "Which of them was born in {v}?", "Who celebrates in {v}?",
        ),
    ),
    "room": Fact(
        subjects=NAMES,
        values=numbers(1, 499),
        says=("{x} is in room {v}.", "{x} has room {v}.", "Room {v} is for {x}."),
        asks=(
            "Which room is {x} in?", "What is {x}'s room number?", "room of {x}?",
            "In which room do I find {x}?", "Which room has {x}?",
        ),
        back=(
            "Who is in room {v}?", "Whose room is {v}?", "who has room {v}?",
            "Room {v} is for whom?", "Who do I find in room {v}?",
        ),
    ),
    "pet": Fact(
        subjects=NAMES,
        values=_PETS,
        says=("{x} has {v}.", "{x} keeps {v}.", "{x} owns {v} at home."),
        asks=(
            "Which pet does {x} have?", "What animal does {x} keep?", "pet of {x}?",
            "What pet is {x}'s?", "Which animal has {x}?",
        ),
        back=(
            "Who has {v}?", "Who keeps {v}?", "which of them has {v}?", "Who is the owner of {v}?",
            "Who owns {v}?",
        ),
    ),
}  # fmt: skip
"""Facts that are asked for one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A kind of number that two subjects `{x}` and `{y}` have: how it is said and asked for."""

    subjects: Sequence[str]
    says: Sequence[str]
    total: Sequence[str]
    more: Sequence[str]
    """How much more `{x}` has than `{y}`."""
    most: Sequence[str]


AMOUNTS = {
    "points": Amount(
        subjects=NAMES,
        says=("{x} has {v} points.", "{x} scored {v} points.", "{x} got {v} points."),
        total=(
            "How many points do {x} and {y} have together?", "points of {x} plus points of {y}?",
            "What do the points of {x} and {y} add up to?", "Add the points of {x} and {y}.",
            "If {x} and {y} were a team, how many points would it have?",
        ),
        more=(
            "How many more points does {x} have than {y}?", "points of {x} minus points of {y}?",
            "By how many points does {x} beat {y}?", "How many points is {y} behind {x}?",
            "How many points does {y} need to draw level with {x}?",
        ),
        most=(
            "Who has more points, {x} or {y}?", "more points: {x} or {y}?",
            "{x} or {y}, who scored more?", "Did {x} or {y} get more points?",
            "Who is ahead of the other, {x} or {y}?",
        ),
    ),
    "age": Amount(
        subjects=NAMES,
        says=("{x} is {v} years old.", "{x} is {v}.", "{x} turned {v} this year."),
        total=(
            "How old are {x} and {y} together?", "age of {x} plus age of {y}?",
            "Add the ages of {x} and {y}.", "What is the sum of the ages of {x} and {y}?",
            "Put the ages of {x} and {y} together: what is it?",
        ),
        more=(
            "How many years older is {x} than {y}?", "age of {x} minus age of {y}?",
            "How much older than {y} is {x}?", "By how many years is {y} younger than {x}?",
            "How many years lie between {x} and {y}?",
        ),
        most=(
            "Who is older, {x} or {y}?", "older: {x} or {y}?", "{x} or {y}, who is the older one?",
            "Is {x} or {y} older?", "Of {x} and {y}, who was born first?",
        ),
    ),
    "price": Amount(
        subjects=_BELONGINGS,
        says=("{x} costs {v} euros.", "The price of {x} is {v} euros.", "{x} is {v} euros."),
        total=(
            "How many euros do {x} and {y} cost together?", "price of {x} plus price of {y}?",
            "I take {x} and {y}. How many euros is that?", "What do I pay for {x} and {y}?",
            "How much do I need for both {x} and {y}?",
        ),
        more=(
            "How many euros more does {x} cost than {y}?", "price of {x} minus price of {y}?",
            "How much dearer than {y} is {x}?", "How many euros do I save with {y} over {x}?",
            "By how much is {y} cheaper than {x}?",
        ),
        most=(
            "Which costs more, {x} or {y}?", "dearer: {x} or {y}?", "{x} or {y}, what costs more?",
            "Is {x} or {y} the dearer one?", "For which do I pay more, {x} or {y}?",
        ),
    ),
    "run": Amount(
        subjects=NAMES,
        says=("{x} ran {v} km.", "{x} did {v} km.", "For {x} it was {v} km."),
        total=(
            "How many km did {x} and {y} run in all?", "km of {x} plus km of {y}?",
            "Add up the km of {x} and {y}.", "How far did {x} and {y} run together, in km?",
            "What is the joint distance of {x} and {y} in km?",
        ),
        more=(
            "How many km more did {x} run than {y}?", "km of {x} minus km of {y}?",
            "How much farther than {y} did {x} run?", "By how many km did {x} outrun {y}?",
            "How many km is {y} short of {x}?",
        ),
        most=(
            "Who ran farther, {x} or {y}?", "more km: {x} or {y}?", "{x} or {y}, who ran more?",
            "Did {x} or {y} run more km?", "Whose way was longer, that of {x} or {y}?",
        ),
    ),
    "stock": Amount(
        subjects=tuple(f"the {thing}" for thing in THINGS),
        says=("Of {x} there are {v}.", "{x}: {v} left.", "We counted {x}: {v}."),
        total=(
            "How many are {x} and {y} together?", "number of {x} plus number of {y}?",
            "Add {x} and {y}: how many?", "What is the count of {x} and {y} in all?",
            "How many pieces are there of {x} and {y} combined?",
        ),
        more=(
            "How many more are there of {x} than of {y}?", "number of {x} minus number of {y}?",
            "By how many do {x} outnumber {y}?", "How many fewer are {y} than {x}?",
            "How many must we add to {y} to have as many as {x}?",
        ),
        most=(
            "Of which are there more, {x} or {y}?", "more: {x} or {y}?",
            "{x} or {y}, what do we have more of?", "Are there more of {x} or of {y}?",
            "Which count is larger, that of {x} or of {y}?",
        ),
    ),
}  # fmt: skip
"""Numbers that are asked for two at a time."""


def framed(asks: Sequence[str]) -> list[str]:
    """The cores that put one of `asks` before or after a text: test questions in test frames."""
    choices = {
        test: "|".join(ask for i, ask in enumerate(asks) if is_test_core(i) == test)
        for test in (False, True)
    }
    return [
        frame.replace("{query}", f"<{choices[is_test_core(i)]}>") for i, frame in enumerate(FRAMES)
    ]
