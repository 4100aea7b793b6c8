"""Letters in words: counting, reversing, picking. Every trace spells the word first."""

from __future__ import annotations

import random

from trinity.train.reasoning import traces
from trinity.train.reasoning.exercise import Solved, family
from trinity.train.reasoning.lexicon import VOWELS, invented, word_of

_COUNT = (
    "How many times does the letter {x} appear in {w}?",
    "How many {x} in {w}?",
    "how many {x}'s are in {w}",
    "Count the letter {x} in {w}.",
    "How many letters {x} are there in the word {w}?",
    'How many times is "{x}" in "{w}"?',
    "count of {x} in {w}",
    "In {w}, how often does {x} occur?",
    "How often do you write {x} when you spell {w}?",
    "Number of {x}'s in {w}?",
    "How many {x} are there in {w}?",
    "Tell me how many {x}'s {w} has.",
    "The word is {w}. How many {x} are in it?",
    "Spell {w} and count every {x}.",
    "How many of the letters in {w} are {x}?",
    "how many letter {x} does {w} have?",
    'What is the number of "{x}" in "{w}"?',
    "<Find|Work out|Determine> how <often|many times> <the letter |>{x} "
    "<appears|occurs|shows up> in {w}.",
    "I wonder how many {x}'s <there are in|are in|you find in> <the word |>{w}.",
    "{x} in {w}: <how many|how often|how many times>?",
    "{w} - <number|count> of {x}'s?",
    "<Could|Can> you <count|count up> <all |>the {x}'s in <the word |>{w}?",
    "<Reading|Going through> {w} letter by letter, how <often|many times> do <you|we|I> "
    "<meet|see> {x}?",
    "If I <delete|remove|take> <each|every> {x} from {w}, how many letters <disappear|are gone>?",
    'Take the word {w}. How many of its letters are <the letter |>"{x}"?',
    "The word {w} <has|contains|holds> how many {x}'s?",
    'What is the <count|frequency|total> of "{x}" in <the word |>"{w}"?',
    "I'm writing {w} <on a sign|with stamps|in chalk>; how many times do I need the letter {x}?",
    "To <lay|spell> {w} with letter tiles, how many {x} tiles <do I need|are needed|must I have>?",
    '"{w}".count("{x}") <gives|returns|is> <what|which number>?',
    "<letter|character>: {x}, word: {w}, <count|how many|times>: ?",
    "<Give|State|Report|Return> the number of times <the letter |>{x} <appears|occurs|stands> "
    "in {w}.",
    "Would you mind <counting|counting up> <all |>the {x}'s in <the word |>{w}?",
    "Search {w} for <the letter |>{x}. How many <times do you find it|hits are there>?",
    "how <often|many times> is <the letter |>{x} <used|written|found> in {w}",
    "Write {w}, <underline|circle|mark> every {x}, and <say|tell me> how many there are.",
    "There may be <some |a few |>{x}'s in {w}. How many <exactly |>are there?",
    "My <sister|friend|teacher> <asks|wants to know> how many {x}'s are in {w}.",
    "Among the letters of {w}, how many <are|equal> {x}?",
    "<total|number> of letter {x} in <the word |word |>{w}",
    "The letter {x} <appears|occurs|turns up|is found> how many times in {w}?",
    "How many <copies|instances|occurrences> of <the letter |>{x} are <there |>in {w}?",
    "Given the word {w}, <count|count up|tally> the letter {x}.",
    "<Number only|Just the number>: {x} in {w}",
    "<I carve|I print|We paint> {w} and pay per {x}. How many {x} <are there|do I pay>?",
    "<My keyboard|My key> for {x} is broken. How often do I miss it in {w}?",
    "hw many {x} in {w}",
)
_REVERSE = (
    "Reverse the word {w}.",
    "{w} backwards?",
    "Spell {w} backwards.",
    "reverse {w}",
    "What is {w} backwards?",
    "Write {w} from right to left.",
    "What do you get if you reverse {w}?",
    'Reverse "{w}".',
    "Turn the letters of {w} around.",
    "How is {w} spelled backwards?",
    "Read {w} from the end to the start.",
    "Give me {w} in reverse.",
    "{w} in reverse order",
    "Write the letters of {w} in reverse order.",
    'Can you spell "{w}" backwards?',
    "<Give|Show|Write|Type> {w} <back to front|the other way round|from back to front>.",
    "What <word|string> <do you get|results|comes out> when {w} is <reversed|written backwards>?",
    "<Could|Can|Would> you <reverse|turn around> the <word|letters of|letters in> {w}?",
    "<backwards|reversed|in reverse|back to front>: {w}",
    "Starting <with|from> <the|its> last letter, <write|spell|type> {w} backwards.",
    "If I <read|spell> {w} from <right to left|the last letter to the first>, what do I "
    "<get|end up with>?",
    "I wonder what {w} <looks like|is> <backwards|in reverse|reversed>.",
    "{w} <spelled|written|read> <backwards|in reverse|from the end> is <what|which string>?",
    "Put the letters of {w} in <reverse|backward> order.",
    "<Reverse|Invert|Turn around> the order of the letters in {w}.",
    "Last letter first: <spell|write|type> {w}<| that way| like this>.",
    "What's the <reverse|reversal|backward spelling> of {w}?",
    "A <robot|parrot|wizard> spells every word backwards. How does it <spell|write> {w}?",
    "Would you mind <spelling|writing|typing> {w} <backwards|in reverse>?",
    "word: {w}, <reversed|backwards|in reverse>: ?",
    'What <is|does Python give for|comes out of> "{w}"[::-1]?',
    "Take {w}, <start|begin> at <its|the> last letter and <write|spell> it back to the first.",
    "In our secret <code|language|club> words are written backwards. How <do we|does one> write "
    "{w}?",
    "{w}, <but |>from <the end to the beginning|back to front|last letter to first>",
    "<Return|Output|Print|Report> {w} <reversed|backwards|with its letters reversed>.",
    "The letters of {w} in <reverse|backward> order <give|make|spell> what?",
    "how <do|would> <you|I> <write|type|spell> {w} backwards",
    "<Give|Write> {w} letter by letter from the <end|back>, <as one word|without spaces>.",
    "Read <right to left|backwards>, what does {w} <say|become|give>?",
    "Which <word|string> has the letters of {w} in reverse<| order>?",
    "Tell me how {w} <is spelled|reads|goes> <backwards|from right to left>.",
    "<Word only|Just the word>: {w} backwards",
    "<In the mirror|On the ambulance|Through the window> I read it backwards: {w} <becomes|is> "
    "what?",
    "<My kid|My pupil> plays backwards words. {w} <is|becomes>?",
    "revers {w}<| pls>",
)
_NTH = (
    "What is the {nth} letter of {w}?",
    "{nth} letter of {w}?",
    "Which letter is {nth} in {w}?",
    "the {nth} letter in {w}",
    "Give the {nth} letter of the word {w}.",
    'What is the {nth} letter in "{w}"?',
    "In the word {w}, what is the {nth} letter?",
    "Name the {nth} letter of {w}.",
    "Tell me the {nth} letter of {w}.",
    "Spell {w} and say its {nth} letter.",
    "Find the {nth} letter of {w}.",
    "what's the {nth} letter of {w}",
    "{w}: {nth} letter?",
    "Which letter comes {nth} in {w}?",
    "If you spell {w}, which letter is the {nth}?",
    "<Which|What> letter <stands|is found|comes> in {nth} <place|position> in {w}?",
    "<Could|Can|Would> you <tell|give> me the {nth} letter of <the word |>{w}?",
    "I'd like to know the {nth} letter <in|of> {w}.",
    "word: {w}, <letter wanted|wanted letter|letter>: the {nth}",
    "<Look at|Take|Consider> {w}. <Which|What> is its {nth} letter?",
    "{w}'s {nth} letter <is what|is which>?",
    "Counting the letters of {w}, which is the {nth}<| one>?",
    "<Pick out|Copy|Write down|Return> the {nth} letter of <the word |>{w}.",
    "I <wonder|forgot> <which|what> the {nth} letter of {w} is.",
    "The {nth} letter of {w} is <which|what|which one>?",
    "Of the letters in {w}, <which|which one> is the {nth}?",
    "In spelling {w}, <which|what> letter do <you|I|we> <write|say> {nth}?",
    "My crossword answer is {w}. <What|Which letter> goes in the {nth} <box|square|cell>?",
    "<Identify|Determine|State|Report> the letter "
    "<in the {nth} position of|at the {nth} place in> {w}.",
    "Would you mind <naming|telling me|giving me> the {nth} letter of {w}?",
    "from {w} <take|pick|give> the {nth} <letter|character>",
    "Which character <sits|stands|is> at the {nth} <place|position|spot> of {w}?",
    "I'm <painting|writing|stitching> {w} on a <sign|banner|flag>. Which is the {nth} letter?",
    "{nth} <letter|character> <in|of> the <word|name|string> {w}",
    "If {w} is <written|spelled> out, what's the {nth} letter?",
    "letter <wanted|asked for|to find>: the {nth} <in|of> {w}",
    "Someone spells {w} <aloud|slowly|out loud>. <What|Which letter> do you hear {nth}?",
    "Please <show|type|output> <only|just> the {nth} letter of {w}.",
    "The word is {w}. Its {nth} letter is <which|what>?",
    "what <letter's|letter is> {nth} in {w}",
    "In {w}, <what|which letter> is written {nth}?",
    "{w}, letter <no.|number|nr>: the {nth}<?| one?>",
    "<one letter|single letter|just the letter>: the {nth} of {w}",
    "<My password hint|The hint|The clue> is the {nth} letter of {w}. <Which is it|What is it>?",
    "<I'm solving|We're solving|Stuck on> a riddle: the {nth} letter of {w}<?| is?>",
    "<Count|Go> to the {nth} letter of {w}: <what stands there|which one is it>?",
    "the {nth} leter <of|in> {w} <is|pls>",
    "<Hangman|Word game>: {w}. <What is|What's> the {nth} letter?",
    "<Beads|Tiles|Cards> spell {w}. Which letter is on the {nth} <one|of them>?",
    "<Cover|Hide> all but the {nth} letter of {w}. <What|Which letter> is left?",
)
_VOWELS = (
    "How many vowels are in {w}?",
    "vowels in {w}?",
    "Count the vowels in {w}.",
    "How many vowels does {w} have?",
    "How many of the letters in {w} are vowels?",
    'How many vowels are there in "{w}"?',
    "number of vowels in {w}",
    "In the word {w}, how many vowels are there?",
    "Spell {w} and count its vowels.",
    "What is the number of vowels in {w}?",
    "Tell me how many vowels {w} has.",
    "The word {w} has how many vowels?",
    "Find how many vowels (a, e, i, o, u) are in {w}.",
    "how many vowels in {w}",
    "Vowel count of {w}?",
    "<Work out|Determine|Find out> how many vowels <there are in|are in> <the word |>{w}.",
    "{w}: <how many vowels|number of vowels|vowel count>?",
    "I wonder how many vowels {w} <has|contains|holds>.",
    "<Could|Can> you <count|count up> the vowels <in|of> <the word |>{w}?",
    "Among the letters of {w}, how many are <vowels|a, e, i, o or u>?",
    "If <you|we> <remove|drop|delete> <every vowel|all vowels> from {w}, how many letters "
    "<go|disappear>?",
    "How <often|many times> <do you meet|is there|do we find> a vowel in {w}?",
    "Take {w}. How many of its letters are vowels<| (a, e, i, o, u)>?",
    "<total|count> of <vowels|a, e, i, o and u> in <the word |word |>{w}",
    "What's the <vowel count|total number of vowels> <in|for> {w}?",
    "word: {w}, <vowels|vowel count|number of vowels>: ?",
    "<Circle|Underline|Mark> <every|each> vowel in {w}. How many <are there|do you find>?",
    "Would you mind <counting|counting up> the vowels in <the word |>{w}?",
    "The letters a, e, i, o and u are vowels. How many vowels <are in|has|does one find in> {w}?",
    "<Give|State|Report|Return|Output> the number of vowels <in|of> {w}.",
    "how many <letters|characters> of {w} are vowels",
    "Going <through|along> {w} letter by letter, how many vowels do <you|I|we> <meet|pass|count>?",
    "My <sister|aunt|daughter> spelled {w}. How many vowels did she <use|write|need>?",
    "To <stamp|print|paint> {w}, how many vowels <do I need|are needed>?",
    "{w} <contains|has|includes> how many vowels<| in all| altogether>?",
    "Every a, e, i, o or u in {w} scores <one|1> point. How many points <is that|are there>?",
    "Leaving out the consonants, how many letters <remain|are left> of {w}?",
    "I need the <number of vowels|vowel count> <in|of|for> {w}.",
    "Say {w} <slowly|aloud> and <count|tally> <its|the> vowels.",
    "Out of the letters in {w}, how many are vowels and not consonants?",
    "count <up |all |>the vowels: {w}",
    "{w} -> vowels?",
    "<number only|just the number|as a number>: vowels in {w}",
    "<My kid|My pupil|My son> circles the vowels in {w}. How many <circles|are there>?",
    "<I sing|We sing|She sings> only the vowels of {w}. How many <sounds|is that>?",
    "<Word game|Quiz>: vowels of {w}, <how many|count>?",
    "how many <vowls|vowel> in {w}",
    "a/e/i/o/u <count|total> <for|of> {w}?",
)
_LENGTH = (
    "How many letters are in {w}?",
    "letters in {w}?",
    "Count the letters in {w}.",
    "How many letters does {w} have?",
    "How long is the word {w}?",
    'How many letters are there in "{w}"?',
    "length of {w}",
    "What is the length of the word {w}?",
    "Spell {w} and count its letters.",
    "Of how many letters does {w} consist?",
    "Tell me how many letters {w} has.",
    "The word {w} has how many letters?",
    "Give the number of letters in {w}.",
    "how many letters in {w}",
    "Letter count of {w}?",
    "<Work out|Determine|Find out> how many letters <there are in|are in|make up> <the word |>{w}.",
    "{w}: <how many letters|number of letters|letter count|length>?",
    "I wonder how many letters {w} <has|contains|holds>.",
    "<Could|Can> you <count|count up> the letters <in|of> <the word |>{w}?",
    'len("{w}") <is|gives|returns> <what|which number>?',
    "How many <characters|letters> <long is|make up|are used in> {w}?",
    "To type {w}, how many <keystrokes are needed|letters do I type|letter keys must I press>?",
    "Take {w}. <How many letters has it got|How many letters is it|How long is it, in letters>?",
    "<total|number|count> of letters in <the word |word |>{w}",
    "What's the <letter count|total number of letters> <of|in|for> {w}?",
    "word: {w}, <length|letters|number of letters>: ?",
    "Would you mind <counting|counting up> the letters <in|of> {w}?",
    "A sign costs <one coin|1 coin> per letter. How many coins does {w} cost?",
    "<State|Report|Return|Output> the length of <the word |>{w}<| in letters>.",
    "Going <through|along> {w} bit by bit, how many letters do <you|I|we> <count|pass|read>?",
    "{w} <contains|has|consists of> how many letters<| in all| altogether>?",
    "I need to know how <long the word {w} is|many letters {w} has>.",
    "In a crossword, how many <boxes|squares|cells> does {w} <fill|need|take up>?",
    "To lay {w} in a word game, how many tiles <do I need|are needed|must I place>?",
    "how <long's|long is> {w}, in letters",
    "My <aunt|sister|daughter> wrote {w} on the board. How many letters did she <write|use|need>?",
    "Tell me the <length of|number of letters in> the word {w}.",
    "Measure the word {w}: how many letters <is it|has it got|are there>?",
    "Say {w} letter by letter. How many letters did you <say|name>?",
    "The number of letters <in|of|that make up> {w} is what?",
    "Letters needed to <spell|write> {w}: how many?",
    "By counting every letter, <how long is|what is the length of> {w}?",
    "{w} -> length?",
    "<number only|just the number|as a number>: letters in {w}",
    "<My kid|My pupil|My son> learns to write {w}. How many letters <is that|must it be>?",
    "<A name tag|A cake|A mug> shall say {w}. How many letters <go on it|is that>?",
    "<I type|I text|She types> {w}: how many <letters|keys>?",
    "how many <leters|letter> <in|has> {w}",
    "<Is|I think> {w} <is |>a long word<?|.> How many letters <exactly|has it>?",
    "<Word game|Hangman>: {w}. How many <dashes|blanks|letters>?",
)
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth",
)  # fmt: skip


def _count(rng: random.Random, level: int) -> Solved:
    word = word_of(rng, level)
    doubled = [letter for letter in word if word.count(letter) > 1]
    pick = rng.random()
    letter = rng.choice(word)
    if doubled and pick < 0.5:
        letter = rng.choice(doubled)
    elif pick > 0.88:
        letter = rng.choice("abcdefghiklmnoprstuw")
    count = word.count(letter)
    places = [str(i + 1) for i, other in enumerate(word) if other == letter]
    return Solved(
        key=f"{letter} in {word}",
        answer=str(count),
        low=f"{letter} at {' '.join(places)}" if places else f"no {letter}",
        high=f"{traces.spell(word, letter)}; {count}",
        slots={"x": letter, "w": word},
    )


def _reverse(rng: random.Random, level: int) -> Solved:
    word = invented(rng, level) if rng.random() < 0.4 else word_of(rng, level)
    word = word[:10]
    backwards = word[::-1]
    return Solved(
        key=word,
        answer=backwards,
        low=f"{' '.join(backwards)}",
        high=f"{' '.join(word)}; {' '.join(backwards)}; {backwards}",
        slots={"w": word},
    )


def _nth(rng: random.Random, level: int) -> Solved:
    word = word_of(rng, level)
    place = rng.randrange(len(word))
    from_end = len(word) - place
    name = _ORDINALS[place]
    if place and rng.random() < 0.3:
        name = f"{place + 1}{ {2: 'nd', 3: 'rd'}.get(place + 1, 'th') }"
    if level == 1 and rng.random() < 0.3:
        place, from_end = len(word) - 1, 1
    if from_end == 1:
        name = "last"
    elif from_end == 2 and level > 2:
        name = "second to last"
    letter = word[place]
    return Solved(
        key=f"{place + 1} of {word}",
        answer=letter,
        low=f"letter {place + 1} of {len(word)}",
        high=f"{traces.spell(word)}; letter {place + 1}: {letter}",
        slots={"nth": name, "w": word},
    )


def _vowels(rng: random.Random, level: int) -> Solved:
    """Words with y are left out: whether y is a vowel depends on whom you ask."""
    word = word_of(rng, level)
    while "y" in word:
        word = word_of(rng, level)
    count = sum(letter in VOWELS for letter in word)
    return Solved(
        key=word,
        answer=str(count),
        low=" ".join(letter for letter in word if letter in VOWELS),
        high=f"{traces.spell(word, VOWELS)}; {count}",
        slots={"w": word},
    )


def _length(rng: random.Random, level: int) -> Solved:
    word = word_of(rng, level)
    return Solved(
        key=word,
        answer=str(len(word)),
        low=" ".join(word),
        high=f"{traces.spell(word)}; {len(word)}",
        slots={"w": word},
    )


FAMILIES = (
    family("count_letter", _count, _COUNT, weight=2.0),
    family("reverse_word", _reverse, _REVERSE, "exact"),
    family("nth_letter", _nth, _NTH, "exact"),
    family("count_vowels", _vowels, _VOWELS),
    family("word_length", _length, _LENGTH),
)
