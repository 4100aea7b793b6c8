"""What the tools that look something up know about: names, things and how people ask for them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from trinity.train.chat_refusals import TOPICS as CHAT_TOPICS
from trinity.train.items import Split
from trinity.train.reasoning.lexicon import NAMES
from trinity.train.tools import CALCULATE, CONVERT, make_tool
from trinity.train.wordings import choose, choose_core
from trinity.types import Tool

GOODS = tuple(
    """
    lamp chair desk sofa carpet mirror kettle toaster blender camera tablet laptop phone monitor
    keyboard mouse printer drone radio watch bicycle scooter helmet tent backpack jacket sweater
    coat scarf umbrella teapot vase pillow blanket curtain ladder hammer drill saw shovel bucket
    guitar violin trumpet drum puzzle kite doll globe telescope microscope notebook calendar
    """.split()
)
"""Things that shops sell."""

FOODS = tuple(
    """
    banana apple muffin bagel pancake waffle sandwich burger salad omelette risotto lasagne taco
    burrito pretzel croissant doughnut brownie cookie pizza soup mango avocado pear peach
    """.split()
)
PLACES = tuple(
    """
    museum library bakery pharmacy zoo cinema theatre gym market castle aquarium cafe bank
    garage florist butcher bookshop planetarium gallery pool
    """.split()
)
CITIES, COUNTRIES = CHAT_TOPICS["city"], CHAT_TOPICS["country"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One sort of fact that a tool finds by name."""

    nouns: tuple[str, ...]
    """What the tool may be called after; the last one is for the test split alone."""
    about: str
    """The tool's description, where it has one."""
    parameters: tuple[str, ...]
    """What its parameter may be called, or its two."""
    things: tuple[str, ...]
    asked: str
    """The fact as a noun; `{x}` (and `{y}`) are the things."""
    clause: str
    """The fact as a clause: completes "tell me ..."."""
    cores: tuple[str, ...]
    """Ways to ask for it that fit no other topic; a multiple of five."""
    named: str = "{x}"
    """A thing in a sentence."""
    low: int = 0
    high: int = 0
    units: tuple[str, ...] = ()
    """For facts that are numbers."""
    texts: tuple[str, ...] = ()
    """For facts that are not."""
    more: tuple[str, str] = ("", "")
    """Words for the thing of which there is more, and less: "taller", "shorter"."""

    def value(self, rng: random.Random, unit: str) -> str:
        """A fact, in `unit` where it is a number."""
        if self.texts:
            return choose(rng, self.texts)
        return f"{rng.randint(self.low, self.high)} {unit}".strip()


_TOOL_NAMES = (
    "get_{noun}", "<find|lookup|look_up>_{noun}", "{noun}_of", "<fetch|read|load>_{noun}",
    "<query|tell>_{noun}", "{noun}", "{noun}_<lookup|info|data>", "<search|show>_{noun}",
    "<shop|my|db|api>_{noun}", "<check|ask>_{noun}",
)  # fmt: skip

ASK = (
    "What is {asked}?", "Look up {asked}.", "Tell me {asked}.", "{asked}?",
    "Do you know {asked}?", "what's {asked}", "I need {asked}.", "Give me {asked}.",
    "<Could|Can|Would> you <look up|find|check|get> {asked}<| for me>?",
    "<I'd like|I want|I have> to know {asked}.", "Find {asked}.", "find out {asked} for me",
    "<My boss|My sister|A friend|Somebody> <asks|wants to know|is asking> {asked}. <Help|Check>.",
    "<I wonder|I am wondering|I keep wondering> about {asked}. <What is it|Can you check>?",
    "{asked}, <please|do you have it|quickly please|if you can find it>",
    "<I forgot|I can't remember|I never remember> {asked}. <Look it up|What is it>?",
    "<Check|Please check|Just check> {asked}<| for me| again| now>.",
    "<Before I go out|For my notes|For a list I make>, <I need|tell me|what is> {asked}.",
    "<Do we know|Does the tool know|Is there a record of> {asked}? <Tell me|Please look>.",
    "<Use a tool|Use your tools|Use what you have> to <find|get> {asked}.",
    "<We're arguing|We have a bet> about {asked}. <What is it really|Who is right? Check it>.",
    "<Show|Get|Fetch|Bring> me {asked}<|, please|, would you>.",
    "<Sorry to ask|Quick thing|One thing>, <what is|what's> {asked}?",
    "<Fill this in for me|Complete my form|Missing in my table>: {asked}",
    "<Somebody|Anna|The client> is on the phone <and wants|asking for> {asked}.",
)  # fmt: skip
"""Ways to ask for any fact as a noun."""

ASK_CLAUSE = (
    "Tell me {clause}.", "Do you know {clause}?", "I <wonder|want to know|need to know> {clause}.",
    "<Can|Could|Would> you <tell me|find out|check|look up> {clause}?",
    "<Please find out|Find out|Look up|Check> {clause}<|, please>.",
    "i have no idea {clause}<, help|, do you|. can you check>",
    "<Somebody|My neighbour|My daughter|A customer> <asked|wants to know> {clause}.",
    "<Let me know|Say|Show me|Let's see> {clause}.",
    "<Is it known|Any idea|Do your tools know> {clause}?",
    "<I was asked|They ask me|I'd love to know|I'd like to hear> {clause}. <Help|Look|Can you>?",
)  # fmt: skip
"""Ways to ask for any fact as a clause."""


TOPICS = (
    Topic(
        nouns=("price", "cost", "item_price", "retail_price"),
        about="Price of an item in the shop.",
        parameters=("item", "product", "name", "article"),
        things=GOODS,
        named="the {x}",
        asked="the price of the {x}",
        clause="what the {x} costs",
        cores=(
            "How much <is|does it cost to buy> the {x}?", "What does the {x} cost<| today| now>?",
            "How <expensive|dear> is the {x}?", "I want to buy the {x}. How much <is it|do I pay>?",
            "what do <I|we> pay for the {x}",
        ),
        low=2, high=300, units=("euros", "dollars", "pounds"), more=("more expensive", "cheaper"),
    ),
    Topic(
        nouns=("stock", "inventory", "quantity", "units_left"),
        about="How many are in stock.",
        parameters=("item", "product", "sku", "article"),
        things=GOODS,
        named="the {x}",
        asked="the stock of the {x}",
        clause="how many of the {x} are left",
        cores=(
            "How many of the {x} <do we have|are in stock|are left>?",
            "Is the {x} in stock, and how many <are there|do we have>?",
            "Stock of the {x}?", "We may run out of the {x}. How many are <left|there>?",
            "How many {x} units <are on the shelf|remain>?",
        ),
        low=0, high=500, units=("", "pieces"), more=("better stocked", "scarcer"),
    ),
    Topic(
        nouns=("weather", "forecast", "weather_report", "sky"),
        about="Weather in a city.",
        parameters=("city", "place", "town", "location"),
        things=CITIES,
        asked="the weather in {x}",
        clause="how the weather is in {x}",
        cores=(
            "What is the weather <like |>in {x}<| now>?", "Is it <raining|sunny|cold> in {x}?",
            "How's the weather <in|over in> {x}?", "I fly to {x}. What weather <is there|is it>?",
            "Do I need <an umbrella|a coat|a hat> in {x}?",
        ),
        texts=("<sun|rain|snow|fog|wind|clouds|storms|hail>, <2|5|7|9|11|14|18|21|24|27|30> C",),
    ),
    Topic(
        nouns=("altitude", "elevation", "height_above_sea", "metres_up"),
        about="Height of a city above the sea.",
        parameters=("city", "place", "town", "where"),
        things=CITIES,
        asked="the altitude of {x}",
        clause="how high {x} lies above the sea",
        cores=(
            "How high <is|lies> {x}<| above the sea>?", "How many metres up is {x}?",
            "altitude {x} <in metres|please|?>", "Is {x} on a hill? How high is it?",
            "How far above the sea is {x} built?",
        ),
        low=1, high=2400, units=("m", "metres"), more=("higher up", "lower"),
    ),
    Topic(
        nouns=("distance", "route_length", "road_distance", "way"),
        about="Distance between two cities.",
        parameters=("from to", "start end", "origin destination", "a b"),
        things=CITIES,
        asked="the distance from {x} to {y}",
        clause="how far it is from {x} to {y}",
        cores=(
            "How far is <it from |>{x} <to|from> {y}?", "How long is the road from {x} to {y}?",
            "{x} to {y}, <how far|what distance>?",
            "We drive from {x} to {y}. How <long|far> is that?",
            "How many kilometres <lie between|separate> {x} and {y}?",
        ),
        low=40, high=2500, units=("km",),
    ),
    Topic(
        nouns=("population", "inhabitants", "people_count", "headcount"),
        about="How many people live in a country.",
        parameters=("country", "name", "nation", "place"),
        things=COUNTRIES,
        asked="the population of {x}",
        clause="how many people live in {x}",
        cores=(
            "How many people <live|are there> in {x}?", "How many inhabitants does {x} have?",
            "How <big|populous> is {x}?", "People in {x}, <how many|the number>?",
            "How many <live|have their home> in {x}?",
        ),
        low=2, high=300, units=("million",), more=("more populous", "less populous"),
    ),
    Topic(
        nouns=("phone", "phone_number", "extension", "tel"),
        about="Phone number of a person.",
        parameters=("name", "person", "who", "employee"),
        things=NAMES,
        asked="the phone number of {x}",
        clause="which phone number {x} has",
        cores=(
            "How can I <call|ring|phone> {x}?", "I <want|have> to <call|ring> {x}. Which number?",
            "{x}'s <number|phone>?", "Under which number do I reach {x}?",
            "<Number|Phone number> for {x}, please.",
        ),
        texts=("555-<1|2|3|4|5|6|7|8|9><1|3|5|7|9><0|2|4|6|8><1|2|3|4|5|6|7|8|9>",),
    ),
    Topic(
        nouns=("room", "office", "desk_location", "seat"),
        about="In which room a person works.",
        parameters=("name", "person", "employee", "who"),
        things=NAMES,
        asked="the room of {x}",
        clause="which room {x} is in",
        cores=(
            "Where <is|sits|works> {x}?", "In which <room|office> does {x} <sit|work>?",
            "Where can I find {x}?", "I have a <parcel|letter> for {x}. Which room?",
            "Which <door|room> is {x}'s?",
        ),
        texts=("<A|B|C|D|E|F><1|2|3|4|5|6|7|8|9><0|1|2|3|4><1|2|3|4|5|6|7|8|9>",),
    ),
    Topic(
        nouns=("age", "person_age", "years", "how_old"),
        about="Age of a person.",
        parameters=("name", "person", "who", "member"),
        things=NAMES,
        asked="the age of {x}",
        clause="how old {x} is",
        cores=(
            "How old is {x}<| now>?", "how many years old is {x}",
            "{x} has a birthday. How old is {x}?", "{x}: <age|how old>?",
            "Is {x} an adult? How old <exactly|is that>?",
        ),
        low=3, high=90, units=("", "years"), more=("older", "younger"),
    ),
    Topic(
        nouns=("hours", "opening_hours", "schedule", "open_times"),
        about="When a place is open.",
        parameters=("place", "name", "shop", "venue"),
        things=PLACES,
        named="the {x}",
        asked="the opening hours of the {x}",
        clause="when the {x} is open",
        cores=(
            "When <is|will> the {x} <open|be open>?", "When does the {x} open and close?",
            "Is the {x} still open? When?", "We want to visit the {x}. When can we <go|come>?",
            "From when to when is the {x} open?",
        ),
        texts=("<7|8|9|10|11> to <12|14|16|17|18|19|20|22>", "closed today"),
    ),
    Topic(
        nouns=("calories", "energy", "kcal", "food_energy"),
        about="Calories of a food.",
        parameters=("food", "dish", "name", "meal"),
        things=FOODS,
        named="a {x}",
        asked="the calories of a {x}",
        clause="how many calories a {x} has",
        cores=(
            "How many calories <has|are in> a {x}?", "How <rich|heavy> is a {x}, in calories?",
            "I ate a {x}. How many calories <was that|is that>?", "calories {x}",
            "Is a {x} fattening? How many calories?",
        ),
        low=30, high=900, units=("kcal",), more=("richer", "lighter"),
    ),
    Topic(
        nouns=("weight", "mass", "item_weight", "heaviness"),
        about="Weight of an item.",
        parameters=("item", "thing", "parcel", "object"),
        things=GOODS,
        named="the {x}",
        asked="the weight of the {x}",
        clause="what the {x} weighs",
        cores=(
            "How heavy is the {x}?", "How much does the {x} weigh?",
            "Can I carry the {x}? What does it weigh?", "{x}, <how heavy|weight>?",
            "What does the scale say for the {x}?",
        ),
        low=1, high=60, units=("kg", "pounds"), more=("heavier", "lighter"),
    ),
    Topic(
        nouns=("capital", "capital_city", "seat_of_government", "main_city"),
        about="Capital of a country.",
        parameters=("country", "nation", "of", "name"),
        things=COUNTRIES,
        asked="the capital of {x}",
        clause="which city is the capital of {x}",
        cores=(
            "Which city is the capital of {x}?", "Which is {x}'s capital?",
            "From which city is {x} governed?", "{x}'s capital <is|would be> <which|what>?",
            "Name the <capital|main city> of {x}.",
        ),
        texts=tuple(CITIES),
    ),
    Topic(
        nouns=("order_status", "delivery", "shipment", "parcel_state"),
        about="Where an order is.",
        parameters=("order", "number", "id", "order_id"),
        things=tuple(f"{letter}{number}" for letter in "ABCKRT" for number in range(104, 990, 37)),
        asked="the status of order {x}",
        clause="where my order {x} is",
        cores=(
            "Where is <my |>order {x}?", "Has order {x} <arrived|been sent|left>?",
            "When will I get order {x}?", "My parcel {x} is late. <Where is it|What happened>?",
            "Is there news <of|about> order {x}?",
        ),
        texts=("sent on <Monday|Tuesday|Friday>", "<packed|paid|lost|delivered|delayed>"),
    ),
    Topic(
        nouns=("flight_time", "duration", "flight_length", "time_in_air"),
        about="Minutes of a flight to a city.",
        parameters=("city", "to", "destination", "target"),
        things=CITIES,
        asked="the flight time to {x}",
        clause="how long the flight to {x} takes",
        cores=(
            "How long is the flight to {x}?", "How many minutes <is|takes> the flight to {x}?",
            "How long do we fly to {x}?", "I'm flying to {x}. How long <will it take|is that>?",
            "Is {x} a long flight? How many minutes?",
        ),
        low=40, high=600, units=("minutes",), more=("longer to fly to", "quicker to fly to"),
    ),
)  # fmt: skip
"""All sorts of facts."""

NUMERIC = tuple(topic for topic in TOPICS if topic.more[0])
"""Facts that can be added and compared."""


@cache
def cores_of(topic: Topic) -> tuple[str, ...]:
    """All ways to ask for a fact of `topic`; the lists keep their place within every five."""
    nouns = (core.replace("{asked}", topic.asked) for core in ASK)
    clauses = (core.replace("{clause}", topic.clause) for core in ASK_CLAUSE)
    return (*topic.cores, *nouns, *clauses)


def tool_for(rng: random.Random, split: Split, topic: Topic) -> Tool:
    """A tool that knows `topic`, under some name; the test split has names of its own."""
    noun = topic.nouns[-1] if split is Split.TEST else rng.choice(topic.nouns[:-1])
    name = choose_core(rng, split, _TOOL_NAMES).format(noun=noun)
    parameters = dict.fromkeys(rng.choice(topic.parameters).split(), "string")
    about = topic.about if rng.random() < 0.6 else ""
    return make_tool(name, about, parameters, required=rng.random() < 0.5)


def draw_things(rng: random.Random, topic: Topic) -> list[str]:
    """What a question about `topic` names: one thing, or two."""
    return rng.sample(topic.things, len(topic.parameters[0].split()))


def other_tools(rng: random.Random, split: Split, level: int, *used: Topic) -> list[Tool]:
    """Tools that know none of the topics `used`: the more, the higher the level."""
    topics = [topic for topic in TOPICS if topic not in used]
    tools = [tool_for(rng, split, topic) for topic in rng.sample(topics, 2)]
    tools += [rng.choice((CALCULATE, CONVERT))]
    rng.shuffle(tools)
    return tools[: (0, 1, 2, 2, 2)[level - 1]]


def offered(rng: random.Random, *tools: Tool, others: Sequence[Tool]) -> tuple[Tool, ...]:
    """`tools` with some of `others`, three at most in all, in any order and no name twice."""
    chosen = list(tools)
    for other in rng.sample(others, rng.randint(0, min(len(others), 3 - len(tools)))):
        if other.name not in {tool.name for tool in chosen}:
            chosen.append(other)
    rng.shuffle(chosen)
    return tuple(chosen)
