"""The wordings of word problems of one step, by the calculation that solves them."""

from __future__ import annotations

ADD = (
    "{name} has {a} {things} and gets {b} more. How many {things} does {name} have now?",
    "There are {a} {things} on the {place} and {b} in a box. How many {things} are there in all?",
    "{name} has {a} {things} and {other} has {b}. How many do they have together?",
    "A shop sold {a} {things} on Monday and {b} on Tuesday. How many did it sell in total?",
    "{name} found {a} {things} in the morning and {b} after lunch. How many is that altogether?",
    "{a} people are on a bus. Then {b} more get on. How many people are on the bus now?",
    "{name} read {a} pages yesterday and {b} pages today. How many pages is that?",
    "A train has {a} passengers. {b} more board. How many passengers are there now?",
    "I had {a} {things} and bought {b} more. How many do I have?",
    "{name} has {a} {things}. {other} gives {name} {b} more. How many does {name} have now?",
    "{other} has {a} {things}. {name} has {b} more than {other}. How many does {name} have?",
    "In a hall there are {a} {people}. {b} more come in. How many {people} are in the hall?",
    "{name} paid {a} euros for a bag and {b} euros for a lamp. How much did both cost?",
    "One jar holds {a} {things}, another holds {b}. How many do both hold?",
    "{name} puts {b} {things} next to {a} {things}. How many {things} are there now?",
    "{a} {things} here, {b} {things} there. how many in all?",
    "<Yesterday|Last week|On Sunday> {name} <bought|collected|gathered> {a} {things}, <today|now> "
    "{b} more. <How many is that in all|What is the total>?",
    "How many {things} <are there|do we have> <altogether|in total|in all> if {name} brings {a} "
    "and {other} <brings|adds> {b}?",
    "<Work out|Find|Calculate> how many {things} {name} <owns|has> after <adding|buying> {b} to "
    "<a collection|a set|a stock> of {a}.",
    "start with {a} {things}, <then add|put in|add> {b} <more|extra> - <how many now|what's the "
    "total>",
    "A <baker|gardener|teacher> <ordered|bought> {a} {things} <first|in May> and {b} <later|in "
    "June>. <How many is that in all|What was the total>?",
    "<In one|In the red|In the first> drawer <lie|are> {a} {things} and in <another|the next> one "
    "{b}. <Tell me|Give> the <total|sum>.",
    "{name} <drove|cycled|walked|rode> {a} km <before|until> noon and {b} km after it. <How many "
    "km|What distance in km> <was that|is this> in all?",
    "<I wonder|I'd like to know> how many {people} <we have|there are> when {b} <join|are added "
    "to> the {a} <already here|who came first>.",
    "If {a} {people} <sit|wait|stand> <outside|in the garden> and {b} <inside|in the house>, how "
    "many {people} are there <in total|altogether>?",
    "<Could you|Can you|Would you> <add up|count up|total> the {things}: {name} has {a}, {other} "
    "{b}?",
    "<After|Once> {b} new {things} <arrive|come in>, how many <will|does> a <shop|store|museum> "
    "<hold|have> that <had|held> {a} before?",
    "My <bill|order|shopping> was {a} euros for <food|books> <plus|and> {b} euros for "
    "<drinks|pens>. <What did I pay in all|How much is that>?",
    "<Before|Until> <lunch|noon> a <clerk|postman|driver> delivered {a} {things}, "
    "<afterwards|later> {b}. <What's the total|How many in all>?",
    "{things} <in|inside> the <hall|shed>: {a}, <in|inside> the <attic|cellar>: {b}. "
    "<Total|Sum|All together>?",
    "<To|Onto> the {a} {things} on the {place}, {name} <lays|puts|adds> {b} <more|others>. How "
    "many {things} <lie there|are there> <now|then>?",
    "A <tree|plant|sunflower> was {a} cm <tall|high> and grew <by |another >{b} cm. <What is its "
    "height now|How many cm is it now>?",
    "We <counted|saw|noted> {a} <birds|cars|boats> <at first|on Friday> and {b} <later|the day "
    "after>. How many <did we count|was that> altogether?",
    "<Two|Both> friends <put|pool> their {things} together: {a} from {name} and {b} "
    "from {other}. How many is <that|it>?",
    "the <oven|kiln> is at {a} degrees now and it <gets|will get> {b} degrees warmer. what <will "
    "it be then|is the temperature then>?",
    "<Suppose|Imagine|Say> {other} <owns|has> {a} {things} and {name} <owns|has> {b} more than "
    "that. What does {name} <own|have>?",
    "<Having|With> {a} points <already|so far>, {name} <scores|wins|gets> {b} more. "
    "<State|Name|Give> the <new score|new total>.",
    "{b} {people} <came|arrived> <late|after six>, {a} <were|had been> there <already|before>. "
    "How many <were there|did that make> in the end?",
    "The <library|school|club> <had|owned> {a} {things}; <someone|a friend|{name}> <donated|gave> "
    "{b} more. <How many has it now|What is the count now>?",
    "<For|During> {a} minutes {name} <sings|reads|swims> and for {b} minutes <rests|plays>. How "
    "many minutes <is that|does that make> <together|in all>?",
    "{a} {things} plus another {b} {things} <makes|gives|is> how many <altogether|in all>?",
    "A <choir|band|team> of {a} {people} <merges|joins up> with one of {b}. How <large|big> is the "
    "new group?",
    "{a} km <uphill|by boat> and {b} km <downhill|on foot>: how many km is the <whole|entire> "
    "<trip|tour>?",
    "the <zoo|farm> got {b} <new|young> <goats|ducks> <to add to|on top of> its {a}, so how many "
    "are there now",
    "Give the <total|sum> of {name}'s {a} {things} and the {b} that {other} <keeps|stores> <at "
    "home|in a shed>.",
    "Our <kettle|jug> had {a} ml in it, and I <poured in|added> {b} ml. What's in it now, in ml?",
    "<My mum asks|For my homework>: {a} {things} and {b} more <make|are> how many?",
    "<Number only|Just the number>: {a} {things} plus {b} {things}",
    "i had {a} {things} n got {b} more, <how many now|total>",
)
SUBTRACT = (
    "{name} has {a} {things} and gives {b} to {other}. How many does {name} have left?",
    "There are {a} {things} on the {place}. {name} takes {b} away. How many are left?",
    "{name} had {a} {things} and lost {b}. How many are left?",
    "A shop has {a} {things} and sells {b}. How many remain?",
    "Of {a} {people}, {b} go home. How many {people} stay?",
    "{a} people are on a bus and {b} get off. How many people are still on it?",
    "A book has {a} pages. {name} has read {b}. How many pages are left to read?",
    "{name} has {a} {things}, {other} has {b}. How many more does {name} have?",
    "I had {a} euros and spent {b}. How much do I have now?",
    "{name} needs {a} {things} and has {b}. How many are missing?",
    "Out of {a} {things}, {b} are broken. How many are whole?",
    "A tank held {a} litres and {b} litres ran out. How many litres are left?",
    "{name} has {a} {things}. {other} has {b} fewer. How many does {other} have?",
    "A rope is {a} metres long. {b} metres are cut off. How long is it now?",
    "{name} wants to save {a} euros and has saved {b}. How much is still needed?",
    "{a} {things}, {b} sold. how many left?",
    "<From|Out of> a <stock|pile|store> of {a} {things}, {name} <removes|takes out|uses up> {b}. "
    "<What remains|How many remain|How many are left>?",
    "How many {things} <remain|are left|stay> <on the {place}|in the cupboard> if {b} of the {a} "
    "<are taken|are removed>?",
    "<Work out|Find|Calculate> how many {things} {name} still <has|owns> after "
    "<selling|losing|giving away> {b} of {a}.",
    "had {a} {things}, <gave away|used|sold|lost> {b}, <what's left|how many now>?",
    "A <farmer|baker|trader> <brought|took> {a} {things} to market and <came home|returned> with "
    "{b}. How many were <sold|sold there>?",
    "{b} of the {a} {people} <were ill|stayed away|did not come>. <How many|What number of> "
    "{people} <came|turned up>?",
    "<Once|After> {b} {things} were <carried off|taken|moved out>, how many of the {a} were "
    "<left|still there>?",
    "<I wonder|I'd like to know|Tell me> how many {things} {name} must <still|yet> "
    "<find|collect|get> to go from {b} to {a}.",
    "The <price|fare|rent> was {a} euros and <fell|dropped|went down> by {b} euros. <What is it "
    "now|How much is it now>?",
    "If a <trip|walk|race> is {a} km long and {b} km are <done|behind us>, how many km "
    "<remain|are left|are to go>?",
    "{name}'s <tower|ladder|plant> is {a} cm high and {other}'s is {b} cm. <By how many cm|How "
    "many cm> is {name}'s higher?",
    "<Could you|Can you> <say|work out|tell me> how many {things} are left when {b} of {a} <get "
    "lost|are gone|break>?",
    "Together {name} and {other} <have|own> {a} {things}. {b} <belong to|are owned by> {other}. "
    "How many <does {name} have|are {name}'s>?",
    "{things} <before|at first>: {a}; <taken|removed|sold>: {b}; <left|remaining>: ?",
    "<In|At> a <theatre|cinema|stadium> with {a} seats, {b} are <taken|full|sold>. How many seats "
    "are <free|empty>?",
    "We <brought|prepared|had> {a} {things} and our guests took {b}. <How many do we still "
    "have|What is left>?",
    "<The|An> oven was at {a} degrees, then it <got|became> {b} degrees <colder|cooler>. "
    "What was the temperature <then|after that>?",
    "What is the difference <in number |>between {name}'s {a} {things} and {other}'s {b}?",
    "<Only|Just> {b} of {a} {things} <fit|go> into a <bag|case|chest>. How many <do not fit|must "
    "stay out>?",
    "my <phone|tablet|radio> <cost|was> {a} euros, <i've paid|i already paid> {b}, how much do i "
    "still <owe|have to pay>",
    "<With|Having> {a} points, {name} <loses|drops> {b} in a <game|round|quiz>. <State|Give|Name> "
    "the <new score|points left>.",
    "<Of|Among> {a} <flowers|balloons|marbles>, {b} are red and <the rest|all the others> are "
    "white. How many <white ones are there|are white>?",
    "There were {a} {people} at <the|a> party until {b} <left|went home>. How many <were still "
    "there|stayed>?",
    "{name} <planned|meant> to plant {a} <trees|bulbs|bushes> and has <planted|done> {b}. How "
    "many are <still to do|missing>?",
    "Take {b} {things} <away |>from {a} {things}. How many <are there then|do you have then>?",
    "Of a <track|road|path> of {a} km, {b} km are <paved|lit>. How many km are not?",
    "{name} <aims|wants> to collect {a} {things}; {b} are <here|there> already. How many are "
    "<still to come|lacking>?",
    "<Bought|Ordered>: {a} {things}. <Returned|Sent back>: {b}. <Kept|How many were kept>?",
    "one <tower|tree|mast> is {a} m, the other {b} m, how many m <taller|higher> is the first",
    "<State|Give> how many {people} of {a} <passed|made it> <if|when> {b} <failed|did not>.",
    "<My mum asks|For my homework>: {a} {things}, {b} <eaten|lost|sold>, how many are left?",
    "<Number only|Just the number>: {a} {things} minus {b}",
    "i had {a} {things} n lost {b}, <how many now|whats left>",
)
MULTIPLY = (
    "There are {a} {holders} with {b} {things} each. How many {things} are there?",
    "{name} buys {a} {things} for {b} euros each. What is the total price?",
    "One {thing} costs {b} cents. How much do {a} {things} cost?",
    "A room has {a} rows of {b} chairs. How many chairs is that?",
    "{name} fills {a} {holders} with {b} {things} each. How many {things} does {name} use?",
    "{name} reads {b} pages a day. How many pages are read in {a} days?",
    "Each of {a} {people} gets {b} {things}. How many {things} are needed?",
    "{name} earns {b} euros an hour and works {a} hours. How much does {name} earn?",
    "{a} {holders}, {b} {things} in each. how many {things} in all?",
    "A machine makes {b} screws an hour. How many does it make in {a} hours?",
    "{a} friends have {b} {things} each. How many {things} do they have in total?",
    "A week of work brings {b} euros. How many euros do {a} weeks bring?",
    "{other} has {b} {things}. {name} has {a} times as many. How many does {name} have?",
    "A wall has {a} rows with {b} bricks in each row. How many bricks does it have?",
    "Every day {name} walks {b} km. How many km is that in {a} days?",
    "I pack {b} {things} into each of {a} {holders}. How many {things} do I pack?",
    "<Every|Each> <box|crate|case> <holds|contains> {b} {things}. <How many|What number of> "
    "{things} <are in|do we find in> {a} of them?",
    "How many {things} <does {name} need|must {name} bring> to give {b} to <each|every one> of "
    "{a} {people}?",
    "<Work out|Find|Calculate> the <cost|price> <in euros |>of {a} {things} at {b} euros "
    "<each|apiece>.",
    "{a} <bags|sacks>, each <weighs|weighing> {b} kg. <total weight|how many kg in all>?",
    "A <farmer|gardener> <plants|sets> {a} rows of {b} <trees|bushes>. <What is the total "
    "number|How many plants is that>?",
    "<If|When> one ticket <costs|is> {b} euros, <how much|how many euros> do {a} tickets cost?",
    "{name} <swims|runs|cycles> {b} <laps|rounds> <a day|daily>. How many <is that|will it be> "
    "<in|after> {a} days?",
    "<I'd like to know|I wonder|Tell me> how many <wheels|parts> {a} <machines|carts> have "
    "<if|when> each has {b}.",
    "<With|Having> {b} {things} in <each|every one> of {a} {holders}, how many {things} <does "
    "{name} have|are there> <in total|in all>?",
    "<Could you|Can you> <say|tell me|work out> how many seats a <hall|bus|plane> with {a} rows "
    "of {b} seats has?",
    "The <lift|ferry|cable car> <takes|carries> {b} {people} <per|each> trip. How many can it "
    "take in {a} trips?",
    "We <bought|got|took> {a} packs, and <every|each> pack <had|held> {b} {things}. How many "
    "{things} <was that|did we have><| in all>?",
    "{b} {things} <per|for each> person, {a} <persons|people> - how many {things} <are needed|is "
    "that>?",
    "On each of {a} <shelves|trays> {name} <lays|puts|places> {b} {things}. <Give|State|Name> the "
    "total.",
    "My <sister|brother|neighbour> saves {b} euros <a|every|each> month. How much <is that|will "
    "that be> in {a} months?",
    "<Suppose|Imagine|Say> {a} <buses|coaches> bring {b} visitors each. How many visitors "
    "<come|is that>?",
    "one <song|film|lesson> <lasts|takes> {b} minutes, so <how long|how many minutes> do {a} of "
    "them take",
    "To <paint|fix|clean> one <door|fence>, {name} needs {b} minutes. How many minutes <are "
    "needed for|will it be for> {a}?",
    "{other} <found|picked|sold> {b} {things} and {name} {a} times <as many|that number>. What "
    "<is|was> {name}'s number?",
    "<There's|There is> a <house|hotel|block> of {a} floors, with {b} <rooms|windows> on "
    "<each|every> floor. How many in all?",
    "Buying {a} {things} for {b} euros each, what <does {name} pay|must {name} pay|is the bill>?",
    "<Per|In one> hour a <printer|copier> <prints|puts out> {b} sheets. <How many sheets|What "
    "number of sheets> in {a} hours?",
    "<Number|Count> of {things} in each of the {holders}: {b}. Number of {holders}: {a}. "
    "<Total|How many {things}>?",
    "A <cook|baker> uses {b} grams of <flour|sugar> for <one|each> cake. How many grams do {a} "
    "<such |>cakes need?",
    "In <each|every one> of {a} <games|rounds|tests> {name} <wins|earns|gets> {b} points. How "
    "many points <is that|does that make> <altogether|in total>?",
    "<Flour|Rice|Cheese> costs {b} euros a kg. <What's|Tell me> the price of {a} kg in euros.",
    "{a} wheels, <each|every one> with {b} spokes: <number of|how many> spokes <in "
    "all|altogether>?",
    "<After|In> {a} concerts with {b} songs each, how many songs <were sung|did a choir sing|is "
    "that>?",
    "<Please count|Count|Total> the {things}: {a} {people} <hold|carry> {b} each.",
    "the bell rings {b} times <a|each> day, so how <often|many times> does it ring in {a} days",
    "<My mum asks|For my homework>: {a} {holders} with {b} {things} each, how many {things}?",
    "<Number only|Just the number>: {a} {holders} of {b} {things}",
)
DIVIDE = (
    "{name} shares {a} {things} equally among {b} {people}. How many does each get?",
    "{a} {things} are packed into {holders} of {b}. How many {holders} are needed?",
    "{b} friends split {a} {things} evenly. How many {things} does each friend get?",
    "{name} puts {a} {things} into {b} {holders}, the same number in each. How many in each?",
    "{b} {things} cost {a} euros. What does one cost?",
    "A book has {a} pages. {name} reads {b} pages a day. How many days does it take?",
    "{a} {people} form groups of {b}. How many groups are there?",
    "{name} earned {a} euros in {b} hours. How much is that per hour?",
    "How many {things} for {b} euros each can {name} buy with {a} euros?",
    "A rope of {a} metres is cut into {b} equal pieces. How long is each piece?",
    "{a} euros are shared by {b} people. How many euros does each person get?",
    "{a} chairs stand in rows of {b}. How many rows are there?",
    "{a} {things}, {b} {people}, equal shares. how many each?",
    "{name} has {a} {things} and uses {b} each day. For how many days do they last?",
    "A farmer plants {a} trees in {b} equal rows. How many trees are in a row?",
    "If {a} {things} fill {b} {holders} evenly, how many are in each?",
    "<Among|Between> {b} {people}, {a} {things} are <shared|split|divided> <equally|evenly>. How "
    "many <does each get|are there for each>?",
    "How many {things} <go|are put> into each of {b} {holders} if {a} are <spread|divided> "
    "<evenly|equally>?",
    "<Work out|Find|Calculate> the price of one ticket <if|when> {b} tickets <cost|come to> {a} "
    "euros.",
    "{a} {things} <spread|split> evenly over {b} {holders}, <how many in each|how many does each "
    "hold>",
    "A <teacher|coach|trainer> <splits|divides> {a} {people} into {b} equal <teams|groups>. How "
    "many are in <each|one>?",
    "<If|When> {name} <needs|uses|sells> {b} {things} a day, <how many days|for how many days> "
    "will {a} last?",
    "{name} <walked|cycled|hiked> {a} km in {b} days, the same <every|each> day. How many km a "
    "day <was that|is that>?",
    "<I'd like to know|I wonder|Tell me> how many {things} each of {b} {people} <gets|receives> "
    "when {a} are shared fairly.",
    "<With|Having> {a} euros, how many tickets at {b} euros <each|apiece> can {name} <buy|get>?",
    "<Could you|Can you> <say|tell me|work out> how many <tables|benches> for {b} <people|guests> "
    "each are needed to seat {a}?",
    "The <ferry|lift|minibus> takes {b} people <a|per|each> trip. How many trips <are needed "
    "for|does it make for> {a} people?",
    "We <poured|put|filled> {a} litres of <juice|water|milk> equally into {b} cans. How many "
    "litres <are in each|did each get>?",
    "{b} <sisters|brothers|cousins> <receive|win> {a} {things} and <share|split> them "
    "<equally|fairly>. What is one share?",
    "<Out of|From> {a} {things}, {name} <makes|forms> sets of {b}. How many sets <is that|does "
    "{name} get>?",
    "My <car|boat> <drove|went> {a} km on {b} litres of fuel. How many km is that <per|for "
    "each|for one> litre?",
    "<Suppose|Imagine|Say> {a} {things} must <fill|go into> {b} {holders}, <all equally full|the "
    "same number in each>. How many go in each?",
    "a <job|task> of {a} minutes is <split|shared> evenly by {b} people, <how many minutes "
    "each|how many minutes does each do>",
    "<Per|In one> month, what equal sum must {name} save to have {a} euros <after|in> {b} months?",
    "{things}: {a}, {people}: {b}, all get the same <number|amount>. <Each gets|One share>?",
    "<In|Inside> a <hall|theatre> there are {a} seats in {b} equal rows. <Give|State|Name> the "
    "number of seats <in a|per> row.",
    "Paying back {a} euros in {b} equal <parts|instalments>, how much <does {name} pay|is due> "
    "each time?",
    "<Someone|A tailor|A worker> <cuts|saws> a <band|strip|board> of {a} cm into pieces of {b} "
    "cm. How many pieces are there?",
    "{other} has {a} {things}, <that's|that is|which is> {b} times as many as {name} has. How "
    "many does {name} have?",
    "To <each|every one> of {b} {people}, {name} gives an equal share of {a} {things}. How <big "
    "is it|many is that>?",
    "It takes {b} {things} to <make|form> one <garland|tower|pattern>. How many can be "
    "<made|formed> <from|with> {a} {things}?",
    "<Rice|Flour|Cheese>: {b} kg <cost|come to> {a} euros. What does <one|a single> kg cost?",
    "{a} {things} are to last <exactly |>{b} days. How many <may|can> {name} use <a|per> day?",
    "the bell rang {a} times in {b} days, <always equally often|the same each day>, how many times "
    "a day",
    "Deal {a} cards <fairly|evenly> to {b} {people}. How many cards does each <get|hold>?",
    "Stairs of {a} steps come in {b} equal <flights|parts>. How many steps <has each|are in one>?",
    "<My mum asks|For my homework>: {a} {things} for {b} {people}, how many each?",
    "<Number only|Just the number>: {a} {things} shared by {b}",
)
CHANGE = (
    "{name} buys {n} {things} at {p} euros each and pays with {pay} euros. How much change is due?",
    "{n} {things} cost {p} euros each. {name} pays {pay} euros. What is the change?",
    "I pay {pay} euros for {n} {things} at {p} euros each. How much do I get back?",
    "{n} x {p} euros, paid with {pay}. change?",
    "A {thing} costs {p} euros. {name} takes {n} and hands over {pay} euros. How much comes back?",
    "How much change does {name} get from {pay} euros for {n} {things} at {p} euros each?",
    "{name} has {pay} euros and buys {n} {things} for {p} euros each. How much money is left?",
    "With {pay} euros I buy {n} {things}, {p} euros each. What remains?",
    "One {thing} is {p} euros. What change is there from {pay} euros for {n} of them?",
    "From {pay} euros, {name} spends {p} euros on each of {n} {things}. How much is left?",
    "{name} gives the seller {pay} euros for {n} {things} that cost {p} euros each. What change?",
    "Price per piece {p}, pieces {n}, paid {pay}. What is the change?",
    "The {things} are {p} euros each. {name} wants {n} and pays {pay}. How much change?",
    "A customer pays {pay} euros for {n} {things} of {p} euros each. How much is given back?",
    "{name} orders {n} {things} at {p} euros and pays {pay} euros. What is the change in euros?",
    "<At|In> <the market|a shop|a kiosk> {name} <takes|picks> {n} {things} at {p} euros each, "
    "paying with {pay} euros. <What comes back|How much change is that>?",
    "How <much|many euros> <will I have left|do I keep> of {pay} euros after buying {n} {things} "
    "at {p} euros <each|apiece>?",
    "<Work out|Find|Calculate> the change from {pay} euros for {n} <tickets|meals|tours> at {p} "
    "euros <each|apiece>.",
    "paid {pay} euros, <bought|got|took> {n} {things}, {p} euros each, <how much back|what's my "
    "change>",
    "{n} <children|guests|visitors> pay {p} euros each as entry out of <one fund|one purse> of "
    "{pay} euros. What is left?",
    "<If|When> one {thing} <costs|is> {p} euros and {name} <buys|takes> {n} with {pay} euros, "
    "what is the change?",
    "<I'd like to know|I wonder|Tell me> what {name} gets back from {pay} euros <after "
    "buying|when buying> {n} {things} at {p} euros each.",
    "<Could you|Can you> <say|tell me|work out> my change? I <gave|paid> {pay} euros, had {n} "
    "<coffees|teas|soups>, {p} euros each.",
    "A <waiter|cashier|seller> gets {pay} euros for {n} <drinks|cakes|meals> of {p} euros each. "
    "<What must be returned|How much goes back to the guest>?",
    "<Starting|Setting out> with {pay} euros, {name} <pays|spends> {p} euros {n} times. How many "
    "euros <are left|remain>?",
    "<Each|Every> {thing} is {p} euros, and {name} buys {n}. <What|How much> <is left|remains> of "
    "{pay} euros?",
    "My <purse|wallet> held {pay} euros until I <bought|paid for> {n} {things} at {p} euros each. "
    "<How much is in it now|What's left>?",
    "{things} at {p} euros each, {n} <bought|taken>, {pay} euros <given|paid>: <change|money "
    "back>?",
    "<Suppose|Imagine|Say> {name} <hands over|pays> {pay} euros for {n} {things}, each {p} euros. "
    "<State|Give|Name> the change.",
    "We <bought|ordered> {n} <pizzas|salads|tickets>, {p} euros each, and <gave|put down> {pay} "
    "euros. How much did we get back?",
    "For {n} <rides|games> at {p} euros each, {name} <brings|has> {pay} euros. What is left "
    "<over|afterwards|at the end>?",
    "From <a budget|savings|a fund> of {pay} euros, a <school|club> buys {n} {things} at {p} "
    "euros each. What <remains|is left>?",
    "Having <bought|paid for> {n} {things} at {p} euros each <with|out of> {pay} euros, how much "
    "does {name} <get back|have left>?",
    "The <bill|order> lists {n} {things} at {p} euros each. {other} <pays|settles it> with {pay} "
    "euros. What <is the change|comes back>?",
    "{other} lends {name} {pay} euros. {name} <buys|gets> {n} {things} at {p} euros each. <How "
    "much is|How many euros are> left?",
    "<Subtract|Take> the <price|cost> of {n} {things} at {p} euros each from {pay} euros. What "
    "<is left|remains>?",
    "one {thing}: {p} euros. number bought: {n}. <cash|money> given: {pay} euros. <how much "
    "change|change due>?",
    "<Out of|From> {pay} euros, {n} {people} <get|receive> {p} euros each. How many euros <are "
    "left|remain>?",
    "What's the change <when|if> {name} <pays for|buys> {n} {things} <costing|priced at> {p} "
    "euros each <with|using> {pay} euros?",
    "{pay} euros <are|were> <paid|put down> for {n} {things}, {p} euros apiece. How <much|many "
    "euros> must be <given|handed> back?",
    "{name} <rents a boat|parks a car> for {n} hours at {p} euros an hour and <pays with|hands "
    "over> {pay} euros. How much comes back?",
    "<Rice|Cheese> is {p} euros a kg. For {n} kg I <give|pay with> {pay} euros. What <do I get "
    "back|is my change>?",
    "{pay} euros - {n} {things} at {p} euros each = <how much change|what is left|how much>?",
    "Will you <work out|check> what is left of {pay} euros once {n} {people} <have been paid|have "
    "got> {p} euros each?",
    "After {n} <rounds|days>, each costing {p} euros, how much of {name}'s {pay} euros <is "
    "left|remains>?",
    "<I'm at the till|Quick, I'm in a shop>: {n} {things} at {p} euros, I give {pay}. "
    "<Change|What comes back>?",
    "<Number only|Just the number>: change from {pay} euros for {n} {things} at {p} euros",
)
