"""Weekdays and dates."""

from __future__ import annotations

import calendar
import datetime
import random
from collections.abc import Sequence

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

DAYS = tuple(calendar.day_name)
MONTHS = tuple(calendar.month_name)[1:]
_WEEKDAY = {
    "after": (
        "What day is it {n} days after {day}?",
        "Today is {day}. What day is it in {n} days?",
        "{day} + {n} days?",
        "If today is {day}, which day is it {n} days from now?",
        "what weekday is {n} days after {day}",
        "It is {day}. Which weekday comes {n} days later?",
        "Starting on {day}, I wait {n} days. What day is it then?",
        "A trip starts on {day} and ends {n} days later. On which day does it end?",
        "Which day of the week follows {day} by {n} days?",
        "From {day}, go {n} days ahead. Which day is that?",
    ),
    "before": (
        "What day is it {n} days before {day}?",
        "Today is {day}. What day was it {n} days ago?",
        "{day} - {n} days?",
        "If today is {day}, which day was it {n} days ago?",
        "what weekday is {n} days before {day}",
        "It is {day}. Which weekday was {n} days earlier?",
        "The letter came on {day} and was sent {n} days before. On which day was it sent?",
        "A trip ended on {day} after {n} days. On which day did it start?",
        "Which day of the week is {n} days before {day}?",
        "From {day}, go {n} days back. Which day is that?",
    ),
}
_ADD_DAYS = (
    "What date is {n} days after {date}?",
    "{date} + {n} days?",
    "Today is {date}. What is the date in {n} days?",
    "which date comes {n} days after {date}",
    "Add {n} days to {date}.",
    "If today is {date}, what date is it {n} days from now?",
    "A trip starts on {date} and ends {n} days later. On what date does it end?",
    "It is {date}. What will the date be {n} days later?",
    "{n} days from {date}: which date?",
    "Count {n} days on from {date}. Which date is it?",
    "A parcel sent on {date} takes {n} days. On what date does it arrive?",
    "The bill of {date} is due {n} days later. On which date is it due?",
    "date {n} days after {date}",
    "I start on {date}. Which date is it after {n} days?",
    "Work out the date {n} days after {date}.",
)
_DAYS_BETWEEN = (
    "How many days are there from {a} to {b}?",
    "days from {a} to {b}?",
    "How many days is it from {a} until {b}?",
    "{a} to {b}, how many days",
    "How many days pass between {a} and {b}?",
    "Today is {a}. How many days until {b}?",
    "Count the days from {a} to {b}.",
    "How many days after {a} is {b}?",
    "If it is {a} now, in how many days is it {b}?",
    "How many days lie from {a} to {b}?",
    "My holiday is on {b}. Today is {a}. How many days to go?",
    "What is the number of days from {a} to {b}?",
    "A plant was set on {a} and flowered on {b}. How many days did it take?",
    "number of days: {a} to {b}",
    "The job lasts from {a} to {b}. How many days later does it end?",
)


def _weekday(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((2, 6), (3, 14), (8, 30), (20, 70), (50, 300)), level)
    start = rng.randrange(7)
    after = rng.random() < 0.6
    step = 1 if after else -1
    path = [DAYS[(start + step * i) % 7] for i in range(n % 7 + 1)]
    weeks = traces.rest_of(n, 7) if n >= 7 else ""
    walk = f"{DAYS[start]} {'+' if after else '-'}{n % 7}: {' '.join(path)}"
    return Solved(
        key=f"{DAYS[start]}{n * step:+d}",
        answer=path[-1],
        low=f"{n}=7*{n // 7}+{n % 7}",
        high=traces.join([weeks, walk, path[-1]]),
        slots={"n": n, "day": DAYS[start]},
        variant="after" if after else "before",
    )


def _date(rng: random.Random, *, first: int = 1, last: int = 365) -> datetime.date:
    """A date in a year from 2001 to 2030, between two days of that year."""
    year = rng.randint(2001, 2030)
    return datetime.date(year, 1, 1) + datetime.timedelta(rng.randint(first, last) - 1)


def _leap_matters(start: datetime.date, end: datetime.date) -> bool:
    """Whether the end of a February lies between two dates."""
    return any(
        start < datetime.date(year, 3, 1) and end > datetime.date(year, 2, 28)
        for year in (start.year, end.year)
    )


def _written(rng: random.Random, dates: Sequence[datetime.date], *, with_year: bool) -> list[str]:
    """Write dates in one style."""
    month_first = rng.random() < 0.4
    texts = []
    for date in dates:
        name = MONTHS[date.month - 1]
        text = f"{name} {date.day}" if month_first else f"{date.day} {name}"
        comma = "," if month_first else ""
        texts.append(f"{text}{comma} {date.year}" if with_year else text)
    return texts


def _add_days(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((2, 9), (3, 20), (10, 30), (20, 60), (40, 99)), level)
    start = _date(rng)
    end = start + datetime.timedelta(n)
    answer = f"{end.day} {MONTHS[end.month - 1]}"
    with_year = _leap_matters(start, end)
    year, month, day = start.year, start.month, start.day + n
    steps = [traces.plus(start.day, n)]
    while day > (length := calendar.monthrange(year, month)[1]):
        steps.append(f"{MONTHS[month - 1]} has {length}: {day}-{length}={day - length}")
        day -= length
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return Solved(
        key=f"{start if with_year else start.strftime('%m-%d')}+{n}",
        answer=answer,
        low=f"{start.day}+{n}={start.day + n}",
        high=traces.join([*steps, answer]),
        slots={"n": n, "date": _written(rng, [start], with_year=with_year)[0]},
    )


def _days_between(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((2, 20), (5, 40), (20, 75), (40, 120), (100, 200)), level)
    start = _date(rng, last=365 - n)
    end = start + datetime.timedelta(n)
    with_year = _leap_matters(start, end)
    a, b = _written(rng, [start, end], with_year=with_year)
    steps, count = [], 0
    if start.month == end.month:
        steps.append(traces.minus(end.day, start.day))
    else:
        length = calendar.monthrange(start.year, start.month)[1]
        count = length - start.day
        steps.append(f"{MONTHS[start.month - 1]} {length}-{start.day}={count}")
        for month in range(start.month + 1, end.month):
            length = calendar.monthrange(start.year, month)[1]
            steps.append(f"{MONTHS[month - 1]} {count}+{length}={count + length}")
            count += length
        steps.append(f"{MONTHS[end.month - 1]} {count}+{end.day}={n}")
    return Solved(
        key=f"{start}>{end}" if with_year else f"{start:%m-%d}>{end:%m-%d}",
        answer=str(n),
        low=steps[0].split(":")[0],
        high=traces.join(steps),
        slots={"a": a, "b": b},
    )


FAMILIES = (
    family("weekday", _weekday, _WEEKDAY, "exact"),
    family("add_days", _add_days, _ADD_DAYS, "exact"),
    family("days_between", _days_between, _DAYS_BETWEEN),
)
