"""The next term of a number sequence: even steps, even ratios, steps that take turns."""

from __future__ import annotations

import itertools
import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_NEXT = (
    "What comes next: {s}?",
    "{s}, ?",
    "{s}, ... what is next?",
    "next number: {s}",
    "What is the next number in {s}?",
    "Continue the sequence {s}.",
    "Find the next term: {s}",
    "Which number follows {s}?",
    "{s}: what comes after that?",
    "The sequence is {s}. What number comes next?",
    "Here is a pattern: {s}. Give the next number.",
    "complete: {s}, __",
    "How does {s} go on? One more number.",
    "Look at {s}. Which number is next?",
    "Guess the next number in this series: {s}",
    "<Which|What> <number|term> <should|would|must> <come next|follow>: {s}?",
    "I wrote <down |>{s}. Which number <do I write|should I write|comes> next?",
    "<Find|Work out|Determine|Figure out> the <number|term> <after|that follows|that continues> "
    "{s}.",
    "{s}, <and then|then what|what then|and next>?",
    "<Given|With|Looking at> the <pattern|series|row> {s}, <predict|give|name|state> the next "
    "<term|number>.",
    "If the <pattern|rule> <in|behind> {s} <continues|holds|goes on>, <which|what> number is next?",
    "<Extend|Continue> {s} by <one|a single> <number|term>.",
    "The <first numbers|terms|numbers> <are|read> {s}. <What|Which> is the next <one|term|number>?",
    "A <counter|display|machine> <shows|prints|showed> {s}. Which number <comes|is due> next?",
    "<sequence|series|pattern|numbers>: {s} - <next|next one|what follows>?",
    "<Could|Can|Would> you <give|tell|show> me the next <number|term> of {s}?",
    "<Spot|See|Find> the <rule|pattern> in {s} and <give|write|say> the next <number|term>.",
    "Following <the same|this|the> <rule|pattern>, what comes after {s}?",
    "I wonder <what|which number> comes <next in|after> {s}.",
    "One <number|term> is missing at the end: {s}, <__|?> <Which|What is it>?",
    "fill in the <blank|gap>: {s}, <__|?|...>",
    "<next|following> <term|number|value> <of|in|for> {s}?",
    "On successive days <a shop|our club|the museum> counted {s} <guests|visitors>. If the "
    "pattern goes on, <how many come next|what is the next count>?",
    "The numbers on <some doors|the cards|the tickets> <run|go> {s}. What is the next "
    "<number|one>?",
    "Would you mind <continuing|extending> {s} with <one|just one> more <number|term>?",
    "The numbers {s} <make|form> a <pattern|sequence>. <Its|The> next <member|term|number> is "
    "<what|which>?",
    "In the <row|line|list> {s}, <which|what> number <should stand|stands|goes> "
    "<next|after the last>?",
    "After {s} <comes|follows> <which number|what>?",
    "With <which|what> number does <the row|this row|the sequence> {s} <continue|go on>?",
    "<Tom|Ravi|Leo> is <counting|saying numbers>: {s}. What is <his|the> next number?",
    "<Type|Write|Output|Return> the <number|term> that <comes|goes> next: {s}",
    "My <friend|little brother|teacher> wrote {s} on the board. What <belongs|comes|goes> next?",
    "<Number only|Just the number>: {s}, <next|what follows>",
    "<IQ test|Brain teaser|My kid's puzzle>: {s}, <then|?>",
    "<My savings|The prices|The rows|Seats per row> go {s}. <And next|What is next>?",
    "waht comes next {s}",
)


def _next_term(rng: random.Random, level: int) -> Solved:
    if level == 4:
        return _geometric(rng)
    if level == 5:
        return _alternating(rng)
    step = between(rng, ((1, 5), (2, 12), (5, 60)), level)
    start = between(rng, ((1, 10), (1, 50), (10, 200)), level)
    terms = [start + i * step for i in range(5)]
    if level > 1 and rng.random() < 0.4:
        terms.reverse()
    change = terms[1] - terms[0]
    end = traces.plus(terms[3], change) if change > 0 else traces.minus(terms[3], -change)
    sign = "+" if change > 0 else ""
    gaps = [f"{y}-{x}={y - x}" for x, y in itertools.pairwise(terms[:4])]
    return _continued(terms, f"each {sign}{change}", [*gaps[:2], f"each {sign}{change}", end])


def _geometric(rng: random.Random) -> Solved:
    ratio = rng.choice((2, 2, 3, 4, 5))
    start = rng.randint(1, {2: 20, 3: 9, 4: 6, 5: 5}[ratio])
    terms = [start * ratio**i for i in range(5)]
    if rng.random() < 0.3:
        terms.reverse()
        checks = [f"{terms[i]}/{ratio}={terms[i + 1]}" for i in range(2)]
        return _continued(terms, f"each /{ratio}", [*checks, traces.over(terms[3], ratio)])
    checks = [f"{terms[i]}*{ratio}={terms[i + 1]}" for i in range(2)]
    return _continued(terms, f"each *{ratio}", [*checks, traces.times(terms[3], ratio)])


def _alternating(rng: random.Random) -> Solved:
    """Two changes that take turns, five terms shown."""
    first, second = rng.sample([-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 2)
    terms = [rng.randint(20, 70)]
    for i in range(5):
        terms.append(terms[-1] + (second if i % 2 else first))
    gaps = [f"{y}-{x}={y - x}" for x, y in itertools.pairwise(terms[:5])]
    end = f"{terms[4]}{first:+d}={terms[5]}"
    return _continued(terms, f"turns {first:+d} {second:+d}", [*gaps, f"next {first:+d}", end])


def _continued(terms: list[int], rule: str, steps: list[str]) -> Solved:
    shown = ", ".join(map(str, terms[:-1]))
    return Solved(
        key=shown, answer=str(terms[-1]), low=rule, high=traces.join(steps), slots={"s": shown}
    )


FAMILIES = (family("next_term", _next_term, _NEXT, weight=1.5),)
