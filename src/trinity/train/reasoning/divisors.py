"""Even and odd, divisibility, primes, common divisors and multiples."""

from __future__ import annotations

import random
from math import gcd

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, between, family

_PARITY = {
    "which": (
        "Is {n} even or odd?",
        "{n}: even or odd?",
        "is {n} odd or even",
        "Tell me whether {n} is even or odd.",
        "Even or odd: {n}",
        "Would you call {n} odd or even?",
        "Say if {n} is odd or even.",
        "The number {n}, is it even or odd?",
        "{n}, odd or even?",
        "Which is {n}: even or odd?",
        "I wonder <whether|if> {n} is <even or odd|odd or even>.",
        "<Decide|Determine|Work out|State> <whether|if> {n} is "
        "<an even number or an odd one|odd or even>.",
        "<What is|What's> the parity of {n}<|, even or odd|: odd or even>?",
        "parity of {n}<|, even or odd|, odd or even>",
        "Could you <say|work out|check for me> <whether|if> {n} is <even or odd|odd or even>?",
        "<My house|My seat|The page|The ticket|My locker> number is {n}. Is that "
        "<odd or even|even or odd>?",
        "<Classify|Label|Sort> {n} as <odd or even|even or odd>.",
        "To which <group|kind|class> does {n} belong: the even or the odd <numbers|integers>?",
        "<number|integer>: {n}; <even or odd|odd or even>?",
        "<Looking at|Judging by> its last digit, is {n} <odd or even|even or odd>?",
        "<Pick|Choose> the <right|correct|fitting> word for {n}: <even or odd|odd or even>.",
        "Would you mind <telling me|saying|checking> <if|whether> {n} is "
        "<odd or even|even or odd>?",
        "{n} must be <either odd or even|either even or odd>. Which <is it|one is it|of the two>?",
        "my <teacher|friend|sister> <asks|wants to know> <if|whether> {n} is "
        "<even or odd|odd or even>",
        "Do we <count|list|place> {n} among the <even or the odd|odd or the even> numbers?",
        "An even number or an odd <one|number>: which is {n}?",
        "odd/even <of|for|:> {n}?",
        "{n} <candies|socks|coins>: <can I pair them all|do they pair up>? <Say even or odd|Even "
        "or odd>.",
        "<one word|single word|word only>, even or odd: {n}",
        "I <drew|rolled|bet on|picked> {n}. <Was that|Is it> <even or odd|odd or even>?",
        "<My bus|Our team|The plate> ends up with number {n}. <Odd or even|Even or odd>?",
        "{n} mod 2 <=|is> ? <Answer even or odd|Say odd or even>.",
        "is {n} evn or <odd|od>",
        "<Red|Left> is for even, <blue|right> for odd. Is {n} <even or odd|odd or even>?",
        "<Half of|Halving> {n}: does it <work|come out whole>, so <even or odd|odd or even>?",
    ),
    "yes": (
        "Is {n} {kind}?",
        "is {n} an {kind} number",
        "{n} is {kind}, yes or no?",
        "Is the number {n} {kind}?",
        "Check if {n} is {kind}.",
        "Is it true that {n} is {kind}?",
        "Yes or no: is {n} an {kind} number?",
        "{n} {kind}?",
        "Does {n} count as {kind}?",
        "Can {n} be called {kind}?",
        "I <think|believe|say> {n} is {kind}. <Am I right|Is that right|Is that so|Is that true>?",
        "Does {n} belong to the {kind} <numbers|integers>?",
        "{n} is {kind}: <correct|right|true>? <Answer|Reply> <yes or no|with yes or no>.",
        "<Would|Do> you <call|consider> {n} an {kind} number?",
        "<Verify|Test|Determine|Find out> <if|whether> {n} is an {kind} number<|, yes or no>.",
        "I'd like to know <if|whether> {n} is {kind}.",
        "Might {n} be <listed|counted|placed> among the {kind} numbers?",
        "{kind} number: {n}, <yes or no|yes/no|right>?",
        "<Someone|Ben|My brother|A classmate> <says|claims> that {n} is {kind}. Is that "
        "<so|true|correct>?",
        "In this <game|lottery|raffle> only {kind} numbers win. Does {n} win?",
        "<Could|Can|Will> you <check|confirm|say> <whether|if> {n} is an {kind} <number|integer>?",
        "If <we|you> <group|sort> numbers by parity, is {n} <with|among> the {kind} ones?",
        "<House|Room|Seat|Door> number {n}: <is it|would that be> {kind}?",
        "Say yes <if|when> {n} is {kind}, <otherwise|else> say no.",
        "Among the {kind} <numbers|integers>, <would|do> <you|we> find {n}?",
        "{n}, is <that|this> {kind}?",
        "{n} {kind} <y/n|yes or no|yes/no>?",
        "<I sorted|I put> {n} under {kind}. <Right|Correct|Yes or no|Was that right>?",
        "<Quick check|Check>: {n} is {kind}. <Yes or no|True|Right>?",
        "<The sign|My note|The book|The app> calls {n} {kind}. <Is it|Does that fit>?",
        "<A ball|A door|A ticket> says {n}. {kind}? <Yes or no|yes/no>.",
        "<reply|answer|respond> yes or no: {n} is {kind}",
        "so {n} <is|would be> {kind}<| then>, <yes|right|no>?",
    ),
}
_DIVISIBLE = (
    "Is {n} divisible by {d}?",
    "is {n} a multiple of {d}",
    "Can {n} be divided by {d} without remainder?",
    "Does {d} divide {n}?",
    "Is {d} a factor of {n}?",
    "{n} divisible by {d}?",
    "Yes or no: {n} is a multiple of {d}.",
    "Can {n} things be shared equally among {d} people?",
    "Check if {n} is divisible by {d}.",
    "Does {n} split evenly into {d} parts?",
    "Is {n} in the {d} times table?",
    "Does {d} go into {n} evenly?",
    "Is {d} a divisor of {n}?",
    "Does {n} / {d} come out even, with no remainder?",
    "Is {n} exactly divisible by {d}?",
    "<Determine|Find out|Decide|Verify> <if|whether> {n} is <a multiple of|divisible by> {d}.",
    "I have {n} <sweets|coins|cards|beads>. Can I <share|split> them equally among {d} friends?",
    "If I divide {n} by {d}, is the <remainder|rest> <zero|0|nothing>?",
    "When {n} is divided by {d}, is there <no remainder|nothing left over|no rest>?",
    "Counting <by {d}|in steps of {d}|up in {d}s> from <0|zero>, do <I|you|we> "
    "<hit|reach|land on> {n}?",
    "{n} / {d} <is|gives|makes> a whole number, <yes or no|right|true>?",
    "Is {n} divided by {d} <a whole number|an integer>?",
    "A <baker|shop|farmer> packs {n} <rolls|eggs|apples> in boxes of {d}. Will every box be full?",
    "{n} <children|players|pupils> <line up|stand> in rows of {d}. Is every row <full|complete>?",
    "Could you <check|tell me|say> <if|whether> {d} <divides|goes into> {n} <exactly|evenly>?",
    "I wonder <if|whether> {n} "
    "<is in the {d} times table|has {d} as a factor|has {d} among its divisors>.",
    "does {d} <fit into|divide into|go into> {n} <exactly|a whole number of times|without a rest>",
    "{d} is a <factor|divisor> of {n}: <yes or no|right|true>?",
    "Does the {d} times table <contain|include|have> {n}?",
    "<Divisibility|Division> <check|test|question>: is {n} <divisible by|a multiple of> {d}?",
    "<Would|Could|Can> {n} <coins|stamps|marbles> make equal piles of {d} with <none|nothing> "
    "left over?",
    "Among the multiples of {d}, <do we|would you|can I> find {n}?",
    "<Say|Answer|Reply> yes if {d} divides {n} <evenly|exactly|without remainder>, "
    "<otherwise|else> no.",
    "There are {n} <chairs|desks|beds> for {d} rooms. Can <each|every> room get the same "
    "number, with none left over?",
    "My <friend|teacher|sister> says {n} is <a multiple of|divisible by> {d}. Is <that|it> "
    "<true|right>?",
    "is {n} mod {d} <equal to zero|zero|equal to 0>",
    "{n} shared by {d} <without|with no> <remainder|rest>, <possible|can it be done>?",
    "Does dividing {n} by {d} leave <no remainder|nothing over|a remainder of 0>?",
    "Can the number {n} be written as {d} times <a whole number|an integer|some whole number>?",
    "A rope of {n} <metres|feet> is cut into pieces of {d}. Is <no rope|nothing> left over?",
    "Would you <say|agree> that {d} <goes evenly into|divides|is a divisor of> {n}?",
    "<y/n|yes/no>: {n} <divisible by|multiple of> {d}?",
    "<We are|There are> {d} and have {n} euros. Can we share with nothing left? <Yes or "
    "no|yes/no>.",
    "<In my code|In my script>, is {n} % {d} == 0 true?",
)
_PRIME = (
    "Is {n} a prime number?",
    "is {n} prime",
    "{n}: prime or not? Answer yes or no.",
    "Check if {n} is prime.",
    "Is the number {n} prime?",
    "{n} prime?",
    "Yes or no: {n} is prime.",
    "Is {n} a prime?",
    "Does {n} count as a prime number?",
    "Can you tell if {n} is prime?",
    "Is it true that {n} is a prime?",
    "Would you say {n} is a prime number?",
    "Test whether {n} is prime.",
    "Does {n} have exactly two divisors?",
    "Is {n} among the primes?",
    "<Determine|Decide|Find out|Verify> <if|whether> {n} is <prime|a prime|a prime number>.",
    "I <wonder|ask myself> <if|whether> {n} is <prime|a prime number>.",
    "Does {n} <belong to|stand among|count among> the <primes|prime numbers>?",
    "<Could|Would> you <check|say|tell me> <if|whether> {n} is <a prime|prime>?",
    "{n} is <prime|a prime|a prime number>, <yes or no|right|true>?",
    "Primality <test|check|question>: is {n} <prime|a prime>?",
    "Would you find <exactly|just> two <numbers|whole numbers> that divide {n}?",
    "prime number or not: {n}<|, yes or no>?",
    "<My teacher|A friend|Leo|My book> <says|claims> that {n} is prime. Is that "
    "<true|right|so|correct>?",
    "Say yes <if|when> {n} is <prime|a prime number> and no <otherwise|if it isn't|if not>.",
    "<In|On> a list of <primes|all prime numbers>, would <you|we|I> <find|see|meet> {n}?",
    "Should {n} <be|stand|appear> on a list of <primes|prime numbers>?",
    "Am I right <that|in thinking that|to say that> {n} is a prime<| number>?",
    "I <drew|picked|got> the number {n}. Is <it|that> <prime|a prime|a prime number>?",
    "In <our|this|the> <game|quiz|raffle> only prime numbers win. Does {n} win?",
    "<Consider|Take|Look at> {n}. Is it <a prime|prime|a prime number>?",
    "prime check <for|of|on> {n}<|, yes or no>",
    "<Do|Can> <you|we> call {n} a prime<| number>?",
    "Has {n} got <exactly|just> two <factors|divisors|positive divisors>?",
    "Among the <primes|prime numbers>, <do we|can you|would I> find {n}?",
    "Answer <yes or no|with yes or no|yes/no>: is {n} <prime|a prime|a prime number>?",
    "Please <check|find out> <if|whether> {n} is <indeed |really |>a prime.",
    "What do you <say|think>, is {n} <prime|a prime>?",
    "is <the number|the integer> {n} a prime<| number>, <yes or no|yes/no>",
    "Would you mind <checking|testing|telling me> <if|whether> {n} is prime?",
    "<integer|number|n>: {n} - <prime|is it prime>?",
    "<y/n|yes/no>: {n} prime?",
    "<We bet|I bet> {n} is a prime. <Is it|True|Yes or no>?",
    "<For my code|For a riddle> I need a prime. Does {n} <do|work>?",
)
_GCD = (
    "What is the greatest common divisor of {a} and {b}?",
    "gcd({a}, {b})",
    "gcd of {a} and {b}?",
    "Find the gcd of {a} and {b}.",
    "What is the largest number that divides both {a} and {b}?",
    "Compute the greatest common divisor of {a} and {b}.",
    "What's the highest common factor of {a} and {b}?",
    "greatest common factor of {a}, {b}",
    "Give the gcd of {a} and {b}.",
    "Which is the biggest common divisor of {a} and {b}?",
    "hcf of {a} and {b}",
    "Calculate gcd({a}, {b}).",
    "Name the greatest common factor of {a} and {b}.",
    "I need the gcd of {a} and {b}.",
    "What is gcd({a}, {b})?",
    "<Find|Work out|Determine> the <largest|biggest|greatest> number <dividing|that divides> "
    "both {a} and {b}.",
    "By which <largest|biggest> number can <both |>{a} and {b} be divided "
    "<evenly|without remainder>?",
    "I'd like to know the <gcd|hcf|greatest common divisor|highest common factor> of {a} and {b}.",
    "{a} and {b}: <greatest|highest|largest> common <factor|divisor>?",
    "<hcf|gcf|greatest shared divisor|common divisor, the largest>: {a}, {b}",
    "I cut ropes of {a} m and {b} m into equal pieces with <nothing|no rope> left over. How "
    "many metres long can each piece be at most?",
    "A <floor|wall> is {a} by {b} <feet|metres>. How wide is the <largest|biggest> square tile "
    "that covers it exactly?",
    "{a} red and {b} blue <beads|balls|buttons> go into identical bags with none left over. "
    "What is the largest <possible |>number of bags?",
    "Of all <common divisors|common factors> of {a} and {b}, which is the "
    "<greatest|largest|biggest>?",
    "<Could|Can> you <work out|find|give me> the <gcd|hcf|highest common factor> of {a} and {b}?",
    "The numbers are {a} and {b}. <What's|What is> their <gcd|greatest common divisor|hcf>?",
    "Take {a} and {b}. <Name|Give|Find|State> their <largest|biggest|greatest> common "
    "<divisor|factor>.",
    "Which is the <largest|biggest|greatest> <factor|divisor> <shared by|common to> {a} and {b}?",
    "What <factor|divisor> of both {a} and {b} is <largest|the largest|the greatest>?",
    "<largest|biggest|highest> <number|integer> that <goes into|divides> {a} and {b} "
    "<evenly|exactly>",
    "How big is the <greatest|largest> common <divisor|factor> of {a} and {b}?",
    "<Tell me|Say|Report> the <gcd|hcf|greatest common factor> of the <numbers|integers> {a} "
    "and {b}.",
    "If both {a} and {b} are <divisible by|multiples of> k, what is the <largest|greatest> "
    "possible k?",
    "By which number do I cancel {a}/{b} to <reach|get to> lowest terms in <one|a single> step?",
    "{a} girls and {b} boys form identical mixed teams, <nobody left out|everyone playing>. How "
    "many teams at most?",
    "what's the <gcd|hcf|gcf> <of|for> {a} <and|&> {b}",
    "<Run|Try|Do> Euclid's algorithm on {a} and {b}: which <gcd|common divisor> "
    "<comes out|results>?",
    "Both {a} and {b} are to be divided evenly by one number, as <large|big> as possible. "
    "<Which number|What> is it?",
    "Please <return|output|evaluate> gcd({a}, {b})<|.>",
    "Would you mind <finding|computing|telling me> the <gcd|greatest common divisor> of {a} and "
    "{b}?",
    "The <greatest common divisor|highest common factor|gcd> of {a} and {b} is "
    "<what|which number>?",
    "<No calculator here|My phone died>: gcd of {a} and {b}?",
    "<Number only|Just the number>: gcd of {a}, {b}",
    "gretest common divisor <of|for> {a} and {b}",
)
_LCM = (
    "What is the least common multiple of {a} and {b}?",
    "lcm({a}, {b})",
    "lcm of {a} and {b}?",
    "Find the lcm of {a} and {b}.",
    "What is the smallest number that both {a} and {b} divide?",
    "Compute the least common multiple of {a} and {b}.",
    "What's the lowest common multiple of {a} and {b}?",
    "lowest common multiple of {a}, {b}",
    "Give the lcm of {a} and {b}.",
    "Which is the smallest common multiple of {a} and {b}?",
    "least common multiple: {a} and {b}",
    "Calculate lcm({a}, {b}).",
    "Name the least common multiple of {a} and {b}.",
    "I need the lcm of {a} and {b}.",
    "What is lcm({a}, {b})?",
    "<Find|Work out|Determine> the <smallest|lowest> number in both the {a} and the {b} times "
    "tables.",
    "What is the <smallest|lowest|first> positive number divisible by <both |>{a} and {b}?",
    "I'd like to know the <lcm|least common multiple|lowest common multiple> of {a} and {b}.",
    "{a} and {b}: <least|lowest|smallest> common multiple?",
    "<smallest shared multiple|first shared multiple|common multiple, the smallest>: {a}, {b}",
    "One bell rings every {a} minutes, <another|a second> every {b} minutes. Both "
    "<ring|rang just> now. After how many minutes will they next ring together?",
    "Bus A leaves every {a} minutes, bus B every {b} minutes. Both "
    "<left just now|are leaving now>. In how many minutes do they next leave together?",
    "Two <lights|lamps|signals> flash every {a} and every {b} seconds. They flash together "
    "<now|at noon>; how many seconds until the next time?",
    "<Plates|Buns> come in packs of {a}, <cups|sausages> in packs of {b}. What is the smallest "
    "equal number I can buy of both?",
    "Of all positive common multiples of {a} and {b}, which is the <smallest|least|lowest>?",
    "<Could|Can> you <work out|find|give me> the <lcm|least common multiple> of {a} and {b}?",
    "The numbers are {a} and {b}. <What's|What is> their <lcm|lowest common multiple>?",
    "Take {a} and {b}. <Name|Give|Find|State> their <smallest|lowest|least> common multiple.",
    "Counting in {a}s and in {b}s, which number do <I|you|we> <meet|reach|hit> in both counts "
    "first?",
    "At which number do the multiples of {a} and <those of|the multiples of> {b} first "
    "<meet|agree>?",
    "How big is the <least|lowest|smallest> common multiple of {a} and {b}?",
    "<Tell me|Say|Report> the <lcm|smallest common multiple> of the <numbers|integers> {a} and "
    "{b}.",
    "If a positive k is a multiple of both {a} and {b}, how small can <k|it> be?",
    "To add fractions over {a} and {b}, which is the <lowest|least|smallest> common denominator?",
    "Anna comes every {a} days and Ben every {b} days. Both came today. In how many days will "
    "they <next|again> come on the same day?",
    "what's the <lcm|least common multiple> <of|for> {a} <and|&> {b}",
    "Please <return|output|evaluate> lcm({a}, {b})<|.>",
    "Would you mind <finding|computing|telling me> the <lcm|least common multiple> of {a} and {b}?",
    "The <least common multiple|lowest common multiple|lcm> of {a} and {b} is <what|which number>?",
    "<smallest|lowest> <number|positive number> that {a} and {b} both <divide|go into>",
    "One runner needs {a} minutes for a lap, another {b}. They <start|set off> together. After "
    "how many minutes do they first meet at the start again?",
    "lcm <pls|please|asap>: {a} and {b}",
    "{a}, {b} -> lcm?",
    "<Number only|Just the number|Only the number>: lcm of {a} and {b}",
    "I water one plant every {a} days, <the other|another> every {b}. Both today. <When both "
    "again|In how many days both again>?",
    "<One wheel|One gear> turns in {a} s, <another|the other> in {b} s. After how many s are both "
    "<back|at the start>?",
    "<We need|I need|She needs> the <smallest|lowest> number that {a} and {b} both go into.",
    "<For my homework|In class|On the test>: least common multiple of {a} and {b}<?| please.>",
    "<My note|My task|The form> says lcm of {a} and {b}. <What is it|How much is that>?",
    "I list the multiples of {a} and of {b}. Which is the first in both <lists|of them>?",
    "a <dog|cat> barks every {a} min, the <other|next> every {b}. both <now|at once>, when again "
    "in min",
    "<When|After how many steps> do jumps of {a} and jumps of {b} first land on the same "
    "<spot|number>?",
    "<least|lowest|smallest> comon multiple of {a} <and|&> {b}",
)
_SIZES = ((2, 30), (10, 99), (100, 500), (500, 999), (1000, 9999))


def _parity(rng: random.Random, level: int) -> Solved:
    n = between(rng, ((0, 20), (10, 99), (100, 999), (1000, 9999), (10000, 99999)), level)
    true_kind = "odd" if n % 2 else "even"
    step = f"last digit {n % 10}; {n % 10} is {true_kind}"
    if rng.random() < 0.4:
        return Solved(
            key=str(n),
            answer=true_kind,
            low=step,
            high=f"{step}; {true_kind}",
            slots={"n": n},
            variant="which",
        )
    kind = rng.choice(("even", "odd"))
    answer = "yes" if kind == true_kind else "no"
    return Solved(
        key=str(n),
        answer=answer,
        low=step,
        high=f"{step}; {answer}",
        slots={"n": n, "kind": kind},
        variant="yes",
    )


def _divisible(rng: random.Random, level: int) -> Solved:
    d = between(rng, ((2, 5), (2, 9), (3, 9), (3, 12), (3, 12)), level)
    low, high = _SIZES[level - 1]
    n = rng.randint(-(-low // d), high // d) * d
    if rng.random() < 0.5:
        n += rng.randint(1, d - 1)
    answer = "no" if n % d else "yes"
    return Solved(
        key=f"{n}/{d}",
        answer=answer,
        low=f"{d}*{n // d}={n // d * d}; rest {n % d}",
        high=f"{traces.rest_of(n, d)}; {answer}",
        slots={"n": n, "d": d},
    )


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


_PRIME_RANGES = ((2, 30), (10, 80), (30, 150), (100, 300), (200, 520))
_PRIMES, _COMPOSITES = (
    tuple([n for n in range(low, high) if _is_prime(n) == wanted] for low, high in _PRIME_RANGES)
    for wanted in (True, False)
)
_COMPOSITES[0].append(1)


def _prime(rng: random.Random, level: int) -> Solved:
    prime = rng.random() < 0.5
    n = rng.choice((_PRIMES if prime else _COMPOSITES)[level - 1])
    if not prime and n % 2 == 0 and rng.random() < 0.6:
        n = rng.choice([m for m in _COMPOSITES[level - 1] if m % 2])
    answer = "yes" if prime else "no"
    return Solved(
        key=str(n),
        answer=answer,
        low=_why_prime(n)[-1],
        high=traces.join([*_why_prime(n), answer]),
        slots={"n": n},
    )


def _why_prime(n: int) -> list[str]:
    """Divide by the primes whose square is at most `n`, up to the first that fits."""
    if n < 2:
        return ["1 is not prime"]
    steps: list[str] = []
    for d in (2, 3, 5, 7, 11, 13, 17, 19, 23):
        if d * d > n:
            return [*steps, f"{d}*{d}={d * d}>{n}"]
        steps.append(f"{n}/{d}={n // d} r{n % d}")
        if n % d == 0:
            return steps
    return steps


def two_with_divisor(rng: random.Random, level: int) -> tuple[int, int]:
    """Two different numbers that are multiples of the same one."""
    common = between(rng, ((1, 4), (2, 6), (2, 9), (3, 12), (4, 20)), level)
    low, high = ((1, 5), (1, 9), (2, 10), (2, 12), (3, 14))[level - 1]
    x, y = rng.sample(range(low, high + 1), 2)
    return common * x, common * y


def _gcd(rng: random.Random, level: int) -> Solved:
    a, b = two_with_divisor(rng, level)
    g = gcd(a, b)
    steps = traces.euclid(a, b)
    return Solved(
        key=f"{min(a, b)},{max(a, b)}",
        answer=str(g),
        low=f"{a}={g}*{a // g}; {b}={g}*{b // g}",
        high=steps,
        slots={"a": a, "b": b},
    )


def _lcm(rng: random.Random, level: int) -> Solved:
    a, b = two_with_divisor(rng, level)
    g = gcd(a, b)
    return Solved(
        key=f"{min(a, b)},{max(a, b)}",
        answer=str(a // g * b),
        low=f"gcd {g}; {a // g}*{b}",
        high=traces.join([traces.euclid(a, b), traces.over(a, g), traces.times(a // g, b)]),
        slots={"a": a, "b": b},
    )


FAMILIES = (
    family("parity", _parity, _PARITY, "exact"),
    family("divisible", _divisible, _DIVISIBLE, "exact"),
    family("prime", _prime, _PRIME, "exact"),
    family("gcd", _gcd, _GCD),
    family("lcm", _lcm, _LCM),
)
