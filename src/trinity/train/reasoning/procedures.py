"""Small machines run step by step: stacks, queues, counters and walks on a grid."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family
from trinity.train.reasoning.lexicon import NAMES

_STACK = (
    "Start with an empty stack: {ops}. {query}",
    "Empty stack. {ops}. {query}",
    "A stack is empty at first. Do {ops}. {query}",
    "stack: {ops}. {query}",
    "On an empty stack I {ops}. {query}",
    "Take an empty stack and {ops}. {query}",
    "Stack operations: {ops}. {query}",
    "Run these on an empty stack: {ops}. {query}",
    "We {ops} on an empty stack. {query}",
    "A new stack gets: {ops}. {query}",
    "Use a stack: {ops}. {query}",
    "First an empty stack, then {ops}. {query}",
    "{query} The stack was empty, then: {ops}",
    "With an empty stack, {ops}. {query}",
    "Here is what happens to an empty stack: {ops}. {query}",
)
_QUEUE = (
    "Start with an empty queue: {ops}. {query}",
    "Empty queue. {ops}. {query}",
    "A queue is empty at first. Do {ops}. {query}",
    "queue: {ops}. {query}",
    "On an empty queue I {ops}. {query}",
    "Take an empty queue and {ops}. {query}",
    "Queue operations: {ops}. {query}",
    "Run these on an empty queue: {ops}. {query}",
    "We {ops} on an empty queue. {query}",
    "A new queue gets: {ops}. {query}",
    "Use a queue: {ops}. {query}",
    "First an empty queue, then {ops}. {query}",
    "{query} The queue was empty, then: {ops}",
    "With an empty queue, {ops}. {query}",
    "Here is what happens to an empty queue: {ops}. {query}",
)
_WALK = (
    "Start at (0, 0). Go {moves}. Where are you?",
    "From (0, 0) go {moves}. Where do you end?",
    "(0, 0): {moves}. Final position?",
    "A robot at (0, 0) moves {moves}. Where is it now?",
    "start (0,0), {moves}, where?",
    "{name} stands at (0, 0) and walks {moves}. Give the final point.",
    "You are at (0, 0) and move {moves}. At which point do you stop?",
    "On a grid, begin at (0, 0), then go {moves}. What is the end point?",
    "Walk {moves} from (0, 0). What are the coordinates?",
    "I start at (0, 0) and go {moves}. Where am I?",
    "A turtle at (0, 0) goes {moves}. What point does it reach?",
    "Track this walk from (0, 0): {moves}. Where does it end?",
    "Position (0, 0). Moves: {moves}. New position?",
    "Beginning at (0, 0), {name} goes {moves}. Which point is that?",
    "Where do I land from (0, 0) after {moves}?",
)
_COUNTER = (
    "Start with x = {n}. {ops}. What is x?",
    "x = {n}. {ops}. x?",
    "A counter shows {n}. {ops}. What does it show?",
    "begin with {n}: {ops}. result?",
    "Think of {n}. {ops}. What number do you get?",
    "Let x be {n}. Then: {ops}. What is the value of x?",
    "Take the number {n}. {ops}. What is the result?",
    "I start from {n}. {ops}. What do I have?",
    "x starts as {n}. {ops}. Give the final x.",
    "Put {n} into a box. {ops}. Which number is in the box?",
    "The number is {n}. {ops}. What is it now?",
    "Follow the steps from {n}: {ops}. What comes out?",
    "With {n} to begin, {ops}. Where does it end?",
    "A machine gets {n}. {ops}. What comes out?",
    "{n}; {ops}; what is the end value?",
)
_NORTH = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
_UP = {"up": (0, 1), "right": (1, 0), "down": (0, -1), "left": (-1, 0)}


def _operations(
    rng: random.Random, level: int, add: str, take: str, *, first_out: bool
) -> tuple[list[int], list[str], list[str]]:
    """The items left, the operations and the states, for a stack or a queue of numbers."""
    count = level + 2
    items: list[int] = []
    operations, states = [], []
    for i in range(count):
        if items and rng.random() < 0.4 and not (i == count - 1 and len(items) == 1):
            items.pop(0 if first_out else -1)
            operations.append(take)
        else:
            items.append(rng.randint(1, 9 if level < 3 else 99))
            operations.append(f"{add} {items[-1]}")
        states.append(f"{operations[-1]}: {' '.join(map(str, items)) or 'empty'}")
    return items, operations, states


def _machine(
    rng: random.Random, level: int, *, words: tuple[str, str], end: str, first_out: bool
) -> Solved:
    items, operations, states = _operations(rng, level, *words, first_out=first_out)
    text = ", ".join(operations)
    if rng.random() < 0.75:
        answer = items[0 if first_out else -1]
        query = {
            "top": ("What is on top?", "Which number is on top now?", "What is at the top?"),
            "front": (
                "What is at the front?",
                "Which number is first in line?",
                "What is in front?",
            ),
        }[end]
        note = f"{end} {answer}"
    else:
        answer, note = len(items), f"size {len(items)}"
        query = ("How many items are left?", "How many numbers are in it?", "What is its size?")
    return Solved(
        key=f"{text}: {note.split()[0]}",
        answer=str(answer),
        low=states[-1].split(": ")[1],
        high=traces.join([*states, note]),
        slots={"ops": text, "query": rng.choice(query)},
    )


def _stack(rng: random.Random, level: int) -> Solved:
    return _machine(rng, level, words=("push", "pop"), end="top", first_out=False)


def _queue(rng: random.Random, level: int) -> Solved:
    words = rng.choice((("add", "remove"), ("enqueue", "dequeue"), ("append", "take the first")))
    return _machine(rng, level, words=words, end="front", first_out=True)


def _walk(rng: random.Random, level: int) -> Solved:
    directions = rng.choice((_NORTH, _UP))
    x = y = 0
    moves: list[str] = []
    steps: list[str] = []
    for _ in range(between(rng, ((1, 2), (2, 2), (3, 3), (4, 4), (5, 5)), level)):
        name = rng.choice([d for d in directions if not moves or not moves[-1].startswith(d)])
        length = rng.randint(1, (5, 9, 9, 9, 12)[level - 1])
        x, y = x + length * directions[name][0], y + length * directions[name][1]
        moves.append(f"{name} {length}")
        steps.append(f"{name} {length}: ({x}, {y})")
    return Solved(
        key=", ".join(moves),
        answer=f"({x}, {y})",
        low=f"x {x}, y {y}",
        high=traces.join(steps),
        slots={"moves": ", ".join(moves), "name": rng.choice(NAMES)},
    )


def _counter(rng: random.Random, level: int) -> Solved:
    start = value = between(rng, ((1, 9), (1, 20), (2, 30), (5, 50), (10, 99)), level)
    operations, steps = [], []
    for _ in range((2, 2, 3, 4, 4)[level - 1]):
        text, step, value = _one_operation(rng, value, level)
        operations.append(text)
        steps.append(step)
    text = ", ".join(operations)
    return Solved(
        key=f"{start}: {text}",
        answer=str(value),
        low="; ".join(step.split(":")[0] for step in steps[:1]),
        high=traces.join(steps),
        slots={"n": start, "ops": text[0].upper() + text[1:]},
    )


def _one_operation(rng: random.Random, value: int, level: int) -> tuple[str, str, int]:
    choices = ["add"] + ["subtract"] * (value > 2)
    if level > 1 and value < 100:
        choices.append("double")
    if level > 2 and value % 2 == 0 and value:
        choices.append("halve")
    if level > 2 and value <= 12:
        choices.append("multiply")
    n = rng.randint(1, (9, 9, 20, 30, 60)[level - 1])
    match rng.choice(choices):
        case "add":
            return f"add {n}", traces.plus(value, n), value + n
        case "subtract":
            n = min(n, value - 1)
            return f"subtract {n}", traces.minus(value, n), value - n
        case "double":
            return "double it", traces.times(value, 2), value * 2
        case "halve":
            return "halve it", traces.over(value, 2), value // 2
        case _:
            n = rng.randint(3, 9)
            return f"multiply by {n}", traces.times(value, n), value * n


FAMILIES = (
    family("stack", _stack, _STACK),
    family("queue", _queue, _QUEUE),
    family("grid_walk", _walk, _WALK, "exact"),
    family("counter", _counter, _COUNTER),
)
