"""Which of two numbers is larger: whole, negative or with one decimal place."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, family

_LARGEST, _SMALLEST = ("larger", "bigger", "greater"), ("smaller", "lower", "less")
_COMPARE = (
    "Which is {word}, {a} or {b}?",
    "{a} or {b}: which is {word}?",
    "{a} or {b}, {word}?",
    "which number is {word}: {a} or {b}",
    "Is {a} or {b} {word}?",
    "Compare {a} and {b}. Which one is {word}?",
    "Of {a} and {b}, which is {word}?",
    "Which of the numbers {a} and {b} is {word}?",
    "Here are {a} and {b}. Give the {word} one.",
    "Name the {word} of {a} and {b}.",
    "Between {a} and {b}, which one is {word}?",
    "Pick the {word} number: {a}, {b}",
    "what's {word}: {a} or {b}?",
    "Say which is {word}, {a} or {b}.",
    "Two numbers are {a} and {b}. Which of them is {word}?",
    "<Could|Would|Can> you <say|tell me> which is {word}, {a} or {b}?",
    "I <wonder|want to know|would like to know> which is {word}: {a} or {b}.",
    "<Tell me|Give me|Write down> the {word} <number|one|value> of {a} and {b}.",
    "{word} <one|number|value>: {a} or {b}<|?>",
    "<If|When> you compare {a} <and|with|to> {b}, which <one|number> is {word}?",
    "<Determine|Find|Figure out|Identify> the {word} <number|one|value>: {a} or {b}.",
    "<First|Number one>: {a}. <Second|Number two>: {b}. Which is {word}?",
    "<I'd|I would> like the {word} of {a} and {b}<|, please>.",
    "One <thermometer|scale|meter|card> <shows|reads> {a}, another {b}. "
    "Which <value|reading|number> is {word}?",
    "{a} <vs|versus|against> {b}: <which is {word}|the {word} one|{word} number>?",
    "<I|We> have {a} and {b}. Which <of them|of the two|one> is {word}?",
    "<Choose|Select|Take> the {word} <of|from|out of> {a} and {b}.",
    "<Looking at|Given|Comparing> {a} and {b}, which <is|one is|number is> {word}?",
    "<Which|Which one|Which number> has the {word} value<,|:> {a} or {b}?",
    "<Answer|Reply|Respond> with the {word} <number|one|value>: {a}, {b}",
    "<The numbers|Numbers|My numbers>: {a}, {b}. Which <is|one is> {word}?",
    "Would you mind <naming|telling me|picking> the {word} of {a} and {b}?",
    "what<'s| is> the {word} <number|value|one>, {a} or {b}",
    "Is it {a} or {b} that is <{word}|the {word} number|the {word} one>?",
    "Two <pupils|friends|players> <write|pick|name> {a} and {b}. Which number is {word}?",
    "{a} and {b}, <which one is {word}|the {word} one please|tell me the {word}>",
    "<Output|Return|Report> <whichever is {word}|the {word} one>: {a} or {b}",
    "On <the|a> number line are {a} and {b}. Which <one|of them|number> is {word}?",
    "<Say|Decide|Judge> whether {a} or {b} is <{word}|the {word} number|the {word} one>.",
    "Put {a} <beside|next to> {b}. Which <number|one|value> is {word}?",
    "Out of {a} and {b}, <pick|name|give> the {word}<| one| number>.",
    "<One word from you|Just the number>: {a} or {b}, the {word} one",
    "<We bet|My twins argue|They quarrel>: is {a} or {b} {word}?",
    "<I'm choosing|I must choose> between {a} and {b}. Which is {word}?",
    "wich is {word} {a} or {b}",
)
_IS_MORE = (
    "Is {a} {word} than {b}?",
    "is {a} {word} than {b}",
    "{a} {word} than {b}?",
    "True that {a} is {word} than {b}? Answer yes or no.",
    "Is the number {a} {word} than {b}?",
    "Yes or no: {a} is {word} than {b}.",
    "Is it right that {a} is {word} than {b}?",
    "Does {a} count as {word} than {b}?",
    "Check whether {a} is {word} than {b}.",
    "Is {a} {sign} {b}?",
    "{a} {sign} {b}, yes or no?",
    "Would you say {a} is {word} than {b}?",
    "Can you confirm that {a} is {word} than {b}?",
    "is {a} {sign} {b}",
    "Tell me if {a} is {word} than {b}.",
    "<Could|Can|Would> you <tell me|say> <whether|if> {a} is {word} than {b}?",
    "I <wonder|want to know|would like to know> <if|whether> {a} is {word} than {b}.",
    "<Answer|Reply|Say> yes or no: is {a} {word} than {b}?",
    "{a} is {word} than {b}, <right|correct|isn't it|true>?",
    "Does {a} {sign} {b} hold<|, yes or no>?",
    "yes or no<:|,> {a} {sign} {b}<|?>",
    "Is it <true|correct|a fact> that {a} {sign} {b}?",
    "If <I|we|you> compare {a} <and|with> {b}, is the first "
    "<one|number> {word}<| than the second>?",
    "<First|One> number: {a}. <Second|Other> number: {b}. Is the first {word}?",
    "<Decide|Determine|Find out|Work out> <if|whether> {a} is {word} than {b}.",
    "<My|A> friend <says|thinks|claims> {a} is {word} than {b}. Is <that|this> <true|right|so>?",
    "Comparing {a} <with|to> {b}, is the <first|former> {word}?",
    "<Am I right|Is it safe to say|Would it be right to say> that {a} is {word} than {b}?",
    "Would {a} be {word} than {b}<|, yes or no>?",
    "Do you <agree|think> that {a} is {word} than {b}?",
    "{a} {sign} {b}: <yes or no|does it hold|is that so|right>?",
    "<Verify|Test|Check> <this|the claim>: {a} is {word} than {b}. <Yes or no|Does it hold>?",
    "<Against|Next to|Compared with> {b}, is {a} {word}?",
    "<I believe|I think|I'd say> {a} {sign} {b}. <Am I right|Is that correct|Right>?",
    "does {a} <come out|turn out> {word} than {b}",
    "<On|Along> the number line, is {a} {word} than {b}?",
    "One <card|meter|scale> shows {a}, <the other|another> {b}. "
    "Is the first <number|one|value> {word}?",
    "<Please|Kindly> <confirm|check> with yes or no: {a} <{sign}|is {word} than> {b}",
    "Given <{a} and {b}|the numbers {a} and {b}>, is the first "
    "<one |>{word} than the <second|other>?",
    "Is it <right|correct|fine> to write {a} {sign} {b}?",
    "With <a yes or a no|yes or no>, <tell me|say> if {a} is {word} than {b}.",
    "<y/n|yes/no>: {a} {sign} {b}<?|>",
    "<We bet|I bet|My twins bet> that {a} is {word} than {b}. <Is it|True>?",
    "<In my code|In my script> stands {a} {sign} {b}. <Is it true|Does it hold>?",
    "is {a} realy {word} then {b}",
)


def _pair(rng: random.Random, level: int) -> tuple[int, int, int]:
    """Two different numbers and their shared divisor: 10 where both have one decimal place."""
    low, high = ((1, 20), (10, 99), (-50, 50), (100, 999), (1000, 9999))[level - 1]
    scale = 10 if level > 1 and rng.random() < 0.35 else 1
    a = rng.randint(low, high)
    near = rng.randint(max(low, a - 30), min(high, a + 30))
    b = near if rng.random() < 0.5 else rng.randint(low, high)
    return (a, b, scale) if a != b else _pair(rng, level)


def _shown(number: int, scale: int) -> str:
    if scale == 1:
        return str(number)
    return f"{'-' if number < 0 else ''}{abs(number) // 10}.{abs(number) % 10}"


def _compare_steps(a: int, b: int, scale: int) -> str:
    if scale == 1:
        return traces.compare(a, b)
    verdict = f"{_shown(a, scale)}{'<' if a < b else '>'}{_shown(b, scale)}"
    if a < 0 and b < 0:
        return f"both negative; {_compare_steps(-a, -b, scale)}; {verdict}"
    if a < 0 or b < 0:
        return f"{_shown(min(a, b), scale)} is negative; {verdict}"
    whole_a, whole_b = a // 10, b // 10
    if whole_a != whole_b:
        return f"{traces.compare(whole_a, whole_b)}; {verdict}"
    return f"{whole_a}={whole_b}; {a % 10}{'<' if a < b else '>'}{b % 10}; {verdict}"


def _compare(rng: random.Random, level: int) -> Solved:
    a, b, scale = _pair(rng, level)
    larger = rng.random() < 0.5
    answer = _shown(max(a, b) if larger else min(a, b), scale)
    steps = _compare_steps(a, b, scale)
    return Solved(
        key=f"{a},{b}/{scale} {'max' if larger else 'min'}",
        answer=answer,
        low=steps.rsplit("; ", 1)[-1],
        high=f"{steps}; {'larger' if larger else 'smaller'}: {answer}",
        slots={
            "a": _shown(a, scale),
            "b": _shown(b, scale),
            "word": rng.choice(_LARGEST if larger else ("smaller", "lower")),
        },
    )


def _is_more(rng: random.Random, level: int) -> Solved:
    a, b, scale = _pair(rng, level)
    larger = rng.random() < 0.5
    answer = "yes" if (a > b) == larger else "no"
    steps = _compare_steps(a, b, scale)
    return Solved(
        key=f"{a}{'>' if larger else '<'}{b}/{scale}",
        answer=answer,
        low=steps.rsplit("; ", 1)[-1],
        high=f"{steps}; {answer}",
        slots={
            "a": _shown(a, scale),
            "b": _shown(b, scale),
            "word": rng.choice(_LARGEST if larger else _SMALLEST),
            "sign": ">" if larger else "<",
        },
    )


FAMILIES = (
    family("compare", _compare, _COMPARE),
    family("compare_yes_no", _is_more, _IS_MORE, "exact"),
)
