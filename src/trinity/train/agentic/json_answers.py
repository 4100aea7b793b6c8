"""The family whose answer is a JSON object, taken from a short text."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from trinity.train.agentic.making import Solved, worded
from trinity.train.agentic.records import RECORDS, Field
from trinity.train.items import Check, Split
from trinity.train.reasoning.exercise import listed
from trinity.train.wordings import choose_core

_KEYS = (
    "Extract {keys} as JSON.", "Give me JSON with the keys {keys}.", "JSON with {keys}, please:",
    "As JSON ({keys}):", "Turn this into JSON with the keys {keys}.",
    "<Return|Reply with|Answer with|Output> <a JSON object|JSON> <with|that has> {keys}.",
    "<Read|Take> the text and <write|give|make> JSON: {keys}.", "text to json, keys {keys}",
    "<Parse|Convert|Change> the <note|text|message> <to|into> JSON, <fields|keys> {keys}.",
    "<Pull|Get|Take> {keys} out of this <text|line|message> as <JSON|a JSON object>.",
    "<My program|My script|The database> <needs|expects> JSON with {keys}. <My|The> text:",
    "<Fill|Make> an object with {keys} from the <text|note> below. <Only JSON|JSON only>.",
    "<I need|I want|We need> {keys} <as|in> JSON<| format>.", "{keys} -> JSON",
    "<Structure|Put> the <following|facts> <as|into> JSON. Keys: {keys}.",
    "What are {keys} here? <Answer in|Reply in|Use> JSON.",
    "<Write|Produce|Create> <one|a flat> JSON object: <keys|its keys are|fields> {keys}.",
    "Which {keys} does the <text|note> give? JSON, please.",
    "<Can|Could|Would> you <extract|fetch|list> {keys} as JSON<| for me>?",
    "<For an API call|For my app|For the web form>, make JSON with {keys} from this:",
    "<Somebody typed|I got|They sent me> this <note|message>. Make JSON of {keys}.",
    "json please, only {keys}", "<No prose|No explanation|Just JSON>: {keys}.",
    "<From|Out of> the <text|sentence> below, <collect|gather> {keys} in a JSON object.",
    "<Keys|Fields> wanted: {keys}. <Format|Output>: JSON.",
)  # fmt: skip
_SCHEMA = (
    "Fill the schema from this text.", "Extract the data as the schema says.",
    "Turn this into JSON of the schema.", "Follow the schema.", "Answer by the schema.",
    "<Read|Take> this <note|text|line> and <fill|complete> the <schema|object>.",
    "<Here is|Here comes> a <text|note|message> <for the schema|to extract>:", "json of this",
    "<Parse|Convert|Structure> <it|this|the text|the note> <as told|by the schema>.",
    "<Make|Give me|Return> the object for this <text|message>.",
    "<Next|Another|One more> <text|note|record>:", "Put this into the <right|given> form.",
    "<Apply|Use> the schema <to|on> the <text|line> below.", "<What is|Give> the JSON for this?",
    "<Somebody wrote|I received|It says here>:",
    "<Process|Handle|Take down> this <record|note|entry>.", "Extract, please.",
    "<Please store|Store|Save> this <record|text> <as JSON|in the given format>.",
    "<Data|Input|Text> <to convert|to parse|for you>:", "<Same form|Same schema> for this one:",
)  # fmt: skip
_SYSTEM = (
    "Answer with JSON of this schema: {schema}", "Reply in JSON. Schema: {schema}",
    "Only JSON that fits {schema}", "Extract data. JSON schema: {schema}",
    "Your output must match {schema}",
)  # fmt: skip


def json_answer(rng: random.Random, split: Split, level: int) -> Solved:
    """Some facts of a text as an object: two keys at level 1, up to four at level 5."""
    record = rng.choice(RECORDS)
    drawn = {field.slot: field.draw(rng) for field in record.fields}
    fields = rng.sample(record.fields, rng.randint(2, 2 + level // 2))
    keys = _distinct_keys(rng, fields)
    value = {key: drawn[field.slot][0] for key, field in zip(keys, fields, strict=True)}
    said = {slot: shown for slot, (_, shown) in drawn.items()}
    by_schema = rng.random() < 0.25
    text = choose_core(rng, split, record.texts).format(**said)
    return Solved(
        key=f"{record.name} {json.dumps(value, sort_keys=True)}",
        slots={"keys": _quoted(rng, keys)},
        variant="schema" if by_schema else "keys",
        below=rng.choice((text, text, f'"{text}"', f"Text: {text}")),
        answer=json.dumps(value),
        low=", ".join(said[field.slot] for field in fields),
        high="; ".join(
            f"{key}: {said[field.slot]}" + _truth(value[key])
            for key, field in zip(keys, fields, strict=True)
        ),
        check=Check("json", value),
        system=_system(rng, split, keys, fields) if by_schema else None,
    )


def _distinct_keys(rng: random.Random, fields: Sequence[Field]) -> list[str]:
    """A name for each field, no two alike."""
    keys: list[str] = []
    for field in fields:
        keys.append(rng.choice([key for key in field.keys if key not in keys]))
    return keys


def _truth(value: object) -> str:
    return f" is {json.dumps(value)}" if isinstance(value, bool) else ""


def _quoted(rng: random.Random, keys: Sequence[str]) -> str:
    return listed(rng, [f'"{key}"' for key in keys] if rng.random() < 0.3 else keys)


def _system(rng: random.Random, split: Split, keys: Sequence[str], fields: Sequence[Field]) -> str:
    kinds = {key: {"type": field.kind} for key, field in zip(keys, fields, strict=True)}
    schema = json.dumps({"type": "object", "properties": kinds})
    return choose_core(rng, split, _SYSTEM).replace("{schema}", schema)


FAMILIES = (
    worded("json_answer", "chat", json_answer, {"keys": _KEYS, "schema": _SCHEMA}, weight=3.0),
)
