"""Common English words and made-up ones, for pictures with text in them.

Called by the reading, chart and table exercises; other generators may use the list too.
"""

from __future__ import annotations

import random
from functools import cache

_LIST = """
ant ape arm art ash bag ball bat bay bed bee bell bin bird boat bone book boot bowl box boy bread
brick bridge broom brush bus bush cab cake camp can cap car card cart case cash cat cave chair
chalk cheese cherry chess chest chick child chin city class clay cliff clock cloth cloud club coal
coat coin comb cook corn cost couch cow crab crane crow crown cup dad dance dawn day deer desk dice
dish dog doll door dot dove dream dress drink drum duck dust eagle ear earth east edge egg elf end
eye face fact fair fall fan farm fat father fence fern field fig film fire fish flag flame floor
flour flower fly foam fog food foot fork fort fox frame friend frog fruit fur game garden gas gate
ghost gift girl glass glove glue goat gold golf goose grain grape grass green ground group guest
gum hair hall ham hand harbour hat hawk heart heat hen hill hip holiday home honey hook hope horn
horse host hotel hour house ice idea inch ink iron island jacket jam jar jaw jet jewel job joke
juice jump jungle jury key kid king kiss kite knee knife knot lake lamb lamp land law lawn leaf leg
lemon letter lid light line lion lip list lock log lunch machine magic mail man map market mask mat
meal meat metal milk mill mind mint mirror money monkey month moon mother mouse mouth movie mud
music nail name neck needle nest net news night north nose note nut oak ocean oil olive onion
orange orbit oven owl ox page paint pan paper parade park party path peach pear pen pencil people
pepper phone photo piano picture pie pig pilot pin pine pipe place plan plane plant plate play plum
pocket poem point pole pond pony pool pot potato prince prize pump queen question quilt rabbit race
radio rain rat ray record red rice ring river road robot rock roof room root rope rose rug ruler
sail salad salt sand school science scissors sea seal season seat seed shadow sheep shelf shell
ship shirt shoe shop shore silk silver singer sink sister skin sky sleep slope smile smoke snail
snake snow soap sock sofa soil song soup south space spade spider spoon spring square stage stamp
star station steam steel stem step stick stone store storm story stove straw street string sugar
summer sun swan sweet swing table tail tap tea teacher team tent thread throne thumb ticket tie
tiger time tin tip toast toe tomato tool tooth top town toy track train tray tree trip truck trunk
tub tube tulip turtle uncle unit valley van vase verb view village violin voice wagon walk wall
walnut watch water wave wax weather web week well west whale wheat wheel whip wind window wine wing
winter wire wolf woman wood wool word work world worm wrist yard year zebra zone zoo able above
after again answer back begin best big black blue bold brave bright bring brown build buy calm
carry clean clear close cold come cool count deep draw dry early easy eat empty every fast find
first forest free fresh full give good great grow half happy hard hello help high hold hot huge
jolly keep kind large last late laugh lazy learn left listen little long look lost loud lucky many
mild narrow near new next nice odd old open over pale plain proud pull push quick quiet read ready
rest rich right ripe round run safe same sell send seven short show simple sing slow small smart
soft sour speak stand start stop strong sure swim talk tall teach tell thick thin think three throw
tidy tiny today together tomorrow touch travel true try turn twelve under upper useful visit wait
warm wash weak wet white wide wild wise wonder write yellow yes yesterday young
"""

WORDS: tuple[str, ...] = tuple(sorted(set(_LIST.split())))
"""Common English words, lower case, in alphabetical order."""

_ONSETS = tuple("b c d f g h j k l m n p r s t v w z".split()) + tuple(
    "bl br ch cl cr dr fl fr gl gr pl pr qu sh sl sn sp st th tr".split()
)
_VOWELS = tuple("a a e e i i o o u ai ea ee oa oo ou y".split())
_CODAS = ("", "", "", "", *"n r s t l m d k x p".split(), "nd", "nt", "rk", "sh", "st", "ck")


@cache
def words_between(shortest: int, longest: int) -> tuple[str, ...]:
    """The list's words of `shortest` to `longest` letters."""
    return tuple(word for word in WORDS if shortest <= len(word) <= longest)


def made_up_word(rng: random.Random, shortest: int, longest: int) -> str:
    """A word that can be spoken and means nothing, of `shortest` to `longest` letters."""
    while True:
        target = rng.randint(shortest, longest)
        word = ""
        while len(word) < target:
            word += rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
        if shortest <= len(word) <= longest:
            return word
