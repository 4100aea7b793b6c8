"""Names, things and words that the exercises are about."""

from __future__ import annotations

import random


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = _split(
    """
    Anna Ben Carl Dina Emil Fay Gina Hugo Ida Jack Kim Leo Mia Noah Olga Paul Quinn Rosa Sam
    Tina Uma Vera Will Yara Zoe Adam Bella Chen Dora Eva Felix Grace Hana Ivan Julia Karim Lena
    Max Nina Omar Peter Ravi Sara Tom Ursula Victor Wanda Yusuf Zara Amir Clara David Elif Frank
    Greta Henry Ines Jonas Kofi Lucy Maria Nora Oscar Priya
    """
)
"""People."""

THINGS = _split(
    """
    apples pears plums lemons oranges bananas peaches cherries grapes eggs cookies cakes rolls
    muffins carrots onions potatoes tomatoes nuts beans books pens pencils notebooks stamps
    coins stickers cards marbles balls toys dolls kites balloons flowers roses tulips leaves
    shells stones bricks boxes bottles cups plates spoons candles lamps chairs ropes buttons
    beads ribbons shirts socks hats scarves keys tickets posters photos letters magnets badges
    nails screws batteries cables discs
    """
)
"""Countable things that can be owned, given, bought and shared."""

HOLDERS = _split("boxes bags baskets shelves drawers jars trays packs crates cartons piles")
"""What things come in."""

PLACES = _split("table shelf desk floor counter bench")
"""Where things lie."""

LIVELY = _split("children pupils players guests friends workers visitors students singers dancers")
"""Groups of people."""

WORDS = _split(
    """
    ant arm art bag bat bed bee bus car cat cow cup day dog ear egg eye fan fig fox hat hen ice
    ink jam jar key kid leg log man map mud net nut oak owl pan pea pen pie pig pin pot rat red
    sea sky sun tea ten toe toy van war web zoo baby back ball band bank barn bear bell belt
    bird boat body bone book boot bowl cake call camp card city clay coat coin cold cook corn
    crab deer desk dish door drum duck dust east face farm fire fish flag food foot frog game
    gate gift girl goat gold hand head hill hook horn idea iron jump king kite lake lamp leaf
    lion list luck milk moon nail nest nose note page park path pear pipe pond pool rain ring
    road rock roof room root rope rose ruby sail salt sand seed ship shoe silk snow soap sock
    song soup star stem tail tent tree vase wall wave west wind wing wolf wood wool yard apple
    beach bread brick broom brush cabin camel candy chain chair chalk cheek chess chest child
    cliff clock cloud coach coast coral crown dance dream dress drink eagle earth fence field
    flame floor flour fruit ghost glass glove grape grass green hotel house juice knife lemon
    light lunch metal money mouse music night ocean olive onion paint paper party peach phone
    photo piano pilot plant plate queen radio river robot salad scarf sheep shelf shell skirt
    smile snake spoon spring stone storm street sugar summer sweet table tiger toast tower train
    truck uncle watch water whale wheat wheel white world zebra animal answer autumn banana
    basket bottle bridge bucket butter button camera candle carpet carrot castle cheese cherry
    circle coffee cotton dinner doctor dragon engine family father finger flower forest friend
    garden ginger guitar hammer helmet island jacket kettle kitten ladder lesson letter market
    meadow mirror monkey mother museum needle office orange palace parrot pencil pepper picnic
    pillow planet pocket potato puppet rabbit ribbon rocket saddle salmon school shadow silver
    sister spider square squirrel stream sunset teacher temple ticket tomato tunnel turtle
    valley violin walnut wallet window winter wizard airport balloon bicycle biscuit blanket
    brother cabbage captain chicken chimney cottage country cousin dentist diamond dolphin
    evening factory feather giraffe hallway hamster holiday journey kitchen lantern leopard
    library lobster machine message morning mustard network orchard ostrich peacock penguin
    pumpkin rainbow sausage scooter seaside sparrow station stomach student suitcase sunrise
    thunder tornado traffic village volcano weather whisper airplane baseball broccoli building
    calendar champion computer cucumber daughter dinosaur doughnut elephant envelope festival
    football hospital kangaroo keyboard language magazine medicine mountain mushroom necklace
    notebook painting passport pineapple princess question raspberry sandwich shoulder skeleton
    snowball sunlight swimming tomorrow treasure triangle umbrella universe vacation wardrobe
    yesterday adventure apartment astronaut billboard blueberry breakfast butterfly chocolate
    cranberry crocodile detective direction education furniture hamburger happiness important
    jellyfish knowledge lemonade orchestra photograph restaurant saxophone scientist seventeen
    sunflower telephone telescope trampoline vegetable waterfall xylophone basketball blackboard
    caterpillar cheesecake dictionary experiment gingerbread grasshopper hippopotamus lighthouse
    millionaire mississippi moonlight nightingale parliament playground poppyseed programming
    skateboard spaceship strawberry strawberries toothbrush toothpaste watermelon wheelbarrow
    windowsill wonderful committee bookkeeper balloonist raspberries successful necessary
    possession assessment tennessee banknote
    """
)
"""Common words, for exercises with letters and with alphabetical order."""

VOWELS = "aeiou"
_CONSONANTS = "bcdfghjklmnprstvwz"
_ENDS = ("", "", "", "n", "r", "s", "t", "l", "m", "ck", "nd", "st")
_LENGTHS = ((3, 4), (4, 5), (5, 7), (7, 9), (8, 14))
_BY_LEVEL = tuple(
    tuple(sorted({word for word in WORDS if low <= len(word) <= high})) for low, high in _LENGTHS
)


def invented(rng: random.Random, syllables: int) -> str:
    """A pronounceable word that does not exist (or exists by accident)."""
    word = ""
    for _ in range(syllables):
        consonant = rng.choice(_CONSONANTS)
        doubled = word and rng.random() < 0.15
        word += (consonant * 2 if doubled else consonant) + rng.choice(VOWELS)
    return word + rng.choice(_ENDS)


def word_of(rng: random.Random, level: int) -> str:
    """A word whose length fits `level`; one in three is invented."""
    if rng.random() < 0.35:
        return invented(rng, (1, 2, 2, 3, 4)[level - 1] + (level == 1 and rng.random() < 0.5))
    return rng.choice(_BY_LEVEL[level - 1])
