"""Other ways to write numbers: roman, binary, in words."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_TO_ROMAN = (
    "Write {n} in Roman numerals.",
    "{n} in roman numerals?",
    "What is {n} as a Roman numeral?",
    "roman numeral for {n}",
    "Convert {n} to Roman numerals.",
    "How do you write {n} in Roman numerals?",
    "How would the Romans write {n}?",
    "Give the Roman numeral of {n}.",
    "Turn {n} into a Roman numeral.",
    "{n} as a roman numeral",
    "Which Roman numeral stands for {n}?",
    "Express {n} in Roman numerals.",
    "what's {n} in Roman numerals",
    "I need {n} as a Roman numeral.",
    "{n} to roman",
    "<Translate|Change|Transform> {n} <into|to> <Roman numerals|a Roman numeral>.",
    "<What|Which letters> did <the Romans|people in ancient Rome> <write|carve|use> for {n}?",
    "I want to <carve|engrave|paint> {n} in Roman numerals<| on a stone| over the door>. What "
    "do I write?",
    "Roman <numeral|number|form>: {n}?",
    "<Could|Can|Would> you <write|show> {n} <in|with|using> Roman <numerals|digits>?",
    "decimal {n} <to|into|in> Roman<| numerals>",
    "How <does|would> <the number |>{n} look in Roman <numerals|digits>?",
    "<Chapter|Volume|Part> {n} is <marked|numbered> in Roman numerals. What "
    "<does it say|is written there>?",
    "A <gate|monument|church> shows {n} in Roman numerals. Which <letters|symbols> do you see?",
    "I wonder how <to write|one writes|you write> {n} in Roman numerals.",
    "With <the letters I, V, X, L, C, D and M|Roman digits>, <write|express|give> {n}.",
    "If {n} <were|had to be> <written|carved> in Roman numerals, what would it <look like|be|say>?",
    "<Find|State|Name|Give me> the Roman <numeral|number> <for|that stands for|equal to> {n}.",
    "Would you mind <converting|turning|changing> {n} into Roman <numerals|digits>?",
    "{n} is what in <Roman digits|the Roman system|the Roman way of writing>?",
    "<number|decimal>: {n}; Roman <numeral|form|way>: ?",
    "Please <output|return|type> the Roman <form|numeral|version> of {n}.",
    "In <ancient|old> Rome, how <would you write|did people write|did one write> {n}?",
    "The <number|figure> {n} <has|takes|gets> which Roman <form|numeral>?",
    "Replace {n} <by|with> <its|the> Roman <numeral|equivalent>.",
    "what's the <Roman numeral for|Roman way to write|Roman version of> {n}",
    "Represent <the number |>{n} <by|with|in> Roman numerals.",
    "My crossword asks for {n} in Roman numerals. "
    "<What do I fill in|What is it|Which letters are they>?",
    "{n}, written <the Roman way|as the Romans did|as a Roman would>",
    "Tell me what {n} <is|becomes|looks like> in Roman numerals.",
    "<Clock face|Tattoo|Book chapter|Film credits>: {n} in Roman numerals<?|, please>",
    "<Letters only|Only the letters>: {n} as a Roman numeral",
    "<The sculptor|The mason|My tailor> needs {n} in Roman numerals. <What goes on it|How is it "
    "written>?",
)
_FROM_ROMAN = (
    "What number is the Roman numeral {r}?",
    "{r} as a number?",
    "Convert the Roman numeral {r} to a number.",
    "what does {r} mean in Roman numerals",
    "Which number does {r} stand for in Roman numerals?",
    "Read the Roman numeral {r}.",
    "{r} from roman to decimal",
    "What is {r} in normal digits?",
    "Write the Roman numeral {r} in digits.",
    "Decode the Roman number {r}.",
    "roman {r} = ?",
    "How much is {r} in Roman numerals?",
    "The clock says {r}. Which number is that?",
    "What value has the Roman numeral {r}?",
    "A stone shows the Roman number {r}. What number is it?",
    "<Translate|Change|Turn> <the Roman numeral |Roman >{r} into "
    "<an ordinary number|a decimal number|digits>.",
    "<What|Which|Which number> did the Romans mean by {r}?",
    "The <chapter|volume|part> is <marked|numbered> {r} in Roman numerals. <Which|What> number "
    "is that?",
    "<Find|Give|State|Work out> the <value|number value> of the Roman <numeral|number> {r}.",
    "Roman: {r}. <Decimal|Ordinary number|Normal number|In digits>?",
    "{r} is a Roman numeral. <How much|What number> is <it|that>?",
    "Could you <read|decode|convert|translate> the Roman <numeral|number> {r}<| for me>?",
    "If {r} is a Roman numeral, <what|which> number <is it|does it stand for|does it mean>?",
    "I saw the Roman number {r} on <a clock|a church|an old house>. What is it in "
    "<digits|our numbers>?",
    "{r} in <Arabic numerals|Arabic digits|ordinary digits|modern digits>?",
    "<how much|what number> is Roman {r}",
    "Express the Roman <numeral|number> {r} in <Arabic|ordinary|decimal|everyday> digits.",
    "I wonder <what|which number> the Roman numeral {r} <stands for|means|is>.",
    "<Add up|Evaluate|Work out> the Roman <numeral|number> {r}: <what|how much> is it?",
    "In the Roman <system|way of writing>, {r} <is|means|stands for> <which|what> number?",
    "Would you mind <telling me|saying|working out> <what|which number> the Roman numeral {r} is?",
    "<from Roman|Roman to decimal|Roman to number>: {r}",
    "Which <ordinary|decimal|everyday> number <would|did> <the Romans|a Roman> write as {r}?",
    "Someone <carved|scratched> the Roman number {r} into a <tree|wall|rock>. What number is "
    "<it|that>, in digits?",
    "A film ends with the Roman numeral {r}. <Write|Give> it in "
    "<digits|ordinary digits|Arabic numerals>.",
    "{r}: <what is this Roman numeral worth|the value of this Roman numeral>?",
    "The Roman <numeral|number> {r} <equals|is equal to|is> <what|which number>?",
    "As <a decimal|an ordinary|a normal> number, <what|how much> is Roman {r}?",
    "<Say|Tell me|Report> the number <behind|that is meant by|written as> the Roman numeral {r}.",
    "My <watch|diploma|textbook> says {r} in Roman numerals; <what|which> number is that?",
    "Replace <the Roman numeral|Roman> {r} <by|with> <digits|an ordinary number>.",
    "<On the church|On the old clock|In the film credits> stands {r}. Which number is <that|it>?",
    "<Number only|Just the number>: {r}",
    "<I can't read|Help me read> {r}. <Which number is it|In digits>?",
)
_TO_BINARY = (
    "Write {n} in binary.",
    "{n} in binary?",
    "What is {n} in binary?",
    "binary of {n}",
    "Convert {n} to binary.",
    "How do you write {n} in base 2?",
    "Give the binary form of {n}.",
    "Turn {n} into binary.",
    "{n} as a binary number",
    "What does {n} look like in base 2?",
    "decimal {n} to binary",
    "Express {n} in binary.",
    "what's {n} as bits",
    "Show {n} in the binary system.",
    "Change the decimal number {n} to binary.",
    "<Translate|Transform> <the decimal |>{n} <into|to> <binary|base 2|base two>.",
    "What <are|would be> the <binary digits|bits> of <the decimal |the number |>{n}?",
    "How <does|would> a computer <write|show> the number {n} in <binary|base 2|bits>?",
    "I'd like to <see|have> {n} in <binary|base 2|base two>.",
    "base <2|two> <form|version|representation> of {n}?",
    "<Could|Can> you <convert|turn|change> {n} into <binary|base 2|a binary number>?",
    "{n} in base <2|two> is <what|which number|written how>?",
    "Using only <zeros and ones|ones and zeros>, <write|express|give> the number {n} in binary.",
    "<dec|decimal>: {n}, <bin|binary>: <?|...>",
    "Which <binary number|string of bits|row of bits> <equals|stands for|represents> the "
    "decimal {n}?",
    "I wonder what {n} <is|looks like> in <binary|base two|the binary system>.",
    "If <we|you|I> <count|write> in base two, how is {n} written?",
    "<Write|Give|Show> the <bits|binary digits> <of|for> {n}.",
    "Would you mind <writing|expressing|giving> {n} in <binary|base 2>?",
    "Represent {n} in <base 2|base two|the binary system>.",
    "Keep <halving|dividing by 2> and note the remainders: what is {n} in <binary|base 2>?",
    "<Find|Compute|Determine|Work out> the binary <form|representation|notation> of {n}.",
    "<The exercise|My teacher> asks for {n} in binary. What <is it|do I write|should I answer>?",
    "<decimal|base 10> {n} <equals|gives|makes> <binary|base 2> <what|which number>?",
    "In <binary|base two|the binary system>, what <is|does one write for|stands for> {n}?",
    "The decimal number {n} <becomes|gives|is> <what|which number> in <binary|base 2>?",
    "<Encode|Code> <the number |>{n} in binary<|, no leading zeros|, without leading zeros>.",
    "bin({n}) without the <prefix|0b>?",
    "Lamps show 1 when on and 0 when off. <Which|What> binary number <shows|stands for> {n}?",
    "to <binary|base 2|base two>: {n}",
    "{n} <converted|translated|changed> to <binary|base 2> <is what|gives what>?",
    "Tell me how {n} is written in base <2|two>.",
    "<Bits only|Digits only>: {n} in binary",
    "<For a chip|For a class|For my code> I need {n} in base 2.",
    "{n} -> <binary|base 2>",
)
_FROM_BINARY = (
    "What is binary {b} in decimal?",
    "{b} in decimal?",
    "Convert {b} from binary to decimal.",
    "binary {b} to decimal",
    "Which number is {b} in base 2?",
    "What number is the binary {b}?",
    "Read {b} as a binary number.",
    "The bits are {b}. What decimal number is that?",
    "Turn the binary number {b} into decimal.",
    "What does {b} mean in base 2?",
    "Decode the binary number {b}.",
    "Write the binary number {b} in decimal.",
    "How much is {b} in binary?",
    "what's the value of binary {b}",
    "Give the decimal value of binary {b}.",
    "<Translate|Change|Transform> <binary|the bits> {b} <into|to> <decimal|base 10|base ten>.",
    "What is the <decimal|base 10|base ten> <value|form> of <binary|the bits|the binary number> "
    "{b}?",
    "{b} (<binary|base 2|base two>) = ? (<decimal|base 10|base ten>)",
    "A computer <stores|sends|shows> the bits {b}. Which <decimal|ordinary> number is <that|it>?",
    "<Could|Can> you <convert|turn|translate> the binary <number|string|code> {b} into decimal?",
    "I'd like to know what {b} in <binary|base 2> <is|means> in decimal.",
    "If {b} is <binary|a binary number|in base 2>, <what|which number> is it in <decimal|base 10>?",
    "<bits|binary>: {b}, <decimal|value in decimal|base 10>: ?",
    "<Add up|Total> the powers of two in the binary number {b}: what do you get?",
    "Read in base <2|two>, {b} <is|means|gives> <which|what> <number|decimal number>?",
    "<How much|What> is {b} if <it is|it's|we read it as> binary?",
    "Interpret {b} as <binary|a binary number|a base 2 number> and <give|write> the decimal "
    "number.",
    "I wonder <what|which decimal number> the bits {b} <stand for|mean|are>.",
    "Lamps on (1) and off (0) show {b} in binary. <What|Which> <number|decimal number> is that?",
    "Would you mind <converting|changing|turning> binary {b} into <decimal|base 10>?",
    "int('{b}', 2) <gives|is|returns> <what|which number>?",
    "base <2|two> to base <10|ten>: {b}",
    "<Find|Compute|Work out> the <decimal|ordinary> number whose <binary form|base 2 form> is {b}.",
    "Which number <has|is given by> the <binary digits|bits> {b}?",
    "my friend <wrote|sent me> {b} in binary; <what|which> "
    "<number does she mean|decimal number is it>",
    "{b}, <from |>binary to <decimal|base 10|base ten>",
    "The binary <number|code|string> {b} <equals|is equal to|stands for> <what|which> decimal "
    "number?",
    "Tell me the value of {b}, <read as binary|taken as binary|taken as base 2>.",
    "Express <the binary number|binary> {b} in base <10|ten>.",
    "In <decimal|base 10|everyday numbers>, what is the binary number {b}?",
    "Evaluate the <bits|binary digits> {b} as a decimal <number|integer>.",
    "<Number only|Just the number>: binary {b}",
    "<The register|The switch|The display> reads {b} in binary. <Which number is it|In decimal>?",
    "{b} (base 2) -> decimal",
)
_IN_WORDS = (
    "Write {n} in words.",
    "{n} in words?",
    "How do you spell the number {n}?",
    "How is {n} written in words?",
    "Spell out {n}.",
    "Put {n} into words.",
    "What is {n} written out in words?",
    "the number {n} as words",
    "How do you say {n}?",
    "Write the number {n} out in full.",
    "Say {n} in words.",
    "What is the word for {n}?",
    "{n} spelled out",
    "Turn {n} into words.",
    "Express {n} in English words.",
    "How <would|do|should> <you|I|we> <write out|spell out|say> {n} in "
    "<words|English|English words>?",
    "<Give|Show|Tell> me {n} in words, not <digits|in digits|figures>.",
    "I'm <filling in|writing> a cheque for {n}. <How do I write|What is> the amount in words?",
    "Replace the <digits|figures> {n} <by|with> words.",
    "{n}: <in English words|written out|in writing, please>",
    "<Could|Can|Would> you <write|spell> {n} out in <words|letters|full>?",
    "<words for|written out|in words|spelled out>: {n}",
    "Using <letters|words> only, <write|give> <the number |>{n}.",
    "<Which|What> <words|English words> <stand for|name|mean> the number {n}?",
    "I wonder how <to spell|you spell|one writes> the number {n} out.",
    "Read {n} <aloud|out loud> and <write|type> <what you say|the words>.",
    "If you <read|say> {n} aloud, <what|which words> do you say?",
    "<Type|Output|Return|Print> {n} as <words|English words|written words>.",
    "Would you mind <writing|spelling> out {n}<| in words>?",
    "what's {n} in <words, please|English words|letters>",
    "The <sign|letter|form> says {n}, but it must be in words. "
    "<What should it say|How is it written>?",
    "<digits|number>: {n}, <words|in words>: ?",
    "Name the number {n} in <English|words|letters>.",
    "How is {n} <pronounced|spoken|read aloud>, in words?",
    "<Translate|Convert|Change> <the digits |the number |>{n} <into|to> words.",
    "{n} <written|put> in <letters|words|plain English>",
    "In <a story|an essay|a novel>, numbers are written as words. How is {n} written there?",
    "<Tell me|Show me> how the number {n} is <spelled|written out|spelled out>.",
    "A <child|learner|pupil> <points at|sees> the number {n}. What is it <called|in words>?",
    "What do you call the number {n}<|, in words| in English>?",
    "Please put {n} in <words|plain words|English words>, <no digits|without digits>.",
    "<Name|English name|Word form> of the number {n}?",
    "<On a cheque|On an invitation|In a letter>, how do I write {n} in words?",
    "<Words only|Only words>: {n}",
    "<Read|Spell> {n} out for me<, in words|>.",
)
_IN_DIGITS = (
    "Write {w} in digits.",
    "{w} as a number?",
    "What is {w} in digits?",
    "How do you write {w} with digits?",
    "Put {w} into digits.",
    "Which number is {w}?",
    "Write the number {w} with digits.",
    "Turn {w} into digits.",
    "{w} in figures",
    "Give {w} as a numeral.",
    "Express {w} in digits.",
    "Type {w} as a number.",
    "what's {w} in digits",
    "Convert {w} to digits.",
    "Show {w} in figures.",
    "<Translate|Change|Transform> {w} <into|to> <digits|figures|a numeral>.",
    "<Which|What> <digits|figures> <stand for|make up|do you write for> {w}?",
    "Someone <says|dictates|calls out> {w}. What do I <type|write down|note>, in digits?",
    "<digits|figures|numeral|number> for {w}?",
    "{w} = <what|which number|how much>, in <digits|figures>?",
    "<Could|Can> you <write|type|show> {w} <in|using> <digits|figures>?",
    "What does {w} look like in <digits|figures|numerals>?",
    "The cheque says {w}. <Write|Give> the amount in <digits|figures|numerals>.",
    "I wonder how {w} is written <in|with> <digits|figures>.",
    "Using <only digits|digits only|the digits 0 to 9>, <write|express> {w}.",
    "Replace {w} <by|with> <digits|figures|a numeral>.",
    "If I <hear|read> {w}, <which|what> number <do I write in digits|is that in digits>?",
    "<words|spelled>: {w}, <digits|number|figures>: ?",
    "Would you mind <writing|typing|giving> {w} <in|as> <digits|figures>?",
    "<Find|State|Output|Return> the number <spelled|written|called> {w}, in <digits|figures>.",
    "<Enter|Key in> {w} on a calculator. <What|Which number> <does it show|appears>?",
    "In <digits|figures|numerals>, what is {w}?",
    "as <digits|a numeral|figures>: {w}",
    "The <spelled|written> number {w} <means|stands for> <which|what> <number|numeral>, in digits?",
    "The <score|bill|price|count> <was|is> {w}. <Write|Show|Note> it in <digits|figures>.",
    "<what|which> <number|numeral> do you write for {w}",
    "Spelled out, a number <is|reads> {w}. <What is it|How is it written> in <digits|figures>?",
    "Tell me {w} <in|as> <digits|figures>.",
    "Put the <spoken|written|spelled> number {w} <into|in> figures.",
    "{w} <written|put|shown> in <digits|numerals|figures> is <what|which number>?",
    "Represent {w} <by|with> <digits|a numeral|figures>.",
    "I need {w} as <a numeral|a number in digits|digits>.",
    "<Digits only|Number only>: {w}",
    "<On the phone|In the talk|On the radio> they said {w}. <In digits|How is it in digits>?",
    "{w} -> digits",
)

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]]
_ROMAN_DIGITS = (("I", "V", "X"), ("X", "L", "C"), ("C", "D", "M"), ("M", "", ""))
_ROMAN_FORMS = ("0", "00", "000", "01", "1", "10", "100", "1000", "02")
"""For the digits 1 to 9: which of the symbols of one, five and ten make it up."""


def spoken(n: int) -> str:
    """A number from 0 to 999 in words: `three hundred forty-two`."""
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    return f"{_ONES[n // 100]} hundred" + (f" {spoken(n % 100)}" if n % 100 else "")


def roman(n: int) -> list[tuple[int, str]]:
    """The parts of `n` (1 to 3999) and their Roman form, largest first: 42 gives 40 XL, 2 II."""
    parts = []
    for place, digit in enumerate(reversed(str(n))):
        if digit == "0":
            continue
        symbols = _ROMAN_DIGITS[place]
        form = _ROMAN_FORMS[int(digit) - 1]
        parts.append((int(digit) * 10**place, "".join(symbols[int(s)] for s in form)))
    return parts[::-1]


_ROMAN_RANGES = ((1, 20), (10, 50), (40, 100), (100, 500), (400, 2100))


def _to_roman(rng: random.Random, level: int) -> Solved:
    n = between(rng, _ROMAN_RANGES, level)
    parts = roman(n)
    answer = "".join(form for _, form in parts)
    return Solved(
        key=str(n),
        answer=answer,
        low="+".join(str(value) for value, _ in parts),
        high=traces.join([*(f"{value} {form}" for value, form in parts), answer]),
        slots={"n": n},
    )


def _from_roman(rng: random.Random, level: int) -> Solved:
    n = between(rng, _ROMAN_RANGES, level)
    parts = roman(n)
    steps, running = [], 0
    for value, form in parts:
        running += value
        steps.append(f"{form} {value}: {running}")
    return Solved(
        key=str(n),
        answer=str(n),
        low="+".join(str(value) for value, _ in parts),
        high=traces.join(steps),
        slots={"r": "".join(form for _, form in parts)},
    )


_BINARY_RANGES = ((1, 10), (5, 20), (10, 40), (20, 64), (40, 127))


def _to_binary(rng: random.Random, level: int) -> Solved:
    n = between(rng, _BINARY_RANGES, level)
    steps, left, bits = [], n, ""
    while left:
        bits = f"{left % 2}{bits}"
        steps.append(f"{left}/2={left // 2} r{left % 2}: {bits}")
        left //= 2
    power = 2 ** (n.bit_length() - 1)
    return Solved(
        key=str(n),
        answer=bits,
        low=f"{n}={power}+{n - power}",
        high=traces.join(steps),
        slots={"n": n},
    )


def _from_binary(rng: random.Random, level: int) -> Solved:
    n = between(rng, _BINARY_RANGES, level)
    bits = f"{n:b}"
    steps, value = ["1"], 1
    for bit in bits[1:]:
        steps.append(f"{value}*2+{bit}={value * 2 + int(bit)}")
        value = value * 2 + int(bit)
    places = [2**i for i, bit in enumerate(reversed(bits)) if bit == "1"]
    return Solved(
        key=str(n),
        answer=str(n),
        low="+".join(map(str, reversed(places))),
        high=traces.join(steps),
        slots={"b": bits},
    )


_WORD_RANGES = ((0, 20), (20, 99), (20, 199), (100, 999), (100, 999))


def _in_words(rng: random.Random, level: int) -> Solved:
    n = between(rng, _WORD_RANGES, level)
    parts = _spoken_parts(n)
    return Solved(
        key=str(n),
        answer=spoken(n),
        low=" + ".join(str(value) for value, _ in parts),
        high=traces.join([*(f"{value} {word}" for value, word in parts), spoken(n)]),
        slots={"n": n},
    )


def _in_digits(rng: random.Random, level: int) -> Solved:
    n = between(rng, _WORD_RANGES, level)
    parts = _spoken_parts(n)
    return Solved(
        key=str(n),
        answer=str(n),
        low=" + ".join(str(value) for value, _ in parts),
        high=traces.join([*(f"{word} {value}" for value, word in parts), str(n)]),
        slots={"w": spoken(n)},
    )


def _spoken_parts(n: int) -> list[tuple[int, str]]:
    if n < 20:
        return [(n, _ONES[n])]
    hundreds, tens, ones = n // 100, n % 100 - n % 10, n % 10
    if n % 100 < 20:
        tens, ones = 0, n % 100
    values = (hundreds * 100, tens, ones)
    return [(value, spoken(value)) for value in values if value]


FAMILIES = (
    family("to_roman", _to_roman, _TO_ROMAN, "exact"),
    family("from_roman", _from_roman, _FROM_ROMAN),
    family("to_binary", _to_binary, _TO_BINARY),
    family("from_binary", _from_binary, _FROM_BINARY),
    family("number_in_words", _in_words, _IN_WORDS, "exact"),
    family("number_in_digits", _in_digits, _IN_DIGITS),
)
