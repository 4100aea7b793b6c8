"""Worked arithmetic in small steps, written the same way wherever it is needed.

Every trace ends with its result. Steps are parted by "; ", and after ": " stands the result so
far, which grows from the right (from the left in division) until it is the whole result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def join(steps: Iterable[str]) -> str:
    """Put steps, some of which may be empty, into one trace."""
    return "; ".join(step for step in steps if step)


def add_digits(a: int, b: int) -> str:
    """Add digit by digit from the right: `7+4=11 carry 1: 1; 8+5+1=14 carry 1: 41; ...`."""
    left, right = str(a)[::-1], str(b)[::-1]
    length = max(len(left), len(right))
    steps, result, carry = [], "", 0
    for i in range(length):
        x = int(left[i]) if i < len(left) else 0
        y = int(right[i]) if i < len(right) else 0
        total = x + y + carry
        terms = f"{x}+{y}+1={total}" if carry else f"{x}+{y}={total}"
        last = i == length - 1
        result = f"{total if last else total % 10}{result}"
        carry = total // 10
        steps.append(f"{terms} carry 1: {result}" if carry and not last else f"{terms}: {result}")
    return join(steps)


def subtract_digits(a: int, b: int) -> str:
    """Subtract `b` from `a >= b` digit by digit from the right, borrowing where needed."""
    left, right = str(a)[::-1], str(b)[::-1]
    steps, result, borrow = [], "", 0
    for i, digit in enumerate(left):
        x = int(digit)
        y = int(right[i]) if i < len(right) else 0
        terms = f"{x}-{y}-1" if borrow else f"{x}-{y}"
        value = x - y - borrow
        borrow = int(value < 0)
        if borrow:
            value += 10
            terms += "+10"
        result = f"{value}{result}"
        steps.append(f"{terms}={value}{' borrow 1' if borrow else ''}: {result}")
    if result != str(a - b):
        steps.append(str(a - b))
    return join(steps)


def multiply_digit(a: int, digit: int) -> str:
    """Multiply `a` by one digit, from the right: `4*6=24 carry 2: 4; 3*6+2=20 carry 2: 04; ...`."""
    digits = str(a)[::-1]
    steps, result, carry = [], "", 0
    for i, x in enumerate(digits):
        total = int(x) * digit + carry
        terms = f"{x}*{digit}+{carry}={total}" if carry else f"{x}*{digit}={total}"
        last = i == len(digits) - 1
        result = f"{total if last else total % 10}{result}"
        carry = total // 10
        steps.append(
            f"{terms} carry {carry}: {result}" if carry and not last else f"{terms}: {result}"
        )
    return join(steps)


def divide_digits(a: int, d: int) -> str:
    """Divide digit by digit from the left: `10/3=3 r1: 3; 14/3=4 r2: 34; 21/3=7 r0: 347`."""
    steps, result, rest = [], "", 0
    for x in str(a):
        rest = rest * 10 + int(x)
        if rest < d and not result:
            continue
        quotient, left = divmod(rest, d)
        result += str(quotient)
        steps.append(f"{rest}/{d}={quotient} r{left}: {result}")
        rest = left
    return join(steps) or f"{a}/{d}=0 r{a}: 0"


def plus(a: int, b: int) -> str:
    """Show `a+b` for a, b >= 0: at once where it is easy, else digit by digit."""
    if min(a, b) < 10 and max(a, b) < 100:
        return f"{a}+{b}={a + b}"
    return f"{a}+{b}: {add_digits(a, b)}"


def minus(a: int, b: int) -> str:
    """Show `a-b` for a, b >= 0; a negative result is the larger minus the smaller, negated."""
    if a < b:
        return f"{a}<{b}; {minus(b, a)}; {a - b}"
    if (b < 10 and a < 100) or a <= 20:
        return f"{a}-{b}={a - b}"
    return f"{a}-{b}: {subtract_digits(a, b)}"


def times(a: int, b: int) -> str:
    """Show `a*b` for a, b >= 0: from the tables, digit by digit, or by partial products."""
    if max(a, b) <= 12 or min(a, b) <= 1 or 10 in (a, b) or 100 in (a, b) or 1000 in (a, b):
        return f"{a}*{b}={a * b}"
    if len(str(a)) < len(str(b)):
        return f"{a}*{b}={times(b, a)}"
    if b < 10:
        return f"{a}*{b}: {multiply_digit(a, b)}"
    tens, ones = b - b % 10, b % 10
    product = f"{multiply_digit(a, tens // 10)}; {a * tens}" if tens > 10 else str(a * tens)
    if not ones:
        return f"{a}*{b}: {product}"
    return join(
        (
            f"{a}*{b}: {a}*{ones}: {multiply_digit(a, ones)}",
            f"{a}*{tens}: {product}",
            f"{a * ones}+{a * tens}: {add_digits(a * ones, a * tens)}",
        )
    )


def over(a: int, d: int) -> str:
    """Show `a/d` for an exact division: from the tables where it is easy, else digit by digit."""
    if a // d < 10 or max(a // d, d) <= 12 or d in (100, 1000):
        return f"{a}/{d}={a // d}"
    return f"{a}/{d}: {divide_digits(a, d)}"


def rest_of(a: int, d: int) -> str:
    """Show the remainder of `a/d`, for any a >= 0."""
    if a // d < 10:
        return f"{a}/{d}={a // d} r{a % d}; rest {a % d}"
    return f"{a}/{d}: {divide_digits(a, d)}; rest {a % d}"


def total(numbers: Sequence[int]) -> str:
    """Add several numbers from left to right."""
    steps, running = [], numbers[0]
    for number in numbers[1:]:
        steps.append(plus(running, number))
        running += number
    return join(steps)


def compare(a: int, b: int) -> str:
    """Compare two different numbers by sign, length and first different digit; ends `a<b` or so."""
    verdict = f"{a}{'<' if a < b else '>'}{b}"
    if a < 0 and b < 0:
        return f"both negative; {compare(-a, -b)}; {verdict}"
    if a < 0 or b < 0:
        return f"{min(a, b)} is negative; {verdict}"
    left, right = str(a), str(b)
    if len(left) != len(right):
        return f"{len(left)} and {len(right)} digits; {verdict}"
    steps = []
    for x, y in zip(left, right, strict=True):
        steps.append(f"{x}{'=' if x == y else '<' if x < y else '>'}{y}")
        if x != y:
            break
    return verdict if len(left) == 1 else join([*steps, verdict])


def euclid(a: int, b: int) -> str:
    """Find the greatest common divisor by repeated remainders; ends `gcd g`."""
    large, small = max(a, b), min(a, b)
    steps = []
    while small:
        steps.append(f"{large}/{small}={large // small} r{large % small}")
        large, small = small, large % small
    return join([*steps, f"gcd {large}"])


def spell(word: str, counted: str | None = None) -> str:
    """Spell `word` with a running count of all letters, or of those in `counted` only."""
    count, steps = 0, []
    for letter in word:
        count += counted is None or letter in counted
        steps.append(f"{letter}{count}")
    return " ".join(steps)
