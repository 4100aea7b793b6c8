"""Fractions: lowest terms, comparing, adding over one denominator."""

from __future__ import annotations

import random
from math import gcd

from trinity.train.reasoning import traces
from trinity.train.reasoning.divisors import two_with_divisor
from trinity.train.reasoning.exercise import Solved, between, family

_SIMPLIFY = (
    "Simplify {a}/{b}.",
    "Simplify the fraction {a}/{b}.",
    "Reduce {a}/{b} to lowest terms.",
    "{a}/{b} in lowest terms?",
    "What is {a}/{b} in its simplest form?",
    "reduce the fraction {a}/{b}",
    "Write {a}/{b} as simply as possible.",
    "Cancel {a}/{b} down.",
    "What does the fraction {a}/{b} simplify to?",
    "Put {a}/{b} in lowest terms.",
    "Can you reduce {a}/{b}?",
    "Express the fraction {a}/{b} in simplest form.",
    "simplest form of {a}/{b}",
    "Make the fraction {a}/{b} as simple as you can.",
    "How do you write {a}/{b} in lowest terms?",
    "<Bring|Take> {a}/{b} <down to|to> <lowest terms|its simplest form>.",
    "<Which|What> fraction in <lowest terms|simplest form> "
    "<equals|is equal to|has the value of> {a}/{b}?",
    "I have the fraction {a}/{b}. <Simplify|Reduce> it <fully|completely|as far as possible>.",
    "How far can <the fraction |>{a}/{b} be <reduced|cancelled|simplified>? Give the "
    "<fraction|result>.",
    "<Could|Would> you <simplify|reduce|cancel down> {a}/{b} <fully|completely|for me>?",
    "<fully reduced|lowest terms|simplest form|cancelled down>: {a}/{b}",
    "<Fully|Completely> <reduced|simplified|cancelled>, what is {a}/{b}?",
    "{a} out of {b} <seats|places> are taken. What fraction is that, in "
    "<lowest terms|simplest form>?",
    "<Mia|Tom|Anna> got {a} of {b} points. Write <that|this|the score> as a fraction in lowest "
    "terms.",
    "Divide top and bottom of {a}/{b} by their <gcd|largest common factor>: which fraction "
    "<results|is it>?",
    "I wonder what {a}/{b} <simplifies|reduces|cancels down> to.",
    "what's {a}/{b} <simplified|reduced|in its lowest terms|cancelled down>",
    "<Rewrite|Restate|Give> {a}/{b} <using|with> the smallest possible <numbers|whole numbers>.",
    "{a}/{b} = ? (<lowest terms|simplest form|fully reduced>)",
    "Would you mind <reducing|simplifying> <the fraction |>{a}/{b}?",
    "A <cake|pizza|pie> had {b} slices; {a} were eaten. What fraction is that, "
    "<reduced|in lowest terms>?",
    "I got {a}/{b}, but the answer must be in <lowest terms|simplest form>. "
    "<What is it|How do I write it> then?",
    "<Show|Give|Tell> me the <simplest|most reduced> form of <the fraction |>{a}/{b}.",
    "simplify <this|this fraction>, <please|fully>: {a}/{b}",
    "Find the fraction <equal|equivalent> to {a}/{b} with the smallest "
    "<denominator|possible denominator>.",
    "After all common factors are <cancelled|divided out|removed>, what does {a}/{b} become?",
    "If <you|we|I> <reduce|simplify> {a}/{b} as far as possible, which fraction "
    "<remains|comes out>?",
    "Numerator {a}, denominator {b}: <simplify|reduce> the fraction<| fully>.",
    "What's the simplest <way to write|fraction equal to|form of> {a}/{b}?",
    "{a}/{b} can be <simplified|reduced>. <Do it|Do so fully|Do that>.",
    "of {b} <marbles|beads|balls> {a} are <red|blue|green>: what fraction, "
    "<fully reduced|in lowest terms>?",
    "<Just the fraction|Fraction only>: {a}/{b} <reduced|simplified>",
    "<My recipe|My drawing|The scale> says {a}/{b}. <Simpler|In lowest terms>?",
    "simplfy {a}/{b}<| pls>",
)
_COMPARE = (
    "Which fraction is {word}, {a} or {b}?",
    "{a} or {b}: which fraction is {word}?",
    "which is {word}: {a} or {b}?",
    "Compare the fractions {a} and {b}. Which is {word}?",
    "Of {a} and {b}, which fraction is {word}?",
    "Name the {word} of the fractions {a} and {b}.",
    "Is {a} or {b} {word}?",
    "Pick the {word} fraction: {a}, {b}",
    "Between {a} and {b}, which one is {word}?",
    "Say which is {word}, {a} or {b}.",
    "Give the {word} fraction of {a} and {b}.",
    "what's {word}, {a} or {b}?",
    "Two fractions are {a} and {b}. Which is {word}?",
    "Would {a} or {b} of a cake be {word}?",
    "Choose the {word} one: {a} or {b}?",
    "<Find|Identify|Determine|Work out> the {word} <fraction|number|value>: {a} or {b}.",
    "<Tell|Show> me <which|which fraction> is {word}, {a} or {b}.",
    "I have {a} and {b}. Which <of them|of the two|one> is {word}?",
    "{word}: {a} or {b}?",
    "{word} <fraction|one|number> of {a} and {b}",
    "Which of {a} and {b} is the {word} <one|fraction|number>?",
    "<Could|Can> you <say|tell me|work out> which of the fractions {a} and {b} is <the |>{word}?",
    "Given <the fractions |>{a} and {b}, <return|output|write> the {word}<| one>.",
    "If I <had to|must> choose the {word} of {a} and {b}, which <should I take|should it be>?",
    "Which <part|share> of a <pizza|cake|loaf> is {word}: {a} or {b}?",
    "One <jug|glass|bottle> is {a} full, <the other|another> {b}. Which "
    "<fraction|of these fractions> is {word}?",
    "Compare {a} <with|to> {b}: which <fraction|one> is {word}?",
    "I wonder which <fraction |number |>is {word}, {a} or {b}.",
    "<Looking at|Comparing> {a} and {b}, which <fraction|one> is <the |>{word}?",
    "Q: {a} <or|and> {b}, which <fraction |>is {word}? A:",
    "<Ann|Ben|Tom> ran {a} of a mile and <Eva|Kim> {b} of a mile. <State|Give> the {word} "
    "fraction.",
    "Would you mind <telling|giving|showing> me the {word} of {a} and {b}?",
    "Fractions: {a}, {b}. <Which is {word}?|Take the {word} one.|Write the {word} one.>",
    "Of <the|these> two <fractions|numbers>, {a} and {b}, <copy|write down|give> the {word} one.",
    "The {word} <fraction|number> out of {a} and {b} is <which|which one>?",
    "from {a} and {b} <choose|select|take|pick> the {word}<| one| fraction>",
    "Between the <fractions|numbers> {a} and {b}, <decide|say|determine> which is {word}.",
    "What is the {word} of <the two fractions|the fractions|these two:> {a} and {b}?",
    "A recipe <needs|uses> {a} of a cup of milk and {b} of a cup of <oil|water>. Which fraction "
    "is {word}?",
    "My <friends|pupils> can't agree: is {a} or {b} the {word} <one|fraction>?",
    "which <fraction's|one's> {word}, {a} or {b}",
    "{a} vs {b}: {word}<?| one?| fraction?>",
    "<Answer with the fraction|Fraction only|Only the fraction>: {word} of {a} and {b}",
    "<One slice|My slice|One piece> is {a} of the cake, <yours|the other> {b}. Which is {word}?",
    "<He paid|Tom paid> {a} of the bill, <she|Kim> paid {b}. Which share is {word}?",
    "<My son|My pupil|A friend> can't see which is {word}: {a} or {b}. <Tell us|Which>?",
    "<On|Along> the number line, {a} or {b}: which is {word}?",
    "wich is {word} {a} or {b}",
    "<Two tanks|Two bars> are filled to {a} and {b}. <Which|What> fraction is {word}?",
    "{a} ? {b}, <give|name|write> the {word} one",
)
_ADD = (
    "What is {a}/{d} + {b}/{d}?",
    "{a}/{d} + {b}/{d}",
    "{a}/{d}+{b}/{d}=?",
    "Add {a}/{d} and {b}/{d}.",
    "what's {a}/{d} plus {b}/{d}",
    "How much is {a}/{d} plus {b}/{d}?",
    "Calculate {a}/{d} + {b}/{d}.",
    "Find the sum of {a}/{d} and {b}/{d}.",
    "Add the fractions {a}/{d} and {b}/{d}.",
    "{a}/{d} and {b}/{d} make how much together?",
    "Work out {a}/{d} + {b}/{d}",
    "I eat {a}/{d} of a pie, then {b}/{d}. What fraction did I eat?",
    "Sum of {a}/{d} and {b}/{d}?",
    "Compute {a}/{d} + {b}/{d}.",
    "{a}/{d} plus {b}/{d} is what?",
    "What do {a}/{d} and {b}/{d} <add up to|come to|make together>?",
    "<Find|Give|State|Determine> the <sum|total> of the fractions {a}/{d} and {b}/{d}.",
    "<Put|Take> {a}/{d} and {b}/{d} together: <what|which> fraction <results|do you get|is that>?",
    "I <walked|ran|cycled> {a}/{d} of a mile, then {b}/{d} of a mile. How many miles "
    "<in all|altogether>?",
    "A <jug|bowl|bucket> holds {a}/{d} litre and {b}/{d} litre is <added|poured in>. How many "
    "litres are <in it|inside> then?",
    "<Starting|Start> from {a}/{d}, add {b}/{d}. <What|Which fraction> <do you get|comes out>?",
    "<Could|Can> you <sum up|add up|add together> {a}/{d} and {b}/{d}<| for me>?",
    "{a}/{d} <increased by|and another|and then> {b}/{d}: <total|sum>?",
    "<sum|total|addition> of two fractions: {a}/{d}, {b}/{d}",
    "The denominators of {a}/{d} and {b}/{d} are <equal|the same>. <So what|What> is "
    "<the|their> sum?",
    "I wonder what {a}/{d} <plus|added to> {b}/{d} <is|makes|comes to>.",
    "We <wait|drive|rest> {a}/{d} of an hour, later {b}/{d} of an hour. How many hours "
    "<in all|altogether>?",
    "Increase {a}/{d} by {b}/{d}. <Which fraction is that|What results|What is it then>?",
    "If <you|we|I> add {b}/{d} to {a}/{d}, what <is the result|fraction results|is the sum>?",
    "Add {b}/{d} <onto|to> {a}/{d} and <give|write|state> the <result|fraction>.",
    "Let x = {a}/{d} + {b}/{d}. <What is|What's|How big is> x?",
    "{a}/{d} + {b}/{d} = <__|x, so x is|what?|which fraction?>",
    "<Fill in|Complete>: {a}/{d} + {b}/{d} = <__|( )>",
    "Kim has {a}/{d} kg of <flour|sugar|rice> and <buys|gets|adds> {b}/{d} kg more. How many kg "
    "<is that|are there then>?",
    "Two <boards|planks|sticks> of {a}/{d} m and {b}/{d} m are laid end to end. How many metres "
    "is that?",
    "<what|which> fraction do {a}/{d} and {b}/{d} make <together|combined|added up>",
    "Would you mind <adding|totalling|adding up> {a}/{d} and {b}/{d}?",
    "Write {a}/{d} + {b}/{d} as <one|a single> fraction.",
    "The <sum|total> of {a}/{d} and {b}/{d} is <what|which fraction>?",
    "{b}/{d} more than {a}/{d} is <what|how much|which fraction>?",
    "<Report|Tell me|Say|Return> the <value|result> of {a}/{d} + {b}/{d}.",
    "{a}/{d} and then {b}/{d}<?| =?|, total?>",
    "<As a fraction|In lowest terms|Reduced>: {a}/{d} + {b}/{d}",
    "<I drank|She drank|He drank> {a}/{d} of a bottle, then {b}/{d}. <How much in all|Total>?",
    "<I painted|We mowed|They cleaned> {a}/{d} of it today and {b}/{d} before. <How much is "
    "done|Done so far>?",
    "<My kid|My pupil|My brother> must add {a}/{d} and {b}/{d}. <What comes out|Result>?",
    "ad {a}/{d} and {b}/{d} <pls|for me>",
    "<Two shares|Two parts>, {a}/{d} and {b}/{d}: <together|in sum>?",
    "<Same bottom number|Same denominator>: {a}/{d} + {b}/{d} <is|makes> what?",
)


def _simplify(rng: random.Random, level: int) -> Solved:
    a, b = two_with_divisor(rng, level)
    while gcd(a, b) == 1 or a == b or max(a, b) == gcd(a, b):
        a, b = two_with_divisor(rng, level)
    a, b = min(a, b), max(a, b)
    g = gcd(a, b)
    answer = f"{a // g}/{b // g}"
    return Solved(
        key=f"{a}/{b}",
        answer=answer,
        low=f"gcd {g}",
        high=traces.join([traces.euclid(a, b), traces.over(a, g), traces.over(b, g), answer]),
        slots={"a": a, "b": b},
    )


def _compare_fractions(rng: random.Random, level: int) -> Solved:
    top = (5, 7, 9, 12, 15)[level - 1]
    a, b, c, d = (rng.randint(1, top) for _ in range(4))
    while a >= b or c >= d or a * d == b * c:
        a, b, c, d = (rng.randint(1, top) for _ in range(4))
    larger = rng.random() < 0.5
    first = (a * d > b * c) == larger
    answer = f"{a}/{b}" if first else f"{c}/{d}"
    sign = ">" if a * d > b * c else "<"
    products = f"{a}*{d}={a * d}; {c}*{b}={c * b}; {a * d}{sign}{c * b}"
    return Solved(
        key=f"{a}/{b},{c}/{d} {'max' if larger else 'min'}",
        answer=answer,
        low=f"{a * d}{sign}{c * b}",
        high=f"{products}; {a}/{b}{sign}{c}/{d}; {answer}",
        slots={"a": f"{a}/{b}", "b": f"{c}/{d}", "word": "larger" if larger else "smaller"},
    )


def _add_fractions(rng: random.Random, level: int) -> Solved:
    """Only sums that are already in lowest terms, so that one answer is right."""
    a = b = d = 2
    while gcd(a + b, d) > 1 or (level < 4 and a + b > d):
        d = between(rng, ((3, 7), (5, 12), (7, 20), (9, 30), (15, 60)), level)
        a, b = rng.randint(1, d - 1), rng.randint(1, d - 1)
    answer = f"{a + b}/{d}"
    return Solved(
        key=f"{min(a, b)}/{d}+{max(a, b)}/{d}",
        answer=answer,
        low=f"{a}+{b}={a + b}",
        high=f"{traces.plus(a, b)}; over {d}: {answer}",
        slots={"a": a, "b": b, "d": d},
    )


FAMILIES = (
    family("fraction_simplify", _simplify, _SIMPLIFY, "exact"),
    family("fraction_compare", _compare_fractions, _COMPARE, "exact"),
    family("fraction_add", _add_fractions, _ADD, "exact"),
)
