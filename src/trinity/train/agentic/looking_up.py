"""Families whose questions one call answers, or two at once."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from trinity.train.agentic import lookup_cores as cores
from trinity.train.agentic.making import Solved, call_of, step, worded
from trinity.train.agentic.topics import (
    NUMERIC,
    TOPICS,
    Topic,
    cores_of,
    draw_things,
    offered,
    other_tools,
    tool_for,
)
from trinity.train.items import Check, Split
from trinity.train.reasoning import traces
from trinity.train.tools import CALCULATE, CONVERT, UNITS, calculate, convert, nothing_found
from trinity.types import Tool

NOT_FOUND = "I could not find that."
"""Said where a tool found nothing."""

_ERRORS = 0.12
_RESULTS = ("{value}", "{value}", "{value}", "{noun}: {value}", '{{"{noun}": "{value}"}}')
"""How a tool writes what it found."""


def call_a_tool(rng: random.Random, split: Split, level: int) -> Solved | None:
    """One call, and its result as the answer."""
    kind = rng.random()
    if kind < 0.12:
        return _calculated(rng, split, level)
    if kind < 0.24:
        return _converted(rng, split, level)
    topic = rng.choice(TOPICS)
    tool = tool_for(rng, split, topic)
    things = draw_things(rng, topic)
    arguments = dict(zip(tool.parameters["properties"], things, strict=True))
    value = topic.value(rng, rng.choice(topic.units or ("",)))
    found = rng.random() >= _ERRORS
    result = _written(rng, topic, value) if found else nothing_found(arguments)
    answer = value if found else NOT_FOUND
    slots = dict(zip("xy", things, strict=False))
    return Solved(
        key=f"{topic.nouns[0]} {' '.join(things)}: {answer}",
        slots=slots,
        variant=topic.nouns[0],
        answer=answer,
        low=value if found else "error",
        high=f"{tool.name} gave {value}" if found else f"{tool.name} gave an error: not found",
        check=Check("exact", answer),
        tools=offered(rng, tool, others=other_tools(rng, split, level, topic)),
        steps=(
            step(
                tool.name,
                f"asked: {topic.asked.format(**slots)}; {tool.name} takes {_shown(arguments)}",
                call_of(tool.name, arguments, result),
            ),
        ),
    )


def _written(rng: random.Random, topic: Topic, value: str) -> str:
    return rng.choice(_RESULTS).format(noun=topic.nouns[0], value=value)


def _shown(arguments: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in arguments.items())


def _calculated(rng: random.Random, split: Split, level: int) -> Solved:
    """A sum too large to do in the head."""
    big, small = 10 ** (2 + level // 2), 10 ** (1 + level // 3)
    a, b = rng.randint(big, 10 * big), rng.randint(small + 1, 10 * small)
    sign = rng.choice("+-*/" if level > 1 else "+-*")
    if sign == "/":
        a = a // b * b
    expression = f"{a} {sign} {b}"
    return _computed(
        rng, split, level, CALCULATE, {"expression": expression}, calculate(expression),
        key=expression, variant=f"calculate {sign}", slots={"a": a, "b": b},
        thought=f"{expression} is long: calculate",
    )  # fmt: skip


def _converted(rng: random.Random, split: Split, level: int) -> Solved | None:
    """An amount in another unit of about its size."""
    unit, to = rng.sample(tuple(UNITS), 2)
    (kind, size), (other_kind, other_size) = UNITS[unit], UNITS[to]
    if kind != other_kind or not 0.02 < size / other_size < 2000:
        return None
    amount = rng.randint(2, 10 * level) if rng.random() < 0.7 else rng.randint(11, 99) / 10
    arguments = {"amount": amount, "unit": unit, "to": to}
    return _computed(
        rng, split, level, CONVERT, arguments, convert(amount, unit, to),
        key=f"{amount} {unit} {to}", variant="convert", slots={"a": amount, "unit": unit, "to": to},
        thought=f"{amount} {unit} to {to}: convert",
    )  # fmt: skip


def _computed(
    rng: random.Random,
    split: Split,
    level: int,
    tool: Tool,
    arguments: Mapping[str, object],
    result: str,
    *,
    key: str,
    variant: str,
    slots: Mapping[str, object],
    thought: str,
) -> Solved:
    others = [other for other in other_tools(rng, split, level) if other is not tool]
    return Solved(
        key=key,
        slots=slots,
        variant=variant,
        answer=result,
        low=result,
        high=f"{tool.name} gave {result}",
        check=Check("number", result),
        tools=offered(rng, tool, others=others),
        steps=(step(tool.name, thought, call_of(tool.name, arguments, result)),),
    )


def call_tools_at_once(rng: random.Random, split: Split, level: int) -> Solved:
    """Two calls in one turn, and an answer that uses both results."""
    if rng.random() < 0.25:
        return _two_facts(rng, split, level)
    topic = rng.choice(NUMERIC)
    tool = tool_for(rng, split, topic)
    [parameter] = tool.parameters["properties"]
    names = rng.sample(topic.things, 2)
    unit = rng.choice(topic.units)
    numbers = [_number(rng, topic, level) for _ in names]
    while numbers[0] == numbers[1]:
        numbers[1] = _number(rng, topic, level)
    variant = rng.choice(("total", "difference", "more", "less"))
    answer, low, trace = _combined(variant, names, numbers)
    calls = [
        call_of(tool.name, {parameter: name}, _written(rng, topic, f"{number} {unit}".strip()))
        for name, number in zip(names, numbers, strict=True)
    ]
    return Solved(
        key=f"{topic.nouns[0]} {variant} {names[0]} {numbers[0]} {names[1]} {numbers[1]}",
        slots=_slots(topic, variant, names),
        variant=variant,
        answer=answer,
        low=low,
        high=traces.join((*_pairs(names, numbers), trace)),
        check=Check("number" if variant in ("total", "difference") else "exact", answer),
        tools=offered(rng, tool, others=other_tools(rng, split, level, topic)),
        steps=(step(f"{tool.name} twice", f"needed: {_needed(topic, names)}", *calls),),
    )


def _number(rng: random.Random, topic: Topic, level: int) -> int:
    """A fact, the larger the higher the level."""
    high = topic.low + (topic.high - topic.low) * level // 5
    return rng.randint(topic.low, high)


def _pairs(names: Sequence[str], numbers: Sequence[int]) -> list[str]:
    return [f"{name} {number}" for name, number in zip(names, numbers, strict=True)]


def _combined(variant: str, names: Sequence[str], numbers: Sequence[int]) -> tuple[str, str, str]:
    """The answer, the step to it, and the same in small steps."""
    high, low = max(numbers), min(numbers)
    if variant == "total":
        return str(high + low), f"{high}+{low}={high + low}", traces.plus(*numbers)
    if variant == "difference":
        return str(high - low), f"{high}-{low}={high - low}", traces.minus(high, low)
    wanted = high if variant == "more" else low
    name = names[numbers.index(wanted)]
    return name, f"{variant}: {wanted}", f"{traces.compare(*numbers)}; {variant}: {name} {wanted}"


def _needed(topic: Topic, names: Sequence[str]) -> str:
    return ", ".join(topic.asked.format(x=name) for name in names)


def _slots(topic: Topic, variant: str, names: Sequence[str]) -> dict[str, str]:
    one, two = (topic.asked.format(x=name) for name in names)
    x, y = (topic.named.format(x=name) for name in names)
    return {"one": one, "two": two, "x": x, "y": y, "word": topic.more[variant == "less"]}


def _two_facts(rng: random.Random, split: Split, level: int) -> Solved:
    """Two facts of different sorts, both told."""
    topics = rng.sample(TOPICS, 2)
    tools = [tool_for(rng, split, topic) for topic in topics]
    if tools[0].name == tools[1].name:
        return _two_facts(rng, split, level)
    asked, values, calls = [], [], []
    for topic, tool in zip(topics, tools, strict=True):
        things = draw_things(rng, topic)
        values.append(topic.value(rng, rng.choice(topic.units or ("",))))
        asked.append(topic.asked.format(**dict(zip("xy", things, strict=False))))
        arguments = dict(zip(tool.parameters["properties"], things, strict=True))
        calls.append(call_of(tool.name, arguments, _written(rng, topic, values[-1])))
    answer = " and ".join(values)
    return Solved(
        key=f"{' and '.join(asked)}: {answer}",
        slots={"one": asked[0], "two": asked[1]},
        variant="both",
        answer=answer,
        low=answer,
        high=f"{asked[0]}: {values[0]}; {asked[1]}: {values[1]}",
        check=Check("exact", answer),
        tools=offered(rng, *tools, others=other_tools(rng, split, level, *topics)),
        steps=(
            step(" and ".join(tool.name for tool in tools), f"needed: {', '.join(asked)}", *calls),
        ),
    )


FAMILIES = (
    worded(
        "call_a_tool",
        "chat",
        call_a_tool,
        {topic.nouns[0]: cores_of(topic) for topic in TOPICS}
        | cores.CALCULATE
        | {"convert": cores.CONVERT},
        weight=3.0,
    ),
    worded("call_tools_at_once", "chat", call_tools_at_once, cores.TWO, weight=2.0),
)
