"""Puzzles about people and kinds: orderings, knights and knaves, syllogisms."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, family
from trinity.train.reasoning.lexicon import NAMES, invented

_ORDER = (
    "{clues} Who is the {most}?",
    "{clues} Which person is the {most}?",
    "{clues} Name the {most}.",
    "Who is the {most}? {clues}",
    "{clues} So who is the {most} of them?",
    "{clues} Of these people, who is the {most}?",
    "Given this: {clues} Who is the {most}?",
    "{clues} {most}?",
    "{clues} Tell me who is the {most}.",
    "Find the {most} person: {clues}",
    "{clues} Who of them is the {most}?",
    "We know: {clues} Who is the {most}?",
    "{clues} Can you say who is the {most}?",
    "Read this. {clues} Who is the {most}?",
    "Answer with a name: {clues} Who is the {most}?",
    "<Who|Which one> <is|must be> the {most}, <given this|knowing this>? {clues}",
    "{clues} <I wonder|I'd like to know|Say> who is the {most}.",
    "{clues} <The|So the|Then the> {most} <|person |one >is who?",
    "<Find|Identify|Pick|Name> the {most} <of them|of these people|among them>. {clues}",
    "<Put|Sort|Arrange> in order: {clues} <Who|Which one> is the {most}?",
    "<Clues|Facts|Hints>: {clues} <Question|Asked>: who is the {most}?",
    "<Give|Write|State|Return|Output> <|just >the name of the {most}<| one>. {clues}",
    "<What's|What is> the name of the {most} <person|one>? {clues}",
    "<From|Judging by|Going by> <these clues|these facts|this>, who is the {most}? {clues}",
    "{most} of the <group|bunch|lot>? {clues}",
    "{clues} {most}<| person| one> = ?",
    "{clues} If <you rank|we compare> them, who is the {most}?",
    "<Friends|People> were compared. {clues} Who is the {most}?",
    "<Could|Can|Would> you <find|tell me|say> who is the {most}? {clues}",
    "Would you mind <naming|telling me> the {most}? {clues}",
    "{clues} <That|This> makes <who|which person|which of them> the {most}?",
    "{clues} <Whose|Which> name <goes|fits> with '{most}'?",
    "<In our class|At the club|On our team>: {clues} Who is the {most}?",
    "{clues} <Work out|Figure out|Determine|Deduce> <who|which one> <is|must be> the {most}.",
    "<who's|who is> the {most} <of all|here|of them>? {clues}",
    "<I need|I'm looking for|Looking for> the {most} <person|one>: {clues}",
    "{clues} <Whom|Which person> would you call the {most}?",
    "{clues} <The {most} one, please.|Name of the {most}?|And the {most} is?>",
    "<Rank|Order|Compare> these people and <name|give|state|report> the {most}. {clues}",
    "<Only one|Just one person> is the {most}. {clues} <Who|Which one>?",
    "<A riddle|A puzzle|Brain teaser>: {clues} <Who|Which of them> is the {most}?",
    "<Of them all|Of everyone named|Among those named>, who is the {most}? {clues}",
    "<Reading this|Using this>, <who counts as|who is called> the {most}? {clues}",
    "<Spell out|Reply with|Answer with> the {most} person's name. {clues}",
    "{clues} {most}: <name|who>?",
    "<name only|one name|just the name>: {most}. {clues}",
    "{clues} <We argue|They argue>: who is the {most}?",
    "<Overheard|I heard this|She said>: {clues} The {most} is?",
    "<My quiz|A quiz> asks: {clues} Who is the {most}?",
    "who is the {most} <here|pls>? {clues}",
    "{clues} <A medal|The prize> goes to the {most}. <Who|To whom>?",
)
_KNIGHTS = (
    "{rule} {says} Is {x} knight or knave?",
    "{rule} {says} What is {x}?",
    "Knights and knaves. {says} What is {x}?",
    "{says} {rule} So what is {x}?",
    "{rule} {says} Is {x} a knave or a knight?",
    "On the island of knights and knaves: {says} What is {x}?",
    "{rule} {says} Tell me what {x} is.",
    "{says} If {rule_low}, what is {x}?",
    "{rule} {says} Knight or knave: {x}?",
    "Logic puzzle. {rule} {says} What is {x}?",
    "Knight or knave? {says} Decide for {x}.",
    "{rule} {says} What must {x} be?",
    "Each is a knight or a knave. {says} What is {x}?",
    "{says} Find out if {x} is a knight or a knave.",
    "{rule} {says} Work out what {x} is.",
    "{rule} {says} <So|Then|Now>, what is {x}?",
    "<Is {x} a knight or a knave|Knight or knave, "
    "what is {x}|What kind is {x}, knight or knave>? {says}",
    "{rule} {says} <Decide|Find out|Deduce|Figure out> what {x} is.",
    "<Everyone|Everybody> here is a <knight or a knave|knave or a knight>. {says} What is {x}?",
    "<I wonder|Tell me|I'd like to know> <whether|if> {x} is a knight or a knave. {says}",
    "<I visit|We visit|You visit> <an|the> island of knights and knaves. {says} What is {x}?",
    "{rule} {says} {x} is <what|which of the two>?",
    "{says} <Given that|Since|Because|As> {rule_low}, what is {x}?",
    "Knaves <always|only> lie, knights never <do|lie>. {says} What is {x}?",
    "knights <are honest|speak the truth>, knaves <are liars|lie>. {says} <What kind is |>{x}?",
    "<Could|Can|Would> you <say|find> what {x} is? {rule} {says}",
    "Would you mind <deciding|saying> <whether|if> {x} is a knight or a knave? {says}",
    "<Said|Claims|Heard>: {says} <Rule|Known>: {rule} Kind of {x}?",
    "{says} <Knight or knave|Knave or knight> - which <is|describes|fits> {x}?",
    "{x}: <knight or knave|knave or knight>? {says} {rule}",
    "Which <word|label> <fits|suits> {x}, <knight or knave|knave or knight>? {says}",
    "<Suppose|Imagine|Assume> {rule_low}. {says} What is {x} then?",
    "{says} <In a world|On an island|In a land|In a town> where {rule_low}, what is {x}?",
    "A <guest|visitor|stranger> hears: {says} {rule} What is {x}?",
    "<Answer|Reply|Say|Write> <knight or knave|knave or knight> for {x}. {says}",
    "<Name|Give|State|Identify|Report> the kind of {x}, <knight or knave|knave or knight>: {says}",
    "Knights are <honest|truthful>, knaves <are not|lie>. {says} Which kind is {x}?",
    "<If the rules hold|Given these words|By these words>, what is {x}? {says} {rule}",
    "<The puzzle|The task|Your job>: <find|say> what {x} is. {rule} {says}",
    "{says} what's {x}, <knight or knave|a knight or a knave>? {rule_low}",
    "{says} {rule} <Think|Reason>: what is {x}?",
    "{rule} {says} <So|Thus|Hence> {x} is <what|which of the two>?",
    "<Liars|Fibbers> are knaves, <honest people|truth-tellers> are knights. {says} And {x}?",
    "One word <is right|fits|is true> for {x}: knight or knave. Which? {says}",
    "{says} {x}: <knight or knave|knave or knight|which one>? {rule}",
    "<one word|knight or knave|answer in one word>: {x}. {says}",
    "{rule} {says} <I guess|Tell me>: {x} is?",
    "<Overheard|I heard|They said>: {says} So {x} is <a knight or knave|what>?",
    "<My quiz|A quiz|My book> says: {says} {rule} {x}?",
    "{says} <Can I trust|Do I trust|Is it safe to trust> {x}? Say <knight or knave|knave or "
    "knight>.",
    "{says} {x} is a ...? <knight/knave|knave/knight>",
    "<Two kinds live here|Here live two kinds>, knights and knaves. {says} {x} <is|must be>?",
    "{rule} {says} And {x} is a <knight or a knave|knave or a knight>?",
    "{says} <Truth or lies|Honest or not>: is {x} knight or knave?",
    "<Tell me|Name|Say> the kind of {x}. {rule} {says}",
    "{rule} <Now listen|Listen|Hear this>: {says} {x}?",
    "{says} <Help me|Please help|I'm puzzled>: {x}, <knight or knave|knave or knight>?",
    "<Trial|Case|Riddle> of the knights and knaves: {says} {x} is <what|which>?",
)
_SYLLOGISM = (
    "{facts} {query} Answer yes, no or unknown.",
    "{facts} {query} (yes, no or unknown)",
    "Given: {facts} {query} Yes, no or unknown?",
    "{facts} From this alone: {query} Yes, no, unknown?",
    "Suppose this holds. {facts} {query} Say yes, no or unknown.",
    "{facts} Does it follow? {query} Yes, no or unknown?",
    "yes, no or unknown: {facts} {query}",
    "Logic: {facts} {query} Yes, no or unknown?",
    "{facts} Now: {query} Reply yes, no or unknown.",
    "Assume: {facts} {query} Answer with yes, no or unknown.",
    "{facts} The question: {query} Yes, no or unknown?",
    "Take these facts: {facts} {query} Yes, no or unknown?",
    "{facts} What follows? {query} Yes, no or unknown.",
    "Decide yes, no or unknown. {facts} {query}",
    "Only using this: {facts} {query} Yes, no or unknown?",
    "{query} <Answer|Reply|Say|Write> yes, no or unknown. {facts}",
    "<If all this holds|If this is all true|If this is so>: "
    "{facts} {query} <Yes, no or unknown?|Yes, no, unknown?>",
    "<I know this|We are told this|The book says>: "
    "{facts} <So|Then|Now>: {query} yes, no or unknown?",
    "<Could|Can|Would> you say yes, no or unknown? {facts} {query}",
    "{facts} {query} <Pick|Choose> one <word|answer>: yes, no, unknown.",
    "<From|By> <these facts|these rules|this> alone: {facts} {query} Yes, no or unknown?",
    "<Facts|Premises|Known>: {facts} <Question|Asked>: "
    "{query} <Options|Choices>: yes, no, unknown.",
    "{facts} <I wonder|I ask myself>: {query} <Is it yes, no or unknown?|Yes, no or unknown?>",
    "{query} <It is known that|We know>: {facts} Yes, no or unknown?",
    "<Reason|Think> <it out|it through>: {facts} {query} "
    "<Yes, no or unknown?|Say yes, no or unknown.>",
    "<Imagine|Picture> a <world|land|place> where this holds. {facts} {query} Yes, no or unknown?",
    "{facts} <Judge|Decide|Determine>: {query} yes, no or unknown",
    "{facts} {query} <Say unknown|Write unknown> if "
    "<it is open|nothing tells|it cannot be told>, else yes or no.",
    "<Is it yes, no or unknown|Yes, no or unknown>? {query} <Facts|Given>: {facts}",
    "{facts} <What do you conclude|What can be concluded|What would you say>? "
    "{query} Yes, no or unknown.",
    "<A test|A small test|A puzzle> in logic. {facts} {query} <yes/no/unknown|yes, no or unknown>?",
    "yes/no/unknown: {query} {facts}",
    "{facts} {query} <Give|Return|Output|State> <yes, no or unknown|one of yes, no, unknown>.",
    "<Made-up|Invented|Strange> words, <real|plain> logic: {facts} {query} Yes, no or unknown?",
    "<Believe|Trust|Accept> only this: {facts} {query} "
    "<Yes, no or unknown?|Reply yes, no or unknown.>",
    "{facts} <My question|What I ask>: {query} <Is it|Would it be> yes, no or unknown?",
    "<Would you mind saying|I'd like to know>: {query} Yes, no or unknown? {facts}",
    "<Please read|Read|Look at> the facts. {facts} {query} Yes, no or unknown?",
    "{facts} <Taken together|All in all>: {query} <Yes, no or unknown?|yes, no, unknown?>",
    "<Someone|A friend|A teacher> says: {facts} {query} Yes, no or unknown?",
    "{facts} <Can you tell|Can we tell|Do we know>? {query} Yes, no or unknown.",
    "Rules: {facts} <Check|Verify|Work out>: {query} <Yes, no or unknown?|(yes/no/unknown)>",
    "{facts} {query} <y/n/unknown|yes/no/unknown|yes, no, unknown>",
    "<one word|single word>, yes, no or unknown: {facts} {query}",
    "<My quiz|A quiz|My book> says: {facts} {query} <Yes|Is it yes>, no or unknown?",
    "{facts} <Hm|Hmm|So>, {query} <Yes, no or unknown?|Yes/no/unknown?>",
    "<Overheard|I heard|They say>: {facts} {query} Yes, no or unknown?",
    "{query} {facts} <Yes, no or unknown?|Say yes, no or unknown.|yes/no/unknown>",
    "{facts} <Does it follow|Is it sure>? {query} Yes, no, unknown?",
    "<True facts|All true>: {facts} {query} <Yes, no or unknown|Reply yes, no or unknown>.",
    "<Fact check|Check it|Test>: {facts} {query} <Yes, no or unknown?|yes/no/unknown>",
    "{facts} <Help me|I'm stuck|Tell us>: {query} <Yes, no or unknown?|yes/no/unknown>",
    "{query} <Use|Take> <only this|just this>: {facts} Yes, no or unknown?",
    "<If so|If that's so|Given that>: {facts} {query} <Yes, no or unknown?|yes, no, unknown>",
    "{facts} <Answer|Say|Reply> <shortly|in a word>: {query} Yes, no or unknown?",
)
_SCALES = (
    ("taller", "shorter", "tallest", "shortest"),
    ("older", "younger", "oldest", "youngest"),
    ("faster", "slower", "fastest", "slowest"),
    ("richer", "poorer", "richest", "poorest"),
    ("stronger", "weaker", "strongest", "weakest"),
    ("heavier", "lighter", "heaviest", "lightest"),
    ("happier", "sadder", "happiest", "saddest"),
    ("louder", "quieter", "loudest", "quietest"),
)
_RULES = (
    "Knights tell the truth, knaves lie.",
    "Knights never lie, knaves always lie.",
    "Knaves lie, knights do not.",
)
_SHORT_NAMES = tuple(name for name in NAMES if len(name) <= 5)
_SHORTEST_NAMES = tuple(name for name in NAMES if len(name) <= 4)


def _order(rng: random.Random, level: int) -> Solved:
    """Clues link neighbours of a hidden order, so the whole order follows."""
    count = (3, 3, 4, 4, 5)[level - 1]
    names = rng.sample(_SHORT_NAMES, count)
    more, less, most, least = rng.choice(_SCALES)
    pairs = list(itertools.pairwise(names))
    if level > 1:
        rng.shuffle(pairs)
    clues, notes = [], []
    for high, low in pairs:
        turned = level > 1 and rng.random() < 0.5
        clues.append(f"{low} is {less} than {high}." if turned else f"{high} is {more} than {low}.")
        notes.append(f"{high}>{low}")
    ranks = [(0, most), (count - 1, least)]
    if level > 2:
        ranks += [(1, f"second {most}"), (count - 2, f"second {least}")]
    elif level == 2:
        ranks.append((1, f"second {most}"))
    place, wanted = rng.choice(ranks)
    answer = names[place]
    order = " ".join(names)
    return Solved(
        key=f"{' '.join(clues)} {wanted}",
        answer=answer,
        low=order,
        high=traces.join([*notes, f"order {order}", f"{wanted} {answer}"]),
        slots={"clues": " ".join(clues), "most": wanted},
    )


_Claim = tuple[str, int]
"""A kind of statement, and the index of the person it is about."""


def _holds(claim: _Claim, speaker: int, world: Sequence[bool]) -> bool:
    kind, about = claim
    me, other = world[speaker], world[about]
    return {
        "knight": other,
        "knave": not other,
        "same": me == other,
        "different": me != other,
        "both knights": me and other,
        "both knaves": not me and not other,
        "a knave": not (me and other),
        "a knight": me or other,
    }[kind]


_TEXTS = {
    "knight": "{other} is a knight",
    "knave": "{other} is a knave",
    "same": "{other} and I are alike",
    "different": "{other} and I are not alike",
    "both knights": "{other} and I are both knights",
    "both knaves": "{other} and I are both knaves",
    "a knave": "At least one of us is a knave",
    "a knight": "At least one of us is a knight",
}


def _solutions(claims: Sequence[_Claim], count: int) -> list[tuple[bool, ...]]:
    return [world for world in _worlds(count) if not _liars(claims, world)]


def _worlds(count: int) -> list[tuple[bool, ...]]:
    return list(itertools.product((True, False), repeat=count))


def _liars(claims: Sequence[_Claim], world: Sequence[bool]) -> list[int]:
    """The speakers whose claim does not fit with what they are in `world`."""
    return [i for i, claim in enumerate(claims) if _holds(claim, i, world) != world[i]]


def _knights(rng: random.Random, level: int) -> Solved:
    """Two people, three at level 5; claims are drawn until exactly one world fits."""
    count = 3 if level == 5 else 2
    kinds = tuple(_TEXTS)[: 2 if level == 5 else 8]
    wanted, asked = rng.random() < 0.5, rng.randrange(count)
    while True:
        speakers = count if level > 1 else 1
        claims = [
            (rng.choice(kinds), rng.choice([j for j in range(count) if j != i]))
            for i in range(speakers)
        ]
        if level == 5:
            claims[2] = (rng.choice(tuple(_TEXTS)[2:6]), claims[2][1])
        worlds = _solutions(claims, count)
        if len(worlds) == 1 and worlds[0][asked] == wanted:
            break
    names = _with_different_initials(rng, count)
    says = [
        f'{names[i]} says: "{_TEXTS[kind].format(other=names[about])}."'
        for i, (kind, about) in enumerate(claims)
    ]
    answer = "knight" if wanted else "knave"
    rule = rng.choice(_RULES) if count == 2 else _RULES[-1]
    return Solved(
        key=" ".join([*says, names[asked]]),
        answer=answer,
        low=", ".join(_names_and_kinds(names, worlds[0])),
        high=_try_worlds(names, claims, count, f"{names[asked]}: {answer}"),
        slots={
            "rule": rule,
            "rule_low": "k" + rule[1:-1],
            "says": " ".join(says),
            "x": names[asked],
        },
    )


def _with_different_initials(rng: random.Random, count: int) -> list[str]:
    """Names of at most four letters that the trace can shorten to their first."""
    names = rng.sample(_SHORTEST_NAMES, count)
    while len({name[0] for name in names}) < count:
        names = rng.sample(_SHORTEST_NAMES, count)
    return names


def _names_and_kinds(names: Sequence[str], world: Sequence[bool]) -> list[str]:
    return [f"{name} {'knight' if k else 'knave'}" for name, k in zip(names, world, strict=True)]


def _try_worlds(names: list[str], claims: Sequence[_Claim], count: int, end: str) -> str:
    steps: list[str] = []
    for world in _worlds(count):
        liars = _liars(claims, world)
        label = " ".join(
            f"{name[0]}{'+' if k else '-'}" for name, k in zip(names, world, strict=True)
        )
        if not liars:
            return traces.join([*steps, f"{label} fits", end])
        told = "true" if _holds(claims[liars[0]], liars[0], world) else "false"
        steps.append(f"{label} no, {names[liars[0]]} says {told}")
    raise RuntimeError("No world fits the claims.")


def _syllogism(rng: random.Random, level: int) -> Solved:
    """A chain of rules about invented kinds, its last link perhaps a "no"."""
    links = (1, 2, 2, 3, 3)[level - 1]
    kinds = _kinds(rng, links + 1)
    name = rng.choice(_SHORT_NAMES)
    answer = rng.choice(("yes", "no", "unknown"))
    closed = answer == "no" or (answer == "unknown" and links > 1 and rng.random() < 0.4)
    rules = [f"All {x}s are {y}s." for x, y in itertools.pairwise(kinds)]
    if closed:
        rules[-1] = f"No {kinds[-2]}s are {kinds[-1]}s."
    if answer == "unknown":
        fact = rng.randint(1, links - 1 if closed else links)
        asked = 0
        steps = [f"{name} is a {kinds[fact]}", f"no rule from {kinds[fact]} to {kinds[0]}"]
    elif answer == "no" and level > 1 and rng.random() < 0.4:
        fact, asked = links, 0
        steps = [f"{name} is a {kinds[-1]}", *(f"not a {kind}" for kind in kinds[-2::-1])]
    else:
        fact, asked = 0, links
        steps = [f"{name} is a {kinds[0]}", *(f"a {kind}" for kind in kinds[1:-1])]
        steps.append(f"{'not ' if closed else ''}a {kinds[-1]}")
    facts = [*rules, f"{name} is a {kinds[fact]}."]
    if level > 2:
        rng.shuffle(facts)
    text, query = " ".join(facts), f"Is {name} a {kinds[asked]}?"
    return Solved(
        key=f"{text} {query}",
        answer=answer,
        low=steps[-1],
        high=traces.join([*steps, answer]),
        slots={"facts": text, "query": query},
    )


def _kinds(rng: random.Random, count: int) -> list[str]:
    """Different invented nouns that take a plain `s` in the plural."""
    kinds: list[str] = []
    while len(kinds) < count:
        kind = invented(rng, 2)
        if kind not in kinds and not kind.endswith("s"):
            kinds.append(kind)
    return kinds


FAMILIES = (
    family("ordering", _order, _ORDER, "exact", weight=1.5),
    family("knights_and_knaves", _knights, _KNIGHTS, "exact"),
    family("syllogism", _syllogism, _SYLLOGISM, "exact"),
)
