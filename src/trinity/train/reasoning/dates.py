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
        "<Tell me|Say|State|Name> <the weekday|which weekday it is|the day of the week> "
        "{n} days after {day}.",
        "{n} days <from|after|past> {day}, <what|which> <day|weekday> is it?",
        "<Could|Can|Would> you <tell me|work out|say> which <day|weekday> is {n} days after {day}?",
        "<I'd like|I would like|I want> to know the "
        "<weekday|day of the week> {n} days after {day}.",
        "<Count|Go|Move|Step> {n} days <forward|ahead|on> from "
        "{day} and <give|name|write> the <weekday|day>.",
        "<Today's|Today is|It's|Today we have> {day}. "
        "{n} days from <now|today> is <what|which> day?",
        "<day|weekday> {n} days after {day}",
        "A <parcel|letter|package> sent on {day} <arrives|comes|gets here> "
        "{n} days later. On <what|which> weekday?",
        "<My exam|The party|Our trip|The match> is {n} days after {day}. "
        "<Which|What> weekday is <it on|that>?",
        "Which <weekday|day> do we <get to|reach|have> when {n} "
        "days <have passed|are over|go by> after {day}?",
        "<start|begin>: {day}, <later|plus|forward>: {n} days, <weekday|day>?",
        "<After|In> {n} days, counting from {day}, "
        "<what|which> day of the week <is it|will it be>?",
        "<If|When> the <calendar|diary|paper> says {day}, <move|go> on {n} days: which weekday?",
        "Would you mind <working out|naming|finding> the <day|weekday> "
        "that <falls|comes> {n} days after {day}?",
        "The shop <closed|shut> on {day} and <reopens|opens> {n} "
        "days later. <On which|On what|Which> weekday?",
        "I <wonder|was wondering> what <day|weekday> it is {n} days after {day}.",
        "{day}, then {n} days <pass|go by>. <What|Which> day of the week is it <now|then>?",
        "<Find|Determine|Compute|Figure out> the <day of the week|weekday> {n} days after {day}.",
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
        "<Tell me|Say|State|Name> <the weekday|which weekday it was|the day of the week> "
        "{n} days before {day}.",
        "{n} days <before|earlier than|ahead of> {day} is <what|which> <day|weekday>?",
        "<Could|Can|Would> you <tell me|work out|say> which "
        "<day|weekday> is {n} days before {day}?",
        "<I'd like|I would like|I want> to know the "
        "<weekday|day of the week> {n} days before {day}.",
        "<Count|Go|Move|Step> {n} days <back|backwards> from "
        "{day} and <give|name|write> the <weekday|day>.",
        "<Today's|Today is|It's|Today we have> {day}. {n} days ago it was <what|which> day?",
        "<day|weekday> {n} days before {day}",
        "A <parcel|letter|package> came on {day}, {n} days after "
        "<posting|it was sent>. Sent on <what|which> weekday?",
        "The <exam|party|match> is on {day}. <What|Which> weekday "
        "is {n} days <before it|before that|earlier>?",
        "Which <weekday|day> do we <get to|reach|have> when we go {n} days back from {day}?",
        "<start|begin>: {day}, <back|minus|earlier>: {n} days, <weekday|day>?",
        "<If|When> it is {day} now, <what|which> day of the "
        "week was it {n} days <ago|back|earlier>?",
        "Would you mind <working out|naming|finding> the <day|weekday> "
        "that <falls|comes> {n} days before {day}?",
        "The shop <reopened|opened again> on {day}, {n} days after it <closed|shut>. "
        "<On which|On what> weekday did it close?",
        "I <wonder|was wondering> what <day|weekday> it is {n} days before {day}.",
        "{day} <today|now>. Turn back {n} days. <What|Which> day of the week is <it|that>?",
        "<Find|Determine|Compute|Figure out> the <day of the week|weekday> {n} days before {day}.",
        "<My aunt|A guest|The doctor> <called|wrote> {n} days "
        "before {day}. <Which|What> weekday was that?",
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
    "<Tell me|Say|State|Give> the date {n} days after {date}.",
    "<Could|Can|Would> you <tell me|work out|find> the date {n} days <after|on from> {date}?",
    "<I'd like|I would like|I want|I need> to know <what|which> date is {n} days after {date}.",
    "<Go|Move|Step|Jump> {n} days <forward|ahead> from {date}. "
    "<What|Which> date <do you reach|is that>?",
    "{date}, then {n} days <pass|go by|later>: <what|which> date <is it|do we have>?",
    "<In|After> {n} days, counting from {date}, what <is|will be> the date?",
    "<date|day>: {date}, <plus|later|forward>: {n} days, <new date|result>?",
    "<The calendar|My phone|The paper|The screen> shows {date}. "
    "What date <will it show|does it show> {n} days later?",
    "{n} days <past|after|later than> {date}",
    "<Find|Determine|Compute|Calculate|Figure out> the date "
    "that <is|falls|comes> {n} days after {date}.",
    "A <seed|bulb|tree> is planted on {date}, and {n} days later "
    "it <sprouts|shows a leaf>. On <what|which> date?",
    "Would you mind <telling me|working out|finding> "
    "<what|which> date comes {n} days after {date}?",
    "<The exam|The party|Our trip|The race> is {n} days after {date}. "
    "<What|Which> date is <that|it on>?",
    "<My|Our|Her> <library book|film|tool> was lent on {date} and "
    "came back {n} days later. On <what|which> date?",
    "<If|When> you <add|count on> {n} days <from|starting at> {date}, "
    "<what|which> date do you get?",
    "what's the date {n} days <after|from> {date}",
    "<Which|What> date <follows|comes after> {date} by {n} days?",
    "I <wonder|was wondering> <what|which> date it <is|will be> {n} days after {date}.",
    "<Name|Write|Report|Return> the date <you get|we reach|one gets> by adding {n} days to {date}.",
    "<She|He|My aunt|Our guest> left on {date} and <returned|came back> "
    "{n} days later. <When|On which date> was that?",
    "{date} <today|now>; <the date|which date|what date> {n} days from now?",
    "<Please|Kindly> <compute|work out|give> {date} plus {n} days<| as a date>.",
    "It's {n} days since {date}. <What|Which> date is it <today|now>?",
    "The <repair|order|job> <of|from> {date} is <ready|done> "
    "{n} days later. On <what|which> date is that?",
    "<Exactly|Just> {n} days after {date}, the <shop|pool|museum> opens. "
    "<What|Which> date is the opening?",
    "<Shift|Move> {date} <forward|ahead> by {n} days and "
    "<write|give|say> the <new|resulting> date.",
    "<My parcel|The visa|The bill> is from {date} and <runs|is good> for {n} days. <Until "
    "when|Which date is that>?",
    "<Date only|Just the date>: {date} + {n} days",
    "{date}, <plus|and> {n} days later<?| is?>",
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
    "<Tell me|Say|State|Give> <how many days there are|the number of days> from {a} to {b}.",
    "<Could|Can|Would> you <count|work out|tell me> the <number of |>days from {a} to {b}?",
    "<I'd like|I would like|I want> to know how many days <separate|pass between> {a} and {b}.",
    "<From|Starting on> {a}, how many days <must I wait|do I wait|are left|remain> until {b}?",
    "<Find|Determine|Compute|Calculate|Figure out> "
    "<how many days|the number of days> from {a} to {b}.",
    "{b} is how many days <after|later than|past> {a}?",
    "{b} minus {a}, <in days|counted in days|how many days>?",
    "<start|from>: {a}, <end|to>: {b}, <days|number of days>?",
    "It's {a}. <My birthday|The party|The exam|The trip> is on {b}. "
    "How many days <away is it|do I wait>?",
    "A <letter|parcel|package> was sent on {a} and <arrived|came> on {b}. "
    "How many days <was it on the way|did it take>?",
    "<What is|What's> the <gap|difference|distance> in days <between {a} and|from {a} to> {b}?",
    "I <wonder|was wondering> how many days <it is|there are> from {a} to {b}.",
    "<days|nights> between {a} and {b}",
    "Would you mind <counting|working out> <how many days it is|the days> from {a} to {b}?",
    "<Which|What> number of days <takes|brings> you from {a} to {b}?",
    "<If|When> you <add days to|go on from> {a} until "
    "<it is|you reach> {b}, how many days is that?",
    "<She|He|My aunt|A guest> <came|arrived> on {a} and left on {b}. "
    "How many days later <was that|is that>?",
    "how long from {a} <to|till|until> {b}, in days",
    "A <book|film|tool> was <borrowed|lent> on {a} and "
    "<came back|was returned> on {b}. After how many days?",
    "<Write|Return|Report|Show> the number of days <that pass|one waits> from {a} until {b}.",
    "<On|As of> {a}, how many days <are there to go|are left|remain> until {b}?",
    "Two dates: {a} and {b}. "
    "<How many days apart are they|How many days lie from one to the other>?",
    "<The calendar|My diary> goes from {a} to {b}: how many days <on|later|further> is that?",
    "<To get|Moving|Going> from {a} to {b}, "
    "<one goes|you step|we move> how many days <forward|ahead|on>?",
    "The <shop|museum|pool> <closed|shut> on {a} and "
    "<reopened|opened again> on {b}. How many days later?",
    "<Please|Kindly> <count|work out> the days: {a} <until|to> {b}.",
    "<My trip|The course|The sale> starts {a}, ends {b}. How many days <from start to "
    "end|between>?",
    "<Number only|Just the number>: days from {a} to {b}",
    "It is {a}. How many <sleeps|days> until {b}?",
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
