"""Comparing, sorting and searching numbers and words in a list."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family, listed
from trinity.train.reasoning.lexicon import WORDS

_EXTREME = (
    "What is the {most} number in {items}?",
    "{most} of {items}?",
    "Which of these is the {most}: {items}?",
    "find the {most}: {items}",
    "Pick the {most} number from {items}.",
    "{items}: which one is the {most}?",
    "Which number is the {most}? {items}",
    "Look at {items}. What is the {most} one?",
    "Give me the {most} of {items}.",
    "From the list {items}, name the {most} number.",
    "Of {items}, which is the {most}?",
    "what's the {most} number here: {items}",
    "I have the numbers {items}. Which is the {most}?",
    "In {items}, what number is the {most}?",
    "Name the {most} value among {items}.",
    "<Could|Would|Can> you <find|give me|pick out> the {most} <of|number in|number among> {items}?",
    "I <wonder|want to know|would like to know> which <of|number among> {items} is the {most}.",
    "{most} <number|value|one><:| of| in| among> {items}",
    "<Numbers|Items|List>: {items}. <Which|What> is the {most}?",
    "{items} - <the {most}|{most} one|{most} number|which is the {most}>?",
    "<Determine|Identify|Figure out|Spot> the {most} <number|value> <in|among> {items}.",
    "<If|When> you <compare|look through|go through> {items}, which number is the {most}?",
    "<Tell me|Write down|Report|State> the {most} <number|value|entry> <of|in> {items}.",
    "<I'd|I would> like the {most} <number|value|one> <of|from> {items}<|, please>.",
    "The <scores|prices|results> <are|were> {items}. <Which|What> "
    "is the {most} <one|of them|of all>?",
    "Among the <numbers|values> {items}, which <is|one is> the {most}?",
    "<Choose|Select|Take|Fish out> the {most} <from|out of> {items}.",
    "<A teacher|A child|Someone> <writes|notes down> {items}. <Which|What> number is the {most}?",
    "<Return|Output|Print> the {most} <number|value> in <the|this> list: {items}",
    "what<'s| is> the {most} <out of|from|of> {items}",
    "<Out of|From> all the <numbers|values> in {items}, name the {most}<| one>.",
    "Would you mind <naming|picking|telling me> the {most} <of|number among> {items}?",
    "<Search|Scan|Check> {items} for the {most}<| number| value>.",
    "Which <number|value|entry> <in|from|among> {items} is the {most} <of all|one>?",
    "<Say|Show|Point out> which of {items} is the {most}.",
    "Cards with {items} <lie|are> on the table. <Which|What> is the {most} number<| there>?",
    "We <have|got|measured> {items}. The {most} <one|number|value> is <which|what>?",
    "In the <list|series|row> {items}, <find|name|locate> the {most} <number|entry>.",
    "{most}<?|, please:|:> {items}",
    "<Given|Here are|Take> {items}: <which|what> is the {most}?",
    "There <is|must be> a {most} number <among|in> {items}. <Which|What> is it?",
    "<Just the number|Number only>: {most} of {items}",
    "<My high scores|My grades|The bids|The rents> are {items}. Which is the {most}?",
    "<I'm lazy|No time>, which is the {most}: {items}",
)
_SORT_NUMBERS = {
    "up": (
        "Sort {items} from smallest to largest.",
        "sort ascending: {items}",
        "Put {items} in order, smallest first.",
        "Sort these numbers: {items}",
        "Arrange {items} in increasing order.",
        "Order {items} from low to high.",
        "What is {items} in ascending order?",
        "{items} sorted from the smallest up?",
        "Can you sort {items}?",
        "List {items} from least to greatest.",
        "<Could|Would|Can> you <order|arrange|sort> {items} from <low to high|the smallest up>?",
        "{items} - <ascending order|smallest first|sorted upwards><|, please>?",
        "I <want|need|would like> {items} <in rising order|sorted upwards|from small to big>.",
        "<Numbers|Values|List>: {items}. <Sort|Order> them, <lowest|smallest> first.",
        "<smallest|least> to <largest|greatest>: {items}",
        "Starting with the <smallest|lowest|least>, <list|write|give> {items}<| in order>.",
        "<Rank|Order> {items} <from lowest to highest|upwards>.",
        "<Line up|Place|Write> {items} so that "
        "<they rise|they get bigger|each is larger than the last>.",
        "How <do|would> {items} <look|read> in <increasing|rising|ascending> order?",
        "<Tell me|Give me|Show me> {items} in <increasing|ascending|growing> order.",
        "If {items} are <sorted|arranged|ordered> <upwards|by size, smallest first>, "
        "<what is the list|what do you get>?",
        "Would you mind <sorting|ordering> {items} from <least to greatest|low to high>?",
        "<Cards|Tickets|Houses> are numbered {items}. <Order|List> them, smallest number first.",
        "<Return|Output|Print> this list sorted, <smallest|lowest> first: {items}",
        "what <is|would be> the <rising|ascending|increasing> order of {items}",
        "The <scores|prices|sizes> are {items}. <Write|List|Put> them "
        "from <low to high|smallest to largest>.",
        "<Bring|Get> {items} into <ascending|increasing|rising> order.",
        "<My pupils|The runners|The kids> have the numbers {items}. Line them up, "
        "<lowest|smallest> first.",
        "sort pls<:| ->| from low to high:> {items}",
        "<I'm making|We're making|She wants> a list from low to high of {items}. <Help|Do it for "
        "me>.",
        "<comma separated|as a list|one line>, <smallest first|ascending>: {items}",
        "<Bids|Times|Ages|Weights> so far: {items}. <Sort|Show> them from the lowest up.",
        "{items} -> <ascending|smallest to largest|low to high>",
        "<These are mixed up|What a mess|All mixed up>: {items}. <Put|Get> them in order, small "
        "to large.",
        "<Climb|Count> up through {items}: <in what order|which order>?",
    ),
    "down": (
        "Sort {items} from largest to smallest.",
        "sort descending: {items}",
        "Put {items} in order, largest first.",
        "Sort these numbers in reverse, biggest first: {items}",
        "Arrange {items} in decreasing order.",
        "Order {items} from high to low.",
        "What is {items} in descending order?",
        "{items} sorted from the largest down?",
        "Can you sort {items} in descending order?",
        "List {items} from greatest to least.",
        "<Could|Would|Can> you <order|arrange|sort> {items} from <high to low|the largest down>?",
        "{items} - <descending order|largest first|sorted downwards><|, please>?",
        "I <want|need|would like> {items} <in falling order|sorted downwards|from big to small>.",
        "<Numbers|Values|List>: {items}. <Sort|Order> them, <highest|largest> first.",
        "<largest|greatest> to <smallest|least>: {items}",
        "Starting with the <largest|highest|greatest>, <list|write|give> {items}<| in order>.",
        "<Rank|Order> {items} <from highest to lowest|downwards>.",
        "<Line up|Place|Write> {items} so that "
        "<they fall|they get smaller|each is smaller than the last>.",
        "How <do|would> {items} <look|read> in <decreasing|falling|descending> order?",
        "<Tell me|Give me|Show me> {items} in <decreasing|descending|falling> order.",
        "If {items} are <sorted|arranged|ordered> <downwards|by size, largest first>, "
        "<what is the list|what do you get>?",
        "Would you mind <sorting|ordering> {items} from <greatest to least|high to low>?",
        "<Cards|Tickets|Houses> are numbered {items}. <Order|List> them, largest number first.",
        "<Return|Output|Print> this list sorted, <largest|highest> first: {items}",
        "what <is|would be> the <falling|descending|decreasing> order of {items}",
        "The <scores|prices|sizes> are {items}. <Write|List|Put> them "
        "from <high to low|largest to smallest>.",
        "<Bring|Get> {items} into <descending|decreasing|falling> order.",
        "<My pupils|The runners|The kids> have the numbers {items}. Line them up, "
        "<highest|largest> first.",
        "sort pls<, biggest first:| from high to low:> {items}",
        "<I'm making|We're making|She wants> a ranking of {items}, best score first. <Help|Do it "
        "for me>.",
        "<comma separated|as a list|one line>, <largest first|descending>: {items}",
        "<Bids|Scores|Prices|Weights> so far: {items}. <Sort|Show> them from the highest down.",
        "{items} -> <descending|largest to smallest|high to low>",
        "<These are mixed up|What a mess|All mixed up>: {items}. <Put|Get> them in order, large "
        "to small.",
        "<Step|Count> down through {items}: <in what order|which order>?",
    ),
}
_SORT_WORDS = (
    "Sort these words alphabetically: {items}",
    "sort a to z: {items}",
    "Put {items} in alphabetical order.",
    "Sort {items}.",
    "Arrange the words {items} from A to Z.",
    "What is the alphabetical order of {items}?",
    "Order these words: {items}",
    "alphabetical order: {items}",
    "List {items} in alphabetical order.",
    "How would {items} be ordered in a dictionary?",
    "Can you alphabetise {items}?",
    "Here are some words: {items}. Sort them.",
    "{items} in alphabetical order?",
    "Write {items} in the order of the alphabet.",
    "I want {items} sorted by the alphabet.",
    "<Could|Would|Can> you <put|bring> {items} <into|in> <alphabetical|dictionary> order?",
    "{items} - <alphabetical|sorted a to z|in dictionary order>?",
    "I <need|want|would like> {items} <in|arranged in|listed in> alphabetical order.",
    "<Words|Items|List>: {items}. <Sort|Order|Arrange> them from A to Z.",
    "<Tell me|Give me|Show me> {items} "
    "<in alphabetical order|sorted from A to Z|ordered by the alphabet>.",
    "If {items} are <sorted|ordered|arranged> alphabetically, <what is the order|what do you get>?",
    "<Alphabetise|Alphabetically sort> {items}<|, please>.",
    "Starting <closest to A|with the first in the alphabet>, <list|write|give> {items} in order.",
    "<A dictionary|An index|A glossary> <lists|has|prints> {items}. In "
    "which order do they <come|appear|stand>?",
    "<Books|Files|Folders> <called|titled> {items} stand on a "
    "shelf. <List|Order> them from A to Z.",
    "<Rank|Line up|File> {items} alphabetically.",
    "<Return|Output|Print> <this list|these words> in alphabetical order: {items}",
    "what <is|would be> the <A to Z|dictionary|right alphabetical> order of {items}",
    "Would you mind <sorting|ordering|arranging> {items} <alphabetically|from A to Z>?",
    "<Which|What> order would {items} <have|take> in a <dictionary|lexicon>?",
    "<Spelling task|Word exercise|In class>: <write|put|list> {items} in alphabetical order.",
    "By the alphabet, <sort|arrange|order> {items}.",
    "{items}: <sort these words|order these words|please sort> alphabetically",
    "<Take|Here are> the words {items}. <Now sort|Sort> them <alphabetically|from A to Z>.",
    "How <do|would> {items} <look|read> in <alphabetical|A to Z> order?",
    "<I'd|I would> like <you to sort|to see> {items} <in alphabetical order|from A to Z>.",
    "<Sorted|Arranged|Ordered> <alphabetically|from A to Z>, {items} "
    "<become|would be|give> <what|which list>?",
    "Words <coming|that come|standing> earlier in the alphabet "
    "go first: <sort|order|arrange> {items}.",
    "<Name|Say|Spell out|Write out> the words {items} in <alphabetical|dictionary|A to Z> order.",
    "a-z <order|sorting|list><:| of| for> {items}",
    "My <shopping list|word list|list> is {items}. "
    "<What is it|How does it read> in alphabetical order?",
    "<My index|My word list|A glossary> must be in order from a to z: {items}",
    "<Words only|With commas|As a list>, a to z: {items}",
    "<I'm shelving|We're filing> {items} by name. <In what order|Which order>?",
    "alfabetical <order|please>: {items}",
)
_MEMBER = (
    "Is {x} in the list {items}?",
    "Is {x} one of {items}?",
    "{items}: is {x} there?",
    "does {items} contain {x}",
    "Is {x} among {items}?",
    "Does the list {items} include {x}?",
    "Look for {x} in {items}. Is it there?",
    "Yes or no: {x} is in {items}.",
    "A set holds {items}. Is {x} in it?",
    "Can you find {x} in {items}?",
    "Check if {x} appears in {items}.",
    "My basket has {items}. Is {x} in it?",
    "Here is a list: {items}. Does it have {x}?",
    "Is {x} part of {items}?",
    "Given {items}, is {x} a member?",
    "<Could|Would|Can> you <check|tell me|see> <if|whether> {x} is <in|among> {items}?",
    "I <wonder|want to know|would like to know> <if|whether> {x} is <one of|among|in> {items}.",
    "{x} in {items}<?|, yes or no?|: yes or no?>",
    "{items} - <does this include|does the list have|do you see> {x}?",
    "<List|Items|Entries>: {items}. <Is|Do you see> {x} <there|among them>?",
    "<Decide|Determine|Find out|Say> <if|whether> {items} <include|contain> {x}.",
    "<Answer|Reply> yes or no: is {x} <one of|among|part of> {items}?",
    "If you <search|go through|look through> {items}, do you <find|see|come across> {x}?",
    "Do {items} <include|contain> {x}<| or not>?",
    "<A sign|The board|A page> <shows|lists> {items}. "
    "<Is {x} there|Does it include {x}|Do you see {x} on it>?",
    "<Search|Scan> {items} for {x}. <Is it there|Did you find it|Do you find it>?",
    "With {items} <given|in front of you>, is {x} <there|included|among them>?",
    "{x}: <is it|does it stand|does it occur> in {items}?",
    "Was {x} <named|mentioned|listed> <in|among> {items}?",
    "<My|Her|The> <bag|drawer|list> <has|holds> {items}. "
    "<Is {x} in it|Is {x} there|Does it have {x}>?",
    "Does {x} <appear|occur|show up|turn up> <in|among|anywhere in> {items}?",
    "Do you <see|find|spot> {x} <among|in> {items}?",
    "Someone <says|reads out|calls> {items}. <Did you hear {x}|Was {x} one of them>?",
    "<Verify|Test|Check> <this|the claim>: {x} is <in|among> {items}. Yes or no?",
    "Would you mind checking <if|whether> {x} is <in|among> {items}?",
    "yes or no<:|,> do {items} <contain|include> {x}",
    "Given the <list|set|collection> {items}, "
    "<is {x} in it|does it contain {x}|does {x} belong to it>?",
    "Please <confirm|tell me|say> <if|whether> {x} <belongs to|is part of|is found in> {items}.",
    "Is any of {items} <equal to|the same as|identical to> {x}?",
    "<look for|find|search>: {x}; <list|items|in>: {items}; <there|found|present>?",
    "Can {x} be <found|seen> <in|among> {items}?",
    "Of {items}, is <one|any|one of them> {x}?",
    "<y/n|yes/no>: {x} in {items}?",
    "<I lost|I need|I'm after> {x}. The <box|shop|list> has {items}. <Is it there|Yes or no>?",
    "<My list|The menu|The register> reads {items}. Is {x} on it?",
)
_COMMON = (
    "Which words are in both lists? First: {a}. Second: {b}.",
    "What do these lists share: {a} and {b}?",
    "list 1: {a}; list 2: {b}; common words?",
    "Find the common words of ({a}) and ({b}).",
    "Set A is {a}. Set B is {b}. What is in both?",
    "Intersection of ({a}) and ({b})?",
    "Which words of {a} are also in {b}?",
    "A: {a}. B: {b}. Which words are in A and in B?",
    "One list has {a}, the other {b}. Which words are in both?",
    "Give the words that ({a}) and ({b}) have in common.",
    "What words appear in {a} and again in {b}?",
    "Compare the lists {a} / {b}. What is in both?",
    "Common elements of {a} and {b}?",
    "Which items do {a} and {b} both contain?",
    "I have {a}. You have {b}. What do we both have?",
    "<Could|Would|Can> you <find|list|name> the words that are in both ({a}) and ({b})?",
    "I <wonder|want to know|would like to know> <which|what> words ({a}) and ({b}) share.",
    "<common|shared> <words|items>: ({a}) <and|vs|/> ({b})",
    "Left: {a}. Right: {b}. <Which|What> <words|items> are <in both|on both sides>?",
    "<Determine|Identify|Figure out> the <overlap|intersection> of ({a}) and ({b}).",
    "<Tell me|Give me|Write down> <every word|the words> found in both lists: {a} / {b}",
    "If one list is {a} and the other is {b}, <which|what> words <appear|occur|stand> in both?",
    "<Anna|Tom|My sister> likes {a}. <Ben|Kim|My brother> likes {b}. What do both like?",
    "<I'd|I would> like the words <common to|shared by|in both> ({a}) and ({b}).",
    "({a}) and ({b}): <which words are in both|what is shared|overlap|common words>?",
    "Keep only <the words|those words|the items> of ({a}) that <are also|also appear> in ({b}).",
    "<Which|What> <items|words|entries> of ({a}) <appear|occur|turn up> again in ({b})?",
    "<One|The first> <bag|basket|drawer> <has|holds> {a}, the <other|second> {b}. What is in both?",
    "<Return|Output|Print> the <intersection|shared words|common words>: ({a}), ({b})",
    "what <do|would> ({a}) and ({b}) have in common",
    "Would you mind <listing|naming|picking out> the words shared by ({a}) and ({b})?",
    "Words <in both|common to both lists>? A: {a}. B: {b}.",
    "Between ({a}) and ({b}), <which|what> words are <the same|shared|repeated>?",
    "<Say|State|Show> <which|what> words <stand|occur|are> in ({a}) as well as in ({b}).",
    "Both ({a}) and ({b}) <contain|include|have> <which|what> words?",
    "<Go|Look|Read> through {a}. Which of <these|those|them> are also <in|among> {b}?",
    "One <shop|stall|market> sells {a}. <Another|The next> one sells {b}. What do both sell?",
    "<Compare|Match|Check> ({a}) <with|against> ({b}) and <name|list|give> "
    "the shared <words|items|entries>.",
    "Only the <words|items|entries> found in both lists, please: {a}; {b}",
    "For the sets ({a}) and ({b}), <find|give|name> the <intersection|common elements|overlap>.",
    "<My|Her> list <says|reads>: {a}. <Your|His> list <says|reads>: "
    "{b}. Which words <match|are on both>?",
    "<Words only|Just the words>: in ({a}) and in ({b})",
    "<My friend and I|We two> each wrote a list: {a} / {b}. <Which words match|What is in both>?",
    "overlap <pls|please>: ({a}) ({b})",
)
_SHORT_WORDS = tuple(sorted({word for word in WORDS if len(word) <= 6}))
_BY_FIRST: dict[str, list[str]] = {}
for _word in _SHORT_WORDS:
    _BY_FIRST.setdefault(_word[0], []).append(_word)


_LIST_RANGES = ((1, 9), (1, 30), (10, 99), (10, 99), (100, 999))


def _numbers(rng: random.Random, level: int, counts: Sequence[int]) -> list[int]:
    low, high = _LIST_RANGES[level - 1]
    return rng.sample(range(low, high + 1), counts[level - 1])


def _extreme(rng: random.Random, level: int) -> Solved:
    numbers = _numbers(rng, level, (3, 4, 5, 6, 6))
    largest = rng.random() < 0.5
    best, steps = numbers[0], [f"start {numbers[0]}"]
    for number in numbers[1:]:
        sign = "<" if number < best else ">"
        takes = (sign == ">") == largest
        steps.append(
            f"{number}{sign}{best} {'take' if takes else 'keep'} {number if takes else best}"
        )
        best = number if takes else best
    words = ("largest", "biggest", "highest") if largest else ("smallest", "lowest")
    return Solved(
        key=f"{'max' if largest else 'min'} {','.join(map(str, numbers))}",
        answer=str(best),
        low=f"{'largest' if largest else 'smallest'} is {best}",
        high=traces.join(steps),
        slots={"items": listed(rng, numbers), "most": rng.choice(words)},
    )


def _selection(items: Sequence[Any], *, largest: bool) -> str:
    """Sort by taking the smallest (or largest) again and again."""
    left, steps = list(items), []
    while len(left) > 1:
        best = max(left) if largest else min(left)
        steps.append(f"{' '.join(map(str, left))}: take {best}")
        left.remove(best)
    steps.append(f"take {left[0]}")
    return traces.join([*steps, ", ".join(map(str, sorted(items, reverse=largest)))])


def _sort_numbers(rng: random.Random, level: int) -> Solved:
    numbers = _numbers(rng, level, (3, 4, 4, 5, 5))
    down = rng.random() < 0.4
    ordered = sorted(numbers, reverse=down)
    return Solved(
        key=f"{'down' if down else 'up'} {','.join(map(str, numbers))}",
        answer=", ".join(map(str, ordered)),
        low=f"first {ordered[0]}, last {ordered[-1]}",
        high=_selection(numbers, largest=down),
        slots={"items": listed(rng, numbers)},
        variant="down" if down else "up",
    )


def _sort_words(rng: random.Random, level: int) -> Solved:
    count = (3, 3, 4, 4, 5)[level - 1]
    words = rng.sample(_SHORT_WORDS, count)
    if level in (2, 4, 5):
        family_of = [word for word in _BY_FIRST[words[0][0]] if word not in words]
        if family_of:
            words[1] = rng.choice(family_of)
    rng.shuffle(words)
    ordered = sorted(words)
    return Solved(
        key=",".join(words),
        answer=", ".join(ordered),
        low=f"first {ordered[0]}, last {ordered[-1]}",
        high=_selection(words, largest=False),
        slots={"items": listed(rng, words)},
    )


def _member(rng: random.Random, level: int) -> Solved:
    count = (3, 4, 5, 6, 7)[level - 1]
    pool: Sequence[Any] = _SHORT_WORDS if rng.random() < 0.6 else range(10, 100)
    *items, other = rng.sample(pool, count + 1)
    inside = rng.random() < 0.5
    x = rng.choice(items) if inside else other
    answer = "yes" if inside else "no"
    steps = []
    for item in items:
        steps.append(f"{item} {'yes' if item == x else 'no'}")
        if item == x:
            break
    return Solved(
        key=f"{x} in {','.join(map(str, items))}",
        answer=answer,
        low=f"{x} is {'' if inside else 'not '}there",
        high=traces.join([f"look for {x}", *steps, answer]),
        slots={"x": x, "items": listed(rng, items)},
    )


def _common(rng: random.Random, level: int) -> Solved:
    count = (2, 3, 3, 4, 4)[level - 1]
    shared = between(rng, ((1, 1), (1, 2), (1, 2), (1, 3), (2, 3)), level)
    words = rng.sample(_SHORT_WORDS, 2 * count - shared)
    first, second = words[:count], words[count - shared :]
    rng.shuffle(first)
    rng.shuffle(second)
    both = [word for word in first if word in second]
    steps = [f"{word} {'yes' if word in second else 'no'}" for word in first]
    return Solved(
        key=f"{','.join(first)} & {','.join(second)}",
        answer=", ".join(both),
        low=f"{len(both)} in both",
        high=traces.join([*steps, ", ".join(both)]),
        slots={"a": ", ".join(first), "b": ", ".join(second)},
    )


FAMILIES = (
    family("extreme", _extreme, _EXTREME),
    family("sort_numbers", _sort_numbers, _SORT_NUMBERS, "exact", weight=1.5),
    family("sort_words", _sort_words, _SORT_WORDS, "exact", weight=1.5),
    family("member", _member, _MEMBER, "exact"),
    family("common_words", _common, _COMMON, "set"),
)
