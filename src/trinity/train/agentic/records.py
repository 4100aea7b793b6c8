"""Short texts that hold a few facts, and the facts as JSON values. Called by the JSON exercises."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trinity.train.agentic.topics import CITIES, COUNTRIES, FOODS, GOODS, PLACES
from trinity.train.reasoning.exercise import listed
from trinity.train.reasoning.lexicon import NAMES
from trinity.train.wordings import choose

Draw = Callable[[random.Random], tuple[Any, str]]
"""A value, and how a text says it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a record."""

    slot: str
    """Its place in the texts."""
    keys: tuple[str, ...]
    """What a caller may name it."""
    kind: str
    """Its JSON type."""
    draw: Draw


@dataclass(frozen=True, slots=True)
class Record:
    """One sort of text."""

    name: str
    fields: tuple[Field, ...]
    texts: tuple[str, ...]
    """Each says all the facts; every fifth is for the test split alone."""


@dataclass(frozen=True, slots=True)
class One:
    """One of some words, as it stands."""

    words: tuple[str, ...]

    def __call__(self, rng: random.Random) -> tuple[Any, str]:
        """Draw it."""
        word = rng.choice(self.words)
        return word, word


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    low: int
    high: int

    def __call__(self, rng: random.Random) -> tuple[Any, str]:
        """Draw it."""
        number = rng.randint(self.low, self.high)
        return number, str(number)


@dataclass(frozen=True, slots=True)
class Decimal:
    """A number with one place behind the point, or none."""

    low: int
    high: int

    def __call__(self, rng: random.Random) -> tuple[Any, str]:
        """Draw it."""
        number = rng.randint(self.low * 10, self.high * 10) / 10
        value = int(number) if number == int(number) else number
        return value, str(value)


@dataclass(frozen=True, slots=True)
class Either:
    """True or false, each in some words."""

    true: str
    false: str

    def __call__(self, rng: random.Random) -> tuple[Any, str]:
        """Draw it."""
        value = rng.random() < 0.5
        return value, choose(rng, [self.true if value else self.false])


@dataclass(frozen=True, slots=True)
class Some:
    """Two or three of some words."""

    words: tuple[str, ...]

    def __call__(self, rng: random.Random) -> tuple[Any, str]:
        """Draw them."""
        words = rng.sample(self.words, rng.randint(2, 3))
        return words, listed(rng, words)


_COLOURS = tuple("red blue green black white grey brown yellow pink orange".split())
_HOBBIES = tuple(
    "chess tennis sailing painting cooking running dancing reading skiing yoga".split()
)
_DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
_JOBS = tuple("nurse baker pilot teacher plumber lawyer farmer waiter chemist tailor".split())
_SENSORS = tuple(f"{letter}{number}" for letter in "ABKSTX" for number in range(1, 10))
_TOPPINGS = tuple("cheese ham olives onions salt pepper basil garlic cream butter rice".split())
_PETS = tuple("cat dog rabbit hamster parrot pony turtle goat goose duck".split())
_EVENTS = tuple("concert meeting workshop party lecture wedding exam picnic race play".split())


RECORDS = (
    Record(
        "order",
        (
            Field("who", ("customer", "name", "buyer"), "string", One(NAMES)),
            Field("item", ("item", "product", "article"), "string", One(GOODS)),
            Field("count", ("quantity", "count", "number"), "integer", Whole(2, 60)),
            Field("price", ("price", "unit_price", "cost"), "number", Decimal(2, 200)),
            Field("paid", ("paid", "is_paid"), "boolean",
                  Either("<paid already|it is paid|payment received>",
                         "<not paid yet|still unpaid|no payment so far>")),
        ),
        (
            "{who} ordered {count} x {item} at {price} euros each, {paid}.",
            "Order: {count} of the {item}, {price} dollars a piece. Customer {who}, {paid}.",
            "Hi, {who} here. I take {count} times the {item} for {price} each ({paid}).",
            "{item}, {count} pieces, {price} euros each, for {who}. Note: {paid}.",
            "From the shop: {paid}; buyer is {who}; {count} units of {item}; unit price {price}.",
            "We sent {count} of {item} to {who}. One costs {price}. Status: {paid}.",
        ),
    ),
    Record(
        "person",
        (
            Field("who", ("name", "person", "first_name"), "string", One(NAMES)),
            Field("age", ("age", "years"), "integer", Whole(5, 90)),
            Field("city", ("city", "town", "lives_in"), "string", One(CITIES)),
            Field("job", ("job", "work", "profession"), "string", One(_JOBS)),
            Field("likes", ("hobbies", "likes", "interests"), "array", Some(_HOBBIES)),
            Field("married", ("married", "is_married"), "boolean",
                  Either("<married|has a spouse>", "<not married|single|unmarried>")),
        ),
        (
            "{who} is {age}, {married}, a {job} in {city} and likes {likes}.",
            "Meet {who} from {city}: a {job} of {age} years, {married}, fond of {likes}.",
            "My name is {who}. Job: {job}. I'm {age} ({married}), home is {city}. I love {likes}.",
            "In {city} lives {who}, {age} years old, {married}. Works as a {job}; enjoys {likes}.",
            "About {who}: age {age}, town {city}, {married}, works as a {job}. Free time: {likes}.",
            "{likes}: that is what {who}, {age}, a {job} in {city}, does after work ({married}).",
        ),
    ),
    Record(
        "event",
        (
            Field("what", ("event", "title", "what"), "string", One(_EVENTS)),
            Field("day", ("day", "date", "weekday"), "string", One(_DAYS)),
            Field("hour", ("hour", "start", "begins"), "integer", Whole(8, 22)),
            Field("where", ("place", "venue", "where"), "string", One(PLACES)),
            Field("free", ("free", "is_free"), "boolean",
                  Either("<entry is free|it costs nothing|free of charge>",
                         "<tickets needed|you have to pay|not free>")),
            Field("people", ("guests", "people", "seats"), "integer", Whole(10, 400)),
        ),
        (
            "The {what} is on {day} at {hour} in the {where}, for {people} people; {free}.",
            "{day}, {hour} o'clock: {what} at the {where}. {people} seats, {free}.",
            "Come to our {what}! {where}, {day}, from {hour}. We expect {people} guests ({free}).",
            "At the {where} there is a {what} on {day}. Start: {hour}; {free}; {people} come.",
            "Plan for {day}: {what}, {where}, {hour} h, {people} guests, {free}.",
            "{people} people come to the {where} for the {what}, {day} at {hour}; {free}.",
        ),
    ),
    Record(
        "reading",
        (
            Field("id", ("sensor", "id", "device"), "string", One(_SENSORS)),
            Field("temp", ("temperature", "temp", "celsius"), "number", Decimal(1, 40)),
            Field("humid", ("humidity", "moisture"), "integer", Whole(10, 99)),
            Field("ok", ("ok", "working", "healthy"), "boolean",
                  Either("<all fine|works well|no fault>", "<faulty|broken|has a fault>")),
            Field("where", ("room", "location", "place"), "string",
                  One(("cellar", "kitchen", "attic", "garage", "hall", "office", "stable"))),
        ),
        (
            "Sensor {id} in the {where}: {temp} C, humidity {humid} %, {ok}.",
            "{where}: {temp} degrees and {humid} percent humidity, says sensor {id} ({ok}).",
            "[{id}] temp={temp} hum={humid} loc={where} state: {ok}",
            "We read {temp} C at {id} ({where}); the air holds {humid} % water; {ok}.",
            "{id}, {ok}, {where}, {temp} C, {humid} %",
            "Humidity is {humid} % and it is {temp} C in the {where}. Device {id}: {ok}.",
        ),
    ),
    Record(
        "dish",
        (
            Field("dish", ("dish", "name", "recipe"), "string", One(FOODS)),
            Field("needs", ("ingredients", "needs", "parts"), "array", Some(_TOPPINGS)),
            Field("minutes", ("minutes", "time", "duration"), "integer", Whole(5, 120)),
            Field("people", ("servings", "people", "serves"), "integer", Whole(1, 12)),
            Field("vegan", ("vegan", "is_vegan"), "boolean",
                  Either("<vegan|it is vegan>", "<not vegan|no vegan dish>")),
        ),
        (
            "For a {dish} take {needs}. It takes {minutes} minutes and serves {people}; {vegan}.",
            "{dish} ({vegan}): {needs}; ready in {minutes} minutes, enough for {people}.",
            "{people} people eat well from this {dish} with {needs}: {minutes} min, {vegan}.",
            "Tonight: {dish}. Needs {needs} and {minutes} minutes. Serves {people}. It's {vegan}.",
            "Cook {minutes} minutes. You need {needs}. Gives one {dish} for {people}, {vegan}.",
        ),
    ),
    Record(
        "trip",
        (
            Field("who", ("passenger", "name", "traveller"), "string", One(NAMES)),
            Field("start", ("from", "start", "origin"), "string", One(CITIES[:15])),
            Field("goal", ("to", "destination", "goal"), "string", One(CITIES[15:])),
            Field("day", ("day", "leaves", "date"), "string", One(_DAYS)),
            Field("fare", ("fare", "price", "cost"), "number", Decimal(20, 400)),
            Field("window", ("window", "window_seat"), "boolean",
                  Either("<window seat|at the window>", "<aisle seat|no window seat>")),
        ),
        (
            "{who} flies from {start} to {goal} on {day} for {fare} euros, {window}.",
            "Ticket: {start} - {goal}, {day}, {window}, {fare} EUR, passenger {who}.",
            "On {day} {who} goes to {goal}. The train leaves {start}; fare {fare}; {window}.",
            "{fare} dollars for {who}: {start} to {goal}, {day}, {window}.",
            "Booking of {who} ({window}): leaves {start} on {day}, arrives in {goal}, pays {fare}.",
        ),
    ),
    Record(
        "pet",
        (
            Field("name", ("name", "pet", "called"), "string",
                  One(("Rex", "Luna", "Milo", "Coco", "Fluffy", "Rocky", "Daisy", "Bingo"))),
            Field("kind", ("animal", "kind", "species"), "string", One(_PETS)),
            Field("age", ("age", "years"), "integer", Whole(1, 20)),
            Field("colours", ("colours", "colors", "fur"), "array", Some(_COLOURS)),
            Field("tame", ("tame", "friendly"), "boolean",
                  Either("<tame|friendly>", "<wild|shy|not tame>")),
            Field("weight", ("weight", "kg"), "number", Decimal(1, 40)),
        ),
        (
            "{name} is a {tame} {kind} of {age} years and {weight} kg, {colours}.",
            "Lost: {kind}, answers to {name}, {colours}, {age} years, {weight} kg, {tame}.",
            "Our {kind} {name} weighs {weight} kg, is {age} and {tame}. Colours: {colours}.",
            "The vet saw {name} ({kind}, {age} years): {weight} kg, {colours}, {tame}.",
            "A {colours} {kind} named {name}, aged {age}, {weight} kg heavy, {tame}.",
        ),
    ),
    Record(
        "team",
        (
            Field("country", ("team", "country", "side"), "string", One(COUNTRIES)),
            Field("goals", ("goals", "scored"), "integer", Whole(0, 9)),
            Field("points", ("points",), "integer", Whole(0, 90)),
            Field("players", ("players", "scorers", "stars"), "array", Some(NAMES)),
            Field("won", ("won", "victory"), "boolean",
                  Either("<they won|a win>", "<they lost|no win|a defeat>")),
        ),
        (
            "{country} scored {goals} goals by {players} and has {points} points; {won}.",
            "Match report: {won} for {country}, {goals} goals ({players}), {points} points now.",
            "{players} play for {country}. Goals: {goals}. Points: {points}. Result: {won}.",
            "With {goals} goals, {country} stands at {points} points. Best: {players}. {won}.",
            "{points} points, {goals} goals, {players}: that is {country} ({won}).",
        ),
    ),
)  # fmt: skip
"""All sorts of records."""
