"""Expressions: whole numbers with parentheses and precedence, and true/false."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, family

_MIXED = (
    "What is {e}?",
    "{e}",
    "{e}=?",
    "what's {e}",
    "Calculate {e}.",
    "How much is {e}?",
    "Evaluate {e}",
    "Compute {e}.",
    "Work out {e}.",
    "{e} =",
    "Find the value of {e}.",
    "What does {e} come to?",
    "Solve {e}",
    "What do I get for {e}?",
    "Which number is {e}?",
    "<Could|Would|Can> you <evaluate|calculate|work out|compute> {e}<| for me>?",
    "I <wonder|want to know|would like to know> what {e} <is|makes|comes to>.",
    "<Tell me|Give me|Write down|State> the <value|result> of {e}.",
    "<value|result> of {e}<|?|, please>",
    "{e} <equals|is|makes|gives> <?|what?|which number?>",
    "<Fill in|Complete|Finish>: {e} = <?|...|__>",
    "<Determine|Find|Figure out|Get> the <result|outcome|answer> for {e}.",
    "<Here is|Here's> <an expression|a calculation>: {e}. What <is its value|does it come to>?",
    "<Expression|Calculation|Term>: {e}. <Value|Result|What is it worth>?",
    "<I'd|I would> like <to know the value|the value|the result> of {e}<|, please>.",
    "<Minding|Respecting|Following> the order of operations, what <is|do you get for> {e}?",
    "The <expression|calculation> {e} has <what|which> <value|result>?",
    "<Simplify|Reduce> {e} to <one|a single> number.",
    "what< is|'s> the <answer|result> <to|for> {e}",
    "If you <work out|calculate|evaluate> {e}, <what|which number> <do you get|comes out>?",
    "Say <what|how much> {e} <is|makes|comes to><|, please>.",
    "<Do|Carry out|Go through> the calculation {e}<| for me|, please>.",
    "How much does {e} <make|come to|give><| in the end>?",
    "{e}: <what is the result|what's that|please calculate|work it out|how much>",
    "Would you mind <calculating|working out|evaluating> {e}<| for me>?",
    "<My|Our|The> <book|teacher|sheet> <asks for|wants> {e}. What is the <answer|right answer>?",
    "A pupil <must|has to> <work out|calculate> {e}. <What|Which number> "
    "should <be written down|come out>?",
    "<One|A certain> number <equals|is equal to> {e}. Which <one|number> is it?",
    "To <what|which> number does {e} <evaluate|simplify>?",
    "<Return|Output|Report> the <value|result> of <this|the> <expression|calculation>: {e}",
    "Using the usual <rules|order of operations>, {e} <is|gives|comes to> <what|which number>?",
    "<My calculator is flat|No calculator here|My phone died>: {e}?",
    "<Number only|Just the number>: {e}",
    "<My friends|My twins|We all> get different results for {e}. <What is right|Who is right, "
    "what is it>?",
    "<My spreadsheet|My code|The cell> holds ={e}. What does it show?",
    "{e}<?| pls>",
)
_BOOLEAN = (
    "Evaluate: {e}",
    "{e}",
    "What is {e}?",
    "Is this true or false: {e}?",
    "true or false? {e}",
    "What is the value of {e}?",
    "Work out {e}.",
    "What does {e} evaluate to?",
    "Simplify {e}.",
    "{e} = ?",
    "Compute the logical expression {e}.",
    "What do I get for {e}?",
    "In logic, what is {e}?",
    "result of {e}",
    "Decide whether {e} is true or false.",
    "<Could|Would|Can> you <evaluate|work out|simplify> {e}<| for me>?",
    "I <wonder|want to know|would like to know> <whether|if> this is true or false: {e}",
    "<Tell me|Give me|Write down|State> the truth value of {e}.",
    "<truth value|logic value|value> of {e}<|?|, please>",
    "{e} <equals|gives|yields> <?|what?|which truth value?>",
    "<Fill in|Complete|Finish>: {e} = <?|...|__>",
    "<Determine|Find|Figure out> the <result|outcome|truth value> of {e}.",
    "<Here is|Here's> a <logical|Boolean> <expression|formula>: {e}. "
    "<Is it true or false|What is its value>?",
    "<Expression|Formula|Statement>: {e}. <True or false|Value|Result>?",
    "<I'd|I would> like <to know the truth value|the truth value|the result> of {e}<|, please>.",
    "The <expression|formula> {e} <has|takes> <what|which> truth value?",
    "<Simplify|Reduce> {e} to <a single word|one truth value>.",
    "If you <work out|evaluate|simplify> {e}, <what|which truth value> <do you get|comes out>?",
    "<Answer|Say|Reply with> true or false: {e}",
    "{e}: <true or false|what is the result|which is it, true or false>?",
    "Would you mind <evaluating|working out|simplifying> {e}<| for me>?",
    "Does <this|the formula> <come out as|evaluate to|reduce to> true or false: {e}",
    "A <computer|program|circuit> <evaluates|works out> {e}. "
    "<What is the result|Is the result true or false>?",
    "<Return|Output|Report> the <value|result|truth value> of <this|the> <expression|formula>: {e}",
    "<By|Under|Using> the rules of <and, or and not|logic>, what is {e}?",
    "<Boolean|Logic> <exercise|question|task>: {e}",
    "what< is|'s> the <outcome|result|truth value> of {e}",
    "<Judge|Assess|Settle> <this|the> <statement|formula>, true or false: {e}",
    "How does {e} <come out|turn out|evaluate>, true or false?",
    "Which <word|truth value> is <right|correct> here, true or false: {e}",
    "A <pupil|student> must <evaluate|simplify> {e}. <What|Which word> "
    "should <come out|be written down>?",
    "<One word|Just the value|true/false>: {e}",
    "<My script|My code|The program> tests {e}. <Which value is that|Does it hold>? True or false.",
    "<I mix up|I always confuse> and and or. {e} <is|gives> true or false?",
)

Tree = int | tuple["Tree", str, "Tree"]
"""A number, or two trees with an operator between them."""

_SHAPES = (
    (("+", "-"),),
    (("+", "*"), ("-", "*"), ("+", "-")),
    (("+", "*"), ("-", "*")),
    (("+", "*"), ("-", "*")),
    (("+", "*", "-"), ("*", "+", "*"), ("*", "-", "+")),
)
"""For each level, the sets of operators that an expression may hold."""


def _mixed(rng: random.Random, level: int) -> Solved:
    top = (9, 9, 12, 20, 12)[level - 1]
    while True:
        operators = list(rng.choice(_SHAPES[level - 1]))
        if level == 1:
            operators = [rng.choice(operators), rng.choice(operators)]
        rng.shuffle(operators)
        tree = _grow(rng, operators, top)
        steps: list[str] = []
        firsts: list[str] = []
        value = _evaluate(tree, steps, firsts)
        high = traces.join(steps)
        if value is not None and value < 2000 and len(high) < 300:
            break
    text = _render(tree)
    shown = text if rng.random() < 0.3 else _spaced(text, rng.choice((" * ", " x ")))
    return Solved(key=text, answer=str(value), low=firsts[0], high=high, slots={"e": shown})


def _grow(rng: random.Random, operators: list[str], top: int) -> Tree:
    if not operators:
        return rng.randint(1 if top < 10 else 2, top)
    at = rng.randrange(len(operators))
    left = _grow(rng, operators[:at], top)
    return (left, operators[at], _grow(rng, operators[at + 1 :], top))


def _evaluate(tree: Tree, steps: list[str], firsts: list[str]) -> int | None:
    """The value of `tree`, or None where a difference is negative; appends a trace of each step."""
    if isinstance(tree, int):
        return tree
    left, operator, right = tree
    a, b = _evaluate(left, steps, firsts), _evaluate(right, steps, firsts)
    if a is None or b is None or (operator == "-" and a < b):
        return None
    value = a + b if operator == "+" else a - b if operator == "-" else a * b
    trace = {"+": traces.plus, "-": traces.minus, "*": traces.times}[operator]
    steps.append(trace(a, b))
    firsts.append(f"{a}{operator}{b}={value}")
    return value


def _render(tree: Tree) -> str:
    """Write `tree` with only the parentheses that it needs."""
    if isinstance(tree, int):
        return str(tree)
    left, operator, right = tree
    first, second = _render(left), _render(right)
    if operator == "*" and not isinstance(left, int) and left[1] != "*":
        first = f"({first})"
    if not isinstance(right, int) and (operator == "*" or right[1] != "*"):
        second = f"({second})"
    return f"{first}{operator}{second}"


def _spaced(text: str, times: str) -> str:
    return text.replace("+", " + ").replace("-", " - ").replace("*", times)


def _boolean(rng: random.Random, level: int) -> Solved:
    """Fully parenthesised, so that no precedence has to be known."""
    target = rng.random() < 0.5
    while True:
        text, value, steps = _proposition(rng, (1, 1, 2, 3, 4)[level - 1], negate=level > 1)
        if value == target and steps:
            break
    answer = _word(value)
    return Solved(
        key=text, answer=answer, low=steps[0], high=traces.join([*steps, answer]), slots={"e": text}
    )


def _proposition(rng: random.Random, size: int, *, negate: bool) -> tuple[str, bool, list[str]]:
    """A random proposition of `size` connectives: its text, its value and the steps to it."""
    if size == 0:
        value = rng.random() < 0.5
        if negate and rng.random() < 0.35:
            return f"not {_word(value)}", not value, [f"not {_word(value)}={_word(not value)}"]
        return _word(value), value, []
    cut = rng.randrange(size)
    left, a, steps = _proposition(rng, cut, negate=negate)
    right, b, more = _proposition(rng, size - 1 - cut, negate=negate)
    connective = rng.choice(("and", "or"))
    value = (a and b) if connective == "and" else (a or b)
    left = f"({left})" if cut else left
    right = f"({right})" if size - 1 - cut else right
    step = f"{_word(a)} {connective} {_word(b)}={_word(value)}"
    return f"{left} {connective} {right}", value, [*steps, *more, step]


def _word(value: bool) -> str:
    return "true" if value else "false"


FAMILIES = (
    family("mixed", _mixed, _MIXED, weight=1.5),
    family("boolean", _boolean, _BOOLEAN, "exact"),
)
