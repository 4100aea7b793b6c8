"""Well-known small functions that people ask for first, worded as they do."""

from __future__ import annotations

from trinity.train.code.program import Program, compose

_XS = (("xs", "some_ints"),)
_ANY = (("xs", "ints"),)
_N = (("n", "int"),)
_NAT = (("n", "nat"),)
_SMALL = (("n", "small"),)
_AB = (("a", "int"), ("b", "int"))
_S = (("s", "text"),)
_TWO = (("a", "text"), ("b", "text"))
_WORDS = (("words", "words"),)

_FACTORIAL = "result = 1\nfor i in range(2, n + 1):\n    result *= i\nreturn result"
_FIBONACCI = "a, b = 0, 1\nfor i in range(n):\n    a, b = b, a + b\nreturn a"
_PRIMES = (
    "primes = []\nfor i in range(2, n + 1):\n    if all(i % p for p in primes):\n"
    "        primes.append(i)\nreturn primes"
)
_POWER = "result = 1\nfor i in range(b):\n    result *= a\nreturn result"
_FIZZBUZZ = (
    'if n % 15 == 0:\n    return "FizzBuzz"\nif n % 3 == 0:\n    return "Fizz"\n'
    'if n % 5 == 0:\n    return "Buzz"\nreturn str(n)'
)

CLASSICS: dict[str, tuple[Program, ...]] = {
    "arithmetic": (
        compose(_AB, "return a + b", "[a] plus [b]", "add: a + b.", "add", "adds [a] and [b]"),
        compose(
            _AB, "return a * b", "[a] times [b]", "a * b.", "multiply", "multiplies [a] by [b]"
        ),
        compose(_N, "return n * 2", "twice [n]", "n * 2.", "double", "doubles [n]"),
        compose(
            _NAT,
            "return n * 9 / 5 + 32",
            "[n] degrees Celsius in Fahrenheit",
            "times 9 / 5, plus 32.",
            "to_fahrenheit",
            "converts [n] degrees Celsius to Fahrenheit",
        ),
        compose(
            _AB,
            "return a * b",
            "the area of a rectangle with sides [a] and [b]",
            "area: a * b.",
            "area",
        ),
        compose(
            _AB,
            "return 2 * (a + b)",
            "the perimeter of a rectangle with sides [a] and [b]",
            "perimeter: 2 * (a + b).",
            "perimeter",
        ),
        compose(
            _AB, "return (a + b) / 2", "the average of [a] and [b]", "sum / 2.", "average mean"
        ),
    ),
    "predicates": (
        compose(
            (("n", "nat"),),
            "return n % 4 == 0 and (n % 100 != 0 or n % 400 == 0)",
            "True if the year [n] is a leap year",
            "by 4, and not by 100 unless by 400.",
            "is_leap leap_year",
            "checks if the year [n] is a leap year",
        ),
        compose(
            _TWO,
            "return sorted(a) == sorted(b)",
            "True if [a] and [b] are anagrams",
            "sort the letters of both and compare.",
            "anagrams is_anagram",
            "checks if [a] and [b] are anagrams",
        ),
        compose(
            _ANY,
            "return len(xs) == 0",
            "True if [xs] is empty",
            "len is 0.",
            "is_empty",
            "checks if [xs] is empty",
        ),
    ),
    "reductions": (
        compose(
            _ANY,
            "return sum(xs)",
            "the sum of all numbers in [xs]",
            "sum(xs).",
            "total",
            "adds up all numbers in [xs]",
        ),
        compose(
            _XS,
            "return max(xs)",
            "the largest number in [xs]",
            "max(xs).",
            "largest",
            "finds the largest number in [xs]",
        ),
        compose(
            _XS,
            "return max(xs)",
            "the maximum of [xs]",
            "max(xs).",
            "maximum",
            "finds the maximum of [xs]",
        ),
        compose(
            _XS,
            "return min(xs)",
            "the smallest number in [xs]",
            "min(xs).",
            "smallest",
            "finds the smallest number in [xs]",
        ),
        compose(
            _XS,
            "return sum(xs) / len(xs)",
            "the average of [xs]",
            "sum / len.",
            "average mean",
            "computes the average of [xs]",
        ),
        compose(
            _ANY,
            "return len(xs)",
            "the number of elements in [xs]",
            "len(xs).",
            "count size",
            "counts the elements in [xs]",
        ),
        compose(_XS, "return xs[-1]", "the last element of [xs]", "index -1.", "last"),
        compose(_XS, "return xs[0]", "the first element of [xs]", "index 0.", "first"),
        compose(
            _ANY,
            "result = 1\nfor x in xs:\n    result *= x\nreturn result",
            "the product of all numbers in [xs]",
            "start with 1; multiply by each.",
            "product",
            "multiplies all numbers in [xs]",
        ),
    ),
    "lists": (
        compose(
            _ANY, "return xs[::-1]", "the reverse of [xs]", "xs[::-1].", "reverse", "reverses [xs]"
        ),
        compose(_ANY, "return sorted(xs)", "[xs] sorted", "sorted(xs).", "sort", "sorts [xs]"),
        compose(
            _ANY,
            "return [x for x in xs if x % 2 == 0]",
            "only the even numbers in [xs]",
            "keep x if x % 2 == 0.",
            "evens",
            "filters the even numbers from [xs]",
        ),
        compose(
            _ANY,
            "return [x ** 2 for x in xs]",
            "the squares of [xs]",
            "x ** 2 for each x.",
            "squares",
            "squares each number in [xs]",
        ),
        compose(
            (("xs", "ints"), ("ys", "ints")),
            "return xs + ys",
            "[xs] followed by [ys]",
            "xs + ys.",
            "join concat",
            "joins [xs] and [ys]",
        ),
    ),
    "strings": (
        compose(_S, "return s[::-1]", "the reverse of [s]", "s[::-1].", "reverse", "reverses [s]"),
        compose(
            _S,
            'return sum(1 for c in s if c.lower() in "aeiou")',
            "the number of vowels in [s]",
            "for each c add 1 if it is a vowel.",
            "vowels count_vowels",
            "counts the vowels in [s]",
        ),
        compose(
            _S,
            "return s.upper()",
            "[s] in capital letters",
            "s.upper().",
            "shout",
            "makes [s] upper case",
        ),
        compose(
            _TWO,
            "return a + b",
            "[a] followed by [b]",
            "a + b.",
            "join concat",
            "concatenates [a] and [b]",
        ),
        compose(
            _S,
            'return " ".join(s.split()[::-1])',
            "[s] with its words in reverse order",
            "split; reverse; join.",
            "reverse_words",
            "reverses the order of the words in [s]",
        ),
    ),
    "words": (
        compose(
            _WORDS,
            'return max(words, key=len, default="")',
            'the longest word in [words], or "" if it is empty',
            "max with key=len.",
            "longest",
            'finds the longest word in [words], or "" if it is empty',
        ),
        compose(
            _WORDS,
            "return [len(w) for w in words]",
            "the lengths of the words in [words]",
            "len(w) for each w.",
            "lengths",
        ),
        compose(
            _WORDS,
            'return " ".join(words)',
            "[words] joined with spaces",
            'join with " ".',
            "join_words sentence",
            "joins [words] with spaces",
        ),
    ),
    "loops": (
        compose(
            _SMALL,
            _FACTORIAL,
            "the factorial of [n]",
            "result 1; times each i from 2 to n.",
            "factorial",
            "computes the factorial of [n]",
        ),
        compose(
            _SMALL,
            _FIBONACCI,
            "the Fibonacci number with index [n], starting 0, 1, 1, 2",
            "a, b = 0, 1; n times a, b = b, a + b.",
            "fib fibonacci",
        ),
        compose(
            _NAT,
            _PRIMES,
            "a list of the primes up to [n]",
            "loop i from 2; prime if no smaller prime divides it.",
            "primes",
            "lists the primes up to [n]",
        ),
        compose(
            _NAT,
            "return sum(range(1, n + 1))",
            "the sum of the numbers from 1 to [n]",
            "sum over range(1, n + 1).",
            "sum_to",
            "adds the numbers from 1 to [n]",
        ),
        compose(
            (("a", "small"), ("b", "small")),
            _POWER,
            "[a] to the power of [b]",
            "result 1; times a, b times.",
            "power",
            "raises [a] to the power of [b]",
        ),
        compose(
            _NAT,
            _FIZZBUZZ,
            '"FizzBuzz" if 15 divides [n], "Fizz" if only 3 does, "Buzz" if '
            "only 5 does, else [n] as a string",
            "test 15 first, then 3, then 5; last str(n).",
            "fizzbuzz",
        ),
        compose(
            _NAT,
            "return [n * i for i in range(1, 11)]",
            "the multiplication table of [n] from 1 to 10",
            "n * i for i from 1 to 10.",
            "table times_table",
        ),
    ),
}
