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
    "<Initially|At first|In the beginning>, a stack is empty. <Then|Next>: {ops}. {query}",
    "<Someone|A program|My code> does this to an empty stack: {ops}. {query}",
    "<Simulate|Trace|Follow|Track> a stack, empty at first: {ops}. {query}",
    "stack = []; {ops}; {query}",
    "<After|Following> these steps on <a new|an empty|a fresh> stack: {ops}. {query}",
    "{query} I <ran|did> this on <a new|an empty> stack: {ops}.",
    "<If|When> you {ops} on <an empty|a fresh|a new> stack: {query}",
    "A <last-in first-out|last in, first out> store is empty. <Then|Now> {ops}. {query}",
    "<Nothing is|There is nothing> on the stack yet. <Now|Then> {ops}. {query}",
    "<Could|Can|Would> you trace <a|this> stack from empty? {ops}. {query}",
    "<Operations|Steps|Commands> on an empty stack: {ops}. <Question|Asked>: {query}",
    "I <have|take|make|create> <a new|an empty|a fresh> stack, then {ops}. {query}",
    "Please <run|carry out|perform> on an empty stack: {ops}. {query}",
    "<Suppose|Imagine|Assume> we {ops}, with the stack empty <before|at first>. {query}",
    "A <pile|stack> of numbered <cards|plates|books> is empty <now|at first>: {ops}. {query}",
    "LIFO, <empty|starts empty>: {ops}. {query}",
    "<Here is|We have|There is> an empty stack: {ops}. <So|Now>: {query}",
    "{query} <Stack log|Stack history|Stack commands> from empty: {ops}.",
    "<Make|Create|Build|Open> <a new|an empty> stack. {ops}. {query}",
    "Let a stack <start|begin|be> empty. <Do|Run> {ops}. {query}",
    "These <commands|steps|calls> reach an empty stack: "
    "{ops}. <When done|At the end|Then>: {query}",
    "<Would you mind checking|Check> this stack, empty at first: {ops}. {query}",
    "<I'd like to know|Tell me>: {query} <The steps on an|Done to an> empty stack: {ops}.",
    "<Working|Starting> <with|from> an empty stack, we {ops}. {query}",
    "{ops}: <that is done|all this is done|these are done> on an empty stack. {query}",
    "In a <game|lesson|test>, an empty stack <gets|is given> these steps: {ops}. {query}",
    "stack <empty|new>, {ops}, {query}",
    "{ops} (<stack, empty before|on an empty stack|stack starts empty>). {query}",
    "<I stack boxes|I stack plates>, none at first: {ops}. {query}",
    "<Number only|Just a number|One number>: empty stack, {ops}. {query}",
    "<For my exam|For class|Homework>: empty stack, {ops}. {query}",
    "{query} <Empty stack|New stack>, then {ops}.",
    "a stack has <nothing|no items>, we {ops}, {query}",
    "<My program|Our code|The machine> has an empty stack. {ops}. {query}",
    "<Last in goes first out|Last in leaves first>: empty, then {ops}. {query}",
    "<Debug|Check|Watch> an empty stack: {ops}. {query}",
    "<Play|Do> this on an empty stack: {ops}. <Then|Now>: {query}",
    "<Before|At the start> the stack is empty. {ops}. {query}",
    "{ops}. <That was|That's> on <an empty|a new> stack. {query}",
    "let s be an empty <stack|LIFO stack>; {ops}; {query}",
    "<Draw|Sketch|Picture> an empty stack and {ops}. {query}",
    "<Help|Help me|I got lost>: empty stack, {ops}. {query}",
    "<Here goes|Go|Ready>: <an empty|a new> stack; {ops}. {query}",
    "stack log (<empty first|from empty>): {ops}. {query}",
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
    "<Initially|At first|In the beginning>, a queue is empty. <Then|Next>: {ops}. {query}",
    "<Someone|A program|My code> does this to an empty queue: {ops}. {query}",
    "<Simulate|Trace|Follow|Track> a queue, empty at first: {ops}. {query}",
    "queue = []; {ops}; {query}",
    "<After|Following> these steps on <a new|an empty|a fresh> queue: {ops}. {query}",
    "{query} I <ran|did> this on <a new|an empty> queue: {ops}.",
    "<If|When> you {ops} on <an empty|a fresh|a new> queue: {query}",
    "<First-in first-out|First in, first out>, empty: {ops}. {query}",
    "<Nobody is|There is nobody|No number is> in the queue yet. <Now|Then> {ops}. {query}",
    "<Could|Can|Would> you trace <a|this> queue from empty? {ops}. {query}",
    "<Operations|Steps|Commands> on an empty queue: {ops}. <Question|Asked>: {query}",
    "I <have|take|make|create> <a new|an empty|a fresh> queue, then {ops}. {query}",
    "Please <run|carry out|perform> on an empty queue: {ops}. {query}",
    "<Suppose|Imagine|Assume> we {ops}, with the queue empty <before|at first>. {query}",
    "A <line|queue> of <numbers|tickets|cars>, empty <now|at first>: {ops}. {query}",
    "FIFO, <empty|starts empty>: {ops}. {query}",
    "<Here is|We have|There is> an empty queue: {ops}. <So|Now>: {query}",
    "{query} <Queue log|Queue steps> from empty: {ops}.",
    "<Make|Create|Build|Open> <a new|an empty> queue. {ops}. {query}",
    "Let a queue <start|begin|be> empty. <Do|Run> {ops}. {query}",
    "These <commands|steps|calls> reach an empty queue: {ops}. <Then|Now>: {query}",
    "<Would you check|Please check|Check> this queue, empty at first: {ops}. {query}",
    "<I ask|Tell me>: {query} <Steps on an|Done to an> empty queue: {ops}.",
    "<Working|Starting> <with|from> an empty queue, we {ops}. {query}",
    "{ops}: <that is done|all this is done|these are done> on an empty queue. {query}",
    "At a <desk|counter|shop>, an empty <queue|waiting queue> gets this: {ops}. {query}",
    "queue <empty|new>, {ops}, {query}",
    "{ops} (<queue, empty before|on an empty queue|queue starts empty>). {query}",
    "<People queue up|Cars queue up>, none at first: {ops}. {query}",
    "<Number only|Just a number|One number>: empty queue, {ops}. {query}",
    "<For my exam|For class|Homework>: empty queue, {ops}. {query}",
    "{query} <Empty queue|New queue>, then {ops}.",
    "a queue has <nothing|no items>, we {ops}, {query}",
    "<My program|Our code|The printer> has an empty queue. {ops}. {query}",
    "<First in goes first out|First in leaves first>: empty, then {ops}. {query}",
    "<Debug|Check|Watch> an empty queue: {ops}. {query}",
    "<Play|Do> this on an empty queue: {ops}. <Then|Now>: {query}",
    "<Before|At the start> the queue is empty. {ops}. {query}",
    "{ops}. <That was|That's> on <an empty|a new> queue. {query}",
    "let q be an empty <queue|FIFO queue>; {ops}; {query}",
    "<Draw|Sketch|Picture> an empty queue and {ops}. {query}",
    "<Help|Help me|I got lost>: empty queue, {ops}. {query}",
    "<Here goes|Go|Ready>: <an empty|a new> queue; {ops}. {query}",
    "queue log (<empty first|from empty>): {ops}. {query}",
    "<No one|Nobody> is in line. Queue: {ops}. {query}",
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
    "<Tell me|Say|State|Give> the <end point|final position|end position> "
    "of this walk from (0, 0): {moves}.",
    "<Could|Can|Would> you <work out|tell me|find> where I "
    "<end up|land> from (0, 0) <after|with> {moves}?",
    "<I'd like|I would like|I want> to know <where|to which point> "
    "{moves} from (0, 0) <leads|takes me>.",
    "<Leaving|Setting out from|Starting from> (0, 0), I <go|move|walk> {moves}. "
    "<Which|What> point <am I at|do I reach>?",
    "{moves}, <starting at|from|beginning at> (0, 0): <where now|end point|which point>?",
    "<Find|Determine|Compute|Calculate|Figure out> the <final|last> point: (0, 0), then {moves}.",
    "<Put|Place|Set> a <pawn|token|piece|coin> at (0, 0) and <move|push> it {moves}. Where is it?",
    "A <drone|ship|beetle|dog|fox> starts at (0, 0) and <goes|moves> {moves}. "
    "<Where does it end up|Where is it in the end>?",
    "<start|origin>: (0, 0); <moves|path|steps>: {moves}; <end|final point>?",
    "<If|When> {name} <leaves|starts from> (0, 0) and goes {moves}, "
    "<where does the walk end|which point is reached>?",
    "Would you mind <following|tracing> {moves} from (0, 0) and <naming|giving> the end point?",
    "I <wonder|was wondering> <where|at which coordinates> one "
    "<is|ends> after <walking|moving> {moves} from (0, 0).",
    "Which <point|coordinates> <do|will> you <reach|get to> by <going|moving> {moves} from (0, 0)?",
    "where <does|would> {moves} <take|bring|lead> you from (0, 0)",
    "<Draw|Imagine|Picture> a line from (0, 0) <going|running> {moves}. "
    "At <which|what> point does it <end|stop>?",
    "The <map|grid|board> has you at (0, 0). <Move|Go|Walk> {moves}. "
    "<Report|Give|Name> your <new |>position.",
    "<Now at|We're at|Standing at> (0, 0). Then {moves}. <New coordinates|Position now|Where to>?",
    "A <taxi|cyclist|cart> <leaves|departs from> (0, 0) and <drives|travels> {moves}. "
    "<State|Give|Name|Report> its final position.",
    "<Write|Return|Output|Show> the coordinates after {moves}, "
    "<starting from|beginning at> (0, 0).",
    "{name} <begins|starts> at (0, 0). The <steps|moves> are {moves}. "
    "<What's the end point|Which point comes last>?",
    "<From the origin|Starting at the origin>, <go|move|step|head> {moves}. "
    "<What|Which> point is <it|that>?",
    "<Given|With> the moves {moves} and the start (0, 0), "
    "<what|which> point <is reached|comes last>?",
    "<Follow|Trace|Carry out> {moves} from (0, 0), then <say|tell me|write> where you are.",
    "<Please|Kindly> <move|take> the robot {moves} from (0, "
    "0) and <say|report> where it <stops|ends>.",
    "Treasure <hunt|map>: from (0, 0) <walk|go|pace> {moves}. "
    "At which <coordinates|point> do you <dig|stop>?",
    "(0, 0) is <home|the start>. <I|We> go {moves}. "
    "<Where are we|What position is that|Which point is this> now?",
    "<Point only|Just the point>: (0, 0), {moves}",
    "<My game piece|The drone|My cat> leaves (0, 0): {moves}. <Where is it|End point>?",
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
    "<Tell me|Say|State|Give> the <result|end value|final number> "
    "from {n} with these steps: {ops}.",
    "<Could|Can|Would> you <start|begin> with {n} and do this? "
    "{ops}. What <is left|comes out|do you get>?",
    "<I'd like|I would like|I want> to know what {n} <becomes|turns into>. Steps: {ops}.",
    "<Find|Determine|Compute|Calculate|Work out> the <final|last|end> value. Start: {n}. {ops}.",
    "<start|begin|input>: {n}; <steps|program|then>: {ops}; <end|output|final value>?",
    "{n} is <written down|on the board|typed in>. {ops}. "
    "<What|Which number> <is it|stands there> now?",
    "<If|When> you <start|begin> with {n}, what <do you get|comes out>? {ops}.",
    "My <number|secret number> is {n}. {ops}. What's <the number|it> <now|after that|then>?",
    "What <number|value> <results|comes out> <from|when we start with> {n}? {ops}.",
    "I <wonder|was wondering> what <happens to|becomes of> {n}. {ops}. <End value|Result>?",
    "Would you mind <taking|using> {n} and doing this? {ops}. "
    "<Name|Report|Give> the <result|end value>.",
    "<Set|Put> x to {n}. {ops}. <Report|Print|Return|Output|Show> x.",
    "x <was|is first|begins as> {n}. {ops}. What is x <now|in the end|at the end>?",
    "{ops}. <Do that|All this is done> <with|to|starting from> {n}. "
    "What <is the result|do you get>?",
    "<Enter|Type|Key in> {n} on a calculator. {ops}. <What|Which number> does it show?",
    "<A counter|A meter|The display> <stands at|reads|is at> {n}. "
    "{ops}. What <number|value> is it now?",
    "<Step by step|One by one>, from {n}: {ops}. <Final value|Last value|End result>?",
    "<Pick|Choose|Take> {n}. <Now|Then|Next>: {ops}. <Say|Tell me|Write> what you <have|get>.",
    "<Beginning|Starting|Going> from {n}: {ops}. "
    "<Where|At what number> do you <end|end up|arrive>?",
    "A <game|player|team> starts with {n} points. {ops}. What is the score <now|at the end>?",
    "n = {n}. {ops}. n = ?",
    "<Please|Kindly> <carry out|perform|do> these "
    "<steps|operations> on {n}: {ops}. <Result|Answer>?",
    "The <first|starting> number is {n}. {ops}. What is the <last|final> number?",
    "<Let's|We> <start|begin> <with|at> {n}. {ops}. What have we <got|reached> <now|in the end>?",
    "Magic <trick|box>: {n} goes in. {ops}. What <comes out|is inside now>?",
    "<Run|Follow|Trace> this for the <input|number> {n}. {ops}. What is the <output|result>?",
    "what does {n} become <after|with> this: {ops}",
    "<She|He|My friend|The teacher> <says|calls out> {n}. {ops}. "
    "<What|Which number> is <reached|the answer>?",
    "<Number only|Just the number>: {n}. {ops}. Result?",
    "<My score|The meter|The counter> is at {n}. {ops}. <And now|What does it show>?",
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
