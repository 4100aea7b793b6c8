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
    "<Tell me|Say|State|Give> the time {span} after {t}.",
    "<Could|Can|Would> you <tell me|work out|find> <the|what> time {span} after {t}?",
    "<I'd like|I would like|I want|I need> to know <what time it is|the time> {span} after {t}.",
    "<Find|Determine|Compute|Calculate|Figure out> the "
    "<clock |>time {span} <after|later than> {t}.",
    "{t}, then {span} <later|more>: <what|which> time?",
    "<It's|My watch says|The display reads> {t}. <And|What about|What will it say> {span} later?",
    "<At what time|When> <does|will> a <match|show|concert> end "
    "if it <starts|begins> at {t} and lasts {span}?",
    "<clock|time>: {t}, <add|plus|later|forward>: {span}, <new time|result>?",
    "<Set|Put|Move|Turn> the clock {span} <forward|ahead> from {t}. "
    "<What|Which> time does it show?",
    "The <bus|ship|plane> <leaves|departs|sets off> at {t} and "
    "<needs|takes> {span}. When does it <arrive|get there>?",
    "{span} <past|from|after> {t}",
    "I <wonder|was wondering> what time it <is|will be> {span} after {t}.",
    "<If|When> <I|we|they> <begin|start> at {t} and "
    "<work|go on|read> for {span}, when <is|comes> the end?",
    "Would you mind <telling me|working out> <what|which> time it is {span} after {t}?",
    "<Bread|A cake|A pie> goes <in|into the oven> at {t} and "
    "bakes for {span}. <When|At what time> is it ready?",
    "what's the time {span} <after|later than> {t}",
    "<Starting|Counting> from {t}, <what time is it|what does the clock say> <after|in> {span}?",
    "Meeting <starts|begins> {t}, <length|lasts|takes> {span}, <ends when|ends at what time>?",
    "<She|He|My brother|The baby> fell asleep at {t} and woke "
    "{span} later. <When|At what time> was that?",
    "<Which|What> time <follows|comes after> {t} by {span}?",
    "<Write|Report|Return|Show> the time <reached|you get> by adding {span} to {t}.",
    "The <alarm|timer> is <set|started> at {t} and rings {span} later. "
    "<When|At what time> does it ring?",
    "<After|In> {span}, counted from {t}, <which|what> time is it?",
    "<Park|Leave> the car at {t} and <return|come back> {span} later. "
    "<What time is it|What is the time> then?",
    "<Please|Kindly> <compute|work out|give> {t} plus {span} as a time of day.",
    "The <phone|battery> <charges|is charged> from {t} for {span}. When does it <stop|finish>?",
    "<Time only|Just the time>: {t} + {span}",
    "<My parking|My pill|The washing> was at {t} and the next is <due|up> {span} later. "
    "<When|What time>?",
    "{t}, <wait|then sleep> {span}. <What time is it|Time>?",
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
    "<Tell me|Say|State|Give> <how many minutes there are|the number of minutes> from {a} to {b}.",
    "<Could|Can|Would> you <count|work out|tell me> the "
    "<number of |>minutes <from {a} to|between {a} and> {b}?",
    "<I'd like|I would like|I want> to know how many minutes <pass between|separate> {a} and {b}.",
    "<Find|Determine|Compute|Calculate|Figure out> the <gap|time|span> from {a} to {b} in minutes.",
    "{b} is how many minutes <after|later than|past> {a}?",
    "{b} minus {a}, <in minutes|how many minutes>?",
    "<from|begin|on>: {a}, <to|finish|off>: {b}, <minutes|length in minutes>?",
    "<It's|My watch says|The time is> {a}. The <bus|train|show> <comes|starts> at {b}. "
    "How many minutes <must I wait|do I wait>?",
    "<What is|What's> the <gap|difference|distance> <between {a} and|from {a} to> {b} in minutes?",
    "I <wonder|was wondering> how many minutes <it is|there are> from {a} to {b}.",
    "minutes between {a} and {b}",
    "Would you mind <counting|working out> <how many minutes it is|the minutes> from {a} to {b}?",
    "<If|When> <a game|a match|a show> <starts|begins> at {a} "
    "and ends at {b}, how many minutes does it last?",
    "how long <in minutes|(minutes)>: {a} <to|till|until> {b}",
    "<She|He|My brother|Our guest> <came|arrived> at {a} and left at {b}. "
    "How many minutes <was that|later was that>?",
    "<Between {a} and|In the time from {a} to> {b}, how many minutes <go by|pass>?",
    "The <oven|lamp|radio|heating> was on from {a} <to|until> {b}. For how many minutes?",
    "<Write|Return|Report|Show> the minutes <that pass|that go by> from {a} until {b}.",
    "A <ship|plane|bus> <sets off|leaves> at {a} and gets in at {b}. "
    "<What is|What's> the journey time in minutes?",
    "<From|Starting at> {a}, how many minutes <remain|are left|is it> until {b}?",
    "<Turned into|Counted in|Measured in> minutes, how long is it from {a} to {b}?",
    "The <shop|pool|desk> <opens|is opened> at {a} and <closes|shuts> at {b}. "
    "How many minutes is it open?",
    "Meeting {a} <to|until> {b}: <duration|length> in minutes?",
    "<To get|Going> from {a} to {b} the clock <moves|advances|runs> how many minutes?",
    "We <worked|walked|talked|read> from {a} <to|until> {b}. "
    "<Give|Say|Tell me> the time spent in minutes.",
    "<Please|Kindly> <count|work out> the minutes: {a} <until|to> {b}.",
    "<Number only|Just the number>: minutes {a} to {b}",
    "<My timesheet|The log|The ticket> says {a} to {b}. <Minutes|How many minutes>?",
    "i waited from {a} <to|till> {b}, how many minutes",
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
    "<Tell me|Say|State|Give> how many {to} <there are in|are in|make up> {n} {unit}.",
    "<Could|Can|Would> you <convert|change|turn> {n} {unit} <to|into> {to}?",
    "<I'd like|I would like|I want|I need> {n} {unit} <in|expressed in|converted to> {to}.",
    "<Find|Determine|Compute|Calculate|Figure out> how many {to} <equal|make|are> {n} {unit}.",
    "{n} {unit} <is|are|makes|make> how many {to}?",
    "{n} {unit} <as|expressed as|given in> {to}",
    "<from|unit>: {unit}, <to|into>: {to}, <amount|value>: {n}",
    "<If|When> you have {n} {unit}, how many {to} <do you have|is that|is it>?",
    "<Measured|Counted|Given|Expressed> in {to}, <how much|what> is {n} {unit}?",
    "Would you mind <changing|converting|turning> {n} {unit} into {to}?",
    "I <wonder|was wondering> how many {to} <there are in|go into|make> {n} {unit}.",
    "How many {to} <do you get|do I get|are there> <from|in> {n} {unit}?",
    "<what's|whats> {n} {unit} in {to}",
    "<The answer|The amount|It> is {n} {unit}, but I <need|want|asked for> {to}. How many?",
    "In {to}: {n} {unit}<|?>",
    "<Rewrite|Restate|Report|Give|Show> {n} {unit} <in|as> {to}.",
    "{n} {unit} <correspond|amount|come> to how many {to}?",
    "My <list|note|form|book> says {n} {unit}. <What|How many> is that in {to}?",
    "<Please|Kindly> <give|return|write> {n} {unit} as a number of {to}.",
    "{n} {unit}, <how many|that's how many|which is how many> {to}",
    "A <worker|pupil|friend> <notes|reports|counts> {n} {unit}. <Say|Write|Give> that in {to}.",
    "<Unit change|Conversion|Units>: {n} {unit} to {to}.",
    "<What|Which> number of {to} <equals|is the same as|is equal to> {n} {unit}?",
    "<Swap|Trade|Exchange> {n} {unit} for {to}: how many?",
    "Suppose <there are|we have|you are given> {n} {unit}. How many {to} would that be?",
    "<Work out|Report|Count> the number of {to} in {n} {unit}.",
    "Someone asks for {n} {unit} <in|given in> {to}. "
    "<What|Which number> do you <say|answer|reply>?",
    "<Number only|Just the number>: {n} {unit} in {to}",
    "<My recipe|The label|The plan> says {n} {unit}, <but I think|and I need it> in {to}. How "
    "many?",
    "{n} {unit} -> {to}<?|>",
)
FACTORS = (
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
"""A large unit, a small one, and how many of the small make one of the large."""


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
    large, small, factor = rng.choice(FACTORS)
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
