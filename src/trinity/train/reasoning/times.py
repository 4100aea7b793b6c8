"""Clock times and units of measure."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_TIME_AFTER = (
    "What time is it {span} after {t}?",
    "{t} + {span}?",
    "It is {t}. What time is it in {span}?",
    "what time is {span} after {t}",
    "A film starts at {t} and lasts {span}. When does it end?",
    "A train leaves at {t} and travels {span}. When does it arrive?",
    "Add {span} to {t}.",
    "If it is {t} now, what time will it be in {span}?",
    "The class begins at {t} and takes {span}. At what time is it over?",
    "I leave at {t} and walk for {span}. When do I arrive?",
    "{span} after {t} is what time?",
    "The oven goes on at {t} for {span}. At what time is it done?",
    "time now {t}, time in {span}?",
    "The clock shows {t}. What does it show {span} later?",
    "Start {t}, duration {span}. When is the end?",
)
_TIME_BETWEEN = (
    "How many minutes are there from {a} to {b}?",
    "minutes from {a} to {b}?",
    "A film runs from {a} to {b}. How many minutes is that?",
    "{a} to {b}, how many minutes",
    "How many minutes pass between {a} and {b}?",
    "A train leaves at {a} and arrives at {b}. How many minutes does it take?",
    "It is {a}. How many minutes until {b}?",
    "How many minutes is it from {a} until {b}?",
    "The lesson goes from {a} to {b}. How long is it in minutes?",
    "How long is it from {a} to {b} in minutes?",
    "Count the minutes from {a} to {b}.",
    "I slept from {a} to {b}. How many minutes is that?",
    "What is the time from {a} to {b} in minutes?",
    "number of minutes: {a} to {b}",
    "Start {a}, end {b}. How many minutes?",
)
_UNITS = (
    "How many {to} are {n} {unit}?",
    "{n} {unit} in {to}?",
    "Convert {n} {unit} to {to}.",
    "{n} {unit} = ? {to}",
    "What is {n} {unit} in {to}?",
    "how many {to} in {n} {unit}",
    "Change {n} {unit} into {to}.",
    "{n} {unit} to {to}",
    "Express {n} {unit} in {to}.",
    "How many {to} make {n} {unit}?",
    "Write {n} {unit} in {to}.",
    "I have {n} {unit}. How many {to} is that?",
    "Turn {n} {unit} into {to}.",
    "{n} {unit} equals how many {to}?",
    "What do {n} {unit} make in {to}?",
)
_FACTORS = (
    ("cm", "mm", 10),
    ("m", "cm", 100),
    ("km", "m", 1000),
    ("kg", "g", 1000),
    ("litres", "ml", 1000),
    ("hours", "minutes", 60),
    ("minutes", "seconds", 60),
    ("days", "hours", 24),
    ("weeks", "days", 7),
    ("euros", "cents", 100),
    ("dollars", "cents", 100),
    ("years", "months", 12),
    ("dozen", "pieces", 12),
    ("tonnes", "kg", 1000),
    ("dm", "cm", 10),
    ("feet", "inches", 12),
    ("yards", "feet", 3),
)


def clock(minutes: int) -> str:
    """Minutes since midnight as `08:05`, on a 24-hour clock."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _time_after(rng: random.Random, level: int) -> Solved:
    grain = (30, 15, 5, 1, 1)[level - 1]
    start = rng.randrange(0, 1440 if level == 5 else 1080, grain)
    length = rng.randrange(grain, (120, 180, 300, 360, 720)[level - 1], grain)
    hours, minutes = divmod(length, 60)
    answer = clock(start + length)
    steps = [traces.plus(start % 60, minutes)]
    total, hour = start % 60 + minutes, start // 60 + hours
    if total >= 60:
        steps.append(f"{total}-60={total - 60}; {start // 60}+{hours}+1={hour + 1}")
    else:
        steps.append(f"{start // 60}+{hours}={hour}")
    hour += total >= 60
    if hour >= 24:
        steps.append(f"{hour}-24={hour - 24}")
    return Solved(
        key=f"{clock(start)}+{length}",
        answer=answer,
        low=f"{start % 60}+{minutes}={total}",
        high=traces.join([*steps, answer]),
        slots={"t": clock(start), "span": _span(hours, minutes)},
    )


def _span(hours: int, minutes: int) -> str:
    parts = []
    if hours:
        parts.append(f"{hours} hour{'s' if hours > 1 else ''}")
    if minutes:
        parts.append(f"{minutes} minute{'s' if minutes > 1 else ''}")
    return " and ".join(parts)


def _time_between(rng: random.Random, level: int) -> Solved:
    grain = (30, 15, 5, 1, 1)[level - 1]
    length = rng.randrange(grain, (121, 181, 301, 361, 721)[level - 1], grain)
    start = rng.randrange(0, 1440 - length, grain)
    end = start + length
    if start // 60 == end // 60:
        steps = [traces.minus(end % 60, start % 60)]
    else:
        hours = end // 60 - start // 60
        full = hours * 60 + end % 60
        steps = [
            f"hours {end // 60}-{start // 60}={hours}",
            f"{hours}*60={hours * 60}",
            traces.plus(hours * 60, end % 60) if end % 60 else "",
            traces.minus(full, start % 60) if start % 60 else "",
        ]
    return Solved(
        key=f"{clock(start)}>{clock(end)}",
        answer=str(length),
        low=f"{end // 60 - start // 60} h, {end % 60}-{start % 60} min",
        high=traces.join(steps),
        slots={"a": clock(start), "b": clock(end)},
    )


def _units(rng: random.Random, level: int) -> Solved:
    large, small, factor = rng.choice(_FACTORS)
    n = between(rng, ((2, 10), (2, 20), (5, 50), (10, 99), (20, 300)), level)
    one = "foot" if large == "feet" else large.removesuffix("s")
    fact = f"1 {one}={factor} {small}"
    if rng.random() < 0.5:
        steps, value, shown = traces.times(n, factor), n * factor, (n, large, small)
        low = f"{n}*{factor}"
    else:
        total = n * factor
        steps, value, shown = traces.over(total, factor), n, (total, small, large)
        low = f"{total}/{factor}"
    return Solved(
        key=f"{shown[0]} {shown[1]} {shown[2]}",
        answer=str(value),
        low=low,
        high=f"{fact}; {steps}",
        slots={"n": shown[0], "unit": shown[1], "to": shown[2]},
    )


FAMILIES = (
    family("time_after", _time_after, _TIME_AFTER, "exact"),
    family("time_between", _time_between, _TIME_BETWEEN),
    family("units", _units, _UNITS),
)
