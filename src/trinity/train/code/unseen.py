"""Kinds of functions that training never shows: to report how far the model reaches beyond it."""

from __future__ import annotations

import random

from trinity.train.code.pieces import (
    ANY,
    SAME,
    generator,
    number_condition,
    number_mapping,
    things_in,
)
from trinity.train.code.program import Program, compose
from trinity.train.code.writing import Described, Fitting
from trinity.train.items import Family

_XS = (("xs", "ints"),)
_XS_YS = (("xs", "ints"), ("ys", "ints"))
_S = (("s", "text"),)


_WEAVING = (
    "cut the list in two slices and swap them.",
    "step through the starts of the pieces with range; slice each.",
    "zip gives pairs; put both of each pair into the list.",
    "slice a window at each start i; reduce it.",
    "zip the common part; add the rest of both; change each element.",
)


def ranked(rng: random.Random, level: int) -> Program:
    """The second, third or fourth largest or smallest of the numbers that meet a condition."""
    place, word = rng.choice(((2, "second"), (3, "third"), (4, "fourth"))[: 1 + level // 2])
    side = rng.choice(("largest", "smallest"))
    rest = ", reverse=True" if side == "largest" else ""
    condition = ANY if level == 1 and rng.random() < 0.3 else number_condition(rng)
    gen = generator(condition, SAME, "xs")
    values = f"{{{gen}}}" if level >= 3 else f"[{gen}]" if condition.code else "xs"
    different = "different " if level >= 3 else ""
    things = f"the {different}{things_in(condition, 'numbers', '[xs]')}"
    few = f"if there are fewer than {place}"
    order = f"ys = sorted({values}{rest})"
    enough = f"if len(ys) >= {place} else"
    if level in (1, 3):
        body = f"{order}\nreturn ys[{place - 1}] {enough} None"
        returns = f"the {word} {side} of {things}, or None {few}"
    elif level in (2, 4):
        k = rng.randint(0, 9)
        body = f"{order}\nreturn ys[0] - ys[{place - 1}] {enough} {k}"
        returns = f"the {side} minus the {word} {side} of {things}, or {k} {few}"
    else:
        body = f"{order}\nreturn xs.index(ys[{place - 1}]) {enough} -1"
        returns = f"the index in [xs] of the {word} {side} of {things}, or -1 {few}"
    return compose(
        _XS,
        body,
        returns,
        f"sort {values}; use index {place - 1} if len is at least {place}.",
        f"{word}_{side} ranked",
    )


def runs(rng: random.Random, level: int) -> Program:
    """Run lengths: equal neighbours counted, merged or measured."""
    over, params, name = rng.choice((("s", _S, "character"), ("xs", _XS, "number")))
    k = rng.randint(1, 20)
    if level == 1:
        body = f"return sum(1 for a, b in zip({over}, {over}[1:]) if a == b) + {k}"
        returns = f"{k} plus the number of times a {name} in [{over}] equals the one before it"
    elif level == 2:
        body = (
            f"if not {over}:\n    return {k}\n"
            f"return 1 + sum(1 for a, b in zip({over}, {over}[1:]) if a != b)"
        )
        returns = f"the number of runs of equal neighbours in [{over}], or {k} if it is empty"
    elif level == 3:
        start = k % 4
        body = (
            f"result = []\nfor c in {over}[{start}:]:\n"
            "    if not result or result[-1] != c:\n        result.append(c)\nreturn result"
        )
        after = f" after the first {start}" if start > 1 else " after the first" if start else ""
        returns = (
            f"a list of the {name}s in [{over}]{after}, with each run of equal neighbours "
            "merged to one"
        )
    elif level == 4:
        k = k % 4 + 1
        body = (
            f"best = {k}\nsize = 0\nfor i, c in enumerate({over}):\n"
            f"    size = size + 1 if i and c == {over}[i - 1] else 1\n"
            "    best = max(best, size)\nreturn best"
        )
        returns = f"the length of the longest run of equal {name}s in [{over}], but at least {k}"
    else:
        body, returns = _encoded(rng, over, name)
    return compose(
        params,
        body,
        returns,
        "go through the neighbours; compare each with the one before.",
        "runs run_lengths",
    )


def _encoded(rng: random.Random, over: str, name: str) -> tuple[str, str]:
    first, pair, value, count = rng.choice(
        (("[c, 1]", f"{name} and count", 0, 1), ("[1, c]", f"count and {name}", 1, 0))
    )
    end, order = rng.choice((("", ""), ("[::-1]", ", in reverse order")))
    body = (
        f"result = []\nfor c in {over}:\n    if result and result[-1][{value}] == c:\n"
        f"        result[-1][{count}] += 1\n    else:\n        result.append({first})\n"
        f"return result{end}"
    )
    return body, f"the run-length encoding of [{over}], as a list of lists of {pair}{order}"


def weave(rng: random.Random, level: int) -> Program:
    """Lists interleaved, rotated, cut in pieces."""
    k = rng.randint(2, 5)
    if level == 1:
        body, returns = rng.choice(
            [
                (
                    f"return xs[{k}:] + xs[:{k}]",
                    f"[xs] with its first {k} elements moved to the end",
                ),
                (
                    f"return xs[-{k}:] + xs[:-{k}]",
                    f"[xs] with its last {k} elements moved to the front",
                ),
            ]
        )
    elif level == 2:
        body = f"return [xs[i:i + {k}] for i in range(0, len(xs), {k})]"
        returns = f"[xs] cut into consecutive pieces of {k} elements (the last may be shorter)"
    elif level == 3:
        first, second = rng.choice((("xs", "ys"), ("ys", "xs")))
        body = f"return [x for pair in zip({first}, {second}) for x in pair]"
        returns = (
            f"the elements of [xs] and [ys] taken in turn, starting with [{first}], up to "
            "the end of the shorter list"
        )
    elif level == 4:
        k = rng.randint(3, 7)
        how, word = rng.choice((("sum", "sums"), ("max", "maxima"), ("min", "minima")))
        body = f"return [{how}(xs[i:i + {k}]) for i in range(len(xs) - {k - 1})]"
        returns = f"the {word} of every {k} consecutive elements of [xs]"
    else:
        mapping = number_mapping(rng)
        body = (
            "n = min(len(xs), len(ys))\nmixed = [x for pair in zip(xs, ys) for x in pair]\n"
            f"return [{mapping.code} for x in mixed + xs[n:] + ys[n:]]"
        )
        returns = (
            "[xs] and [ys] interleaved, with the rest of the longer list at the end and "
            f"every number {mapping.done}"
        )
    params = _XS_YS if "ys" in body else _XS
    return compose(params, body, returns, _WEAVING[level - 1], "weave arrange mix")


FAMILIES = tuple(
    Family(f"unseen_{name}", "code", Fitting(f"unseen_{name}", Described(build)), held_out=True)
    for name, build in (("ranked", ranked), ("runs", runs), ("weave", weave))
)
