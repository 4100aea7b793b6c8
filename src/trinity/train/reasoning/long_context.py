"""Long prompts: a fact among many, two facts, short notes, and values that change."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family
from trinity.train.reasoning.long_notes import (
    BY_LABEL,
    FIELDS,
    LABELS,
    VARIABLES,
    WHICH_EVENT,
    WHICH_NOTE,
)
from trinity.train.reasoning.long_texts import AMOUNTS, FILLERS, NEEDLES, framed, numbers

_CHARACTERS = ((60, 130), (150, 230), (260, 340), (370, 440), (470, 520))
"""How long the facts of a text are at each level."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One fact, and the sentence that tells it."""

    kind: str
    subject: str
    value: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}={self.value}"


def _tell(rng: random.Random, kind: str, subject: str, value: str, says: Sequence[str]) -> _Told:
    text = rng.choice(says).format(x=subject, v=value)
    return _Told(kind, subject, value, text[0].upper() + text[1:])


def _facts(
    rng: random.Random,
    level: int,
    kind: str,
    subjects: Sequence[str],
    values: Sequence[str],
    says: Sequence[str],
) -> list[_Told]:
    """Facts of one kind, from level 2 on among facts of other kinds about the same subjects."""
    others = [name for name, fact in NEEDLES.items() if fact.subjects is subjects and name != kind]
    wanted, told = between(rng, _CHARACTERS, level), dict[tuple[str, str], _Told]()
    while len(told) < 2 or sum(len(fact.sentence) for fact in told.values()) < wanted:
        subject = rng.choice(subjects)
        if others and level > 1 and len(told) > 1 and rng.random() < 0.3:
            other = rng.choice(others)
            about = NEEDLES[other]
            fact = _tell(rng, other, subject, rng.choice(about.values), about.says)
        else:
            fact = _tell(rng, kind, subject, rng.choice(values), says)
        told.setdefault((fact.kind, subject), fact)
    facts = list(told.values())
    rng.shuffle(facts)
    return facts


def _text(rng: random.Random, facts: Sequence[_Told], level: int) -> str:
    """The facts in their order, sometimes as lines, with sentences between that tell nothing."""
    sentences = [fact.sentence for fact in facts]
    for filler in rng.sample(FILLERS, rng.randint(0, min(level, 3))):
        sentences.insert(rng.randint(0, len(sentences)), filler)
    mark = rng.choice((" ", " ", " ", "\n", "\n- "))
    return ("\n- " if mark == "\n- " else "") + mark.join(sentences)


def _key(told: Collection[_Told], asked: str) -> str:
    return f"{'; '.join(map(str, told))} ? {asked}"


def _needle(rng: random.Random, level: int) -> Solved:
    kind = rng.choice(tuple(NEEDLES))
    about = NEEDLES[kind]
    facts = _facts(rng, level, kind, about.subjects, about.values, about.says)
    found = rng.choice([fact for fact in facts if fact.kind == kind])
    same = [fact for fact in facts if (fact.kind, fact.value) == (kind, found.value)]
    back = bool(about.back) and len(same) == 1 and rng.random() < 0.4
    asked = f"{kind} ={found.value}" if back else f"{kind} {found.subject}"
    answer = found.subject if back else found.value
    sentence = found.sentence.rstrip(".")
    return Solved(
        key=_key(facts, asked),
        answer=answer,
        low=sentence,
        high=traces.join([asked, sentence, answer]),
        slots={"text": _text(rng, facts, level), "x": found.subject, "v": found.value},
        variant=f"{kind} back" if back else kind,
    )


_VALUES = (numbers(2, 9), numbers(2, 30), numbers(10, 60), numbers(10, 99), numbers(10, 99))


def _two_needles(rng: random.Random, level: int) -> Solved:
    kind = rng.choice(tuple(AMOUNTS))
    about = AMOUNTS[kind]
    facts = _facts(rng, level, kind, about.subjects, _VALUES[level - 1], about.says)
    pair = rng.sample([fact for fact in facts if fact.kind == kind], 2)
    if pair[0].value == pair[1].value:
        return _two_needles(rng, level)
    asked = rng.choice(("total", "more", "most"))
    if asked == "more":
        pair.sort(key=lambda fact: -int(fact.value))
    first, second = pair
    a, b = int(first.value), int(second.value)
    if asked == "most":
        step, answer = traces.compare(a, b), first.subject if a > b else second.subject
        ending = answer
    else:
        step = traces.plus(a, b) if asked == "total" else traces.minus(a, b)
        answer = str(a + b if asked == "total" else a - b)
        ending = ""
    sentences = [fact.sentence.rstrip(".") for fact in pair]
    return Solved(
        key=_key(facts, f"{asked} {kind} {first.subject}, {second.subject}"),
        answer=answer,
        low=f"{a}, {b}",
        high=traces.join([*sentences, step, ending]),
        slots={"text": _text(rng, facts, level), "x": first.subject, "y": second.subject},
        variant=f"{kind} {asked}",
    )


_TITLES = ("Note {label}: {event}.", "Note {label}. {event}.", "Note {label} ({event}).")


def _documents(rng: random.Random, level: int) -> Solved:
    count, fields = (3, 3, 4, 4, 5)[level - 1], (1, 2, 3, 5, 5)[level - 1]
    events = rng.sample(FIELDS["day"].subjects, count)
    values = {name: rng.sample(field.values, count) for name, field in FIELDS.items()}
    title, notes, texts = rng.choice(_TITLES), list[list[_Told]](), []
    for place, event in enumerate(events):
        names = rng.sample(tuple(FIELDS), fields)
        notes.append(
            [_tell(rng, name, event, values[name][place], FIELDS[name].says) for name in names]
        )
        heading = title.format(label=LABELS[place], event=event.removeprefix("the ").capitalize())
        texts.append(" ".join([heading, *(fact.sentence for fact in notes[-1])]))
    place = rng.randrange(count)
    found, label, event = rng.choice(notes[place]), LABELS[place], events[place]
    topic = event.removeprefix("the ")
    variant, asked, steps, answer = rng.choice(
        (
            (found.kind, f"{found.kind} {event}", [topic, found.sentence], found.value),
            (f"{found.kind} of", f"{found.kind} {label}", [label, found.sentence], found.value),
            ("event of", f"event {label}", [f"note {label}: {topic}"], topic),
            ("which note", f"note ={found.value}", [found.sentence, f"note {label}"], label),
            ("which event", f"note {event}", [f"note {label}: {topic}"], label),
        )
    )
    steps = [step.rstrip(".") for step in steps]
    shown = f"{found.value} euros" if found.kind == "price" else found.value
    return Solved(
        key=_key([fact for note in notes for fact in note], asked),
        answer=answer,
        low=steps[-1],
        high=traces.join([*steps, answer]),
        slots={
            "text": rng.choice(("\n", "\n", "\n\n", " ")).join(texts),
            "x": label if variant.endswith(" of") else event,
            "v": shown,
        },
        variant=variant,
    )


def _last_update(rng: random.Random, level: int) -> Solved:
    kind = rng.choice(tuple(VARIABLES))
    about = VARIABLES[kind]
    subjects = rng.sample(about.subjects, (2, 2, 3, 3, 4)[level - 1])
    wanted, told, now = between(rng, _CHARACTERS, level), list[_Told](), dict[str, str]()
    # With a sentence more than subjects, one of them has changed.
    while len(told) <= len(subjects) or sum(len(fact.sentence) for fact in told) < wanted:
        subject = rng.choice(subjects)
        value = rng.choice([value for value in about.values if value != now.get(subject)])
        says = about.changes if subject in now else about.says
        told.append(_tell(rng, kind, subject, value, says))
        now[subject] = value
    values = {name: [fact.value for fact in told if fact.subject == name] for name in now}
    asked = rng.choice([name for name in now if len(values[name]) > 1])
    return Solved(
        key=_key(told, asked),
        answer=now[asked],
        low=f"last {now[asked]}",
        high=traces.join([asked, *values[asked], f"last {now[asked]}"]),
        slots={"text": _text(rng, told, level), "x": asked},
        variant=kind,
    )


_NEEDLE_CORES = {kind: framed(fact.asks) for kind, fact in NEEDLES.items()} | {
    f"{kind} back": framed(fact.back) for kind, fact in NEEDLES.items() if fact.back
}
_TWO_CORES = {
    f"{kind} {asked}": framed(asks)
    for kind, amount in AMOUNTS.items()
    for asked, asks in (("total", amount.total), ("more", amount.more), ("most", amount.most))
}
_DOCUMENT_CORES = {
    **{kind: framed(field.asks) for kind, field in FIELDS.items()},
    **{f"{kind} of": framed(asks) for kind, asks in BY_LABEL.items()},
    "which note": framed(WHICH_NOTE),
    "which event": framed(WHICH_EVENT),
}
_LAST_CORES = {kind: framed(variable.asks) for kind, variable in VARIABLES.items()}

FAMILIES = (
    family("needle", _needle, _NEEDLE_CORES, "exact"),
    family("two_needles", _two_needles, _TWO_CORES, "exact"),
    family("documents", _documents, _DOCUMENT_CORES, "exact"),
    family("last_update_wins", _last_update, _LAST_CORES, "exact"),
)
