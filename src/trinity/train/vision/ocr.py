"""Reading exercises: words, letters, numbers, codes and short lines."""

from __future__ import annotations

import random
from collections.abc import Sequence

from trinity.train.items import Item, Split
from trinity.train.vision import ocr_cores as cores
from trinity.train.vision.making import listing, vision_family, vision_item
from trinity.train.vision.text import text_picture
from trinity.train.vision.words import made_up_word, words_between
from trinity.train.wordings import phrase

# Alike in form at two sizes, so a string of these alone has no case.
_CASELESS = frozenset("cijklopsuvwxyz")


def spell(text: str) -> str:
    """The characters of `text` one by one, words apart: `s, k, y / r, e, d`."""
    return " / ".join(listing(word) for word in text.split())


def _reading(
    name: str,
    rng: random.Random,
    split: Split,
    level: int,
    cores: Sequence[str],
    lines: Sequence[str],
    *,
    key: str | None = None,
    kind: str = "strict",
    drawn_as: int | None = None,
) -> Item:
    """An exercise of `level`, drawn as large and as worn as level `drawn_as`, or its own."""
    text = " ".join(lines)
    return vision_item(
        name,
        level,
        key=key or text,
        question=phrase(rng, split, cores),
        picture=text_picture(rng, split, drawn_as or level, lines),
        answer=text,
        high=spell(text),
        kind=kind,
    )


def _cased(rng: random.Random, word: str) -> str:
    """The word in lower case, with a capital, or in capitals."""
    return rng.choice((word, word, word.capitalize(), word.upper()))


def read_word(rng: random.Random, split: Split, level: int) -> Item:
    """A common English word; its key leaves the case out."""
    word = rng.choice(words_between(2 + level // 2, 3 + 2 * level))
    return _reading("read_word", rng, split, level, cores.WORD, [_cased(rng, word)], key=word)


def read_made_up_word(rng: random.Random, split: Split, level: int) -> Item:
    """A word that means nothing, to be read letter by letter; its key leaves the case out."""
    word = made_up_word(rng, 2 + level // 2, 4 + level * 3 // 2)
    # A capital I would look like a small l.
    text = word if word[0] == "i" else _cased(rng, word)
    if _CASELESS.issuperset(word):
        text = word = f"{word}a"
    return _reading("read_made_up_word", rng, split, level, cores.WORD, [text], key=word)


def _letters(rng: random.Random, level: int) -> str:
    """Letters at random, small, capital or mixed; none that is the image of another."""
    length = rng.randint(max(2, level), 3 + level)
    style = rng.choice(("lower", "upper", "upper", "mixed") if level > 2 else ("lower", "upper"))
    alphabet = "abcdefghjkmnopqrstuvwxyz" if style == "mixed" else "abcdefghijklmnopqrstuvwxyz"
    letters = [rng.choice(alphabet) for _ in range(length)]
    if _CASELESS.issuperset(letters):
        letters[rng.randrange(length)] = rng.choice("abdefghmnqrt")
    if style == "upper":
        letters = [letter.upper() for letter in letters]
    elif style == "mixed":
        letters = [rng.choice((letter, letter.upper())) for letter in letters]
    return "".join(letters)


def read_letters(rng: random.Random, split: Split, level: int) -> Item:
    """Letters at random."""
    return _reading("read_letters", rng, split, level, cores.LETTERS, [_letters(rng, level)])


def read_number(rng: random.Random, split: Split, level: int) -> Item:
    """A number; from level 3 also with a decimal point, a minus sign or thousands commas."""
    digits = rng.randint(1 if level < 3 else 2, min(12, 2 * level + 2))
    number = rng.randint(10 ** (digits - 1), 10**digits - 1)
    text = str(number)
    form = rng.choice(("whole", "whole", "point", "minus", "commas")) if level > 2 else "whole"
    if form == "point":
        cut = rng.randint(1, min(3, digits - 1))
        text = f"{text[:-cut]}.{text[-cut:]}"
    elif form == "minus":
        text = f"-{text}"
    elif form == "commas":
        text = f"{number:,}"
    return _reading("read_number", rng, split, level, cores.NUMBER, [text], kind="number")


def _code_part(rng: random.Random, length: int) -> str:
    """Capitals and digits, some of both, without I and O, which look like digits."""
    letters = rng.randint(1, length - 1)
    part = rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=letters)
    part += rng.choices("0123456789", k=length - letters)
    if rng.random() < 0.5:
        rng.shuffle(part)
    return "".join(part)


def _code(rng: random.Random, level: int) -> str:
    """Capitals mixed with digits, in up to three groups: A7-K2, XK42."""
    groups = rng.randint(1, 1 + level // 2)
    length = rng.randint(2, 4) if groups < 3 else rng.randint(2, 3)
    mark = rng.choice("--./") if groups > 1 else ""
    return mark.join(_code_part(rng, length + (groups == 1 and level > 2)) for _ in range(groups))


def read_code(rng: random.Random, split: Split, level: int) -> Item:
    """A code of capitals and digits."""
    return _reading("read_code", rng, split, level, cores.CODE, [_code(rng, level)])


def _words(rng: random.Random, count: int, longest: int) -> list[str]:
    words = [rng.choice(words_between(2, longest)) for _ in range(count)]
    match rng.randrange(4):
        case 0:
            return [word.capitalize() for word in words]
        case 1 if sum(map(len, words)) < 14:
            return [word.upper() for word in words]
        case 2:
            return [words[0].capitalize(), *words[1:]]
        case _:
            return words


def read_two_words(rng: random.Random, split: Split, level: int) -> Item:
    """Two words beside each other."""
    line = " ".join(_words(rng, 2, 3 + level))
    return _reading("read_two_words", rng, split, level, cores.WORDS_CORES, [line])


def read_line(rng: random.Random, split: Split, level: int) -> Item:
    """Two to four words, at the higher levels a number among them, on one or two lines."""
    words = _words(rng, rng.randint(2, 2 + (level + 1) // 2 if level < 5 else 4), 3 + level)
    if level > 2 and rng.random() < 0.3:
        words[rng.randrange(1, len(words))] = str(rng.randint(1, 999))
    text = " ".join(words)
    cut = (len(words) + 1) // 2
    lines = [text]
    if len(text) > 21 or rng.random() < 0.4:
        lines = [" ".join(words[:cut]), " ".join(words[cut:])]
    return _reading("read_line", rng, split, level, cores.WORDS_CORES, lines)


def read_sum(rng: random.Random, split: Split, level: int) -> Item:
    """A sum to read, not to work out."""
    numbers = [rng.randint(1, 10 ** rng.randint(1, 1 + level // 2) - 1) for _ in range(2)]
    sign = rng.choice("+-" if level < 3 else "+-x")
    text = f"{numbers[0]}{sign}{numbers[1]}"
    if sign == "+" and rng.random() < 0.4:
        text = f"{text}={sum(numbers)}"
    return _reading("read_sum", rng, split, level, cores.SUM, [text])


def read_page(rng: random.Random, split: Split, level: int) -> Item:
    """Several lines of all kinds: many characters to read for the cost of one picture."""
    lines = []
    for _ in range(rng.randint(3, 5)):
        kind = rng.randrange(4)
        if kind == 0:
            lines.append(_letters(rng, level))
        elif kind == 1:
            lines.append(_code(rng, level))
        elif kind == 2:
            lines.append(str(rng.randint(0, 10 ** rng.randint(1, 8) - 1)))
        else:
            lines.append(" ".join(_words(rng, rng.randint(1, 2), 3 + level)))
    return _reading("read_page", rng, split, level, cores.READ, lines, drawn_as=max(level, 3))


FAMILIES = (
    vision_family("read_word", read_word, 3),
    vision_family("read_made_up_word", read_made_up_word, 2),
    vision_family("read_letters", read_letters, 2),
    vision_family("read_number", read_number, 3),
    vision_family("read_code", read_code, 2),
    vision_family("read_two_words", read_two_words, 1.5),
    vision_family("read_line", read_line, 1.5),
    vision_family("read_sum", read_sum),
    vision_family("read_page", read_page, 8, drill=True),
)
