"""The wordings of everyday word problems, by what is asked."""

from __future__ import annotations

GOODS = (
    "bread", "milk", "cheese", "butter", "jam", "rice", "soap", "tea", "coffee", "honey", "flour",
    "sugar", "socks", "eggs", "juice", "salt", "oil", "fish", "ham", "nuts", "a melon", "a cake",
    "a pen", "a map", "a hat", "a mug", "a ball", "a brush", "a lamp", "a book",
)  # fmt: skip
"""What is bought one of each, as on a shopping list."""

SHARE = {
    "each": (
        "{n} {things} are shared equally among {d} {people}. How many does each get?",
        "{name} shares {n} {things} with friends, {d} people in all. How many whole ones "
        "<each|per person>?",
        "{n} {things} for {d} {people}: <how many each|each gets>?",
        "We are {d} and have {n} {things}. <Everyone|Each of us> gets the same. How many <is "
        "that|each>?",
        "<Deal|Hand out> {n} cards to {d} players, the same number to each. How many cards "
        "<each|per player>?",
        "{n} sweets, {d} kids, <fair shares|same for all>, how many sweets per kid",
        "I have {n} {things} and {d} {holders}. Each shall hold <the same|equally many>. How many "
        "in each?",
        "<My kids fight|My pupils quarrel>: {n} {things}, {d} of them. How many <can each "
        "have|for each>?",
        "split {n} {things} {d} ways, whole ones only, how many <each|per share>?",
        "<Could|Can> you split {n} {things} fairly among {d} {people}? How many does each "
        "<get|have>?",
        "At most how many {things} can each of {d} {people} <get|take> from {n}, all <alike|the "
        "same>?",
        "{d} {people} <divide|split> {n} {things}, and what is over stays in the box. How many "
        "<each|does each get>?",
        "<Find|Work out|Compute|Calculate> the share: {n} {things}, {d} {people}, <nothing "
        "cut|whole ones only|no halves>.",
        "<A team|A club|A class|A crew> of {d} <gets|wins|finds> {n} <coins|cards|shells>. How "
        "many <does each take|each>?",
        "<Number only|Just the number>: {n} {things} <shared by|split among> {d}, whole ones per "
        "<head|person>",
        "I <fill|pack> {d} bags with {n} {things}, <equally|the same in each>. <What goes|How "
        "many go> into one bag?",
    ),
    "left": (
        "{n} {things} are shared equally among {d} {people}. How many are left over?",
        "{name} packs {n} {things} in {holders} of {d}. How many <do not fit|are left over>?",
        "{n} {things} in packs of {d}, <how many left over|leftovers>?",
        "<After|When> {d} {people} have shared {n} {things} fairly, how many <remain|are left>?",
        "We are {d} and have {n} {things}. <Everyone|Each> gets the same. How many stay <in the "
        "box|over>?",
        "<Deal|Hand out> {n} cards to {d} players, the same to each. How many cards <are "
        "left|remain>?",
        "{n} sweets, {d} kids, fair shares, how many <left|over>",
        "I plant {n} {things} in rows of {d}. How many are <over|left> <after the last full "
        "row|at the end>?",
        "<The dog gets|I eat> what is left when {n} rolls are split among {d} {people}. How many "
        "<is that|rolls>?",
        "a {n} cm rope <is cut|cut> into {d} cm pieces, how many cm are left",
        "<Could|Can> you tell me how many of {n} {things} are over when {d} {people} share them "
        "<fairly|equally>?",
        "{d} {people} <divide|split> {n} {things} <fairly|equally>. What is <left|over>?",
        "<Find|Work out|Compute|Calculate> what is left: {n} {things}, {d} {people}, <fair "
        "shares|equal shares|same for all>.",
        "<A team|A club|A class|A crew> of {d} shares {n} <coins|cards|shells> fairly. <What is "
        "over|How many are left>?",
        "<Number only|Just the number>: {n} {things} in <groups|bags|rows> of {d}, <rest|left "
        "over>",
        "I <fill|pack> bags of {d} from {n} {things}. <What stays over|How many are left> <at the "
        "end|then>?",
    ),
    "groups": (
        "{n} people cross a river. The boat takes {d} at a time. How many trips <are needed|must "
        "it make>?",
        "{name} has {n} {things}. One of the {holders} holds {d}. How many are needed for all?",
        "{n} guests, {d} per table, how many tables <at least|do we need>?",
        "How many <cars|vans> with {d} seats <do|must> {n} people take?",
        "<We|They> are {n}. Each tent sleeps {d}. How many tents must we <take|bring|pitch>?",
        "A page holds {d} {things}. How many pages <do|will> {n} {things} <need|fill, the last "
        "one in part>?",
        "{n} eggs into boxes of {d}: how many boxes <so that none is left out|for all of them>?",
        "I read {d} pages a day. <The book has|There are> {n} pages. After how many days am I "
        "<done|through>?",
        "how many buses of {d} seats for {n} <pupils|fans>",
        "<I need|We need> {n} {things}, sold in packs of {d}. How many packs <must I buy|is that>?",
        "<Could|Can> you tell me how many rows of {d} chairs {n} {people} need <at least|to sit>?",
        "<One|A> lift takes {d} people. How many times must it go to bring up {n}<| people>?",
        "<Find|Work out|Compute|Calculate> how many <cars|boats|tables> of {d} seats {n} people "
        "<need|must have>.",
        "<A team|A club|A class|A crew> of {n} goes by <taxi|lift|boat>, {d} at once. How many "
        "<rides|trips>?",
        "<Number only|Just the number>: {n} {things}, boxes of {d}, boxes for all of <them|these>",
        "I <save|set aside> {d} euros a <week|month>. After how many of them do I have <at "
        "least|no less than> {n} euros?",
        "{n} km to <walk|hike|ride>, {d} km a day <at most|and no more>: how many days?",
    ),
}

AGES = {
    "younger": (
        "{other} is {a}. {name} is {b} years younger. How old is {name}?",
        "{name} is {b} years younger than {other}, who is {a}. <Age of {name}|How old is {name}>?",
        "{other}: {a}, {name} {b} years less, <age|how old>?",
        "My <sister|brother|cousin> is {a} and I am {b} years younger. How old am I?",
        "how old is {name} if {other} is {a} and {name} {b} years <younger|behind>",
        "{name} was born {b} years after {other}. {other} is {a}. <How old|What age> is {name}?",
        "<Say|Tell me> {name}'s age: {b} years below {other}'s {a}.",
        "<Find|Work out|Compute|State> {name}'s age: {other} is {a}, {name} <the younger "
        "by|younger by> {b} years.",
        "<In our family|In the team|At school> {other} is {a}, {name} {b} years <younger|less>. "
        "<How old is|Age of> {name}?",
        "<Number only|Just the number>: {name} is {b} years younger than {other}, <aged|who is> "
        "{a}",
        "<My house|The tower|The shop> is {a} years old, the one next door {b} years "
        "<younger|newer>. How old is that?",
    ),
    "gap": (
        "{name} is {b} and {other} is {a}. How many years older is {name}?",
        "How much older is {name} ({b}) than {other} ({a})?",
        "{name} {b}, {other} {a}, <age gap|difference in years>?",
        "I am {a}, my <teacher|aunt|boss> is {b}. How many years <older is that|lie between us>?",
        "how many years younger is {other}, {a}, <than|compared with> {name}, {b}",
        "{other} is {a}. How many years until {other} <turns|is> {b}?",
        "<Say|Tell me> by how many years {name}, {b}, is older than {other}, {a}.",
        "<Find|Work out|Compute|State> the age difference <between|of> {name}, {b}, and {other}, "
        "{a}.",
        "<In our family|In the team|At school> {name} is {b}, {other} {a}. How many years "
        "<apart|between them>?",
        "<Number only|Just the number>: years between ages {a} and {b}",
        "<My house|The tower|The shop> is {b} years old, the one next door {a}. How many years "
        "<older|more> is mine?",
    ),
    "born": (
        "{name} was born in {a}. How old does {name} turn in {b}?",
        "Born in {a}, how old in {b}?",
        "It is {b}. {name}, born in {a}, turns <how old|what age> this year?",
        "The <house|school|bridge> was built in {a}. How old was it in {b}?",
        "year of birth {a}, <now|year now> {b}, age this year?",
        "From {a} to {b}: how many years <is that|go by>?",
        "<Which|What> birthday does {name}, born in {a}, <have|celebrate> in {b}?",
        "<Find|Work out|Compute|State> the age in {b} of someone <born|who was born> in {a}.",
        "<My aunt|Our dog|The tree|My car> is from {a}. <What age|How old> <in|by> {b}?",
        "<Number only|Just the number>: years from {a} to {b}",
        "<A coin|A ship|A song|A wine> of {a}: how many years old <was it|is it> in {b}?",
    ),
    "chain": (
        "{other} is {a}. {third} is {c} years older than {other}, {name} {b} years older than "
        "{third}. How old is {name}?",
        "{name} is {b} years older than {third}. {third} is {c} years older than {other}, who is "
        "{a}. {name}'s age?",
        "{other} {a}, {third} +{c}, {name} +{b} on top: age of {name}?",
        "I am {a}, my sister is {c} years older, and my brother {b} years older than her. How old "
        "is he?",
        "how old is {name}? {b} yrs older than {third}, who is {c} yrs older than {other}, {a}",
        "<Start|Begin> with {other}, {a}. Add {c} years for {third}, {b} more for {name}. {name} "
        "is?",
        "Three friends: {other} is {a}, {third} {c} years older, {name} {b} years older still. "
        "<Age of|How old is> {name}?",
        "<Find|Work out|Compute|State> {name}'s age: {other} {a}, {third} {c} years older, {name} "
        "{b} years older <than that|again>.",
        "<In our family|In the team|At school> {other} is {a}, {third} has {c} years more, {name} "
        "{b} more <still|than {third}>. {name}?",
        "<Number only|Just the number>: age {a}, plus {c} years, plus {b} <years|more>",
        "<Puzzle|Riddle|Quiz>: {other} is {a}. {third} is {c} years older, and {name} is {b} "
        "years older than {third}. {name}'s age?",
    ),
    "elder": (
        "{name} and {other} are {s} years old together. {name} is {b} years older. How old is "
        "{name}?",
        "Together {name} and {other} are {s}. {name} is the elder by {b} years. {name}'s age?",
        "sum of ages {s}, difference {b}, <the older one|age of the elder>?",
        "My dog and my cat are {s} years together, the dog is {b} years older. How old is the dog?",
        "Two ages add up to {s} and differ by {b}. <What|Which> is the larger?",
        "how old is {name}, with {other} it makes {s}, and {name} has {b} years more",
        "Two sisters are {s} years old in all, {b} years apart. How old is the <older|elder> one?",
        "<Find|Work out|Compute|State> the larger of two ages with the sum {s} and the "
        "<gap|difference> {b}.",
        "<In our family|In the team|At school> {name} and {other} make {s} years, {name} {b} "
        "<ahead|more>. How old is {name}?",
        "<Number only|Just the number>: two ages, sum {s}, {b} apart, the <older|larger>",
        "<Puzzle|Riddle|Quiz>: two <brothers|friends|trees> are {s} years in all, one is {b} "
        "years older. The older <is|has> how many?",
    ),
    "child": (
        "{name} and {other} are {s} years old together. {name} is {b} years older. How old is "
        "{other}?",
        "Together {name} and {other} are {s}. {name} is the elder by {b} years. {other}'s age?",
        "sum of ages {s}, difference {b}, <the younger one|age of the younger>?",
        "My dog and my cat are {s} years together, the dog is {b} years older. How old is the cat?",
        "Two ages add up to {s} and differ by {b}. <What|Which> is the smaller?",
        "how old is {other}, with {name} it makes {s}, and {name} has {b} years more",
        "Two sisters are {s} years old in all, {b} years apart. How old is the <younger|little> "
        "one?",
        "<Find|Work out|Compute|State> the smaller of two ages with the sum {s} and the "
        "<gap|difference> {b}.",
        "<In our family|In the team|At school> {name} and {other} make {s} years, {name} {b} "
        "<ahead|more>. How old is {other}?",
        "<Number only|Just the number>: two ages, sum {s}, {b} apart, the <younger|smaller>",
        "<Puzzle|Riddle|Quiz>: two <brothers|friends|trees> are {s} years in all, one is {b} "
        "years older. The younger <is|has> how many?",
    ),
}

MIXED_UNITS = (
    "What is {n} in {to}?",
    "{n} in {to}?",
    "Convert {n} to {to}.",
    "{n} = ? {to}",
    "How many {to} are {n}?",
    "<Write|Give|Express|Show> {n} in {to}.",
    "<Change|Turn|Convert> {n} into {to}<|, please>.",
    "{n} <to|into|as|in> {to}",
    "<Could|Can|Would> you <convert|change|turn> {n} to {to}?",
    "<My recipe|My form|The label|My list> says {n}. <What|How much> is that in {to}?",
    "I <wonder|want to know|would like to know> what {n} is in {to}.",
    "<The film|The walk|The board|The load> is {n}. <Put|Say|Give> it in {to}.",
    "<Only|Just> the result in {to}: {n}",
    "<from|value>: {n}, <to|unit>: {to}",
    "<Suppose|Say> there are {n}. In {to} <that is|this makes> what?",
    "convrt {n} to {to}<| pls>",
    "<Counted|Measured|Written> in {to}, {n} is <what|how much>?",
    "How <do|would|can> I write {n} in {to}?",
    "<For my homework|For the form|For a label>: {n} in {to}.",
    "{n}, <that's|which is> how much in {to}?",
    "<Units|Unit change|Conversion>: {n} to {to}.",
    "<I measured|We counted|She noted> {n}. In {to}<, please|>?",
    "Would you mind <turning|changing|converting> {n} into {to}?",
    "<My meter|The scale|The display> only knows {to}. What does it show for {n}?",
    "<Tell|Show|Give> me {n} in {to}.",
    "<Rewrite|Restate|Report> {n} as {to}.",
    "<Somebody|A pupil|My son> has {n} and must <answer|write it> in {to}. What is right?",
    "what <is|are|do> {n} <in|make in> {to}",
    "{n} <equals|makes|comes to> <what|how much> in {to}?",
    "If I have {n}, what do I have in {to}?",
    "<Please|Kindly> <return|state|name> {n} in {to}.",
    "In {to}: {n}<?|.| is?>",
    "<A worker|The nurse|The guide> wrote {n}. <We need|I need> it in {to}.",
    "{n} -> {to}",
    "<Find|Work out|Compute|Determine> {n} in {to}.",
    "<My boss|The teacher|My doctor|The client> <wants|asks for> {n} in {to}. <What do I "
    "write|What is it>?",
    "<Number and unit|No working|Short answer>: {n} in {to}",
    "<Swap|Trade|Change> the units: {n}, but in {to}<.|, please.>",
    "<Quick|Hurry>, {n} in {to}<?|!>",
    "<For a recipe|For a plan|For the lab|For shipping>, {n} must be in {to}. <Convert|Change> it.",
    "<Is there an easy way|Help me> to write {n} in {to}? <What is it|Result>?",
    "{n} <would be|should be|has to be> <what|how much> when given in {to}?",
    "<Say|Imagine|Suppose> my <watch|tape|scale> reads {n}. <Give|Tell> me {to}<.|, please.>",
    "{to} <only|wanted|needed>: {n}",
)

SHOPPING = {
    "total": (
        "{name} buys {list}. <What is the total|How many euros is that>?",
        "<Bill|Receipt|Basket>: {list}. <Total|Sum>?",
        "{list}, <how much in all|total|what do I pay>?",
        "How many euros <do I need|must I bring> for {list}?",
        "In my basket: {list}. <What does it come to|What will it cost> in euros?",
        "<I bought|We bought|She bought> {list}. <How much was that|What was spent> in all?",
        "add up my shopping: {list}",
        "<Prices in euros|Euros>: {list}. <Add them|Total them>.",
        "<Shopping list|To buy>: {list}. <Will cost|Sum in euros>?",
        "<Could|Can> you add up {list}?",
        "<The till shows|The shop wants|On my list>: {list}. <Total|Altogether>?",
        "What do {list} cost <together|in all|altogether>?",
        "<Find|Work out|Compute|Calculate> the <total|sum|bill> of {list}.",
        "<My mum|Grandpa|Our neighbour|My flatmate> <asked|sent> me to buy {list}. How many euros "
        "<do I need|is that>?",
        "<Number only|Just the number|Only the sum>: {list}, <total|together>",
        "<I'm at the till|At the market|In the shop>: {list}. <How much do I owe|What must I "
        "pay|Total>?",
        "<Order|Invoice|Cart>: {list}. <Amount due|Grand total|To pay>?",
        "<Someone|A man|A guest> <takes|wants|orders> {list}. What <is the price|is to pay> in "
        "all?",
        "how much <money|euros|cash> for {list}",
        "{list}. <Sum it up|What does that make|How much is it all>?",
    ),
    "change": (
        "{name} buys {list} and pays with {pay} euros. <How much change|What is the change>?",
        "<Bill|Receipt|Basket>: {list}. <Paid|Given>: {pay} euros. Change?",
        "{list}, paid {pay}, <change|how much back>?",
        "I <have|take> {pay} euros and buy {list}. <What is left|How much do I have left>?",
        "From {pay} euros I pay {list}. How <much|many euros> <comes back|do I keep>?",
        "<I bought|We bought|She bought> {list} with a {pay} euro note. What came back?",
        "how much back from {pay} euros for {list}",
        "<Prices in euros|Euros>: {list}. I give {pay}. <Change|What do I get back>?",
        "<Shopping list|To buy>: {list}. Budget: {pay} euros. <Left|What is left>?",
        "<Could|Can> you work out my change? {list}, and I paid {pay} euros.",
        "<The till shows|The shop sells>: {list}. With {pay} euros, what <remains|is left>?",
        "My mum gave me {pay} euros for {list}. How <much|many euros> do I <bring back|give back>?",
        "<Find|Work out|Compute|Calculate> the change from {pay} euros <for|after> {list}.",
        "<My mum|Grandpa|Our neighbour|My flatmate> gave me {pay} euros for {list}. <What is "
        "left|How much comes back>?",
        "<Number only|Just the number>: {list}, <out of|from> {pay} euros, <change|rest>",
        "<I'm at the till|At the market|In the shop>: {list}. I hand over {pay} euros. "
        "<Change|What comes back>?",
        "<Order|Invoice|Cart>: {list}. <Credit|Voucher>: {pay} euros. <What remains|Rest>?",
        "<Someone|A man|A guest> <takes|orders> {list} and lays down {pay} euros. How much "
        "<change|back>?",
        "{pay} euros minus {list} <leaves|is> <what|how much>",
    ),
}

THREE = {
    "price": (
        "{a} {things} cost {b} euros. What do {c} cost?",
        "If {a} {things} cost {b} euros, how <much are|many euros are> {c}?",
        "{a} for {b} euros, {c} for <how much|?>",
        "{name} pays {b} euros for {a} {things}. How <much|many euros> would {c} be?",
        "<At the market|In our shop> {a} {things} are {b} euros. <Price of|What about> {c}?",
        "I paid {b} euros for {a} tickets. <My friend|My boss> wants {c}. <How many euros|What "
        "will it cost>?",
        "{c} {things}, when {a} are {b} euros: <price|how much>?",
        "<Could|Can> you say what {c} {things} cost if {a} cost {b} euros?",
        "{a} metres of cloth cost {b} euros. <How many euros|What> do {c} metres cost?",
        "<Same price each|At the same rate>: {a} cost {b}, what do {c} cost?",
        "how much for {c} kg if {a} kg <cost|are> {b} euros",
        "<A bill says|The label says> {a} pieces, {b} euros. I need {c} pieces. <Euros|How much>?",
        "<Find|Work out|Compute|Calculate> the price of {c} {things} <if|when> {a} cost {b} euros.",
        "<My mum|Grandpa|Our neighbour|My flatmate> got {a} {things} for {b} euros. I want {c}. "
        "<How many euros|What do I pay>?",
        "<Number only|Just the number>: {a} cost {b} euros, {c} cost <how many|what>",
        "<At the till|At the market|In the shop>: {a} {things} for {b} euros, <but I take|and I "
        "want> {c}. <Price|Euros>?",
        "<Order|Invoice|Cart>: {c} {things}. <Known|List price>: {a} for {b} euros. <Amount|To "
        "pay>?",
        "{b} euros <buy|get me> {a} {things}. How many euros <buy|for> {c}?",
        "<It takes|I need> {b} euros for {a} rides. And for {c} <rides|of them>?",
        "what <do|would> {c} <rolls|tickets|pens> cost, {a} <are|cost> {b} euros",
        "<My son|A tourist|The cook> needs {c} {things}; {a} <are|cost> {b} euros. How many euros "
        "<is that|does that make>?",
        "{a} {things} <set me back|came to> {b} euros. <Now|Next time> I want {c}. "
        "<Cost|Price|Euros>?",
    ),
    "work": (
        "{name} reads {b} pages in {a} days. How many pages in {c} days?",
        "A <machine|printer> makes {b} {things} in {a} hours. How many in {c} hours?",
        "{b} in {a} <hours|days|minutes>, how many in {c}?",
        "A recipe for {a} people needs {b} g of <flour|rice|sugar>. How many g for {c} people?",
        "A car uses {b} litres on {a} trips. How many litres on {c} <such trips|trips>?",
        "{a} {holders} hold {b} {things}. How many do {c} of them hold?",
        "At a steady pace {name} does {b} <laps|tasks|rows> in {a} hours. And in {c} hours?",
        "<Could|Can> you say how many steps {name} takes in {c} minutes, if it is {b} in {a}?",
        "A tap fills {b} litres in {a} minutes. How <many litres|much> in {c} minutes?",
        "{a} tables have {b} <chairs|seats> in all. How many have {c} tables<| like that>?",
        "how much food do {c} dogs eat if {a} dogs eat {b} kg",
        "{a} cakes need {b} eggs. <I bake|We bake|She bakes> {c}. How many eggs?",
        "<Find|Work out|Compute|Calculate> the km in {c} hours at a steady pace, {b} km "
        "<in|every> {a} hours.",
        "<My mum|Grandpa|Our neighbour|My flatmate> knits {b} rows in {a} hours. How many rows in "
        "{c} <hours|such hours>?",
        "<Number only|Just the number>: {b} in {a} <days|hours>, in {c} <it is|then>",
        "<In the office|At work|In the mill> we fill {b} bags in {a} hours. <And in|How many in> "
        "{c} hours?",
        "<Recipe|Mix|Plan>: {b} spoons for {a} cups. <Spoons|How many spoons> for {c} cups?",
        "<It takes|I need> {b} nails for {a} boards. How many nails for {c} <boards|of them>?",
        "{a} <hens|bees|goats> eat {b} g a day. What do {c} <such animals|of them> eat?",
        "if {a} pumps move {b} litres, <what do|how many litres do> {c} <move|such pumps move>",
        "<My son|A monk|The clerk> copies {b} pages in {a} days. How many <does he manage|are "
        "done> in {c} days?",
        "{a} <hours|weeks|nights> brought {b} {things}. <What|How many> will {c} bring at this "
        "<rate|pace>?",
    ),
}

AT_FIRST = {
    "lost": (
        "{name} gave away {b} {things} and has {r} left. How many were there at first?",
        "After <losing|selling|eating> {b} {things}, {name} has {r}. How many <before|at the "
        "start>?",
        "? - {b} = {r}, what was it <at first|before>?",
        "{b} people got off the bus and {r} are still on it. How many <were on it before|before>?",
        "I spent {b} euros and {r} are left. How much did I have <at first|before>?",
        "{other} took {b} of my {things}; now I have {r}. How many <had I|did I have>?",
        "how many before if {b} are gone and {r} <remain|left>",
        "A rope lost {b} cm and is now {r} cm long. How long was it <before|at first>?",
        "<Find|Work out|Compute|State> the number from which {b} <was taken|were taken> to leave "
        "{r}.",
        "<My mum|Grandpa|Our neighbour|My flatmate> sold {b} {things} and kept {r}. How many "
        "<were there|had there been>?",
        "<Number only|Just the number>: something minus {b} is {r}, <the something|what is it>",
        "<A jar|A shelf|A box|A tank> lost {b} and holds {r} now. What did it hold <before|at "
        "first>?",
        "<Of my {things}|Of them> {b} broke, {r} are whole. How many <in all|had I>?",
    ),
    "got": (
        "{name} got {b} {things} and now has {r}. How many were there at first?",
        "After <finding|buying|getting> {b} {things}, {name} has {r}. How many <before|at the "
        "start>?",
        "? + {b} = {r}, what was it <at first|before>?",
        "{b} people got on the bus and now {r} are on it. How many <were on it before|before>?",
        "I earned {b} euros and now have {r}. How much did I have <at first|before>?",
        "{other} gave me {b} {things}; now I have {r}. How many <had I|did I have>?",
        "how many before if {b} came and it is {r} <now|in all>",
        "A plant grew {b} cm and is now {r} cm high. How high was it <before|at first>?",
        "<Find|Work out|Compute|State> the number to which {b} <was added|were added> to give {r}.",
        "<My mum|Grandpa|Our neighbour|My flatmate> bought {b} {things} and has {r} now. How many "
        "<were there|before>?",
        "<Number only|Just the number>: something plus {b} is {r}, <the something|what is it>",
        "<A jar|A shelf|A box|A tank> <got|took in> {b} and holds {r} now. What did it hold "
        "<before|at first>?",
        "<With|Adding> {b} new {people} we are {r}. How many <were we|before>?",
    ),
    "doubled": (
        "{name} now has {c} times as many {things} as before: {r}. How many were there at first?",
        "{r} is {c} times what {name} had. How many <had {name}|were there before>?",
        "? x {c} = {r}, what was it <at first|before>?",
        "The town grew {c} times as large and has {r} people. How many <before|at first>?",
        "My savings are now {c} times as much, {r} euros. What were they <before|at first>?",
        "{name} has {r} {things}, {c} times as many as {other}. How many has {other}?",
        "how many before if {c} times that is {r} <now|today>",
        "The photo is {c} times as wide now, {r} cm. How wide was it <before|at first>?",
        "<Find|Work out|Compute|State> the number that <gives|makes> {r} when taken {c} times.",
        "<My mum|Grandpa|Our neighbour|My flatmate> has {r} {things}, {c} times as many as I. How "
        "many <have I|are mine>?",
        "<Number only|Just the number>: something times {c} is {r}, <the something|what is it>",
        "<A jar|A shelf|A box|A tank> holds {r} now, {c} times as much as <before|at first>. "
        "<What was it|How much before>?",
        "<Prices|Rents|Fees> are {c} times what they were: {r} euros. <What were they|And before>?",
    ),
    "secret": (
        "I think of a number, multiply it by {c} and add {b}. I get {r}. What is the number?",
        "A number times {c}, plus {b}, is {r}. <Which number|What is it>?",
        "? x {c} + {b} = {r}, <find it|what is ?>",
        "{c} equal {holders} and {b} loose {things} make {r} {things}. How many are in each?",
        "{c} tickets and a snack of {b} euros cost {r} euros. <What is one ticket|Price of a "
        "ticket>?",
        "A taxi costs {b} euros plus {c} euros per km. I paid {r}. How many km?",
        "take a number, <times|multiplied by> {c}, then {b} more, gives {r}, which one",
        "{name} paid {r} euros for {c} {things} and a bag for {b}. What does each cost?",
        "<Find|Work out|Compute|State> my number: {c} times it, <plus|and then> {b}, is {r}.",
        "<My mum|Grandpa|Our neighbour|My flatmate> thinks of a number. {c} times it and {b} more "
        "is {r}. <Which|What is it>?",
        "<Number only|Just the number>: {c} times something plus {b} is {r}, <the something|what "
        "is it>",
        "<A gym|A club|A phone plan> costs {b} euros to join and {c} euros a month. I paid {r}. "
        "How many <months|months is that>?",
        "<Puzzle|Riddle|Quiz>: multiply a number by {c}, add {b}, <get|have> {r}. The number?",
    ),
}
