"""Percentages and equations in one unknown, with whole-number solutions."""

from __future__ import annotations

import random
from fractions import Fraction

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_PERCENT = (
    "What is {p}% of {n}?",
    "{p}% of {n}",
    "{p} percent of {n}?",
    "what's {p}% of {n}",
    "How much is {p} percent of {n}?",
    "Calculate {p}% of {n}.",
    "Find {p} percent of {n}.",
    "Work out {p}% of {n}",
    "If {n} is everything, how much is {p}%?",
    "{p}% of {n} is how much?",
    "Of {n} people, {p}% say yes. How many people is that?",
    "A box holds {n} items and {p}% of them are red. How many are red?",
    "I need {p} percent of {n}.",
    "{p}% of {n} = ?",
    "Take {p}% of {n}. What do you get?",
    "<Could|Would|Can> you <find|work out|calculate> {p}<%| percent> of {n}<| for me>?",
    "I <wonder|want to know|would like to know> <what|how much> {p}<%| percent> of {n} is.",
    "<Tell me|Give me|Write down> {p}<%| percent> of {n}.",
    "{p} per cent of {n}<|?| = ?| is what?>",
    "<If|When> <you|I|we> take {p}% of {n}, <what|how much> is that?",
    "A <club|team|union> has {n} members. {p}% of them are <women|new|children>. How many is that?",
    "Of the {n} <trees|cars|houses> here, {p}% are <old|new|small>. "
    "How many <is that|would that be>?",
    "{p}% of {n} <voters|pupils|guests> <say|said> <yes|no>. How many <is that|are they>?",
    "<Determine|Compute|Figure out> {p}<%| percent> of {n}<|, please>.",
    "<Fill in|Complete|Finish>: {p}% of {n} = <?|...|__>",
    "With {n} as the <whole|total>, <what|how much> is {p}<%| percent><| of it>?",
    "<I'd|I would> like <|to know |to see >{p}% of {n}<|, please>.",
    "The <whole|total|full amount> is {n}. <What|How much> is {p}% of it?",
    "what <number|amount> is {p}<%| percent> of {n}",
    "A <share|part|portion> of {p}% of {n} is <how much|what>?",
    "A <tank|barrel|pool> holds {n} litres and is {p}% full. How many litres are in it?",
    "<Anna|Tom|My sister> <earns|gets> {n} euros and <saves|spends> "
    "{p}% of it. How <much|many euros> is that?",
    "{n} <euros|dollars> at {p}% interest for <one|a> year <gives|earns|brings> how much interest?",
    "A <test|quiz> has {n} questions. <I|We|She> got {p}% right. How many <is that|were right>?",
    "Of a <budget|fund> of {n}, {p}% has been <spent|used>. How much is that?",
    "<Percentage|Rate>: {p}%. <Base|Whole>: {n}. <Result|Part|Answer>?",
    "<Find|Name|State> the number that is {p}<%| percent> of {n}.",
    "How <big|large> is {p}<%| percent> of {n}?",
    "{n}: <what is|how much is|please give me> {p}% of it",
    "Say <what|how much> {p}% of {n} <makes|is|comes to>.",
    "Would you mind <working out|calculating|finding> {p}<%| percent> of {n}<| for me>?",
    "<No calculator here|My phone died>: {p}% of {n}?",
    "<Number only|Just the number>: {p}% of {n}",
    "<The tip|The tax|My share> is {p}% of {n} euros. How <much|many euros> is that?",
    "<My kid|My pupil> never understood percent: {p}% of {n} <is|would be>?",
    "{p} procent of {n}<?| pls>",
)
_CHANGE = {
    "up": (
        "What is {n} increased by {p}%?",
        "Raise {n} by {p}%.",
        "{n} + {p}%",
        "A price of {n} euros goes up by {p}%. What is the new price?",
        "increase {n} by {p} percent",
        "A town has {n} people and grows by {p}%. How many live there now?",
        "Add {p}% to {n}.",
        "The rent was {n} and rises by {p} percent. What is it now?",
        "{n} plus {p}% of it is what?",
        "A bill of {n} dollars gets a tip of {p}% on top. How much is paid in all?",
        "<Could|Can|Would> you <raise|increase> {n} by {p}<%| percent>?",
        "<If|When> {n} <grows|rises|goes up> by {p}%, what <is it then|does it become>?",
        "<Tell me|Give me|Find> the <value|result> of {n} <increased|raised> by {p}%.",
        "A <salary|wage> of {n} is <raised|increased> by {p}%. "
        "<What is it now|How much is it then>?",
        "{n} <goes up|rises|grows> {p}<%| percent>: <new value|what is it now|result>?",
        "<Put|Add> {p}% on top of {n}. <What is the result|How much is it then>?",
        "What <number|value> is {p}<%| percent> <more than|above|higher than> {n}?",
        "It cost {n} <euros|dollars> before a rise of {p}%. What <does it cost|is the price> now?",
        "{p}% more than {n} <is|makes> <what|how much>?",
        "<Net|Before tax>, the price is {n}. With {p}% tax added, <what|how much> is it?",
        "I <wonder|want to know> what {n} <plus|increased by> {p}% <is|makes>.",
        "<increase|raise|growth>: {n} by {p}<%| percent><|, result?|, new value?>",
        "<Last year|In May> there were {n} <visitors|members>, now "
        "{p}% more. How many are there now?",
        "Would you mind adding {p}<%| percent> to {n}<| for me>?",
        "<Compute|Determine|Work out> {n} plus {p}<%| percent> of it.",
        "Savings of {n} <euros|dollars> earn {p}% <in a year|interest>. "
        "How much is there <in all|then>?",
        "<Gym|Train|Cinema> tickets at {n} euros <get|become> {p}% dearer. <New price|What then>?",
        "<My boss|The firm> gives me {p}% more. I <get|earn> {n} euros now. <What will it be|And "
        "then>?",
        "{n} up {p}%<?| = ?| is ...>",
        "<I'm filling in a form|For my budget>: {n} and {p}% more <makes|is> <what|how much>?",
        "<New value|Number only|Result> please: {n}, then {p}% <more|on top>.",
        "the <shop|landlord> adds {p}% to my {n} euros, <what do i pay|how much now|total>",
        "A <hive|herd|flock> of {n} animals gains {p}%. <Count it now|How many now>?",
        "{n} * (100 + {p})% <=|is> <?|what?>",
    ),
    "down": (
        "What is {n} reduced by {p}%?",
        "Lower {n} by {p}%.",
        "{n} - {p}%",
        "A coat costs {n} euros. There is a discount of {p}%. What does it cost now?",
        "decrease {n} by {p} percent",
        "A hat of {n} dollars is {p}% off. What is the sale price?",
        "Take {p}% off {n}.",
        "A price of {n} falls by {p} percent. What is the new price?",
        "{n} minus {p}% of it is what?",
        "What do I pay for a bag of {n} euros with {p}% off?",
        "<Could|Can|Would> you <lower|reduce|decrease> {n} by {p}<%| percent>?",
        "<If|When> {n} <shrinks|drops|goes down> by {p}%, what <is it then|does it become>?",
        "<Tell me|Give me|Find> the <value|result> of {n} <reduced|lowered> by {p}%.",
        "A <herd|crowd|club> of {n} shrinks by {p}%. How many are <left|there then>?",
        "{n} <drops|falls|goes down> {p}<%| percent>: <new value|what is it now|result>?",
        "<Deduct|Subtract|Take> {p}% from {n}. <What remains|How much is left>?",
        "What <number|value> is {p}<%| percent> <less than|below|lower than> {n}?",
        "It cost {n} <euros|dollars> before a <discount|cut> of {p}%. "
        "What <does it cost|is the price> now?",
        "{p}% less than {n} <is|makes> <what|how much>?",
        "The <list|full|old> price is {n}. With {p}% off, <what do I pay|how much is it>?",
        "I <wonder|want to know> what {n} <minus|reduced by|less> {p}% <is|makes>.",
        "<decrease|reduce|cut>: {n} by {p}<%| percent><|, result?|, new value?>",
        "<Last year|In May> there were {n} <visitors|members>, now "
        "{p}% fewer. How many are there now?",
        "Would you mind taking {p}<%| percent> off {n}<| for me>?",
        "<Compute|Determine|Work out> {n} minus {p}<%| percent> of it.",
        "A <tank|barrel> with {n} litres loses {p}% of its <water|oil>. How many litres are left?",
        "Of {n} <pages|miles|tasks>, {p}% are done. How many <are left|remain>?",
        "<Sale today|Black Friday|Coupon day>: {p}% off. The <coat|lamp|radio> was {n} euros. "
        "<Price now|And now>?",
        "I have a <voucher|coupon> for {p}% off and the bill is {n} euros. <What do I pay|My "
        "price>?",
        "{n} down {p}%<?| = ?| is ...>",
        "<Number only|New value|Result> please: {n}, then {p}% <less|off>.",
        "the <shop|seller> takes {p}% off my {n} euros, <what do i pay|how much now>",
        "{n} * (100 - {p})% <=|is> <?|what?>",
        "My <phone|battery> had {n} units and lost {p}%. <What is left|How many now>?",
    ),
}
_EQUATION = (
    "Solve {e} for {v}.",
    "{e}, what is {v}?",
    "If {e}, what is {v}?",
    "solve {e}",
    "Find {v}: {e}",
    "What is {v} if {e}?",
    "{e}. Find {v}.",
    "{e}, {v} = ?",
    "Which number {v} makes {e} true?",
    "Solve the equation {e}.",
    "For which {v} does {e} hold?",
    "Given {e}, find the value of {v}.",
    "Let {e}. What is the value of {v}?",
    "what value of {v} solves {e}?",
    "{v}=? when {e}",
    "<Could|Would|Can> you solve {e} for {v}?",
    "I <wonder|want to know|would like to know> what {v} is <if|when|in> {e}.",
    "<Tell me|Give me|Write down> the value of {v} <in|from|when> {e}.",
    "<solution|root> of {e}<|?|, please>",
    "{e}: <{v} is what|what is {v}|find {v}|solve for {v}|{v} = ?>",
    "<Suppose|Assume|Say> {e}. <What|How much> is {v}<| then>?",
    "<Determine|Compute|Figure out|Work out> {v} <from|if|given that> {e}.",
    "The equation {e} <holds|is true>. <What|Which number> is {v}?",
    "Solve <the following|this equation|the equation below>: {e}",
    "<I'd|I would> like <to know {v}|the value of {v}>, <given that|knowing that|if> {e}.",
    "<Which|What> number must {v} be <so that|if> {e}?",
    "{v} <stands for|is> <a number|an unknown number>, and {e}. <What|Which number> is it?",
    "what does {v} <equal|have to be|stand for> <if|when> {e}",
    "<Isolate|Solve for> {v}: {e}",
    "<Find|Name|State> the value of {v} that <solves|satisfies|fits> {e}.",
    "<We know|It is known|It's given> that {e}. <What|So what> is {v}?",
    "<Unknown|Variable>: {v}. Equation: {e}. <Solution|Value>?",
    "How <big|large> is {v} <if|when> {e}?",
    "Would you mind <solving|finding the solution of> {e}<| for me>?",
    "For {e} to <hold|be true>, <what|which number> must {v} be?",
    "My <homework|book|teacher> says {e}. <What is {v}|What must {v} be|Which number is {v}>?",
    "<Put|Insert> a number for {v} <so that|such that> {e} "
    "<is true|holds>. Which <one|number> is it?",
    "<Rearrange|Undo the operations in> {e} and <give|report|name> {v}.",
    "Say what {v} <is|equals|must be> in {e}.",
    "{v} = <?|...|__> <if|when|given> {e}",
    "In the equation {e}, <what|which number> <is {v}|does {v} stand for>?",
    "{e} -> {v}?",
    "<I'm stuck|Stuck here|No idea>: {e}. What is {v}?",
    "<Number only|Just the number|Value only>: {v} <in|from> {e}",
    "<It says|The board says|There it stands>: {e}. <Who is {v}|So {v} is>?",
    "slove {e} <for|, find> {v}",
    "<I think of a number|There is a secret number>, call it {v}, with {e}. <Which one|What is "
    "it>?",
    "<Check my algebra|Help with algebra|Algebra>: {e}, <so {v} is|{v} is then>?",
    "<My sister|A friend|My pupil> cannot solve {e}. <Find|Give> {v} for <her|us>.",
    "<Both sides|The two sides> of {e} are equal. <Find|Give> {v}.",
)


def _percent_of(rng: random.Random, level: int) -> tuple[int, int]:
    """A percentage and a number whose share is whole."""
    percents = (
        (10, 50, 100),
        (10, 20, 25, 50),
        (5, 10, 20, 30, 40, 60, 75),
        (5, 15, 30, 35, 45, 70, 80, 90),
        (2, 4, 6, 8, 12, 15, 18, 24, 35, 65, 85, 95),
    )[level - 1]
    most = (100, 200, 400, 600, 900)[level - 1]
    while True:
        percent, number = rng.choice(percents), rng.randint(4, most)
        if percent * number % 100 == 0:
            return percent, number


def _share_steps(percent: int, number: int) -> str:
    """Write the percentage as a fraction in lowest terms, divide, then multiply."""
    part = Fraction(percent, 100)
    piece = number // part.denominator
    return traces.join(
        [
            f"{percent}%={part.numerator}/{part.denominator}" if percent < 100 else "100%=1",
            traces.over(number, part.denominator) if percent < 100 else str(number),
            traces.times(piece, part.numerator) if part.numerator > 1 else "",
        ]
    )


def _percent(rng: random.Random, level: int) -> Solved:
    percent, number = _percent_of(rng, level)
    return Solved(
        key=f"{percent}% {number}",
        answer=str(percent * number // 100),
        low=f"{percent}%={Fraction(percent, 100)}",
        high=_share_steps(percent, number),
        slots={"p": percent, "n": number},
    )


def _change(rng: random.Random, level: int) -> Solved:
    percent, number = 100, 0
    while percent == 100:
        percent, number = _percent_of(rng, level)
    share = percent * number // 100
    up = rng.random() < 0.5
    sign, last = ("+", traces.plus(number, share)) if up else ("-", traces.minus(number, share))
    return Solved(
        key=f"{number}{sign}{percent}%",
        answer=str(number + share if up else number - share),
        low=f"{percent}% of {number}={share}",
        high=f"{_share_steps(percent, number)}; {last}",
        slots={"p": percent, "n": number},
        variant="up" if up else "down",
    )


def _equation(rng: random.Random, level: int) -> Solved:
    """One operation to undo: x+a=b, x-a=b, a-x=b, a*x=b, x/a=b."""
    x = between(rng, ((1, 9), (2, 20), (5, 60), (10, 200), (50, 500)), level)
    a = between(rng, ((1, 9), (2, 20), (5, 60), (10, 200), (50, 500)), level)
    form = rng.choice("+-r" if level == 1 else "+-r*/")
    if form in "*/":
        a = between(rng, ((2, 5), (2, 9), (2, 9), (3, 12), (3, 12)), level)
    match form:
        case "+":
            text, steps = rng.choice((f"x+{a}={x + a}", f"{a}+x={x + a}")), traces.minus(x + a, a)
        case "-":
            x += a
            text, steps = f"x-{a}={x - a}", traces.plus(x - a, a)
        case "r":
            text, steps = f"{x + a}-x={a}", traces.minus(x + a, a)
        case "*":
            text, steps = f"{a}x={a * x}", traces.over(a * x, a)
        case _:
            x, quotient = a * x, x
            text, steps = f"x/{a}={quotient}", traces.times(quotient, a)
    first = _how_to_undo(text)
    return _solved_equation(rng, text, x, first, f"{first}; {steps}")


def _how_to_undo(text: str) -> str:
    """The operation that isolates x in `text`, as in `x=12-5`."""
    left, right = text.split("=")
    if left.startswith("x+"):
        return f"x={right}-{left[2:]}"
    if left.endswith("+x"):
        return f"x={right}-{left[:-2]}"
    if left.startswith("x-"):
        return f"x={right}+{left[2:]}"
    if left.endswith("-x"):
        return f"x={left[:-2]}-{right}"
    if left.startswith("x/"):
        return f"x={right}*{left[2:]}"
    return f"x={right}/{left[:-1]}"


def _linear_equation(rng: random.Random, level: int) -> Solved:
    """Two operations to undo: a*x+b=c, a*x-b=c, a*(x+b)=c."""
    a = between(rng, ((2, 3), (2, 5), (2, 9), (2, 9), (3, 12)), level)
    x = between(rng, ((1, 9), (1, 12), (2, 20), (3, 40), (5, 99)), level)
    b = between(rng, ((1, 9), (1, 20), (2, 40), (5, 99), (5, 199)), level)
    form = rng.choice("+" if level == 1 else "+-" if level < 4 else "+-(")
    if form == "-" and a * x <= b:
        form = "+"
    if form == "+":
        c = a * x + b
        text, low = f"{a}x+{b}={c}", f"{a}x={c}-{b}={c - b}"
        steps = (f"{a}x={c}-{b}", traces.minus(c, b), f"x={c - b}/{a}", traces.over(c - b, a))
    elif form == "-":
        c = a * x - b
        text, low = f"{a}x-{b}={c}", f"{a}x={c}+{b}={c + b}"
        steps = (f"{a}x={c}+{b}", traces.plus(c, b), f"x={c + b}/{a}", traces.over(c + b, a))
    else:
        c = a * (x + b)
        text, low = f"{a}(x+{b})={c}", f"x+{b}={c}/{a}={c // a}"
        steps = (f"x+{b}={c}/{a}", traces.over(c, a), f"x={c // a}-{b}", traces.minus(c // a, b))
    return _solved_equation(rng, text, x, low, traces.join(steps))


def _solved_equation(rng: random.Random, text: str, x: int, low: str, high: str) -> Solved:
    letter = rng.choice("xxxxyznabkt")
    left, right = text.split("=")
    shown = f"{right}={left}" if rng.random() < 0.2 else text
    if rng.random() < 0.6:
        for sign in "+-=/":
            shown = shown.replace(sign, f" {sign} ")
    if rng.random() < 0.2:
        shown = (
            shown.replace("x", "*x") if left[0].isdigit() and left[1:].startswith("x") else shown
        )
    return Solved(
        key=text,
        answer=str(x),
        low=low.replace("x", letter),
        high=high.replace("x", letter),
        slots={"e": shown.replace("x", letter), "v": letter},
    )


FAMILIES = (
    family("percent", _percent, _PERCENT),
    family("percent_change", _change, _CHANGE),
    family("equation", _equation, _EQUATION),
    family("linear_equation", _linear_equation, _EQUATION),
)
