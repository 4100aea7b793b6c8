"""Functions with loops, conditionals and recursion: FizzBuzz, sums to n, Collatz, gcd and so on."""

from __future__ import annotations

import random

from trinity.train.code.pieces import Condition, number_condition, number_mapping, things_in
from trinity.train.code.program import Program

_NAT = (("n", "nat"),)
_SMALL = (("n", "small"),)
_POS = (("n", "pos"),)


def loop(rng: random.Random, level: int) -> Program:
    """A function whose work is a loop."""
    makers = (
        (_numbers, _numbers, _countdown),
        (_sum_to, _sum_to, _factors, _table),
        (_sum_where, _sum_where, _fizz_one, _gcd),
        (_fizz, _collatz, _doubling, _sum_where_mapped),
        (_fizz_list, _sequence, _both_loops),
    )
    return rng.choice(makers[level - 1])(rng)


def recursion(rng: random.Random, level: int) -> Program:
    """A function that calls itself."""
    makers = (
        (_rec_sum, _rec_sum, _rec_factorial),
        (_rec_power, _rec_sum_list, _rec_steps),
        (_rec_rule, _rec_digits, _rec_text),
        (_rec_fibonacci, _rec_list_if),
        (_rec_two_terms, _rec_branch),
    )
    return rng.choice(makers[level - 1])(rng)


def _numbers(rng: random.Random) -> Program:
    k, a = rng.randint(2, 12), rng.randint(1, 9)
    code, returns, does = rng.choice(
        [
            (
                f"[i * {k} for i in range(1, n + 1)]",
                f"the first [n] positive multiples of {k}",
                f"lists the first [n] positive multiples of {k}",
            ),
            (
                f"list(range({a}, n + 1, {k}))",
                f"the list of numbers from {a} up to [n] in steps of {k}",
                f"lists the numbers from {a} up to [n] in steps of {k}",
            ),
            (
                f"[i + {k} for i in range(n)]",
                f"a list of [n] numbers in a row starting at {k}",
                f"lists [n] numbers in a row starting at {k}",
            ),
            (
                f"[i ** 2 + {a} for i in range(n)]",
                f"a list of i squared plus {a} for each i from 0 to [n] minus 1",
                f"lists i squared plus {a} for each i from 0 to [n] minus 1",
            ),
            (
                f"[{k}] * n",
                f"a list of [n] times the number {k}",
                f"makes a list that holds {k} [n] times",
            ),
        ]
    )
    return compose(
        _SMALL,
        f"return {code}",
        returns,
        f"one expression over range: {code}.",
        "numbers make_list series",
        short=code,
        does=does,
    )


def _countdown(rng: random.Random) -> Program:
    k = rng.randint(0, 6)
    code, returns = rng.choice(
        [
            (f"list(range(n, {k} - 1, -1))", f"the numbers from [n] down to {k}"),
            (f"list(range(n + {k}, 0, -1))", f"the numbers from [n] plus {k} down to 1"),
            (f"list(range({k}, n + 1))", f"the numbers from {k} to [n], both included"),
        ]
    )
    code = code.replace(f"{k} - 1", str(k - 1))
    return compose(
        _SMALL,
        f"return {code}",
        f"a list of {returns}",
        f"use range: {code}.",
        "countdown numbers",
        short=code,
        does=f"lists {returns}",
    )


def _sum_to(rng: random.Random) -> Program:
    mapping = number_mapping(rng)
    while "abs" in mapping.code:
        mapping = number_mapping(rng)
    code = mapping.code.replace("x", "i")
    body = f"total = 0\nfor i in range(1, n + 1):\n    total += {code}\nreturn total"
    returns = f"the sum of {mapping.of.format('the numbers from 1 to [n]')}"
    return compose(
        _NAT,
        body,
        returns,
        f"total 0; for i from 1 to n add {code}.",
        "sum_to total series",
        short=f"total += {code}",
        does=returns.replace("the sum of", "sums"),
    )


def _range_condition(rng: random.Random) -> Condition:
    k = rng.randint(3, 12)
    if rng.random() < 0.3:
        return rng.choice(
            (
                Condition("x % 2 == 0", "is even", "", "even"),
                Condition("x % 2 == 1", "is odd", "", "odd"),
            )
        )
    return rng.choice(
        (
            Condition(f"x % {k} == 0", f"is divisible by {k}", f"divisible by {k}"),
            Condition(f"x % {k} != 0", f"is not divisible by {k}", f"not divisible by {k}"),
            Condition(
                f"x % {k} == 1",
                f"leaves 1 modulo {k}",
                f"that leave remainder 1 when divided by {k}",
            ),
        )
    )


def _sum_where(rng: random.Random) -> Program:
    condition = _range_condition(rng)
    code = condition.code.replace("x", "i")
    things = condition.things("numbers from 1 to [n]")
    body, returns, does = rng.choice(
        [
            (
                f"total = 0\nfor i in range(1, n + 1):\n    if {code}:\n        total += i\n"
                "return total",
                f"the sum of the {things}",
                f"adds up the {things}",
            ),
            (
                f"count = 0\nfor i in range(1, n + 1):\n    if {code}:\n        count += 1\n"
                "return count",
                f"the number of {things}",
                f"counts the {things}",
            ),
            (
                f"result = []\nfor i in range(1, n + 1):\n    if {code}:\n        result.append(i)\n"
                "return result",
                f"a list of the {things}",
                f"lists the {things}",
            ),
        ]
    )
    return compose(
        _NAT,
        body,
        returns,
        f"loop i from 1 to n; if {code}: use it.",
        "sum_to count_to find",
        short=f"if {code}",
        does=does,
    )


def _sum_where_mapped(rng: random.Random) -> Program:
    condition, mapping = _range_condition(rng), number_mapping(rng)
    while "abs" in mapping.code:
        mapping = number_mapping(rng)
    test, code = condition.code.replace("x", "i"), mapping.code.replace("x", "i")
    things = mapping.of.format(f"the {condition.things('numbers from 1 to [n]')}")
    body = (
        f"total = 0\nfor i in range(1, n + 1):\n    if {test}:\n        total += {code}\n"
        "return total"
    )
    return compose(
        _NAT,
        body,
        f"the sum of {things}",
        f"loop i from 1 to n; if {test}: total += {code}.",
        "sum_to total",
        short=f"total += {code}",
        does=f"sums {things}",
    )


def _factors(rng: random.Random) -> Program:
    k = rng.randint(1, 12)
    body, returns, does = rng.choice(
        [
            (
                "return [d for d in range(1, n + 1) if n % d == 0]",
                "a list of the divisors of [n]",
                "lists the divisors of [n]",
            ),
            (
                "return sum(1 for d in range(1, n + 1) if n % d == 0)",
                "the number of divisors of [n]",
                "counts the divisors of [n]",
            ),
            (
                "return sum(d for d in range(1, n + 1) if n % d == 0)",
                "the sum of the divisors of [n]",
                "adds up the divisors of [n]",
            ),
            (
                f"return [d for d in range(1, n + 1) if n % d == 0 and d > {k}]",
                f"a list of the divisors of [n] greater than {k}",
                f"lists the divisors of [n] greater than {k}",
            ),
            (
                f"return sum(d for d in range(1, n + 1) if n % d == 0 and d > {k})",
                f"the sum of the divisors of [n] greater than {k}",
                f"adds up the divisors of [n] greater than {k}",
            ),
        ]
    )
    return compose(
        _POS,
        body,
        returns,
        "d from 1 to n divides n if n % d == 0; collect.",
        "divisors factors",
        short="n % d == 0",
        does=does,
    )


def _table(rng: random.Random) -> Program:
    start, k = rng.randint(1, 9), rng.randint(2, 5)
    body = f"x = {start}\nfor i in range(n):\n    x = x * {k}\nreturn x"
    if rng.random() < 0.5:
        add = rng.randint(1, 9)
        body = body.replace(f"x * {k}", f"x + {add}")
        returns = f"the result of starting with {start} and adding {add} [n] times"
        code = f"x + {add}"
        does = f"starts with {start} and adds {add} [n] times"
    else:
        returns = f"the result of starting with {start} and multiplying by {k} [n] times"
        code = f"x * {k}"
        does = f"starts with {start} and multiplies by {k} [n] times"
    return compose(
        _SMALL,
        body,
        returns,
        f"x = {start}; repeat n times: x = {code}.",
        "repeat grow",
        short=f"x = {code}",
        does=does,
    )


_FIZZ = ("fizz", "buzz", "foo", "bar", "ping", "pong", "tick", "tock", "red", "blue", "hop", "clap")


def _fizz_one(rng: random.Random) -> Program:
    word, k = rng.choice(_FIZZ), rng.randint(2, 9)
    body = f'if n % {k} == 0:\n    return "{word}"\nreturn n'
    returns = f'"{word}" if [n] is divisible by {k}, otherwise [n]'
    if rng.random() < 0.5:
        body = body.replace("return n", "return str(n)")
        returns += " as a string"
    return compose(
        _NAT,
        body,
        returns,
        f'n % {k} == 0: "{word}"; else n.',
        f"{word} label say",
        short=f'"{word}" if n % {k} == 0',
        does=f"returns {returns}",
    )


def _fizz_rules(rng: random.Random) -> tuple[str, str, int, int]:
    first, second = rng.sample(_FIZZ, 2)
    a, b = rng.sample(range(2, 10), 2)
    while a % b == 0 or b % a == 0:
        a, b = rng.sample(range(2, 10), 2)
    return first, second, a, b


def _fizz(rng: random.Random) -> Program:
    first, second, a, b = _fizz_rules(rng)
    if rng.random() < 0.5:
        body = (
            f'if n % {a} == 0 and n % {b} == 0:\n    return "{first}{second}"\n'
            f'if n % {a} == 0:\n    return "{first}"\n'
            f'if n % {b} == 0:\n    return "{second}"\nreturn str(n)'
        )
        returns = (
            f'"{first}{second}" if [n] is divisible by {a} and {b}, "{first}" if only by '
            f'{a}, "{second}" if only by {b}, else [n] as a string'
        )
        plan = f"first test both {a} and {b}, then {a}, then {b}; last str(n)."
    else:
        body = (
            f'if n % {a} == 0:\n    return "{first}"\nif n % {b} == 0:\n'
            f'    return "{second}"\nreturn str(n)'
        )
        returns = (
            f'"{first}" if [n] is divisible by {a}; otherwise "{second}" if [n] is '
            f"divisible by {b}; otherwise [n] as a string"
        )
        plan = f"first test {a}, then {b}; last str(n)."
    return compose(_NAT, body, returns, plan, f"fizzbuzz say {first}", short=plan, does=f"returns {returns}")


def _fizz_list(rng: random.Random) -> Program:
    first, second, a, b = _fizz_rules(rng)
    body = (
        f"result = []\nfor i in range(1, n + 1):\n    if i % {a} == 0:\n"
        f'        result.append("{first}")\n    elif i % {b} == 0:\n'
        f'        result.append("{second}")\n    else:\n        result.append(i)\n'
        "return result"
    )
    returns = (
        f'a list of the numbers from 1 to [n], with "{first}" for those divisible by {a}, '
        f'else "{second}" for those divisible by {b}'
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"loop i from 1 to n; test {a}, then {b}, else i; append.",
        f"fizzbuzz {first}",
        short=f"if i % {a}, elif i % {b}, else i",
        does=f"returns {returns}",
    )


def _gcd(rng: random.Random) -> Program:
    k = rng.randint(2, 12)
    last, words = rng.choice(
        [("a", "{}"), (f"a * {k}", f"{k} times {{}}"), (f"a + {k}", f"{{}}, plus {k}")]
    )
    body = f"while b:\n    a, b = b, a % b\nreturn {last}"
    returns = words.format("the greatest common divisor of [a] and [b]")
    return compose(
        (("a", "pos"), ("b", "pos")),
        body,
        returns,
        f"while b is not 0: a, b = b, a % b. then {last}.",
        "gcd divisor",
        short="a, b = b, a % b",
    )


def _collatz(rng: random.Random) -> Program:
    k = rng.choice((3, 3, 3, 3, 1))
    c = rng.randint(0, 20)
    body = (
        f"steps = {c}\nwhile n > 1:\n    n = n // 2 if n % 2 == 0 else {k} * n + 1\n"
        "    steps += 1\nreturn steps"
    )
    rule = f"{k} times [n] plus 1" if k > 1 else "[n] plus 1"
    returns = (
        f"how many steps it takes [n] to reach 1, where a step halves an even [n] and turns "
        f"an odd [n] into {rule}"
    )
    if c:
        returns = f"{c} plus the number of steps" + returns.removeprefix("how many steps")
    return compose(
        _POS,
        body,
        returns,
        "while n > 1: halve if even, else the odd rule; count steps.",
        "collatz steps",
        short="while n > 1",
    )


def _doubling(rng: random.Random) -> Program:
    start, k, limit = rng.randint(1, 9), rng.randint(2, 4), rng.randint(0, 9)
    body = (
        f"x = {start}\nsteps = {limit}\nwhile x < n:\n    x = x * {k}\n    steps += 1\nreturn steps"
    )
    if limit == 0:
        returns = f"how many times {start} must be multiplied by {k} to reach at least [n]"
    else:
        returns = (
            f"{limit} plus the number of times {start} must be multiplied by {k} to reach "
            "at least [n]"
        )
    return compose(
        _NAT,
        body,
        returns,
        f"x = {start}; while x < n: x *= {k}, count a step.",
        "steps growth",
        short=f"while x < n: x * {k}",
    )


def _sequence(rng: random.Random) -> Program:
    a, b = rng.randint(0, 5), rng.randint(1, 6)
    p, q = rng.randint(1, 3), rng.randint(1, 3)
    step = f"{f'{p} * ' if p > 1 else ''}b + {f'{q} * ' if q > 1 else ''}a"
    body = f"a, b = {a}, {b}\nfor i in range(n):\n    a, b = b, {step}\nreturn a"
    rule = {(1, 1): "the sum of the two before it"}.get(
        (p, q), f"{_times(p)}the one before plus {_times(q)}the one before that"
    )
    returns = (
        f"the term with index [n] (from 0) of the sequence that starts {a}, {b} and where "
        f"each next term is {rule}"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"a, b = {a}, {b}; n times: a, b = b, {step}; return a.",
        "sequence term",
        short=f"a, b = b, {step}",
    )


def _times(k: int) -> str:
    return "" if k == 1 else f"{k} times "


def _both_loops(rng: random.Random) -> Program:
    k = rng.randint(2, 20)
    code, words = rng.choice([("i * j", "the product"), ("i + j", "the sum")])
    sign, how = rng.choice(
        [
            (f"> {k}", f"is greater than {k}"),
            (f"% {k} == 0", f"is divisible by {k}"),
            (f"== {k}", f"equals {k}"),
        ]
    )
    body = (
        f"count = 0\nfor i in range(1, n + 1):\n    for j in range(1, n + 1):\n"
        f"        if ({code}) {sign}:\n            count += 1\nreturn count"
    )
    returns = f"the number of pairs i, j from 1 to [n] for which {words} of i and j {how}"
    return compose(
        _SMALL,
        body,
        returns,
        f"two loops over 1 to n; count if ({code}) {sign}.",
        "count_pairs pairs",
        short=f"({code}) {sign}",
        does=returns.replace("the number of", "counts the"),
    )


def _rec_sum(rng: random.Random) -> Program:
    k, base = rng.randint(1, 9), rng.randint(0, 9)
    step, rule = rng.choice(
        [
            (f"@(n - 1) + {k}", f"{k} more than its value for [n] minus 1"),
            ("@(n - 1) + n", "[n] plus its value for [n] minus 1"),
            (f"@(n - 1) + {k} * n", f"{k} times [n] plus its value for [n] minus 1"),
        ]
    )
    body = f"if n == 0:\n    return {base}\nreturn {step}"
    returns = f"{base} for 0, and for larger [n] {rule}, using recursion"
    return compose(
        _SMALL,
        body,
        returns,
        f"base case n == 0: {base}; else {step}.",
        "rec recurse",
        short=step,
        does=f"returns {returns}",
    )


def _rec_factorial(rng: random.Random) -> Program:
    k = rng.randint(1, 12)
    if k == 1:
        returns, body = (
            "the factorial of [n], using recursion",
            ("if n == 0:\n    return 1\nreturn n * @(n - 1)"),
        )
    else:
        returns = f"{k} times the factorial of [n], using recursion"
        body = f"if n == 0:\n    return {k}\nreturn n * @(n - 1)"
    return compose(
        _SMALL,
        body,
        returns,
        f"base case 0: {k}; else n * @(n - 1).",
        "factorial fact",
        short="n * @(n - 1)",
    )


def _rec_power(rng: random.Random) -> Program:
    k, base = rng.randint(2, 5), rng.randint(1, 9)
    start = "" if base == 1 else f"{base} times "
    returns = f"{start}{k} to the power of [n], using recursion"
    body = f"if n == 0:\n    return {base}\nreturn {k} * @(n - 1)"
    return compose(
        _SMALL,
        body,
        returns,
        f"base case 0: {base}; else {k} * @(n - 1).",
        "power pow_rec",
        short=f"{k} * @(n - 1)",
    )


def _rec_sum_list(rng: random.Random) -> Program:
    mapping, base = number_mapping(rng), 0
    code = mapping.code.replace("x", "xs[0]")
    body = f"if not xs:\n    return {base}\nreturn {code} + @(xs[1:])"
    returns = f"the sum of {mapping.of.format('the numbers in [xs]')}, using recursion"
    return compose(
        (("xs", "ints"),),
        body,
        returns,
        f"empty list: 0; else {code} plus f of the rest xs[1:].",
        "total rec_sum",
        short=f"{code} + @(xs[1:])",
    )


def _rec_list_if(rng: random.Random) -> Program:
    condition, mapping = number_condition(rng), number_mapping(rng)
    test, code = condition.code.replace("x", "xs[0]"), mapping.code.replace("x", "xs[0]")
    things = mapping.of.format(f"the {things_in(condition, 'numbers', '[xs]')}")
    body = f"if not xs:\n    return 0\nif {test}:\n    return {code} + @(xs[1:])\nreturn @(xs[1:])"
    return compose(
        (("xs", "ints"),),
        body,
        f"the sum of {things}, using recursion",
        f"empty: 0; if {test} add {code} to @(xs[1:]); else @(xs[1:]).",
        "total rec_sum",
        short=f"{code} + @(xs[1:])",
    )


def _rec_steps(rng: random.Random) -> Program:
    k = rng.randint(2, 12)
    how, words = rng.choice(
        [(f"n // {k}", f"divided by {k}, rounding down"), (f"n - {k}", f"lowered by {k}")]
    )
    body = f"if n <= 0:\n    return 0\nreturn 1 + @({how})"
    returns = f"how many times [n] can be {words}, until it is 0 or less, using recursion"
    return compose(
        _NAT,
        body,
        returns,
        f"n <= 0: 0 steps; else 1 + @({how}).",
        "steps count_steps",
        short=f"1 + @({how})",
    )


def _rec_rule(rng: random.Random) -> Program:
    k, m, base = rng.randint(2, 4), rng.randint(1, 9), rng.randint(0, 9)
    sign, word = rng.choice([("+", "plus"), ("-", "minus")])
    body = f"if n == 0:\n    return {base}\nreturn {k} * @(n - 1) {sign} {m}"
    returns = (
        f"{base} for 0, and for larger [n] {k} times its value for [n] minus 1, {word} {m}, "
        "using recursion"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"base case 0: {base}; else {k} * @(n - 1) {sign} {m}.",
        "rec recurse",
        short=f"{k} * @(n - 1) {sign} {m}",
        does=f"returns {returns}",
    )


def _rec_digits(rng: random.Random) -> Program:
    k = rng.randint(1, 20)
    last, words = rng.choice(
        [
            (f"n % 10 * {k}", f"{k} times the sum of the digits"),
            (str(k), f"{k} times the number of digits"),
        ]
    )
    last, words = (last, words) if k > 1 else ("n % 10", "the sum of the digits")
    body = f"if n == 0:\n    return 0\nreturn {last} + @(n // 10)"
    returns = f"{words} of [n], with 0 for 0, using recursion"
    return compose(
        (("n", "big"),),
        body,
        returns,
        f"0: 0; last digit part {last}, rest @(n // 10).",
        "digits rec_digits",
        short=f"{last} + @(n // 10)",
    )


def _rec_text(rng: random.Random) -> Program:
    mark = rng.choice("-*.+/_,:")
    body, returns, short = rng.choice(
        [
            (
                'if s == "":\n    return ""\nreturn @(s[1:]) + s[0]',
                "[s] reversed, using recursion",
                "@(s[1:]) + s[0]",
            ),
            (
                f'if s == "":\n    return ""\nreturn s[0] + "{mark}" + @(s[1:])',
                f'[s] with "{mark}" after each character, using recursion',
                "s[0] + mark + @(s[1:])",
            ),
            (
                f'if s == "":\n    return "{mark}"\nreturn @(s[1:]) + s[0]',
                f'"{mark}" followed by [s] reversed, using recursion',
                "@(s[1:]) + s[0]",
            ),
        ]
    )
    return compose(
        (("s", "text"),),
        body,
        returns,
        f"empty string is the base case; else {short}.",
        "rec_text walk",
        short=short,
        does=f"returns {returns}",
    )


def _rec_fibonacci(rng: random.Random) -> Program:
    a, b = rng.randint(0, 9), rng.randint(1, 9)
    if (a, b) == (0, 1):
        returns = "the Fibonacci number with index [n], where index 0 gives 0 and index 1 gives 1"
    else:
        returns = f"{a} for 0, {b} for 1, and else the sum of its values for [n] - 1 and [n] - 2"
    body = f"if n == 0:\n    return {a}\nif n == 1:\n    return {b}\nreturn @(n - 1) + @(n - 2)"
    return compose(
        _SMALL,
        body,
        f"{returns}, using recursion",
        f"two base cases: {a} and {b}; else @(n - 1) + @(n - 2).",
        "fib fibonacci",
        short="@(n - 1) + @(n - 2)",
        does=f"returns {returns}, using recursion",
    )


def _rec_two_terms(rng: random.Random) -> Program:
    a, b, p, q = rng.randint(0, 5), rng.randint(1, 5), rng.randint(2, 4), rng.randint(1, 3)
    times = "" if q == 1 else f"{q} * "
    step = f"{p} * @(n - 1) + {times}@(n - 2)"
    body = f"if n == 0:\n    return {a}\nif n == 1:\n    return {b}\nreturn {step}"
    returns = (
        f"{a} for 0, {b} for 1, and else {p} times its value for [n] - 1 plus "
        f"{_times(q)}its value for [n] - 2, using recursion"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"base cases {a}, {b}; else {step}.",
        "rec recurse",
        short=step,
        does=f"returns {returns}",
    )


def _rec_branch(rng: random.Random) -> Program:
    k, m = rng.randint(1, 9), rng.randint(1, 9)
    body = (
        f"if n == 0:\n    return {k}\nif n % 2 == 0:\n    return @(n // 2) + {m}\n"
        f"return @(n - 1) * 2"
    )
    returns = (
        f"{k} for 0, for other even [n] its value for half of [n] plus {m}, and for odd [n] "
        "twice its value for [n] - 1, using recursion"
    )
    return compose(
        _SMALL,
        body,
        returns,
        f"0: {k}; even: @(n // 2) + {m}; odd: @(n - 1) * 2.",
        "rec branch",
        short=f"@(n // 2) + {m}",
        does=f"returns {returns}",
    )
