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
