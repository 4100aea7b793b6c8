"""Small scripts to read: what they print, and how often their loops run."""

from __future__ import annotations

import random

from trinity.train.code.inputs import WORDS

_NAMES = ("x", "y", "a", "b", "n", "k", "total", "value", "count")


def script(rng: random.Random, level: int) -> str:
    """Two to seven lines that print something."""
    makers = (
        (_assignments, _assignments, _text_line, _compared),
        (_swap, _updates, _branch, _list_line),
        (_for_total, _for_list, _text_lines, _branch),
        (_for_if, _while, _append, _over_words),
        (_nested, _while_if, _two_totals, _append_if),
    )
    return rng.choice(makers[level - 1])(rng)


def _operation(rng: random.Random, name: str) -> str:
    k = rng.randint(2, 9)
    return rng.choice(
        (
            f"{name} + {k}",
            f"{name} - {k}",
            f"{name} * {k}",
            f"{name} * {k} + {k - 1}",
            f"{name} // {k}",
            f"{name} % {k}",
        )
    )


def _assignments(rng: random.Random) -> str:
    a, b = rng.sample(_NAMES, 2)
    return (
        f"{a} = {rng.randint(2, 30)}\n{b} = {_operation(rng, a)}\n"
        f"print({rng.choice((_operation(rng, b), f'{a} + {b}', f'{a} - {b}', b))})"
    )


def _text_line(rng: random.Random) -> str:
    word = rng.choice(WORDS)
    k = rng.randint(1, 3)
    change = rng.choice(
        (
            f"s[:{k}]",
            f"s[-{k}:]",
            "s[::-1]",
            f"s[{k}]",
            "len(s)",
            f"s * {k}",
            "s.upper()",
            f's.replace("{word[0]}", "x")',
            f's + "{k}"',
            f"s[{k}:]",
        )
    )
    return f's = "{word * (2 if len(word) < 4 else 1)}"\nprint({change})'


def _compared(rng: random.Random) -> str:
    a, b = rng.sample(_NAMES, 2)
    sign = rng.choice(("<", ">", "<=", ">=", "==", "!="))
    return (
        f"{a} = {rng.randint(1, 20)}\n{b} = {_operation(rng, a)}\n"
        f"print({b} {sign} {rng.randint(1, 40)})"
    )


def _swap(rng: random.Random) -> str:
    a, b = rng.sample(_NAMES, 2)
    return (
        f"{a}, {b} = {rng.randint(1, 20)}, {rng.randint(1, 20)}\n{a}, {b} = {b}, {a}\n"
        f"{a} = {_operation(rng, a)}\nprint({rng.choice((f'{a}, {b}', f'{a} - {b}', a))})"
    )


def _updates(rng: random.Random) -> str:
    a = rng.choice(_NAMES)
    signs = [rng.choice(("+=", "-=", "*=")) for _ in range(2)]
    return (
        f"{a} = {rng.randint(1, 20)}\n{a} {signs[0]} {rng.randint(2, 9)}\n"
        f"{a} {signs[1]} {rng.randint(2, 9)}\n{a} = {_operation(rng, a)}\nprint({a})"
    )


def _branch(rng: random.Random) -> str:
    a = rng.choice(_NAMES)
    words = rng.sample(WORDS, 3)
    limit = rng.randint(5, 20)
    test = rng.choice((f"{a} > {limit}", f"{a} % 2 == 0", f"{a} % 3 == 0", f"{a} < {limit}"))
    if rng.random() < 0.5:
        return (
            f'{a} = {rng.randint(1, 25)}\nif {test}:\n    print("{words[0]}")\nelse:\n'
            f'    print("{words[1]}")'
        )
    return (
        f"{a} = {rng.randint(1, 25)}\nif {test}:\n    {a} = {_operation(rng, a)}\nelse:\n"
        f"    {a} = {_operation(rng, a)}\nprint({a})"
    )


def _numbers(rng: random.Random, low: int = 3, high: int = 5) -> list[int]:
    return [rng.randint(0, 15) for _ in range(rng.randint(low, high))]


def _list_line(rng: random.Random) -> str:
    k = rng.randint(1, 2)
    first = rng.choice(("xs.append({})", "xs[0] = {}", "xs.insert(0, {})", "xs = xs + [{}]"))
    last = rng.choice(
        (
            "xs",
            "sum(xs)",
            "len(xs)",
            "xs[::-1]",
            f"xs[{k}:]",
            f"xs[:{k}]",
            "xs[-1]",
            "max(xs)",
            "sorted(xs)",
            "min(xs)",
        )
    )
    return f"xs = {_numbers(rng)}\n{first.format(rng.randint(1, 20))}\nprint({last})"


def _for_total(rng: random.Random) -> str:
    start = rng.randint(0, 4)
    step = rng.choice(("total += i", "total += i * 2", "total += 3", "total = total * 2 + i"))
    return (
        f"total = {rng.randint(0, 10)}\nfor i in range({start}, {start + rng.randint(2, 5)}):\n"
        f"    {step}\nprint(total)"
    )


def _for_list(rng: random.Random) -> str:
    step = rng.choice(
        (
            "total += x",
            f"total += x * {rng.randint(2, 5)}",
            "total = max(total, x)",
            "total = x - total",
        )
    )
    return f"total = 0\nfor x in {_numbers(rng)}:\n    {step}\nprint(total)"


def _text_lines(rng: random.Random) -> str:
    k = rng.randint(1, 2)
    changes = (
        "s.upper()",
        "s[::-1]",
        f"s[{k}:]",
        f"s[:{k + 1}]",
        f's + "{rng.choice("abxyz")}"',
        "s * 2",
        "s + s[0]",
    )
    first, second = rng.sample(changes, 2)
    return f's = "{rng.choice(WORDS)}"\ns = {first}\ns = {second}\nprint(s)'


def _for_if(rng: random.Random) -> str:
    test = rng.choice(
        (
            "x % 2 == 0",
            "x % 2 == 1",
            f"x > {rng.randint(3, 10)}",
            f"x < {rng.randint(5, 12)}",
            "x % 3 == 0",
        )
    )
    step = rng.choice(("total += x", "total += 1", "total += x * 2"))
    return (
        f"total = 0\nfor x in {_numbers(rng, 4, 6)}:\n    if {test}:\n        {step}\nprint(total)"
    )


def _while(rng: random.Random) -> str:
    k = rng.randint(2, 4)
    grow = rng.choice((f"n = n * {k}", f"n = n + {k * 3}", f"n = n * 2 + {k}"))
    return f"n = {rng.randint(1, 6)}\nwhile n < {rng.randint(15, 40)}:\n    {grow}\nprint(n)"


def _append(rng: random.Random) -> str:
    value = rng.choice(("x * 2", "x + 1", "x ** 2", "x - 3", "x % 4", "x // 2"))
    return f"ys = []\nfor x in {_numbers(rng)}:\n    ys.append({value})\nprint(ys)"


def _over_words(rng: random.Random) -> str:
    words = rng.sample(WORDS, 3)
    shown = str(words).replace("'", '"')
    step = rng.choice(("s += w[0]", "s += w[-1]", "s = w[0] + s", "s += w[:2]"))
    return f's = ""\nfor w in {shown}:\n    {step}\nprint(s)'


def _nested(rng: random.Random) -> str:
    a, b = rng.randint(2, 3), rng.randint(2, 3)
    step = rng.choice(("i * j", "i + j", f"{rng.randint(2, 5)}", "j", "i"))
    return (
        f"total = 0\nfor i in range(1, {a + 1}):\n    for j in range({b}):\n"
        f"        total += {step}\nprint(total)"
    )


def _while_if(rng: random.Random) -> str:
    k = rng.randint(1, 5)
    return (
        f"n = {rng.randint(5, 40)}\nsteps = 0\nwhile n > {k}:\n    if n % 2 == 0:\n"
        "        n = n // 2\n    else:\n        n = n - 1\n    steps += 1\n"
        f"print({rng.choice(('steps', 'n', 'n, steps'))})"
    )


def _two_totals(rng: random.Random) -> str:
    return (
        f"a, b = {rng.randint(0, 3)}, {rng.randint(1, 4)}\nfor i in range({rng.randint(2, 5)}):\n"
        f"    a, b = b, {rng.choice(('a + b', 'a * 2 + b', 'b * 2 - a', 'a + b + i'))}\n"
        f"print({rng.choice(('a', 'b', 'a, b'))})"
    )


def _append_if(rng: random.Random) -> str:
    k = rng.randint(2, 9)
    yes, no = rng.sample(("x * 2", "x + 10", "x ** 2", "-x", "0", "x // 2"), 2)
    return (
        f"ys = []\nfor x in {_numbers(rng)}:\n    if x > {k}:\n        ys.append({yes})\n"
        f"    else:\n        ys.append({no})\nprint(ys)"
    )
