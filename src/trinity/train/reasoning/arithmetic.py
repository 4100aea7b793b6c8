"""The four operations on whole numbers, alone and mixed."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family, listed

_ADD = (
    "What is {a} + {b}?",
    "{a} + {b}",
    "{a}+{b}=?",
    "what's {a} plus {b}",
    "Add {a} and {b}.",
    "How much is {a} plus {b}?",
    "Calculate {a} + {b}.",
    "Find the sum of {a} and {b}.",
    "{a} plus {b} is what?",
    "{a} + {b} =",
    "If I add {b} to {a}, what do I get?",
    "Compute the sum {a} + {b}.",
    "Work out {a}+{b}",
    "{a} and {b} together make how much?",
    "What do {a} and {b} add up to?",
    "Increase {a} by {b}.",
    "What number is {b} more than {a}?",
    "{a}+{b}",
    "<Could|Would|Can> you <add|sum> {a} and {b}<| for me>?",
    "I <wonder|want to know|would like to know> <what|how much> {a} plus {b} <is|makes>.",
    "<Tell me|Give me|Show me|Write down> the <sum|total> of {a} and {b}.",
    "<sum|total> of {a} and {b}<|?|, please>",
    "<addition|sum|add>: {a} <+|and|plus> {b}",
    "<Start|Begin> <at|from|with> {a} and <go up|move up|climb> by {b}. "
    "Which <number|value> <do you reach|is reached>?",
    "<One|The first> <number|addend> is {a}, the other is {b}. <What|How much> is their sum?",
    "<If|When> {a} and {b} are <added|put together|summed>, what "
    "<is the result|comes out|do you get>?",
    "One <box|bag|crate> <holds|contains> {a} and another {b}. How many in <all|total>?",
    "{b} more than {a} <is|makes|gives> <what|which number|how much>?",
    "<Raise|Increase|Bump up> {a} by {b} and <tell me|say|give> the <result|new number|outcome>.",
    "<Which|What> number <do you get|results|comes out> <when|if> {b} is added to {a}?",
    "{a} with {b} <added|on top|added to it> <is|makes|equals> <what|how much>?",
    "<I'd|I would> like the <sum|total> of {a} and {b}<|, please>.",
    "<Determine|Figure out|Calculate> the <result|outcome> of <adding {b} to {a}|{a} plus {b}>.",
    "<Fill in|Complete|Finish>: {a} + {b} = <?|...|__>",
    "{a} + {b} <equals|is|makes|gives> <?|what?|how much?>",
    "Do the <addition|sum> {a} + {b}<| for me| now|, please>.",
    "<Ticket|Book|Cake> sales: {a} on Monday, {b} on <Tuesday|Friday>. What is the total?",
    "what< is|'s> the total <when|if> I <put together|add|add together> {a} and {b}",
    "<the result of|the answer to|answer for> {a} <+|plus> {b}, please",
    "Say <what|how much> you get <when|if> you <add|add up|add together> {a} and {b}.",
    "Add {b} <on top of|onto|to> {a}<| and report the total| and give me the sum>.",
    "My <stamp|card> collection <stands at|counts> {a} and grows by {b}. How big is it now?",
    "Would you mind <working out|calculating|computing> {a} <plus|+> {b}<| for me>?",
    "To {a} I <add|now add|have to add> {b}. <Where does that get me|What is the new number>?",
    "<My calculator is flat|No calculator here|My phone died>: {a} + {b}?",
    "<I'm checking a bill|I'm doing my taxes|For my budget>, what is {a} plus {b}?",
    "<Number only|Just the number|Digits only>: {a} + {b}",
    "<My kid|My pupil|My brother> says he can't add {a} and {b}. <What is it|Help him>.",
    "waht is {a} <+|plus> {b}",
    "<I walked|We drove|She ran> {a} m, then {b} m. How many m <in all|was that>?",
)
_SUBTRACT = (
    "What is {a} - {b}?",
    "{a} - {b}",
    "{a}-{b}=?",
    "what's {a} minus {b}",
    "Subtract {b} from {a}.",
    "How much is {a} minus {b}?",
    "Calculate {a} - {b}.",
    "Take {b} away from {a}. What is left?",
    "{a} minus {b} is what?",
    "{a} - {b} =",
    "If I take {b} from {a}, what do I get?",
    "Compute {a} minus {b}.",
    "Work out {a}-{b}",
    "Start with {a} and remove {b}. What is the result?",
    "Decrease {a} by {b}.",
    "What number is {b} less than {a}?",
    "{a}-{b}",
    "<Could|Would|Can> you <subtract|take|deduct> {b} from {a}<| for me>?",
    "I <wonder|want to know|would like to know> <what|how much> {a} minus {b} <is|makes>.",
    "<Tell me|Give me|Write down> the <result|value> of {a} <minus|-> {b}.",
    "<difference|subtraction|minus>: {a} - {b}",
    "<Start|Begin> <at|from|with> {a} and go <down|back> by {b}. Which "
    "<number|value> <do you reach|is reached>?",
    "<If|When> {b} is <subtracted|taken away|deducted> from {a}, "
    "what <is the result|remains|do you get>?",
    "{b} less than {a} <is|makes|gives> <what|which number|how much>?",
    "<Lower|Reduce|Decrease> {a} by {b} and <tell me|say|give> the <result|new number|outcome>.",
    "<Which|What> <number|value> <results|comes out|is left> "
    "when you <subtract|take> {b} from {a}?",
    "{a} with {b} <taken off|removed|subtracted> <is|leaves|makes> <what|how much>?",
    "<I'd|I would> like <to know|you to find> {a} <minus|-> {b}<|, please>.",
    "<Determine|Compute|Figure out> the <result|outcome> of "
    "<subtracting {b} from {a}|{a} minus {b}>.",
    "<Fill in|Complete|Finish>: {a} - {b} = <?|...|__>",
    "{a} - {b} <equals|is|makes|gives> <?|what?|how much?>",
    "Do the subtraction {a} - {b}<| for me| now|, please>.",
    "A <score|balance|counter> of {a} <drops|falls|goes down> by "
    "{b}. What <is it now|does it become>?",
    "what< is|'s> left <of|from> {a} <after|once> {b} is <gone|taken off|removed>",
    "<the answer to|the result of|answer for> {a} <-|minus> {b}, please",
    "Say what <you get|remains|is left> <when|if> you <remove|subtract|deduct> {b} from {a}.",
    "From {a}, <subtract|take|deduct|remove> {b}. <Result|Answer|What's that>?",
    "The account <held|showed> {a}, then {b} went out. What is the <new balance|balance now>?",
    "Deduct {b} from {a}<| and show the result| and tell me what's left>.",
    "<Find|Name|State> the number that is {b} <less|smaller|lower> than {a}.",
    "Minuend {a}, subtrahend {b}: <what is the difference|difference|which result>?",
    "Count back {b} from {a}. <Where|At which number> do you <land|end up|stop>?",
    "{a} <less|take away> {b}<|?| = ?| is what?>",
    "Would you mind <working out|calculating|computing> {a} <minus|-> {b}<| for me>?",
    "<My calculator is flat|No calculator here|My phone died>: {a} - {b}?",
    "<I'm checking a bill|I'm doing my taxes|For my budget>, what is {a} minus {b}?",
    "<Number only|Just the number|Digits only>: {a} - {b}",
    "<My kid|My pupil|My brother> is stuck at {a} minus {b}. <What is it|Help him>.",
    "waht is {a} <-|minus> {b}",
)
_MULTIPLY = (
    "What is {a} * {b}?",
    "{a} x {b}",
    "{a}*{b}=?",
    "what's {a} times {b}",
    "Multiply {a} by {b}.",
    "How much is {a} times {b}?",
    "Calculate {a} \N{MULTIPLICATION SIGN} {b}.",
    "Find the product of {a} and {b}.",
    "{a} times {b} is what?",
    "{a} * {b} =",
    "If I multiply {a} and {b}, what do I get?",
    "Compute the product {a} x {b}.",
    "Work out {a}*{b}",
    "How many is {b} lots of {a}?",
    "What do I get for {a} multiplied by {b}?",
    "{a}*{b}",
    "<Could|Would|Can> you multiply {a} <by|and|with> {b}<| for me>?",
    "I <wonder|want to know|would like to know> <what|how much> {a} times {b} <is|makes>.",
    "<Tell me|Give me|Show me|Write down> the product of {a} and {b}.",
    "<product|multiplication|multiply>: {a} <times|x|*> {b}",
    "<product of {a} and {b}|{a} multiplied by {b}><|?|, please>",
    "<If|When> {a} <is|gets> multiplied <by|with> {b}, what <is the result|comes out|do you get>?",
    "{b} <boxes|bags|shelves> hold {a} <pens|books|tins> each. How "
    "many is that <in all|in total|altogether>?",
    "{a} <times|x|*> {b} <equals|gives|makes> <?|what?|how much?>",
    "<Determine|Figure out|Calculate> the <result|outcome> of "
    "<multiplying {a} by {b}|{a} times {b}>.",
    "<Fill in|Complete|Finish>: {a} <x|*> {b} = <?|...|__>",
    "Do the multiplication {a} <x|*> {b}<| for me| now|, please>.",
    "what< is|'s> the product <if|when> the <factors|numbers> are {a} and {b}",
    "<Factors|The factors|Two factors>: {a} and {b}. <Product|What is the product>?",
    "Say what <you get|comes out> when {a} is <taken|counted> {b} times.",
    "A <ticket|book|lamp|chair> costs {a} <euros|dollars>. What do {b} of them cost?",
    "<There are|I see|We counted> {a} <rows|lines> of {b} <seats|trees|tiles>. "
    "How many <altogether|in total>?",
    "{b} <groups|teams|sets> of {a} <are|make> how many<| in all| altogether>?",
    "<Find|Name|State> the number you <get|reach> by multiplying {a} <by|and|with> {b}.",
    "<the answer to|the result of|answer for> {a} <x|times|*> {b}, please",
    "<I'd|I would> like <to know {a} times {b}|the product of {a} and {b}><|, please>.",
    "Take {a}, multiply <it|this number> by {b} and <tell me|report|show> the <result|answer>.",
    "Each day a <factory|workshop> makes {a} <toys|lamps|clocks>. How many "
    "are <made|ready|finished> after {b} days?",
    "A <rectangle|grid|board> measures {a} by {b}. <What|How big> is its area?",
    "{a} and {b} multiplied <together|with each other><| is what| gives what|: how much>?",
    "<Which|What> <number|value> <results|comes out> <when|if> {a} and {b} are multiplied?",
    "{b} times {a}, <how much|what> is <that|it>?",
    "Would you mind <working out|calculating|computing> {a} <times|x> {b}<| for me>?",
    "<My calculator is flat|No calculator here|My phone died>: {a} * {b}?",
    "<I'm ordering chairs|For a price list|For my budget>, what is {a} times {b}?",
    "<Number only|Just the number|Digits only>: {a} x {b}",
    "<My kid|My pupil|My brother> is stuck at {a} times {b}. <What is it|Help him>.",
    "waht is {a} <x|times> {b}",
    "{a}*{b}<?| pls>",
)
_DIVIDE = (
    "What is {a} / {b}?",
    "{a} / {b}",
    "{a}/{b}=?",
    "what's {a} divided by {b}",
    "Divide {a} by {b}.",
    "How much is {a} divided by {b}?",
    "Calculate {a} ÷ {b}.",
    "How many times does {b} go into {a}?",
    "{a} divided by {b} is what?",
    "{a} ÷ {b} =",
    "If I divide {a} by {b}, what do I get?",
    "Compute {a} over {b}.",
    "Work out {a}/{b}",
    "Split {a} into {b} equal parts. How big is one part?",
    "What is the quotient of {a} and {b}?",
    "{a}/{b}",
    "<Could|Would|Can> you divide {a} by {b}<| for me>?",
    "I <wonder|want to know|would like to know> <what|how much> {a} divided by {b} <is|makes>.",
    "<Tell me|Give me|Write down> the quotient of {a} and {b}.",
    "<quotient|division>: {a} <divided by|/|over> {b}",
    "{a} <split|shared> <equally|evenly> <among|between> {b} <gives|is|makes> <what|how much>?",
    "<If|When> {a} <is|gets> divided by {b}, what <is the result|comes out|do you get>?",
    "{a} <sweets|coins|cards> are shared <equally|fairly> among {b} "
    "<children|friends|players>. How many <does each get|for each>?",
    "{a} <divided by|/> {b} <equals|gives|makes> <?|what?|how much?>",
    "<Determine|Figure out|Calculate> the <result|outcome> of "
    "<dividing {a} by {b}|{a} divided by {b}>.",
    "<Fill in|Complete|Finish>: {a} / {b} = <?|...|__>",
    "Do the division {a} / {b}<| for me| now|, please>.",
    "what <do I|do you|does one> get <by|from|on> dividing {a} by {b}",
    "How <often does|many times will|many times can> {b} <fit|go> into {a}?",
    "Dividend {a}, divisor {b}: <what is the quotient|quotient|which result>?",
    "<Which|What> number <times|multiplied by> {b} <gives|makes|equals> {a}?",
    "<Cut|Share|Break> {a} into {b} equal <parts|shares|pieces>. How <big|large> is each one?",
    "A <rope|wire|ribbon> of {a} <metres|feet> is cut into {b} equal "
    "<pieces|parts>. How long is <each|one>?",
    "<the answer to|the result of|answer for> {a} <divided by|/> {b}, please",
    "<I'd|I would> like <to know {a} divided by {b}|the quotient of {a} and {b}><|, please>.",
    "Take {a}, divide <it|this number> by {b} and <tell me|report|show> the <result|answer>.",
    "{b} <tickets|chairs|lamps> cost {a} <euros|dollars> in all. "
    "<What does one cost|How much for one>?",
    "<Packing|Putting> {a} <eggs|balls|cups> into boxes of {b} <takes|fills|needs> how many boxes?",
    "Say how much one part is when {a} is <split|divided|cut> into {b} equal parts.",
    "<Find|Name|State> the number you <get|reach> by dividing {a} by {b}.",
    "With {a} <points|euros|stickers> for {b} <teams|people|pupils> and equal "
    "shares, what does <each one|one of them> get?",
    "{a} over {b}<|?| = ?| is what?>",
    "<What whole number|As a whole number, what> is {a} <over|divided by> {b}?",
    "Would you mind <working out|calculating|computing> {a} <divided by|/> {b}<| for me>?",
    "<My calculator is flat|No calculator here|My phone died>: {a} / {b}?",
    "<I'm splitting a bill|For fair shares|For my budget>, what is {a} divided by {b}?",
    "<Number only|Just the number|Digits only>: {a} / {b}",
    "<My kid|My pupil|My brother> is stuck at {a} divided by {b}. <What is it|Help him>.",
    "{a}/{b}<?| pls>",
)
_REMAINDER = (
    "What is the remainder of {a} divided by {b}?",
    "{a} mod {b}",
    "{a} % {b} = ?",
    "what's left over when you divide {a} by {b}",
    "Divide {a} by {b} and give me the remainder.",
    "Find the remainder when {a} is divided by {b}.",
    "Calculate {a} mod {b}.",
    "{a} divided by {b}: what remains?",
    "remainder of {a}/{b}?",
    "What remains if I divide {a} by {b}?",
    "What is {a} modulo {b}?",
    "Give the rest of the division {a} / {b}.",
    "Compute {a} % {b}",
    "If {a} is split into groups of {b}, how many are left over?",
    "When {a} is divided by {b}, which remainder is left?",
    "<Could|Would|Can> you <find|give me|work out> the remainder of {a} divided by {b}?",
    "I <wonder|want to know|would like to know> what <remains|is left over> "
    "<when|if> {a} is divided by {b}.",
    "<Tell me|Give me|Write down> the remainder <of|for> {a} / {b}.",
    "remainder<:| for| of> {a} <divided by|/|over> {b}",
    "{a} modulo {b}<|?| = ?| is what?| equals what?>",
    "<Determine|Figure out|Work out> {a} <mod|modulo> {b}<|, please>.",
    "{a} <eggs|balls|cups> <go into|are packed in> full boxes of {b}. "
    "How many <are left over|remain|do not fit>?",
    "{b} <goes|fits> into {a} some number of times. What <remains|is left over>?",
    "Take {b} away from {a} as often as <possible|you can>. <What|How much> is left?",
    "<I'd|I would> like the <remainder|rest> <of|for> {a} divided by {b}<|, please>.",
    "What is the <remainder|rest> <in|of> the <whole-number|integer> division {a} / {b}?",
    "With whole numbers, {a} divided by {b} leaves <what|which remainder|how much over>?",
    "{a} <sweets|cards|coins> are shared <equally|fairly> among {b} "
    "<children|players|friends>. How many <are left over|remain>?",
    "Share {a} <equally|evenly> among {b}; what <is left over|remains>?",
    "<the rest|the leftover|the remainder> when <{a} is divided by {b}|dividing {a} by {b}>",
    "<Fill in|Complete|Finish>: {a} mod {b} = <?|...|__>",
    "<Find|Name|State> what <is left over|remains> <after|when> dividing {a} by {b}.",
    "Say which remainder {a} <has|leaves|gives> <on division|when divided> by {b}.",
    "How many are left over if I <put|sort|arrange> {a} <things|people|stones> "
    "in <groups|rows|sets> of {b}?",
    "{a} <divided by|over|/> {b}, <remainder only|only the remainder|just the rest><|, please>",
    "After dividing {a} by {b}, <what remains|what is left over|which remainder do you have>?",
    "Don't give me the quotient of {a} and {b}, <give me|I need|I want> the <remainder|rest>.",
    "<Modulo {b}, what is {a}|What is {a} reduced modulo {b}>?",
    "Dividend {a}, divisor {b}: <what is the remainder|which remainder|the remainder>?",
    "A <pupil|girl|boy> divides {a} by {b} <correctly|by hand>. <What|Which> remainder comes out?",
    "What would <remain|be left over> <after|on> <dividing {a} by {b}|a division of {a} by {b}>?",
    "Would you mind <working out|calculating|computing> {a} <mod|modulo|%> {b}<| for me>?",
    "<No calculator here|My phone died>: the rest of {a} / {b}?",
    "<Number only|Just the number>: {a} <mod|modulo> {b}",
    "<My code|My script|My program> needs {a} <mod|%> {b}. <What is it|Value>?",
    "{a}%{b}<?| pls>",
)
_ADD_MANY = (
    "Add {items}.",
    "What is {sum}?",
    "{sum}",
    "{sum}=?",
    "What is the sum of {items}?",
    "sum of {items}",
    "Add up these numbers: {items}",
    "How much is {sum} altogether?",
    "Find the total of {items}.",
    "what do {items} add up to",
    "Calculate {sum}.",
    "Total: {items}?",
    "Sum the list {items}.",
    "Work out {sum}",
    "Put {items} together. What is the total?",
    "<Could|Would|Can> you add <up|together> {items}<| for me>?",
    "I <wonder|want to know|would like to know> what {sum} <is|makes|comes to>.",
    "<Tell me|Give me|Write down> the <sum|total> of {items}.",
    "{items} <added up|all added|added together><| is what| make what|: how much>?",
    "{sum} <equals|makes|gives> <?|what?|how much?>",
    "<If|When> {items} are <added|added up|summed>, what <is the result|comes out|do you get>?",
    "<Numbers|Values|The numbers>: {items}. <Sum|Total|What is the sum>?",
    "<Determine|Compute|Figure out> the <result|value|outcome> of {sum}.",
    "<Fill in|Complete|Finish>: {sum} = <?|...|__>",
    "what< is|'s> the <total|sum> if <I|we|you> add {items}",
    "<My|Our|The> <bills|scores|points> <are|were> {items}. "
    "<What is the total|How much is that in all>?",
    "<Birds|Guests|Cars> <counted|seen> on different days: {items}. "
    "How many <in all|in total|altogether>?",
    "A column <of numbers reads|shows|holds> {items}. <Add|Sum> it up.",
    "<Taken|Added> together, {items} make <what|how much|which total>?",
    "Do the <addition|sum> {sum}<| for me| now|, please>.",
    "<the answer to|the result of|answer for> {sum}, please",
    "<I'd|I would> like the <sum|total> of {items}<|, please>.",
    "<Sum|Add> <all|all the|these> numbers <up|together>: {items}",
    "<Which|What> <number|total> <do you get|results> from adding {items}?",
    "Starting <at|from> 0, add {items} one after <another|the other>. "
    "<Where do you end|What do you reach>?",
    "A <cart|basket|bag> has items at {items} <euros|dollars>. "
    "What do they cost <together|in all>?",
    "Find <one|the|a single> number equal to {sum}.",
    "<Grand total|Overall sum|Total sum>, please: {items}",
    "Say how much {sum} <is|makes|comes to><| altogether| in all>.",
    "<These|The following> numbers need <adding|adding up|a total>: {items}",
    "How <big|large> is the <sum|total> of {items}<| altogether>?",
    "Would you mind <totalling|adding up|summing> {items}<| for me>?",
    "<My calculator is flat|No calculator here|My phone died>: {sum}?",
    "<Number only|Just the number>: {items}, <summed|added up>",
    "<My receipt|My list|The table> has {items}. <Sum|Total>?",
    "sum up {items} <pls|thx>",
)
_TERMS = ((1, 9), (5, 50), (20, 99), (100, 999), (100, 9999))


def _add(rng: random.Random, level: int) -> Solved:
    if level == 5 and rng.random() < 0.4:
        return _three_addends(rng)
    a, b = between(rng, _TERMS, level), between(rng, _TERMS, level)
    return Solved(
        key=f"{min(a, b)}+{max(a, b)}",
        answer=str(a + b),
        low=_partial_sums(a, b),
        high=traces.plus(a, b),
        slots={"a": a, "b": b},
    )


def _three_addends(rng: random.Random) -> Solved:
    a, b, c = (rng.randint(10, 400) for _ in range(3))
    return Solved(
        key="+".join(map(str, sorted((a, b, c)))),
        answer=str(a + b + c),
        low=f"{a}+{b}={a + b}",
        high=traces.total((a, b, c)),
        slots={"a": f"{a} + {b}", "b": c},
    )


def _partial_sums(a: int, b: int) -> str:
    place = 10 ** (len(str(max(a, b))) - 1)
    if place == 1:
        return f"{a}+{b}={a + b}"
    high_a, high_b = a - a % place, b - b % place
    high, low = high_a + high_b, a % place + b % place
    return f"{high_a}+{high_b}={high}; {a % place}+{b % place}={low}"


def _subtract(rng: random.Random, level: int) -> Solved:
    a, b = between(rng, _TERMS, level), between(rng, _TERMS, level)
    if level < 5 or rng.random() < 0.6:
        a, b = max(a, b), min(a, b)
    if level == 5 and a < b:
        a, b = a % 1000, b % 1000
    step = b - b % 10 if b >= 10 else b
    return Solved(
        key=f"{a}-{b}",
        answer=str(a - b),
        low=f"{a}-{step}={a - step}; {a - step}-{b - step}" if step != b else f"{a}-{b}={a - b}",
        high=traces.minus(a, b),
        slots={"a": a, "b": b},
    )


def _multiply(rng: random.Random, level: int) -> Solved:
    ranges = (((2, 9), (2, 9)), ((11, 50), (2, 9)), ((11, 99), (2, 9)), ((11, 99), (11, 40)))
    first, second = ((100, 999), (11, 99)) if level == 5 else ranges[level - 1]
    a, b = rng.randint(*first), rng.randint(*second)
    step = b - b % 10
    parts = f"{a}*{step}={a * step}; {a}*{b - step}={a * (b - step)}"
    small = f"{a - a % 10}*{b}={(a - a % 10) * b}; {a % 10}*{b}={a % 10 * b}"
    low = f"{a}*{b}={a * b}" if a < 10 else parts if b >= 10 else small
    if rng.random() < 0.3:
        a, b = b, a
    return Solved(
        key=f"{min(a, b)}*{max(a, b)}",
        answer=str(a * b),
        low=low,
        high=traces.times(a, b),
        slots={"a": a, "b": b},
    )


_DIVISORS = ((2, 9), (2, 9), (3, 9), (6, 12), (11, 25))
_QUOTIENTS = ((1, 9), (3, 30), (20, 120), (50, 300), (20, 150))


def _divide(rng: random.Random, level: int) -> Solved:
    d, q = between(rng, _DIVISORS, level), between(rng, _QUOTIENTS, level)
    return Solved(
        key=f"{d * q}/{d}",
        answer=str(q),
        low=f"{d}*{q - q % 10}={d * (q - q % 10)}; {d}*{q % 10}={d * (q % 10)}"
        if q > 9
        else f"{d}*{q}={d * q}",
        high=traces.over(d * q, d),
        slots={"a": d * q, "b": d},
    )


def _remainder(rng: random.Random, level: int) -> Solved:
    d = between(rng, ((2, 5), (3, 9), (3, 9), (4, 12), (11, 25)), level)
    a = between(rng, ((3, 30), (20, 80), (50, 200), (100, 999), (100, 999)), level)
    return Solved(
        key=f"{a}%{d}",
        answer=str(a % d),
        low=f"{a // d}*{d}={a // d * d}",
        high=traces.rest_of(a, d),
        slots={"a": a, "b": d},
    )


def _add_many(rng: random.Random, level: int) -> Solved:
    count = (3, 4, 5, 4, 4)[level - 1]
    numbers = [
        between(rng, ((1, 9), (1, 9), (1, 12), (5, 40), (10, 99)), level) for _ in range(count)
    ]
    half = numbers[: count - 1]
    return Solved(
        key="+".join(map(str, numbers)),
        answer=str(sum(numbers)),
        low=f"{'+'.join(map(str, half))}={sum(half)}",
        high=traces.total(numbers),
        slots={
            "items": listed(rng, numbers),
            "sum": rng.choice((" + ", "+")).join(map(str, numbers)),
        },
    )


FAMILIES = (
    family("add", _add, _ADD, weight=2.0),
    family("subtract", _subtract, _SUBTRACT, weight=2.0),
    family("multiply", _multiply, _MULTIPLY, weight=2.0),
    family("divide", _divide, _DIVIDE, weight=1.5),
    family("remainder", _remainder, _REMAINDER),
    family("add_many", _add_many, _ADD_MANY),
)
