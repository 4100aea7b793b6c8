"""Families that offer tools and need none: the model answers by itself, or says that it cannot."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from trinity.train import chat, reasoning
from trinity.train.agentic.making import Solved, key_like, worded
from trinity.train.agentic.topics import (
    CITIES,
    GOODS,
    PLACES,
    TOPICS,
    Topic,
    cores_of,
    draw_things,
    offered,
    other_tools,
)
from trinity.train.chat_refusals import REFUSALS
from trinity.train.items import Check, Family, Item, Split
from trinity.train.reasoning.lexicon import NAMES

CANNOT = "None of my tools can do that."
"""Said where no tool fits."""

_EASY = "add subtract multiply compare count_letter reverse_word spell word_length parity".split()
_TALK = tuple(family for family in chat.FAMILIES if family.name not in REFUSALS)
_HEAD = tuple(family for family in reasoning.FAMILIES if family.name in _EASY)


@dataclass(frozen=True, slots=True)
class WithoutTools:
    """The `make` of a family: an easy exercise of another family, tools on offer."""

    name: str

    def __call__(self, rng: random.Random, split: Split, level: int) -> Item:
        """Make one item of `level`, worded for `split`; the more tools, the higher the level."""
        family = rng.choice(_HEAD if rng.random() < 0.6 else _TALK)
        item = family.make(rng, split, rng.randint(1, 2))
        tools = other_tools(rng, split, level) or other_tools(rng, split, 2)
        return replace(
            item,
            domain="chat",
            family=self.name,
            key=key_like(self.name, item.family, item.key),
            level=level,
            tools=offered(rng, *tools, others=()),
            thoughts_low=item.thoughts_low or "no tool",
            thoughts_high=f"no tool needed; {item.thoughts_high}",
        )


_ACTIONS = (
    "Send {name} an e-mail.", "Book a table at the {place}.", "Order a {good} for me.",
    "Call {name} for me.", "Book me a <flight|train> to {city}.",
    "<Turn on|Turn off|Dim> the <lights|heating|radio> in the {place}.",
    "<Set|Start> <an alarm|a timer> for <seven|eight|ten|noon>.",
    "<Remind me|Tell me later> to <call {name}|buy a {good}|go to the {place}>.",
    "<Pay|Transfer|Lend> {name} <ten|twenty|fifty> euros.",
    "<Delete|Move|Rename|Print> my <letter|file|photo> <to|for|about> {name}.",
    "<Invite|Ask> {name} <to the {place}|for dinner|to my party in {city}>.",
    "<Play|Sing|Put on> <some music|a song|the radio> for {name}.",
    "<Take|Make|Draw> a <photo|picture|drawing> of the {good}.",
    "<Cancel|Change> my <trip to {city}|meeting with {name}|order of the {good}>.",
    "<Order|Call|Get> me a <taxi|cab> to the {place}.",
    "<Can|Could|Will> you <sell|repair|return> my {good}<| for me>?",
    "<Reserve|Hold> <two|three|four> <seats|tickets> at the {place} <for|with> {name}.",
    "<Open|Lock|Close> the <door|gate|window> of the {place}.",
    "write to {name} that <I'm late|the {good} is broken|we meet at the {place}>",
    "<Post|Share|Publish> <a note|this> about the {good} <online|for {name}>.",
    "<Drive|Bring|Take> me to <{city}|the {place}>.", "<Wake|Fetch|Pick up> {name} at the {place}.",
    "<Buy|Get> <two tickets to {city}|a {good} for {name}|flowers for {name}>.",
    "<I need you to|Would you> <phone|text|message> {name} <now|about the {good}>.",
    "<Rent|Hire> a <car|flat|bike> in {city} <for me|for {name}>.",
)  # fmt: skip


def tool_cannot_help(rng: random.Random, split: Split, level: int) -> Solved:
    """Something that no tool on offer does: another fact than theirs, or a deed."""
    used: tuple[Topic, ...] = ()
    if rng.random() < 0.35:
        slots = {
            "name": rng.choice(NAMES),
            "good": rng.choice(GOODS),
            "place": rng.choice(PLACES),
            "city": rng.choice(CITIES),
        }
        wanted, variant = "a deed", "deed"
    else:
        topic = rng.choice(TOPICS)
        slots = dict(zip("xy", draw_things(rng, topic), strict=False))
        used = (topic,)
        wanted, variant = topic.asked.format(**slots), topic.nouns[0]
    others = other_tools(rng, split, level, *used) or other_tools(rng, split, 2, *used)
    tools = offered(rng, *others, others=())
    return Solved(
        key=f"{variant} {' '.join(slots.values())}",
        slots=slots,
        variant=variant,
        answer=CANNOT,
        low="no tool fits",
        high=f"asked: {wanted}; tools: {', '.join(tool.name for tool in tools)}; none fits",
        check=Check("exact", CANNOT),
        tools=tools,
    )


FAMILIES = (
    Family("no_tool_needed", "chat", WithoutTools("no_tool_needed"), weight=1.5),
    worded(
        "tool_cannot_help",
        "chat",
        tool_cannot_help,
        {topic.nouns[0]: cores_of(topic) for topic in TOPICS} | {"deed": _ACTIONS},
        weight=1.5,
    ),
)
